"""Columns of true and false: a category of two, whichever of them training saw."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa

from clearprop.tables.arrow_values import arrow_scalar, numpy_array
from clearprop.tables.cells import plain_values
from clearprop.tables.distinct import is_all_missing
from clearprop.tables.errors import TableError, counted
from clearprop.tables.feature_records import whole_number
from clearprop.tables.measures import MEASURES, finite_numbers
from clearprop.tables.one_category import OneCategory
from clearprop.tables.raw_column import RawColumn


@dataclass(frozen=True)
class BooleanFeature(OneCategory):
    """What training learned of a column of true and false.

    Args:
        name, n_missing, n_rows: see `OneCategory`.
        n_true: the cells of training that are true.

    Raises:
        TableError: (`fit`, `read`) a cell is neither true, false, 0, 1 nor missing.
        TypeError: (`from_dict`) a field is malformed.

    Example:
        >>> smokes = BooleanFeature.fit("boolean", RawColumn("smokes", pa.array([True, False, None]), "people.csv"))
        >>> smokes.describe()
        '1 of 3 cells true; 1 of 3 cells missing'
        >>> smokes.read(pa.array(["TRUE", "false", None, "0"]), source="new.csv")
        ([], [array([2, 1, 0, 1], dtype=int32)])
    """

    kinds: ClassVar[tuple[str, ...]] = ("boolean",)
    kind: ClassVar[str] = "boolean"
    categories: ClassVar[tuple[tuple[str, ...], ...]] = (("false", "true"),)
    becomes: ClassVar[str] = "a category of 2 (false, true)"

    n_true: int

    @classmethod
    def fit(cls, kind: str, column: RawColumn) -> Self:
        """Return what the n cells of a training column teach."""
        codes = _codes(column.values, source=column.source, column=column.name)
        return cls(column.name, int((codes == 0).sum()), len(codes), int((codes == 2).sum()))

    @property
    def is_constant(self) -> bool:
        """Return whether training saw only true, or only false."""
        return self.n_true in (0, self.n_rows - self.n_missing)

    def describe(self) -> str:
        """Return one phrase on what was learned."""
        if self.n_missing == self.n_rows:
            return "every cell is missing"
        if self.is_constant:
            return f"every cell is {'true' if self.n_true else 'false'}" + (" or missing" if self.n_missing else "")
        return "; ".join([f"{self.n_true} of {counted(self.n_rows, 'cell')} true", *self.remarks])

    def read(self, values: pa.Array | pa.ChunkedArray, *, source: str) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Return no numbers and the codes of the n cells: 1 for false, 2 for true."""
        return [], [_codes(values, source=source, column=self.name)]

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain values that JSON holds exactly."""
        return {"kind": self.kind, **asdict(self)}

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Self:
        """Return the feature that `to_dict` described."""
        feature = cls(**{key: value for key, value in record.items() if key != "kind"})
        for name in ("n_missing", "n_rows", "n_true"):
            whole_number(name, getattr(feature, name))
        return feature


def _codes(values: pa.Array | pa.ChunkedArray, *, source: str, column: str) -> np.ndarray:
    """Return 1 for false, 2 for true, 0 for a missing cell."""
    if is_all_missing(values):
        return np.zeros(len(values), np.int32)
    if pa.types.is_boolean(values.type):
        truths = plain_values(values).cast(pa.uint8()).cast(pa.int32())
        return numpy_array(truths.fill_null(arrow_scalar(-1, pa.int32()))) + np.int32(1)
    numbers = finite_numbers(values, MEASURES["true/false values"], source=source, column=column)
    other = ~((numbers == 0) | (numbers == 1) | np.isnan(numbers))
    if other.any():
        row = int(np.argmax(other))
        problem = f"holds {numbers[row]:g}; true/false values, 0, 1 or empty cells are needed"
        raise TableError(problem, source=source, column=column, row=row + 1)
    return np.where(np.isnan(numbers), 0, numbers + 1).astype(np.int32)
