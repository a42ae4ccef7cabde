// Every colour, once: one for each kind of quantity (after Okabe and Ito, deep enough to read), and the page's own.
import type { ArrayName } from "../data/format";
import type { Quantity } from "../steps";
import type { Theme } from "../state";

export type Kind = "a" | "z" | "W" | "b" | "delta" | "gradient";

/** The letter that stands beside the colour, since colour is never the only sign; and the colour in each theme. */
export const KINDS: Record<Kind, { letter: string } & Record<Theme, string>> = {
  a: { letter: "a", light: "#06805f", dark: "#3ed99a" },
  z: { letter: "z", light: "#0a4fa8", dark: "#56a8f0" },
  W: { letter: "W", light: "#26282c", dark: "#e9ebee" },
  b: { letter: "b", light: "#574000", dark: "#f0cb45" },
  delta: { letter: "Δ", light: "#cc4600", dark: "#f07c4c" },
  gradient: { letter: "∇", light: "#7d1c70", dark: "#e08cba" },
};

export type Shade = "paper" | "raised" | "ink" | "soft" | "line" | "accent" | "positive" | "negative" | "middle";

export const SHADES: Record<Theme, Record<Shade, string>> = {
  light: {
    paper: "#fcfcfa",
    raised: "#ffffff",
    ink: "#1f2328",
    soft: "#5b6067",
    line: "#d9dbdd",
    accent: "#1f5fa8",
    positive: "#c65a00",
    negative: "#0072b2",
    middle: "#f3f3ef",
  },
  dark: {
    paper: "#16181c",
    raised: "#1d2025",
    ink: "#e3e6e9",
    soft: "#a3a9b1",
    line: "#3a3f46",
    accent: "#8abaf2",
    positive: "#ff9b45",
    negative: "#56b4e9",
    middle: "#23272d",
  },
};

export function kindOf(quantity: Quantity): Kind | null {
  if (quantity === "dW" || quantity === "db") return "gradient";
  return quantity === "E" ? null : quantity;
}

/** What is in a formula but has no colour of its own, by the name of its array. */
export const UNCOLOURED: Record<Exclude<ArrayName, Quantity>, string> = { y: "y", slope: "f′", share: "α" };

export const isColoured = (name: ArrayName): name is Extract<ArrayName, Quantity> => !(name in UNCOLOURED);

/** The class that gives a quantity its colour, in SVG, in MathML and in text. */
export const classOf = (kind: Kind | null): string => (kind === null ? "" : `kind-${kind}`);

/** The style sheet that follows from the two tables. */
export function colourRules(): string {
  const rules = (Object.keys(KINDS) as Kind[]).map(
    (kind) => `.kind-${kind}{color:var(--kind-${kind})}svg .kind-${kind}{fill:var(--kind-${kind})}`,
  );
  const print = `@media print{.explorer,.explorer[data-theme]{${variables("light")}}}`;
  return [`.explorer{${variables("light")}}`, `.explorer[data-theme=dark]{${variables("dark")}}`, print, ...rules].join(
    "\n",
  );
}

function variables(theme: Theme): string {
  const kinds = Object.entries(KINDS).map(([kind, colours]) => `--kind-${kind}:${colours[theme]}`);
  const shades = Object.entries(SHADES[theme]).map(([shade, colour]) => `--${shade}:${colour}`);
  return [`color-scheme:${theme}`, ...kinds, ...shades].join(";");
}
