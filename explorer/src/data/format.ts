// The exploration as Python writes it, format 1: one network, some rows, and the formulas that were verified on them.

export type Language = "en" | "zh";
export type Translated = Record<Language, string>;

/** An index in a formula. j: the unit at hand; k: a unit of the layer below; i: a unit of the layer above. */
export type Letter = "j" | "k" | "i";
export type ArrayName = "W" | "b" | "a" | "z" | "y" | "delta" | "slope" | "share";

export interface Reference {
  ref: [array: ArrayName, layer: number, ...indices: Letter[]];
}
export interface Sum {
  sum: "k" | "i";
  over: number;
  of: Expression;
}
export interface Product {
  product: Expression[];
}
export interface Plus {
  plus: Expression[];
}
export interface Minus {
  minus: [Expression, Expression];
}
export interface Constant {
  number: number;
}
/**
 * A function of one number, as MathML with <mi class="hole">; `value` says its result, null where no array holds it.
 * `share` is the α of a mixture, in the place of <mi class="share">.
 */
export interface Applied {
  function: string;
  of: Expression;
  share?: Reference;
  value: Expression | null;
}
export type Expression = Reference | Sum | Product | Plus | Minus | Constant | Applied;

export interface Formula {
  left: string;
  index: string;
  vector: string;
  shapes: [symbol: string, shape: string][];
  rule: string;
  why: Translated;
  /** The right side, to be filled in with numbers; null where it cannot be written so. */
  numbers: Expression | null;
}

export type FormulaKind = "z" | "a" | "loss" | "delta" | "dW" | "db";

export interface EncodedRow {
  title: string;
  cells: [column: string, cell: string][];
  target: string;
  predicted: string;
  loss: number;
  y: string;
  a: string[];
  z: string[];
  slope: (string | null)[];
  delta: string[];
}

export interface Exploration {
  format: 1;
  network: {
    sizes: number[];
    activations: string[];
    loss: string;
    input_names: string[];
    output_names: string[];
  };
  W: string[];
  b: string[];
  /** α of the layers that are mixtures. */
  share?: (string | null)[];
  rows: EncodedRow[];
  formulas: Record<FormulaKind, (Formula | null)[]>;
  verified: Translated;
}
