"""Python and NumPy values as Arrow columns, so that mixed, missing and odd cells are settled in one place."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from clearprop.tables.canonical import canonical_number
from clearprop.tables.errors import TableError, counted, shown


def column_of(values: Any, *, source: str = "table", column: str | None = None) -> pa.Array | pa.ChunkedArray:
    """Return values as an Arrow column; numbers and text mixed become text.

    Args:
        values: a list, a one-dimensional array, a series of a data frame library, or an Arrow column.
        source: the table's name, for messages.
        column: the column's name, for messages.

    Raises:
        TableError: the values have not one dimension, or are not of a kind that a cell can hold.

    Example:
        >>> column_of([1, "a", 2.0, None]).to_pylist()
        ['1', 'a', '2', None]
    """
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values
    if isinstance(values, np.ndarray) and values.ndim != 1:
        problem = f"has shape {values.shape}; one dimension is needed"
        raise TableError(problem, source=source, column=column)
    if isinstance(values, str | bytes | dict) or not hasattr(values, "__len__"):
        raise TableError(f"is {shown(values)}; a list of cells is needed", source=source, column=column)
    try:
        return pa.array(values, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError):
        return pa.array(_mixed_texts(values, source, column), pa.large_string())


def columns_of_matrix(matrix: np.ndarray, *, source: str = "table") -> dict[str, pa.Array]:
    """Return the columns x0, x1, ... of a matrix of shape (n, d).

    Args:
        matrix: the matrix.
        source: its name, for messages.

    Raises:
        TableError: it has not two dimensions, or a cell is of a kind that no table holds.

    Example:
        >>> list(columns_of_matrix(np.ones((3, 2))))
        ['x0', 'x1']
    """
    if matrix.ndim != 2:
        raise TableError(f"has shape {matrix.shape}; (rows, columns) is needed", source=source)
    names = [f"x{index}" for index in range(matrix.shape[1])]
    return {name: column_of(cells, source=source, column=name) for name, cells in zip(names, matrix.T, strict=True)}


def table_of(columns: dict[str, Any], *, source: str = "table") -> pa.Table:
    """Return columns of equal length as a table.

    Args:
        columns: the columns by name, each anything that `column_of` takes.
        source: the table's name, for messages.

    Raises:
        TableError: the columns have different lengths, or one is none.

    Example:
        >>> table_of({"a": [1], "b": [1, 2]})
        Traceback (most recent call last):
        clearprop.tables.errors.TableError: table, column 'b': has 2 cells and 'a' has 1; all ...
    """
    table = {str(name): column_of(values, source=source, column=str(name)) for name, values in columns.items()}
    first = next(iter(table), "")
    for name, values in table.items():
        if len(values) != len(table[first]):
            lengths = f"has {counted(len(values), 'cell')} and {first!r} has {len(table[first])}"
            problem = f"{lengths}; all columns must have the same number"
            raise TableError(problem, source=source, column=name)
    return pa.table(table)


def _mixed_texts(values: Sequence[Any], source: str, column: str | None) -> list[str | None]:
    """Return cells of several kinds as text, numbers in their canonical spelling."""
    texts: list[str | None] = []
    for row, value in enumerate(values, start=1):
        if value is None or _is_nan(value):
            texts.append(None)
        elif isinstance(value, bool | np.bool_):
            texts.append(str(value).lower())
        elif isinstance(value, int | float | Decimal | np.number) and not isinstance(value, np.complexfloating):
            texts.append(canonical_number(value))
        elif isinstance(value, str | datetime.date | datetime.time):
            texts.append(str(value))
        else:
            problem = f"holds {shown(value)}; a number, a text, a date or true/false is needed"
            raise TableError(problem, source=source, column=column, row=row)
    return texts


def _is_nan(value: Any) -> bool:
    """Return whether a value is the "not a number" or "not a time" of any library: the one that differs from itself."""
    return isinstance(value, float | Decimal | np.floating | datetime.date) and value != value
