"""The loss written out in SymPy with a free symbol for every entry, so that SymPy can differentiate it.

A statement about layer l starts from free symbols where that layer begins, writes the layer out, and leaves what lies
above to a differentiable function G of its pre-activations, of which nothing else is known: what is proven so holds for
any number of layers above and any loss. Where the statement is about the loss itself, the loss is written out in full.
"""

from itertools import product
from typing import Any

import sympy

from clearprop.derivation.expressions import Activate, Expression, Index, Number, Quantity
from clearprop.derivation.layer_symbols import ROWS, LayerSymbols
from clearprop.derivation.losses import penalty_formula, row_loss_formula
from clearprop.derivation.proving.claims import BATCH_NAMES, Claim, affine
from clearprop.derivation.proving.identities import is_identically_zero
from clearprop.derivation.reader import At, Environment
from clearprop.derivation.symbolic import SympyReader
from clearprop.derivation.symbols import Symbols
from clearprop.mathematics.network import Network


def holds_symbolically(network: Network, claim: Claim) -> bool:
    """Return True if both sides of a claim are proven to be the same in every entry; False: this was not found."""
    written = WrittenOut(network, claim)
    return all(is_identically_zero(left - right) for left, right in claim.sides(written, claim.every_entry()))


class Above(sympy.Function):
    """G: the loss of one row as a function of one layer's pre-activations; ∂G/∂z_k is a function of its own."""

    @classmethod
    def eval(cls, *arguments: Any) -> None:
        """Keep it as it is."""

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """∂G/∂z_k at the same place; the first argument numbers the row."""
        return sympy.Function(f"G_{argindex - 1}")(*self.args)


class WrittenOut(SympyReader):
    """Reads both sides of one claim as SymPy; small letters are those of row 1."""

    def __init__(self, network: Network, claim: Claim) -> None:
        super().__init__(written_out=True)
        self.network, self.claim = network, claim
        self.symbols = Symbols(network, claim.n_samples)
        self._losses: dict[str, sympy.Expr] = {}
        self._made: dict[int, sympy.Expr] = {}
        self.other = LayerSymbols(self.symbols, claim.other, claim.n_samples > 1) if claim.other else None

    def quantity(self, quantity: Quantity, at: At) -> sympy.Expr:
        """A free symbol, or what is written out for it."""
        name, l = quantity.name, quantity.layer
        if at and name in BATCH_NAMES:
            name, at = BATCH_NAMES[name], (1, *at)
        if name == "Y":
            return self._target(*at)
        if self.other is not None and name.startswith(f"{self.other.name}."):
            return self._of_other_layer(self.other, name, at)
        if name not in ("Z", "A", "Delta") or (name, l) == self.claim.start:
            return sympy.Symbol("_".join(map(str, (name, l, *at))), real=True)
        assert l is not None
        row, j = at
        if name == "Delta":
            return self._weight(row) * self._above(l, row).fdiff(j + 1)
        if name == "A" and l == 0:
            _, formula = LayerSymbols(self.symbols, "scale", True).forward("y", {"r": Number(row), "j": Number(j)})
            return self.value(formula)
        if name == "A":
            return self.value(self.symbols.f(l, self.symbols.Z(l, row)), (j,))
        return self.value(affine(self.symbols, l, row), (), {"j": j})

    def derivative(self, of: Expression, of_at: At, by: Quantity, at: At, environment: Environment) -> sympy.Expr:
        """SymPy's derivative of what is written out for `of`."""
        variable = self.quantity(by, at)
        assert variable.is_Symbol, f"{variable} is not free here"
        return sympy.diff(self._function_of(of, environment), variable)

    def _function_of(self, of: Expression, environment: Environment) -> sympy.Expr:
        if isinstance(of, Activate) or (isinstance(of, Quantity) and of.name == "a"):
            return self.value(of, (), environment)
        assert isinstance(of, Quantity)
        if of.name not in self._losses:
            self._losses[of.name] = self.value(penalty_formula(self.symbols)) if of.name == "penalty" else self._loss()
        return self._losses[of.name]

    def _loss(self) -> sympy.Expr:
        rows = range(1, self.claim.n_samples + 1)
        return sympy.Add(*(self._weight(row) * self._row_loss(row) for row in rows))

    def _row_loss(self, row: int) -> sympy.Expr:
        if self.claim.whole_loss:
            return self.value(row_loss_formula(self.symbols, Index("i"), Number(row)))
        if self.other is not None and self.other.is_input:
            return self._above_made(self.other, row)
        return self._above(self.claim.start[1] + 1, row)

    def _above(self, l: int, row: int) -> sympy.Expr:
        units = range(1, self.network.sizes[l] + 1)
        return Above(sympy.Integer(row), *(self.quantity(self.symbols.Z(l), (row, k)) for k in units))

    def _of_other_layer(self, layer: LayerSymbols, name: str, at: At) -> sympy.Expr:
        """G by what is above, a category as a number (the first in row 1, the next in row 2), all else as a letter."""
        own = name.partition(".")[2].removesuffix(ROWS)
        row, place = (at[0], at[1:]) if layer.batch else (1, at)
        parts = {part.replace("y", "g"): part for part in layer.parts}
        if own in parts:
            number = self._made_places(layer).index((parts[own], place))
            return self._weight(row) * self._above_made(layer, row).fdiff(number + 2)
        if layer.layer.n_categories_taken and own in layer.arguments:
            return sympy.Integer(1 + (row - 1) % layer.layer.n_categories_taken)
        return sympy.Symbol("_".join(map(str, (name, *at))), real=True)

    def _made_places(self, layer: LayerSymbols) -> list[tuple[str, At]]:
        """Every entry of what an input layer makes of a row."""
        return [
            (part, place)
            for part in layer.parts
            for place in product(*(range(1, layer.sizes[letter.upper()] + 1) for letter in layer.letters_of_part(part)))
        ]

    def _above_made(self, layer: LayerSymbols, row: int) -> sympy.Expr:
        """The loss of a row as a function of all that an input layer makes of it."""
        if row not in self._made:
            made = []
            for part, place in self._made_places(layer):
                at = dict(zip(layer.letters_of_part(part), map(Number, place), strict=True))
                made.append(self.value(layer.forward(part, {**at, "r": Number(row)})[1]))
            self._made[row] = Above(sympy.Integer(row), *made)
        return self._made[row]

    def _target(self, row: int, j: int) -> sympy.Expr:
        n = self.network.sizes[-1]
        if self.claim.distribution and j == n:
            return 1 - sympy.Add(*(self._target(row, i) for i in range(1, n)))
        return sympy.Symbol(f"Y_{row}_{j}", real=True)

    def _weight(self, row: int) -> sympy.Expr:
        return self.value(self.symbols.omega(row)) if self.claim.n_samples > 1 else sympy.Integer(1)
