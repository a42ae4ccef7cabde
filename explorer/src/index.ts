// What the built module offers: `mount` for pages, and a default export that anywidget drives in notebooks.
import type { Exploration, Language } from "./data/format";
import { type Handle, mount } from "./explorer";

export { mount };

/** The part of anywidget's model that is used here. */
interface Model {
  get(name: "exploration"): Exploration;
  get(name: "language"): Language | undefined;
  on(event: string, callback: () => void): void;
  off(event: string, callback: () => void): void;
}

function render({ model, el }: { model: Model; el: Element }): () => void {
  const start = () => mount(el, model.get("exploration"), { language: model.get("language") });
  let handle: Handle = start();
  const translate = () => handle.setLanguage(model.get("language") ?? "en");
  const replace = () => {
    handle.destroy();
    handle = start();
  };
  model.on("change:language", translate);
  model.on("change:exploration", replace);
  return () => {
    model.off("change:language", translate);
    model.off("change:exploration", replace);
    handle.destroy();
  };
}

export default { render };
