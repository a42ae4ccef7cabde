"""A raw table in, predictions out: networks, what the target means, and how they were trained, as one model."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from clearprop.engines import native
from clearprop.estimators.classifier import MLPClassifier
from clearprop.estimators.encoded_network import EncodedNetwork
from clearprop.estimators.network_on_rows import NetworkOnRows
from clearprop.estimators.own_network import train_own_network
from clearprop.estimators.regressor import MLPRegressor
from clearprop.estimators.reported import Reported
from clearprop.estimators.table_predictor import TableNetworks, TablePredictor
from clearprop.estimators.table_task import TableTask
from clearprop.estimators.tabular.classifier import TabularClassifier
from clearprop.estimators.tabular.regressor import TabularRegressor
from clearprop.mathematics.arrays import Array
from clearprop.tables import FeatureReader, TableError, amounts_of, codes_of, split_target, to_table
from clearprop.tables.column_checks import check_present
from clearprop.training import Epoch

if TYPE_CHECKING:
    from clearprop.derivation.gradient_checks import GradientCheck
    from clearprop.derivation.working import Worked

Estimator = TabularClassifier | TabularRegressor | MLPClassifier | MLPRegressor
Trained = tuple[TableNetworks, Estimator, dict[str, Any]]

#: Arguments of the networks of a preset alone; `BOTH` are of a network of one's own, too.
OF_A_PRESET = ("preset", "schema", "n_folds", "max_epochs", "calibrate", "decision")
BOTH = ("class_weight", "precision", "engine", "callbacks", "random_state")


@dataclass
class TableModel(Reported, TablePredictor):
    """Networks for raw tables: columns are encoded, the target is decoded, and the training is on record.

    Arguments:
        networks, target, labels, record: see `TablePredictor`, which predicts.
        estimator: what was trained: on the table for a preset, on the matrix of the encoder for a network of one's own.

    Example:
        >>> table = {"x": [0.0, 1.0, 2.0, 3.0] * 25, "kind": ["small", "small", "large", "large"] * 25}
        >>> model = TableModel.fit(table, "kind", preset="fast")
        >>> model.predict({"x": [0.5, 2.5]}).to_pylist(), model.record["rows"]
        (['small', 'large'], 100)
    """

    estimator: Estimator

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
        """Train on a table: the networks of a preset, or, where an argument of one is given, a network of one's own.

        Arguments:
            table: anything that `clearprop.tables.to_table` takes.
            target: the target column's name; rows where it is missing are dropped and counted.
            source: the table's name, for messages and the record.
            task: "classification", "regression", or "auto": regression if the target looks like an amount.
            say: is given each line about what is going to be trained on what.
            arguments: of `TabularClassifier` or `TabularRegressor`; or of `MLPClassifier` or `MLPRegressor`, in place
                of `own_network.DEFAULTS`.

        Raises:
            TableError: the table or the target cannot be used.
            ValueError: an argument that does not fit, or arguments of both.
            DivergenceError: a loss was not finite.
        """
        began = time.perf_counter()
        train = train_own_network if _asks_for_own_network(arguments) else _train_preset
        asked = TableTask.of(table, target, task, source=source, say=say)
        say(asked.headline())
        if native.why_not:
            say(f"  {native.why_not}; training is slower without it")
        networks, estimator, record = train(asked, {"random_state": 0, **arguments})
        record = {**asked.record(), **record, "seconds": time.perf_counter() - began}
        return cls(networks, target, asked.labels, record, estimator)

    def work(self, table: Any, *, source: str = "table", **options: Any) -> "Worked":
        """Work one training step on the rows of a table out, with every number: see `clearprop.work`.

        Where the table has no target, or nothing in its column, what the model predicts is taken as if it were true.

        Raises:
            TableError: as `predict`; a target that training never saw.
        """
        X, y = self._rows_and_targets(table, source)
        return self.estimator.work(X, y, **{**self._names(), **options})

    def network_on_rows(self, table: Any, *, source: str = "table") -> NetworkOnRows:
        """One network of the model on the rows of a table as it takes them; targets as for `work`.

        Raises:
            TableError: as `predict`; a target that training never saw.
        """
        X, y = self._rows_and_targets(table, source)
        on, names = self.estimator.network_on_rows(X, y), self._names()
        return replace(on, input_names=names.get("input_names", on.input_names), output_names=names["output_names"])

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

    def _rows_and_targets(self, table: Any, source: str) -> tuple[Any, Array | None]:
        """Return rows and targets as the estimator takes them; for targets None where the table has none."""
        table = to_table(table)
        has_target = self.target in table.column_names and table[self.target].null_count < table.num_rows
        y = self._targets(table, source) if has_target else None
        if isinstance(self.networks, EncodedNetwork):
            return self.networks.encoder.transform(table, source=source).astype(np.float64), y
        names = [str(name) for name in self.estimator.feature_names_in_]
        check_present(names, table.column_names, source)
        return table.select(names), y  # other columns may have been added since

    def _names(self) -> dict[str, tuple[str, ...]]:
        """Return the names of the inputs, where the estimator was trained on a matrix, and of the outputs."""
        if self.labels is None:
            outputs: tuple[str, ...] = (self.target,)
        else:
            one_output = len(self.labels) == 2 and isinstance(self.networks, EncodedNetwork)
            outputs = tuple(str(label) for label in (self.labels[1:] if one_output else self.labels))
        if isinstance(self.networks, EncodedNetwork):
            return {"input_names": tuple(self.networks.encoder.feature_names), "output_names": outputs}
        return {"output_names": outputs}

    def _targets(self, table: pa.Table, source: str) -> Array:
        """Return the target column as the estimator was trained on it: class codes, or amounts."""
        _, values, dropped = split_target(table, self.target, source=source)
        if dropped:
            raise TableError("the target is missing; leave the column out to take the prediction", source=source)
        if self.labels is None:
            y = amounts_of(values, source=source, target=self.target)
            return self.networks.standardised(y) if isinstance(self.networks, EncodedNetwork) else y
        codes = codes_of(self.labels, values)
        if (codes < 0).any():
            unknown = values[int(np.argmax(codes < 0))].as_py()
            known = ", ".join(str(label) for label in self.labels)
            raise TableError(f"{unknown!r} is not a class of the model: {known}", source=source, column=self.target)
        return codes


def own_arguments(arguments: Iterable[str]) -> list[str]:
    """Those of some arguments that ask for a network of one's own.

    >>> own_arguments(["preset", "dropout", "precision"])
    ['dropout']
    """
    return [name for name in arguments if name not in (*OF_A_PRESET, *BOTH)]


def _asks_for_own_network(arguments: dict[str, Any]) -> bool:
    """Whether an argument is of a network of one's own; ValueError where another one is of a preset."""
    own = own_arguments(arguments)
    preset = [name for name in arguments if name in OF_A_PRESET]
    if own and preset:
        raise ValueError(
            f"The {preset[0]!r} parameter of TableModel is for the networks of a preset, but the {own[0]!r} parameter "
            "of TableModel asks for a network of your own. Leave one out."
        )
    return bool(own)


def _train_preset(task: TableTask, arguments: dict[str, Any]) -> Trained:
    """Train the networks of a preset; what predicts from the table, the estimator, and its record."""
    callbacks = [*(arguments.get("callbacks") or ()), _Notes(task.say)]
    settings = {**arguments, "callbacks": callbacks}
    if (schema := arguments.get("schema")) is not None:  # one of the whole table, perhaps
        settings["schema"] = schema.without(task.target)
    if isinstance(costs := arguments.get("decision"), dict):
        settings["decision"] = {tuple(map(task.code_of, pair)): cost for pair, cost in costs.items()}
    estimator = (TabularRegressor if task.labels is None else TabularClassifier)(**settings)
    estimator._source = task.source
    estimator.fit(task.features, task.y)
    estimator.set_params(callbacks=None)
    return estimator.fitted_table(), estimator, estimator.training_record()


@dataclass(frozen=True)
class _Notes:
    """A callback that says what was decided of the columns, before the training."""

    say: Callable[[str], None]

    def on_columns(self, reader: FeatureReader) -> None:
        """Say one line for each decision that a person should know of."""
        for note in reader.notes:
            self.say(f"  {note}")

    def __call__(self, epoch: Epoch) -> None:
        """Say nothing of an epoch."""
