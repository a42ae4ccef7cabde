"""One column of a training table as it came, with what everybody asks of it worked out once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from clearprop.tables.arrow_values import arrow_array
from clearprop.tables.cells import is_scalar, is_text, value_type
from clearprop.tables.distinct import counted_texts, is_all_missing
from clearprop.tables.errors import TableError
from clearprop.tables.measures import Measure, finite_numbers


@dataclass(frozen=True)
class RawColumn:
    """A column of a training table.

    Args:
        name: its name.
        values: its n cells.
        source: the table's name, for messages.

    Raises:
        TableError: (`numbers`) a cell is infinite or no such number.

    Example:
        >>> RawColumn("sex", pa.array(["male", None, "male"]), "people.csv").counts
        {'male': 2}
    """

    name: str
    values: pa.Array | pa.ChunkedArray
    source: str

    @property
    def n_rows(self) -> int:
        """Return how many cells there are."""
        return len(self.values)

    @property
    def data_type(self) -> pa.DataType:
        """Return the Arrow type of the cells themselves, however they are stored."""
        return value_type(self.values.type)

    @property
    def is_scalar(self) -> bool:
        """Return whether each cell is a single value."""
        return is_scalar(self.values.type)

    @property
    def is_text(self) -> bool:
        """Return whether the cells are text."""
        return is_text(self.data_type)

    @property
    def is_declared(self) -> bool:
        """Return whether whoever made the table declared the cells to be categories."""
        return bool(pa.types.is_dictionary(self.values.type))

    @cached_property
    def is_all_missing(self) -> bool:
        """Return whether no cell holds anything."""
        return is_all_missing(self.values) or (self.is_text and not self.counts)

    @cached_property
    def counts(self) -> dict[str, int]:
        """Return how many cells hold each text (or canonical spelling), sorted; missing cells are left out."""
        return counted_texts(self.values)

    @property
    def n_missing(self) -> int:
        """Return how many cells are missing, by `counts`."""
        return self.n_rows - sum(self.counts.values())

    @cached_property
    def distinct_texts(self) -> pa.Array:
        """Return the different texts, sorted."""
        return arrow_array(list(self.counts), pa.large_string()) if self.counts else pa.nulls(0, pa.large_string())

    def numbers(self, measure: Measure) -> np.ndarray:
        """Return the cells as float64, NaN where one is missing."""
        return finite_numbers(self.values, measure, source=self.source, column=self.name)

    def error(self, problem: str, *, row: int | None = None) -> TableError:
        """Return an error about this column."""
        return TableError(problem, source=self.source, column=self.name, row=row)
