"""The native engine's gradient is the reference's: for every entry of every table, every target and odd sizes.

Errors are shares of each array's largest entry; in float32, of what that entry would be if its terms all had one sign:
a sum that cancels keeps the errors of its terms, in the reference as well. Float32 is compared with the reference in
float64 on the same numbers.
"""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pytest
from scipy.sparse import csr_array

from clearprop.engines import ENGINES, Recipe
from clearprop.mathematics.equations import forward, row_weights
from clearprop.mathematics.network import Network, Parameters
from mathematics.cases import ENDS, HIDDEN, random_parameters, relative_error

native = pytest.importorskip("clearprop.engines.native.engine", exc_type=ImportError)
TARGETS = native._core.targets
TOLERANCES = {np.float64: 1e-12, np.float32: 1e-6}
SIZES = (1, 7, 8, 15, 16, 17, 31, 32, 33, 65)  # around the widths of panels, which are 8, 16 or 32
RECIPE = Recipe(alpha=0.3, loss_scale=0.5)
each_type = pytest.mark.parametrize("dtype", TOLERANCES)


@dataclass(frozen=True)
class Problem:
    """What an objective is a function of."""

    network: Network
    parameters: Parameters
    X: np.ndarray
    Y: np.ndarray
    weights: np.ndarray | None
    recipe: Recipe = RECIPE

    def arguments(self, dtype):
        """All of it in numbers of one type."""
        P = Parameters(
            *([array.astype(dtype) for array in arrays] for arrays in (self.parameters.W, self.parameters.b))
        )
        weights = None if self.weights is None else self.weights.astype(dtype)
        return self.network, P, self.X.astype(dtype), self.Y.astype(dtype), weights, self.recipe


def problem(network, n_rows, dtype):
    """Soft targets and uneven weights; outputs far from the pole of the Poisson loss, which amplifies each error."""
    random = np.random.default_rng(0)
    parameters = random_parameters(network, random)
    parameters.b[-1] += 5.0 * ((network.output, network.loss) == ("relu", "poisson"))
    X = random.normal(size=(n_rows, network.sizes[0])) * (random.uniform(size=(n_rows, network.sizes[0])) < 0.7)
    Y = random.dirichlet(np.ones(network.sizes[-1]), n_rows)
    given = Problem(network, parameters, X, Y, random.uniform(0.5, 3.0, n_rows))
    return Problem(*given.arguments(dtype)[:-1])


def without_cancelling(problem):
    """The largest entry of each ∇W and ∇b with every term of BP1–BP4 at its magnitude."""
    network, parameters, X, Y, weights, recipe = problem.arguments(np.float64)
    passed, L = forward(network, parameters, X), network.n_layers
    total = len(X) if weights is None else weights.sum()
    pulled, g = network.activation(L), np.abs(passed.output) + np.abs(Y)
    if not network.is_paired:
        g = np.maximum(g, np.abs(network.loss_entry.gradient(passed.output, Y, np)))
        if pulled.elementwise:
            g *= np.maximum(1.0, np.abs(pulled.derivative(passed.z[L], passed.output, np)))
    delta, dW, db = g * row_weights(weights, len(X)), [], []
    for l in reversed(network.layers):
        dW.insert(0, (delta.T @ np.abs(passed.a[l - 1]) + recipe.alpha / total * np.abs(parameters.W[l])).max())
        db.insert(0, delta.sum(axis=0).max())
        if l > 1:
            slope = network.activation(l - 1).derivative(passed.z[l - 1], passed.a[l - 1], np)
            delta = (delta @ np.abs(parameters.W[l])) * np.abs(slope)
    return dW + db


def errors(problem, target, dtype, *, sparse=False):
    """The worst error of the loss and of each array."""
    value, gradient = ENGINES["reference"].objective(*problem.arguments(np.float64))
    network, parameters, X, *rest = problem.arguments(dtype)
    engine = native.NativeEngine(2, target)
    mine, my_gradient = engine.objective(network, parameters, csr_array(X) if sparse else X, *rest)
    found = [abs(mine - value) / abs(value)]
    scales = without_cancelling(problem) if dtype is np.float32 else None
    for i, (a, b) in enumerate(zip(my_gradient.arrays(), gradient.arrays(), strict=True)):
        assert a.dtype == dtype
        found.append(np.abs(a - b).max() / scales[i] if scales else relative_error(a, b))
    return found


