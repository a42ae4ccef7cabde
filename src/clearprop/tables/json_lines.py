"""JSON lines: one object a row, read with broken rows named, written as JSON that any reader takes."""

import io
import json
from functools import partial
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as arrow_json

from clearprop.tables.arrow_values import arrow_scalar
from clearprop.tables.cells import plain_values
from clearprop.tables.clock import duration_texts
from clearprop.tables.errors import TableError, shown

_BLOCK_BYTES = 1 << 24
_ROWS_AT_A_TIME = 4096
_UTF8_MARK = b"\xef\xbb\xbf"


def read_json_lines(data: bytes, source: str) -> pa.Table:
    r"""Return the table that JSON lines hold.

    Args:
        data: the file's bytes, UTF-8.
        source: the file's name, for messages.

    Raises:
        TableError: a line is no JSON object, a cell is there twice, or a column's cells are of different kinds.

    Example:
        >>> read_json_lines(b'{"age": 20}\n{"age": null, "sex": "male"}\n', "a.jsonl").to_pylist()
        [{'age': 20, 'sex': None}, {'age': None, 'sex': 'male'}]
    """
    data = data.removeprefix(_UTF8_MARK)
    if not data.strip():
        raise TableError("is empty; one JSON object a line is needed", source=source)
    _check_utf8(data, source)
    try:
        return arrow_json.read_json(io.BytesIO(data), read_options=arrow_json.ReadOptions(block_size=_BLOCK_BYTES))
    except pa.ArrowInvalid as error:
        _raise_broken_row(data, source)
        raise TableError(f"cannot be read as JSON lines: {error}", source=source) from None


def write_json_lines(table: pa.Table, stream: BinaryIO) -> None:
    r"""Write a table as JSON lines; NaN becomes null; dates, durations ("PT1.5S") and decimals become text.

    Args:
        table: the table.
        stream: where to write.

    Raises:
        TableError: a number is infinite, which JSON cannot hold.

    Example:
        >>> stream = io.BytesIO()
        >>> write_json_lines(pa.table({"a": [1.5, float("nan")]}), stream)
        >>> stream.getvalue()
        b'{"a": 1.5}\n{"a": null}\n'
    """
    table = pa.table([_json_cells(name, table.column(name)) for name in table.column_names], names=table.column_names)
    for batch in table.to_batches(max_chunksize=_ROWS_AT_A_TIME):
        lines = (json.dumps(row, ensure_ascii=False, default=str) for row in batch.to_pylist())
        stream.write("".join(f"{line}\n" for line in lines).encode("utf-8"))


def _json_cells(name: str, values: pa.ChunkedArray) -> pa.Array:
    """Return a column in a form that JSON can hold."""
    cells = plain_values(values)
    if pa.types.is_duration(cells.type):
        return duration_texts(cells)
    if pa.types.is_temporal(cells.type):
        # As Python objects, time stamps would lose their nanoseconds.
        return cells.cast(pa.string())
    if not pa.types.is_floating(cells.type):
        return cells
    infinite = pc.index(pc.is_inf(cells), arrow_scalar(True, pa.bool_())).as_py()
    if infinite >= 0:
        raise TableError("is infinite, which JSON cannot hold; write CSV or Parquet", column=name, row=infinite + 1)
    return pc.if_else(pc.is_nan(cells), arrow_scalar(None, cells.type), cells)


def _check_utf8(data: bytes, source: str) -> None:
    """Raise an error that names the first row that is not UTF-8, if there is one."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise TableError("is not UTF-8 text; JSON must be", source=source, row=row) from None


def _raise_broken_row(data: bytes, source: str) -> None:
    """Raise an error that names the first row that is no object or changes a column's kind, if there is one."""
    kinds: dict[str, type] = {}
    for row, line in enumerate((line for line in data.splitlines() if line.strip()), start=1):
        for column, value in _cells_of_line(line, source, row).items():
            kind = float if type(value) is int else type(value)
            if value is not None and kinds.setdefault(column, kind) is not kind:
                problem = f"holds {shown(value)}, of another kind than the rows before; all must be of one kind"
                raise TableError(problem, source=source, column=column, row=row)


def _cells_of_line(line: bytes, source: str, row: int) -> dict[str, Any]:
    """Return the cells of one line, or say what is wrong with it."""
    try:
        cells = json.loads(line, object_pairs_hook=partial(_distinct, source=source, row=row))
    except TableError:
        raise
    except ValueError as error:
        raise TableError(f"is not JSON: {error}", source=source, row=row) from None
    if not isinstance(cells, dict):
        raise TableError(f"is {shown(cells)}; an object of cells is needed", source=source, row=row)
    return cells


def _distinct(pairs: list[tuple[str, Any]], *, source: str, row: int) -> dict[str, Any]:
    """Return the cells of a JSON object, or name the one that is there twice."""
    names = [name for name, _ in pairs]
    if twice := [name for name in names if names.count(name) > 1]:
        raise TableError("is there twice; each cell needs its own name", source=source, column=twice[0], row=row)
    return dict(pairs)
