// A layer of many units: strips of colour for b, z, a, Δ, one beside the other; a frame marks the unit at hand.
import { html, set, svg, write } from "../dom";
import { paint } from "../look/heat";
import { plain } from "../numerals";
import { type Selection, same } from "../state";
import type { View } from "../view";
import { type Column, type Segment, clamp, heightOf } from "./layout";
import { fitted } from "./names";
import { type Part, changes, targetAttributes } from "./part";
import { sayValues } from "./paths";

/** The strips of a layer; a unit's own element is one, and keys move the unit that it stands for. */
export function stripsColumn(column: Column, nameRoom: number): Part {
  const strips = column.segments.map((segment) => drawStrip(column, segment));
  const [first, last, here] = ["start", "start", "here"].map((name) => label(column, name));
  const mark = svg("rect", { class: "mark", x: column.x - 2, width: column.right - column.x + 4, rx: 2 });
  const areas = drawAreas(column);
  const canvases = strips.map(({ canvas }) => canvas);
  const render = (view: View) => {
    for (const strip of strips) strip.render(view);
    const at = areas.map(({ kind }) => unitAtHand(view, column.layer, kind));
    areas.forEach((area, n) =>
      renderArea(view, area.group, area.kind, column.layer, at[n] ?? Number(area.group.dataset.j)),
    );
    const unit = at.find((j) => j !== null) ?? null;
    renderMark(column, mark, unit);
    writeLabel(view, column, first, 0, nameRoom, unit);
    writeLabel(view, column, last, column.units - 1, nameRoom, unit);
    set(here, { visibility: unit === null ? "hidden" : null });
    if (unit !== null) writeLabel(view, column, here, unit, nameRoom, null);
  };
  return {
    nodes: [...strips.map(({ frame }) => frame), first, last, here, mark, ...areas.map(({ group }) => group)],
    canvases,
    render,
  };
}

/** The strip of the targets. */
export function targetsStrip(column: Column): Part {
  const { canvas, frame, render } = drawStrip(column, column.segments[0]);
  return { nodes: [frame], canvases: [canvas], render };
}

function drawStrip(column: Column, { slot, x, width }: Segment) {
  const height = heightOf(column);
  const place = `left:${x}px;top:${column.top}px;width:${width}px;height:${height}px`;
  const canvas = html("canvas", { style: place, class: column.pitch >= 1 ? "sharp" : "fine", "aria-hidden": "true" });
  const frame = svg("rect", {
    class: "frame",
    x: x - 0.5,
    y: column.top - 0.5,
    width: width + 1,
    height: height + 1,
    rx: 2,
  });
  const changed = changes();
  const render = (view: View) => {
    const { layer } = column;
    const values = slot === "y" ? view.sample.y : view.array(slot === "b" ? view.shown("b", layer) : slot, layer);
    if (changed(values, view.state.theme)) paint(canvas, values, column.units, 1, view.state.theme);
  };
  return { canvas, frame, render };
}

/** What is clicked and focused: one area for the units, one for the biases. */
function drawAreas(column: Column) {
  const { layer, top: y, segments } = column;
  const height = heightOf(column);
  const firstOfUnit = layer === 0 ? 0 : 1;
  const kinds: ("unit" | "bias")[] = layer === 0 ? ["unit"] : ["unit", "bias"];
  return kinds.map((kind) => {
    const x = kind === "unit" ? segments[firstOfUnit].x : segments[0].x;
    const right = kind === "unit" ? column.right : segments[0].x + segments[0].width;
    const group = svg(
      "g",
      { class: `target strip ${kind}`, role: "button", tabindex: -1, ...targetAttributes({ kind, layer, j: 0 }) },
      svg("rect", { class: "area", x, y, width: right - x, height }),
      svg("rect", { class: "ring", x: x - 3, y: y - 3, width: right - x + 6, height: height + 6, rx: 4 }),
    );
    return { kind, group };
  });
}

/** The unit that the pointer or the keyboard is on, else the one that is chosen, else none. */
function unitAtHand(view: View, layer: number, kind: "unit" | "bias"): number | null {
  const of = (selection: Selection | null) =>
    selection?.kind === kind && selection.layer === layer ? selection.j : null;
  return of(view.state.attention) ?? of(view.state.selection);
}

function renderArea(view: View, group: SVGGElement, kind: "unit" | "bias", layer: number, j: number): void {
  const say = kind === "unit" ? view.unit(layer, j) : view.words.bias(layer, j + 1);
  const values = kind === "unit" ? sayValues(view, layer, j) : `b = ${plain(view.network.b[layer][j])}`;
  const pressed = same(view.state.selection, { kind, layer, j });
  set(group, { "data-j": j, "aria-label": values ? `${say}; ${values}` : say, "aria-pressed": String(pressed) });
}

function renderMark(column: Column, mark: SVGRectElement, unit: number | null): void {
  const height = Math.max(column.pitch, 5);
  const y = column.top + ((unit ?? 0) + 0.5) * column.pitch - height / 2;
  set(mark, { visibility: unit === null ? "hidden" : null, y, height });
}

const label = (column: Column, className: string) =>
  svg("text", { class: `name ${className}`, x: column.x - 7, "text-anchor": "end" });

/** An input's name, or a unit's number, left of its place; hidden where it would run into that of the unit at hand. */
function writeLabel(
  view: View,
  column: Column,
  text: SVGTextElement,
  unit: number,
  room: number,
  besides: number | null,
): void {
  const name = view.name(column.layer, unit);
  const y = (j: number) =>
    clamp(column.top + (j + 0.5) * column.pitch + 4, column.top + 9, column.top + heightOf(column));
  const near = besides !== null && Math.abs(y(besides) - y(unit)) < 14;
  write(text, name && column.layer === 0 ? fitted(name, room) : String(unit + 1));
  set(text, { y: y(unit), visibility: near ? "hidden" : null });
}
