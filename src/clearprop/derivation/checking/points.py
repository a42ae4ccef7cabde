"""Points of a network: exact numbers for W, b, X and Y, from which every other quantity follows.

Random rational points are where a formula is tried; a person's own numbers are a point as well.
"""

import math
from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

import mpmath
import numpy as np

from clearprop.derivation.checking.evaluation import DIGITS, Evaluator
from clearprop.derivation.checking.exact_activations import activated
from clearprop.derivation.checking.exact_layers import (
    array_named,
    feature_of,
    features,
    inputs_of_chain,
    made_by,
)
from clearprop.derivation.expressions import Index
from clearprop.derivation.layer_arrays import made_layer, of_layer
from clearprop.derivation.layer_symbols import ROWS
from clearprop.derivation.losses import row_loss_formula
from clearprop.derivation.symbols import SAMPLE, Symbols
from clearprop.mathematics.network import Network

#: A sample is row 1 of a batch.
_BATCHES = {"z": "Z", "a": "A", "y": "Y", "q": "Q"}


class NetworkPoint:
    """All quantities of a network at exact parameters and data; a sample's small letters are those of row 1.

    Arguments:
        network: whose forward pass it is.
        W, b: `W[l]`, (n_l, n_{l−1}), and `b[l]`, (n_l,): arrays of exact numbers, index 0 empty.
        X, Y: (m, n_0), or the columns that the input layers take, and (m, n_L).
        omega: (m,), Σω = 1.
        penalty: λ.
        rate: η.
        shift: c of softmax(z + c).
        theta: the arrays of the other layers, by name as `Parameters.theta`.
    """

    def __init__(
        self,
        network: Network,
        W: Sequence[Any],
        b: Sequence[Any],
        X: Any,
        Y: Any,
        omega: Any,
        penalty: Any = 0,
        rate: Any = 0,
        shift: Any = 0,
        theta: Mapping[str, Any] | None = None,
    ) -> None:
        self.network, self.W, self.b = network, list(W), list(b)
        self.theta, self.X = dict(theta or {}), X
        self.Y, self.omega = Y, omega
        self.scalars = {"lambda": penalty, "eta": rate, "shift": shift}
        with mpmath.workdps(DIGITS):
            self._features = features(network, self.theta, X)
            self._kept: dict[tuple[str, int], Any] = {("A", 0): inputs_of_chain(network, self.theta, self._features)}
        self._derived: dict[tuple[str, int | None], Any] = {}
        self._base: NetworkPoint | None = None
        self._rows: list[int] = []
        self._first = (0, 0)
        self._moved: tuple[str, int, tuple[int, ...]] = ("", 0, ())

    def array(self, name: str, layer: int | None) -> Any:
        """Return an array (or a scalar) by its name and layer."""
        if name in _BATCHES:
            return self.array(_BATCHES[name], layer)[0]
        match name:
            case "W" | "b":
                assert layer is not None
                return (self.W if name == "W" else self.b)[layer]
            case "Z" | "A":
                assert layer is not None
                return self._passed(name, layer)
            case "Y":
                return self.Y
            case "omega":
                return self.omega
        if name == "Q" or "." in name:
            return self._of_other_layer(name)
        if name in self.scalars:
            return self.scalars[name]
        if (name, layer) not in self._derived:
            self._derived[name, layer] = self._derive(name, layer)
        return self._derived[name, layer]

    def _of_other_layer(self, name: str) -> Any:
        if name == "Q":
            return self._features
        return self.theta[name] if name in self.theta else array_named(self.network, self.X, self._features, name)

    def shifted(self, name: str, layer: int | None, at: tuple[int, ...], step: Any) -> "NetworkPoint":
        """Return the point with one entry of W, b, θ, Z, A or Q (or of row 1's z, a or q) moved, and all behind it."""
        if name in _BATCHES:
            name, at = _BATCHES[name], (0, *at)
        moved = copy(self)
        moved.W, moved.b, moved.theta = list(self.W), list(self.b), dict(self.theta)
        moved._kept, moved._derived, moved._base = {("A", 0): self._passed("A", 0)}, {}, self
        with mpmath.workdps(DIGITS):
            if name in ("W", "b", "Z", "A"):
                assert layer is not None
                moved._move(name, layer, at, step)
            elif name in self.theta:
                moved._move_theta(name, at, step)
            elif name == "Q" or name.removesuffix(ROWS).partition(".")[2].startswith("y"):
                moved._move_feature(name, at, step)
            else:
                raise KeyError(f"nothing is differentiated by {name}")
        return moved

    def _move_theta(self, name: str, at: tuple[int, ...], step: Any) -> None:
        """Move an entry of θ: its layer is computed anew."""
        network, layer_name = self.network, name.partition(".")[0]
        self.theta[name] = _moved(self.theta[name], at, step)
        if l := made_layer(name):
            a = self._before("A", l).copy()
            z = self._before("Z", l)[:, at[0]]
            a[:, at[0]] += step * (activated(network.activation(l).name, z) - z)
            self._follow(l, a)
            return
        for input_name, layer, columns, its_features in network.placed_inputs():
            if input_name == layer_name:
                self._features = self._features.copy()
                self._features[:, its_features] = made_by(layer, of_layer(self.theta, layer_name), self.X[:, columns])
        self._follow(0, inputs_of_chain(network, self.theta, self._features))

    def _move_feature(self, name: str, at: tuple[int, ...], step: Any) -> None:
        """Move one feature of one row, named by its place among all or in its layer."""
        if name != "Q":
            at = at if name.endswith(ROWS) else (0, *at)
            at = (at[0], feature_of(self.network, name, at[1:]))
        self._features = _moved(self._features, at, step)
        self._follow(0, inputs_of_chain(self.network, self.theta, self._features))

    def _follow(self, l: int, a: Any) -> None:
        """Let Aˡ be `a`, and what lies above follow."""
        change = a - self._before("A", l)
        columns = [j for j in range(change.shape[1]) if any(change[:, j])]
        self._first, self._moved, self._rows = (l, _ORDER["A"]), ("", 0, ()), list(range(len(self.Y)))
        self._kept["A", l] = a
        self._kept["Z", l + 1] = self._before("Z", l + 1) + change[:, columns] @ self.W[l + 1][:, columns].T

    def _before(self, name: str, l: int) -> Any:
        """Return Zˡ or Aˡ of the point that was moved."""
        assert self._base is not None
        return self._base._passed(name, l)

    def _penalty(self) -> Any:
        weight = self.scalars["lambda"] / 2
        if self._base is None or not weight:
            return weight * sum((W**2).sum() for W in self.W[1:]) if weight else weight
        name, layer, at = self._moved
        before = self._base.array("penalty", None)
        return before + weight * (self.W[layer][at] ** 2 - self._base.W[layer][at] ** 2) if name == "W" else before

    def _move(self, name: str, layer: int, at: tuple[int, ...], step: Any) -> None:
        """Move one entry; what lies behind it follows, and only the rows and units that it reaches."""
        base = self._base
        assert base is not None
        self._first, self._moved = (layer, _ORDER["A" if name == "A" else "Z"]), (name, layer, at)
        if name in "WZb":
            unit = at[1] if name == "Z" else at[0]
            self._rows = [at[0]] if name == "Z" else list(range(len(self.Y)))
            if name == "Z":
                self._kept["Z", layer] = _moved(base._passed("Z", layer), at, step)
            else:
                parameters = self.W if name == "W" else self.b
                parameters[layer] = _moved(parameters[layer], at, step)
                z = base._passed("Z", layer).copy()
                z[:, unit] += step * (base._passed("A", layer - 1)[:, at[1]] if name == "W" else 1)
                self._kept["Z", layer] = z
            if not self.network.activation(layer).elementwise:
                return
            a = base._passed("A", layer).copy()
            a[self._rows, unit] = self._activated(layer, self._kept["Z", layer][self._rows, unit], unit)
            self._kept["A", layer] = self._as_declared(layer, a)
        else:
            unit, self._rows = at[1], [at[0]]
            self._kept["A", layer] = _moved(base._passed("A", layer), at, step)
        if layer < self.network.n_layers:
            change = (self._kept["A", layer] - base._passed("A", layer))[self._rows, unit]
            z = base._passed("Z", layer + 1).copy()
            z[self._rows] += np.outer(change, self.W[layer + 1][:, unit])
            self._kept["Z", layer + 1] = z

    def _passed(self, name: str, layer: int) -> Any:
        if (name, layer) not in self._kept:
            with mpmath.workdps(DIGITS):
                self._kept[name, layer] = self._pass(name, layer)
        return self._kept[name, layer]

    def _pass(self, name: str, layer: int) -> Any:
        if self._base is not None and (layer, _ORDER[name]) < self._first:
            return self._base._passed(name, layer)
        found = np.empty((len(self.Y), self.network.sizes[layer]), object)
        if self._base is not None:
            found[:] = self._base._passed(name, layer)
        rows = slice(None) if self._base is None else self._rows
        if name == "Z":
            W, b = self.W[layer], self.b[layer]
            before = self._passed("A", layer - 1)[rows]
            found[rows] = [[mpmath.fdot(a, W[j]) + b[j] for j in range(len(b))] for a in before]
        else:
            found[rows] = [self._activated(layer, z) for z in self._passed("Z", layer)[rows]]
            return self._as_declared(layer, found)
        return found

    def _activated(self, layer: int, z: Any, unit: int | slice = slice(None)) -> Any:
        """f(z), or what a mixture makes of it; of one unit, or of all of a row."""
        f = activated(self.network.activation(layer).name, z)
        alpha = self.theta.get(f"mixture{layer}.alpha")
        return f if alpha is None else z + alpha[unit] * (f - z)

    def _as_declared(self, layer: int, a: Any) -> Any:
        """Where the base point lies on a kink, let a move with the slope that the table declares there."""
        if self._base is not None:
            z, z_base, a_base = (self._passed("Z", layer), *(self._base._passed(name, layer) for name in "ZA"))
            for kink, declared in self.network.activation(layer).kinks:
                at = z_base == kink
                alpha = self.theta.get(f"mixture{layer}.alpha", np.array(1))
                slope = 1 + np.broadcast_to(alpha, at.shape)[at] * (mpmath.mpf(declared) - 1)
                a[at] = a_base[at] + slope * (z[at] - z_base[at])
        return a

    def _derive(self, name: str, layer: int | None) -> Any:
        symbols = Symbols(self.network, len(self.Y))
        with mpmath.workdps(DIGITS):
            if name == "row_loss":
                formula = row_loss_formula(symbols, Index("i"), SAMPLE)
                found = np.empty(len(self.Y), object)
                rows = list(range(len(self.Y)))
                if self._base is not None:
                    found[:], rows = self._base.array("row_loss", None), self._rows
                evaluator = Evaluator(self)
                found[rows] = [evaluator.evaluate(formula, {"r": r + 1}) for r in rows]
                return found
            if name == "data_loss":
                return self.omega @ self.array("row_loss", None)
            if name == "penalty":
                return self._penalty()
            if name == "E":
                return self.array("data_loss", None) + self.array("penalty", None)
        raise KeyError(f"no quantity {name!r} of layer {layer}")


