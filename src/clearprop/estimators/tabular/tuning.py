"""The search for better settings of a preset: trials of growing length, of which the worse are given up early."""

import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from clearprop.estimators.scikit_learn import check_random_state, is_classifier
from clearprop.estimators.tabular.base import TabularEstimator
from clearprop.estimators.tabular.classifier import TabularClassifier
from clearprop.estimators.tabular.cross_validation import given_rows, rows_of, scorers_of, splits_of
from clearprop.estimators.tabular.presets import NUMBERS, MemberKind, Preset
from clearprop.estimators.tabular.regressor import TabularRegressor
from clearprop.mathematics.arrays import Array
from clearprop.tables import looks_continuous, to_table
from clearprop.training import DivergenceError, Epoch

HELD_OUT_PART = 5  # one fifth of the rows scores the trials
REDUCTION = 3  # of three trials one goes on, three times as long
ROUNDS = 3
LONGEST_RESERVE = 0.5  # of the time limit, kept for the last training
DEFAULT_SCORING = {True: "neg_log_loss", False: "neg_root_mean_squared_error"}  # of a classifier?
OF_THE_PRESET = "preset"
INTERRUPTED, OUT_OF_TIME, DONE = "Interrupted by the user.", "The time is over.", "All trials are done."


@dataclass(frozen=True)
class Setting:
    """One setting of `MemberKind` that is searched.

    Arguments:
        name: the field. choices: what it may be; or low and high, on a logarithmic scale if `log`.
        relative: low and high are factors of the preset's own number.
        for_amounts: whether it matters to a regression, too (see `Preset.for_amounts`).
    """

    name: str
    choices: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 1.0
    log: bool = False
    relative: bool = False
    for_amounts: bool = True

    def options(self, kind: MemberKind) -> dict[str, Any]:
        """The choices by what they are called, the preset's own first."""
        return {str(choice): choice for choice in (getattr(kind, self.name), *self.choices)}

    def range(self, kind: MemberKind) -> tuple[float, float]:
        """The least and the greatest number, the preset's own within them."""
        own = getattr(kind, self.name)
        factor = own if self.relative else 1.0
        return min(own, factor * self.low), max(own, factor * self.high)

    def suggested(self, trial: Any, kind: MemberKind) -> Any:
        """What a trial is to try."""
        if self.choices:
            options = self.options(kind)
            return options[trial.suggest_categorical(self.name, list(options))]
        return trial.suggest_float(self.name, *self.range(kind), log=self.log)

    def own(self, kind: MemberKind) -> Any:
        """The preset's own, as a trial names it."""
        value = getattr(kind, self.name)
        return str(value) if self.choices else value


#: What is searched; beside it, `networks`: the kinds of the preset, or one kind alone, by what becomes of numbers.
SPACE: tuple[Setting, ...] = (
    Setting("learning_rate", low=0.2, high=5.0, log=True, relative=True),
    Setting("dropout", low=0.0, high=0.5),
    Setting("weight_decay", low=1e-3, high=0.3, log=True),
    Setting("hidden_layer_sizes", ((128, 128), (256, 256), (512, 512), (256, 256, 256))),
    Setting("batch_size", (128, 256, 512)),
    Setting("activation", ("relu", "selu", "mish"), for_amounts=False),
    Setting("label_smoothing", low=0.0, high=0.2, for_amounts=False),
)
NETWORKS = (OF_THE_PRESET, *NUMBERS)


@dataclass(frozen=True)
class Trial:
    """One trial of `tune`.

    Arguments:
        number: from 0, the preset as it is. settings: what was tried.
        score: on the held-out rows after so many epochs, greater is better; None: there is none.
        seconds: of all its trainings. state: "complete", "given up", "diverged" or "out of time".
    """

    number: int
    settings: dict[str, Any]
    score: float | None
    epochs: int
    seconds: float
    state: str


