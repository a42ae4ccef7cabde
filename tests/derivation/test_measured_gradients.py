"""Gradients measured in several ways, none by formula, agree with BP1–BP4 and find what is wrong; kinks are named."""

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import erf

from clearprop.derivation.gradients.automatic import LIBRARIES, automatic, available_libraries
from clearprop.derivation.gradients.black_box import differences_of
from clearprop.derivation.gradients.complex_step import complex_step
from clearprop.derivation.gradients.differences import central_differences
from clearprop.derivation.gradients.measured import Measured
from clearprop.derivation.gradients.methods import METHODS, measure
from clearprop.derivation.gradients.problem import Problem
from clearprop.derivation.gradients.rounding import rounding_bound
from clearprop.mathematics.equations import Gradients
from clearprop.mathematics.network import Network, Parameters
from mathematics.cases import ENDS, HIDDEN, disagreements, random_case
from mathematics.test_gradients import RIGHT, SLIPS, backward_from_parts

Method = Callable[[Problem], Measured | None]
INSTALLED: dict[str, Method] = {name: lambda p, name=name: automatic(p, name) for name in available_libraries()}
EXACT: dict[str, Method] = {"complex_step": complex_step, **INSTALLED}
ALL: dict[str, Method] = {"central_differences": central_differences, **EXACT}


def problem_of(network: Network, n_samples: int = 7) -> Problem:
    case = random_case(network, n_samples)
    return Problem(network, case.parameters, case.X, case.Y, 1.7 * case.omega, case.penalty)


def standard_problem(sizes: tuple[int, ...], hidden: str, n_samples: int, random: np.random.Generator) -> Problem:
    network = Network(sizes, hidden)
    W = [random.normal(size=(sizes[l], sizes[l - 1])) * (2.0 / sizes[l - 1]) ** 0.5 for l in network.layers]
    parameters = Parameters.of(W, [0.1 * random.normal(size=sizes[l]) for l in network.layers])
    X = random.normal(size=(n_samples, sizes[0]))
    return Problem.of(network, parameters, X, random.dirichlet(np.ones(sizes[-1]), n_samples), decay=0.01)


def pairs(found: Measured, right: Gradients) -> list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """What was found, what is right, the stated uncertainty and the kinks, array by array."""
    n = range(1, len(found.dW))
    weights = [(found.dW[l], right.dW[l], found.uncertainty_dW[l], found.kinks["W", l]) for l in n]
    return weights + [(found.db[l], right.db[l], found.uncertainty_db[l], found.kinks["b", l]) for l in n]


def wrong_arrays(found: Measured, given: Gradients) -> int:
    """How many arrays have an entry beyond its stated uncertainty."""
    return sum(
        a.shape != b.shape or bool(np.any((np.abs(a - b) > u + 1e-13 * np.abs(a).max()) & ~kinks))
        for a, b, u, kinks in pairs(found, given)
    )


def assert_agrees(found: Measured | None, problem: Problem, tolerance: float) -> None:
    assert found is not None
    right = problem.gradients
    assert not disagreements(Gradients(right.delta, found.dW, found.db), right, tolerance), problem.network
    assert not wrong_arrays(found, right), problem.network
    assert not found.n_kinks


@pytest.mark.parametrize("hidden", HIDDEN)
def test_differences_and_complex_step_of_every_activation_with_every_end(hidden: str) -> None:
    for output, loss in ENDS:
        problem = problem_of(Network((3, 4, 2), hidden, output, loss))
        assert_agrees(central_differences(problem), problem, 1e-9)
        assert_agrees(complex_step(problem), problem, 1e-13)


@pytest.mark.parametrize("library", INSTALLED)
def test_automatic_differentiation_of_every_activation_and_every_end(library: str) -> None:
    networks = [Network((3, 4, 2), hidden) for hidden in HIDDEN]
    networks += [Network((3, 2), (), output, loss) for output, loss in ENDS]
    for network in networks:
        problem = problem_of(network)
        found = automatic(problem, library)
        assert_agrees(found, problem, 1e-12)
        assert found is not None
        assert found.library == library


