// The paths through a unit: what each unit of the next layer sends back, or what each of the one below sends on.
import { compileTerms, findSum, indices } from "../data/evaluation";
import { plain, short } from "../numerals";
import type { Selection } from "../state";
import type { View } from "../view";

export interface Paths {
  direction: "forward" | "backward";
  /** The layer whose weights the paths run along, and the unit on which they meet (of that layer, or of the one below). */
  block: number;
  unit: number;
  /** What runs along each path, in the order of the units at the other end. */
  terms: Float64Array;
}

/** The paths that meet in a unit: those of the error on the way back, those of the sum z on the way forward. */
export function pathsOf(view: View, selection: Selection | null): Paths | null {
  if (selection?.kind !== "unit") return null;
  const { layer, j: unit } = selection;
  if (!view.backward) return layer > 0 && view.known("a", layer - 1) ? along(view, "z", layer, unit) : null;
  return layer < view.network.depth && layer > 0 && view.known("delta", layer + 1)
    ? along(view, "delta", layer, unit)
    : null;
}

/** Why the paths are as they are, in a sentence or two. */
export function sayPaths(view: View, selection: Selection | null): string {
  const { words, network, backward } = view;
  if (selection === null) return words.point;
  switch (selection.kind) {
    case "loss":
      return words.lossPath;
    case "bias":
      return backward ? words.biasBack : words.biasForward;
    case "weight":
      return backward ? words.weightBack : words.weightForward;
    case "unit": {
      const { layer, j } = selection;
      if (layer === 0) return backward ? words.noError : words.inputGiven;
      if (!backward) return words.pathsForward(j + 1, layer, network.sizes[layer - 1]);
      if (layer === network.depth) return words.errorStarts;
      const why = words.pathsBack(j + 1, layer, network.sizes[layer + 1]);
      const paths = pathsOf(view, selection);
      return paths
        ? `${why}${words.gap}${words.shares(sayShares(paths.terms, words.more), plain(sum(paths.terms), 3))}`
        : why;
    }
  }
}

/** What is known of a unit by now, in one line: z = 0.31, a = 0.58. */
export function sayValues(view: View, layer: number, unit: number): string {
  const known = (["z", "a", "delta"] as const).flatMap((quantity) => {
    if (layer === 0 && quantity !== "a") return [];
    const value = view.array(quantity, layer)?.[unit];
    return value === undefined
      ? []
      : [`${quantity === "delta" ? "Δ" : layer === 0 ? "x" : quantity} = ${short(value)}`];
  });
  return known.join(", ");
}

function along(view: View, quantity: "z" | "delta", layer: number, unit: number): Paths | null {
  const found = findSum(view.formula(quantity, layer)?.numbers ?? null);
  if (found === null) return null;
  const terms = compileTerms(found, view.network, view.sample)(indices(unit));
  if (quantity === "z") return { direction: "forward", block: layer, unit, terms };
  return { direction: "backward", block: layer + 1, unit, terms };
}

function sayShares(terms: Float64Array, more: (count: number) => string): string {
  const shown = Array.from(terms.length <= 4 ? terms : terms.subarray(0, 3), (term) => plain(term, 3)).join(", ");
  return terms.length <= 4 ? shown : `${shown}, … (${more(terms.length - 3)})`;
}

const sum = (terms: Float64Array) => terms.reduce((total, term) => total + term, 0);
