// The largest terms of a long sum, each with its factors: where a total comes from.
import { type Indices, compile, compileTerms, findSum } from "../data/evaluation";
import type { Network, Sample } from "../data/decoding";
import type { ArrayName, Expression } from "../data/format";

interface Contributions {
  /** The layer whose units the sum runs over, and how many there are. */
  over: number;
  count: number;
  /** The arrays that the factors come from, where every factor is a number of one. */
  factors: { name: ArrayName; layer: number }[];
  largest: { unit: number; factors: number[]; value: number }[];
}

/** The terms of the first sum of an expression, largest first, at most `limit`; null where it has none that is known. */
export function contributions(
  expression: Expression | null,
  at: Indices,
  network: Network,
  sample: Sample,
  limit: number,
): Contributions | null {
  const sum = findSum(expression);
  if (sum === null) return null;
  const terms = compileTerms(sum, network, sample)(at);
  if (terms.some(Number.isNaN)) return null;
  const product = "product" in sum.of ? sum.of.product : [sum.of];
  const references = product.filter((factor) => "ref" in factor);
  const listed = references.length === product.length ? references : [];
  const values = listed.map((factor) => compile(factor, network, sample));
  const order = Array.from(terms.keys()).sort((first, second) => Math.abs(terms[second]) - Math.abs(terms[first]));
  return {
    over: sum.over,
    count: terms.length,
    factors: listed.map(({ ref }) => ({ name: ref[0], layer: ref[1] })),
    largest: order.slice(0, limit).map((unit) => ({
      unit,
      factors: values.map((value) => value({ ...at, [sum.sum]: unit })),
      value: terms[unit],
    })),
  };
}
