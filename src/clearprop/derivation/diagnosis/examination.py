"""One person's code, asked: at which sizes and in which layout it answers, and how the answer is to be read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from clearprop.derivation.diagnosis.conventions import Told
from clearprop.derivation.diagnosis.given import Given
from clearprop.derivation.diagnosis.interpretation import Point, Reading, interpret, most_right, right_reading
from clearprop.derivation.messages import Message
from clearprop.derivation.submissions.answer import Answer, Layout, Submission, SubmissionError
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Parameters

#: Sizes that code is tried on: no two alike, so that no array fits where it does not belong; deep ones first.
USUAL_SIZES = ((4, 6, 5, 3), (4, 6, 5, 1), (4, 5, 3), (4, 5, 1))
#: Where it raises on all of them, these: a matrix that is not transposed fits there, and can be found out.
SQUARE_SIZES = ((4, 4, 4, 4), (4, 4, 4))
#: For code of one layer. Code of any number of layers is not right for being right where no layer is hidden.
FLAT_SIZES = ((4, 3), (4, 1), (4, 4))
N_SAMPLES, SQUARE_N_SAMPLES = 7, (5, 4)
#: A layout in which slips of this cost explain the answer is the one that is meant.
EXPLAINED = 2.0
#: So many different answers are read for slips, where none is right.
MOST_READ = 5
#: λ that code is called with where it takes one and none is told.
PENALTY = 0.1


@dataclass(frozen=True, eq=False)
class Examination:
    """An answer of the code, how it was called and how it is read.

    `refused` is what it raised at other sizes, which were tried first; `square` says whether it answers only where all
    layers have as many units, `one_output` whether its arrays have the right shapes with one output only.
    """

    submission: Submission
    layout: Layout
    point: Point
    reading: Reading
    refused: SubmissionError | None = None
    square: bool = False
    one_output: bool = False

    @property
    def is_explained(self) -> bool:
        """Whether it is right, or slips that are known explain all of it."""
        return self.reading.is_right or not self.reading.explanations[0].unexplained

    @property
    def cost(self) -> float:
        """How hard the answer is to explain; 0: it is right."""
        return 0.0 if self.reading.is_right else self.reading.explanations[0].cost


def examine(submission: Submission, told: Told, given: Given) -> Examination:
    """Ask a person's code for its gradients until it answers at some sizes, in some layout, and read the answer.

    Sizes at which all arrays have the right shape are preferred, and among those the first.

    Arguments:
        submission: the code.
        told: what is known of what it computes.
        given: what it is to be asked with.

    Raises:
        SubmissionError: it answers in none; the error is that of the likeliest layout.
        ValueError: sizes, rows and parameters that do not fit one another.
    """
    penalty = told.penalty if told.penalty is not None else PENALTY if submission.hints.takes_penalty else 0.0
    errors: list[SubmissionError] = []
    best: Examination | None = None
    misfit: _Asked | None = None
    for sizes, n_samples, square in _sizes(submission, given):
        if (misfit is not None and (square or len(sizes) == 2)) or (best is not None and not square):
            continue  # shapes that are wrong where sizes differ are no less so where they do not
        asked = _Asked(submission, told, given, random_point(sizes, n_samples, given, penalty))
        try:
            layout, answer, reading = _best_reading(asked)
        except SubmissionError as error:
            errors.append(error)
            continue
        if len(sizes) == 2 and errors and not (answer.of_one_layer or _of_one_layer(errors)):
            continue
        if reading is None:
            misfit = misfit or asked
            if all(array is not None for array in answer.named().values()):
                break  # else its layers may be fewer
            continue
        found = Examination(submission, layout, asked.point, reading, _telling(errors), square)
        if not errors or sizes[-1] > 1 or found.is_explained:  # one output hides what does not fit
            return _with_one_output(asked, found) or found
        best = found if best is None or found.cost < best.cost else best
    if best is not None:
        return best
    if misfit is not None:
        return _misfit(misfit, _telling(errors))
    raised = _telling(errors)
    assert raised is not None
    raise raised


@dataclass(frozen=True, eq=False)
class _Asked:
    """Whom one asks, where, and what is known."""

    submission: Submission
    told: Told
    given: Given
    point: Point

    def answer(self, layout: Layout) -> Answer:
        """Call the code."""
        point = self.point
        return self.submission.answer(layout, point.parameters, point.X, point.Y, point.penalty)

    def right(self, answer: Answer, layout: Layout) -> Reading | None:
        """Read what it answered, if some convention makes it right."""
        return right_reading(answer, self.point, self.told, self.submission.hints, layout.batch == "single")

    def n_right(self, answer: Answer, layout: Layout) -> int:
        """How many of the arrays some convention makes right."""
        return most_right(answer, self.point, self.told, self.submission.hints, layout.batch == "single")

    def read(self, answer: Answer, layout: Layout) -> Reading:
        """Read what it answered."""
        return interpret(answer, self.point, self.told, self.submission.hints, layout.batch == "single")

    def with_one_output(self) -> "_Asked | None":
        """The same with one output; None where the sizes are given, or are that."""
        given, sizes = self.given, self.point.parameters.sizes
        fixed = (self.submission.hints.sizes, given.sizes, given.parameters, given.Y)
        if sizes[-1] == 1 or any(one is not None for one in fixed):
            return None
        return replace(self, point=random_point((*sizes[:-1], 1), len(self.point.X), given, self.point.penalty))


def _with_one_output(asked: _Asked, found: Examination) -> Examination | None:
    """The same with one output, where only then its loss belongs to its gradient: a mean over all entries."""
    reading = found.reading
    averages = reading.convention.scaling == "mean_of_entries" and not reading.is_right
    if found.square or not (averages or not reading.loss_known):
        return None
    one = _read_with_one_output(asked, found.layout, found.refused)
    if one is None or not one.reading.loss_known:
        return None
    better = one.is_explained and not (reading.loss_known and found.is_explained)
    return one if one.reading.is_right or better else None


def _read_with_one_output(asked: _Asked, layout: Layout, refused: SubmissionError | None) -> Examination | None:
    """What is right with one output, in that layout or in one of batches; else what comes in the first of these."""
    one = asked.with_one_output()
    if one is None:
        return None
    first: Examination | None = None
    for other in dict.fromkeys((layout, *(each for each in one.submission.layouts if each.batch != "single"))):
        try:
            answer = one.answer(other)
        except SubmissionError:
            continue
        if _n_fitting(answer, one.point) == _n_arrays(one.point):
            reading = one.read(answer, other)
            found = Examination(one.submission, other, one.point, reading, refused, one_output=True)
            if reading.is_right:
                return found
            first = first or found
    return first


def _misfit(asked: _Asked, refused: SubmissionError | None) -> Examination:
    """Read an answer with arrays of wrong shapes; they may be those of code that is for one output."""
    layout, answer, _ = _best_reading(asked)
    one = _read_with_one_output(asked, layout, refused)
    if one is not None and one.is_explained:
        return one
    _check_sizes(answer, asked)
    return Examination(asked.submission, layout, asked.point, asked.read(answer, layout), refused)


def _check_sizes(answer: Answer, asked: _Asked) -> None:
    """Raise SubmissionError where no array has as many entries as its parameter: these are no gradients."""
    parameters = asked.point.parameters
    own = Answer([*parameters.W], [*parameters.b]).named()
    pairs = [(name, array, np.asarray(own[name])) for name, array in answer.named().items() if array is not None]
    if pairs and not any(array.size == parameter.size for _, array, parameter in pairs):
        name, array, parameter = pairs[0]
        shapes = {
            "given": str(array.shape),
            "right": str(parameter.shape),
            "sizes": "-".join(map(str, parameters.sizes)),
        }
        raise SubmissionError(Message("submission.shape", code=asked.submission.source, array=name, **shapes))


def _of_one_layer(errors: list[SubmissionError]) -> bool:
    """Whether code gives one gradient, however many layers it is asked for."""
    return any(error.message.key == "submission.count" and dict(error.message.values)["count"] == 1 for error in errors)


def _telling(errors: list[SubmissionError]) -> SubmissionError | None:
    """The first error that does not come of an assertion, or of a number of layers that is not the code's."""
    return next((error for error in errors if not is_of_sizes(error)), errors[0] if errors else None)


