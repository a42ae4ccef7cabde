"""The value of an expression at a point, in as many digits as the point's numbers have.

Partial derivatives are not looked up anywhere: they are central differences so fine (h = 10⁻⁴⁰ with 130 digits) that
about 80 digits of them are right. So a formula for a derivative is compared with what knows no formula for it.
"""

from itertools import product
from typing import Any, Protocol

import mpmath
import numpy as np

from clearprop.derivation.expressions import (
    Activate,
    Add,
    Cases,
    Constant,
    Diagonal,
    Divide,
    Entry,
    Expression,
    Function,
    Hadamard,
    Index,
    Indicator,
    MatrixProduct,
    Multiply,
    Negate,
    Number,
    Ones,
    Partial,
    Power,
    Quantity,
    Relation,
    Sum,
    Transpose,
)
from clearprop.derivation.formulas import multiprecision
from clearprop.mathematics.activations import ACTIVATIONS

DIGITS = 130
STEP = mpmath.mpf(10) ** -40

_Z = Quantity("z", "z")
_RELATIONS = {
    "=": lambda u, v: u == v,
    "≠": lambda u, v: u != v,
    ">": lambda u, v: u > v,
    "≥": lambda u, v: u >= v,
    "<": lambda u, v: u < v,
    "≤": lambda u, v: u <= v,
}


class Point(Protocol):
    """Where expressions are evaluated: it knows every array, and what they become when one entry is moved."""

    def array(self, name: str, layer: int | None) -> Any:
        """Return the array of that name: a number, or an array of them."""
        ...

    def shifted(self, name: str, layer: int | None, at: tuple[int, ...], step: Any) -> "Point":
        """Return the point at which that entry is larger by `step`, and all that depends on it has followed."""
        ...


class ScalarPoint:
    """One number z, and a = f(z) of one activation: where derivations of f′ live.

    >>> slope = evaluate(Partial(Activate("sigmoid", "σ", _Z), _Z), ScalarPoint(mpmath.mpf(0), "sigmoid"))
    >>> float(slope)
    0.25
    """

    def __init__(self, z: Any, activation: str) -> None:
        self.z, self.activation = z, activation

    def array(self, name: str, layer: int | None) -> Any:
        """Return z or a."""
        return self.z if name == "z" else activated(self.activation, self.z)

    def shifted(self, name: str, layer: int | None, at: tuple[int, ...], step: Any) -> "ScalarPoint":
        """Return the point z + step."""
        return ScalarPoint(self.z + step, self.activation)


def evaluate(root: Expression, point: Point, indices: dict[str, int] | None = None) -> Any:
    """Return the value of an expression: a number, an array (n,) or (n, k), or a truth value of a Relation.

    Arguments:
        root: the expression.
        point: where.
        indices: the values, from 1, of the free indices by letter.

    Example:
        >>> evaluate(Number(2) ** 3, ScalarPoint(mpmath.mpf(0), "tanh"))
        mpf('8.0')
    """
    return Evaluator(point).evaluate(root, indices)


def activated(name: str, z: Any, order: int = 0) -> Any:
    """f(z) or f′(z) by the formulas of the table, entry by entry (softmax: of the whole vector)."""
    entry = ACTIVATIONS[name]
    if not entry.elementwise:
        exponentials = np.array([mpmath.exp(value) for value in z], object)
        return exponentials / exponentials.sum()
    if isinstance(z, np.ndarray):
        return np.array([activated(name, value, order) for value in z.ravel()], object).reshape(z.shape)
    if order == 0:
        return multiprecision(entry.formula)(z=z)
    return multiprecision(entry.derivative_formula)(z=z, a=multiprecision(entry.formula)(z=z))


