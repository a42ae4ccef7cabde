"""Why gradients vanish: each layer below the output multiplies the error signal by an f′, at most the steepest."""

from functools import cache

import numpy as np

from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.network import Network


@cache
def steepest(name: str) -> float:
    """Return max |f′(z)| of an elementwise activation over −20 ≤ z ≤ 20, infinite where it still grows there.

    >>> steepest("sigmoid"), steepest("relu"), steepest("exponential")
    (0.25, 1.0, inf)
    """
    entry = ACTIVATIONS[name]
    assert entry.derivative is not None
    z = np.linspace(-20.0, 20.0, 40001)
    slopes = np.abs(entry.derivative(z, entry.value(z, np), np))
    return np.inf if slopes[-1] > 1.001 * slopes[-1000] else float(slopes.max())


def slope_bound(network: Network, l: int) -> float:
    """Return the product of max |f′| over the layers l..L−1: what δˡ has been multiplied by at most, the weights aside.

    >>> [slope_bound(Network((2, 2, 2, 2)), l) for l in (1, 2, 3)]
    [0.0625, 0.25, 1.0]
    """
    return float(np.prod([steepest_of(network, k) for k in range(l, network.n_layers)]))


def steepest_of(network: Network, l: int) -> float:
    """Return the same of a hidden layer; a mixture has no bound, for its shares may be any numbers."""
    return np.inf if network.mixed else steepest(network.activation(l).name)