def is_of_sizes(error: SubmissionError) -> bool:
    """Whether an error says no more than that code is for other sizes: it counts its layers, or asserts their sizes."""
    reason = str(dict(error.message.values).get("reason", ""))
    return (
        error.message.key == "submission.count"
        or reason.startswith(("AssertionError", "KeyError"))
        or "values to unpack" in reason
    )


def _sizes(submission: Submission, given: Given) -> Iterator[tuple[tuple[int, ...], int, bool]]:
    """Yield sizes, rows, and whether they are square ones, for code that answers nowhere else."""
    hints = submission.hints
    fixed = given.parameters.sizes if given.parameters else given.sizes or hints.sizes
    if fixed:
        yield tuple(fixed), given.rows_for(fixed[-1], N_SAMPLES), False
        return
    for usual, square in (*product(USUAL_SIZES, (False,)), *product(SQUARE_SIZES, (True,)), *_FLAT):
        sizes = given.with_ends(usual)
        if sizes is None or (square and sizes != usual) or hints.depth not in (None, len(usual) - 1):
            continue
        for samples in SQUARE_N_SAMPLES if square else (N_SAMPLES,):
            yield sizes, given.rows_for(sizes[-1], samples), square


_FLAT = tuple((sizes, len(set(sizes)) == 1) for sizes in FLAT_SIZES)


