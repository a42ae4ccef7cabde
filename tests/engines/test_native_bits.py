"""The same bits for any number of threads, on every instruction set; a row alone is the row among many."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.sparse import csr_array

from clearprop.engines import EpochCall, Recipe
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.losses import LOSSES
from clearprop.mathematics.network import Network

from .cases import start

native = pytest.importorskip("clearprop.engines.native.engine", exc_type=ImportError)
TARGETS = native._core.targets
THREADS = (1, 2, 3, 5)
SIZES, N_ROWS, BATCH_SIZE = (70, 90, 61, 5), 150, 64  # enough work for five threads; the last batch is for two
NETWORK = Network(SIZES, ("relu", "tanh"))
RANDOM = np.random.default_rng(6)
X = RANDOM.normal(size=(N_ROWS, SIZES[0])) * (RANDOM.uniform(size=(N_ROWS, SIZES[0])) < 0.5)
Y = RANDOM.dirichlet(np.ones(SIZES[-1]), N_ROWS)
WEIGHTS = RANDOM.uniform(0.2, 3.0, N_ROWS)
each_type = pytest.mark.parametrize("dtype", [np.float64, np.float32])
each_target = pytest.mark.parametrize("target", TARGETS)
RECIPES = {
    "adam": Recipe(alpha=0.1),
    "dropout": Recipe("nesterov", dropout=0.4, dropout_seed=9),
    "clipped": Recipe("adamw", max_grad_norm=0.1, alpha=0.1),
}


def all_equal(runs):
    return all(np.array_equal(one, other) for one, other in pairwise(runs))


def epoch_with(n_threads, target, dtype, recipe=RECIPES["adam"], form=np.asarray):
    """Parameters, loss and norms in one vector, after two epochs."""
    trainer = native.NativeEngine(n_threads, target).trainer(NETWORK, start(NETWORK, dtype), recipe)
    data = form(X.astype(dtype)), Y.astype(dtype), WEIGHTS.astype(dtype)
    for _ in range(2):
        result = trainer.epoch(*data, RANDOM_ORDER, BATCH_SIZE, np.array([0.01, 0.02, 0.005]))
    return np.concatenate([trainer.snapshot(), [result.loss], result.gradient_norms, result.delta_norms])


RANDOM_ORDER = RANDOM.permutation(N_ROWS)[:140]


@each_type
@each_target
@pytest.mark.parametrize("name", RECIPES)
def test_training(name, target, dtype):
    runs = [epoch_with(n, target, dtype, RECIPES[name]) for n in THREADS]
    runs.append(epoch_with(3, target, dtype, RECIPES[name], csr_array))
    assert all_equal(runs)
    assert not all_equal([runs[0], epoch_with(1, target, dtype, Recipe(alpha=0.1000001))])


@each_type
@each_target
def test_objective(target, dtype):
    data = X.astype(dtype), Y.astype(dtype), WEIGHTS.astype(dtype)
    runs = [native.NativeEngine(n, target).objective(NETWORK, start(NETWORK, dtype), *data, Recipe()) for n in THREADS]
    assert all_equal([gradient.flatten() for _, gradient in runs])
    assert len({value for value, _ in runs}) == 1


@each_type
@each_target
@pytest.mark.parametrize("pre_activation", [False, True])
def test_prediction(target, dtype, pre_activation):
    many = np.tile(X, (5, 1)).astype(dtype)
    runs = [
        native.NativeEngine(n, target).predict(NETWORK, start(NETWORK, dtype), rows, pre_activation=pre_activation)
        for n in THREADS
        for rows in (many, csr_array(many))
    ]
    assert all_equal(runs)
    assert np.array_equal(runs[0][:N_ROWS], runs[0][-N_ROWS:])  # in other blocks


@each_type
@each_target
@pytest.mark.parametrize("hidden", [name for name, entry in ACTIVATIONS.items() if entry.elementwise])
def test_a_row_alone_is_the_row_among_many(hidden, target, dtype):
    network = Network((7, 33, 18, 5), hidden, hidden, "half_squared_error")
    engine, parameters, rows = native.NativeEngine(2, target), start(network, dtype), X[:, :7].astype(dtype)
    many = engine.predict(network, parameters, rows)
    for i in (0, 1, 16, 31, 149):
        assert np.array_equal(engine.predict(network, parameters, rows[i : i + 1])[0], many[i])
    assert np.array_equal(engine.predict(network, parameters, rows[5:42]), many[5:42])


@each_type
@each_target
@pytest.mark.parametrize("units", [1, 2, 8, 15, 17, 33])
def test_a_softmax_row_alone_is_the_row_among_many(units, target, dtype):
    network = Network((7, 9, units), "relu")
    engine, parameters, rows = native.NativeEngine(2, target), start(network, dtype), X[:, :7].astype(dtype)
    many = engine.predict(network, parameters, rows)
    assert all(np.array_equal(engine.predict(network, parameters, rows[i : i + 1])[0], many[i]) for i in range(40))
    np.testing.assert_allclose(many.sum(axis=1), 1.0, rtol=1e-6)


@each_target
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("units", [1, 5, 16, 17, 40])
def test_a_row_counts_as_much_wherever_it_stands(units, loss, target):
    # Losses of single rows (weight 1 on one, 0 on the others) do not depend on the row's place in the batch.
    network = Network((7, 9, units), "relu", LOSSES[loss].paired_output, loss)
    engine, parameters = native.NativeEngine(2, target), start(network)
    targets = np.full((19, units), 1.0 / units)
    values = set()
    for place in range(19):
        rows = np.tile(X[1, :7], (19, 1))
        rows[place] = X[0, :7]
        only = np.eye(19)[place]
        value, gradient = engine.objective(network, parameters, rows, targets, only, Recipe())
        values.add((value, gradient.flatten().tobytes()))
    assert len(values) == 1


def test_several_at_once_on_any_number_of_threads():
    ends = []
    for n in THREADS:
        engine = native.NativeEngine(n)
        trainers = [engine.trainer(NETWORK, start(NETWORK), Recipe(dropout=0.1, dropout_seed=i)) for i in range(4)]
        engine.epochs([EpochCall(t, X, Y, None, None, BATCH_SIZE, np.full(3, 0.01)) for t in trainers])
        ends.append(np.concatenate([trainer.snapshot() for trainer in trainers]))
    assert all_equal(ends)


@each_type
def test_instruction_sets_agree_but_for_rounding(dtype):
    runs = [epoch_with(2, target, dtype) for target in TARGETS]
    for run in runs[1:]:
        np.testing.assert_allclose(run, runs[0], rtol=0, atol=1e-9 if dtype is np.float64 else 1e-3)


def test_an_instruction_set_that_is_not_there():
    with pytest.raises(ValueError, match="target: this processor cannot run 'avx1024'"):
        native.NativeEngine(1, "avx1024").trainer(NETWORK, start(NETWORK), Recipe())
    with pytest.raises(ValueError, match="target: this processor cannot run 'avx1024'"):
        native.NativeEngine(1, "avx1024").predict(NETWORK, start(NETWORK), X)


@pytest.mark.parametrize(("text", "expected"), [("3", 3), ("4,2", 4), ("", None), ("0", None), ("many", None)])
def test_the_number_of_threads_can_be_set(text, expected, monkeypatch):
    monkeypatch.setenv("CLEARPROP_NUM_THREADS", text)
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    assert native.thread_count() == native.NativeEngine().n_threads == (expected or 7)
    assert native.NativeEngine(2).n_threads == 2


WIDE = Network((300, 700, 300, 5), "tanh")  # two rows are work for three threads
FEW = RANDOM.normal(size=(13, 300))


@each_type
@each_target
@pytest.mark.parametrize("n_rows", [1, 2, 5, 12, 13])
def test_prediction_of_few_rows_whose_layers_are_shared_out(n_rows, target, dtype):
    rows, parameters = FEW.astype(dtype), start(WIDE, dtype)
    expected = native.NativeEngine(1, target).predict(WIDE, parameters, rows)[:n_rows]
    for _ in range(20):  # threads come as they wake up
        runs = [native.NativeEngine(n, target).predict(WIDE, parameters, rows[:n_rows]) for n in THREADS]
        assert all_equal([expected, *runs])
