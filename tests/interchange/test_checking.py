"""`check_gradient` and `diagnose`: every entry, of every kind of model and of code that a person can have."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from clearprop import MLPClassifier, Network, Parameters, check_gradient, diagnose, save
from clearprop.derivation.documents.presented import FORMATS
from clearprop.derivation.gradient_checks import GradientCheck
from clearprop.derivation.gradients import problem
from clearprop.derivation.messages import languages
from clearprop.estimators.table_model import TableModel
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.equations import Gradients, Passed, backward
from mathematics.cases import ENDS, HIDDEN

from .cases import CODES, MODELS, X, estimator_of, fitted

EXAMPLES = Path(__file__).parents[2] / "examples" / "submissions"
ROWS = [[0.5, -1.0, 2.0], [1.0, 0.0, -0.5], [-1.5, 0.25, 1.0], [0.1, 0.2, 0.3]]


def pair(
    hidden: Any = ("tanh", "sigmoid"), output: str = "softmax", loss: str = "cross_entropy", seed: int = 0
) -> tuple[Network, Parameters]:
    """A network 3-5-4-2 with its parameters."""
    random, sizes = np.random.default_rng(seed), (3, 5, 4, 2)
    shapes = list(zip(sizes[1:], sizes[:-1], strict=True))
    W, b = [random.normal(0, 0.8, shape) for shape in shapes], [random.normal(0, 0.5, size) for size in sizes[1:]]
    return Network(sizes, hidden, output, loss), Parameters.of(W, b)


def gradients(W: list[Array], b: list[Array], X: Array, Y: Array) -> tuple[list[Array], list[Array]]:
    """A person's own, right: one hidden layer, sigmoid, softmax."""
    a = 1 / (1 + np.exp(-(X @ W[0].T + b[0])))
    z = a @ W[1].T + b[1]
    p = np.exp(z - z.max(axis=1, keepdims=True))
    d2 = (p / p.sum(axis=1, keepdims=True) - Y) / len(X)
    d1 = (d2 @ W[1]) * a * (1 - a)
    return [d1.T @ X, d2.T @ a], [d1.sum(axis=0), d2.sum(axis=0)]


def slope_forgotten(W: list[Array], b: list[Array], X: Array, Y: Array) -> tuple[list[Array], list[Array]]:
    a = 1 / (1 + np.exp(-(X @ W[0].T + b[0])))
    dW, db = gradients(W, b, X, Y)
    z = a @ W[1].T + b[1]
    p = np.exp(z - z.max(axis=1, keepdims=True))
    d1 = (p / p.sum(axis=1, keepdims=True) - Y) / len(X) @ W[1]
    return [d1.T @ X, dW[1]], [d1.sum(axis=0), db[1]]


