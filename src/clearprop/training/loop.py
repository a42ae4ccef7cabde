"""The training loop of one network, or of several in step: shuffle, epoch, score, decide; an engine calculates.

One network is trained as several are, so that each of several ends bit for bit where it would have ended by itself.
"""

import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial
from typing import NamedTuple

import numpy as np

from clearprop.engines import EpochCall, EpochResult, Trainer
from clearprop.engines.interface import Rows, one_after_another
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Parameters
from clearprop.mathematics.schedules import learning_rates
from clearprop.training.history import Epoch, History, mean_epoch
from clearprop.training.stopping import Stopping

Callback = Callable[[Epoch], object]
OnProgress = Callable[[int, int, float], object]  # of a callback: epoch, most epochs, share of the epoch that is done
Score = Callable[[Parameters], float]
Advance = Callable[[Sequence[EpochCall]], list[EpochResult]]  # `Engine.epochs`

SMALLEST_ADAPTIVE_RATE = 1e-6

#: The learning rates of an epoch by what they depend on: networks in step have the same.
Rates = dict[tuple[int, float, int, int], Array]
MOST_RATES = 64


class DivergenceError(ValueError):
    """Training ended because a loss or a weight was no longer finite."""


class End(Enum):
    """How a training ended."""

    EPOCHS = "All epochs are done."
    PATIENCE = "No improvement for too many epochs."
    CALLBACK = "A callback asked for it."
    INTERRUPT = "Interrupted by the user."


@dataclass(frozen=True)
class Plan:
    """How long and in what steps to train.

    Arguments:
        max_epochs: epochs at most; batch_size: rows a batch (the last batch of an epoch may be shorter).
        learning_rate, schedule, schedule_numbers: see `learning_rates`.
        adaptive: instead of stopping, divide the learning rate by 5 (down to 1e-6).
        tol, patience: an epoch that is better by less than tol is no improvement; more than `patience` of them in a row
            end the training.
    """

    max_epochs: int
    batch_size: int
    shuffle: bool = True
    learning_rate: float = 0.001
    schedule: str = "constant"
    schedule_numbers: dict[str, float] = field(default_factory=dict)
    adaptive: bool = False
    tol: float = 1e-4
    patience: float = 10

    def with_rates_of(self, earlier: "Plan | None") -> "Plan":
        """The same plan with the learning rates of an earlier one: an optimizer keeps what it was made with."""
        if earlier is None:
            return self
        names = ("learning_rate", "schedule", "schedule_numbers", "adaptive")
        return replace(self, **{name: getattr(earlier, name) for name in names})


class Data(NamedTuple):
    """What is trained on: X (n, n_0), Y (n, n_L) and row weights (n,) or None."""

    X: Rows
    Y: Array
    weights: Array | None


class Task(NamedTuple):
    """What a run trains on in one call, and how.

    Arguments:
        rows: (m,) numbers of the rows that are trained on, in their first order; None: all, as they stand.
        random: shuffles the rows.
        score: measures parameters on what is held out (greater is better); None: nothing is.
        n_epochs: epochs of this call at most; None: `plan.max_epochs`.
        before_epoch: told the number of epochs that are done, before each epoch; may adjust the trainer.
    """

    data: Data
    plan: Plan
    random: np.random.RandomState
    rows: Array | None = None
    score: Score | None = None
    n_epochs: int | None = None
    before_epoch: Callable[[int], object] | None = None


@dataclass
class Run:
    """One training run, which may go on over several calls (partial_fit, warm start).

    `rows_seen` counts rows over the whole life of the model; `clock` is what inverse scaling reads (0 until this run's
    first epoch has ended); `rate_factor` is what an adaptive plan has made of the learning rate; `epochs_done` and
    `end` tell of the last call.
    """

    trainer: Trainer
    stopping: Stopping
    history: History = field(default_factory=History)
    rows_seen: int = 0
    clock: int = 0
    rate_factor: float = 1.0
    n_steps: int = 0
    epochs_done: int = 0
    end: End = End.EPOCHS
    plan: Plan | None = None

    def train(
        self,
        X: Rows,
        Y: Array,
        weights: Array | None,
        plan: Plan,
        random: np.random.RandomState,
        score: Score | None = None,
        callbacks: Sequence[Callback] = (),
        n_epochs: int | None = None,
    ) -> None:
        """Train this run alone on all rows; see `train_together`."""
        train_together([self], [Task(Data(X, Y, weights), plan, random, None, score, n_epochs)], callbacks)


