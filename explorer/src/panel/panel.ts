// The panel: what is chosen, its value, and a card for each quantity that the step at hand asks for.
import { Texts, html, set, write } from "../dom";
import { classOf } from "../look/palette";
import { plain } from "../numerals";
import { symbol } from "../picture/headings";
import type { Selection, Store } from "../state";
import type { View } from "../view";
import { type Place, drawCard } from "./card";

/** Milliseconds without a change after which the page is at rest. */
const REST = 120;

export class Panel {
  readonly element: HTMLElement;
  private readonly title = html("h3", {});
  private readonly body = html("div", { class: "cards" });
  private readonly verified = html("p", { class: "verified", id: "verified" });
  /** Which folding tables are open, so that they stay so from step to step. */
  private readonly open = new Set<string>();
  private waiting = 0;
  private drawn = "";

  constructor(
    private readonly store: Store,
    texts: Texts,
    choice: HTMLElement,
  ) {
    this.element = html("section", { class: "panel" }, choice, this.title, this.body, this.verified);
    texts.attribute(this.element, "aria-label", (words) => words.panel);
    this.body.addEventListener("toggle", (event) => this.remember(event.target as HTMLDetailsElement), true);
  }

  render(view: View): void {
    const { selection } = view.state;
    const key = contentKey(view, selection);
    if (key === this.drawn) return;
    this.drawn = key;
    const said = view.describe(selection);
    write(this.title, said[0].toUpperCase() + said.slice(1));
    write(this.verified, `✓ ${view.network.verified[view.state.language]}`);
    this.body.replaceChildren(...this.contents(view, selection));
    for (const details of this.body.querySelectorAll<HTMLDetailsElement>("details[data-fold]")) {
      details.open = this.open.has(details.dataset.fold ?? "");
    }
    this.reachScrolled();
  }

  /** What is wider than its place scrolls, and what scrolls can be reached by keyboard; looked at when all is at rest. */
  reachScrolled(): void {
    clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => {
      const boxes = [...this.body.querySelectorAll<HTMLElement>(".formula, .scroll")];
      const scrolling = boxes.map((box) => box.scrollWidth > box.clientWidth + 1);
      const name = this.title.textContent ?? "";
      boxes.forEach((box, n) =>
        set(
          box,
          scrolling[n]
            ? { tabindex: 0, role: "group", "aria-label": name }
            : { tabindex: null, role: null, "aria-label": null },
        ),
      );
    }, REST);
  }

  stop(): void {
    clearTimeout(this.waiting);
  }

  private remember(details: HTMLDetailsElement): void {
    const { fold } = details.dataset;
    if (!fold) return;
    if (details.open) this.open.add(fold);
    else this.open.delete(fold);
    this.reachScrolled();
  }

  private contents(view: View, selection: Selection): HTMLElement[] {
    const card = (place: Place) => drawCard(view, place, this.verified.id, (step) => this.store.change({ step }));
    if (selection.kind === "loss") return [card({ quantity: "E", layer: view.network.depth, j: 0 })];
    const { layer, j } = selection;
    if (selection.kind === "weight") {
      const { k } = selection;
      const value = view.network.W[layer][j * view.network.sizes[layer - 1] + k];
      return [valueLine(view, "W", layer, value, this.ends(view, layer, j, k)), card({ quantity: "dW", layer, j, k })];
    }
    if (selection.kind === "bias") {
      return [
        valueLine(view, "b", layer, view.network.b[layer][j], view.unit(layer, j)),
        card({ quantity: "db", layer, j }),
      ];
    }
    if (layer === 0) return [inputLine(view, j)];
    const forward = (["z", "a"] as const).map((quantity) => card({ quantity, layer, j }));
    if (!view.backward) return forward;
    const folded = html("details", { "data-fold": "forward" }, html("summary", {}, view.words.fromForward), ...forward);
    return [card({ quantity: "delta", layer, j }), folded];
  }

  private ends(view: View, layer: number, j: number, k: number): string {
    return `${view.unit(layer - 1, k)} → ${view.unit(layer, j)}`;
  }
}

/** What the panel's contents depend on: from step to step they mostly stay as they are. */
function contentKey(view: View, selection: Selection): string {
  const { language, row } = view.state;
  const layer = selection.kind === "loss" ? view.network.depth : Math.max(1, selection.layer);
  const known = (["a", "z", "E", "delta", "dW"] as const).map((quantity) => view.known(quantity, layer));
  return JSON.stringify([language, row, selection, view.backward, known]);
}

/** The value of a weight or a bias, with what it belongs to. */
function valueLine(view: View, kind: "W" | "b", layer: number, value: number, belongsTo: string): HTMLElement {
  return html(
    "p",
    { class: "parameter" },
    html("b", { class: `letter ${classOf(kind)}` }, symbol(kind, layer)),
    html("span", { class: "kind" }, view.words.kinds[kind]),
    html("span", { class: `value numeric ${classOf(kind)}`, "data-value": value, title: String(value) }, plain(value)),
    html("span", { class: "soft" }, belongsTo),
  );
}

function inputLine(view: View, j: number): HTMLElement {
  const value = view.sample.a[0][j];
  return html(
    "p",
    { class: "parameter" },
    html("b", { class: `letter ${classOf("a")}` }, "x"),
    html("span", { class: "kind" }, view.words.inputs),
    html("span", { class: `value numeric ${classOf("a")}`, "data-value": value, title: String(value) }, plain(value)),
    html("span", { class: "soft" }, view.words.inputGiven),
  );
}
