// What the panel explains, by name and number: the way to every unit, weight and bias without the picture.
import { Texts, html, set } from "../dom";
import type { Selection, Store } from "../state";
import { clamp } from "../picture/layout";
import type { View } from "../view";

type Kind = Selection["kind"];

export class Choice {
  readonly element: HTMLElement;
  private readonly kind = html("select", { "data-choice": "kind" });
  private readonly layer = html("select", { "data-choice": "layer" });
  private readonly j = html("input", { type: "number", min: 1, "data-choice": "j" });
  private readonly k = html("input", { type: "number", min: 1, "data-choice": "k" });
  private readonly labels: Record<"layer" | "j" | "k", HTMLElement>;
  private readonly unitName = document.createTextNode("");

  constructor(
    private readonly store: Store,
    texts: Texts,
    private readonly sizes: number[],
  ) {
    for (const kind of ["unit", "weight", "bias", "loss"] as const) {
      this.kind.append(
        html(
          "option",
          { value: kind },
          texts.text((words) => words.choices[kind]),
        ),
      );
    }
    const field = (name: Text, control: HTMLElement) =>
      html("label", { class: "field" }, html("span", {}, name), control);
    const label = (read: "what" | "layerNumber" | "fromUnit") => texts.text((words) => words[read]);
    this.labels = {
      layer: field(label("layerNumber"), this.layer),
      j: field(this.unitName, this.j),
      k: field(label("fromUnit"), this.k),
    };
    this.element = html(
      "div",
      { class: "choice", role: "group" },
      field(label("what"), this.kind),
      ...Object.values(this.labels),
    );
    texts.attribute(this.element, "aria-label", (words) => words.shown);
    this.element.addEventListener("change", () => this.choose());
  }

  render({ state: { selection }, words }: View): void {
    const { sizes } = this;
    this.kind.value = selection.kind;
    for (const label of Object.values(this.labels)) label.hidden = selection.kind === "loss";
    if (selection.kind === "loss") return;
    this.labels.k.hidden = selection.kind !== "weight";
    this.unitName.data = selection.kind === "weight" ? words.toUnit : words.unitNumber;
    this.offerLayers(selection.kind === "unit" ? 0 : 1);
    this.layer.value = String(selection.layer);
    fillNumber(this.j, selection.j, sizes[selection.layer]);
    if (selection.kind === "weight") fillNumber(this.k, selection.k, sizes[selection.layer - 1]);
  }

  /** Inputs have units, but neither weights nor biases. */
  private offerLayers(first: number): void {
    if (this.layer.dataset.first === String(first)) return;
    this.layer.dataset.first = String(first);
    const layers = this.sizes.map((_, layer) => layer).slice(first);
    this.layer.replaceChildren(...layers.map((layer) => html("option", { value: layer }, String(layer))));
  }

  private choose(): void {
    const { sizes } = this;
    const kind = this.kind.value as Kind;
    if (kind === "loss") return this.store.change({ selection: { kind } });
    const layer = Math.max(Number(this.layer.value) || 0, kind === "unit" ? 0 : 1);
    const j = readNumber(this.j, sizes[layer]);
    const k = kind === "weight" ? readNumber(this.k, sizes[layer - 1]) : 0;
    this.store.change({ selection: kind === "weight" ? { kind, layer, j, k } : { kind, layer, j } });
    // What was out of range is written back as it was understood, even where the selection is the same as before.
    fillNumber(this.j, j, sizes[layer]);
    if (kind === "weight") fillNumber(this.k, k, sizes[layer - 1]);
  }
}

function fillNumber(input: HTMLInputElement, value: number, size: number): void {
  set(input, { max: size });
  if (input.value !== String(value + 1)) input.value = String(value + 1);
}

const readNumber = (input: HTMLInputElement, size: number) => clamp(Math.round(Number(input.value)) || 1, 1, size) - 1;
