"""What the numbers of a column measure, so that a date is never read as a plain number, nor the other way round."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clearprop.tables.arrow_values import arrow_array, arrow_scalar, numpy_array
from clearprop.tables.canonical import canonical_texts
from clearprop.tables.cells import MISSING_WORDS, is_text, plain_values, tidy_text
from clearprop.tables.clock import PER_SECOND, duration_seconds, time_seconds, whole_seconds
from clearprop.tables.errors import TableError, shown

#: Seconds beyond this have no microseconds that 64 bits hold.
_MOST_SECONDS = 9e12


@dataclass(frozen=True)
class Measure:
    """How cells of one measure become float64 numbers.

    Args:
        name: what the cells are, in the plural, as messages say it.
        accepts: whether an Arrow type is of this measure.
        to_numbers: cells of such a type as float64.
        parse: text as float64; raises ArrowInvalid or ArrowNotImplementedError where a cell is something else.
        also: by name of another measure, how its cells become numbers of this one; may raise ArrowInvalid.
        moment: the Arrow type by which seconds of this measure are shown; None where a number says it all.

    Example:
        >>> MEASURES["dates"].accepts(pa.date32())
        True
    """

    name: str
    accepts: Callable[[pa.DataType], bool]
    to_numbers: Callable[[pa.Array], pa.Array]
    parse: Callable[[pa.Array], pa.Array]
    also: dict[str, Callable[[pa.Array], pa.Array]] = field(default_factory=dict)
    moment: pa.DataType | None = None

    def show(self, number: float) -> str:
        """Return a number of this measure as a message shows it: a date as a date.

        Args:
            number: what `to_numbers` gave, or a mean of such.

        Raises:
            Nothing.

        Example:
            >>> MEASURES["dates"].show(1577836800.0), MEASURES["numbers"].show(1577836800.0)
            ('2020-01-01', '1.57784e+09')
        """
        if self.moment is None or abs(number) > _MOST_SECONDS:
            return f"{number:.6g}"
        return str(canonical_texts(pa.array([round(number * 1e6)]).cast(self.moment))[0])


def _plain_numbers(values: pa.Array) -> pa.Array:
    return values.cast(pa.float64(), safe=False)


def _truth_numbers(values: pa.Array) -> pa.Array:
    return values.cast(pa.uint8()).cast(pa.float64())


def _seconds(values: pa.Array) -> pa.Array:
    if pa.types.is_date(values.type):
        values = values.cast(pa.timestamp("ms"))
    if pa.types.is_timestamp(values.type) and values.type.unit == "ns":
        # As float64, nanoseconds since 1970 would not be those that microseconds of the same moment are.
        values = values.cast(pa.timestamp("us", values.type.tz), safe=False)
    width = pa.int32() if pa.types.is_time32(values.type) else pa.int64()
    return pc.divide(values.cast(width).cast(pa.float64(), safe=False), PER_SECOND[values.type.unit])


def _parse_truth(texts: pa.Array) -> pa.Array:
    truth = pc.index_in(pc.utf8_lower(texts), arrow_array(["false", "true"], texts.type)).cast(pa.float64())
    rest = pc.if_else(pc.is_valid(truth), arrow_scalar(None, texts.type), texts)
    return pc.coalesce(truth, rest.cast(pa.float64()))


def _parse_dates(texts: pa.Array) -> pa.Array:
    # Arrow reads a zone ("...Z", "+02:00") only into a type that has one, and nine decimals only into nanoseconds.
    for unit, zone in (("us", None), ("us", "UTC"), ("ns", None)):
        try:
            return _seconds(texts.cast(pa.timestamp(unit, zone)))
        except pa.ArrowInvalid:
            continue
    return _seconds(texts.cast(pa.timestamp("ns", "UTC")))


_DURATIONS = {unit: f"durations in {unit}" for unit in PER_SECOND}


def _durations(unit: str) -> Measure:
    """Return the measure of durations of one storage unit, which is what whole numbers in a text file count."""
    others: dict[str, Callable[[pa.Array], pa.Array]] = dict.fromkeys(_DURATIONS.values(), _seconds)
    return Measure(
        _DURATIONS[unit],
        lambda t: pa.types.is_duration(t) and t.unit == unit,
        _seconds,
        partial(duration_seconds, unit=unit),
        # A CSV reader takes "01:30:00" for a time of day.
        {**others, "times of day": _seconds, "numbers": partial(whole_seconds, unit=unit)},
        pa.duration("us"),
    )


MEASURES = {
    measure.name: measure
    for measure in (
        Measure(
            "numbers",
            lambda t: any(check(t) for check in (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)),
            _plain_numbers,
            lambda texts: texts.cast(pa.float64()),
            {"true/false values": _truth_numbers},
        ),
        Measure("true/false values", pa.types.is_boolean, _truth_numbers, _parse_truth, {"numbers": _plain_numbers}),
        Measure(
            "dates",
            lambda t: pa.types.is_date(t) or pa.types.is_timestamp(t),
            _seconds,
            _parse_dates,
            moment=pa.timestamp("us"),
        ),
        Measure("times of day", pa.types.is_time, _seconds, time_seconds, moment=pa.time64("us")),
        *(_durations(unit) for unit in PER_SECOND),
    )
}


def measure_of(data_type: pa.DataType) -> Measure | None:
    """Return what cells of an Arrow type measure, or None where they measure nothing (text, lists, nothing at all).

    Args:
        data_type: an Arrow type.

    Raises:
        Nothing.

    Example:
        >>> measure_of(pa.decimal128(5, 2)).name
        'numbers'
    """
    return next((measure for measure in MEASURES.values() if measure.accepts(data_type)), None)


def finite_numbers(
    values: pa.Array | pa.ChunkedArray, measure: Measure, *, source: str = "table", column: str | None = None
) -> np.ndarray:
    """Return the cells of a column as float64, NaN where one is missing.

    Args:
        values: the n cells; text is parsed.
        measure: what they must measure.
        source: the table's name, for messages.
        column: the column's name, for messages.

    Raises:
        TableError: a cell is infinite or no such number, or the cells measure something else.

    Example:
        >>> finite_numbers(pa.array(["1.5", "NA", " 2 "]), MEASURES["numbers"])
        array([1.5, nan, 2. ])
    """
    array = plain_values(values)
    if pa.types.is_null(array.type):
        return np.full(len(array), np.nan)
    if is_text(array.type):
        converted = _parsed(array, measure, source, column)
    else:
        converted = _converted(array, measure, source, column)
    numbers = numpy_array(converted)
    infinite = np.isinf(numbers)
    if infinite.any():
        row = int(np.argmax(infinite))
        problem = f"holds {numbers[row]}; a finite number or an empty cell is needed"
        raise TableError(problem, source=source, column=column, row=row + 1)
    return numbers


def _converted(values: pa.Array, measure: Measure, source: str, column: str | None) -> pa.Array:
    """Return cells of a measure, or of one that can stand for it, as its numbers."""
    found = measure_of(values.type)
    try:
        if found is measure:
            return measure.to_numbers(values)
        if found is not None and found.name in measure.also:
            return measure.also[found.name](values)
    except pa.ArrowInvalid as error:
        held = f"{found.name}, and {error}" if found else str(error)
    else:
        held = found.name if found else str(values.type)
    raise TableError(f"holds {held}; {measure.name} are needed", source=source, column=column)


def _parsed(texts: pa.Array, measure: Measure, source: str, column: str | None) -> pa.Array:
    """Return text as numbers, or name the first cell that is none."""
    texts = tidy_text(texts)
    missing = pc.is_in(texts, arrow_array(MISSING_WORDS, texts.type))
    texts = pc.if_else(missing, arrow_scalar(None, texts.type), texts)
    if (numbers := _attempt(texts, measure)) is not None:
        return numbers
    readable, unreadable = 0, len(texts)
    while unreadable - readable > 1:
        middle = (readable + unreadable) // 2
        if _attempt(texts[:middle], measure) is None:
            unreadable = middle
        else:
            readable = middle
    problem = f"holds {shown(texts[readable].as_py())}; {measure.name} or empty cells are needed"
    raise TableError(problem, source=source, column=column, row=unreadable)


def _attempt(texts: pa.Array, measure: Measure) -> pa.Array | None:
    """Return text as numbers, or None where a cell is none."""
    try:
        return measure.parse(texts)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
