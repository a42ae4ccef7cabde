// The numbers of a formula: its expression, evaluated on the engine's arrays of one row.
import type { Network, Sample } from "./decoding";
import type { ArrayName, Expression, Letter, Reference, Sum } from "./format";

export type Indices = Record<Letter, number>;
type Evaluate = (at: Indices) => number;

export const indices = (j = 0, k = 0, i = 0): Indices => ({ j, k, i });

/** Turn an expression into a function of its indices; where an array is missing its numbers are NaN. */
export function compile(expression: Expression, network: Network, sample: Sample): Evaluate {
  const inner = (part: Expression) => compile(part, network, sample);
  if ("ref" in expression) return compileReference(expression, network, sample);
  if ("number" in expression) return () => expression.number;
  if ("sum" in expression) {
    const terms = compileTerms(expression, network, sample);
    return (at) => terms(at).reduce((total, term) => total + term, 0);
  }
  if ("product" in expression) {
    const factors = expression.product.map(inner);
    return (at) => factors.reduce((product, factor) => product * factor(at), 1);
  }
  if ("plus" in expression) {
    const terms = expression.plus.map(inner);
    return (at) => terms.reduce((total, term) => total + term(at), 0);
  }
  if ("minus" in expression) {
    const [first, second] = expression.minus.map(inner);
    return (at) => first(at) - second(at);
  }
  return expression.value === null ? () => NaN : inner(expression.value);
}

/** The terms of a sum, one for each unit that it runs over. */
export function compileTerms(sum: Sum, network: Network, sample: Sample): (at: Indices) => Float64Array {
  const term = compile(sum.of, network, sample);
  const size = network.sizes[sum.over];
  return (at) => {
    const inner = { ...at };
    const terms = new Float64Array(size);
    for (let n = 0; n < size; n++) {
      inner[sum.sum] = n;
      terms[n] = term(inner);
    }
    return terms;
  };
}

/** The first sum in an expression, outermost first, or null. */
export function findSum(expression: Expression | null): Sum | null {
  if (expression === null) return null;
  if ("sum" in expression) return expression;
  for (const part of parts(expression)) {
    const found = findSum(part);
    if (found) return found;
  }
  return null;
}

/** Every entry of a matrix whose entry (j, k) is the expression: as an outer product where it is one, which is faster. */
export function fillMatrix(expression: Expression, network: Network, sample: Sample, layer: number): Float32Array {
  const rows = network.sizes[layer];
  const columns = network.sizes[layer - 1];
  const matrix = new Float32Array(rows * columns);
  const factors = "product" in expression ? expression.product : [expression];
  const ofRow = factors.filter((factor) => !freeIndices(factor).has("k"));
  const ofColumn = factors.filter((factor) => freeIndices(factor).has("k"));
  const at = indices();
  if (ofColumn.some((factor) => freeIndices(factor).has("j"))) {
    const entry = compile(expression, network, sample);
    for (at.j = 0; at.j < rows; at.j++) {
      for (at.k = 0; at.k < columns; at.k++) matrix[at.j * columns + at.k] = entry(at);
    }
    return matrix;
  }
  const left = compile({ product: ofRow }, network, sample);
  const right = compile({ product: ofColumn }, network, sample);
  const across = Float64Array.from({ length: columns }, (_, k) => right(indices(0, k)));
  for (let j = 0; j < rows; j++) {
    const down = left(indices(j));
    for (let k = 0; k < columns; k++) matrix[j * columns + k] = down * across[k];
  }
  return matrix;
}

/** An array of the network or of the row, or null where it is missing. */
function arrayOf(name: ArrayName, layer: number, network: Network, sample: Sample): Float32Array | null {
  if (name === "W" || name === "b" || name === "share") return network[name][layer] ?? null;
  if (name === "y") return sample.y;
  return sample[name][layer] ?? null;
}

function compileReference({ ref }: Reference, network: Network, sample: Sample): Evaluate {
  const [name, layer, first, second] = ref;
  const array = arrayOf(name, layer, network, sample);
  if (array === null) return () => NaN;
  if (second === undefined) return (at) => array[at[first]];
  const columns = network.sizes[layer - 1];
  return (at) => array[at[first] * columns + at[second]];
}

function freeIndices(expression: Expression): Set<Letter> {
  if ("ref" in expression) return new Set(expression.ref.slice(2) as Letter[]);
  const free = new Set(parts(expression).flatMap((part) => [...freeIndices(part)]));
  if ("sum" in expression) free.delete(expression.sum);
  return free;
}

/** What an expression's value is made of. */
function parts(expression: Expression): Expression[] {
  if ("sum" in expression) return [expression.of];
  if ("product" in expression) return expression.product;
  if ("plus" in expression) return expression.plus;
  if ("minus" in expression) return expression.minus;
  if ("function" in expression) return expression.value === null ? [] : [expression.value];
  return [];
}
