"""Which part of the parameter vector takes which optimizer entry, in blocks that stay in the processor's cache."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from clearprop.engines.interface import Recipe
from clearprop.engines.parameter_groups import ParameterGroup, parameter_groups
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network

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
        self._groups = parameter_groups(network, recipe)
        self._parts = [
            (number, theta, g, group.entry.init(theta))
            for number, group in enumerate(self._groups)
            for theta, g in _blocks(group, flat, gradient)
        ]

    def adjust(self, network: Network, recipe: Recipe) -> None:
        """Go on with another clipping or decay factor."""
        self._groups, self.max_norm = parameter_groups(network, recipe), recipe.max_grad_norm

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
        for number, theta, g, state in self._parts:
            group = self._groups[number]
            rate = learning_rate * group.rate_factor
            group.entry.update(theta, g, state, rate, self.n_updates, group.numbers, np)


def _blocks(group: ParameterGroup, flat: Array, gradient: Array) -> Iterator[tuple[Array, Array]]:
    if group.matrix is not None:
        whole = slice(group.start, group.stop)
        yield flat[whole].reshape(group.matrix), gradient[whole].reshape(group.matrix)
        return
    for begin in range(group.start, group.stop, BLOCK):
        block = slice(begin, min(begin + BLOCK, group.stop))
        yield flat[block], gradient[block]
