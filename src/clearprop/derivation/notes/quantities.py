"""Quantities that only the notes name, each with its value at a point of a network."""

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np

from clearprop.derivation.checking.evaluation import Evaluator, Point
from clearprop.derivation.expressions import Expression, Partial, Quantity, expression
from clearprop.derivation.symbols import At, E, Symbols

#: The name of what has no value anywhere: a note writes it and says nowhere what it is.
UNDEFINED = "undefined"


def undefined(letter: str, *shape: int, at: Expression | None = None) -> Quantity:
    """Return a quantity that a note names and never says what it is, or its entry `at`."""
    return Quantity(UNDEFINED, letter, None, shape, () if at is None else (at,))


def total(letter: str) -> Quantity:
    """Return Σ_k e^{z_k} of the last layer: note 1's Σ and note 2's A."""
    return Quantity("total", letter)


#: The largest entry of the last layer's z, and the c for which z + c is z less that entry.
LARGEST, NEEDED = Quantity("largest", "max(z)"), Quantity("needed", "c")


def pair(*indices: At) -> Quantity:
    """Return x = [1, 2]ᵀ."""
    return Quantity("pair", "x", None, (2,), tuple(map(expression, indices)))


def shifts(symbols: Symbols) -> Quantity:
    """Return a c that is a vector with different entries, as many as the last layer has units."""
    return Quantity("shifts", "c", symbols.L, (symbols.size(symbols.L),))


def gradient(symbols: Symbols, kind: str, l: int, *indices: At) -> Quantity:
    """Return ∇Wˡ or ∇bˡ (kind "W" or "b"), or an entry."""
    array = symbols.W(l, *indices) if kind == "W" else symbols.b(l, *indices)
    return Quantity(f"gradient of {kind}", f"∇{array.letter}", l, array.full_shape, array.indices, l)


def updated(symbols: Symbols, l: int, *indices: At) -> Quantity:
    """Return an entry of Wˡ after one step of gradient descent."""
    array = symbols.W(l, *indices)
    return Quantity("updated", "w̃", l, array.full_shape, array.indices, l)


def _last(point: Point) -> Any:
    return point.array("z", point.network.n_layers)  # type: ignore[attr-defined]


def _measured(array: str) -> Callable[[Point, int | None], Any]:
    """Return the function that measures ∂E by every entry of an array."""

    def found(point: Point, layer: int | None) -> Any:
        shape = point.array(array, layer).shape
        slope: Expression = Partial(E, Quantity(array, array, layer, shape))
        return Evaluator(point).evaluate(slope)

    return found


def _updated(point: Point, layer: int | None) -> Any:
    return point.array("W", layer) - point.array("eta", None) * _measured("W")(point, layer)


#: The value of each at a point, by its name and layer.
EXTRAS: dict[str, Callable[[Point, int | None], Any]] = {
    "total": lambda point, layer: sum(mpmath.exp(z) for z in _last(point)),
    "largest": lambda point, layer: max(_last(point)),
    "needed": lambda point, layer: (_last(point) - max(_last(point)) - _last(point))[0],
    "pair": lambda point, layer: np.array([mpmath.mpf(1), mpmath.mpf(2)], object),
    "shifts": lambda point, layer: np.array(
        [mpmath.mpf(place) / 3 for place in range(1, len(_last(point)) + 1)], object
    ),
    "gradient of W": _measured("W"),
    "gradient of b": _measured("b"),
    "updated": _updated,
}
