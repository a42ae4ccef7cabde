"""Columns of dates and date-times: elapsed days as a number, and the parts of the date that vary in training."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa

from clearprop.tables.date_parts import DATE_PARTS, Moments
from clearprop.tables.distinct import is_all_missing
from clearprop.tables.errors import TableError
from clearprop.tables.feature_records import missing_phrase, whole_number
from clearprop.tables.measures import MEASURES, finite_numbers
from clearprop.tables.raw_column import RawColumn

#: The first second of the year 1 and that after the year 9999, beyond which calendars say nothing of use.
_FIRST_SECOND, _END_SECOND = -62_135_596_800, 253_402_300_800


@dataclass(frozen=True)
class DateFeature:
    """What training learned of a column of dates; those with a time zone are read as the same moment in UTC.

    Args:
        name: the column's name.
        low: the earliest moment of training in seconds since 1970, NaN where there is none.
        high: the latest.
        numbers: the parts that are numbers and vary in training, keys of `DATE_PARTS`.
        seen: by part that is a category and varies, the values that training saw, in the calendar's order.
        is_zoned: whether the cells of training had a time zone.
        n_missing: the missing cells in training.
        n_rows: the rows in training.

    Raises:
        TableError: (`fit`, `read`) a cell is no date, or beyond the years 1 to 9999.
        TypeError: (`from_dict`) a field is malformed.

    Example:
        >>> sold = DateFeature.fit("date", RawColumn("sold", pa.array(["2020-01-01", "2020-02-01"]), "sales.csv"))
        >>> sold.describe()
        '2020-01-01 to 2020-02-01'
        >>> sold.number_names, sold.category_names
        (('sold: elapsed days',), ('sold: month', 'sold: day of week'))
        >>> sold.read(pa.array(["1970-01-02", "2021-02-06"]), source="new.csv")
        ([array([1.0000e+00, 1.8664e+04])], [array([1, 2], dtype=int32), array([0, 2], dtype=int32)])
    """

    kinds: ClassVar[tuple[str, ...]] = ("date",)
    kind: ClassVar[str] = "date"

    name: str
    low: float
    high: float
    numbers: tuple[str, ...]
    seen: dict[str, tuple[int, ...]]
    is_zoned: bool
    n_missing: int
    n_rows: int

    @classmethod
    def fit(cls, kind: str, column: RawColumn) -> Self:
        """Return what the n cells of a training column teach."""
        seconds = _seconds(column.values, source=column.source, column=column.name)
        present = seconds[~np.isnan(seconds)]
        low, high = (float(present.min()), float(present.max())) if len(present) else (np.nan, np.nan)
        numbers, seen, moments = [], {}, Moments(_microseconds(present))
        for part in DATE_PARTS.values():
            values = part.of(moments)
            if part.labels and len(found := np.flatnonzero(np.bincount(values, minlength=len(part.labels)))) > 1:
                seen[part.name] = tuple(found.tolist())
            elif not part.labels and len(values) and values.min() < values.max():
                numbers.append(part.name)
        is_zoned = bool(pa.types.is_timestamp(column.data_type) and column.data_type.tz)
        n_missing = len(seconds) - len(present)
        return cls(column.name, low, high, tuple(numbers), seen, is_zoned, n_missing, len(seconds))

    @property
    def is_constant(self) -> bool:
        """Return whether training saw no two different moments."""
        return not self.low < self.high

    @property
    def number_names(self) -> tuple[str, ...]:
        """Return the names of the parts that are numbers."""
        return tuple(f"{self.name}: {part}" for part in self.numbers)

    @property
    def category_names(self) -> tuple[str, ...]:
        """Return the names of the parts that are categories."""
        return tuple(f"{self.name}: {part}" for part in self.seen)

    @property
    def categories(self) -> tuple[tuple[str, ...], ...]:
        """Return the values of the codes 1, 2, ... of each part that is a category."""
        return tuple(tuple(DATE_PARTS[part].labels[value] for value in values) for part, values in self.seen.items())

    @property
    def becomes(self) -> str:
        """Return what is made of the column."""
        return ", ".join([*self.numbers, *(f"{part} (of {len(values)})" for part, values in self.seen.items())])

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return one phrase for each decision that a reader should know of."""
        zone = ("the times are those of UTC",) if self.is_zoned else ()
        missing = missing_phrase(self.n_missing, self.n_rows)
        return (*zone, *([missing] if missing else []))

    def describe(self) -> str:
        """Return one phrase on what was learned."""
        if not self.low <= self.high:
            return "every cell is missing"
        show = MEASURES["dates"].show
        if self.is_constant:
            return f"every cell is {show(self.low)}" + (" or missing" if self.n_missing else "")
        return "; ".join([f"{show(self.low)} to {show(self.high)}", *self.remarks])

    def read(self, values: pa.Array | pa.ChunkedArray, *, source: str) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Return the numbers and the codes of the n cells' parts; a missing cell gives NaN and 0."""
        seconds = _seconds(values, source=source, column=self.name)
        moments, missing = Moments(_microseconds(seconds)), np.isnan(seconds)
        numbers = [DATE_PARTS[part].of(moments).astype(np.float64) for part in self.numbers]
        codes = [_codes_of_part(part, seen)[DATE_PARTS[part].of(moments)] for part, seen in self.seen.items()]
        if missing.any():
            for part_numbers in numbers:
                part_numbers[missing] = np.nan
            for part_codes in codes:
                part_codes[missing] = 0
        return numbers, codes

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain values that JSON holds exactly."""
        bounds = {name: None if np.isnan(value := getattr(self, name)) else value for name in ("low", "high")}
        seen = {part: list(values) for part, values in self.seen.items()}
        return {"kind": self.kind, **asdict(self), **bounds, "numbers": list(self.numbers), "seen": seen}

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Self:
        """Return the feature that `to_dict` described."""
        feature = cls(**{key: value for key, value in record.items() if key != "kind"})
        low, high = (np.nan if bound is None else bound for bound in (feature.low, feature.high))
        if not isinstance(low, float) or not isinstance(high, float) or type(feature.is_zoned) is not bool:
            raise TypeError("low and high must be numbers or null, and is_zoned true or false")
        counts = (whole_number("n_missing", feature.n_missing), whole_number("n_rows", feature.n_rows))
        _check_parts(feature.numbers, feature.seen)
        seen = {part: tuple(values) for part, values in feature.seen.items()}
        return cls(feature.name, low, high, tuple(feature.numbers), seen, feature.is_zoned, *counts)


def _check_parts(numbers: Any, seen: Any) -> None:
    """Raise a TypeError where parts out of a record are none of `DATE_PARTS`."""
    amounts = [name for name, part in DATE_PARTS.items() if not part.labels]
    if not isinstance(numbers, list) or not set(numbers) <= set(amounts):
        raise TypeError(f"numbers must be of {', '.join(amounts)}")
    for part, values in seen.items() if isinstance(seen, dict) else [("", [])]:
        n_labels = len(DATE_PARTS[part].labels) if part in DATE_PARTS else 0
        if not isinstance(values, list) or not n_labels or any(whole_number(part, v) >= n_labels for v in values):
            raise TypeError("seen must hold, by part, values of the calendar")


def _seconds(values: pa.Array | pa.ChunkedArray, *, source: str, column: str) -> np.ndarray:
    """Return dates as seconds since 1970, NaN where one is missing."""
    if is_all_missing(values):
        return np.full(len(values), np.nan)
    seconds = finite_numbers(values, MEASURES["dates"], source=source, column=column)
    beyond = (seconds < _FIRST_SECOND) | (seconds >= _END_SECOND)
    if beyond.any():
        problem = "holds a date beyond the years 1 to 9999; one within them or an empty cell is needed"
        raise TableError(problem, source=source, column=column, row=int(np.argmax(beyond)) + 1)
    return seconds


def _microseconds(seconds: np.ndarray) -> np.ndarray:
    """Return seconds as whole microseconds, 0 where one is NaN."""
    return np.rint(np.nan_to_num(seconds) * 1e6).astype(np.int64)


def _codes_of_part(part: str, seen: tuple[int, ...]) -> np.ndarray:
    """Return the code of each value that a part can have, 0 for one that training never saw."""
    codes = np.zeros(len(DATE_PARTS[part].labels), np.int32)
    codes[list(seen)] = np.arange(1, len(seen) + 1)
    return codes
