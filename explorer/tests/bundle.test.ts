// The built module is one file that asks for nothing and can stand inside a page.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";

const built = readFileSync(resolve(import.meta.dirname, "../../src/clearprop/report/explorer.js"), "utf8");

it("asks for nothing, from anywhere", () => {
  const addresses = built.match(/https?:\/\/[^\s"'`)]+/g) ?? [];
  expect(addresses.filter((address) => !address.startsWith("http://www.w3.org/"))).toEqual([]);
  expect(built).not.toMatch(/\bfetch\(|XMLHttpRequest|\bimport\(|\bfrom\s*["']|sourceMappingURL|@import|url\(/);
});

it("evaluates no text as a program, and does not end a script that it stands in", () => {
  expect(built).not.toMatch(/\beval\(|new Function\(/);
  expect(built).not.toMatch(/<\/script|<!--/i);
});

it("offers mount and the widget", () => {
  expect(built).toMatch(/export\s*\{[^}]*\bas default\b/);
  expect(built).toMatch(/export\s*\{[^}]*\bmount\b/);
});

it("carries the licences of what is built in", () => {
  for (const name of ["d3-color", "d3-interpolate"]) expect(built).toContain(`${name}: Copyright`);
});
