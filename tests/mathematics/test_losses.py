"""Each entry of the table of losses agrees with scikit-learn and with its own definition, and never overflows."""

import numpy as np
import pytest
import sympy
from scipy.special import expit, xlogy
from scipy.special import softmax as scipy_softmax
from sklearn import metrics
from sklearn.neural_network._base import LOSS_FUNCTIONS

from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.equations import backward, forward, loss, row_weights
from clearprop.mathematics.losses import LOSSES, log_softmax
from clearprop.mathematics.network import Network, Parameters

from .cases import PAIRS, SIZES, Case, disagreements, random_case

PROBABILISTIC = ["cross_entropy", "binary_cross_entropy"]


def logits_network(output: str, loss_name: str, n: int) -> tuple[Network, Parameters]:
    """One layer whose Z is its X."""
    return Network((n, n), (), output, loss_name), Parameters.of([np.eye(n)], [np.zeros(n)])


def paired_case(output: str, loss_name: str, n_samples: int = 7) -> Case:
    return random_case(Network(SIZES[:3], "tanh", output, loss_name), n_samples)


def total(case: Case) -> float:
    return float(loss(case.network, case.forward(), case.Y, case.weights))


def labels_and_probabilities() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    return np.arange(12) % 4, random.dirichlet(np.ones(4), 12)


def test_cross_entropy_is_scikit_learn_s_log_loss() -> None:
    labels, P = labels_and_probabilities()
    mine = LOSSES["cross_entropy"].value(P, np.eye(4)[labels], np).mean()
    assert mine == pytest.approx(metrics.log_loss(labels, P), rel=1e-13)


def test_binary_cross_entropy_is_scikit_learn_s_log_loss() -> None:
    labels, P = labels_and_probabilities()
    p, y = P[:, :1], (labels[:, None] == 0).astype(float)
    mine = LOSSES["binary_cross_entropy"].value(p, y, np).mean()
    assert mine == pytest.approx(metrics.log_loss(y.ravel(), p.ravel()), rel=1e-13)


def test_squared_and_poisson_errors_are_half_of_scikit_learn_s() -> None:
    random = np.random.default_rng(0)
    a, y = random.uniform(0.2, 3.0, (20, 1)), random.poisson(1.5, (20, 1)).astype(float)
    assert (y == 0).any()
    for name, twice in (
        ("half_squared_error", metrics.mean_squared_error(y, a)),
        ("poisson", metrics.mean_poisson_deviance(y.ravel(), a.ravel())),
    ):
        assert LOSSES[name].value(a, y, np).mean() == pytest.approx(twice / 2.0, rel=1e-12)


@pytest.mark.parametrize(("output", "name"), PAIRS)
def test_paired_value_is_the_value_of_the_output(output: str, name: str) -> None:
    random = np.random.default_rng(0)
    z, Y = random.normal(scale=3.0, size=(9, 4)), random.dirichlet(np.ones(4), 9)
    a = ACTIVATIONS[output].value(z, np)
    np.testing.assert_allclose(LOSSES[name].paired_value(z, Y, np), LOSSES[name].value(a, Y, np), rtol=1e-12)


def of_outputs(formula: str, a: np.ndarray, y: np.ndarray) -> np.ndarray:
    return sympy.lambdify(sympy.symbols("a y"), sympy.sympify(formula), "numpy")(a, y)


def outputs_and_targets() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    return random.uniform(0.1, 0.9, (9, 4)), random.uniform(0.1, 0.9, (9, 4))


