// A layer of few units: each a row of cells b, z, a, Δ that fill in as the steps reach them.
import { set, svg, write } from "../dom";
import { greatest } from "../look/heat";
import { classOf, kindOf } from "../look/palette";
import { short } from "../numerals";
import { same } from "../state";
import type { View } from "../view";
import { type Column, SIZES, type Segment, middle } from "./layout";
import { fitted } from "./names";
import { type Part, targetAttributes } from "./part";
import { sayValues } from "./paths";

interface Cell {
  segment: Segment;
  text: SVGTextElement;
  bar: SVGRectElement;
}

interface Unit {
  drawing: SVGGElement;
  body: SVGGElement;
  bias: SVGGElement | null;
  label: SVGTextElement;
  title: SVGTitleElement;
  cells: Cell[];
}

const BAR = { height: 3, inset: 8 };

/** The column of a layer; `nameRoom` is the room for names left of an input, or above another unit. */
export function unitsColumn(column: Column, nameRoom: number): Part {
  const units = Array.from({ length: column.units }, (_, j) => drawUnit(column, j));
  const nodes = units.flatMap(({ drawing, body, bias }) => (bias ? [drawing, body, bias] : [drawing, body]));
  return {
    nodes,
    canvases: [],
    render: (view) => units.forEach((unit, j) => renderUnit(view, column, unit, j, nameRoom)),
  };
}

function drawUnit(column: Column, j: number): Unit {
  const { layer } = column;
  const y = middle(column, j) - SIZES.pill / 2;
  const input = layer === 0;
  const label = svg("text", {
    class: "name",
    x: input ? column.x - 8 : column.x + 2,
    y: input ? y + SIZES.pill / 2 + 4 : y - 5,
    "text-anchor": input ? "end" : "start",
  });
  const title = svg("title");
  const cells = column.segments.map((segment) => drawCell(segment, y, layer, j));
  const outline = svg("rect", {
    class: "pill",
    x: column.x,
    y,
    width: column.right - column.x,
    height: SIZES.pill,
    rx: SIZES.pill / 2,
  });
  const rules = column.segments
    .slice(1)
    .map(({ x }) => svg("line", { class: "rule", x1: x, x2: x, y1: y + 5, y2: y + SIZES.pill - 5 }));
  const drawing = svg(
    "g",
    { "aria-hidden": "true" },
    label,
    outline,
    ...rules,
    ...cells.flatMap(({ bar, text }) => [bar, text]),
  );
  const unitX = input ? column.x : column.x + column.segments[0].width;
  const target = (kind: "unit" | "bias", x: number, right: number) => {
    const attributes = {
      class: `target ${kind}`,
      role: "button",
      tabindex: -1,
      ...targetAttributes({ kind, layer, j }),
    };
    return svg("g", attributes, area("area", x, y, right - x, 0), area("ring", x, y, right - x, 3));
  };
  const body = target("unit", unitX, column.right);
  body.prepend(title);
  return { drawing, body, bias: input ? null : target("bias", column.x, unitX), label, title, cells };
}

const area = (className: string, x: number, y: number, width: number, by: number) =>
  svg("rect", {
    class: className,
    x: x - by,
    y: y - by,
    width: width + 2 * by,
    height: SIZES.pill + 2 * by,
    rx: SIZES.pill / 2 + by,
  });

function drawCell(segment: Segment, y: number, layer: number, j: number): Cell {
  const place = { x: segment.x + segment.width / 2, y: y + SIZES.pill / 2 + 3, "text-anchor": "middle" };
  const text = svg("text", { ...place, "data-cell": segment.slot, "data-layer": layer, "data-j": j });
  return {
    segment,
    text,
    bar: svg("rect", { class: "bar", y: y + SIZES.pill - BAR.height - 3, height: BAR.height, rx: 1.5 }),
  };
}

function renderUnit(view: View, column: Column, unit: Unit, j: number, nameRoom: number): void {
  const { layer } = column;
  const { selection } = view.state;
  const name = view.name(layer, j);
  write(unit.title, view.unit(layer, j));
  write(unit.label, name ? fitted(layer === 0 ? name : `${j + 1}  ${name}`, nameRoom) : String(j + 1));
  for (const cell of unit.cells) {
    const quantity = cell.segment.slot === "b" ? view.shown("b", layer) : (cell.segment.slot as "z" | "a" | "delta");
    renderCell(cell, view.array(quantity, layer), j, classOf(kindOf(quantity)));
  }
  const values = sayValues(view, layer, j);
  const say = view.unit(layer, j);
  set(unit.body, {
    "aria-label": values ? `${say}; ${values}` : say,
    "aria-pressed": String(same(selection, { kind: "unit", layer, j })),
  });
  if (unit.bias) {
    const value = view.network.b[layer][j];
    set(unit.bias, {
      "aria-label": `${view.words.bias(layer, j + 1)}; b = ${short(value)}`,
      "aria-pressed": String(same(selection, { kind: "bias", layer, j })),
    });
  }
}

/** The number, and below it a bar from the middle: to the right where it is positive, to the left where negative. */
function renderCell({ segment, text, bar }: Cell, values: Float32Array | null, j: number, className: string): void {
  write(text, values ? short(values[j]) : "");
  set(text, { class: `number ${className}` });
  const half = segment.width / 2 - BAR.inset;
  const share = values ? Math.min(1, Math.abs(values[j]) / greatest(values)) || 0 : 0;
  const start = segment.x + segment.width / 2;
  const negative = values !== null && values[j] < 0;
  set(bar, {
    class: `bar ${negative ? "negative" : "positive"}`,
    x: negative ? start - share * half : start,
    width: share * half,
  });
}

/** The targets beside the outputs, shown from the first step on: they belong to the row. */
export function targetsColumn(column: Column): Part {
  const cells = Array.from({ length: column.units }, (_, j) => {
    const y = middle(column, j) - SIZES.pill / 2;
    const { x, width } = column.segments[0];
    const text = svg("text", { class: "number", x: x + width / 2, y: y + SIZES.pill / 2 + 4, "text-anchor": "middle" });
    return {
      text,
      group: svg("g", {}, svg("rect", { class: "pill given", x, y, width, height: SIZES.pill, rx: 6 }), text),
    };
  });
  const render = (view: View) => cells.forEach(({ text }, j) => write(text, short(view.sample.y[j])));
  return { nodes: cells.map(({ group }) => group), canvases: [], render };
}
