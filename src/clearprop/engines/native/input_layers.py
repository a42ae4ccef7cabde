"""The layers beside the affine ones as the core takes them."""

from functools import lru_cache

from clearprop.mathematics.layers import Embedding, Layer, Numbers, Periodic, PiecewiseLinear
from clearprop.mathematics.network import Network

#: Kind, columns of X, features a column (of numbers: in all), frequencies or categories, low and 1/width of each bin.
InputGiven = tuple[int, int, int, int, list[float], list[float]]

KINDS = (Numbers, PiecewiseLinear, Periodic, Embedding)  # in the core's order


@lru_cache(maxsize=256)  # to predict one row takes less time than to make the lists
def others_given(network: Network) -> tuple[list[InputGiven], bool, bool]:
    """The input layers, whether features are scaled and whether activations are mixed."""
    inputs = [given for layer in network.inputs for given in _given(layer)]
    return inputs, network.scaled, network.mixed


def _given(layer: Layer) -> list[InputGiven]:
    kind = KINDS.index(type(layer))
    if isinstance(layer, PiecewiseLinear):
        given = []
        for edges in layer.edges:
            _, low, per_width = PiecewiseLinear((edges,)).bins()
            given.append((kind, 1, len(edges) - 1, 0, low.tolist(), per_width.tolist()))
        return given
    if isinstance(layer, Periodic):
        return [(kind, layer.width, layer.n_features, layer.n_frequencies, [], [])]
    if isinstance(layer, Embedding):
        return [(kind, 1, layer.width, layer.n_categories, [], [])]
    return [(kind, layer.n_inputs, layer.n_inputs, 0, [], [])]
