"""`check_gradient` of networks with layers beside the affine ones: every θ is measured, and a slip is named."""

from typing import Any

import numpy as np
import pytest

from clearprop import check_gradient
from clearprop.derivation.gradients.methods import METHODS, measure
from clearprop.derivation.gradients.problem import Problem
from clearprop.mathematics.layers import Embedding, Numbers, Periodic
from clearprop.mathematics.network import Network, Parameters
from mathematics.cases import BATCH_SIZES, HIDDEN
from mathematics.test_layers import SLIPS, Case, random_case


def checked(case: Case, **options: Any) -> Any:
    return check_gradient((case.network, case.parameters), case.X, case.Y, penalty=case.penalty, **options)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_every_parameter_of_every_layer_is_checked(hidden: str) -> None:
    for n_samples in BATCH_SIZES:
        case = random_case(hidden, n_samples)
        check = checked(case)
        assert check.passed, check
        assert sum(int(np.prod(row.shape)) for row in check.rows) == case.network.n_parameters
        assert [row.name for row in check.rows[6:]] == list(case.network.theta_shapes)
        assert all(agreement.entries == case.network.n_parameters for agreement in check.agreements)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("end", [{}, {"output": "sigmoid", "loss": "half_squared_error"}])
def test_the_methods_agree_about_theta(method: str, end: dict[str, str]) -> None:
    case = random_case(("silu", "softplus"), 2, **end)
    problem = Problem.of(case.network, case.parameters, case.X, case.Y, decay=0.2)
    found = measure(problem, method)
    for name, right in problem.gradients.dtheta.items():
        off = np.abs(found.dtheta[name] - right) / np.abs(right).max()
        assert off.max() < (1e-9 if method == "central_differences" else 1e-13), name
        if name in found.uncertainty_dtheta:
            assert (np.abs(found.dtheta[name] - right) <= found.uncertainty_dtheta[name]).all(), name


WRONG_ARRAYS = {
    "the frequencies without 2π": ["periodic 3: w1"],
    "the sine's sign": ["periodic 3: b1"],
    "a mean over the categories": ["embedding 4: C"],
    "a category late": ["embedding 4: C"],
    "the factor forgotten on the way back": [
        *(f"periodic 3: {name}" for name in ("w1", "b1", "W2", "b2")),
        "embedding 4: C",
    ],
    "the share's sign": ["mixture 1: alpha", "mixture 2: alpha"],
}


@pytest.mark.parametrize("slip", WRONG_ARRAYS)
def test_a_slip_in_a_layer_is_found_and_named(slip: str, monkeypatch: pytest.MonkeyPatch) -> None:
    layer, change = SLIPS[slip]
    case, right = random_case(), layer.backward
    monkeypatch.setattr(layer, "backward", lambda self, *arguments: change(*right(self, *arguments)))
    check = checked(case)
    assert not check.passed
    text = " ".join(str(check).split())  # a long line is broken anywhere
    wrong = [row for row in check.rows if row.verdict == "wrong"]
    assert [check._label(row) for row in wrong] == WRONG_ARRAYS[slip]
    assert all(label in text for label in WRONG_ARRAYS[slip])
    assert check.diagnosis.unexplained == tuple(row.name for row in wrong)


def test_a_slip_of_the_mixture_shows_in_all_that_lies_below(monkeypatch: pytest.MonkeyPatch) -> None:
    layer, change = SLIPS["the activation alone"]
    case, right = random_case(), layer.backward
    monkeypatch.setattr(layer, "backward", lambda self, *arguments: change(*right(self, *arguments)))
    names = {row.name for row in checked(case).rows if row.verdict == "wrong"}
    assert {"W1", "b1", "scale.s", "input4.C", "mixture1.alpha"} <= names
    assert not {"W3", "b3", "mixture2.alpha"} & names


def test_a_category_that_no_row_has_has_the_gradient_0() -> None:
    network = Network((2, 2), inputs=(Embedding(3, width=2),))
    theta = {"input1.C": np.arange(6.0).reshape(3, 2)}
    parameters = Parameters.of([np.array([[0.3, -0.2], [0.1, 0.4]])], [np.zeros(2)], theta=theta)
    check = check_gradient((network, parameters), [[0.0], [2.0]], [[1.0, 0.0], [0.0, 1.0]])
    assert check.passed
    problem = Problem.of(network, parameters, np.array([[0.0], [2.0]]), np.eye(2))
    assert not measure(problem).dtheta["input1.C"][1].any()


@pytest.mark.parametrize("at_kink", [True, False])
def test_at_a_kink_an_entry_is_not_judged(at_kink: bool) -> None:
    """z¹ = s x − 1, and ReLU has its kink at 0: s moves z¹ there, and α does not."""
    network = Network((1, 1, 1), "relu", "identity", "half_squared_error", scaled=True, mixed=True)
    theta = {"scale.s": np.array([1.0]), "mixture1.alpha": np.array([0.5])}
    parameters = Parameters.of([[[1.0]], [[2.0]]], [[-1.0 + (0 if at_kink else 0.1)], [0.0]], theta=theta)
    check = check_gradient((network, parameters), [[1.0]], [[3.0]])
    kinks = {row.name: row.kinks for row in check.rows}
    assert kinks["scale.s"] == kinks["W1"] == at_kink
    assert kinks["mixture1.alpha"] == 0
    assert check.passed


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([[1.0, 3.0]], "X: column 1 holds 3, but its categories are 0 to 2"),
        ([[1.0, 0.5]], "X: column 1 holds 0.5, but its categories are 0 to 2"),
        ([[1.0]], r"X: \(1, 2\) numbers fit"),
    ],
)
def test_rows_that_the_input_layers_cannot_take(X: Any, message: str) -> None:
    network = Network((3, 2), inputs=(Numbers(1), Embedding(3, width=2)))
    parameters = network.parameters(np.linspace(-1, 1, network.n_parameters))
    with pytest.raises(ValueError, match=message):
        check_gradient((network, parameters), X, [[1.0, 0.0]])


@pytest.mark.parametrize("layers", [(Periodic(2),), (Embedding(3), Numbers(1))])
@pytest.mark.parametrize("penalty", [0.0, 0.7])
def test_rows_are_drawn_for_the_layers(layers: Any, penalty: float) -> None:
    case = random_case(inputs=layers, mixed=False)
    check = check_gradient((case.network, case.parameters), penalty=penalty, language="zh")
    assert check.passed
    assert check.facts()["arrays"][-1]["array"] == "scale.s"


def test_layers_are_told_apart_by_their_numbers() -> None:
    case = random_case(inputs=(Embedding(3), Embedding(4)), scaled=False, mixed=False)
    labels = [check._label(row) for check in [checked(case)] for row in check.rows]
    assert labels[-2:] == ["embedding 1: C", "embedding 2: C"]
