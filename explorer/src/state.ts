// What the person has chosen, in one place; every part of the page is drawn from it.
import type { Language } from "./data/format";

/** Something of the network that can be clicked; units and layers are counted from 0 here, as arrays are. */
export type Selection =
  | { kind: "unit"; layer: number; j: number }
  | { kind: "bias"; layer: number; j: number }
  | { kind: "weight"; layer: number; j: number; k: number }
  | { kind: "loss" };

export type Theme = "light" | "dark";

export interface State {
  language: Language;
  theme: Theme;
  row: number;
  step: number;
  /** What the panel explains. */
  selection: Selection;
  /** What the pointer or the keyboard is on. */
  attention: Selection | null;
  /** What is drawn between the layers once both are known. */
  between: "weights" | "gradients";
}

export class Store {
  private readonly listeners: ((state: State, before: State) => void)[] = [];

  constructor(public state: State) {}

  /** Change some of the state; the listeners hear of it only where something is different. */
  change(part: Partial<State>): void {
    const before = this.state;
    const after = { ...before, ...part };
    if ((Object.keys(part) as (keyof State)[]).every((key) => same(before[key], after[key]))) return;
    this.state = after;
    for (const listener of this.listeners) listener(after, before);
  }

  listen(listener: (state: State, before: State) => void): void {
    this.listeners.push(listener);
  }
}

/** Whether two selections, or two plain values, are the same. */
export function same(first: unknown, second: unknown): boolean {
  return first === second || JSON.stringify(first) === JSON.stringify(second);
}
