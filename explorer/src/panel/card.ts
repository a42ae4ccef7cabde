// One quantity explained: its formula in general, here, with numbers, as vectors; every shape; the reason; the rule.
import { html, math } from "../dom";
import { type Indices, findSum, indices } from "../data/evaluation";
import type { Formula } from "../data/format";
import { colourLetters, colourWhole } from "../formulas/colouring";
import { contributions } from "../formulas/contributions";
import { content, fillIndices } from "../formulas/markup";
import { isOneNumber, numeral, writeNumbers } from "../formulas/numbers";
import { type Kind, UNCOLOURED, classOf, isColoured, kindOf } from "../look/palette";
import { plain } from "../numerals";
import { symbol } from "../picture/headings";
import type { Quantity } from "../steps";
import type { View } from "../view";

/** A quantity of one unit or weight, counted from 0; `k` is given for a weight alone. */
export interface Place {
  quantity: "z" | "a" | "E" | "delta" | "dW" | "db";
  layer: number;
  j: number;
  k?: number;
}

const LARGEST = 10;
const FEW_TERMS = 4;

/** The card; `goTo` steps to where the quantity becomes known, `verifiedBy` is the id of the sentence behind the badge. */
export function drawCard(view: View, place: Place, verifiedBy: string, goTo: (step: number) => void): HTMLElement {
  const { words, state } = view;
  const formula = view.formula(place.quantity, place.layer);
  const known = view.known(place.quantity, place.layer);
  const kind = kindOf(place.quantity);
  const heading = html("h4", {}, ...cardHeading(view, place, kind, known));
  if (formula === null) return html("section", { class: "card" }, heading, html("p", {}, words.noFormula));
  const badge = html("span", { class: "badge", "aria-describedby": verifiedBy }, "✓ ", words.verified);
  if (formula.rule) heading.append(" ", html("span", { class: "rule" }, words.rules[formula.rule] ?? formula.rule));
  heading.append(" ", badge);
  const at = known ? numbersOf(view, place, formula, kind) : comesLater(view, place, goTo);
  const list = html(
    "dl",
    {},
    ...line(words.general, equation(content(formula.left), content(formula.index), kind)),
    ...line(words.here, here(formula, place, kind)),
    ...line(words.numbers, at, "with-numbers"),
    ...line(words.vector, formulaBox(colourLetters(whole(formula.vector)))),
    ...line(words.shapes, shapesOf(formula)),
    ...line(words.why, html("p", { class: "why" }, formula.why[state.language])),
  );
  const table = known ? largestTerms(view, place, formula) : null;
  return html("section", { class: "card", "data-quantity": place.quantity }, heading, list, table);
}

/** The numbers of a card's quantity: the engine's own; the gradients are the values of their formulas. */
export function valueOf(view: View, { quantity, layer, j, k }: Place): number {
  if (quantity === "E") return view.sample.loss;
  const values = view.array(quantity, layer);
  if (!values) return NaN;
  return values[quantity === "dW" ? j * view.network.sizes[layer - 1] + (k ?? 0) : j];
}

function cardHeading(view: View, place: Place, kind: Kind | null, known: boolean): Node[] {
  const { quantity, layer } = place;
  const letter = quantity === "E" ? "E" : symbol(quantity, layer);
  const name = kind === null ? view.words.loss : view.words.kinds[kind];
  const nodes: Node[] = [html("b", { class: `letter ${classOf(kind)}` }, letter)];
  if (kind !== null) nodes.push(html("span", { class: "kind" }, name));
  if (known) {
    const value = valueOf(view, place);
    nodes.push(
      html(
        "span",
        { class: `value numeric ${classOf(kind)}`, "data-value": value, title: String(value) },
        plain(value),
      ),
    );
  }
  return nodes;
}

function here(formula: Formula, place: Place, kind: Kind | null): HTMLElement {
  const at = filledIndices(place);
  return equation(fillIndices(content(formula.left), at), fillIndices(content(formula.index), at), kind);
}

/** Only what was clicked is filled in: a sum's own index stays a letter. */
const filledIndices = ({ quantity, j, k }: Place): Partial<Indices> =>
  quantity === "E" ? {} : k === undefined ? { j } : { j, k };

