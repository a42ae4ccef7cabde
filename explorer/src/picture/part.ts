// A part of the picture: it draws itself from what can be seen, and only where something has changed.
import type { Selection } from "../state";
import type { View } from "../view";

export interface Part {
  /** Elements of the SVG, and canvases that lie below it. */
  nodes: SVGElement[];
  canvases: HTMLCanvasElement[];
  render(view: View): void;
}

/** Whether something has changed since the last call, said by a key. */
export function changes(): (...key: unknown[]) => boolean {
  let last: unknown[] = [];
  return (...key) => {
    const changed = key.length !== last.length || key.some((part, n) => part !== last[n]);
    last = key;
    return changed;
  };
}

/** The attributes by which a click finds what it is on. */
export function targetAttributes(selection: Selection): Record<string, string | number> {
  if (selection.kind === "loss") return { "data-kind": "loss" };
  const { kind, layer, j } = selection;
  return {
    "data-kind": kind,
    "data-layer": layer,
    "data-j": j,
    ...(kind === "weight" ? { "data-k": selection.k } : {}),
  };
}

/** What an element stands for, or null. */
export function targetOf(element: Element | null): Selection | null {
  const place = element?.closest<SVGElement>("[data-kind]");
  if (!place) return null;
  const { kind, layer, j, k } = place.dataset;
  if (kind === "loss") return { kind };
  const [l, row] = [Number(layer), Number(j)];
  if (kind === "weight") return { kind, layer: l, j: row, k: Number(k) };
  return kind === "unit" || kind === "bias" ? { kind, layer: l, j: row } : null;
}
