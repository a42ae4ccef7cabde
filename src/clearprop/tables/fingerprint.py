"""A short text by which a table is known again, so that nobody measures on training rows without noticing."""

import hashlib

import numpy as np
import pyarrow as pa

from clearprop.tables.arrow_values import arrow_array
from clearprop.tables.canonical import canonical_text, texts_and_codes
from clearprop.tables.cells import is_scalar

#: So many rows, spread over the table, are looked at.
MOST_ROWS = 40


def fingerprint(table: pa.Table) -> str:
    """Return 16 digits that two tables with the same rows share, whatever kind of file they come from.

    The number of rows and the cells of some of them count; the order of the columns does not.

    Args:
        table: the table.

    Raises:
        Nothing.

    Example:
        >>> one, other = pa.table({"x": [1, 2], "y": ["a", None]}), pa.table({"y": ["a", None], "x": ["1", "2"]})
        >>> fingerprint(one) == fingerprint(other), fingerprint(one) == fingerprint(one[:1])
        (True, False)
    """
    rows = np.unique(np.linspace(0, max(0, table.num_rows - 1), MOST_ROWS).astype(int))
    some = table.take(arrow_array(rows if table.num_rows else rows[:0]))
    digest = hashlib.sha256(str(table.num_rows).encode())
    for name in sorted(table.column_names):
        values = some.column(some.column_names.index(name))
        cells = _texts(values) if is_scalar(values.type) else values.to_pylist()
        digest.update(repr((name, cells)).encode("utf-8", "replace"))
    return digest.hexdigest()[:16]


def _texts(values: pa.ChunkedArray) -> list[str | None]:
    """Return the cells in their canonical spelling."""
    texts, codes = texts_and_codes(values)
    found = [None if code < 0 else texts[code] for code in codes]
    return [None if text is None else canonical_text(text) for text in found]
