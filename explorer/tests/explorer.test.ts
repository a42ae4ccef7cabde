// The page as a person uses it: stepping, clicking, keys, languages; and names stay text.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Wanted, randomExploration } from "../fixtures/random_network";
import widget, { mount } from "../src/index";

const BAD = '<img src=x onerror="alert(1)"><script>alert(2)</script>';

beforeEach(() => vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null));
afterEach(() => {
  document.body.replaceChildren();
  vi.restoreAllMocks();
});

function open(wanted: Wanted = { sizes: [4, 5, 3] }) {
  const made = randomExploration(wanted);
  const place = document.body.appendChild(document.createElement("div"));
  const handle = mount(place, made.exploration);
  const root = place.firstElementChild!.shadowRoot!;
  const find = <Kind extends Element = HTMLElement>(selector: string) => {
    const element = root.querySelector<Kind>(selector);
    if (!element) throw new Error(`nothing matches ${selector}`);
    return element;
  };
  const click = (selector: string) => find(selector).dispatchEvent(new MouseEvent("click", { bubbles: true }));
  const step = (times: number) => {
    for (let n = 0; n < times; n++) click("[data-move=forward]");
  };
  const press = (selector: string, key: string) =>
    find(selector).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  const text = (selector: string) => find(selector).textContent ?? "";
  const value = (selector: string) => Number(find(selector).getAttribute("data-value"));
  return { ...made, place, handle, root, find, click, step, press, text, value };
}

/** The numbers that stand in the cells of a unit, in their order: bias, z, a, Δ. */
const cells = ({ root }: ReturnType<typeof open>, layer: number, j: number) =>
  [...root.querySelectorAll(`[data-cell][data-layer="${layer}"][data-j="${j}"]`)].map((cell) => cell.textContent);

describe("stepping", () => {
  it("fills in one quantity after the other, and shows none before its step", () => {
    const page = open();
    const filled = () => cells(page, 1, 0).map((cell) => cell !== "");
    expect(filled()).toEqual([true, false, false, false]);
    page.step(1);
    expect(filled()).toEqual([true, true, false, false]);
    page.step(1);
    expect(filled()).toEqual([true, true, true, false]);
    expect(page.text(".loss .number")).toBe("");
    page.step(3);
    expect(page.text(".loss .number")).not.toBe("");
    page.step(3);
    expect(filled()).toEqual([true, true, true, true]);
    expect(page.text(".sentence")).toBe("Backward, layer 1: Δ¹ from Δ²");
    page.click("[data-move=first]");
    expect(filled()).toEqual([true, false, false, false]);
  });

  it("ends at its ends, by buttons, keys and slider alike", () => {
    const page = open();
    page.click("[data-move=back]");
    expect(page.find("[data-move=back]").getAttribute("aria-disabled")).toBe("true");
    page.press(".picture", "]");
    expect(page.text(".count")).toBe("Step 2 of 10");
    page.press("h3", "[");
    expect(page.text(".count")).toBe("Step 1 of 10");
    const slider = page.find<HTMLInputElement>("input[type=range]");
    slider.value = "9";
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    expect(page.text(".count")).toBe("Step 10 of 10");
    expect(slider.getAttribute("aria-valuetext")).toContain("∇W¹");
    page.step(1);
    expect(page.text(".count")).toBe("Step 10 of 10");
  });

  it("keeps back what is predicted, and the loss, until they are computed", () => {
    const page = open();
    expect(page.text(".facts")).not.toContain("%");
    page.step(4);
    expect(page.text(".facts")).toContain("%");
  });
});