class Evaluator:
    """Evaluates at one point, each sub-expression once for each value of its free indices.

    One that is kept for many expressions also keeps the neighbouring points that their partial derivatives need.
    """

    def __init__(self, point: Point) -> None:
        self.point = point
        self.alive: list[Expression] = []  # what is known by its id must not be collected
        self.kept: dict[tuple[int, tuple[int, ...]], Any] = {}
        self.free: dict[int, tuple[str, ...]] = {}
        self.beside: dict[tuple[Any, ...], tuple[Evaluator, Evaluator]] = {}

    def evaluate(self, root: Expression, indices: dict[str, int] | None = None) -> Any:
        """Return the value of an expression, as the function `evaluate` does."""
        self.alive.append(root)
        with mpmath.workdps(DIGITS):
            return self.value(root, indices or {})

    def value(self, node: Expression, indices: dict[str, int]) -> Any:
        """Return the value of a node at these index values."""
        key = id(node), tuple(indices[letter] for letter in self._free(node))
        if key not in self.kept:
            self.kept[key] = _RULES[type(node)](self, node, indices)
        return self.kept[key]

    def _free(self, node: Expression) -> tuple[str, ...]:
        if id(node) not in self.free:
            below = {letter for child in node.children for letter in self._free(child)}
            own = {node.letter} if isinstance(node, Index) else set()
            bound = {node.index.letter} if isinstance(node, Sum) else set()
            self.free[id(node)] = tuple(sorted((below | own) - bound))
        return self.free[id(node)]

    def _values(self, node: Expression, indices: dict[str, int]) -> list[Any]:
        return [self.value(child, indices) for child in node.children]

    def _quantity(self, node: Quantity, indices: dict[str, int]) -> Any:
        array = self.point.array(node.name, node.layer)
        at = self._at(node, indices)
        return array[at] if at else array

    def _at(self, node: Quantity | Entry, indices: dict[str, int]) -> tuple[int, ...]:
        return tuple(int(self.value(index, indices)) - 1 for index in node.indices)

    def _entry(self, node: Entry, indices: dict[str, int]) -> Any:
        return self.value(node.array, indices)[self._at(node, indices)]

    def _product(self, node: Multiply, indices: dict[str, int]) -> Any:
        found: Any = mpmath.mpf(1)
        for factor in node.factors:
            found = found * self.value(factor, indices)
            if not factor.shape and found is not None and np.ndim(found) == 0 and found == 0:
                return found * 0  # 0 · log 0 = 0: what follows a zero is not looked at
        return found

    def _sum(self, node: Sum, indices: dict[str, int]) -> Any:
        skipped = None if node.skip is None else self.value(node.skip, indices)
        at = [i for i in range(1, node.size + 1) if i != skipped]
        terms = [self.value(node.body, {**indices, node.index.letter: i}) for i in at]
        return sum(terms[1:], terms[0]) if terms else mpmath.mpf(0)

    def _cases(self, node: Cases, indices: dict[str, int]) -> Any:
        for value, condition in node.branches:
            if condition is None or self.value(condition, indices):
                return self.value(value, indices)
        raise ValueError("no case applies")

    def _partial(self, node: Partial, indices: dict[str, int]) -> Any:
        by = node.by
        assert isinstance(by, Quantity)
        at = self._at(by, indices)
        if not by.shape:
            return self._difference(node.of, by, at, indices)
        rests = product(*(range(n) for n in by.shape))
        columns = [self._difference(node.of, by, (*at, *rest), indices) for rest in rests]
        found = np.array([np.asarray(column, object).ravel() for column in columns], object)
        return found.T.reshape(node.shape)

    def _difference(self, of: Expression, by: Quantity, at: tuple[int, ...], indices: dict[str, int]) -> Any:
        key = by.name, by.layer, at
        if key not in self.beside:
            plus, minus = (self.point.shifted(by.name, by.layer, at, step) for step in (STEP, -STEP))
            self.beside[key] = Evaluator(plus), Evaluator(minus)
        plus_value, minus_value = (evaluator.value(of, indices) for evaluator in self.beside[key])
        return (plus_value - minus_value) / (2 * STEP)

    def _matrix_product(self, node: MatrixProduct, indices: dict[str, int]) -> Any:
        found: Any = None
        for factor, value in zip(node.factors, self._values(node, indices), strict=True):
            column = value.reshape(-1, 1) if len(factor.shape) == 1 else value
            found = column if found is None else found @ column
        return found.reshape(node.shape) if node.shape else found[0, 0]

    def _hadamard(self, node: Hadamard, indices: dict[str, int]) -> Any:
        values, shape = self._values(node, indices), node.shape
        found = values[-1]
        for value in values[:-1]:
            if value.shape[0] != found.shape[0]:
                raise ValueError("⊙ of arrays with different numbers of rows")
            found = (value.reshape(-1, 1) if np.ndim(value) < len(shape) else value) * found
        return found


