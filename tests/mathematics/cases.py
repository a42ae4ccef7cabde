"""Networks, batches and comparisons that the tests of the mathematics share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count, product

import numpy as np

from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.equations import Gradients, Passed, backward, forward
from clearprop.mathematics.losses import LOSSES
from clearprop.mathematics.network import Network, Parameters

SIZES = (4, 6, 5, 3, 8)  # no two alike, and none a batch size
BATCH_SIZES = (1, 2, 7)
HIDDEN = [name for name, entry in ACTIVATIONS.items() if entry.elementwise]


def accepted(output: str, loss: str) -> bool:
    try:
        return bool(Network((1, 1), output=output, loss=loss))
    except ValueError:
        return False


ENDS = [pair for pair in product(ACTIVATIONS, LOSSES) if accepted(*pair)]  # every (output, loss) that a Network takes
PAIRS = [(entry.paired_output, name) for name, entry in LOSSES.items()]


@dataclass(frozen=True)
class Case:
    """All that a loss is a function of."""

    network: Network
    parameters: Parameters
    X: np.ndarray
    Y: np.ndarray
    weights: np.ndarray
    penalty: float = 0.3
    masks: Sequence[np.ndarray] | None = None

    @property
    def omega(self) -> np.ndarray:
        return self.weights / self.weights.sum()

    def forward(self) -> Passed:
        return forward(self.network, self.parameters, self.X, self.masks)

    def backward(self) -> Gradients:
        return backward(self.network, self.parameters, self.forward(), self.Y, self.weights, self.penalty)


def random_parameters(network: Network, random: np.random.Generator) -> Parameters:
    sizes = network.sizes
    W = [random.normal(size=(sizes[l], sizes[l - 1])) * 0.6 / sizes[l - 1] ** 0.5 for l in network.layers]
    b = [0.5 * random.normal(size=sizes[l]) for l in network.layers]
    b[-1] += 2.5 * (network.output == "relu")  # units that are alive
    return Parameters.of(W, b)


def is_smooth(case: Case) -> bool:
    """Whether a small step meets no kink (all are at 0), no pole of a loss (log 0) and no steep exponential."""
    with np.errstate(over="ignore", invalid="ignore"):
        passed = case.forward()
    sizes = np.abs(np.concatenate([z.ravel() for z in passed.z]))
    no_pole = case.network.loss != "poisson" or passed.output.min() > 1e-3
    return bool(sizes.min() > 5e-3 and sizes.max() < 5.0 and no_pole)


def random_case(network: Network, n_samples: int, masks: Sequence[np.ndarray] | None = None) -> Case:
    """Soft targets, uneven row weights that do not sum to 1, and parameters at which differences are accurate."""
    for seed in count():
        random = np.random.default_rng(seed)
        case = Case(
            network,
            random_parameters(network, random),
            X=random.normal(size=(n_samples, network.sizes[0])),
            Y=random.dirichlet(np.ones(network.sizes[-1]), n_samples),
            weights=random.uniform(0.5, 3.0, n_samples),
            masks=masks,
        )
        if is_smooth(case):
            return case
    raise AssertionError


def loss_from(case: Case, l: int, Z: np.ndarray) -> np.ndarray:
    """E, the penalty left out, of each of a stack of Zˡ, (p, m, n_l): the forward pass goes on from there."""
    p, network = len(Z), case.network
    z = Z.reshape(p * len(case.X), -1)
    for k in range(l, network.n_layers + 1):
        a = network.activation(k).value(z, np)
        if k < network.n_layers:
            kept = 1.0 if case.masks is None else np.tile(case.masks[k], (p, 1))
            z = (a * kept) @ case.parameters.W[k + 1].T + case.parameters.b[k + 1]
    rows = network.loss_entry.value(a, np.tile(case.Y, (p, 1)), np)
    return rows.reshape(p, -1) @ case.omega


def central_differences(function: Callable[[np.ndarray], np.ndarray], at: np.ndarray, h: float = 3e-4) -> np.ndarray:
    """∂function/∂at to fourth order in h; the function takes a stack of arrays and gives a stack of numbers."""
    steps = h * np.eye(at.size).reshape(at.size, *at.shape)
    near, far = (function(at + k * steps) - function(at - k * steps) for k in (1, 2))
    return ((8.0 * near - far) / (12.0 * h)).reshape(at.shape)


def differenced(case: Case) -> Gradients:
    """All gradients of a case by differences of its loss, each from the layer on where it enters."""
    passed, W, b = case.forward(), case.parameters.W, case.parameters.b
    empty = np.empty((0, 0))
    found = Gradients([empty], [empty], [empty])
    for l in case.network.layers:
        a = passed.a[l - 1]

        def of_weights(stack: np.ndarray, l: int = l, a: np.ndarray = a) -> np.ndarray:
            penalty = 0.5 * case.penalty * np.sum(stack**2, axis=(1, 2))
            return loss_from(case, l, a @ stack.transpose(0, 2, 1) + b[l]) + penalty

        def of_biases(stack: np.ndarray, l: int = l, a: np.ndarray = a) -> np.ndarray:
            return loss_from(case, l, a @ W[l].T + stack[:, None, :])

        def of_signal(stack: np.ndarray, l: int = l) -> np.ndarray:
            return loss_from(case, l, stack)

        found.dW.append(central_differences(of_weights, W[l]))
        found.db.append(central_differences(of_biases, b[l]))
        found.delta.append(central_differences(of_signal, passed.z[l]))
    return found


def relative_error(mine: np.ndarray, theirs: np.ndarray) -> float:
    """The worst entry's error, as a share of the largest entry; infinite where shapes differ."""
    if mine.shape != theirs.shape:
        return np.inf
    error, scale = np.abs(mine - theirs).max(), np.abs(theirs).max()
    return float(error / scale) if scale else (0.0 if error == 0 else np.inf)


def disagreements(mine: Gradients, theirs: Gradients, tolerance: float) -> list[str]:
    """The arrays with an entry that is off by more than the tolerance."""
    errors = {
        f"{name}[{l}]": relative_error(getattr(mine, name)[l], getattr(theirs, name)[l])
        for name in ("delta", "dW", "db")
        for l in range(1, len(theirs.dW))
    }
    return [f"{name}: {error:.1e}" for name, error in errors.items() if not error <= tolerance]