@pytest.mark.parametrize("n_samples", [1, 2])
@pytest.mark.parametrize("method", ALL)
def test_one_layer_and_few_rows(method: str, n_samples: int) -> None:
    for output, loss in ENDS[::4]:
        problem = problem_of(Network((4, 3), (), output, loss), n_samples)
        assert_agrees(ALL[method](problem), problem, 1e-9)


@pytest.mark.parametrize("method", ALL)
def test_large_inputs_that_saturate(method: str) -> None:
    random = np.random.default_rng(3)
    for output, loss in [("softmax", "cross_entropy"), ("sigmoid", "binary_cross_entropy")]:
        for hidden in ("relu", "elu", "softplus", "gelu", "silu", "mish"):
            problem = standard_problem((6, 5, 3), hidden, 7, random)
            network = Network((6, 5, 3), hidden, output, loss)
            pixels = random.integers(0, 256, (7, 6)).astype(float)
            problem = Problem.of(network, problem.parameters, 4.0 * pixels, problem.Y)
            assert max(np.abs(z).max() for z in problem.passed.z[1:]) > 710.0  # e^710 is infinite
            assert_agrees(ALL[method](problem), problem, 1e-8)


def test_a_wide_and_a_deep_network() -> None:
    for sizes, hidden in [((40, 30, 10), "relu"), ((12,) * 6, "tanh"), ((12,) * 6, "relu")]:
        problem = standard_problem(sizes, hidden, 16, np.random.default_rng(1))
        assert_agrees(central_differences(problem), problem, 1e-7)


