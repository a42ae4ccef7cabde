"""The table of activations: each entry holds all that anybody needs to know of one f.

Value and derivative stand side by side. The derivative is written with z and a = f(z), whichever is cheaper, because
the forward pass has kept both. At a kink the derivative from the left is taken, and the entry declares it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from clearprop.mathematics.arrays import Array, Namespace

Value = Callable[[Array, Namespace], Array]
Derivative = Callable[[Array, Array, Namespace], Array]


@dataclass(frozen=True)
class Activation:
    """One activation a = f(z): its value, its derivative, its symbolic form, its kinks and its range.

    `formula` and `derivative_formula` are SymPy expressions in z and a = f(z); `symbol` is how f is written. `kinks`
    lists (z, declared f'(z)) where f has two one-sided derivatives. An activation that is not elementwise (softmax) has
    no f' but a `jacobian_product`. `derivation` are lines of algebra, (rule, SymPy expression), from what the rules of
    calculus give to the declared form of f'; `definition` is f in terms of simpler functions, where `formula` only
    names it.
    """

    name: str
    value: Value
    derivative: Derivative | None
    formula: str
    derivative_formula: str
    symbol: str
    kinks: tuple[tuple[float, float], ...] = ()
    range: tuple[float, float] = (-np.inf, np.inf)
    aliases: tuple[str, ...] = ()
    jacobian_product: Callable[[Array, Array, Namespace], Array] | None = None
    derivation: tuple[tuple[str, str], ...] = ()
    definition: str = ""

    def __repr__(self) -> str:
        return f"Activation({self.name!r})"

    @property
    def elementwise(self) -> bool:
        """Whether a_j depends on z_j alone, so that the Jacobian is diagonal."""
        return self.derivative is not None

    def pull_back(self, gradient: Array, z: Array, a: Array, xp: Namespace = np) -> Array:
        """∂E/∂Z from ∂E/∂A: gradient ⊙ f'(Z), or the full Jacobian where a unit moves all the others (softmax)."""
        if self.derivative is not None:
            return gradient * self.derivative(z, a, xp)
        assert self.jacobian_product is not None
        return self.jacobian_product(gradient, a, xp)

    @cached_property
    def gain(self) -> float:
        """1/√E[f(z)²] for z ~ N(0, 1): the factor that keeps the units' second moment (√2 for ReLU, He et al.)."""
        z = np.linspace(-12.0, 12.0, 48001)
        density = np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)
        second_moment = float(np.sum(self.value(z, np) ** 2 * density) * (z[1] - z[0]))
        return float(second_moment**-0.5)


def sigmoid(z: Array, xp: Namespace = np) -> Array:
    """σ(z) = 1/(1 + e^(−z)), with no overflow at any z: the exponential is always of −|z|."""
    e = xp.exp(-xp.abs(z))
    return xp.where(z >= 0, 1.0, e) / (1.0 + e)


def softplus(z: Array, xp: Namespace = np) -> Array:
    """log(1 + e^z) = max(z, 0) + log(1 + e^(−|z|)), with no overflow at any z."""
    return xp.maximum(z, 0.0) + xp.log1p(xp.exp(-xp.abs(z)))


def softmax(z: Array, xp: Namespace = np) -> Array:
    """softmax(z)_j = e^(z_j) / Σ_k e^(z_k) by rows, shifted by the row's maximum (note 1): no exponent is positive."""
    with np.errstate(over="ignore"):  # a difference that the type cannot hold is −∞, and e^(−∞) = 0 is right
        e = xp.exp(z - xp.max(z, axis=1, keepdims=True))
    e /= xp.sum(e, axis=1, keepdims=True)
    return e


def _softmax_jacobian_product(gradient: Array, a: Array, xp: Namespace) -> Array:
    # Σ_i g_i ∂a_i/∂z_j with ∂a_i/∂z_j = a_i(1[i = j] − a_j): the two cases of note 1's equation (1).
    return a * (gradient - xp.sum(gradient * a, axis=1, keepdims=True))


def _identity(z: Array, xp: Namespace) -> Array:
    return z


def _identity_derivative(z: Array, a: Array, xp: Namespace) -> Array:
    return xp.ones_like(z)


def _tanh(z: Array, xp: Namespace) -> Array:
    return xp.tanh(z)


def _relu(z: Array, xp: Namespace) -> Array:
    return xp.maximum(z, 0)


