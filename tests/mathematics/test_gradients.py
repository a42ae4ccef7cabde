"""Back-propagation agrees, entry by entry, with differences of the loss; every well-known slip does not."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.sparse import csr_array

from clearprop.mathematics.activations import Activation
from clearprop.mathematics.dropout import dropout_masks
from clearprop.mathematics.equations import Gradients, backward, forward
from clearprop.mathematics.network import Network

from .cases import BATCH_SIZES, ENDS, HIDDEN, SIZES, Case, differenced, disagreements, random_case

TOLERANCE = 1e-7


def wrong_arrays(case: Case, gradients: Gradients) -> list[str]:
    return disagreements(gradients, differenced(case), TOLERANCE)


def assert_right(case: Case) -> None:
    assert not wrong_arrays(case, case.backward()), (case.network, len(case.X))


@pytest.mark.parametrize(("output", "loss"), ENDS)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_every_activation_with_every_end(hidden: str, output: str, loss: str) -> None:
    for n_layers, n_samples in product((2, 3, 4), BATCH_SIZES):
        assert_right(random_case(Network(SIZES[: n_layers + 1], hidden, output, loss), n_samples))


@pytest.mark.parametrize(("output", "loss"), ENDS)
def test_one_layer(output: str, loss: str) -> None:
    for n_samples in BATCH_SIZES:
        assert_right(random_case(Network(SIZES[:2], (), output, loss), n_samples))


@pytest.mark.parametrize("hidden", HIDDEN)
def test_dropout(hidden: str) -> None:
    network = Network(SIZES, hidden)
    for n_samples in BATCH_SIZES:
        masks = dropout_masks(network, 1, 2, n_samples, 0.3, np.float64)
        assert_right(random_case(network, n_samples, masks))


def test_a_different_activation_in_each_layer() -> None:
    assert_right(random_case(Network(SIZES, ("tanh", "relu", "gelu")), 7))


def test_weights_of_any_scale_are_one_weighting() -> None:
    case = random_case(Network(SIZES[:4], "tanh"), 7)
    scaled = backward(case.network, case.parameters, case.forward(), case.Y, 1000.0 * case.weights, case.penalty)
    assert not disagreements(scaled, case.backward(), 1e-13)


def test_sparse_inputs_give_the_dense_gradients() -> None:
    case = random_case(Network(SIZES[:4], "tanh"), 7)
    passed = forward(case.network, case.parameters, csr_array(case.X))
    sparse = backward(case.network, case.parameters, passed, case.Y, case.weights, case.penalty)
    assert not disagreements(sparse, case.backward(), 1e-13)


RIGHT: dict[str, Callable[..., np.ndarray]] = {
    "omega": lambda weights: weights / weights.sum(),
    "dA": lambda entry, a, y: entry.gradient(a, y, np),
    "pull_back": lambda f, dA, z, a: f.pull_back(dA, z, a),
    "down": lambda delta, W: delta @ W,
    "dW": lambda delta, a, W, penalty: delta.T @ a + penalty * W,
    "db": lambda delta: delta.sum(axis=0),
}


def pull_back_of_a(f: Activation, dA: np.ndarray, z: np.ndarray, a: np.ndarray) -> np.ndarray:
    return f.pull_back(dA, a, f.value(a, np)) if f.elementwise else f.pull_back(dA, z, a)


SLIPS: dict[str, dict[str, Callable[..., np.ndarray]]] = {
    "y − a": {"dA": lambda entry, a, y: -entry.gradient(a, y, np)},
    "f' left out": {"pull_back": lambda f, dA, z, a: dA if f.elementwise else f.pull_back(dA, z, a)},
    "f' of a": {"pull_back": pull_back_of_a},
    "the softmax Jacobian's diagonal alone": {
        "pull_back": lambda f, dA, z, a: f.pull_back(dA, z, a) if f.elementwise else dA * a * (1.0 - a)
    },
    "W for its transpose": {"down": lambda delta, W: delta @ W.T},
    "dW transposed": {"dW": lambda delta, a, W, penalty: a.T @ delta + penalty * W},
    "db summed over the units": {"db": lambda delta: delta.sum(axis=1)},
    "db averaged": {"db": lambda delta: delta.mean(axis=0)},
    "weights not normalised": {"omega": lambda weights: weights},
    "weights left out": {"omega": lambda weights: np.full_like(weights, 1.0 / len(weights))},
    "penalty left out": {"dW": lambda delta, a, W, penalty: delta.T @ a},
    "penalty with the wrong sign": {"dW": lambda delta, a, W, penalty: delta.T @ a - penalty * W},
    "penalty without its half": {"dW": lambda delta, a, W, penalty: delta.T @ a + 2.0 * penalty * W},
}


def backward_from_parts(case: Case, parts: dict[str, Callable[..., np.ndarray]]) -> Gradients:
    network, passed, W = case.network, case.forward(), case.parameters.W
    n = network.n_layers + 1
    found = Gradients([case.X] * n, [case.X] * n, [case.X] * n)
    dA = parts["dA"](network.loss_entry, passed.output, case.Y) * parts["omega"](case.weights)[:, None]
    for l in reversed(network.layers):
        delta = parts["pull_back"](network.activation(l), dA, passed.z[l], passed.a[l])
        dA = parts["down"](delta, W[l])
        found.delta[l] = delta
        found.dW[l] = parts["dW"](delta, passed.a[l - 1], W[l], case.penalty)
        found.db[l] = parts["db"](delta)
    return found


@pytest.fixture(params=["cross_entropy", "half_squared_error"])
def square_case(request: pytest.FixtureRequest) -> Case:
    # As many units as rows everywhere, so that no slip shows in a shape.
    return random_case(Network((4, 4, 4, 4), "tanh", "softmax", request.param), n_samples=4)


def test_the_parts_without_a_slip_are_right(square_case: Case) -> None:
    assert not wrong_arrays(square_case, backward_from_parts(square_case, RIGHT))


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_found(slip: str, square_case: Case) -> None:
    assert wrong_arrays(square_case, backward_from_parts(square_case, {**RIGHT, **SLIPS[slip]}))


def test_one_wrong_entry_is_found(square_case: Case) -> None:
    gradients = square_case.backward()
    gradients.dW[2][1, 2] *= 1.0 + 1e-4
    assert [name.split(":")[0] for name in wrong_arrays(square_case, gradients)] == ["dW[2]"]


def test_a_mask_that_the_backward_pass_forgets_is_found() -> None:
    network = Network(SIZES[:4], "tanh")
    case = random_case(network, 7, dropout_masks(network, 1, 2, 7, 0.3, np.float64))
    forgetful = replace(case.forward(), masks=None)
    gradients = backward(network, case.parameters, forgetful, case.Y, case.weights, case.penalty)
    assert wrong_arrays(case, gradients)
