"""The evidence: both sides of a reading in 130 digits at random points, and the verdict that follows from it.

Partial derivatives are central differences (see checking/evaluation.py), so nothing is assumed that a note derives.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise, product
from typing import Any

import mpmath
import numpy as np

from clearprop.derivation.checking.evaluation import DIGITS, Evaluator, Point
from clearprop.derivation.checking.points import NetworkPoint, random_point
from clearprop.derivation.checking.verification import BATCH_NAMES, TOLERANCE, free_indices, places, relative_difference
from clearprop.derivation.expressions import Expression, Hadamard, MatrixProduct, Quantity, Relation, walk
from clearprop.derivation.notes.claims import Claim, Equation, Reading, Verdict
from clearprop.derivation.notes.quantities import EXTRAS, UNDEFINED
from clearprop.mathematics.network import Network

N_POINTS = 5
#: Rows of a batch, for statements about one.
ROWS = 2
_NO_VALUE = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)


class VerdictError(Exception):
    """A verdict, a convention or a correction is not what the evidence says: a defect of the table of claims."""


@dataclass(frozen=True)
class Evidence:
    """What came out of comparing two sides.

    `compared` pairs of numbers were compared, `unequal` of them differ; `left` and `right` are one pair: the first that
    differs, or the first. `at` are the indices of that pair, by letter; `all_zero` says that both sides are always 0.
    `no_value` says why there is nothing to compare: "undefined" (a name that stands for nothing), "shapes", or
    "operation" (an entry that the array has not, an operation that is none).
    """

    compared: int = 0
    unequal: int = 0
    left: Any = None
    right: Any = None
    at: tuple[tuple[str, int], ...] = ()
    all_zero: bool = False
    no_value: str | None = None

    @property
    def holds(self) -> bool:
        """Whether all pairs are equal to 50 digits."""
        return self.no_value is None and self.compared > 0 and self.unequal == 0


@dataclass(frozen=True)
class Judged:
    """An equation with the evidence for each of its readings.

    `unconditional` is the evidence for the literal reading without what it assumes of targets and indices; None where
    it assumes nothing.
    """

    equation: Equation
    literal: Evidence
    unconditional: Evidence | None
    convention: Evidence | None
    corrected: Evidence | None


class _Extended:
    """A point of a network that also knows the quantities that only a note names."""

    def __init__(self, point: Point) -> None:
        self.point = point
        self._kept: dict[tuple[str, int | None], Any] = {}

    def array(self, name: str, layer: int | None) -> Any:
        if name not in EXTRAS:
            return self.point.array(name, layer)
        if (name, layer) not in self._kept:
            with mpmath.workdps(DIGITS):
                self._kept[name, layer] = EXTRAS[name](self.point, layer)
        return self._kept[name, layer]

    def shifted(self, name: str, layer: int | None, at: tuple[int, ...], step: Any) -> "_Extended":
        return _Extended(self.point.shifted(name, layer, at, step))


def judge(claim: Claim) -> tuple[Judged, ...]:
    """Return the equations of a claim with their evidence.

    Raises:
        VerdictError: a verdict is another than the one that the evidence gives.
    """
    found = []
    for place, equation in enumerate(claim.equations, 1):
        others = (_of(claim, side) for side in (equation.convention, equation.corrected))
        anywhere = replace(equation.literal, targets=None, where=None)
        unconditional = None if anywhere == equation.literal else evidence(claim.network, anywhere)
        judged = Judged(equation, evidence(claim.network, equation.literal), unconditional, *others)
        verdict = _verdict(judged)
        if verdict is not equation.verdict:
            says = "leads to no verdict" if verdict is None else f"says {verdict.name}"
            where = f"formula {claim.number}, equation {place}"
            raise VerdictError(f"{where}: {equation.verdict.name} is not what comes out: the evidence {says}")
        found.append(judged)
    return tuple(found)


def _of(claim: Claim, reading: Reading | None) -> Evidence | None:
    return None if reading is None else evidence(claim.network, reading)


def _verdict(judged: Judged) -> Verdict | None:
    """Return what the evidence says; None where it decides nothing: what would be right is missing, or wrong too."""
    others = [found for found in (judged.convention, judged.corrected) if found is not None]
    explained = (judged.equation.kind is None) == (judged.equation.why is None) == (not others)
    if not explained or not all(found.holds for found in others):
        return None
    if judged.literal.holds:
        return None if others else Verdict.HOLDS
    if not others:
        return None
    return Verdict.FAILS if judged.convention is None else Verdict.CONVENTION


@cache
def evidence(network: Network, reading: Reading) -> Evidence:
    """Compare the two sides of all statements of a reading, entry by entry, at random points."""
    compared = unequal = 0
    all_zero, example = True, Evidence()
    for statement in reading.statements:
        problem = _ill_formed(statement)
        try:
            for left, right, at in () if problem else _pairs(network, reading, statement):
                differs = not relative_difference(left, right) < TOLERANCE
                if not compared or (differs and not unequal):
                    example = Evidence(left=left, right=right, at=at)
                compared, unequal, all_zero = (
                    compared + 1,
                    unequal + differs,
                    all_zero and abs(left) < TOLERANCE > abs(right),
                )
        except _NO_VALUE:
            problem = "operation"
        if problem and not unequal:
            return Evidence(no_value=problem)
    return replace(example, compared=compared, unequal=unequal, all_zero=all_zero)


def _ill_formed(statement: Relation) -> str | None:
    if any(isinstance(node, Quantity) and node.name == UNDEFINED for node in walk(statement)):
        return "undefined"
    fits = statement.left.shape == statement.right.shape and all(map(_fits, walk(statement)))
    return None if fits else "shapes"


def _fits(node: Expression) -> bool:
    """Return whether the shapes of what a node joins go together."""
    if isinstance(node, MatrixProduct):
        matrices = [(*factor.shape, 1)[:2] for factor in node.factors]
        return all(left[1] == right[0] for left, right in pairwise(matrices))
    if isinstance(node, Hadamard):
        return len({factor.shape for factor in node.factors}) == 1
    return True


def _pairs(
    network: Network, reading: Reading, statement: Relation
) -> Iterator[tuple[Any, Any, tuple[tuple[str, int], ...]]]:
    """Yield the values of both sides at every point, for all values of the free indices and every entry."""
    n_samples = ROWS if _names(statement) & BATCH_NAMES else 1
    ranges: dict[str, int] = {}
    for side in (statement.left, statement.right):
        for letter, size in free_indices(side).items():
            ranges[letter] = max(size, ranges.get(letter, 0))
    for evaluator in _evaluators(network, n_samples, reading.targets, reading.biases):
        for values in product(*(range(1, size + 1) for size in ranges.values())):
            indices = dict(zip(ranges, values, strict=True))
            if reading.where is None or evaluator.holds(reading.where, indices):
                for at in places(statement.left.shape):
                    left, right = (evaluator.entry(side, at, indices) for side in (statement.left, statement.right))
                    yield left, right, tuple(indices.items())


def _names(statement: Relation) -> set[str]:
    return {node.name for node in walk(statement) if isinstance(node, Quantity)}


@cache
def _evaluators(network: Network, n_samples: int, targets: str | None, biases: bool) -> tuple[Evaluator, ...]:
    points = [random_point(network, n_samples, seed, targets) for seed in range(N_POINTS)]
    return tuple(Evaluator(_Extended(point if biases else _without_biases(point))) for point in points)


def _without_biases(point: NetworkPoint) -> NetworkPoint:
    b = [None, *(np.array([mpmath.mpf(0)] * len(b), object) for b in point.b[1:])]
    return NetworkPoint(point.network, point.W, b, point.array("A", 0), point.Y, point.omega)
