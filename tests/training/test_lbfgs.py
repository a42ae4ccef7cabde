"""L-BFGS finds the minimum that other programs find."""

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import scale

from clearprop import MLPClassifier, MLPRegressor
from clearprop.engines import Recipe, ReferenceEngine
from clearprop.mathematics.equations import forward, loss, penalty_value
from clearprop.mathematics.network import Network, Parameters
from clearprop.training import minimise

ALPHA = 2.0
NEAR = 2e-3  # SciPy ends where the loss falls by less than 2e-9 of itself: the weights are known to its square root
EXACT = {"hidden_layer_sizes": (), "solver": "lbfgs", "alpha": ALPHA, "tol": 1e-10, "max_iter": 2000, "random_state": 0}


@pytest.mark.parametrize("load", [load_iris, load_breast_cancer])
@pytest.mark.parametrize("weighted", [False, True])
def test_no_hidden_layer_is_logistic_regression(load, weighted):
    X, y = load(return_X_y=True)
    X, weights = scale(X), np.random.RandomState(0).uniform(0.5, 2.0, len(y)) if weighted else None
    mine = MLPClassifier(**EXACT).fit(X, y, weights)
    theirs, wrong = (LogisticRegression(C=C, tol=1e-10, max_iter=2000).fit(X, y, weights) for C in (1 / ALPHA, 1.0))
    np.testing.assert_allclose(mine.coefs_[0].T, theirs.coef_, atol=NEAR)
    np.testing.assert_allclose(mine.predict_proba(X), theirs.predict_proba(X), atol=NEAR)
    assert np.abs(mine.coefs_[0].T - wrong.coef_).max() > 20 * NEAR


@pytest.mark.parametrize("target", [2, 3])
def test_no_hidden_layer_is_ridge_regression(target):
    columns, _ = load_iris(return_X_y=True)
    X, y = scale(columns[:, :2]), columns[:, target]
    mine, theirs = MLPRegressor(**EXACT).fit(X, y), Ridge(alpha=ALPHA).fit(X, y)
    np.testing.assert_allclose(mine.coefs_[0].ravel(), theirs.coef_, atol=NEAR)
    np.testing.assert_allclose(mine.intercepts_[0], theirs.intercept_, atol=NEAR)


NETWORK = Network((3, 4, 2), hidden="tanh")
RANDOM = np.random.default_rng(0)
X, Y = RANDOM.normal(size=(12, 3)), RANDOM.dirichlet(np.ones(2), 12)
WEIGHTS = RANDOM.uniform(0.5, 2.0, 12)
START = Parameters.from_flat(NETWORK.sizes, RANDOM.normal(size=NETWORK.n_parameters))
RECIPE = Recipe(alpha=0.1)


def found(tol=1e-10, callbacks=(), max_iterations=500, max_evaluations=5000):
    return minimise(
        ReferenceEngine(),
        NETWORK,
        START,
        X,
        Y,
        WEIGHTS,
        RECIPE,
        max_iterations=max_iterations,
        max_evaluations=max_evaluations,
        tol=tol,
        callbacks=callbacks,
    )


def value(flat):
    parameters = Parameters.from_flat(NETWORK.sizes, flat)
    penalty = penalty_value(parameters, RECIPE.alpha / WEIGHTS.sum())
    return float(loss(NETWORK, forward(NETWORK, parameters, X), Y, WEIGHTS) + penalty)


def test_the_end_is_a_minimum_of_the_value_alone():
    # Powell's method uses no gradient: near the end that L-BFGS found, it finds nothing lower.
    minimum = found()
    at = minimum.parameters.flatten()
    assert minimum.loss == pytest.approx(value(at), rel=1e-12)
    assert minimum.loss < value(START.flatten())
    better = minimize(value, at, method="Powell", options={"maxiter": 3, "xtol": 1e-8, "ftol": 1e-14})
    assert better.fun == pytest.approx(minimum.loss, rel=1e-6)


def test_parameters_keep_their_type():
    single = Parameters.from_flat(NETWORK.sizes, START.flatten().astype(np.float32))
    data = [array.astype(np.float32) for array in (X, Y, WEIGHTS)]
    limits = {"max_iterations": 50, "max_evaluations": 500, "tol": 1e-5}
    minimum = minimise(ReferenceEngine(), NETWORK, single, *data, RECIPE, **limits)
    assert {array.dtype for array in minimum.parameters.arrays()} == {np.dtype(np.float32)}
    assert minimum.loss == pytest.approx(found().loss, rel=1e-2)


def test_history_and_ends():
    minimum = found()
    losses = minimum.history["loss"]
    assert len(losses) == minimum.account.nit
    assert losses[-1] == minimum.loss
    assert (np.diff(losses) <= 1e-12).all()
    assert minimum.history.stopped_because == minimum.account.message
    assert len(found(max_iterations=4).history) == 4
    assert found(max_evaluations=4).account.nfev < found().account.nfev
    assert found(tol=1e-1).account.nit < found(tol=1e-3).account.nit


def test_a_callback_ends_it():
    seen = []
    minimum = found(callbacks=[seen.append, lambda epoch: epoch.epoch == 3])
    assert seen == minimum.history.epochs
    assert len(seen) == 3
    np.testing.assert_array_equal(minimum.parameters.flatten(), found(max_iterations=3).parameters.flatten())
