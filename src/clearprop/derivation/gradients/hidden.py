"""What a layer of the chain makes of its pre-activations: f(z), or z + α (f(z) − z) where each unit has a share α."""

from dataclasses import dataclass

import numpy as np

from clearprop.mathematics.activations import Activation
from clearprop.mathematics.arrays import Array, Namespace
from clearprop.mathematics.network import Network, Parameters


@dataclass(frozen=True, eq=False)
class Hidden:
    """fˡ with its shares; `alpha` is (n_l,), or None where there are none."""

    activation: Activation
    alpha: Array | None

    @classmethod
    def of(cls, network: Network, parameters: Parameters, l: int) -> "Hidden":
        """That of layer l."""
        return cls(network.activation(l), parameters.theta.get(f"mixture{l}.alpha"))

    def at(self, units: Array) -> "Hidden":
        """That of some units of the layer."""
        return Hidden(self.activation, None if self.alpha is None else self.alpha[units])

    def units_first(self, rank: int) -> "Hidden":
        """The same for arrays of that rank whose first axis is the units'."""
        shape = (-1, *(1,) * (rank - 1))
        return Hidden(self.activation, None if self.alpha is None else self.alpha.reshape(shape))

    def value(self, z: Array, xp: Namespace = np) -> Array:
        """A from Z."""
        f = self.activation.value(z, xp)
        return f if self.alpha is None else z + self.alpha * (f - z)

    def derivative(self, z: Array, a: Array) -> Array:
        """∂A/∂Z of an elementwise activation; `a` is A as it has been computed."""
        assert self.activation.derivative is not None
        if self.alpha is None:
            return self.activation.derivative(z, a, np)
        return 1.0 + self.alpha * (self.activation.derivative(z, self.activation.value(z, np), np) - 1.0)
