"""The layers that are not affine in a worked training step: what they make, and the gradients of what they learned."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from clearprop.derivation.checking.numbers import array_text
from clearprop.derivation.documents.blocks import Content
from clearprop.derivation.expressions import Expression, Number, Partial, Quantity
from clearprop.derivation.forms.chapters import shape_text
from clearprop.derivation.forms.layer_form import kind_of
from clearprop.derivation.layer_symbols import LayerSymbols, other_layers
from clearprop.derivation.messages import Message
from clearprop.derivation.symbols import Symbols
from clearprop.derivation.training_step import TrainingStep
from clearprop.derivation.writer import Writer
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Parameters

#: Of every array so many entries are worked out.
MOST_ENTRIES = 2

Row = tuple[Content, ...]
#: Writes one line: left side, right side, the engine's value, rule, reason, and what the reason names.
Line = Callable[..., None]


class WorkedLayers:
    """Writes what the other layers of a network do in one training step.

    Arguments:
        found: the step.
        symbols: of its network.
        writer: where sentences and tables go.
        line: writes a line with numbers.
    """

    def __init__(self, found: TrainingStep, symbols: Symbols, writer: Writer, line: Line) -> None:
        self.found, self.symbols, self.writer, self.line = found, symbols, writer, line
        self.is_batch = len(found.X) > 1
        self.layers = {layer.name: layer for layer in other_layers(symbols, self.is_batch)}

    def givens(self) -> Iterator[Row]:
        """The columns, and what is learned, as rows of a table."""
        X, scale = self.found.X, self.layers.get("scale")
        if scale is not None and not self.symbols.network.inputs:
            yield self._row(scale.x(), X)
        for name, layer, columns, _ in self.symbols.network.placed_inputs():
            arrays = layer.arguments(X[:, columns])
            for (quantity, _), array in zip(self.layers[name].whole_arguments(), arrays.values(), strict=True):
                yield self._row(quantity, array if self.is_batch or len(array) != 1 else array[0])
        for quantity, array in self._thetas(self.found.parameters.theta):
            yield self._row(quantity, array)

    def updated(self, updated: Parameters) -> Iterator[Row]:
        """θ before and after the step, as rows of a table."""
        after = dict(updated.theta)
        for (quantity, old), new in zip(self._thetas(self.found.parameters.theta), after.values(), strict=True):
            yield quantity, shape_text(old.shape), array_text(old), array_text(new)

    def places(self) -> Iterator[tuple[Quantity, float]]:
        """Every entry of every θ, and its gradient."""
        for name, gradient in self.found.gradients.dtheta.items():
            layer, _, parameter = name.partition(".")
            for at in np.ndindex(gradient.shape):
                yield self.layers[layer].theta(parameter, *(i + 1 for i in at)), float(gradient[at])

    def forward(self) -> None:
        """Write how A⁰ comes about."""
        if not self.symbols.makes_inputs:
            return
        w, s = self.writer, self.symbols
        w.heading("layers.inputs_heading", a=(s.A if self.is_batch else s.a)(0))
        rows = []
        for name, table_entry, _, features in s.network.placed_inputs():
            layer, made = self.layers[name], table_entry.parts(self.found.passed.features[:, features])
            for part, array in made.items():
                for at in islice(np.ndindex(array.shape[1:]), MOST_ENTRIES):
                    y, formula = layer.forward(part, self._at(layer, part, at))
                    values: dict[str, Any] = {"y": y, "which": kind_of(layer)}
                    self.line(y, formula, array[0][at], "definition", "layers.formula", **values)
                rows.append(self._row(layer.y(part), array if self.is_batch else array[0]))
        if s.network.scaled:
            for j in range(1, min(s.size(0), MOST_ENTRIES) + 1):
                y, formula = self.layers["scale"].forward("y", self._row_one() | {"j": Number(j)})
                q, factor = self.layers["scale"].x(*self._row_one().values(), j), self.layers["scale"].theta("s", j)
                self.line(y, formula, self.found.passed.a[0][0, j - 1], "definition", "layers.scaled", q=q, s=factor)
        a = self.found.passed.a[0]
        rows.append(self._row((s.A if self.is_batch else s.a)(0), a if self.is_batch else a[0]))
        self._table(rows)

    def backward(self, above: int) -> None:
        """Write the gradients of the layers that make Aˡ (l = `above`): of a mixture, or of all that make A⁰."""
        for layer in reversed(self.layers.values()):
            if layer.above == above and layer.layer.shapes():
                self._gradients(layer)

    def _gradients(self, layer: LayerSymbols) -> None:
        w = self.writer
        w.heading("layers.learned_heading", which=kind_of(layer))
        if layer.is_input:
            w.say(Message("layers.g_worked", g=layer.g("y"), y=layer.y("y")))
        rows: list[Row] = []
        for parameter in layer.layer.shapes():
            gradient = self.found.gradients.dtheta[f"{layer.name}.{parameter}"]
            letters = layer.letters(parameter)
            for at in self._chosen(layer, gradient):
                numbers = {letter: Number(i + 1) for letter, i in zip(letters, at, strict=True)}
                theta, formula = layer.gradient(parameter, numbers)
                left = Partial(self.symbols.data_loss, theta)
                self.line(left, formula, gradient[at], "combine", "layers.worked", w=theta)
            whole = Partial(self.symbols.data_loss, layer.theta(parameter))
            rows.append((whole, shape_text(gradient.shape), array_text(gradient)))
        self._table(rows)

    def _chosen(self, layer: LayerSymbols, gradient: Array) -> list[tuple[int, ...]]:
        """The first entries of an array; of a table of categories those of the category of row 1."""
        if layer.layer.n_categories_taken is None:
            return list(islice(np.ndindex(gradient.shape), MOST_ENTRIES))
        column = next(c.start for name, _, c, _ in self.symbols.network.placed_inputs() if name == layer.name)
        return [(int(self.found.X[0, column]), k) for k in range(min(gradient.shape[1], MOST_ENTRIES))]

    def _at(self, layer: LayerSymbols, part: str, at: tuple[int, ...]) -> dict[str, Expression]:
        letters = layer.letters_of_part(part)
        return self._row_one() | {letter: Number(i + 1) for letter, i in zip(letters, at, strict=True)}

    def _row_one(self) -> dict[str, Expression]:
        return {"r": Number(1)} if self.is_batch else {}

    def _thetas(self, theta: dict[str, Array]) -> Iterator[tuple[Quantity, Array]]:
        for name, array in theta.items():
            layer, _, parameter = name.partition(".")
            yield self.layers[layer].theta(parameter), array

    def _row(self, quantity: Quantity, array: Any) -> Row:
        return quantity, shape_text(quantity.shape), array_text(np.asarray(array))

    def _table(self, rows: list[Row]) -> None:
        names = ("symbol", "shape", "numbers")
        self.writer.table(tuple(Message(f"worked.{name}") for name in names), rows)
