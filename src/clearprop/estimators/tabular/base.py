"""What the tabular classifier and regressor share: a raw table in, networks of a preset trained, their mean out."""

import os
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from scipy.sparse import issparse

from clearprop.engines import ENGINES
from clearprop.engines.precision import PRECISIONS
from clearprop.estimators.ensemble import reasons_of
from clearprop.estimators.scikit_learn import (
    BaseEstimator,
    Interval,
    StrOptions,
    _check_sample_weight,
    _check_y,
    check_consistent_length,
    check_is_fitted,
    check_random_state,
    column_or_1d,
    validate_data,
)
from clearprop.estimators.tabular.explained import ExplainedNetwork
from clearprop.estimators.tabular.group import FittedTable
from clearprop.estimators.tabular.members import Rows, train_members
from clearprop.estimators.tabular.presets import PRESETS, Preset
from clearprop.mathematics.arrays import Array
from clearprop.tables import FeatureReader, Schema, TableError, fingerprint, to_table

LEAST_ROWS = 2


def plain_target(y: Any) -> Any:
    """Return a target of any library as scikit-learn takes it."""
    if isinstance(y, pa.Array | pa.ChunkedArray):
        return y.to_numpy(zero_copy_only=False) if isinstance(y, pa.Array) else y.to_numpy()
    return y.to_numpy() if hasattr(y, "to_numpy") else y


class TrainingTable(NamedTuple):
    """A table and target as they are trained on: rows of weight 0 are left out, as though they had not been given.

    Arguments:
        table: of the n rows that count; y: (n,) their targets; weights: (n,), None where all are the same.
        counted: (n_given,) which of the given rows these are.
    """

    table: pa.Table
    y: Array
    weights: Array | None
    counted: Array

    def of_given_rows(self, of_counted: Array) -> Array:
        """An array (n, ...) with a place for each given row, (n_given, ...): NaN where the row does not count."""
        spread = np.full((len(self.counted), *of_counted.shape[1:]), np.nan)
        spread[self.counted] = of_counted
        return spread


