"""Which convention an answer follows: the one that makes it right, or else the one that needs the fewest slips."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np

from clearprop.derivation.diagnosis.conventions import Convention, Told, conventions
from clearprop.derivation.diagnosis.search import CLOSE, Explanation, Returned, explanations, top_is_explained
from clearprop.derivation.gradients.comparison import ArrayCheck, compare_all
from clearprop.derivation.gradients.problem import Problem
from clearprop.derivation.gradients.rounding import rounding_bound
from clearprop.derivation.submissions.answer import Answer, Hints
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Parameters

#: A loss or an output that is this close, relatively, is the same one (clipped logarithms are forgiven).
SAME_VALUE = {8: 1e-5, 4: 1e-3}
#: What a convention costs that comes later in the list of usual ones; an explanation that is not looked beyond.
LESS_USUAL, GOOD = 0.02, 1.6
#: What explanations may cost: only if no convention has a cheap one, dear ones are looked for, which takes longer; and
#: of how many conventions at each.
LIMITS = ((GOOD, 1000), (4.0, 1000), (float("inf"), 4))
#: Differences above this share of the largest entry are no rounding, unless they are below so many roundings of numbers
#: as large as the activations: where f saturates, 1 − f rounds to 0 and nothing else is left of a gradient.
NEAR, SATURATED = 0.05, 1e3


@dataclass(frozen=True, eq=False)
class Point:
    """Where a person's code is asked: its parameters, its rows, and λ."""

    parameters: Parameters
    X: Array
    Y: Array
    penalty: float = 0.0


@dataclass(frozen=True, eq=False)
class Reading:
    """An answer as one convention reads it.

    `loss_known`, `output_known`: False where a loss, or outputs, were returned that are not this convention's.
    """

    convention: Convention
    problem: Problem
    answer: Answer
    dtype: np.dtype
    loss_known: bool = True
    output_known: bool = True

    @cached_property
    def rows(self) -> tuple[ArrayCheck, ...]:
        """Every ∇W and ∇b beside the right one."""
        gradients = self.problem.gradients
        given, right = (self.answer.dW, self.answer.db), (gradients.dW, gradients.db)
        rows = compare_all(given, right, self.dtype)
        if all(row.verdict == "right" for row in rows) or not self._is_near():
            return rows
        return compare_all(given, right, self.dtype, rounding_bound(self.problem, self.dtype))

    def _is_near(self) -> bool:
        """Whether rounding could be all that parts the answer from what is right: only then is it worth bounding."""
        gradients, passed = self.problem.gradients, self.problem.passed
        sizes = (1.0, *(np.max(np.abs(array), initial=0.0) for array in (*passed.a, self.problem.Y)))
        saturated = SATURATED * np.finfo(self.dtype).eps * float(np.sum(self.problem.omega) * max(sizes) ** 2)
        return all(
            given is not None
            and given.shape == right.shape
            and bool(np.all(np.abs(given - right) <= NEAR * np.max(np.abs(right), initial=0.0) + saturated))
            for arrays, owns in ((self.answer.dW, gradients.dW), (self.answer.db, gradients.db))
            for given, right in zip(arrays[1:], owns[1:], strict=True)
        )

    @property
    def is_right(self) -> bool:
        """Whether every array is right."""
        return self._is_near() and all(row.verdict == "right" for row in self.rows)

    @property
    def returned(self) -> Returned:
        """The answer, as the search for slips takes it."""
        given = self.answer.dW, self.answer.db
        dW, db = ([None if array is None else np.atleast_1d(array) for array in arrays] for arrays in given)
        return Returned(dW, db, CLOSE[min(self.dtype.itemsize, 8)])

    @cached_property
    def explanations(self) -> list[Explanation]:
        """The fewest slips with which this convention gives the answer."""
        return explanations(self.problem, self.returned)


def right_reading(answer: Answer, point: Point, told: Told, hints: Hints, single: bool = False) -> Reading | None:
    """Read an answer by the first convention that makes all of it right, loss and outputs too; None where none does."""
    with np.errstate(all="ignore"):  # conventions that nobody means overflow
        readings = _readings(answer, point, told, hints, single)
        return next((one for one in readings if _has_output(one) and _has_loss(one) and one.is_right), None)