describe("clicking", () => {
  it("a weight shows its value and, in the end, the gradient of the independent pass", () => {
    const page = open();
    page.click('line[data-layer="1"][data-j="2"][data-k="3"]');
    expect(page.value(".parameter .value")).toBeCloseTo(page.W[0][2][3], 6);
    expect(page.root.querySelector(".card .value")).toBeNull();
    page.click("[data-move=last]");
    expect(page.value(".card .value")).toBeCloseTo(page.traces[0].dW[0][2][3], 6);
    expect(page.text(".card")).toContain("BP3");
    expect(page.text(".card .badge")).toContain("verified");
    expect(page.text(".verified")).toContain("central differences");
  });

  it.each([
    [1, 4],
    [2, 0],
  ])("a unit of layer %i shows z and a on the way forward, Δ on the way back", (layer, j) => {
    const page = open();
    page.click(`[data-kind=unit][data-layer="${layer}"][data-j="${j}"]`);
    page.step(2 * layer);
    expect(page.value("[data-quantity=z] .value")).toBeCloseTo(page.traces[0].z[layer - 1][j], 5);
    expect(page.value("[data-quantity=a] .value")).toBeCloseTo(page.traces[0].a[layer][j], 5);
    expect(page.root.querySelector("[data-quantity=delta]")).toBeNull();
    page.click("[data-move=last]");
    expect(page.value("[data-quantity=delta] .value")).toBeCloseTo(page.traces[0].delta[layer - 1][j], 5);
    expect(page.text("[data-quantity=delta] .rule")).toContain(layer === 2 ? "BP1" : "BP2");
  });

  it("a bias shows ∇b, the loss shows E", () => {
    const page = open();
    page.click("[data-move=last]");
    page.click('[data-kind=bias][data-layer="2"][data-j="1"]');
    expect(page.value(".parameter .value")).toBeCloseTo(page.b[1][1], 6);
    expect(page.value("[data-quantity=db] .value")).toBeCloseTo(page.traces[0].db[1][1], 5);
    page.click("[data-kind=loss]");
    expect(page.value("[data-quantity=E] .value")).toBeCloseTo(page.traces[0].loss, 10);
  });

  it("before its time shows the formula, and the way to its step", () => {
    const page = open();
    expect(page.text("[data-quantity=z] .with-numbers")).toContain("step 2");
    page.click("[data-quantity=z] .with-numbers button");
    expect(page.text(".sentence")).toContain("z¹ from x");
    expect(page.text("[data-quantity=z] .with-numbers")).toMatch(/=.*⋅.*\+.*=/);
  });

  it("has the indices of what was clicked, beside the general formula", () => {
    const page = open();
    page.click('line[data-layer="2"][data-j="1"][data-k="4"]');
    const formulas = [...page.root.querySelectorAll(".formula")].map((formula) => formula.textContent);
    expect(formulas[0]).toContain("wjk2");
    expect(formulas[1]).toContain("w2,52");
    expect(formulas[1]).toContain("δ22");
  });
});

describe("by keyboard", () => {
  it("arrow keys go from unit to unit and from layer to layer, Enter chooses", () => {
    const page = open();
    const here = () => page.root.activeElement as HTMLElement;
    page.find('[data-kind=unit][data-layer="1"][data-j="0"]').focus();
    const press = (key: string) =>
      here().dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    press("ArrowDown");
    expect(here().dataset).toMatchObject({ kind: "unit", layer: "1", j: "1" });
    press("ArrowRight");
    expect(here().dataset).toMatchObject({ kind: "bias", layer: "2", j: "1" });
    press("ArrowRight");
    press("End");
    expect(here().dataset).toMatchObject({ kind: "unit", layer: "2", j: "2" });
    press("ArrowRight");
    expect(here().dataset.kind).toBe("loss");
    press("ArrowLeft");
    press("Enter");
    expect(page.text("h3")).toContain("class 1");
    const stops = page.root.querySelectorAll("[data-kind][role=button][tabindex='0']");
    expect(stops).toHaveLength(1);
  });

  it("in a matrix they move the chosen weight", () => {
    const page = open({ sizes: [20, 30, 3] });
    for (const key of ["Enter", "ArrowRight", "ArrowRight", "ArrowDown"]) page.press('[data-weights="1"]', key);
    expect(page.text("h3")).toBe("Weight of layer 1, to unit 2 from unit 3");
    for (let n = 0; n < 9; n++) page.press('[data-weights="1"]', "ArrowLeft");
    expect(page.text("h3")).toBe("Weight of layer 1, to unit 2 from unit 1");
  });

  it("numbers choose any weight, and what is out of range is brought back", () => {
    const page = open({ sizes: [20, 30, 3] });
    const fill = (name: string, value: string) => {
      const control = page.find<HTMLInputElement>(`[data-choice=${name}]`);
      control.value = value;
      control.dispatchEvent(new Event("change", { bubbles: true }));
    };
    fill("kind", "weight");
    fill("j", "30");
    fill("k", "999");
    expect(page.text("h3")).toBe("Weight of layer 1, to unit 30 from unit 20");
    expect(page.find<HTMLInputElement>("[data-choice=k]").value).toBe("20");
    fill("layer", "2");
    expect(page.text("h3")).toBe("Weight of layer 2, to unit 3 from unit 20");
    expect(page.value(".parameter .value")).toBeCloseTo(page.W[1][2][19], 6);
  });
});

describe("the paths of the error", () => {
  const point = (page: ReturnType<typeof open>, selector: string) =>
    page.find(selector).dispatchEvent(new Event("pointermove", { bubbles: true }));

  it("are those to all units of the next layer, each with its share", () => {
    const page = open();
    page.click("[data-move=last]");
    point(page, '[data-kind=unit][data-layer="1"][data-j="2"]');
    expect(page.root.querySelectorAll('[data-weights="2"] .edge.lit')).toHaveLength(3);
    expect(page.root.querySelectorAll('[data-weights="1"] .edge.lit')).toHaveLength(0);
    const shares = [...page.root.querySelectorAll(".share:not([visibility])")].map((label) =>
      Number(label.textContent?.replaceAll("−", "-")),
    );
    const { W, traces } = page;
    shares.forEach((share, i) => expect(Math.abs(share - W[1][i][2] * traces[0].delta[1][i])).toBeLessThan(0.001));
    expect(shares).toHaveLength(3);
    expect(page.text(".paths")).toContain("feeds every unit i of layer 2");
  });

  it("on the way forward are those into the unit", () => {
    const page = open();
    page.step(1);
    point(page, '[data-kind=unit][data-layer="1"][data-j="2"]');
    expect(page.root.querySelectorAll('[data-weights="1"] .edge.lit')).toHaveLength(4);
    expect(page.text(".paths")).toContain("sum over k");
  });
});

