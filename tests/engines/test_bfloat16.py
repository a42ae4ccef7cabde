"""Training with the factors of matrix products in bfloat16: what is rounded, and that nothing else is."""

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import load_digits

from clearprop import MLPClassifier
from clearprop.engines import EpochCall, Recipe
from clearprop.mathematics.initializers import initialize
from clearprop.mathematics.network import Network, Parameters

native = pytest.importorskip("clearprop.engines.native.engine", exc_type=ImportError)
TARGETS = native._core.bfloat16_targets()
BFLOAT16 = Recipe("gradient_descent", precision="bfloat16")

pytestmark = [
    pytest.mark.skipif(not TARGETS, reason="this processor has neither AMX nor AVX-512 BF16"),
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]
each_target = pytest.mark.parametrize("target", TARGETS)


def rounded(array):
    """Round to the nearest bfloat16, ties to even."""
    bits = np.ascontiguousarray(array, np.float32).view(np.uint32)
    nearest = (bits + np.uint32(0x7FFF) + ((bits >> 16) & 1)) & np.uint32(0xFFFF0000)
    return nearest.view(np.float32).astype(np.float64)


def on_a_grid(generator, *shape):
    """Numbers of 9 bits, which bfloat16 must round; a sum of some dozens of products is exact in float32."""
    return (generator.integers(-511, 512, size=shape) / 32).astype(np.float32)


def problem(sizes, n, *, output="identity", loss="half_squared_error", seed=0):
    generator = np.random.default_rng(seed)
    network = Network(sizes, "relu", output, loss)
    W = [np.empty(0), *(on_a_grid(generator, sizes[l], sizes[l - 1]) for l in network.layers)]
    b = [np.empty(0), *(on_a_grid(generator, sizes[l]) for l in network.layers)]
    return network, Parameters(W, b), on_a_grid(generator, n, sizes[0]), on_a_grid(generator, n, sizes[-1])


