// A formula's expression with its numbers written in: long sums shortened, negative factors in brackets.
import { math } from "../dom";
import type { Network, Sample } from "../data/decoding";
import { type Indices, compile } from "../data/evaluation";
import type { Expression, Sum } from "../data/format";
import { classOf, isColoured, kindOf } from "../look/palette";
import { parts } from "../numerals";
import { bracket, bracketed, content, fillHoles, fillIndices } from "./markup";

interface Scene {
  network: Network;
  sample: Sample;
  /** How "125 more" is said. */
  more: (count: number) => string;
}

/** Sums of at most so many terms are written in full; longer ones as the first three, how many more, and the last. */
const WHOLE_SUM = 6;
const FIRST_TERMS = 3;
/** The dot of mathematics: that of text is as wide as a letter in Chinese fonts. */
const TIMES = "\u22c5";

/** What an expression stands inside: a row of its own, a sum, or a product. */
type Room = "row" | "sum" | "product";

interface Piece {
  element: Element;
  /** Whether a line may be broken before it. */
  breaks: boolean;
}

/** An expression with its numbers, as several <math> elements between which a line may be broken. */
export function writeNumbers(expression: Expression, at: Indices, scene: Scene): Element[] {
  const formulas: Element[] = [];
  for (const { element, breaks } of pieces(expression, at, scene, "row", true)) {
    if (breaks || formulas.length === 0) formulas.push(math("math"));
    formulas[formulas.length - 1].append(element);
  }
  return formulas;
}

/** One number as MathML: sign, digits, and a power of ten where it needs one. */
export function numeral(value: number, className = ""): Element {
  const { negative, digits, power } = parts(value, 4);
  const row = math("mrow", { class: className || null });
  if (negative) row.append(math("mo", { form: "prefix" }, "−"));
  row.append(math(/[\d∞]/.test(digits) ? "mn" : "mtext", {}, digits));
  if (power !== null) {
    const exponent = math(
      "mrow",
      {},
      ...(power < 0 ? [math("mo", { form: "prefix" }, "−")] : []),
      math("mn", {}, String(Math.abs(power))),
    );
    row.append(math("mo", {}, TIMES), math("msup", {}, math("mn", {}, "10"), exponent));
  }
  return row;
}

/** Whether an expression is written as one number, so that its value need not be said again. */
export const isOneNumber = (expression: Expression): boolean => "ref" in expression || "number" in expression;

function pieces(expression: Expression, at: Indices, scene: Scene, room: Room, leads: boolean): Piece[] {
  if ("ref" in expression) {
    const [name] = expression.ref;
    const kind = isColoured(name) ? kindOf(name) : null;
    return signed(valueOf(expression, at, scene), classOf(kind), leads);
  }
  if ("number" in expression) return signed(expression.number, "", leads);
  if ("function" in expression) {
    const written = content(expression.function);
    fill(written, "hole", expression.of, at, scene);
    if (expression.share) fill(written, "share", expression.share, at, scene);
    return [whole(fillIndices(written, at))];
  }
  if ("sum" in expression)
    return grouped(
      room,
      (inner, first) => sum(expression, at, scene, inner, first),
      leads,
      scene.network.sizes[expression.over],
    );
  if ("plus" in expression) {
    return grouped(
      room,
      (inner, first) => joined(expression.plus, "+", at, scene, inner, first),
      leads,
      expression.plus.length,
    );
  }
  if ("minus" in expression) {
    return grouped(room, (inner, first) => joined(expression.minus, "−", at, scene, inner, first), leads, 2);
  }
  return product(expression.product, at, scene, room, leads);
}

/** Write the number of an expression in the place of everything that has a class. */
function fill(root: Element, name: string, expression: Expression, at: Indices, scene: Scene): void {
  const filling = math("mrow", {}, ...pieces(expression, at, scene, "row", true).map(({ element }) => element));
  fillHoles(root, filling, (filling.textContent ?? "").startsWith("−"), name);
}

function product(factors: Expression[], at: Indices, scene: Scene, room: Room, leads: boolean): Piece[] {
  const [first, ...rest] = factors;
  if (rest.length > 0 && "number" in first && first.number === -1 && leads) {
    return [whole(math("mo", { form: "prefix" }, "−")), ...product(rest, at, scene, "product", false)];
  }
  const inside: Room = factors.length > 1 ? "product" : room;
  return factors.flatMap((factor, n) => [
    ...(n > 0 ? [whole(math("mo", {}, TIMES))] : []),
    ...pieces(factor, at, scene, inside, leads && n === 0),
  ]);
}

function sum(expression: Sum, at: Indices, scene: Scene, room: Room, leads: boolean): Piece[] {
  const size = scene.network.sizes[expression.over];
  const term = (n: number) => pieces(expression.of, { ...at, [expression.sum]: n }, scene, room, leads && n === 0);
  const shown = size <= WHOLE_SUM ? size : FIRST_TERMS;
  const written = Array.from({ length: shown }, (_, n) => (n === 0 ? term(n) : [operator("+"), ...term(n)])).flat();
  if (shown === size) return written;
  const between = math(
    "mrow",
    { class: "more" },
    math("mo", {}, "⋯"),
    math("mtext", {}, scene.more(size - shown - 1)),
    math("mo", {}, "⋯"),
  );
  return [...written, operator("+"), whole(between), operator("+"), ...term(size - 1)];
}

function joined(terms: Expression[], sign: "+" | "−", at: Indices, scene: Scene, room: Room, leads: boolean): Piece[] {
  return terms.flatMap((term, n) => {
    const inside: Room = n > 0 && sign === "−" ? "product" : room;
    return [...(n > 0 ? [operator(sign)] : []), ...pieces(term, at, scene, inside, leads && n === 0)];
  });
}

/** Brackets around several terms that are a factor of a product. */
function grouped(room: Room, write: (room: Room, leads: boolean) => Piece[], leads: boolean, terms: number): Piece[] {
  if (room !== "product" || terms < 2) return write(room === "product" ? "product" : "sum", leads);
  return [whole(bracket("(")), ...write("sum", true), whole(bracket(")"))];
}

/** A number; in brackets where it is negative and something stands before it. */
function signed(value: number, className: string, leads: boolean): Piece[] {
  const number = numeral(value, className);
  return [whole(value < 0 && !leads ? bracketed(number) : number)];
}

const whole = (element: Element): Piece => ({ element, breaks: false });
const operator = (sign: string): Piece => ({ element: math("mo", { form: "infix" }, sign), breaks: true });

const valueOf = (expression: Expression, at: Indices, scene: Scene) =>
  compile(expression, scene.network, scene.sample)(at);
