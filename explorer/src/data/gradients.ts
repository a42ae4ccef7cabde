// ∇W and ∇b of a row, whole arrays: the values of the formulas' numbers, kept once they are known.
import type { Network, Sample } from "./decoding";
import { compile, fillMatrix, indices } from "./evaluation";

const known = new WeakMap<Sample, Map<string, Float32Array | null>>();

/** ∇W (sizes[layer] × sizes[layer - 1]) or ∇b (sizes[layer]) of a row; null where no formula was given. */
export function gradient(name: "dW" | "db", layer: number, network: Network, sample: Sample): Float32Array | null {
  const ofSample = known.get(sample) ?? new Map<string, Float32Array | null>();
  known.set(sample, ofSample);
  const key = name + layer;
  if (!ofSample.has(key)) ofSample.set(key, calculate(name, layer, network, sample));
  return ofSample.get(key) ?? null;
}

function calculate(name: "dW" | "db", layer: number, network: Network, sample: Sample): Float32Array | null {
  const expression = network.formula(name, layer)?.numbers;
  if (!expression) return null;
  if (name === "dW") return fillMatrix(expression, network, sample, layer);
  const entry = compile(expression, network, sample);
  return Float32Array.from({ length: network.sizes[layer] }, (_, j) => entry(indices(j)));
}
