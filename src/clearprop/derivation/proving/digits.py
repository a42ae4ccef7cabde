"""The loss at random rational points in 130 digits, and its derivatives as differences that know no formula.

The central difference (E(w + h) − E(w − h))/2h with h = 10⁻⁴⁰ is right to about 80 digits. Entries are read one by one,
so that a sample of the entries of a wide network costs little.
"""

from collections.abc import Sequence
from math import prod
from random import Random

import mpmath

from clearprop.derivation.evaluation import DIGITS, STEP
from clearprop.derivation.expressions import Activate, Entry, Expression, Index, Quantity
from clearprop.derivation.formulas import parsed
from clearprop.derivation.proving.claims import BATCH_NAMES, Claim, Place, equations_of_delta
from clearprop.derivation.proving.drawing import N_ROWS, Drawn, Vector, affine_row
from clearprop.derivation.reader import At, Environment, Reader, Value
from clearprop.derivation.symbols import Symbols
from clearprop.mathematics.network import Network

#: Of a statement with more entries, so many are looked at; of a wide network's half as many.
MOST_ENTRIES = 16
WIDE = 20_000
#: A network with more weights is tried at one point, others at two.
MANY_WEIGHTS = 1000
#: An f′ is tried at so many z, by turns above and below 0.
SCALAR_POINTS = 6
#: Both sides must agree to this share of the largest entry.
TOLERANCE = 1e-50
_SMALLEST = Network((1, 1), output="identity", loss="half_squared_error")


