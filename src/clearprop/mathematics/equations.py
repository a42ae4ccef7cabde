"""The forward pass and the four equations of back-propagation: what runs is what is explained.

Written against an array namespace `xp`, so that NumPy runs it and JAX traces it. Lists are counted as the layers are:
`a[0]` is X, `W[1]` the first weights; index 0 of the others is empty. Rows are samples, so a formula of the notes for
one column vector, z = W a + b, reads Z = A Wᵀ + b here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from clearprop.mathematics.arrays import EMPTY, Array, Namespace
from clearprop.mathematics.features import features_of, named, pulled_back_to_inputs, scaled
from clearprop.mathematics.network import Network, Parameters


@dataclass(frozen=True)
class Passed:
    """What a forward pass has kept: every `z[l]` and `a[l]`, (m, n_l), and the dropout masks if there were any.

    `f[l]` is f(Zˡ), which is `a[l]` itself unless a mask was put on that. `features` is what the input layers made of
    `X`: A⁰ itself, unless each feature has a learned factor.
    """

    z: list[Array]
    f: list[Array]
    a: list[Array]
    masks: Sequence[Array] | None = None
    X: Array = field(default_factory=lambda: EMPTY)
    features: Array = field(default_factory=lambda: EMPTY)

    @property
    def output(self) -> Array:
        """Aᴸ."""
        return self.a[-1]


@dataclass(frozen=True)
class Gradients:
    """What a backward pass has found: `delta[l]` = ∂E/∂Zˡ, (m, n_l); `dW[l]`, `db[l]`, shaped as W[l], b[l].

    `dtheta` holds the gradients of the other layers, by name as `Parameters.theta`.
    """

    delta: list[Array]
    dW: list[Array]
    db: list[Array]
    dtheta: dict[str, Array] = field(default_factory=dict)

    def arrays(self) -> Iterator[Array]:
        """∇W¹, ..., ∇Wᴸ, ∇b¹, ..., ∇bᴸ, then dtheta: the order of `Parameters.arrays`."""
        yield from self.dW[1:]
        yield from self.db[1:]
        yield from self.dtheta.values()


def forward(
    network: Network,
    parameters: Parameters,
    X: Array,
    masks: Sequence[Array] | None = None,
    xp: Namespace = np,
) -> Passed:
    """Every Z and A: Zˡ = Aˡ⁻¹(Wˡ)ᵀ + bˡ, Aˡ = fˡ(Zˡ) (⊙ Mˡ on a hidden layer with dropout).

    Arguments:
        network, parameters: see `Network`, `Parameters`.
        X: (m, n_0), dense or SciPy CSR; (m, n_columns), dense, of a network with input layers.
        masks: `masks[l]`, (m, n_l), 0 or 1/(1 − rate), for the hidden layers; none by default.

    Raises:
        ValueError: parameters of another network, or an X of another shape.

    Example:
        >>> network = Network(sizes=(2, 2), output="softmax")
        >>> passed = forward(network, Parameters.of([[[1.0, 0.0], [0.0, 1.0]]], [[0.0, 0.0]]), np.array([[3.0, 3.0]]))
        >>> passed.z[1], passed.a[1]
        (array([[3., 3.]]), array([[0.5, 0.5]]))

    Source: note 2, forward propagation.
    """
    parameters.check_fit(network)
    _check_shape("X", X, (None, network.n_columns))
    features = features_of(network, parameters, X, xp)
    z, f, a = [EMPTY], [EMPTY], [scaled(network, parameters, features, xp)]
    for l in network.layers:
        z_l = a[l - 1] @ parameters.W[l].T
        z_l += parameters.b[l]
        mixture = network.other_layers.get(f"mixture{l}")
        if mixture is None:
            f_l = network.activation(l).value(z_l, xp)
        else:
            f_l = mixture.forward(parameters.theta_of(f"mixture{l}"), z_l, xp)
        z.append(z_l)
        f.append(f_l)
        a.append(f_l if masks is None or l == network.n_layers else f_l * masks[l])
    return Passed(z, f, a, masks, X, features)


def _check_shape(name: str, array: Array, shape: tuple[int | None, ...]) -> None:
    """Raise ValueError unless the array has that shape (None: any length): a label vector would broadcast silently."""
    found = getattr(array, "shape", None)
    if found is None or len(found) != 2 or any(n not in (None, k) for n, k in zip(shape, found, strict=True)):
        wanted = ", ".join("m" if n is None else str(n) for n in shape)
        raise ValueError(f"{name}: an array of shape ({wanted}) is needed; got {found or type(array).__name__}")


def row_weights(weights: Array | None, n_samples: int, xp: Namespace = np) -> Array | float:
    """ω, (m, 1), with Σω = 1 from non-negative weights (m,), or 1/m for all; all zero where the weights are."""
    if weights is None:
        return 1.0 / n_samples
    total = xp.sum(weights)
    return (weights / xp.where(total > 0, total, 1.0))[:, None]


def loss(
    network: Network,
    passed: Passed,
    Y: Array,
    weights: Array | None = None,
    floor: float = 0.0,
    xp: Namespace = np,
) -> Array:
    """E = Σ_i ω_i e(aᴸ_i, y_i), the weighted mean loss without penalty (a scalar).

    Arguments:
        Y: (m, n_L) targets; one-hot, soft or smoothed for softmax.
        weights: (m,) row weights, normalised here; 1/m each by default.
        floor: take the value from probabilities clipped to [floor, 1 − floor], scikit-learn's habit (gradients never
            see it), where the loss is one of probabilities. With 0 a paired loss is taken from Zᴸ: a cross-entropy is
            finite at any finite Zᴸ.
    """
    entry = network.loss_entry
    if floor and entry.domain == (0.0, 1.0):
        rows = entry.value(xp.clip(passed.a[-1], floor, 1.0 - floor), Y, xp)
    elif network.is_paired:
        rows = entry.paired_value(passed.z[-1], Y, xp)
    else:
        rows = entry.value(passed.a[-1], Y, xp)
    return xp.sum(rows[:, None] * row_weights(weights, Y.shape[0], xp))


def penalty_value(parameters: Parameters, penalty: float, xp: Namespace = np) -> Array | float:
    """(λ/2) Σ_l ‖Wˡ‖², the biases left out (a scalar)."""
    return 0.5 * penalty * sum(xp.sum(W * W) for W in parameters.W[1:]) if penalty else 0.0


def backward(
    network: Network,
    parameters: Parameters,
    passed: Passed,
    Y: Array,
    weights: Array | None = None,
    penalty: float = 0.0,
    xp: Namespace = np,
) -> Gradients:
    """Every Δ, ∇W and ∇b of E + (λ/2) Σ‖Wˡ‖², from the kept forward values.

    Arguments:
        passed: what `forward` returned; nothing is computed again, but f(Z) where dropout has masked A.
        Y: (m, n_L) targets.
        weights: (m,) row weights, normalised here; 1/m each by default.
        penalty: λ.

    Raises:
        ValueError: a Y that is not shaped as Aᴸ.

    Example:
        >>> network = Network(sizes=(1, 2))
        >>> parameters = Parameters.of([[[0.0], [0.0]]], [[0.0, 0.0]])
        >>> passed = forward(network, parameters, np.array([[4.0]]))
        >>> gradients = backward(network, parameters, passed, Y=np.array([[0.0, 1.0]]))
        >>> gradients.delta[1], gradients.dW[1].ravel(), gradients.db[1]
        (array([[ 0.5, -0.5]]), array([ 2., -2.]), array([ 0.5, -0.5]))

    Source: note 2's four equations, with BP1's sign corrected (a − y, not y − a) and f' of Z.
    """
    _check_shape("Y", Y, passed.a[-1].shape)
    L, z, a, W = network.n_layers, passed.z, passed.a, parameters.W
    delta, dW, db = [EMPTY] * (L + 1), [EMPTY] * (L + 1), [EMPTY] * (L + 1)
    found: dict[str, Array] = {}
    omega = row_weights(weights, Y.shape[0], xp)
    if network.is_paired:
        delta[L] = (a[L] - Y) * omega  # BP1
    else:
        delta[L] = network.activation(L).pull_back(network.loss_entry.gradient(a[L], Y, xp) * omega, z[L], a[L], xp)
    for l in reversed(network.layers):
        dW[l] = delta[l].T @ a[l - 1]  # BP3
        if penalty:
            dW[l] = dW[l] + penalty * W[l]
        db[l] = xp.sum(delta[l], axis=0)  # BP4
        if l > 1:
            dA = delta[l] @ W[l] if passed.masks is None else (delta[l] @ W[l]) * passed.masks[l - 1]
            mixture = network.other_layers.get(f"mixture{l - 1}")
            if mixture is None:
                delta[l - 1] = network.activation(l - 1).pull_back(dA, z[l - 1], passed.f[l - 1], xp)  # BP2
            else:
                theta = parameters.theta_of(f"mixture{l - 1}")
                d_mixture, delta[l - 1] = mixture.backward(theta, z[l - 1], dA, xp)  # BP2
                found |= named(f"mixture{l - 1}", d_mixture)
    if any(not name.startswith("mixture") for name in network.theta_shapes):
        found |= pulled_back_to_inputs(network, parameters, passed.X, passed.features, delta[1] @ W[1], xp)
    return Gradients(delta, dW, db, {name: found[name] for name in network.theta_shapes})
