"""What a Network and Parameters accept, keep and refuse."""

import pickle
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.equations import penalty_value
from clearprop.mathematics.losses import LOSSES
from clearprop.mathematics.network import Network, Parameters

from .cases import ENDS, PAIRS, SIZES, random_parameters

sizes_of_a_network = st.lists(st.integers(1, 6), min_size=2, max_size=6).map(tuple)


def some_parameters(sizes: tuple[int, ...] = SIZES) -> Parameters:
    return random_parameters(Network(sizes), np.random.default_rng(0))


def test_a_network_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Network().loss = "poisson"  # type: ignore[misc]


def test_parameters_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        some_parameters().W = []  # type: ignore[misc]


def test_equal_networks_are_one_key_and_survive_pickling() -> None:
    network = Network(list(SIZES), ["tanh", "relu", "gelu"])  # type: ignore[arg-type]
    assert network == Network(SIZES, ("tanh", "relu", "gelu")) == pickle.loads(pickle.dumps(network))
    assert len({network, Network(SIZES, ("tanh", "relu", "gelu")), Network(SIZES)}) == 2


@settings(max_examples=50, deadline=None)
@given(sizes_of_a_network)
def test_counts_are_those_of_the_arrays(sizes: tuple[int, ...]) -> None:
    network, parameters = Network(sizes), some_parameters(sizes)
    assert network.n_layers == len(network.layers) == len(parameters.W) - 1
    assert network.n_parameters == parameters.flatten().size
    assert network.n_weights == sum(W.size for W in parameters.W[1:])
    assert parameters.sizes == network.sizes == sizes


@settings(max_examples=50, deadline=None)
@given(sizes_of_a_network, st.sampled_from([np.float32, np.float64]))
def test_flat_vector_and_arrays_are_one(sizes: tuple[int, ...], dtype: type) -> None:
    flat = np.arange(Network(sizes).n_parameters, dtype=dtype)
    parameters = Parameters.from_flat(sizes, flat)
    assert np.array_equal(parameters.flatten(), flat)
    assert parameters.dtype == parameters.flatten().dtype == dtype
    assert parameters.sizes == sizes
    assert all(np.shares_memory(array, flat) for array in parameters.arrays())
    assert not np.shares_memory(parameters.flatten(), flat)


def test_flat_order_is_all_weights_by_rows_then_all_biases() -> None:
    parameters = Parameters.of([[[0, 1], [2, 3]], [[4, 5]]], [[6, 7], [8]])
    assert np.array_equal(parameters.flatten(), np.arange(9))
    assert [array.ravel()[0] for array in parameters.arrays()] == [0, 4, 6, 8]


def test_columns_first_arrays_flatten_by_rows() -> None:
    W = np.arange(6.0).reshape(2, 3)
    parameters = Parameters.of([np.asfortranarray(W)], [np.zeros(2)])
    assert np.array_equal(parameters.flatten()[:6], W.ravel())


def test_lists_are_counted_as_the_layers_are() -> None:
    parameters = some_parameters()
    assert parameters.W[0].size == parameters.b[0].size == 0
    assert [W.shape for W in parameters.W[1:]] == [(SIZES[l], SIZES[l - 1]) for l in Network(SIZES).layers]


def test_hidden_activations_one_for_all_or_one_a_layer() -> None:
    one, each = Network(SIZES, "relu"), Network(SIZES, ("relu", "tanh", "logistic"))
    assert [one.activation(l).name for l in one.layers] == ["relu", "relu", "relu", "softmax"]
    assert [each.activation(l).name for l in each.layers] == ["relu", "tanh", "sigmoid", "softmax"]


@pytest.mark.parametrize(("output", "loss"), ENDS)
def test_only_the_pairs_are_paired(output: str, loss: str) -> None:
    assert Network((2, 3), output=output, loss=loss).is_paired == ((output, loss) in PAIRS)


def test_aliases_are_paired_too() -> None:
    assert Network((2, 3), output="logistic", loss="binary_cross_entropy").is_paired
    assert Network((2, 3), output="exp", loss="poisson").is_paired
    assert Network((2, 3), output="identity", loss="squared_error").is_paired


@pytest.mark.parametrize("output", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_a_network_refuses_outputs_outside_the_loss_s_domain(output: str, loss: str) -> None:
    (low, high), domain = ACTIVATIONS[output].range, LOSSES[loss].domain
    assert ((output, loss) in ENDS) == (domain[0] <= low and high <= domain[1])


W32, b3 = np.zeros((3, 2)), np.zeros(3)

WRONG_NETWORKS: list[tuple[dict[str, Any], str]] = [
    ({"sizes": (3,)}, r"sizes: at least \(n_0, n_1\)"),
    ({"sizes": ()}, r"sizes: at least \(n_0, n_1\)"),
    ({"sizes": (3, 0, 2)}, r"whole numbers from 1, are needed; got \(3, 0, 2\)"),
    ({"sizes": (2.5, 2)}, r"whole numbers from 1, are needed; got \(2.5, 2\)"),
    ({"hidden": ("tanh", "relu")}, "2 activations for 1 hidden layers; give one name, or one per layer"),
    ({"hidden": "rellu"}, "did you mean 'relu'"),
    ({"hidden": "softmax"}, "'softmax' is for the output layer only; use an elementwise one"),
    ({"output": "sotfmax"}, "output activation: 'sotfmax' is unknown.*did you mean 'softmax'"),
    ({"loss": "entropy"}, "loss: 'entropy' is unknown.*cross_entropy"),
    ({"output": "identity"}, r"needs outputs in \(0.0, 1.0\).*its paired output is 'softmax'"),
    ({"output": "tanh", "loss": "poisson"}, "its paired output is 'exponential'"),
]
WRONG_PARAMETERS: list[tuple[list[Any], list[Any], str]] = [
    ([W32], [b3, b3], "one entry a layer and an empty one in front; got 2 and 3"),
    ([], [], "one entry a layer"),
    ([b3], [b3], r"layer 1: W\[1\] is \(n_l, n_{l−1}\)"),
    ([W32], [np.zeros(2)], r"b\[1\] is \(n_l,\); got \(3, 2\) and \(2,\)"),
    ([W32, W32], [b3, b3], r"layer 2: W\[2\] takes 2 units, but layer 1 has 3"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG_NETWORKS)
def test_a_wrong_network_is_told_what_is_right(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message) as error:
        Network(**{"sizes": (2, 2, 2), **arguments})
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("W", "b", "message"), WRONG_PARAMETERS)
def test_wrong_parameters_are_told_what_is_right(W: list[Any], b: list[Any], message: str) -> None:
    with pytest.raises(ValueError, match=message) as error:
        Parameters.of(W, b)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("extra", [-1, 1])
def test_a_flat_vector_of_another_length_is_refused(extra: int) -> None:
    n = Network(SIZES).n_parameters
    with pytest.raises(ValueError, match=f"flat: {n} numbers fit"):
        Parameters.from_flat(SIZES, np.zeros(n + extra))


def test_parameters_of_another_network_are_refused() -> None:
    some_parameters().check_fit(Network(SIZES))
    with pytest.raises(ValueError, match="the network has sizes"):
        some_parameters().check_fit(Network(SIZES[:3]))


def test_penalty_is_half_the_squares_of_the_weights_alone() -> None:
    parameters = some_parameters()
    squares = sum(float(w) ** 2 for W in parameters.W[1:] for w in W.flat)
    assert penalty_value(parameters, 0.7) == pytest.approx(0.35 * squares)
    assert penalty_value(parameters, 0.0) == 0.0
