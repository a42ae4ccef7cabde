// What edges and matrices share: the weight at hand, and how the whole of them is called.
import { set } from "../dom";
import { plain } from "../numerals";
import type { Selection } from "../state";
import type { View } from "../view";

/** The weight that a selection names, where it is one of this layer. */
export function weightAtHand(selection: Selection | null, layer: number): { j: number; k: number } | null {
  return selection?.kind === "weight" && selection.layer === layer ? selection : null;
}

/** Name the weights of a layer, the chosen one and its value, for those who hear the page. */
export function describeWeights(view: View, group: Element, layer: number): void {
  const { words, network, state } = view;
  const chosen = weightAtHand(state.selection, layer);
  const shown = view.shown("W", layer);
  const values = view.array(shown, layer);
  const { j, k } = chosen ?? { j: 0, k: 0 };
  const value = values ? plain(values[j * network.sizes[layer - 1] + k]) : "";
  const kind = shown === "dW" ? "dW" : "W";
  set(group, { "aria-label": words.matrix(kind, layer, j + 1, k + 1, value), "aria-pressed": String(chosen !== null) });
}
