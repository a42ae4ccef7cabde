"""Parameters as the named tensors of a model file, and back."""

from collections.abc import Mapping

import numpy as np

from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network, Parameters

Tensors = Mapping[str, Array]


def tensors_of(members: list[Parameters], prefix: str = "") -> dict[str, Array]:
    """The tensors of one network, or of several of one shape in stacks.

    >>> one = Parameters.of([[[1.0, 2.0]]], [[3.0]])
    >>> {name: tensor.shape for name, tensor in tensors_of([one, one], "group1.").items()}
    {'group1.W1': (2, 1, 2), 'group1.b1': (2, 1)}
    """
    named = [_named(parameters) for parameters in members]
    if len(named) == 1:
        return {prefix + name: np.ascontiguousarray(array) for name, array in named[0].items()}
    return {prefix + name: np.stack([of_one[name] for of_one in named]) for name in named[0]}


def parameters_of(tensors: Tensors, network: Network, prefix: str = "") -> list[Parameters]:
    """The inverse of `tensors_of`, for a network of which they are.

    Raises KeyError or ValueError where they are not.
    """
    names = [*(f"W{l}" for l in network.layers), *(f"b{l}" for l in network.layers), *network.theta_shapes]
    arrays = {name: tensors[prefix + name] for name in names}
    if any(name.startswith(prefix) and name.removeprefix(prefix) not in arrays for name in tensors):
        raise ValueError("there are more tensors than the network has")
    if arrays["W1"].ndim == 2:
        return [_of_one(arrays, network)]
    if len({len(array) for array in arrays.values()}) != 1:
        raise ValueError("the tensors are of different numbers of networks")
    return [_of_one({name: array[i] for name, array in arrays.items()}, network) for i in range(len(arrays["W1"]))]


def _named(parameters: Parameters) -> dict[str, Array]:
    layers = range(1, len(parameters.W))
    W, b = ({f"{kind}{l}": getattr(parameters, kind)[l] for l in layers} for kind in "Wb")
    return {**W, **b, **parameters.theta}


def _of_one(arrays: Mapping[str, Array], network: Network) -> Parameters:
    W, b = ([arrays[f"{kind}{l}"] for l in network.layers] for kind in "Wb")
    parameters = Parameters.of(W, b, theta={name: arrays[name] for name in network.theta_shapes})
    parameters.check_fit(network)
    return parameters
