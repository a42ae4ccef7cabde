// Weights between two layers of few units: an edge each, its sign by colour and dashes, its size by width.
import { set, svg, write } from "../dom";
import { greatest } from "../look/heat";
import { short } from "../numerals";
import type { View } from "../view";
import { type Block, type Column, SIZES, middle } from "./layout";
import { type Part, changes, targetAttributes } from "./part";
import { type Paths, pathsOf } from "./paths";
import { describeWeights, weightAtHand } from "./weights";

const WIDTH = { least: 0.75, most: 4.5 };
/** From so many edges on they are drawn finer and paler. */
const DENSE = 64;

interface Edge {
  line: SVGLineElement;
  j: number;
  k: number;
}

export function edgesBlock(block: Block, below: Column, column: Column): Part {
  const { layer } = block;
  const edges: Edge[] = [];
  const hits: SVGLineElement[] = [];
  for (let j = 0; j < column.units; j++) {
    for (let k = 0; k < below.units; k++) {
      const ends = { x1: below.right, y1: middle(below, k), x2: column.x, y2: middle(column, j) };
      edges.push({ line: svg("line", { class: "edge", ...ends }), j, k });
      hits.push(svg("line", { class: "hit", ...ends, ...targetAttributes({ kind: "weight", layer, j, k }) }));
    }
  }
  const labels = Array.from({ length: Math.max(column.units, below.units) }, () =>
    svg("text", { class: "share number" }),
  );
  const focus = svg("line", { class: "focus", x1: 0, y1: 0, x2: 0, y2: 0 });
  const group = svg(
    "g",
    {
      class: `target weights edges${edges.length < DENSE ? "" : " dense"}`,
      role: "button",
      tabindex: 0,
      "data-weights": layer,
    },
    ...edges.map(({ line }) => line),
    focus,
    ...hits,
  );
  const changed = changes();
  const render = (view: View) => {
    const shown = view.shown("W", layer);
    const values = view.array(shown, layer);
    if (values && changed(values)) drawValues(edges, values, below.units);
    const paths = pathsOf(view, view.state.attention);
    emphasise(view, edges, group, focus, layer, paths?.block === layer ? paths : null);
    renderShares(labels, edges, paths?.block === layer ? paths : null);
    describeWeights(view, group, layer);
  };
  return { nodes: [group, ...labels], canvases: [], render };
}

function drawValues(edges: Edge[], values: Float32Array, columns: number): void {
  const most = greatest(values);
  const widest = edges.length < DENSE ? WIDTH.most : WIDTH.most / 2;
  for (const { line, j, k } of edges) {
    const value = values[j * columns + k];
    const width = value === 0 ? 0.5 : WIDTH.least + (widest - WIDTH.least) * (Math.abs(value) / most || 0);
    set(line, { "stroke-width": width.toFixed(2), class: `edge ${value < 0 ? "negative" : "positive"}` });
  }
}

/** Whether an edge is one of the paths, all of which meet in one unit. */
const onPath = (paths: Paths, { j, k }: Edge) => (paths.direction === "forward" ? j : k) === paths.unit;

function emphasise(
  view: View,
  edges: Edge[],
  group: Element,
  focus: Element,
  layer: number,
  paths: Paths | null,
): void {
  const { step, state } = view;
  const here = weightAtHand(state.attention, layer);
  const busy =
    (step.kind === "z" && step.layer === layer) ||
    (step.kind === "gradient" && step.layer === layer) ||
    (step.kind === "delta" && step.layer === layer - 1);
  group.classList.toggle("busy", busy);
  group.classList.toggle("aside", paths !== null || here !== null);
  for (const edge of edges) {
    edge.line.classList.toggle("lit", paths ? onPath(paths, edge) : here?.j === edge.j && here.k === edge.k);
  }
  const chosen = weightAtHand(state.selection, layer);
  const line = chosen && edges.find(({ j, k }) => j === chosen.j && k === chosen.k)?.line;
  set(focus, { visibility: line ? null : "hidden" });
  if (line) for (const end of ["x1", "y1", "x2", "y2"]) set(focus, { [end]: line.getAttribute(end) });
}

/** What runs along each path, written at its other end. */
function renderShares(labels: SVGTextElement[], edges: Edge[], paths: Paths | null): void {
  const along = paths ? edges.filter((edge) => onPath(paths, edge)) : [];
  labels.forEach((label, n) => {
    const edge = along[n];
    set(label, { visibility: edge && paths ? null : "hidden" });
    if (!edge || !paths) return;
    const [x1, y1, x2, y2] = ["x1", "y1", "x2", "y2"].map((end) => Number(edge.line.getAttribute(end)));
    const backward = paths.direction === "backward";
    const place = backward ? 1 - SIZES.margin / (x2 - x1) : SIZES.margin / (x2 - x1);
    write(label, short(paths.terms[n]));
    set(label, {
      x: x1 + place * (x2 - x1),
      y: y1 + place * (y2 - y1) - 4,
      "text-anchor": backward ? "end" : "start",
      class: `share number ${backward ? "kind-delta" : "kind-z"}`,
    });
  });
}