def train_together(
    runs: Sequence[Run],
    tasks: Sequence[Task],
    callbacks: Sequence[Callback] = (),
    advance: Advance = one_after_another,
) -> None:
    """Train each run on its task, all of them epoch by epoch; `epochs_done` of each counts its epochs.

    A callback with a method `on_progress(epoch, n_epochs, share)` is told within long epochs, too, how far they are.
    The order of the rows is drawn as scikit-learn draws it: each epoch permutes the last epoch's order. Each run ends
    by its own plan; callbacks (given the mean over the runs, `mean_epoch`) and Ctrl-C end all; Ctrl-C gives a warning.
    The best epoch's parameters are restored where there is a score.

    Raises:
        DivergenceError: a loss or parameter of a run is not finite; the parameters of its best finite epoch are put
            back, and the other runs have gone on to their ends.
    """
    rates: Rates = {}
    courses = [_Course(run, task, rates, callbacks) for run, task in zip(runs, tasks, strict=True)]
    try:
        if len(courses) == 1:
            _all_epochs(courses, callbacks, one_after_another)
        else:
            # The orders of the next epoch are drawn while an engine without the GIL is busy with this one.
            with ThreadPoolExecutor(1) as drawer:
                _all_epochs(courses, callbacks, lambda calls: _advance_and_draw(courses, calls, advance, drawer))
    except KeyboardInterrupt:
        for course in courses:
            course.interrupt()
        warnings.warn("Training interrupted by user.", stacklevel=3)
    for course in courses:
        course.finish()
    raise_divergence([course.failure for course in courses])


def _all_epochs(courses: "list[_Course]", callbacks: Sequence[Callback], advance: Advance) -> None:
    while any(course.goes_on for course in courses):
        _one_epoch(courses, callbacks, advance)


def _advance_and_draw(
    courses: "list[_Course]", calls: Sequence[EpochCall], advance: Advance, drawer: ThreadPoolExecutor
) -> list[EpochResult]:
    drawn = drawer.submit(_draw, courses)
    try:
        return advance(calls) if len(calls) > 1 else one_after_another(calls)
    finally:
        drawn.result()


def _draw(courses: "list[_Course]") -> None:
    for course in courses:
        if course.goes_on:
            course.draw()


def _one_epoch(courses: "list[_Course]", callbacks: Sequence[Callback], advance: Advance) -> None:
    began = time.perf_counter()
    running = [course for course in courses if course.goes_on]
    results = advance([course.call() for course in running])
    for course, result in zip(running, results, strict=True):
        course.receive(result)
    finite = [course for course in running if course.failure is None]
    scores = [course.score() for course in finite]
    seconds = time.perf_counter() - began
    for course, score in zip(finite, scores, strict=True):
        course.record(score, seconds)
    if not finite:
        return
    latest = [course.latest for course in courses if course.failure is None and course.latest is not None]
    asked = asked_to_end(callbacks, mean_epoch(latest)) if callbacks else ""
    for course in finite:
        course.decide(asked)


