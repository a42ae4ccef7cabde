"""The networks of a tabular model: each trained on all rows but its own fold, and kept as it was best there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from clearprop.engines import engine_named
from clearprop.engines.interface import Recipe
from clearprop.engines.precision import with_precision
from clearprop.estimators.tabular.inputs import TableInputs
from clearprop.estimators.tabular.presets import LEAST_ROWS_OF_A_FOLD, MemberKind, Preset
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.data_driven import initialize_from_data
from clearprop.mathematics.network import Network, Parameters
from clearprop.mathematics.schedules import learning_rates
from clearprop.training import History
from clearprop.training.loop import Callback, Data, Plan, Run, Task, train_together
from clearprop.training.stopping import Stopping

ROWS_FOR_INITIAL = 2000
SHARE_HELD_OUT_OF_ONE = 5  # one network leaves out a fifth
SMALLEST_PROBABILITY = 1e-15
ROUNDS_OF_SHARES = 200


class Rows(NamedTuple):
    """What is trained on, row by row: numbers (n, p), codes (n, q), the class or amount y, Y (n, n_L), weights."""

    numbers: Array
    codes: Array
    n_categories: tuple[int, ...]
    y: Array
    Y: Array
    weights: Array | None


@dataclass
class Group:
    """The networks of one kind: they read a table in the same way.

    Arguments:
        inputs: how numbers and codes become X.
        network: sizes and layers.
        parameters: of each member.
        histories: of each member.
        share: of the group in the prediction.
    """

    inputs: TableInputs
    network: Network
    parameters: list[Parameters]
    histories: list[History]
    share: float = 1.0

    def output(self, numbers: Array, codes: Array, engine: str) -> Array:
        """The mean of the members' Aᴸ, (n, n_L), float64."""
        X = self.inputs.apply(numbers, codes)
        found = engine_named(engine)
        total = np.zeros((len(X), self.network.sizes[-1]))
        for parameters in self.parameters:
            total += found.predict(self.network, parameters, X)
        return total / len(self.parameters)


