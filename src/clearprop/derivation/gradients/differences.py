"""Gradients by central differences of the loss: every entry of every W, b and θ of a network, each moved by itself.

Steps are h, 2h and 3h to both sides, which gives a slope of sixth order and, from the two nearest, one of fourth
order; what they differ by says how sure the better one is. h is such that no pre-activation of any layer moves by more
than a few thousandths, and none changes sides of a point where an activation's definition changes. Losses are
subtracted row by row, so that what a step does not move cancels exactly.
"""

from dataclasses import dataclass

import numpy as np

from clearprop.derivation.gradients.displaced import Crossings, Displaced, Watch, breakpoints, has_breakpoints
from clearprop.derivation.gradients.measured import Measured, measured
from clearprop.derivation.gradients.moved_theta import MovedTheta
from clearprop.derivation.gradients.problem import Problem
from clearprop.derivation.gradients.progress import Progress, blocks
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network

MOVE = 4e-3  # of the pre-activation that moves most: where what is cut off and what is rounded are both near 1e-13
MOVE_AT_BREAK = 1e-4  # odd orders do not cancel there
SMALLEST_MOVE = 1e-8  # below, rounding outweighs what a step over a bend of f' costs
SHRINK = 16.0
ATTEMPTS = 4

# How D(h), D(2h), D(3h) are combined: so that errors ~h², h⁴ vanish, or ~h, h² where a step begins at a break.
SMOOTH = np.array([[1.5, -0.6, 0.1], [4 / 3, -1 / 3, 0.0]])
AT_BREAK = np.array([[3.0, -3.0, 1.0], [2.0, -1.0, 0.0]])


def central_differences(
    problem: Problem, progress: Progress | None = None, most_entries: int | None = None
) -> Measured:
    """∂E/∂θ ≈ (E(θ + h) − E(θ − h))/2h for every entry θ of every layer, extrapolated to sixth order in h.

    Arguments:
        problem: what is differentiated.
        progress: is told the share that is done.
        most_entries: of each layer, and of each array of θ, at most so many are measured; None: all.

    Returns:
        The slopes, to about 1e-11 of their size for moderate pre-activations; kinks are the entries whose steps cannot
        but cross a kink of an activation (a pre-activation at the kink, or within rounding of it).

    Example:
        >>> from clearprop.mathematics.network import Network, Parameters
        >>> network = Network((1, 1), output="identity", loss="half_squared_error")
        >>> problem = Problem.of(network, Parameters.of([[[3.0]]], [[0.0]]), np.array([[2.0]]), np.array([[1.0]]))
        >>> found = central_differences(problem)
        >>> abs(found.dW[1] - (3 * 2 - 1) * 2) <= found.uncertainty_dW[1]
        array([[ True]])

    Source: finite differences with Richardson's extrapolation, 1911.
    """
    network = problem.network
    with np.errstate(all="ignore"):
        run = _Run(Displaced(problem))
        reaches, nearness, noises = zip(*(_probe(run.displaced, l) for l in network.layers), strict=True)
        noise = np.max([_rounding_of_losses(problem, run.displaced.row_losses), *noises], axis=0)
        layers = [_Layer.of(run.displaced, l, reaches[l - 1], nearness[l - 1], noise) for l in network.layers]
        for l, entries in blocks(problem, run.displaced, progress, most_entries):
            run.measure(layers[l - 1], entries)
        for layer in layers:
            _retry(run, layer, run.displaced.block_length(layer.l))
            _add_penalty(problem, layer)
        others = {}
        for name in network.theta_shapes:
            others[name] = _measured_theta(run, MovedTheta(run.displaced, name), noise, most_entries)
    slopes, uncertainties = [layer.slopes for layer in layers], [layer.uncertainties for layer in layers]
    found = measured("central_differences", network, slopes, uncertainties, [layer.kinks for layer in layers])
    found = found.with_theta(
        {name: array.slopes for name, array in others.items()},
        {name: array.kinks for name, array in others.items()},
        {name: array.uncertainties for name, array in others.items()},
    )
    if most_entries is None:
        return found
    asked_of_theta = {name: array.asked for name, array in others.items()}
    return found.without_unmeasured([layer.asked for layer in layers], asked_of_theta)


def _rounding_of_losses(problem: Problem, row_losses: Array) -> Array:
    """By how much each row's loss is rounded at least, (m,): by its own last place, or by that of what it is made of.

    Where softmax is certain of a row, the loss is next to 0, but it is the logarithm of a rounded 1 + 10⁻¹¹; where an
    amount is met, it is the square of what is left of two numbers.
    """
    size, output = np.abs(row_losses), problem.passed.output
    if problem.network.output == "softmax":
        size = np.maximum(size, np.abs(problem.Y).sum(axis=1))
    elif problem.network.loss == "half_squared_error":
        size = np.maximum(size, np.sum(np.abs((output - problem.Y) * output), axis=1))
    return np.finfo(float).eps * size


