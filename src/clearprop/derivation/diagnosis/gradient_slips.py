"""What people do wrong in the gradients themselves: the tables for BP3 (∇W), BP4 (∇b) and the penalty.

∇Wˡ is a contraction over the samples of an error signal (Δˡ, or what was taken for it) with inputs (Aˡ⁻¹, or what was
taken for them), × a factor, + a penalty; ∇bˡ is a contraction of an error signal.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from clearprop.derivation.diagnosis.scene import Choice, Scene, Used, Variation, choices
from clearprop.mathematics.arrays import Array

Made = Iterator[tuple[str, Array]]


def _wrong_layer_error(scene: Scene, l: int) -> Made:
    for k, delta in scene.delta.items():
        if k != l and delta.shape == scene.delta[l].shape:
            yield str(k), delta


def _wrong_layer_inputs(scene: Scene, l: int) -> Made:
    for k, a in enumerate(scene.a):
        if k != l - 1 and a.shape == scene.a[l - 1].shape:
            yield str(k), a


def _pre_activation_for_activation(scene: Scene, l: int) -> Made:
    if l > 1:
        yield "", scene.z[l - 1]


#: BP3, what was taken for Δˡ and for Aˡ⁻¹.
ERRORS = (Variation("wrong_layer_error", _wrong_layer_error, 1.1),)
INPUTS = (
    Variation("wrong_layer_inputs", _wrong_layer_inputs),
    Variation("pre_activation_for_activation", _pre_activation_for_activation),
)


@dataclass(frozen=True)
class Contraction:
    """One way to make ∇W of Δ and A (or ∇b of Δ alone), and how large the terms of its sums are."""

    used: tuple[Used, ...]
    cost: float
    weights: str  # the subscripts of the product with A
    rows: slice | str  # which samples; "all", or "sums": Δ and A are summed before they meet


#: ∇W: which samples meet how. In subscripts i is the sample, j the unit, k the input.
WEIGHT_CONTRACTIONS = (
    Contraction((), 0.0, "ij,ik->jk", "all"),
    Contraction((Used("samples_left_out", "first"),), 1.0, "ij,ik->jk", slice(0, 1)),
    Contraction((Used("samples_left_out", "last"),), 1.0, "ij,ik->jk", slice(-1, None)),
    Contraction((Used("samples_left_out", "all"),), 1.0, "ij,ik->ijk", "all"),
    Contraction((Used("gradient_transposed"),), 1.0, "ij,ik->kj", "all"),
    Contraction((Used("broadcast", "sums"),), 1.0, "ij,ik->jk", "sums"),
)


def contract_weights(contraction: Contraction, delta: Array, inputs: Array) -> Array:
    """∇W of an error signal and inputs, as the contraction has it."""
    if contraction.rows == "sums":
        return np.outer(delta.sum(axis=0), inputs.sum(axis=0))
    rows = slice(None) if isinstance(contraction.rows, str) else contraction.rows
    first, second = delta[rows], inputs[rows]
    match contraction.weights:
        case "ij,ik->jk":
            return first.T @ second
        case "ij,ik->kj":
            return second.T @ first
    return np.einsum(contraction.weights, first, second)


def _first_or_last(scene: Scene, l: int) -> Made:
    delta = scene.delta[l]
    yield "first", delta[0]
    yield "last", delta[-1]
    yield "all", delta
    yield "all", delta.T


def _wrong_axis(scene: Scene, l: int) -> Made:
    yield "", scene.delta[l].sum(axis=1)
    yield "mean", scene.delta[l].mean(axis=1)


def _summed_over_everything(scene: Scene, l: int) -> Made:
    delta = scene.delta[l]
    for name, number in (("sum", delta.sum()), ("mean", delta.sum() / delta.shape[1])):
        yield name, np.full(delta.shape[1], number)
        yield name, np.full(1, number)


#: BP4.
BIAS_CONTRACTIONS = (
    Variation("samples_left_out", _first_or_last),
    Variation("bias_wrong_axis", _wrong_axis),
    Variation("broadcast", _summed_over_everything),
)


def errors(scene: Scene, l: int) -> list[Choice]:
    """Δˡ, and what could have been taken for it."""
    return choices(scene.delta[l], ERRORS, scene, l)


def inputs(scene: Scene, l: int) -> list[Choice]:
    """Aˡ⁻¹, and what could have been taken for it."""
    return choices(scene.a[l - 1], INPUTS, scene, l)


def bias_contractions(scene: Scene, l: int) -> list[Choice]:
    """Σ_i Δˡ_i, and what could have been done instead."""
    return choices(scene.delta[l].sum(axis=0), BIAS_CONTRACTIONS, scene, l)


def penalty_slip(coefficient: float, decay: float, n_samples: int, bias: bool) -> tuple[Used, ...]:
    """Which slip a found coefficient c of a term c·w in a gradient speaks of, where κ·w belongs; () for none.

    >>> penalty_slip(0.2, 0.1, 7, bias=False)
    (Used(slip='penalty_doubled', detail='', number=None),)
    """
    if bias:
        return (Used("penalty_on_biases", "", coefficient),) if coefficient else ()
    for slip, expected in (
        (None, decay),
        ("penalty_missing", 0.0),
        ("penalty_doubled", 2 * decay),
        ("penalty_halved", decay / 2),
        ("penalty_sign", -decay),
        ("penalty_divided_by_samples", decay / n_samples),
        ("penalty_times_samples", decay * n_samples),
    ):
        if np.isclose(coefficient, expected, rtol=1e-4, atol=0.0):
            return () if slip is None else (Used(slip),)
    return (Used("penalty_coefficient" if decay else "penalty_not_asked", "", coefficient),)
