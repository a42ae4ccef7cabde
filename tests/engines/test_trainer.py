"""A trainer can be put back to a snapshot, and a copy of it trains on as it would have."""

import copy
import pickle

import numpy as np
import pytest

from clearprop.engines import ENGINES, Recipe, engine_named
from clearprop.mathematics.network import Parameters
from clearprop.mathematics.optimizers import OPTIMIZERS

from .cases import NETWORK, epoch_of, trained, trainer_of

COPIES = {"pickle": lambda trainer: pickle.loads(pickle.dumps(trainer)), "deepcopy": copy.deepcopy}
RECIPES = [*(Recipe(name, max_grad_norm=0.3) for name in OPTIMIZERS), Recipe("adam", dropout=0.4, dropout_seed=5)]


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("recipe", RECIPES, ids=[f"{recipe.optimizer}-{recipe.dropout}" for recipe in RECIPES])
def test_a_copy_trains_on(engine, recipe, copied):
    trainer = trainer_of(engine, recipe)
    epoch_of(trainer)
    twin = copied(trainer)
    np.testing.assert_array_equal(twin.snapshot(), trainer.snapshot())
    epoch_of(twin)
    assert not np.array_equal(twin.snapshot(), trainer.snapshot())  # they share no memory
    epoch_of(trainer)
    np.testing.assert_array_equal(twin.snapshot(), trainer.snapshot())
    np.testing.assert_array_equal(twin.snapshot(), trained(engine, recipe, n_epochs=2))
    np.testing.assert_array_equal(twin.parameters.flatten(), twin.snapshot())


def test_a_copy_without_the_optimizers_state_would_not(engine):
    recipe = Recipe("adam")
    trainer = trainer_of(engine, recipe)
    epoch_of(trainer)
    fresh = engine.trainer(NETWORK, trainer.parameters, recipe)
    epoch_of(fresh)
    assert not np.allclose(fresh.snapshot(), trained(engine, recipe, n_epochs=2), rtol=1e-3)


def test_snapshot_and_restore(engine):
    trainer = trainer_of(engine, Recipe("gradient_descent"))
    shown, first = trainer.parameters, trainer.snapshot()
    kept = first.copy()
    epoch_of(trainer)
    second = trainer.snapshot()
    np.testing.assert_array_equal(first, kept)  # a snapshot is a copy
    np.testing.assert_array_equal(shown.flatten(), second)  # the parameters are views
    trainer.restore(first)
    np.testing.assert_array_equal(shown.flatten(), kept)
    epoch_of(trainer)
    np.testing.assert_array_equal(trainer.snapshot(), second)
    np.testing.assert_array_equal(first, kept)


def test_a_snapshot_is_the_parameters_in_one_vector(engine):
    trainer = trainer_of(engine, Recipe())
    views = Parameters.from_flat(NETWORK.sizes, trainer.snapshot())
    for mine, theirs in zip(views.arrays(), trainer.parameters.arrays(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_engines_by_name():
    for name, engine in ENGINES.items():
        assert engine_named(name) is engine
        assert engine.name == name
    assert engine_named("auto") in ENGINES.values()
    with pytest.raises(ValueError, match=r"engine: 'referense' is unknown \(did you mean 'reference'\?\); there are"):
        engine_named("referense")
