// The order of the steps, and what is known after each.
import { expect, it } from "vitest";
import { isBackward, reachedAt, sequence } from "../src/steps";

it("goes forward to the loss and backward to the first gradients", () => {
  const said = sequence(2).map(({ kind, layer }) => kind + layer);
  expect(said).toEqual(["x0", "z1", "a1", "z2", "a2", "E2", "delta2", "gradient2", "delta1", "gradient1"]);
});

it.each([1, 2, 5])("with %i layers everything becomes known once, after what it is made of", (depth) => {
  const steps = sequence(depth);
  expect(steps).toHaveLength(4 * depth + 2);
  for (let layer = 1; layer <= depth; layer++) {
    const at = (quantity: Parameters<typeof reachedAt>[0], of = layer) => reachedAt(quantity, of, steps);
    expect(at("a", layer - 1)).toBeLessThan(at("z"));
    expect(at("z")).toBeLessThan(at("a"));
    expect(at("a", depth)).toBeLessThan(at("E"));
    expect(at("E")).toBeLessThan(at("delta"));
    expect(at("delta")).toBeLessThan(at("dW"));
    expect(at("dW")).toBe(at("db"));
    if (layer < depth) expect(at("delta", layer + 1)).toBeLessThan(at("delta"));
    expect([at("W"), at("b")]).toEqual([0, 0]);
  }
  expect(steps.filter(isBackward)).toHaveLength(2 * depth);
});
