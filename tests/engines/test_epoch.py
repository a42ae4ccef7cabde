"""An epoch of an engine is a plain loop over the forward pass, the four equations and an optimizer step."""

import numpy as np
import pytest

from clearprop.engines import Recipe
from clearprop.mathematics.network import Network, Parameters
from clearprop.mathematics.optimizers import OPTIMIZERS

from .cases import (
    BATCH_SIZE,
    N_ROWS,
    NETWORK,
    ORDER,
    PAIRED,
    RATES,
    SIZES,
    WEIGHTS,
    X,
    Y,
    epoch_of,
    plain_epochs,
    start,
    trained,
    trainer_of,
)

N_EPOCHS = 3
RECIPES = {
    **{name: Recipe(name, alpha=0.3) for name in OPTIMIZERS},
    "hyperparameters": Recipe("adamw", {"beta_1": 0.5, "epsilon": 1e-3, "weight_decay": 2.0, "momentum": 0.1}),
    "clipped": Recipe("nesterov", max_grad_norm=0.1),
    "dropout": Recipe("adam", dropout=0.4, dropout_seed=3),
    "scaled": Recipe("adam", alpha=0.3, loss_scale=0.25, loss_floor=1e-3),
}


def check(engine, recipe, network=NETWORK, weights=WEIGHTS, order=ORDER):
    """Assert that engine and plain loop agree on the parameters and on every epoch's result."""
    trainer = trainer_of(engine, recipe, network)
    expected, results = plain_epochs(recipe, N_EPOCHS, network, weights, order)
    for result in results:
        mine = epoch_of(trainer, weights=weights, order=order)
        assert mine.diverged_at is None
        for name, value in result.items():
            np.testing.assert_allclose(getattr(mine, name), value, rtol=1e-10)
    np.testing.assert_allclose(trainer.snapshot(), expected.flatten(), rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(trainer.parameters.flatten(), trainer.snapshot())


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_every_recipe(engine, recipe):
    check(engine, recipe)


@pytest.mark.parametrize("weights", [WEIGHTS, None], ids=["weights", "no weights"])
@pytest.mark.parametrize("order", [ORDER, None], ids=["order", "as they stand"])
def test_weights_and_order(engine, weights, order):
    check(engine, Recipe("adam", alpha=0.3), weights=weights, order=order)


@pytest.mark.parametrize("output", PAIRED)
def test_every_paired_output(engine, output):
    check(engine, Recipe("adam", alpha=0.3), Network(SIZES, "sigmoid", output, PAIRED[output]))


def test_the_general_route_and_other_shapes(engine):
    check(engine, Recipe("adam"), Network(SIZES, ("relu", "silu"), "softmax", "half_squared_error"))
    check(engine, Recipe("muon"), Network((SIZES[0], SIZES[-1])))
    check(engine, Recipe("muon"), Network((SIZES[0], 4, 4, 9, 2, SIZES[-1])))


@pytest.mark.parametrize(
    "other",
    [
        Recipe("adam", alpha=0.31),
        Recipe("adam", {"beta_2": 0.99}, alpha=0.3),
        Recipe("adam", alpha=0.3, dropout=0.1),
        Recipe("adam", alpha=0.3, max_grad_norm=1e-3),
        Recipe("adamw", alpha=0.3),
    ],
)
def test_another_recipe_gives_another_network(engine, other):
    assert not np.allclose(trained(engine, other), trained(engine, Recipe("adam", alpha=0.3)), rtol=1e-4)


def test_the_order_of_the_rows_matters(engine):
    recipe = Recipe("adam")
    assert not np.allclose(trained(engine, recipe), trained(engine, recipe, X, Y, WEIGHTS, ORDER[::-1]), rtol=1e-4)


def test_given_parameters_are_copied(engine):
    given = start()
    before = given.flatten()
    trainer = engine.trainer(NETWORK, given, Recipe())
    epoch_of(trainer)
    np.testing.assert_array_equal(given.flatten(), before)
    assert not np.array_equal(trainer.snapshot(), before)


@pytest.mark.parametrize("step", [1, 3, 5])
def test_a_loss_that_is_not_finite_ends_the_epoch_without_an_update(engine, step):
    bad = X.copy()
    bad[ORDER[(step - 1) * BATCH_SIZE]] = np.inf
    trainer, stopped = trainer_of(engine, Recipe()), trainer_of(engine, Recipe())
    result = epoch_of(trainer, X=bad)
    good = ORDER[: (step - 1) * BATCH_SIZE]
    if step > 1:
        stopped.epoch(X, Y, WEIGHTS, good, BATCH_SIZE, RATES[: step - 1])
    assert result.diverged_at == step
    np.testing.assert_array_equal(trainer.snapshot(), stopped.snapshot())


@pytest.mark.parametrize("alpha", [0.0, 0.3])
def test_the_objective_is_one_batch_of_all_rows(engine, alpha):
    recipe = Recipe("gradient_descent", alpha=alpha, loss_scale=0.5)
    value, gradient = engine.objective(NETWORK, start(), X, Y, WEIGHTS, recipe)
    trainer = trainer_of(engine, recipe)
    result = trainer.epoch(X, Y, WEIGHTS, None, N_ROWS, np.array([0.1]))
    assert value == pytest.approx(result.loss, rel=1e-12)
    np.testing.assert_allclose(trainer.snapshot(), start().flatten() - 0.1 * gradient.flatten(), rtol=1e-12)


def test_parameters_of_another_network_are_refused(engine):
    other = Parameters.from_flat((5, 3), np.zeros(18))
    with pytest.raises(ValueError, match="the network has sizes"):
        engine.trainer(NETWORK, other, Recipe())
