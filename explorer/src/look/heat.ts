// Heat maps: numbers as colours, from the most negative through nothing to the most positive, drawn on a canvas.
import { interpolateLab } from "d3-interpolate";
import { rgb } from "d3-color";
import type { Theme } from "../state";
import { SHADES } from "./palette";

const LEVELS = 255;
const scales = new WeakMap<Float32Array, number>();
const tables = new Map<Theme, Uint32Array>();

/** The greatest size of a number in an array, at least a tiny one: what the deepest colour stands for. */
export function greatest(values: Float32Array): number {
  let found = scales.get(values);
  if (found === undefined) {
    found = 1e-30;
    for (const value of values) if (Math.abs(value) > found) found = Math.abs(value);
    scales.set(values, found);
  }
  return found;
}

/** Draw rows × columns numbers, one pixel each; the style sheet makes the pixels larger. null: nothing is known yet. */
export function paint(
  canvas: HTMLCanvasElement,
  values: Float32Array | null,
  rows: number,
  columns: number,
  theme: Theme,
) {
  const context = canvas.getContext("2d");
  if (!context) return;
  if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows });
  if (values === null) {
    context.clearRect(0, 0, columns, rows);
    return;
  }
  const image = context.createImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = table(theme);
  const half = (LEVELS - 1) / 2;
  const factor = half / greatest(values);
  for (let n = 0; n < pixels.length; n++) pixels[n] = colours[Math.round(values[n] * factor + half)] ?? 0;
  context.putImageData(image, 0, 0);
}

/** The scale's colours as a gradient of the style sheet, for the legend. */
export const gradientRule = "linear-gradient(to right, var(--negative), var(--middle), var(--positive))";

/** All levels of the scale, as a canvas keeps pixels: evenly spaced to the eye. */
function table(theme: Theme): Uint32Array {
  let colours = tables.get(theme);
  if (!colours) {
    const { negative, middle, positive } = SHADES[theme];
    const [below, above] = [interpolateLab(negative, middle), interpolateLab(middle, positive)];
    const bytes = new Uint8ClampedArray(4 * LEVELS);
    for (let level = 0; level < LEVELS; level++) {
      const place = (2 * level) / (LEVELS - 1);
      const { r, g, b } = rgb(place < 1 ? below(place) : above(place - 1));
      bytes.set([r, g, b, 255], 4 * level);
    }
    colours = new Uint32Array(bytes.buffer);
    tables.set(theme, colours);
  }
  return colours;
}
