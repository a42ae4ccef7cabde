"""No line of a derivation is trusted: both sides are evaluated to 50 digits before anybody sees it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, product
from math import prod
from typing import Any

import mpmath
import numpy as np

from clearprop.derivation.checking.evaluation import DIGITS, Evaluator, Point, ScalarPoint
from clearprop.derivation.checking.points import random_point
from clearprop.derivation.documents.blocks import Step
from clearprop.derivation.expressions import Entry, Expression, Index, Quantity, Shape, Sum, walk
from clearprop.derivation.layer_symbols import ROWS
from clearprop.mathematics.network import Network

#: Two values are equal where they differ by less than this, of the larger of 1 and either.
TOLERANCE = mpmath.mpf(10) ** -50
BATCH_NAMES = frozenset({"Z", "A", "Q", "Delta", "Y", "omega", "row_loss"})
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
        categories: see `random_point`.
    """

    def __init__(
        self,
        network: Network,
        n_samples: int,
        penalised: bool = False,
        n_points: int = 1,
        categories: Mapping[str, int] | None = None,
    ) -> None:
        self.network, self.n_samples, self.penalised, self.n_points = network, n_samples, penalised, n_points
        self.categories = categories
        self._kept: dict[tuple[object, ...], list[Evaluator]] = {}

    def evaluators(self, step: Step, left: Expression) -> Sequence[Evaluator]:
        """Return what evaluates at the points at which a step must hold, kept for the next step."""
        names = {node.name for side in (left, step.right) for node in walk(side) if isinstance(node, Quantity)}
        is_batch = names & BATCH_NAMES or any(name.endswith(ROWS) for name in names)
        n_samples = self.n_samples if is_batch else 1
        key = (step.activation,) if step.activation is not None else (n_samples, step.assumes)
        if key not in self._kept:
            self._kept[key] = [Evaluator(point) for point in self._points(step, n_samples)]
        return self._kept[key]

    def _points(self, step: Step, n_samples: int) -> Iterator[Point]:
        if step.activation is not None:
            for z in SCALARS[: 2 * self.n_points]:
                yield ScalarPoint(mpmath.mpf(z) / 97, step.activation)
        else:
            has_sides = any("Piecewise" in self.network.activation(l).formula for l in self.network.layers)
            has_sides |= any(layer.n_categories_taken is not None for layer in self.network.inputs)
            for seed in range((1 + has_sides) * self.n_points):  # every unit once on either side of its kink
                yield random_point(self.network, n_samples, seed, step.assumes, self.penalised, self.categories)

    def error(self, step: Step, left: Expression) -> Any:
        """Return the largest relative difference of the two sides over all points, index values and entries."""
        if left.shape != step.right.shape:
            return mpmath.inf
        worst = mpmath.mpf(0)
        for evaluator in self.evaluators(step, left):
            for indices in index_values((left, step.right), step):
                for at in places(left.shape):
                    sides = (evaluator.entry(side, at, indices) for side in (left, step.right))
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
    """|u − v| / max(1, |u|, |v|); infinite where one is not finite."""
    with mpmath.workdps(DIGITS):
        difference = abs(left - right) / max(1, abs(left), abs(right))
        return difference if mpmath.isfinite(difference) else mpmath.inf


def index_values(sides: Iterable[Expression], step: Step) -> Iterator[dict[str, int]]:
    """Yield values of the free indices: all of them, or the first that come where there are very many."""
    sizes: dict[str, int] = {}
    for side in sides:
        sizes = _widest(sizes, free_indices(side))
    every = (dict(zip(sizes, values, strict=True)) for values in product(*(range(1, n + 1) for n in sizes.values())))
    kept = (indices for indices in every if step.condition is None or _NOWHERE.holds(step.condition, indices))
    chosen = list(islice(kept, 4000))
    return iter(chosen[:: max(1, len(chosen) // MOST_INDICES)])  # spread out, so that every index moves


def places(shape: Shape) -> list[tuple[int, ...]]:
    """Return every place of an array; of a large one, two corners and some places between them."""
    if prod(shape) <= MOST_ENTRIES:
        return list(product(*(range(1, n + 1) for n in shape)))
    random = np.random.default_rng(0)
    between = [tuple(int(random.integers(1, n + 1)) for n in shape) for _ in range(MOST_PLACES)]
    return [tuple(1 for _ in shape), shape, *between]


_NOWHERE = Evaluator(ScalarPoint(mpmath.mpf(0), "identity"))


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
        own = _widest(own, free_indices(child, bound))
    return own


def _widest(some: dict[str, int], others: dict[str, int]) -> dict[str, int]:
    """Return both; an index of arrays of different sizes runs to the largest, where it will be found not to fit."""
    return {letter: max(some.get(letter, 0), others.get(letter, 0)) for letter in (*some, *others)}
