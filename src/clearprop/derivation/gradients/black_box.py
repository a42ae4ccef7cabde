"""Slopes of a loss that is only known by its values: any function of the parameters, in float64 or float32."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from clearprop.derivation.gradients.differences import SMOOTH
from clearprop.derivation.gradients.measured import Measured, Place
from clearprop.derivation.gradients.progress import Progress
from clearprop.mathematics.arrays import EMPTY, Array
from clearprop.mathematics.network import Parameters

#: A loss at each of many parameters; what is not finite counts as not known.
Losses = Callable[[list[Parameters]], Sequence[float]]

ATTEMPTS = 4
SHRINK = 8.0
_MULTIPLES = np.array([1, -1, 2, -2, 3, -3])
_FIRST_STEP = {"float64": 2e-3, "float32": 3e-2}  # as a share of a parameter's size: where both errors are small
_GOOD = {"float64": 1e-8, "float32": 1e-4}
_JUMP = 2e-3  # the share of the slopes by which the left one differs from the right one at a kink
_N_PROBES = 8


def differences_of(
    function: Losses,
    parameters: Parameters,
    chosen: dict[Place, Array] | None = None,
    dtype: DTypeLike = np.float64,
    batch: int = 64,
    progress: Progress | None = None,
) -> Measured:
    """∂E/∂θ for entries θ of W and b by central differences of a black box, to sixth order in the step.

    Steps are fit for the type of its numbers, and become smaller where the error estimate says so; how much its values
    are rounded is measured first. Where the slopes to the left and to the right differ, and do not come closer with
    smaller steps, there is a kink.

    Arguments:
        function: takes up to `batch` Parameters, returns a loss for each.
        parameters: where.
        chosen: for ("W", l) and ("b", l), which entries, as arrays of booleans; a place that is left out: none. All by
            default.
        dtype: of the function's arithmetic, float64 or float32.
        batch: the number of losses asked for at once.
        progress: is told the share that is done.

    Returns:
        Slopes with their uncertainties; NaN where an entry was not chosen, an infinite uncertainty where the function
        gave nothing finite.

    Raises:
        ValueError: a dtype that is neither float64 nor float32.

    Example:
        >>> parameters = Parameters.of([[[3.0]]], [[0.0]])
        >>> found = differences_of(lambda points: [p.W[1].item() ** 2 + abs(p.b[1].item()) for p in points], parameters)
        >>> round(found.dW[1].item(), 9), found.kinks["W", 1].item(), found.kinks["b", 1].item()
        (6.0, False, True)

    Source: finite differences with Richardson's extrapolation, 1911.
    """
    box = _Box(function, parameters, np.dtype(dtype), batch)
    entries = box.chosen(chosen)
    with np.errstate(all="ignore"):
        noise = box.noise()
        step = _FIRST_STEP[box.dtype.name] * box.sizes[entries]
        found = _Found.none(len(entries))
        wanted = np.arange(len(entries))
        for attempt in range(ATTEMPTS):
            share = (attempt / ATTEMPTS, (attempt + 1) / ATTEMPTS)
            values, moved = box.values(entries[wanted], step[wanted], progress, share)
            cut_off = found.keep(wanted, _slopes(values, moved, box.base, noise))
            usual = np.nanmean(np.abs(found.slopes)) if np.isfinite(found.slopes).any() else 0.0
            size = np.maximum(np.abs(found.slopes[wanted]), 1e-2 * usual)
            rounding = noise / step[wanted]
            wanted = wanted[~(cut_off <= np.maximum(_GOOD[box.dtype.name] * size, rounding))]
            step[wanted] /= SHRINK
            if not len(wanted):
                break
    if progress is not None:
        progress(1.0)
    return box.measured(entries, found)


@dataclass(frozen=True, eq=False)
class _Found:
    """Slopes, what they are uncertain by, and whether they are at a kink."""

    slopes: Array
    uncertainties: Array
    kinks: Array
    cut_off: Array  # the part of the uncertainty that a smaller step makes smaller

    @classmethod
    def none(cls, n: int) -> "_Found":
        return cls(np.full(n, np.nan), np.full(n, np.inf), np.zeros(n, bool), np.full(n, np.inf))

    def keep(self, entries: Array, other: "_Found") -> Array:
        """Take over what is surer for those entries; return what a smaller step may gain for each."""
        better = other.uncertainties < self.uncertainties[entries]
        for name in ("slopes", "uncertainties", "kinks", "cut_off"):
            getattr(self, name)[entries[better]] = getattr(other, name)[better]
        return other.cut_off


def _slopes(values: Array, moved: Array, base: float, noise: float) -> _Found:
    """Return what six values at steps `moved`, both (n, 6), say of the slope: h, −h, 2h, −2h, 3h, −3h."""
    slopes = (values[:, ::2] - values[:, 1::2]) / (moved[:, ::2] - moved[:, 1::2])
    best, second = SMOOTH @ slopes.T
    sided = (values - base) / moved
    jumps = sided[:, ::2] - sided[:, 1::2]
    # A smooth function's jumps shrink as h: these combinations of theirs vanish, those of a kink's do not.
    remaining = np.maximum(np.abs(2.0 * jumps[:, 0] - jumps[:, 1]), np.abs(jumps @ np.array([3.0, -3.0, 1.0])))
    rounding = noise / np.abs(moved[:, 0])
    size = np.abs(sided[:, 0]) + np.abs(sided[:, 1])
    kinks = (remaining > 20.0 * rounding) & (remaining > _JUMP * size)
    cut_off = 3.0 * np.abs(best - second)  # a kink further out shows in both
    uncertainties = np.where(np.isfinite(best), cut_off + 4.0 * rounding, np.inf)
    return _Found(best, np.where(kinks, np.maximum(uncertainties, 0.5 * remaining), uncertainties), kinks, cut_off)


class _Box:
    """The function, and its parameters as one flat vector in its own type of numbers."""

    def __init__(self, function: Losses, parameters: Parameters, dtype: "np.dtype[Any]", batch: int) -> None:
        if dtype.name not in _FIRST_STEP:
            raise ValueError(f"dtype: {' or '.join(_FIRST_STEP)} is needed; got {dtype.name}")
        self.function, self.dtype, self.batch = function, dtype, batch
        self.arrays = [array.astype(dtype).astype(float) for array in parameters.arrays()]
        self.n_layers, self.shapes = len(parameters.W) - 1, [array.shape for array in self.arrays]
        self.ends = np.cumsum([array.size for array in self.arrays])
        # The size of a parameter: its own or that of its array; a tenth where all are small.
        self.sizes = np.concatenate(
            [np.maximum(np.abs(array), max(0.1, float(np.mean(array**2)) ** 0.5)).ravel() for array in self.arrays]
        )
        self.base = self._losses(iter([self._parameters(self.arrays)]))[0]

    def chosen(self, places: dict[Place, Array] | None) -> Array:
        """Return the flat numbers of the entries that are asked for."""
        if places is None:
            return np.arange(self.ends[-1])
        masks = [
            places.get(place, np.zeros(shape, bool)) for place, shape in zip(self._places(), self.shapes, strict=True)
        ]
        return np.flatnonzero(np.concatenate([np.ravel(mask) for mask in masks]))

    def noise(self) -> float:
        """Return by how much a value is rounded: what it changes by when all parameters change in their last places."""
        random, eps = np.random.default_rng(0), float(np.finfo(self.dtype).eps)
        points = (
            self._parameters([array * (1.0 + eps * random.integers(-1, 2, array.shape)) for array in self.arrays])
            for _ in range(_N_PROBES)
        )
        changes = np.abs(self._losses(points) - self.base)
        return max(float(np.max(changes, where=np.isfinite(changes), initial=0.0)), eps * abs(self.base), 1e-300)

    def values(
        self, entries: Array, steps: Array, progress: Progress | None, share: tuple[float, float]
    ) -> tuple[Array, Array]:
        """Return the losses with each entry moved by h, −h, 2h, −2h, 3h, −3h, and by how much it did move, (n, 6)."""
        where = np.searchsorted(self.ends, entries, side="right")
        at = entries - np.concatenate([[0], self.ends])[where]
        start = np.array([self.arrays[i].flat[k] for i, k in zip(where, at, strict=True)])[:, None]
        targets = (start + steps[:, None] * _MULTIPLES).astype(self.dtype).astype(float)

        def points() -> Iterator[Parameters]:
            for i, k, row in zip(where, at, targets, strict=True):
                for target in row:
                    moved = self.arrays[i].copy()
                    moved.flat[k] = target
                    yield self._parameters([*self.arrays[:i], moved, *self.arrays[i + 1 :]])

        return self._losses(points(), progress, share, targets.size).reshape(-1, 6), targets - start

    def measured(self, entries: Array, found: _Found) -> Measured:
        """Return what was found in the shapes of W and b."""
        slopes, uncertainties = self._shaped(entries, found.slopes), self._shaped(entries, found.uncertainties)
        kinks = dict(zip(self._places(), self._shaped(entries, found.kinks), strict=True))
        (dW, db), (more_dW, more_db) = self._parted(slopes), self._parted(uncertainties)
        return Measured("central_differences", None, dW, db, more_dW, more_db, kinks)

    def _places(self) -> list[Place]:
        layers = range(1, self.n_layers + 1)
        return [*(("W", l) for l in layers), *(("b", l) for l in layers)]

    def _shaped(self, entries: Array, values: Array) -> list[Array]:
        flat = np.zeros(self.ends[-1], bool) if values.dtype == bool else np.full(self.ends[-1], np.nan)
        flat[entries] = values
        return [part.reshape(shape) for part, shape in zip(np.split(flat, self.ends[:-1]), self.shapes, strict=True)]

    def _parted(self, arrays: list[Array]) -> tuple[list[Array], list[Array]]:
        return [EMPTY, *arrays[: self.n_layers]], [EMPTY, *arrays[self.n_layers :]]

    def _parameters(self, arrays: list[Array]) -> Parameters:
        return Parameters(*self._parted([array.astype(self.dtype, copy=False) for array in arrays]))

    def _losses(
        self,
        points: Iterator[Parameters],
        progress: Progress | None = None,
        share: tuple[float, float] = (0.0, 0.0),
        total: int = 1,
    ) -> Array:
        values: list[float] = []
        for block in _batches(points, self.batch):
            values.extend(self.function(block))
            if progress is not None:
                progress(share[0] + (share[1] - share[0]) * len(values) / total)
        return np.array(values, dtype=float)


def _batches(points: Iterator[Parameters], length: int) -> Iterator[list[Parameters]]:
    block: list[Parameters] = []
    for point in points:
        block.append(point)
        if len(block) == length:
            yield block
            block = []
    if block:
        yield block