def _number(evaluator: Evaluator, node: Number, indices: dict[str, int]) -> Any:
    return mpmath.mpf(node.value)


def _added(evaluator: Evaluator, node: Add, indices: dict[str, int]) -> Any:
    terms = evaluator._values(node, indices)
    return sum(terms[1:], terms[0])


def _function(evaluator: Evaluator, node: Function, indices: dict[str, int]) -> Any:
    function, value = _real(getattr(mpmath, node.name)), evaluator.value(node.argument, indices)
    return np.vectorize(function, otypes=[object])(value) if isinstance(value, np.ndarray) else function(value)


def _real(function: Any) -> Any:
    """Return a function that has no value, nan, where mpmath's is complex: log and sqrt of a negative number."""

    def value(x: Any) -> Any:
        found = function(x)
        return mpmath.nan if isinstance(found, mpmath.mpc) else found

    return value


def _relation(evaluator: Evaluator, node: Relation, indices: dict[str, int]) -> bool:
    return bool(_RELATIONS[node.sign](*evaluator._values(node, indices)))


def _indicator(evaluator: Evaluator, node: Indicator, indices: dict[str, int]) -> Any:
    left, right = evaluator._values(node, indices)
    return mpmath.mpf(int(left == right))


def _divided(evaluator: Evaluator, node: Divide, indices: dict[str, int]) -> Any:
    numerator, denominator = evaluator._values(node, indices)
    return numerator / denominator


def _diagonal(evaluator: Evaluator, node: Diagonal, indices: dict[str, int]) -> Any:
    vector = evaluator.value(node.argument, indices)
    matrix = np.full((len(vector), len(vector)), mpmath.mpf(0), object)
    np.fill_diagonal(matrix, vector)
    return matrix


def _transposed(evaluator: Evaluator, node: Transpose, indices: dict[str, int]) -> Any:
    value = evaluator.value(node.argument, indices)
    return value.reshape(1, -1) if value.ndim == 1 else value.T


_RULES: dict[type[Expression], Any] = {
    Number: _number,
    Constant: lambda evaluator, node, indices: +mpmath.pi,
    Index: lambda evaluator, node, indices: indices[node.letter],
    Quantity: Evaluator._quantity,
    Entry: Evaluator._entry,
    Add: _added,
    Negate: lambda evaluator, node, indices: -evaluator.value(node.argument, indices),
    Multiply: Evaluator._product,
    Divide: _divided,
    Power: lambda evaluator, node, indices: (
        evaluator.value(node.base, indices) ** evaluator.value(node.exponent, indices)
    ),
    Function: _function,
    Activate: lambda evaluator, node, indices: activated(
        node.name, evaluator.value(node.argument, indices), node.order
    ),
    Sum: Evaluator._sum,
    Partial: Evaluator._partial,
    Relation: _relation,
    Cases: Evaluator._cases,
    Indicator: _indicator,
    MatrixProduct: Evaluator._matrix_product,
    Transpose: _transposed,
    Hadamard: Evaluator._hadamard,
    Diagonal: _diagonal,
    Ones: lambda evaluator, node, indices: np.full(node.size, mpmath.mpf(1), object),
}
