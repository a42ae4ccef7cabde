"""Columns whose cells are numbers, or become one each: amounts, times of day, durations."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clearprop.tables.arrow_values import arrow_array, arrow_scalar
from clearprop.tables.cells import is_text, plain_values, tidy_text, value_type
from clearprop.tables.distinct import is_all_missing
from clearprop.tables.errors import listed
from clearprop.tables.feature_records import missing_phrase, text_tuple, whole_number
from clearprop.tables.measures import MEASURES, Measure, finite_numbers, measure_of
from clearprop.tables.raw_column import RawColumn
from clearprop.tables.written_measures import stray_texts, written_measure


@dataclass(frozen=True)
class MeasuredFeature:
    """What training learned of a column of numbers; times and durations count seconds.

    Args:
        name: the column's name.
        kind: "number", "time" or "duration".
        measure: what the numbers measure, a key of `MEASURES`.
        low: the smallest number of training, NaN where there is none.
        high: the largest.
        strays: texts of training that are no numbers and are read as missing.
        was_text: whether the cells of training were text.
        n_missing: the missing cells in training, strays among them.
        n_rows: the rows in training.

    Raises:
        TableError: (`fit`, `read`) a cell is infinite or not of the measure; (`from_dict`) a field is malformed.

    Example:
        >>> age = MeasuredFeature.fit("number", RawColumn("age", pa.array([20, None, 40]), "people.csv"))
        >>> age.describe()
        '20 to 40; 1 of 3 cells missing'
        >>> age.read(pa.array(["30", "NA"]), source="new.csv")
        ([array([30., nan])], [])
    """

    kinds: ClassVar[tuple[str, ...]] = ("number", "time", "duration")

    name: str
    kind: str
    measure: str
    low: float
    high: float
    strays: tuple[str, ...]
    was_text: bool
    n_missing: int
    n_rows: int

    @classmethod
    def fit(cls, kind: str, column: RawColumn) -> Self:
        """Return what the n cells of a training column teach."""
        measure, strays = _measure_and_strays(kind, column)
        numbers = finite_numbers(_without(strays, column.values), measure, source=column.source, column=column.name)
        missing = np.isnan(numbers)
        n_missing = int(missing.sum())
        present = numbers[~missing] if n_missing else numbers
        low, high = (float(present.min()), float(present.max())) if len(present) else (np.nan, np.nan)
        return cls(column.name, kind, measure.name, low, high, strays, column.is_text, n_missing, len(numbers))

    @property
    def is_constant(self) -> bool:
        """Return whether training saw no two different numbers."""
        return not self.low < self.high

    @property
    def number_names(self) -> tuple[str, ...]:
        """Return the name of its one number."""
        return (self.name,)

    @property
    def category_names(self) -> tuple[str, ...]:
        """Return nothing: it gives no category."""
        return ()

    @property
    def categories(self) -> tuple[tuple[str, ...], ...]:
        """Return nothing: it gives no category."""
        return ()

    @property
    def becomes(self) -> str:
        """Return what is made of the column."""
        return "a number" if self.kind == "number" else "a number (seconds)"

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return one phrase for each decision that a reader should know of."""
        missing = missing_phrase(self.n_missing, self.n_rows)
        return tuple(phrase for phrase in (self._writing, missing) if phrase)

    def describe(self) -> str:
        """Return one phrase on what was learned."""
        if not self.low <= self.high:
            return "every cell is missing"
        show = MEASURES[self.measure].show
        cells = show(self.low) if self.is_constant else f"{show(self.low)} to {show(self.high)}"
        if self.is_constant:
            return f"every cell is {cells} or missing" if self.n_missing else f"every cell is {cells}"
        return "; ".join([cells, *self.remarks])

    def read(self, values: pa.Array | pa.ChunkedArray, *, source: str) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Return the numbers of the n cells, NaN where one is missing, and no codes."""
        if is_all_missing(values):
            return [np.full(len(values), np.nan)], []
        cells = _without(self.strays, values)
        return [finite_numbers(cells, MEASURES[self.measure], source=source, column=self.name)], []

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain values that JSON holds exactly."""
        bounds = {name: None if np.isnan(value := getattr(self, name)) else value for name in ("low", "high")}
        return {**asdict(self), **bounds, "strays": list(self.strays)}

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Self:
        """Return the feature that `to_dict` described."""
        feature = cls(**record)
        low, high = (np.nan if bound is None else bound for bound in (feature.low, feature.high))
        if not all(isinstance(bound, float) and not np.isinf(bound) for bound in (low, high)):
            raise TypeError("low and high must be finite numbers or null")
        if feature.measure not in MEASURES:
            raise TypeError(f"measure must be one of {listed(list(MEASURES))}")
        strays = text_tuple("strays", feature.strays)
        if type(feature.was_text) is not bool:
            raise TypeError("was_text must be true or false")
        counts = (whole_number("n_missing", feature.n_missing), whole_number("n_rows", feature.n_rows))
        return cls(feature.name, feature.kind, feature.measure, low, high, strays, feature.was_text, *counts)

    @property
    def _writing(self) -> str:
        """Return how text was read as numbers, or nothing where there was none."""
        if self.strays:
            return f"numbers but for {listed(list(self.strays), 3)}, read as missing"
        return f"{MEASURES[self.measure].name.split(' in ')[0]} written as text" if self.was_text else ""


def _measure_and_strays(kind: str, column: RawColumn) -> tuple[Measure, tuple[str, ...]]:
    """Return what the cells of a column measure, and the texts in it that are to be read as missing."""
    usual = {"number": "numbers", "time": "times of day", "duration": "durations in us"}[kind]
    if column.is_all_missing:
        return MEASURES[usual], ()
    if not column.is_text:
        found = measure_of(column.data_type)
        fits = found is not None and (kind == "number" or found.name.startswith(usual.split(" in ")[0]))
        if fits and found is not None and found.name != "true/false values":
            return found, ()
        return MEASURES[usual], ()
    if kind == "number":
        strays = stray_texts(column.counts)
        written = None if strays else written_measure(column.distinct_texts)
        return written or MEASURES[usual], strays
    return MEASURES[usual], ()


def _without(strays: tuple[str, ...], values: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Return text with strays as missing cells, and other cells as they are."""
    if not strays or not is_text(value_type(values.type)):
        return values
    texts = tidy_text(plain_values(values))
    is_stray = pc.is_in(texts, arrow_array(list(strays), texts.type))
    return pc.if_else(is_stray, arrow_scalar(None, texts.type), texts)