def most_right(answer: Answer, point: Point, told: Told, hints: Hints, single: bool = False) -> int:
    """How many arrays of an answer are right by the convention that makes most of them right."""
    with np.errstate(all="ignore"):
        readings = _readings(answer, point, told, hints, single)
        return max((sum(row.verdict == "right" for row in one.rows) for one in readings), default=0)


def interpret(answer: Answer, point: Point, told: Told, hints: Hints, single: bool = False) -> Reading:
    """Read an answer by the convention that makes it right, or by the one that needs the fewest slips.

    Arguments:
        answer: what the code returned.
        point: where.
        told, hints: what is known of the code.
        single: whether it takes one sample a call, so that answers are sums.
    """
    right = right_reading(answer, point, told, hints, single)
    if right is not None:
        return right
    with np.errstate(all="ignore"):
        readings = list(_readings(answer, point, told, hints, single))
        output = [reading for reading in readings if _has_output(reading)]
        readings = [replace(reading, output_known=bool(output)) for reading in output or readings]
        by_value = [reading for reading in readings if _has_loss(reading)]
        if answer.loss is not None and by_value:
            return _fewest_slips(by_value, hints)
        right = next((reading for reading in readings if reading.is_right), None)
        best = right or _fewest_slips(_expanded(readings, hints), hints)
        return replace(best, loss_known=answer.loss is None)


def _readings(answer: Answer, point: Point, told: Told, hints: Hints, single: bool) -> Iterator[Reading]:
    if single and told.scaling is None:
        told = replace(told, scaling="sum")
    dtype = np.result_type(np.float32, *(array for array in (*answer.dW[1:], *answer.db[1:]) if array is not None))
    for convention in conventions(told, hints, point.parameters.sizes, point.penalty):
        problem = convention.problem(point.parameters, point.X, point.Y, point.penalty)
        if np.isfinite(problem.passed.output).all():
            yield Reading(convention, problem, answer, dtype)


def _has_output(reading: Reading) -> bool:
    """Whether the outputs that were returned are this convention's: its probabilities, or the scores before them."""
    found = reading.answer.output
    if found is None:
        return True
    passed = reading.problem.passed
    return any(
        found.shape == own.shape and np.allclose(found, own, rtol=SAME_VALUE[_bytes(reading)], atol=1e-7)
        for own in (passed.output, passed.z[-1])
    )


def _has_loss(reading: Reading) -> bool:
    value = reading.answer.loss
    return value is None or bool(np.isclose(value, reading.problem.loss, rtol=SAME_VALUE[_bytes(reading)], atol=1e-9))


def _bytes(reading: Reading) -> int:
    return min(reading.dtype.itemsize, 8)


def _fewest_slips(readings: list[Reading], hints: Hints) -> Reading:
    """The reading that needs the fewest slips; of those that are alike, the most usual convention."""
    if len(readings) == 1:
        return readings[0]
    named = [one for one in readings if one.convention.hidden in hints.words] or readings[: len(readings) // 2]
    groups = named, [one for one in readings if one not in named]
    for slips, group in product((1, 2, 0), groups):
        likely: dict[int, bool] = {}
        for limit, most in LIMITS:
            best: tuple[float, Reading] | None = None
            for place, one in enumerate(group):
                if place not in likely:
                    likely[place] = top_is_explained(one.problem, one.returned, slips)
                if not likely[place] or sum(likely[earlier] for earlier in range(place)) >= most:
                    continue
                cost = min((found.cost for found in explanations(one.problem, one.returned, limit)), default=None)
                if cost is not None and (best is None or cost + LESS_USUAL * place < best[0]):
                    best = cost + LESS_USUAL * place, one
                if cost is not None and cost <= GOOD:
                    break
            if best is not None:
                return best[1]
    return readings[0]


def _expanded(readings: list[Reading], hints: Hints) -> list[Reading]:
    """Find activations and loss under usual scalings and one form of the penalty; then look at all of those."""
    first = readings[0].convention
    plain = [one for one in readings if one.convention.scaling in (first.scaling, "mean", "sum")]
    best = _fewest_slips([one for one in plain if one.convention.penalty == first.penalty], hints).convention
    return [one for one in readings if _core(one.convention) == _core(best)]


def _core(convention: Convention) -> tuple[object, ...]:
    return convention.hidden, convention.output, convention.loss, convention.factor
