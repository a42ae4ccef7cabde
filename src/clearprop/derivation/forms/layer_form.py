"""∂E by what the other layers have learned: each layer's formula is differentiated, and the paths through it added.

Nothing here knows a layer by name: what is written comes from the layer's formulas in the table, and a layer that is
added to the table is derived as well.
"""

from typing import Any

from clearprop.derivation.calculus.differentiation import differentiate
from clearprop.derivation.expressions import Expression, Index, Number, Partial, Quantity, Sum
from clearprop.derivation.layer_symbols import LayerSymbols, other_layers
from clearprop.derivation.messages import Message, catalog
from clearprop.derivation.symbols import SAMPLE, Symbols
from clearprop.derivation.writer import Writer

#: Letters for indices of y that a parameter does not share, where its own letter is taken.
_SPARE = ("i", "s", "h", "o")


class LayerForm:
    """Writes the derivatives of one of the other layers, of one sample or of a batch.

    Arguments:
        symbols: of the network.
        name: of the layer.
        writer: where the lines go.
        batch: whether the lines are about a batch.
    """

    def __init__(self, symbols: Symbols, name: str, writer: Writer, batch: bool) -> None:
        self.layer, self.writer, self.batch = LayerSymbols(symbols, name, batch), writer, batch
        self.symbols, self.C = symbols, symbols.data_loss

    def write(self, parameter: str, indices: tuple[int, ...] = ()) -> tuple[Quantity, Expression]:
        """Write ∂E/∂θ of an entry (of any, by its letters, without indices); return the entry and its formula."""
        layer, w = self.layer, self.writer
        own = layer.letters(parameter)
        at: dict[str, Expression] = dict(zip(own, map(Number, indices), strict=False))
        theta, formula = layer.gradient(parameter, at)
        w.heading("layers.heading", w=theta)
        part, letters = layer.part_with(parameter)
        if layer.is_input:
            self._say_what_g_is(part, letters, at)
        else:
            self._back()
        summed = [letter for letter in letters if letter not in own]
        y, right = layer.forward(part, {**at, **self._renamed(own, letters)})
        defined = w.step(y, right, "definition", "layers.formula", y=y, **self._kind())
        first = len(w.steps) + 1
        slope = differentiate(w, Partial(y, theta), right, theta, "layers.definition")
        path = self._summed(Partial(self.C, y) * Partial(y, theta), summed)
        why = "layers.paths_of_rows" if self.batch else "layers.paths"
        paths = w.step(Partial(self.C, theta), path, "sum_over_paths", why, (defined,), w=theta, y=y)
        g = layer.g(part, *y.indices)
        put_in = self._summed(g * slope, summed)
        why = "layers.put_in"
        line = w.step(None, put_in, "substitute", why, (first, len(w.steps) - 1), partial=Partial(self.C, y), g=g)
        if put_in != formula:
            w.step(Partial(self.C, theta), formula, "simplify", "layers.gradient", (paths, line), w=theta)
        return theta, formula

    def write_all(self) -> None:
        """Write ∂E/∂θ of every array of the layer."""
        for parameter in self.layer.layer.shapes():
            self.write(parameter)

    def _renamed(self, own: tuple[str, ...], letters: tuple[str, ...]) -> dict[str, Expression]:
        """New letters for what a formula sums over and the parameter's entry has, too."""
        part_formulas = self.layer.layer.formulas
        bound = {letter for letter in own if any(f"({letter}, 1" in text for text in part_formulas.values())}
        spare = (Index(letter) for letter in _SPARE if letter not in (*own, *letters))
        return {letter: next(spare) for letter in sorted(bound)}

    def _summed(self, body: Expression, letters: list[str]) -> Expression:
        """Σ over the rows of a batch, and over the indices of y that the parameter's entry does not have."""
        for letter in reversed(letters):
            body = Sum(body, Index(letter), self.layer.sizes[letter.upper()])
        return Sum(body, SAMPLE, self.symbols.n_samples) if self.batch else body

    def _row(self) -> tuple[Expression, ...]:
        return (SAMPLE,) if self.batch else ()

    def _back(self) -> None:
        """Write ∂E/∂a of a unit of the layer of the chain that this layer makes."""
        a = self.layer.y("y", *self._row(), Index("j"))
        back = self.layer.back(Index("j"), *self._row())
        self.writer.step(Partial(self.C, a), back, "sum_over_paths", "layers.back", a=a, l=self.layer.above + 1)

    def _say_what_g_is(self, part: str, letters: tuple[str, ...], at: dict[str, Expression]) -> None:
        """Write g = ∂E/∂q, and for one entry how it comes from the error signals of layer 1."""
        layer, s, w = self.layer, self.symbols, self.writer
        row = self._row()
        general = (*row, *(at.get(letter, Index(letter)) for letter in letters))
        y, g = layer.y(part, *general), layer.g(part, *general)
        w.step(g, Partial(self.C, y), "definition", "layers.g", y=y, g=g, **self._kind())
        one = tuple(place if isinstance(place := at.get(letter), Number) else Number(1) for letter in letters)
        places = tuple(int(place.value) for place in one)
        feature = layer.place(part, *places)
        a = (s.A if self.batch else s.a)(0, *row, feature)
        back = LayerSymbols(s, layer.name, self.batch).back(Number(feature), *row)
        left = layer.g(part, *row, *one)
        values: dict[str, Any] = {"y": layer.y(part, *row, *one), "a": a, "n": feature}
        if not s.network.scaled:
            w.step(left, back, "sum_over_paths", "layers.one_feature", **values)
            return
        factor = LayerSymbols(s, "scale", self.batch).theta("s", feature)
        w.step(left, Partial(self.C, a) * factor, "chain", "layers.one_scaled_feature", s=factor, **values)
        w.step(None, back * factor, "sum_over_paths", "layers.back", l=1, **values)

    def _kind(self) -> dict[str, Any]:
        return {"which": kind_of(self.layer)}


