"""Claims at random rational points in 130 digits: the truth is a central difference, which knows no formula.

Entries are read one by one, so that a sample of the entries of a wide network costs little.
"""

from collections.abc import Sequence
from math import prod
from random import Random

import mpmath

from clearprop.derivation.checking.evaluation import DIGITS, Evaluator, Point, ScalarPoint
from clearprop.derivation.checking.points import random_point
from clearprop.derivation.checking.verification import SCALARS
from clearprop.derivation.expressions import Quantity
from clearprop.derivation.proving.claims import Claim, Place, equations_of_delta
from clearprop.derivation.reader import At, Value
from clearprop.derivation.symbols import Symbols
from clearprop.mathematics.network import Network

#: Of a statement with more entries, so many are looked at; of a wide network's half as many.
MOST_ENTRIES = 16
WIDE = 20_000
#: A network with more weights is tried at one point, others at two.
MANY_WEIGHTS = 1000
#: Both sides must agree to this share of the largest entry.
TOLERANCE = 1e-50


class Points:
    """Random points of one network; claims of the same kind share them."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.n_points = 2 if network.n_weights <= MANY_WEIGHTS else 1
        self._evaluators: dict[tuple[object, ...], list[Evaluator]] = {}

    def largest_difference(self, claim: Claim) -> tuple[float, int]:
        """Return the largest difference of the sides, as a share of the largest entry, and how many were compared."""
        most = MOST_ENTRIES if self.network.n_weights <= WIDE else MOST_ENTRIES // 2
        entries = list(dict.fromkeys((*claim.always, *chosen_entries(claim.ranges, Random(claim.rule), most))))
        with mpmath.workdps(DIGITS):
            differences = [_difference(list(claim.sides(point, entries))) for point in self._points(claim)]
            return float(max(differences)), len(entries)

    def _points(self, claim: Claim) -> list[Evaluator]:
        key = (claim.activation, claim.n_samples, claim.distribution, claim.chained, claim.rule == "penalty")
        if key not in self._evaluators:
            self._evaluators[key] = self._drawn(claim)
        return self._evaluators[key]

    def _drawn(self, claim: Claim) -> list[Evaluator]:
        if claim.activation is not None:
            return [Evaluator(ScalarPoint(mpmath.mpf(z) / 97, claim.activation)) for z in SCALARS]
        targets = "distribution" if claim.distribution else None
        penalised = claim.rule == "penalty"
        points = [
            random_point(self.network, claim.n_samples, seed, targets, penalised) for seed in range(self.n_points)
        ]
        if claim.chained:
            return [Chained(point, Symbols(self.network, claim.n_samples)) for point in points]
        return [Evaluator(point) for point in points]


class Chained(Evaluator):
    """Evaluates with Δ as BP1 and BP2 make it, layer after layer, in place of the measured one."""

    def __init__(self, point: Point, symbols: Symbols) -> None:
        super().__init__(point)
        self._deltas = equations_of_delta(symbols)

    def quantity(self, quantity: Quantity, at: At) -> Value:
        """An entry at this point; Δ by the equations."""
        if quantity.name == "Delta":
            assert quantity.layer is not None
            return self._deltas[quantity.layer].right(self, at)
        return super().quantity(quantity, at)


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
