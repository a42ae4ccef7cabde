"""Which part of the parameter vector takes which optimizer entry, in blocks that stay in the processor's cache."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from clearprop.engines.interface import Recipe
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network, Parameters
from clearprop.mathematics.optimizers import OPTIMIZERS, Optimizer, State
from clearprop.mathematics.registry import entry_named

BLOCK = 1 << 15  # numbers; a block, its gradient and its state stay in the second-level cache


class Updates:
    """One optimizer step on all parameters, in place.

    Arguments:
        flat, gradient: the vectors of all parameters and of their gradient (W¹..Wᴸ, then b¹..bᴸ).
        recipe: optimizer, hyperparameters, max_grad_norm.
    """

    def __init__(self, network: Network, flat: Array, gradient: Array, recipe: Recipe) -> None:
        self.n_updates = 0
        self._gradient, self.max_norm = gradient, recipe.max_grad_norm
        entry = entry_named(OPTIMIZERS, recipe.optimizer, "optimizer")
        self._parts: list[tuple[Optimizer, Array, Array, State, dict[str, float]]] = []
        for part_entry, theta, g, decayed in _parts(entry, network, flat, gradient):
            given = {name: number for name, number in recipe.hyperparameters.items() if name in part_entry.defaults}
            numbers = {**part_entry.defaults, **given}
            if not decayed and "weight_decay" in numbers:
                numbers["weight_decay"] = 0.0  # biases are never decayed, as they are never penalised
            self._parts.append((part_entry, theta, g, part_entry.init(theta), numbers))

    def state(self) -> list[Any]:
        """The number of updates and the optimizer's arrays, part by part (copies)."""
        return [self.n_updates, [{slot: array.copy() for slot, array in part[3].items()} for part in self._parts]]

    def set_state(self, state: list[Any]) -> None:
        """The inverse of `state`."""
        self.n_updates = state[0]
        for part, arrays in zip(self._parts, state[1], strict=True):
            part[3].update(arrays)

    def apply(self, learning_rate: float) -> None:
        """Take the step t = 1, 2, ... along the gradient as it stands in its vector (clipped first)."""
        self.n_updates += 1
        if self.max_norm is not None:
            norm = float(np.sqrt(self._gradient.dot(self._gradient)))
            if norm > self.max_norm:
                self._gradient *= self.max_norm / norm
        for entry, theta, g, state, numbers in self._parts:
            entry.update(theta, g, state, learning_rate, self.n_updates, numbers, np)


def _parts(
    entry: Optimizer, network: Network, flat: Array, gradient: Array
) -> Iterator[tuple[Optimizer, Array, Array, bool]]:
    if entry.otherwise is None:
        yield from _blocks(entry, flat, gradient, 0, network.n_weights, decayed=True)
        yield from _blocks(entry, flat, gradient, network.n_weights, flat.size, decayed=False)
        return
    other = OPTIMIZERS[entry.otherwise]
    theta, g = Parameters.from_flat(network.sizes, flat), Parameters.from_flat(network.sizes, gradient)
    for l in network.layers:
        if 1 < l < network.n_layers:
            yield entry, theta.W[l], g.W[l], True
        else:
            yield from _blocks(other, theta.W[l].reshape(-1), g.W[l].reshape(-1), 0, theta.W[l].size, decayed=True)
    yield from _blocks(other, flat, gradient, network.n_weights, flat.size, decayed=False)


def _blocks(
    entry: Optimizer, flat: Array, gradient: Array, start: int, stop: int, *, decayed: bool
) -> Iterator[tuple[Optimizer, Array, Array, bool]]:
    for begin in range(start, stop, BLOCK):
        part = slice(begin, min(begin + BLOCK, stop))
        yield entry, flat[part], gradient[part], decayed
