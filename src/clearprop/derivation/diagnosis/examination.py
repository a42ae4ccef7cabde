"""One person's code, asked: at which sizes and in which layout it answers, and how the answer is to be read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clearprop.derivation.diagnosis.conventions import Told
from clearprop.derivation.diagnosis.interpretation import Point, Reading, interpret
from clearprop.derivation.messages import Message
from clearprop.derivation.submissions.answer import Answer, Layout, Submission, SubmissionError
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Parameters

#: Sizes that code is tried on: no two alike, so that no array fits where it does not belong; deep ones first.
USUAL_SIZES = ((4, 6, 5, 3), (4, 5, 3), (4, 5, 1), (4, 3), (4, 1))
#: Where it raises on all of them, these: a matrix that is not transposed fits there, and can be found out.
SQUARE_SIZES = ((4, 4, 4, 4), (4, 4, 4), (4, 4))
N_SAMPLES, SQUARE_N_SAMPLES = 7, (5, 4)
#: A layout in which slips of this cost explain the answer is the one that is meant.
EXPLAINED = 2.0
#: λ that code is called with where it takes one and none is told.
PENALTY = 0.1


@dataclass(frozen=True, eq=False)
class Given:
    """What the code is to be asked with; None: chosen here."""

    sizes: tuple[int, ...] | None = None
    X: Array | None = None
    Y: Array | None = None
    parameters: Parameters | None = None
    n_samples: int | None = None
    seed: int = 0


def given(
    layers: Any = None,
    X: Any = None,
    Y: Any = None,
    parameters: Any = None,
    n_samples: int | None = None,
    seed: int = 0,
) -> Given:
    """What code is to be asked with, checked.

    Raises:
        ValueError: no numbers, no table of them, sizes that are none, or fewer than one row.
    """
    rows = {"X": X, "Y": Y}
    for name, value in rows.items():
        if value is not None:
            rows[name] = array = np.asarray(value)
            if array.dtype.kind not in "biuf" or array.ndim not in (1, 2) or not np.isfinite(array).all():
                raise ValueError(f"{name}: a table of finite numbers, a sample a row, is needed; got {value!r:.60}")
            rows[name] = np.atleast_2d(array.astype(float)) if name == "X" else array.astype(float)
    if n_samples is not None and n_samples < 1:
        raise ValueError(f"n_samples: at least 1 is needed; got {n_samples}")
    if layers is not None and not (
        len(layers := tuple(layers)) > 1 and all(isinstance(size, int) and size > 0 for size in layers)
    ):
        raise ValueError(f"layers: two or more whole numbers from 1, such as (4, 5, 3), are needed; got {layers}")
    if parameters is not None and not isinstance(parameters, Parameters):
        raise ValueError(f"parameters: Parameters are needed, such as Parameters.of(W, b); got {parameters!r:.60}")
    return Given(layers, rows["X"], rows["Y"], parameters, n_samples, seed)


@dataclass(frozen=True, eq=False)
class Examination:
    """An answer of the code, how it was called and how it is read.

    `square_only` is what it raised at sizes that differ, where it answers only when all layers have as many units.
    """

    submission: Submission
    layout: Layout
    point: Point
    reading: Reading
    square_only: SubmissionError | None = None
    assumed: tuple[Message, ...] = field(default=())


def examine(submission: Submission, told: Told, given: Given) -> Examination:
    """Ask a person's code for its gradients until it answers in some layout, and read the answer.

    Arguments:
        submission: the code.
        told: what is known of what it computes.
        given: what it is to be asked with.

    Raises:
        SubmissionError: it answers in none; the error is that of the likeliest layout.
        ValueError: sizes, rows and parameters that do not fit one another.
    """
    penalty = told.penalty if told.penalty is not None else PENALTY if submission.hints.takes_penalty else 0.0
    first: SubmissionError | None = None
    for sizes, n_samples, square in _sizes(submission, given):
        point = random_point(sizes, n_samples, given, penalty)
        try:
            layout, reading = _best_reading(submission, told, point)
        except SubmissionError as error:
            first = first or error
            continue
        return Examination(submission, layout, point, reading, first if square else None)
    assert first is not None
    raise first


def _sizes(submission: Submission, given: Given) -> Iterator[tuple[tuple[int, ...], int, bool]]:
    """Yield sizes, rows, and whether they are the square ones, for code that answers nowhere else."""
    hints, n_samples = submission.hints, given.n_samples or N_SAMPLES
    fixed = given.parameters.sizes if given.parameters else given.sizes or hints.sizes
    if fixed:
        yield tuple(fixed), n_samples, False
        return
    for sizes in USUAL_SIZES:
        if _suits(sizes, submission, given):
            yield sizes, n_samples, False
    for sizes in SQUARE_SIZES:
        for samples in SQUARE_N_SAMPLES:
            if _suits(sizes, submission, given):
                yield sizes, samples, True


def _suits(sizes: tuple[int, ...], submission: Submission, given: Given) -> bool:
    ends = ((given.X, sizes[0]), (given.Y, sizes[-1]))
    return submission.hints.depth in (None, len(sizes) - 1) and all(
        rows is None or rows.ndim < 2 or rows.shape[1] == size for rows, size in ends
    )


def _best_reading(submission: Submission, told: Told, point: Point) -> tuple[Layout, Reading]:
    """Call the code in each layout; take the one that is right, or else explained best; raise if it never answers."""
    error: SubmissionError | None = None
    answers: list[tuple[Layout, Answer]] = []
    best: tuple[float, Layout, Reading] | None = None
    for layout in submission.layouts:
        try:
            answer = submission.answer(layout, point.parameters, point.X, point.Y, point.penalty)
        except SubmissionError as raised:
            error = error or raised
            continue
        answers.append((layout, answer))
        if _fits(answer, point):
            reading = _interpreted(answer, layout, point, told, submission)
            if reading.is_right:
                return layout, reading
            cost = reading.explanations[0].cost
            if cost <= EXPLAINED:
                return layout, reading
            if best is None or cost < best[0]:
                best = cost, layout, reading
    if best is not None:
        return best[1:]
    if not answers:
        assert error is not None
        raise error
    layout, answer = max(answers, key=lambda pair: _n_fitting(pair[1], point))
    return layout, _interpreted(answer, layout, point, told, submission)


def _interpreted(answer: Answer, layout: Layout, point: Point, told: Told, submission: Submission) -> Reading:
    return interpret(answer, point, told, submission.hints, layout.batch == "single")


def _n_fitting(answer: Answer, point: Point) -> int:
    """How many arrays have the shape of their parameter."""
    pairs: Iterable[tuple[Sequence[Array | None], Sequence[Array]]] = (
        (answer.dW, point.parameters.W),
        (answer.db, point.parameters.b),
    )
    return sum(
        array is not None and array.shape == own.shape
        for arrays, owns in pairs
        for array, own in zip(arrays[1:], owns[1:], strict=True)
    )


def _fits(answer: Answer, point: Point) -> bool:
    return _n_fitting(answer, point) == 2 * (len(point.parameters.W) - 1)


def random_point(sizes: tuple[int, ...], n_samples: int, given: Given, penalty: float) -> Point:
    """What was given, and the rest drawn: weights that saturate nothing, one-hot targets (0 or 1 for one output)."""
    random = np.random.default_rng(given.seed)
    parameters = given.parameters or Parameters.of(
        [
            random.normal(0.0, 1.3 / below**0.5, (size, below))
            for size, below in zip(sizes[1:], sizes[:-1], strict=True)
        ],
        [random.normal(0.0, 0.3, size) for size in sizes[1:]],
    )
    X = random.normal(size=(n_samples, sizes[0])) if given.X is None else given.X
    if given.Y is not None:
        Y = _targets(given.Y, len(X), sizes[-1])
    elif sizes[-1] == 1:
        Y = (np.arange(len(X))[:, None] % 2).astype(float)
    else:
        Y = np.eye(sizes[-1])[random.permutation(np.arange(len(X)) % sizes[-1])]
    for name, array, size in (("X", X, sizes[0]), ("Y", Y, sizes[-1])):
        if array.ndim != 2 or array.shape[1] != size or len(array) != len(X):
            raise ValueError(f"{name}: ({len(X)}, {size}) numbers fit layers {sizes}; got {array.shape}")
    return Point(parameters, X, Y, penalty)


def _targets(Y: Array, n_samples: int, n_outputs: int) -> Array:
    """Targets as (m, n_L): class numbers from 0 are made one-hot."""
    if Y.ndim == 2:
        return Y
    if n_outputs > 1 and len(Y) == n_samples and np.all(np.isin(Y, np.arange(n_outputs))):
        return np.eye(n_outputs)[Y.astype(int)]
    return Y[:, None] if n_outputs == 1 else np.atleast_2d(Y)
