"""The table of losses: each entry says which output it is paired with; fusion is never implicit.

With its paired output a loss has the error signal Δᴸ = ω ⊙ (Aᴸ − Y) (BP1), and its value is computed from Zᴸ without
overflow. With any other output whose range lies in the loss's domain, the general route is taken: ∂E/∂Aᴸ through the
Jacobian.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from clearprop.mathematics.activations import softplus
from clearprop.mathematics.arrays import Array, Namespace


@dataclass(frozen=True)
class Loss:
    """One loss e(a, y) of a row: from the outputs, from the pre-activations of its paired output, and ∂e/∂a.

    `value(a, y, xp)` and `paired_value(z, y, xp)` give one number a row, (m, n_L) → (m,); `gradient(a, y, xp)`
    is ∂e/∂a, (m, n_L). `formula` is e as a SymPy expression in a_i and y_i, `gradient_formula` ∂e/∂a_i in a and y.
    `domain` is the interval in which outputs must lie; `smoothing_centre(n_L)` is what label smoothing moves targets
    to. `derivation` are lines of algebra, (rule, SymPy expression in a and y), from what the rules of calculus give to
    `gradient_formula`; `pairing` are those from ∂e/∂a · f' of the paired output to a − y, where that f is elementwise,
    and `cancelling`, by the output's name, those of other outputs where ∂e/∂a · f' becomes simpler.
    """

    name: str
    paired_output: str
    value: Callable[[Array, Array, Namespace], Array]
    paired_value: Callable[[Array, Array, Namespace], Array]
    gradient: Callable[[Array, Array, Namespace], Array]
    formula: str
    gradient_formula: str
    domain: tuple[float, float]
    smoothing_centre: Callable[[int], float] | None = None
    aliases: tuple[str, ...] = ()
    derivation: tuple[tuple[str, str], ...] = ()
    pairing: tuple[tuple[str, str], ...] = ()
    cancelling: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Loss({self.name!r})"

    def smooth(self, Y: Array, smoothing: float) -> Array:
        """Targets moved towards their centre: (1 − s) Y + s/n_L (softmax) or (1 − s) Y + s/2 (sigmoid).

        Raises ValueError for a loss whose targets are not probabilities.

        >>> LOSSES["cross_entropy"].smooth(np.array([[0.0, 1.0]]), 0.1)
        array([[0.05, 0.95]])
        """
        if not smoothing:
            return Y
        if self.smoothing_centre is None:
            raise ValueError(
                f"label_smoothing: {self.name} has targets that are not probabilities; use 0, got {smoothing}"
            )
        return (1.0 - smoothing) * Y + smoothing * self.smoothing_centre(Y.shape[1])


def log_softmax(z: Array, xp: Namespace = np) -> Array:
    """By rows, log softmax(z) = z − max z − log Σ_k e^(z_k − max z) (log-sum-exp): the probability is never formed."""
    with np.errstate(over="ignore"):
        shifted = z - xp.max(z, axis=1, keepdims=True)
    shifted = xp.maximum(shifted, float(np.finfo(z.dtype).min))  # a difference that the type cannot hold stays finite
    return shifted - xp.log(xp.sum(xp.exp(shifted), axis=1, keepdims=True))


def _log(a: Array, xp: Namespace) -> Array:
    return xp.log(xp.maximum(a, _tiny(a)))  # finite even where a underflowed to 0, so that 0 · log 0 = 0


def _tiny(a: Array) -> float:
    return float(np.finfo(a.dtype).tiny)


def _cross_entropy(a: Array, y: Array, xp: Namespace) -> Array:
    return -xp.sum(y * _log(a, xp), axis=1)


def _cross_entropy_paired(z: Array, y: Array, xp: Namespace) -> Array:
    return -xp.sum(y * log_softmax(z, xp), axis=1)


def _cross_entropy_gradient(a: Array, y: Array, xp: Namespace) -> Array:
    return -y / xp.maximum(a, _tiny(a))


def _binary_cross_entropy(a: Array, y: Array, xp: Namespace) -> Array:
    return _cross_entropy(a, y, xp) + _cross_entropy(1.0 - a, 1.0 - y, xp)


def _binary_cross_entropy_paired(z: Array, y: Array, xp: Namespace) -> Array:
    return xp.sum(y * softplus(-z, xp) + (1.0 - y) * softplus(z, xp), axis=1)


def _binary_cross_entropy_gradient(a: Array, y: Array, xp: Namespace) -> Array:
    return _cross_entropy_gradient(a, y, xp) - _cross_entropy_gradient(1.0 - a, 1.0 - y, xp)


def _half_squared_error(a: Array, y: Array, xp: Namespace) -> Array:
    return 0.5 * xp.sum((a - y) ** 2, axis=1)


def _y_log_y_minus_y(y: Array, xp: Namespace) -> Array:
    return y * _log(y, xp) - y


def _poisson(a: Array, y: Array, xp: Namespace) -> Array:
    return xp.sum(_y_log_y_minus_y(y, xp) + a - y * _log(a, xp), axis=1)


def _poisson_paired(z: Array, y: Array, xp: Namespace) -> Array:
    return xp.sum(_y_log_y_minus_y(y, xp) + xp.exp(z) - y * z, axis=1)


LOSSES: dict[str, Loss] = {
    entry.name: entry
    for entry in (
        Loss(
            "cross_entropy",
            "softmax",
            _cross_entropy,
            _cross_entropy_paired,
            _cross_entropy_gradient,
            "-Sum(y_i*log(a_i), (i, 1, n))",
            "-y/a",
            domain=(0.0, 1.0),
            smoothing_centre=lambda n: 1.0 / n,
            aliases=("log_loss",),
            cancelling={"sigmoid": (("cancel", "-y*(1 - a)"),)},
        ),
        Loss(
            "binary_cross_entropy",
            "sigmoid",
            _binary_cross_entropy,
            _binary_cross_entropy_paired,
            _binary_cross_entropy_gradient,
            "-Sum(y_i*log(a_i) + (1 - y_i)*log(1 - a_i), (i, 1, n))",
            "-y/a + (1 - y)/(1 - a)",
            domain=(0.0, 1.0),
            smoothing_centre=lambda n: 0.5,
            pairing=(
                ("multiply_out", "-y/a*a*(1 - a) + (1 - y)/(1 - a)*a*(1 - a)"),
                ("cancel", "-y*(1 - a) + (1 - y)*a"),
                ("multiply_out", "-y + y*a + a - y*a"),
                ("cancel", "a - y"),
            ),
        ),
        Loss(
            "half_squared_error",
            "identity",
            _half_squared_error,
            lambda z, y, xp: _half_squared_error(z, y, xp),
            lambda a, y, xp: a - y,
            "Sum((a_i - y_i)**2, (i, 1, n))/2",
            "a - y",
            domain=(-np.inf, np.inf),
            aliases=("squared_error",),
            pairing=(("simplify", "a - y"),),
        ),
        Loss(
            "poisson",
            "exponential",
            _poisson,
            _poisson_paired,
            lambda a, y, xp: 1.0 - y / xp.maximum(a, _tiny(a)),
            "Sum(y_i*log(y_i) - y_i*log(a_i) - y_i + a_i, (i, 1, n))",
            "1 - y/a",
            domain=(0.0, np.inf),
            pairing=(("multiply_out", "a - y/a*a"), ("cancel", "a - y")),
            cancelling={
                "sigmoid": (
                    ("multiply_out", "a*(1 - a) - y/a*a*(1 - a)"),
                    ("cancel", "a*(1 - a) - y*(1 - a)"),
                    ("factor", "(a - y)*(1 - a)"),
                )
            },
        ),
    )
}
