"""The table of file formats: suffixes, reader and writer of each; everything else looks here."""

import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from clearprop.tables.arrays import columns_of_matrix, table_of
from clearprop.tables.cells import plain_values
from clearprop.tables.clock import duration_texts
from clearprop.tables.delimited import read_delimited
from clearprop.tables.errors import TableError
from clearprop.tables.json_lines import read_json_lines, write_json_lines


@dataclass(frozen=True)
class TableFormat:
    """One format of table files.

    Args:
        name: the format's name, as messages say it.
        suffixes: the suffixes that mean it.
        read: takes the file's bytes and its name, gives the table.
        write: takes a table and a binary stream; None where the format is only read.
        is_text: whether a further `.gz` may follow the suffix.

    Example:
        >>> format_of("people.csv.gz")[0].name
        'CSV'
    """

    name: str
    suffixes: tuple[str, ...]
    read: Callable[[bytes, str], pa.Table]
    write: Callable[[pa.Table, BinaryIO], None] | None = None
    is_text: bool = False


def write_delimited(table: pa.Table, stream: BinaryIO, *, delimiter: str = ",") -> None:
    r"""Write a table as delimited text with a header, in UTF-8; missing cells are empty, durations "PT1.5S".

    Args:
        table: the table.
        stream: where to write.
        delimiter: what to write between two cells.

    Raises:
        TableError: a column holds lists or the like.

    Example:
        >>> stream = io.BytesIO()
        >>> write_delimited(pa.table({"a": [1, None], "b": ["x", "y"]}), stream)
        >>> stream.getvalue()
        b'"a","b"\n1,"x"\n,"y"\n'
    """
    table = pa.table([_delimited_cells(values) for values in table.columns], names=table.column_names)
    if table.num_columns == 1 and table.column(0).null_count:
        # A line with nothing on it is no row to a reader.
        table = pa.table({table.column_names[0]: table.column(0).cast(pa.string()).fill_null("NA")})
    try:
        arrow_csv.write_csv(table, stream, arrow_csv.WriteOptions(delimiter=delimiter))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise TableError(f"cannot be written as CSV: {error}; try Parquet") from None


def _delimited_cells(values: pa.ChunkedArray) -> pa.Array:
    """Return a column in a form that says what it is in CSV, where Arrow leaves durations without their unit."""
    cells = plain_values(values)
    return duration_texts(cells) if pa.types.is_duration(cells.type) else cells


def _read_parquet(data: bytes, source: str) -> pa.Table:
    import pyarrow.parquet as parquet  # other formats do not wait for it

    try:
        return parquet.ParquetFile(pa.BufferReader(data)).read()
    except (pa.ArrowException, OSError) as error:
        raise TableError(f"is not a Parquet file, though its name says so: {error}", source=source) from None


def _write_parquet(table: pa.Table, stream: BinaryIO) -> None:
    import pyarrow.parquet as parquet  # other formats do not wait for it

    parquet.write_table(table, stream)


def _read_arrow(data: bytes, source: str) -> pa.Table:
    try:
        return pa.ipc.open_file(pa.BufferReader(data)).read_all()
    except pa.ArrowInvalid:
        # The same suffixes are in use for the streaming form.
        try:
            return pa.ipc.open_stream(pa.BufferReader(data)).read_all()
        except (pa.ArrowException, OSError) as error:
            raise TableError(f"is not an Arrow file, though its name says so: {error}", source=source) from None


def _write_arrow(table: pa.Table, stream: BinaryIO) -> None:
    with pa.ipc.new_file(stream, table.schema) as writer:
        writer.write_table(table)


def _read_npz(data: bytes, source: str) -> pa.Table:
    arrays = _npz_arrays(data, source)
    if "X" not in arrays:
        return table_of(arrays, source=source)
    columns: dict[str, np.ndarray | pa.Array] = {**columns_of_matrix(arrays["X"], source=source)}
    if "y" in arrays:
        y = arrays["y"]
        columns["y"] = y[:, 0] if y.shape[1:] == (1,) else y
    return table_of(columns, source=source)


def _npz_arrays(data: bytes, source: str) -> dict[str, np.ndarray]:
    """Return the arrays of an archive; pickled objects are refused, for reading them could run code."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        raise TableError("is not an .npz file, though its name says so", source=source)
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError) as error:
        if "allow_pickle" not in str(error):
            raise TableError(f"cannot be read as .npz: {error}", source=source) from None
        problem = "holds Python objects, which could run code; arrays of numbers or text are needed"
        raise TableError(problem, source=source) from None
    if not arrays:
        raise TableError("holds no array; X and y, or one array for each column, are needed", source=source)
    return arrays


_FORMATS = (
    TableFormat("CSV", (".csv", ".txt"), read_delimited, write_delimited, is_text=True),
    TableFormat(
        "tab-separated text",
        (".tsv",),
        partial(read_delimited, usual="\t"),
        partial(write_delimited, delimiter="\t"),
        is_text=True,
    ),
    TableFormat("JSON lines", (".jsonl", ".ndjson"), read_json_lines, write_json_lines, is_text=True),
    TableFormat("Parquet", (".parquet", ".pq"), _read_parquet, _write_parquet),
    TableFormat("Arrow", (".arrow", ".feather", ".ipc", ".arrows"), _read_arrow, _write_arrow),
    TableFormat("NumPy archive", (".npz",), _read_npz),
)

#: Every format of table files, by suffix.
FORMATS: dict[str, TableFormat] = {suffix: entry for entry in _FORMATS for suffix in entry.suffixes}


def format_of(path: str | Path, *, to_write: bool = False) -> tuple[TableFormat, bool]:
    """Return the format that a file's name says, and whether it is compressed with gzip.

    Args:
        path: the file.
        to_write: whether only formats that can be written count.

    Raises:
        TableError: the suffix is none of a known format.

    Example:
        >>> format_of("a.xlsx")
        Traceback (most recent call last):
        clearprop.tables.errors.TableError: a.xlsx: the suffix '.xlsx' is unknown; known are .csv, .txt, .tsv, ...
    """
    suffixes = [suffix.lower() for suffix in Path(path).suffixes]
    is_gzip = suffixes[-1:] == [".gz"]
    suffix = (suffixes[:-1] if is_gzip else suffixes)[-1:]
    entry = FORMATS.get(suffix[0]) if suffix else None
    if entry is None or (is_gzip and not entry.is_text) or (to_write and entry.write is None):
        wrong = "".join(suffixes[-2:] if is_gzip else suffix)
        problem = f"the suffix {wrong!r} is unknown" if wrong else "the name has no suffix"
        raise TableError(f"{problem}; known are {_known_suffixes(to_write)}", source=str(path))
    return entry, is_gzip


def _known_suffixes(to_write: bool) -> str:
    """Return the suffixes that can be read or written, as a message lists them."""
    usable = {suffix: entry for suffix, entry in FORMATS.items() if entry.write or not to_write}
    compressed = [f"{suffix}.gz" for suffix, entry in usable.items() if entry.is_text]
    return ", ".join([*usable, *compressed])
