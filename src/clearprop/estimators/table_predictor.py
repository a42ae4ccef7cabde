"""What a fitted model of raw tables does but train: without scikit-learn, so that `clearprop predict` is quick."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network
from clearprop.tables import TableEncoder, TableError, amounts_of, codes_of, split_target, to_table
from clearprop.tables.arrow_values import arrow_array

Label = str | int | float | bool


class Fitted(Protocol):
    """What predicts from a matrix: an estimator, or a `FittedNetwork`, whose predictions are the same."""

    network_: Network

    def predict(self, X: Any) -> Any:
        """Predict the targets of the rows of X, (n, n_0)."""

    def predict_proba(self, X: Any) -> Array:
        """Predict the probabilities of the classes, (n, n_classes)."""


@dataclass
class TablePredictor:
    """A fitted network for raw tables: columns are encoded, the target is decoded, and the training is on record.

    Arguments:
        encoder: from columns to a matrix.
        estimator: from the matrix to probabilities of the classes, or to the standardised target.
        target: the target column's name.
        labels: the classes in the order of the codes; None for regression.
        centre, scale: the regression target is (network output) · scale + centre.
        record: how the model was trained: rows, rows dropped, seconds, epochs, why it ended, ...

    Example:
        >>> from clearprop.estimators.fitted_network import FittedNetwork
        >>> from clearprop.mathematics.network import Parameters
        >>> network = FittedNetwork(Network((1, 2)), Parameters.of([[[-1.0], [1.0]]], [[0.0, 0.0]]))
        >>> encoder = TableEncoder().fit({"x": [0.0, 2.0]})
        >>> model = TablePredictor(encoder, network, "kind", ["small", "large"], 0.0, 1.0, record={})
        >>> model.predict({"x": [0.5, 7]}).to_pylist()
        ['small', 'large']
    """

    encoder: TableEncoder
    estimator: Fitted
    target: str
    labels: list[Label] | None
    centre: float
    scale: float
    record: dict[str, Any]

    @property
    def task(self) -> str:
        """What the model does: classification or regression."""
        return "regression" if self.labels is None else "classification"

    def overview(self) -> dict[str, Any]:
        """Say what the model is, in a few names and values."""
        network, members = self.estimator.network_, len(getattr(self.estimator, "members_", ()))
        return {
            "task": self.task,
            "target": self.target,
            "classes": None if self.labels is None else ", ".join(str(label) for label in self.labels),
            "network": "-".join(str(size) for size in network.sizes),
            "hidden_activation": network.hidden if isinstance(network.hidden, str) else ", ".join(network.hidden),
            "output_and_loss": f"{network.output}, {network.loss}",
            "parameters": network.n_parameters * max(1, members),
            **({"members": members} if members else {}),
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
        what = f"{about['members']} networks" if "members" in about else "Network"
        return (
            f"{what} {about['network']} ({about['hidden_activation']}; {about['output_and_loss']}), "
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
            columns |= {f"probability_{label}": arrow_array(output[:, j]) for j, label in enumerate(self.labels)}
        return pa.table(columns)

    def evaluate(self, table: Any, *, source: str = "table") -> dict[str, Any]:
        """Measure the predictions on a table that has the target, beside a baseline that knows the target alone.

        Raises:
            TableError: as `predict`; there is no target column.
        """
        from clearprop.estimators import table_measures  # late: it loads scikit-learn

        features, values, dropped = split_target(to_table(table), self.target, source=source)
        counts = {"rows": len(values), "rows_dropped": dropped}
        output = self._output(features, source)
        if self.labels is None:
            y = amounts_of(values, source=source, target=self.target)
            return counts | table_measures.of_amounts(y, output, self.centre)
        codes = codes_of(self.labels, values)
        return counts | table_measures.of_classes(codes, output, self.labels.index(self.record["commonest_class"]))

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
            return arrow_array(output)
        return arrow_array(self.labels).take(arrow_array(output.argmax(axis=1)))
