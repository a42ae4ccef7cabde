"""What is differentiated: the loss of a network's parameters on given rows, under a stated scaling and penalty."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from clearprop.mathematics.arrays import Array
from clearprop.mathematics.equations import Gradients, Passed, backward, forward, loss, penalty_value
from clearprop.mathematics.network import Network, Parameters


@dataclass(frozen=True, eq=False)
class Problem:
    """E = Σ_i ω_i e(aᴸ_i, y_i) + (κ/2) Σ_l ‖Wˡ‖², as a function of every W and b, with its gradient by BP1–BP4.

    Arguments:
        network, parameters: in float64.
        X: (m, n_0).
        Y: (m, n_L).
        omega: (m,) factors of the rows, of any sum: 1/m each for a mean, 1 for a sum, 2/m for a square without ½.
        decay: κ, that is λ for the penalty (λ/2) Σ w², 2λ for λ Σ w², λ/m for (λ/2m) Σ w².

    Raises:
        ValueError: arrays that do not fit the network.
    """

    network: Network
    parameters: Parameters
    X: Array
    Y: Array
    omega: Array
    decay: float = 0.0

    @classmethod
    def of(
        cls,
        network: Network,
        parameters: Parameters,
        X: Array,
        Y: Array,
        scale: float | None = None,
        decay: float = 0.0,
    ) -> "Problem":
        """The problem with the same factor for every row: `scale`, or 1/m."""
        n_samples = len(X)
        return cls(network, parameters, X, Y, np.full(n_samples, 1 / n_samples if scale is None else scale), decay)

    @property
    def n_samples(self) -> int:
        """Return m."""
        return len(self.X)

    @cached_property
    def passed(self) -> Passed:
        """Every Z and A."""
        return forward(self.network, self.parameters, self.X)

    @cached_property
    def loss(self) -> float:
        """Return E."""
        total = float(np.sum(self.omega))
        data = loss(self.network, self.passed, self.Y, self.omega / total) * total
        return float(data + penalty_value(self.parameters, self.decay))

    @cached_property
    def gradients(self) -> Gradients:
        """Every Δ, ∇W and ∇b, by the equations that train."""
        total = float(np.sum(self.omega))
        penalty = self.decay / total
        found = backward(self.network, self.parameters, self.passed, self.Y, self.omega / total, penalty)
        delta, dW, db = ([array * total for array in arrays] for arrays in (found.delta, found.dW, found.db))
        return Gradients(delta, dW, db, {name: array * total for name, array in found.dtheta.items()})