describe("language and state", () => {
  it("a switch of the language keeps the row, the step and what is chosen", () => {
    const page = open();
    const rows = page.find<HTMLSelectElement>(".row select");
    rows.value = "2";
    rows.dispatchEvent(new Event("change"));
    page.step(6);
    page.click('[data-kind=unit][data-layer="1"][data-j="3"]');
    const before = page.value("[data-quantity=delta] .value, [data-quantity=z] .value");
    page.handle.setLanguage("zh");
    expect(page.text(".sentence")).toContain("反向，第 2 层");
    expect(page.text("h3")).toBe("第 1 层单元 4");
    expect(page.find("section.explorer").lang).toBe("zh");
    expect(rows.value).toBe("2");
    page.handle.setLanguage("en");
    expect(page.text("h3")).toBe("Unit 4 of layer 1");
    expect(page.value("[data-quantity=delta] .value, [data-quantity=z] .value")).toBe(before);
  });

  it("between the layers stand gradients once they are known, or weights if so wanted", () => {
    const page = open();
    const label = () => page.find('[data-weights="2"]').getAttribute("aria-label");
    page.click("[data-move=last]");
    expect(label()).toContain("Gradient");
    page.find<HTMLInputElement>("input[value=weights]").click();
    expect(label()).toContain("Weight of layer 2");
  });

  it("a theme that an ancestor declares is followed, also when it changes", async () => {
    const page = open();
    const theme = () => page.find("section.explorer").dataset.theme;
    expect(theme()).toBe("light");
    document.documentElement.dataset.theme = "dark";
    await vi.waitFor(() => expect(theme()).toBe("dark"));
    document.body.dataset.theme = "light";
    await vi.waitFor(() => expect(theme()).toBe("light"));
    delete document.documentElement.dataset.theme;
    delete document.body.dataset.theme;
    page.handle.destroy();
  });
});

describe("names", () => {
  it("are text, whatever they contain", () => {
    const names = [BAD, "=1+1", "‏اسم", "🦜 emoji"];
    const page = open({ sizes: [4, 5, 3], inputNames: names, outputNames: [BAD, "b", "c"] });
    const visit = (selector: string) => {
      page.click(selector);
      page.click("[data-move=last]");
      expect(page.root.querySelectorAll("img, script, iframe")).toHaveLength(0);
    };
    for (let k = 0; k < 4; k++) visit(`[data-kind=unit][data-layer="0"][data-j="${k}"]`);
    visit('line[data-layer="1"][data-j="0"][data-k="0"]');
    visit('[data-kind=unit][data-layer="2"][data-j="0"]');
    expect(page.text("h3")).toContain(BAD);
    expect([...page.root.querySelectorAll(".cells th[scope=row]")].map((cell) => cell.textContent)).toEqual(names);
  });
});

describe("a place", () => {
  it("is left as it was found", () => {
    const page = open();
    page.handle.destroy();
    expect(page.place.childNodes).toHaveLength(0);
  });

  it("may hold several explorers, one after the other or side by side", () => {
    const { exploration } = randomExploration({ sizes: [2, 2] });
    const place = document.body.appendChild(document.createElement("div"));
    const first = mount(place, exploration);
    const second = mount(place, exploration, { language: "zh" });
    expect(place.children).toHaveLength(2);
    first.destroy();
    second.destroy();
    expect(place.children).toHaveLength(0);
  });
});

it("anywidget's model starts it, translates it, replaces it and ends it", () => {
  const values: Record<string, unknown> = {
    exploration: randomExploration({ sizes: [2, 2] }).exploration,
    language: "en",
  };
  const listeners: Record<string, () => void> = {};
  const model = {
    get: (name: string) => values[name] as never,
    on: (event: string, callback: () => void) => (listeners[event] = callback),
    off: (event: string) => delete listeners[event],
  };
  const el = document.createElement("div");
  const end = widget.render({ model, el });
  const sentence = () => el.firstElementChild?.shadowRoot?.querySelector(".sentence")?.textContent;
  values.language = "zh";
  listeners["change:language"]();
  expect(sentence()).toBe("输入：x");
  values.exploration = randomExploration({ sizes: [3, 2] }).exploration;
  listeners["change:exploration"]();
  expect(el.children).toHaveLength(1);
  expect(el.firstElementChild?.shadowRoot?.querySelectorAll('[data-kind=unit][data-layer="0"]')).toHaveLength(3);
  end();
  expect(el.children).toHaveLength(0);
  expect(listeners).toEqual({});
});
