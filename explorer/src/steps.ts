// The order in which the numbers come to be: forward to the loss, backward to the first gradients.

export type Quantity = "a" | "z" | "W" | "b" | "E" | "delta" | "dW" | "db";

export interface Step {
  kind: "x" | "z" | "a" | "E" | "delta" | "gradient";
  layer: number;
}

/** x; then z and a of layers 1 … depth; then E; then Δ, and ∇W with ∇b, of layers depth … 1. */
export function sequence(depth: number): Step[] {
  const layers = Array.from({ length: depth }, (_, l) => l + 1);
  const pair = (first: Step["kind"], second: Step["kind"]) => (layer: number) => [
    { kind: first, layer },
    { kind: second, layer },
  ];
  return [
    { kind: "x", layer: 0 },
    ...layers.flatMap(pair("z", "a")),
    { kind: "E", layer: depth },
    ...layers.reverse().flatMap(pair("delta", "gradient")),
  ];
}

/** The position of the step at which a quantity becomes known; weights and biases are known from the start. */
export function reachedAt(quantity: Quantity, layer: number, steps: Step[]): number {
  if (quantity === "W" || quantity === "b") return 0;
  const kind = quantity === "a" && layer === 0 ? "x" : quantity === "dW" || quantity === "db" ? "gradient" : quantity;
  return steps.findIndex((step) => step.kind === kind && (kind === "E" || step.layer === layer));
}

/** Whether a step belongs to the way back. */
export const isBackward = (step: Step): boolean => step.kind === "delta" || step.kind === "gradient";
