"""A raw table in, predictions out: an encoder, an estimator and what the target means, as one model."""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from sklearn import metrics
from sklearn.exceptions import ConvergenceWarning

from clearprop.engines import engine_named
from clearprop.estimators.classifier import MLPClassifier
from clearprop.estimators.regressor import MLPRegressor
from clearprop.mathematics.arrays import Array
from clearprop.tables import TableEncoder, TableError, class_labels, looks_continuous, split_target, to_table
from clearprop.tables.canonical import canonical_text, canonical_texts
from clearprop.tables.errors import counted
from clearprop.tables.measures import finite_numbers, measure_of

if TYPE_CHECKING:
    from clearprop.derivation.gradient_checks import GradientCheck
    from clearprop.derivation.working import Worked

Label = str | int | float | bool

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
class TableModel:
    """A network for raw tables: columns are encoded, the target is decoded, and the training is on record.

    Arguments:
        encoder: from columns to a matrix.
        estimator: trained on the matrix and on class codes (or the standardised target).
        target: the target column's name.
        labels: the classes in the order of the codes; None for regression.
        centre, scale: the regression target is (network output) · scale + centre.
        record: how the model was trained: rows, rows dropped, seconds, epochs, why it ended, ...

    Example:
        >>> table = {"x": [0.0, 1.0, 2.0, 3.0] * 25, "kind": ["small", "small", "large", "large"] * 25}
        >>> model = TableModel.fit(table, "kind", learning_rate_init=0.05)
        >>> model.predict({"x": [0.5, 2.5]}).to_pylist(), model.record["rows"]
        (['small', 'large'], 100)
    """

    encoder: TableEncoder
    estimator: MLPClassifier | MLPRegressor
    target: str
    labels: list[Label] | None
    centre: float
    scale: float
    record: dict[str, Any]

    @property
    def task(self) -> str:
        """What the model does: classification or regression."""
        return "regression" if self.labels is None else "classification"

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

    def overview(self) -> dict[str, Any]:
        """Say what the model is, in a few names and values."""
        network = self.estimator.network_
        return {
            "task": self.task,
            "target": self.target,
            "classes": None if self.labels is None else ", ".join(str(label) for label in self.labels),
            "network": "-".join(str(size) for size in network.sizes),
            "hidden_activation": network.hidden if isinstance(network.hidden, str) else ", ".join(network.hidden),
            "output_and_loss": f"{network.output}, {network.loss}",
            "parameters": network.n_parameters,
        }

    def describe(self) -> dict[str, Any]:
        """Say all there is to know of the model but its numbers, as plain values."""
        columns = [{"name": name, "kind": kind, "summary": text} for name, kind, text in self.encoder.describe()]
        labels = {"labels": self.labels}
        return {**self.overview(), **labels, "columns": columns, "notes": self.encoder.notes, "training": self.record}

    def summary(self) -> str:
        """Say in two lines which network was trained and how training ended."""
        about, record = self.overview(), self.record
        best, score = record["best_held_out_score"], ""
        if best is not None:
            score = f"; best held-out {record['held_out_score']} {best:.4f} at epoch {record['best_epoch']}"
        return (
            f"Network {about['network']} ({about['hidden_activation']}; {about['output_and_loss']}), "
            f"{about['parameters']:,} parameters, engine {record['engine']}\n"
            f"Trained {record['epochs']} epochs in {record['seconds']:.1f} s{score}. {record['stopped_because']}"
        )

    def predict(self, table: Any, *, source: str = "table") -> pa.Array:
        """Predict one label (or amount) a row, in the rows' order.

        Raises:
            TableError: the table lacks a column, or has text where numbers were.
        """
        return self._decoded(self._output(table, source))

    def predict_proba(self, table: Any, *, source: str = "table") -> Array:
        """Predict the classes' probabilities, (n, n_classes), in the order of `labels`.

        Raises:
            TableError: as `predict`; the model is a regression.
        """
        if self.labels is None:
            raise TableError(f"probabilities are for classes, but the model predicts an amount ({self.target!r})")
        return self._output(table, source)

    def predict_table(self, table: Any, *, source: str = "table", probabilities: bool = False) -> pa.Table:
        """Predict as a table: the column `prediction`, and `probability_<class>` for each class if asked for."""
        output = self.predict_proba(table, source=source) if probabilities else self._output(table, source)
        columns = {"prediction": self._decoded(output)}
        if probabilities and self.labels is not None:
            columns |= {f"probability_{label}": pa.array(output[:, j]) for j, label in enumerate(self.labels)}
        return pa.table(columns)

    def evaluate(self, table: Any, *, source: str = "table") -> dict[str, Any]:
        """Measure the predictions on a table that has the target, beside a baseline that knows the target alone.

        Raises:
            TableError: as `predict`; there is no target column.
        """
        features, values, dropped = split_target(to_table(table), self.target, source=source)
        counts = {"rows": len(values), "rows_dropped": dropped}
        output = self._output(features, source)
        if self.labels is None:
            return counts | self._regression_measures(_numbers(values, source, self.target), output)
        return counts | self._classification_measures(values, output)

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
            return (_numbers(values, source, self.target) - self.centre) / self.scale
        codes = _codes_of(self.labels, values)
        if (codes < 0).any():
            unknown = values[int(np.argmax(codes < 0))].as_py()
            known = ", ".join(str(label) for label in self.labels)
            raise TableError(f"{unknown!r} is not a class of the model: {known}", source=source, column=self.target)
        return codes

    def _output(self, table: Any, source: str) -> Array:
        X = self.encoder.transform(table, source=source)
        if not len(X):
            raise TableError("has no rows; at least one is needed", source=source)
        if self.labels is None:
            # In float32, a small spread around a large centre would be lost.
            return self.estimator.predict(X).astype(np.float64) * self.scale + self.centre
        return self.estimator.predict_proba(X)

    def _decoded(self, output: Array) -> pa.Array:
        if self.labels is None:
            return pa.array(output)
        return pa.array(self.labels).take(pa.array(output.argmax(axis=1)))

    def _regression_measures(self, y: Array, predicted: Array) -> dict[str, Any]:
        return {
            "root_mean_squared_error": float(metrics.root_mean_squared_error(y, predicted)),
            "mean_absolute_error": float(metrics.mean_absolute_error(y, predicted)),
            "r2": float(metrics.r2_score(y, predicted)) if len(y) > 1 else None,
            "baseline_root_mean_squared_error": float(np.sqrt(np.mean((y - self.centre) ** 2))),
        }

    def _classification_measures(self, values: pa.Array, probabilities: Array) -> dict[str, Any]:
        assert self.labels is not None
        codes = _codes_of(self.labels, values)
        known, predicted = codes >= 0, probabilities.argmax(axis=1)
        measures: dict[str, Any] = {
            "accuracy": float(np.mean(predicted == codes)),
            "majority_class_accuracy": float(np.mean(codes == self.labels.index(self.record["commonest_class"]))),
            "log_loss": None,
            "auc": None,
            "rows_of_unknown_class": int(np.sum(~known)),
        }
        if known.any():
            p, every = probabilities[known].astype(np.float64), list(range(len(self.labels)))
            p /= p.sum(axis=1, keepdims=True)
            measures["log_loss"] = float(metrics.log_loss(codes[known], p, labels=every))
            if len(np.unique(codes[known])) == len(every):
                score = p[:, 1] if len(every) == 2 else p
                measures["auc"] = float(metrics.roc_auc_score(codes[known], score, multi_class="ovr", labels=every))
        return measures


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
        "engine": engine_named(estimator.engine).name,
    }


def _codes_of(labels: list[Label], values: pa.Array) -> Array:
    """Return the code of each value's class, −1 where training saw none; "True" of a file is true of another one."""
    texts = [str(text) for text in canonical_texts(pa.array(labels))]
    exact = {text: code for code, text in enumerate(texts)}
    alike = {canonical_text(text): code for code, text in enumerate(texts)}
    found = [str(text) for text in canonical_texts(values)]
    return np.array([exact.get(text, alike.get(canonical_text(text), -1)) for text in found])


def _numbers(values: pa.Array, source: str, target: str) -> Array:
    measure = measure_of(values.type)
    if measure is None or measure.name not in ("numbers", "true/false values"):
        kind = values.type if measure is None else measure.name
        raise TableError(
            f"holds {kind}; regression needs numbers, or ask for classification", source=source, column=target
        )
    return finite_numbers(values, measure, source=source, column=target)


def _encoded_target(
    values: pa.Array, regression: bool, source: str, target: str
) -> tuple[list[Label] | None, Array, float, float]:
    if regression:
        y = _numbers(values, source, target)
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
