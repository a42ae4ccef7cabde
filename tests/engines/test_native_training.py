"""Fifty steps in C++ end where the reference does; what the core lacks runs there; copies go on to the bit."""

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from clearprop.engines import ENGINES, Recipe
from clearprop.engines.reference import ReferenceTrainer
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.initializers import initialize
from clearprop.mathematics.losses import LOSSES
from clearprop.mathematics.network import Network
from clearprop.mathematics.optimizers import OPTIMIZERS
from clearprop.mathematics.schedules import SCHEDULES

from .cases import NETWORK, epoch_of, start, trainer_of

native = pytest.importorskip("clearprop.engines.native.engine", exc_type=ImportError)
TARGETS = native._core.targets
OWN = [name for name in OPTIMIZERS if name in native._core.optimizers]
SIZES, N_ROWS, BATCH_SIZE, N_EPOCHS = (13, 33, 18, 5), 90, 9, 5
RANDOM = np.random.default_rng(4)
X = RANDOM.normal(size=(N_ROWS, SIZES[0])) * (RANDOM.uniform(size=(N_ROWS, SIZES[0])) < 0.6)
Y = np.eye(SIZES[-1])[RANDOM.integers(SIZES[-1], size=N_ROWS)]
WEIGHTS = RANDOM.uniform(0.2, 3.0, N_ROWS)
RATES = 0.01 / np.arange(1.0, 11.0) ** 0.5
each_type = pytest.mark.parametrize("dtype", [np.float64, np.float32])
each_target = pytest.mark.parametrize("target", TARGETS)


def fifty_steps(engine, recipe, network, dtype, *, n_kept=86, weights=WEIGHTS, form=np.asarray, rates=RATES):
    """Ten batches an epoch, the last of them short, in another order each time; `n_kept` rows are in it."""
    parameters = initialize(network, "glorot_uniform", np.random.RandomState(1), np.float64).flatten().astype(dtype)
    trainer = engine.trainer(network, type(start()).from_flat(network.sizes, parameters), recipe)
    data = form(X.astype(dtype)), Y.astype(dtype), None if weights is None else weights.astype(dtype)
    for epoch in range(N_EPOCHS):
        order = np.random.default_rng(epoch).permutation(N_ROWS)[:n_kept]
        result = trainer.epoch(*data, order, BATCH_SIZE, rates)
        assert result.diverged_at is None
    return trainer.snapshot(), result


RECIPES = {
    **{name: Recipe(name, alpha=0.02) for name in OWN},
    **{f"{name}, clipped": Recipe(name, alpha=0.02, max_grad_norm=0.3) for name in ("adam", "nesterov")},
    "dropout": Recipe(dropout=0.35, dropout_seed=11),
    "dropout, clipped": Recipe("momentum", dropout=0.8, dropout_seed=2**31 + 5, max_grad_norm=0.1),
    "numbers": Recipe("adamw", {"beta_1": 0.7, "beta_2": 0.9, "epsilon": 1e-4, "weight_decay": 0.5}),
    "rmsprop's numbers": Recipe("rmsprop", {"rho": 0.5, "epsilon": 1e-3}),
    "floor": Recipe(loss_floor=1e-3, loss_scale=0.2),
}


@each_type
@each_target
@pytest.mark.parametrize("name", RECIPES)
def test_fifty_steps_end_where_the_reference_ends(name, target, dtype):
    network = Network(SIZES, ("relu", "gelu"))
    mine, result = fifty_steps(native.NativeEngine(2, target), RECIPES[name], network, dtype)
    theirs, expected = fifty_steps(ENGINES["reference"], RECIPES[name], network, np.float64)
    assert np.abs(mine - theirs).max() <= (1e-4 if dtype is np.float32 else 1e-11) * np.abs(theirs).max()
    for field in ("loss", "gradient_norms", "delta_norms"):
        np.testing.assert_allclose(getattr(result, field), getattr(expected, field), rtol=1e-3)


@each_target
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("hidden", [name for name, entry in ACTIVATIONS.items() if entry.elementwise])
def test_fifty_steps_with_every_activation_and_loss(hidden, loss, target):
    network = Network(SIZES, hidden, LOSSES[loss].paired_output, loss)
    tamed = Recipe("momentum", max_grad_norm=0.1)  # an exponential of exponentials would overflow
    mine, theirs = (
        fifty_steps(engine, tamed, network, np.float64, weights=None, form=csr_array)[0]
        for engine in (native.NativeEngine(1, target), ENGINES["reference"])
    )
    assert np.abs(mine - theirs).max() <= 1e-10 * np.abs(theirs).max()


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_over_all_rows(name):
    schedule, network = SCHEDULES[name], Network(SIZES, "tanh")
    rates = 0.05 * schedule.factor(np.zeros(10), np.arange(10) / 10, schedule.defaults)
    mine, theirs, flat = (
        fifty_steps(engine, Recipe(), network, np.float64, n_kept=N_ROWS, rates=given)[0]
        for engine, given in (
            (native.NativeEngine(), rates),
            (ENGINES["reference"], rates),
            (native.NativeEngine(), RATES),
        )
    )
    np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-12)
    assert not np.allclose(mine, flat, rtol=1e-3)


