// Nothing overlaps, nothing stands outside, and the width that is there is used.
import { describe, expect, it } from "vitest";
import { WIDE, arrange, heightOf, middle, unitAt } from "../src/picture/layout";
import { fitted, widthOf } from "../src/picture/names";

describe.each([
  [[4, 5, 3]],
  [[1, 1]],
  [[16, 16, 16]],
  [[30, 128, 128, 3]],
  [[784, 128, 10]],
  [[1000, 1000, 17]],
  [[2, 3, 4, 3, 2]],
])("%j", (sizes) => {
  const layout = arrange(sizes, 1000, 100);

  it("has its columns and weights side by side, from left to right", () => {
    let x = 0;
    sizes.forEach((_, layer) => {
      const block = layout.blocks[layer - 1];
      if (block) {
        expect(block.x).toBeGreaterThanOrEqual(x);
        x = block.x + block.width;
      }
      expect(layout.columns[layer].x).toBeGreaterThanOrEqual(x);
      x = layout.columns[layer].right;
    });
    expect(layout.target.x).toBeGreaterThan(x);
    expect(layout.loss.x).toBeGreaterThan(layout.target.right);
    expect(layout.loss.x + layout.loss.width).toBeLessThanOrEqual(layout.width);
  });

  it("has its units inside, one below the other, and finds each at its own place", () => {
    for (const column of [...layout.columns, layout.target]) {
      expect(column.wide).toBe(column.units > WIDE);
      expect(column.top).toBeGreaterThanOrEqual(0);
      expect(column.top + heightOf(column)).toBeLessThanOrEqual(layout.height);
      for (let unit = 0; unit < column.units; unit++) expect(unitAt(column, middle(column, unit))).toBe(unit);
    }
  });

  it("draws edges between few units, a matrix elsewhere, with rows beside the units that they lead to", () => {
    layout.blocks.forEach(({ kind, layer, y, height }) => {
      expect(kind).toBe(sizes[layer] > WIDE || sizes[layer - 1] > WIDE ? "matrix" : "edges");
      const beside = kind === "matrix" ? [layout.columns[layer]] : layout.columns.slice(layer - 1, layer + 1);
      expect(y).toBe(Math.min(...beside.map(({ top }) => top)));
      expect(height).toBeCloseTo(Math.max(...beside.map(heightOf)), 9);
    });
  });
});

it("fills the width between its least and its most", () => {
  const least = arrange([4, 5, 3], 0, 100).width;
  expect(arrange([4, 5, 3], least + 100, 100).width).toBe(least + 100);
  expect(arrange([4, 5, 3], 5000, 100).width).toBeLessThan(1500);
});

it("makes matrices narrower before it runs out of the width", () => {
  const [roomy, squeezed] = [1600, 1200].map((available) => arrange([784, 128, 10], available, 100));
  expect(squeezed.width).toBeLessThanOrEqual(1200);
  expect(squeezed.blocks[0].width).toBeLessThan(roomy.blocks[0].width);
});

describe("names", () => {
  it("fit their room, and are never cut inside a character", () => {
    const family = "👨‍👩‍👧‍👦";
    for (const name of [
      "a very long name of a column",
      "特征的名字特别长的一列",
      family.repeat(9),
      "‏اسم طويل جدا للعمود",
    ]) {
      expect(widthOf(fitted(name, 80))).toBeLessThanOrEqual(80 + 7);
    }
    expect(fitted(family.repeat(9), 60).replaceAll(family, "")).toBe("…");
    expect(fitted("short", 80)).toBe("short");
    expect(fitted("two\nlines", 200)).toBe("two lines");
  });
});
