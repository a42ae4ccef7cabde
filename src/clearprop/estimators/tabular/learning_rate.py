"""Which learning rate suits a table: the loss of one network while the rate rises from too small to too large."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from clearprop.engines import engine_named
from clearprop.estimators.scikit_learn import check_random_state
from clearprop.estimators.tabular.base import TabularEstimator
from clearprop.estimators.tabular.cross_validation import given_rows
from clearprop.estimators.tabular.inputs import TableInputs
from clearprop.estimators.tabular.members import Rows, Training
from clearprop.estimators.tabular.presets import Preset
from clearprop.mathematics.arrays import Array
from clearprop.training import Data, Run, Task

DECADES = 3.0  # below and above the preset's own rate
ENOUGH_STEPS = 100
STEPS_A_WINDOW = 20  # the smoothed loss is the mean of a twentieth of the steps around
CLEARLY = 3.0  # standard errors of the smoothed loss
SHOWN = 20
BAR = 30


@dataclass(frozen=True, eq=False)
class LearningRateReport:
    """What `learning_rate_report` found.

    Arguments:
        rates, losses, smoothed: (n_steps,) the learning rate of each step, rising; the loss of its rows before the
            step; the mean of that over the steps around.
        preset_rate: the rate that the preset trains with.
        steepest: the rate around which the loss fell fastest, over a decade; None: it did not fall clearly.
        divergence: the rate from which on the smoothed loss was above where it began, or not finite; None: at none.
        notes: what the run was too short, or its range too narrow, to tell.
    """

    rates: Array
    losses: Array
    smoothed: Array
    preset_rate: float
    steepest: float | None
    divergence: float | None
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """All of it, as plain values."""
        lists = {name: getattr(self, name).tolist() for name in ("rates", "losses", "smoothed")}
        return {
            **lists,
            **{name: getattr(self, name) for name in ("preset_rate", "steepest", "divergence")},
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        shown = np.unique(np.linspace(0, len(self.rates) - 1, SHOWN).round().astype(int))
        highest = max(float(self.smoothed[0]), np.finfo(float).tiny)
        lines = ["learning rate  loss"]
        for step in shown:
            loss = self.smoothed[step]
            bar = "█" * round(BAR * min(loss / highest, 1.5)) if np.isfinite(loss) else "not finite"
            lines.append(f"{self.rates[step]:>13.3g}  {loss:<8.4g} {bar}")
        found = {
            "steepest descent": self.steepest,
            "divergence": self.divergence,
            "the preset's rate": self.preset_rate,
        }
        told = [f"{name}: {'none' if rate is None else f'{rate:.3g}'}" for name, rate in found.items()]
        return "\n".join([*lines, "", *told, *self.notes])


def learning_rate_report(
    estimator: TabularEstimator,
    X: Any,
    y: Any,
    *,
    sample_weight: Any = None,
    n_epochs: int = 2,
    lowest: float | None = None,
    highest: float | None = None,
) -> LearningRateReport:
    """Train one network of the preset's first kind while the learning rate rises by the same factor at each step.

    Suited is a rate somewhat below that of the steepest descent up to about that; a schedule that falls from its rate
    bears a greater one than a constant rate does. The rates are those of `MemberKind.learning_rate`; for amounts, five
    times those (see `Preset.for_amounts`). The estimator itself stays as it is, and need not be fitted.

    Arguments:
        estimator: a `TabularClassifier` or `TabularRegressor`; its `random_state` makes the run repeatable.
        X, y, sample_weight: as for its `fit`; y may also name a column of X.
        n_epochs: for how many epochs' worth of steps.
        lowest, highest: the range of rates; None: a thousandth and a thousand times the preset's.

    Raises:
        ValueError: no range of rates above 0, or less than one epoch; what `fit` raises.

    Example:
        >>> from clearprop import TabularClassifier
        >>> x = np.linspace(0.0, 1.0, 2000)
        >>> model = TabularClassifier("fast", random_state=0)
        >>> report = learning_rate_report(model, {"x": x, "noise": x[::-1] ** 2}, x > 0.5, n_epochs=5)
        >>> bool(report.rates[0] < report.steepest < report.rates[-1])
        True

    Source: Smith 2017 (the range test of learning rates).
    """
    from sklearn.base import clone

    X, y, weights = given_rows(X, y, sample_weight)
    estimator = clone(estimator)
    _, rows = estimator._training_rows(X, y, weights)
    preset = estimator._preset_of_kind().for_rows(len(rows.y))
    rate = preset.kinds[0].learning_rate
    low = rate / 10**DECADES if lowest is None else lowest
    high = rate * 10**DECADES if highest is None else highest
    if not (0.0 < low < high < np.inf and n_epochs >= 1):
        raise ValueError(f"0 < lowest < highest and n_epochs ≥ 1 are needed; got {low:g}, {high:g}, {n_epochs}")
    run, task = _network(estimator, rows, preset)
    batches = list(_batches(task, n_epochs))
    rates = np.geomspace(low, high, len(batches))
    losses = np.array(list(_losses(run, task.data, batches, rates)))
    return _report(rates[: len(losses)], losses, rate, _length_note(len(batches), n_epochs), high)


def _network(estimator: TabularEstimator, rows: Rows, preset: Preset) -> tuple[Run, Task]:
    """One network of the first kind, about to be trained on all rows."""
    engine, kind = engine_named(estimator.engine), preset.kinds[0]
    inputs = TableInputs.of(rows.numbers, rows.codes, rows.n_categories, rows.y, kind)
    training = Training(rows, preset, np.zeros(len(rows.y), int), 1, engine, estimator.precision)
    weights = None if rows.weights is None else rows.weights.astype(np.float32)
    data = Data(inputs.apply(rows.numbers, rows.codes), rows.Y.astype(np.float32), weights)
    network = training.network_of(kind, inputs)
    return training.run_of(0, kind, network, data, check_random_state(estimator.random_state))


def _batches(task: Task, n_epochs: int) -> Iterator[Array]:
    """The rows of each step, (rows a step,)."""
    for _ in range(n_epochs):
        order = task.random.permutation(len(task.data.Y))
        for start in range(0, len(order), task.plan.batch_size):
            yield order[start : start + task.plan.batch_size]


def _losses(run: Run, data: Data, batches: list[Array], rates: Array) -> Iterator[float]:
    """The loss of each step's rows before it; the last is the first that is not finite."""
    for rows, rate in zip(batches, rates, strict=True):
        weights = None if data.weights is None else data.weights[rows]
        with np.errstate(over="ignore", invalid="ignore"):  # divergence is what is looked for
            loss = run.trainer.epoch(data.X[rows], data.Y[rows], weights, None, len(rows), np.array([rate])).loss
        yield float(loss)
        if not np.isfinite(loss):
            return