def _relu_derivative(z: Array, a: Array, xp: Namespace) -> Array:
    return (z > 0).astype(z.dtype)


LEAK = 0.01


def _leaky_relu(z: Array, xp: Namespace) -> Array:
    return xp.where(z > 0, z, LEAK * z)


def _leaky_relu_derivative(z: Array, a: Array, xp: Namespace) -> Array:
    return xp.where(z > 0, xp.ones_like(z), LEAK * xp.ones_like(z))


def _elu(z: Array, xp: Namespace) -> Array:
    return xp.where(z > 0, z, xp.expm1(xp.minimum(z, 0)))


def _elu_derivative(z: Array, a: Array, xp: Namespace) -> Array:
    return xp.exp(xp.minimum(z, 0))


# Klambauer et al. 2017: the fixed point that keeps mean 0 and variance 1.
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805


def _selu(z: Array, xp: Namespace) -> Array:
    return SELU_SCALE * xp.where(z > 0, z, SELU_ALPHA * xp.expm1(xp.minimum(z, 0)))


def _selu_derivative(z: Array, a: Array, xp: Namespace) -> Array:
    return SELU_SCALE * xp.where(z > 0, xp.ones_like(z), SELU_ALPHA * xp.exp(xp.minimum(z, 0)))


def _normal_distribution(z: Array) -> Array:
    from scipy.special import erf  # a quarter of a second that only gelu needs

    return 0.5 * (1.0 + erf(z * 2.0**-0.5))


def _gelu(z: Array, xp: Namespace) -> Array:
    return z * _normal_distribution(z)


def _gelu_derivative(z: Array, a: Array, xp: Namespace) -> Array:
    bounded = xp.clip(z, -40.0, 40.0)  # z² must not overflow; beyond ±40 the density is 0 in every type
    return _normal_distribution(z) + bounded * xp.exp(-0.5 * bounded * bounded) * (2.0 * np.pi) ** -0.5


def _silu(z: Array, xp: Namespace) -> Array:
    return z * sigmoid(z, xp)


def _silu_derivative(z: Array, a: Array, xp: Namespace) -> Array:
    s = sigmoid(z, xp)
    return s + a * (1.0 - s)


def _mish(z: Array, xp: Namespace) -> Array:
    return z * xp.tanh(softplus(z, xp))


def _mish_derivative(z: Array, a: Array, xp: Namespace) -> Array:
    t = xp.tanh(softplus(z, xp))
    return t + z * sigmoid(z, xp) * (1.0 - t * t)


