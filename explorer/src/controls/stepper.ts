// One step after the other: buttons, a slider, the keys [ and ], and the step at hand in words.
import { Texts, html, set, write } from "../dom";
import type { Store } from "../state";
import { clamp } from "../picture/layout";
import type { View } from "../view";

type Move = "first" | "back" | "forward" | "last";

const SIGNS: Record<Move, string> = { first: "⇤", back: "←", forward: "→", last: "⇥" };

export class Stepper {
  readonly element: HTMLElement;
  private readonly slider: HTMLInputElement;
  private readonly buttons: Record<Move, HTMLButtonElement>;
  private readonly sentence = html("p", { class: "sentence", "aria-live": "polite" });
  private readonly count = html("span", { class: "count" });

  constructor(
    private readonly store: Store,
    texts: Texts,
    private readonly steps: number,
  ) {
    const button = (move: Move) => {
      const sign = html("span", { "aria-hidden": "true" }, SIGNS[move]);
      const name = html(
        "span",
        {},
        texts.text((words) => words[move]),
      );
      const element = html(
        "button",
        { type: "button", "data-move": move },
        ...(move === "forward" || move === "last" ? [name, sign] : [sign, name]),
      );
      element.addEventListener("click", () => this.move(move));
      return element;
    };
    this.buttons = { first: button("first"), back: button("back"), forward: button("forward"), last: button("last") };
    this.slider = html("input", { type: "range", min: 0, max: steps - 1, step: 1, value: 0 });
    this.slider.addEventListener("input", () => store.change({ step: Number(this.slider.value) }));
    texts.attribute(this.slider, "aria-label", (words) => words.step);
    this.element = html(
      "div",
      { class: "stepper", role: "group" },
      html("div", { class: "buttons" }, ...Object.values(this.buttons)),
      html("div", { class: "slide" }, this.slider, this.count),
      this.sentence,
    );
    texts.attribute(this.element, "aria-label", (words) => words.stepping);
  }

  move(move: Move): void {
    const { step } = this.store.state;
    const to = { first: 0, back: step - 1, forward: step + 1, last: this.steps - 1 }[move];
    this.store.change({ step: clamp(to, 0, this.steps - 1) });
  }

  /** Buttons at an end stay focusable, so that the keyboard does not lose its place. */
  render({ state, step, words, network }: View): void {
    const sentence = words.sentence(step, network.depth);
    this.slider.value = String(state.step);
    set(this.slider, { "aria-valuetext": sentence });
    write(this.count, words.stepOf(state.step + 1, this.steps));
    write(this.sentence, sentence);
    const atStart = state.step === 0;
    const atEnd = state.step === this.steps - 1;
    for (const [move, button] of Object.entries(this.buttons)) {
      set(button, { "aria-disabled": String(move === "first" || move === "back" ? atStart : atEnd) });
    }
  }
}
