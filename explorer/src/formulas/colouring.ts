// The colours of the quantities in formulas: each letter gets that of what it stands for.
import { type Kind, classOf } from "../look/palette";

const LETTERS: Record<string, Kind> = {
  a: "a",
  A: "a",
  x: "a",
  X: "a",
  z: "z",
  Z: "z",
  w: "W",
  W: "W",
  b: "b",
  B: "b",
  δ: "delta",
  Δ: "delta",
};

/** Colour the letters of a formula (bold and italic ones alike); what follows a ∇ is a gradient, whatever its letter. */
export function colourLetters(root: Element): Element {
  const inGradients = new Set<Element>();
  for (const leaf of root.querySelectorAll("mi, mo")) {
    const letter = (leaf.textContent ?? "").normalize("NFKC").trim();
    if (letter === "∇") {
      for (const part of [leaf, nextInRow(leaf)]) if (part) colourWhole(part, "gradient", inGradients);
    } else if (letter in LETTERS && !inGradients.has(leaf) && !/^index-/.test(leaf.getAttribute("class") ?? "")) {
      leaf.classList.add(classOf(LETTERS[letter]));
    }
  }
  return root;
}

/** Colour a whole formula as one quantity. */
export function colourWhole(root: Element, kind: Kind, seen = new Set<Element>()): Element {
  root.classList.add(classOf(kind));
  for (const part of root.querySelectorAll("*")) seen.add(part);
  seen.add(root);
  return root;
}

/** What a prefix stands before: its neighbour, past rows that hold the prefix alone. */
function nextInRow(element: Element): Element | null {
  let place = element;
  while (!place.nextElementSibling && place.parentElement?.localName === "mrow") place = place.parentElement;
  return place.nextElementSibling;
}
