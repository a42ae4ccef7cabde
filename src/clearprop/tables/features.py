"""The reader of features: a raw table in, numbers and category codes out, by a schema and what training taught."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pyarrow as pa

from clearprop.tables.column_checks import check_present, checked_table
from clearprop.tables.errors import TableError, shown
from clearprop.tables.feature_kinds import DROPPED, FEATURE_KINDS, KINDS, Feature
from clearprop.tables.raw_column import RawColumn
from clearprop.tables.schema import Schema, fit_feature

_VERSION = 1

#: So many rows are copied at a time, so that a block of all columns stays in the processor's cache.
_BLOCK_ROWS = 4096

#: Fewer rows are read before threads have started.
_ROWS_FOR_THREADS = 50_000


@dataclass(frozen=True)
class Features:
    """A table as a network takes it.

    Args:
        numbers: float64, (n, p); NaN where a cell is missing.
        codes: int32, (n, q); 0 where a cell is missing or a category that training never saw, else 1..k.

    Example:
        >>> Features(np.zeros((2, 3)), np.zeros((2, 0), np.int32)).numbers.shape
        (2, 3)
    """

    numbers: np.ndarray
    codes: np.ndarray


class FeatureReader:
    """Turns raw tables into numbers and category codes; what it knows comes from a schema and the training table.

    Args:
        schema: what each column is.

    Raises:
        TableError: (`fit`, `transform`) a column is missing or a cell cannot be read as its column's kind;
            (`from_dict`) the record is malformed.

    Example:
        >>> people = {"age": [20.0, None, 40.0], "sex": ["male", "female", "male"]}
        >>> reader = FeatureReader(Schema.infer(people)).fit(people)
        >>> features = reader.transform({"sex": ["female", "other"], "age": ["30", None]}, source="new.csv")
        >>> features.numbers.tolist(), features.codes.tolist()
        ([[30.0], [nan]], [[1], [0]])
        >>> reader.number_names, reader.category_names, reader.categories, reader.n_categories
        (['age'], ['sex'], [('female', 'male')], [2])
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._features: list[Feature] = []

    @property
    def number_names(self) -> list[str]:
        """Return the name of each column of `Features.numbers`."""
        return [name for feature in self._features for name in feature.number_names]

    @property
    def category_names(self) -> list[str]:
        """Return the name of each column of `Features.codes`."""
        return [name for feature in self._features for name in feature.category_names]

    @property
    def categories(self) -> list[tuple[str, ...]]:
        """Return, for each column of `Features.codes`, the texts of the codes 1, 2, ..."""
        return [texts for feature in self._features for texts in feature.categories]

    @property
    def n_categories(self) -> list[int]:
        """Return, for each column of `Features.codes`, how many codes there are without the 0."""
        return [len(texts) for texts in self.categories]

    @property
    def notes(self) -> list[str]:
        """Return one line for each decision that a reader should know of: dropped, hashed, missing, strays."""
        remarks = {feature.name: feature.remarks for feature in self._features}
        notes = []
        for column in self.schema.columns:
            if column.kind == DROPPED:
                notes.append(f"column {column.name!r} is dropped: {column.reason or 'the schema says so'}")
            elif remarks.get(column.name):
                notes.append(f"column {column.name!r}: {'; '.join(remarks[column.name])}")
        return notes

    def describe(self) -> list[tuple[str, str, str]]:
        """Return (column, kind, summary) for each column of the schema.

        Raises:
            Nothing.

        Example:
            >>> table = {"x": [1, 3], "y": [2, 2]}
            >>> FeatureReader(Schema.infer(table)).fit(table).describe()
            [('x', 'number', '1 to 3'), ('y', 'dropped', 'every cell is 2')]
        """
        learned = {feature.name: feature.describe() for feature in self._features}
        return [(column.name, column.kind, learned.get(column.name, column.reason)) for column in self.schema.columns]

    def fit(self, table: Any, *, source: str = "table") -> Self:
        """Learn from a training table: categories, the parts of dates that vary, strays among numbers.

        Args:
            table: anything that `to_table` takes.
            source: the table's name, for messages.

        Raises:
            TableError: there are no rows, a column of the schema is missing, two columns share a name, a cell cannot be
                read as its column's kind, or the schema leaves no column.

        Example:
            >>> FeatureReader(Schema.of_kinds({"x": "number"})).fit({"x": [1, "two"]}, source="a.csv")
            Traceback (most recent call last):
            clearprop.tables.errors.TableError: a.csv, column 'x', row 2: holds 'two'; numbers or empty cells are needed
        """
        table = checked_table(table, source)
        if not table.num_rows:
            raise TableError("has no rows; at least two are needed", source=source)
        used = [column for column in self.schema.columns if column.kind != DROPPED]
        check_present([column.name for column in used], table.column_names, source)
        fitted = [fit_feature(c.kind, RawColumn(c.name, table.column(c.name), source)) for c in used]
        if not any(feature.number_names or feature.category_names for feature in fitted):
            raise TableError("no column tells one row from another; one with two values is needed", source=source)
        self._features = fitted
        return self

    def transform(self, table: Any, *, source: str = "table") -> Features:
        """Return a table as numbers and codes; columns may come in any order, and others are ignored.

        Args:
            table: anything that `to_table` takes.
            source: the table's name, for messages.

        Raises:
            TableError: the reader is not fitted, a column is missing, or a cell cannot be read as its column's kind.

        Example:
            >>> reader = FeatureReader(Schema.of_kinds({"x": "number"})).fit({"x": [1, 3]})
            >>> reader.transform({"y": [2]}, source="b.csv")
            Traceback (most recent call last):
            clearprop.tables.errors.TableError: b.csv: column 'x' is missing; the columns there are: 'y'
        """
        if not self._features:
            raise TableError("the reader of features is not fitted; call fit first")
        table = checked_table(table, source)
        check_present([feature.name for feature in self._features], table.column_names, source)
        numbers: list[np.ndarray] = []
        codes: list[np.ndarray] = []
        for more_numbers, more_codes in self._read_all(table, source):
            numbers += more_numbers
            codes += more_codes
        n_rows = table.num_rows
        return Features(_side_by_side(numbers, n_rows, np.float64), _side_by_side(codes, n_rows, np.int32))

    def _read_all(self, table: pa.Table, source: str) -> Iterable[tuple[list[np.ndarray], list[np.ndarray]]]:
        """Return the numbers and codes of each column, in order; large tables are read by as many threads as Arrow."""

        def read(feature: Feature) -> tuple[list[np.ndarray], list[np.ndarray]]:
            return feature.read(table.column(feature.name), source=source)

        if table.num_rows < _ROWS_FOR_THREADS or pa.cpu_count() < 2:
            return map(read, self._features)
        with ThreadPoolExecutor(pa.cpu_count()) as threads:
            return list(threads.map(read, self._features))

    def to_dict(self) -> dict[str, Any]:
        """Return all that was learned as plain values; JSON holds them exactly.

        Raises:
            Nothing.

        Example:
            >>> import json
            >>> reader = FeatureReader(Schema.of_kinds({"x": "number"})).fit({"x": [1.0, 2.5, 7.1]})
            >>> again = FeatureReader.from_dict(json.loads(json.dumps(reader.to_dict())))
            >>> again.to_dict() == reader.to_dict()
            True
        """
        features = [feature.to_dict() for feature in self._features]
        return {"version": _VERSION, "schema": self.schema.to_dict(), "features": features}

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Self:
        """Return the reader that `to_dict` described.

        Args:
            record: what `to_dict` gave, perhaps after a trip through JSON.

        Raises:
            TableError: the record is malformed or of a newer version.

        Example:
            >>> FeatureReader.from_dict({"version": 1, "schema": {}})
            Traceback (most recent call last):
            clearprop.tables.errors.TableError: the record of features is malformed: no list 'features'
        """
        if not isinstance(record, dict) or record.get("version") != _VERSION:
            version = record.get("version") if isinstance(record, dict) else None
            raise TableError(f"the record of features is malformed: version {shown(version)}, not {_VERSION}")
        features = record.get("features")
        if not isinstance(features, list):
            raise TableError("the record of features is malformed: no list 'features'")
        reader = cls(Schema.from_dict(record.get("schema")))
        reader._features = [_feature_from_dict(item) for item in features]
        return reader


def _side_by_side(columns: list[np.ndarray], n_rows: int, dtype: type) -> np.ndarray:
    """Return columns (n each) as a matrix (n, number of columns) whose rows are contiguous."""
    matrix: np.ndarray = np.empty((n_rows, len(columns)), dtype)
    for start in range(0, n_rows, _BLOCK_ROWS):
        block = slice(start, start + _BLOCK_ROWS)
        for at, column in enumerate(columns):
            matrix[block, at] = column[block]
    return matrix


def _feature_from_dict(record: Any) -> Feature:
    """Return one feature from its record, or say what is wrong with that."""
    is_known = isinstance(record, dict) and isinstance(record.get("name"), str) and record.get("kind") in KINDS[:-1]
    if not is_known:
        raise TableError(f"the record of features is malformed: {shown(record)} is no column of a known kind")
    try:
        return FEATURE_KINDS[record["kind"]].from_dict(record)
    except TypeError as error:
        raise TableError(f"the record of features is malformed: {error}", column=record["name"]) from None
