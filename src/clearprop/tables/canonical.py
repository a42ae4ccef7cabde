"""One spelling for each value, so that 5, 5.0 and "5" are the same category wherever they come from."""

import math
import re
from decimal import Decimal

import numpy as np
import pyarrow as pa

from clearprop.tables.arrow_values import arrow_scalar, numpy_array
from clearprop.tables.cells import is_text, plain_array, tidy_text
from clearprop.tables.clock import duration_texts

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_MIDNIGHT = re.compile(r" 00:00(:00(\.0+)?)?$")
_ZERO_FRACTION = re.compile(r"(:\d\d)\.0+$|(\.\d*?[1-9])0+$")


def canonical_text(text: str) -> str:
    """Return the canonical spelling of a text that may stand for a number or for true/false.

    Args:
        text: any text.

    Raises:
        Nothing.

    Example:
        >>> [canonical_text(text) for text in ("5.0", "True", "1e3", "north")]
        ['5', 'true', '1000', 'north']
    """
    # Python refuses to read thousands of digits as an integer.
    if len(text) < 400 and _NUMBER.fullmatch(text):
        return canonical_number(int(text) if text.lstrip("+-").isdigit() else float(text))
    return text.lower() if text.lower() in ("true", "false") else text


def canonical_number(number: float | Decimal | np.number) -> str:
    """Return the canonical spelling of a number: without a fraction where it is whole, else the shortest exact one.

    Args:
        number: a number that is not NaN.

    Raises:
        Nothing.

    Example:
        >>> canonical_number(5.0), canonical_number(0.1), canonical_number(np.float32(0.1)), canonical_number(-0.0)
        ('5', '0.1', '0.1', '0')
    """
    if isinstance(number, int | np.integer):
        return str(int(number))
    if isinstance(number, Decimal):
        return str(int(number)) if number == int(number) else str(float(number))
    # Beyond 2**53 the digits of a float mean nothing.
    is_whole = math.isfinite(number) and float(number).is_integer() and abs(float(number)) < 2**53
    return str(int(number)) if is_whole else str(number)


def canonical_texts(values: pa.Array) -> list[str | None]:
    """Return each value of a scalar type in its canonical spelling; text stays as it is, without spaces around it.

    Args:
        values: an array of a scalar type that is no dictionary.

    Raises:
        Nothing.

    Example:
        >>> canonical_texts(pa.array([5.0, None, 2.5])), canonical_texts(pa.array([True]))
        (['5', None, '2.5'], ['true'])
    """
    if is_text(values.type):
        texts: list[str | None] = tidy_text(values).to_pylist()
        return texts
    if pa.types.is_boolean(values.type):
        return [None if value is None else str(value).lower() for value in values.to_pylist()]
    if pa.types.is_floating(values.type):
        # NumPy keeps the width, so that float32(0.1) is spelled 0.1.
        numbers = numpy_array(values)
        return [None if np.isnan(number) else canonical_number(number) for number in numbers]
    if pa.types.is_integer(values.type) or pa.types.is_decimal(values.type):
        return [None if value is None else canonical_number(value) for value in values.to_pylist()]
    if pa.types.is_duration(values.type):
        return list(duration_texts(values).to_pylist())
    return [None if text is None else _canonical_time(text) for text in _zoneless(values).cast(pa.string()).to_pylist()]


def texts_and_codes(values: pa.Array | pa.ChunkedArray) -> tuple[list[str | None], np.ndarray]:
    """Return the canonical texts that occur and, for each cell, the index of its text or -1 where it is null.

    A text may occur twice in the list (" a" and "a"), be None, or be no cell's text.

    Args:
        values: the n cells of a column of a scalar type.

    Raises:
        Nothing.

    Example:
        >>> texts_and_codes(pa.array([5.0, None, 5.0]))
        (['5'], array([ 0, -1,  0]))
    """
    array = plain_array(values)
    if pa.types.is_null(array.type):
        return [], np.full(len(array), -1)
    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    # Unsigned code types cannot hold the -1.
    codes = numpy_array(encoded.indices.cast(pa.int64()).fill_null(arrow_scalar(-1, pa.int64())))
    return canonical_texts(encoded.dictionary), codes


def _zoneless(values: pa.Array) -> pa.Array:
    """Return time stamps with a zone as the same moments in UTC without one."""
    is_zoned = pa.types.is_timestamp(values.type) and values.type.tz is not None
    return values.cast(pa.timestamp(values.type.unit)) if is_zoned else values


def _canonical_time(text: str) -> str:
    """Return a date or time without the zeros that only its storage unit adds."""
    return _ZERO_FRACTION.sub(r"\1\2", _MIDNIGHT.sub("", text))
