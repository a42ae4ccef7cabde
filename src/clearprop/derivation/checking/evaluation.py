"""The value of an expression at a point, in as many digits as the point's numbers have.

Partial derivatives are not looked up anywhere: they are central differences so fine (h = 10⁻⁴⁰ with 130 digits) that
about 80 digits of them are right. So a formula for a derivative is compared with what knows no formula for it.
"""

from itertools import product
from typing import Any, Protocol

import mpmath
import numpy as np

from clearprop.derivation.checking.exact_activations import activated
from clearprop.derivation.expressions import Expression, Quantity, Relation
from clearprop.derivation.layer_symbols import ROWS
from clearprop.derivation.reader import At, Environment, Reader, Value
from clearprop.derivation.symbols import DATA_LOSS

DIGITS = 130
STEP = mpmath.mpf(10) ** -40

_Z = Quantity("z", "z")
_DELTAS = {"delta": "z", "Delta": "Z"}


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

    >>> from clearprop.derivation.expressions import Activate, Partial
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
    """Return the value of an expression: a number, or an array (n,) or (n, k) of them.

    Arguments:
        root: the expression.
        point: where.
        indices: the values, from 1, of the free indices by letter.

    Example:
        >>> from clearprop.derivation.expressions import Number
        >>> evaluate(Number(2) ** 3, ScalarPoint(mpmath.mpf(0), "tanh"))
        mpf('8.0')
    """
    return Evaluator(point).evaluate(root, indices)


def made_where_g_is(name: str) -> str | None:
    """Return the name of what an input layer makes, where `name` is that of the loss's derivative by it.

    >>> made_where_g_is("input3.g0_rows"), made_where_g_is("input3.x")
    ('input3.y0_rows', None)
    """
    layer, _, own = name.partition(".")
    is_g = layer.startswith("input") and own.removesuffix(ROWS).rstrip("0123456789") == "g"
    return f"{layer}.y{own[1:]}" if is_g else None


class Evaluator(Reader):
    """Evaluates at one point, each sub-expression once for each value of its free indices.

    One that is kept for many expressions also keeps the neighbouring points that their partial derivatives need.
    """

    def __init__(self, point: Point) -> None:
        super().__init__()
        self.point = point
        self._beside: dict[tuple[str, int | None, At], tuple[Evaluator, Evaluator]] = {}

    def evaluate(self, root: Expression, indices: dict[str, int] | None = None) -> Any:
        """Return the value of an expression, as the function `evaluate` does."""
        if not root.shape:
            return self.entry(root, (), indices)
        places = product(*(range(1, n + 1) for n in root.shape))
        return np.array([self.entry(root, at, indices) for at in places], object).reshape(root.shape)

    def entry(self, root: Expression, at: At, indices: dict[str, int] | None = None) -> Any:
        """Return one entry of an array expression, and no more of it than that needs."""
        with mpmath.workdps(DIGITS):
            return self.value(root, at, indices or {})

    def holds(self, relation: Relation, indices: dict[str, int] | None = None) -> bool:
        """Return whether a condition is true."""
        left, right = (self.evaluate(side, indices) for side in (relation.left, relation.right))
        return bool(self.condition(left, relation.sign, right))

    def number(self, value: int | str) -> Value:
        """An exact number."""
        return mpmath.mpf(value)

    def constant(self, letter: str) -> Value:
        """π."""
        return +mpmath.pi

    def function(self, name: str, value: Value) -> Value:
        """The function of that name in mpmath; log and sqrt of a negative number are none."""
        found = getattr(mpmath, name)(value)
        return mpmath.nan if isinstance(found, mpmath.mpc) else found

    def activation(self, name: str, order: int, z: Value) -> Value:
        """f(z) or f′(z) of an elementwise activation."""
        return activated(name, z, order)

    def quantity(self, quantity: Quantity, at: At) -> Value:
        """An entry at this point; δ is measured."""
        name, layer = quantity.name, quantity.layer
        if name in _DELTAS:
            return self.derivative(DATA_LOSS, (), Quantity(_DELTAS[name], "z", layer), at, {})
        if (made := made_where_g_is(name)) is not None:
            return self.derivative(DATA_LOSS, (), Quantity(made, "q"), at, {})
        array = self.point.array(name, layer)
        return array[tuple(place - 1 for place in at)] if at else array

    def derivative(self, of: Expression, of_at: At, by: Quantity, at: At, environment: Environment) -> Value:
        """The central difference: what `of` becomes when one entry is moved either way."""
        key = by.name, by.layer, at
        if key not in self._beside:
            places = tuple(place - 1 for place in at)
            plus, minus = (self.point.shifted(by.name, by.layer, places, step) for step in (STEP, -STEP))
            self._beside[key] = Evaluator(plus), Evaluator(minus)
        right, left = (evaluator.value(of, of_at, environment) for evaluator in self._beside[key])
        return (right - left) / (2 * STEP)

    def _multiplied(self, factors: tuple[Expression, ...], places: list[At], environment: Environment) -> Value:
        found: Value = mpmath.mpf(1)
        for factor, place in zip(factors, places, strict=True):
            if found == 0:
                break  # 0 · log 0 = 0: what follows a zero is not looked at
            found = found * self._at(factor, place, environment)
        return found
