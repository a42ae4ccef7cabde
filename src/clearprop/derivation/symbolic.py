"""The SymPy form of an expression, and its values at float arrays."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import sympy

from clearprop.derivation.expressions import Expression, Quantity, Sum
from clearprop.derivation.reader import At, Environment, Reader, Value

#: How an entry of an array is written in SymPy: from the array and its indices.
Entries = Callable[[Quantity, At], sympy.Expr]

_NO_LAYER = ("y", "Y", "omega", "row_loss", "q", "Q")


def base_name(quantity: Quantity) -> str:
    """Return the name of an array, with its layer: "W2", "a0", "Z1"; "y", "Y" and "omega" have none."""
    name = quantity.name.replace(".", "_")
    return name if quantity.layer is None or name in _NO_LAYER else f"{name}{quantity.layer}"


def indexed(quantity: Quantity, at: At) -> sympy.Expr:
    """Return an entry as SymPy writes it, W2[1, 2]; of a scalar its Symbol."""
    name = base_name(quantity)
    return sympy.IndexedBase(name)[at] if at else sympy.Symbol(name)


class SympyReader(Reader):
    """Reads an expression as SymPy; with `written_out`, a sum is the list of its terms."""

    def __init__(self, entries: Entries = indexed, written_out: bool = False) -> None:
        super().__init__()
        self.entries, self.written_out = entries, written_out

    def number(self, value: int | str) -> sympy.Expr:
        """An exact rational number."""
        return sympy.Rational(value)

    def constant(self, letter: str) -> sympy.Expr:
        """π."""
        return sympy.pi

    def free_index(self, letter: str) -> sympy.Symbol:
        """An integer symbol."""
        return sympy.Symbol(letter, integer=True)

    def quantity(self, quantity: Quantity, at: At) -> sympy.Expr:
        """An entry of an array, or a scalar."""
        return self.entries(quantity, at)

    def function(self, name: str, value: Value) -> sympy.Expr:
        """SymPy's function of the same name."""
        return getattr(sympy, name)(value)

    def indicator(self, left: Value, right: Value) -> sympy.Expr:
        """KroneckerDelta."""
        return sympy.KroneckerDelta(left, right)

    def condition(self, left: Value, sign: str, right: Value) -> Any:
        """A SymPy relation."""
        match sign:
            case "=":
                return sympy.Eq(left, right)
            case "≠":
                return sympy.Ne(left, right)
        return super().condition(left, sign, right)

    def cases(self, branches: list[tuple[Callable[[], Value], Callable[[], Value] | None]]) -> sympy.Expr:
        """Piecewise."""
        return sympy.Piecewise(*((value(), True if holds is None else holds()) for value, holds in branches))

    def total(self, terms: list[Value]) -> sympy.Expr:
        """The sum, made at once: term by term it would be sorted as often."""
        return sympy.Add(*terms)

    def summation(self, node: Sum, at: At, environment: Environment) -> sympy.Expr:
        """An unevaluated Sum, or its terms (around cases of an inner index); what is left out counts as 0."""
        if self.written_out:
            return super().summation(node, at, environment)
        index = self.free_index(node.index.letter)
        inside = {letter: value for letter, value in environment.items() if letter != node.index.letter}
        body = self._at(node.body, at, inside)
        if node.skip is not None:
            body = sympy.Piecewise((body, sympy.Ne(index, self._at(node.skip, (), environment))), (0, True))
        found = sympy.Sum(body, (index, 1, node.size))
        if found.free_symbols - body.free_symbols:  # SymPy has drawn a case out of an inner sum, without its index
            return super().summation(node, at, environment)
        return found


def to_sympy(expression: Expression, entries: Entries = indexed) -> Any:
    """Return the SymPy form of an expression: what it says, term for term, neither expanded nor simplified.

    An entry of an array is an Indexed, such as W2[1, k] or a0[j] (x is a⁰), a scalar a Symbol, an index an integer
    Symbol, Σ an unevaluated Sum, an activation its formula; an array is an ImmutableMatrix of its entries, a column
    vector (n, 1).

    Arguments:
        expression: any but one with a partial derivative in it.
        entries: how an entry is written instead, from its array and its indices.

    Raises:
        ValueError: a partial derivative, for which there is no formula.

    Example:
        >>> from clearprop.derivation.symbols import Index, Symbols
        >>> from clearprop.mathematics.network import Network
        >>> s, k = Symbols(Network((2, 3, 2))), Index("k")
        >>> to_sympy(Sum(s.W(2, 1, k) * s.a(1, k), k, 3) + s.b(2, 1))
        b2[1] + Sum(W2[1, k]*a1[k], (k, 1, 3))
        >>> to_sympy(s.f(1, s.z(1, 2), order=1))
        (1 - 1/(1 + exp(-z1[2])))/(1 + exp(-z1[2]))

    Source: SymPy, "Tensor" and "Concrete" modules.
    """
    reader = SympyReader(entries)
    shape = expression.shape
    if not shape:
        return reader.value(expression)
    rows, columns = (*shape, 1)[:2]
    return sympy.ImmutableMatrix(
        rows, columns, lambda row, column: reader.value(expression, (row + 1, column + 1)[: len(shape)])
    )


def numeric_function(expression: Expression) -> Callable[[Mapping[str, Any], Mapping[str, int]], float]:
    """Return a function of arrays and index values that computes a scalar expression from its SymPy form.

    Arrays are given by their names in the SymPy form ("W2", "a0", "y", "omega", "lambda"), counted from 0 as NumPy
    does, and index values, from 1, by letter.

    Example:
        >>> from clearprop.derivation.symbols import Index, Symbols
        >>> from clearprop.mathematics.network import Network
        >>> s = Symbols(Network((2, 2)))
        >>> product = numeric_function(s.W(1, Index("j"), 2) * s.a(0, 2))
        >>> product({"W1": np.array([[1.0, 2.0], [3.0, 4.0]]), "a0": np.array([5.0, 6.0])}, {"j": 2})
        24.0
    """
    form = to_sympy(expression)
    bases = sorted(form.atoms(sympy.IndexedBase), key=str)
    labels = {base.label for base in bases}
    symbols = sorted(form.free_symbols - labels - form.atoms(sympy.Indexed), key=str)
    function = sympy.lambdify([*bases, *symbols], form, modules=["math"], docstring_limit=0)

    def computed(arrays: Mapping[str, Any], indices: Mapping[str, int]) -> float:
        scalars = {**arrays, **indices}
        values = [padded(arrays[str(base)]) for base in bases] + [scalars[str(symbol)] for symbol in symbols]
        return float(function(*values))

    return computed


def evaluate_sympy(
    expression: Expression, arrays: Mapping[str, Any], indices: Mapping[str, int] | None = None
) -> float:
    """Return the value of a scalar expression, computed from its SymPy form; see `numeric_function`."""
    return numeric_function(expression)(arrays, indices or {})


def padded(array: Any) -> Any:
    """Return an array as float64 with an empty place 0 in front of each axis, so that indices count from 1."""
    array = np.asarray(array, dtype=np.float64)
    return np.pad(array, [(1, 0)] * array.ndim, constant_values=np.nan)
