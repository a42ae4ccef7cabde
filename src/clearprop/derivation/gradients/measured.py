"""What is measured without the gradient's formulas: every entry, how sure it is, and whether it is at a kink."""

from dataclasses import dataclass, field, replace

import numpy as np

from clearprop.mathematics.arrays import EMPTY, Array
from clearprop.mathematics.network import Network

#: An array of parameters: ("W", l), ("b", l), or (a name of θ, 0).
Place = tuple[str, int]


@dataclass(frozen=True, eq=False)
class Measured:
    """∂E/∂Wˡ and ∂E/∂bˡ as measured; lists are counted as the layers are (index 0 is empty).

    Arguments:
        method: a key of the table of methods.
        library: which library has done it, where the method leaves a choice.
        dW, db: shaped as W[l], b[l]; NaN where an entry was not asked for.
        uncertainty_dW, uncertainty_db: estimated absolute error of each entry, same shapes.
        dtheta: of the other layers, by name as `Parameters.theta`.
        uncertainty_dtheta: the same of them, where the method knows it.
        kinks: for ("W", l), ("b", l) and ("scale.s", 0), ..., whether E has (or may have) two one-sided slopes at an
            entry, same shapes.
        unmeasured: for the same places, which entries were not asked for, where not all were.
    """

    method: str
    library: str | None
    dW: list[Array]
    db: list[Array]
    uncertainty_dW: list[Array]
    uncertainty_db: list[Array]
    kinks: dict[Place, Array]
    dtheta: dict[str, Array] = field(default_factory=dict)
    uncertainty_dtheta: dict[str, Array] = field(default_factory=dict)
    unmeasured: dict[Place, Array] = field(default_factory=dict)

    def with_theta(
        self, dtheta: dict[str, Array], kinks: dict[str, Array], uncertainty: dict[str, Array] | None = None
    ) -> "Measured":
        """The same with the gradients of the other layers, by name."""
        places: dict[Place, Array] = {(name, 0): array for name, array in kinks.items()}
        return replace(self, dtheta=dtheta, kinks=self.kinks | places, uncertainty_dtheta=uncertainty or {})

    def without_unmeasured(self, asked: list[Array], asked_of_theta: dict[str, Array]) -> "Measured":
        """The same where not all entries were asked for: which were, of each layer as `measured` takes it, and of θ."""
        weights, biases = _parted(asked)
        named: dict[Place, Array] = {("W", l): ~weights[l] for l in range(1, len(weights))}
        named |= {("b", l): ~biases[l] for l in range(1, len(biases))}
        return replace(self, unmeasured=named | {(name, 0): ~array for name, array in asked_of_theta.items()})

    @property
    def n_kinks(self) -> int:
        """How many entries are at a kink."""
        return sum(int(np.count_nonzero(named)) for named in self.kinks.values())


def with_ones(a: Array) -> Array:
    """(A, 1), (m, n + 1): a bias is the weight of an input that is always 1."""
    return np.concatenate([a, np.ones((len(a), 1))], axis=1)


def measured(
    method: str,
    network: Network,
    gradients: list[Array],
    uncertainties: list[Array],
    kinks: list[Array],
    library: str | None = None,
) -> Measured:
    """Part each layer's (n_l, n_{l−1} + 1) array, whose last column is that of the biases, into those of W and b.

    Arguments:
        gradients, uncertainties, kinks: one array a layer, from layer 1 on.
    """
    (dW, db), (more_dW, more_db), (kinks_W, kinks_b) = map(_parted, (gradients, uncertainties, kinks))
    named: dict[Place, Array] = {}
    for l in network.layers:
        named["W", l], named["b", l] = kinks_W[l], kinks_b[l]
    return Measured(method, library, dW, db, more_dW, more_db, named)


def _parted(arrays: list[Array]) -> tuple[list[Array], list[Array]]:
    weights = [np.ascontiguousarray(array[:, :-1]) for array in arrays]
    return [EMPTY, *weights], [EMPTY, *(array[:, -1].copy() for array in arrays)]
