"""What every reader of a table checks first: that each column has its own name, and that none is missing."""

from collections import Counter
from typing import Any

import pyarrow as pa

from clearprop.tables.errors import TableError, listed
from clearprop.tables.reading import to_table


def checked_table(table: Any, source: str) -> pa.Table:
    """Return anything tabular as a table whose columns have different names.

    Args:
        table: anything that `to_table` takes.
        source: the table's name, for messages.

    Raises:
        TableError: two columns share a name; else as `to_table`.

    Example:
        >>> checked_table({"x": [1]}, "a.csv").column_names
        ['x']
    """
    table = to_table(table)
    twice = [name for name, count in Counter(table.column_names).items() if count > 1]
    if twice:
        raise TableError("is the name of several columns; each needs its own", source=source, column=twice[0])
    return table


def check_present(needed: list[str], there: list[str], source: str) -> None:
    """Raise an error that names all the columns that are missing.

    Args:
        needed: the columns that must be there.
        there: the columns that are.
        source: the table's name, for messages.

    Raises:
        TableError: a column is missing.

    Example:
        >>> check_present(["x", "y"], ["y"], "a.csv")
        Traceback (most recent call last):
        clearprop.tables.errors.TableError: a.csv: column 'x' is missing; the columns there are: 'y'
    """
    missing = [name for name in needed if name not in set(there)]
    if missing:
        what = f"column {missing[0]!r} is" if len(missing) == 1 else f"columns {listed(missing, len(missing))} are"
        raise TableError(f"{what} missing; the columns there are: {listed(there) or 'none'}", source=source)
