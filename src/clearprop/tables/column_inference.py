"""What a raw column is: the rules by which its kind is inferred, each with the limits that it goes by."""

import re

import numpy as np
import pyarrow as pa

from clearprop.tables.errors import TableError, counted
from clearprop.tables.feature_kinds import DROPPED
from clearprop.tables.measures import MEASURES, measure_of
from clearprop.tables.raw_column import RawColumn
from clearprop.tables.written_measures import has_leading_zeros, stray_texts, written_measure

#: From so many cells on, a column in which nearly every one is different identifies rows.
IDENTIFIER_ROWS = 20
IDENTIFIER_SHARE = 0.9

#: So many different texts are always categories; more only where each is in so many cells on average.
ALWAYS_CATEGORIES = 255
CELLS_PER_CATEGORY = 5

#: Strays among fewer different numbers than this leave the column one of categories.
MIN_NUMBERS_WITH_STRAYS = 20

_KIND_OF_MEASURE = {"numbers": "number", "true/false values": "boolean", "dates": "date", "times of day": "time"}
_NAMES_THAT_END_SO = {"id", "ids", "idx", "index", "row", "rownum", "rownumber", "rowid", "key", "uuid", "guid"}
_NUMBERED = {("row", "number"), ("record", "number"), ("serial", "number")}
#: The name of a column of row numbers that somebody's CSV writer left without one.
_UNNAMED = re.compile(r"(unnamed: \d+|column \d+|)", re.IGNORECASE)


def infer_kind(column: RawColumn) -> tuple[str, str]:
    """Return the kind of a column, and why where it is "dropped".

    Args:
        column: the column.

    Raises:
        TableError: a number is infinite.

    Example:
        >>> infer_kind(RawColumn("age", pa.array(["20", "30"]), "people.csv"))
        ('number', '')
        >>> infer_kind(RawColumn("id", pa.array([7, 8, 9]), "people.csv"))
        ('dropped', 'an identifier: 3 different whole numbers in 3 rows')
    """
    if column.is_all_missing:
        return DROPPED, "every cell is missing"
    if not column.is_scalar:
        return DROPPED, f"holds {column.data_type}, which is no single value"
    kind = _kind_of_texts(column) if column.is_text or column.is_declared else _kind_of_values(column.data_type)
    why = _why_identifier(column, kind)
    return (DROPPED, why) if why else (kind, "")


def _kind_of_values(data_type: pa.DataType) -> str:
    """Return the kind of cells that measure something."""
    measure = measure_of(data_type)
    return _KIND_OF_MEASURE.get(measure.name, "duration") if measure else "category"


def _kind_of_texts(column: RawColumn) -> str:
    """Return the kind of a column of text or of declared categories, which are not read as numbers or dates."""
    counts = column.counts
    if all(text.lower() in ("true", "false") for text in counts):
        return "boolean"
    if not column.is_declared and (kind := _written_kind(column)):
        return kind
    few = len(counts) <= ALWAYS_CATEGORIES or sum(counts.values()) >= CELLS_PER_CATEGORY * len(counts)
    return "category" if few else "text"


def _written_kind(column: RawColumn) -> str:
    """Return the kind of numbers, dates or times that text spells out, or nothing."""
    measure = written_measure(column.distinct_texts)
    if measure is None:
        strays = stray_texts(column.counts)
        is_number = len(column.counts) - len(strays) > MIN_NUMBERS_WITH_STRAYS if strays else False
        return "number" if is_number and not has_leading_zeros(column.distinct_texts) else ""
    if measure.name == "numbers" and has_leading_zeros(column.distinct_texts):
        return ""
    return _KIND_OF_MEASURE.get(measure.name, "duration")


def _why_identifier(column: RawColumn, kind: str) -> str:
    """Return how a column is seen to identify rows, or nothing where it is not."""
    if kind in ("category", "text"):
        n_distinct, n_cells = len(column.counts), sum(column.counts.values())
        if n_cells < IDENTIFIER_ROWS or n_distinct <= IDENTIFIER_SHARE * n_cells:
            return ""
        return _identifier(n_distinct, "text", n_cells, column)
    if kind != "number" or not (_names_rows(column.name) or _UNNAMED.fullmatch(column.name.strip())):
        return ""
    return _why_row_numbers(column)


def _why_row_numbers(column: RawColumn) -> str:
    """Return how numbers are seen to count rows, or nothing where they do not."""
    try:
        numbers = column.numbers(MEASURES["numbers"])
    except TableError:  # strays, or an infinite number, of which the one who reads the column tells
        return ""
    present = numbers[~np.isnan(numbers)]
    distinct = np.unique(present)
    if len(distinct) < max(len(present), 2) or (distinct % 1).any():
        return ""
    is_run = distinct[-1] - distinct[0] == len(distinct) - 1
    if not is_run and (len(present) < IDENTIFIER_ROWS or not _names_rows(column.name)):
        return ""
    return _identifier(len(distinct), "whole number", len(present), column)


def _identifier(n_distinct: int, noun: str, n_cells: int, column: RawColumn) -> str:
    rows = counted(n_cells, "row") + (" that have one" if n_cells < column.n_rows else "")
    return f"an identifier: {n_distinct} different {noun}s in {rows}"


def _names_rows(name: str) -> bool:
    """Return whether a name says that the column identifies rows: `id`, `customer_id`, `PassengerId`, `row`."""
    words = re.findall(r"[a-z0-9]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower())
    return bool(words) and (words[-1] in _NAMES_THAT_END_SO or words[0] == "id" or tuple(words[-2:]) in _NUMBERED)
