"""The table of schedules: each is a factor of the initial learning rate, a function of the step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from clearprop.mathematics.arrays import Array
from clearprop.mathematics.registry import entry_named

Numbers = Mapping[str, float]


@dataclass(frozen=True)
class Schedule:
    """One schedule η_t = η_0 · factor(t): `factor(clock, progress, h)`, vectorised, with progress = t/T in [0, 1).

    `clock` is the number of rows seen when the epoch began, as scikit-learn's inverse scaling counts; most entries use
    the progress alone. `defaults` are the numbers h.
    """

    name: str
    factor: Callable[[Array, Array, Numbers], Array]
    formula: str
    defaults: Numbers = field(default_factory=dict)
    aliases: tuple[str, ...] = ()


def _share(p: Array, start: float, end: float) -> Array:
    # How much of the way from start to end lies behind p; an empty way (no warm-up, say) divides by nothing.
    return np.clip((p - start) / ((end - start) or 1.0), 0.0, 1.0)


def _half_cosine(share: Array) -> Array:
    return 0.5 * (1.0 + np.cos(np.pi * share))


def _warmup_cosine(clock: Array, p: Array, h: Numbers) -> Array:
    w = h["warmup"]
    return np.where(p < w, _share(p, 0.0, w), _half_cosine(_share(p, w, 1.0)))


def _one_cycle(clock: Array, p: Array, h: Numbers) -> Array:
    low, last, w = 1.0 / h["start_divisor"], 1.0 / (h["start_divisor"] * h["end_divisor"]), h["warmup"]
    rising = low + (1.0 - low) * (1.0 - _half_cosine(_share(p, 0.0, w)))
    falling = last + (1.0 - last) * _half_cosine(_share(p, w, 1.0))
    return np.where(p < w, rising, falling)


SCHEDULES: dict[str, Schedule] = {
    entry.name: entry
    for entry in (
        Schedule("constant", lambda clock, p, h: np.ones_like(p), "1"),
        Schedule(
            "inverse_scaling",
            lambda clock, p, h: (clock + 1.0) ** -h["power"],
            "(rows seen + 1)^(−power)",
            {"power": 0.5},
            aliases=("invscaling",),
        ),
        Schedule(
            "step",
            lambda clock, p, h: h["ratio"] ** np.floor(p * h["pieces"]),
            "ratio^⌊pieces · t/T⌋",
            {"ratio": 0.1, "pieces": 3},
        ),
        Schedule("cosine", lambda clock, p, h: _half_cosine(p), "(1 + cos(π t/T))/2"),
        Schedule(
            "warmup_cosine",
            _warmup_cosine,
            "p/w up to p = t/T = w, then (1 + cos(π (p − w)/(1 − w)))/2",
            {"warmup": 0.05},
        ),
        Schedule(
            "one_cycle",
            _one_cycle,
            "from 1/25 up to 1 at p = 0.3 and down to 1/250,000, both along a half cosine",
            {"warmup": 0.3, "start_divisor": 25.0, "end_divisor": 1e4},
        ),
        Schedule(
            "flat_then_cosine",
            lambda clock, p, h: _half_cosine(_share(p, h["flat"], 1.0)),
            "1 up to p = t/T = flat, then (1 + cos(π (p − flat)/(1 − flat)))/2",
            {"flat": 0.5},
        ),
        Schedule(
            "coslog4",
            lambda clock, p, h: 0.5 * (1.0 - np.cos(2.0 * np.pi * np.log2(1.0 + 15.0 * p))),
            "(1 − cos(2π log₂(1 + 15 t/T)))/2",
        ),
    )
}


def learning_rates(
    name: str,
    initial: float,
    steps: Array,
    n_steps: int,
    rows_seen: int = 0,
    numbers: Numbers | None = None,
) -> Array:
    """η of each of the given steps (0, 1, ..., T − 1), float64.

    Arguments:
        steps: the steps' numbers, counted from 0.
        n_steps: T, the length of the whole run.
        rows_seen: rows seen when this epoch began.
        numbers: hyperparameters that replace the entry's defaults.

    Raises:
        ValueError: an unknown schedule.

    Example:
        >>> learning_rates("cosine", 0.1, np.arange(4), 4).round(3)
        array([0.1  , 0.085, 0.05 , 0.015])

    Source: one-cycle: Smith & Topin 2018; coslog4 and flat-then-cosine: Holzmüller et al. 2024 (RealMLP).
    """
    entry = entry_named(SCHEDULES, name, "schedule")
    progress = np.asarray(steps, dtype=np.float64) / max(n_steps, 1)
    clock = np.full_like(progress, float(rows_seen))
    return initial * entry.factor(clock, progress, {**entry.defaults, **(numbers or {})})
