"""A small network on a large batch: each block of rows sums its own share of the gradient, and nothing else changes."""

from itertools import pairwise

import numpy as np
import pytest

from clearprop.engines import Recipe, engine_named
from clearprop.mathematics.network import Network

from .cases import start

native = pytest.importorskip("clearprop.engines.native.engine", exc_type=ImportError)
TARGETS = native._core.targets
NETWORK, BATCH_SIZE, N_ROWS = Network((64, 100, 5), "tanh"), 400, 1050  # four shares; the last batch has three
RATES = np.array([0.01, 0.02, 0.005])
RANDOM = np.random.default_rng(3)
X = RANDOM.normal(size=(N_ROWS, 64))
Y = RANDOM.dirichlet(np.ones(5), N_ROWS)
WEIGHTS = RANDOM.uniform(0.2, 3.0, N_ROWS)
ORDER = RANDOM.permutation(N_ROWS)
RECIPES = {
    "adam": Recipe(alpha=0.1),
    "dropout": Recipe("nesterov", dropout=0.4, dropout_seed=9),
    "clipped": Recipe("adamw", max_grad_norm=0.1, alpha=0.1),
}
each_target = pytest.mark.parametrize("target", TARGETS)


def after(engine, recipe, dtype, *, with_objective=False):
    """Parameters, loss and norms in one vector, after two epochs."""
    trainer = engine.trainer(NETWORK, start(NETWORK, dtype), recipe)
    data = X.astype(dtype), Y.astype(dtype), WEIGHTS.astype(dtype)
    for _ in range(2):
        result = trainer.epoch(*data, ORDER, BATCH_SIZE, RATES)
        if with_objective:
            engine.objective(NETWORK, start(NETWORK, dtype), *data, recipe)
    return np.concatenate([trainer.snapshot(), [result.loss], result.gradient_norms, result.delta_norms])


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-5)])
@each_target
@pytest.mark.parametrize("name", RECIPES)
def test_shares_add_up_to_what_the_reference_computes(name, target, dtype, tolerance):
    recipe = RECIPES[name]
    expected = after(engine_named("reference"), recipe, np.float64)
    assert after(native.NativeEngine(2, target), recipe, dtype) == pytest.approx(expected, rel=tolerance, abs=tolerance)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@each_target
@pytest.mark.parametrize("name", RECIPES)
def test_shares_are_the_same_for_any_number_of_threads(name, target, dtype):
    recipe = RECIPES[name]
    runs = [after(native.NativeEngine(n, target), recipe, dtype) for n in (1, 2, 3, 5)]
    runs.append(after(native.NativeEngine(3, target), recipe, dtype, with_objective=True))
    assert all(np.array_equal(one, other) for one, other in pairwise(runs))
