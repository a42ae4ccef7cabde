"""From what the networks say to calibrated probabilities and decisions: all that predicting needs of what was learned.

Whoever predicts from a file loads this and NumPy; how a decision is learned is in `calibration` and `decision_rules`.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from clearprop.mathematics.arrays import Array

SMALLEST_PROBABILITY = 1e-15


def tempered(P: Array, inverse_temperature: float) -> Array:
    """Return p^(1/T) of each row, made to sum to 1, (n, n_classes).

    >>> tempered(np.array([[0.8, 0.2], [0.5, 0.5]]), 2.0).round(3)
    array([[0.941, 0.059],
           [0.5  , 0.5  ]])
    """
    z = inverse_temperature * np.log(np.maximum(P, SMALLEST_PROBABILITY))
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@dataclass(frozen=True, eq=False)
class Decision:
    """Calibrated probabilities p_k ∝ q_k^(1/T) of what the networks say, q, and the class j of least Σ_k p_k C_kj.

    Arguments:
        temperature: T; 1: the probabilities stay as they are.
        costs: C, (n_classes, n_classes): what it costs to take class k (row) for class j (column); None: the most
            probable class.

    Example:
        >>> decision = Decision(temperature=0.5, costs=np.array([[0.0, 1.0], [9.0, 0.0]]))
        >>> P = decision.probabilities(np.array([[0.8, 0.2], [0.6, 0.4]]))
        >>> P.round(3).tolist(), decision.classes(P).tolist(), decision.threshold
        ([[0.941, 0.059], [0.692, 0.308]], [0, 1], 0.1)

    Source: Guo et al. 2017 (temperature); Elkan 2001 (costs).
    """

    temperature: float = 1.0
    costs: Array | None = None

    @property
    def threshold(self) -> float:
        """Of two classes: the second is decided for where its probability is at least this (without costs: above)."""
        if self.costs is None:
            return 0.5
        of_second = self.costs[0, 1] - self.costs[0, 0]  # what it costs more to decide wrongly for the second class
        of_first = self.costs[1, 0] - self.costs[1, 1]
        return float(of_second / (of_second + of_first))

    def probabilities(self, P: Array) -> Array:
        """The calibrated probabilities, (n, n_classes), from those of the networks; each row sums to 1."""
        return P / P.sum(axis=1, keepdims=True) if self.temperature == 1.0 else tempered(P, 1.0 / self.temperature)

    def classes(self, P: Array) -> Array:
        """The code of the class decided for, (n,), from calibrated probabilities, (n, n_classes)."""
        if self.costs is None:
            return P.argmax(axis=1)
        if len(self.costs) == 2:
            return (P[:, 1] >= self.threshold).astype(int)
        # Term by term, not P @ C: so that no digit depends on the other rows.
        return sum(P[:, k, None] * of_class for k, of_class in enumerate(self.costs)).argmin(axis=1)

    def to_dict(self) -> dict[str, Any]:
        """All of it, as plain values."""
        return {"temperature": self.temperature, "costs": None if self.costs is None else self.costs.tolist()}

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Self:
        """The inverse of `to_dict`, also after a trip through JSON."""
        costs = plain["costs"]
        return cls(float(plain["temperature"]), None if costs is None else np.array(costs, float))