def test_progress_goes_from_nothing_to_all() -> None:
    told: list[float] = []
    central_differences(problem_of(Network((3, 5, 2))), told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.parametrize("method", ALL)
@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_found(slip: str, method: str) -> None:
    # As many units as rows everywhere, so that no slip shows in a shape.
    case = random_case(Network((4, 4, 4, 4), "tanh", "softmax", "half_squared_error"), n_samples=4)
    found = ALL[method](Problem(case.network, case.parameters, case.X, case.Y, case.omega, case.penalty))
    assert found is not None
    assert not wrong_arrays(found, backward_from_parts(case, RIGHT))
    assert wrong_arrays(found, backward_from_parts(case, {**RIGHT, **SLIPS[slip]}))


@pytest.mark.parametrize("method", ALL)
def test_one_entry_that_is_slightly_off_is_found(method: str) -> None:
    problem = problem_of(Network((3, 5, 4, 2), "gelu"))
    problem.gradients.dW[2][1, 2] *= 1.0 + 1e-6
    found = ALL[method](problem)
    assert found is not None
    assert wrong_arrays(found, problem.gradients) == 1


@pytest.mark.parametrize("method", ALL)
def test_entries_at_a_kink_are_named_and_no_others(method: str) -> None:
    problem = standard_problem((3, 4, 2), "relu", 5, np.random.default_rng(0))
    W, b = problem.parameters.W, problem.parameters.b
    problem.X[2] = [1.0, 2.0, 0.0]  # third input: 0, so its weights move nothing in this row
    W[1][1] = [2.0, -1.0, 3.0]
    b[1][1] = 0.0
    assert problem.passed.z[1][2, 1] == 0.0
    found = ALL[method](problem)
    assert found is not None
    assert np.argwhere(found.kinks["W", 1]).tolist() == [[1, 0], [1, 1]]
    assert found.kinks["b", 1].tolist() == [False, True, False, False]
    assert found.n_kinks == 3
    assert not wrong_arrays(found, problem.gradients)


@pytest.mark.parametrize("method", ALL)
@pytest.mark.parametrize("hidden", ["relu", "leaky_relu", "selu"])
def test_a_dead_start_is_named(hidden: str, method: str) -> None:
    problem = standard_problem((3, 4, 2), hidden, 5, np.random.default_rng(0))
    problem.parameters.W[1][:] = 0.0
    problem.parameters.b[1][:] = 0.0
    found = ALL[method](problem)
    assert found is not None
    assert found.kinks["W", 1].all()
    assert found.kinks["b", 1].all()
    assert not found.kinks["W", 2].any()


@pytest.mark.parametrize("method", ALL)
@pytest.mark.parametrize("hidden", ["elu", "softplus", "gelu", "sigmoid"])
def test_where_pieces_join_smoothly_there_is_no_kink(hidden: str, method: str) -> None:
    problem = standard_problem((3, 4, 2), hidden, 5, np.random.default_rng(0))
    problem.parameters.W[1][:] = 0.0
    problem.parameters.b[1][:] = 0.0
    assert_agrees(ALL[method](problem), problem, 1e-9)


def test_a_pre_activation_near_a_kink_is_measured_on_its_side() -> None:
    for distance in (1e-3, 1e-5, -1e-5):
        problem = standard_problem((3, 4, 2), "relu", 5, np.random.default_rng(0))
        problem.parameters.b[1][1] += distance - problem.passed.z[1][2, 1]
        near = Problem.of(problem.network, problem.parameters, problem.X, problem.Y)
        assert near.passed.z[1][2, 1] == pytest.approx(distance)
        assert_agrees(central_differences(near), near, 1e-8)


def losses_of(problem: Problem, dtype: type) -> Callable[[list[Parameters]], list[float]]:
    X, Y, omega = (array.astype(dtype) for array in (problem.X, problem.Y, problem.omega))
    return lambda points: [Problem(problem.network, p, X, Y, omega, problem.decay).loss for p in points]


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-8), (np.float32, 2e-2)])
def test_differences_of_a_black_box(dtype: type, tolerance: float) -> None:
    for hidden in ("sigmoid", "tanh", "gelu", "exponential"):
        for output, loss in ENDS[::6]:
            problem = problem_of(Network((3, 4, 2), hidden, output, loss))
            found = differences_of(losses_of(problem, dtype), problem.parameters, dtype=dtype)
            assert_agrees(found, problem, tolerance)


def test_differences_of_chosen_entries_of_a_black_box() -> None:
    problem = problem_of(Network((3, 4, 2), "tanh"))
    chosen = np.zeros((4, 3), bool)
    chosen[1, 2] = True
    found = differences_of(losses_of(problem, np.float64), problem.parameters, {("W", 1): chosen})
    assert np.array_equal(np.isfinite(found.dW[1]), chosen)
    assert np.isnan(found.db[1]).all()
    assert found.dW[1][1, 2] == pytest.approx(problem.gradients.dW[1][1, 2], rel=1e-9)


def test_kinks_of_a_black_box_are_named() -> None:
    problem = standard_problem((3, 4, 2), "relu", 5, np.random.default_rng(0))
    problem.parameters.b[1][1] -= problem.passed.z[1][2, 1]
    at_kink = Problem.of(problem.network, problem.parameters, problem.X, problem.Y)
    assert abs(at_kink.passed.z[1][2, 1]) < 1e-15
    found = differences_of(losses_of(at_kink, np.float64), at_kink.parameters)
    assert found.kinks["b", 1].tolist() == [False, True, False, False]
    assert found.kinks["W", 1].tolist() == [[False] * 3, [True] * 3, [False] * 3, [False] * 3]
    assert not wrong_arrays(found, at_kink.gradients)


def test_a_black_box_that_fails_leaves_its_entries_unknown() -> None:
    parameters = Parameters.of([[[1.0]]], [[0.0]])
    found = differences_of(lambda points: [np.nan if p.b[1].item() else p.W[1].item() for p in points], parameters)
    assert found.dW[1].item() == pytest.approx(1.0)
    assert np.isinf(found.uncertainty_db[1]).all()
    with pytest.raises(ValueError, match="dtype: float64 or float32 is needed; got float16"):
        differences_of(lambda points: [0.0 for _ in points], parameters, dtype=np.float16)


