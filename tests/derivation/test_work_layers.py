"""`work` of networks with layers beside the affine ones: A⁰ from the columns, θ and ∇θ, and the step."""

from typing import Any

import numpy as np
import pytest

from clearprop import work
from clearprop.derivation.expressions import Partial, Quantity
from clearprop.derivation.working import WorkedError
from clearprop.mathematics.equations import backward, forward, loss
from clearprop.mathematics.layers import Embedding, Mixture, Periodic, Scale
from clearprop.mathematics.network import Parameters

from .test_derive_layers import NETWORK

PARAMETERS = NETWORK.parameters(0.7 * np.random.default_rng(0).normal(size=NETWORK.n_parameters))
X = np.array([[0.3, 0.9, -0.4, 0.7, 2.0], [0.1, -0.9, -0.2, 0.3, 0.0], [0.4, 0.2, 0.5, -0.6, 2.0]])
Y = np.array([[0.0, 1.0], [1.0, 0.0], [0.25, 0.75]])


def worked(rows: Any = slice(None), **options: Any) -> Any:
    return work((NETWORK, PARAMETERS), X[rows], Y[rows], **options)


@pytest.mark.parametrize(("rows", "penalty", "language"), [(0, 0.0, "en"), (slice(None), 0.2, "zh")])
def test_the_step_is_that_of_the_code_that_trains(rows: Any, penalty: float, language: str) -> None:
    step = worked(rows, penalty=penalty, language=language, learning_rate=0.05)
    several, targets = np.atleast_2d(X[rows]), np.atleast_2d(Y[rows])
    right = backward(NETWORK, PARAMETERS, forward(NETWORK, PARAMETERS, several), targets, penalty=penalty)
    for name, array in PARAMETERS.theta.items():
        np.testing.assert_array_equal(step.gradients.dtheta[name], right.dtheta[name])
        np.testing.assert_array_equal(step.updated.theta[name], array - 0.05 * right.dtheta[name])
    assert step.loss_after < step.loss_before
    said = {line.left.by.name for line in step.steps if isinstance(line.left, Partial)}
    assert said >= NETWORK.theta_shapes.keys()
    assert len(step.document.code) == 3
    assert len(step.to_text(100)) > 5000


def test_every_part_of_a0_is_worked_out() -> None:
    step = worked(0)
    made = {line.left.name: line for line in step.steps if isinstance(line.left, Quantity)}
    assert {"input1.y", "input2.y", "input3.y0", "input3.y", "input4.y", "a"} <= made.keys()
    assert all(line.value is not None for line in step.steps)
    values = [float(line.value.value) for line in step.steps if getattr(line.left, "name", "") == "input4.y"]
    np.testing.assert_allclose(values, PARAMETERS.theta["input4.C"][2], rtol=1e-4)


def test_the_category_of_the_row_is_the_one_that_is_worked_out() -> None:
    lines = [line for line in worked(0).steps if isinstance(line.left, Partial) and line.left.by.name == "input4.C"]
    assert [tuple(index.value for index in line.left.by.indices) for line in lines] == [(3, 1), (3, 2)]
    assert all(float(line.value.value) != 0 for line in lines)


@pytest.mark.parametrize("layer", [Scale, Embedding, Mixture, Periodic])
def test_wrong_gradients_of_the_engine_are_never_shown(layer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    right = layer.backward

    def wrong(self: Any, *arguments: Any) -> Any:
        gradients, dx = right(self, *arguments)
        return {name: 1.01 * array for name, array in gradients.items()}, dx

    monkeypatch.setattr(layer, "backward", wrong)
    with pytest.raises(WorkedError):
        worked(0)


@pytest.mark.parametrize(
    ("layer", "formulas"),
    [
        *((layer, "gradient_formulas") for layer in (Scale, Embedding, Mixture, Periodic)),
        *((layer, "formulas") for layer in (Scale, Embedding, Periodic)),  # a mixture's line is that of an activation
    ],
)
def test_a_wrong_formula_is_never_shown(layer: Any, formulas: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {head: f"2*({text})" for head, text in getattr(layer, formulas).items()}
    monkeypatch.setattr(layer, formulas, wrong)
    with pytest.raises(WorkedError):
        worked(0)


def test_a_quantity_is_derived_with_these_numbers() -> None:
    step = worked(0, quantity="input4.C[3,2]")
    left = [line for line in step.steps if isinstance(line.left, Partial) and line.left.by.name == "input4.C"]
    assert len(left) > 2
    assert float(left[-1].value.value) == pytest.approx(step.gradients.dtheta["input4.C"][2, 1], rel=1e-4)


def test_the_code_and_the_facts_hold_all_numbers() -> None:
    step, names = worked(0), dict[str, Any]()
    exec(step.document.code[0].rpartition("\n")[0], names)
    assert names["step"].loss_after == step.loss_after
    facts = step.document.facts()
    np.testing.assert_array_equal(facts["a0"], step.passed.a[0])
    assert facts["theta"].keys() == facts["dtheta"].keys() == NETWORK.theta_shapes.keys()


def test_inputs_are_called_by_the_columns_that_they_are_made_of() -> None:
    text = worked(0, input_names=["age", "income", "height", "weight", "city"]).to_text(100)
    table = text[text.index("What the loss reacts to") :]
    assert "city" in table
    assert "income" in table


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([0.3, 0.9, -0.4, 0.7, 3.0], "X: column 4 holds 3, but its categories are 0 to 2"),
        ([0.3, 0.9, -0.4, 0.7], "x: the network takes 5 numbers a row"),
    ],
)
def test_rows_that_the_layers_cannot_take(rows: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        work((NETWORK, PARAMETERS), rows, [0.0, 1.0])


def test_other_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="parameters: theta of the network is shaped"):
        work((NETWORK, Parameters(PARAMETERS.W, PARAMETERS.b)), X[0], Y[0])


def test_the_loss_after_is_that_of_the_updated_parameters() -> None:
    step = worked(slice(None), learning_rate=0.3)
    assert step.loss_after == float(loss(NETWORK, forward(NETWORK, step.updated, X), Y))