@dataclass(frozen=True, eq=False)
class _Entries:
    """Entries that are measured: their steps, and what has been found so far; arrays of one shape."""

    step: Array
    at_break: Array  # whether a step begins at a break, or so near that it cannot but cross it
    rounding: Array  # of a difference of losses
    slopes: Array
    uncertainties: Array
    kinks: Array
    asked: Array  # whether it is measured at all

    def losses(self, displaced: Displaced, entries: Array, steps: Array, watch: Watch | None) -> Array:
        """e_i, (p, m), where each of these entries is moved by its step."""
        raise NotImplementedError

    @staticmethod
    def nothing_found(shape: tuple[int, ...]) -> tuple[Array, Array, Array, Array]:
        """Slopes, uncertainties, kinks, and what is asked for, before anything is measured."""
        return np.full(shape, np.nan), np.full(shape, np.inf), np.zeros(shape, bool), np.zeros(shape, bool)


@dataclass(frozen=True, eq=False)
class _Layer(_Entries):
    """The entries of W and b of one layer, (n_l, n_{l−1} + 1)."""

    l: int

    @classmethod
    def of(cls, displaced: Displaced, l: int, reach: Array, nearness: Array | None, noise: Array) -> "_Layer":
        inputs = np.abs(displaced.inputs[l - 1])  # (n_{l−1} + 1, m)
        full = _inverse(_largest_product(reach, inputs))
        step, at_break = MOVE * full, np.zeros(full.shape, bool)
        if nearness is not None:
            free = 0.3 * _inverse(_largest_product(nearness, inputs), otherwise=np.inf)
            at_break = free < SMALLEST_MOVE * full
            step = np.where(at_break, MOVE_AT_BREAK * full, np.minimum(step, free))
        weighted = (np.abs(displaced.problem.omega) * noise) ** 2
        rounding = np.broadcast_to(np.sqrt((inputs > 0) @ weighted), step.shape)
        return cls(step, at_break, rounding, *cls.nothing_found(step.shape), l)

    def losses(self, displaced: Displaced, entries: Array, steps: Array, watch: Watch | None) -> Array:
        """e_i, (p, m): a unit's pre-activation moves by the step times what comes in there."""
        units, columns = np.divmod(entries, self.step.shape[1])
        return displaced.losses(self.l, units, steps[:, None] * displaced.inputs[self.l - 1][columns], watch)


@dataclass(frozen=True, eq=False)
class _Theta(_Entries):
    """The entries of one array of θ."""

    moved: MovedTheta

    @classmethod
    def of(cls, displaced: Displaced, moved: MovedTheta, noise: Array, most: int | None) -> "_Theta":
        shape, watches = moved.array.shape, has_breakpoints(displaced.problem.network)
        step, at_break = np.ones(shape), np.zeros(shape, bool)
        for entries in moved.blocks(most):
            small = np.full(len(entries), 1e-6)
            movement = _Movement(displaced.problem.network, (len(entries), displaced.problem.n_samples))
            moved.losses(entries, small, movement)
            full = np.minimum(_inverse(np.max(movement.furthest, axis=1) / small), 1.0 / MOVE)
            step.flat[entries] = MOVE * full
            if watches:
                free = 0.3 * _inverse(np.max(movement.share, axis=1) / small, otherwise=np.inf)
                near = free < SMALLEST_MOVE * full
                at_break.flat[entries] = near
                step.flat[entries] = np.where(near, MOVE_AT_BREAK * full, np.minimum(MOVE * full, free))
        rounding = np.full(shape, np.sqrt(np.sum((np.abs(displaced.problem.omega) * noise) ** 2)))
        return cls(step, at_break, rounding, *cls.nothing_found(shape), moved)

    def losses(self, displaced: Displaced, entries: Array, steps: Array, watch: Watch | None) -> Array:
        """e_i, (p, m): the layer is computed anew."""
        return self.moved.losses(entries, steps, watch)


def _measured_theta(run: "_Run", moved: MovedTheta, noise: Array, most: int | None) -> _Theta:
    array = _Theta.of(run.displaced, moved, noise, most)
    length = 1
    for entries in moved.blocks(most):
        run.measure(array, entries)
        length = max(length, len(entries))
    _retry(run, array, length)
    return array


def _largest_product(factors: Array, inputs: Array) -> Array:
    """max_i factors_ji · inputs_ki, (n_l, n_{l−1} + 1)."""
    return np.array([np.max(inputs * row, axis=1) for row in factors])


def _inverse(array: Array, otherwise: float = 1.0) -> Array:
    return np.where(array > 0, 1.0 / np.where(array > 0, array, 1.0), otherwise)


class _Movement:
    """Watches how far every pre-activation moves: the furthest, and the share of its way to the nearest break."""

    def __init__(self, network: Network, shape: tuple[int, ...]) -> None:
        self.points = [(), *(breakpoints(network.activation(k)) for k in network.layers)]
        self.furthest, self.share = np.zeros(shape), np.zeros(shape)

    def __call__(self, l: int, z: Array, before: Array) -> None:
        way = np.abs(z - before)
        np.maximum(self.furthest, np.max(way, axis=0), out=self.furthest)
        for at, _ in self.points[l]:
            distance = np.abs(before - at)
            share = np.where(way > 0, way / np.maximum(distance, 1e-290), 0.0)
            np.maximum(self.share, np.max(share, axis=0), out=self.share)


