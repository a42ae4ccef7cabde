"""What people do wrong in error signals: the tables for BP1 (the output's Δ) and BP2 (the hidden layers' Δ).

An entry's function yields what comes out when the slip is made; a new slip is a new entry and its texts. Δˡ of a hidden
layer is a product (Δˡ⁺¹Wˡ⁺¹, or what was taken for it) ⊙ a slope (f′(Zˡ), or what was taken for it) × a factor.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import product

import numpy as np

from clearprop.derivation.diagnosis.scene import Choice, Scene, Used, Variation, choices, same, slope
from clearprop.derivation.gradients.problem import Problem
from clearprop.mathematics.activations import ACTIVATIONS, Activation
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.losses import LOSSES

Made = Iterator[tuple[str, Array]]


def _loss_slope(scene: Scene) -> Array:
    """Return ∂E/∂Aᴸ."""
    with np.errstate(all="ignore"):
        return scene.network.loss_entry.gradient(scene.a[-1], scene.problem.Y, np) * scene.omega


def _difference(scene: Scene) -> Array:
    return (scene.a[-1] - scene.problem.Y) * scene.omega


def _output(scene: Scene) -> Activation:
    return scene.network.activation(scene.network.n_layers)


def _softmax_diagonal(scene: Scene, l: int) -> Made:
    if not _output(scene).elementwise:
        yield "", _loss_slope(scene) * scene.a[l] * (1 - scene.a[l])


def _cancelled_slope(scene: Scene, l: int) -> Made:
    """The difference a − y times f′ once more, although f′ has cancelled."""
    if scene.network.is_paired:
        a = scene.a[l]
        yield "", _difference(scene) * (scene.slope(l) if _output(scene).elementwise else a * (1 - a))


def _cancelled_slope_of_value(scene: Scene, l: int) -> Made:
    """The same at a = f(z)."""
    if _output(scene).elementwise and scene.network.is_paired:
        yield "", _difference(scene) * slope(_output(scene), scene.a[l])


def _loss_slope_alone(scene: Scene, l: int) -> Made:
    yield "", _loss_slope(scene)


def _other_losses(scene: Scene, l: int) -> Made:
    low, high = _output(scene).range
    for loss in LOSSES.values():
        if loss.name != scene.network.loss and low >= loss.domain[0] and high <= loss.domain[1]:
            with np.errstate(all="ignore"):
                yield loss.name, loss.gradient(scene.a[l], scene.problem.Y, np) * scene.omega


def _pulled_back(scene: Scene, upstream: Array) -> Array:
    L = scene.network.n_layers
    return _output(scene).pull_back(upstream, scene.z[L], scene.a[L], np)


def _other_loss(scene: Scene, l: int) -> Made:
    for name, upstream in _other_losses(scene, l):
        yield name, _pulled_back(scene, upstream)


def _only_difference(scene: Scene, l: int) -> Made:
    """The difference a − y where output and loss are no pair: f′ belongs there too."""
    if not scene.network.is_paired:
        yield "difference", _difference(scene)


def _doubled(scene: Scene, l: int) -> Made:
    yield "", 2 * _right_output(scene)
    yield "half", 0.5 * _right_output(scene)


def _pre_activation_for_output(scene: Scene, l: int) -> Made:
    yield "", (scene.z[l] - scene.problem.Y) * scene.omega


def _target_left_out(scene: Scene, l: int) -> Made:
    yield "", scene.a[l] * scene.omega


def _targets_broadcast(scene: Scene, l: int) -> Made:
    """An A of (m, 1) minus a Y of (m,) is an (m, m) table: each output meets every sample's target."""
    if scene.network.sizes[l] == 1 and scene.network.is_paired and scene.m > 1:
        table = scene.a[l] - scene.problem.Y.T
        yield "sum", np.sum(table, axis=1, keepdims=True) * scene.omega
        yield "mean", np.mean(table, axis=1, keepdims=True) * scene.omega


#: BP1. The issue's and the courses' slips first: where two give the same numbers, the first is named.
OUTPUT_ERRORS = (
    Variation("softmax_diagonal", _softmax_diagonal),
    Variation("slope_left_out", _only_difference),
    Variation("slope_left_out", _loss_slope_alone),
    Variation("slope_once_too_often", _cancelled_slope),
    Variation("slope_of_value", _cancelled_slope_of_value),
    Variation("other_loss", _other_loss),
    Variation("factor_two", _doubled),
    Variation("pre_activation_for_activation", _pre_activation_for_output),
    Variation("target_left_out", _target_left_out, 1.1),
    Variation("broadcast", _targets_broadcast),
)
#: BP1 of an elementwise output by the chain rule, what ∂E/∂Aᴸ became; f′(Zᴸ) beside it is as in BP2.
LOSS_SLOPES = (Variation("other_loss", _other_losses),)


def _weights_not_transposed(scene: Scene, l: int) -> Made:
    W = scene.W[l + 1]
    if W.shape[0] == W.shape[1]:
        yield "", scene.delta[l + 1] @ W.T


def _activation_for_weight(scene: Scene, l: int) -> Made:
    """Note 1's last line: h_k where w_jk belongs."""
    yield "", np.sum(scene.delta[l + 1], axis=1, keepdims=True) * scene.a[l]


def _next_units_left_out(scene: Scene, l: int) -> Made:
    delta, W = scene.delta[l + 1], scene.W[l + 1]
    for name, j in (("first", 0), ("last", -1)):
        yield name, delta[:, j, None] * W[j]
    if W.shape[0] >= W.shape[1] > 1:
        yield "same", delta[:, : W.shape[1]] * np.diagonal(W)
    if W.shape[0] > 1:
        yield "mean", delta @ W / W.shape[0]


