"""Columns of numbers: missing cells filled with the median and marked, values standardised."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa

from clearprop.tables.errors import TableError, counted
from clearprop.tables.measures import MEASURES, finite_numbers, measure_of

_FLOAT32_MAX = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class NumericColumn:
    """What training learned of a numeric column (numbers, true/false, dates, times, durations).

    Args:
        name: the column's name.
        measure: what its numbers measure, a key of `MEASURES`.
        fill: the median, which stands in for a missing cell; NaN is never stored (0 where every cell is missing).
        mean: the mean after filling.
        deviation: the standard deviation after filling; 0 where all cells that are not missing are equal.
        n_missing: the missing cells in training.
        n_rows: the rows in training.

    Raises:
        TableError: (`fit`, `encode`) a cell is infinite or not of the measure; (`from_dict`) a field is malformed.

    Example:
        >>> column = NumericColumn.fit("age", pa.array([20, None, 40]), source="people.csv")
        >>> column.feature_names
        ('age', 'age is missing')
        >>> out = np.zeros((2, 2), np.float32)
        >>> column.encode(pa.array([30.0, None]), out, source="new.csv")
        >>> out.tolist()
        [[0.0, 0.0], [0.0, 1.0]]
    """

    kind: ClassVar[str] = "numeric"

    name: str
    measure: str
    fill: float
    mean: float
    deviation: float
    n_missing: int
    n_rows: int

    @staticmethod
    def accepts(data_type: pa.DataType) -> bool:
        """Return whether a training column of this Arrow type is numeric; one of nothing but nulls counts as such."""
        return pa.types.is_null(data_type) or measure_of(data_type) is not None

    @classmethod
    def fit(cls, name: str, values: pa.Array | pa.ChunkedArray, *, source: str) -> Self:
        """Return what the n cells of a training column teach."""
        measure = measure_of(values.type) or MEASURES["numbers"]
        numbers = finite_numbers(values, measure, source=source, column=name)
        missing = np.isnan(numbers)
        n_missing, n_rows = int(missing.sum()), len(numbers)
        present = numbers[~missing] if n_missing else numbers
        if not len(present):
            return cls(name, measure.name, 0.0, 0.0, 0.0, n_missing, n_rows)
        fill = _median(present)
        if present.min() == present.max():
            return cls(name, measure.name, fill, fill, 0.0, n_missing, n_rows)
        mean, deviation = _mean_and_deviation(np.where(missing, fill, numbers))
        return cls(name, measure.name, fill, mean, deviation, n_missing, n_rows)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Return the features that it gives: its value unless constant, and whether it is missing if it ever was."""
        value = (self.name,) if self.deviation > 0 else ()
        mark = (f"{self.name} is missing",) if 0 < self.n_missing < self.n_rows else ()
        return value + mark

    @property
    def notes(self) -> tuple[str, ...]:
        """Return one line for each decision that a reader should know of."""
        if not self.feature_names:
            return (f"column {self.name!r} is dropped: {self.describe()}",)
        return (f"column {self.name!r}: {self.describe()}",) if self.n_missing else ()

    def encode(self, values: pa.Array | pa.ChunkedArray, out: np.ndarray, *, source: str) -> None:
        """Write the n cells of a column into `out`, of shape (n, len(feature_names))."""
        numbers = finite_numbers(values, MEASURES[self.measure], source=source, column=self.name)
        missing = np.isnan(numbers)
        if self.n_missing:
            out[:, -1] = missing
        if self.deviation > 0:
            with np.errstate(over="ignore"):
                scaled = (np.where(missing, self.fill, numbers) - self.mean) / self.deviation
            # A number far beyond those of training must not become an infinity in float32.
            out[:, 0] = np.clip(scaled, -_FLOAT32_MAX, _FLOAT32_MAX)

    def describe(self) -> str:
        """Return one phrase on what was learned."""
        if self.n_missing == self.n_rows:
            return "every cell is missing"
        measure = MEASURES[self.measure]
        fill = measure.show(self.fill)
        if self.deviation == 0 and not self.n_missing:
            return f"every cell is {fill}"
        if self.deviation == 0:
            return f"every cell is {fill} or missing; only '{self.name} is missing' is used"
        unit = "" if measure.moment is None else " seconds"
        spread = f"mean {measure.show(self.mean)}, standard deviation {self.deviation:.6g}{unit}"
        if not self.n_missing:
            return spread
        cells = counted(self.n_missing, "missing cell")
        return f"{spread}; {cells}, filled with the median {fill} and marked by '{self.name} is missing'"

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain values that JSON holds exactly."""
        return {"kind": self.kind, **asdict(self)}

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Self:
        """Return the column that `to_dict` described."""
        column = cls(**{key: value for key, value in record.items() if key != "kind"})
        numbers = (column.fill, column.mean, column.deviation)
        if not all(isinstance(number, float) and np.isfinite(number) for number in numbers):
            raise TableError("fill, mean and deviation must be finite numbers", column=column.name)
        counts_fit = type(column.n_missing) is type(column.n_rows) is int and 0 <= column.n_missing <= column.n_rows
        if column.measure not in MEASURES or column.deviation < 0 or not counts_fit:
            raise TableError("measure, deviation or counts are not those of a numeric column", column=column.name)
        return column


def _median(present: np.ndarray) -> float:
    """Return the median; the mean of the two middle numbers is taken without overflow."""
    middle = len(present) // 2
    if len(present) % 2:
        return float(np.partition(present, middle)[middle])
    low, high = np.partition(present, (middle - 1, middle))[middle - 1 : middle + 1]
    return float(low / 2 + high / 2) if max(abs(low), abs(high)) > 1e300 else float((low + high) / 2)


def _mean_and_deviation(numbers: np.ndarray) -> tuple[float, float]:
    """Return mean and standard deviation; a power of two is taken out first, so that no square overflows."""
    exponent = int(np.frexp(np.abs(numbers).max())[1]) - 1
    reduced = np.ldexp(numbers, -exponent)
    # Unequal numbers next to 0 may still spread by less than the smallest float, which must not become 0.
    deviation = max(float(np.ldexp(reduced.std(), exponent)), np.nextafter(0.0, 1.0).item())
    return float(np.ldexp(reduced.mean(), exponent)), deviation