def _best_reading(asked: _Asked) -> tuple[Layout, Answer, Reading | None]:
    """Call the code in each layout; take the one that is right, or else explained best; raise if it never answers.

    An answer with arrays that do not have the shape of their parameter is not read.
    """
    fitting: list[tuple[Layout, Answer]] = []
    others: list[tuple[Layout, Answer]] = []
    for layout, answer in _answers(asked):
        if layout.batch == "single" and any(other.batch != "single" for other, _ in fitting):
            continue  # whatever takes a batch is asked for batches: one sample at a time would hide a missing 1/m
        if _n_fitting(answer, asked.point) < _n_arrays(asked.point):
            others.append((layout, answer))
            continue
        fitting.append((layout, answer))
        reading = asked.right(answer, layout)
        if reading is not None:
            return layout, answer, reading
    if not fitting:
        return *max(others, key=lambda pair: _n_fitting(pair[1], asked.point)), None
    best: tuple[float, Layout, Answer, Reading] | None = None
    for layout, answer in sorted(fitting, key=lambda pair: -asked.n_right(pair[1], pair[0]))[:MOST_READ]:
        reading = asked.read(answer, layout)
        cost = 0.0 if reading.is_right else reading.explanations[0].cost
        if best is None or cost < best[0]:
            best = cost, layout, answer, reading
        if cost <= EXPLAINED:
            break
    assert best is not None
    return best[1:]


def _answers(asked: _Asked) -> Iterator[tuple[Layout, Answer]]:
    """Yield what the code answers in each layout, the same numbers once; raise the first error if it never answers."""
    error: SubmissionError | None = None
    found: list[tuple[Layout, Answer]] = []
    for layout in asked.submission.layouts:
        try:
            answer = asked.answer(layout)
        except SubmissionError as raised:
            error = error or raised
            continue
        if not any(_alike(layout, answer, *earlier) for earlier in found):
            found.append((layout, answer))
            yield layout, answer
    if not found:
        assert error is not None
        raise error


def _alike(layout: Layout, answer: Answer, other_layout: Layout, other: Answer) -> bool:
    """Whether two answers are the same numbers, of samples that count alike: to the code the layouts are the same."""
    mine, theirs = answer.named(), other.named()
    return (
        (layout.batch == "single") == (other_layout.batch == "single")
        and mine.keys() == theirs.keys()
        and all(np.array_equal(np.asarray(mine[name], float), np.asarray(theirs[name], float)) for name in mine)
    )


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


def _n_arrays(point: Point) -> int:
    return 2 * (len(point.parameters.W) - 1)


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
        Y = np.eye(sizes[-1])[
            random.permutation(sizes[-1] - 1 - np.arange(len(X)) % sizes[-1])
        ]  # the last class always
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
