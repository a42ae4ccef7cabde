"""What `check_gradient` says, in one line, to what it cannot check."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression

from clearprop import MLPClassifier, MLPRegressor, Network, Parameters, check_gradient, diagnose
from clearprop.derivation.submissions.answer import SubmissionError

from .cases import X, fitted
from .test_checking import gradients

NETWORK = Network((2, 3, 2))
PARAMETERS = Parameters.of([np.ones((3, 2)), np.ones((2, 3))], [np.zeros(3), np.zeros(2)])
PAIR = (NETWORK, PARAMETERS)


def refusal(*arguments: Any, kind: type[Exception] = ValueError, **options: Any) -> str:
    """What `check_gradient` says in one line; `diagnose` says the same."""
    said = set()
    for asked in (check_gradient, diagnose):
        with pytest.raises(kind) as caught:
            asked(*arguments, **options)
        said.add(str(caught.value))
    [line] = said
    assert len(line.splitlines()) == 1
    return line


def check_words(said: str, words: str) -> None:
    """Whether all of them, with … between, are said in this order."""
    place = 0
    for word in words.split(" … "):
        assert word in said[place:], said
        place = said.index(word, place) + len(word)


NAMES = "identity, sigmoid, tanh, relu"
LAYERS = "layers: two or more whole numbers from 1, such as (4, 5, 3), are needed; got "


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"activation": "sigmoi"}, f"activation: 'sigmoi' is unknown (did you mean 'sigmoid'?); there are {NAMES}"),
        ({"activation": "softmax"}, "activation: 'softmax' is unknown"),
        ({"activation": ["relu", "rlu"]}, "activation: 'rlu'"),
        ({"activation": 3}, "activation: 3 is unknown"),
        ({"output": "sotfmax"}, "output: 'sotfmax' … did you mean 'softmax'"),
        ({"output": ["softmax"]}, "output: ['softmax']"),
        ({"loss": "mse"}, "loss: 'mse' is unknown … cross_entropy"),
        ({"loss": 7}, "loss: 7"),
        ({"scaling": "average"}, "scaling: 'average' is unknown; there are mean, sum, mean_of_entries"),
        ({"scaling": ["mean"]}, "scaling: ['mean']"),
        ({"penalty_form": "l2"}, "penalty_form: 'l2' is unknown; there are half, full, half_mean, full_mean"),
        ({"penalty": -1}, "penalty: a number from 0 is needed; got -1"),
        ({"penalty": np.nan}, "penalty: … nan"),
        ({"penalty": "much"}, "penalty: … 'much'"),
        ({"layers": 3}, f"{LAYERS}3"),
        ({"layers": (3,)}, f"{LAYERS}(3,)"),
        ({"layers": (3, 0)}, f"{LAYERS}(3, 0)"),
        ({"layers": (3, -2, 1)}, f"{LAYERS}(3, -2, 1)"),
        ({"layers": (2.5, 3)}, f"{LAYERS}(2.5, 3)"),
        ({"layers": "4,5,3"}, f"{LAYERS}'4,5,3'"),
        ({"layers": [True, 3]}, f"{LAYERS}[True, 3]"),
        ({"n_samples": 0}, "n_samples: a whole number from 1 is needed; got 0"),
        ({"n_samples": 2.5}, "n_samples: … 2.5"),
        ({"seed": -1}, "seed: a whole number from 0 is needed; got -1"),
        ({"seed": "x"}, "seed: … 'x'"),
        ({"limit_seconds": 0}, "limit_seconds: a number above 0 is needed; got 0"),
        ({"limit_seconds": "long"}, "limit_seconds: … 'long'"),
        ({"language": "fr"}, "language: 'fr' is unknown; there are en, zh"),
        ({"parameters": 3}, "parameters: Parameters are needed … got 3"),
        ({"parameters": PARAMETERS, "layers": (2, 2)}, "layers: (2, 2) are not those of the parameters, (2, 3, 2)"),
    ],
    ids=str,
)
def test_options_that_are_none_are_told(options: dict[str, Any], says: str) -> None:
    check_words(refusal(gradients, **options), says)


TABLE = "a table of finite numbers, a sample a row, is needed; got "


@pytest.mark.parametrize("model", [gradients, PAIR], ids=["code", "pair"])
@pytest.mark.parametrize(
    ("rows", "targets", "says"),
    [
        ([[np.nan, 1.0]], None, f"X: {TABLE}[[nan, 1.0]]"),
        ([[1, 2], [3]], None, f"X: {TABLE}[[1, 2], [3]]"),
        ("abc", None, f"X: {TABLE}'abc'"),
        (np.ones((2, 2, 2)), None, f"X: {TABLE}array("),
        (np.ones((0, 2)), None, f"X: {TABLE}array("),
        ([["a", "b"]], None, f"X: {TABLE}[['a', 'b']]"),
        ([[1, 2]], [[np.inf, 0]], f"Y: {TABLE}[[inf, 0]]"),
        ([[1, 2]], [[0, 1], [1, 0]], "Y: (1, 2) numbers fit layers … got (2, 2)"),
        ([[1, 2], [3, 4]], [0, 1, 1], "Y: (2, 2) numbers fit layers"),
    ],
    ids=str,
)
def test_rows_that_are_none_are_told(model: Any, rows: Any, targets: Any, says: str) -> None:
    check_words(refusal(model, rows, targets), says)


def test_rows_that_do_not_fit_the_layers_are_told() -> None:
    for model, options in ((gradients, {"layers": (2, 3, 2)}), (PAIR, {})):
        check_words(refusal(model, [[1, 2, 3]], **options), "X: (1, 2) numbers fit layers (2, 3, 2); got (1, 3)")
        check_words(refusal(model, [[1, 2]], [[1, 0, 0]], **options), "Y: (1, 2) numbers … got (1, 3)")


def test_targets_that_the_loss_of_a_network_cannot_have_are_told() -> None:
    check_words(refusal(PAIR, [[1, 2]], [[3, 4]]), "Y: … must sum to 1 … 7")
    counts = Network((2, 3, 2), output="exponential", loss="poisson")
    check_words(refusal((counts, PARAMETERS), [[1, 2]], [[-1, 4]]), "Y: counts from 0 … -1")


@pytest.mark.parametrize(
    "option",
    [
        {"layers": (2, 2)},
        {"activation": "relu"},
        {"output": "softmax"},
        {"loss": "cross_entropy"},
        {"scaling": "sum"},
        {"penalty_form": "half"},
        {"parameters": PARAMETERS},
    ],
    ids=str,
)
def test_what_only_code_is_told_is_refused_for_a_model(option: dict[str, Any]) -> None:
    [name] = option
    for model in (PAIR, fitted("integers")[0], fitted("table of amounts")[0]):
        check_words(refusal(model, **option), f"{name}: a model has its own")


@pytest.mark.parametrize("option", [{"n_samples": 0}, {"seed": -1}, {"penalty": -1}, {"language": "fr"}], ids=str)
def test_options_of_models_that_are_none_are_told(option: dict[str, Any]) -> None:
    [name] = option
    for model in (PAIR, fitted("integers")[0], fitted("table of amounts")[0]):
        check_words(refusal(model, **option), f"{name}: ")


def test_parameters_that_do_not_fit_the_network_are_told() -> None:
    check_words(refusal((Network((3, 2)), PARAMETERS)), "parameters: … (3, 2) … (2, 3, 2)")


def test_rows_that_do_not_fit_an_estimator_are_told() -> None:
    model, rows = fitted("integers")
    check_words(refusal(model, [[1.0, 2.0]]), "X has 2 features … 4 features")
    check_words(refusal(model, rows[:3], [7, 10]), "y: targets of shape (3,) … got (2,)")
    check_words(refusal(model, rows[:2], [7, 8]), "y: the model knows the classes -3, 7, 10; got 8")
    check_words(refusal(model, None, [7]), "y: the rows X")
    amount, rows = fitted("amount")
    check_words(refusal(amount, rows[:2], ["a", "b"]), "y: finite numbers are needed; got array(['a', 'b']")
    check_words(refusal(amount, rows[:2], [np.nan, 1]), "y: finite numbers")
    table, rows = fitted("table of two classes")
    check_words(refusal(table, rows[:2], ["old", "new"]), "Y: … own column, 'kind'")
    check_words(refusal(table, rows[:2].drop_columns(["age"])), "'age' is missing")


def test_estimators_that_are_not_fitted_are_told() -> None:
    for model in (MLPClassifier(), MLPRegressor()):
        check_words(refusal(model, X[:1], kind=NotFittedError), "not fitted")


NOTHING = [
    (None, "NoneType"),
    (3, "int"),
    (2.5, "float"),
    ([gradients], "list"),
    ({}, "dict"),
    ((PARAMETERS, NETWORK), "tuple"),
    ((NETWORK,), "tuple"),
    (NETWORK, "Network"),
    (PARAMETERS, "Parameters"),
    (np.ones((3, 2)), "ndarray"),
    (MLPClassifier, "the class MLPClassifier"),
    (Network, "the class Network"),
    (LogisticRegression(), "LogisticRegression"),
]


@pytest.mark.parametrize(("model", "name"), NOTHING, ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_neither_model_nor_code_is_told(model: Any, name: str) -> None:
    check_words(refusal(model), "model_or_function: … gradients(W, b, X, Y)")
    assert refusal(model).endswith(f"got {name}")


@pytest.mark.parametrize("code", [print, np.dot, lambda: 3, pd.DataFrame, type("Mine", (), {})])
def test_code_without_gradients_is_told(code: Any) -> None:
    check_words(refusal(code, kind=SubmissionError), "gradients(W, b, X, Y)")


def test_files_that_are_none_are_told(tmp_path: Path) -> None:
    check_words(refusal(tmp_path / "none.py", kind=SubmissionError), "none.py: there is no such file")
    check_words(refusal(str(tmp_path / "none.clearprop")), "none.clearprop: there is no such file")
    check_words(refusal(tmp_path), "folder")
    (tmp_path / "empty.py").write_text("")
    check_words(refusal(tmp_path / "empty.py", kind=SubmissionError), "empty.py: … gradients(W, b, X, Y)")
    (tmp_path / "broken.py").write_text("def gradients(W, b, X, Y:\n    pass\n")
    check_words(refusal(tmp_path / "broken.py", kind=SubmissionError), "broken.py")
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    check_words(refusal(tmp_path / "table.csv"), "table.csv")
