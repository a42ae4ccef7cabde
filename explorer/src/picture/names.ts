// Names of columns and classes in the picture: as wide as there is room, never cut inside a character.

const WIDE_CHARACTERS =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;

/** About how wide a text is, in pixels, at 12 pixels a line. */
export const widthOf = (text: string): number =>
  graphemes(text).reduce((width, part) => width + (WIDE_CHARACTERS.test(part) ? 12.5 : 6.8), 0);

const shortened = new Map<string, string>();

/** A text that fits a width, with an ellipsis where some is left out; line breaks and tabs are spaces. */
export function fitted(text: string, width: number): string {
  const key = `${width} ${text}`;
  const known = shortened.get(key) ?? shorten(text, width);
  shortened.set(key, known);
  return known;
}

function shorten(text: string, width: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  if (widthOf(line) <= width) return line;
  let kept = "";
  for (const part of graphemes(line)) {
    if (widthOf(kept + part + "…") > width) break;
    kept += part;
  }
  return `${kept.trimEnd()}…`;
}

function graphemes(text: string): string[] {
  if (!("Segmenter" in Intl)) return [...text];
  return Array.from(new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text), ({ segment }) => segment);
}