_ORDER = {"Z": 0, "A": 1}


def _moved(array: Any, at: tuple[int, ...], step: Any) -> Any:
    copy = array.copy()
    copy[at] += step
    return copy


def exact(array: Any) -> Any:
    """Return an array of numbers as exact ones: a float is the binary fraction that it is."""
    with mpmath.workdps(DIGITS):
        return np.vectorize(lambda value: mpmath.mpf(float(value)), otypes=[object])(np.asarray(array, float))


def random_point(
    network: Network,
    n_samples: int = 1,
    seed: int = 0,
    targets: str | None = None,
    penalised: bool = False,
    categories: Mapping[str, int] | None = None,
) -> NetworkPoint:
    """Return a point with random rational numbers at which no kink is near and the loss is finite.

    Arguments:
        network: whose point it is.
        n_samples: m.
        seed: same seed, same point.
        targets: "distribution" (rows sum to 1), "one_hot", or None for any numbers in (0, 1).
        penalised: whether λ > 0.
        categories: by input layer, the code that row 1 has at points of even seeds, and has not at those of odd ones;
            0 unless it is given. So a line about one category is tried with it and without it.
    """
    for attempt in range(seed * 100, seed * 100 + 100):
        random = np.random.default_rng(attempt)
        codes = _codes(network, n_samples, random, seed % 2 == 0, categories or {})
        point = _drawn(network, n_samples, random, codes, targets, penalised)
        _choose_sides(point, seed)
        if _is_regular(point):
            return point
    raise ValueError(
        f"{network.loss} after {network.output} of {network.sizes[-1]} units: no point was found at which the loss is "
        "finite; use the loss's paired output, or more units"
    )


