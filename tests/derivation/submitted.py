"""What tests of people's code share: a small problem, its gradients, and files to open."""

import textwrap
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from clearprop.derivation.gradients.problem import Problem
from clearprop.derivation.submissions.answer import Answer, Layout, SubmissionError
from clearprop.derivation.submissions.submission import open_file
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network, Parameters

SIZES = (3, 4, 2)


def problem(sizes: tuple[int, ...] = SIZES, n_samples: int = 5, one_hot: bool = False, scale: float = 0.0) -> Problem:
    """A sigmoid network with its paired loss; the mean over the rows, or another factor of each."""
    generator = np.random.default_rng(3)
    W = [generator.standard_normal((n, k)) for k, n in pairwise(sizes)]
    b = [generator.standard_normal(n) for n in sizes[1:]]
    X = generator.standard_normal((n_samples, sizes[0]))
    Y = generator.random((n_samples, sizes[-1]))
    if one_hot:
        Y = np.eye(sizes[-1])[generator.integers(sizes[-1], size=n_samples)]
    network = Network(sizes, "sigmoid", "sigmoid", "binary_cross_entropy")
    return Problem.of(network, Parameters.of(W, b), X, Y, scale or None)


@dataclass
class Opened:
    """What came of opening and calling a file."""

    place: int  # of the layout that fitted, among those offered
    layout: Layout
    answer: Answer
    submission: Any


def agrees(answer: Answer, given: Problem, tolerance: float = 1e-6) -> bool:
    """Whether an answer is the problem's gradient."""
    pairs = [*zip(answer.dW[1:], given.gradients.dW[1:], strict=True)]
    pairs += [*zip(answer.db[1:], given.gradients.db[1:], strict=True)]
    return all(
        array is not None and array.shape == right.shape and np.allclose(array, right, tolerance, tolerance)
        for array, right in pairs
    )


def first_that_agrees(submission: Any, given: Problem, tolerance: float = 1e-6) -> Opened:
    """The first layout in which the code gives the problem's gradients."""
    told: list[str] = []
    for place, layout in enumerate(submission.layouts):
        try:
            answer = submission.answer(layout, given.parameters, given.X, given.Y)
        except SubmissionError as error:
            told.append(f"{layout}: {error}")
            continue
        if agrees(answer, given, tolerance):
            return Opened(place, layout, answer, submission)
        told.append(f"{layout}: {[np.shape(array) for array in answer.dW]}")
    raise AssertionError("\n".join(told[:4]))


def written(folder: Path, text: str, name: str = "my_backprop.py") -> Path:
    """A file with that text."""
    path = folder / name
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def opened(folder: Path, text: str, given: Problem | None = None, tolerance: float = 1e-6) -> Opened:
    """Write a file, open it, and return the first layout in which it is right."""
    with open_file(written(folder, text), limit_seconds=10) as submission:
        return first_that_agrees(submission, given or problem(), tolerance)


def right(W: list[Array], b: list[Array], X: Array, Y: Array) -> tuple[list[Array], list[Array]]:
    """The gradients as they should be: W out x in, rows, sigmoid, the mean."""
    a = [X]
    for w, c in zip(W, b, strict=True):
        a.append(1 / (1 + np.exp(-(a[-1] @ w.T + c))))
    delta = (a[-1] - Y) / len(X)
    dW, db = [], []
    for l in reversed(range(len(W))):
        dW.insert(0, delta.T @ a[l])
        db.insert(0, delta.sum(axis=0))
        delta = delta @ W[l] * a[l] * (1 - a[l])
    return dW, db
