// Light or dark: what an ancestor says outright, else what the person's system prefers; paper is always light.
import type { Theme } from "../state";

/** How the pages that may hold the explorer say it: their own attribute, Jupyter's, and that of VS Code. */
const SAID: Record<string, (value: string) => Theme | null> = {
  "data-theme": (value) => (value === "dark" || value === "light" ? value : null),
  "data-jp-theme-light": (value) => (value === "false" ? "dark" : "light"),
  "data-vscode-theme-kind": (value) => (/light/.test(value) ? "light" : "dark"),
};

/** The theme that the nearest ancestor declares, across shadow roots, or null. */
function declaredTheme(element: Element): Theme | null {
  for (const ancestor of ancestors(element)) {
    for (const [attribute, meaning] of Object.entries(SAID)) {
      const value = ancestor.getAttribute(attribute);
      const theme = value === null ? null : meaning(value);
      if (theme) return theme;
    }
  }
  return null;
}

/** Tell `use` the theme now and whenever it changes; `refresh` is for when the element has been put into another place. */
export function followTheme(element: Element, use: (theme: Theme) => void): { refresh(): void; stop(): void } {
  const [dark, print] = ["(prefers-color-scheme: dark)", "print"].map((query) => globalThis.matchMedia?.(query));
  const decide = () => use(print?.matches ? "light" : (declaredTheme(element) ?? (dark?.matches ? "dark" : "light")));
  const observer = new MutationObserver(decide);
  const refresh = () => {
    observer.disconnect();
    for (const ancestor of ancestors(element)) observer.observe(ancestor, { attributeFilter: Object.keys(SAID) });
    decide();
  };
  for (const query of [dark, print]) query?.addEventListener?.("change", decide);
  refresh();
  const stop = () => {
    observer.disconnect();
    for (const query of [dark, print]) query?.removeEventListener?.("change", decide);
  };
  return { refresh, stop };
}

function ancestors(element: Element): Element[] {
  const found: Element[] = [];
  let node: Node | null = element;
  while (node) {
    if (node instanceof Element) found.push(node);
    node = node instanceof ShadowRoot ? node.host : node.parentNode;
  }
  return found;
}
