// Numbers as people read them: four digits in formulas, three in the picture, indices above and below the line.

const MISSING = "–";

/** A number with so many significant digits, as its parts: sign, digits, power of ten (null: none is written). */
export function parts(value: number, digits: number): { negative: boolean; digits: string; power: number | null } {
  const size = Math.abs(value);
  const plain = { negative: value < 0, power: null };
  if (Number.isNaN(value)) return { ...plain, digits: MISSING };
  if (!Number.isFinite(value)) return { ...plain, digits: "∞" };
  if (Number.isInteger(value) && size < 10 ** digits) return { ...plain, digits: String(size) };
  if (size >= 10 ** digits || size < 0.001) {
    const [mantissa, power] = size.toExponential(digits - 1).split("e");
    return { negative: value < 0, digits: mantissa, power: Number(power) };
  }
  const rounded = size.toPrecision(digits);
  return { ...plain, digits: rounded.includes("e") ? String(Number(rounded)) : rounded };
}

/** A number as plain text, with a true minus sign: −0.1235, 1.234e−5. */
export function plain(value: number, digits = 4): string {
  const { negative, digits: text, power } = parts(value, digits);
  const exponent = power === null ? "" : `e${power < 0 ? "−" : ""}${Math.abs(power)}`;
  return `${negative ? "−" : ""}${text}${exponent}`;
}

/** A number in at most seven characters, for the picture: three decimals below 1, three digits above. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 0.0005 && size < 0.9995) return plain(value, 3).startsWith("−") ? `−${size.toFixed(3)}` : size.toFixed(3);
  const { power } = parts(value, 3);
  return plain(value, power === null ? 3 : Math.abs(power) < 10 ? 2 : 1);
}

/** A number of a layer, above the line. */
export const superscript = (n: number): string => [...String(n)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("");
