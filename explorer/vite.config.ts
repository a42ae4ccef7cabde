// One self-contained module for report, notebook and lab: no second file, no request, the same bytes from the same sources.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What is built in, whose licences ask to be kept with every copy. */
const BUILT_IN = ["d3-color", "d3-interpolate"];
const licence = (name: string) => `${name}: ${readFileSync(here(`node_modules/${name}/LICENSE`), "utf8").trim()}`;

/** Puts the licences at the top once all else is done: the minifier takes comments away. */
const licences: Plugin = {
  name: "licences",
  enforce: "post",
  generateBundle(_, bundle) {
    const notice = ["Built from explorer/ by `npm run build`. Contains:", ...BUILT_IN.map(licence)].join("\n\n");
    for (const chunk of Object.values(bundle))
      if (chunk.type === "chunk") chunk.code = `/*!\n${notice}\n*/\n${chunk.code}`;
  },
};

export default defineConfig({
  plugins: [licences],
  build: {
    target: "es2022",
    outDir: here("../src/clearprop/report"),
    emptyOutDir: false, // the report's Python modules live there
    sourcemap: false,
    copyPublicDir: false,
    lib: { entry: here("src/index.ts"), formats: ["es"], fileName: () => "explorer.js" },
  },
  test: { environment: "jsdom", include: ["tests/**/*.test.ts"] },
});
