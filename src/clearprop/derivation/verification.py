"""No line of a derivation is trusted: both sides are evaluated to 50 digits before anybody sees it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, product
from math import prod
from typing import Any

import mpmath
import numpy as np

from clearprop.derivation.documents.blocks import Step
from clearprop.derivation.evaluation import DIGITS, Evaluator, Point, ScalarPoint, evaluate
from clearprop.derivation.expressions import (
    Activate,
    Add,
    Divide,
    Entry,
    Expression,
    Function,
    Hadamard,
    Index,
    MatrixProduct,
    Multiply,
    Negate,
    Number,
    Partial,
    Quantity,
    Sum,
    Transpose,
    walk,
)
from clearprop.derivation.points import random_point
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.network import Network

#: Two values are equal where they differ by less than this, of the larger of 1 and either.
TOLERANCE = mpmath.mpf(10) ** -50
BATCH_NAMES = frozenset({"Z", "A", "Delta", "Y", "omega", "row_loss"})
#: At most so many values of the free indices are tried for a line.
MOST_INDICES = 12
#: Of arrays with more entries than this, two corners and so many other places are tried.
MOST_ENTRIES, MOST_PLACES = 24, 6
#: A scalar z is tried at 1/97 of each of these: on both sides of 0.
SCALARS = (-113, 61, 7, -250, 311, -19)


class DerivationError(Exception):
    """A line of a derivation does not hold: a defect of Clearprop, never of the person's input."""


class Verifier:
    """Tries lines at random rational points of one network (and of its activations, for lines about a scalar z).

    Arguments:
        network: the network at hand.
        n_samples: rows of the batch, for lines about a batch.
        penalised: whether λ > 0.
        n_points: points of each kind.
    """

    def __init__(self, network: Network, n_samples: int, penalised: bool = False, n_points: int = 1) -> None:
        self.network, self.n_samples, self.penalised, self.n_points = network, n_samples, penalised, n_points
        self._kept: dict[tuple[object, ...], list[Evaluator]] = {}

    def evaluators(self, step: Step, left: Expression) -> Sequence[Evaluator]:
        """Return what evaluates at the points at which a step must hold, kept for the next step."""
        names = {node.name for side in (left, step.right) for node in walk(side) if isinstance(node, Quantity)}
        n_samples = self.n_samples if names & BATCH_NAMES else 1
        key = (step.activation,) if step.activation is not None else (n_samples, step.assumes)
        if key not in self._kept:
            self._kept[key] = [Evaluator(point) for point in self._points(step, n_samples)]
        return self._kept[key]

    def _points(self, step: Step, n_samples: int) -> Iterator[Point]:
        if step.activation is not None:
            for z in SCALARS[: 2 * self.n_points]:
                yield ScalarPoint(mpmath.mpf(z) / 97, step.activation)
        else:
            for seed in range(self.n_points):
                yield random_point(self.network, n_samples, seed, step.assumes, self.penalised)

    def error(self, step: Step, left: Expression) -> Any:
        """Return the largest relative difference of the two sides over all points and index values."""
        worst = mpmath.mpf(0)
        if _is_large(left) or _is_large(step.right):
            return self._error_of_entries(step, left)
        for evaluator in self.evaluators(step, left):
            for indices in index_values((left, step.right), step):
                sides = (evaluator.evaluate(side, indices) for side in (left, step.right))
                worst = max(worst, relative_difference(*sides))
        return worst

    def _error_of_entries(self, step: Step, left: Expression) -> Any:
        """Return the largest difference of some entries of two large arrays, spread over the rows and columns."""
        worst = mpmath.mpf(0)
        for evaluator in self.evaluators(step, left):
            for at in _places(left.shape):
                sides = [evaluator.evaluate(entry_of(side, at)) for side in (left, step.right)]
                worst = max(worst, relative_difference(*sides))
        return worst

    def check(self, steps: Iterable[Step]) -> Any:
        """Return the largest difference of all lines.

        Raises:
            DerivationError: a line does not hold to 50 digits.
        """
        before: Expression | None = None
        worst = mpmath.mpf(0)
        for step in steps:
            left = step.left if step.left is not None else before
            assert left is not None
            self.evaluators(step, left)  # a network for which there is no point is no fault of the line
            try:
                error = self.error(step, left)
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as problem:
                raise DerivationError(f"line {step.number} ({step.rule}) has no value: {problem}") from problem
            if not error < TOLERANCE:
                raise DerivationError(f"line {step.number} ({step.rule}) is off by {mpmath.nstr(error, 3)}")
            worst, before = max(worst, error), step.right
        return worst


