// The explorer put together: one state, parts that draw themselves from it, all inside a shadow root of its own.
import { Choice } from "./controls/choice";
import controlStyles from "./controls/controls.css?inline";
import { Legend } from "./controls/legend";
import { RowPicker } from "./controls/rows";
import { Stepper } from "./controls/stepper";
import { decode } from "./data/decoding";
import type { Exploration, Language } from "./data/format";
import { Texts, html, set } from "./dom";
import { gradientRule } from "./look/heat";
import { colourRules } from "./look/palette";
import pageStyles from "./look/page.css?inline";
import printStyles from "./look/print.css?inline";
import { followTheme } from "./look/theme";
import { Panel } from "./panel/panel";
import panelStyles from "./panel/panel.css?inline";
import { Picture } from "./picture/picture";
import pictureStyles from "./picture/picture.css?inline";
import { type State, Store } from "./state";
import { sequence } from "./steps";
import { View } from "./view";
import { WORDS } from "./words";

export interface Options {
  language?: Language;
}

export interface Handle {
  setLanguage(language: Language): void;
  destroy(): void;
}

const STYLES = [
  colourRules(),
  pageStyles,
  controlStyles,
  pictureStyles,
  panelStyles,
  `.heat{background:${gradientRule}}`,
  printStyles,
].join("\n");

const PADDING = 20;
/** The panel stands beside the picture where there is room for both. */
const BESIDE = { panel: 470, gap: 32 };

export function mount(element: Element, exploration: Exploration, options: Options = {}): Handle {
  const network = decode(exploration);
  const steps = sequence(network.depth);
  const store = new Store({
    language: options.language ?? "en",
    theme: "light",
    row: 0,
    step: 0,
    selection: { kind: "unit", layer: 1, j: 0 },
    attention: null,
    between: "gradients",
  });
  const texts = new Texts();
  let view = new View(network, steps, store.state);
  const rows = new RowPicker(store, texts, network.titles);
  const stepper = new Stepper(store, texts, steps.length);
  const picture = new Picture(store, texts, () => view);
  const legend = new Legend(store, texts);
  const choice = new Choice(store, texts, network.sizes);
  const panel = new Panel(store, texts, choice.element);
  const root = html(
    "section",
    { class: "explorer" },
    html("header", {}, rows.element, stepper.element),
    html("div", { class: "main" }, html("div", { class: "left" }, picture.element, legend.element), panel.element),
  );
  texts.attribute(root, "aria-label", (words) => words.explorer);

  const sheet = html("style", {}, STYLES);
  const host = html("div");
  host.attachShadow({ mode: "open" }).append(sheet, root);
  element.append(host);

  const render = (state: State, before: State | null) => {
    view = new View(network, steps, state);
    const only = (keys: (keyof State)[]) => before === null || keys.some((key) => state[key] !== before[key]);
    if (only(["language"])) {
      texts.translate(WORDS[state.language]);
      set(root, { lang: state.language });
    }
    if (only(["step"])) set(host, { "data-step": `${state.step}` }); // a page prints what someone has stepped through
    if (only(["theme"])) set(root, { "data-theme": state.theme });
    picture.render();
    if (only(["between"])) legend.render(view);
    if (only(["language", "row", "step"])) {
      rows.render(view);
      stepper.render(view);
    }
    if (only(["language", "row", "step", "selection"])) {
      choice.render(view);
      panel.render(view);
    }
  };
  store.listen(render);
  root.addEventListener("keydown", (event) => stepByKey(event, stepper));
  const theme = followTheme(host, (theme) => store.change({ theme }));
  const fit = () => {
    const width = root.clientWidth || 1000;
    const [alone, shared] = [width - 2 * PADDING, width - 2 * PADDING - BESIDE.panel - BESIDE.gap];
    const beside = picture.widthFor(shared) <= shared;
    root.classList.toggle("wide", beside);
    picture.fit(beside ? shared : alone);
    panel.reachScrolled();
  };
  const resized = "ResizeObserver" in globalThis ? new ResizeObserver(() => (theme.refresh(), fit())) : null;
  resized?.observe(root);
  render(store.state, null);
  fit();

  return {
    setLanguage: (language) => store.change({ language }),
    destroy: () => {
      resized?.disconnect();
      theme.stop();
      panel.stop();
      host.remove();
    },
  };
}

/** [ and ] step from anywhere but where they can be typed; some keyboards need Alt, or Control with Alt, to write them. */
function stepByKey(event: KeyboardEvent, stepper: Stepper): void {
  const typed = event.target instanceof Element && event.target.matches("select, input[type=number]");
  if (typed || event.metaKey || (event.ctrlKey && !event.altKey)) return;
  if (event.key === "[") stepper.move("back");
  else if (event.key === "]") stepper.move("forward");
  else return;
  event.preventDefault();
}