class MyNetwork:
    """A person's own class."""

    def __init__(self, sizes: list[int]) -> None:
        self.weights = [np.ones((n, k)) for n, k in zip(sizes[1:], sizes[:-1], strict=True)]
        self.biases = [np.zeros((n, 1)) for n in sizes[1:]]

    def backprop(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        """Sigmoid everywhere and half the squared error, of one column."""
        a = [x]
        for w, b in zip(self.weights, self.biases, strict=True):
            a.append(1 / (1 + np.exp(-(w @ a[-1] + b))))
        nabla_b, nabla_w = [np.zeros(b.shape) for b in self.biases], [np.zeros(w.shape) for w in self.weights]
        delta = (a[-1] - y) * a[-1] * (1 - a[-1])
        for l in range(1, len(self.weights) + 1):
            if l > 1:
                delta = self.weights[-l + 1].T @ delta * a[-l] * (1 - a[-l])
            nabla_b[-l], nabla_w[-l] = delta, delta @ a[-l - 1].T
        return nabla_b, nabla_w


def slips(found: GradientCheck) -> list[tuple[str, tuple[int, ...]]]:
    return [(slip.slip, slip.layers) for slip in found.diagnosis.slips]


# ---- networks ----


def two_hidden(name: str) -> tuple[str, str]:
    return name, HIDDEN[(HIDDEN.index(name) + 1) % len(HIDDEN)]


@pytest.mark.parametrize("hidden", HIDDEN)
def test_the_equations_are_right_for_every_activation(hidden: str) -> None:
    found = check_gradient(pair(two_hidden(hidden)), automatic=False)
    assert found.passed, str(found)
    assert [row.name for row in found.rows] == ["W1", "b1", "W2", "b2", "W3", "b3"]
    assert all((row.relative_error or 0.0) < 1e-5 for row in found.rows)


@pytest.mark.parametrize(("output", "loss"), ENDS)
def test_the_equations_are_right_for_every_end(output: str, loss: str) -> None:
    found = check_gradient(pair(output=output, loss=loss), ROWS, automatic=False, penalty=0.3)
    assert found.passed, str(found)
    methods = [agreement.method for agreement in found.agreements]
    assert methods[0] == "central_differences"
    assert ("complex_step" in methods) == (not ACTIVATIONS[output].kinks)


def test_the_check_knows_no_formula() -> None:
    """The penalty is in the gradients, and in the loss that is measured."""
    plain, penalised = (check_gradient(pair(), ROWS, penalty=penalty) for penalty in (0.0, 2.0))
    for before, after in zip(plain.rows, penalised.rows, strict=True):
        assert (before.given == after.given) == (before.kind == "b" and before.worst == after.worst)
    assert penalised.passed


def test_rows_come_as_lists_arrays_and_classes() -> None:
    classes = [1, 0, 0, 1]
    one_hot = np.eye(2)[classes]
    found = [
        check_gradient(pair(), *given)
        for given in (
            (ROWS, classes),
            (np.array(ROWS), one_hot),
            (ROWS, one_hot.tolist()),
            (np.array(ROWS), np.array(classes)),
        )
    ]
    assert len({row.given for check in found for row in check.rows if row.name == "W1"}) == 1
    assert check_gradient(pair(), ROWS[0], [0.0, 1.0]).passed
    assert check_gradient(pair(), Y=one_hot).passed
    assert check_gradient(pair(), pd.DataFrame(ROWS), pd.DataFrame(one_hot)).passed
    assert check_gradient(pair(), n_samples=1).passed


def test_single_precision_parameters_are_checked_in_double() -> None:
    network, parameters = pair()
    single = Parameters.of(parameters.W[1:], parameters.b[1:], np.float32)
    assert check_gradient((network, single)).passed


# ---- fitted models ----


@pytest.mark.parametrize("name", [name for name in MODELS if name != "one class"])
def test_fitted_models_are_right_on_their_own_rows(name: str) -> None:
    model, rows = fitted(name)
    found = check_gradient(model, rows[:6], automatic=False)
    assert found.passed, str(found)
    assert found.network == estimator_of(model).network_
    assert check_gradient(model, automatic=False).passed


def test_targets_are_taken_as_fit_takes_them() -> None:
    model, rows = fitted("strings")
    right = check_gradient(model, rows[:3], ["low", "high", "größer"])
    assert right.passed
    assert right.rows[0].given != check_gradient(model, rows[:3], ["high", "high", "low"]).rows[0].given
    several, _ = fitted("multilabel")
    assert check_gradient(several, rows[:2], [[0, 1, 1], [1, 0, 0]]).passed
    amount, _ = fitted("amount")
    assert check_gradient(amount, rows[:2], [0.5, -3.0]).passed


def test_a_model_file_is_checked_as_its_model(tmp_path: Path) -> None:
    model, table = fitted("table of three classes")
    assert isinstance(model, TableModel)
    save(model, tmp_path / "m.clearprop")
    for path in (tmp_path / "m.clearprop", str(tmp_path / "m.clearprop")):
        assert str(check_gradient(path, table[:5])) == str(check_gradient(model, table[:5]))
    assert check_gradient(tmp_path / "m.clearprop").passed


# ---- code ----


@pytest.mark.parametrize(
    "code", [gradients, MyNetwork, EXAMPLES / "two_layer_right.py", str(EXAMPLES / "two_layer_right.py")]
)
def test_right_code_is_right(code: Any) -> None:
    found = check_gradient(code)
    assert found.passed, str(found)
    assert found.diagnosis.nothing_wrong
    assert diagnose(code).nothing_wrong


@pytest.mark.parametrize("layers", [(6, 2, 3), [2, 7, 2], np.array([3, 4, 5])], ids=str)
def test_code_is_asked_on_the_layers_that_are_wanted(layers: Any) -> None:
    assert check_gradient(gradients, layers=layers).network.sizes == tuple(layers)


@pytest.mark.parametrize(
    ("Y", "n_outputs"),
    [([0, 3, 1, 2], 4), ([1, 0, 0, 1], 2), (np.eye(4), 4), (np.eye(2)[[0, 1, 1, 0]], 2), (None, 4)],
    ids=str,
)
def test_code_takes_rows_of_any_width(Y: Any, n_outputs: int) -> None:
    found = check_gradient(gradients, ROWS, Y)
    assert found.passed
    sizes = found.network.sizes
    assert (sizes[0], sizes[-1]) == (3, n_outputs)
    assert len(set(sizes)) == len(sizes)


def test_one_row_and_targets_alone() -> None:
    assert check_gradient(gradients, ROWS[0], [0.0, 1.0], layers=(3, 4, 2)).passed
    assert check_gradient(gradients, Y=np.eye(3)[[0, 2]]).passed


def test_parameters_of_a_person_are_used() -> None:
    network = Network((3, 4, 2))
    random = np.random.default_rng(1)
    parameters = Parameters.of([random.normal(size=(4, 3)), random.normal(size=(2, 4))], [np.zeros(4), np.ones(2)])
    own = check_gradient(gradients, ROWS, [0, 1, 1, 0], parameters=parameters)
    models = check_gradient((network, parameters), ROWS, [0, 1, 1, 0])
    assert own.passed
    for mine, its in zip(own.rows, models.rows, strict=True):
        assert mine.shape == its.shape
    assert own.network == network


def test_wrong_code_is_diagnosed() -> None:
    found = check_gradient(slope_forgotten)
    assert not found.passed
    assert {row.name for row in found.rows if row.verdict != "right"} == {"W1", "b1"}
    assert slips(found) == [("slope_left_out", (1,))]
    assert diagnose(slope_forgotten).slips == found.diagnosis.slips


def test_what_is_told_is_not_tried() -> None:
    assert check_gradient(
        gradients, activation="sigmoid", output="softmax", loss="cross_entropy", scaling="mean"
    ).passed
    assert not check_gradient(gradients, scaling="sum").passed
    assert not check_gradient(gradients, activation="tanh").passed


def test_a_torch_module_is_checked() -> None:
    torch = pytest.importorskip("torch")

    class Net(torch.nn.Module):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.one, self.two = torch.nn.Linear(4, 6), torch.nn.Linear(6, 3)

        def forward(self, x: Any) -> Any:
            return self.two(torch.tanh(self.one(x)))

    found = check_gradient(Net())
    assert found.passed, str(found)
    assert found.network.hidden_names == ("tanh",)


def test_a_loss_that_is_no_number_elsewhere_does_not_make_a_gradient_right() -> None:
    seen: list[float] = []

    def backprop(W: list[Array], b: list[Array], X: Array, Y: Array) -> tuple[float, list[Array], list[Array]]:
        seen.append(float(W[0][0, 0]))
        loss = 1.0 if seen[-1] == seen[0] else float("nan")
        return loss, [w + 1 for w in W], [c + 1 for c in b]

    told = {"activation": "sigmoid", "output": "softmax", "loss": "cross_entropy", "scaling": "mean"}
    assert not check_gradient(backprop, layers=(4, 5, 3), **told).passed


# ---- an engine that is made wrong on purpose ----

Broken = Callable[[Parameters, Passed, Gradients], list[Array]]


def without_slope(parameters: Parameters, passed: Passed, right: Gradients) -> list[Array]:
    """BP2 without f′ in layer 2."""
    two = right.delta[3] @ parameters.W[3]
    return [right.delta[0], (two @ parameters.W[2]) * (1 - passed.a[1] ** 2), two, right.delta[3]]


def with_flipped_sign(parameters: Parameters, passed: Passed, right: Gradients) -> list[Array]:
    """BP1 with y − a."""
    return [-delta for delta in right.delta]


def with_weights_of_the_wrong_sign(parameters: Parameters, passed: Passed, right: Gradients) -> list[Array]:
    """Nothing that people do: a cube of δ."""
    return [*right.delta[:3], right.delta[3] ** 3 + 0.1]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Callable[[Broken], None]:
    def broken_by(broken: Broken) -> None:
        def wrong(
            network: Network, parameters: Parameters, passed: Passed, Y: Array, *more: Any, **named: Any
        ) -> Gradients:
            right = backward(network, parameters, passed, Y, *more, **named)
            delta = broken(parameters, passed, right)
            dW = [right.dW[0], *(delta[l].T @ passed.a[l - 1] for l in network.layers)]
            return replace(right, delta=delta, dW=dW, db=[right.db[0], *(delta[l].sum(axis=0) for l in network.layers)])

        monkeypatch.setattr(problem, "backward", wrong)

    return broken_by


@pytest.mark.parametrize(
    ("broken", "slip"),
    [(without_slope, ("slope_left_out", (2,))), (with_flipped_sign, ("sign_flipped", (3,)))],
)
def test_an_engine_that_is_wrong_is_found_and_the_slip_named(
    engine: Callable[[Broken], None], broken: Broken, slip: tuple[str, tuple[int, ...]]
) -> None:
    assert check_gradient(pair(), ROWS).passed
    engine(broken)
    found = check_gradient(pair(), ROWS)
    assert not found.passed
    assert slips(found) == [slip]
    assert "stand beside what central differences measure" in text(found)
    assert "agree to" not in text(found)
    model, rows = fitted("activations")
    assert not check_gradient(model, rows[:5]).passed


def test_an_engine_that_is_wrong_in_no_known_way_is_found(engine: Callable[[Broken], None]) -> None:
    engine(with_weights_of_the_wrong_sign)
    found = check_gradient(pair(), ROWS)
    assert not found.passed
    assert "b3" in found.diagnosis.unexplained
    assert "None of the known slips explains" in text(found)


# ---- what is shown ----


def text(found: Any) -> str:
    return " ".join(found.to_text(10_000).split())


@pytest.mark.parametrize(("language", "says"), [("en", "at a kink of the activation"), ("zh", "折点")])
def test_entries_at_a_kink_are_named_as_such(language: str, says: str) -> None:
    network = Network((2, 3, 2), "relu")
    parameters = Parameters.of([np.ones((3, 2)), np.ones((2, 3))], [np.zeros(3), np.zeros(2)])
    found = check_gradient((network, parameters), np.zeros((3, 2)), [1, 0, 1], language=language)
    assert found.passed  # ReLU′(0) = 0 is a convention, and no difference can say otherwise
    assert found.agreements[0].kinks == sum(row.kinks for row in found.rows) == 3
    assert says in text(found)
    assert says not in text(check_gradient((network, parameters), np.ones((3, 2)), [1, 0, 1], language=language))


def numbers_only(name: str) -> None:
    raise AssertionError(f"JSON has no {name}")


def every_kind() -> dict[str, Callable[[str], Any]]:
    return {
        "right network": lambda language: check_gradient(pair(), ROWS, language=language),
        "right code": lambda language: check_gradient(gradients, language=language),
        "wrong code": lambda language: check_gradient(slope_forgotten, language=language),
        "wrong shapes": lambda language: check_gradient(wrong_shapes, layers=(4, 3), language=language),
        "diagnosis": lambda language: diagnose(slope_forgotten, language=language),
    }


def wrong_shapes(W: list[Array], b: list[Array], X: Array, Y: Array) -> tuple[list[Array], list[Array]]:
    error = (1 / (1 + np.exp(-(X @ W[0].T + b[0]))) - Y) / len(X)
    return [error.T @ X], [error.sum(axis=0)[:2]]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("kind", every_kind())
def test_it_can_be_had_in_every_format(kind: str, language: str) -> None:
    found = every_kind()[kind](language)
    page = found.to_html()
    assert f'lang="{language}' in page
    for part in re.findall(r"<math.*?</math>", page, re.DOTALL):
        ET.fromstring(re.sub(r"&(?!#|amp;|lt;|gt;|quot;)\w+;", "", part))
    ET.fromstring(f"<div>{found._repr_html_()}</div>")
    facts = json.loads(found.to_json(), parse_constant=numbers_only)
    assert facts
    notebook = json.loads(found.to_notebook(), parse_constant=numbers_only)
    assert notebook["cells"]
    assert r"\documentclass" in found.to_latex()
    assert found.to_markdown().startswith("# ")
    assert set(FORMATS) == {"text", "html", "latex", "markdown", "notebook", "json"}
    if kind in ("wrong code", "diagnosis"):
        for name, (write, _) in FORMATS.items():
            written = write(found.document).replace("-{}", "-").replace("\\ ", " ")  # LaTeX keeps spaces and dashes so
            assert "clearprop derive --layers" in written, name


def test_json_says_what_a_program_would_ask() -> None:
    facts = json.loads(check_gradient(slope_forgotten).to_json())
    assert re.search(r'"passed": false', json.dumps(facts))
    assert "slope_left_out" in json.dumps(facts)


def test_a_classifier_of_labels_is_checked_through_its_own_method() -> None:
    model = MLPClassifier((4,), max_iter=2, random_state=0).fit(X, CODES)
    assert str(model.check_gradient(X[:3], CODES[:3])) == str(check_gradient(model, X[:3], CODES[:3]))