def test_the_table_of_methods() -> None:
    problem = problem_of(Network((3, 4, 2)))
    for method in METHODS:
        assert_agrees(measure(problem, method), problem, 1e-9)
    with pytest.raises(ValueError, match=r"method: 'guess' is unknown; there are central_differences, complex_step"):
        measure(problem, "guess")
    with pytest.raises(ValueError, match="library: 'guess' is unknown or missing"):
        automatic(problem, "guess")


def test_without_a_library_there_is_no_automatic_differentiation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clearprop.derivation.gradients.automatic.find_spec", lambda name: None)
    assert automatic(problem_of(Network((3, 4, 2)))) is None
    with pytest.raises(ValueError, match="method: 'automatic' needs one of torch, jax, autograd; none is installed"):
        measure(problem_of(Network((3, 4, 2))), "automatic")


def test_no_library_is_imported_unasked() -> None:
    code = "import sys, clearprop.derivation.gradients.methods; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not set(LIBRARIES) & set(loaded)


TEXTBOOK: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)),
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, z.dtype.type(0.01) * z),
    "elu": lambda z: np.where(z > 0, z, np.exp(z) - 1),
    "selu": lambda z: np.where(z > 0, z, z.dtype.type(1.6732632423543772) * (np.exp(z) - 1)) * 1.0507009873554805,
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "gelu": lambda z: z * (1 + erf(z / z.dtype.type(2**0.5))) / 2,
    "silu": lambda z: z / (1 + np.exp(-z)),
    "mish": lambda z: z * np.tanh(np.log(1 + np.exp(z))),
    "exponential": np.exp,
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
}


def product(a: np.ndarray, b: np.ndarray, order: int) -> np.ndarray:
    """A·B summed by the library, from the first term on, or from the last."""
    if order == 0:
        return a @ b
    total = np.zeros((len(a), b.shape[1]), a.dtype)
    for k in range(a.shape[1])[::order]:
        total = total + a[:, k : k + 1] * b[k : k + 1]
    return total


def rounded_gradients(problem: Problem, dtype: type, random: np.random.Generator) -> Gradients:
    """A right back-propagation in that type: textbook or stable functions, any order of sums, 1/m before or after."""
    network, L = problem.network, problem.network.n_layers
    textbook, mean_last, general = random.integers(0, 2, 3)
    order = int(random.choice([0, 1, -1]))
    W, b = ([array.astype(dtype) for array in arrays] for arrays in (problem.parameters.W, problem.parameters.b))
    Y, omega = problem.Y.astype(dtype), problem.omega[:, None].astype(dtype)
    z, a = [problem.X], [problem.X.astype(dtype)]
    for l in network.layers:
        f = network.activation(l)
        z.append(product(a[-1], W[l].T, order) + b[l])
        a.append((TEXTBOOK[f.name](z[l]) if textbook else f.value(z[l], np)).astype(dtype))
    delta = a[L] - Y
    if not network.is_paired or (general and np.abs(z[L]).max() < 8.0):
        delta = network.activation(L).pull_back(network.loss_entry.gradient(a[L], Y, np), z[L], a[L])
    delta = delta if mean_last else delta * omega
    found = Gradients([problem.X] * (L + 1), [problem.X] * (L + 1), [problem.X] * (L + 1))
    for l in reversed(network.layers):
        scale = omega[0] if mean_last else dtype(1)
        found.dW[l] = product(delta.T, a[l - 1], order) * scale + dtype(problem.decay) * W[l]
        found.db[l] = product(delta.T, np.ones_like(omega), order)[:, 0] * scale
        if l > 1:
            delta = network.activation(l - 1).pull_back(product(delta, W[l], order), z[l - 1], a[l - 1]).astype(dtype)
    return found


