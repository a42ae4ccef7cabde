// Weights where a layer is wide: a matrix of colour, a row for each unit j that they lead to, a column for each k.
import { html, set, svg } from "../dom";
import { paint } from "../look/heat";
import type { View } from "../view";
import { type Block, SIZES, clamp } from "./layout";
import { type Part, changes } from "./part";
import { type Paths, pathsOf } from "./paths";
import { describeWeights, weightAtHand } from "./weights";

export function matrixBlock(block: Block, rows: number, columns: number): Part {
  const { layer, x, y, width, height } = block;
  const fine = width < columns || height < rows;
  const canvas = html("canvas", {
    style: place(x, y, width, height),
    class: fine ? "fine" : "sharp",
    "aria-hidden": "true",
  });
  const sharesX = x + width + 4;
  const shares = html("canvas", {
    style: place(sharesX, y, SIZES.shares, height),
    class: "sharp",
    "aria-hidden": "true",
  });
  const band = svg("rect", { class: "band" });
  const cell = svg("rect", { class: "mark" });
  const hover = svg("rect", { class: "mark faint" });
  const group = svg(
    "g",
    { class: "target weights matrix", role: "button", tabindex: 0, "data-weights": layer },
    svg("rect", { class: "frame", x: x - 0.5, y: y - 0.5, width: width + 1, height: height + 1, rx: 2 }),
    svg("rect", { class: "area", x, y, width, height }),
    svg("rect", { class: "ring", x: x - 3, y: y - 3, width: width + 6, height: height + 6, rx: 4 }),
  );
  const ends = [
    svg("text", { class: "name", x, y: y - 6 }, "k = 1"),
    svg("text", { class: "name", x: x + width, y: y - 6, "text-anchor": "end" }, String(columns)),
  ];
  const heading = svg(
    "text",
    { class: "name", x: sharesX + SIZES.shares / 2, y: y + height + 16, "text-anchor": "middle" },
    "w·δ",
  );
  const changed = changes();
  const render = (view: View) => {
    const { theme, selection, attention } = view.state;
    const values = view.array(view.shown("W", layer), layer);
    if (changed(values, theme)) paint(canvas, values, rows, columns, theme);
    markCell(block, cell, rows, columns, weightAtHand(selection, layer));
    markCell(block, hover, rows, columns, weightAtHand(attention, layer));
    const found = pathsOf(view, attention);
    const paths = found?.block === layer ? found : null;
    markBand(block, band, rows, columns, paths);
    const back = paths?.direction === "backward" ? Float32Array.from(paths.terms) : null;
    shares.hidden = back === null;
    set(heading, { visibility: back ? null : "hidden" });
    if (back) paint(shares, back, rows, 1, theme);
    describeWeights(view, group, layer);
  };
  return { nodes: [...ends, heading, group, band, cell, hover], canvases: [canvas, shares], render };
}

/** The weight at a point of the picture. */
export function weightAt(block: Block, rows: number, columns: number, x: number, y: number): { j: number; k: number } {
  return {
    j: clamp(Math.floor(((y - block.y) / block.height) * rows), 0, rows - 1),
    k: clamp(Math.floor(((x - block.x) / block.width) * columns), 0, columns - 1),
  };
}

/** A frame around a cell, large enough to be seen where cells are small. */
function markCell(
  block: Block,
  mark: SVGRectElement,
  rows: number,
  columns: number,
  at: { j: number; k: number } | null,
): void {
  set(mark, { visibility: at ? null : "hidden" });
  if (!at) return;
  const [across, down] = [block.width / columns, block.height / rows];
  const [width, height] = [Math.max(across, 7), Math.max(down, 7)];
  set(mark, {
    x: block.x + (at.k + 0.5) * across - width / 2,
    y: block.y + (at.j + 0.5) * down - height / 2,
    width,
    height,
  });
}

/** A frame around the column of the weights that carry the error back, or the row of those that carry values forward. */
function markBand(block: Block, band: SVGRectElement, rows: number, columns: number, paths: Paths | null): void {
  set(band, { visibility: paths ? null : "hidden" });
  if (!paths) return;
  const { x, y, width, height } = block;
  if (paths.direction === "forward") {
    const size = Math.max(height / rows, 8);
    set(band, { x: x - 2, width: width + 4, y: y + ((paths.unit + 0.5) * height) / rows - size / 2, height: size });
  } else {
    const size = Math.max(width / columns, 8);
    set(band, { y: y - 2, height: height + 4, x: x + ((paths.unit + 0.5) * width) / columns - size / 2, width: size });
  }
}

const place = (x: number, y: number, width: number, height: number) =>
  `left:${x}px;top:${y}px;width:${width}px;height:${height}px`;
