"""The layers beside the affine ones, rates of their own and the tangent form: the native engine is the reference."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from clearprop.engines.interface import Recipe
from clearprop.engines.native import why_not
from clearprop.engines.reference import ReferenceEngine
from clearprop.mathematics.initializers import initialize
from clearprop.mathematics.layers import Embedding, Numbers, Periodic, PiecewiseLinear
from clearprop.mathematics.network import Network, Parameters

pytestmark = pytest.mark.skipif(bool(why_not), reason=why_not or "")
if not why_not:
    from clearprop.engines.native import _core
    from clearprop.engines.native.engine import NativeEngine, NativeTrainer

BINS = PiecewiseLinear(((-1.0, -0.2, 0.7), (-2.0, 0.1, 0.5, 2.0)))
INPUTS = (Numbers(3), BINS, Periodic(3), Embedding(5), Periodic(1, n_frequencies=37, n_features=2), Embedding(40, 3))
NETWORKS: dict[str, dict[str, Any]] = {
    "all": {"inputs": INPUTS, "scaled": True, "mixed": True},
    "inputs": {"inputs": INPUTS},
    "bins alone": {"inputs": (BINS,), "mixed": True},
    "one embedding": {"inputs": (Embedding(40),), "scaled": True},
    "mixed": {"mixed": True},
    "scaled": {"scaled": True},
}
RECIPES = {
    "RealMLP": Recipe(
        optimizer="adamw",
        hyperparameters={"weight_decay": 0.02, "beta_2": 0.95},
        dropout=0.15,
        tangent_form=True,
        bias_rate_factor=0.1,
    ),
    "clipped": Recipe(optimizer="adam", alpha=0.1, max_grad_norm=0.5),
    "gradient descent": Recipe(optimizer="gradient_descent", tangent_form=True),
}
N_ROWS, BATCH = 300, 64


def problem(kind: str, hidden: str, dtype: Any) -> tuple[Network, Parameters, Any, Any, Any]:
    """A network of this kind with parameters, and a table: X, Y and row weights."""
    random = np.random.default_rng(5)
    arguments = NETWORKS[kind]
    n_0 = sum(layer.n_outputs for layer in arguments.get("inputs", ())) or 21
    network = Network((n_0, 33, 20, 3), hidden, **arguments)
    X = random.normal(size=(N_ROWS, network.n_columns))
    for _, layer, columns, _ in network.placed_inputs():
        if isinstance(layer, Embedding):
            X[:, columns] = random.integers(0, layer.n_categories, (N_ROWS, 1))
    Y = random.dirichlet(np.ones(3), N_ROWS)
    parameters = initialize(network, "lecun_normal", random, dtype)
    flat = parameters.flatten() + 0.05 * random.normal(size=parameters.flatten().shape).astype(dtype)
    weights = random.uniform(0.5, 2.0, N_ROWS)
    return network, network.parameters(flat), X.astype(dtype), Y.astype(dtype), weights.astype(dtype)


def trained(engine: Any, given: Any, recipe: Recipe, n_epochs: int = 3) -> Any:
    """The trainer after some epochs, in orders that are the same for every engine."""
    network, parameters, X, Y, weights = given
    trainer, random = engine.trainer(network, parameters, recipe), np.random.default_rng(1)
    for _ in range(n_epochs):
        trainer.epoch(X, Y, weights, random.permutation(N_ROWS), BATCH, np.full(-(-N_ROWS // BATCH), 0.01))
    return trainer


@pytest.mark.parametrize("hidden", ["selu", "mish", "relu"])
@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 1e-4)])
def test_gradients_agree(kind: str, hidden: str, dtype: Any, tolerance: float) -> None:
    given = problem(kind, hidden, dtype)
    value, gradients = NativeEngine().objective(*given, Recipe(alpha=0.3))
    right_value, right = ReferenceEngine().objective(*given, Recipe(alpha=0.3))
    assert value == pytest.approx(right_value, rel=tolerance)
    assert gradients.theta.keys() == right.theta.keys()
    for mine, theirs in zip(gradients.arrays(), right.arrays(), strict=True):
        assert np.abs(mine - theirs).max() <= tolerance * np.abs(theirs).max()


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-11), (np.float32, 3e-3)])
def test_training_agrees(kind: str, recipe: Recipe, dtype: Any, tolerance: float) -> None:
    given = problem(kind, "selu", dtype)
    native, reference = trained(NativeEngine(), given, recipe), trained(ReferenceEngine(), given, recipe)
    assert isinstance(native, NativeTrainer)
    np.testing.assert_allclose(native.snapshot(), reference.snapshot(), atol=tolerance)
    mine, right = (
        engine.predict(given[0], native.parameters, given[2]) for engine in (NativeEngine(), ReferenceEngine())
    )
    np.testing.assert_allclose(mine, right, atol=tolerance)


@pytest.mark.parametrize("kind", NETWORKS)
def test_bits_do_not_depend_on_threads_or_on_rows_beside(kind: str) -> None:
    given = problem(kind, "mish", np.float32)
    ends = [trained(NativeEngine(n), given, RECIPES["RealMLP"]).snapshot() for n in (1, 2, 3, 5)]
    for end in ends[1:]:
        np.testing.assert_array_equal(end, ends[0])
    network, parameters, X = given[:3]
    many = NativeEngine(3).predict(network, parameters, X)
    one_by_one = [NativeEngine(1).predict(network, parameters, X[i : i + 1])[0] for i in (0, 7, N_ROWS - 1)]
    np.testing.assert_array_equal(many[[0, 7, N_ROWS - 1]], one_by_one)


@pytest.mark.parametrize("target", [] if why_not else _core.targets)
def test_every_instruction_set_agrees(target: str) -> None:
    given = problem("all", "selu", np.float32)
    mine = trained(NativeEngine(2, target), given, RECIPES["RealMLP"]).snapshot()
    np.testing.assert_allclose(mine, trained(ReferenceEngine(), given, RECIPES["RealMLP"]).snapshot(), atol=3e-3)


def test_products_in_bfloat16_are_near() -> None:
    given = problem("all", "selu", np.float32)
    recipe = replace(RECIPES["RealMLP"], precision="bfloat16")
    if why := NativeEngine().why_no_bfloat16(given[0], recipe):
        pytest.skip(why)
    rounded = trained(NativeEngine(), given, recipe, 1).snapshot()
    exact = trained(NativeEngine(), given, RECIPES["RealMLP"], 1).snapshot()
    assert 0.0 < np.abs(rounded - exact).mean() < 2e-2


def test_training_goes_on_from_slots() -> None:
    """A pickled run ends where one that was not interrupted ends."""
    given = problem("all", "selu", np.float32)
    network, _, X, Y, weights = given
    at_once, halted = (NativeEngine().trainer(network, given[1], RECIPES["RealMLP"]) for _ in range(2))
    rates = np.full(-(-N_ROWS // BATCH), 0.01)
    for _ in range(2):
        at_once.epoch(X, Y, weights, None, BATCH, rates)
    halted.epoch(X, Y, weights, None, BATCH, rates)
    rebuild, arguments = halted.__reduce__()
    again = rebuild(*arguments)
    again.epoch(X, Y, weights, None, BATCH, rates)
    np.testing.assert_array_equal(again.snapshot(), at_once.snapshot())


@pytest.mark.parametrize("engine", [ReferenceEngine, NativeEngine] if not why_not else [ReferenceEngine])
@pytest.mark.parametrize("code", [-1.0, 40.0, 1.5, np.nan])
def test_a_code_that_names_no_category_is_refused(engine: Any, code: float) -> None:
    network, parameters, X, Y, _ = problem("one embedding", "relu", np.float64)
    X[3, 0] = code
    with pytest.raises(ValueError, match=r"X: column 0 holds .*, but its categories are 0 to 39"):
        engine().predict(network, parameters, X)
    with pytest.raises(ValueError, match="X: column 0 holds"):
        engine().trainer(network, parameters, Recipe()).epoch(X, Y, None, None, 50, np.full(6, 0.1))


@pytest.mark.parametrize(
    "others",
    [
        ([(4, 1, 21, 0, [], [])], False, False),
        ([(0, 3, 3, 0, [], [])], False, False),
        ([(1, 1, 21, 0, [0.0], [1.0])], False, False),
        ([(3, 2, 21, 5, [], [])], False, False),
        ([(2, 1, 0, 5, [], [])], False, False),
    ],
)
@pytest.mark.skipif(bool(why_not), reason=why_not or "")
def test_the_module_refuses_inputs_that_do_not_fit(others: Any) -> None:
    with pytest.raises(ValueError, match="inputs"):
        _core.TrainingFloat32([21, 3], [0], 0, False, _core.Settings(), "", others)
