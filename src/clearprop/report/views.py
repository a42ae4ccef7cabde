"""A fitted model as a report sees it, whatever kind it is: its networks, its columns, what it predicts of rows."""

import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from clearprop.estimators.base import MultilayerPerceptron
from clearprop.estimators.encoded_network import EncodedNetwork
from clearprop.estimators.network_on_rows import NetworkOnRows
from clearprop.estimators.table_model import TableModel
from clearprop.estimators.tabular.base import TabularEstimator, plain_target
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network, Parameters
from clearprop.report.held_out import held_out_of_perceptron, held_out_of_tabular
from clearprop.tables import TableError, amounts_of, codes_of, fingerprint, split_target, to_table
from clearprop.tables.arrow_values import arrow_array
from clearprop.tables.column_checks import check_present
from clearprop.training import History

#: Holds the numbers of the rows while others are dropped.
_ROW = "\ufdd0row"


@dataclass(frozen=True)
class NetworkKind:
    """The networks of one kind.

    Arguments:
        name: what they are, in a few words.
        network: sizes and layers; parameters, histories: of each member.
        share: of the kind in the prediction.
    """

    name: str
    network: Network
    parameters: tuple[Parameters, ...]
    histories: tuple[History, ...]
    share: float = 1.0


@dataclass(frozen=True, eq=False)
class GivenRows:
    """Rows with what is to be predicted of them.

    Arguments:
        features: n rows, without the target.
        y: (n,) class codes (−1: a class that training never saw) or amounts; None: no target is known.
        numbers: (n,) their numbers in what was given, from 1.
        raw: the rows and targets as the model itself takes them.
    """

    features: pa.Table
    y: Array | None
    numbers: Array
    raw: tuple[Any, Any]

    def taken(self, places: Array) -> "GivenRows":
        """Some of the rows, by their places from 0."""
        X, y = self.raw
        y = None if y is None else y[places]
        X = X.take(arrow_array(places)) if isinstance(X, pa.Table) else X[places]
        of_rows = None if self.y is None else self.y[places]
        return GivenRows(self.features.take(arrow_array(places)), of_rows, self.numbers[places], (X, y))


class View(ABC):
    """A model for a report.

    `classes` are those in the order of the codes, None for amounts; `target` is the name of what is predicted, "" where
    it has none; `measured` says why nothing can be measured of it, if so.
    """

    model: Any
    target: str
    classes: tuple[str, ...] | None

    @property
    @abstractmethod
    def estimator(self) -> Any:
        """What was trained."""

    @abstractmethod
    def kinds(self) -> list[NetworkKind]:
        """The networks of each kind, the one that counts most first."""

    @abstractmethod
    def record(self) -> dict[str, Any]:
        """How training went."""

    @abstractmethod
    def given(self, table: Any, y: Any, source: str) -> GivenRows:
        """Rows and targets, checked."""

    @abstractmethod
    def output(self, features: pa.Table) -> Array:
        """Probabilities (n, n_classes), or amounts (n,)."""

    def decided(self, output: Array) -> Array:
        """The class codes that are predicted, (n,), from probabilities."""
        return output.argmax(axis=1)

    @abstractmethod
    def held_out(self, rows: GivenRows) -> Array | None:
        """What training rows were predicted by networks that had not seen them; NaN where all had; None: nothing."""

    @abstractmethod
    def on(self, rows: GivenRows) -> NetworkOnRows:
        """The network that is explained, on rows."""

    def knows(self, rows: GivenRows) -> bool | None:
        """Whether these are the rows that it was trained on; None: it is not known."""
        known, encoder = self.fingerprint, self.encoder
        if known is None or encoder is None:
            return None
        names = [name for name, _, _ in encoder.describe()]  # others may have been added since
        return set(names) <= set(rows.features.column_names) and known == fingerprint(rows.features.select(names))

    @property
    def fingerprint(self) -> str | None:
        """Of the training table."""
        return getattr(self.estimator, "fingerprint_", None)

    @property
    def encoder(self) -> Any:
        """From columns to numbers; None: rows are a matrix already."""
        return None

    def shown_output(self, output: Array) -> str:
        """Aᴸ of one row, (n_L,), as what it predicts."""
        if self.classes is None:
            return f"{float(output[0]):.6g}"
        return self.classes[int(output[0] > 0.5) if len(output) == 1 else int(output.argmax())]

    @property
    def obstacle(self) -> str | None:
        """Why nothing can be measured of it: a key of the catalogs; None: it can."""
        return None


