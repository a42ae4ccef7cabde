// Elements of HTML, SVG and MathML in one line each; text is always a text node.
import type { Words } from "./words";

export type Attributes = Record<string, string | number | boolean | null>;
type Child = Node | string | null;

const SVG = "http://www.w3.org/2000/svg";
const MATHML = "http://www.w3.org/1998/Math/MathML";

export function html<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

export function math(tag: string, attributes: Attributes = {}, ...children: Child[]): Element {
  return fill(document.createElementNS(MATHML, tag), attributes, children);
}

export const isMathML = (element: Element): boolean => element.namespaceURI === MATHML;

/** Set attributes: true is an empty one, false and null take it away. */
export function set(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) element.removeAttribute(name);
    else {
      const text = value === true ? "" : String(value);
      if (element.getAttribute(name) !== text) element.setAttribute(name, text);
    }
  }
}

/** Write text where it differs from what stands there. */
export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function fill<Kind extends Element>(element: Kind, attributes: Attributes, children: Child[]): Kind {
  set(element, attributes);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Texts of the page that depend on the language alone; `translate` writes them all anew. */
export class Texts {
  private readonly written: ((words: Words) => void)[] = [];

  text(read: (words: Words) => string): Text {
    const node = document.createTextNode("");
    this.written.push((words) => (node.data = read(words)));
    return node;
  }

  attribute(element: Element, name: string, read: (words: Words) => string): void {
    this.written.push((words) => element.setAttribute(name, read(words)));
  }

  translate(words: Words): void {
    for (const put of this.written) put(words);
  }
}
