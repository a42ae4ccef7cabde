// What can be seen at the step at hand: arrays that are known by now, and the words for them.
import type { Network, Sample } from "./data/decoding";
import type { Formula } from "./data/format";
import { gradient } from "./data/gradients";
import { type Quantity, type Step, isBackward, reachedAt } from "./steps";
import type { Selection, State } from "./state";
import { WORDS, type Words } from "./words";

export class View {
  readonly sample: Sample;
  readonly words: Words;
  readonly step: Step;

  constructor(
    readonly network: Network,
    readonly steps: Step[],
    readonly state: State,
  ) {
    this.sample = network.sample(state.row);
    this.words = WORDS[state.language];
    this.step = steps[state.step];
  }

  get backward(): boolean {
    return isBackward(this.step);
  }

  /** The step at which a quantity of a layer becomes known. */
  reachedAt(quantity: Quantity, layer: number): number {
    return reachedAt(quantity, layer, this.steps);
  }

  known(quantity: Quantity, layer: number): boolean {
    return this.reachedAt(quantity, layer) <= this.state.step;
  }

  /** The numbers of a quantity in a layer; null as long as they are not known. */
  array(quantity: Exclude<Quantity, "E">, layer: number): Float32Array | null {
    if (!this.known(quantity, layer)) return null;
    if (quantity === "W" || quantity === "b") return this.network[quantity][layer];
    if (quantity === "dW" || quantity === "db") return gradient(quantity, layer, this.network, this.sample);
    return this.sample[quantity][layer];
  }

  /** What stands in the place of a layer's weights or biases: themselves, or their gradient once it is known and wanted. */
  shown(parameter: "W" | "b", layer: number): "W" | "b" | "dW" | "db" {
    const gradientOf = parameter === "W" ? "dW" : "db";
    const wanted = this.state.between === "gradients" && this.known(gradientOf, layer);
    return wanted && this.array(gradientOf, layer) ? gradientOf : parameter;
  }

  formula(quantity: "z" | "a" | "E" | "delta" | "dW" | "db", layer: number): Formula | null {
    return this.network.formula(quantity === "E" ? "loss" : quantity, layer);
  }

  /** The name of an input or an output, as people gave it; empty in between. */
  name(layer: number, unit: number): string {
    if (layer === 0) return this.network.inputNames[unit] ?? "";
    return layer === this.network.depth ? (this.network.outputNames[unit] ?? "") : "";
  }

  /** A unit in words, with its name. */
  unit(layer: number, unit: number): string {
    const place = layer === 0 ? "input" : layer === this.network.depth ? "output" : "hidden";
    return this.words.unit(place, layer, unit + 1, this.name(layer, unit));
  }

  describe(selection: Selection): string {
    switch (selection.kind) {
      case "unit":
        return this.unit(selection.layer, selection.j);
      case "bias":
        return this.words.bias(selection.layer, selection.j + 1);
      case "weight":
        return this.words.weight(selection.layer, selection.j + 1, selection.k + 1);
      case "loss":
        return this.words.loss;
    }
  }
}