function numbersOf(view: View, place: Place, formula: Formula, kind: Kind | null): HTMLElement {
  const { words, network, sample } = view;
  const total = numeral(valueOf(view, place), classOf(kind));
  if (formula.numbers === null) return html("p", { class: "why" }, words.noNumbers);
  const left = colouredLeft(fillIndices(content(formula.left), filledIndices(place)), kind);
  const at = indices(place.j, place.k ?? 0);
  const written = writeNumbers(formula.numbers, at, { network, sample, more: words.more });
  const box = html("div", { class: "terms" }, math("math", { displaystyle: "true" }, left, math("mo", {}, "=")), " ");
  for (const part of written) box.append(part, " ");
  if (!isOneNumber(formula.numbers)) box.append(math("math", {}, math("mo", {}, "="), total));
  return box;
}

function comesLater(view: View, { quantity, layer }: Place, goTo: (step: number) => void): HTMLElement {
  const step = view.reachedAt(quantity as Quantity, layer);
  const button = html("button", { type: "button", class: "small" }, view.words.goThere);
  button.addEventListener("click", () => goTo(step));
  return html("p", { class: "why" }, view.words.later(step + 1), " ", button);
}

function shapesOf(formula: Formula): HTMLElement {
  const items = formula.shapes.map(([symbolOf, shape]) =>
    html("li", {}, colourLetters(whole(symbolOf)), html("span", { class: "numeric" }, shape)),
  );
  return html("ul", { class: "shapes" }, ...items);
}

function largestTerms(view: View, place: Place, formula: Formula): HTMLElement | null {
  const { words, network } = view;
  const sum = findSum(formula.numbers);
  const count = sum ? network.sizes[sum.over] : 0;
  if (count <= FEW_TERMS || place.quantity === "E") return null;
  const box = html("div", { class: "scroll" });
  const summary = html("summary", {}, words.largest(Math.min(LARGEST, count), count));
  const details = html("details", { "data-fold": `largest-${place.quantity}` }, summary, box);
  const fill = () => {
    if (details.open && !box.firstChild) box.append(termsTable(view, place, formula) ?? "");
  };
  details.addEventListener("toggle", fill);
  return details;
}

/** Made when it is opened, since a sum may have a thousand terms. */
function termsTable(view: View, place: Place, formula: Formula): HTMLElement | null {
  const { words, network, sample } = view;
  const found = contributions(formula.numbers, indices(place.j, place.k ?? 0), network, sample, LARGEST);
  if (found === null) return null;
  const { factors, largest, over } = found;
  const most = Math.max(...largest.map(({ value }) => Math.abs(value))) || 1;
  const names = factors.map(({ name, layer }) => {
    const [kind, written] = isColoured(name) ? [kindOf(name), symbol(name, layer)] : [null, UNCOLOURED[name]];
    return html("th", { scope: "col", class: `${classOf(kind)} numeric` }, written);
  });
  const rows = largest.map(({ unit, factors: numbers, value }) =>
    html(
      "tr",
      {},
      html("th", { scope: "row" }, view.unit(over, unit)),
      ...numbers.map((number) => html("td", { class: "numeric" }, plain(number))),
      html("td", { class: "numeric" }, plain(value)),
      html(
        "td",
        { class: "share" },
        html("span", {
          class: value < 0 ? "negative" : "positive",
          style: `width:${((100 * Math.abs(value)) / most).toFixed(1)}%`,
        }),
      ),
    ),
  );
  const head = html(
    "tr",
    {},
    html("th", { scope: "col" }, words.ofUnit),
    ...names,
    html("th", { scope: "col", colspan: 2 }, words.contribution),
  );
  return html("table", {}, html("thead", {}, head), html("tbody", {}, ...rows));
}

/** left = right, as one formula. */
function equation(left: Element, right: Element, kind: Kind | null): HTMLElement {
  return formulaBox(
    math("math", { displaystyle: "true" }, colouredLeft(left, kind), math("mo", {}, "="), colourLetters(right)),
  );
}

/** A derivative's left side is one quantity, whatever letters it is made of. */
const colouredLeft = (left: Element, kind: Kind | null) =>
  kind === "gradient" ? colourWhole(left, kind) : colourLetters(left);

const whole = (markup: string) => math("math", { displaystyle: "true" }, content(markup));
const formulaBox = (formula: Element) => html("div", { class: "formula" }, formula);
const line = (name: string, content: HTMLElement, className = "") => [
  html("dt", {}, name),
  html("dd", { class: className || null }, content),
];
