// The network as a picture: edges and cells in SVG, wide layers as canvases below it; pointer and keys choose in it.
import { Texts, html, svg, write } from "../dom";
import type { Selection, Store } from "../state";
import type { View } from "../view";
import { edgesBlock } from "./edges";
import { blockHeading, columnHeading, lossBox, stepFrames } from "./headings";
import { type Layout, WIDE, arrange, unitAt } from "./layout";
import { matrixBlock, weightAt } from "./matrix";
import { followKeys } from "./keys";
import { widthOf } from "./names";
import { type Part, targetOf } from "./part";
import { sayPaths, sayValues } from "./paths";
import { stripsColumn, targetsStrip } from "./strips";
import { targetsColumn, unitsColumn } from "./units";

const NAMES = { least: 24, ofMany: 80, most: 168, beside: 18 };

/** Room for names left of the inputs: as much as they need, within limits; of many, the first and the last are shown. */
function roomForNames(names: string[], inputs: number): number {
  const shown = inputs > WIDE ? [names[0] ?? "", names[inputs - 1] ?? ""] : names;
  const widest = Math.max(inputs > WIDE ? NAMES.ofMany : NAMES.least, ...shown.map(widthOf));
  return Math.min(NAMES.most, widest) + NAMES.beside;
}

export class Picture {
  readonly element: HTMLElement;
  private readonly box: HTMLElement;
  private readonly stage: HTMLElement;
  private readonly caption = html("p", { class: "paths", "aria-live": "polite" });
  private layout: Layout | null = null;
  private parts: Part[] = [];
  private drawing: SVGSVGElement | null = null;
  private drawnStep = -1;
  private available = Infinity;
  private readonly names: number;

  constructor(
    private readonly store: Store,
    texts: Texts,
    private readonly view: () => View,
  ) {
    const { inputNames, sizes } = view().network;
    this.names = roomForNames(inputNames, sizes[0]);
    this.stage = html("div", { class: "stage" });
    this.box = html("div", { class: "picture" }, this.stage);
    this.element = html("section", { class: "network" }, this.box, this.caption);
    texts.attribute(this.element, "aria-label", (words) => words.picture);
    this.follow();
  }

  /** How wide the picture becomes where so much is available. */
  widthFor(available: number): number {
    return arrange(this.view().network.sizes, available, this.names).width;
  }

  /** Arrange the picture for a width, anew only where that changes it. */
  fit(available: number): void {
    this.available = available;
    const layout = arrange(this.view().network.sizes, available, this.names);
    if (this.layout && this.layout.width === layout.width) return;
    const focused = this.focused();
    this.layout = layout;
    this.build(layout);
    this.render();
    if (focused) this.find(focused)?.focus();
  }

  render(): void {
    const view = this.view();
    for (const part of this.parts) part.render(view);
    this.renderCaption(view);
    this.moveFocusStop(view);
    if (this.drawnStep !== view.state.step) this.bringIntoSight();
    this.drawnStep = view.state.step;
  }

  private build(layout: Layout): void {
    const { columns, blocks, target } = layout;
    const { network } = this.view();
    const nameRoom = this.names - NAMES.beside;
    const draw = blocks.flatMap((block): Part[] => {
      const [below, column] = [columns[block.layer - 1], columns[block.layer]];
      const heading = blockHeading(block, column.units, below.units);
      if (block.kind === "edges") return [edgesBlock(block, below, column), heading];
      return [matrixBlock(block, column.units, below.units), heading];
    });
    const units = columns.map((column) => {
      const room = column.layer === 0 ? nameRoom : column.right - column.x;
      return column.wide ? stripsColumn(column, room) : unitsColumn(column, room);
    });
    const headings = [...columns, target].map((column) => columnHeading(column, network.depth));
    const targets = target.wide ? targetsStrip(target) : targetsColumn(target);
    this.parts = [stepFrames(layout), ...draw, ...units, targets, ...headings, lossBox(layout)];
    const { width, height } = layout;
    this.drawing = svg(
      "svg",
      { width, height, viewBox: `0 0 ${width} ${height}`, role: "group" },
      ...this.parts.flatMap(({ nodes }) => nodes),
    );
    this.drawing.setAttribute("aria-label", this.view().words.picture);
    this.stage.style.width = `${width}px`;
    this.stage.style.height = `${height}px`;
    this.stage.style.setProperty("--print-zoom", String(Math.min(1, 680 / width)));
    this.stage.replaceChildren(...this.parts.flatMap(({ canvases }) => canvases), this.drawing);
  }