def view_of(model: Any) -> View:
    """Return a model as a report sees it.

    Raises:
        ValueError: what is no fitted model of Clearprop.
    """
    match model:
        case TableModel():
            return TableModelView(model)
        case TabularEstimator() if model.__sklearn_is_fitted__():
            return TabularView(model)
        case MultilayerPerceptron() if model._n_trained:
            return MatrixView(model)
    what = f"the class {model.__name__}" if isinstance(model, type) else type(model).__name__
    fitted = " that is not fitted" if isinstance(model, TabularEstimator | MultilayerPerceptron) else ""
    raise ValueError(
        f"model: a fitted estimator of clearprop or the path of a model file is needed; got {what}{fitted}"
    )


class TableModelView(View):
    """A model of the command line, which knows its columns and its target."""

    def __init__(self, model: TableModel) -> None:
        self.model, self.target = model, model.target
        self.classes = None if model.labels is None else tuple(map(str, model.labels))

    @property
    def estimator(self) -> Any:
        """What was trained."""
        return self.model.estimator

    @property
    def encoder(self) -> Any:
        """From columns to numbers."""
        return self.model.encoder

    @property
    def fingerprint(self) -> str | None:
        """Of the training table."""
        return self.model.record.get("fingerprint")

    def kinds(self) -> list[NetworkKind]:
        """The networks of each kind."""
        return _kinds_of(self.estimator)

    def record(self) -> dict[str, Any]:
        """How training went."""
        return self.model.record

    def given(self, table: Any, y: Any, source: str) -> GivenRows:
        """Rows and targets, checked; rows without a target are left out where others have one."""
        if y is not None:
            raise ValueError(f"y: a table model takes the targets from the table's own column, {self.target!r}")
        table = to_table(table)
        if not table.num_rows:
            raise TableError("has no rows; at least one is needed", source=source)
        check_present([name for name, _, _ in self.encoder.describe()], table.column_names, source)
        if self.target not in table.column_names or table[self.target].null_count == table.num_rows:
            features = table.drop_columns([self.target]) if self.target in table.column_names else table
            return GivenRows(features, None, np.arange(1, table.num_rows + 1), (features, None))
        marked = table.append_column(_ROW, arrow_array(np.arange(1, table.num_rows + 1)))
        features, values, _ = split_target(marked, self.target, source=source)
        numbers = features[_ROW].to_numpy()
        features = features.drop_columns([_ROW])
        if self.classes is None:
            codes = amounts_of(values, source=source, target=self.target)
        else:
            codes = codes_of(self.model.labels, values)
        whole = features.append_column(self.target, values)
        return GivenRows(features, codes, numbers, (whole, None))

    def output(self, features: pa.Table) -> Array:
        """Probabilities, or amounts."""
        networks = self.model.networks
        return (networks.amounts if self.classes is None else networks.probabilities)(features)

    def decided(self, output: Array) -> Array:
        """The class codes that are predicted."""
        return self.model.networks.classes(output)

    def held_out(self, rows: GivenRows) -> Array | None:
        """What the training rows were predicted by networks that had not seen them."""
        networks = self.model.networks
        if not isinstance(networks, EncodedNetwork):
            return held_out_of_tabular(self.estimator)
        found = held_out_of_perceptron(self.estimator, networks.encoder.transform(rows.features))
        return found if found is None or self.classes is not None else found * networks.scale + networks.centre

    def on(self, rows: GivenRows) -> NetworkOnRows:
        """The network that is explained, on rows."""
        return self.model.network_on_rows(rows.raw[0])

    def shown_output(self, output: Array) -> str:
        """Aᴸ of one row as what it predicts."""
        networks = self.model.networks
        if self.classes is None and isinstance(networks, EncodedNetwork):
            output = output * networks.scale + networks.centre
        elif self.classes is None:
            output = networks.target_scale.amounts(output[None, :])
        return super().shown_output(output)


class TabularView(View):
    """A tabular estimator by itself: raw columns, and a target beside them."""

    target = ""

    def __init__(self, model: TabularEstimator) -> None:
        self.model = model
        self.classes = tuple(map(str, model.classes_)) if hasattr(model, "classes_") else None

    @property
    def estimator(self) -> Any:
        """What was trained."""
        return self.model

    @property
    def encoder(self) -> Any:
        """From columns to numbers."""
        return self.model.reader_

    def kinds(self) -> list[NetworkKind]:
        """The networks of each kind."""
        return _kinds_of(self.model)

    def record(self) -> dict[str, Any]:
        """How training went."""
        return self.model.training_record()

    def given(self, table: Any, y: Any, source: str) -> GivenRows:
        """Rows and targets, checked."""
        features = self.model._table(table, reset=False)
        if not features.num_rows:
            raise TableError("has no rows; at least one is needed", source=source)
        raw = None if y is None else np.asarray(plain_target(y))
        return GivenRows(features, _codes(self.model, raw), np.arange(1, features.num_rows + 1), (features, raw))

    def output(self, features: pa.Table) -> Array:
        """Probabilities, or amounts."""
        fitted = self.model.fitted_table()
        return (fitted.amounts if self.classes is None else fitted.probabilities)(features)

    def decided(self, output: Array) -> Array:
        """The class codes that are predicted."""
        return self.model.fitted_table().classes(output)

    def held_out(self, rows: GivenRows) -> Array | None:
        """What the training rows were predicted by networks that had not seen them."""
        return held_out_of_tabular(self.model)

    def on(self, rows: GivenRows) -> NetworkOnRows:
        """The network that is explained, on rows."""
        return self.model.network_on_rows(*rows.raw)

    def shown_output(self, output: Array) -> str:
        """Aᴸ of one row as what it predicts."""
        return super().shown_output(
            self.model.target_scale_.amounts(output[None, :]) if self.classes is None else output
        )