def relative_difference(left: Any, right: Any) -> Any:
    """|u − v| / max(1, |u|, |v|), the largest of all entries; infinite where shapes differ or one is not finite."""
    with mpmath.workdps(DIGITS):
        left, right = np.asarray(left, object), np.asarray(right, object)
        if left.shape != right.shape:
            return mpmath.inf
        pairs = zip(left.ravel(), right.ravel(), strict=True)
        differences = [abs(u - v) / max(1, abs(u), abs(v)) for u, v in pairs]
        return max(differences) if all(map(mpmath.isfinite, differences)) else mpmath.inf  # nan is never the larger


def index_values(sides: Iterable[Expression], step: Step) -> Iterator[dict[str, int]]:
    """Yield values of the free indices: all of them, or the first that come where there are very many."""
    sizes: dict[str, int] = {}
    for side in sides:
        sizes |= free_indices(side)
    every = (dict(zip(sizes, values, strict=True)) for values in product(*(range(1, n + 1) for n in sizes.values())))
    kept = (indices for indices in every if step.condition is None or evaluate(step.condition, _NOWHERE, indices))
    chosen = list(islice(kept, 4000))
    return iter(chosen[:: max(1, len(chosen) // MOST_INDICES)])  # spread out, so that every index moves


def _is_large(side: Expression) -> bool:
    return prod(side.shape) > MOST_ENTRIES


def _places(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return the corners of an array, and places between them."""
    random = np.random.default_rng(0)
    corners = [tuple(1 for _ in shape), shape]
    return corners + [tuple(int(random.integers(1, n + 1)) for n in shape) for _ in range(MOST_PLACES)]


def entry_of(side: Expression, at: tuple[int, ...]) -> Expression:  # noqa: C901
    """Return one entry of an array expression as an expression of its own, so that the rest need not be evaluated."""
    numbers = tuple(Number(i) for i in at)
    match side:
        case Quantity():
            return replace(side, indices=side.indices + numbers)
        case Partial(of=of, by=Quantity() as by):
            rank = len(of.shape)
            of = entry_of(of, at[:rank]) if rank else of
            return Partial(of, replace(by, indices=by.indices + numbers[rank:]))
        case Add(terms=terms):
            return Add(tuple(entry_of(term, at) if term.shape else term for term in terms))
        case Negate(argument=argument):
            return Negate(entry_of(argument, at))
        case Multiply(factors=factors):
            return Multiply(tuple(entry_of(factor, at) if factor.shape else factor for factor in factors))
        case Divide(numerator=numerator, denominator=denominator):
            return Divide(*(entry_of(part, at) if part.shape else part for part in (numerator, denominator)))
        case Hadamard(factors=factors):
            return Multiply(tuple(entry_of(factor, at[: len(factor.shape)]) for factor in factors))
        case Transpose(argument=argument):
            return entry_of(argument, at[1:] if len(argument.shape) == 1 else at[::-1])
        case Activate(name=name) if ACTIVATIONS[name].elementwise:
            return replace(side, argument=entry_of(side.argument, at))
        case Function():
            return replace(side, argument=entry_of(side.argument, at))
        case Sum():
            return replace(side, body=entry_of(side.body, at))
        case MatrixProduct(factors=factors):
            return _entry_of_product(factors, at)
    return Entry(side, numbers)


def _entry_of_product(factors: tuple[Expression, ...], at: tuple[int, ...]) -> Expression:
    """Return [A B ...]_jk as a product of the row of A and the column of the rest, one inner index a time."""
    first, rest = factors[0], factors[1:]
    if not rest:
        return entry_of(first, at)
    if len(first.shape) == 1:  # a standing column times a lying row
        return Multiply((entry_of(first, at[:1]), _entry_of_product(rest, (1, *at[1:]))))
    inner = first.shape[1]
    lies = isinstance(first, Transpose) and len(first.argument.shape) == 1
    row, behind = ((1,), at) if lies else (at[:1], at[1:])
    terms = tuple(
        Multiply((entry_of(first, (*row, i)), _entry_of_product(rest, (i, *behind)))) for i in range(1, inner + 1)
    )
    return Add(terms)


_NOWHERE = ScalarPoint(mpmath.mpf(0), "identity")


def free_indices(root: Expression, bound: frozenset[str] = frozenset()) -> dict[str, int]:
    """Return the free indices of an expression with the sizes of what they run over."""
    if isinstance(root, Sum):
        below = free_indices(root.body, bound | {root.index.letter})
        return below | ({} if root.skip is None else free_indices(root.skip, bound))
    shape = root.full_shape if isinstance(root, Quantity) else root.array.shape if isinstance(root, Entry) else ()
    own = {
        index.letter: size
        for index, size in zip(getattr(root, "indices", ()), shape, strict=False)
        if isinstance(index, Index) and index.letter not in bound
    }
    for child in root.children:
        own |= free_indices(child, bound)
    return own
