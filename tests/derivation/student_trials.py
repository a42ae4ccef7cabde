"""Random students, right and with slips, asked what they compute; and what the diagnosis says of the answer."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import Any

import numpy as np

from clearprop.derivation.diagnosis.conventions import Told
from clearprop.derivation.diagnosis.interpretation import Point, Reading, interpret
from clearprop.derivation.submissions.answer import Answer, Hints
from clearprop.mathematics.arrays import EMPTY, Array
from clearprop.mathematics.network import Parameters
from derivation.student_code import FUNCTIONS, InapplicableError, Mistake, Student, possible_mistakes, table_of

#: Outputs with losses that slips are tried on.
ENDS = (
    ("softmax", "cross_entropy"),
    ("sigmoid", "binary_cross_entropy"),
    ("identity", "half_squared_error"),
    ("sigmoid", "half_squared_error"),
    ("tanh", "half_squared_error"),
    ("softmax", "half_squared_error"),
)
HIDDEN = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "silu")
#: Gradients that differ by less are the same: as a share of an array's largest entry, and of the largest of all.
ALIKE = {"float64": (1e-6, 1e-11), "float32": (5e-3, 1e-5)}


@dataclass(frozen=True, eq=False)
class Case:
    """A right student, and where it is asked."""

    student: Student
    parameters: Parameters
    X: Array
    Y: Array

    @property
    def told(self) -> Told:
        """All that the student means to compute."""
        own = self.student
        return Told(own.hidden, own.output, own.loss, 1.0, own.scaling, own.penalty, "half")

    @property
    def n_layers(self) -> int:
        """The number of weight layers."""
        return self.parameters.sizes.__len__() - 1

    def answer(self, *mistakes: Mistake) -> Answer:
        """What the student returns with these slips, in this house's orientation."""
        student = self.student.with_mistakes(*mistakes)
        W, b = self.parameters.W[1:], self.parameters.b[1:]
        W = [w.T for w in W] if student.in_out else W
        X, Y = (self.X.T, self.Y.T) if student.columns else (self.X, self.Y)
        with np.errstate(all="ignore"):
            dW, db = student.gradients(W, b, X, Y)
        dW = [np.swapaxes(array, -1, -2) for array in dW] if student.in_out else dW
        return Answer([EMPTY, *dW], [EMPTY, *db])

    def read(self, answer: Answer, told: Told | None = None, hints: Hints = Hints()) -> Reading:  # noqa: B008
        """The answer as it is read, all conventions told."""
        return interpret(answer, Point(self.parameters, self.X, self.Y, self.student.penalty), told or self.told, hints)


def random_case(random: np.random.Generator, depths: tuple[int, ...] = (2, 3, 4, 5), dtype: str = "") -> Case:
    """A student of any kind that slips are tried on."""
    depth = int(random.choice(depths))
    output, loss = ENDS[random.integers(len(ENDS))]
    least = 2 if output == "softmax" else 1
    sizes = [*random.integers(2, 7, depth), int(random.integers(least, 6))]
    if random.random() < 0.4:
        sizes = [int(random.integers(max(2, least), 6))] * (depth + 1)
    hidden = tuple(str(name) for name in random.choice(HIDDEN, depth - 1))
    if random.random() < 0.5:
        hidden = hidden[:1] * (depth - 1)
    student = Student(
        hidden,
        output,
        loss,
        scaling=str(random.choice(["mean", "mean", "sum"])),
        penalty=float(random.choice([0.0, 0.1])),
        in_out=bool(random.integers(2)),
        columns=bool(random.integers(2)),
        dtype=dtype or str(random.choice(["float64", "float64", "float32"])),
    )
    return _asked(random, student, tuple(int(size) for size in sizes), int(random.integers(3, 9)), 1.3, 1.0)


def _asked(
    random: np.random.Generator, student: Student, sizes: tuple[int, ...], m: int, weight: float, scale: float
) -> Case:
    parameters = Parameters.of(
        [random.normal(0.0, weight / k**0.5, (n, k)) for k, n in pairwise(sizes)],
        [random.normal(0.0, 0.3 * min(1.0, weight), n) for n in sizes[1:]],
    )
    X = random.normal(0.0, scale, (m, sizes[0]))
    if student.output == "softmax":
        Y = np.eye(sizes[-1])[random.integers(sizes[-1], size=m)]
    elif student.loss == "half_squared_error":
        Y = random.normal(size=(m, sizes[-1]))
    elif student.loss == "poisson":
        Y = random.integers(0, 5, (m, sizes[-1])).astype(float)
    else:
        Y = random.integers(0, 2, (m, sizes[-1])).astype(float)
    if student.dtype == "float32":  # the numbers that it is given are those that are checked
        parameters = Parameters.of(*(_rounded(arrays) for arrays in (parameters.W[1:], parameters.b[1:])))
        X, Y = _rounded([X, Y])
    return Case(student, parameters, X, Y)


def _rounded(arrays: Iterable[Array]) -> list[Array]:
    return [array.astype(np.float32).astype(float) for array in arrays]


