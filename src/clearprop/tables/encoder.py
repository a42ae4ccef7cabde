"""The encoder: a table of raw columns in, a float32 matrix out, with every decision on record."""

from typing import Any, Self

import numpy as np
import pyarrow as pa

from clearprop.tables.cells import is_scalar, plain_array
from clearprop.tables.column_checks import check_present, checked_table
from clearprop.tables.column_kinds import COLUMN_KINDS, Column
from clearprop.tables.errors import TableError, shown
from clearprop.tables.reading import to_table

_VERSION = 1


class TableEncoder:
    """Turns a table of raw columns into a float32 matrix; what it decides is learned from the training table alone.

    Numbers are standardised, missing ones filled with the median and marked; text gives one feature a category.
    Columns without information are dropped, with a note.

    Raises:
        TableError: (`fit`, `transform`) a column cannot be encoded; (`from_dict`) the record is malformed.

    Example:
        >>> people = {"age": [20.0, None, 40.0], "sex": ["male", "female", "male"], "planet": ["Earth"] * 3}
        >>> encoder = TableEncoder().fit(people)
        >>> encoder.feature_names
        ['age', 'age is missing', 'sex=female', 'sex=male']
        >>> encoder.transform({"sex": ["female"], "age": ["30"]}, source="new.csv").tolist()
        [[0.0, 0.0, 1.0, 0.0]]
        >>> encoder.notes[-1]
        "column 'planet' is dropped: every cell is 'Earth'"
    """

    def __init__(self) -> None:
        self._all_columns: list[Column] = []

    @property
    def columns(self) -> list[Column]:
        """Return the record of each column in use, in the order of the training table."""
        return [column for column in self._all_columns if column.feature_names]

    @property
    def feature_names(self) -> list[str]:
        """Return the name of each column of the matrix."""
        return [name for column in self._all_columns for name in column.feature_names]

    @property
    def notes(self) -> list[str]:
        """Return one line for each decision that a reader should know of: dropped, capped, filled."""
        return [note for column in self._all_columns for note in column.notes]

    def describe(self) -> list[tuple[str, str, str]]:
        """Return (column, kind or "dropped", summary) for each column of the training table.

        Raises:
            Nothing.

        Example:
            >>> TableEncoder().fit({"x": [1, 3], "y": [2, 2]}).describe()
            [('x', 'numeric', 'mean 2, standard deviation 1'), ('y', 'dropped', 'every cell is 2')]
        """
        return [
            (column.name, column.kind if column.feature_names else "dropped", column.describe())
            for column in self._all_columns
        ]

    def fit(self, table: Any, *, source: str = "table") -> Self:
        """Learn from a training table how to encode each of its columns.

        Args:
            table: anything that `to_table` takes.
            source: the table's name, for messages.

        Raises:
            TableError: there are no rows, two columns share a name, a column holds lists or infinities, or no column
                tells one row from another.

        Example:
            >>> TableEncoder().fit({"x": [1.0, float("inf")]}, source="a.csv")
            Traceback (most recent call last):
            clearprop.tables.errors.TableError: a.csv, column 'x', row 2: holds inf; a finite number or ...
        """
        table = checked_table(table, source)
        if not table.num_rows:
            raise TableError("has no rows; at least two are needed", source=source)
        fitted = [_fit_column(name, table.column(name), source) for name in table.column_names]
        if not any(column.feature_names for column in fitted):
            raise TableError("no column tells one row from another; one with two values is needed", source=source)
        self._all_columns = fitted
        return self

    def transform(self, table: Any, *, source: str = "table") -> np.ndarray:
        """Return the matrix of a table: float32, of shape (n rows, len(feature_names)).

        The columns may come in any order and more than were trained on are ignored.

        Args:
            table: anything that `to_table` takes.
            source: the table's name, for messages.

        Raises:
            TableError: the encoder is not fitted, a trained column is missing, or a cell cannot be read as its column's
                kind.

        Example:
            >>> TableEncoder().fit({"x": [1, 3]}).transform({"y": [2]}, source="b.csv")
            Traceback (most recent call last):
            clearprop.tables.errors.TableError: b.csv: column 'x' is missing; the columns there are: 'y'
        """
        columns = self.columns
        if not columns:
            raise TableError("the encoder is not fitted; call fit first")
        table = checked_table(table, source)
        check_present([column.name for column in columns], table.column_names, source)
        matrix = np.zeros((table.num_rows, len(self.feature_names)), np.float32)
        start = 0
        for column in columns:
            end = start + len(column.feature_names)
            column.encode(table.column(column.name), matrix[:, start:end], source=source)
            start = end
        return matrix

    def fit_transform(self, table: Any, *, source: str = "table") -> np.ndarray:
        """Return the matrix of the training table itself; see `fit` and `transform`.

        Args:
            table: anything that `to_table` takes.
            source: the table's name, for messages.

        Raises:
            TableError: as `fit` and `transform`.

        Example:
            >>> TableEncoder().fit_transform({"x": [1, 3]}).tolist()
            [[-1.0], [1.0]]
        """
        table = to_table(table)
        return self.fit(table, source=source).transform(table, source=source)

    def to_dict(self) -> dict[str, Any]:
        """Return all that was learned as plain values; JSON holds them exactly.

        Raises:
            Nothing.

        Example:
            >>> import json
            >>> encoder = TableEncoder().fit({"x": [1.0, 2.5, 7.1]})
            >>> again = TableEncoder.from_dict(json.loads(json.dumps(encoder.to_dict())))
            >>> again.to_dict() == encoder.to_dict()
            True
        """
        return {"version": _VERSION, "columns": [column.to_dict() for column in self._all_columns]}

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Self:
        """Return the encoder that `to_dict` described.

        Args:
            record: what `to_dict` gave, perhaps after a trip through JSON.

        Raises:
            TableError: the record is malformed or of a newer version.

        Example:
            >>> TableEncoder.from_dict({"version": 1})
            Traceback (most recent call last):
            clearprop.tables.errors.TableError: the encoder's record is malformed: no list 'columns'
        """
        if not isinstance(record, dict) or record.get("version") != _VERSION:
            version = record.get("version") if isinstance(record, dict) else None
            raise TableError(f"the encoder's record is malformed: version {shown(version)}, not {_VERSION}")
        columns = record.get("columns")
        if not isinstance(columns, list):
            raise TableError("the encoder's record is malformed: no list 'columns'")
        encoder = cls()
        encoder._all_columns = [_column_from_dict(item) for item in columns]
        return encoder


def _fit_column(name: str, values: pa.ChunkedArray, source: str) -> Column:
    """Return what a training column teaches, as the first kind that accepts it."""
    # A kind is told by what the cells are, not by how they are stored.
    values = plain_array(values) if is_scalar(values.type) else values
    for kind in COLUMN_KINDS.values():
        if kind.accepts(values.type):
            return kind.fit(name, values, source=source)
    problem = f"holds {values.type}; numbers, text, dates, times or true/false values are needed"
    raise TableError(problem, source=source, column=name)


def _column_from_dict(record: Any) -> Column:
    """Return one column from its record, or say what is wrong with that."""
    if (
        not isinstance(record, dict)
        or record.get("kind") not in COLUMN_KINDS
        or not isinstance(record.get("name"), str)
    ):
        raise TableError(f"the encoder's record is malformed: {shown(record)} is no column of a known kind")
    try:
        return COLUMN_KINDS[record["kind"]].from_dict(record)
    except TypeError as error:
        raise TableError(f"the encoder's record is malformed: {error}", column=record["name"]) from None
