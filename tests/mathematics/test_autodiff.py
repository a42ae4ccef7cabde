"""Values and gradients agree with automatic differentiation of a forward pass written here anew."""

from collections.abc import Callable
from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from autograd.scipy.special import erf, erfc

from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.dropout import dropout_masks
from clearprop.mathematics.equations import Gradients, loss, penalty_value
from clearprop.mathematics.losses import LOSSES
from clearprop.mathematics.network import Network

from .cases import BATCH_SIZES, ENDS, HIDDEN, SIZES, Case, disagreements, random_case

TOLERANCE = 1e-10
Function = Callable[..., Any]


def sigmoid(z: Any) -> Any:
    return 1.0 / (1.0 + anp.exp(-z))


def positive_or(z: Any, otherwise: Any) -> Any:
    return anp.where(z > 0, z, otherwise)


# Klambauer et al. 2017, equation (14): the closed form of the fixed point.
TAIL = erfc(0.5**0.5) * np.exp(0.5)
SELU_ALPHA = (2 / np.pi) ** 0.5 / (1 - TAIL)
SELU_SCALE = (1 - TAIL) * (
    2 * np.pi / (2 * erfc(2**0.5) * np.exp(2) + np.pi * TAIL**2 - 2 * (2 + np.pi) * TAIL + np.pi + 2)
) ** 0.5

TEXTBOOK_ACTIVATIONS: dict[str, Function] = {
    "identity": lambda z: z,
    "sigmoid": sigmoid,
    "tanh": anp.tanh,
    "relu": lambda z: positive_or(z, 0.0),
    "leaky_relu": lambda z: positive_or(z, 0.01 * z),
    "elu": lambda z: positive_or(z, anp.exp(z) - 1.0),
    "selu": lambda z: SELU_SCALE * positive_or(z, SELU_ALPHA * (anp.exp(z) - 1.0)),
    "softplus": lambda z: anp.log(1.0 + anp.exp(z)),
    "gelu": lambda z: 0.5 * z * (1.0 + erf(z / anp.sqrt(2.0))),
    "silu": lambda z: z * sigmoid(z),
    "mish": lambda z: z * anp.tanh(anp.log(1.0 + anp.exp(z))),
    "exponential": anp.exp,
    "softmax": lambda z: anp.exp(z) / anp.sum(anp.exp(z), axis=1, keepdims=True),
}
TEXTBOOK_LOSSES: dict[str, Function] = {
    "cross_entropy": lambda a, y: -y * anp.log(a),
    "binary_cross_entropy": lambda a, y: -y * anp.log(a) - (1.0 - y) * anp.log(1.0 - a),
    "half_squared_error": lambda a, y: (a - y) ** 2 / 2.0,
    "poisson": lambda a, y: y * anp.log(y / a) - y + a,
}


def textbook_loss(W: list[Any], b: list[Any], shifts: list[Any], case: Case) -> Any:
    """E with the penalty; `shifts[l]` is added to Zˡ, so that ∂E/∂shift is Δˡ."""
    network, a = case.network, case.X
    for l in network.layers:
        z = anp.einsum("ik,jk->ij", a, W[l]) + b[l] + shifts[l]
        a = TEXTBOOK_ACTIVATIONS[network.output if l == network.n_layers else network.hidden_names[l - 1]](z)
        if case.masks is not None and l < network.n_layers:
            a = a * case.masks[l]
    rows = anp.sum(TEXTBOOK_LOSSES[network.loss](a, case.Y), axis=1)
    return anp.sum(case.omega * rows) + case.penalty / 2.0 * sum(anp.sum(w**2) for w in W[1:])


def textbook_arguments(case: Case) -> tuple[list[Any], list[Any], list[Any], Case]:
    shifts = [np.zeros_like(z) for z in case.forward().z]
    return case.parameters.W, case.parameters.b, shifts, case


def differentiated(case: Case) -> Gradients:
    dW, db, delta = grad(textbook_loss, (0, 1, 2))(*textbook_arguments(case))
    return Gradients(delta, dW, db)


def assert_agrees(case: Case) -> None:
    mine = loss(case.network, case.forward(), case.Y, case.weights) + penalty_value(case.parameters, case.penalty)
    assert mine == pytest.approx(textbook_loss(*textbook_arguments(case)), rel=1e-12)
    assert not disagreements(case.backward(), differentiated(case), TOLERANCE), case.network


def test_every_entry_has_a_textbook_form() -> None:
    assert set(TEXTBOOK_ACTIVATIONS) == set(ACTIVATIONS)
    assert set(TEXTBOOK_LOSSES) == set(LOSSES)


@pytest.mark.parametrize(("output", "loss_name"), ENDS)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_every_activation_with_every_end(hidden: str, output: str, loss_name: str) -> None:
    assert_agrees(random_case(Network(SIZES[:4], hidden, output, loss_name), n_samples=7))


@pytest.mark.parametrize("n_layers", range(1, 6))
@pytest.mark.parametrize("n_samples", BATCH_SIZES)
def test_random_networks(n_layers: int, n_samples: int) -> None:
    random = np.random.default_rng([n_layers, n_samples])
    sizes = tuple(random.choice(np.arange(3, 10), n_layers + 1, replace=False))
    hidden = tuple(random.choice([name for name in HIDDEN if name != "exponential"], n_layers - 1))
    for output, loss_name in ENDS:
        assert_agrees(random_case(Network(sizes, hidden, output, loss_name), n_samples))


@pytest.mark.parametrize("hidden", HIDDEN)
def test_dropout(hidden: str) -> None:
    network = Network(SIZES, hidden)
    assert_agrees(random_case(network, 7, dropout_masks(network, 3, 1, 7, 0.4, np.float64)))


def test_a_wrong_gradient_is_found() -> None:
    case = random_case(Network(SIZES, "tanh"), 7)
    gradients = case.backward()
    gradients.db[2][0] += 1e-8
    assert [name.split(":")[0] for name in disagreements(gradients, differentiated(case), TOLERANCE)] == ["db[2]"]
