"""What each array of parameters is updated with: its rule, its rate, its decay and its ε, the same for all engines."""

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from clearprop.engines.interface import Recipe
from clearprop.mathematics.network import Network
from clearprop.mathematics.optimizers import OPTIMIZERS, Optimizer
from clearprop.mathematics.registry import entry_named


class ParameterGroup(NamedTuple):
    """One array of the flat vector: where it lies, its rule, the factor of its learning rate, the rule's numbers.

    `matrix` is its shape where the rule is one for whole matrices.
    """

    start: int
    stop: int
    entry: Optimizer
    rate_factor: float
    numbers: Mapping[str, float]
    matrix: tuple[int, int] | None


class _Array(NamedTuple):
    size: int
    rate_factor: float
    decayed: bool
    n_inputs: int = 0  # of a matrix of weights
    hidden_matrix: tuple[int, int] | None = None


def parameter_groups(network: Network, recipe: Recipe) -> list[ParameterGroup]:
    """The groups W¹..Wᴸ, b¹..bᴸ, then theta, in the order of the flat vector.

    In the tangent form, Wˡ = Vˡ/√n_{l−1} moves as if V were trained: with √n_{l−1} times the gradient and 1/√n_{l−1} of
    the step. A rule whose step does not grow with the gradient (it has an ε) then has its rate divided by √n_{l−1}, any
    other by n_{l−1}. V and W decay alike, so the decay is multiplied by what the rate was divided by; ε, too, for it
    stands beside a gradient that is so much smaller.

    Source: Jacot et al. 2018; Holzmüller et al. 2024 (RealMLP), NTP.
    """
    groups, start = [], 0
    for array in _arrays(network, recipe):
        entry = entry_named(OPTIMIZERS, recipe.optimizer, "optimizer")
        if entry.otherwise is not None and array.hidden_matrix is None:
            entry = OPTIMIZERS[entry.otherwise]
        numbers = {name: recipe.hyperparameters.get(name, default) for name, default in entry.defaults.items()}
        rate_factor = array.rate_factor
        if recipe.tangent_form and array.n_inputs:
            rate_factor /= array.n_inputs**0.5 if "epsilon" in numbers else array.n_inputs
            numbers |= {name: numbers[name] / rate_factor for name in ("weight_decay", "epsilon") if name in numbers}
        if "weight_decay" in numbers:
            numbers["weight_decay"] *= recipe.decay_factor if array.decayed else 0.0
        matrix = array.hidden_matrix if entry.otherwise is not None else None
        groups.append(ParameterGroup(start, start + array.size, entry, rate_factor, numbers, matrix))
        start += array.size
    return groups


def _arrays(network: Network, recipe: Recipe) -> Iterator[_Array]:
    for l in network.layers:
        shape = network.sizes[l], network.sizes[l - 1]
        yield _Array(math.prod(shape), 1.0, True, shape[1], shape if 1 < l < network.n_layers else None)
    for l in network.layers:
        yield _Array(network.sizes[l], recipe.bias_rate_factor, False)  # never decayed, as they are never penalised
    for name, its_shape in network.theta_shapes.items():
        layer, _, parameter = name.partition(".")
        yield _Array(math.prod(its_shape), network.other_layers[layer].rate_factors.get(parameter, 1.0), True)
