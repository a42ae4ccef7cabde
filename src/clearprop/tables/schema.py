"""The schema: what each column of a raw table is, what is made of it, and why, for a person to read and to correct."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from clearprop.tables.column_checks import checked_table
from clearprop.tables.column_inference import infer_kind
from clearprop.tables.errors import TableError
from clearprop.tables.feature_kinds import DROPPED, FEATURE_KINDS, Feature
from clearprop.tables.raw_column import RawColumn
from clearprop.tables.schema_file import (
    ColumnSchema,
    check_known,
    column_records,
    columns_of,
    read_columns,
    write_columns,
)


@dataclass(frozen=True)
class Schema:
    """What each column of a table is.

    Args:
        columns: the columns, in the table's order.
        source: the file that it was read from, for messages.

    Raises:
        TableError: (`infer`) the table has no rows, or a cell does not fit the kind that is given; (`read`, `of_kinds`,
            `from_dict`) a kind is unknown or the form is wrong.

    Example:
        >>> people = {"age": [20.0, None, 40.0], "sex": ["male", "female", "male"], "planet": ["Earth"] * 3}
        >>> print(Schema.infer(people))
        column  kind      becomes          reason
        age     number    a number         20 to 40; 1 of 3 cells missing
        sex     category  a category of 2  2 categories
        planet  dropped   nothing          every cell is 'Earth'
    """

    columns: tuple[ColumnSchema, ...]
    source: str = field(default="the schema", compare=False)

    @classmethod
    def infer(cls, table: Any, *, source: str = "table", given: "Schema | None" = None) -> Self:
        """Return what each column of a training table is; the kinds that a person gives are taken as they are.

        A column without two different cells is dropped whatever is given, for nothing can be learned from it.

        Args:
            table: anything that `to_table` takes.
            source: the table's name, for messages.
            given: kinds of some or all columns; the others are inferred.

        Raises:
            TableError: the table has no rows, two columns share a name, a number is infinite, a given column is not in
                the table, or a cell cannot be read as the kind that is given.

        Example:
            >>> Schema.infer({"zip": [90210, 10001]}, given=Schema.of_kinds({"zip": "category"})).kinds
            {'zip': 'category'}
        """
        table = checked_table(table, source)
        if not table.num_rows:
            raise TableError("has no rows; at least two are needed", source=source)
        wanted = given or cls(())
        for name in wanted.kinds:
            check_known("column", name, table.column_names, source=wanted.source, where=f"in {source}")
        return cls(tuple(_infer(RawColumn(name, table.column(name), source), wanted) for name in table.column_names))

    @classmethod
    def of_kinds(cls, kinds: Mapping[str, str], *, source: str = "the schema") -> Self:
        """Return a schema that gives the kinds of some columns, as `infer` takes it.

        Args:
            kinds: the kinds by column.
            source: who gives them, for messages.

        Raises:
            TableError: a kind is unknown.

        Example:
            >>> Schema.of_kinds({"zip": "categorie"})
            Traceback (most recent call last):
            clearprop.tables.errors.TableError: the schema, column 'zip': ... 'categorie'...; did you mean 'category'?
        """
        return cls(columns_of({name: {"kind": kind} for name, kind in kinds.items()}, source), source)

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Self:
        """Return the schema that a file holds, as `write` made it and a person changed it.

        Args:
            path: the file.

        Raises:
            TableError: there is no such file, it is no JSON, or a column's entry is wrong.

        Example:
            >>> Schema.read("no such file.json")
            Traceback (most recent call last):
            clearprop.tables.errors.TableError: no such file.json: there is no such file
        """
        return cls(read_columns(path), str(path))

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write a JSON file for a person to change: a column's `kind` decides, all else is said for the reader.

        Args:
            path: the file.

        Raises:
            TableError: the folder cannot be written to.

        Example:
            >>> import tempfile
            >>> schema = Schema.infer({"age": [20, 40]})
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     schema.write(f"{folder}/schema.json")
            ...     Schema.read(f"{folder}/schema.json") == schema
            True
        """
        write_columns(self.columns, path)

    @property
    def kinds(self) -> dict[str, str]:
        """Return the kind of each column by name."""
        return {column.name: column.kind for column in self.columns}

    def without(self, name: str) -> "Schema":
        """Return the schema of a table without one of its columns, such as the target.

        Args:
            name: the column, which need not be there.

        Raises:
            Nothing.

        Example:
            >>> Schema.of_kinds({"age": "number", "sex": "category"}).without("sex").kinds
            {'age': 'number'}
        """
        return Schema(tuple(column for column in self.columns if column.name != name), self.source)

    def to_dict(self) -> dict[str, Any]:
        """Return the schema as plain values that JSON holds exactly.

        Raises:
            Nothing.

        Example:
            >>> Schema.of_kinds({"age": "number"}).to_dict()
            {'age': {'kind': 'number', 'becomes': '', 'reason': ''}}
        """
        return column_records(self.columns)

    @classmethod
    def from_dict(cls, record: Any) -> Self:
        """Return the schema that `to_dict` described.

        Args:
            record: what `to_dict` gave.

        Raises:
            TableError: it is malformed.

        Example:
            >>> Schema.from_dict({"age": {"kind": "number"}}).kinds
            {'age': 'number'}
        """
        return cls(columns_of(record, "the schema's record"))

    def __str__(self) -> str:
        """Return the schema as aligned columns of text, one line a column of the table."""
        header = ("column", "kind", "becomes", "reason")
        rows = [header, *((_one_line(c.name), c.kind, c.becomes, _one_line(c.reason)) for c in self.columns)]
        widths = [max(len(row[at]) for row in rows) for at in range(3)]
        return "\n".join(
            "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]).rstrip()
            for row in rows
        )


