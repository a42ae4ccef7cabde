"""A network with the same layers and activations as another one, but few units: its formulas can be shown whole."""

from dataclasses import replace
from functools import cache

from clearprop.derivation.derivations import Derivation, derive
from clearprop.mathematics.network import Network

WIDTH, MOST_OUTPUTS, MOST_LAYERS = 2, 2, 4


def small_network(network: Network) -> Network:
    """Return the small network: two units a layer, one small input layer of each kind, at most four weight layers.

    >>> small_network(Network((784, 128, 10), "relu")).sizes
    (2, 2, 2)
    """
    inputs = tuple({layer.name: layer.small() for layer in network.inputs}.values())
    names = network.hidden_names
    if network.n_layers > MOST_LAYERS:
        names = (*names[: MOST_LAYERS - 2], names[-1])
    first = sum(layer.n_outputs for layer in inputs) if inputs else min(network.sizes[0], WIDTH)
    sizes = (first, *(WIDTH for _ in names), min(network.sizes[-1], MOST_OUTPUTS))
    return replace(network, sizes=sizes, hidden=names, inputs=inputs)


@cache
def derived(network: Network, form: str = "vector") -> Derivation:
    """Return the four equations of the small network that goes with a network, every line verified.

    >>> len(derived(small_network(Network((4, 3, 2)))).steps) > 10
    True
    """
    return derive(network, "equations", form)
