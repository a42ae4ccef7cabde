"""`clearprop check` end to end: what it prints, in both languages and every format, and what it exits with."""

import json
import shlex
from pathlib import Path

import pytest

from clearprop.derivation.documents.presented import FORMATS
from clearprop.derivation.messages import catalog

RIGHT = """
import numpy as np

def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

def gradients(W, b, X, Y):
    A, Z = [X], []
    for w, c in zip(W, b):
        Z.append(A[-1] @ w.T + c)
        A.append(np.maximum(Z[-1], 0) if len(A) < len(W) else softmax(Z[-1]))
    dW, db = [None] * len(W), [None] * len(W)
    delta = (A[-1] - Y) / len(X)
    for i in reversed(range(len(W))):
        dW[i] = delta.T @ A[i]
        db[i] = delta.sum(axis=0)
        if i:
            delta = delta @ W[i] * (Z[i - 1] > 0)
    return dW, db
"""
WRONG = RIGHT.replace("(A[-1] - Y)", "(Y - A[-1])")
QUICK = ("--no-automatic",)


@pytest.fixture
def file(tmp_path):
    """Write a file of a student's."""

    def file(text: str = RIGHT, name: str = "homework.py") -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return file


def test_what_is_right_exits_with_0(say, file) -> None:
    said = say("check", file())
    assert (said.status, said.err) == (0, "")
    assert "Right: all 83 entries." in said.out
    assert "on a 4-6-5-3 network" in said.out
    options = "--activation relu --output softmax --loss cross_entropy --scaling mean"
    assert options in " ".join(said.out.split())


def test_what_is_wrong_is_diagnosed_and_exits_with_1(say, file) -> None:
    said = say("check", file(WRONG), *QUICK)
    assert (said.status, said.err) == (1, "")
    table = said.out.split("\n\n")[2].splitlines()
    assert table[0].split("  ")[0] == "gradient"
    assert [line.split()[0] for line in table[1:] if line[0] in "Wb"] == ["W1", "b1", "W2", "b2", "W3", "b3"]
    assert "WRONG (24 of 24)" in said.out
    assert "The sign is flipped" in said.out


def test_the_pointer_is_a_command_that_runs(say, do, file) -> None:
    said = say("check", file(WRONG), *QUICK)
    (command,) = (line.strip() for line in said.out.splitlines() if line.startswith("    clearprop derive "))
    assert do(*shlex.split(command)[1:]).out


def test_chinese(say, file) -> None:
    said = say("check", file(WRONG), "--language", "zh", *QUICK)
    assert said.status == 1
    for key in ("diagnosis.title", "check.column_array", "check.wrong", "slips.sign_flipped"):
        assert catalog("zh")[key].split("{")[0] in said.out.replace("\n", "")


@pytest.mark.parametrize(("text", "passed"), [(RIGHT, True), (WRONG, False)])
def test_json_is_for_programs(say, file, text: str, passed: bool) -> None:
    found = json.loads(say("check", file(text), "--json", *QUICK).out)
    assert (found["kind"], found["passed"]) == ("gradient_check", passed)
    assert {row["verdict"] for row in found["arrays"]} == {"right" if passed else "wrong"}
    assert [slip["slip"] for slip in found["diagnosis"]["slips"]] == ([] if passed else ["sign_flipped"])


def test_json_tells_what_could_not_be_checked(say, file) -> None:
    said = say("check", file("x = 3\n"), "--json")
    found = said.json()
    assert (said.status, found["passed"], found["source"]) == (2, None, "homework.py")
    assert said.err == f"clearprop: {found['error']}\n"


def test_layers_and_rows_may_be_told(say, file) -> None:
    said = say("check", file(), "--layers", "3,4,4,4,2", "--rows", "5", *QUICK)
    assert (said.status, "on a 3-4-4-4-2 network" in said.out) == (0, True)


def test_what_is_told_is_not_sought(say, file) -> None:
    options = "--activation relu --output softmax --loss cross_entropy --scaling mean"
    said = say("check", file(), *options.split(), *QUICK)
    assert (said.status, "found by trying" in said.out) == (0, False)
    said = say("check", file(), "--activation", "sigmoid", *QUICK)
    assert said.status == 1


def test_a_table_may_be_given(say, file, tmp_path: Path) -> None:
    rows = "\n".join(f"{i},{i % 4},{'abc'[i // 20]}" for i in range(60))
    (tmp_path / "table.csv").write_text(f"x,y,kind\n{rows}\n")
    said = say("check", file(), "--data", tmp_path / "table.csv", "--rows", "8", *QUICK)
    assert (said.status, "-3 network" in said.out) == (0, True)


