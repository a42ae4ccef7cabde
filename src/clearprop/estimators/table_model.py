"""A raw table in, predictions out: an encoder, an estimator and what the target means, as one model."""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from clearprop.engines import native
from clearprop.estimators.classifier import MLPClassifier
from clearprop.estimators.regressor import MLPRegressor
from clearprop.estimators.scikit_learn import ConvergenceWarning
from clearprop.estimators.table_predictor import Label, TablePredictor
from clearprop.mathematics.arrays import Array
from clearprop.tables import (
    TableEncoder,
    TableError,
    amounts_of,
    class_labels,
    codes_of,
    looks_continuous,
    split_target,
    to_table,
)
from clearprop.tables.errors import counted

if TYPE_CHECKING:
    from clearprop.derivation.gradient_checks import GradientCheck
    from clearprop.derivation.working import Worked

TOO_FEW = "too few rows, or too few of a class"

TASKS = ("auto", "classification", "regression")

#: What tables are trained with unless the person says otherwise; early stopping watches the log loss, which tells
#: sooner than accuracy that a model has become too sure.
DEFAULTS: dict[str, Any] = {
    "hidden_layer_sizes": (128, 64),
    "learning_rate_init": 1e-3,
    "max_iter": 200,
    "dropout": 0.2,
    "early_stopping": True,
    "n_iter_no_change": 10,
    "tol": 0.0,
    "random_state": 0,
}


@dataclass
class TableModel(TablePredictor):
    """A network for raw tables: columns are encoded, the target is decoded, and the training is on record.

    Arguments:
        estimator: trained on the matrix and on class codes (or the standardised target).
        encoder, target, labels, centre, scale, record: see `TablePredictor`, which predicts.

    Example:
        >>> table = {"x": [0.0, 1.0, 2.0, 3.0] * 25, "kind": ["small", "small", "large", "large"] * 25}
        >>> model = TableModel.fit(table, "kind", learning_rate_init=0.05)
        >>> model.predict({"x": [0.5, 2.5]}).to_pylist(), model.record["rows"]
        (['small', 'large'], 100)
    """

    estimator: MLPClassifier | MLPRegressor

    @classmethod
    def fit(
        cls,
        table: Any,
        target: str,
        *,
        source: str = "table",
        task: str = "auto",
        say: Callable[[str], None] = lambda line: None,
        **arguments: Any,
    ) -> "TableModel":
        """Train on a table.

        Arguments:
            table: anything that `clearprop.tables.to_table` takes.
            target: the target column's name; rows where it is missing are dropped and counted.
            source: the table's name, for messages and the record.
            task: "classification", "regression", or "auto": regression if the target looks like an amount.
            say: is given each line about what is going to be trained on what.
            arguments: of `MLPClassifier` or `MLPRegressor`, in place of `DEFAULTS`.

        Raises:
            TableError: the table or the target cannot be used.
            ValueError: an argument that does not fit.
            DivergenceError: a loss was not finite.
        """
        if task not in TASKS:
            raise ValueError(
                f"The 'task' parameter of TableModel must be among {', '.join(TASKS)}. Got {task!r} instead."
            )
        began = time.perf_counter()
        features, values, dropped = split_target(to_table(table), target, source=source)
        encoder = TableEncoder()
        X = encoder.fit_transform(features, source=source)
        regression = task == "regression" or (task == "auto" and looks_continuous(values))
        labels, y, centre, scale = _encoded_target(values, regression, source, target)
        settings = _settings(arguments, regression)
        estimator = (MLPRegressor if regression else MLPClassifier)(**settings)
        say(_headline(source, len(y), dropped, len(features.column_names), target, labels))
        for note in encoder.notes:
            say(f"  {note}")
        if native.why_not:
            say(f"  {native.why_not}; training is slower without it")
        if estimator.early_stopping and not _can_hold_out(y, labels, estimator.validation_fraction):
            if arguments.get("early_stopping"):
                raise TableError(
                    f"early stopping cannot hold out {TOO_FEW}; leave it out", source=source, column=target
                )
            say(f"  no rows are held out, for there are {TOO_FEW}: the training loss says when to stop")
            estimator.set_params(early_stopping=False)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # how training ended is on record
            estimator.fit(X, y)
        record = {
            "source": source,
            "rows": len(y),
            "rows_dropped": dropped,
            "features": len(encoder.feature_names),
            "commonest_class": None if labels is None else labels[int(np.bincount(y).argmax())],
            **_training_record(estimator),
            "seconds": time.perf_counter() - began,
        }
        return cls(encoder, estimator, target, labels, centre, scale, record)

    def work(self, table: Any, *, source: str = "table", **options: Any) -> "Worked":
        """Work one training step on the rows of a table out, with every number: see `clearprop.work`.

        Where the table has no target, or nothing in its column, what the model predicts is taken as if it were true.

        Raises:
            TableError: as `predict`; a target that training never saw.
        """
        X, y = self._rows_and_targets(table, source)
        names = {"input_names": tuple(self.encoder.feature_names), "output_names": self._output_names()}
        return self.estimator.work(X, y, **{**names, **options})

    def check_gradient(
        self, table: Any = None, y: None = None, *, source: str = "table", **options: Any
    ) -> "GradientCheck":
        """Check every entry of this model's gradients on the rows of a table: see `clearprop.check_gradient`.

        Raises:
            TableError: as `predict`; a target that training never saw.
            ValueError: targets beside the table, which has its own.
        """
        if y is not None:
            raise ValueError(f"Y: a table model takes the targets from the table's own column, {self.target!r}")
        rows = (None, None) if table is None else self._rows_and_targets(table, source)
        return self.estimator.check_gradient(*rows, **options)

    def _rows_and_targets(self, table: Any, source: str) -> tuple[Array, Array | None]:
        """Return rows as numbers and the targets, or None where the table has none."""
        table = to_table(table)
        X = self.encoder.transform(table, source=source).astype(np.float64)
        has_target = self.target in table.column_names and table[self.target].null_count < table.num_rows
        return X, self._targets(table, source) if has_target else None

    def _output_names(self) -> tuple[str, ...]:
        """Return the class of each output, or the target's name."""
        if self.labels is None:
            return (self.target,)
        return tuple(str(label) for label in (self.labels[1:] if len(self.labels) == 2 else self.labels))

    def _targets(self, table: pa.Table, source: str) -> Array:
        """Return the target column as the network was trained on it: class codes, or standardised amounts."""
        _, values, dropped = split_target(table, self.target, source=source)
        if dropped:
            raise TableError("the target is missing; leave the column out to take the prediction", source=source)
        if self.labels is None:
            return (amounts_of(values, source=source, target=self.target) - self.centre) / self.scale
        codes = codes_of(self.labels, values)
        if (codes < 0).any():
            unknown = values[int(np.argmax(codes < 0))].as_py()
            known = ", ".join(str(label) for label in self.labels)
            raise TableError(f"{unknown!r} is not a class of the model: {known}", source=source, column=self.target)
        return codes