@dataclass(frozen=True, eq=False)
class Tuned:
    """What `tune` found.

    Arguments:
        preset: the best settings, for `preset=` of an estimator.
        estimator: fitted with them; on all rows, unless `on_all_rows` is False (Ctrl-C: on those of its trial).
        trials: in their order; best: the one of the preset. scoring: the name of the score.
        ended: why the search ended.
    """

    preset: Preset
    estimator: TabularEstimator
    trials: tuple[Trial, ...]
    best: Trial
    scoring: str
    on_all_rows: bool
    ended: str

    def to_dict(self) -> dict[str, Any]:
        """Trials as plain values."""
        return {
            "scoring": self.scoring,
            "best": self.best.number,
            "ended": self.ended,
            "on_all_rows": self.on_all_rows,
            "trials": [vars(trial) for trial in self.trials],
        }

    def __str__(self) -> str:
        width = max(12, len(self.scoring))
        lines = [f"trial  {self.scoring:>{width}}  epochs  seconds  state        settings"]
        for trial in sorted(self.trials, key=_rank, reverse=True):
            score = "–" if trial.score is None else f"{trial.score:.5g}"
            settings = ", ".join(f"{name}={_shown(value)}" for name, value in trial.settings.items())
            lines.append(
                f"{trial.number:>5}  {score:>{width}}  {trial.epochs:>6}  {trial.seconds:>7.1f}  "
                f"{trial.state:<11}  {settings}"
            )
        return "\n".join([*lines, self.ended])


