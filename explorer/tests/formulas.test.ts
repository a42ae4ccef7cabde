// Formulas with indices and numbers filled in: what is written is what is meant, and nothing but mathematics passes.
import { describe, expect, it } from "vitest";
import { randomExploration } from "../fixtures/random_network";
import { decode } from "../src/data/decoding";
import { indices } from "../src/data/evaluation";
import type { Expression } from "../src/data/format";
import { colourLetters } from "../src/formulas/colouring";
import { content, fillHoles, fillIndices, parse } from "../src/formulas/markup";
import { numeral, writeNumbers } from "../src/formulas/numbers";
import { short } from "../src/numerals";

const WEIGHT = '<math><msub><mi>w</mi><mrow><mi class="index-j">j</mi><mi class="index-k">k</mi></mrow></msub></math>';

describe("markup", () => {
  it("gets the clicked indices, counted from 1, with a comma between two of them", () => {
    expect(fillIndices(content(WEIGHT), { j: 11, k: 2 }).textContent).toBe("w12,3");
    expect(fillIndices(content(WEIGHT), { j: 11 }).textContent).toBe("w12,k");
    expect(fillIndices(content(WEIGHT), {}).textContent).toBe("wjk");
  });

  it("leaves the index of a sum alone, and the bounds around it", () => {
    const sum =
      '<math><munder><mo>∑</mo><mi class="index-k">k</mi></munder><msub><mi>a</mi><mi class="index-k">k</mi></msub></math>';
    expect(fillIndices(content(sum), { j: 4 }).textContent).toBe("∑kak");
  });

  it("is a new copy each time", () => {
    fillIndices(parse(WEIGHT), { j: 0, k: 0 });
    expect(parse(WEIGHT).textContent).toBe("wjk");
  });

  it("lets nothing through but mathematics", () => {
    const root = parse(
      '<math><mi onclick="x()" style="background:url(y)" href="z" class="kept">a</mi><mtext><img src="x" onerror="y()"><b>bold</b></mtext><script>bad()</script></math>',
    );
    expect(root.querySelectorAll("img, script, b, [onclick], [style], [href]")).toHaveLength(0);
    expect(root.querySelector("mi")?.getAttribute("class")).toBe("kept");
    expect(root.textContent).toContain("bold");
    expect(parse("<p onclick='x'>5 < 6</p>").querySelector("p")).toBeNull();
  });

  it("has its holes filled, all of them; a sign is in brackets where something binds it", () => {
    const hole = '<mi class="hole">z</mi>';
    const fill = (inner: string, value: number) =>
      fillHoles(content(`<math>${inner}</math>`), numeral(value), value < 0).textContent;
    const call = `<mi>f</mi><mrow><mo>(</mo>${hole}<mo>)</mo></mrow>`;
    expect(fill(call + call, -0.5)).toBe("f(−0.5000)f(−0.5000)");
    expect(fill(`<mi>max</mi><mo>(</mo><mn>0</mn><mo>,</mo>${hole}<mo>)</mo>`, -0.5)).toBe("max(0,−0.5000)");
    expect(fill(`<mo>−</mo>${hole}`, -0.5)).toBe("−(−0.5000)");
    expect(fill(`<msup>${hole}<mn>2</mn></msup>`, -0.5)).toBe("(−0.5000)2");
    expect(fill(`<msup><mi>e</mi>${hole}</msup>`, -0.5)).toBe("e−0.5000");
    expect(fill(`<mo>−</mo>${hole}`, 0.5)).toBe("−0.5000");
  });
});

describe("colours", () => {
  it("follow the letters, bold ones as well; what ∇ stands before is a gradient", () => {
    const root = parse("<math><mi>δ</mi><mi>𝐖</mi><mo>∇</mo><msup><mi>W</mi><mn>2</mn></msup><mi>tanh</mi></math>");
    colourLetters(root);
    const classes = [...root.children].map((child) => child.getAttribute("class"));
    expect(classes).toEqual(["kind-delta", "kind-W", "kind-gradient", "kind-gradient", null]);
    expect(root.querySelector("msup mi")?.getAttribute("class")).toBeNull();
  });

  it("are no index's, even where it has the letter of a quantity", () => {
    expect(
      colourLetters(parse('<math><mi class="index-a">a</mi></math>')).querySelector("mi")?.getAttribute("class"),
    ).toBe("index-a");
  });
});