def _headline(source: str, n_rows: int, n_dropped: int, n_columns: int, target: str, labels: list[Label] | None) -> str:
    kind = "an amount (for classes, ask for classification)" if labels is None else f"{len(labels)} classes"
    without = f" ({n_dropped:,} more without a target were dropped)" if n_dropped else ""
    return f"{source}: {n_rows:,} rows{without}, {counted(n_columns, 'column')}; to predict: {target!r}, {kind}"


def _training_record(estimator: MLPClassifier | MLPRegressor) -> dict[str, Any]:
    history, best = estimator.history_, getattr(estimator, "best_validation_score_", None)
    return {
        "epochs": len(history),
        "best_epoch": history.best_epoch,
        "held_out_score": None if best is None else estimator.scoring,
        "best_held_out_score": best,
        "stopped_because": history.stopped_because,
        "engine": estimator.engine_,
    }


def _encoded_target(
    values: pa.Array, regression: bool, source: str, target: str
) -> tuple[list[Label] | None, Array, float, float]:
    if regression:
        y = amounts_of(values, source=source, target=target)
        with np.errstate(over="ignore", invalid="ignore"):
            centre, scale = float(y.mean()), float(y.std())
        if not np.isfinite(scale):
            raise TableError("holds numbers too large to square; divide them", source=source, column=target)
        if scale == 0.0:
            raise TableError(f"every target is {centre:g}; two different ones are needed", source=source, column=target)
        return None, (y - centre) / scale, centre, scale
    try:
        labels, codes = class_labels(values)
    except TableError as error:
        raise TableError(error.problem, source=source, column=target) from None
    return labels, codes, 0.0, 1.0


def _settings(arguments: dict[str, Any], regression: bool) -> dict[str, Any]:
    """Fill in the defaults of what was not asked for, and refuse what would be ignored."""
    stochastic = arguments.get("solver") != "lbfgs"
    defaults = {**DEFAULTS, "scoring": "r2" if regression else "neg_log_loss"}
    if not stochastic:
        defaults |= {"dropout": 0.0, "early_stopping": False}
    settings = {**defaults, **arguments}
    if settings["early_stopping"] and not stochastic:
        raise ValueError("The 'early_stopping' parameter of TableModel needs another solver than lbfgs. Leave one out.")
    if "scoring" in arguments and not settings["early_stopping"]:
        raise ValueError("The 'scoring' parameter of TableModel is what early stopping watches. Leave it out without.")
    return settings


def _can_hold_out(y: Array, labels: list[Label] | None, fraction: float) -> bool:
    """Whether a held-out part would have a row of each class, and the rest of the rows as well."""
    n_classes = 2 if labels is None else len(labels)
    least = len(y) if labels is None else int(np.bincount(y).min())
    return int(len(y) * fraction) >= max(2, n_classes) and least >= 2