class MatrixView(View):
    """An estimator of matrices by itself: numbers in rows, and a target beside them."""

    target = ""

    def __init__(self, model: MultilayerPerceptron) -> None:
        self.model = model
        labels = getattr(model, "_labels", None)
        self._is_multilabel = labels is not None and labels.kind == "multilabel-indicator"
        self.classes = tuple(map(str, model.classes_)) if hasattr(model, "classes_") else None

    @property
    def estimator(self) -> Any:
        """What was trained."""
        return self.model

    @property
    def names(self) -> list[str]:
        """The names of the columns: x1, x2, ... where they have none."""
        n = self.model.n_features_in_
        return [str(name) for name in getattr(self.model, "feature_names_in_", (f"x{k + 1}" for k in range(n)))]

    @property
    def obstacle(self) -> str | None:
        """Several targets at once are not measured."""
        several = self._is_multilabel or (self.classes is None and self.model.n_outputs_ > 1)
        return "report.several_targets" if several else None

    def kinds(self) -> list[NetworkKind]:
        """The networks of each kind."""
        return _kinds_of(self.model)

    def record(self) -> dict[str, Any]:
        """How training went."""
        model, history = self.model, self.model.history_
        best = getattr(model, "best_validation_score_", None)
        default = "accuracy" if self.classes else "R²"
        return {
            "epochs": len(history),
            "best_epoch": history.best_epoch,
            "held_out_score": None if best is None else str(model.scoring or default),
            "best_held_out_score": best,
            "stopped_because": history.stopped_because,
            "engine": model.engine_,
        }

    def given(self, table: Any, y: Any, source: str) -> GivenRows:
        """Rows and targets, checked."""
        raw = None if y is None else np.asarray(plain_target(y))
        X = self.model.network_on_rows(table, raw).X
        features = pa.table([arrow_array(np.ascontiguousarray(column)) for column in X.T], names=self.names)
        codes = None if self.obstacle else _codes(self.model, raw)
        return GivenRows(features, codes, np.arange(1, len(X) + 1), (X, raw))

    def output(self, features: pa.Table) -> Array:
        """Probabilities, or amounts."""
        X = np.stack([column.to_numpy() for column in features.columns], axis=1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # names that are known are not given again
            return self.model.predict(X) if self.classes is None else self.model.predict_proba(X)

    def held_out(self, rows: GivenRows) -> Array | None:
        """What the training rows were predicted by networks that had not seen them."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            return held_out_of_perceptron(self.model, np.asarray(rows.raw[0], float))

    def on(self, rows: GivenRows) -> NetworkOnRows:
        """The network that is explained, on rows."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            return self.model.network_on_rows(*rows.raw)


def _codes(model: Any, y: Array | None) -> Array | None:
    """Class codes of targets, −1 where the class is unknown; amounts as they are."""
    if y is None:
        return None
    if not hasattr(model, "classes_"):
        return y.astype(float).reshape(len(y))
    places = {label: code for code, label in enumerate(model.classes_.tolist())}
    return np.array([places.get(label, -1) for label in y.reshape(len(y)).tolist()])


def _kinds_of(estimator: Any) -> list[NetworkKind]:
    if isinstance(estimator, MultilayerPerceptron):
        networks = estimator._fitted_networks()
        first = networks[0].network_
        name = f"{'-'.join(map(str, first.sizes))} {'/'.join(dict.fromkeys(first.hidden_names))}".strip()
        parameters, histories = zip(*((one.parameters_, one.history_) for one in networks), strict=True)
        return [NetworkKind(name, first, parameters, histories)]
    return sorted(_tabular_kinds(estimator.groups_), key=lambda kind: -kind.share)


def _tabular_kinds(groups: Sequence[Any]) -> Iterator[NetworkKind]:
    """The groups of each name as one kind: networks of one kind may read a table each in its own way."""
    for name in dict.fromkeys(group.name for group in groups):
        alike = [group for group in groups if group.name == name]
        parameters = tuple(one for group in alike for one in group.parameters)
        histories = tuple(one for group in alike for one in group.histories)
        share = sum(group.share for group in alike)
        yield NetworkKind(name, alike[0].network, parameters, histories, share)
