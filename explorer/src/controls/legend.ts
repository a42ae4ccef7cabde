// What colours, lines and letters mean, and what is drawn between the layers.
import { Texts, html, svg } from "../dom";
import { KINDS, type Kind, classOf } from "../look/palette";
import type { State, Store } from "../state";
import type { View } from "../view";

/** What the letters of derivatives are derivatives of. */
const DERIVATIVES: Partial<Record<Kind, string>> = { delta: " ∂E/∂z", gradient: " ∂E/∂W, ∂E/∂b" };

let radios = 0;

export class Legend {
  readonly element: HTMLElement;
  private readonly choices: Record<State["between"], HTMLInputElement>;

  constructor(store: Store, texts: Texts) {
    const name = `between-${++radios}`; // radio buttons of two explorers on one page are no group
    const radio = (between: State["between"]) => {
      const input = html("input", { type: "radio", name, value: between });
      input.addEventListener("change", () => store.change({ between }));
      return input;
    };
    this.choices = { weights: radio("weights"), gradients: radio("gradients") };
    const choice = (between: State["between"], read: "showWeights" | "showGradients") =>
      html(
        "label",
        {},
        this.choices[between],
        " ",
        texts.text((words) => words[read]),
      );
    this.element = html(
      "div",
      { class: "legend" },
      html(
        "fieldset",
        {},
        html(
          "legend",
          {},
          texts.text((words) => words.between),
        ),
        choice("weights", "showWeights"),
        choice("gradients", "showGradients"),
      ),
      this.signs(texts),
      html(
        "p",
        { class: "keys" },
        texts.text((words) => words.keys),
      ),
    );
  }

  render({ state }: View): void {
    this.choices[state.between].checked = true;
  }

  private signs(texts: Texts): HTMLElement {
    const kinds = (Object.keys(KINDS) as Kind[]).map((kind) =>
      html(
        "li",
        {},
        html("b", { class: classOf(kind) }, KINDS[kind].letter),
        " ",
        texts.text((words) => words.kinds[kind]),
        DERIVATIVES[kind] ?? "",
      ),
    );
    const line = (sign: "positive" | "negative") =>
      html(
        "li",
        {},
        sample(svg("line", { class: `edge ${sign}`, x1: 1, x2: 33, y1: 6, y2: 6, "stroke-width": 2.5 })),
        " ",
        texts.text((words) => words[sign]),
      );
    const widths = [0.75, 2, 4].map((width, n) =>
      svg("line", { class: "edge plain", x1: 1 + 12 * n, x2: 10 + 12 * n, y1: 6, y2: 6, "stroke-width": width }),
    );
    const width = html(
      "li",
      {},
      sample(...widths),
      " ",
      texts.text((words) => words.width),
    );
    const heat = html(
      "li",
      {},
      html("span", { class: "heat", "aria-hidden": "true" }),
      " ",
      texts.text((words) => words.heat),
    );
    const list = html("ul", {}, ...kinds, line("positive"), line("negative"), width, heat);
    texts.attribute(list, "aria-label", (words) => words.legend);
    return list;
  }
}

const sample = (...lines: SVGElement[]) => svg("svg", { width: 36, height: 12, "aria-hidden": "true" }, ...lines);
