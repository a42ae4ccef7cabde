"""Times of day and durations as text: written in one certain form, read in the forms that common libraries write."""

from decimal import Decimal
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from clearprop.tables.arrow_values import arrow_scalar

#: How many of an Arrow time unit make a second.
PER_SECOND = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}

_SECONDS = r"(?P<seconds>[0-5]\d(?:\.\d+)?)"
_TIME = rf"^(?P<hours>[01]?\d|2[0-3]):(?P<minutes>[0-5]\d)(?::{_SECONDS})?$"
#: ISO 8601 ("P1DT2H", "-PT0.5S"), as this package and Polars write it.
_ISO = (
    r"^(?P<sign>[+-]?)P(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?$"
)
_ENDS_WITH_UNIT = r"\d[DHMS]$"
#: "1:30:00", "-0:00:05".
_CLOCK = rf"^(?P<sign>[+-]?)(?P<hours>\d+):(?P<minutes>[0-5]\d):{_SECONDS}$"
#: "1 day, 0:00:00" (Python), "-1 days +23:59:55" (pandas): the clock counts forward whatever the sign of the days.
_DAYS = rf"^(?P<days>[+-]?\d+) days?(?:,? \+?(?P<hours>\d+):(?P<minutes>[0-5]\d):{_SECONDS})?$"
_WHOLE = r"^[+-]?\d+$"
_SECONDS_IN = {"days": 86400.0, "hours": 3600.0, "minutes": 60.0, "seconds": 1.0}


def time_seconds(texts: pa.Array) -> pa.Array:
    """Return times of day as seconds since midnight (float64), null where a text is null.

    Args:
        texts: the n texts.

    Raises:
        ArrowInvalid: a text is no time of day.

    Example:
        >>> time_seconds(pa.array(["00:00:00.500000", "01:00"])).to_pylist()
        [0.5, 3600.0]
    """
    return _all_read(_seconds_as(texts, _TIME), texts)


def duration_seconds(texts: pa.Array, unit: str) -> pa.Array:
    """Return durations as seconds (float64), null where a text is null.

    Args:
        texts: the n texts: ISO 8601, a clock with or without days, or a whole number.
        unit: what a whole number counts: "s", "ms", "us" or "ns".

    Raises:
        ArrowInvalid: a text is no duration.

    Example:
        >>> duration_seconds(pa.array(["PT0.5S", "1 day, 0:00:01", "-1 days +23:59:59", "1500"]), "ms").to_pylist()
        [0.5, 86401.0, -1.0, 1.5]
    """
    read = pc.coalesce(
        # A lone "P" or "PT" names no amount.
        _seconds_as(_matching(texts, _ENDS_WITH_UNIT), _ISO),
        _seconds_as(texts, _CLOCK),
        _seconds_as(texts, _DAYS),
        pc.divide(_matching(texts, _WHOLE).cast(pa.float64()), PER_SECOND[unit]),
    )
    return _all_read(read, texts)


def whole_seconds(numbers: pa.Array, unit: str) -> pa.Array:
    """Return whole numbers of a unit, which is how CSV writers leave durations, as seconds (float64).

    Args:
        numbers: the n numbers.
        unit: what they count: "s", "ms", "us" or "ns".

    Raises:
        ArrowInvalid: a number has a fraction, so that it is hardly a count of the unit.

    Example:
        >>> whole_seconds(pa.array([1500, None]), "ms").to_pylist()
        [1.5, None]
    """
    counts = numbers.cast(pa.float64(), safe=False)
    counts = pc.if_else(pc.is_nan(counts), arrow_scalar(None, pa.float64()), counts)
    if pc.any(pc.not_equal(pc.floor(counts), counts)).as_py():
        raise pa.ArrowInvalid("a number has a fraction")
    return pc.divide(counts, PER_SECOND[unit])


def duration_texts(values: pa.Array) -> pa.Array:
    """Return durations as ISO 8601 in seconds, which says the same whatever the storage unit; null where one is null.

    Args:
        values: n durations.

    Raises:
        Nothing.

    Example:
        >>> duration_texts(pa.array([1500, -60_000, None], pa.duration("ms"))).to_pylist()
        ['PT1.5S', '-PT60S', None]
    """
    decimals = {"s": 0, "ms": 3, "us": 6, "ns": 9}[values.type.unit]
    counts = values.cast(pa.int64()).to_pylist()
    return pa.array([None if count is None else _iso(count, decimals) for count in counts], pa.large_string())


def _iso(count: int, decimals: int) -> str:
    """Return a count of a decimal part of a second as ISO 8601."""
    seconds = f"{Decimal(abs(count)).scaleb(-decimals):f}"
    digits = seconds.rstrip("0").rstrip(".") if "." in seconds else seconds
    return f"{'-' if count < 0 else ''}PT{digits}S"


def _seconds_as(texts: pa.Array, pattern: str) -> pa.Array:
    """Return the seconds that the named parts of a pattern add up to, null where a text does not match."""
    parts = pc.extract_regex(texts, pattern)
    names = [parts.type.field(index).name for index in range(parts.type.num_fields)]
    amounts = [
        pc.multiply(_amounts(pc.struct_field(parts, name)), _SECONDS_IN[name]) for name in names if name in _SECONDS_IN
    ]
    total = reduce(pc.add, amounts)
    if "sign" not in names:
        return total
    return pc.if_else(pc.equal(pc.struct_field(parts, "sign"), "-"), pc.negate(total), total)


def _amounts(digits: pa.Array) -> pa.Array:
    """Return digits as numbers; a part that is left out counts nothing."""
    return pc.if_else(pc.equal(digits, ""), pa.scalar("0", digits.type), digits).cast(pa.float64())


def _matching(texts: pa.Array, pattern: str) -> pa.Array:
    """Return the texts that match a pattern, and null for the others."""
    return pc.if_else(pc.match_substring_regex(texts, pattern), texts, arrow_scalar(None, texts.type))


def _all_read(seconds: pa.Array, texts: pa.Array) -> pa.Array:
    """Return the seconds if every text that is there has some."""
    if seconds.null_count != texts.null_count:
        raise pa.ArrowInvalid("a text is of no known form")
    return seconds
