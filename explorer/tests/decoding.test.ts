// Arrays come out as they went in, and what does not fit is said where it stands.
import { describe, expect, it } from "vitest";
import { encode, randomExploration } from "../fixtures/random_network";
import { decode, decodeArray } from "../src/data/decoding";

describe("arrays", () => {
  it("come back as float32, little end first", () => {
    const numbers = [0, -1.5, 3.25, 1e-20, -4e30];
    expect([...decodeArray(encode(numbers), 5, "x")]).toEqual(numbers.map(Math.fround));
    expect(decodeArray("AACAPw==", 1, "x")[0]).toBe(1);
  });

  it("of another length are refused with their place", () => {
    expect(() => decodeArray(encode([1, 2]), 3, "b[0]")).toThrow(
      "exploration.b[0]: 3 numbers (12 bytes) are expected, found 8 bytes",
    );
  });
});

describe("an exploration", () => {
  const { exploration, W, b, traces } = randomExploration({ sizes: [4, 5, 3] });

  it("is counted as the layers are: index 0 of W, b, z and delta is empty, a[0] is x", () => {
    const network = decode(exploration);
    const sample = network.sample(1);
    expect([network.W[0].length, network.b[0].length, sample.z[0].length, sample.delta[0].length]).toEqual([
      0, 0, 0, 0,
    ]);
    expect([...network.W[2]]).toEqual(W[1].flat());
    expect([...network.b[1]]).toEqual(b[0]);
    expect([...sample.a[0]]).toEqual(traces[1].x);
    expect(sample.a).toHaveLength(3);
    expect(sample.slope[2]).toBeNull();
  });

  it("of another format, or with an array that does not fit its layer, is refused", () => {
    expect(() => decode({ ...exploration, format: 2 as 1 })).toThrow("format 1, found 2");
    expect(() => decode({ ...exploration, b: [...exploration.b].reverse() })).toThrow("exploration.b[0]");
    const [first, ...others] = exploration.rows;
    const broken = { ...exploration, rows: [{ ...first, delta: first.z.slice(0, 1) }, ...others] };
    expect(() => decode(broken).sample(0)).toThrow();
  });
});