@pytest.mark.parametrize("name", LOSSES)
def test_gradient_is_its_formula_and_every_line_to_it(name: str) -> None:
    entry, (a, y) = LOSSES[name], outputs_and_targets()
    for formula in (entry.gradient_formula, *(formula for _, formula in entry.derivation)):
        np.testing.assert_allclose(of_outputs(formula, a, y), entry.gradient(a, y, np), rtol=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_gradient_formula_is_the_derivative_of_the_formula(name: str) -> None:
    entry, (a, y) = LOSSES[name], outputs_and_targets()
    terms = sympy.sympify(entry.formula).replace(lambda e: isinstance(e, sympy.Sum), lambda e: e.function)
    slope = sympy.diff(terms, sympy.Symbol("a_i")).subs({"a_i": sympy.Symbol("a"), "y_i": sympy.Symbol("y")})
    np.testing.assert_allclose(of_outputs(str(slope), a, y), of_outputs(entry.gradient_formula, a, y), rtol=1e-12)
    assert not np.allclose(of_outputs(str(slope), a, y), entry.gradient(y, a, np))  # outputs and targets exchanged


@pytest.mark.parametrize("name", [name for name, entry in LOSSES.items() if entry.pairing])
def test_every_line_of_a_pairing_is_output_minus_target(name: str) -> None:
    entry, (a, y) = LOSSES[name], outputs_and_targets()
    assert entry.pairing[-1][1] == "a - y"
    for _, formula in entry.pairing:
        np.testing.assert_allclose(of_outputs(formula, a, y), a - y, rtol=1e-12)


@pytest.mark.parametrize("name", LOSSES)
def test_elementwise_pairs_say_how_they_cancel(name: str) -> None:
    assert bool(LOSSES[name].pairing) == ACTIVATIONS[LOSSES[name].paired_output].elementwise


def test_log_softmax_is_the_logarithm_of_scipy_s_softmax() -> None:
    z = np.random.default_rng(0).normal(scale=5.0, size=(9, 4))
    np.testing.assert_allclose(log_softmax(z), np.log(scipy_softmax(z, axis=1)), rtol=1e-12)


@pytest.mark.parametrize("high", [1e2, 1e4])
@pytest.mark.parametrize(("output", "name"), PAIRS)
def test_float32_logits_of_any_size_are_finite(output: str, name: str, high: float) -> None:
    top = 80.0 if output == "exponential" else high  # e^z itself is too large beyond
    X = np.array([[top, -high, 0.0], [-high, top, 0.0], [-high, -high, top]], np.float32)
    network, parameters = logits_network(output, name, 3)
    parameters = Parameters.of(parameters.W[1:], parameters.b[1:], np.float32)
    passed = forward(network, parameters, X)
    for Y in np.eye(3, dtype=np.float32), np.full((3, 3), 1 / 3, np.float32):
        gradients = backward(network, parameters, passed, Y)
        assert np.isfinite(loss(network, passed, Y))
        assert all(np.isfinite(g[1]).all() and g[1].dtype == np.float32 for g in (gradients.dW, gradients.db))


def test_cross_entropy_of_logits_whose_difference_float32_cannot_hold() -> None:
    z, Y = np.array([[3e38, -3e38]], np.float32), np.eye(2, dtype=np.float32)
    right, wrong = (LOSSES["cross_entropy"].paired_value(z, Y[[k]], np)[0] for k in (0, 1))
    assert right == 0.0
    assert 3e38 < wrong < np.inf


@pytest.mark.parametrize("name", [*PROBABILISTIC, "poisson"])
def test_zero_times_log_zero_is_zero(name: str) -> None:
    sure = np.array([[1.0, 0.0]])
    assert LOSSES[name].value(sure, sure, np)[0] == 0.0


@pytest.mark.parametrize("name", LOSSES)
def test_gradient_at_a_sure_and_wrong_output_is_finite(name: str) -> None:
    assert np.isfinite(LOSSES[name].gradient(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]]), np)).all()


@pytest.mark.parametrize("name", PROBABILISTIC)
def test_smoothing_moves_targets_towards_their_centre(name: str) -> None:
    entry, Y = LOSSES[name], np.eye(5)
    smoothed = entry.smooth(Y, 0.2)
    np.testing.assert_allclose(smoothed - Y, 0.2 * (entry.smoothing_centre(5) - Y), atol=1e-15)
    assert entry.smooth(Y, 0.0) is Y


def test_smoothed_softmax_rows_sum_to_one() -> None:
    Y = np.random.default_rng(0).dirichlet(np.ones(5), 8)
    np.testing.assert_allclose(LOSSES["cross_entropy"].smooth(Y, 0.3).sum(axis=1), 1.0, rtol=1e-14)


@pytest.mark.parametrize("name", [name for name in LOSSES if name not in PROBABILISTIC])
def test_targets_that_are_not_probabilities_cannot_be_smoothed(name: str) -> None:
    assert LOSSES[name].smooth(np.eye(2), 0.0) is not None
    with pytest.raises(ValueError, match=f"label_smoothing: {name}.*use 0, got 0.1"):
        LOSSES[name].smooth(np.eye(2), 0.1)