class TabularEstimator(ExplainedNetwork, BaseEstimator):
    """See `TabularClassifier` and `TabularRegressor`."""

    _source = "table"  # what messages call the table that is trained on
    _held_out_measure: str  # what `held_out_loss_` is

    _parameter_constraints: dict = {
        "preset": [StrOptions(set(PRESETS)), Preset],
        "schema": [Schema, None],
        "n_folds": [Interval(Integral, 1, None, closed="left"), None],
        "max_epochs": [Interval(Integral, 1, None, closed="left"), None],
        "precision": [StrOptions(set(PRECISIONS)), None],
        "engine": [StrOptions({"auto", "native", *ENGINES})],
        "callbacks": [list, tuple, None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        preset="default",
        *,
        schema=None,
        n_folds=None,
        max_epochs=None,
        precision="float32",
        engine="auto",
        callbacks=None,
        random_state=None,
    ) -> None:
        self.preset = preset
        self.schema = schema
        self.n_folds = n_folds
        self.max_epochs = max_epochs
        self.precision = precision
        self.engine = engine
        self.callbacks = callbacks
        self.random_state = random_state

    def asked_preset(self) -> Preset:
        """The preset with what else was asked for."""
        self._validate_params()  # not only `fit` asks
        preset = self.preset if isinstance(self.preset, Preset) else PRESETS[self.preset]
        asked = {name: getattr(self, name) for name in ("n_folds", "max_epochs")}
        return preset.asked(**{name: value for name, value in asked.items() if value is not None})

    # ---- training ----

    def _training_rows(self, X: Any, y: Any, sample_weight: Any) -> tuple[TrainingTable, Rows]:
        """Learn what columns and target are; the rows that count, as they were given and as they are trained on."""
        raise NotImplementedError

    def _training_table(self, X: Any, y: Any, sample_weight: Any, *, numeric: bool = False) -> TrainingTable:
        """Check table, target and weights, and keep the rows that count."""
        y = plain_target(y)
        if y is None:
            raise ValueError(f"{type(self).__name__} requires y to be passed, but the target y is None.")
        table = self._table(X, reset=True)
        if not table.num_columns:
            raise TableError("has no column to learn from; at least one is needed", source=self._source)
        check_consistent_length(table.column(0), y)
        self.fingerprint_ = fingerprint(table)
        y = _check_y(column_or_1d(y, warn=True), y_numeric=numeric)
        weights = self._row_weights(sample_weight, y)
        counted = np.ones(len(y), bool)
        if weights is not None and not weights.all():
            counted = weights > 0.0
            table, y, weights = table.filter(pa.array(counted)), y[counted], weights[counted]
        if table.num_rows < LEAST_ROWS:
            of_weight = "" if counted.all() else " of a weight above 0"
            raise ValueError(f"X: n_samples={table.num_rows}{of_weight}; at least {LEAST_ROWS} rows are needed")
        return TrainingTable(table, y, weights, counted)

    def _rows(self, table: pa.Table, y: Array, Y: Array, weights: Array | None) -> Rows:
        """Learn what the columns of a table are, say so to callbacks that ask, and read them."""
        self.schema_ = Schema.infer(table, given=self.schema, source=self._source)
        self.reader_ = FeatureReader(self.schema_).fit(table, source=self._source)
        for callback in self.callbacks or ():
            if hasattr(callback, "on_columns"):
                callback.on_columns(self.reader_)
        features = self.reader_.transform(table, source=self._source)
        return Rows(features.numbers, features.codes, tuple(self.reader_.n_categories), y, Y, weights)

    def _preset_of_kind(self) -> Preset:
        """The preset as this kind of estimator trains it."""
        return self.asked_preset()

    def _train(self, rows: Rows) -> Array:
        """Train on rows; what each was predicted by networks that had not seen it, (n, n_L), NaN where all had."""
        trained = train_members(
            rows,
            self._preset_of_kind(),
            check_random_state(self.random_state),
            engine=self.engine,
            precision=self.precision,
            callbacks=self.callbacks or (),
        )
        self.groups_, self.engine_, self.held_out_loss_ = trained.groups, trained.engine, trained.held_out_loss
        return trained.held_out_output

    def _row_weights(self, sample_weight: Any, y: Array) -> Array | None:
        """The weights of the rows, (n,), None where all are the same."""
        if sample_weight is None:
            return None
        return _check_sample_weight(sample_weight, np.empty((len(y), 0)), dtype=np.float64, ensure_non_negative=True)

    # ---- predicting ----

    def training_record(self) -> dict[str, Any]:
        """How training went, in a few names and plain values."""
        histories = [history for group in self.groups_ for history in group.histories]
        return {
            "preset": self.preset if isinstance(self.preset, str) else self.preset.summary,
            "epochs": max(len(history) for history in histories),
            "best_epoch": None,
            "held_out_score": None if self.held_out_loss_ is None else self._held_out_measure,
            "best_held_out_score": self.held_out_loss_,
            "stopped_because": reasons_of(histories),
            "engine": self.engine_,
        }

    def fitted_table(self) -> FittedTable:
        """What predicts: the reader of columns and the networks, without scikit-learn."""
        check_is_fitted(self)
        learned = {
            name: getattr(self, f"{name}_") for name in ("decision", "target_scale") if hasattr(self, f"{name}_")
        }
        return FittedTable(self.reader_, self.groups_, self.engine, **learned)

    def _table(self, X: Any, *, reset: bool) -> pa.Table:
        """Return X as a table, its names and their number known to scikit-learn."""
        if issparse(X) or not (hasattr(X, "columns") or isinstance(X, pa.Table | dict | str | os.PathLike)):
            X = validate_data(self, X, reset=reset, dtype=None, ensure_all_finite="allow-nan")
            return to_table(X)
        table = X if hasattr(X, "columns") else to_table(X)
        validate_data(self, table, reset=reset, skip_check_array=True)
        return to_table(table)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "groups_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.non_deterministic = False
        return tags