describe("numbers", () => {
  const { exploration } = randomExploration({ sizes: [128, 5, 3] });
  const network = decode(exploration);
  const sample = network.sample(0);
  sample.a[0].set([0.5, -2, 1.25]);
  network.W[1].set([-0.25, 3, 0.001234]);
  const scene = { network, sample, more: (count: number) => `${count} more` };
  const text = (expression: Expression, at = indices()) =>
    writeNumbers(expression, at, scene)
      .map((part) => part.textContent)
      .join(" ");

  it("of a long sum are the first three terms, how many more, and the last", () => {
    const written = text(network.formula("z", 1)!.numbers!);
    expect(written).toMatch(/^−0\.2500⋅0\.5000 \+3⋅\(−2\) \+0\.001234⋅1\.250 \+⋯124 more⋯ \+.+ \+.+$/);
  });

  it("of a short sum are all of them, in brackets where they are a factor", () => {
    const written = text(network.formula("delta", 1)!.numbers!, indices(2));
    expect(written).toMatch(/^\(.+ \+.+ \+.+\)⋅0\.\d+$/);
    expect(written).not.toContain("more");
  });

  it("that are subtracted keep their sign in brackets", () => {
    expect(text({ minus: [{ number: -1 }, { number: -2 }] })).toBe("−1 −(−2)");
    expect(text({ minus: [{ number: 1 }, { plus: [{ number: 2 }, { number: 3 }] }] })).toBe("1 −(2 +3)");
  });

  it("of a mixture stand in the places of its argument and of its share, and its index is that of the unit", () => {
    const j = '<mi class="index-j">j</mi>';
    const mixture: Expression = {
      function: `<math><mi class="share">α</mi><mi>f</mi>${j}<mo>(</mo><mi class="hole">z</mi><mo>)</mo></math>`,
      of: { ref: ["z", 1, "j"] },
      share: { ref: ["share", 1, "j"] },
      value: null,
    };
    const z = numeral(network.sample(0).z[1][1]).textContent;
    const shares = Float32Array.from({ length: network.sizes[1] }, (_, unit) => 0.5 + unit);
    const mixed = { ...network, share: [null, shares] };
    const written = writeNumbers(mixture, indices(1), { network: mixed, sample: network.sample(0), more: String });
    expect(written.map((part) => part.textContent).join("")).toBe(`1.500f2(${z})`);
  });

  it("of a function stand in its hole, and a factor −1 in front is a sign", () => {
    const written = text(network.formula("loss", 2)!.numbers!);
    expect(written).toMatch(/^−\([01]⋅ln⁡0\.\d+.* \+[01]⋅ln⁡0\.\d+.* \+[01]⋅ln⁡0\.\d+.*\)$/);
  });

  it("have four digits, a true minus sign, and a power of ten where they are very large or small", () => {
    expect([0, 1, -3, 0.12345, -12.5, 123456, 0.00012346].map((value) => numeral(value).textContent)).toEqual([
      "0",
      "1",
      "−3",
      "0.1235",
      "−12.50",
      "1.235⋅105",
      "1.235⋅10−4",
    ]);
    expect(numeral(NaN).textContent).toBe("–");
    expect(numeral(0.9999999).textContent).toBe("1.000");
  });
});

it("numbers of the picture have at most seven characters, and keep their sign", () => {
  for (let power = -12; power <= 12; power++) {
    for (const value of [1, -1.2345, 9.9996, -4.5678].map((number) => number * 10 ** power)) {
      expect(short(value).length, String(value)).toBeLessThanOrEqual(7);
      expect(Number(short(value).replaceAll("−", "-")) / value).toBeCloseTo(
        1,
        power === -3 || Math.abs(power) > 9 ? 0 : 1,
      );
    }
  }
});
