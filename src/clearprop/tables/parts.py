"""A table that is kept in several files: which files they are, and how they become one table or why they cannot."""

import os
from glob import has_magic
from pathlib import Path

import pyarrow as pa

from clearprop.tables.cells import is_text, plain_values, value_type
from clearprop.tables.errors import TableError, listed
from clearprop.tables.formats import format_of
from clearprop.tables.measures import measure_of

_UNITS = ("s", "ms", "us", "ns")


def part_files(path: str | os.PathLike[str]) -> list[Path] | None:
    """Return the files that a folder or a pattern means, sorted by name, or None where the path is that of one file.

    Args:
        path: the path. Files whose name begins with "." or "_" are no parts; folders in a folder are not looked into.

    Raises:
        TableError: there is no such part, or the parts are of several formats.

    Example:
        >>> part_files("people.csv") is None
        True
    """
    source = str(path)
    if Path(path).is_dir():
        found = Path(path).iterdir()
        hint = "is a folder without a file in it; give the name of a file, or a pattern such as **/*.csv"
    elif has_magic(source) and not Path(path).exists():
        root = Path(Path(path).anchor)
        found = root.glob(str(Path(path).relative_to(root)))
        hint = "no file's name fits this pattern; put it in quotes and look at the folder"
    else:
        return None
    parts = sorted(part for part in found if part.is_file() and not part.name.startswith((".", "_")))
    if not parts:
        raise TableError(hint, source=source)
    _check_one_format(parts)
    return parts


def joined(parts: list[tuple[str, pa.Table]]) -> pa.Table:
    """Return tables that hold the same columns as one table, the columns in the order of the first.

    Columns are of one type where a wider one holds all: whole numbers and fractions, dates and date-times, texts and
    declared texts, and anything beside a column without a cell.

    Args:
        parts: the files' names and tables; one at least.

    Raises:
        TableError: a file lacks a column that another has, or their types have no wider one.

    Example:
        >>> joined([("a.csv", pa.table({"x": [1]})), ("b.csv", pa.table({"x": [2.5]}))])["x"].to_pylist()
        [1.0, 2.5]
        >>> joined([("a.csv", pa.table({"x": [1]})), ("b.csv", pa.table({"x": ["one"]}))])
        Traceback (most recent call last):
        clearprop.tables.errors.TableError: b.csv, column 'x': holds text, and a.csv numbers; all files must agree
    """
    first, first_table = parts[0]
    for source, table in parts[1:]:
        _check_lacks_nothing(source, table.column_names, first, first_table.column_names)
        _check_lacks_nothing(first, first_table.column_names, source, table.column_names)
    columns = {name: _joined_column(name, parts) for name in first_table.column_names}
    return pa.table(columns)


def _check_one_format(parts: list[Path]) -> None:
    """Raise an error where two files are of different formats."""
    expected = format_of(parts[0])[0].name
    for part in parts[1:]:
        found = format_of(part)[0].name
        if found != expected:
            problem = f"is {found}, and {parts[0].name} is {expected}; all files must be of one format"
            raise TableError(f"{problem}: give a pattern such as *{part.suffix}", source=str(part))


def _check_lacks_nothing(source: str, there: list[str], other: str, needed: list[str]) -> None:
    """Raise an error where a file lacks columns that another one has."""
    if missing := [name for name in needed if name not in set(there)]:
        raise TableError(f"lacks {listed(missing)}, which {other} has; all files must have the same", source=source)


def _joined_column(name: str, parts: list[tuple[str, pa.Table]]) -> pa.ChunkedArray:
    """Return a column of all tables, in the narrowest type that holds all of its cells."""
    columns = [table.column(name) for _, table in parts]
    wanted = columns[0].type
    for (source, _), column in zip(parts[1:], columns[1:], strict=True):
        wider = _wider(wanted, column.type)
        if wider is None:
            first = next(file for file, table in parts if not pa.types.is_null(table.column(name).type))
            problem = f"holds {_kind(column.type)}, and {first} {_kind(wanted)}; all files must agree"
            raise TableError(problem, source=source, column=name)
        wanted = wider
    return pa.chunked_array([chunk for column in columns for chunk in _as_type(column, wanted).chunks], wanted)


def _as_type(column: pa.ChunkedArray, wanted: pa.DataType) -> pa.ChunkedArray:
    if column.type == wanted:
        return column
    if pa.types.is_null(column.type):
        return pa.chunked_array([pa.nulls(len(column), wanted)])
    return pa.chunked_array([plain_values(column).cast(wanted, safe=False)])


def _wider(one: pa.DataType, other: pa.DataType) -> pa.DataType | None:
    """Return the narrowest type that holds the cells of two, or None where there is none."""
    if one == other or pa.types.is_null(other):
        return one
    if pa.types.is_null(one):
        return other
    one, other = value_type(one), value_type(other)
    if is_text(one) and is_text(other):
        return pa.large_string()
    if _kind(one) != _kind(other) or measure_of(one) is None:
        return None
    if _kind(one) == "numbers":
        return _wider_number(one, other)
    if pa.types.is_date(one) and pa.types.is_date(other):
        return pa.date64()
    return one if one == other else _wider_time(one, other)


def _wider_number(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    whole = all(pa.types.is_integer(data_type) and data_type != pa.uint64() for data_type in (one, other))
    return pa.int64() if whole else pa.float64()


def _wider_time(one: pa.DataType, other: pa.DataType) -> pa.DataType | None:
    """Return the time type of the finer unit, or None where only one of two has a time zone."""
    unit = max((getattr(data_type, "unit", "s") for data_type in (one, other)), key=_UNITS.index)
    if pa.types.is_duration(one):
        return pa.duration(unit)
    if pa.types.is_time(one):
        return pa.time64(unit if unit in ("us", "ns") else "us")
    zones = [getattr(data_type, "tz", None) for data_type in (one, other)]
    if (zones[0] is None) != (zones[1] is None):
        return None
    return pa.timestamp(unit, zones[0])


def _kind(data_type: pa.DataType) -> str:
    """Return what cells of a type are, as a message says it."""
    cells = value_type(data_type)
    measure = measure_of(cells)
    if measure is None:
        return "text" if is_text(cells) else str(cells)
    zoned = pa.types.is_timestamp(cells) and cells.tz
    return f"{measure.name.split(' in ')[0]}{' with a time zone' if zoned else ''}"