@dataclass
class Trained:
    """All groups, and what each training row was predicted by networks that had not seen it (NaN: all had)."""

    groups: list[Group]
    held_out_output: Array
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
    classification = rows.y.dtype.kind in "iu"
    n_members = preset.n_members(len(rows.y))
    n_folds = n_members if n_members > 1 else min(SHARE_HELD_OUT_OF_ONE, len(rows.y) // LEAST_ROWS_OF_A_FOLD)
    folds = folds_of(rows.y, max(1, n_folds), random)
    groups, held_out, used = [], [], ""
    for kind in preset.kinds:
        inputs = TableInputs.of(rows.numbers, rows.codes, rows.n_categories, rows.y, kind)
        group, used = _train_group(
            rows, inputs, kind, preset, folds, n_members, random, classification, engine, precision, callbacks
        )
        groups.append(group)
        held_out.append(_held_out_output(group, rows, folds, engine))
    seen = ~np.isnan(held_out[0][:, 0])
    if len(groups) > 1 and seen.any():
        weights = np.ones(len(seen)) if rows.weights is None else rows.weights
        find = shares_of_probabilities if classification else shares_of_amounts
        shares = find(np.stack(held_out)[:, seen], rows.y[seen], weights[seen])
        for group, share in zip(groups, shares, strict=True):
            group.share = share
    else:
        for group in groups:
            group.share = 1.0 / len(groups)
    together = sum(group.share * output for group, output in zip(groups, held_out, strict=True))
    return Trained(groups, np.asarray(together), used)


def _held_out_output(group: Group, rows: Rows, folds: Array, engine: str) -> Array:
    """What each row was predicted by the member that had left it out, (n, n_L); NaN where all had seen it."""
    X, found = group.inputs.apply(rows.numbers, rows.codes), engine_named(engine)
    output = np.full(rows.Y.shape, np.nan)
    for member, parameters in enumerate(group.parameters):
        its_own = _split(folds, member)[1]
        output[its_own] = found.predict(group.network, parameters, X[its_own])
    return output


def shares_of_probabilities(P: Array, y: Array, weights: Array) -> list[float]:
    """The shares of groups that make the classes of rows that they had left out most probable.

    With p_gi the probability that group g gives the class of row i, the shares π maximise Σ_i ω_i log Σ_g π_g p_gi;
    each round is π_g ← Σ_i ω_i π_g p_gi / Σ_h π_h p_hi, which never lowers it.

    Arguments:
        P: (n_groups, n, n_classes); y: (n,) codes of the classes; weights: (n,).

    Example:
        >>> P = np.array([[[0.9, 0.1], [0.1, 0.9]], [[0.5, 0.5], [0.5, 0.5]]])
        >>> [round(share, 2) for share in shares_of_probabilities(P, np.array([0, 1]), np.ones(2))]
        [1.0, 0.0]

    Source: Dempster, Laird & Rubin 1977 (mixing proportions by expectation and maximisation).
    """
    p = np.maximum(P[:, np.arange(len(y)), y], SMALLEST_PROBABILITY)
    shares, omega = np.full(len(P), 1.0 / len(P)), weights / max(weights.sum(), np.finfo(float).tiny)
    for _ in range(ROUNDS_OF_SHARES):
        parts = shares[:, None] * p
        shares = (parts / parts.sum(axis=0)) @ omega
        shares /= shares.sum()
    return shares.tolist()


def shares_of_amounts(output: Array, y: Array, weights: Array) -> list[float]:
    """The shares of groups with the least weighted squared error on rows that they had left out.

    Arguments:
        output: (n_groups, n, 1); y: (n,) amounts; weights: (n,).
    """
    from scipy.optimize import nnls  # whoever predicts does not wait for it

    root = np.sqrt(weights)
    found, _ = nnls((output[:, :, 0] * root).T, y * root)
    total = found.sum()
    return (found / total if total > 0 else np.full(len(output), 1.0 / len(output))).tolist()


def _train_group(
    rows: Rows,
    inputs: TableInputs,
    kind: MemberKind,
    preset: Preset,
    folds: Array,
    n_members: int,
    random: np.random.RandomState,
    classification: bool,
    engine: str,
    precision: str | None,
    callbacks: Sequence[Callback],
) -> tuple[Group, str]:
    layers = inputs.layers
    n_features, n_outputs = sum(layer.n_outputs for layer in layers), rows.Y.shape[1]
    output, loss = ("softmax", "cross_entropy") if classification else ("identity", "half_squared_error")
    network = Network(
        (n_features, *kind.hidden_layer_sizes, n_outputs),
        kind.activation,
        output,
        loss,
        layers,
        scaled=True,
        mixed=True,
    )
    X = inputs.apply(rows.numbers, rows.codes)
    Y = rows.Y.astype(np.float32)
    if kind.label_smoothing:
        Y = (1.0 - kind.label_smoothing) * Y + np.float32(kind.label_smoothing / n_outputs)
    weights = None if rows.weights is None else rows.weights.astype(np.float32)
    data, found = Data(X, Y, weights), engine_named(engine)
    runs, tasks = [], []
    for member in range(n_members):
        trained_on, held_out = _split(folds, member)
        seed = int(random.randint(2**31 - 1))
        parameters = _initial(network, X[trained_on], seed)
        batch_size = kind.rows_a_step(len(trained_on))
        n_epochs = preset.n_epochs(len(trained_on), batch_size)
        recipe = with_precision(_recipe(kind, seed), precision, found, network, batch_size)
        trainer = found.trainer(network, parameters, recipe)
        runs.append(Run(trainer, Stopping(0.0, by_score=len(held_out) > 0)))
        score = _score(found, network, X, rows, held_out, preset.watched if classification else "squared_error")
        tasks.append(
            Task(
                data,
                Plan(n_epochs, batch_size, True, kind.learning_rate, kind.schedule, patience=np.inf),
                np.random.RandomState(seed),
                trained_on,
                score if len(held_out) else None,
                before_epoch=_weakened(trainer, network, recipe, n_epochs),
            )
        )
    train_together(runs, tasks, callbacks, found.epochs)
    group = Group(inputs, network, [run.trainer.parameters for run in runs], [run.history for run in runs])
    return group, found.runs_on(network, recipe, X.dtype)


def _split(folds: Array, member: int) -> tuple[Array, Array]:
    """The numbers of the rows that a member is trained on, and of those that it is chosen by (none: too few rows)."""
    if folds.max() == 0:
        return np.arange(len(folds)), np.arange(0)
    return np.flatnonzero(folds != member), np.flatnonzero(folds == member)


def _initial(network: Network, X: Array, seed: int) -> Parameters:
    random = np.random.default_rng(seed)
    rows = random.permutation(len(X))[:ROWS_FOR_INITIAL]
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


def _score(
    engine: Any, network: Network, X: Array, rows: Rows, held_out: Array, watched: str
) -> Callable[[Parameters], float]:
    X, y = X[held_out], rows.y[held_out]
    weights = None if rows.weights is None else rows.weights[held_out]

    def score(parameters: Parameters) -> float:
        with np.errstate(over="ignore", invalid="ignore"):  # divergence is told by the loss of the next epoch
            costs = COSTS[watched](engine.predict(network, parameters, X).astype(float), y)
        return -float(np.average(costs, weights=weights if weights is not None and weights.any() else None))

    return score


def log_losses(P: Array, y: Array) -> Array:
    """−log of the probability of each row's class, (n,)."""
    return -np.log(np.maximum(P[np.arange(len(y)), y], SMALLEST_PROBABILITY))


#: What a network is watched by: the cost of each held-out row, from Aᴸ and the class or amount.
COSTS: dict[str, Callable[[Array, Array], Array]] = {
    "log_loss": log_losses,
    "error": lambda P, y: (P.argmax(axis=1) != y).astype(float),
    "squared_error": lambda output, y: (output[:, 0] - y) ** 2,
}