def _wrong_layer_weights(scene: Scene, l: int) -> Made:
    for k in scene.network.layers:
        if k != l + 1 and scene.W[k].shape == scene.W[l + 1].shape:
            yield str(k), scene.delta[l + 1] @ scene.W[k]


def _weights_left_out(scene: Scene, l: int) -> Made:
    delta = scene.delta[l + 1]
    if delta.shape[1] == scene.network.sizes[l]:
        yield "", delta
    yield "sum", np.broadcast_to(np.sum(delta, axis=1, keepdims=True), scene.a[l].shape)


def _wrong_error_signal(scene: Scene, l: int) -> Made:
    for k, delta in scene.delta.items():
        if k != l + 1 and delta.shape[1] == scene.network.sizes[l + 1]:
            yield str(k), delta @ scene.W[l + 1]


def _samples_mixed(scene: Scene, l: int) -> Made:
    """The error signals were summed over the samples before they went back: every sample has the same."""
    if scene.m > 1:
        summed = np.sum(scene.delta[l + 1], axis=0, keepdims=True) @ scene.W[l + 1]
        yield "sum", np.broadcast_to(summed, scene.a[l].shape)
        yield "mean", np.broadcast_to(summed / scene.m, scene.a[l].shape)


#: BP2, what Δˡ⁺¹Wˡ⁺¹ became.
PRODUCTS = (
    Variation("weights_not_transposed", _weights_not_transposed),
    Variation("activation_for_weight", _activation_for_weight),
    Variation("next_units_left_out", _next_units_left_out),
    Variation("wrong_layer_weights", _wrong_layer_weights),
    Variation("weights_left_out", _weights_left_out),
    Variation("wrong_layer_error", _wrong_error_signal, 1.1),
    Variation("broadcast", _samples_mixed),
)


def _slope_left_out(scene: Scene, l: int) -> Made:
    yield "", np.ones_like(scene.z[l])


def _slope_of_value(scene: Scene, l: int) -> Made:
    yield "", slope(scene.network.activation(l), scene.a[l])


def _slope_at_z(scene: Scene, l: int) -> Made:
    """The formula for f′ in terms of a, such as a(1 − a), given z."""
    yield "", slope(scene.network.activation(l), scene.z[l], scene.z[l])


def _wrong_layer_slope(scene: Scene, l: int) -> Made:
    for k in range(scene.network.n_layers + 1):
        if k == l:
            continue
        fits, other = scene.a[k].shape == scene.a[l].shape, scene.network.activation(k) if k else None
        if fits:
            yield str(k), slope(scene.network.activation(l), scene.z[k] if k else scene.a[0])
        if other is not None and other.elementwise and other.name != "identity":
            yield str(k), slope(other, scene.z[l])
            if fits:
                yield str(k), scene.slope(k)


def _wrong_activation_slope(scene: Scene, l: int) -> Made:
    for entry in ACTIVATIONS.values():
        slow = "erf" in entry.formula  # what computes the error function takes half a second to load
        if entry.elementwise and not slow and entry.name not in (scene.network.activation(l).name, "identity"):
            yield entry.name, slope(entry, scene.z[l])
            yield entry.name, slope(entry, scene.z[l], scene.a[l])  # its formula in terms of a


def _slope_twice(scene: Scene, l: int) -> Made:
    yield "", scene.slope(l) ** 2


def _value_for_slope(scene: Scene, l: int) -> Made:
    yield "", scene.a[l]


#: BP2, what f′(Zˡ) became.
SLOPES = (
    Variation("slope_left_out", _slope_left_out),
    Variation("slope_of_value", _slope_of_value),
    Variation("slope_at_z", _slope_at_z),
    Variation("wrong_layer_activation", _wrong_layer_slope),
    Variation("slope_once_too_often", _slope_twice),
    Variation("value_for_slope", _value_for_slope),
    Variation("wrong_activation", _wrong_activation_slope),
)


def factors(m: int) -> list[tuple[float, tuple[Used, ...], float]]:
    """What an array may be multiplied by: (factor, slip, cost)."""
    found: list[tuple[float, tuple[Used, ...], float]] = [(1.0, (), 0.0), (-1.0, (Used("sign_flipped"),), 1.0)]
    if m > 1:
        found += [(1.0 / m, (Used("mean_twice"),), 1.0), (float(m), (Used("mean_missing"),), 1.0)]
    return found


def _right_output(scene: Scene) -> Array:
    return _difference(scene) if scene.network.is_paired else _pulled_back(scene, _loss_slope(scene))


@lru_cache(maxsize=256)
def output_errors(problem: Problem) -> list[Choice]:
    """Δᴸ as it should be, and as each slip makes it, before any factor."""
    scene, L = Scene(problem, []), problem.network.n_layers
    found = choices(_right_output(scene), OUTPUT_ERRORS, scene, L)
    if _output(scene).elementwise:
        upstreams = choices(_loss_slope(scene), LOSS_SLOPES, scene, L)
        for upstream, factor in product(upstreams, slopes(scene, L)):
            made = upstream.array * factor.array
            if np.isfinite(made).all() and not any(same(made, choice.array) for choice in found):
                found.append(Choice(made, upstream.used + factor.used, upstream.cost + factor.cost))
    return found


def products(scene: Scene, l: int) -> list[Choice]:
    """Δˡ⁺¹Wˡ⁺¹ as it should be, and as each slip makes it."""
    return choices(scene.delta[l + 1] @ scene.W[l + 1], PRODUCTS, scene, l)


def slopes(scene: Scene, l: int) -> list[Choice]:
    """f′(Zˡ) as it should be, and as each slip makes it."""
    return choices(scene.slope(l), SLOPES, scene, l)