def _length_note(n_steps: int, n_epochs: int) -> tuple[str, ...]:
    if n_steps >= ENOUGH_STEPS:
        return ()
    enough = -(-ENOUGH_STEPS * n_epochs // n_steps)
    return (f"Only {n_steps} steps: each rate had too few rows to tell much; n_epochs={enough} makes {ENOUGH_STEPS}.",)


def _report(
    rates: Array, losses: Array, preset_rate: float, notes: tuple[str, ...], highest: float
) -> LearningRateReport:
    smoothed, window, clear = _smoothed(losses)
    lowest = int(np.where(np.isfinite(smoothed), smoothed, np.inf).argmin())
    steepest = _steepest(rates, losses, lowest) if smoothed[0] - smoothed[lowest] > clear else None
    if steepest is None:
        notes = (*notes, "The loss did not fall by more than its noise: no rate is suggested.")
    within = np.flatnonzero(smoothed <= smoothed[0] + clear)
    back_above = int(within[-1]) + 1 if within.size else 0
    diverged = len(rates) - back_above >= window or not np.isfinite(losses[-1])
    if not diverged:
        notes = (*notes, f"The loss did not rise above its start up to {highest:.3g}: where it would is not known.")
    divergence = float(rates[back_above]) if diverged else None
    return LearningRateReport(rates, losses, smoothed, preset_rate, steepest, divergence, notes)


def _steepest(rates: Array, losses: Array, lowest: int) -> float | None:
    """The rate, up to that of the lowest loss, around which a line through a decade of losses falls fastest."""
    log_rates = np.log10(rates)
    half = max(1, int(np.searchsorted(log_rates, log_rates[0] + 0.5)))
    centres = range(half, min(lowest, len(losses) - 1 - half) + 1)

    def slope(centre: int) -> float:
        around = slice(centre - half, centre + half + 1)
        return float(np.polyfit(log_rates[around], losses[around], 1)[0])

    falling = [(slope(centre), centre) for centre in centres if np.isfinite(losses[centre + half])]
    return float(rates[min(falling)[1]]) if falling and min(falling)[0] < 0.0 else None


def _smoothed(losses: Array) -> tuple[Array, int, float]:
    """The mean over a window around each step, (n_steps,); steps of a window; how much of a difference is no noise."""
    half = max(1, len(losses) // (2 * STEPS_A_WINDOW))
    smoothed = np.array([losses[max(0, step - half) : step + half + 1].mean() for step in range(len(losses))])
    early = losses[: max(3, len(losses) // 4)]  # where the rate is too small to change much
    spread = float(early.std()) if np.isfinite(early).all() else np.inf
    return smoothed, 2 * half + 1, CLEARLY * spread / np.sqrt(2 * half + 1)
