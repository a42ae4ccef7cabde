// From the exploration's text to arrays, each checked for its length; lists are counted as the layers are.
import type { EncodedRow, Exploration, Formula, FormulaKind, Translated } from "./format";

/** The numbers of one row. a[0] is x; index 0 of z, slope and delta is empty. */
export interface Sample {
  title: string;
  cells: [string, string][];
  target: string;
  predicted: string;
  loss: number;
  y: Float32Array;
  a: Float32Array[];
  z: Float32Array[];
  slope: (Float32Array | null)[];
  delta: Float32Array[];
}

/** The network: W[l] has sizes[l] rows of sizes[l - 1] numbers; index 0 of W and b is empty. */
export interface Network {
  sizes: number[];
  depth: number;
  activations: string[];
  loss: string;
  inputNames: string[];
  outputNames: string[];
  W: Float32Array[];
  b: Float32Array[];
  share: (Float32Array | null)[];
  titles: string[];
  verified: Translated;
  /** The numbers of a row, decoded when they are first asked for. */
  sample(row: number): Sample;
  /** The formula of a kind in a layer, or null where none was given. The loss has one, whatever the layer. */
  formula(kind: FormulaKind, layer: number): Formula | null;
}

const EMPTY = new Float32Array(0);

/** Decode base64 of little-endian float32; an error says where, how many numbers there are, and how many there should be. */
export function decodeArray(text: string, length: number, where: string): Float32Array {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  if (bytes.length !== 4 * length) {
    throw new Error(
      `exploration.${where}: ${length} numbers (${4 * length} bytes) are expected, found ${bytes.length} bytes`,
    );
  }
  const view = new DataView(bytes.buffer);
  const numbers = new Float32Array(length);
  for (let n = 0; n < length; n++) numbers[n] = view.getFloat32(4 * n, true);
  return numbers;
}

export function decode(exploration: Exploration): Network {
  if (exploration.format !== 1)
    throw new Error(`exploration.format: this page reads format 1, found ${exploration.format}`);
  const { sizes, activations, loss, input_names: inputNames, output_names: outputNames } = exploration.network;
  const depth = sizes.length - 1;
  if (depth < 1) throw new Error(`exploration.network.sizes: at least two layers are expected, found ${sizes.length}`);
  const samples: Sample[] = [];
  return {
    sizes,
    depth,
    activations: ["", ...activations],
    loss,
    inputNames,
    outputNames,
    W: [EMPTY, ...layers(depth, (l) => decodeArray(exploration.W[l - 1], sizes[l] * sizes[l - 1], `W[${l - 1}]`))],
    b: [EMPTY, ...layers(depth, (l) => decodeArray(exploration.b[l - 1], sizes[l], `b[${l - 1}]`))],
    share: [
      null,
      ...layers(depth, (l) => decodeIfThere(exploration.share?.[l - 1] ?? null, sizes[l], `share[${l - 1}]`)),
    ],
    titles: exploration.rows.map((row) => row.title),
    verified: exploration.verified,
    sample: (row) => (samples[row] ??= decodeRow(exploration.rows[row], sizes, `rows[${row}]`)),
    formula: (kind, layer) => exploration.formulas[kind]?.[kind === "loss" ? 0 : layer - 1] ?? null,
  };
}

function decodeRow(row: EncodedRow, sizes: number[], where: string): Sample {
  const depth = sizes.length - 1;
  const each = (name: "z" | "delta") =>
    layers(depth, (l) => decodeArray(row[name][l - 1], sizes[l], `${where}.${name}[${l - 1}]`));
  return {
    title: row.title,
    cells: row.cells,
    target: row.target,
    predicted: row.predicted,
    loss: row.loss,
    y: decodeArray(row.y, sizes[depth], `${where}.y`),
    a: sizes.map((size, l) => decodeArray(row.a[l], size, `${where}.a[${l}]`)),
    z: [EMPTY, ...each("z")],
    slope: [null, ...layers(depth, (l) => decodeIfThere(row.slope[l - 1], sizes[l], `${where}.slope[${l - 1}]`))],
    delta: [EMPTY, ...each("delta")],
  };
}

const decodeIfThere = (text: string | null, size: number, where: string) =>
  text === null ? null : decodeArray(text, size, where);

/** One value for each of the layers 1 … depth. */
function layers<Value>(depth: number, of: (layer: number) => Value): Value[] {
  return Array.from({ length: depth }, (_, l) => of(l + 1));
}