def trained(network, parameters, X, Y, recipe, batch_size=None, *, rate=1e-3, n_threads=2, target="", weights=None):
    trainer = native.NativeEngine(n_threads, target).trainer(network, parameters, recipe)
    batch_size = batch_size or len(Y)
    steps = -(-len(Y) // batch_size)
    result = trainer.epoch(X, Y, weights, None, batch_size, np.full(steps, rate))
    return trainer, result


def gradient_of_step(network, parameters, X, Y, recipe, **more):
    """What one step of gradient descent with rate 1 subtracts."""
    trainer, _ = trained(network, parameters, X, Y, recipe, rate=1.0, **more)
    return parameters.flatten().astype(np.float64) - trainer.snapshot()


def gradient_with_rounded_factors(parameters, X, Y, rounding):
    """BP1–BP4 of a ReLU network with half squared error, in float64 but for the factors of the products."""
    n_layers = len(parameters.W) - 1
    a, z = [X], [None]
    for l in range(1, n_layers + 1):
        z.append(rounding(a[-1]) @ rounding(parameters.W[l]).T + parameters.b[l])
        a.append(np.maximum(z[-1], 0) if l < n_layers else z[-1])
    delta = (a[-1] - Y) / len(Y)
    dW, db = [], []
    for l in range(n_layers, 0, -1):
        dW.insert(0, rounding(delta).T @ rounding(a[l - 1]))
        db.insert(0, delta.sum(axis=0))
        delta = (rounding(delta) @ rounding(parameters.W[l])) * (a[l - 1] > 0)
    return np.concatenate([array.ravel() for array in dW + db])


@each_target
@pytest.mark.parametrize("sizes", [(1, 1), (5, 3), (33, 17), (64, 32), (70, 45)])
@pytest.mark.parametrize("n", [1, 2, 32, 37, 64])
def test_one_layer_is_the_sum_of_rounded_products(target, sizes, n):
    network, parameters, X, Y = problem(sizes, n)
    found = gradient_of_step(network, parameters, X, Y, BFLOAT16, target=target)
    scale = np.abs(found).max()
    expected, exact = (gradient_with_rounded_factors(parameters, X, Y, way) for way in (rounded, np.float64))
    assert np.abs(found - expected).max() < 2e-6 * max(scale, 16.0)  # W holds 16, to 24 bits
    assert n * sizes[0] * sizes[1] < 100 or np.abs(found - exact).max() > 1e-4 * scale


@each_target
@pytest.mark.parametrize("sizes", [(5, 7, 3), (40, 33, 17), (33, 40, 50, 2)])
@pytest.mark.parametrize("n", [1, 31, 96])
def test_all_four_equations_take_rounded_factors_and_nothing_else_is_rounded(target, sizes, n):
    network, parameters, X, Y = problem(sizes, n)
    found = gradient_of_step(network, parameters, X, Y, BFLOAT16, target=target)
    expected, exact = (gradient_with_rounded_factors(parameters, X, Y, way) for way in (rounded, np.float64))
    scale = np.abs(expected).max()
    # A sum in float32 that differs in its last bit can turn a rounding the other way: few numbers, each by little.
    assert np.abs(found - expected).max() < 4e-3 * scale
    assert np.quantile(np.abs(found - expected), 0.5) < 2e-6 * scale
    assert np.abs(found - exact).max() > 20 * np.quantile(np.abs(found - expected), 0.5)


@each_target
def test_ties_go_to_the_even_neighbour(target):
    network = Network((1, 1), "relu", "identity", "half_squared_error")
    X = np.array([[257.0], [259.0], [-257.0], [258.0]], np.float32)  # bfloat16 has the even whole numbers here
    parameters = Parameters([np.empty(0), np.ones((1, 1), np.float32)], [np.empty(0), np.zeros(1, np.float32)])
    found = gradient_of_step(network, parameters, X, np.zeros((4, 1), np.float32), BFLOAT16, target=target)
    assert found[1] == (256 + 260 - 256 + 258) / 4


@each_target
@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_stays_so(target, number):
    network, parameters, X, Y = problem((5, 7, 3), 9)
    X[4, 2] = number
    _, result = trained(network, parameters, X, Y, BFLOAT16, target=target)
    assert result.diverged_at == 1


MANY = {
    "adam": {"optimizer": "adam"},
    "adamw and penalty": {"optimizer": "adamw", "alpha": 0.1},
    "momentum": {"optimizer": "momentum"},
    "rmsprop": {"optimizer": "rmsprop"},
    "adagrad": {"optimizer": "adagrad"},
    "dropout": {"dropout": 0.3, "dropout_seed": 7},
    "clipped": {"max_grad_norm": 1e-2},
}


def classification(sizes=(70, 45, 40, 5), n=230, hidden="relu"):
    network = Network(sizes, hidden, "softmax", "cross_entropy")
    generator = np.random.default_rng(1)
    X = generator.standard_normal((n, sizes[0]), np.float32)
    Y = np.eye(sizes[-1], dtype=np.float32)[generator.integers(sizes[-1], size=n)]
    return network, initialize(network, "he_normal", np.random.RandomState(0), np.float32), X, Y


@each_target
@pytest.mark.parametrize("name", MANY)
def test_the_same_bits_for_any_number_of_threads(target, name):
    recipe = Recipe(precision="bfloat16", **MANY[name])
    case = classification((130, 300, 260, 5))
    runs = [trained(*case, recipe, 100, n_threads=n, target=target) for n in (1, 2, 3, 5)]
    assert all(np.array_equal(trainer.snapshot(), runs[0][0].snapshot()) for trainer, _ in runs)
    assert len({result.loss for _, result in runs}) == 1


@each_target
@pytest.mark.parametrize("name", MANY)
@pytest.mark.parametrize("hidden", ["relu", "tanh", "gelu"])
def test_an_epoch_is_close_to_one_in_float32_and_not_the_same(target, name, hidden):
    recipe = Recipe(precision="bfloat16", **MANY[name])
    case = classification(hidden=hidden)
    weights = np.random.default_rng(2).uniform(0.1, 2.0, len(case[3])).astype(np.float32)
    rounded_run, result = trained(*case, recipe, 50, target=target, weights=weights)
    exact_run, exact = trained(*case, replace(recipe, precision=""), 50, weights=weights)
    assert result.loss == pytest.approx(exact.loss, rel=5e-3)
    np.testing.assert_allclose(result.gradient_norms, exact.gradient_norms, rtol=0.03)
    np.testing.assert_allclose(result.delta_norms, exact.delta_norms, rtol=0.03)
    start = case[1].flatten()
    moved, moved_exactly = rounded_run.snapshot() - start, exact_run.snapshot() - start
    assert moved @ moved_exactly > 0.95 * np.linalg.norm(moved) * np.linalg.norm(moved_exactly)
    assert not np.array_equal(moved, moved_exactly)


@each_target
def test_sparse_rows_are_dense_rows(target):
    network, parameters, X, Y = classification()
    X[X < 1] = 0
    recipe = Recipe(precision="bfloat16")
    dense, sparse = (trained(network, parameters, rows, Y, recipe, 50, target=target)[0] for rows in (X, csr_array(X)))
    assert np.array_equal(dense.snapshot(), sparse.snapshot())


def test_several_at_once_end_as_each_alone():
    network, parameters, X, Y = classification()
    engine, recipe = native.NativeEngine(2), Recipe(precision="bfloat16")
    others = initialize(network, "he_normal", np.random.RandomState(5), np.float32)
    exact = engine.trainer(network, parameters, Recipe())
    together = [engine.trainer(network, start, recipe) for start in (parameters, others)]
    calls = [EpochCall(trainer, X, Y, None, None, 50, np.full(5, 1e-3)) for trainer in (*together, exact)]
    engine.epochs(calls)
    for trainer, start in zip(together, (parameters, others), strict=True):
        assert np.array_equal(trainer.snapshot(), trained(network, start, X, Y, recipe, 50)[0].snapshot())
    assert np.array_equal(exact.snapshot(), trained(network, parameters, X, Y, Recipe(), 50)[0].snapshot())


@each_target
def test_a_recipe_without_precision_is_not_rounded_on_any_target(target):
    case = classification()
    assert np.array_equal(
        trained(*case, Recipe(), 50, target=target)[0].snapshot(), trained(*case, Recipe(), 50)[0].snapshot()
    )


@pytest.mark.parametrize("again", [copy.deepcopy, lambda trainer: pickle.loads(pickle.dumps(trainer))])
def test_copies_go_on_in_bfloat16(again, monkeypatch):
    network, parameters, X, Y = classification()
    recipe = Recipe(precision="bfloat16")
    trainer, _ = trained(network, parameters, X, Y, recipe, 50)
    copied = again(trainer)
    monkeypatch.setattr(native._core, "bfloat16_targets", tuple)
    elsewhere = again(trainer)  # on a processor without
    for run in (trainer, copied, elsewhere):
        run.adjust(network, Recipe())  # the precision stays
        run.epoch(X, Y, None, None, 50, np.full(5, 1e-3))
    assert np.array_equal(trainer.snapshot(), copied.snapshot())
    assert not np.array_equal(trainer.snapshot(), elsewhere.snapshot())
    np.testing.assert_allclose(trainer.snapshot(), elsewhere.snapshot(), atol=0.02)


def test_a_processor_without_bfloat16_refuses_it_in_one_line(monkeypatch):
    network, parameters, *_ = classification()
    monkeypatch.setattr(native._core, "bfloat16_targets", tuple)
    with pytest.raises(ValueError, match=r"^precision: 'bfloat16': this processor has neither AMX nor AVX-512 BF16$"):
        native.NativeEngine().trainer(network, parameters, BFLOAT16)
    X, y = load_digits(return_X_y=True)
    with pytest.raises(ValueError, match=r"^precision: 'bfloat16' is not to be had here: this processor has neither"):
        MLPClassifier((8,), precision="bfloat16", engine="native").fit(X, y)
    with pytest.warns(UserWarning, match="training in float32, for this processor has neither"):
        model = MLPClassifier((8,), max_iter=1, precision="auto", engine="native").fit(X, y)
    assert model.coefs_[0].dtype == np.float32


def test_what_has_no_bfloat16_is_refused():
    network, parameters, *_ = classification()
    doubles = Parameters.from_flat(network.sizes, parameters.flatten().astype(np.float64))
    with pytest.raises(ValueError, match="the parameters are float64, not float32"):
        native.NativeEngine().trainer(network, doubles, BFLOAT16)
    with pytest.raises(ValueError, match="the instruction set 'plain' has no bfloat16"):
        native.NativeEngine(target="plain").trainer(network, parameters, BFLOAT16)
    with pytest.raises(ValueError, match="no optimizer 'muon'"):
        native.NativeEngine().trainer(network, parameters, replace(BFLOAT16, optimizer="muon"))


def test_auto_takes_bfloat16_for_large_networks_on_amx(monkeypatch):
    engine, recipe = native.NativeEngine(), Recipe(precision="bfloat16")
    small, large = (Network(sizes, "relu", "softmax", "cross_entropy") for sizes in ((64, 32, 10), (784, 512, 512, 10)))
    assert engine.why_no_bfloat16(small, recipe) == engine.why_no_bfloat16(large, recipe) == ""
    assert engine.gains_by_bfloat16(large, 128) == ("amx" in TARGETS)
    assert not engine.gains_by_bfloat16(small, 32)
    monkeypatch.setattr(native._core, "bfloat16_targets", lambda: ("avx512_bf16",))
    assert engine.why_no_bfloat16(large, recipe) == ""
    assert not engine.gains_by_bfloat16(large, 128)


def test_a_model_learns_in_bfloat16_what_it_learns_in_float32():
    X, y = load_digits(return_X_y=True)
    X /= 16
    scores = {
        precision: MLPClassifier((64,), max_iter=15, random_state=0, precision=precision, engine="native")
        .fit(X[:1200], y[:1200])
        .score(X[1200:], y[1200:])
        for precision in ("float32", "bfloat16")
    }
    assert scores["bfloat16"] == pytest.approx(scores["float32"], abs=0.02)
    assert scores["bfloat16"] > 0.8
