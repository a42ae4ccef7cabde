"""The table of optimizers: each is a state and an update of one array.

Augmented assignment (`m *= β`) is meant: NumPy updates in place, and JAX makes a new value of the same lines.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from clearprop.mathematics.arrays import Array, Namespace

Numbers = Mapping[str, float]
State = dict[str, Array]
Update = Callable[[Array, Array, State, float, int, Numbers, Namespace], Array]


@dataclass(frozen=True)
class Optimizer:
    """One rule θ ← θ − (step from g = ∇θ, the state, the learning rate η and the step number t = 1, 2, ...).

    `update(theta, g, state, eta, t, h, xp)` returns theta; `slots` names the state's arrays, zero at first; `defaults`
    are the hyperparameters h. A rule with `otherwise` is for hidden matrices (W²..Wᴸ⁻¹); other arrays take that entry.
    """

    name: str
    update: Update
    formula: str
    slots: tuple[str, ...] = ()
    defaults: Numbers = field(default_factory=dict)
    otherwise: str | None = None
    aliases: tuple[str, ...] = ()

    def init(self, theta: Array, xp: Namespace = np) -> State:
        """The state before the first update: one array of zeros a slot, shaped as theta."""
        return {slot: xp.zeros_like(theta) for slot in self.slots}


def _gradient_descent(theta: Array, g: Array, state: State, eta: float, t: int, h: Numbers, xp: Namespace) -> Array:
    theta -= eta * g
    return theta


def _velocity(state: State, g: Array, eta: float, h: Numbers) -> Array:
    v = state["velocity"]
    v *= h["momentum"]
    v -= eta * g
    state["velocity"] = v
    return v


def _momentum(theta: Array, g: Array, state: State, eta: float, t: int, h: Numbers, xp: Namespace) -> Array:
    theta += _velocity(state, g, eta, h)
    return theta


def _nesterov(theta: Array, g: Array, state: State, eta: float, t: int, h: Numbers, xp: Namespace) -> Array:
    theta += h["momentum"] * _velocity(state, g, eta, h)
    theta -= eta * g
    return theta


def _adagrad(theta: Array, g: Array, state: State, eta: float, t: int, h: Numbers, xp: Namespace) -> Array:
    s = state["square_sum"]
    s += g * g
    state["square_sum"] = s
    theta -= eta * g / (xp.sqrt(s) + h["epsilon"])
    return theta


def _mean_square(state: State, g: Array, beta: float) -> Array:
    v = state["square"]
    v *= beta
    v += (1.0 - beta) * (g * g)
    state["square"] = v
    return v


def _rmsprop(theta: Array, g: Array, state: State, eta: float, t: int, h: Numbers, xp: Namespace) -> Array:
    v = _mean_square(state, g, h["rho"])
    theta -= eta * g / (xp.sqrt(v) + h["epsilon"])
    return theta


def _adam(theta: Array, g: Array, state: State, eta: float, t: int, h: Numbers, xp: Namespace) -> Array:
    m = state["mean"]
    m *= h["beta_1"]
    m += (1.0 - h["beta_1"]) * g
    state["mean"] = m
    v = _mean_square(state, g, h["beta_2"])
    # Kingma & Ba's efficient order (end of their section 2): one corrected rate, ε beside the uncorrected √v.
    rate = eta * (1.0 - h["beta_2"] ** t) ** 0.5 / (1.0 - h["beta_1"] ** t)
    step = xp.sqrt(v)
    step += h["epsilon"]
    theta -= rate * m / step
    return theta


def _adamw(theta: Array, g: Array, state: State, eta: float, t: int, h: Numbers, xp: Namespace) -> Array:
    theta *= 1.0 - eta * h["weight_decay"]
    return _adam(theta, g, state, eta, t, h, xp)


def orthogonalized(G: Array, xp: Namespace = np, steps: int = 5) -> Array:
    """Near the closest semi-orthogonal matrix to G (all singular values near 1), by Newton–Schulz iterations."""
    largest = xp.max(xp.abs(G))
    X = G / xp.where(largest > 0, largest, 1.0)  # so that the squares of a tiny G do not underflow
    X = X / (xp.sqrt(xp.sum(X * X)) + 1e-30)
    wide = X.shape[0] <= X.shape[1]
    X = X if wide else X.T
    for _ in range(steps):
        A = X @ X.T
        X = 3.4445 * X + (-4.7750 * A + 2.0315 * (A @ A)) @ X
    return X if wide else X.T


def _muon(theta: Array, g: Array, state: State, eta: float, t: int, h: Numbers, xp: Namespace) -> Array:
    m = state["mean"]
    m *= h["momentum"]
    m += (1.0 - h["momentum"]) * g
    state["mean"] = m
    theta *= 1.0 - eta * h["weight_decay"]
    # 0.2·√max(n_l, n_{l−1}) gives the step Adam's size, so that one learning rate serves both (Liu et al. 2025).
    scale = 0.2 * max(theta.shape) ** 0.5
    theta -= eta * scale * orthogonalized((1.0 - h["momentum"]) * g + h["momentum"] * m, xp)
    return theta


_ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}

OPTIMIZERS: dict[str, Optimizer] = {
    entry.name: entry
    for entry in (
        Optimizer("gradient_descent", _gradient_descent, "θ ← θ − η g"),
        Optimizer("momentum", _momentum, "v ← μ v − η g; θ ← θ + v", ("velocity",), {"momentum": 0.9}),
        Optimizer("nesterov", _nesterov, "v ← μ v − η g; θ ← θ + μ v − η g", ("velocity",), {"momentum": 0.9}),
        Optimizer("adagrad", _adagrad, "s ← s + g²; θ ← θ − η g/(√s + ε)", ("square_sum",), {"epsilon": 1e-10}),
        Optimizer(
            "rmsprop",
            _rmsprop,
            "v ← ρ v + (1 − ρ) g²; θ ← θ − η g/(√v + ε)",
            ("square",),
            {"rho": 0.9, "epsilon": 1e-8},
        ),
        Optimizer(
            "adam",
            _adam,
            "m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²; θ ← θ − η √(1 − β₂ᵗ)/(1 − β₁ᵗ) m/(√v + ε)",
            ("mean", "square"),
            _ADAM,
        ),
        Optimizer(
            "adamw",
            _adamw,
            "θ ← (1 − η λ) θ, then as adam",
            ("mean", "square"),
            {**_ADAM, "weight_decay": 0.01},
        ),
        Optimizer(
            "muon",
            _muon,
            "m ← μ m + (1 − μ) g; θ ← (1 − η λ) θ − 0.2 η √max(n_l, n_{l−1}) orthogonalized((1 − μ) g + μ m)",
            ("mean",),
            {"momentum": 0.95, "weight_decay": 0.01},
            otherwise="adamw",
        ),
    )
}
