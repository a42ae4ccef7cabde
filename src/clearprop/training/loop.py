"""The training loop: shuffle, epoch, score, decide; the engine does the arithmetic of each epoch."""

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import NamedTuple

import numpy as np

from clearprop.engines import Trainer
from clearprop.engines.interface import Rows
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Parameters
from clearprop.mathematics.schedules import learning_rates
from clearprop.training.history import Epoch, History
from clearprop.training.stopping import Stopping

Callback = Callable[[Epoch], object]
Score = Callable[[Parameters], float]

SMALLEST_ADAPTIVE_RATE = 1e-6


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
    _asked: str = ""
    _best: Array | None = None

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
        """Train for up to `n_epochs` (by default `plan.max_epochs`) epochs; `epochs_done` counts them.

        The order of the rows is drawn as scikit-learn draws it: each epoch permutes the last epoch's order. Ctrl-C ends
        the training with a warning. The best epoch's parameters are restored if there is a score.

        Raises:
            DivergenceError: a loss or parameter is not finite; the parameters of the best finite epoch are put back.
        """
        plan = self.plan = plan.with_rates_of(self.plan)
        start = self.trainer.snapshot()
        self.end, self.epochs_done, self._best = End.EPOCHS, 0, None
        try:
            self._go_through(Data(X, Y, weights), plan, random, score, callbacks, n_epochs or plan.max_epochs)
            if score is not None and self._best is not None:  # a warm start that beats no earlier epoch keeps its last
                self.trainer.restore(self._best)
            if not self._is_finite():
                raise DivergenceError(
                    f"training diverged: the weights are not finite after epoch {self.epochs_done}; {_remedy(plan)}"
                )
        except DivergenceError:
            self.trainer.restore(start if self._best is None else self._best)
            raise
        finally:
            self._best = None
        self.history.stopped_because = self._reason(plan)

    def _go_through(
        self,
        data: Data,
        plan: Plan,
        random: np.random.RandomState,
        score: Score | None,
        callbacks: Sequence[Callback],
        n_epochs: int,
    ) -> None:
        order = np.arange(len(data.Y)) if plan.shuffle else None
        try:
            for _ in range(n_epochs):
                if order is not None:
                    order = order[_permutation(order.size, random)]
                epoch = self._epoch(data, plan, order, score)
                self.epochs_done += 1
                self.history.epochs.append(epoch)
                if self.stopping.observe(epoch.loss, epoch.score) and self._is_finite():
                    self._best, self.history.best_epoch = self.trainer.snapshot(), len(self.history)
                self._asked = asked_to_end(callbacks, epoch)
                if self._asked or self._exhausted(plan):
                    self.end = End.CALLBACK if self._asked else End.PATIENCE
                    break
        except KeyboardInterrupt:
            self.end = End.INTERRUPT
            warnings.warn("Training interrupted by user.", stacklevel=2)

    def _epoch(self, data: Data, plan: Plan, order: Array | None, score: Score | None) -> Epoch:
        began = time.perf_counter()
        n = len(data.Y)
        n_batches = -(-n // plan.batch_size)
        rates = learning_rates(
            plan.schedule,
            plan.learning_rate * self.rate_factor,
            np.arange(self.n_steps, self.n_steps + n_batches),
            n_batches * plan.max_epochs,
            self.clock,
            plan.schedule_numbers,
        )
        result = self.trainer.epoch(*data, order, plan.batch_size, rates)
        if result.diverged_at is not None:
            step = self.n_steps + result.diverged_at
            raise DivergenceError(
                f"training diverged: the loss is {result.loss} at step {step} (epoch {self.epochs_done + 1}, "
                f"batch {result.diverged_at}); {_remedy(plan)}"
            )
        self.n_steps += n_batches
        self.rows_seen += n
        self.clock = self.rows_seen
        return Epoch(
            self.epochs_done + 1,
            plan.max_epochs,
            result.loss,
            None if score is None else float(score(self.trainer.parameters)),
            float(rates[-1]),
            tuple(result.gradient_norms.tolist()),
            tuple(result.delta_norms.tolist()),
            n,
            time.perf_counter() - began,
        )

    def _is_finite(self) -> bool:
        return all(np.isfinite(array).all() for array in self.trainer.parameters.arrays())

    def _exhausted(self, plan: Plan) -> bool:
        if not self.stopping.exhausted(plan.patience):
            return False
        if plan.adaptive and plan.learning_rate * self.rate_factor > SMALLEST_ADAPTIVE_RATE:
            self.rate_factor /= 5.0
            self.stopping.reset_count()
            return False
        return True

    def _reason(self, plan: Plan) -> str:
        if self.end is not End.PATIENCE:
            return self._asked if self.end is End.CALLBACK else self.end.value
        return self.stopping.reason(plan.patience) + (" Learning rate too small." if plan.adaptive else "")


def asked_to_end(callbacks: Sequence[Callback], epoch: Epoch) -> str:
    """Give all callbacks the epoch; why one asked for the end (its own sentence, or ours if it said True), else ""."""
    answers = [callback(epoch) for callback in callbacks]
    asked = [End.CALLBACK.value if answer is True else answer for answer in answers]
    return next((answer for answer in asked if isinstance(answer, str) and answer), "")


def _remedy(plan: Plan) -> str:
    return f"try a smaller learning rate than {plan.learning_rate:g}, a max_grad_norm of 1, or standardised inputs"


def _permutation(n: int, random: np.random.RandomState) -> Array:
    indices = np.arange(n)
    random.shuffle(indices)
    return indices
