"""The cells of one row of a table, as texts."""

import math

import pyarrow as pa

from clearprop.report.texts import named, number

MOST_CHARACTERS = 120


def cells_of(features: pa.Table, place: int) -> list[tuple[str, str]]:
    """Return the names and the cells of a row, by its place from 0, as texts."""
    found = []
    for name, column in zip(features.column_names, features.columns, strict=True):
        value = column[place].as_py()
        is_missing = value is None or (isinstance(value, float) and math.isnan(value))
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        text = "–" if is_missing else number(value, 6) if is_number else named(value, MOST_CHARACTERS)
        found.append((named(name), text))
    return found
