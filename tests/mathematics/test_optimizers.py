"""Each optimizer follows its formula, number by number, agrees with scikit-learn where it has one, and minimises."""

from collections.abc import Callable
from math import copysign, sqrt

import numpy as np
import pytest
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer

from clearprop.mathematics.optimizers import OPTIMIZERS, Optimizer, orthogonalized

Scalars = dict[str, float]
ETA = 0.05


def trajectory(
    entry: Optimizer, theta: np.ndarray, gradient: Callable[[np.ndarray], np.ndarray], n_steps: int, eta: float = ETA
) -> list[np.ndarray]:
    """θ after each step."""
    theta, state, visited = theta.copy(), entry.init(theta), []
    for t in range(1, n_steps + 1):
        theta = entry.update(theta, gradient(theta), state, eta, t, entry.defaults, np)
        visited.append(theta.copy())
    return visited


def gradient_descent(x: float, g: float, s: Scalars, t: int, h: Scalars) -> float:
    return x - ETA * g


def momentum(x: float, g: float, s: Scalars, t: int, h: Scalars) -> float:
    s["v"] = h["momentum"] * s["v"] - ETA * g
    return x + s["v"]


def nesterov(x: float, g: float, s: Scalars, t: int, h: Scalars) -> float:
    s["v"] = h["momentum"] * s["v"] - ETA * g
    return x + h["momentum"] * s["v"] - ETA * g


def adagrad(x: float, g: float, s: Scalars, t: int, h: Scalars) -> float:
    s["s"] += g**2
    return x - ETA * g / (sqrt(s["s"]) + h["epsilon"])


def rmsprop(x: float, g: float, s: Scalars, t: int, h: Scalars) -> float:
    s["v"] = h["rho"] * s["v"] + (1 - h["rho"]) * g**2
    return x - ETA * g / (sqrt(s["v"]) + h["epsilon"])


def adam(x: float, g: float, s: Scalars, t: int, h: Scalars) -> float:
    s["m"] = h["beta_1"] * s["m"] + (1 - h["beta_1"]) * g
    s["v"] = h["beta_2"] * s["v"] + (1 - h["beta_2"]) * g**2
    return x - ETA * sqrt(1 - h["beta_2"] ** t) / (1 - h["beta_1"] ** t) * s["m"] / (sqrt(s["v"]) + h["epsilon"])


def adamw(x: float, g: float, s: Scalars, t: int, h: Scalars) -> float:
    return adam((1 - ETA * h["weight_decay"]) * x, g, s, t, h)


def muon(x: float, g: float, s: Scalars, t: int, h: Scalars) -> float:
    s["m"] = h["momentum"] * s["m"] + (1 - h["momentum"]) * g
    direction = copysign(1.0, (1 - h["momentum"]) * g + h["momentum"] * s["m"])  # a 1 × 1 matrix, scaled to norm 1
    for _ in range(5):
        direction = 3.4445 * direction - 4.7750 * direction**3 + 2.0315 * direction**5
    return (1 - ETA * h["weight_decay"]) * x - 0.2 * ETA * direction


BY_HAND = {rule.__name__: rule for rule in (gradient_descent, momentum, nesterov, adagrad, rmsprop, adam, adamw, muon)}
each = pytest.mark.parametrize("entry", OPTIMIZERS.values(), ids=OPTIMIZERS)


def uneven_gradient(theta: np.ndarray) -> np.ndarray:
    return np.sin(3.0 * theta) + 0.3 * theta + 0.1


@each
def test_follows_its_formula(entry: Optimizer) -> None:
    rule, x, s = BY_HAND[entry.name], 0.7, dict.fromkeys("msv", 0.0)
    for t, theta in enumerate(trajectory(entry, np.array([[0.7]]), uneven_gradient, 30), start=1):
        x = rule(x, float(uneven_gradient(np.array(x))), s, t, dict(entry.defaults))
        assert theta[0, 0] == pytest.approx(x, rel=1e-10)


@pytest.mark.parametrize("name", [name for name in BY_HAND if name not in ("gradient_descent", "muon")])
def test_another_formula_does_not_fit(name: str) -> None:
    after = trajectory(OPTIMIZERS[name], np.array([[0.7]]), uneven_gradient, 30)[-1]
    plain = trajectory(OPTIMIZERS["gradient_descent"], np.array([[0.7]]), uneven_gradient, 30)[-1]
    assert abs(after - plain) > 1e-4