def _codes(
    network: Network, n_samples: int, random: np.random.Generator, has_it: bool, categories: Mapping[str, int]
) -> dict[int, Any]:
    """The codes of each column of X that holds such."""
    found = {}
    for name, layer, columns, _ in network.placed_inputs():
        if (n := layer.n_categories_taken) is not None:
            codes, own = random.integers(0, n, n_samples), categories.get(name, 0)
            codes[0] = own if has_it or n == 1 else (own + 1 + random.integers(0, n - 1)) % n
            found[columns.start] = codes
    return found


def _drawn(
    network: Network,
    n_samples: int,
    random: np.random.Generator,
    codes: Mapping[int, Any],
    targets: str | None,
    penalised: bool,
) -> NetworkPoint:
    def rationals(low: float, high: float, *shape: int, over: int = 1) -> Any:
        # Odd numerators over a power of 2: none is 0, and their products stay short.
        numerators = range(round(low * 128) | 1, round(high * 128), 2)
        table = np.array([mpmath.mpf(numerator) / (128 * over) for numerator in numerators], object)
        return table[random.integers(0, len(table), shape)]

    sizes = network.sizes
    with mpmath.workdps(DIGITS):
        W = [
            None,
            *(
                rationals(-1.5, 1.5, sizes[l], sizes[l - 1], over=_power_of_two(sizes[l - 1] ** 0.5))
                for l in network.layers
            ),
        ]
        b = [None, *(rationals(-0.2, 0.8, sizes[l]) for l in network.layers)]
        if network.activation(network.n_layers).range[0] == network.loss_entry.domain[0]:
            b[-1] = b[-1] + 1  # outputs away from the edge of the loss's domain
        X, Y = rationals(-1, 1, n_samples, network.n_columns), rationals(0.1, 0.9, n_samples, sizes[-1])
        if targets == "distribution":
            Y = Y / Y.sum(axis=1, keepdims=True)
        elif targets == "one_hot":
            rows = np.eye(sizes[-1], dtype=int)[random.integers(0, sizes[-1], n_samples)]
            Y = np.vectorize(mpmath.mpf, otypes=[object])(rows)
        omega = rationals(0.2, 1, n_samples)
        penalty = mpmath.mpf(1) / 7 if penalised else mpmath.mpf(0)
        theta = {name: rationals(-1.2, 1.2, *shape) for name, shape in network.theta_shapes.items()}
        for column, of_rows in codes.items():
            X[:, column] = of_rows + mpmath.mpf(0)
        omega = omega / omega.sum()
        return NetworkPoint(network, W, b, X, Y, omega, penalty, mpmath.mpf(1) / 3, mpmath.mpf(2) / 7, theta=theta)