def write_inputs(writer: Writer, symbols: Symbols, batch: bool) -> None:
    """Write how a⁰ comes about: the formula of every layer that makes it, and the place of what each makes."""
    s, row = symbols, (SAMPLE,) if batch else ()
    a, q = (s.A, s.Q) if batch else (s.a, s.q)
    writer.heading("layers.inputs_heading", a=a(0))
    writer.say(Message("layers.inputs_meaning", a=a(0)))
    whole, shown = q if s.network.scaled else a, set[str]()
    for layer in other_layers(s, batch):
        if not layer.is_input or layer.layer.name in shown:
            continue
        shown.add(layer.layer.name)
        for part in layer.parts:
            y, formula = layer.forward(part, {})
            writer.step(y, formula, "definition", "layers.formula", y=y, which=kind_of(layer))
            first = (1,) * (len(y.indices) - len(row))
            n, one = layer.place(part, *first), layer.y(part, *row, *first)
            at = (*row, n) if s.network.scaled else (0, *row, n)
            writer.step(whole(*at), one, "entry", "layers.one_place", y=one, n=n, total=s.size(0))
    if len(shown) < len(s.network.inputs):
        writer.say(Message("layers.others_alike"))
    if s.network.scaled:
        j = Index("j")
        y, formula = LayerSymbols(s, "scale", batch).forward("y", {})
        factor = LayerSymbols(s, "scale", batch).theta("s", j)
        writer.step(y, formula, "definition", "layers.scaled", q=q(*row, j), s=factor)


def kind_of(layer: LayerSymbols) -> Message | str:
    """What a layer is called: by the catalogs where they name it, else as the table does."""
    key = f"layers.{layer.layer.name}"
    return Message(key, n=layer.number or 0) if key in catalog("en") else f"{layer.name} ({layer.layer.name})"


def write_mixture_slope(writer: Writer, symbols: Symbols, l: int, batch: bool) -> int:
    """Write ∂a/∂z of a unit with a share of its activation, from the table's formula; return the last line's number."""
    layer = LayerSymbols(symbols, f"mixture{l}", batch)
    y, right = layer.forward("y", {})
    z = layer.x(*y.indices)
    assert isinstance(z, Quantity)
    writer.heading("layers.mixture_heading", slope=Partial(y, z))
    first = writer.step(y, right, "definition", "layers.formula", y=y, which=kind_of(layer)) + 1
    differentiate(writer, Partial(y, z), right, z, "layers.definition")
    slope = symbols.f(l, z, 1)
    return writer.step(Partial(y, z), slope, "collect", "layers.mixture_slope", (first, len(writer.steps)), a=y)