def random_right_case(random: np.random.Generator) -> Case:
    """A right student of any kind at all, saturated or not."""
    depth = int(random.integers(1, 6))
    ends = (*ENDS, ("softmax", "half_squared_error"), ("exponential", "poisson"), ("relu", "half_squared_error"))
    output, loss = ends[random.integers(len(ends))]
    sizes = [*random.integers(1, 13, depth), int(random.integers(2 if output == "softmax" else 1, 13))]
    student = Student(
        tuple(str(name) for name in random.choice([name for name in FUNCTIONS if name != "exponential"], depth - 1)),
        output,
        loss,
        scaling=str(random.choice(["mean", "sum"])),
        penalty=float(random.choice([0.0, 0.01, 0.1, 1.0])),
        in_out=bool(random.integers(2)),
        columns=bool(random.integers(2)),
        dtype=str(random.choice(["float64", "float32"])),
        by_sample=bool(random.integers(2)),
    )
    weight, scale = float(10 ** random.uniform(-1, 0.48)), float(10 ** random.uniform(-1, 1))
    if output == "exponential":
        weight, scale = min(weight, 0.5), min(scale, 1.0)  # e^z of large z is no number
    return _asked(random, student, tuple(int(size) for size in sizes), int(random.integers(1, 13)), weight, scale)


def alike(first: Answer, second: Answer, dtype: str) -> bool:
    """Whether two answers are the same numbers, to rounding; what cancels to nearly 0 beside the rest is 0."""
    firsts, seconds = ([*answer.dW[1:], *answer.db[1:]] for answer in (first, second))
    share, least = ALIKE[dtype]
    largest = max(float(np.max(np.abs(array), initial=1e-300)) for array in seconds)
    return all(
        one.shape == other.shape
        and np.max(np.abs(one - other), initial=0.0) <= max(share * np.max(np.abs(other)), least * largest)
        for one, other in zip(firsts, seconds, strict=True)
    )


@dataclass
class Tally:
    """How many slips were named, and which were not."""

    tried: int = 0
    named: int = 0
    exactly: int = 0
    alike: int = 0
    by_nature: int = 0
    by_slip: Counter[tuple[str, bool]] = field(default_factory=Counter)
    missed: list[Any] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """The share that was named."""
        return self.named / max(1, self.tried)

    def count(self, case: Case, mistakes: tuple[Mistake, ...], reading: Reading) -> None:
        """Count one answer."""
        found = found_slips(reading)
        wanted = {(mistake.slip, mistake.layer) for mistake in mistakes}
        if not wanted <= found and found and gives_the_same(case, mistakes, reading):
            self.by_nature += 1
            return
        named = wanted <= found
        self.tried += 1
        self.named += named
        self.exactly += wanted == found
        for mistake in mistakes:
            self.by_slip[mistake.slip, (mistake.slip, mistake.layer) in found] += 1
        if not named:
            self.missed.append((case, mistakes, found))

    def __str__(self) -> str:
        rates = f"{self.named} of {self.tried} named ({self.rate:.1%}), {self.exactly} and nothing else"
        left_out = f"left out: {self.alike} whose numbers are those of fewer slips"
        return f"{rates}; {left_out}, {self.by_nature} where the slips that are named give the same numbers"


def drawn_mistakes(random: np.random.Generator, case: Case, number: int) -> tuple[Mistake, ...]:
    """Different slips at different places, each name as likely as any other."""
    own = case.student
    mistakes = possible_mistakes(case.n_layers, own.hidden, own.output, own.loss)
    names = random.permutation(sorted({mistake.slip for mistake in mistakes}))
    found: dict[tuple[int, int], Mistake] = {}
    for name in names:
        ones = [mistake for mistake in mistakes if mistake.slip == name]
        drawn = ones[random.integers(len(ones))]
        found.setdefault((table_of(drawn), drawn.layer), drawn)
        if len(found) == number:
            break
    return tuple(found.values())


def differing_answer(case: Case, mistakes: tuple[Mistake, ...]) -> tuple[Answer | None, bool]:
    """What comes out with these slips; None where one cannot be made, or (True) where fewer slips give the same."""
    try:
        answer = case.answer(*mistakes)
        fewer = [case.answer(*(one for one in mistakes if one is not left_out)) for left_out in mistakes]
    except InapplicableError:
        return None, False
    arrays = [array for array in (*answer.dW, *answer.db) if array is not None]
    if not all(np.isfinite(array).all() for array in arrays):
        return None, False
    same = any(alike(answer, other, case.student.dtype) for other in fewer)
    return (None, True) if same else (answer, False)


def found_slips(reading: Reading) -> set[tuple[str, int]]:
    """(slip, layer) of the likeliest explanation."""
    if reading.is_right:
        return set()
    return {(finding.used.slip, finding.layer) for finding in reading.explanations[0].findings}


def gives_the_same(case: Case, mistakes: tuple[Mistake, ...], reading: Reading) -> bool:
    """Whether a student who makes the slips that were named, no more than were made, returns the same numbers."""
    findings = reading.explanations[0].findings
    if len(findings) > len(mistakes) or reading.explanations[0].unexplained:
        return False
    own, choices = case.student, []
    possible = possible_mistakes(case.n_layers, own.hidden, own.output, own.loss)
    for finding in findings:
        wanted = finding.used.slip, finding.place, finding.layer, finding.used.detail
        choices.append(
            [one for one in possible if (one.slip, one.place, one.layer, one.detail.split(" ")[0]) == wanted]
        )
    for combination in product(*choices):
        with suppress(InapplicableError):
            if alike(case.answer(*combination), reading.answer, own.dtype):
                return True
    return False


def tally(seed: int, number: int, of_slips: int, dtype: str = "") -> Tally:
    """Try that many random students with so many slips each, all conventions told."""
    random, result = np.random.default_rng(seed), Tally()
    while result.tried < number:
        case = random_case(random, dtype=dtype)
        mistakes = drawn_mistakes(random, case, of_slips)
        answer, same = differing_answer(case, mistakes)
        result.alike += same
        if answer is not None:
            result.count(case, mistakes, case.read(answer))
    return result