@each
def test_entries_of_an_array_are_independent_or_one_matrix(entry: Optimizer) -> None:
    start = np.random.default_rng(0).normal(size=(3, 2))
    together = trajectory(entry, start, uneven_gradient, 5)[-1]
    alone = np.array([[trajectory(entry, np.array([[x]]), uneven_gradient, 5)[-1][0, 0] for x in row] for row in start])
    assert np.allclose(together, alone, rtol=1e-12) == (entry.otherwise is None)


@each
def test_minimises_a_convex_quadratic(entry: Optimizer) -> None:
    random = np.random.default_rng(0)
    target, curvature = random.normal(size=(4, 3)), random.uniform(0.5, 2.0, (4, 3))
    theta = np.zeros((4, 3))
    first_rate = 0.5 if entry.name == "adagrad" else 0.1  # its steps shrink on their own
    for share in (1.0, 0.1, 0.01):  # rules with steps of a fixed size come as near as their rate
        theta = trajectory(entry, theta, lambda theta: curvature * (theta - target), 300, share * first_rate)[-1]
    distance = np.sum(curvature * (theta - target) ** 2) / np.sum(curvature * target**2)
    assert distance < 1e-3


@each
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_type_and_shape_stay(entry: Optimizer, dtype: type) -> None:
    theta = np.ones((3, 2), dtype)
    state = entry.init(theta)
    for t, eta in enumerate(np.linspace(0.1, 0.01, 3), start=1):  # as a schedule gives them: float64
        theta = entry.update(theta, np.full((3, 2), 0.5, dtype), state, eta, t, entry.defaults, np)
        assert theta.dtype == dtype
        assert {(array.dtype, array.shape) for array in state.values()} <= {(np.dtype(dtype), (3, 2))}


@each
def test_the_state_is_zeros_a_slot(entry: Optimizer) -> None:
    for shape in ((3, 2), (5,)):
        state = entry.init(np.ones(shape))
        assert tuple(state) == entry.slots
        assert all(array.shape == shape and not array.any() for array in state.values())


@each
def test_the_gradient_is_left_alone(entry: Optimizer) -> None:
    g = np.random.default_rng(0).normal(size=(3, 2))
    kept, theta = g.copy(), np.ones((3, 2))
    entry.update(theta, g, entry.init(theta), ETA, 1, entry.defaults, np)
    assert np.array_equal(g, kept)


@each
def test_a_rule_for_matrices_names_the_one_for_other_arrays(entry: Optimizer) -> None:
    assert entry.otherwise is None or OPTIMIZERS[entry.otherwise].otherwise is None


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("gradient_descent", lambda p: SGDOptimizer(p, ETA, momentum=0.0, nesterov=False)),
        ("momentum", lambda p: SGDOptimizer(p, ETA, momentum=0.9, nesterov=False)),
        ("nesterov", lambda p: SGDOptimizer(p, ETA, momentum=0.9, nesterov=True)),
        ("adam", lambda p: AdamOptimizer(p, ETA)),
    ],
)
def test_agrees_with_scikit_learn(name: str, theirs: Callable[[list[np.ndarray]], object]) -> None:
    start = np.random.default_rng(0).normal(size=(4, 3))
    theta = start.copy()
    optimizer = theirs([theta])
    for mine in trajectory(OPTIMIZERS[name], start, uneven_gradient, 20):
        optimizer.update_params([theta], [uneven_gradient(theta)])
        np.testing.assert_allclose(mine, theta, rtol=1e-12)


@pytest.mark.parametrize("shape", [(3, 20), (20, 3), (8, 8), (1, 5), (5, 1)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scale", [1e-25, 1.0, 1e25])
def test_orthogonalized_has_singular_values_near_one(shape: tuple[int, int], dtype: type, scale: float) -> None:
    # Spread as wide as a condition number of 10: Newton–Schulz lifts a direction that has all but vanished slowly.
    U, _, Vt = np.linalg.svd(np.random.default_rng(0).normal(size=shape), full_matrices=False)
    found = orthogonalized((scale * (U * np.geomspace(1.0, 0.1, min(shape))) @ Vt).astype(dtype))
    assert found.dtype == dtype
    assert found.shape == shape
    values = np.linalg.svd(found, compute_uv=False)
    assert 0.5 < values.min() <= values.max() < 1.3
    np.testing.assert_allclose(np.diag(np.diag(U.T @ found @ Vt.T)), U.T @ found @ Vt.T, atol=1e-5)


def test_orthogonalized_of_nothing_is_nothing() -> None:
    assert not orthogonalized(np.zeros((3, 2), np.float32)).any()
