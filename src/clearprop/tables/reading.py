"""The way in: a file of any known format, or any data frame, as one Arrow table."""

import gzip
import os
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from glob import has_magic
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from clearprop.tables.arrays import columns_of_matrix, table_of
from clearprop.tables.errors import TableError, listed
from clearprop.tables.formats import format_of
from clearprop.tables.parts import joined, part_files

#: pandas stores the row numbers of a filtered frame under such a name; they are no column of the table.
_STORED_INDEX = re.compile(r"__index_level_\d+__")


def read_table(path: str | os.PathLike[str], *, columns: Sequence[str] | None = None) -> pa.Table:
    r"""Return the table that a file holds, or all files of a folder or of a pattern; a suffix says the format.

    CSV (`.csv`, `.txt`, `.tsv`; the delimiter is found), JSON lines (`.jsonl`, `.ndjson`), each also with `.gz`,
    Parquet, Arrow or Feather, and NumPy's `.npz` (a matrix `X` and perhaps `y`, or an array for each column).

    Args:
        path: the file; or a folder or a pattern ("parts/*.csv", "**/*.parquet"), whose files, of one format, are the
            parts of one table, sorted by name.
        columns: the columns to keep, in this order; all by default.

    Raises:
        TableError: there is no such file, its suffix is unknown, it is broken or has no rows, or a column is missing
            or there twice; or a part lacks a column or has another type of it than the others.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "people.csv"
        ...     _ = path.write_text("name,age\nAda,36\nAlan,\n")
        ...     read_table(path).to_pylist()
        [{'name': 'Ada', 'age': 36}, {'name': 'Alan', 'age': None}]
    """
    parts = part_files(path)
    table = _read_file(path) if parts is None else joined([(str(part), _read_file(part)) for part in parts])
    return table if columns is None else _selected(table, columns, str(path))


def is_table_path(path: str | os.PathLike[str]) -> bool:
    """Return whether a path is, by its name, that of a table: of a known format, or a folder or a pattern.

    Args:
        path: the path; nothing is read.

    Raises:
        Nothing.

    Example:
        >>> is_table_path("people.csv.gz"), is_table_path("parts/*.parquet"), is_table_path("people.clearprop")
        (True, True, False)
    """
    try:
        format_of(Path(path))
    except TableError:
        return Path(path).is_dir() or (has_magic(str(path)) and not Path(path).exists())
    return True


def to_table(data: Any) -> pa.Table:
    """Return anything tabular as an Arrow table.

    Args:
        data: a pandas, polars, PyArrow or narwhals frame, columns by name, a matrix (columns x0, x1, ...), or the
            path of a file or folder, or a pattern, as `read_table` takes it.

    Raises:
        TableError: the data are nothing of these, or two columns share a name, or a cell is of no kind that a table
            holds; for a path, as `read_table`.

    Example:
        >>> to_table(np.eye(2)).column_names
        ['x0', 'x1']
        >>> to_table({"size": [1, 2], "colour": ["red", None]}).to_pylist()
        [{'size': 1, 'colour': 'red'}, {'size': 2, 'colour': None}]
    """
    if isinstance(data, pa.Table):
        return data
    if isinstance(data, pa.RecordBatch):
        return pa.Table.from_batches([data])
    if isinstance(data, str | os.PathLike):
        return read_table(data)
    if isinstance(data, dict):
        return table_of(data)
    if isinstance(data, np.ndarray):
        return pa.table(columns_of_matrix(data))
    return _frame_to_table(data)


def _read_file(path: str | os.PathLike[str]) -> pa.Table:
    """Return the table that one file holds."""
    source = str(path)
    entry, is_gzip = format_of(Path(path))
    table = entry.read(_file_bytes(Path(path), is_gzip, source), source)
    table = table.select([at for at, name in enumerate(table.column_names) if not _STORED_INDEX.fullmatch(name)])
    _check_names(table.column_names, source)
    if not table.num_columns:
        raise TableError("has no columns; at least one is needed", source=source)
    if not table.num_rows:
        raise TableError("has no rows; at least one is needed", source=source)
    return table


def _file_bytes(path: Path, is_gzip: bool, source: str) -> bytes:
    """Return a file's bytes, uncompressed."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise TableError("there is no such file", source=source) from None
    except OSError as error:
        raise TableError(f"cannot be read: {error.strerror or error}", source=source) from None
    if not data:
        raise TableError("is empty; a header and rows are needed", source=source)
    try:
        return gzip.decompress(data) if is_gzip else data
    except (OSError, EOFError, zlib.error) as error:
        raise TableError(f"is no whole gzip file: {error}", source=source) from None


def _check_names(names: list[str], source: str) -> None:
    """Raise an error where two columns share a name."""
    for name, count in Counter(names).items():
        if count > 1:
            raise TableError(f"is the name of {count} columns; each needs its own", source=source, column=name)


def _selected(table: pa.Table, columns: Sequence[str], source: str) -> pa.Table:
    """Return some columns of a table."""
    if missing := [name for name in columns if name not in table.column_names]:
        there = listed(table.column_names)
        raise TableError(f"there is no column {listed(missing)}; the columns there are: {there}", source=source)
    return table.select(list(columns))


def _frame_to_table(data: Any) -> pa.Table:
    """Return a frame of any library that narwhals knows as a table; its row labels are not part of it."""
    import narwhals as nw  # a file needs none of it, and waits for none of it
    from narwhals.exceptions import DuplicateError

    try:
        frame = nw.from_native(data)
    except DuplicateError as error:
        raise TableError(f"two columns share a name: {error}", source="table") from None
    except TypeError:
        kinds = "a pandas, polars or PyArrow frame, columns by name, a matrix or a path"
        raise TableError(f"{type(data).__name__} is no table; {kinds} is needed") from None
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    names = [str(name) for name in frame.columns]
    _check_names(names, "table")
    # polars gives Arrow the addresses of its Python objects.
    if frame.implementation.is_polars() and nw.Object in frame.schema.values():
        return table_of({name: frame.get_column(name).to_list() for name in names})
    try:
        table = frame.to_arrow()
        return table.select(range(len(names))).rename_columns(names)
    except (pa.ArrowException, TypeError, ValueError):
        # A column of mixed objects: each cell has to be looked at.
        return table_of({str(name): frame.get_column(name).to_native() for name in frame.columns})
