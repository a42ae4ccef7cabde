"""A network that is certain of its rows has gradients next to 0; they are right, and wrong ones are still found."""

import numpy as np
import pytest

from clearprop import Network, Parameters, check_gradient
from clearprop.derivation.gradient_checks import check_network
from clearprop.mathematics.activations import ACTIVATIONS

ENDS = [("softmax", "cross_entropy", 3), ("sigmoid", "binary_cross_entropy", 1), ("identity", "half_squared_error", 2)]


def certain(output: str, loss: str, n: int, certainty: float):
    """A network, its parameters and rows with the targets that it predicts all but exactly."""
    network, random = Network((4, 6, n), "tanh", output, loss), np.random.default_rng(0)
    W = [random.normal(size=(6, 4)), certainty * random.normal(size=(n, 6))]
    parameters = Parameters.of(W, [np.zeros(6), np.zeros(n)])
    X = random.normal(size=(3, 4))
    z = np.tanh(X @ W[0].T) @ W[1].T
    if output == "identity":
        return network, parameters, X, z + 1e-9
    return network, parameters, X, np.eye(n)[z.argmax(axis=1)] if n > 1 else (z > 0).astype(float)


@pytest.mark.parametrize("certainty", [1.0, 8.0, 16.0, 32.0])
@pytest.mark.parametrize("end", ENDS, ids=lambda end: end[0])
def test_gradients_next_to_nothing_are_right(end, certainty):
    network, parameters, X, Y = certain(*end, certainty)
    check = check_gradient((network, parameters), X, Y, automatic=False)
    assert check.passed, [(row.name, row.given, row.right) for row in check.rows]


@pytest.mark.parametrize("end", ENDS[:2], ids=lambda end: end[0])
def test_a_wrong_slope_is_found_all_the_same(end, monkeypatch):
    network, parameters, X, Y = certain(*end, 2.0)
    monkeypatch.setitem(vars(ACTIVATIONS["tanh"]), "derivative", lambda z, a, xp: 1.001 * (1 - a * a))
    check = check_network(network, parameters, X, Y, automatic=False)
    assert [row.name for row in check.rows if row.verdict == "wrong"] == ["W1", "b1"]


@pytest.mark.parametrize("most", [1, 7, 1000])
def test_some_entries_of_each_array_are_measured(most, monkeypatch):
    network = Network((5, 7, 3), "tanh", scaled=True, mixed=True)
    parameters = network.parameters(0.5 * np.random.default_rng(0).normal(size=network.n_parameters))
    check = check_network(network, parameters, automatic=False, most_entries=most)
    assert check.passed and len(check.agreements) == 1
    sizes = {row.name: int(np.prod(row.shape)) for row in check.rows}
    assert {row.name: sizes[row.name] - row.unmeasured for row in check.rows} == {
        name: min(size, most) for name, size in sizes.items()
    }
    assert check.agreements[0].entries == sum(min(size, most) for size in sizes.values())
    measured = "all of" if most < 35 else "Right: all"
    assert measured in check.to_text(100)
    monkeypatch.setitem(vars(ACTIVATIONS["tanh"]), "derivative", lambda z, a, xp: 1.01 * (1 - a * a))
    wrong = check_network(network, parameters, automatic=False, most_entries=most)
    assert {"W1", "b1"} <= {row.name for row in wrong.rows if row.verdict == "wrong"}
