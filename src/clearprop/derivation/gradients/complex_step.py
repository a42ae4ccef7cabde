"""Gradients by the complex step: E is computed at θ + ih, and Im E / h is the slope, with nothing to cancel.

It runs the functions that train, on complex numbers: where one chooses by size (|z|, max), the choice is made by the
real part, so that each piece is continued analytically. Only at a kink itself is there no answer: those are named.
"""

import numpy as np

from clearprop.derivation.gradients.displaced import Crossings, Displaced
from clearprop.derivation.gradients.measured import Measured, measured
from clearprop.derivation.gradients.moved_theta import MovedTheta
from clearprop.derivation.gradients.problem import Problem
from clearprop.derivation.gradients.progress import Progress, blocks
from clearprop.derivation.gradients.rounding import rounding_bounds
from clearprop.mathematics.arrays import Array

STEP = 1e-30  # its square is far below every rounding


class AnalyticNumPy:
    """NumPy for complex numbers: what chooses by size chooses as NumPy compares, by the real part before the other.

    So at a point where two pieces of one definition meet, every choice is of the same piece.
    """

    def __getattr__(self, name: str) -> object:
        return getattr(np, name)

    @staticmethod
    def abs(z: Array) -> Array:
        """|z| continued from the real line: z or −z."""
        return np.where(z >= 0, z, -z)

    @staticmethod
    def maximum(z: Array, w: Array | float) -> Array:
        """Return the larger."""
        return np.where(z >= w, z, w)

    @staticmethod
    def minimum(z: Array, w: Array | float) -> Array:
        """Return the smaller."""
        return np.where(z <= w, z, w)

    @staticmethod
    def log1p(z: Array) -> Array:
        """log(1 + z), with a real part that is right for small z too: log|1 + z| = ½ log(1 + 2x + x² + y²)."""
        x, y = z.real, z.imag
        return 0.5 * np.log1p(x * (2.0 + x) + y * y) + 1j * np.arctan2(y, 1.0 + x)


def complex_step(problem: Problem, progress: Progress | None = None) -> Measured:
    """∂E/∂θ = Im E(θ + ih)/h for every entry θ of every W, b and other layer, exact to rounding (h = 1e-30).

    Arguments:
        problem: what is differentiated.
        progress: is told the share that is done.

    Raises:
        ValueError: an activation or a loss that cannot be computed on complex numbers.

    Example:
        >>> from clearprop.mathematics.network import Network, Parameters
        >>> network = Network((1, 1), output="identity", loss="half_squared_error")
        >>> problem = Problem.of(network, Parameters.of([[[3.0]]], [[0.0]]), np.array([[2.0]]), np.array([[1.0]]))
        >>> complex_step(problem).dW[1]  # (3·2 − 1)·2
        array([[10.]])

    Source: Squire and Trapp, "Using complex variables to estimate derivatives of real functions", 1998.
    """
    network, parameters = problem.network, problem.parameters
    displaced = Displaced(problem, AnalyticNumPy())
    slopes = [np.empty((network.sizes[l], network.sizes[l - 1] + 1)) for l in network.layers]
    kinks = [np.zeros(array.shape, bool) for array in slopes]
    with np.errstate(all="ignore"):
        for l, entries in blocks(problem, displaced, progress):
            units, columns = np.divmod(entries, network.sizes[l - 1] + 1)
            crossings = Crossings(network, len(entries))
            losses = displaced.losses(l, units, 1j * STEP * displaced.inputs[l - 1][columns], crossings)
            slopes[l - 1].flat[entries] = (losses.imag / STEP) @ problem.omega
            kinks[l - 1].flat[entries] = crossings.kinked
        others = {name: _theta(problem, MovedTheta(displaced, name)) for name in network.theta_shapes}
    for l in network.layers:
        moved = parameters.W[l] + 1j * STEP
        slopes[l - 1][:, :-1] += 0.5 * problem.decay * (moved * moved).imag / STEP
    found = measured("complex_step", network, slopes, rounding_bounds(problem, np.float64), kinks)
    by_name = ({name: pair[place] for name, pair in others.items()} for place in (0, 1))
    return found.with_theta(*by_name)


def _theta(problem: Problem, moved: MovedTheta) -> tuple[Array, Array]:
    """The slopes of one array of θ, and whether they are at a kink."""
    slopes, kinks = np.empty(moved.array.shape), np.zeros(moved.array.shape, bool)
    for entries in moved.blocks():
        crossings = Crossings(problem.network, len(entries))
        losses = moved.losses(entries, np.full(len(entries), 1j * STEP), crossings)
        slopes.flat[entries] = (losses.imag / STEP) @ problem.omega
        kinks.flat[entries] = crossings.kinked
    return slopes, kinks
