"""`assert_gradients`: what passes, what fails, and what a report of pytest shows of it."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clearprop.derivation.messages import languages
from clearprop.derivation.submissions.answer import SubmissionError
from clearprop.mathematics.arrays import Array
from clearprop.testing import WIDTH, assert_gradients
from test_import import NEEDED_LATER, loaded_by

EXAMPLES = Path(__file__).parents[1] / "examples" / "submissions"


def logistic(W: list[Array], b: list[Array], X: Array, Y: Array) -> tuple[list[Array], list[Array]]:
    error = (1 / (1 + np.exp(-(X @ W[0].T + b[0]))) - Y) / len(X)
    return [error.T @ X], [error.sum(axis=0)]


def flipped(W: list[Array], b: list[Array], X: Array, Y: Array) -> tuple[list[Array], list[Array]]:
    dW, db = logistic(W, b, X, Y)
    return [-dW[0]], [-db[0]]


def narrow(W: list[Array], b: list[Array], X: Array, Y: Array) -> tuple[list[Array], list[Array]]:
    dW, db = logistic(W, b, X, Y)
    return [dW[0][:, :2]], db


def without_weights(W: list[Array], b: list[Array], X: Array, Y: Array) -> tuple[list[Array], list[Array]]:
    _, db = logistic(W, b, X, Y)
    return [], db


def of_another_loss(W: list[Array], b: list[Array], X: Array, Y: Array) -> tuple[float, list[Array], list[Array]]:
    a = 1 / (1 + np.exp(-(X @ W[0].T + b[0])))
    loss = -2 * np.mean(np.sum(Y * np.log(a) + (1 - Y) * np.log(1 - a), axis=1))
    return float(loss), *logistic(W, b, X, Y)


def message(*arguments: Any, **options: Any) -> str:
    with pytest.raises(AssertionError) as caught:
        assert_gradients(*arguments, **options)
    return str(caught.value)


def test_right_code_passes_and_its_check_is_returned() -> None:
    found = assert_gradients(logistic, output="sigmoid")
    assert found.passed
    assert [row.name for row in found.rows] == ["W1", "b1"]
    assert assert_gradients(EXAMPLES / "two_layer_right.py").passed


def test_rows_and_options_arrive() -> None:
    X, Y = [[1.0, 2.0], [3.0, -1.0], [0.0, 1.0]], [[1.0], [0.0], [1.0]]
    found = assert_gradients(logistic, X, Y, layers=(2, 1), output="sigmoid", scaling="mean")
    assert found.network.sizes == (2, 1)
    assert "W1" in message(logistic, X, Y, layers=(2, 1), output="sigmoid", scaling="sum").splitlines()[0]


def test_wrong_code_fails_with_what_is_wrong_in_the_first_line() -> None:
    said = message(flipped, output="sigmoid")
    first, *rest = said.splitlines()
    row = max(
        (row for row in check(flipped).rows if row.verdict != "right"), key=lambda row: row.relative_error or np.inf
    )
    assert (
        first
        == f"flipped: wrong in W1, b1; furthest off is {row.entry}: {row.given:.6g}, where {row.right:.6g} is right"
    )
    assert row.given == pytest.approx(-(row.right or 0.0))
    below = " ".join(" ".join(rest).split())
    assert "The sign is flipped" in below
    assert re.search(r"clearprop derive --layers 4,\d --output sigmoid --of", below)
    assert "--loss binary_cross_entropy" in below
    assert max(map(len, rest)) <= WIDTH


def check(code: Any) -> Any:
    from clearprop import check_gradient

    return check_gradient(code, output="sigmoid")


def test_shapes_and_missing_arrays_are_named_first() -> None:
    assert "W1 has the shape 3×2, where 3×4 is right" in first_line(narrow, layers=(4, 3), output="sigmoid")
    assert "W1 is missing" in first_line(without_weights, output="sigmoid")


def first_line(code: Any, **options: Any) -> str:
    return message(code, **options).splitlines()[0]


def test_a_loss_that_is_not_that_of_the_gradient_fails() -> None:
    said = message(of_another_loss, output="sigmoid", scaling="mean")
    assert "not that of the loss that the code returns" in said.splitlines()[0]


def test_chinese() -> None:
    said = message(flipped, output="sigmoid", language="zh")
    assert re.match(r"flipped：W1, b1 错误；.*应为", said)
    assert "哪里出了错" in said


@pytest.mark.parametrize("language", languages())
def test_the_first_line_is_one_line(language: str) -> None:
    lines = message(flipped, output="sigmoid", language=language).splitlines()
    assert lines[0]
    assert lines[1] == ""


def test_code_that_cannot_be_checked_is_told_in_one_line() -> None:
    def raising(W: Any, b: Any, X: Any, Y: Any) -> Any:
        return W[17], b

    for code, says in ((raising, "IndexError"), ("none.py", "there is no such file")):
        with pytest.raises(SubmissionError, match=says) as caught:
            assert_gradients(code)
        assert len(str(caught.value).splitlines()) == 1
    with pytest.raises(ValueError, match="did you mean 'sigmoid'"):
        assert_gradients(logistic, output="sigmoi")


ASSIGNMENT = """
from clearprop.testing import assert_gradients

def test_right(): assert_gradients("{right}")
def test_wrong(): assert_gradients("{wrong}")
def test_unchecked(): assert_gradients("none.py")
"""


def test_a_report_of_pytest_shows_the_test_and_what_is_wrong(tmp_path: Path) -> None:
    """In a run of its own: no line of the inside of this package, and the diagnosis in full."""
    wrong, right = EXAMPLES / "flower_classifier.py", EXAMPLES / "two_layer_right.py"
    (tmp_path / "test_assignment.py").write_text(ASSIGNMENT.format(wrong=wrong, right=right))
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "2 failed, 1 passed" in done.stdout
    assert "src/clearprop" not in done.stdout
    shown = [line.removeprefix("E").strip() for line in done.stdout.splitlines() if line.startswith("E ")]
    first = next(line for line in shown if line.startswith("AssertionError: "))
    assert first.startswith(
        "AssertionError: flower_classifier.py: backward_propagation: wrong in b1; furthest off is b1["
    )
    assert any("1/m is missing" in line for line in shown)
    assert any(line.startswith("clearprop derive --layers") for line in shown)
    assert any(line.endswith("SubmissionError: none.py: there is no such file") for line in shown)


def test_importing_it_loads_nothing() -> None:
    assert (
        loaded_by("from clearprop.testing import assert_gradients") & {*NEEDED_LATER, "numpy", "pytest", "rich"}
        == set()
    )