def wrong(cases, dtype, **form):
    """The cases that are off by more than the tolerance, or are not a number."""
    found = []
    for target, (name, case) in product(TARGETS, cases.items()):
        worst = max(errors(case, target, dtype, **form), key=lambda error: (np.isnan(error), error))
        if not worst <= TOLERANCES[dtype]:
            found.append(f"{target} {name}: {worst:.1e}")
    return found


@each_type
@pytest.mark.parametrize("hidden", HIDDEN)
def test_every_activation_with_every_output_and_loss(hidden, dtype):
    cases = {
        f"{output} {loss} {n_rows}": problem(Network((9, 17, 33, 3), hidden, output, loss), n_rows, dtype)
        for output, loss in ENDS
        for n_rows in (1, 2, 13)
    }
    assert wrong(cases, dtype) == []


@each_type
@pytest.mark.parametrize("units", SIZES)
def test_outputs_of_every_width(units, dtype):
    cases = {
        f"{output} {loss} {n_rows}": problem(Network((5, 8, units), "tanh", output, loss), n_rows, dtype)
        for output, loss in ENDS
        for n_rows in (1, 17)
    }
    assert wrong(cases, dtype) == []


@each_type
@pytest.mark.parametrize("inputs", SIZES)
def test_layers_of_every_width(inputs, dtype):
    cases = {
        f"{units} {n_rows}": problem(Network((inputs, units, 3), "tanh"), n_rows, dtype)
        for units in SIZES
        for n_rows in (1, 2, 33)
    }
    assert wrong(cases, dtype) == []


@each_type
@pytest.mark.parametrize("sparse", [False, True], ids=["dense", "sparse"])
def test_depths_weights_and_penalties(sparse, dtype):
    cases = {}
    for sizes in ((4, 3), (1, 1), (33, 1), (7, 5, 9, 6, 8, 3), (17, 40, 40, 2)):
        case = problem(Network(sizes, "silu"), 7, dtype)
        if sizes[-1] == 1:
            case = problem(Network(sizes, "silu", "identity", "half_squared_error"), 7, dtype)
        cases |= {
            f"{sizes}": case,
            f"{sizes} without weights": replace(case, weights=None),
            f"{sizes} without penalty": replace(case, recipe=Recipe()),
            f"{sizes} large penalty": replace(case, recipe=Recipe(alpha=100.0)),
            f"{sizes} a row without weight": replace(case, weights=case.weights * (np.arange(7) != 2)),
        }
    assert wrong(cases, dtype, sparse=sparse) == []


def test_another_problem_is_not_within_the_tolerance():
    case = problem(Network((9, 17, 33, 3), "gelu"), 13, np.float32)
    for other in (
        replace(case, network=Network((9, 17, 33, 3), "silu")),
        replace(case, weights=None),
        replace(case, recipe=Recipe(alpha=0.3001, loss_scale=0.5)),
        replace(case, X=case.X * np.float32(1 + 1e-5)),
    ):
        theirs = ENGINES["reference"].objective(*case.arguments(np.float64))[1]
        mine = native.NativeEngine().objective(*other.arguments(np.float32))[1]
        assert max(map(relative_error, mine.arrays(), theirs.arrays())) > 3 * TOLERANCES[np.float32]


@pytest.mark.parametrize("target", TARGETS)
def test_weights_that_are_all_zero(target):
    case = problem(Network((9, 17, 3), "relu"), 5, np.float64)
    arguments = replace(case, weights=np.zeros(5)).arguments(np.float64)
    mine, theirs = (engine.objective(*arguments) for engine in (native.NativeEngine(2, target), ENGINES["reference"]))
    assert mine[0] == theirs[0] == 0.0
    np.testing.assert_array_equal(mine[1].flatten(), theirs[1].flatten())
