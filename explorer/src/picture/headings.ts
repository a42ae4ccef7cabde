// What stands above and below the columns: layers, letters of the cells, matrices' sizes; and the step at hand, framed.
import { set, svg, write } from "../dom";
import { greatest } from "../look/heat";
import { KINDS, classOf, kindOf } from "../look/palette";
import { short, superscript } from "../numerals";
import type { Quantity } from "../steps";
import type { View } from "../view";
import { type Block, type Column, type Layout, SIZES, heightOf } from "./layout";
import type { Part } from "./part";

/** The heading of a column: the layer with its function, and the letter above each cell, which changes where ∇b is shown. */
export function columnHeading(column: Column, depth: number): Part {
  const { layer, segments, top } = column;
  const isTarget = segments[0].slot === "y";
  const middleX = (column.x + column.right) / 2;
  const title = svg("text", { class: "heading", x: middleX, y: top - 34, "text-anchor": "middle" });
  const unnamedAbove = !column.wide && (layer === 0 || isTarget);
  const lettersY = top + (unnamedAbove ? SIZES.label - 8 : -8);
  const letters = segments.map(({ x, width }) =>
    svg("text", { class: "letter", x: x + width / 2, y: lettersY, "text-anchor": "middle" }),
  );
  const render = (view: View) => {
    const { words, network } = view;
    const name = layer === 0 ? words.inputs : layer === depth ? words.outputs : words.layer(layer);
    write(title, isTarget ? words.targets : layer === 0 ? name : `${name} · ${network.activations[layer]}`);
    segments.forEach(({ slot }, n) => {
      if (slot === "y") return write(letters[n], "y");
      const quantity = slot === "b" ? view.shown("b", layer) : slot;
      write(letters[n], symbol(quantity, layer));
      set(letters[n], { class: `letter ${classOf(kindOf(quantity))}` });
    });
  };
  return { nodes: [title, ...letters], canvases: [], render };
}

/** The heading of the weights into a layer, and below them the size that the deepest colour or widest edge stands for. */
export function blockHeading(block: Block, rows: number, columns: number): Part {
  const x = block.x + block.width / 2;
  const edges = block.kind === "edges";
  const symbolOf = svg("tspan", { class: "letter" });
  const shape = svg("tspan", { class: "soft", dx: 8 }, `${rows} × ${columns}`);
  const title = svg("text", { x, y: block.y - (edges ? 8 : 22), "text-anchor": "middle" }, symbolOf, shape);
  const range = svg("text", { class: "soft range", x, y: block.y + block.height + 16, "text-anchor": "middle" });
  const render = (view: View) => {
    const shown = view.shown("W", block.layer);
    const values = view.array(shown, block.layer);
    write(symbolOf, symbol(shown, block.layer));
    set(symbolOf, { class: `letter ${classOf(kindOf(shown))}` });
    write(range, values ? `|${shown === "W" ? "w" : "∇w"}| ≤ ${short(greatest(values))}` : "");
  };
  return { nodes: [title, range], canvases: [], render };
}

/** Frames around what the step at hand computes. */
export function stepFrames(layout: Layout): Part {
  const frames = [0, 1].map(() => svg("rect", { class: "now", rx: 8 }));
  const render = (view: View) => {
    const boxes = boxesOf(layout, view);
    frames.forEach((frame, n) => set(frame, { visibility: boxes[n] ? null : "hidden", ...boxes[n] }));
    const { layer } = view.step;
    const wide = [layout.columns[layer].wide, layout.blocks[layer - 1]?.kind === "matrix"];
    frames.forEach((frame, n) => frame.classList.toggle("hollow", wide[n]));
  };
  return { nodes: frames, canvases: [], render };
}

/** The loss, as a box that can be chosen. */
export function lossBox({ loss }: Layout): Part {
  const { x, y, width, height } = loss;
  const text = svg("text", { class: "number large", x: x + width / 2, y: y + height / 2 + 5, "text-anchor": "middle" });
  const heading = svg("text", { class: "letter", x: x + width / 2, y: y - 8, "text-anchor": "middle" }, "E");
  const box = svg(
    "g",
    { class: "target loss", role: "button", tabindex: -1, "data-kind": "loss" },
    svg("rect", { class: "pill", x, y, width, height, rx: 8 }),
    svg("rect", { class: "ring", x: x - 3, y: y - 3, width: width + 6, height: height + 6, rx: 11 }),
    text,
  );
  const render = (view: View) => {
    const value = view.known("E", view.network.depth) ? short(view.sample.loss) : "";
    write(text, value);
    const pressed = view.state.selection.kind === "loss";
    set(box, {
      "aria-label": value ? `${view.words.loss} = ${value}` : view.words.loss,
      "aria-pressed": String(pressed),
    });
  };
  return { nodes: [heading, box], canvases: [], render };
}

/** A quantity of a layer as text: z², ∇W¹, x. */
export function symbol(quantity: Exclude<Quantity, "E">, layer: number): string {
  if (quantity === "a" && layer === 0) return "x";
  const letter = quantity === "dW" ? "∇W" : quantity === "db" ? "∇b" : KINDS[quantity].letter;
  return letter + superscript(layer);
}

type Box = { x: number; y: number; width: number; height: number };

function boxesOf(layout: Layout, view: View): Box[] {
  const { kind, layer } = view.step;
  if (kind === "E") return [around(layout.loss, 6)];
  const column = layout.columns[layer];
  const cells = (slot: string): Box[] => {
    const segment = column.segments.find((candidate) => candidate.slot === slot);
    if (!segment) return [];
    const above = column.wide ? 22 : layer === 0 ? 8 : 22;
    return [
      { x: segment.x - 2, width: segment.width + 4, y: column.top - above, height: heightOf(column) + above + 2 },
    ];
  };
  if (kind !== "gradient") return cells(kind === "x" ? "a" : kind);
  const block = layout.blocks[layer - 1];
  const inset = block.kind === "edges" ? -6 : 8;
  const above = block.kind === "edges" ? 22 : 40;
  return [...cells("b"), { ...around(block, inset), y: block.y - above, height: block.height + above + 2 }];
}

const around = ({ x, y, width, height }: Box, by: number): Box => ({
  x: x - by,
  y: y - by,
  width: width + 2 * by,
  height: height + 2 * by,
});
