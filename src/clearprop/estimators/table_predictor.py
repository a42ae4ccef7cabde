"""What a fitted model of raw tables does but train: without scikit-learn, so that `clearprop predict` is quick."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from clearprop.mathematics.arrays import Array
from clearprop.tables import FeatureReader, TableEncoder, TableError, amounts_of, codes_of, split_target, to_table
from clearprop.tables.arrow_values import arrow_array

Label = str | int | float | bool


class TableNetworks(Protocol):
    """What predicts from a raw table: networks of a preset (`FittedTable`), or a person's own (`EncodedNetwork`)."""

    @property
    def encoder(self) -> TableEncoder | FeatureReader:
        """From columns to numbers."""

    def probabilities(self, table: Any, source: str = "table") -> Array:
        """The probabilities of the classes, (n, n_classes)."""

    def amounts(self, table: Any, source: str = "table") -> Array:
        """The amounts, (n,)."""

    def classes(self, probabilities: Array) -> Array:
        """The codes of the classes that are predicted, (n,)."""

    def overview(self) -> dict[str, Any]:
        """What the networks are, in a few names and values."""

    def headline(self) -> str:
        """What the networks are, in one line."""


@dataclass
class TablePredictor:
    """Fitted networks for raw tables: columns are encoded, the target is decoded, and the training is on record.

    Arguments:
        networks: from a table to probabilities of the classes, or to amounts.
        target: the target column's name.
        labels: the classes in the order of the codes; None for regression.
        record: how the model was trained: rows, rows dropped, seconds, epochs, why it ended, ...

    Example:
        >>> from clearprop.estimators.encoded_network import EncodedNetwork
        >>> from clearprop.estimators.fitted_network import FittedNetwork
        >>> from clearprop.mathematics.network import Network, Parameters
        >>> network = FittedNetwork(Network((1, 2)), Parameters.of([[[-1.0], [1.0]]], [[0.0, 0.0]]))
        >>> encoded = EncodedNetwork(TableEncoder().fit({"x": [0.0, 2.0]}), network)
        >>> model = TablePredictor(encoded, "kind", ["small", "large"], record={})
        >>> model.predict({"x": [0.5, 7]}).to_pylist()
        ['small', 'large']
    """

    networks: TableNetworks
    target: str
    labels: list[Label] | None
    record: dict[str, Any]

    @property
    def encoder(self) -> TableEncoder | FeatureReader:
        """From columns to numbers."""
        return self.networks.encoder

    @property
    def task(self) -> str:
        """What the model does: classification or regression."""
        return "regression" if self.labels is None else "classification"

    def overview(self) -> dict[str, Any]:
        """Say what the model is, in a few names and values."""
        return {
            "task": self.task,
            "target": self.target,
            "classes": None if self.labels is None else ", ".join(str(label) for label in self.labels),
            **self.networks.overview(),
        }

    def describe(self) -> dict[str, Any]:
        """Say all there is to know of the model but its numbers, as plain values."""
        columns = [{"name": name, "kind": kind, "summary": text} for name, kind, text in self.encoder.describe()]
        labels = {"labels": self.labels}
        return {**self.overview(), **labels, "columns": columns, "notes": self.encoder.notes, "training": self.record}

    def summary(self) -> str:
        """Say in two lines which networks were trained and how training ended."""
        record = self.record
        best, score = record["best_held_out_score"], ""
        if best is not None:
            at = "" if record["best_epoch"] is None else f" at epoch {record['best_epoch']}"
            score = f"; held-out {record['held_out_score']} {best:.4f}{at}"
        return (
            f"{self.networks.headline()}, engine {record['engine']}\n"
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
            return counts | table_measures.of_amounts(y, output, self.record["mean_target"])
        codes, predicted = codes_of(self.labels, values), self.networks.classes(output)
        commonest = self.labels.index(self.record["commonest_class"])
        return counts | table_measures.of_classes(codes, output, predicted, commonest)

    def _output(self, table: Any, source: str) -> Array:
        """The probabilities of the classes, (n, n_classes), or the amounts, (n,)."""
        table = to_table(table)
        if not table.num_rows:
            raise TableError("has no rows; at least one is needed", source=source)
        return (self.networks.amounts if self.labels is None else self.networks.probabilities)(table, source)

    def _decoded(self, output: Array) -> pa.Array:
        if self.labels is None:
            return arrow_array(output)
        return arrow_array(self.labels).take(arrow_array(np.asarray(self.networks.classes(output))))