COUNTING = RIGHT.replace("delta = (A[-1] - Y)", "Y = np.eye(Y.max() + 1)[Y]\n    delta = (A[-1] - Y)")


@pytest.mark.parametrize("layers", ["4,5,3", "5,4,12"])
def test_code_that_counts_the_classes_sees_the_last(say, file, layers: str) -> None:
    assert say("check", file(COUNTING), "--layers", layers, *QUICK).status == 0


def test_code_that_counts_the_classes_sees_all_of_a_table(say, file, tmp_path: Path) -> None:
    rows = "\n".join(f"{i},{i % 4},{'abc'[i // 20]}" for i in range(60))
    (tmp_path / "table.csv").write_text(f"x,y,kind\n{rows}\n")
    assert say("check", file(COUNTING), "--data", tmp_path / "table.csv", "--rows", "8", *QUICK).status == 0


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_format_may_be_written(do, file, tmp_path: Path, format_name: str) -> None:
    out = tmp_path / f"report{FORMATS[format_name][1]}"
    do("check", file(), "--out", out, *QUICK)
    assert out.read_text(encoding="utf-8").strip()


def test_the_help_lists_every_form(do) -> None:
    shown = " ".join(do("check", "--help").out.split())
    for key, text in catalog("en").items():
        if key.startswith("forms."):
            assert text in shown


def test_a_notebook_is_checked(say, file) -> None:
    cells = [{"cell_type": "code", "source": part} for part in RIGHT.split("\n\n")]
    notebook = json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})
    assert say("check", file(notebook, "homework.ipynb"), *QUICK).status == 0


def _function(body: str) -> str:
    return f"import numpy as np\ndef gradients(W, b, X, Y):\n{body}\n"


#: A file, and what its one line must say.
UNUSABLE = {
    "no function": ("x = 3\n", "it defines no function"),
    "another function": ("def add(a, b):\n    return a + b\n", "it has add(a, b)"),
    "raises": (_function("    raise ValueError('not yet\\nwritten')"), "ValueError: not yet written"),
    "returns nothing": (_function("    pass"), "returned nothing"),
    "returns a number": (_function("    return 3.0"), "returned float"),
    "not a number": (_function("    return [w * np.nan for w in W], b"), "nan at [0, 0]"),
    "no numbers": (_function("    return ['a' for w in W], ['b' for c in b]"), "not made of real numbers"),
    "shapes": (_function("    return [np.zeros((2, 2)) for w in W], [np.zeros(9) for c in b]"), "of shape (2, 2)"),
    "exits": (_function("    raise SystemExit(0)"), "called sys.exit"),
    "for ever": (_function("    while True: pass"), "took longer than 1 s"),
    "syntax": ("def gradients(W, b, X, Y)\n    return 3\n", "line 1"),
    "Python 2": (_function("    print 'hello'"), "this is Python 2"),
    "nothing in it": ("", "it defines no function"),
    "a missing helper": ("from mine import help_me\n" + _function("    return help_me(W), b"), "no module mine"),
    "no biases": ("def gradients(W1, W2, X, Y):\n    return W1, W2\n", "but no biases"),
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_what_cannot_be_checked_is_one_line_and_2(refused, file, what: str) -> None:
    text, words = UNUSABLE[what]
    refused("check", file(text), "--limit", "1", *QUICK, says=(words,))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--layers", "4"), "--layers"),
        (("--limit", "0"), "--limit"),
        (("--rows", "0"), "--rows"),
        (("--activation", "reul"), "--activation"),
        (("--language", "xx"), "--language"),
        (("--scaling", "median"), "--scaling"),
        (("--format", "docx"), "--format"),
    ],
)
def test_wrong_options_are_named(refused, file, options: tuple[str, str], words: str) -> None:
    refused("check", file(), *options, says=(words,))


def test_a_file_that_is_not_there_is_named(refused, tmp_path: Path) -> None:
    refused("check", tmp_path / "none.py", says=("none.py", "no such file"))


def test_much_printing_does_not_stand_in_the_answer(say, file) -> None:
    said = say("check", file(RIGHT.replace("    A, Z", "    print('noise ' * 50000)\n    A, Z")), *QUICK)
    assert (said.status, "noise" in said.out + said.err) == (0, False)
