"""The layers beside the affine ones: each gradient agrees with differences of the loss; every slip does not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from clearprop.mathematics.equations import backward, forward, loss, penalty_value
from clearprop.mathematics.initializers import initialize
from clearprop.mathematics.layers import LAYERS, Embedding, Layer, Mixture, Numbers, Periodic, PiecewiseLinear, Scale
from clearprop.mathematics.network import Network, Parameters

from .cases import BATCH_SIZES, HIDDEN, central_differences, relative_error

TOLERANCE = 1e-7
EDGES = ((-1.0, -0.2, 0.7), (-2.0, 0.1, 0.5, 2.0))
INPUTS = (Numbers(2), PiecewiseLinear(EDGES), Periodic(2, n_frequencies=3, n_features=3), Embedding(4, width=5))
EXAMPLES: dict[str, Layer] = {
    "numbers": Numbers(3),
    "piecewise_linear": PiecewiseLinear(EDGES),
    "periodic": Periodic(3, n_frequencies=4, n_features=3, sigma=0.5),
    "embedding": Embedding(4, width=3),
    "scale": Scale(3),
    "mixture": Mixture("tanh", 3),
}


def columns_for(layer: Layer, n_samples: int, random: np.random.Generator) -> np.ndarray:
    """Numbers, or codes, that the layer takes."""
    if isinstance(layer, Embedding):
        return random.integers(0, layer.n_categories, (n_samples, 1)).astype(float)
    return random.normal(size=(n_samples, layer.n_inputs))


def disturbed(theta: Mapping[str, np.ndarray], random: np.random.Generator) -> dict[str, np.ndarray]:
    """Parameters that no initial value (1, say) makes special."""
    return {name: array + 0.3 * random.normal(size=array.shape) for name, array in theta.items()}


@pytest.mark.parametrize("n_samples", BATCH_SIZES)
@pytest.mark.parametrize("name", LAYERS)
def test_each_layer_by_itself(name: str, n_samples: int) -> None:
    """Against differences of Σ g ⊙ φ(x; θ), with a g that is neither uniform nor 1."""
    layer, random = EXAMPLES[name], np.random.default_rng(1)
    theta, x = disturbed(layer.initial(random), random), columns_for(layer, n_samples, random)
    assert {key: array.shape for key, array in theta.items()} == layer.shapes()
    g = random.normal(size=(n_samples, layer.n_outputs))
    gradients, dx = layer.backward(theta, x, g)
    assert gradients.keys() == theta.keys()
    for key, array in theta.items():

        def total(stack: np.ndarray, key: str = key) -> np.ndarray:
            return np.array([np.sum(g * layer.forward({**theta, key: one}, x)) for one in stack])

        assert relative_error(gradients[key], central_differences(total, array)) < TOLERANCE, key
    if dx.size:
        by_differences = central_differences(
            lambda stack: np.array([np.sum(g * layer.forward(theta, x)) for x in stack]), x
        )
        assert relative_error(dx, by_differences) < TOLERANCE


@dataclass(frozen=True)
class Case:
    """A network with every layer, and a batch."""

    network: Network
    parameters: Parameters
    X: np.ndarray
    Y: np.ndarray
    weights: np.ndarray
    penalty: float = 0.3

    def loss(self, parameters: Parameters) -> float:
        passed = forward(self.network, parameters, self.X)
        return float(loss(self.network, passed, self.Y, self.weights)) + float(penalty_value(parameters, self.penalty))


def random_case(hidden: str | tuple[str, ...] = "tanh", n_samples: int = 7, **arguments: Any) -> Case:
    random = np.random.default_rng(3)
    inputs = arguments.pop("inputs", INPUTS)
    sizes = (sum(layer.n_outputs for layer in inputs), 6, 5, 3)
    network = Network(sizes, hidden, inputs=inputs, **{"scaled": True, "mixed": True, **arguments})
    drawn = initialize(network, "lecun_normal", random)
    flat = drawn.flatten()
    parameters = network.parameters(flat + 0.2 * random.normal(size=flat.shape))
    X = np.concatenate([columns_for(layer, n_samples, random) for layer in inputs], axis=1)
    Y = random.dirichlet(np.ones(3), n_samples)
    return Case(network, parameters, X, Y, random.uniform(0.5, 3.0, n_samples))


def wrong_arrays(case: Case, gradients: np.ndarray) -> list[int]:
    """The numbers of the arrays of the flat vector that differences of the whole loss do not confirm."""
    flat = case.parameters.flatten()
    by_differences = central_differences(
        lambda stack: np.array([case.loss(case.network.parameters(one)) for one in stack]), flat
    )
    mine, theirs = case.network.parameters(gradients), case.network.parameters(by_differences)
    pairs = zip(mine.arrays(), theirs.arrays(), strict=True)
    return [i for i, (a, b) in enumerate(pairs) if relative_error(a, b) > TOLERANCE]


def gradient_of(case: Case, parameters: Parameters | None = None) -> np.ndarray:
    parameters = parameters or case.parameters
    passed = forward(case.network, parameters, case.X)
    gradients = backward(case.network, parameters, passed, case.Y, case.weights, case.penalty)
    return np.concatenate([array.ravel() for array in gradients.arrays()])


@pytest.mark.parametrize(
    "hidden", [name for name in HIDDEN if name not in ("relu", "leaky_relu", "selu", "exponential")]
)
def test_all_layers_in_one_network(hidden: str) -> None:
    for n_samples in BATCH_SIZES:
        case = random_case(hidden, n_samples)
        assert not wrong_arrays(case, gradient_of(case))


@pytest.mark.parametrize("inputs", [(Numbers(3),), (Embedding(4),), (Periodic(2),), (Embedding(3), Numbers(1))])
@pytest.mark.parametrize("scaled", [False, True])
def test_layers_one_by_one(inputs: tuple[Layer, ...], scaled: bool) -> None:
    case = random_case(inputs=inputs, scaled=scaled, mixed=False)
    assert not wrong_arrays(case, gradient_of(case))


SLIPS: dict[str, tuple[type[Layer], Callable[[dict[str, np.ndarray], Any], tuple[dict[str, np.ndarray], Any]]]] = {
    "the frequencies without 2π": (Periodic, lambda d, dx: ({**d, "w1": d["w1"] / (2 * np.pi)}, dx)),
    "the sine's sign": (Periodic, lambda d, dx: ({**d, "b1": -d["b1"]}, dx)),
    "a mean over the categories": (Embedding, lambda d, dx: ({"C": d["C"] / 4}, dx)),
    "a category late": (Embedding, lambda d, dx: ({"C": np.roll(d["C"], 1, axis=0)}, dx)),
    "the factor forgotten on the way back": (Scale, lambda d, dx: (d, np.sign(dx))),
    "the share's sign": (Mixture, lambda d, dx: ({"alpha": -d["alpha"]}, dx)),
    "the activation alone": (Mixture, lambda d, dx: (d, 0.5 * dx)),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_slips_are_found(slip: str, monkeypatch: pytest.MonkeyPatch) -> None:
    layer, change = SLIPS[slip]
    case, right = random_case(), layer.backward
    monkeypatch.setattr(layer, "backward", lambda self, *arguments: change(*right(self, *arguments)))
    assert wrong_arrays(case, gradient_of(case))


def test_a_mixture_of_1_is_the_activation_and_of_0_none() -> None:
    plain = random_case(mixed=False)
    for alpha, hidden in ((1.0, "tanh"), (0.0, "identity")):
        mixed = Network(plain.network.sizes, "tanh", inputs=INPUTS, scaled=True, mixed=True)
        shares = {name: np.full(shape, alpha) for name, shape in mixed.theta_shapes.items() if "alpha" in name}
        theta = Parameters(plain.parameters.W, plain.parameters.b, {**plain.parameters.theta, **shares})
        without = replace(plain.network, hidden=hidden)
        np.testing.assert_allclose(
            forward(mixed, theta, plain.X).output, forward(without, plain.parameters, plain.X).output, atol=1e-14
        )


def test_bins_say_how_far_a_number_has_come() -> None:
    bins = PiecewiseLinear(((0.0, 1.0, 4.0),)).forward({}, np.array([[-1.0], [0.25], [1.0], [2.5], [9.0]]))
    np.testing.assert_array_equal(bins, [[0, 0], [0.25, 0], [1, 0], [1, 0.5], [1, 1]])


@pytest.mark.parametrize("edges", [((1.0,),), ((0.0, 0.0, 1.0),), ((2.0, 1.0),)])
def test_edges_must_rise(edges: tuple[tuple[float, ...], ...]) -> None:
    with pytest.raises(ValueError, match="edges: at least two rising numbers"):
        PiecewiseLinear(edges)


def test_input_layers_must_give_the_first_size() -> None:
    with pytest.raises(ValueError, match=r"inputs: 3 features come out of the input layers, but sizes\[0\] is 4"):
        Network((4, 2), inputs=(Numbers(3),))


def test_parameters_of_another_network_are_refused() -> None:
    case = random_case()
    plain = replace(case.network, scaled=False)
    with pytest.raises(ValueError, match="parameters: theta of the network is shaped"):
        forward(plain, case.parameters, case.X)
