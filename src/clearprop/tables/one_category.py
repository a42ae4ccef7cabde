"""What all columns that become one category share: their names, their words on missing cells, their cells' check."""

from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa

from clearprop.tables.cells import is_scalar
from clearprop.tables.errors import TableError
from clearprop.tables.feature_records import missing_phrase


@dataclass(frozen=True)
class OneCategory:
    """A column that becomes one category.

    Args:
        name: the column's name.
        n_missing: the missing cells in training.
        n_rows: the rows in training.

    Raises:
        Nothing.

    Example:
        >>> OneCategory("sex", 1, 3).remarks
        ('1 of 3 cells missing',)
    """

    number_names: ClassVar[tuple[str, ...]] = ()

    name: str
    n_missing: int
    n_rows: int

    @property
    def category_names(self) -> tuple[str, ...]:
        """Return the name of its one category."""
        return (self.name,)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return one phrase for each decision that a reader should know of."""
        missing = missing_phrase(self.n_missing, self.n_rows)
        return (missing,) if missing else ()


def check_scalar(values: pa.Array | pa.ChunkedArray, *, source: str, column: str) -> None:
    """Raise an error where the cells of a column are no single values, unless none holds anything.

    Args:
        values: the n cells.
        source: the table's name, for messages.
        column: the column's name, for messages.

    Raises:
        TableError: the cells are lists or the like.

    Example:
        >>> check_scalar(pa.array([[1]]), source="a.parquet", column="x")
        Traceback (most recent call last):
        clearprop.tables.errors.TableError: a.parquet, column 'x': holds list<...>; numbers, text, dates, ...
    """
    if not is_scalar(values.type) and values.null_count < len(values):
        problem = f"holds {values.type}; numbers, text, dates, times or true/false values are needed"
        raise TableError(problem, source=source, column=column)