class Row(tuple[Value, ...]):
    """Numbers that are looked up by identity: to hash long mantissas takes longer than to compute with them."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


class Points:
    """Random points of one network; claims of the same kind share them."""

    def __init__(self, network: Network, n_points: int | None = None) -> None:
        self.network = network
        self.n_points = n_points or (2 if network.n_weights <= MANY_WEIGHTS else 1)
        self._points: dict[tuple[int, bool, bool, int], Point] = {}
        self._drawn: dict[int, Drawn] = {}

    def largest_difference(self, claim: Claim) -> tuple[float, int]:
        """Return the largest difference of the sides, as a share of the largest entry, and how many were compared."""
        if claim.activation is not None and self.network != _SMALLEST:
            return Points(_SMALLEST, SCALAR_POINTS).largest_difference(claim)
        most = MOST_ENTRIES if self.network.n_weights <= WIDE else MOST_ENTRIES // 2
        entries = chosen_entries(claim.ranges, Random(claim.rule), most)
        with mpmath.workdps(DIGITS):
            differences = [_difference(list(claim.sides(self._point(claim, n), entries))) for n in range(self.n_points)]
            return float(max(differences)), len(entries)

    def _point(self, claim: Claim, number: int) -> "Point":
        if number not in self._drawn:
            self._drawn[number] = Drawn(self.network, number)
        key = (claim.n_samples, claim.distribution, claim.chained, number)
        if key not in self._points:
            self._points[key] = Point(self.network, self._drawn[number], *key[:3])
        return self._points[key]


def _difference(sides: list[tuple[Value, Value]]) -> Value:
    scale = max(abs(side) for pair in sides for side in pair)
    difference = max(abs(left - right) for left, right in sides)
    return difference / scale if scale else difference


def chosen_entries(ranges: Sequence[int], random: Random, most: int) -> list[Place]:
    """Return every entry, or `most` of them by chance.

    >>> chosen_entries((2, 2), Random(0), most=4)
    [(1, 1), (1, 2), (2, 1), (2, 2)]
    """
    numbers = range(prod(ranges))
    chosen = numbers if len(numbers) <= most else sorted(random.sample(numbers, most))
    return [_place(number, ranges) for number in chosen]


def _place(number: int, ranges: Sequence[int]) -> Place:
    place = []
    for size in reversed(ranges):
        number, rest = divmod(number, size)
        place.append(rest + 1)
    return tuple(reversed(place))


class Point(Reader):
    """Reads statements at a random point; δ is ∂E/∂z by differences, or where `chained` what BP1 and BP2 make of it."""

    def __init__(
        self, network: Network, drawn: Drawn, n_samples: int, distribution: bool = False, chained: bool = False
    ) -> None:
        super().__init__()
        self.network, self.n_samples = network, n_samples
        self.symbols = Symbols(network, n_samples)
        self.W, self.b, self.X = drawn.W, list(drawn.b), drawn.X
        self.Y = [Row(value / mpmath.fsum(y) for value in y) if distribution else Row(y) for y in drawn.Y]
        total = mpmath.fsum(drawn.weights[:n_samples])
        self.omega = [weight / total for weight in drawn.weights[:n_samples]]
        self.scalars = drawn.scalars
        self._passed = drawn.passed
        self._signals: dict[tuple[int, int], Vector] = {}
        self._whole_output = _output_formula(network)
        self._row_loss = _loss_formula(network)
        self._deltas = equations_of_delta(self.symbols) if chained else {}
        output = network.activation(network.n_layers)
        if output.kinks and network.loss_entry.domain[0] == output.range[0]:
            self._keep_outputs_inside()

    def _keep_outputs_inside(self) -> None:
        # Beyond its kink the output would be at the edge of what the loss is defined for.
        L = self.network.n_layers
        lowest = min(min(self._affine(L, self._row("A", L - 1, row))) for row in range(N_ROWS))
        self.b[L] = tuple(bias - min(lowest, 0) + 1 for bias in self.b[L])

    def number(self, value: int | str) -> Value:
        """An exact number."""
        return mpmath.mpf(value)

    def constant(self, letter: str) -> Value:
        """π."""
        return +mpmath.pi

    def function(self, name: str, value: Value) -> Value:
        """The function of that name in mpmath."""
        return getattr(mpmath, name)(value)

    def quantity(self, quantity: Quantity, at: At) -> Value:
        """An entry at this point."""
        name, l = quantity.name, quantity.layer
        if not at:
            return self.scalars[name]
        if name in BATCH_NAMES:
            name, at = BATCH_NAMES[name], (1, *at)
        if name == "omega":
            return self.omega[at[0] - 1]
        if name == "Y":
            return self.Y[at[0] - 1][at[1] - 1]
        assert l is not None
        if name in ("W", "b"):
            array = (self.W if name == "W" else self.b)[l][at[0] - 1]
            return array[at[1] - 1] if name == "W" else array
        return self._delta(l, *at) if name == "Delta" else self._row(name, l, at[0] - 1)[at[1] - 1]

    def derivative(self, of: Expression, by: Quantity, at: At, environment: Environment) -> Value:
        """The central difference of `of`, everything behind the moved entry computed anew."""
        above, below = (self._moved(of, by, at, step, environment) for step in (STEP, -STEP))
        return (above - below) / (2 * STEP)

    def _moved(self, of: Expression, by: Quantity, at: At, step: Value, environment: Environment) -> Value:
        if isinstance(of, Activate):
            return self.activation(of.name, of.order, self.scalars["z"] + step)
        assert isinstance(of, Quantity) and by.layer is not None
        if of.name == "penalty":
            # Only the moved weight's square differs between the two sides.
            return self.scalars["lambda"] / 2 * (self.quantity(by, at) + step) ** 2
        name, l = by.name, by.layer
        if name in BATCH_NAMES:
            name, at = BATCH_NAMES[name], (1, *at)
        if of.name == "a":
            (i,) = self._indices(of.indices, environment)
            return self._activated_row(l, _with_step(self._row("Z", l, at[0] - 1), at[1], step))[i - 1]
        rows = range(self.n_samples) if name in ("W", "b") else [at[0] - 1]
        return sum(self.omega[row] * self._loss_moved(name, l, row, at, step) for row in rows)

    def _loss_moved(self, name: str, l: int, row: int, at: At, step: Value) -> Value:
        if name == "A":
            return self._loss_behind_moved_a(l, row, at[1], step)
        z, unit = self._row("Z", l, row), at[0]
        if name == "Z":
            return self._loss_behind_z(l, row, _with_step(z, at[1], step))
        if name == "b":
            return self._loss_behind_z(l, row, _with_step(z, unit, step))
        weights = _with_step(self.W[l][unit - 1], at[1], step)
        moved = mpmath.fdot(weights, self._row("A", l - 1, row)) + self.b[l][unit - 1]
        return self._loss_behind_z(l, row, (*z[: unit - 1], moved, *z[unit:]))

    def _loss_behind_moved_a(self, l: int, row: int, k: int, step: Value) -> Value:
        if l == self.network.n_layers:
            return self._loss_behind_a(l, row, _with_step(self._row("A", l, row), k, step))
        weights = (weights[k - 1] for weights in self.W[l + 1])
        z = tuple(value + weight * step for value, weight in zip(self._row("Z", l + 1, row), weights, strict=True))
        return self._loss_behind_z(l + 1, row, z)

    def _loss_behind_z(self, l: int, row: int, z: Vector) -> Value:
        return self._loss_behind_a(l, row, self._activated_row(l, z))

    def _loss_behind_a(self, l: int, row: int, a: Vector) -> Value:
        if l == self.network.n_layers:
            return self.value(self._row_loss, (), {"a": Row(a), "y": self.Y[row]})
        return self._loss_behind_z(l + 1, row, self._affine(l + 1, a))

    def _row(self, name: str, l: int, row: int) -> Vector:
        if (name, l) == ("A", 0):
            return self.X[row]
        key = (name, l, row)
        if key not in self._passed:
            if name == "Z":
                self._passed[key] = self._affine(l, self._row("A", l - 1, row))
            else:
                self._passed[key] = self._activated_row(l, self._row("Z", l, row))
        return self._passed[key]

    def _affine(self, l: int, a: Vector) -> Vector:
        return affine_row(self.W[l], self.b[l], a)

    def _activated_row(self, l: int, z: Vector) -> Vector:
        entry = self.network.activation(l)
        if entry.elementwise:
            return tuple(self.activation(entry.name, 0, value) for value in z)
        row = Row(z)
        return tuple(self.value(self._whole_output, (), {"z": row, "j": j}) for j in range(1, len(z) + 1))

    def _delta(self, l: int, row: int, j: int) -> Value:
        if self._deltas:
            return self._deltas[l].right(self, (row, j))
        return self.omega[row - 1] * self._signal(l, row - 1)[j - 1]

    def _signal(self, l: int, row: int) -> Vector:
        if (l, row) not in self._signals:
            self._signals[l, row] = self._differences(l, row)
        return self._signals[l, row]

    def _differences(self, l: int, row: int) -> Vector:
        """∂e/∂z of one row: differences of the loss at the output, and below sums over paths with differences of f."""
        z = self._row("Z", l, row)
        if l == self.network.n_layers:
            around = (
                [self._loss_behind_z(l, row, _with_step(z, j, step)) for step in (STEP, -STEP)]
                for j in range(1, len(z) + 1)
            )
            return tuple((above - below) / (2 * STEP) for above, below in around)
        name, above = self.network.activation(l).name, self._signal(l + 1, row)
        found = []
        for value, weights in zip(z, zip(*self.W[l + 1], strict=True), strict=True):
            right, left = (self.activation(name, 0, value + step) for step in (STEP, -STEP))
            found.append((right - left) / (2 * STEP) * mpmath.fdot(above, weights))
        return tuple(found)


def _with_step(vector: Vector, place: int, step: Value) -> Vector:
    return (*vector[: place - 1], vector[place - 1] + step, *vector[place:])


def _output_formula(network: Network) -> Expression:
    entry = network.activation(network.n_layers)
    names = {name: Entry(Index("z"), (Index(name[-1]),)) for name in ("z_j", "z_k")}
    return parsed("z" if entry.elementwise else entry.formula, names | {"z": Index("z")}, {"n": network.sizes[-1]})


def _loss_formula(network: Network) -> Expression:
    names = {f"{letter}_i": Entry(Index(letter), (Index("i"),)) for letter in "ay"}
    return parsed(network.loss_entry.formula, names, {"n": network.sizes[-1]})
