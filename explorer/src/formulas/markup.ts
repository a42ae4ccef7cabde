// Python's MathML as elements: only mathematics passes, and indices and holes are filled with numbers.
import { isMathML, math } from "../dom";
import type { Indices } from "../data/evaluation";
import type { Letter } from "../data/format";

const ATTRIBUTES = new Set(
  (
    "class display displaystyle scriptlevel mathvariant stretchy form fence separator lspace rspace width height depth " +
    "voffset accent accentunder columnalign rowalign columnspacing rowspacing columnlines linethickness movablelimits " +
    "largeop minsize maxsize aria-hidden dir"
  ).split(" "),
);

const parsed = new Map<string, Element>();

/** The <math> element that a string holds, a new copy each time; what is not mathematics is kept as plain text. */
export function parse(markup: string): Element {
  let element = parsed.get(markup);
  if (!element) {
    const template = document.createElement("template");
    template.innerHTML = markup; // inert: nothing in a template runs or loads, and only the copy below leaves it
    const root = [...template.content.children].find((child) => isMathML(child) && child.localName === "math");
    element = root ? copy(root) : math("math", {}, math("mtext", {}, template.content.textContent ?? ""));
    parsed.set(markup, element);
  }
  return element.cloneNode(true) as Element;
}

/** What stands inside a <math> string, to be put into another one. */
export function content(markup: string): Element {
  return math("mrow", {}, ...parse(markup).childNodes);
}

/** Write the numbers of the unit at hand, counted from 1, in the place of its letters; a comma parts two neighbours. */
export function fillIndices(root: Element, at: Partial<Indices>): Element {
  for (const letter of Object.keys(at) as Letter[]) {
    const value = at[letter];
    if (value === undefined) continue;
    for (const index of root.querySelectorAll(`.index-${letter}`)) {
      index.replaceWith(math("mn", { class: `index-${letter}` }, String(value + 1)));
    }
  }
  for (const second of root.querySelectorAll("[class^=index-]")) {
    const first = second.previousElementSibling;
    const filled = first?.localName === "mn" || second.localName === "mn";
    const parent = second.parentElement?.localName ?? "";
    if (
      first &&
      filled &&
      (parent === "mrow" || parent === "math") &&
      /^index-/.test(first.getAttribute("class") ?? "")
    ) {
      second.before(math("mo", { separator: "true" }, ","));
    }
  }
  return root;
}

/** Put a number, or a row of them, in the place of what has a class; in brackets where it has a sign and something binds it. */
export function fillHoles(root: Element, filling: Element, negative: boolean, name = "hole"): Element {
  for (const hole of root.querySelectorAll(`.${name}`)) {
    const copied = filling.cloneNode(true);
    hole.replaceWith(negative && isBound(hole) ? bracketed(copied) : copied);
  }
  return root;
}

export const bracket = (text: "(" | ")"): Element =>
  math("mo", { form: text === "(" ? "prefix" : "postfix", stretchy: "false" }, text);

export const bracketed = (content: Node): Element => math("mrow", {}, bracket("("), content, bracket(")"));

/** Whether a hole is the base of a power, or follows an operator or a factor: there −0.5 would be misread. */
function isBound(hole: Element): boolean {
  const before = hole.previousElementSibling;
  if (/^msu(p|bsup)$/.test(hole.parentElement?.localName ?? "")) return before === null;
  return before !== null && (before.localName !== "mo" || /^[-−+·⋅×*/]$/.test(before.textContent ?? ""));
}

/** The elements of MathML that lay out a formula all begin with m; a script or a style in its namespace does not. */
const isMathematics = (element: Element) => isMathML(element) && element.localName.startsWith("m");

function copy(element: Element): Element {
  const children = [...element.childNodes].map((child) => {
    if (child instanceof Element)
      return isMathematics(child) ? copy(child) : math("mtext", {}, child.textContent ?? "");
    return child instanceof Text ? document.createTextNode(child.data) : null;
  });
  const attributes = [...element.attributes].filter(({ name }) => ATTRIBUTES.has(name));
  return math(element.localName, Object.fromEntries(attributes.map(({ name, value }) => [name, value])), ...children);
}
