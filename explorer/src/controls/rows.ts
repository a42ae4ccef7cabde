// The row at hand: which one, its cells, its target, what is predicted, its loss.
import { Texts, html, write } from "../dom";
import { plain } from "../numerals";
import type { Store } from "../state";
import type { View } from "../view";

export class RowPicker {
  readonly element: HTMLElement;
  private readonly select: HTMLSelectElement;
  private readonly facts = {
    target: html("dd", { dir: "auto" }),
    predicted: html("dd", { dir: "auto" }),
    loss: html("dd", { class: "numeric" }),
  };
  private readonly table = html("tbody");
  private drawnRow = -1;

  constructor(store: Store, texts: Texts, titles: string[]) {
    const options = titles.map((title, row) => html("option", { value: row }, title));
    this.select = html("select", { dir: "auto" }, ...options);
    this.select.addEventListener("change", () => store.change({ row: Number(this.select.value) }));
    const fact = (name: "target" | "predicted" | "loss", read: "target" | "predicted" | "lossOfRow") =>
      html(
        "div",
        {},
        html(
          "dt",
          {},
          texts.text((words) => words[read]),
        ),
        this.facts[name],
      );
    const headings = (["column", "cell"] as const).map((name) =>
      html(
        "th",
        { scope: "col" },
        texts.text((words) => words[name]),
      ),
    );
    const cells = html("table", {}, html("thead", {}, html("tr", {}, ...headings)), this.table);
    this.element = html(
      "div",
      { class: "row" },
      html(
        "label",
        { class: "field" },
        html(
          "span",
          {},
          texts.text((words) => words.row),
        ),
        this.select,
      ),
      html(
        "dl",
        { class: "facts" },
        fact("target", "target"),
        fact("predicted", "predicted"),
        fact("loss", "lossOfRow"),
      ),
      html(
        "details",
        { class: "cells" },
        html(
          "summary",
          {},
          texts.text((words) => words.cells),
        ),
        cells,
      ),
    );
  }

  /** What is predicted, and the loss, are said once the steps have come to them. */
  render(view: View): void {
    const { sample, network, state } = view;
    const { depth } = network;
    if (this.select.value !== String(state.row)) this.select.value = String(state.row);
    write(this.facts.target, sample.target);
    write(this.facts.predicted, view.known("a", depth) ? sample.predicted : "…");
    write(this.facts.loss, view.known("E", depth) ? plain(sample.loss) : "…");
    if (this.drawnRow !== state.row) {
      const rows = sample.cells.map(([column, cell]) =>
        html("tr", {}, html("th", { scope: "row", dir: "auto" }, column), html("td", { dir: "auto" }, cell)),
      );
      this.table.replaceChildren(...rows);
    }
    this.drawnRow = state.row;
  }
}