ACTIVATIONS: dict[str, Activation] = {
    entry.name: entry
    for entry in (
        Activation("identity", _identity, _identity_derivative, "z", "1", "id"),
        Activation(
            "sigmoid",
            sigmoid,
            lambda z, a, xp: a * (1.0 - a),
            "1/(1 + exp(-z))",
            "a*(1 - a)",
            "σ",
            range=(0.0, 1.0),
            aliases=("logistic",),
            derivation=(
                ("split", "1/(1 + exp(-z)) * (exp(-z)/(1 + exp(-z)))"),
                ("add_and_subtract", "1/(1 + exp(-z)) * ((1 + exp(-z) - 1)/(1 + exp(-z)))"),
                ("split", "1/(1 + exp(-z)) * (1 - 1/(1 + exp(-z)))"),
            ),
        ),
        Activation(
            "tanh",
            _tanh,
            lambda z, a, xp: 1.0 - a * a,
            "tanh(z)",
            "1 - a**2",
            "tanh",
            range=(-1.0, 1.0),
            derivation=(
                ("combine", "((exp(z) + exp(-z))**2 - (exp(z) - exp(-z))**2)/(exp(z) + exp(-z))**2"),
                ("split", "1 - (exp(z) - exp(-z))**2/(exp(z) + exp(-z))**2"),
                ("combine", "1 - ((exp(z) - exp(-z))/(exp(z) + exp(-z)))**2"),
            ),
            definition="(exp(z) - exp(-z))/(exp(z) + exp(-z))",
        ),
        Activation(
            "relu",
            _relu,
            _relu_derivative,
            "Piecewise((z, z > 0), (0, True))",
            "Piecewise((1, z > 0), (0, True))",
            "ReLU",
            kinks=((0.0, 0.0),),
            range=(0.0, np.inf),
        ),
        Activation(
            "leaky_relu",
            _leaky_relu,
            _leaky_relu_derivative,
            f"Piecewise((z, z > 0), ({LEAK}*z, True))",
            f"Piecewise((1, z > 0), ({LEAK}, True))",
            "LeakyReLU",
            kinks=((0.0, LEAK),),
        ),
        Activation(
            "elu",
            _elu,
            _elu_derivative,
            "Piecewise((z, z > 0), (exp(z) - 1, True))",
            "Piecewise((1, z > 0), (exp(z), True))",
            "ELU",
            range=(-1.0, np.inf),
        ),
        Activation(
            "selu",
            _selu,
            _selu_derivative,
            f"{SELU_SCALE}*Piecewise((z, z > 0), ({SELU_ALPHA}*(exp(z) - 1), True))",
            f"{SELU_SCALE}*Piecewise((1, z > 0), ({SELU_ALPHA}*exp(z), True))",
            "SELU",
            kinks=((0.0, SELU_SCALE * SELU_ALPHA),),
            range=(-SELU_SCALE * SELU_ALPHA, np.inf),
        ),
        Activation(
            "softplus",
            softplus,
            lambda z, a, xp: sigmoid(z, xp),
            "log(1 + exp(z))",
            "1/(1 + exp(-z))",
            "softplus",
            range=(0.0, np.inf),
            derivation=(("divide_through", "(exp(z)*exp(-z))/((1 + exp(z))*exp(-z))"),),
        ),
        Activation(
            "gelu",
            _gelu,
            _gelu_derivative,
            "z*(1 + erf(z/sqrt(2)))/2",
            "(1 + erf(z/sqrt(2)))/2 + z*exp(-z**2/2)/sqrt(2*pi)",
            "GELU",
            range=(-0.17, np.inf),
            derivation=(
                ("split", "(1 + erf(z/sqrt(2)))/2 + (z*(2/sqrt(pi))*exp(-(z/sqrt(2))**2)/sqrt(2))/2"),
                ("cancel", "(1 + erf(z/sqrt(2)))/2 + z*exp(-(z/sqrt(2))**2)/(sqrt(2)*sqrt(pi))"),
            ),
        ),
        Activation(
            "silu",
            _silu,
            _silu_derivative,
            "z/(1 + exp(-z))",
            "1/(1 + exp(-z)) + a*(1 - 1/(1 + exp(-z)))",
            "SiLU",
            range=(-0.279, np.inf),
            aliases=("swish",),
            derivation=(
                ("split", "(1 + exp(-z))/(1 + exp(-z))**2 + z*exp(-z)/(1 + exp(-z))**2"),
                ("cancel", "1/(1 + exp(-z)) + z*exp(-z)/(1 + exp(-z))**2"),
                ("split", "1/(1 + exp(-z)) + z/(1 + exp(-z)) * (exp(-z)/(1 + exp(-z)))"),
                ("add_and_subtract", "1/(1 + exp(-z)) + z/(1 + exp(-z)) * ((1 + exp(-z) - 1)/(1 + exp(-z)))"),
                ("split", "1/(1 + exp(-z)) + z/(1 + exp(-z)) * (1 - 1/(1 + exp(-z)))"),
            ),
        ),
        Activation(
            "mish",
            _mish,
            _mish_derivative,
            "z*tanh(log(1 + exp(z)))",
            "tanh(log(1 + exp(z))) + z/(1 + exp(-z))*(1 - tanh(log(1 + exp(z)))**2)",
            "Mish",
            range=(-0.309, np.inf),
            derivation=(
                (
                    "divide_through",
                    "tanh(log(1 + exp(z))) + (z*(1 - tanh(log(1 + exp(z)))**2)*exp(z)*exp(-z))/((1 + exp(z))*exp(-z))",
                ),
                ("simplify", "tanh(log(1 + exp(z))) + z*(1 - tanh(log(1 + exp(z)))**2)/(1 + exp(-z))"),
            ),
        ),
        Activation(
            "exponential",
            lambda z, xp: xp.exp(z),
            lambda z, a, xp: a,
            "exp(z)",
            "a",
            "exp",
            range=(0.0, np.inf),
            aliases=("exp",),
        ),
        Activation(
            "softmax",
            softmax,
            None,
            "exp(z_j)/Sum(exp(z_k), (k, 1, n))",
            "a_i*(KroneckerDelta(i, j) - a_j)",
            "softmax",
            range=(0.0, 1.0),
            jacobian_product=_softmax_jacobian_product,
        ),
    )
}