def _shown(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _rank(trial: Trial) -> tuple[int, float]:
    """Trials compare by their score where they were trained as long; longer trained ones had been better."""
    return (-1, 0.0) if trial.score is None else (trial.epochs, trial.score)


def tune(
    X: Any,
    y: Any,
    *,
    n_trials: int = 50,
    timeout: float | None = None,
    preset: str | Preset = "default",
    scoring: Any = None,
    sample_weight: Any = None,
    estimator: TabularEstimator | None = None,
    random_state: Any = None,
) -> Tuned:
    """Search settings of a preset by trials, and train an estimator with the best on all rows.

    A trial trains one network of each kind on four fifths of the rows and is scored on the others: for a ninth of the
    epochs, then, if it is among the best third of those that came so far, for a third, then for all. Settings are drawn
    by Optuna (tree-structured Parzen estimators) from `SPACE`; the first trial is the preset as it is. The score of the
    best trial is that of the best of many: it flatters; see `cross_validate`.

    Arguments:
        X, y, sample_weight: as for `fit` of the estimators; y may also name a column of X.
        n_trials: how many trials at most.
        timeout: seconds in all, the last training included, for which part of them is kept; None: no limit.
        preset: where the search begins; of an estimator, its own.
        scoring: the name of a scorer of scikit-learn, or a function (estimator, X, y); None: log loss, of amounts the
            root mean squared error.
        estimator: a `TabularClassifier` or `TabularRegressor` whose other arguments are kept; None: one of them, as the
            target is classes or amounts.
        random_state: of the trials, and of the networks unless the estimator has one of its own.

    Ctrl-C ends the search and returns the best so far, as its trial trained it.

    Raises:
        ImportError: Optuna is not installed.
        TimeoutError: the time was over before any trial had a score.
        ValueError, TableError: what does not fit, in one line.

    Source: Li et al. 2020 (asynchronous successive halving); Bergstra et al. 2011 (Parzen estimators).
    """
    optuna = _optuna()
    X, y, weights = given_rows(X, y, sample_weight)
    random = check_random_state(random_state)
    seeds = [int(seed) for seed in random.randint(2**31 - 1, size=3)]
    start = _start(estimator, y, preset, seeds[0])
    base, classifier = start.asked_preset().for_rows(len(y)), is_classifier(start)
    scorers = scorers_of(DEFAULT_SCORING[classifier] if scoring is None else scoring, classifier)
    if len(scorers) != 1 or n_trials < 1:
        raise ValueError(f"one scorer and n_trials ≥ 1 are needed; got {len(scorers)} scorers and n_trials={n_trials}")
    ((name, scorer),) = scorers.items()
    split = splits_of(start, y, HELD_OUT_PART, seeds[1])[0]
    search = _Search(start, base, X, y, weights, split, scorer, _Clock.of(timeout), optuna)
    with _quiet(optuna):
        ended = search.run(n_trials, seeds[2])
    best, model = search.best()
    found = search.presets[best.number]
    if ended != INTERRUPTED:
        try:
            model = search.last_training(found)
        except KeyboardInterrupt:
            ended = INTERRUPTED
    return Tuned(found, model, tuple(search.trials), best, name, ended != INTERRUPTED, ended)


def _optuna() -> Any:
    try:
        import optuna
    except ImportError:
        raise ImportError('tune needs Optuna: pip install "clearprop[tune]"') from None
    return optuna


@contextmanager
def _quiet(optuna: Any) -> Iterator[None]:
    """Let Optuna print warnings at most."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)


def _start(estimator: TabularEstimator | None, y: Array, preset: str | Preset, seed: int) -> TabularEstimator:
    """The estimator that all trials are copies of."""
    from sklearn.base import clone

    if estimator is None:
        continuous = looks_continuous(to_table({"y": y}).column("y"))
        return (TabularRegressor if continuous else TabularClassifier)(preset, random_state=seed)
    estimator = clone(estimator)
    return estimator if estimator.random_state is not None else estimator.set_params(random_state=seed)


@dataclass
class _Clock:
    """When the time is over; as a callback, it ends a training then."""

    end: float = np.inf
    limit: float = np.inf
    reserve: float = 0.0

    @classmethod
    def of(cls, timeout: float | None) -> "_Clock":
        return cls() if timeout is None else cls(time.monotonic() + timeout, timeout)

    @property
    def over(self) -> bool:
        return time.monotonic() >= self.end - min(self.reserve, LONGEST_RESERVE * self.limit)

    def __call__(self, epoch: Epoch) -> str:
        return OUT_OF_TIME if self.over else ""


@dataclass
class _Search:
    """The trials of one call of `tune`."""

    start: TabularEstimator
    base: Preset
    X: Any
    y: Array
    weights: Array | None
    split: tuple[Array, Array]
    scorer: Callable[..., float]
    clock: _Clock
    optuna: Any
    trials: list[Trial] = field(default_factory=list)
    presets: dict[int, Preset] = field(default_factory=dict)
    _best: tuple[Trial, TabularEstimator] | None = None

    @property
    def space(self) -> tuple[Setting, ...]:
        return tuple(setting for setting in SPACE if setting.for_amounts or is_classifier(self.start))

    def run(self, n_trials: int, seed: int) -> str:
        """Make trials until one of the limits, or Ctrl-C; why it ended."""
        rounds = self._rounds()
        pruners, samplers = self.optuna.pruners, self.optuna.samplers
        pruner = pruners.SuccessiveHalvingPruner(min_resource=rounds[0], reduction_factor=REDUCTION)
        study = self.optuna.create_study(direction="maximize", sampler=samplers.TPESampler(seed=seed), pruner=pruner)
        own = self.base.kinds[0]
        study.enqueue_trial({"networks": OF_THE_PRESET} | {setting.name: setting.own(own) for setting in self.space})
        try:
            for _ in range(n_trials):
                if self.clock.over:
                    return OUT_OF_TIME
                self._trial(study, rounds)
        except KeyboardInterrupt:
            if self._best is None:
                raise
            return INTERRUPTED
        return DONE

    def best(self) -> tuple[Trial, TabularEstimator]:
        """The best trial, and its estimator."""
        if self._best is None:
            if any(trial.state == "diverged" for trial in self.trials):
                raise DivergenceError("every trial diverged; try a smaller learning rate in the preset")
            raise TimeoutError(f"no trial was scored within {self.clock.limit:g} s; allow more, or a quicker preset")
        return self._best

    def last_training(self, found: Preset) -> TabularEstimator:
        """Train on all rows, until the time is over."""
        self.clock.reserve = 0.0
        return self._fit(found, np.arange(len(self.y)))

    def _rounds(self) -> list[int]:
        """The epochs of a trial's trainings, rising."""
        n_rows = len(self.split[0])
        most = self.base.n_epochs(n_rows, self.base.kinds[0].rows_a_step(n_rows))
        least = max(1, most // REDUCTION ** (ROUNDS - 1))
        return sorted({min(most, least * REDUCTION**round_) for round_ in range(ROUNDS - 1)} | {most})

    def _trial(self, study: Any, rounds: list[int]) -> None:
        asked = study.ask()
        began = time.monotonic()
        preset, settings = self._drawn(asked)
        self.presets[asked.number] = preset
        trial = Trial(asked.number, settings, None, 0, 0.0, "out of time")
        try:
            for epochs in rounds:
                fitted = self._fit(replace(preset, max_epochs=epochs, n_folds=1), self.split[0])
                if self.clock.over:
                    break
                score = self._score(fitted)
                state = "complete" if epochs == rounds[-1] else "out of time"
                trial = replace(trial, score=score, epochs=epochs, seconds=time.monotonic() - began, state=state)
                self._keep(trial, fitted, time.monotonic() - began)
                asked.report(score, epochs)
                if state != "complete" and asked.should_prune():
                    trial = replace(trial, state="given up")
                    break
        except DivergenceError:
            trial = replace(trial, state="diverged")
        self.trials.append(replace(trial, seconds=time.monotonic() - began))
        if trial.state == "complete":
            study.tell(asked, trial.score)
        else:
            study.tell(asked, state=self.optuna.trial.TrialState.PRUNED)

    def _drawn(self, asked: Any) -> tuple[Preset, dict[str, Any]]:
        """The preset of a trial, and what is new in it."""
        own = self.base.kinds[0]
        settings = {setting.name: setting.suggested(asked, own) for setting in self.space}
        networks = asked.suggest_categorical("networks", list(NETWORKS))
        kinds = self.base.kinds if networks == OF_THE_PRESET else (replace(own, numbers=networks, embeds_values=False),)
        if asked.number == 0:
            return self.base, {"networks": OF_THE_PRESET}
        preset = replace(self.base, summary="found by tune", kinds=tuple(replace(kind, **settings) for kind in kinds))
        return preset, {"networks": networks, **settings}

    def _keep(self, trial: Trial, fitted: TabularEstimator, seconds: float) -> None:
        """Keep the best trial and what it trained, and time for the last training."""
        if self._best is None or _rank(trial) > _rank(self._best[0]):
            self._best = trial, fitted
            n_networks = self.base.n_members(len(self.y))
            self.clock.reserve = seconds * n_networks * len(self.y) / len(self.split[0])

    def _fit(self, preset: Preset, rows: Array) -> TabularEstimator:
        from sklearn.base import clone

        callbacks = [*(self.start.callbacks or ()), self.clock]
        model = clone(self.start).set_params(preset=preset, n_folds=None, max_epochs=None, callbacks=callbacks)
        of_rows = {} if self.weights is None else {"sample_weight": self.weights[rows]}
        with warnings.catch_warnings():
            # Ctrl-C is to end the search, not one network of it.
            warnings.filterwarnings("error", message="Training interrupted by user")
            try:
                model.fit(rows_of(self.X, rows), self.y[rows], **of_rows)
            except UserWarning as warning:
                raise KeyboardInterrupt from warning
        return model.set_params(callbacks=self.start.callbacks)

    def _score(self, fitted: TabularEstimator) -> float:
        held_out = self.split[1]
        of_rows = {} if self.weights is None else {"sample_weight": self.weights[held_out]}
        return float(self.scorer(fitted, rows_of(self.X, held_out), self.y[held_out], **of_rows))
