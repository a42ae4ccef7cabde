// Colours can be read in both themes, and told apart by eyes that see colours in another way.
import { describe, expect, it } from "vitest";
import { KINDS, type Kind, SHADES } from "../src/look/palette";
import type { Theme } from "../src/state";

type Vector = [number, number, number];

/** Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB. */
const EYES: Record<string, Vector[]> = {
  common: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Below this distance in Lab, two colours are hard to tell apart side by side. */
const DISTINCT = 15;

const themes: Theme[] = ["light", "dark"];
const kinds = Object.keys(KINDS) as Kind[];

describe.each(themes)("%s", (theme) => {
  const { paper, raised, ink, soft, accent, positive, negative } = SHADES[theme];

  it("every text has a contrast of at least 4.5 on both grounds", () => {
    for (const ground of [paper, raised]) {
      for (const text of [...kinds.map((kind) => KINDS[kind][theme]), ink, soft, accent]) {
        expect(contrast(text, ground), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
      for (const line of [positive, negative]) expect(contrast(line, ground)).toBeGreaterThanOrEqual(3);
    }
  });

  it.each(Object.keys(EYES))("no two kinds look the same with %s", (eyes) => {
    kinds.forEach((first, n) => {
      for (const second of kinds.slice(n + 1)) {
        const [left, right] = [first, second].map((kind) => lab(seen(linear(KINDS[kind][theme]), EYES[eyes])));
        expect(Math.hypot(...left.map((value, axis) => value - right[axis])), `${first} and ${second}`).toBeGreaterThan(
          DISTINCT,
        );
      }
    });
  });
});

it("every kind has a letter of its own", () => {
  expect(new Set(kinds.map((kind) => KINDS[kind].letter)).size).toBe(kinds.length);
});

const linear = (colour: string): Vector =>
  [1, 3, 5].map((start) => {
    const value = parseInt(colour.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as Vector;

const luminance = ([r, g, b]: Vector) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

function contrast(first: string, second: string): number {
  const [light, dark] = [first, second].map((colour) => luminance(linear(colour))).sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const seen = (colour: Vector, eyes: Vector[]): Vector =>
  eyes.map((row) =>
    Math.min(
      1,
      Math.max(
        0,
        row.reduce((sum, weight, n) => sum + weight * colour[n], 0),
      ),
    ),
  ) as Vector;

function lab([r, g, b]: Vector): Vector {
  const [x, y, z] = [
    (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
    luminance([r, g, b]),
    (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
  ].map((value) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