class _Course:
    """The way of one run through one call: call, receive, score, record, decide, epoch after epoch, then finish."""

    def __init__(self, run: Run, task: Task, rates: Rates, callbacks: Sequence[Callback]) -> None:
        self._run, self._task, self._rates = run, task, rates
        told = [callback.on_progress for callback in callbacks if hasattr(callback, "on_progress")]
        self._progress = partial(self._tell, told) if told else None
        self._plan = run.plan = task.plan.with_rates_of(run.plan)
        self._n_epochs = task.n_epochs or self._plan.max_epochs
        self._order = task.rows
        if self._plan.shuffle and task.rows is None:
            self._order = np.arange(len(task.data.Y))
        self._is_drawn = False
        self._n_rows = len(task.data.Y) if self._order is None else len(self._order)
        self._n_batches = -(-self._n_rows // self._plan.batch_size)
        self._start = run.trainer.snapshot()
        self._best: Array | None = None
        self._asked = ""
        self._result: EpochResult | None = None
        self._rate = 0.0
        self.latest: Epoch | None = None
        self.failure: DivergenceError | None = None
        run.end, run.epochs_done = End.EPOCHS, 0

    @property
    def goes_on(self) -> bool:
        """Whether another epoch follows."""
        run = self._run
        return self.failure is None and run.end is End.EPOCHS and run.epochs_done < self._n_epochs

    def draw(self) -> None:
        """Draw the next order of the rows, unless that was done."""
        if self._order is not None and self._plan.shuffle and not self._is_drawn:
            self._order = self._order.copy()
            self._task.random.shuffle(self._order)
        self._is_drawn = True

    def call(self) -> EpochCall:
        """Say what the engine is asked for."""
        self.draw()
        self._is_drawn = False
        if self._task.before_epoch is not None:
            self._task.before_epoch(self._run.epochs_done)
        rates = self._learning_rates()
        self._rate = float(rates[-1])
        return EpochCall(self._run.trainer, *self._task.data, self._order, self._plan.batch_size, rates, self._progress)

    def _tell(self, told: list[OnProgress], steps_done: int, n_steps: int) -> None:
        for on_progress in told:
            on_progress(self._run.epochs_done + 1, self._plan.max_epochs, steps_done / n_steps)

    def _learning_rates(self) -> Array:
        run, plan = self._run, self._plan
        now = (id(plan), run.rate_factor, run.n_steps, run.clock)
        if now not in self._rates:
            if len(self._rates) >= MOST_RATES:
                self._rates.clear()
            self._rates[now] = learning_rates(
                plan.schedule,
                plan.learning_rate * run.rate_factor,
                np.arange(run.n_steps, run.n_steps + self._n_batches),
                self._n_batches * plan.max_epochs,
                run.clock,
                plan.schedule_numbers,
            )
        return self._rates[now]

    def receive(self, result: EpochResult) -> None:
        """Take note of the engine's answer."""
        run, self._result = self._run, result
        if result.diverged_at is not None:
            self.failure = DivergenceError(
                f"training diverged: the loss is {result.loss} at step {run.n_steps + result.diverged_at} (epoch "
                f"{run.epochs_done + 1}, batch {result.diverged_at}); {_remedy(self._plan)}"
            )
            return
        run.n_steps += self._n_batches
        run.rows_seen += self._n_rows
        run.clock = run.rows_seen

    def score(self) -> float | None:
        """Measure the parameters on what is held out."""
        return None if self._task.score is None else float(self._task.score(self._run.trainer.parameters))

    def record(self, score: float | None, seconds: float) -> None:
        """Write the epoch into the history; keep its parameters if they are the best."""
        run, result = self._run, self._result
        assert result is not None
        run.epochs_done += 1
        self.latest = Epoch(
            run.epochs_done,
            self._plan.max_epochs,
            result.loss,
            score,
            self._rate,
            tuple(result.gradient_norms.tolist()),
            tuple(result.delta_norms.tolist()),
            self._n_rows,
            seconds,
        )
        run.history.epochs.append(self.latest)
        if run.stopping.observe(result.loss, score):
            snapshot = run.trainer.snapshot()
            if np.isfinite(snapshot).all():
                self._best, run.history.best_epoch = snapshot, len(run.history)

    def decide(self, asked: str) -> None:
        """End the run if a callback asked for it, in these words, or if its patience is exhausted."""
        self._asked = asked
        if asked or self._exhausted():
            self._run.end = End.CALLBACK if asked else End.PATIENCE

    def interrupt(self) -> None:
        """End a run that has not ended otherwise."""
        if self.failure is None and self._run.end is End.EPOCHS:
            self._run.end = End.INTERRUPT

    def finish(self) -> None:
        """Put back the parameters that are to be kept, and say why the run ended."""
        run, plan = self._run, self._plan
        if self.failure is None:
            # A warm start that beats no earlier epoch keeps its last.
            if self._task.score is not None and self._best is not None:
                run.trainer.restore(self._best)
            if not np.isfinite(run.trainer.snapshot()).all():
                self.failure = DivergenceError(
                    f"training diverged: the weights are not finite after epoch {run.epochs_done}; {_remedy(plan)}"
                )
        if self.failure is not None:
            run.trainer.restore(self._start if self._best is None else self._best)
        else:
            run.history.stopped_because = self._reason()

    def _exhausted(self) -> bool:
        run, plan = self._run, self._plan
        if not run.stopping.exhausted(plan.patience):
            return False
        if plan.adaptive and plan.learning_rate * run.rate_factor > SMALLEST_ADAPTIVE_RATE:
            run.rate_factor /= 5.0
            run.stopping.reset_count()
            return False
        return True

    def _reason(self) -> str:
        end, plan = self._run.end, self._plan
        if end is not End.PATIENCE:
            return self._asked if end is End.CALLBACK else end.value
        return self._run.stopping.reason(plan.patience) + (" Learning rate too small." if plan.adaptive else "")


def raise_divergence(failures: Sequence[DivergenceError | None]) -> None:
    """Raise what went wrong with a network, or with the first of several, if anything did."""
    wrong = [(i, failure) for i, failure in enumerate(failures) if failure is not None]
    if not wrong:
        return
    first, failure = wrong[0]
    if len(failures) == 1:
        raise failure
    raise DivergenceError(f"{len(wrong)} of {len(failures)} members diverged; members_[{first}]: {failure}")


def asked_to_end(callbacks: Sequence[Callback], epoch: Epoch) -> str:
    """Give all callbacks the epoch; why one asked for the end (its own sentence, or ours if it said True), else ""."""
    answers = [callback(epoch) for callback in callbacks]
    asked = [End.CALLBACK.value if answer is True else answer for answer in answers]
    return next((answer for answer in asked if isinstance(answer, str) and answer), "")


def _remedy(plan: Plan) -> str:
    return f"try a smaller learning rate than {plan.learning_rate:g}, a max_grad_norm of 1, or standardised inputs"
