// Both languages say everything, each in its own words.
import { describe, expect, it } from "vitest";
import { sequence } from "../src/steps";
import { WORDS } from "../src/words";

/** Marks between sentences, which are no words. */
const MARKS = new Set(["gap", "stop"]);
const CHINESE = /[\u4e00-\u9fff]/;

/** All texts, those of functions with some arguments, by their path. */
function texts(words: object, path = ""): [string, string][] {
  return Object.entries(words).flatMap(([key, value]): [string, string][] => {
    if (typeof value === "object") return texts(value, `${path}${key}.`);
    if (key === "sentence") return sequence(2).map((step) => [`${key} ${step.kind}${step.layer}`, value(step, 2)]);
    const said =
      typeof value === "function" ? (key === "unit" ? value("hidden", 1, 2, "") : value(1, 2, 3, 4, 5)) : value;
    return [[path + key, said]];
  });
}

describe("words", () => {
  const [english, chinese] = [texts(WORDS.en), texts(WORDS.zh)];

  it("are the same in number, and none is empty", () => {
    expect(chinese.map(([key]) => key)).toEqual(english.map(([key]) => key));
    for (const [key, text] of [...english, ...chinese]) if (!MARKS.has(key)) expect(text.trim(), key).not.toBe("");
  });

  it("are English in English and Chinese in Chinese", () => {
    for (const [key, text] of english) expect(CHINESE.test(text), `${key}: ${text}`).toBe(false);
    for (const [key, text] of chinese.filter(([name]) => !MARKS.has(name)))
      expect(CHINESE.test(text), `${key}: ${text}`).toBe(true);
  });
});

it("a step says what comes from what", () => {
  const steps = sequence(2);
  expect(steps.map((step) => WORDS.en.sentence(step, 2))).toEqual([
    "The input: x",
    "Forward, layer 1: z¹ from x",
    "Forward, layer 1: a¹ from z¹",
    "Forward, layer 2: z² from a¹",
    "Forward, layer 2: a² from z²",
    "The loss: E from a² and y",
    "Backward, layer 2: Δ² from a² and y",
    "Backward, layer 2: ∇W² and ∇b² from Δ² and a¹",
    "Backward, layer 1: Δ¹ from Δ²",
    "Backward, layer 1: ∇W¹ and ∇b¹ from Δ¹ and x",
  ]);
});