@pytest.mark.parametrize(
    "other",
    [
        Recipe(dropout=0.35, dropout_seed=12),
        Recipe(dropout=0.34, dropout_seed=11),
        Recipe(dropout=0.35, dropout_seed=11, alpha=0.01),
        Recipe("nesterov", dropout=0.35, dropout_seed=11),
    ],
)
def test_another_recipe_ends_elsewhere(other):
    network = Network(SIZES, ("relu", "gelu"))
    mine, _ = fifty_steps(native.NativeEngine(), other, network, np.float64)
    theirs, _ = fifty_steps(ENGINES["reference"], RECIPES["dropout"], network, np.float64)
    assert np.abs(mine - theirs).max() > 1e-3 * np.abs(theirs).max()


# ---- what the core lacks ----


def test_the_core_has_all_but_muon():
    assert [name for name in OPTIMIZERS if name not in OWN] == ["muon"]
    assert set(native._core.activations) == set(ACTIVATIONS)
    assert set(native._core.losses) == set(LOSSES)


def test_muon_trains_on_the_reference():
    assert native.lacking(NETWORK, Recipe("muon"), np.float64) == "optimizer 'muon'"
    mine, theirs = (trainer_of(engine, Recipe("muon")) for engine in (native.NativeEngine(), ENGINES["reference"]))
    assert isinstance(mine, ReferenceTrainer)
    for trainer in (mine, theirs):
        epoch_of(trainer)
    np.testing.assert_array_equal(mine.snapshot(), theirs.snapshot())


@pytest.fixture
def entry_of_tomorrow(monkeypatch):
    monkeypatch.setitem(ACTIVATIONS, "cube", replace(ACTIVATIONS["identity"], name="cube", value=lambda z, xp: z**3))
    monkeypatch.setitem(LOSSES, "tomorrow", replace(LOSSES["half_squared_error"], name="tomorrow"))
    return Network((13, 4, 5), "cube"), Network((13, 4, 5), "tanh", "identity", "tomorrow")


def test_entries_that_the_core_does_not_know_run_on_the_reference(entry_of_tomorrow):
    engine, reference = native.NativeEngine(), ENGINES["reference"]
    said = [native.lacking(network, None, np.float64) for network in entry_of_tomorrow]
    assert said == ["activation 'cube'", "loss 'tomorrow'"]
    for network in entry_of_tomorrow:
        assert isinstance(trainer_of(engine, Recipe(), network), ReferenceTrainer)
        parameters = start(network)
        mine, theirs = (e.predict(network, parameters, X) for e in (engine, reference))
        np.testing.assert_array_equal(mine, theirs)
        mine, theirs = (e.objective(network, parameters, X, Y, None, Recipe()) for e in (engine, reference))
        assert mine[0] == theirs[0]
        np.testing.assert_array_equal(mine[1].flatten(), theirs[1].flatten())


def test_numbers_of_another_type_run_on_the_reference():
    assert native.lacking(NETWORK, None, np.float16) == "numbers of type float16"
    trainer = trainer_of(native.NativeEngine(), Recipe(), NETWORK, np.longdouble)
    assert isinstance(trainer, ReferenceTrainer)


def test_what_the_core_has_does_not_fall_back():
    assert native.lacking(NETWORK, Recipe(), np.float32) == ""
    assert isinstance(trainer_of(native.NativeEngine(), Recipe()), native.NativeTrainer)


# ---- copies ----

COPIES = {"pickle": lambda trainer: pickle.loads(pickle.dumps(trainer)), "deepcopy": copy.deepcopy}


@each_type
@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("name", RECIPES)
def test_a_copy_goes_on_to_the_bit(name, copied, dtype):
    trainer = trainer_of(native.NativeEngine(), RECIPES[name], dtype=dtype)
    fresh = trainer_of(native.NativeEngine(), RECIPES[name], dtype=dtype)
    epoch_of(trainer)
    twin = copied(trainer)
    fresh.restore(trainer.snapshot())
    for run in (trainer, twin, fresh):
        epoch_of(run)
    assert np.array_equal(twin.snapshot(), trainer.snapshot())
    stateless = not OPTIMIZERS[RECIPES[name].optimizer].slots and not RECIPES[name].dropout
    assert np.array_equal(fresh.snapshot(), trainer.snapshot()) is stateless


def test_adjusting_in_mid_run_is_as_in_the_reference():
    network = replace(NETWORK, hidden="gelu")
    changed = Recipe("gradient_descent", alpha=0.5, dropout=0.2, dropout_seed=3, max_grad_norm=0.05)
    ends = []
    for engine in ENGINES.values():
        trainer = trainer_of(engine, Recipe("adam"))
        epoch_of(trainer)
        for recipe in (changed, replace(changed, dropout=0.0, max_grad_norm=None)):
            trainer.adjust(network, recipe)  # Adam stays
            epoch_of(trainer)
        ends.append(trainer.snapshot())
    np.testing.assert_allclose(*ends, rtol=1e-9, atol=1e-12)
