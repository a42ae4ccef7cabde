"""Which convention a person's answer follows: the one that makes it right, or else the one that needs the fewest slips."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from clearprop.derivation.diagnosis.conventions import PENALTIES, SCALINGS, Convention, Told, conventions
from clearprop.derivation.diagnosis.search import CLOSE, Explanation, Returned, explanations, top_is_explained
from clearprop.derivation.gradients.comparison import ArrayCheck, compare_all
from clearprop.derivation.gradients.problem import Problem
from clearprop.derivation.gradients.rounding import rounding_bound
from clearprop.derivation.submissions.answer import Answer, Hints
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Parameters

#: A loss or an output that is this close, relatively, is the same one (clipped logarithms are forgiven).
SAME_VALUE = {8: 1e-5, 4: 1e-3}
#: What a convention costs that comes later in the list of usual ones.
LESS_USUAL = 0.02


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

    `loss_is` is the convention whose loss value was returned, where that is another one; `loss_known`: False where a
    value was returned that is no convention's; `output_known` likewise.
    """

    convention: Convention
    problem: Problem
    answer: Answer
    dtype: np.dtype
    loss_is: Convention | None = None
    loss_known: bool = True
    output_known: bool = True

    @cached_property
    def rows(self) -> tuple[ArrayCheck, ...]:
        """Every ∇W and ∇b beside the right one."""
        gradients = self.problem.gradients
        given = self.answer.dW, self.answer.db
        rows = compare_all(given, (gradients.dW, gradients.db), self.dtype)
        if all(row.verdict == "right" for row in rows):
            return rows
        slack = rounding_bound(self.problem, self.dtype)
        return compare_all(given, (gradients.dW, gradients.db), self.dtype, slack)

    @property
    def is_right(self) -> bool:
        """Whether every array is right."""
        return all(row.verdict == "right" for row in self.rows)

    @property
    def returned(self) -> Returned:
        """The answer, as the search for slips takes it."""
        slack = dict(zip("Wb", rounding_bound(self.problem, self.dtype), strict=True))
        return Returned(self.answer.dW, self.answer.db, slack, CLOSE[min(self.dtype.itemsize, 8)])

    @cached_property
    def explanations(self) -> list[Explanation]:
        """The fewest slips with which this convention gives the answer."""
        return explanations(self.problem, self.returned)


def interpret(answer: Answer, point: Point, told: Told, hints: Hints, single: bool = False) -> Reading:
    """Read an answer by the convention that makes it right, or by the one that needs the fewest slips.

    Arguments:
        answer: what the code returned.
        point: where.
        told, hints: what is known of the code.
        single: whether it takes one sample a call, so that answers are sums.
    """
    if single and told.scaling is None:
        told = replace(told, scaling="sum")
    readings = list(_readings(answer, point, told, hints))
    output = [reading for reading in readings if _has_output(reading)]
    readings = [replace(reading, output_known=bool(output)) for reading in output or readings]
    by_value = [reading for reading in readings if _has_loss(reading)]
    right = next((reading for reading in (*by_value, *readings) if reading.is_right), None)
    if right is not None:
        return right if right in by_value else _with_loss(right, by_value)
    if by_value:
        return _fewest_slips(by_value)
    return _with_loss(_fewest_slips(_expanded(readings)), [])


def _readings(answer: Answer, point: Point, told: Told, hints: Hints) -> Iterator[Reading]:
    dtype = np.result_type(np.float32, *(array for array in (*answer.dW[1:], *answer.db[1:]) if array is not None))
    for convention in conventions(told, hints, point.parameters.sizes, point.penalty):
        problem = convention.problem(point.parameters, point.X, point.Y, point.penalty)
        with np.errstate(all="ignore"):
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
    with np.errstate(all="ignore"):
        return value is None or bool(
            np.isclose(value, reading.problem.loss, rtol=SAME_VALUE[_bytes(reading)], atol=1e-9)
        )


def _bytes(reading: Reading) -> int:
    return min(reading.dtype.itemsize, 8)


def _with_loss(reading: Reading, by_value: list[Reading]) -> Reading:
    """Say whose the loss value is, where it is not this convention's."""
    if reading.answer.loss is None:
        return reading
    return replace(reading, loss_is=by_value[0].convention if by_value else None, loss_known=bool(by_value))


def _fewest_slips(readings: Iterable[Reading]) -> Reading:
    """The reading that needs the fewest slips; of those that are alike, the most usual convention."""
    found = list(readings)
    promising = [one for one in found if top_is_explained(one.problem, one.returned)] if len(found) > 1 else found
    ranked = sorted(
        enumerate(promising or found[:1]), key=lambda pair: pair[1].explanations[0].cost + LESS_USUAL * pair[0]
    )
    return ranked[0][1]


def _expanded(readings: list[Reading]) -> list[Reading]:
    """Drop what a scaling or a form of the penalty alone tells apart, until activations and loss are found."""
    plain = [one for one in readings if one.convention.scaling == readings[0].convention.scaling]
    plain = [one for one in plain if one.convention.penalty == readings[0].convention.penalty]
    best = _fewest_slips(plain).convention
    order = list(SCALINGS), list(PENALTIES)
    return sorted(
        (one for one in readings if _core(one.convention) == _core(best)),
        key=lambda one: (order[0].index(one.convention.scaling), order[1].index(one.convention.penalty)),
    )


def _core(convention: Convention) -> tuple[object, ...]:
    return convention.hidden, convention.output, convention.loss, convention.factor
