"""The way out: a table as a file that is whole or not there, or as CSV on standard output."""

import gzip
import io
import os
import sys
from typing import BinaryIO

import pyarrow as pa

from clearprop.tables.atomic import atomic_write
from clearprop.tables.errors import TableError
from clearprop.tables.formats import TableFormat, format_of, write_delimited


def write_table(table: pa.Table, path: str | os.PathLike[str] | None) -> None:
    """Write a table to a file whose suffix says the format; a failure leaves no file, and an older one as it was.

    Args:
        table: the table.
        path: a file (CSV, JSON lines, each also with `.gz`, Parquet, Arrow), or None or "-" for CSV on standard output.

    Raises:
        TableError: the suffix is unknown, the folder cannot be written to, or the format cannot hold a column.

    Example:
        >>> import tempfile
        >>> from clearprop.tables.reading import read_table
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_table(pa.table({"a": [1, 2]}), f"{folder}/a.parquet")
        ...     read_table(f"{folder}/a.parquet").to_pydict()
        {'a': [1, 2]}
    """
    if path is None or str(path) == "-":
        _write_to_standard_output(table)
        return
    entry, is_gzip = format_of(str(path), to_write=True)
    try:
        with atomic_write(path) as temporary, temporary.open("wb") as stream:
            _write_stream(table, stream, entry, is_gzip)
    except TableError as error:
        raise error.within(str(path)) from None
    except (pa.ArrowException, OSError) as error:
        raise TableError(f"cannot be written: {error}", source=str(path)) from None


def _write_stream(table: pa.Table, stream: BinaryIO, entry: TableFormat, is_gzip: bool) -> None:
    """Write a table in a format that `format_of` found to be writable."""
    assert entry.write is not None
    if not is_gzip:
        entry.write(table, stream)
        return
    # No name and no time inside, so that the same table gives the same bytes.
    with gzip.GzipFile(filename="", fileobj=stream, mode="wb", mtime=0) as compressed:
        entry.write(table, compressed)  # type: ignore[arg-type]


def _write_to_standard_output(table: pa.Table) -> None:
    """Write CSV to standard output as bytes, so that no platform changes line ends or encoding."""
    text = io.BytesIO()
    write_delimited(table, text)
    binary = getattr(sys.stdout, "buffer", None)
    if binary is None:
        sys.stdout.write(text.getvalue().decode("utf-8"))
        return
    sys.stdout.flush()
    binary.write(text.getvalue())
    binary.flush()
