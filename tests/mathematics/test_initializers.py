"""Each initializer draws what its formula says; one of them draws what scikit-learn draws, number by number."""

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.initializers import INITIALIZERS, initialize
from clearprop.mathematics.network import Network

from .cases import SIZES

N_OUT, N_IN = 300, 200
GAIN = ACTIVATIONS["relu"].gain
BOUNDS = {
    "glorot_uniform": (6 / (N_IN + N_OUT)) ** 0.5,
    "he_uniform": GAIN * (3 / N_IN) ** 0.5,
    "lecun_uniform": (3 / N_IN) ** 0.5,
    "uniform": N_IN**-0.5,
    "scikit_learn": (6 / (N_IN + N_OUT)) ** 0.5,
}
DEVIATIONS = {
    "glorot_normal": (2 / (N_IN + N_OUT)) ** 0.5,
    "he_normal": GAIN * N_IN**-0.5,
    "lecun_normal": N_IN**-0.5,
    "normal": 0.01,
    "orthogonal": GAIN * max(N_IN, N_OUT) ** -0.5,
}
BIASES_TOO = ("uniform", "scikit_learn")


def drawn(rule: str, hidden: str = "relu", seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    parameters = initialize(Network((N_IN, N_OUT), hidden), rule, seed)
    return parameters.W[1], parameters.b[1]


def test_every_entry_is_tested() -> None:
    assert {*BOUNDS, *DEVIATIONS} == set(INITIALIZERS)


@pytest.mark.parametrize("rule", INITIALIZERS)
def test_mean_is_zero_and_deviation_that_of_the_formula(rule: str) -> None:
    W, _ = drawn(rule)
    deviation = DEVIATIONS[rule] if rule in DEVIATIONS else BOUNDS[rule] / 3**0.5
    assert abs(W.mean()) < 4 * deviation / W.size**0.5
    assert W.std() == pytest.approx(deviation, rel=0.01)


@pytest.mark.parametrize(("rule", "bound"), BOUNDS.items())
def test_uniform_entries_fill_their_interval(rule: str, bound: float) -> None:
    W, b = drawn(rule)
    for array in (W, b) if rule in BIASES_TOO else (W,):
        assert 0.95 * bound < np.abs(array).max() <= bound


@pytest.mark.parametrize("rule", INITIALIZERS)
def test_biases_are_zero_unless_the_formula_says_otherwise(rule: str) -> None:
    assert drawn(rule)[1].any() == (rule in BIASES_TOO) == ("biases too" in INITIALIZERS[rule].formula)


@pytest.mark.parametrize("sizes", [(7, 4), (4, 7), (5, 5)])
@pytest.mark.parametrize("hidden", ["identity", "relu"])
def test_orthogonal_rows_or_columns(sizes: tuple[int, int], hidden: str) -> None:
    W = initialize(Network(sizes, hidden), "orthogonal", 3).W[1] / ACTIVATIONS[hidden].gain
    short = W if W.shape[0] <= W.shape[1] else W.T
    np.testing.assert_allclose(short @ short.T, np.eye(min(sizes)), atol=1e-12)


def test_orthogonal_draws_favour_no_sign() -> None:
    corners = [initialize(Network((3, 3)), "orthogonal", seed).W[1][0, 0] for seed in range(400)]
    assert abs(np.mean(np.sign(corners))) < 0.2


@pytest.mark.parametrize("rule", INITIALIZERS)
def test_a_seed_is_a_draw(rule: str) -> None:
    network = Network(SIZES, "tanh")
    draws = [initialize(network, rule, random).flatten() for random in (5, np.int64(5), np.random.default_rng(5), 6)]
    assert np.array_equal(draws[0], draws[1])
    assert np.array_equal(draws[0], draws[2])
    assert not np.array_equal(draws[0], draws[3])


@pytest.mark.parametrize("rule", INITIALIZERS)
def test_float32_is_float64_rounded(rule: str) -> None:
    network = Network(SIZES, "relu")
    narrow, wide = (initialize(network, rule, 2, dtype) for dtype in (np.float32, np.float64))
    assert all(array.dtype == np.float32 for array in narrow.arrays())
    assert np.array_equal(narrow.flatten(), wide.flatten().astype(np.float32))


def test_he_takes_each_layer_s_own_gain() -> None:
    network = Network((400, 300, 300, 300), ("relu", "tanh"))
    W = initialize(network, "he_normal").W
    gains = [W[l].std() * network.sizes[l - 1] ** 0.5 for l in network.layers]
    expected = [ACTIVATIONS[name].gain for name in ("relu", "tanh", "tanh")]  # the output layer: the last hidden one
    assert gains == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("hidden", ["relu", "tanh", "logistic"])
@pytest.mark.parametrize("seed", [0, 42])
def test_scikit_learn_draws_the_same_numbers(hidden: str, seed: int) -> None:
    X, y = np.zeros((9, 4)), np.arange(9) % 3
    model = MLPClassifier((6, 5), activation=hidden, solver="sgd", learning_rate_init=1e-300, random_state=seed)
    model.partial_fit(X, y, classes=[0, 1, 2])  # one step, too small to move a number
    parameters = initialize(Network((4, 6, 5, 3), hidden), "scikit_learn", np.random.RandomState(seed))
    for l in (1, 2, 3):
        assert np.array_equal(parameters.W[l].T, model.coefs_[l - 1])
        assert np.array_equal(parameters.b[l], model.intercepts_[l - 1])


def test_an_unknown_rule_is_told_the_rules() -> None:
    with pytest.raises(ValueError, match=r"initializer: 'glorot' is unknown.*there are glorot_uniform, "):
        initialize(Network(), "glorot")