def _probe(displaced: Displaced, l: int) -> tuple[Array, Array | None, Array]:
    """Move every unit of layer l a little, to see what its movements do.

    Returns:
        By how much the pre-activation that moves most moves, (n_l, m), and the share of its way to a break (or None),
        both for one unit of movement; and by how much a row's loss is rounded, (m,).
    """
    n_units, length = displaced.problem.network.sizes[l], displaced.block_length(l)
    found = [_probe_units(displaced, l, np.arange(n_units)[k : k + length]) for k in range(0, n_units, length)]
    reach, nearness, bends, shifted = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
    noise = np.max(bends, axis=0) + np.sqrt(np.sum(shifted**2, axis=0))
    return reach, nearness if has_breakpoints(displaced.problem.network) else None, noise


def _probe_units(displaced: Displaced, l: int, units: Array) -> tuple[Array, Array, Array, Array]:
    """Return the reach and the nearness of units, their second differences that are rounding, and that of z + h."""
    small = 1e-6
    shift = np.full((len(units), displaced.problem.n_samples), small)
    movement = _Movement(displaced.problem.network, shift.shape)
    higher, lower = (displaced.losses(l, units, way * shift, movement) for way in (1, -1))
    slopes = (higher - lower) / (2.0 * small)
    reach = np.minimum(movement.furthest / small, 1e100)
    steps = 1e-9 / np.maximum(reach, 1e-3)  # so small that a second difference is rounding alone
    bend = displaced.losses(l, units, steps) + displaced.losses(l, units, -steps) - 2.0 * displaced.row_losses
    nearness = np.minimum(movement.share / small, 1e100)
    rounded = np.isfinite(bend) & (nearness * steps < 0.5)  # others bend by a break
    shifted = np.finfo(float).eps * np.nan_to_num(np.abs(displaced.z[l][units] * slopes))  # z + h is rounded as z is
    return reach, nearness, np.where(rounded, np.abs(bend), 0.0), shifted


class _Run:
    """Measures entries of a layer, and keeps for each the slope that is surest."""

    def __init__(self, displaced: Displaced) -> None:
        self.displaced, self.problem = displaced, displaced.problem
        self.watches = has_breakpoints(self.problem.network)

    def measure(self, layer: _Entries, entries: Array) -> None:
        layer.asked.flat[entries] = True
        step, at_break = layer.step.flat[entries], layer.at_break.flat[entries]
        crossings = Crossings(self.problem.network, len(entries)) if self.watches else None
        slopes = np.empty((3, len(entries)))
        for k in (1, 2, 3):
            watch = crossings if k == 3 else None
            higher, lower = (layer.losses(self.displaced, entries, way * k * step, watch) for way in (1, -1))
            slopes[k - 1] = (higher - lower) @ self.problem.omega / (2 * k * step)
        best, second = np.where(at_break, AT_BREAK @ slopes, SMOOTH @ slopes)
        rounding = 4.0 * layer.rounding.flat[entries] / step + 16.0 * np.finfo(float).eps * np.abs(best)
        uncertainty = np.abs(best - second) + rounding
        better = uncertainty < layer.uncertainties.flat[entries]
        if crossings is not None:
            avoidable = crossings.crossed & ~at_break
            better &= ~avoidable | np.isnan(layer.slopes.flat[entries])
            uncertainty[avoidable] = np.inf
            layer.kinks.flat[entries[better]] = crossings.kinked[better]
        layer.slopes.flat[entries[better]] = best[better]
        layer.uncertainties.flat[entries[better]] = uncertainty[better]


def _retry(run: _Run, layer: _Entries, length: int) -> None:
    """Measure again, with smaller steps, what crosses a break or is less sure than rounding leaves it."""
    for _ in range(ATTEMPTS):
        usual = np.nanmean(np.abs(layer.slopes)) if np.isfinite(layer.slopes).any() else 0.0
        cut_off = layer.uncertainties - 4.0 * layer.rounding / layer.step
        wanted = (cut_off > 1e-9 * np.maximum(np.abs(layer.slopes), usual)) & (cut_off > 0.0) & ~layer.at_break
        again = np.flatnonzero((wanted | np.isnan(layer.slopes)) & layer.asked)
        if not len(again):
            return
        layer.step.flat[again] /= SHRINK
        for start in range(0, len(again), length):
            run.measure(layer, again[start : start + length])
    unmeasured = ~np.isfinite(layer.uncertainties)
    layer.uncertainties[unmeasured] = np.abs(layer.slopes[unmeasured])


def _add_penalty(problem: Problem, layer: _Layer) -> None:
    """Add (κ/2)((w + h)² − (w − h)²)/2h, which is (κ/2)·2w for every h: no step has to be made, and nothing cancels."""
    if problem.decay:
        slopes = problem.decay * problem.parameters.W[layer.l]
        layer.slopes[:, :-1] += slopes
        layer.uncertainties[:, :-1] += 4.0 * np.finfo(float).eps * np.abs(slopes)
