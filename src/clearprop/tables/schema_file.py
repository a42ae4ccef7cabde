"""The file form of a schema: JSON with one column a line, which a person edits and of which every slip is named."""

import difflib
import json
import os
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from clearprop.tables.atomic import atomic_write
from clearprop.tables.errors import TableError, listed, shown
from clearprop.tables.feature_kinds import DROPPED, KINDS

FORMAT = "clearprop schema"
VERSION = 1

_NOTE = (
    f"Change the kind of a column to {', '.join(KINDS[:-1])} or {DROPPED} (left out); take an entry out to have its "
    "kind inferred again. What a column becomes, and the reason, are said for the reader."
)


@dataclass(frozen=True)
class ColumnSchema:
    """What one column is.

    Args:
        name: the column's name.
        kind: one of `KINDS`.
        becomes: what is made of it.
        reason: why, in one line.

    Example:
        >>> ColumnSchema("age", "number").kind
        'number'
    """

    name: str
    kind: str
    becomes: str = ""
    reason: str = ""


def write_columns(columns: Iterable[ColumnSchema], path: str | os.PathLike[str]) -> None:
    """Write columns as JSON, one a line.

    Args:
        columns: the columns.
        path: the file.

    Raises:
        TableError: the folder cannot be written to.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_columns([ColumnSchema("age", "number", "a number", "20 to 40")], f"{folder}/a.json")
        ...     print(Path(f"{folder}/a.json").read_text().splitlines()[-3].strip())
        "age": {"kind": "number", "becomes": "a number", "reason": "20 to 40"}
    """
    entries = [f"    {_json(name)}: {_json(entry)}" for name, entry in column_records(columns).items()]
    head = [f'  "format": {_json(FORMAT)}', f'  "version": {VERSION}', f'  "note": {_json(_NOTE)}']
    body = '  "columns": {\n' + ",\n".join(entries) + "\n  }"
    with atomic_write(path) as temporary:
        temporary.write_text("{\n" + ",\n".join([*head, body]) + "\n}\n", encoding="utf-8", newline="\n")


def read_columns(path: str | os.PathLike[str]) -> tuple[ColumnSchema, ...]:
    """Return the columns that a file holds.

    Args:
        path: the file.

    Raises:
        TableError: there is no such file, it is no JSON of this form, or a column's entry is wrong.

    Example:
        >>> read_columns("no such file.json")
        Traceback (most recent call last):
        clearprop.tables.errors.TableError: no such file.json: there is no such file
    """
    source = str(path)
    record = _parsed(_text_of(Path(path), source), source)
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        problem = f'is no schema; {{"format": {_json(FORMAT)}, "version": {VERSION}, "columns": ...}} is needed'
        raise TableError(problem, source=source)
    if record.get("version") != VERSION:
        problem = f"is a schema of version {shown(record.get('version'))}; version {VERSION} is needed"
        raise TableError(problem, source=source)
    if unknown := sorted(set(record) - {"format", "version", "note", "columns"}):
        raise TableError(f"has an unknown entry {unknown[0]!r}; the columns belong into 'columns'", source=source)
    return columns_of(record.get("columns"), source)


def column_records(columns: Iterable[ColumnSchema]) -> dict[str, dict[str, str]]:
    """Return columns as plain values: by name, what else is known of each.

    Args:
        columns: the columns.

    Raises:
        Nothing.

    Example:
        >>> column_records([ColumnSchema("age", "number")])
        {'age': {'kind': 'number', 'becomes': '', 'reason': ''}}
    """
    return {column.name: {key: value for key, value in asdict(column).items() if key != "name"} for column in columns}


def columns_of(records: Any, source: str) -> tuple[ColumnSchema, ...]:
    """Return the columns that `column_records` described, each entry checked.

    Args:
        records: what `column_records` gave, perhaps changed by a person.
        source: where it comes from, for messages.

    Raises:
        TableError: an entry is wrong.

    Example:
        >>> columns_of({"age": {"kind": "numbr"}}, "schema.json")
        Traceback (most recent call last):
        clearprop.tables.errors.TableError: schema.json, column 'age': there is no kind 'numbr'; did you mean 'number'?
    """
    if not isinstance(records, dict):
        problem = f'holds {shown(records)} as columns; {{"name": {{"kind": ...}}, ...}} is needed'
        raise TableError(problem, source=source)
    return tuple(_column_of(name, entry, source) for name, entry in records.items())


def check_known(
    what: str, name: str, known: Collection[str], *, source: str, where: str = "", column: str | None = None
) -> None:
    """Raise an error where a name is none of those known, with the one that is most like it.

    Args:
        what: what it names.
        name: the name.
        known: the names that there are.
        source: where the name stands, for messages.
        where: where it is looked for.
        column: the column that it belongs to, for messages.

    Raises:
        TableError: it is unknown.

    Example:
        >>> check_known("column", "agge", ["age", "sex"], source="schema.json", where="in people.csv")
        Traceback (most recent call last):
        clearprop.tables.errors.TableError: schema.json: there is no column 'agge' in people.csv; did you mean 'age'?
    """
    if name in known:
        return
    close = difflib.get_close_matches(name, known)
    hint = f"did you mean {listed(close)}?" if close else f"{what}s there are: {listed(list(known))}"
    place = f" {where}" if where else ""
    raise TableError(f"there is no {what} {shown(name)}{place}; {hint}", source=source, column=column)


def _column_of(name: str, entry: Any, source: str) -> ColumnSchema:
    """Return one column from its entry, or say what is wrong with that."""
    if not isinstance(entry, dict):
        problem = f'holds {shown(entry)}; {{"kind": ...}} with one of {listed(list(KINDS))} is needed'
        raise TableError(problem, source=source, column=name)
    for key in entry:
        check_known("entry", key, ("kind", "becomes", "reason"), source=source, column=name)
    kind = entry.get("kind")
    if not isinstance(kind, str):
        problem = f"holds {shown(kind)} as its kind" if "kind" in entry else "has no kind"
        raise TableError(f"{problem}; one of {listed(list(KINDS))} is needed", source=source, column=name)
    check_known("kind", kind, KINDS, source=source, column=name)
    if not all(isinstance(value, str) for value in entry.values()):
        raise TableError("becomes and reason must be texts, or left out", source=source, column=name)
    return ColumnSchema(name, kind, entry.get("becomes", ""), entry.get("reason", ""))


def _text_of(path: Path, source: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise TableError("there is no such file", source=source) from None
    except UnicodeDecodeError:
        raise TableError("is not UTF-8 text; a schema must be", source=source) from None
    except OSError as error:
        raise TableError(f"cannot be read: {error.strerror or error}", source=source) from None


def _parsed(text: str, source: str) -> Any:
    def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        if twice := [name for name in names if names.count(name) > 1]:
            raise TableError(f"{twice[0]!r} is there twice; each needs its own name", source=source)
        return dict(pairs)

    try:
        return json.loads(text, object_pairs_hook=distinct)
    except json.JSONDecodeError as error:
        problem = f"is not JSON: {error.msg} at line {error.lineno}, character {error.colno}"
        raise TableError(f"{problem}; commas, quotes and braces must be as they were", source=source) from None
    except RecursionError:
        raise TableError("is nested too deeply; it must have the form that it was written in", source=source) from None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