@pytest.mark.parametrize("name", PROBABILISTIC)
def test_a_soft_label_is_the_mean_of_hard_ones(name: str) -> None:
    random = np.random.default_rng(0)
    a, share = random.dirichlet(np.ones(3), 1), random.dirichlet(np.ones(3))
    hard = LOSSES[name].value(np.repeat(a, 3, axis=0), np.eye(3), np)
    assert LOSSES[name].value(a, share[None], np)[0] == pytest.approx(share @ hard)


EPSILON = float(np.finfo(float).eps)
SURE = np.array([[800.0, -800.0, 0.0], [5.0, -2.0, 1.0]])  # logits, one row of certainties


def loss_of_logits(output: str, name: str, z: np.ndarray, Y: np.ndarray, floor: float) -> float:
    network, parameters = logits_network(output, name, z.shape[1])
    return float(loss(network, forward(network, parameters, z), Y, floor=floor))


@pytest.mark.parametrize("floor", [0.01, EPSILON])
@pytest.mark.parametrize("name", PROBABILISTIC)
@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_floor_clips_probabilities(output: str, name: str, floor: float) -> None:
    p = np.clip(expit(SURE) if output == "sigmoid" else scipy_softmax(SURE, axis=1), floor, 1.0 - floor)
    for Y in (np.eye(3)[[1, 2]], np.eye(3)[[0, 0]], np.full((2, 3), 1 / 3)):
        rows = -np.sum(xlogy(Y, p) + (name == "binary_cross_entropy") * xlogy(1.0 - Y, 1.0 - p), axis=1)
        assert loss_of_logits(output, name, SURE, Y, floor) == pytest.approx(rows.mean(), rel=1e-12)


def test_floor_at_epsilon_is_the_loss_of_scikit_learn() -> None:
    Y = np.eye(3)[[1, 2]]
    for (output, name), theirs in zip(PAIRS[:2], ("log_loss", "binary_log_loss"), strict=True):
        expected = LOSS_FUNCTIONS[theirs](Y, ACTIVATIONS[output].value(SURE, np))
        assert loss_of_logits(output, name, SURE, Y, EPSILON) == pytest.approx(expected, rel=1e-12)
        assert loss_of_logits(output, name, SURE, Y, floor=0.0) > 2.0 * expected  # the whole 1600 is seen


@pytest.mark.parametrize(("output", "name"), PAIRS[2:])
def test_floor_is_for_probabilities_alone(output: str, name: str) -> None:
    z, Y = np.array([[-3.0, 2.0]]), np.array([[1.0, 4.0]])
    assert loss_of_logits(output, name, z, Y, 0.1) == loss_of_logits(output, name, z, Y, 0.0)


@pytest.mark.parametrize(("output", "name"), PAIRS)
def test_integer_weights_are_repeated_rows(output: str, name: str) -> None:
    case, times = paired_case(output, name), np.array([1, 3, 0, 2, 1, 5, 2])
    network, parameters = case.network, case.parameters
    weighted = Case(network, parameters, case.X, case.Y, times, case.penalty)
    repeated = Case(network, parameters, case.X.repeat(times, 0), case.Y.repeat(times, 0), np.ones(14), case.penalty)
    assert total(weighted) == pytest.approx(total(repeated), rel=1e-13)
    mine, theirs = weighted.backward(), repeated.backward()
    mine.delta[1:], theirs.delta[1:] = mine.db[1:], theirs.db[1:]  # a delta has as many rows as the batch
    assert not disagreements(mine, theirs, 1e-12)


@pytest.mark.parametrize(("output", "name"), PAIRS)
def test_no_weight_at_all_gives_zero(output: str, name: str) -> None:
    case = paired_case(output, name)
    nothing = Case(case.network, case.parameters, case.X, case.Y, np.zeros(7), penalty=0.0)
    assert total(nothing) == 0.0
    gradients = nothing.backward()
    assert not any(array.any() for arrays in (gradients.dW, gradients.db) for array in arrays[1:])


def test_row_weights_sum_to_one_and_keep_their_type() -> None:
    for dtype in (np.float32, np.float64):
        omega = row_weights(np.array([1.0, 2.0, 5.0], dtype), 3)
        assert omega.shape == (3, 1)
        assert omega.dtype == dtype
        assert omega.sum() == pytest.approx(1.0)
    assert row_weights(None, 4) == 1.0 / 4


def test_weights_left_out_are_equal_weights() -> None:
    case = paired_case("softmax", "cross_entropy")
    plain = loss(case.network, case.forward(), case.Y)
    assert plain == pytest.approx(loss(case.network, case.forward(), case.Y, np.full(7, 3.0)), rel=1e-14)
