"""What a cell can be: the words for a missing one, and Arrow's many storage forms reduced to few."""

import pyarrow as pa
import pyarrow.compute as pc

from clearprop.tables.arrow_values import arrow_scalar

#: Cells of a text file that mean "no value", whatever the column holds. Left out on purpose, because they are common
#: as values: "-", ".", "none", "no", "unknown", "missing".
MISSING_WORDS = (
    *("", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NAN", "-nan", "-NaN", "NaT"),
    *("null", "NULL", "Null", "None", "?"),
)


def value_type(data_type: pa.DataType) -> pa.DataType:
    """Return the type of the cells themselves: that of a dictionary's values, of an extension's storage, else the type.

    Args:
        data_type: an Arrow type.

    Raises:
        Nothing.

    Example:
        >>> value_type(pa.dictionary(pa.int8(), pa.string()))
        DataType(string)
    """
    if isinstance(data_type, pa.BaseExtensionType):
        return value_type(data_type.storage_type)
    if pa.types.is_dictionary(data_type) or pa.types.is_run_end_encoded(data_type):
        return value_type(data_type.value_type)
    return data_type


def is_text(data_type: pa.DataType) -> bool:
    """Return whether cells of this type are text.

    Args:
        data_type: an Arrow type.

    Raises:
        Nothing.

    Example:
        >>> is_text(pa.large_string()), is_text(pa.int8())
        (True, False)
    """
    return bool(
        pa.types.is_string(data_type) or pa.types.is_large_string(data_type) or pa.types.is_string_view(data_type)
    )


def is_scalar(data_type: pa.DataType) -> bool:
    """Return whether cells of this type are single values: numbers, true/false, dates, times, text or nothing.

    Args:
        data_type: an Arrow type.

    Raises:
        Nothing.

    Example:
        >>> is_scalar(pa.dictionary(pa.int8(), pa.string())), is_scalar(pa.list_(pa.int8()))
        (True, False)
    """
    checks = (
        *(pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_boolean, pa.types.is_null),
        *(pa.types.is_date, pa.types.is_timestamp, pa.types.is_time, pa.types.is_duration, is_text),
    )
    return any(bool(check(value_type(data_type))) for check in checks)


def plain_array(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return one array of the same cells, in a storage form that every Arrow function reads.

    Chunks are joined, dictionaries unified, extension types give their storage, and rare widths their common relatives.

    Args:
        values: a column as it came.

    Raises:
        Nothing.

    Example:
        >>> plain_array(pa.chunked_array([[1, 2], [3]])).to_pylist()
        [1, 2, 3]
    """
    if isinstance(values, pa.ChunkedArray):
        values = _one_array(values)
    if isinstance(values.type, pa.BaseExtensionType):
        values = values.storage
    if pa.types.is_run_end_encoded(values.type):
        values = pc.run_end_decode(values)
    if pa.types.is_dictionary(values.type):
        common = _common_type(values.type.value_type)
        return pa.DictionaryArray.from_arrays(values.indices, values.dictionary.cast(common))
    return values.cast(_common_type(values.type))


def plain_values(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return `plain_array` with a dictionary's values in place of its codes.

    Args:
        values: a column as it came.

    Raises:
        Nothing.

    Example:
        >>> plain_values(pa.array(["a", "b", "a"]).dictionary_encode()).to_pylist()
        ['a', 'b', 'a']
    """
    array = plain_array(values)
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def tidy_text(values: pa.Array) -> pa.Array:
    """Return text without the spaces around it; text of nothing but spaces is missing.

    Args:
        values: an array of text.

    Raises:
        Nothing.

    Example:
        >>> tidy_text(pa.array([" Private", "", None])).to_pylist()
        ['Private', None, None]
    """
    trimmed = pc.utf8_trim_whitespace(values)
    return pc.if_else(pc.equal(trimmed, arrow_scalar("", trimmed.type)), arrow_scalar(None, trimmed.type), trimmed)


def _one_array(values: pa.ChunkedArray) -> pa.Array:
    """Return the cells of all chunks in one array; where there is one chunk, it is not copied."""
    if values.num_chunks < 2:
        return values.chunk(0) if values.num_chunks else pa.nulls(0, values.type)
    unified = values.unify_dictionaries() if pa.types.is_dictionary(values.type) else values
    return pa.concat_arrays(unified.chunks)


def _common_type(data_type: pa.DataType) -> pa.DataType:
    """Return the common relative of a type that some Arrow functions do not read."""
    if pa.types.is_string(data_type) or pa.types.is_string_view(data_type):
        return pa.large_string()
    if pa.types.is_decimal(data_type) and data_type.bit_width < 128:
        return pa.decimal128(data_type.precision, data_type.scale)
    if pa.types.is_float16(data_type):
        return pa.float32()
    return data_type
