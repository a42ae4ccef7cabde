"""The layers that are not affine, as symbols: their quantities, and the formulas of their table as expressions.

What stands before the chain: qⁱ is what input layer i makes of its columns xⁱ, q are all features side by side, and a⁰
is s ⊙ q, or q itself. gⁱ is ∂E/∂qⁱ. A small letter is one sample; the name of the same in a batch ends in `ROWS`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from clearprop.derivation.expressions import Activate, Expression, Index, Quantity, Sum, expression
from clearprop.derivation.formulas import parsed
from clearprop.derivation.layer_arrays import made_layer
from clearprop.derivation.symbols import SAMPLE, Symbols
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.layers import Layer

ROWS = "_rows"
_ENTRY = re.compile(r"(\w+)\[([\w, ]+)\]")


def head_of(text: str) -> tuple[str, tuple[str, ...]]:
    """The name and the index letters of what a formula of the table is of.

    >>> head_of("W2[p, t, k]")
    ('W2', ('p', 't', 'k'))
    """
    match = _ENTRY.fullmatch(text)
    assert match is not None
    return match[1], tuple(match[2].split(", "))


@dataclass(frozen=True, eq=False)
class LayerSymbols:
    """One of the other layers of a network.

    Arguments:
        symbols: of the network.
        name: a key of `Network.other_layers`.
        batch: whether formulas are about rows of a batch, and not about one sample.
    """

    symbols: Symbols
    name: str
    batch: bool = False

    @property
    def layer(self) -> Layer:
        """Its entry in the table."""
        return self.symbols.network.other_layers[self.name]

    @property
    def above(self) -> int:
        """The layer of the chain whose a it makes, or makes a part of: 0, or l of a mixture."""
        return made_layer(self.name)

    @property
    def is_input(self) -> bool:
        """Whether it takes columns of X."""
        return self.name.startswith("input")

    @property
    def number(self) -> int | None:
        """What is written above its letters: which input it is, or the layer of a mixture."""
        digits = self.name.lstrip("abcdefghijklmnopqrstuvwxyz")
        return int(digits) if digits else None

    def theta(self, parameter: str, *indices: Any) -> Quantity:
        """One of its arrays, or an entry of it."""
        shape = self.layer.shapes()[parameter]
        return self._quantity(f"{self.name}.{parameter}", parameter, shape, indices)

    def y(self, part: str, *indices: Any) -> Quantity:
        """What it makes, the row first in a batch."""
        if not self.is_input:
            return (self.symbols.A if self.batch else self.symbols.a)(self.above, *indices)
        return self._of_rows(part, self._parts[part], indices)

    def x(self, *indices: Any) -> Quantity:
        """What it takes, the row first in a batch."""
        if self.name == "scale":
            return self.symbols.Q(*indices) if self.batch else self.symbols.q(*indices)
        if self.above:
            return (self.symbols.Z if self.batch else self.symbols.z)(self.above, *indices)
        return self._argument("x", indices)

    def g(self, part: str, *indices: Any) -> Expression:
        """∂E/∂y of an entry: g of an input layer, else the sum over the units above."""
        if self.is_input:
            return self._of_rows(part.replace("y", "g"), self._parts[part], indices)
        return self.back(indices[-1], indices[0] if self.batch else None)

    def back(self, unit: Any, row: Any = None) -> Expression:
        """∂E/∂a of a unit of the layer of the chain that it makes, as BP2 has it: Σ_k δ_k w_kj."""
        s, l = self.symbols, self.above + 1
        k = next(Index(letter) for letter in "ki" if Index(letter) != unit)
        signal = s.delta(l, k) if row is None else s.Delta(l, row, k)
        return Sum(signal * s.W(l, k, unit), k, s.size(l))

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the parts of y."""
        return tuple(self._parts)

    def whole_arguments(self) -> list[tuple[Quantity, bool]]:
        """What it takes and what is fixed in it, each as a whole, and whether it is taken."""
        return [(self._argument(name, ()), has_rows) for name, has_rows in self._has_rows.items()]

    @cached_property
    def _parts(self) -> dict[str, tuple[int, ...]]:
        """The shape of each part of y, without its rows."""
        parts = self.layer.parts(np.zeros((1, self.layer.n_outputs)))
        return {name: part.shape[1:] for name, part in parts.items()}

    @cached_property
    def arguments(self) -> dict[str, tuple[int, ...]]:
        """The shape of each argument of the formulas, x among them, for 7 rows where it has rows."""
        x = np.zeros((7, self.layer.n_inputs))
        return {name: array.shape for name, array in self.layer.arguments(x).items()}

    @cached_property
    def _has_rows(self) -> dict[str, bool]:
        other = self.layer.arguments(np.zeros((8, self.layer.n_inputs)))
        return {name: other[name].shape != shape for name, shape in self.arguments.items()}

    @cached_property
    def sizes(self) -> dict[str, int]:
        """The last value of every index letter of the formulas, by its capital; m only of a batch."""
        shapes = {**self.arguments, **self.layer.shapes()}
        shapes |= {name: (7, *shape) for name, shape in self._parts.items()}
        found: dict[str, int] = {}
        for text in (*self.layer.formulas, *self.layer.formulas.values(), *self.layer.gradient_formulas):
            for name, letters in map(head_of, (match[0] for match in _ENTRY.finditer(text))):
                found |= dict(zip((letter.upper() for letter in letters), shapes[name], strict=True))
        return {**found, "R": self.symbols.n_samples, "m": self.symbols.n_samples}

    def forward(self, part: str, at: Mapping[str, Expression]) -> tuple[Quantity, Expression]:
        """An entry of y and its formula.

        Arguments:
            part: "y", or the name of another part.
            at: what index letters stand for; others stand for themselves.
        """
        head, text = next(item for item in self.layer.formulas.items() if head_of(item[0])[0] == part)
        _, letters = head_of(head)
        return self.y(part, *self._read_indices(letters, at)), self._parsed(text, at)

    def gradient(self, parameter: str, at: Mapping[str, Expression]) -> tuple[Quantity, Expression]:
        """An entry of a parameter and the table's formula of ∂E by it."""
        head = next(head for head in self.layer.gradient_formulas if head_of(head)[0] == parameter)
        _, letters = head_of(head)
        left = (self.x if parameter == "x" else lambda *i: self.theta(parameter, *i))(*self._read_indices(letters, at))
        return left, self._parsed(self.layer.gradient_formulas[head], at)

    def letters(self, parameter: str) -> tuple[str, ...]:
        """The index letters of an entry of a parameter."""
        heads = map(head_of, self.layer.gradient_formulas)
        return next(letters for name, letters in heads if name == parameter)

    def letters_of_part(self, part: str) -> tuple[str, ...]:
        """The index letters of a part of y, without the row's."""
        return next(letters[1:] for name, letters in map(head_of, self.layer.formulas) if name == part)

    def part_with(self, parameter: str) -> tuple[str, tuple[str, ...]]:
        """The part of y whose formula holds a parameter, and the index letters of that part, without the row's."""
        for head, text in self.layer.formulas.items():
            if f"{parameter}[" in text:
                part, letters = head_of(head)
                return part, letters[1:]
        raise ValueError(f"{self.name}: no formula of y holds {parameter}")

    def place(self, part: str, *indices: int) -> int:
        """Which feature, from 1, an entry of a part is (of an input layer)."""
        features = next(f for name, _, _, f in self.symbols.network.placed_inputs() if name == self.name)
        places = self.layer.parts(np.arange(self.layer.n_outputs)[None, :])[part][0]
        return features.start + int(places[tuple(i - 1 for i in indices)]) + 1

    def _read_indices(self, letters: tuple[str, ...], at: Mapping[str, Expression]) -> list[Expression]:
        """Of a head: in one sample without the row."""
        row = [] if not self.batch or letters[0] != "r" else [at.get("r", SAMPLE)]
        return [*row, *(at.get(letter, Index(letter)) for letter in letters if letter != "r")]

    def _parsed(self, text: str, at: Mapping[str, Expression]) -> Expression:
        letters = {letter.lower(): at.get(letter.lower(), Index(letter.lower())) for letter in self.sizes}
        names: dict[str, Any] = {**letters, "r": at.get("r", SAMPLE), **self._callables()}
        return parsed(text, names, self.sizes if self.batch else {**self.sizes, "m": 0})

    def _callables(self) -> dict[str, Callable[..., Expression]]:
        entry = ACTIVATIONS[getattr(self.layer, "activation", "identity")]
        names: dict[str, Callable[..., Expression]] = {
            "f": lambda z: Activate(entry.name, entry.symbol, z),
            "df": lambda z: Activate(entry.name, entry.symbol, z, 1),
        }
        for parameter in self.layer.shapes():
            names[parameter] = lambda *i, name=parameter: self.theta(name, *i)
        for argument, has_rows in self._has_rows.items():
            if argument == "x":
                names["x"] = lambda r, *i: self.x(*([r] if self.batch else []), *i)
            elif has_rows:
                names[argument] = lambda r, *i, name=argument: self._argument(name, [*([r] if self.batch else []), *i])
            else:
                names[argument] = lambda *i, name=argument: self._argument(name, i)
        for part in self._parts:
            names[part.replace("y", "g")] = lambda r, *i, name=part: self.g(name, *([r] if self.batch else []), *i)
        return names

    def _argument(self, name: str, indices: Any) -> Quantity:
        shape = self.arguments[name]
        if not self._has_rows[name]:
            return self._quantity(f"{self.name}.{name}", name, shape, indices)
        return self._of_rows(name, shape[1:], indices)

    def _of_rows(self, name: str, shape: tuple[int, ...], indices: Any) -> Quantity:
        rows = (self.symbols.n_samples,) if self.batch else ()
        return self._quantity(f"{self.name}.{name}{ROWS * self.batch}", name, (*rows, *shape), indices)

    def _quantity(self, name: str, own: str, shape: tuple[int, ...], indices: Any) -> Quantity:
        letter = self.layer.letters.get(own, {"y": "q"}.get(own, own))
        left = shape[len(indices) :]
        if len(left) > 1 and (name.endswith(ROWS) or own in self.layer.shapes()):
            letter = letter.upper()
        at = tuple(expression(index) for index in indices)
        return Quantity(name, letter, None, shape, at, self.number)


def other_layers(symbols: Symbols, batch: bool = False) -> Iterator[LayerSymbols]:
    """Every layer of a network that is not affine, in the order of the forward pass."""
    for name in symbols.network.other_layers:
        yield LayerSymbols(symbols, name, batch)