  /** One of the units and biases is reached by Tab: the one that is chosen, or the first. */
  private moveFocusStop({ state, network }: View): void {
    const wanted = state.attention ?? state.selection;
    const stop = this.find(wanted) ?? this.find({ kind: "unit", layer: Math.min(1, network.depth), j: 0 });
    for (const element of this.stage.querySelectorAll("[data-kind][role=button]")) {
      element.setAttribute("tabindex", element === stop ? "0" : "-1");
    }
  }

  private find(selection: Selection): SVGElement | null {
    if (selection.kind === "weight") return null;
    if (selection.kind === "loss") return this.stage.querySelector("[data-kind=loss]");
    const { kind, layer, j } = selection;
    const place = `[data-kind=${kind}][data-layer="${layer}"][role=button]`;
    return this.stage.querySelector(`${place}.strip`) ?? this.stage.querySelector(`${place}[data-j="${j}"]`);
  }

  private renderCaption(view: View): void {
    const { attention } = view.state;
    const name = attention ? view.describe(attention) : "";
    const values = attention?.kind === "unit" ? sayValues(view, attention.layer, attention.j) : "";
    const heading = values ? `${name} (${values})` : name;
    const separator = view.words.stop;
    write(
      this.caption,
      heading
        ? heading[0].toUpperCase() + heading.slice(1) + separator + sayPaths(view, attention)
        : sayPaths(view, null),
    );
  }

  /** Scroll the picture's own box so that the step at hand is seen. */
  private bringIntoSight(): void {
    const frame = this.stage.querySelector<SVGRectElement>(".now:not([visibility])");
    if (!frame || !this.layout || this.layout.width <= this.available) return;
    const [x, width] = ["x", "width"].map((name) => Number(frame.getAttribute(name)));
    const { scrollLeft, clientWidth } = this.box;
    if (x < scrollLeft || x + width > scrollLeft + clientWidth) this.box.scrollLeft = x + width / 2 - clientWidth / 2;
  }

  private follow(): void {
    const at = (event: MouseEvent) => this.at(event);
    const attend = (attention: Selection | null) => this.store.change({ attention });
    this.stage.addEventListener("pointermove", (event) => attend(at(event) ?? this.focused()));
    this.stage.addEventListener("pointerleave", () => attend(this.focused()));
    this.stage.addEventListener("click", (event) => {
      const selection = at(event);
      if (selection) this.store.change({ selection });
    });
    followKeys(this.stage, this.store, this.view, (selection) => {
      attend(selection);
      this.find(selection)?.focus();
    });
    this.stage.addEventListener("focusin", (event) => attend(targetOf(event.target as Element)));
    this.stage.addEventListener("focusout", () => attend(null));
  }

  /** What the keyboard is on, or null. */
  private focused(): Selection | null {
    const { activeElement } = this.stage.getRootNode() as Document | ShadowRoot;
    return this.stage.contains(activeElement) ? targetOf(activeElement) : null;
  }

  /** What is under the pointer: in a strip or a matrix, the unit or the weight at that very place. */
  private at(event: MouseEvent): Selection | null {
    const { layout, drawing } = this;
    if (!layout || !drawing) return null;
    const element = event.target as Element;
    const { left, top, width } = drawing.getBoundingClientRect();
    const scale = width ? layout.width / width : 1;
    const [x, y] = [(event.clientX - left) * scale, (event.clientY - top) * scale];
    const matrix = element.closest<SVGElement>(".matrix");
    if (matrix) {
      const layer = Number(matrix.dataset.weights);
      const { sizes } = this.view().network;
      return { kind: "weight", layer, ...weightAt(layout.blocks[layer - 1], sizes[layer], sizes[layer - 1], x, y) };
    }
    const found = targetOf(element);
    if (found?.kind === "unit" || found?.kind === "bias") {
      return element.closest(".strip") ? { ...found, j: unitAt(layout.columns[found.layer], y) } : found;
    }
    return found;
  }
}
