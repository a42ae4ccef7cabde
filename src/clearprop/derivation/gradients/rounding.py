"""How far a right back-propagation may be off for rounding alone, entry by entry.

Every stage of the forward and of the backward pass is disturbed by what the floating-point type may have rounded there
(a share of the sum of absolute values that the stage adds up), with random signs, and the disturbance runs through the
equations; the largest deviation of many such passes, with a margin, is the bound. A bound from absolute values all the
way would grow by a factor √n a layer and say nothing of deep networks; this one keeps how errors cancel, and where a
pre-activation is so close to a kink that rounding decides its side, it holds the jump of f'.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from clearprop.derivation.gradients.hidden import Hidden
from clearprop.derivation.gradients.problem import Problem
from clearprop.mathematics.arrays import EMPTY, Array

# Errors of different places are independent, or the same in all rows (equal rows), in all units (equal units), or both.
_PATTERNS = (*[(False, False)] * 12, *[(True, False)] * 6, *[(False, True)] * 3, *[(True, True)] * 3)
_AMPLITUDE = 3.0  # roundings, in units of half a last place, that one operation's neighbourhood may add up to
_MARGIN = 2.0

Noise = Callable[[Array], Array]


def rounding_bound(problem: Problem, dtype: DTypeLike) -> tuple[list[Array], list[Array]]:
    """Return for each entry of every ∇W and ∇b how far a right back-propagation in that type may be off.

    Arguments:
        problem: what is differentiated, given in float64.
        dtype: float64, or float32, in which X, Y, W and b are rounded too.

    Returns:
        Bounds on the absolute errors, shaped as W[l] and b[l]; index 0 is empty.

    Example:
        >>> from clearprop.mathematics.network import Network, Parameters
        >>> network = Network((1, 1), output="identity", loss="half_squared_error")
        >>> problem = Problem.of(network, Parameters.of([[[0.3]]], [[0.1]]), np.array([[0.7]]), np.array([[0.9]]))
        >>> dW, db = rounding_bound(problem, np.float32)
        >>> 1e-8 < dW[1].item() < 1e-5
        True

    Source: stochastic rounding analysis; Vignes, "A stochastic arithmetic for reliable scientific computation", 1993.
    """
    bounds = rounding_bounds(problem, dtype)
    return [EMPTY, *(bound[:, :-1] for bound in bounds)], [EMPTY, *(bound[:, -1] for bound in bounds)]


def rounding_bounds(problem: Problem, dtype: DTypeLike) -> list[Array]:
    """Return the same as an array (n_l, n_{l−1} + 1) for each layer from 1 on; its last column is the biases'."""
    random = np.random.default_rng(0)
    unit = 0.5 * float(np.finfo(dtype).eps) * _AMPLITUDE
    with np.errstate(all="ignore"):
        sizes = _Sizes.of(problem)
        exact = _pass(problem, sizes, np.zeros_like)
        worst = [np.zeros_like(array) for array in exact]
        for same_rows, same_units in _PATTERNS:

            def noise(scale: Array, rows: bool = same_rows, units: bool = same_units) -> Array:
                shape = (1 if rows else scale.shape[0], 1 if units else scale.shape[1])
                return scale * np.where(random.integers(0, 2, shape, np.uint8), unit, -unit)

            for largest, array, right in zip(worst, _pass(problem, sizes, noise), exact, strict=True):
                np.maximum(largest, np.abs(array - right), out=largest)
        largest_input = float(np.abs(problem.passed.a[0]).max(initial=0.0))
        smallest = float(np.finfo(dtype).tiny) * problem.n_samples * max(1.0, largest_input)
        return [np.where(np.isnan(bound), np.inf, _MARGIN * bound) + smallest for bound in worst]


def _terms(n: int) -> float:
    """Return how a sum of n terms gathers roundings: all n of a few, √n of many."""
    return 2.0 + min(float(n), n**0.5 * 2.0) / _AMPLITUDE * 2.0


@dataclass(frozen=True)
class _Sizes:
    """The sums of absolute values that each stage adds up: what its roundings are shares of."""

    z: list[Array]
    f: list[Array]
    slope: list[Array]  # of f'
    dA: list[Array]
    dW: list[Array]  # (n_l, n_{l−1} + 1)

    @classmethod
    def of(cls, problem: Problem) -> "_Sizes":
        network, W, b = problem.network, problem.parameters.W, problem.parameters.b
        passed, delta = problem.passed, problem.gradients.delta
        found = cls([EMPTY], [EMPTY], [EMPTY], [EMPTY], [EMPTY])
        for l in network.layers:
            size, inputs = np.abs(passed.a[l - 1]), network.sizes[l - 1]
            found.z.append((size @ np.abs(W[l]).T + np.abs(b[l])) * _terms(inputs + 1))
            f, slope = _function_sizes(Hidden.of(network, problem.parameters, l), passed.z[l], passed.a[l])
            found.f.append(f)
            found.slope.append(slope)
            found.dA.append(np.abs(delta[l]) @ np.abs(W[l]) * _terms(network.sizes[l]))
            ones = np.ones((problem.n_samples, 1))
            found.dW.append(np.abs(delta[l]).T @ np.concatenate([size, ones], axis=1) * _terms(problem.n_samples))
        return found


