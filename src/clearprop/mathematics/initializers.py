"""The table of initializers: how W¹..Wᴸ and b¹..bᴸ are drawn from one seeded NumPy generator."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import DTypeLike

from clearprop.mathematics.activations import ACTIVATIONS, Activation
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network, Parameters
from clearprop.mathematics.registry import entry_named

Random: TypeAlias = np.random.Generator | np.random.RandomState
Draw = Callable[[Random, int, int, Activation], tuple[Array, Array]]


@dataclass(frozen=True)
class Initializer:
    """One rule: `draw(random, n_out, n_in, activation)` gives W (n_out, n_in) and b (n_out,) of a layer.

    `formula` says what the entries are drawn from; `activation` is the hidden activation at that layer (the output
    layer is given the last hidden one).
    """

    name: str
    draw: Draw
    formula: str
    aliases: tuple[str, ...] = ()


def _uniform(bound: Callable[[int, int, Activation], float]) -> Draw:
    def draw(random: Random, n_out: int, n_in: int, activation: Activation) -> tuple[Array, Array]:
        limit = bound(n_out, n_in, activation)
        return random.uniform(-limit, limit, (n_out, n_in)), np.zeros(n_out)

    return draw


def _normal(deviation: Callable[[int, int, Activation], float]) -> Draw:
    def draw(random: Random, n_out: int, n_in: int, activation: Activation) -> tuple[Array, Array]:
        return deviation(n_out, n_in, activation) * random.standard_normal((n_out, n_in)), np.zeros(n_out)

    return draw


def _glorot(n_out: int, n_in: int, activation: Activation) -> float:
    return float(np.sqrt(2.0 / (n_in + n_out)))


def _he(n_out: int, n_in: int, activation: Activation) -> float:
    return float(activation.gain / np.sqrt(n_in))


def _lecun(n_out: int, n_in: int, activation: Activation) -> float:
    return float(1.0 / np.sqrt(n_in))


def _bound(deviation: Callable[[int, int, Activation], float]) -> Callable[[int, int, Activation], float]:
    return lambda n_out, n_in, activation: float(np.sqrt(3.0)) * deviation(n_out, n_in, activation)


def _orthogonal(random: Random, n_out: int, n_in: int, activation: Activation) -> tuple[Array, Array]:
    q, r = np.linalg.qr(random.standard_normal((max(n_out, n_in), min(n_out, n_in))))
    q = q * np.where(np.diag(r) < 0, -1.0, 1.0)  # without the signs the draw is not uniform over orthogonal matrices
    return activation.gain * (q if n_out >= n_in else q.T), np.zeros(n_out)


def _pytorch(random: Random, n_out: int, n_in: int, activation: Activation) -> tuple[Array, Array]:
    limit = 1.0 / np.sqrt(n_in)
    return random.uniform(-limit, limit, (n_out, n_in)), random.uniform(-limit, limit, n_out)


def _scikit_learn(random: Random, n_out: int, n_in: int, activation: Activation) -> tuple[Array, Array]:
    limit = np.sqrt((2.0 if activation.name == "sigmoid" else 6.0) / (n_in + n_out))
    return random.uniform(-limit, limit, (n_in, n_out)).T, random.uniform(-limit, limit, n_out)


INITIALIZERS: dict[str, Initializer] = {
    entry.name: entry
    for entry in (
        Initializer(
            "glorot_uniform", _uniform(_bound(_glorot)), "U(±√(6/(n_in + n_out)))", aliases=("xavier_uniform",)
        ),
        Initializer("glorot_normal", _normal(_glorot), "N(0, 2/(n_in + n_out))", aliases=("xavier_normal",)),
        Initializer("he_uniform", _uniform(_bound(_he)), "U(±gain·√(3/n_in))", aliases=("kaiming_uniform",)),
        Initializer("he_normal", _normal(_he), "N(0, gain²/n_in)", aliases=("kaiming_normal",)),
        Initializer("lecun_uniform", _uniform(_bound(_lecun)), "U(±√(3/n_in))"),
        Initializer("lecun_normal", _normal(_lecun), "N(0, 1/n_in)"),
        Initializer("orthogonal", _orthogonal, "gain·Q, Q uniform over matrices with orthonormal rows or columns"),
        Initializer("uniform", _pytorch, "U(±1/√n_in), biases too (torch.nn.Linear)"),
        Initializer("normal", _normal(lambda n_out, n_in, activation: 0.01), "N(0, 0.01²)"),
        Initializer("scikit_learn", _scikit_learn, "U(±√(6/(n_in + n_out))), 2 for 6 with sigmoid, biases too"),
    )
}


def initialize(
    network: Network, rule: str = "glorot_uniform", random: Random | int = 0, dtype: DTypeLike = np.float64
) -> Parameters:
    """Parameters drawn layer by layer, W before b, by a rule of the table; then the other layers', by their own.

    Arguments:
        rule: a name of `INITIALIZERS`.
        random: a NumPy generator, or a seed for one.

    Raises:
        ValueError: an unknown rule.

    Example:
        >>> parameters = initialize(Network(sizes=(4, 3, 2)), "he_normal", random=1)
        >>> parameters.W[1].shape, parameters.b[1]
        ((3, 4), array([0., 0., 0.]))

    Source: Glorot & Bengio 2010; He et al. 2015; LeCun et al. 1998; Saxe et al. 2014.
    """
    entry = entry_named(INITIALIZERS, rule, "initializer")
    generator = np.random.default_rng(random) if isinstance(random, int | np.integer) else random
    names = network.hidden_names or ((network.hidden,) if isinstance(network.hidden, str) else ("identity",))
    activations = [ACTIVATIONS[entry_named(ACTIVATIONS, name, "hidden activation").name] for name in names]
    drawn = [
        entry.draw(generator, network.sizes[l], network.sizes[l - 1], activations[min(l, len(activations)) - 1])
        for l in network.layers
    ]
    theta = {
        f"{name}.{parameter}": array
        for name, layer in network.other_layers.items()
        for parameter, array in layer.initial(generator).items()
    }
    return Parameters.of([W for W, _ in drawn], [b for _, b in drawn], dtype, theta)
