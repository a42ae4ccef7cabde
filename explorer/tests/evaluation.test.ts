// What the formulas' numbers come to is what an independent forward and backward pass comes to.
import { describe, expect, it } from "vitest";
import { type Made, lossOf, randomExploration, trace } from "../fixtures/random_network";
import { decode } from "../src/data/decoding";
import { compile, fillMatrix, indices } from "../src/data/evaluation";
import type { Expression, FormulaKind } from "../src/data/format";
import { gradient } from "../src/data/gradients";
import { contributions } from "../src/formulas/contributions";

const NETWORKS = [
  [4, 5, 3],
  [1, 1, 1],
  [7, 20, 3, 2],
  [30, 40, 4],
];

describe.each(NETWORKS.map((sizes) => [sizes.join("-"), sizes] as const))("of %s", (_, sizes) => {
  const made = randomExploration({ sizes, seed: sizes.length });
  const network = decode(made.exploration);
  const sample = network.sample(2);
  const evaluate = (kind: FormulaKind, layer: number, j: number, k = 0) => {
    const expression = network.formula(kind, layer)?.numbers as Expression;
    return compile(expression, network, sample)(indices(j, k));
  };

  it("z, a and delta are the engine's", () => {
    for (let layer = 1; layer < sizes.length; layer++) {
      for (let j = 0; j < sizes[layer]; j++) {
        expect(evaluate("z", layer, j)).toBeCloseTo(made.traces[2].z[layer - 1][j], 5);
        expect(evaluate("a", layer, j)).toBeCloseTo(made.traces[2].a[layer][j], 5);
        expect(evaluate("delta", layer, j)).toBeCloseTo(made.traces[2].delta[layer - 1][j], 5);
        expect(evaluate("z", layer, j)).toBeCloseTo(sample.z[layer][j], 5);
        expect(evaluate("delta", layer, j)).toBeCloseTo(sample.delta[layer][j], 5);
      }
    }
  });

  it("∇W and ∇b are those of the other pass, entry by entry and as whole arrays", () => {
    for (let layer = 1; layer < sizes.length; layer++) {
      const [dW, db] = [gradient("dW", layer, network, sample), gradient("db", layer, network, sample)];
      made.traces[2].dW[layer - 1].forEach((row, j) => {
        expect(db?.[j]).toBeCloseTo(made.traces[2].db[layer - 1][j], 5);
        row.forEach((value, k) => {
          expect(dW?.[j * sizes[layer - 1] + k]).toBeCloseTo(value, 5);
          expect(evaluate("dW", layer, j, k)).toBeCloseTo(value, 5);
        });
      });
    }
  });
});

it("the other pass itself has the gradients that central differences measure", () => {
  const { W, b, traces }: Made = randomExploration({ sizes: [4, 5, 3] });
  const [{ x, y, dW }] = traces;
  const step = 1e-5;
  const moved = (layer: number, j: number, k: number, by: number) => {
    const other = structuredClone(W);
    other[layer][j][k] += by;
    const { a } = trace(other, b, x, y);
    return lossOf(a[a.length - 1], y);
  };
  for (const [layer, j, k] of [
    [0, 2, 3],
    [0, 4, 0],
    [1, 0, 4],
    [1, 2, 1],
  ]) {
    const measured = (moved(layer, j, k, step) - moved(layer, j, k, -step)) / (2 * step);
    expect(dW[layer][j][k]).toBeCloseTo(measured, 7);
    expect(Math.abs(measured)).toBeGreaterThan(1e-6);
  }
});

describe("a matrix", () => {
  const { exploration } = randomExploration({ sizes: [6, 5, 3] });
  const network = decode(exploration);
  const sample = network.sample(0);
  const outer: Expression = { product: [{ ref: ["delta", 1, "j"] }, { ref: ["a", 0, "k"] }] };

  it("with a penalty's term, which is no outer product, has the same entries one by one", () => {
    const penalised: Expression = { plus: [outer, { product: [{ number: 0.5 }, { ref: ["W", 1, "j", "k"] }] }] };
    const [matrix, plain] = [fillMatrix(penalised, network, sample, 1), fillMatrix(outer, network, sample, 1)];
    matrix.forEach((value, n) => expect(value).toBeCloseTo(plain[n] + 0.5 * network.W[1][n], 5));
  });
});

describe("the largest terms of a sum", () => {
  const { exploration, W, traces } = randomExploration({ sizes: [30, 40, 4] });
  const network = decode(exploration);
  const found = contributions(network.formula("delta", 1)!.numbers, indices(3), network, network.sample(0), 3);

  it("are in order, with their factors, and name their units", () => {
    const terms = W[1].map((row, i) => row[3] * traces[0].delta[1][i]);
    const order = terms.map((_, i) => i).sort((first, second) => Math.abs(terms[second]) - Math.abs(terms[first]));
    expect(found?.largest.map(({ unit }) => unit)).toEqual(order.slice(0, 3));
    expect(found?.count).toBe(4);
    found?.largest.forEach(({ unit, factors, value }) => {
      expect(factors[0] * factors[1]).toBeCloseTo(value, 10);
      expect(value).toBeCloseTo(terms[unit], 5);
    });
  });

  it("are not made up where a function's value is not known", () => {
    expect(contributions(network.formula("loss", 2)!.numbers, indices(), network, network.sample(0), 3)).toBeNull();
  });
});