def _choose_sides(point: NetworkPoint, seed: int) -> None:
    """Move biases so that in row 1 every other hidden unit is right of its kink, and with the next seed the others."""
    network = point.network
    for l in range(1, network.n_layers):
        if "Piecewise" in network.activation(l).formula:
            for j, z in enumerate(point.array("Z", l)[0]):
                if (z > 0) != ((j + seed) % 2 == 0):
                    with mpmath.workdps(DIGITS):
                        point.b[l][j] -= 2 * z
            point._kept = {("A", 0): point._kept["A", 0]}


def _power_of_two(number: float) -> int:
    """Return the power of 2 next to a number."""
    return 2 ** round(math.log2(number))


def _is_regular(point: NetworkPoint) -> bool:
    network = point.network
    arrays = [point.array(name, l) for l in network.layers for name in "ZA"]
    if any(abs(value) > 1000 for array in arrays for value in array.ravel()):
        return False
    kinked = [l for l in network.layers if network.activation(l).kinks]
    if any(abs(value) < 1e-6 for l in kinked for value in point.array("Z", l).ravel()):
        return False
    try:
        output, losses = point.array("A", network.n_layers), point.array("row_loss", None)
    except (ValueError, ZeroDivisionError):  # log 0, or a division by it
        return False
    low, high = network.loss_entry.domain
    inside = np.all(output > low) and (np.all(output < high) or network.sizes[-1] == 1)
    return bool(inside and all(mpmath.isfinite(value) for value in losses))
