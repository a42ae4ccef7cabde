// Where everything stands: a column for each layer, the weights between them, the target and the loss at the end.

/** Layers of more units than this are drawn as strips of colour, and the weights beside them as a matrix. */
export const WIDE = 16;

export const SIZES = {
  margin: 8,
  header: 52,
  footer: 26,
  label: 17,
  pill: 28,
  segment: 52,
  strip: 26,
  stripGap: 3,
  shares: 10,
} as const;

const PITCH = { most: 60, least: 46, fitted: 8 };
const STRIP_HEIGHT = { most: 440, ofUnit: 16 };
const EDGES = { least: 88, most: 250 };
const MATRIX = { least: 100, most: 340, squeezed: 100, step: 20, before: 22, after: 52 };
const AFTER = { gap: 22, loss: 84 };

export type Slot = "b" | "z" | "a" | "delta" | "y";

export interface Segment {
  slot: Slot;
  x: number;
  width: number;
}

/** The units of a layer (or, at the end, the targets), one below the other. */
export interface Column {
  layer: number;
  units: number;
  wide: boolean;
  x: number;
  right: number;
  top: number;
  /** The height of one unit with its label and the room below it. */
  pitch: number;
  segments: Segment[];
}

/** The weights into a layer. */
export interface Block {
  layer: number;
  kind: "edges" | "matrix";
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Layout {
  width: number;
  height: number;
  columns: Column[];
  blocks: Block[];
  target: Column;
  loss: { x: number; y: number; width: number; height: number };
}

/** Arrange a network of these sizes; `available` is the width to fill if it can, `names` the room for names of inputs. */
export function arrange(sizes: number[], available: number, names: number): Layout {
  const gaps = sizes.slice(1).filter((size, l) => size <= WIDE && sizes[l] <= WIDE).length;
  let matrix = MATRIX.most;
  let narrowest = place(sizes, names, EDGES.least, matrix);
  while (narrowest.width > available && matrix > MATRIX.squeezed) {
    matrix -= MATRIX.step;
    narrowest = place(sizes, names, EDGES.least, matrix);
  }
  if (gaps === 0) return narrowest;
  const gap = Math.floor(EDGES.least + (available - narrowest.width) / gaps);
  return place(sizes, names, clamp(gap, EDGES.least, EDGES.most), matrix);
}

/** The middle of a unit, from top to bottom. */
export function middle(column: Column, unit: number): number {
  const top = column.top + unit * column.pitch;
  return column.wide ? top + column.pitch / 2 : top + SIZES.label + SIZES.pill / 2;
}

/** The unit at a height of the picture. */
export function unitAt(column: Column, y: number): number {
  return clamp(Math.floor((y - column.top) / column.pitch), 0, column.units - 1);
}

export const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);

export const heightOf = (column: Column): number => column.units * column.pitch;

function place(sizes: number[], names: number, gap: number, matrix: number): Layout {
  const depth = sizes.length - 1;
  const content = Math.max(...sizes.map((size) => size * pitchOf(size)));
  const columns: Column[] = [];
  const blocks: Block[] = [];
  let x = SIZES.margin + names;
  const column = (layer: number, units: number, slots: Slot[]): Column => {
    const wide = units > WIDE;
    const [width, between] = wide ? [SIZES.strip, SIZES.stripGap] : [SIZES.segment, 0];
    const segments = slots.map((slot, n) => ({ slot, x: x + n * (width + between), width }));
    const pitch = pitchOf(units);
    const right = segments[segments.length - 1].x + width;
    return { layer, units, wide, x, right, top: SIZES.header + (content - units * pitch) / 2, pitch, segments };
  };
  sizes.forEach((units, layer) => {
    if (layer > 0) {
      const kind = units <= WIDE && sizes[layer - 1] <= WIDE ? "edges" : "matrix";
      const rows = units * pitchOf(units);
      const height = kind === "matrix" ? rows : Math.max(rows, sizes[layer - 1] * pitchOf(sizes[layer - 1]));
      const y = SIZES.header + (content - height) / 2;
      const across = clamp(sizes[layer - 1] * pitchOf(units), MATRIX.least, matrix);
      const [before, width, after] = kind === "edges" ? [0, gap, 0] : [MATRIX.before, across, MATRIX.after];
      blocks.push({ layer, kind, x: x + before, y, width, height });
      x += before + width + after;
    }
    columns.push(column(layer, units, layer === 0 ? ["a"] : ["b", "z", "a", "delta"]));
    x = columns[layer].right;
  });
  x += AFTER.gap;
  const target = column(depth, sizes[depth], ["y"]);
  const loss = { x: target.right + AFTER.gap, y: SIZES.header + content / 2 - 26, width: AFTER.loss, height: 52 };
  const width = Math.ceil(loss.x + loss.width + SIZES.margin);
  return { width, height: Math.ceil(SIZES.header + content + SIZES.footer), columns, blocks, target, loss };
}

function pitchOf(units: number): number {
  if (units > WIDE) return Math.min(STRIP_HEIGHT.most, units * STRIP_HEIGHT.ofUnit) / units;
  return clamp((PITCH.most * PITCH.fitted) / units, PITCH.least, PITCH.most);
}
