"""The losses of all rows when one entry of θ is moved: its layer is computed anew, and all above it with that.

What is moved is a learned factor, share or embedding; the columns of X stay as they are.
"""

from collections.abc import Iterator

import numpy as np

from clearprop.derivation.gradients.displaced import Displaced, Watch
from clearprop.derivation.gradients.progress import chosen
from clearprop.derivation.layer_arrays import made_layer
from clearprop.mathematics.arrays import Array


class MovedTheta:
    """Row losses e_i of a problem with one array of θ moved, an entry at a time.

    Arguments:
        displaced: of the problem; what its `xp` is decides the kind of numbers.
        name: a key of `Parameters.theta`.
    """

    def __init__(self, displaced: Displaced, name: str) -> None:
        self.displaced, self.problem, self.name = displaced, displaced.problem, name
        network, self.parameters = self.problem.network, self.problem.parameters
        self.layer_name, _, self.parameter = name.partition(".")
        self.layer, self.array = network.other_layers[self.layer_name], self.parameters.theta[name]
        self.above = made_layer(name)
        self.columns = slice(None)
        passed = self.problem.passed
        self.x = passed.z[self.above] if self.above else passed.features
        for input_name, _, columns, features in network.placed_inputs():
            if input_name == self.layer_name:
                self.x, self.columns = passed.X[:, columns], features

    def blocks(self, most: int | None = None) -> Iterator[Array]:
        """The numbers of all entries, or of so many that are chosen, as many at a time as are best computed at once."""
        length = self.displaced.block_length(min(self.above + 1, self.problem.network.n_layers))
        length = max(1, length // 4)  # of these, whole arrays move, and not one column
        entries = chosen(self.array.size, most)
        for start in range(0, len(entries), length):
            yield entries[start : start + length]

    def losses(self, entries: Array, steps: Array, watch: Watch | None = None) -> Array:
        """e_i, (p, m), where entry `entries[q]` of θ is larger by `steps[q]`, one move q after the other."""
        network, displaced = self.problem.network, self.displaced
        a = np.stack([self._moved(entry, step) for entry, step in zip(entries, steps, strict=True)])
        a = np.moveaxis(a, 2, 0)  # units first, (n_l, p, m)
        for l in range(self.above + 1, network.n_layers + 1):
            z = (self.parameters.W[l] @ a.reshape(len(a), -1)).reshape(-1, *a.shape[1:])
            z = z + self.parameters.b[l][:, None, None]
            if watch is not None:
                watch(l, z, displaced.z[l][:, None, :])
            if l < network.n_layers:
                a = displaced.hidden[l].units_first(3).value(z, displaced.xp)
        return displaced.losses_of_outputs(z)

    def _moved(self, entry: int, step: Array) -> Array:
        """A⁰, or Aˡ of a mixture, with that entry moved."""
        theta = self.parameters.theta_of(self.layer_name)
        moved = self.array.astype(np.asarray(step).dtype)
        moved.flat[entry] += step
        y = self.layer.forward({**theta, self.parameter: moved}, self.x, self.displaced.xp)
        if self.above or self.layer_name == "scale":
            return y
        if self.problem.network.scaled:
            y = y * self.parameters.theta["scale.s"][self.columns]
        a = self.problem.passed.a[0].astype(y.dtype)
        a[:, self.columns] = y
        return a