def fit_feature(kind: str, column: RawColumn) -> Feature:
    """Return what a training column of some kind becomes.

    Args:
        kind: a key of `FEATURE_KINDS`.
        column: the column.

    Raises:
        TableError: a cell cannot be read as that kind.

    Example:
        >>> import pyarrow as pa
        >>> fit_feature("number", RawColumn("age", pa.array([20, 40]), "people.csv")).describe()
        '20 to 40'
    """
    return FEATURE_KINDS[kind].fit(kind, column)


def _infer(column: RawColumn, given: Schema) -> ColumnSchema:
    """Return what one column is: what is given, or what its cells say."""
    kind = given.kinds.get(column.name)
    if kind is None:
        return _inferred(column)
    if kind == DROPPED:
        return _left_out(column, given.source)
    try:
        feature = fit_feature(kind, column)
    except TableError as error:
        raise TableError(
            f"{error.problem}; {given.source} says {kind!r}", source=error.source, column=error.column, row=error.row
        ) from None
    return _described(feature)


def _inferred(column: RawColumn) -> ColumnSchema:
    """Return what the cells of a column say that it is."""
    kind, why = infer_kind(column)
    if kind == DROPPED:
        return ColumnSchema(column.name, DROPPED, "nothing", why)
    feature = fit_feature(kind, column)
    if feature.is_constant and 0 < feature.n_missing < feature.n_rows and kind != "boolean":
        # One number tells nothing, but whether it is there may.
        feature = fit_feature("category", column)
    return _described(feature)


def _left_out(column: RawColumn, source: str) -> ColumnSchema:
    """Return a column that a person leaves out, for the reason that its cells give if they give one."""
    try:
        inferred = _inferred(column)
    except TableError:  # a cell that cannot be read is why a person leaves a column out
        inferred = None
    reason = inferred.reason if inferred and inferred.kind == DROPPED else f"left out by {source}"
    return ColumnSchema(column.name, DROPPED, "nothing", reason)


def _described(feature: Feature) -> ColumnSchema:
    """Return what a fitted column is; one that tells no row from another is dropped."""
    is_partly_missing = 0 < feature.n_missing < feature.n_rows
    gives_nothing = not feature.number_names and not feature.category_names
    if gives_nothing or (feature.is_constant and not is_partly_missing):
        return ColumnSchema(feature.name, DROPPED, "nothing", feature.describe())
    return ColumnSchema(feature.name, feature.kind, feature.becomes, feature.describe())


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())
