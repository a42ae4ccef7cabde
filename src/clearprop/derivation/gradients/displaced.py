"""The losses of all rows when one pre-activation is displaced: many displacements at once, from that layer upwards.

Moving w_jk of layer l by h moves column j of Zˡ alone, by h·aˡ⁻¹_ik in row i (a bias: by h). So layer l + 1 changes by
a rank-one matrix, and nothing below l has to be computed again. Arrays are held with the units first, (n, p, m) for p
displacements, so that sums over units run along memory.
"""

import ast
from collections.abc import Callable
from functools import cache, cached_property

import numpy as np

from clearprop.derivation.gradients.hidden import Hidden
from clearprop.derivation.gradients.problem import Problem
from clearprop.mathematics.activations import Activation
from clearprop.mathematics.arrays import Array, Namespace
from clearprop.mathematics.network import Network

BLOCK = 1 << 16  # numbers in the largest array of a block: what a core's own memory holds

#: Is shown each layer from the displaced one upwards: its number, Zˡ as displaced and as it was.
Watch = Callable[[int, Array, Array], None]


class Displaced:
    """Row losses e_i of a problem with displaced pre-activations; `xp` is NumPy, or one for complex numbers."""

    def __init__(self, problem: Problem, xp: Namespace = np) -> None:
        self.problem, self.xp = problem, xp
        passed = problem.passed
        self.inputs = [np.ascontiguousarray(np.concatenate([a.T, np.ones((1, len(a)))])) for a in passed.a[:-1]]
        self.z = [np.ascontiguousarray(z.T) for z in passed.z]  # (n_l, m)
        self.a = [np.ascontiguousarray(a.T) for a in passed.a]
        network, parameters = problem.network, problem.parameters
        self.hidden = [Hidden.of(network, parameters, l) for l in (1, *network.layers)]  # the first is not used
        self._targets: dict[int, Array] = {}

    @cached_property
    def row_losses(self) -> Array:
        """e_i as it is, (m,)."""
        z = self.z[-1]
        return self.losses_of_outputs(z[:, None, :])[0]

    def block_length(self, l: int) -> int:
        """Return how many displacements of layer l are best computed at once."""
        network = self.problem.network
        widest = max(
            network.sizes[min(l + 1, network.n_layers) :]
        )  # in its own layer one column moves, but in the last
        return max(1, BLOCK // (self.problem.n_samples * widest))

    def losses(self, l: int, units: Array, shifts: Array, watch: Watch | None = None) -> Array:
        """e_i, (p, m), where unit `units[q]` of Zˡ is displaced by `shifts[q]`, one displacement q after the other.

        Arguments:
            units: (p,) from 0.
            shifts: (p, m).
        """
        network, parameters = self.problem.network, self.problem.parameters
        moved = self.z[l][units] + shifts
        if l == network.n_layers:
            z = np.repeat(self.z[l][:, None, :].astype(moved.dtype), len(units), axis=1)
            z[units, np.arange(len(units))] = moved
            _show(watch, l, z, self.z[l])
            return self.losses_of_outputs(z)
        _show(watch, l, moved[None], self.z[l][units][None])
        change = self.hidden[l].at(units).units_first(2).value(moved, self.xp) - self.a[l][units]
        change_z = parameters.W[l + 1][:, units, None] * change
        for k in range(l + 1, network.n_layers + 1):
            z = change_z + self.z[k][:, None, :]
            _show(watch, k, z, self.z[k])
            if k < network.n_layers:
                change = self.hidden[k].units_first(3).value(z, self.xp) - self.a[k][:, None, :]
                change_z = (parameters.W[k + 1] @ change.reshape(len(change), -1)).reshape(-1, *change.shape[1:])
        return self.losses_of_outputs(z)

    def losses_of_outputs(self, z: Array) -> Array:
        """Return e_i, (p, m), from Zᴸ, (n_L, p, m)."""
        network, p = self.problem.network, z.shape[1]
        if p not in self._targets:
            self._targets = {p: np.tile(np.ascontiguousarray(self.problem.Y.T), (1, p)).T}
        rows = z.reshape(len(z), -1).T
        if network.is_paired:
            found = network.loss_entry.paired_value(rows, self._targets[p], self.xp)
        else:
            outputs = network.activation(network.n_layers).value(rows, self.xp)
            found = network.loss_entry.value(outputs, self._targets[p], self.xp)
        return found.reshape(p, -1)


def _show(watch: Watch | None, l: int, z: Array, before: Array) -> None:
    if watch is not None:
        watch(l, z, before if before.ndim == 3 else before[:, None, :])


class Crossings:
    """Watches for a pre-activation that changes sides of a breakpoint, or leaves one that it was at.

    `crossed[q]`: at any breakpoint of displacement q; `kinked[q]`: at one where f has two one-sided slopes.
    """

    def __init__(self, network: Network, n_displacements: int) -> None:
        self.points = [(), *(breakpoints(network.activation(l)) for l in network.layers)]
        self.crossed = np.zeros(n_displacements, bool)
        self.kinked = np.zeros(n_displacements, bool)

    def __call__(self, l: int, z: Array, before: Array) -> None:
        """Look at one layer of all displacements."""
        for at, is_kink in self.points[l]:
            changed = (z > at) != (before > at)
            changed |= (z < at) != (before < at)
            found = changed.any(axis=(0, 2))
            self.crossed |= found
            if is_kink:
                self.kinked |= found


def has_breakpoints(network: Network) -> bool:
    """Whether any activation of the network is defined in pieces."""
    return any(breakpoints(network.activation(l)) for l in network.layers)


def breakpoints(activation: Activation) -> tuple[tuple[float, bool], ...]:
    """Every z where the activation's definition changes, and whether its slope jumps there (a declared kink).

    >>> from clearprop.mathematics.activations import ACTIVATIONS
    >>> breakpoints(ACTIVATIONS["relu"]), breakpoints(ACTIVATIONS["elu"]), breakpoints(ACTIVATIONS["tanh"])
    (((0.0, True),), ((0.0, False),), ())
    """
    return _breakpoints(activation.formula, tuple(z for z, _ in activation.kinks))


@cache
def _breakpoints(formula: str, kinks: tuple[float, ...]) -> tuple[tuple[float, bool], ...]:
    comparisons = (node for node in ast.walk(ast.parse(formula)) if isinstance(node, ast.Compare))
    bounds = {float(ast.literal_eval(node.comparators[0])) for node in comparisons}
    return tuple((z, z in kinks) for z in sorted(bounds | set(kinks)))
