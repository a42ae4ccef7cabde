"""The cells of one row of a table, as texts."""

import math
from typing import Any

import pyarrow as pa

from clearprop.report.texts import named

MOST_CHARACTERS = 120


def cells_of(features: pa.Table, place: int) -> list[tuple[str, str]]:
    """Return the names and the cells of a row, by its place from 0, as texts."""
    columns = zip(features.column_names, features.columns, strict=True)
    return [(named(name), _shown(column[place].as_py())) for name, column in columns]


def _shown(value: Any) -> str:
    """Write a cell as it stands in a table, a float in six digits; a missing one is a dash.

    >>> _shown(2007), _shown(0.1 + 0.2), _shown(None), _shown(" a ")
    ('2007', '0.3', '–', 'a')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    return f"{value:.6g}" if isinstance(value, float) else named(value, MOST_CHARACTERS)
