"""The networks of a tabular model: each trained on all rows but its own fold, and kept as it was best there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from clearprop.engines import engine_named
from clearprop.engines.interface import Engine, Recipe
from clearprop.engines.precision import with_precision
from clearprop.engines.threads import step_threads
from clearprop.estimators.tabular.group import Group
from clearprop.estimators.tabular.inputs import TableInputs
from clearprop.estimators.tabular.presets import LEAST_ROWS_OF_A_FOLD, MemberKind, Preset
from clearprop.estimators.tabular.shares import SMALLEST_PROBABILITY, shares_of_amounts, shares_of_probabilities
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.data_driven import initialize_from_data
from clearprop.mathematics.network import Network, Parameters
from clearprop.mathematics.schedules import learning_rates
from clearprop.training import End, Epoch
from clearprop.training.loop import Callback, Data, Plan, Run, Task, train_together
from clearprop.training.stopping import Stopping

ROWS_FOR_INITIAL = 500
SHARE_HELD_OUT_OF_ONE = 5  # one network leaves out a fifth


class Rows(NamedTuple):
    """What is trained on, row by row: numbers (n, p), codes (n, q), the class or amount y, Y (n, n_L), weights."""

    numbers: Array
    codes: Array
    n_categories: tuple[int, ...]
    y: Array
    Y: Array
    weights: Array | None


@dataclass
class Trained:
    """All groups, and what each training row was predicted by networks that had not seen it (NaN: all had).

    `held_out_loss` is its mean log loss or squared error; None where all rows were seen.
    """

    groups: list[Group]
    held_out_output: Array
    held_out_loss: float | None
    engine: str


def folds_of(y: Array, n_folds: int, random: np.random.RandomState) -> Array:
    """The fold of each row, (n,): rows of a class are dealt out in turn, so that each fold has its share."""
    order = random.permutation(len(y))
    if y.dtype.kind in "iu":
        order = order[np.argsort(y[order], kind="stable")]
    folds = np.empty(len(y), int)
    folds[order] = np.arange(len(y)) % n_folds
    return folds


def train_members(
    rows: Rows,
    preset: Preset,
    random: np.random.RandomState,
    *,
    engine: str = "auto",
    precision: str | None = "float32",
    callbacks: Sequence[Callback] = (),
) -> Trained:
    """Train the networks of a preset, all of one kind at once.

    Raises:
        DivergenceError: a loss was not finite.
        ValueError: no such engine or precision here.
    """
    preset = preset.for_rows(len(rows.y))
    n_members = preset.n_members(len(rows.y))
    n_folds = n_members if n_members > 1 else min(SHARE_HELD_OUT_OF_ONE, len(rows.y) // LEAST_ROWS_OF_A_FOLD)
    folds = folds_of(rows.y, max(1, n_folds), random)
    training = Training(rows, preset, folds, n_members, engine_named(engine), precision)
    of_kinds: list[list[Group]] = []
    outputs: list[Array] = []
    for kind in preset.kinds:
        counted = [_Counted(callback, len(of_kinds), len(preset.kinds)) for callback in callbacks]
        groups, output, was_ended = training.groups(kind, random, counted)
        of_kinds.append(groups)
        outputs.append(output)
        if was_ended:
            break
    held_out = np.stack(outputs)
    shares = training.shares(held_out)
    for groups, share in zip(of_kinds, shares, strict=True):
        for group in groups:
            group.share = share / len(groups)
    together = np.tensordot(shares, held_out, 1)
    every = [group for groups in of_kinds for group in groups]
    return Trained(every, together, training.held_out_loss(together), training.engine_of(every[0]))


class _Counted:
    """A callback that is told of the epochs of all kinds as of one training."""

    def __init__(self, callback: Callback, kinds_done: int, n_kinds: int) -> None:
        self._callback, self._kinds_done, self._n_kinds = callback, kinds_done, n_kinds
        if hasattr(callback, "on_progress"):
            self.on_progress = self._on_progress

    def __call__(self, epoch: Epoch) -> object:
        done, n_epochs = self._counted(epoch.epoch, epoch.n_epochs)
        return self._callback(replace(epoch, epoch=done, n_epochs=n_epochs))

    def _on_progress(self, epoch: int, n_epochs: int, share: float) -> None:
        self._callback.on_progress(*self._counted(epoch, n_epochs), share)  # type: ignore[attr-defined]

    def _counted(self, epoch: int, n_epochs: int) -> tuple[int, int]:
        return self._kinds_done * n_epochs + epoch, self._n_kinds * n_epochs


@dataclass(frozen=True)
class Training:
    """What the training of all kinds shares."""

    rows: Rows
    preset: Preset
    folds: Array
    n_members: int
    engine: Engine
    precision: str | None

    @property
    def classification(self) -> bool:
        """Whether classes are learned, not amounts."""
        return self.rows.y.dtype.kind in "iu"

    def groups(
        self, kind: MemberKind, random: np.random.RandomState, callbacks: Sequence[Callback]
    ) -> tuple[list[Group], Array, bool]:
        """Train the networks of one kind; with them, what each row was predicted by the one that had left it out.

        They are one group where all read a table in the same way, and otherwise a group each. At last, whether a
        callback or Ctrl-C ended the training.
        """
        readings = self._readings(kind)
        networks, data = [self.network_of(kind, inputs) for inputs in readings], self._data(kind, readings)
        members = [self.run_of(m, kind, networks[m], data[m], random) for m in range(self.n_members)]
        runs = [run for run, _ in members]
        train_together(runs, [task for _, task in members], callbacks, self.engine.epochs)
        groups: dict[int, Group] = {}
        for inputs, network, run in zip(readings, networks, runs, strict=True):
            group = groups.setdefault(id(inputs), Group(inputs, network, [], []))
            group.parameters.append(run.trainer.parameters)
            group.histories.append(run.history)
        was_ended = any(run.end in (End.CALLBACK, End.INTERRUPT) for run in runs)
        return list(groups.values()), self._held_out_output(runs, networks, data), was_ended

    def _readings(self, kind: MemberKind) -> list[TableInputs]:
        """How each network reads a table: all in one way, unless bins are cut, by the rows that each is trained on."""
        rows = self.rows
        given = (rows.numbers, rows.codes, rows.n_categories, rows.y, kind)
        if "bins" not in kind.numbers:
            return [TableInputs.of(*given)] * self.n_members
        return [TableInputs.of(*given, cut_by=_split(self.folds, member)[0]) for member in range(self.n_members)]

    def _data(self, kind: MemberKind, readings: list[TableInputs]) -> list[Data]:
        rows, Y = self.rows, self.rows.Y.astype(np.float32)
        if kind.label_smoothing:
            Y = (1.0 - kind.label_smoothing) * Y + np.float32(kind.label_smoothing / Y.shape[1])
        weights = None if rows.weights is None else rows.weights.astype(np.float32)
        # Where only the edges differ, X is the same, and of a large table it is kept once.
        one_of_each = {inputs.reading: inputs for inputs in readings}
        X = {reading: inputs.apply(rows.numbers, rows.codes) for reading, inputs in one_of_each.items()}
        return [Data(X[inputs.reading], Y, weights) for inputs in readings]

    def network_of(self, kind: MemberKind, inputs: TableInputs) -> Network:
        """The network of one kind that reads a table in one way."""
        layers = inputs.layers
        sizes = (sum(layer.n_outputs for layer in layers), *kind.hidden_layer_sizes, self.rows.Y.shape[1])
        end = ("softmax", "cross_entropy") if self.classification else ("identity", "half_squared_error")
        return Network(sizes, kind.activation, *end, layers, scaled=True, mixed=True)

    def run_of(
        self, member: int, kind: MemberKind, network: Network, data: Data, random: np.random.RandomState
    ) -> tuple[Run, Task]:
        """The run of one member, and what it is trained on."""
        trained_on, held_out = _split(self.folds, member)
        seed = int(random.randint(2**31 - 1))
        batch_size = kind.rows_a_step(len(trained_on))
        n_epochs = self.preset.n_epochs(len(trained_on), batch_size)
        recipe = with_precision(_recipe(kind, seed), self.precision, self.engine, network, batch_size)
        trainer = self.engine.trainer(network, _initial(network, data.X[trained_on], seed), recipe)
        stopping = Stopping(0.0, by_score=len(held_out) > 0, last_of_ties=True)
        task = Task(
            data,
            Plan(n_epochs, batch_size, True, kind.learning_rate, kind.schedule, patience=np.inf),
            np.random.RandomState(seed),
            trained_on,
            self._score(network, data.X, held_out) if len(held_out) else None,
            before_epoch=_weakened(trainer, network, recipe, n_epochs),
        )
        return Run(trainer, stopping), task

    def _score(self, network: Network, X: Array, held_out: Array) -> Callable[[Parameters], float]:
        cost = COSTS[self.preset.watched if self.classification else "squared_error"]
        X, y = X[held_out], self.rows.y[held_out]
        weights = None if self.rows.weights is None else self.rows.weights[held_out]
        omega = weights if weights is not None and weights.any() else None

        def score(parameters: Parameters) -> float:
            with np.errstate(over="ignore", invalid="ignore"):  # divergence is told by the loss of the next epoch
                output = self.engine.predict(network, parameters, X).astype(float)
                return -float(np.average(cost(output, y), weights=omega))

        return score

    def _held_out_output(self, runs: list[Run], networks: list[Network], data: list[Data]) -> Array:
        """What each row was predicted by the member that had left it out, (n, n_L); NaN where all had seen it."""
        output = np.full(self.rows.Y.shape, np.nan)
        for member, run in enumerate(runs):
            held_out = _split(self.folds, member)[1]
            output[held_out] = self.engine.predict(networks[member], run.trainer.parameters, data[member].X[held_out])
        return output

    def shares(self, held_out: Array) -> list[float]:
        """The share of each kind, from what each predicted of the rows that it had left out, (n_kinds, n, n_L)."""
        seen = ~np.isnan(held_out[0, :, 0])
        if len(held_out) == 1 or not seen.any():
            return [1.0 / len(held_out)] * len(held_out)
        weights = np.ones(len(seen)) if self.rows.weights is None else self.rows.weights
        find = shares_of_probabilities if self.classification else shares_of_amounts
        return find(held_out[:, seen], self.rows.y[seen], weights[seen])

    def held_out_loss(self, output: Array) -> float | None:
        """The weighted mean cost of the rows that networks had left out, of what these predicted; None: no such row."""
        seen = ~np.isnan(output[:, 0])
        weights = np.ones(len(seen)) if self.rows.weights is None else self.rows.weights
        if not weights[seen].any():
            return None
        cost = COSTS["log_loss" if self.classification else "squared_error"]
        return float(np.average(cost(output[seen], self.rows.y[seen]), weights=weights[seen]))

    def engine_of(self, group: Group) -> str:
        """The name of the engine that trained a group."""
        return self.engine.runs_on(group.network, _recipe(self.preset.kinds[0], 0), np.float32)


def _split(folds: Array, member: int) -> tuple[Array, Array]:
    """The numbers of the rows that a member is trained on, and of those that it is chosen by (none: too few rows)."""
    if folds.max() == 0:
        return np.arange(len(folds)), np.arange(0)
    return np.flatnonzero(folds != member), np.flatnonzero(folds == member)


def _initial(network: Network, X: Array, seed: int) -> Parameters:
    random = np.random.default_rng(seed)
    rows = random.permutation(len(X))[:ROWS_FOR_INITIAL]
    with step_threads(network, len(rows)):
        return initialize_from_data(network, X[rows], random, np.float32)


def _recipe(kind: MemberKind, seed: int) -> Recipe:
    return Recipe(
        optimizer="adamw",
        hyperparameters={"beta_1": 0.9, "beta_2": kind.beta_2, "weight_decay": kind.weight_decay},
        dropout=kind.dropout,
        dropout_seed=seed,
        tangent_form=True,
        bias_rate_factor=0.1,
    )


def _weakened(trainer: Any, network: Network, recipe: Recipe, n_epochs: int) -> Callable[[int], None]:
    """Dropout and weight decay, flat for half of the epochs and then down to 0."""
    factors = learning_rates("flat_then_cosine", 1.0, np.arange(n_epochs), n_epochs)

    def before_epoch(epochs_done: int) -> None:
        factor = float(factors[min(epochs_done, n_epochs - 1)])
        if factor < 1.0:
            trainer.adjust(network, replace(recipe, dropout=recipe.dropout * factor, decay_factor=factor))

    return before_epoch


def log_losses(P: Array, y: Array) -> Array:
    """−log of the probability of each row's class, (n,)."""
    return -np.log(np.maximum(P[np.arange(len(y)), y], SMALLEST_PROBABILITY))


#: What a network is watched by: the cost of each held-out row, from Aᴸ and the class or amount.
COSTS: dict[str, Callable[[Array, Array], Array]] = {
    "log_loss": log_losses,
    "error": lambda P, y: (P.argmax(axis=1) != y).astype(float),
    "squared_error": lambda output, y: (output[:, 0] - y) ** 2,
}