def random_problem(random: np.random.Generator) -> Problem:
    sizes = tuple(int(n) for n in random.integers(1, 21, random.integers(2, 7)))
    n_samples = int(random.integers(1, 11))
    output, loss = ENDS[random.integers(len(ENDS))]
    hidden = tuple(str(name) for name in random.choice(HIDDEN, len(sizes) - 2))
    network, gain = Network(sizes, hidden, output, loss), random.uniform(0.5, 2.0)
    W = [random.normal(size=(sizes[l], sizes[l - 1])) * gain / sizes[l - 1] ** 0.5 for l in network.layers]
    b = [random.choice([0.0, 0.5]) * random.normal(size=sizes[l]) for l in network.layers]
    b[-1] += 2.5 * (output == "relu")
    X = random.normal(size=(n_samples, sizes[0]))
    X = np.tile(X[:1], (n_samples, 1)) if random.integers(4) == 0 else X
    Y = random.dirichlet(np.ones(sizes[-1]), n_samples)
    return Problem.of(network, Parameters.of(W, b), X, Y, decay=random.choice([0.0, 0.1]))


def check_rounding(seeds: range) -> None:
    ratios: list[np.ndarray] = []
    for seed in seeds:
        random = np.random.default_rng(seed)
        problem = random_problem(random)
        with np.errstate(all="ignore"):
            if max(np.abs(z).max() for z in problem.passed.z[1:]) > 30.0:
                continue
            exact = complex_step(problem)
            if exact.n_kinks:  # a dead unit below and no bias: there the equations' slope is a convention
                continue
            for dtype in (np.float32, np.float64):
                right = problem.gradients if dtype is np.float32 else exact
                dW, db = rounding_bound(problem, dtype)
                found = rounded_gradients(problem, dtype, random)
                for mine, theirs, bounds in ((found.dW, right.dW, dW), (found.db, right.db, db)):
                    for l in problem.network.layers:
                        error = np.abs(mine[l] - theirs[l])
                        assert np.all(error <= bounds[l]), (seed, dtype, l, np.max(error / bounds[l]))
                        ratios.append((bounds[l][error > 0] / error[error > 0]).ravel())
    assert np.median(np.concatenate(ratios)) < 500.0


def test_rounding_stays_within_its_bound_and_the_bound_is_near() -> None:
    check_rounding(range(50))


@pytest.mark.long
def test_rounding_stays_within_its_bound_in_many_networks() -> None:
    check_rounding(range(2000))


def test_the_bound_of_rounding_is_far_below_the_gradients() -> None:
    random = np.random.default_rng(5)
    for sizes, hidden in [((784, 128, 10), "relu"), ((784, 128, 10), "sigmoid"), ((64,) * 5 + (10,), "tanh")]:
        problem = standard_problem(sizes, hidden, 32, random)
        bounds, right = rounding_bound(problem, np.float32)[0], problem.gradients.dW
        assert all(np.linalg.norm(bounds[l]) < 1e-3 * np.linalg.norm(right[l]) for l in problem.network.layers)


def test_a_slip_is_far_beyond_the_bound_of_rounding() -> None:
    case = random_case(Network((4, 4, 4, 4), "tanh", "softmax", "half_squared_error"), n_samples=4)
    problem = Problem(case.network, case.parameters, case.X, case.Y, case.omega, case.penalty)
    dW, db = rounding_bound(problem, np.float32)
    for slip in SLIPS.values():
        wrong = backward_from_parts(case, {**RIGHT, **slip})
        errors = [np.abs(wrong.dW[l] - problem.gradients.dW[l]) / dW[l] for l in (1, 2, 3)]
        errors += [np.abs(wrong.db[l] - problem.gradients.db[l]).reshape(-1) / db[l] for l in (1, 2, 3)]
        assert max(error.max() for error in errors) > 100.0
