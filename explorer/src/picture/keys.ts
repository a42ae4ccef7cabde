// The picture by keyboard: up and down within a layer, left and right between layers; in weights, from one to the next.
import type { Selection, Store } from "../state";
import type { View } from "../view";
import { clamp } from "./layout";
import { targetOf } from "./part";
import { weightAtHand } from "./weights";

const DIRECTIONS: Record<string, [down: number, across: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-10, 0],
  PageDown: [10, 0],
  Home: [-Infinity, 0],
  End: [Infinity, 0],
};

export function followKeys(stage: HTMLElement, store: Store, view: () => View, goTo: (place: Selection) => void): void {
  stage.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const element = event.target as SVGElement;
    const enters = event.key === "Enter" || event.key === " ";
    const direction = DIRECTIONS[event.key];
    if (!enters && !direction) return;
    const { sizes, depth } = view().network;
    const weights = element.dataset?.weights;
    const place = targetOf(element);
    if (weights !== undefined) store.change({ selection: nextWeight(store, sizes, Number(weights), direction) });
    else if (place && enters) store.change({ selection: place });
    else if (place) goTo(neighbour(place, direction, sizes, depth));
    else return;
    event.preventDefault();
  });
}

/** The weight one step on; where none of this layer is chosen yet, the first. */
function nextWeight(store: Store, sizes: number[], layer: number, direction?: [number, number]): Selection {
  const chosen = weightAtHand(store.state.selection, layer);
  const [down, across] = chosen && direction ? direction : [0, 0];
  const j = clamp((chosen?.j ?? 0) + down, 0, sizes[layer] - 1);
  const k = clamp((chosen?.k ?? 0) + across, 0, sizes[layer - 1] - 1);
  return { kind: "weight", layer, j, k };
}

/** The unit or bias beside one: columns go input, biases of layer 1, units of layer 1, …, loss. */
export function neighbour(
  place: Selection,
  [down, across]: [number, number],
  sizes: number[],
  depth: number,
): Selection {
  const stops: Selection[] = [{ kind: "unit", layer: 0, j: 0 }];
  for (let layer = 1; layer <= depth; layer++) stops.push({ kind: "bias", layer, j: 0 }, { kind: "unit", layer, j: 0 });
  stops.push({ kind: "loss" });
  const layerOf = (selection: Selection) => (selection.kind === "loss" ? -1 : selection.layer);
  const here = stops.findIndex((stop) => stop.kind === place.kind && layerOf(stop) === layerOf(place));
  const stop = stops[clamp(here + across, 0, stops.length - 1)];
  if (stop.kind !== "unit" && stop.kind !== "bias") return stop;
  const j = place.kind === "loss" ? 0 : place.j;
  return { ...stop, j: clamp(j + down, 0, sizes[stop.layer] - 1) };
}
