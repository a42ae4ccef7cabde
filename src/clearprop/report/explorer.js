/*!
Built from explorer/ by `npm run build`. Contains:

d3-color: Copyright 2010-2026 Mike Bostock

Permission to use, copy, modify, and/or distribute this software for any purpose
with or without fee is hereby granted, provided that the above copyright notice
and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.

d3-interpolate: Copyright 2010-2026 Mike Bostock

Permission to use, copy, modify, and/or distribute this software for any purpose
with or without fee is hereby granted, provided that the above copyright notice
and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS
OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER
TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.
*/
const _n = "http://www.w3.org/2000/svg", Ze = "http://www.w3.org/1998/Math/MathML";
function h(t, e = {}, ...n) {
  return se(document.createElement(t), e, n);
}
function m(t, e = {}, ...n) {
  return se(document.createElementNS(_n, t), e, n);
}
function w(t, e = {}, ...n) {
  return se(document.createElementNS(Ze, t), e, n);
}
const Qe = (t) => t.namespaceURI === Ze;
function k(t, e) {
  for (const [n, r] of Object.entries(e))
    if (r === null || r === !1) t.removeAttribute(n);
    else {
      const s = r === !0 ? "" : String(r);
      t.getAttribute(n) !== s && t.setAttribute(n, s);
    }
}
function M(t, e) {
  t.textContent !== e && (t.textContent = e);
}
function se(t, e, n) {
  return k(t, e), t.append(...n.filter((r) => r !== null)), t;
}
class Dn {
  written = [];
  text(e) {
    const n = document.createTextNode("");
    return this.written.push((r) => n.data = e(r)), n;
  }
  attribute(e, n, r) {
    this.written.push((s) => e.setAttribute(n, r(s)));
  }
  translate(e) {
    for (const n of this.written) n(e);
  }
}
const U = 16, $ = {
  margin: 8,
  header: 52,
  footer: 26,
  label: 17,
  pill: 28,
  segment: 52,
  strip: 26,
  stripGap: 3,
  shares: 10
}, kt = { most: 60, least: 46, fitted: 8 }, me = { most: 440, ofUnit: 16 }, dt = { least: 88, most: 250 }, et = { least: 100, most: 340, squeezed: 100, step: 20, before: 22, after: 52 }, _t = { gap: 22, loss: 84 };
function be(t, e, n) {
  const r = t.slice(1).filter((c, o) => c <= U && t[o] <= U).length;
  let s = et.most, i = Dt(t, n, dt.least, s);
  for (; i.width > e && s > et.squeezed; )
    s -= et.step, i = Dt(t, n, dt.least, s);
  if (r === 0) return i;
  const a = Math.floor(dt.least + (e - i.width) / r);
  return Dt(t, n, T(a, dt.least, dt.most), s);
}
function Wt(t, e) {
  const n = t.top + e * t.pitch;
  return t.wide ? n + t.pitch / 2 : n + $.label + $.pill / 2;
}
function Gn(t, e) {
  return T(Math.floor((e - t.top) / t.pitch), 0, t.units - 1);
}
const T = (t, e, n) => Math.min(Math.max(t, e), n), Bt = (t) => t.units * t.pitch;
function Dt(t, e, n, r) {
  const s = t.length - 1, i = Math.max(...t.map((p) => p * ht(p))), a = [], c = [];
  let o = $.margin + e;
  const l = (p, g, x) => {
    const b = g > U, [v, A] = b ? [$.strip, $.stripGap] : [$.segment, 0], j = x.map((R, S) => ({ slot: R, x: o + S * (v + A), width: v })), E = ht(g), y = j[j.length - 1].x + v;
    return { layer: p, units: g, wide: b, x: o, right: y, top: $.header + (i - g * E) / 2, pitch: E, segments: j };
  };
  t.forEach((p, g) => {
    if (g > 0) {
      const x = p <= U && t[g - 1] <= U ? "edges" : "matrix", b = p * ht(p), v = x === "matrix" ? b : Math.max(b, t[g - 1] * ht(t[g - 1])), A = $.header + (i - v) / 2, j = T(t[g - 1] * ht(p), et.least, r), [E, y, R] = x === "edges" ? [0, n, 0] : [et.before, j, et.after];
      c.push({ layer: g, kind: x, x: o + E, y: A, width: y, height: v }), o += E + y + R;
    }
    a.push(l(g, p, g === 0 ? ["a"] : ["b", "z", "a", "delta"])), o = a[g].right;
  }), o += _t.gap;
  const d = l(s, t[s], ["y"]), u = { x: d.right + _t.gap, y: $.header + i / 2 - 26, width: _t.loss, height: 52 };
  return { width: Math.ceil(u.x + u.width + $.margin), height: Math.ceil($.header + i + $.footer), columns: a, blocks: c, target: d, loss: u };
}
function ht(t) {
  return t > U ? Math.min(me.most, t * me.ofUnit) / t : T(kt.most * kt.fitted / t, kt.least, kt.most);
}
class qn {
  constructor(e, n, r) {
    this.store = e, this.sizes = r;
    for (const a of ["unit", "weight", "bias", "loss"])
      this.kind.append(
        h(
          "option",
          { value: a },
          n.text((c) => c.choices[a])
        )
      );
    const s = (a, c) => h("label", { class: "field" }, h("span", {}, a), c), i = (a) => n.text((c) => c[a]);
    this.labels = {
      layer: s(i("layerNumber"), this.layer),
      j: s(this.unitName, this.j),
      k: s(i("fromUnit"), this.k)
    }, this.element = h(
      "div",
      { class: "choice", role: "group" },
      s(i("what"), this.kind),
      ...Object.values(this.labels)
    ), n.attribute(this.element, "aria-label", (a) => a.shown), this.element.addEventListener("change", () => this.choose());
  }
  store;
  sizes;
  element;
  kind = h("select", { "data-choice": "kind" });
  layer = h("select", { "data-choice": "layer" });
  j = h("input", { type: "number", min: 1, "data-choice": "j" });
  k = h("input", { type: "number", min: 1, "data-choice": "k" });
  labels;
  unitName = document.createTextNode("");
  render({ state: { selection: e }, words: n }) {
    const { sizes: r } = this;
    this.kind.value = e.kind;
    for (const s of Object.values(this.labels)) s.hidden = e.kind === "loss";
    e.kind !== "loss" && (this.labels.k.hidden = e.kind !== "weight", this.unitName.data = e.kind === "weight" ? n.toUnit : n.unitNumber, this.offerLayers(e.kind === "unit" ? 0 : 1), this.layer.value = String(e.layer), $t(this.j, e.j, r[e.layer]), e.kind === "weight" && $t(this.k, e.k, r[e.layer - 1]));
  }
  /** Inputs have units, but neither weights nor biases. */
  offerLayers(e) {
    if (this.layer.dataset.first === String(e)) return;
    this.layer.dataset.first = String(e);
    const n = this.sizes.map((r, s) => s).slice(e);
    this.layer.replaceChildren(...n.map((r) => h("option", { value: r }, String(r))));
  }
  choose() {
    const { sizes: e } = this, n = this.kind.value;
    if (n === "loss") return this.store.change({ selection: { kind: n } });
    const r = Math.max(Number(this.layer.value) || 0, n === "unit" ? 0 : 1), s = xe(this.j, e[r]), i = n === "weight" ? xe(this.k, e[r - 1]) : 0;
    this.store.change({ selection: n === "weight" ? { kind: n, layer: r, j: s, k: i } : { kind: n, layer: r, j: s } }), $t(this.j, s, e[r]), n === "weight" && $t(this.k, i, e[r - 1]);
  }
}
function $t(t, e, n) {
  k(t, { max: n }), t.value !== String(e + 1) && (t.value = String(e + 1));
}
const xe = (t, e) => T(Math.round(Number(t.value)) || 1, 1, e) - 1, Kn = "button,select,input[type=number]{font:inherit;color:var(--ink);background:var(--raised);border:1px solid color-mix(in srgb,var(--soft) 70%,transparent);border-radius:8px;min-height:36px}button{display:inline-flex;align-items:center;gap:.45em;padding:0 .8em;cursor:pointer}button:hover{border-color:var(--accent)}button[aria-disabled=true]{color:var(--soft);border-color:var(--line);cursor:default}button.small{min-height:28px;padding:0 .6em;margin-left:.4em;font-size:.9em}select{padding:0 .5em;max-width:100%;text-overflow:ellipsis}input[type=number]{width:6.5em;padding:0 .5em}input[type=range]{flex:1;min-width:0;accent-color:var(--accent);height:28px;margin:0}input[type=radio]{accent-color:var(--accent);margin:0 .25em 0 0}:focus-visible{outline:2px solid var(--accent);outline-offset:2px}summary{cursor:pointer;color:var(--accent);width:fit-content}.field{display:inline-flex;flex-direction:column;gap:2px;min-width:0}.field>span{font-size:.8rem;color:var(--soft)}header{display:grid;gap:18px}.row{display:flex;flex-wrap:wrap;align-items:flex-end;gap:10px 28px}.row .field{max-width:min(100%,26rem)}.facts{display:flex;flex-wrap:wrap;gap:6px 28px;margin:0}.facts dt{font-size:.8rem;color:var(--soft)}.facts dd{margin:0;min-height:36px;display:flex;align-items:center;font-weight:600}.cells{margin:0 0 7px}.cells[open]{flex-basis:100%}.cells table{margin-top:8px}.stepper{display:grid;grid-template-columns:auto minmax(0,1fr);gap:6px 24px;align-items:center}.buttons{display:flex;gap:6px}.slide{display:flex;align-items:center;gap:16px}.count{color:var(--soft);font-size:.87rem;white-space:nowrap;font-variant-numeric:tabular-nums}.sentence{grid-column:1 / -1;margin:4px 0 0;font-size:1.2rem;font-weight:600;min-height:1.55em}.legend{margin-top:14px;padding-top:14px;border-top:1px solid var(--line);display:grid;gap:10px;font-size:.87rem}.legend fieldset{display:flex;flex-wrap:wrap;gap:2px 20px;border:0;margin:0;padding:0}.legend legend{float:left;padding:0;margin-right:20px;color:var(--soft)}.legend ul{list-style:none;display:flex;flex-wrap:wrap;gap:4px 20px;margin:0;padding:0}.legend li{display:inline-flex;align-items:center;gap:.35em}.heat{display:inline-block;width:64px;height:12px;border:1px solid var(--line);border-radius:2px}.keys{margin:0;color:var(--soft)}@container (max-width: 720px){.stepper{grid-template-columns:minmax(0,1fr)}.buttons button{flex:1;justify-content:center;padding:0 .5em}}@container (max-width: 430px){.buttons button{padding:0 .25em;white-space:nowrap}.buttons button span[aria-hidden]{display:none}}", pt = {
  a: { letter: "a", light: "#06805f", dark: "#3ed99a" },
  z: { letter: "z", light: "#0a4fa8", dark: "#56a8f0" },
  W: { letter: "W", light: "#26282c", dark: "#e9ebee" },
  b: { letter: "b", light: "#574000", dark: "#f0cb45" },
  delta: { letter: "Δ", light: "#cc4600", dark: "#f07c4c" },
  gradient: { letter: "∇", light: "#7d1c70", dark: "#e08cba" }
}, tn = {
  light: {
    paper: "#fcfcfa",
    raised: "#ffffff",
    ink: "#1f2328",
    soft: "#5b6067",
    line: "#d9dbdd",
    accent: "#1f5fa8",
    positive: "#c65a00",
    negative: "#0072b2",
    middle: "#f3f3ef"
  },
  dark: {
    paper: "#16181c",
    raised: "#1d2025",
    ink: "#e3e6e9",
    soft: "#a3a9b1",
    line: "#3a3f46",
    accent: "#8abaf2",
    positive: "#ff9b45",
    negative: "#56b4e9",
    middle: "#23272d"
  }
};
function ct(t) {
  return t === "dW" || t === "db" ? "gradient" : t === "E" ? null : t;
}
const en = { y: "y", slope: "f′", share: "α" }, nn = (t) => !(t in en), W = (t) => t === null ? "" : `kind-${t}`;
function Vn() {
  const t = Object.keys(pt).map(
    (n) => `.kind-${n}{color:var(--kind-${n})}svg .kind-${n}{fill:var(--kind-${n})}`
  ), e = `@media print{.explorer,.explorer[data-theme]{${Gt("light")}}}`;
  return [`.explorer{${Gt("light")}}`, `.explorer[data-theme=dark]{${Gt("dark")}}`, e, ...t].join(
    `
`
  );
}
function Gt(t) {
  const e = Object.entries(pt).map(([r, s]) => `--kind-${r}:${s[t]}`), n = Object.entries(tn[t]).map(([r, s]) => `--${r}:${s}`);
  return [`color-scheme:${t}`, ...e, ...n].join(";");
}
const Xn = { delta: " ∂E/∂z", gradient: " ∂E/∂W, ∂E/∂b" };
let Yn = 0;
class Jn {
  element;
  choices;
  constructor(e, n) {
    const r = `between-${++Yn}`, s = (a) => {
      const c = h("input", { type: "radio", name: r, value: a });
      return c.addEventListener("change", () => e.change({ between: a })), c;
    };
    this.choices = { weights: s("weights"), gradients: s("gradients") };
    const i = (a, c) => h(
      "label",
      {},
      this.choices[a],
      " ",
      n.text((o) => o[c])
    );
    this.element = h(
      "div",
      { class: "legend" },
      h(
        "fieldset",
        {},
        h(
          "legend",
          {},
          n.text((a) => a.between)
        ),
        i("weights", "showWeights"),
        i("gradients", "showGradients")
      ),
      this.signs(n),
      h(
        "p",
        { class: "keys" },
        n.text((a) => a.keys)
      )
    );
  }
  render({ state: e }) {
    this.choices[e.between].checked = !0;
  }
  signs(e) {
    const n = Object.keys(pt).map(
      (o) => h(
        "li",
        {},
        h("b", { class: W(o) }, pt[o].letter),
        " ",
        e.text((l) => l.kinds[o]),
        Xn[o] ?? ""
      )
    ), r = (o) => h(
      "li",
      {},
      we(m("line", { class: `edge ${o}`, x1: 1, x2: 33, y1: 6, y2: 6, "stroke-width": 2.5 })),
      " ",
      e.text((l) => l[o])
    ), s = [0.75, 2, 4].map(
      (o, l) => m("line", { class: "edge plain", x1: 1 + 12 * l, x2: 10 + 12 * l, y1: 6, y2: 6, "stroke-width": o })
    ), i = h(
      "li",
      {},
      we(...s),
      " ",
      e.text((o) => o.width)
    ), a = h(
      "li",
      {},
      h("span", { class: "heat", "aria-hidden": "true" }),
      " ",
      e.text((o) => o.heat)
    ), c = h("ul", {}, ...n, r("positive"), r("negative"), i, a);
    return e.attribute(c, "aria-label", (o) => o.legend), c;
  }
}
const we = (...t) => m("svg", { width: 36, height: 12, "aria-hidden": "true" }, ...t), Zn = "–";
function ie(t, e) {
  const n = Math.abs(t), r = { negative: t < 0, power: null };
  if (Number.isNaN(t)) return { ...r, digits: Zn };
  if (!Number.isFinite(t)) return { ...r, digits: "∞" };
  if (Number.isInteger(t) && n < 10 ** e) return { ...r, digits: String(n) };
  if (n >= 10 ** e || n < 1e-3) {
    const [i, a] = n.toExponential(e - 1).split("e");
    return { negative: t < 0, digits: i, power: Number(a) };
  }
  const s = n.toPrecision(e);
  return { ...r, digits: s.includes("e") ? String(Number(s)) : s };
}
function C(t, e = 4) {
  const { negative: n, digits: r, power: s } = ie(t, e), i = s === null ? "" : `e${s < 0 ? "−" : ""}${Math.abs(s)}`;
  return `${n ? "−" : ""}${r}${i}`;
}
function Z(t) {
  const e = Math.abs(t);
  if (e >= 5e-4 && e < 0.9995) return C(t, 3).startsWith("−") ? `−${e.toFixed(3)}` : e.toFixed(3);
  const { power: n } = ie(t, 3);
  return C(t, n === null ? 3 : Math.abs(n) < 10 ? 2 : 1);
}
const rn = (t) => [...String(t)].map((e) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(e)]).join("");
class Qn {
  element;
  select;
  facts = {
    target: h("dd", { dir: "auto" }),
    predicted: h("dd", { dir: "auto" }),
    loss: h("dd", { class: "numeric" })
  };
  table = h("tbody");
  drawnRow = -1;
  constructor(e, n, r) {
    const s = r.map((o, l) => h("option", { value: l }, o));
    this.select = h("select", { dir: "auto" }, ...s), this.select.addEventListener("change", () => e.change({ row: Number(this.select.value) }));
    const i = (o, l) => h(
      "div",
      {},
      h(
        "dt",
        {},
        n.text((d) => d[l])
      ),
      this.facts[o]
    ), a = ["column", "cell"].map(
      (o) => h(
        "th",
        { scope: "col" },
        n.text((l) => l[o])
      )
    ), c = h("table", {}, h("thead", {}, h("tr", {}, ...a)), this.table);
    this.element = h(
      "div",
      { class: "row" },
      h(
        "label",
        { class: "field" },
        h(
          "span",
          {},
          n.text((o) => o.row)
        ),
        this.select
      ),
      h(
        "dl",
        { class: "facts" },
        i("target", "target"),
        i("predicted", "predicted"),
        i("loss", "lossOfRow")
      ),
      h(
        "details",
        { class: "cells" },
        h(
          "summary",
          {},
          n.text((o) => o.cells)
        ),
        c
      )
    );
  }
  /** What is predicted, and the loss, are said once the steps have come to them. */
  render(e) {
    const { sample: n, network: r, state: s } = e, { depth: i } = r;
    if (this.select.value !== String(s.row) && (this.select.value = String(s.row)), M(this.facts.target, n.target), M(this.facts.predicted, e.known("a", i) ? n.predicted : "…"), M(this.facts.loss, e.known("E", i) ? C(n.loss) : "…"), this.drawnRow !== s.row) {
      const a = n.cells.map(
        ([c, o]) => h("tr", {}, h("th", { scope: "row", dir: "auto" }, c), h("td", { dir: "auto" }, o))
      );
      this.table.replaceChildren(...a);
    }
    this.drawnRow = s.row;
  }
}
const tr = { first: "⇤", back: "←", forward: "→", last: "⇥" };
class er {
  constructor(e, n, r) {
    this.store = e, this.steps = r;
    const s = (i) => {
      const a = h("span", { "aria-hidden": "true" }, tr[i]), c = h(
        "span",
        {},
        n.text((l) => l[i])
      ), o = h(
        "button",
        { type: "button", "data-move": i },
        ...i === "forward" || i === "last" ? [c, a] : [a, c]
      );
      return o.addEventListener("click", () => this.move(i)), o;
    };
    this.buttons = { first: s("first"), back: s("back"), forward: s("forward"), last: s("last") }, this.slider = h("input", { type: "range", min: 0, max: r - 1, step: 1, value: 0 }), this.slider.addEventListener("input", () => e.change({ step: Number(this.slider.value) })), n.attribute(this.slider, "aria-label", (i) => i.step), this.element = h(
      "div",
      { class: "stepper", role: "group" },
      h("div", { class: "buttons" }, ...Object.values(this.buttons)),
      h("div", { class: "slide" }, this.slider, this.count),
      this.sentence
    ), n.attribute(this.element, "aria-label", (i) => i.stepping);
  }
  store;
  steps;
  element;
  slider;
  buttons;
  sentence = h("p", { class: "sentence", "aria-live": "polite" });
  count = h("span", { class: "count" });
  move(e) {
    const { step: n } = this.store.state, r = { first: 0, back: n - 1, forward: n + 1, last: this.steps - 1 }[e];
    this.store.change({ step: T(r, 0, this.steps - 1) });
  }
  /** Buttons at an end stay focusable, so that the keyboard does not lose its place. */
  render({ state: e, step: n, words: r, network: s }) {
    const i = r.sentence(n, s.depth);
    this.slider.value = String(e.step), k(this.slider, { "aria-valuetext": i }), M(this.count, r.stepOf(e.step + 1, this.steps)), M(this.sentence, i);
    const a = e.step === 0, c = e.step === this.steps - 1;
    for (const [o, l] of Object.entries(this.buttons))
      k(l, { "aria-disabled": String(o === "first" || o === "back" ? a : c) });
  }
}
const jt = new Float32Array(0);
function nt(t, e, n) {
  const r = Uint8Array.from(atob(t), (a) => a.charCodeAt(0));
  if (r.length !== 4 * e)
    throw new Error(
      `exploration.${n}: ${e} numbers (${4 * e} bytes) are expected, found ${r.length} bytes`
    );
  const s = new DataView(r.buffer), i = new Float32Array(e);
  for (let a = 0; a < e; a++) i[a] = s.getFloat32(4 * a, !0);
  return i;
}
function nr(t) {
  if (t.format !== 1)
    throw new Error(`exploration.format: this page reads format 1, found ${t.format}`);
  const { sizes: e, activations: n, loss: r, input_names: s, output_names: i } = t.network, a = e.length - 1;
  if (a < 1) throw new Error(`exploration.network.sizes: at least two layers are expected, found ${e.length}`);
  const c = [];
  return {
    sizes: e,
    depth: a,
    activations: ["", ...n],
    loss: r,
    inputNames: s,
    outputNames: i,
    W: [jt, ...ft(a, (o) => nt(t.W[o - 1], e[o] * e[o - 1], `W[${o - 1}]`))],
    b: [jt, ...ft(a, (o) => nt(t.b[o - 1], e[o], `b[${o - 1}]`))],
    share: [
      null,
      ...ft(a, (o) => sn(t.share?.[o - 1] ?? null, e[o], `share[${o - 1}]`))
    ],
    titles: t.rows.map((o) => o.title),
    verified: t.verified,
    sample: (o) => c[o] ??= rr(t.rows[o], e, `rows[${o}]`),
    formula: (o, l) => t.formulas[o]?.[o === "loss" ? 0 : l - 1] ?? null
  };
}
function rr(t, e, n) {
  const r = e.length - 1, s = (i) => ft(r, (a) => nt(t[i][a - 1], e[a], `${n}.${i}[${a - 1}]`));
  return {
    title: t.title,
    cells: t.cells,
    target: t.target,
    predicted: t.predicted,
    loss: t.loss,
    y: nt(t.y, e[r], `${n}.y`),
    a: e.map((i, a) => nt(t.a[a], i, `${n}.a[${a}]`)),
    z: [jt, ...s("z")],
    slope: [null, ...ft(r, (i) => sn(t.slope[i - 1], e[i], `${n}.slope[${i - 1}]`))],
    delta: [jt, ...s("delta")]
  };
}
const sn = (t, e, n) => t === null ? null : nt(t, e, n);
function ft(t, e) {
  return Array.from({ length: t }, (n, r) => e(r + 1));
}
function lt(t, e, n) {
  t.prototype = e.prototype = n, n.constructor = t;
}
function bt(t, e) {
  var n = Object.create(t.prototype);
  for (var r in e) n[r] = e[r];
  return n;
}
function D() {
}
var X = 0.7, at = 1 / X, rt = "\\s*([+-]?\\d+)\\s*", gt = "\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)\\s*", B = "\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)%\\s*", sr = /^#([0-9a-f]{3,8})$/, ir = new RegExp(`^rgb\\(${rt},${rt},${rt}\\)$`), ar = new RegExp(`^rgb\\(${B},${B},${B}\\)$`), or = new RegExp(`^rgba\\(${rt},${rt},${rt},${gt}\\)$`), cr = new RegExp(`^rgba\\(${B},${B},${B},${gt}\\)$`), lr = new RegExp(`^hsl\\(${gt},${B},${B}\\)$`), dr = new RegExp(`^hsla\\(${gt},${B},${B},${gt}\\)$`), ye = {
  aliceblue: 15792383,
  antiquewhite: 16444375,
  aqua: 65535,
  aquamarine: 8388564,
  azure: 15794175,
  beige: 16119260,
  bisque: 16770244,
  black: 0,
  blanchedalmond: 16772045,
  blue: 255,
  blueviolet: 9055202,
  brown: 10824234,
  burlywood: 14596231,
  cadetblue: 6266528,
  chartreuse: 8388352,
  chocolate: 13789470,
  coral: 16744272,
  cornflowerblue: 6591981,
  cornsilk: 16775388,
  crimson: 14423100,
  cyan: 65535,
  darkblue: 139,
  darkcyan: 35723,
  darkgoldenrod: 12092939,
  darkgray: 11119017,
  darkgreen: 25600,
  darkgrey: 11119017,
  darkkhaki: 12433259,
  darkmagenta: 9109643,
  darkolivegreen: 5597999,
  darkorange: 16747520,
  darkorchid: 10040012,
  darkred: 9109504,
  darksalmon: 15308410,
  darkseagreen: 9419919,
  darkslateblue: 4734347,
  darkslategray: 3100495,
  darkslategrey: 3100495,
  darkturquoise: 52945,
  darkviolet: 9699539,
  deeppink: 16716947,
  deepskyblue: 49151,
  dimgray: 6908265,
  dimgrey: 6908265,
  dodgerblue: 2003199,
  firebrick: 11674146,
  floralwhite: 16775920,
  forestgreen: 2263842,
  fuchsia: 16711935,
  gainsboro: 14474460,
  ghostwhite: 16316671,
  gold: 16766720,
  goldenrod: 14329120,
  gray: 8421504,
  green: 32768,
  greenyellow: 11403055,
  grey: 8421504,
  honeydew: 15794160,
  hotpink: 16738740,
  indianred: 13458524,
  indigo: 4915330,
  ivory: 16777200,
  khaki: 15787660,
  lavender: 15132410,
  lavenderblush: 16773365,
  lawngreen: 8190976,
  lemonchiffon: 16775885,
  lightblue: 11393254,
  lightcoral: 15761536,
  lightcyan: 14745599,
  lightgoldenrodyellow: 16448210,
  lightgray: 13882323,
  lightgreen: 9498256,
  lightgrey: 13882323,
  lightpink: 16758465,
  lightsalmon: 16752762,
  lightseagreen: 2142890,
  lightskyblue: 8900346,
  lightslategray: 7833753,
  lightslategrey: 7833753,
  lightsteelblue: 11584734,
  lightyellow: 16777184,
  lime: 65280,
  limegreen: 3329330,
  linen: 16445670,
  magenta: 16711935,
  maroon: 8388608,
  mediumaquamarine: 6737322,
  mediumblue: 205,
  mediumorchid: 12211667,
  mediumpurple: 9662683,
  mediumseagreen: 3978097,
  mediumslateblue: 8087790,
  mediumspringgreen: 64154,
  mediumturquoise: 4772300,
  mediumvioletred: 13047173,
  midnightblue: 1644912,
  mintcream: 16121850,
  mistyrose: 16770273,
  moccasin: 16770229,
  navajowhite: 16768685,
  navy: 128,
  oldlace: 16643558,
  olive: 8421376,
  olivedrab: 7048739,
  orange: 16753920,
  orangered: 16729344,
  orchid: 14315734,
  palegoldenrod: 15657130,
  palegreen: 10025880,
  paleturquoise: 11529966,
  palevioletred: 14381203,
  papayawhip: 16773077,
  peachpuff: 16767673,
  peru: 13468991,
  pink: 16761035,
  plum: 14524637,
  powderblue: 11591910,
  purple: 8388736,
  rebeccapurple: 6697881,
  red: 16711680,
  rosybrown: 12357519,
  royalblue: 4286945,
  saddlebrown: 9127187,
  salmon: 16416882,
  sandybrown: 16032864,
  seagreen: 3050327,
  seashell: 16774638,
  sienna: 10506797,
  silver: 12632256,
  skyblue: 8900331,
  slateblue: 6970061,
  slategray: 7372944,
  slategrey: 7372944,
  snow: 16775930,
  springgreen: 65407,
  steelblue: 4620980,
  tan: 13808780,
  teal: 32896,
  thistle: 14204888,
  tomato: 16737095,
  turquoise: 4251856,
  violet: 15631086,
  wheat: 16113331,
  white: 16777215,
  whitesmoke: 16119285,
  yellow: 16776960,
  yellowgreen: 10145074
};
lt(D, ae, {
  copy(t) {
    return Object.assign(new this.constructor(), this, t);
  },
  displayable() {
    return this.rgb().displayable();
  },
  hex: ke,
  // Deprecated! Use color.formatHex.
  formatHex: ke,
  formatHex8: hr,
  formatHsl: ur,
  formatRgb: $e,
  toString: $e
});
function ke() {
  return this.rgb().formatHex();
}
function hr() {
  return this.rgb().formatHex8();
}
function ur() {
  return an(this).formatHsl();
}
function $e() {
  return this.rgb().formatRgb();
}
function ae(t) {
  var e, n;
  return t = (t + "").trim().toLowerCase(), (e = sr.exec(t)) ? (n = e[1].length, e = parseInt(e[1], 16), n === 6 ? ve(e) : n === 3 ? new z(e >> 8 & 15 | e >> 4 & 240, e >> 4 & 15 | e & 240, (e & 15) << 4 | e & 15, 1) : n === 8 ? vt(e >> 24 & 255, e >> 16 & 255, e >> 8 & 255, (e & 255) / 255) : n === 4 ? vt(e >> 12 & 15 | e >> 8 & 240, e >> 8 & 15 | e >> 4 & 240, e >> 4 & 15 | e & 240, ((e & 15) << 4 | e & 15) / 255) : null) : (e = ir.exec(t)) ? new z(e[1], e[2], e[3], 1) : (e = ar.exec(t)) ? new z(e[1] * 255 / 100, e[2] * 255 / 100, e[3] * 255 / 100, 1) : (e = or.exec(t)) ? vt(e[1], e[2], e[3], e[4]) : (e = cr.exec(t)) ? vt(e[1] * 255 / 100, e[2] * 255 / 100, e[3] * 255 / 100, e[4]) : (e = lr.exec(t)) ? Me(e[1], e[2] / 100, e[3] / 100, 1) : (e = dr.exec(t)) ? Me(e[1], e[2] / 100, e[3] / 100, e[4]) : ye.hasOwnProperty(t) ? ve(ye[t]) : t === "transparent" ? new z(NaN, NaN, NaN, 0) : null;
}
function ve(t) {
  return new z(t >> 16 & 255, t >> 8 & 255, t & 255, 1);
}
function vt(t, e, n, r) {
  return r <= 0 && (t = e = n = NaN), new z(t, e, n, r);
}
function oe(t) {
  return t instanceof D || (t = ae(t)), t ? (t = t.rgb(), new z(t.r, t.g, t.b, t.opacity)) : new z();
}
function Tt(t, e, n, r) {
  return arguments.length === 1 ? oe(t) : new z(t, e, n, r ?? 1);
}
function z(t, e, n, r) {
  this.r = +t, this.g = +e, this.b = +n, this.opacity = +r;
}
lt(z, Tt, bt(D, {
  brighter(t) {
    return t = t == null ? at : Math.pow(at, t), new z(this.r * t, this.g * t, this.b * t, this.opacity);
  },
  darker(t) {
    return t = t == null ? X : Math.pow(X, t), new z(this.r * t, this.g * t, this.b * t, this.opacity);
  },
  rgb() {
    return this;
  },
  clamp() {
    return new z(q(this.r), q(this.g), q(this.b), Rt(this.opacity));
  },
  displayable() {
    return -0.5 <= this.r && this.r < 255.5 && -0.5 <= this.g && this.g < 255.5 && -0.5 <= this.b && this.b < 255.5 && 0 <= this.opacity && this.opacity <= 1;
  },
  hex: Se,
  // Deprecated! Use color.formatHex.
  formatHex: Se,
  formatHex8: fr,
  formatRgb: Ne,
  toString: Ne
}));
function Se() {
  return `#${G(this.r)}${G(this.g)}${G(this.b)}`;
}
function fr() {
  return `#${G(this.r)}${G(this.g)}${G(this.b)}${G((isNaN(this.opacity) ? 1 : this.opacity) * 255)}`;
}
function Ne() {
  const t = Rt(this.opacity);
  return `${t === 1 ? "rgb(" : "rgba("}${q(this.r)}, ${q(this.g)}, ${q(this.b)}${t === 1 ? ")" : `, ${t})`}`;
}
function Rt(t) {
  return isNaN(t) ? 1 : Math.max(0, Math.min(1, t));
}
function q(t) {
  return Math.max(0, Math.min(255, Math.round(t) || 0));
}
function G(t) {
  return t = q(t), (t < 16 ? "0" : "") + t.toString(16);
}
function Me(t, e, n, r) {
  return r <= 0 ? t = e = n = NaN : n <= 0 || n >= 1 ? t = e = NaN : e <= 0 && (t = NaN), new L(t, e, n, r);
}
function an(t) {
  if (t instanceof L) return new L(t.h, t.s, t.l, t.opacity);
  if (t instanceof D || (t = ae(t)), !t) return new L();
  if (t instanceof L) return t;
  t = t.rgb();
  var e = t.r / 255, n = t.g / 255, r = t.b / 255, s = Math.min(e, n, r), i = Math.max(e, n, r), a = NaN, c = i - s, o = (i + s) / 2;
  return c ? (e === i ? a = (n - r) / c + (n < r) * 6 : n === i ? a = (r - e) / c + 2 : a = (e - n) / c + 4, c /= o < 0.5 ? i + s : 2 - i - s, a *= 60) : c = o > 0 && o < 1 ? 0 : a, new L(a, c, o, t.opacity);
}
function pr(t, e, n, r) {
  return arguments.length === 1 ? an(t) : new L(t, e, n, r ?? 1);
}
function L(t, e, n, r) {
  this.h = +t, this.s = +e, this.l = +n, this.opacity = +r;
}
lt(L, pr, bt(D, {
  brighter(t) {
    return t = t == null ? at : Math.pow(at, t), new L(this.h, this.s, this.l * t, this.opacity);
  },
  darker(t) {
    return t = t == null ? X : Math.pow(X, t), new L(this.h, this.s, this.l * t, this.opacity);
  },
  rgb() {
    var t = this.h % 360 + (this.h < 0) * 360, e = isNaN(t) || isNaN(this.s) ? 0 : this.s, n = this.l, r = n + (n < 0.5 ? n : 1 - n) * e, s = 2 * n - r;
    return new z(
      qt(t >= 240 ? t - 240 : t + 120, s, r),
      qt(t, s, r),
      qt(t < 120 ? t + 240 : t - 120, s, r),
      this.opacity
    );
  },
  clamp() {
    return new L(Ee(this.h), St(this.s), St(this.l), Rt(this.opacity));
  },
  displayable() {
    return (0 <= this.s && this.s <= 1 || isNaN(this.s)) && 0 <= this.l && this.l <= 1 && 0 <= this.opacity && this.opacity <= 1;
  },
  formatHsl() {
    const t = Rt(this.opacity);
    return `${t === 1 ? "hsl(" : "hsla("}${Ee(this.h)}, ${St(this.s) * 100}%, ${St(this.l) * 100}%${t === 1 ? ")" : `, ${t})`}`;
  }
}));
function Ee(t) {
  return t = (t || 0) % 360, t < 0 ? t + 360 : t;
}
function St(t) {
  return Math.max(0, Math.min(1, t || 0));
}
function qt(t, e, n) {
  return (t < 60 ? e + (n - e) * t / 60 : t < 180 ? n : t < 240 ? e + (n - e) * (240 - t) / 60 : e) * 255;
}
const on = Math.PI / 180, cn = 180 / Math.PI, Ct = 18, ln = 0.96422, dn = 1, hn = 0.82521, un = 4 / 29, st = 6 / 29, fn = 3 * st * st, gr = st * st * st;
function pn(t) {
  if (t instanceof F) return new F(t.l, t.a, t.b, t.opacity);
  if (t instanceof P) return gn(t);
  t instanceof z || (t = oe(t));
  var e = Yt(t.r), n = Yt(t.g), r = Yt(t.b), s = Kt((0.2225045 * e + 0.7168786 * n + 0.0606169 * r) / dn), i, a;
  return e === n && n === r ? i = a = s : (i = Kt((0.4360747 * e + 0.3850649 * n + 0.1430804 * r) / ln), a = Kt((0.0139322 * e + 0.0971045 * n + 0.7141733 * r) / hn)), new F(116 * s - 16, 500 * (i - s), 200 * (s - a), t.opacity);
}
function Qt(t, e, n, r) {
  return arguments.length === 1 ? pn(t) : new F(t, e, n, r ?? 1);
}
function F(t, e, n, r) {
  this.l = +t, this.a = +e, this.b = +n, this.opacity = +r;
}
lt(F, Qt, bt(D, {
  brighter(t) {
    return new F(this.l + Ct * (t ?? 1), this.a, this.b, this.opacity);
  },
  darker(t) {
    return new F(this.l - Ct * (t ?? 1), this.a, this.b, this.opacity);
  },
  rgb() {
    var t = (this.l + 16) / 116, e = isNaN(this.a) ? t : t + this.a / 500, n = isNaN(this.b) ? t : t - this.b / 200;
    return e = ln * Vt(e), t = dn * Vt(t), n = hn * Vt(n), new z(
      Xt(3.1338561 * e - 1.6168667 * t - 0.4906146 * n),
      Xt(-0.9787684 * e + 1.9161415 * t + 0.033454 * n),
      Xt(0.0719453 * e - 0.2289914 * t + 1.4052427 * n),
      this.opacity
    );
  }
}));
function Kt(t) {
  return t > gr ? Math.pow(t, 1 / 3) : t / fn + un;
}
function Vt(t) {
  return t > st ? t * t * t : fn * (t - un);
}
function Xt(t) {
  return 255 * (t <= 31308e-7 ? 12.92 * t : 1.055 * Math.pow(t, 1 / 2.4) - 0.055);
}
function Yt(t) {
  return (t /= 255) <= 0.04045 ? t / 12.92 : Math.pow((t + 0.055) / 1.055, 2.4);
}
function mr(t) {
  if (t instanceof P) return new P(t.h, t.c, t.l, t.opacity);
  if (t instanceof F || (t = pn(t)), t.a === 0 && t.b === 0) return new P(NaN, 0 < t.l && t.l < 100 ? 0 : NaN, t.l, t.opacity);
  var e = Math.atan2(t.b, t.a) * cn;
  return new P(e < 0 ? e + 360 : e, Math.sqrt(t.a * t.a + t.b * t.b), t.l, t.opacity);
}
function br(t, e, n, r) {
  return arguments.length === 1 ? mr(t) : new P(t, e, n, r ?? 1);
}
function P(t, e, n, r) {
  this.h = +t, this.c = +e, this.l = +n, this.opacity = +r;
}
function gn(t) {
  if (isNaN(t.h)) return new F(t.l, 0, 0, t.opacity);
  var e = t.h * on;
  return new F(t.l, Math.cos(e) * t.c, Math.sin(e) * t.c, t.opacity);
}
lt(P, br, bt(D, {
  brighter(t) {
    return new P(this.h, this.c, this.l + Ct * (t ?? 1), this.opacity);
  },
  darker(t) {
    return new P(this.h, this.c, this.l - Ct * (t ?? 1), this.opacity);
  },
  rgb() {
    return gn(this).rgb();
  }
}));
var mn = -0.14861, ce = 1.78277, le = -0.29227, Ft = -0.90649, mt = 1.97294, ze = mt * Ft, Ae = mt * ce, We = ce * le - Ft * mn;
function xr(t) {
  if (t instanceof K) return new K(t.h, t.s, t.l, t.opacity);
  t instanceof z || (t = oe(t));
  var e = t.r / 255, n = t.g / 255, r = t.b / 255, s = (We * r + ze * e - Ae * n) / (We + ze - Ae), i = r - s, a = (mt * (n - s) - le * i) / Ft, c = Math.sqrt(a * a + i * i) / (mt * s * (1 - s)), o = c ? Math.atan2(a, i) * cn - 120 : NaN;
  return new K(o < 0 ? o + 360 : o, c, s, t.opacity);
}
function te(t, e, n, r) {
  return arguments.length === 1 ? xr(t) : new K(t, e, n, r ?? 1);
}
function K(t, e, n, r) {
  this.h = +t, this.s = +e, this.l = +n, this.opacity = +r;
}
lt(K, te, bt(D, {
  brighter(t) {
    return t = t == null ? at : Math.pow(at, t), new K(this.h, this.s, this.l * t, this.opacity);
  },
  darker(t) {
    return t = t == null ? X : Math.pow(X, t), new K(this.h, this.s, this.l * t, this.opacity);
  },
  rgb() {
    var t = isNaN(this.h) ? 0 : (this.h + 120) * on, e = +this.l, n = isNaN(this.s) ? 0 : this.s * e * (1 - e), r = Math.cos(t), s = Math.sin(t);
    return new z(
      255 * (e + n * (mn * r + ce * s)),
      255 * (e + n * (le * r + Ft * s)),
      255 * (e + n * (mt * r)),
      this.opacity
    );
  }
}));
var de = (t) => () => t;
function bn(t, e) {
  return function(n) {
    return t + n * e;
  };
}
function wr(t, e, n) {
  return t = Math.pow(t, n), e = Math.pow(e, n) - t, n = 1 / n, function(r) {
    return Math.pow(t + r * e, n);
  };
}
function yr(t, e) {
  var n = e - t;
  return n ? bn(t, n > 180 || n < -180 ? n - 360 * Math.round(n / 360) : n) : de(isNaN(t) ? e : t);
}
function kr(t) {
  return (t = +t) == 1 ? I : function(e, n) {
    return n - e ? wr(e, n, t) : de(isNaN(e) ? n : e);
  };
}
function I(t, e) {
  var n = e - t;
  return n ? bn(t, n) : de(isNaN(t) ? e : t);
}
(function t(e) {
  var n = kr(e);
  function r(s, i) {
    var a = n((s = Tt(s)).r, (i = Tt(i)).r), c = n(s.g, i.g), o = n(s.b, i.b), l = I(s.opacity, i.opacity);
    return function(d) {
      return s.r = a(d), s.g = c(d), s.b = o(d), s.opacity = l(d), s + "";
    };
  }
  return r.gamma = t, r;
})(1);
var $r = 1e-12;
function je(t) {
  return ((t = Math.exp(t)) + 1 / t) / 2;
}
function vr(t) {
  return ((t = Math.exp(t)) - 1 / t) / 2;
}
function Sr(t) {
  return ((t = Math.exp(2 * t)) - 1) / (t + 1);
}
(function t(e, n, r) {
  function s(i, a) {
    var c = i[0], o = i[1], l = i[2], d = a[0], u = a[1], f = a[2], p = d - c, g = u - o, x = p * p + g * g, b, v;
    if (x < $r)
      v = Math.log(f / l) / e, b = function(S) {
        return [
          c + S * p,
          o + S * g,
          l * Math.exp(e * S * v)
        ];
      };
    else {
      var A = Math.sqrt(x), j = (f * f - l * l + r * x) / (2 * l * n * A), E = (f * f - l * l - r * x) / (2 * f * n * A), y = Math.log(Math.sqrt(j * j + 1) - j), R = Math.log(Math.sqrt(E * E + 1) - E);
      v = (R - y) / e, b = function(S) {
        var O = S * v, H = je(y), Q = l / (n * A) * (H * Sr(e * O + y) - vr(y));
        return [
          c + Q * p,
          o + Q * g,
          l * H / je(e * O + y)
        ];
      };
    }
    return b.duration = Math.abs(v) * 1e3 * e / Math.SQRT2, b;
  }
  return s.rho = function(i) {
    var a = Math.max(1e-3, +i), c = a * a, o = c * c;
    return t(a, c, o);
  }, s;
})(Math.SQRT2, 2, 4);
function Te(t, e) {
  var n = I((t = Qt(t)).l, (e = Qt(e)).l), r = I(t.a, e.a), s = I(t.b, e.b), i = I(t.opacity, e.opacity);
  return function(a) {
    return t.l = n(a), t.a = r(a), t.b = s(a), t.opacity = i(a), t + "";
  };
}
function xn(t) {
  return (function e(n) {
    n = +n;
    function r(s, i) {
      var a = t((s = te(s)).h, (i = te(i)).h), c = I(s.s, i.s), o = I(s.l, i.l), l = I(s.opacity, i.opacity);
      return function(d) {
        return s.h = a(d), s.s = c(d), s.l = o(Math.pow(d, n)), s.opacity = l(d), s + "";
      };
    }
    return r.gamma = e, r;
  })(1);
}
xn(yr);
xn(I);
const Mt = 255, Re = /* @__PURE__ */ new WeakMap(), Ce = /* @__PURE__ */ new Map();
function Pt(t) {
  let e = Re.get(t);
  if (e === void 0) {
    e = 1e-30;
    for (const n of t) Math.abs(n) > e && (e = Math.abs(n));
    Re.set(t, e);
  }
  return e;
}
function ee(t, e, n, r, s) {
  const i = t.getContext("2d");
  if (!i) return;
  if ((t.width !== r || t.height !== n) && Object.assign(t, { width: r, height: n }), e === null) {
    i.clearRect(0, 0, r, n);
    return;
  }
  const a = i.createImageData(r, n), c = new Uint32Array(a.data.buffer), o = Mr(s), l = (Mt - 1) / 2, d = l / Pt(e);
  for (let u = 0; u < c.length; u++) c[u] = o[Math.round(e[u] * d + l)] ?? 0;
  i.putImageData(a, 0, 0);
}
const Nr = "linear-gradient(to right, var(--negative), var(--middle), var(--positive))";
function Mr(t) {
  let e = Ce.get(t);
  if (!e) {
    const { negative: n, middle: r, positive: s } = tn[t], [i, a] = [Te(n, r), Te(r, s)], c = new Uint8ClampedArray(4 * Mt);
    for (let o = 0; o < Mt; o++) {
      const l = 2 * o / (Mt - 1), { r: d, g: u, b: f } = Tt(l < 1 ? i(l) : a(l - 1));
      c.set([d, u, f, 255], 4 * o);
    }
    e = new Uint32Array(c.buffer), Ce.set(t, e);
  }
  return e;
}
const Er = ":host{display:block}.explorer{container-type:inline-size;box-sizing:border-box;padding:20px;border:1px solid var(--line);border-radius:12px;background:var(--paper);color:var(--ink);text-align:left;overflow-wrap:anywhere;font:15px/1.55 system-ui,-apple-system,Segoe UI,Roboto,Noto Sans,PingFang SC,Microsoft YaHei,Noto Sans CJK SC,Noto Sans SC,sans-serif}.explorer *,.explorer *:before{box-sizing:border-box}[hidden]{display:none!important}.numeric,.number{font-variant-numeric:tabular-nums}.soft{color:var(--soft)}.negative{--sign: var(--negative)}.positive{--sign: var(--positive)}", zr = "@media print{.explorer{border:0;padding:0;background:none}.panel{contain:none}.buttons,.slide input,.choice,.keys,.paths,.legend fieldset,button.small{display:none!important}.picture,.formula,.scroll{overflow:visible}.stage{zoom:var(--print-zoom)}.wide .main{grid-template-columns:minmax(0,1fr)}.wide .panel{padding:20px 0 0;border-left:0;border-top:1px solid var(--line)}.card dt,.card dd,.picture,tr{break-inside:avoid}h3,h4,.card dt{break-after:avoid}canvas{print-color-adjust:exact}}", wn = {
  "data-theme": (t) => t === "dark" || t === "light" ? t : null,
  "data-jp-theme-light": (t) => t === "false" ? "dark" : "light",
  "data-vscode-theme-kind": (t) => /light/.test(t) ? "light" : "dark"
};
function Ar(t) {
  for (const e of yn(t))
    for (const [n, r] of Object.entries(wn)) {
      const s = e.getAttribute(n), i = s === null ? null : r(s);
      if (i) return i;
    }
  return null;
}
function Wr(t, e) {
  const [n, r] = ["(prefers-color-scheme: dark)", "print"].map((o) => globalThis.matchMedia?.(o)), s = () => e(r?.matches ? "light" : Ar(t) ?? (n?.matches ? "dark" : "light")), i = new MutationObserver(s), a = () => {
    i.disconnect();
    for (const o of yn(t)) i.observe(o, { attributeFilter: Object.keys(wn) });
    s();
  };
  for (const o of [n, r]) o?.addEventListener?.("change", s);
  return a(), { refresh: a, stop: () => {
    i.disconnect();
    for (const o of [n, r]) o?.removeEventListener?.("change", s);
  } };
}
function yn(t) {
  const e = [];
  let n = t;
  for (; n; )
    n instanceof Element && e.push(n), n = n instanceof ShadowRoot ? n.host : n.parentNode;
  return e;
}
function jr(t, e) {
  const { layer: n, segments: r, top: s } = t, i = r[0].slot === "y", a = (t.x + t.right) / 2, c = m("text", { class: "heading", x: a, y: s - 34, "text-anchor": "middle" }), o = !t.wide && (n === 0 || i), l = s + (o ? $.label - 8 : -8), d = r.map(
    ({ x: f, width: p }) => m("text", { class: "letter", x: f + p / 2, y: l, "text-anchor": "middle" })
  ), u = (f) => {
    const { words: p, network: g } = f, x = n === 0 ? p.inputs : n === e ? p.outputs : p.layer(n);
    M(c, i ? p.targets : n === 0 ? x : `${x} · ${g.activations[n]}`), r.forEach(({ slot: b }, v) => {
      if (b === "y") return M(d[v], "y");
      const A = b === "b" ? f.shown("b", n) : b;
      M(d[v], xt(A, n)), k(d[v], { class: `letter ${W(ct(A))}` });
    });
  };
  return { nodes: [c, ...d], canvases: [], render: u };
}
function Tr(t, e, n) {
  const r = t.x + t.width / 2, s = t.kind === "edges", i = m("tspan", { class: "letter" }), a = m("tspan", { class: "soft", dx: 8 }, `${e} × ${n}`), c = m("text", { x: r, y: t.y - (s ? 8 : 22), "text-anchor": "middle" }, i, a), o = m("text", { class: "soft range", x: r, y: t.y + t.height + 16, "text-anchor": "middle" });
  return { nodes: [c, o], canvases: [], render: (d) => {
    const u = d.shown("W", t.layer), f = d.array(u, t.layer);
    M(i, xt(u, t.layer)), k(i, { class: `letter ${W(ct(u))}` }), M(o, f ? `|${u === "W" ? "w" : "∇w"}| ≤ ${Z(Pt(f))}` : "");
  } };
}
function Rr(t) {
  const e = [0, 1].map(() => m("rect", { class: "now", rx: 8 }));
  return { nodes: e, canvases: [], render: (r) => {
    const s = Lr(t, r);
    e.forEach((c, o) => k(c, { visibility: s[o] ? null : "hidden", ...s[o] }));
    const { layer: i } = r.step, a = [t.columns[i].wide, t.blocks[i - 1]?.kind === "matrix"];
    e.forEach((c, o) => c.classList.toggle("hollow", a[o]));
  } };
}
function Cr({ loss: t }) {
  const { x: e, y: n, width: r, height: s } = t, i = m("text", { class: "number large", x: e + r / 2, y: n + s / 2 + 5, "text-anchor": "middle" }), a = m("text", { class: "letter", x: e + r / 2, y: n - 8, "text-anchor": "middle" }, "E"), c = m(
    "g",
    { class: "target loss", role: "button", tabindex: -1, "data-kind": "loss" },
    m("rect", { class: "pill", x: e, y: n, width: r, height: s, rx: 8 }),
    m("rect", { class: "ring", x: e - 3, y: n - 3, width: r + 6, height: s + 6, rx: 11 }),
    i
  );
  return { nodes: [a, c], canvases: [], render: (l) => {
    const d = l.known("E", l.network.depth) ? Z(l.sample.loss) : "";
    M(i, d);
    const u = l.state.selection.kind === "loss";
    k(c, {
      "aria-label": d ? `${l.words.loss} = ${d}` : l.words.loss,
      "aria-pressed": String(u)
    });
  } };
}
function xt(t, e) {
  return t === "a" && e === 0 ? "x" : (t === "dW" ? "∇W" : t === "db" ? "∇b" : pt[t].letter) + rn(e);
}
function Lr(t, e) {
  const { kind: n, layer: r } = e.step;
  if (n === "E") return [Le(t.loss, 6)];
  const s = t.columns[r], i = (l) => {
    const d = s.segments.find((f) => f.slot === l);
    if (!d) return [];
    const u = s.wide ? 22 : r === 0 ? 8 : 22;
    return [
      { x: d.x - 2, width: d.width + 4, y: s.top - u, height: Bt(s) + u + 2 }
    ];
  };
  if (n !== "gradient") return i(n === "x" ? "a" : n);
  const a = t.blocks[r - 1], c = a.kind === "edges" ? -6 : 8, o = a.kind === "edges" ? 22 : 40;
  return [...i("b"), { ...Le(a, c), y: a.y - o, height: a.height + o + 2 }];
}
const Le = ({ x: t, y: e, width: n, height: r }, s) => ({
  x: t - s,
  y: e - s,
  width: n + 2 * s,
  height: r + 2 * s
}), V = (t = 0, e = 0, n = 0) => ({ j: t, k: e, i: n });
function _(t, e, n) {
  const r = (s) => _(s, e, n);
  if ("ref" in t) return Br(t, e, n);
  if ("number" in t) return () => t.number;
  if ("sum" in t) {
    const s = he(t, e, n);
    return (i) => s(i).reduce((a, c) => a + c, 0);
  }
  if ("product" in t) {
    const s = t.product.map(r);
    return (i) => s.reduce((a, c) => a * c(i), 1);
  }
  if ("plus" in t) {
    const s = t.plus.map(r);
    return (i) => s.reduce((a, c) => a + c(i), 0);
  }
  if ("minus" in t) {
    const [s, i] = t.minus.map(r);
    return (a) => s(a) - i(a);
  }
  return t.value === null ? () => NaN : r(t.value);
}
function he(t, e, n) {
  const r = _(t.of, e, n), s = e.sizes[t.over];
  return (i) => {
    const a = { ...i }, c = new Float64Array(s);
    for (let o = 0; o < s; o++)
      a[t.sum] = o, c[o] = r(a);
    return c;
  };
}
function Ht(t) {
  if (t === null) return null;
  if ("sum" in t) return t;
  for (const e of kn(t)) {
    const n = Ht(e);
    if (n) return n;
  }
  return null;
}
function Or(t, e, n, r) {
  const s = e.sizes[r], i = e.sizes[r - 1], a = new Float32Array(s * i), c = "product" in t ? t.product : [t], o = c.filter((g) => !Et(g).has("k")), l = c.filter((g) => Et(g).has("k")), d = V();
  if (l.some((g) => Et(g).has("j"))) {
    const g = _(t, e, n);
    for (d.j = 0; d.j < s; d.j++)
      for (d.k = 0; d.k < i; d.k++) a[d.j * i + d.k] = g(d);
    return a;
  }
  const u = _({ product: o }, e, n), f = _({ product: l }, e, n), p = Float64Array.from({ length: i }, (g, x) => f(V(0, x)));
  for (let g = 0; g < s; g++) {
    const x = u(V(g));
    for (let b = 0; b < i; b++) a[g * i + b] = x * p[b];
  }
  return a;
}
function Ir(t, e, n, r) {
  return t === "W" || t === "b" || t === "share" ? n[t][e] ?? null : t === "y" ? r.y : r[t][e] ?? null;
}
function Br({ ref: t }, e, n) {
  const [r, s, i, a] = t, c = Ir(r, s, e, n);
  if (c === null) return () => NaN;
  if (a === void 0) return (l) => c[l[i]];
  const o = e.sizes[s - 1];
  return (l) => c[l[i] * o + l[a]];
}
function Et(t) {
  if ("ref" in t) return new Set(t.ref.slice(2));
  const e = new Set(kn(t).flatMap((n) => [...Et(n)]));
  return "sum" in t && e.delete(t.sum), e;
}
function kn(t) {
  return "sum" in t ? [t.of] : "product" in t ? t.product : "plus" in t ? t.plus : "minus" in t ? t.minus : "function" in t ? t.value === null ? [] : [t.value] : [];
}
const Oe = {
  a: "a",
  A: "a",
  x: "a",
  X: "a",
  z: "z",
  Z: "z",
  w: "W",
  W: "W",
  b: "b",
  B: "b",
  δ: "delta",
  Δ: "delta"
};
function Ut(t) {
  const e = /* @__PURE__ */ new Set();
  for (const n of t.querySelectorAll("mi, mo")) {
    const r = (n.textContent ?? "").normalize("NFKC").trim();
    if (r === "∇")
      for (const s of [n, Fr(n)]) s && $n(s, "gradient", e);
    else r in Oe && !e.has(n) && !/^index-/.test(n.getAttribute("class") ?? "") && n.classList.add(W(Oe[r]));
  }
  return t;
}
function $n(t, e, n = /* @__PURE__ */ new Set()) {
  t.classList.add(W(e));
  for (const r of t.querySelectorAll("*")) n.add(r);
  return n.add(t), t;
}
function Fr(t) {
  let e = t;
  for (; !e.nextElementSibling && e.parentElement?.localName === "mrow"; ) e = e.parentElement;
  return e.nextElementSibling;
}
function Pr(t, e, n, r, s) {
  const i = Ht(t);
  if (i === null) return null;
  const a = he(i, n, r)(e);
  if (a.some(Number.isNaN)) return null;
  const c = "product" in i.of ? i.of.product : [i.of], o = c.filter((f) => "ref" in f), l = o.length === c.length ? o : [], d = l.map((f) => _(f, n, r)), u = Array.from(a.keys()).sort((f, p) => Math.abs(a[p]) - Math.abs(a[f]));
  return {
    over: i.over,
    count: a.length,
    factors: l.map(({ ref: f }) => ({ name: f[0], layer: f[1] })),
    largest: u.slice(0, s).map((f) => ({
      unit: f,
      factors: d.map((p) => p({ ...e, [i.sum]: f })),
      value: a[f]
    }))
  };
}
const Hr = new Set(
  "class display displaystyle scriptlevel mathvariant stretchy form fence separator lspace rspace width height depth voffset accent accentunder columnalign rowalign columnspacing rowspacing columnlines linethickness movablelimits largeop minsize maxsize aria-hidden dir".split(" ")
), Ie = /* @__PURE__ */ new Map();
function Ur(t) {
  let e = Ie.get(t);
  if (!e) {
    const n = document.createElement("template");
    n.innerHTML = t;
    const r = [...n.content.children].find((s) => Qe(s) && s.localName === "math");
    e = r ? Sn(r) : w("math", {}, w("mtext", {}, n.content.textContent ?? "")), Ie.set(t, e);
  }
  return e.cloneNode(!0);
}
function Y(t) {
  return w("mrow", {}, ...Ur(t).childNodes);
}
function Lt(t, e) {
  for (const n of Object.keys(e)) {
    const r = e[n];
    if (r !== void 0)
      for (const s of t.querySelectorAll(`.index-${n}`))
        s.replaceWith(w("mn", { class: `index-${n}` }, String(r + 1)));
  }
  for (const n of t.querySelectorAll("[class^=index-]")) {
    const r = n.previousElementSibling, s = r?.localName === "mn" || n.localName === "mn", i = n.parentElement?.localName ?? "";
    r && s && (i === "mrow" || i === "math") && /^index-/.test(r.getAttribute("class") ?? "") && n.before(w("mo", { separator: "true" }, ","));
  }
  return t;
}
function _r(t, e, n, r = "hole") {
  for (const s of t.querySelectorAll(`.${r}`)) {
    const i = e.cloneNode(!0);
    s.replaceWith(n && Dr(s) ? vn(i) : i);
  }
  return t;
}
const Ot = (t) => w("mo", { form: t === "(" ? "prefix" : "postfix", stretchy: "false" }, t), vn = (t) => w("mrow", {}, Ot("("), t, Ot(")"));
function Dr(t) {
  const e = t.previousElementSibling;
  return /^msu(p|bsup)$/.test(t.parentElement?.localName ?? "") ? e === null : e !== null && (e.localName !== "mo" || /^[-−+·⋅×*/]$/.test(e.textContent ?? ""));
}
const Gr = (t) => Qe(t) && t.localName.startsWith("m");
function Sn(t) {
  const e = [...t.childNodes].map((r) => r instanceof Element ? Gr(r) ? Sn(r) : w("mtext", {}, r.textContent ?? "") : r instanceof Text ? document.createTextNode(r.data) : null), n = [...t.attributes].filter(({ name: r }) => Hr.has(r));
  return w(t.localName, Object.fromEntries(n.map(({ name: r, value: s }) => [r, s])), ...e);
}
const qr = 6, Kr = 3, Nn = "⋅";
function Vr(t, e, n) {
  const r = [];
  for (const { element: s, breaks: i } of wt(t, e, n, "row", !0))
    (i || r.length === 0) && r.push(w("math")), r[r.length - 1].append(s);
  return r;
}
function Mn(t, e = "") {
  const { negative: n, digits: r, power: s } = ie(t, 4), i = w("mrow", { class: e || null });
  if (n && i.append(w("mo", { form: "prefix" }, "−")), i.append(w(/[\d∞]/.test(r) ? "mn" : "mtext", {}, r)), s !== null) {
    const a = w(
      "mrow",
      {},
      ...s < 0 ? [w("mo", { form: "prefix" }, "−")] : [],
      w("mn", {}, String(Math.abs(s)))
    );
    i.append(w("mo", {}, Nn), w("msup", {}, w("mn", {}, "10"), a));
  }
  return i;
}
const Xr = (t) => "ref" in t || "number" in t;
function wt(t, e, n, r, s) {
  if ("ref" in t) {
    const [i] = t.ref, a = nn(i) ? ct(i) : null;
    return Pe(Jr(t, e, n), W(a), s);
  }
  if ("number" in t) return Pe(t.number, "", s);
  if ("function" in t) {
    const i = Y(t.function);
    return Be(i, "hole", t.of, e, n), t.share && Be(i, "share", t.share, e, n), [J(Lt(i, e))];
  }
  return "sum" in t ? Jt(
    r,
    (i, a) => Yr(t, e, n, i, a),
    s,
    n.network.sizes[t.over]
  ) : "plus" in t ? Jt(
    r,
    (i, a) => Fe(t.plus, "+", e, n, i, a),
    s,
    t.plus.length
  ) : "minus" in t ? Jt(r, (i, a) => Fe(t.minus, "−", e, n, i, a), s, 2) : En(t.product, e, n, r, s);
}
function Be(t, e, n, r, s) {
  const i = w("mrow", {}, ...wt(n, r, s, "row", !0).map(({ element: a }) => a));
  _r(t, i, (i.textContent ?? "").startsWith("−"), e);
}
function En(t, e, n, r, s) {
  const [i, ...a] = t;
  if (a.length > 0 && "number" in i && i.number === -1 && s)
    return [J(w("mo", { form: "prefix" }, "−")), ...En(a, e, n, "product", !1)];
  const c = t.length > 1 ? "product" : r;
  return t.flatMap((o, l) => [
    ...l > 0 ? [J(w("mo", {}, Nn))] : [],
    ...wt(o, e, n, c, s && l === 0)
  ]);
}
function Yr(t, e, n, r, s) {
  const i = n.network.sizes[t.over], a = (d) => wt(t.of, { ...e, [t.sum]: d }, n, r, s && d === 0), c = i <= qr ? i : Kr, o = Array.from({ length: c }, (d, u) => u === 0 ? a(u) : [zt("+"), ...a(u)]).flat();
  if (c === i) return o;
  const l = w(
    "mrow",
    { class: "more" },
    w("mo", {}, "⋯"),
    w("mtext", {}, n.more(i - c - 1)),
    w("mo", {}, "⋯")
  );
  return [...o, zt("+"), J(l), zt("+"), ...a(i - 1)];
}
function Fe(t, e, n, r, s, i) {
  return t.flatMap((a, c) => {
    const o = c > 0 && e === "−" ? "product" : s;
    return [...c > 0 ? [zt(e)] : [], ...wt(a, n, r, o, i && c === 0)];
  });
}
function Jt(t, e, n, r) {
  return t !== "product" || r < 2 ? e(t === "product" ? "product" : "sum", n) : [J(Ot("(")), ...e("sum", !0), J(Ot(")"))];
}
function Pe(t, e, n) {
  const r = Mn(t, e);
  return [J(t < 0 && !n ? vn(r) : r)];
}
const J = (t) => ({ element: t, breaks: !1 }), zt = (t) => ({ element: w("mo", { form: "infix" }, t), breaks: !0 }), Jr = (t, e, n) => _(t, n.network, n.sample)(e), zn = 10, Zr = 4;
function Qr(t, e, n, r) {
  const { words: s, state: i } = t, a = t.formula(e.quantity, e.layer), c = t.known(e.quantity, e.layer), o = ct(e.quantity), l = h("h4", {}, ...ts(t, e, o, c));
  if (a === null) return h("section", { class: "card" }, l, h("p", {}, s.noFormula));
  const d = h("span", { class: "badge", "aria-describedby": n }, "✓ ", s.verified);
  a.rule && l.append(" ", h("span", { class: "rule" }, s.rules[a.rule] ?? a.rule)), l.append(" ", d);
  const u = c ? ns(t, e, a, o) : rs(t, e, r), f = h(
    "dl",
    {},
    ...tt(s.general, jn(Y(a.left), Y(a.index), o)),
    ...tt(s.here, es(a, e, o)),
    ...tt(s.numbers, u, "with-numbers"),
    ...tt(s.vector, Cn(Ut(Rn(a.vector)))),
    ...tt(s.shapes, ss(a)),
    ...tt(s.why, h("p", { class: "why" }, a.why[i.language]))
  ), p = c ? is(t, e, a) : null;
  return h("section", { class: "card", "data-quantity": e.quantity }, l, f, p);
}
function An(t, { quantity: e, layer: n, j: r, k: s }) {
  if (e === "E") return t.sample.loss;
  const i = t.array(e, n);
  return i ? i[e === "dW" ? r * t.network.sizes[n - 1] + (s ?? 0) : r] : NaN;
}
function ts(t, e, n, r) {
  const { quantity: s, layer: i } = e, a = s === "E" ? "E" : xt(s, i), c = n === null ? t.words.loss : t.words.kinds[n], o = [h("b", { class: `letter ${W(n)}` }, a)];
  if (n !== null && o.push(h("span", { class: "kind" }, c)), r) {
    const l = An(t, e);
    o.push(
      h(
        "span",
        { class: `value numeric ${W(n)}`, "data-value": l, title: String(l) },
        C(l)
      )
    );
  }
  return o;
}
function es(t, e, n) {
  const r = Wn(e);
  return jn(Lt(Y(t.left), r), Lt(Y(t.index), r), n);
}
const Wn = ({ quantity: t, j: e, k: n }) => t === "E" ? {} : n === void 0 ? { j: e } : { j: e, k: n };
function ns(t, e, n, r) {
  const { words: s, network: i, sample: a } = t, c = Mn(An(t, e), W(r));
  if (n.numbers === null) return h("p", { class: "why" }, s.noNumbers);
  const o = Tn(Lt(Y(n.left), Wn(e)), r), l = V(e.j, e.k ?? 0), d = Vr(n.numbers, l, { network: i, sample: a, more: s.more }), u = h("div", { class: "terms" }, w("math", { displaystyle: "true" }, o, w("mo", {}, "=")), " ");
  for (const f of d) u.append(f, " ");
  return Xr(n.numbers) || u.append(w("math", {}, w("mo", {}, "="), c)), u;
}
function rs(t, { quantity: e, layer: n }, r) {
  const s = t.reachedAt(e, n), i = h("button", { type: "button", class: "small" }, t.words.goThere);
  return i.addEventListener("click", () => r(s)), h("p", { class: "why" }, t.words.later(s + 1), " ", i);
}
function ss(t) {
  const e = t.shapes.map(
    ([n, r]) => h("li", {}, Ut(Rn(n)), h("span", { class: "numeric" }, r))
  );
  return h("ul", { class: "shapes" }, ...e);
}
function is(t, e, n) {
  const { words: r, network: s } = t, i = Ht(n.numbers), a = i ? s.sizes[i.over] : 0;
  if (a <= Zr || e.quantity === "E") return null;
  const c = h("div", { class: "scroll" }), o = h("summary", {}, r.largest(Math.min(zn, a), a)), l = h("details", { "data-fold": `largest-${e.quantity}` }, o, c), d = () => {
    l.open && !c.firstChild && c.append(as(t, e, n) ?? "");
  };
  return l.addEventListener("toggle", d), l;
}
function as(t, e, n) {
  const { words: r, network: s, sample: i } = t, a = Pr(n.numbers, V(e.j, e.k ?? 0), s, i, zn);
  if (a === null) return null;
  const { factors: c, largest: o, over: l } = a, d = Math.max(...o.map(({ value: g }) => Math.abs(g))) || 1, u = c.map(({ name: g, layer: x }) => {
    const [b, v] = nn(g) ? [ct(g), xt(g, x)] : [null, en[g]];
    return h("th", { scope: "col", class: `${W(b)} numeric` }, v);
  }), f = o.map(
    ({ unit: g, factors: x, value: b }) => h(
      "tr",
      {},
      h("th", { scope: "row" }, t.unit(l, g)),
      ...x.map((v) => h("td", { class: "numeric" }, C(v))),
      h("td", { class: "numeric" }, C(b)),
      h(
        "td",
        { class: "share" },
        h("span", {
          class: b < 0 ? "negative" : "positive",
          style: `width:${(100 * Math.abs(b) / d).toFixed(1)}%`
        })
      )
    )
  ), p = h(
    "tr",
    {},
    h("th", { scope: "col" }, r.ofUnit),
    ...u,
    h("th", { scope: "col", colspan: 2 }, r.contribution)
  );
  return h("table", {}, h("thead", {}, p), h("tbody", {}, ...f));
}
function jn(t, e, n) {
  return Cn(
    w("math", { displaystyle: "true" }, Tn(t, n), w("mo", {}, "="), Ut(e))
  );
}
const Tn = (t, e) => e === "gradient" ? $n(t, e) : Ut(t), Rn = (t) => w("math", { displaystyle: "true" }, Y(t)), Cn = (t) => h("div", { class: "formula" }, t), tt = (t, e, n = "") => [
  h("dt", {}, t),
  h("dd", { class: n || null }, e)
], os = 120;
class cs {
  constructor(e, n, r) {
    this.store = e, this.element = h("section", { class: "panel" }, r, this.title, this.body, this.verified), n.attribute(this.element, "aria-label", (s) => s.panel), this.body.addEventListener("toggle", (s) => this.remember(s.target), !0);
  }
  store;
  element;
  title = h("h3", {});
  body = h("div", { class: "cards" });
  verified = h("p", { class: "verified", id: "verified" });
  /** Which folding tables are open, so that they stay so from step to step. */
  open = /* @__PURE__ */ new Set();
  waiting = 0;
  drawn = "";
  render(e) {
    const { selection: n } = e.state, r = ls(e, n);
    if (r === this.drawn) return;
    this.drawn = r;
    const s = e.describe(n);
    M(this.title, s[0].toUpperCase() + s.slice(1)), M(this.verified, `✓ ${e.network.verified[e.state.language]}`), this.body.replaceChildren(...this.contents(e, n));
    for (const i of this.body.querySelectorAll("details[data-fold]"))
      i.open = this.open.has(i.dataset.fold ?? "");
    this.reachScrolled();
  }
  /** What is wider than its place scrolls, and what scrolls can be reached by keyboard; looked at when all is at rest. */
  reachScrolled() {
    clearTimeout(this.waiting), this.waiting = window.setTimeout(() => {
      const e = [...this.body.querySelectorAll(".formula, .scroll")], n = e.map((s) => s.scrollWidth > s.clientWidth + 1), r = this.title.textContent ?? "";
      e.forEach(
        (s, i) => k(
          s,
          n[i] ? { tabindex: 0, role: "group", "aria-label": r } : { tabindex: null, role: null, "aria-label": null }
        )
      );
    }, os);
  }
  stop() {
    clearTimeout(this.waiting);
  }
  remember(e) {
    const { fold: n } = e.dataset;
    n && (e.open ? this.open.add(n) : this.open.delete(n), this.reachScrolled());
  }
  contents(e, n) {
    const r = (o) => Qr(e, o, this.verified.id, (l) => this.store.change({ step: l }));
    if (n.kind === "loss") return [r({ quantity: "E", layer: e.network.depth, j: 0 })];
    const { layer: s, j: i } = n;
    if (n.kind === "weight") {
      const { k: o } = n, l = e.network.W[s][i * e.network.sizes[s - 1] + o];
      return [He(e, "W", s, l, this.ends(e, s, i, o)), r({ quantity: "dW", layer: s, j: i, k: o })];
    }
    if (n.kind === "bias")
      return [
        He(e, "b", s, e.network.b[s][i], e.unit(s, i)),
        r({ quantity: "db", layer: s, j: i })
      ];
    if (s === 0) return [ds(e, i)];
    const a = ["z", "a"].map((o) => r({ quantity: o, layer: s, j: i }));
    if (!e.backward) return a;
    const c = h("details", { "data-fold": "forward" }, h("summary", {}, e.words.fromForward), ...a);
    return [r({ quantity: "delta", layer: s, j: i }), c];
  }
  ends(e, n, r, s) {
    return `${e.unit(n - 1, s)} → ${e.unit(n, r)}`;
  }
}
function ls(t, e) {
  const { language: n, row: r } = t.state, s = e.kind === "loss" ? t.network.depth : Math.max(1, e.layer), i = ["a", "z", "E", "delta", "dW"].map((a) => t.known(a, s));
  return JSON.stringify([n, r, e, t.backward, i]);
}
function He(t, e, n, r, s) {
  return h(
    "p",
    { class: "parameter" },
    h("b", { class: `letter ${W(e)}` }, xt(e, n)),
    h("span", { class: "kind" }, t.words.kinds[e]),
    h("span", { class: `value numeric ${W(e)}`, "data-value": r, title: String(r) }, C(r)),
    h("span", { class: "soft" }, s)
  );
}
function ds(t, e) {
  const n = t.sample.a[0][e];
  return h(
    "p",
    { class: "parameter" },
    h("b", { class: `letter ${W("a")}` }, "x"),
    h("span", { class: "kind" }, t.words.inputs),
    h("span", { class: `value numeric ${W("a")}`, "data-value": n, title: String(n) }, C(n)),
    h("span", { class: "soft" }, t.words.inputGiven)
  );
}
const hs = '.panel{contain:layout style;min-width:0;padding-top:20px;border-top:1px solid var(--line)}.wide .panel{padding:0 0 0 32px;border-top:0;border-left:1px solid var(--line)}.choice{display:flex;flex-wrap:wrap;gap:8px 12px}h3{margin:18px 0 4px;font-size:1.15rem;line-height:1.4;font-weight:650}h4{margin:0 0 8px;font-size:1rem;font-weight:400;display:flex;flex-wrap:wrap;align-items:baseline;gap:4px 12px}.letter{font-size:1.2rem}.kind{color:var(--soft)}.value{font-size:1.2rem;font-weight:650}.parameter{display:flex;flex-wrap:wrap;align-items:baseline;gap:4px 12px;margin:12px 0}.parameter .soft{flex-basis:100%}.card{margin:14px 0 22px}.rule,.badge{font-size:.8rem;white-space:nowrap}span.rule{color:var(--soft);white-space:normal}.badge{padding:0 .6em;border:1px solid currentColor;border-radius:999px;color:var(--kind-a)}.card dl{display:grid;grid-template-columns:7.5rem minmax(0,1fr);gap:0;margin:0}.card dt,.card dd{padding:8px 0;border-top:1px solid var(--line)}.card dt{font-size:.85rem;color:var(--soft);padding-top:10px}.card dd{margin:0}.wide .card dl{grid-template-columns:6.75rem minmax(0,1fr)}math{font-size:1.12em;font-family:"STIX Two Math","Cambria Math","Latin Modern Math","Libertinus Math","Noto Sans Math","DejaVu Math TeX Gyre",math,serif}.formula,.scroll{overflow-x:auto;overflow-y:hidden;padding:3px 0}.terms{line-height:1.9}.terms .more{color:var(--soft)}.why{margin:0}.shapes{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:4px 22px}.shapes li{display:inline-flex;align-items:baseline;gap:.6em}.verified{margin:18px 0 0;padding-top:12px;border-top:1px solid var(--line);font-size:.87rem;color:var(--soft)}details{margin:10px 0}table{border-collapse:collapse;font-size:.9rem}th,td{text-align:start;padding:5px 18px 5px 0;border-bottom:1px solid var(--line);vertical-align:baseline;font-weight:400}thead th{color:var(--soft);font-size:.8rem;white-space:nowrap}thead th[class^=kind-]{font-weight:650;font-size:.95rem}.numeric:is(th,td){text-align:right;white-space:nowrap}td.share{width:6rem;padding-right:0}td.share span{display:block;height:7px;border-radius:2px;background:var(--sign)}@container (max-width: 720px){.card dl,.wide .card dl{grid-template-columns:minmax(0,1fr)}.card dd{border-top:0;padding-top:0}}';
function ue() {
  let t = [];
  return (...e) => {
    const n = e.length !== t.length || e.some((r, s) => r !== t[s]);
    return t = e, n;
  };
}
function fe(t) {
  if (t.kind === "loss") return { "data-kind": "loss" };
  const { kind: e, layer: n, j: r } = t;
  return {
    "data-kind": e,
    "data-layer": n,
    "data-j": r,
    ...e === "weight" ? { "data-k": t.k } : {}
  };
}
function At(t) {
  const e = t?.closest("[data-kind]");
  if (!e) return null;
  const { kind: n, layer: r, j: s, k: i } = e.dataset;
  if (n === "loss") return { kind: n };
  const [a, c] = [Number(r), Number(s)];
  return n === "weight" ? { kind: n, layer: a, j: c, k: Number(i) } : n === "unit" || n === "bias" ? { kind: n, layer: a, j: c } : null;
}
function pe(t, e) {
  if (e?.kind !== "unit") return null;
  const { layer: n, j: r } = e;
  return t.backward ? n < t.network.depth && n > 0 && t.known("delta", n + 1) ? _e(t, "delta", n, r) : null : n > 0 && t.known("a", n - 1) ? _e(t, "z", n, r) : null;
}
function Ue(t, e) {
  const { words: n, network: r, backward: s } = t;
  if (e === null) return n.point;
  switch (e.kind) {
    case "loss":
      return n.lossPath;
    case "bias":
      return s ? n.biasBack : n.biasForward;
    case "weight":
      return s ? n.weightBack : n.weightForward;
    case "unit": {
      const { layer: i, j: a } = e;
      if (i === 0) return s ? n.noError : n.inputGiven;
      if (!s) return n.pathsForward(a + 1, i, r.sizes[i - 1]);
      if (i === r.depth) return n.errorStarts;
      const c = n.pathsBack(a + 1, i, r.sizes[i + 1]), o = pe(t, e);
      return o ? `${c}${n.gap}${n.shares(us(o.terms, n.more), C(fs(o.terms), 3))}` : c;
    }
  }
}
function ge(t, e, n) {
  return ["z", "a", "delta"].flatMap((s) => {
    if (e === 0 && s !== "a") return [];
    const i = t.array(s, e)?.[n];
    return i === void 0 ? [] : [`${s === "delta" ? "Δ" : e === 0 ? "x" : s} = ${Z(i)}`];
  }).join(", ");
}
function _e(t, e, n, r) {
  const s = Ht(t.formula(e, n)?.numbers ?? null);
  if (s === null) return null;
  const i = he(s, t.network, t.sample)(V(r));
  return e === "z" ? { direction: "forward", block: n, unit: r, terms: i } : { direction: "backward", block: n + 1, unit: r, terms: i };
}
function us(t, e) {
  const n = Array.from(t.length <= 4 ? t : t.subarray(0, 3), (r) => C(r, 3)).join(", ");
  return t.length <= 4 ? n : `${n}, … (${e(t.length - 3)})`;
}
const fs = (t) => t.reduce((e, n) => e + n, 0);
function ot(t, e) {
  return t?.kind === "weight" && t.layer === e ? t : null;
}
function Ln(t, e, n) {
  const { words: r, network: s, state: i } = t, a = ot(i.selection, n), c = t.shown("W", n), o = t.array(c, n), { j: l, k: d } = a ?? { j: 0, k: 0 }, u = o ? C(o[l * s.sizes[n - 1] + d]) : "", f = c === "dW" ? "dW" : "W";
  k(e, { "aria-label": r.matrix(f, n, l + 1, d + 1, u), "aria-pressed": String(a !== null) });
}
const Nt = { least: 0.75, most: 4.5 }, On = 64;
function ps(t, e, n) {
  const { layer: r } = t, s = [], i = [];
  for (let u = 0; u < n.units; u++)
    for (let f = 0; f < e.units; f++) {
      const p = { x1: e.right, y1: Wt(e, f), x2: n.x, y2: Wt(n, u) };
      s.push({ line: m("line", { class: "edge", ...p }), j: u, k: f }), i.push(m("line", { class: "hit", ...p, ...fe({ kind: "weight", layer: r, j: u, k: f }) }));
    }
  const a = Array.from(
    { length: Math.max(n.units, e.units) },
    () => m("text", { class: "share number" })
  ), c = m("line", { class: "focus", x1: 0, y1: 0, x2: 0, y2: 0 }), o = m(
    "g",
    {
      class: `target weights edges${s.length < On ? "" : " dense"}`,
      role: "button",
      tabindex: 0,
      "data-weights": r
    },
    ...s.map(({ line: u }) => u),
    c,
    ...i
  ), l = ue(), d = (u) => {
    const f = u.shown("W", r), p = u.array(f, r);
    p && l(p) && gs(s, p, e.units);
    const g = pe(u, u.state.attention);
    ms(u, s, o, c, r, g?.block === r ? g : null), bs(a, s, g?.block === r ? g : null), Ln(u, o, r);
  };
  return { nodes: [o, ...a], canvases: [], render: d };
}
function gs(t, e, n) {
  const r = Pt(e), s = t.length < On ? Nt.most : Nt.most / 2;
  for (const { line: i, j: a, k: c } of t) {
    const o = e[a * n + c], l = o === 0 ? 0.5 : Nt.least + (s - Nt.least) * (Math.abs(o) / r || 0);
    k(i, { "stroke-width": l.toFixed(2), class: `edge ${o < 0 ? "negative" : "positive"}` });
  }
}
const In = (t, { j: e, k: n }) => (t.direction === "forward" ? e : n) === t.unit;
function ms(t, e, n, r, s, i) {
  const { step: a, state: c } = t, o = ot(c.attention, s), l = a.kind === "z" && a.layer === s || a.kind === "gradient" && a.layer === s || a.kind === "delta" && a.layer === s - 1;
  n.classList.toggle("busy", l), n.classList.toggle("aside", i !== null || o !== null);
  for (const f of e)
    f.line.classList.toggle("lit", i ? In(i, f) : o?.j === f.j && o.k === f.k);
  const d = ot(c.selection, s), u = d && e.find(({ j: f, k: p }) => f === d.j && p === d.k)?.line;
  if (k(r, { visibility: u ? null : "hidden" }), u) for (const f of ["x1", "y1", "x2", "y2"]) k(r, { [f]: u.getAttribute(f) });
}
function bs(t, e, n) {
  const r = n ? e.filter((s) => In(n, s)) : [];
  t.forEach((s, i) => {
    const a = r[i];
    if (k(s, { visibility: a && n ? null : "hidden" }), !a || !n) return;
    const [c, o, l, d] = ["x1", "y1", "x2", "y2"].map((p) => Number(a.line.getAttribute(p))), u = n.direction === "backward", f = u ? 1 - $.margin / (l - c) : $.margin / (l - c);
    M(s, Z(n.terms[i])), k(s, {
      x: c + f * (l - c),
      y: o + f * (d - o) - 4,
      "text-anchor": u ? "end" : "start",
      class: `share number ${u ? "kind-delta" : "kind-z"}`
    });
  });
}
function xs(t, e, n) {
  const { layer: r, x: s, y: i, width: a, height: c } = t, o = a < n || c < e, l = h("canvas", {
    style: Ge(s, i, a, c),
    class: o ? "fine" : "sharp",
    "aria-hidden": "true"
  }), d = s + a + 4, u = h("canvas", {
    style: Ge(d, i, $.shares, c),
    class: "sharp",
    "aria-hidden": "true"
  }), f = m("rect", { class: "band" }), p = m("rect", { class: "mark" }), g = m("rect", { class: "mark faint" }), x = m(
    "g",
    { class: "target weights matrix", role: "button", tabindex: 0, "data-weights": r },
    m("rect", { class: "frame", x: s - 0.5, y: i - 0.5, width: a + 1, height: c + 1, rx: 2 }),
    m("rect", { class: "area", x: s, y: i, width: a, height: c }),
    m("rect", { class: "ring", x: s - 3, y: i - 3, width: a + 6, height: c + 6, rx: 4 })
  ), b = [
    m("text", { class: "name", x: s, y: i - 6 }, "k = 1"),
    m("text", { class: "name", x: s + a, y: i - 6, "text-anchor": "end" }, String(n))
  ], v = m(
    "text",
    { class: "name", x: d + $.shares / 2, y: i + c + 16, "text-anchor": "middle" },
    "w·δ"
  ), A = ue(), j = (E) => {
    const { theme: y, selection: R, attention: S } = E.state, O = E.array(E.shown("W", r), r);
    A(O, y) && ee(l, O, e, n, y), De(t, p, e, n, ot(R, r)), De(t, g, e, n, ot(S, r));
    const H = pe(E, S), Q = H?.block === r ? H : null;
    ys(t, f, e, n, Q);
    const yt = Q?.direction === "backward" ? Float32Array.from(Q.terms) : null;
    u.hidden = yt === null, k(v, { visibility: yt ? null : "hidden" }), yt && ee(u, yt, e, 1, y), Ln(E, x, r);
  };
  return { nodes: [...b, v, x, f, p, g], canvases: [l, u], render: j };
}
function ws(t, e, n, r, s) {
  return {
    j: T(Math.floor((s - t.y) / t.height * e), 0, e - 1),
    k: T(Math.floor((r - t.x) / t.width * n), 0, n - 1)
  };
}
function De(t, e, n, r, s) {
  if (k(e, { visibility: s ? null : "hidden" }), !s) return;
  const [i, a] = [t.width / r, t.height / n], [c, o] = [Math.max(i, 7), Math.max(a, 7)];
  k(e, {
    x: t.x + (s.k + 0.5) * i - c / 2,
    y: t.y + (s.j + 0.5) * a - o / 2,
    width: c,
    height: o
  });
}
function ys(t, e, n, r, s) {
  if (k(e, { visibility: s ? null : "hidden" }), !s) return;
  const { x: i, y: a, width: c, height: o } = t;
  if (s.direction === "forward") {
    const l = Math.max(o / n, 8);
    k(e, { x: i - 2, width: c + 4, y: a + (s.unit + 0.5) * o / n - l / 2, height: l });
  } else {
    const l = Math.max(c / r, 8);
    k(e, { y: a - 2, height: o + 4, x: i + (s.unit + 0.5) * c / r - l / 2, width: l });
  }
}
const Ge = (t, e, n, r) => `left:${t}px;top:${e}px;width:${n}px;height:${r}px`, ks = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-10, 0],
  PageDown: [10, 0],
  Home: [-1 / 0, 0],
  End: [1 / 0, 0]
};
function $s(t, e, n, r) {
  t.addEventListener("keydown", (s) => {
    if (s.altKey || s.ctrlKey || s.metaKey) return;
    const i = s.target, a = s.key === "Enter" || s.key === " ", c = ks[s.key];
    if (!a && !c) return;
    const { sizes: o, depth: l } = n().network, d = i.dataset?.weights, u = At(i);
    if (d !== void 0) e.change({ selection: vs(e, o, Number(d), c) });
    else if (u && a) e.change({ selection: u });
    else if (u) r(Ss(u, c, o, l));
    else return;
    s.preventDefault();
  });
}
function vs(t, e, n, r) {
  const s = ot(t.state.selection, n), [i, a] = s && r ? r : [0, 0], c = T((s?.j ?? 0) + i, 0, e[n] - 1), o = T((s?.k ?? 0) + a, 0, e[n - 1] - 1);
  return { kind: "weight", layer: n, j: c, k: o };
}
function Ss(t, [e, n], r, s) {
  const i = [{ kind: "unit", layer: 0, j: 0 }];
  for (let d = 1; d <= s; d++) i.push({ kind: "bias", layer: d, j: 0 }, { kind: "unit", layer: d, j: 0 });
  i.push({ kind: "loss" });
  const a = (d) => d.kind === "loss" ? -1 : d.layer, c = i.findIndex((d) => d.kind === t.kind && a(d) === a(t)), o = i[T(c + n, 0, i.length - 1)];
  if (o.kind !== "unit" && o.kind !== "bias") return o;
  const l = t.kind === "loss" ? 0 : t.j;
  return { ...o, j: T(l + e, 0, r[o.layer] - 1) };
}
const Ns = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u, ne = (t) => Fn(t).reduce((e, n) => e + (Ns.test(n) ? 12.5 : 6.8), 0), qe = /* @__PURE__ */ new Map();
function Bn(t, e) {
  const n = `${e} ${t}`, r = qe.get(n) ?? Ms(t, e);
  return qe.set(n, r), r;
}
function Ms(t, e) {
  const n = t.replace(/\s+/g, " ").trim();
  if (ne(n) <= e) return n;
  let r = "";
  for (const s of Fn(n)) {
    if (ne(r + s + "…") > e) break;
    r += s;
  }
  return `${r.trimEnd()}…`;
}
function Fn(t) {
  return "Segmenter" in Intl ? Array.from(new Intl.Segmenter(void 0, { granularity: "grapheme" }).segment(t), ({ segment: e }) => e) : [...t];
}
class Es {
  constructor(e) {
    this.state = e;
  }
  state;
  listeners = [];
  /** Change some of the state; the listeners hear of it only where something is different. */
  change(e) {
    const n = this.state, r = { ...n, ...e };
    if (!Object.keys(e).every((s) => It(n[s], r[s]))) {
      this.state = r;
      for (const s of this.listeners) s(r, n);
    }
  }
  listen(e) {
    this.listeners.push(e);
  }
}
function It(t, e) {
  return t === e || JSON.stringify(t) === JSON.stringify(e);
}
function zs(t, e) {
  const n = t.segments.map((d) => Pn(t, d)), [r, s, i] = ["start", "start", "here"].map((d) => Cs(t, d)), a = m("rect", { class: "mark", x: t.x - 2, width: t.right - t.x + 4, rx: 2 }), c = Ws(t), o = n.map(({ canvas: d }) => d), l = (d) => {
    for (const p of n) p.render(d);
    const u = c.map(({ kind: p }) => js(d, t.layer, p));
    c.forEach(
      (p, g) => Ts(d, p.group, p.kind, t.layer, u[g] ?? Number(p.group.dataset.j))
    );
    const f = u.find((p) => p !== null) ?? null;
    Rs(t, a, f), Zt(d, t, r, 0, e, f), Zt(d, t, s, t.units - 1, e, f), k(i, { visibility: f === null ? "hidden" : null }), f !== null && Zt(d, t, i, f, e, null);
  };
  return {
    nodes: [...n.map(({ frame: d }) => d), r, s, i, a, ...c.map(({ group: d }) => d)],
    canvases: o,
    render: l
  };
}
function As(t) {
  const { canvas: e, frame: n, render: r } = Pn(t, t.segments[0]);
  return { nodes: [n], canvases: [e], render: r };
}
function Pn(t, { slot: e, x: n, width: r }) {
  const s = Bt(t), i = `left:${n}px;top:${t.top}px;width:${r}px;height:${s}px`, a = h("canvas", { style: i, class: t.pitch >= 1 ? "sharp" : "fine", "aria-hidden": "true" }), c = m("rect", {
    class: "frame",
    x: n - 0.5,
    y: t.top - 0.5,
    width: r + 1,
    height: s + 1,
    rx: 2
  }), o = ue();
  return { canvas: a, frame: c, render: (d) => {
    const { layer: u } = t, f = e === "y" ? d.sample.y : d.array(e === "b" ? d.shown("b", u) : e, u);
    o(f, d.state.theme) && ee(a, f, t.units, 1, d.state.theme);
  } };
}
function Ws(t) {
  const { layer: e, top: n, segments: r } = t, s = Bt(t), i = e === 0 ? 0 : 1;
  return (e === 0 ? ["unit"] : ["unit", "bias"]).map((c) => {
    const o = c === "unit" ? r[i].x : r[0].x, l = c === "unit" ? t.right : r[0].x + r[0].width, d = m(
      "g",
      { class: `target strip ${c}`, role: "button", tabindex: -1, ...fe({ kind: c, layer: e, j: 0 }) },
      m("rect", { class: "area", x: o, y: n, width: l - o, height: s }),
      m("rect", { class: "ring", x: o - 3, y: n - 3, width: l - o + 6, height: s + 6, rx: 4 })
    );
    return { kind: c, group: d };
  });
}
function js(t, e, n) {
  const r = (s) => s?.kind === n && s.layer === e ? s.j : null;
  return r(t.state.attention) ?? r(t.state.selection);
}
function Ts(t, e, n, r, s) {
  const i = n === "unit" ? t.unit(r, s) : t.words.bias(r, s + 1), a = n === "unit" ? ge(t, r, s) : `b = ${C(t.network.b[r][s])}`, c = It(t.state.selection, { kind: n, layer: r, j: s });
  k(e, { "data-j": s, "aria-label": a ? `${i}; ${a}` : i, "aria-pressed": String(c) });
}
function Rs(t, e, n) {
  const r = Math.max(t.pitch, 5), s = t.top + ((n ?? 0) + 0.5) * t.pitch - r / 2;
  k(e, { visibility: n === null ? "hidden" : null, y: s, height: r });
}
const Cs = (t, e) => m("text", { class: `name ${e}`, x: t.x - 7, "text-anchor": "end" });
function Zt(t, e, n, r, s, i) {
  const a = t.name(e.layer, r), c = (l) => T(e.top + (l + 0.5) * e.pitch + 4, e.top + 9, e.top + Bt(e)), o = i !== null && Math.abs(c(i) - c(r)) < 14;
  M(n, a && e.layer === 0 ? Bn(a, s) : String(r + 1)), k(n, { y: c(r), visibility: o ? "hidden" : null });
}
const re = { height: 3, inset: 8 };
function Ls(t, e) {
  const n = Array.from({ length: t.units }, (s, i) => Os(t, i));
  return {
    nodes: n.flatMap(({ drawing: s, body: i, bias: a }) => a ? [s, i, a] : [s, i]),
    canvases: [],
    render: (s) => n.forEach((i, a) => Bs(s, t, i, a, e))
  };
}
function Os(t, e) {
  const { layer: n } = t, r = Wt(t, e) - $.pill / 2, s = n === 0, i = m("text", {
    class: "name",
    x: s ? t.x - 8 : t.x + 2,
    y: s ? r + $.pill / 2 + 4 : r - 5,
    "text-anchor": s ? "end" : "start"
  }), a = m("title"), c = t.segments.map((g) => Is(g, r, n, e)), o = m("rect", {
    class: "pill",
    x: t.x,
    y: r,
    width: t.right - t.x,
    height: $.pill,
    rx: $.pill / 2
  }), l = t.segments.slice(1).map(({ x: g }) => m("line", { class: "rule", x1: g, x2: g, y1: r + 5, y2: r + $.pill - 5 })), d = m(
    "g",
    { "aria-hidden": "true" },
    i,
    o,
    ...l,
    ...c.flatMap(({ bar: g, text: x }) => [g, x])
  ), u = s ? t.x : t.x + t.segments[0].width, f = (g, x, b) => {
    const v = {
      class: `target ${g}`,
      role: "button",
      tabindex: -1,
      ...fe({ kind: g, layer: n, j: e })
    };
    return m("g", v, Ke("area", x, r, b - x, 0), Ke("ring", x, r, b - x, 3));
  }, p = f("unit", u, t.right);
  return p.prepend(a), { drawing: d, body: p, bias: s ? null : f("bias", t.x, u), label: i, title: a, cells: c };
}
const Ke = (t, e, n, r, s) => m("rect", {
  class: t,
  x: e - s,
  y: n - s,
  width: r + 2 * s,
  height: $.pill + 2 * s,
  rx: $.pill / 2 + s
});
function Is(t, e, n, r) {
  const s = { x: t.x + t.width / 2, y: e + $.pill / 2 + 3, "text-anchor": "middle" }, i = m("text", { ...s, "data-cell": t.slot, "data-layer": n, "data-j": r });
  return {
    segment: t,
    text: i,
    bar: m("rect", { class: "bar", y: e + $.pill - re.height - 3, height: re.height, rx: 1.5 })
  };
}
function Bs(t, e, n, r, s) {
  const { layer: i } = e, { selection: a } = t.state, c = t.name(i, r);
  M(n.title, t.unit(i, r)), M(n.label, c ? Bn(i === 0 ? c : `${r + 1}  ${c}`, s) : String(r + 1));
  for (const d of n.cells) {
    const u = d.segment.slot === "b" ? t.shown("b", i) : d.segment.slot;
    Fs(d, t.array(u, i), r, W(ct(u)));
  }
  const o = ge(t, i, r), l = t.unit(i, r);
  if (k(n.body, {
    "aria-label": o ? `${l}; ${o}` : l,
    "aria-pressed": String(It(a, { kind: "unit", layer: i, j: r }))
  }), n.bias) {
    const d = t.network.b[i][r];
    k(n.bias, {
      "aria-label": `${t.words.bias(i, r + 1)}; b = ${Z(d)}`,
      "aria-pressed": String(It(a, { kind: "bias", layer: i, j: r }))
    });
  }
}
function Fs({ segment: t, text: e, bar: n }, r, s, i) {
  M(e, r ? Z(r[s]) : ""), k(e, { class: `number ${i}` });
  const a = t.width / 2 - re.inset, c = r && Math.min(1, Math.abs(r[s]) / Pt(r)) || 0, o = t.x + t.width / 2, l = r !== null && r[s] < 0;
  k(n, {
    class: `bar ${l ? "negative" : "positive"}`,
    x: l ? o - c * a : o,
    width: c * a
  });
}
function Ps(t) {
  const e = Array.from({ length: t.units }, (r, s) => {
    const i = Wt(t, s) - $.pill / 2, { x: a, width: c } = t.segments[0], o = m("text", { class: "number", x: a + c / 2, y: i + $.pill / 2 + 4, "text-anchor": "middle" });
    return {
      text: o,
      group: m("g", {}, m("rect", { class: "pill given", x: a, y: i, width: c, height: $.pill, rx: 6 }), o)
    };
  }), n = (r) => e.forEach(({ text: s }, i) => M(s, Z(r.sample.y[i])));
  return { nodes: e.map(({ group: r }) => r), canvases: [], render: n };
}
const ut = { least: 24, ofMany: 80, most: 168, beside: 18 };
function Hs(t, e) {
  const n = e > U ? [t[0] ?? "", t[e - 1] ?? ""] : t, r = Math.max(e > U ? ut.ofMany : ut.least, ...n.map(ne));
  return Math.min(ut.most, r) + ut.beside;
}
class Us {
  constructor(e, n, r) {
    this.store = e, this.view = r;
    const { inputNames: s, sizes: i } = r().network;
    this.names = Hs(s, i[0]), this.stage = h("div", { class: "stage" }), this.box = h("div", { class: "picture" }, this.stage), this.element = h("section", { class: "network" }, this.box, this.caption), n.attribute(this.element, "aria-label", (a) => a.picture), this.follow();
  }
  store;
  view;
  element;
  box;
  stage;
  caption = h("p", { class: "paths", "aria-live": "polite" });
  layout = null;
  parts = [];
  drawing = null;
  drawnStep = -1;
  available = 1 / 0;
  names;
  /** How wide the picture becomes where so much is available. */
  widthFor(e) {
    return be(this.view().network.sizes, e, this.names).width;
  }
  /** Arrange the picture for a width, anew only where that changes it. */
  fit(e) {
    this.available = e;
    const n = be(this.view().network.sizes, e, this.names);
    if (this.layout && this.layout.width === n.width) return;
    const r = this.focused();
    this.layout = n, this.build(n), this.render(), r && this.find(r)?.focus();
  }
  render() {
    const e = this.view();
    for (const n of this.parts) n.render(e);
    this.renderCaption(e), this.moveFocusStop(e), this.drawnStep !== e.state.step && this.bringIntoSight(), this.drawnStep = e.state.step;
  }
  build(e) {
    const { columns: n, blocks: r, target: s } = e, { network: i } = this.view(), a = this.names - ut.beside, c = r.flatMap((p) => {
      const [g, x] = [n[p.layer - 1], n[p.layer]], b = Tr(p, x.units, g.units);
      return p.kind === "edges" ? [ps(p, g, x), b] : [xs(p, x.units, g.units), b];
    }), o = n.map((p) => {
      const g = p.layer === 0 ? a : p.right - p.x;
      return p.wide ? zs(p, g) : Ls(p, g);
    }), l = [...n, s].map((p) => jr(p, i.depth)), d = s.wide ? As(s) : Ps(s);
    this.parts = [Rr(e), ...c, ...o, d, ...l, Cr(e)];
    const { width: u, height: f } = e;
    this.drawing = m(
      "svg",
      { width: u, height: f, viewBox: `0 0 ${u} ${f}`, role: "group" },
      ...this.parts.flatMap(({ nodes: p }) => p)
    ), this.drawing.setAttribute("aria-label", this.view().words.picture), this.stage.style.width = `${u}px`, this.stage.style.height = `${f}px`, this.stage.style.setProperty("--print-zoom", String(Math.min(1, 680 / u))), this.stage.replaceChildren(...this.parts.flatMap(({ canvases: p }) => p), this.drawing);
  }
  /** One of the units and biases is reached by Tab: the one that is chosen, or the first. */
  moveFocusStop({ state: e, network: n }) {
    const r = e.attention ?? e.selection, s = this.find(r) ?? this.find({ kind: "unit", layer: Math.min(1, n.depth), j: 0 });
    for (const i of this.stage.querySelectorAll("[data-kind][role=button]"))
      i.setAttribute("tabindex", i === s ? "0" : "-1");
  }
  find(e) {
    if (e.kind === "weight") return null;
    if (e.kind === "loss") return this.stage.querySelector("[data-kind=loss]");
    const { kind: n, layer: r, j: s } = e, i = `[data-kind=${n}][data-layer="${r}"][role=button]`;
    return this.stage.querySelector(`${i}.strip`) ?? this.stage.querySelector(`${i}[data-j="${s}"]`);
  }
  renderCaption(e) {
    const { attention: n } = e.state, r = n ? e.describe(n) : "", s = n?.kind === "unit" ? ge(e, n.layer, n.j) : "", i = s ? `${r} (${s})` : r, a = e.words.stop;
    M(
      this.caption,
      i ? i[0].toUpperCase() + i.slice(1) + a + Ue(e, n) : Ue(e, null)
    );
  }
  /** Scroll the picture's own box so that the step at hand is seen. */
  bringIntoSight() {
    const e = this.stage.querySelector(".now:not([visibility])");
    if (!e || !this.layout || this.layout.width <= this.available) return;
    const [n, r] = ["x", "width"].map((a) => Number(e.getAttribute(a))), { scrollLeft: s, clientWidth: i } = this.box;
    (n < s || n + r > s + i) && (this.box.scrollLeft = n + r / 2 - i / 2);
  }
  follow() {
    const e = (r) => this.at(r), n = (r) => this.store.change({ attention: r });
    this.stage.addEventListener("pointermove", (r) => n(e(r) ?? this.focused())), this.stage.addEventListener("pointerleave", () => n(this.focused())), this.stage.addEventListener("click", (r) => {
      const s = e(r);
      s && this.store.change({ selection: s });
    }), $s(this.stage, this.store, this.view, (r) => {
      n(r), this.find(r)?.focus();
    }), this.stage.addEventListener("focusin", (r) => n(At(r.target))), this.stage.addEventListener("focusout", () => n(null));
  }
  /** What the keyboard is on, or null. */
  focused() {
    const { activeElement: e } = this.stage.getRootNode();
    return this.stage.contains(e) ? At(e) : null;
  }
  /** What is under the pointer: in a strip or a matrix, the unit or the weight at that very place. */
  at(e) {
    const { layout: n, drawing: r } = this;
    if (!n || !r) return null;
    const s = e.target, { left: i, top: a, width: c } = r.getBoundingClientRect(), o = c ? n.width / c : 1, [l, d] = [(e.clientX - i) * o, (e.clientY - a) * o], u = s.closest(".matrix");
    if (u) {
      const p = Number(u.dataset.weights), { sizes: g } = this.view().network;
      return { kind: "weight", layer: p, ...ws(n.blocks[p - 1], g[p], g[p - 1], l, d) };
    }
    const f = At(s);
    return (f?.kind === "unit" || f?.kind === "bias") && s.closest(".strip") ? { ...f, j: Gn(n.columns[f.layer], d) } : f;
  }
}
const _s = ".main{margin-top:10px;display:grid;grid-template-columns:minmax(0,1fr);gap:28px 32px}.wide .main{grid-template-columns:minmax(0,1fr) 470px}.picture{overflow-x:auto;overflow-y:hidden;padding:2px 0}.stage{position:relative;margin:0 auto;contain:layout style}.stage svg{position:absolute;inset:0;display:block;overflow:visible}.stage canvas{position:absolute}canvas.sharp{image-rendering:pixelated}.stage :where(text){font-size:12px;fill:var(--ink)}.stage .number{font-size:12.5px;letter-spacing:-.01em}.stage .number.large{font-size:17px;font-weight:600}.stage .name,.stage .soft{fill:var(--soft);unicode-bidi:isolate}.stage .start,.stage .here{font-size:11px}.stage .here{fill:var(--ink);font-weight:600}.stage .range{font-size:11px}.stage .heading{font-size:12.5px;fill:var(--soft)}.stage .letter{font-size:15px;font-weight:650}.stage .share{paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round;pointer-events:none}.pill{fill:var(--raised);stroke:color-mix(in srgb,var(--soft) 75%,transparent)}.pill.given{stroke-dasharray:3 3}.rule{stroke:var(--line)}.area{fill:transparent}.frame{fill:none;stroke:var(--line)}.bar{fill:var(--sign)}.now{fill:color-mix(in srgb,var(--accent) 9%,transparent);stroke:color-mix(in srgb,var(--accent) 55%,transparent)}.now.hollow{fill:none}.target{cursor:pointer;outline:none}.ring{fill:none;stroke:none;pointer-events:none}.target:hover .ring{stroke:color-mix(in srgb,var(--accent) 55%,transparent)}.target[aria-pressed=true]:not(.weights):not(.strip) .ring{stroke:var(--accent);stroke-width:1.75}.target:focus-visible .ring{stroke:var(--accent);stroke-width:2.5;stroke-dasharray:none}.matrix:hover:not(:focus-visible) .ring,.strip:hover:not(:focus-visible) .ring{stroke:none}.edge{stroke:var(--sign);stroke-linecap:butt;opacity:.5;pointer-events:none}.edge.plain{stroke:var(--ink);opacity:1}.edge.negative{stroke-dasharray:6 4}.dense .edge{opacity:.3}.busy .edge{opacity:.9}.dense.busy .edge{opacity:.55}.weights.aside .edge{opacity:.15}.weights.aside .edge.lit,.legend .edge{opacity:1}.hit{stroke:transparent;stroke-width:11;pointer-events:stroke}.focus{stroke:color-mix(in srgb,var(--accent) 35%,transparent);stroke-width:11;stroke-linecap:round;pointer-events:none}.edges:focus-visible .focus{stroke:color-mix(in srgb,var(--accent) 65%,transparent)}.mark,.band{fill:none;stroke:var(--ink);stroke-width:1.75;pointer-events:none}.mark.faint{stroke-width:1}.band{stroke:var(--accent)}.paths{margin:10px 0 0;min-height:3.1em;max-width:52rem;color:var(--soft)}";
function Ds(t) {
  const e = Array.from({ length: t }, (r, s) => s + 1), n = (r, s) => (i) => [
    { kind: r, layer: i },
    { kind: s, layer: i }
  ];
  return [
    { kind: "x", layer: 0 },
    ...e.flatMap(n("z", "a")),
    { kind: "E", layer: t },
    ...e.reverse().flatMap(n("delta", "gradient"))
  ];
}
function Gs(t, e, n) {
  if (t === "W" || t === "b") return 0;
  const r = t === "a" && e === 0 ? "x" : t === "dW" || t === "db" ? "gradient" : t;
  return n.findIndex((s) => s.kind === r && (r === "E" || s.layer === e));
}
const qs = (t) => t.kind === "delta" || t.kind === "gradient", Ve = /* @__PURE__ */ new WeakMap();
function Ks(t, e, n, r) {
  const s = Ve.get(r) ?? /* @__PURE__ */ new Map();
  Ve.set(r, s);
  const i = t + e;
  return s.has(i) || s.set(i, Vs(t, e, n, r)), s.get(i) ?? null;
}
function Vs(t, e, n, r) {
  const s = n.formula(t, e)?.numbers;
  if (!s) return null;
  if (t === "dW") return Or(s, n, r, e);
  const i = _(s, n, r);
  return Float32Array.from({ length: n.sizes[e] }, (a, c) => i(V(c)));
}
const N = (t, e) => t + rn(e), it = (t) => t === 0 ? "x" : N("a", t), Hn = (t) => `⁨${t}⁩`, Xs = {
  explorer: "Explorer of the network",
  gap: " ",
  stop: ". ",
  row: "Row",
  cells: "Cells of this row",
  column: "Column",
  cell: "Cell",
  target: "Target",
  predicted: "Predicted",
  lossOfRow: "Loss E",
  stepping: "Steps",
  first: "First",
  back: "Back",
  forward: "Forward",
  last: "Last",
  step: "Step",
  stepOf: (t, e) => `Step ${t} of ${e}`,
  sentence: ({ kind: t, layer: e }, n) => {
    switch (t) {
      case "x":
        return "The input: x";
      case "z":
        return `Forward, layer ${e}: ${N("z", e)} from ${it(e - 1)}`;
      case "a":
        return `Forward, layer ${e}: ${N("a", e)} from ${N("z", e)}`;
      case "E":
        return `The loss: E from ${it(e)} and y`;
      case "delta":
        return e === n ? `Backward, layer ${e}: ${N("Δ", e)} from ${N("a", e)} and y` : `Backward, layer ${e}: ${N("Δ", e)} from ${N("Δ", e + 1)}`;
      case "gradient":
        return `Backward, layer ${e}: ${N("∇W", e)} and ${N("∇b", e)} from ${N("Δ", e)} and ${it(e - 1)}`;
    }
  },
  picture: "The network",
  layer: (t) => `Layer ${t}`,
  inputs: "Input",
  outputs: "Output",
  targets: "Target",
  matrix: (t, e, n, r, s) => `${t === "W" ? "Weight" : "Gradient of the weight"} of layer ${e}, to unit ${n} from unit ${r}: ${s}. Arrow keys choose another one.`,
  between: "Between the layers",
  showWeights: "weights W",
  showGradients: "gradients ∇W, once known",
  legend: "Legend",
  kinds: {
    a: "activation",
    z: "pre-activation",
    W: "weight",
    b: "bias",
    delta: "error signal",
    gradient: "gradient"
  },
  positive: "positive: solid",
  negative: "negative: dashed",
  width: "wider: larger",
  heat: "negative, zero, positive",
  keys: "Keys: [ and ] step; Tab reaches the picture; arrow keys move in it; Enter chooses.",
  shown: "Shown below",
  what: "What",
  choices: { unit: "unit", bias: "bias", weight: "weight", loss: "loss" },
  layerNumber: "layer",
  unitNumber: "unit j",
  toUnit: "to unit j",
  fromUnit: "from unit k",
  unit: (t, e, n, r) => {
    const s = { input: `input ${n}`, hidden: `unit ${n} of layer ${e}`, output: `output ${n}` }[t];
    return r ? `${s}: ${Hn(r)}` : s;
  },
  weight: (t, e, n) => `weight of layer ${t}, to unit ${e} from unit ${n}`,
  bias: (t, e) => `bias of layer ${t}, unit ${e}`,
  loss: "loss E",
  point: "Click a unit, a weight or a bias to see its formula. Point at a unit to see its paths.",
  pathsBack: (t, e, n) => n === 1 ? `Unit ${t} feeds the one unit of layer ${e + 1}, and that one sends back its share w·δ.` : `Why the sum over i: unit ${t} feeds every unit i of layer ${e + 1}, and each sends back its share w·δ.`,
  shares: (t, e) => `Shares: ${t}; together ${e}.`,
  pathsForward: (t, e, n) => n === 1 ? `Unit ${t} takes what the one unit of layer ${e - 1} sends, times its weight, and adds its bias.` : `Why the sum over k: unit ${t} adds up what all ${n} units of layer ${e - 1} send, each times its weight, and its bias.`,
  errorStarts: "The error starts here: the loss compares this output with its target.",
  noError: "An input is given, not computed: nothing behind it needs an error signal.",
  weightForward: "This weight multiplies what unit k sends to unit j.",
  weightBack: "The gradient of a weight: the error signal at its upper end times the activation at its lower end.",
  biasForward: "The bias is added to what arrives at its unit.",
  biasBack: "The bias enters its unit with factor 1: its gradient is the error signal of the unit.",
  lossPath: "The loss compares all outputs with their targets: one number.",
  panel: "Formula and numbers",
  general: "In general",
  here: "Here",
  numbers: "With numbers",
  vector: "As vectors",
  shapes: "Shapes",
  why: "Why",
  rules: {
    BP1: "BP1, the error at the output",
    BP2: "BP2, the error one layer back",
    BP3: "BP3, the gradient of the weights",
    BP4: "BP4, the gradient of the biases"
  },
  verified: "verified",
  later: (t) => `Not known yet: it comes with step ${t}.`,
  goThere: "Go there",
  noFormula: "No formula is given for this.",
  noNumbers: "This formula is not written out with numbers.",
  fromForward: "From the way forward: z and a",
  inputGiven: "An input: it is given, nothing computes it.",
  more: (t) => `${t} more`,
  largest: (t, e) => t === e ? `All ${e} terms, largest first` : `The ${t} largest of ${e} terms`,
  ofUnit: "Unit",
  contribution: "Term"
}, Ys = {
  explorer: "网络探索器",
  gap: "",
  stop: "。",
  row: "样本",
  cells: "这一行的各个单元格",
  column: "列",
  cell: "内容",
  target: "目标",
  predicted: "预测",
  lossOfRow: "损失 E",
  stepping: "步骤",
  first: "第一步",
  back: "后退",
  forward: "前进",
  last: "最后一步",
  step: "步骤",
  stepOf: (t, e) => `第 ${t} 步，共 ${e} 步`,
  sentence: ({ kind: t, layer: e }, n) => {
    switch (t) {
      case "x":
        return "输入：x";
      case "z":
        return `前向，第 ${e} 层：由 ${it(e - 1)} 得到 ${N("z", e)}`;
      case "a":
        return `前向，第 ${e} 层：由 ${N("z", e)} 得到 ${N("a", e)}`;
      case "E":
        return `损失：由 ${it(e)} 与 y 得到 E`;
      case "delta":
        return e === n ? `反向，第 ${e} 层：由 ${N("a", e)} 与 y 得到 ${N("Δ", e)}` : `反向，第 ${e} 层：由 ${N("Δ", e + 1)} 得到 ${N("Δ", e)}`;
      case "gradient":
        return `反向，第 ${e} 层：由 ${N("Δ", e)} 与 ${it(e - 1)} 得到 ${N("∇W", e)} 与 ${N("∇b", e)}`;
    }
  },
  picture: "网络",
  layer: (t) => `第 ${t} 层`,
  inputs: "输入",
  outputs: "输出",
  targets: "目标",
  matrix: (t, e, n, r, s) => `第 ${e} 层${t === "W" ? "权重" : "权重的梯度"}，从单元 ${r} 到单元 ${n}：${s}。用方向键选择另一个。`,
  between: "层与层之间显示",
  showWeights: "权重 W",
  showGradients: "梯度 ∇W（算出之后）",
  legend: "图例",
  kinds: {
    a: "激活值",
    z: "净输入",
    W: "权重",
    b: "偏置",
    delta: "误差信号",
    gradient: "梯度"
  },
  positive: "正：实线",
  negative: "负：虚线",
  width: "越粗，数值越大",
  heat: "负、零、正",
  keys: "按键：[ 与 ] 逐步移动；Tab 进入图中，方向键在图中移动，回车选择。",
  shown: "下面所示",
  what: "对象",
  choices: { unit: "单元", bias: "偏置", weight: "权重", loss: "损失" },
  layerNumber: "层",
  unitNumber: "单元 j",
  toUnit: "到单元 j",
  fromUnit: "从单元 k",
  unit: (t, e, n, r) => {
    const s = { input: `输入 ${n}`, hidden: `第 ${e} 层单元 ${n}`, output: `输出 ${n}` }[t];
    return r ? `${s}：${Hn(r)}` : s;
  },
  weight: (t, e, n) => `第 ${t} 层权重，从单元 ${n} 到单元 ${e}`,
  bias: (t, e) => `第 ${t} 层单元 ${e} 的偏置`,
  loss: "损失 E",
  point: "点击单元、权重或偏置，可以看到它的公式。把指针移到单元上，可以看到它的路径。",
  pathsBack: (t, e, n) => n === 1 ? `单元 ${t} 只影响第 ${e + 1} 层的唯一一个单元，由它送回 w·δ 这一份误差。` : `为什么对 i 求和：单元 ${t} 影响第 ${e + 1} 层的每个单元 i，每个单元都送回自己的一份 w·δ。`,
  shares: (t, e) => `各份：${t}；合计 ${e}。`,
  pathsForward: (t, e, n) => n === 1 ? `单元 ${t} 取第 ${e - 1} 层唯一一个单元送来的值，乘以权重，再加上自己的偏置。` : `为什么对 k 求和：单元 ${t} 把第 ${e - 1} 层全部 ${n} 个单元送来的值各乘以权重后相加，再加上自己的偏置。`,
  errorStarts: "误差从这里开始：损失把这个输出与它的目标相比较。",
  noError: "输入是给定的，不是算出来的：它的后面没有什么需要误差信号。",
  weightForward: "这个权重乘以单元 k 送往单元 j 的值。",
  weightBack: "权重的梯度：它末端的误差信号乘以它起端的激活值。",
  biasForward: "偏置加到到达这个单元的值上。",
  biasBack: "偏置以系数 1 进入这个单元：它的梯度就是该单元的误差信号。",
  lossPath: "损失把全部输出与各自的目标相比较，得到一个数。",
  panel: "公式与数值",
  general: "一般形式",
  here: "此处",
  numbers: "代入数值",
  vector: "向量形式",
  shapes: "形状",
  why: "理由",
  rules: {
    BP1: "BP1，输出层的误差",
    BP2: "BP2，往回一层的误差",
    BP3: "BP3，权重的梯度",
    BP4: "BP4，偏置的梯度"
  },
  verified: "已验证",
  later: (t) => `现在还不知道：到第 ${t} 步才算出。`,
  goThere: "到那一步",
  noFormula: "这里没有给出公式。",
  noNumbers: "这个公式不逐项代入数值。",
  fromForward: "前向时的 z 与 a",
  inputGiven: "输入：它是给定的，不是算出来的。",
  more: (t) => `还有 ${t} 项`,
  largest: (t, e) => t === e ? `全部 ${e} 项，从大到小` : `${e} 项中最大的 ${t} 项`,
  ofUnit: "单元",
  contribution: "项"
}, Un = { en: Xs, zh: Ys };
class Xe {
  constructor(e, n, r) {
    this.network = e, this.steps = n, this.state = r, this.sample = e.sample(r.row), this.words = Un[r.language], this.step = n[r.step];
  }
  network;
  steps;
  state;
  sample;
  words;
  step;
  get backward() {
    return qs(this.step);
  }
  /** The step at which a quantity of a layer becomes known. */
  reachedAt(e, n) {
    return Gs(e, n, this.steps);
  }
  known(e, n) {
    return this.reachedAt(e, n) <= this.state.step;
  }
  /** The numbers of a quantity in a layer; null as long as they are not known. */
  array(e, n) {
    return this.known(e, n) ? e === "W" || e === "b" ? this.network[e][n] : e === "dW" || e === "db" ? Ks(e, n, this.network, this.sample) : this.sample[e][n] : null;
  }
  /** What stands in the place of a layer's weights or biases: themselves, or their gradient once it is known and wanted. */
  shown(e, n) {
    const r = e === "W" ? "dW" : "db";
    return this.state.between === "gradients" && this.known(r, n) && this.array(r, n) ? r : e;
  }
  formula(e, n) {
    return this.network.formula(e === "E" ? "loss" : e, n);
  }
  /** The name of an input or an output, as people gave it; empty in between. */
  name(e, n) {
    return e === 0 ? this.network.inputNames[n] ?? "" : e === this.network.depth ? this.network.outputNames[n] ?? "" : "";
  }
  /** A unit in words, with its name. */
  unit(e, n) {
    const r = e === 0 ? "input" : e === this.network.depth ? "output" : "hidden";
    return this.words.unit(r, e, n + 1, this.name(e, n));
  }
  describe(e) {
    switch (e.kind) {
      case "unit":
        return this.unit(e.layer, e.j);
      case "bias":
        return this.words.bias(e.layer, e.j + 1);
      case "weight":
        return this.words.weight(e.layer, e.j + 1, e.k + 1);
      case "loss":
        return this.words.loss;
    }
  }
}
const Js = [
  Vn(),
  Er,
  Kn,
  _s,
  hs,
  `.heat{background:${Nr}}`,
  zr
].join(`
`), Ye = 20, Je = { panel: 470, gap: 32 };
function Zs(t, e, n = {}) {
  const r = nr(e), s = Ds(r.depth), i = new Es({
    language: n.language ?? "en",
    theme: "light",
    row: 0,
    step: 0,
    selection: { kind: "unit", layer: 1, j: 0 },
    attention: null,
    between: "gradients"
  }), a = new Dn();
  let c = new Xe(r, s, i.state);
  const o = new Qn(i, a, r.titles), l = new er(i, a, s.length), d = new Us(i, a, () => c), u = new Jn(i, a), f = new qn(i, a, r.sizes), p = new cs(i, a, f.element), g = h(
    "section",
    { class: "explorer" },
    h("header", {}, o.element, l.element),
    h("div", { class: "main" }, h("div", { class: "left" }, d.element, u.element), p.element)
  );
  a.attribute(g, "aria-label", (y) => y.explorer);
  const x = h("style", {}, Js), b = h("div");
  b.attachShadow({ mode: "open" }).append(x, g), t.append(b);
  const v = (y, R) => {
    c = new Xe(r, s, y);
    const S = (O) => R === null || O.some((H) => y[H] !== R[H]);
    S(["language"]) && (a.translate(Un[y.language]), k(g, { lang: y.language })), S(["step"]) && k(b, { "data-step": `${y.step}` }), S(["theme"]) && k(g, { "data-theme": y.theme }), d.render(), S(["between"]) && u.render(c), S(["language", "row", "step"]) && (o.render(c), l.render(c)), S(["language", "row", "step", "selection"]) && (f.render(c), p.render(c));
  };
  i.listen(v), g.addEventListener("keydown", (y) => Qs(y, l));
  const A = Wr(b, (y) => i.change({ theme: y })), j = () => {
    const y = g.clientWidth || 1e3, [R, S] = [y - 2 * Ye, y - 2 * Ye - Je.panel - Je.gap], O = d.widthFor(S) <= S;
    g.classList.toggle("wide", O), d.fit(O ? S : R), p.reachScrolled();
  }, E = "ResizeObserver" in globalThis ? new ResizeObserver(() => (A.refresh(), j())) : null;
  return E?.observe(g), v(i.state, null), j(), {
    setLanguage: (y) => i.change({ language: y }),
    destroy: () => {
      E?.disconnect(), A.stop(), p.stop(), b.remove();
    }
  };
}
function Qs(t, e) {
  if (!(t.target instanceof Element && t.target.matches("select, input[type=number]") || t.metaKey || t.ctrlKey && !t.altKey)) {
    if (t.key === "[") e.move("back");
    else if (t.key === "]") e.move("forward");
    else return;
    t.preventDefault();
  }
}
function ti({ model: t, el: e }) {
  const n = () => Zs(e, t.get("exploration"), { language: t.get("language") });
  let r = n();
  const s = () => r.setLanguage(t.get("language") ?? "en"), i = () => {
    r.destroy(), r = n();
  };
  return t.on("change:language", s), t.on("change:exploration", i), () => {
    t.off("change:language", s), t.off("change:exploration", i), r.destroy();
  };
}
const ei = { render: ti };
export {
  ei as default,
  Zs as mount
};