def _function_sizes(hidden: Hidden, z: Array, a: Array) -> tuple[Array, Array]:
    """Return what the roundings within f and f' are shares of; textbook forms such as exp(z) − 1 are right too."""
    f = hidden.activation
    if hidden.alpha is not None:
        size, slope = _function_sizes(Hidden(f, None), z, f.value(z, np))
        share = np.abs(hidden.alpha)
        return np.abs(z) + share * (size + np.abs(z)), 1.0 + share * (slope + 1.0)
    if f.derivative is None:  # softmax: relative, with exponents as large as z and a sum over the units
        size = a * (_terms(z.shape[1]) + np.abs(z) + np.max(np.abs(z), axis=1, keepdims=True))
        return size, size
    slope = np.abs(f.derivative(z, a, np))
    if not any(name in f.formula for name in ("exp", "log", "tanh", "erf")):
        return np.abs(a), slope  # arithmetic alone
    conditioned = np.abs(a) + np.abs(z) * slope
    if f.range[0] >= 0.0 and "log" not in f.formula:
        whole = 1.0 if np.isfinite(f.range[1]) else 0.0  # (1 + tanh(z/2))/2 is a right σ(z), and 0 where σ is 1e-17
        return conditioned + whole, conditioned + slope + whole
    return conditioned + 1.0 + np.abs(z), slope + 1.0 + np.abs(z)


def _pass(problem: Problem, sizes: _Sizes, noise: Noise) -> list[Array]:
    """Return ∇W with ∇b as last column, layer by layer, by the four equations with noise at every stage."""
    network, parameters = problem.network, problem.parameters
    L, entry = network.n_layers, network.loss_entry
    W = [w + noise(np.abs(w)) for w in parameters.W]
    Y, omega = problem.Y + noise(np.abs(problem.Y)), problem.omega[:, None]
    omega = omega + noise(np.abs(omega))
    hidden = [Hidden.of(network, parameters, l) for l in (1, *network.layers)]  # the first is not used
    inputs = problem.passed.a[0]
    a, z = [inputs + noise(np.abs(inputs))], [EMPTY]
    for l in network.layers:
        z.append(a[l - 1] @ W[l].T + parameters.b[l] + noise(sizes.z[l]))
        a.append(hidden[l].value(z[l]) + noise(sizes.f[l]))
    a_L, right = a[L], problem.passed.a[L]
    if network.is_paired:
        dZ = (a_L - Y) * omega + noise(problem.omega[:, None] * (np.abs(right) + np.abs(problem.Y)))  # BP1
    else:
        low, high = entry.domain
        lower = low + 0.5 * (right - low) if np.isfinite(low) else a_L  # stays inside the loss's domain
        upper = high - 0.5 * (high - right) if np.isfinite(high) else a_L
        gradient = entry.gradient(np.clip(a_L, lower, upper), Y, np)
        gradient = (gradient + noise(np.abs(gradient) + np.abs(entry.gradient(right, problem.Y, np)))) * omega
        dZ = _pulled_back(hidden[L], gradient, z[L], a_L, sizes.slope[L], noise)
    found = []
    for l in reversed(network.layers):
        with_ones = np.concatenate([a[l - 1], np.ones((len(dZ), 1))], axis=1)
        dW = dZ.T @ with_ones + noise(sizes.dW[l])  # BP3, BP4
        penalty = problem.decay * W[l]
        dW[:, :-1] += penalty + noise(np.abs(penalty)) + noise(np.abs(dW[:, :-1]))
        found.append(dW)
        if l > 1:
            dA = dZ @ W[l] + noise(sizes.dA[l])
            dZ = _pulled_back(hidden[l - 1], dA, z[l - 1], a[l - 1], sizes.slope[l - 1], noise)  # BP2
    return found[::-1]


def _pulled_back(hidden: Hidden, dA: Array, z: Array, a: Array, size: Array, noise: Noise) -> Array:
    if hidden.activation.derivative is not None:
        dZ = dA * (hidden.derivative(z, a) + noise(size))
        return dZ + noise(np.abs(dZ))
    terms = np.abs(a) * (np.abs(dA) + np.sum(np.abs(dA * a), axis=1, keepdims=True))
    return hidden.activation.pull_back(dA, z, a) + noise(terms * _terms(a.shape[1]))
