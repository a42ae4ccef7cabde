"""The different cells of a column, each looked at once: what lets a million cells become codes in milliseconds."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from clearprop.tables.arrow_values import arrow_scalar, numpy_array
from clearprop.tables.canonical import canonical_texts
from clearprop.tables.cells import MISSING_WORDS, is_text, plain_array

_MISSING = frozenset(MISSING_WORDS)


def is_all_missing(values: pa.Array | pa.ChunkedArray) -> bool:
    """Return whether no cell of a column holds anything, whatever its Arrow type.

    Args:
        values: the n cells.

    Raises:
        Nothing.

    Example:
        >>> is_all_missing(pa.array([None, float("nan")])), is_all_missing(pa.array([None], pa.list_(pa.int8())))
        (True, True)
    """
    if values.null_count == len(values):
        return True
    if not pa.types.is_floating(values.type):
        return False
    first = values[0].as_py()  # nearly always a number, which spares a look at all others
    return (first is None or first != first) and bool(np.isnan(numpy_array(plain_array(values))).all())


def counted_texts(values: pa.Array | pa.ChunkedArray) -> dict[str, int]:
    """Return how many cells hold each text, sorted by text; cells of other kinds count by their canonical spelling.

    Args:
        values: the n cells of a column of a scalar type; a missing one, or a word for that, counts nowhere.

    Raises:
        Nothing.

    Example:
        >>> counted_texts(pa.array(["b", " a", "a", None, "NA"]))
        {'a': 2, 'b': 1}
    """
    dictionary, indices = _encoded(values)
    counts = np.bincount(numpy_array(indices.drop_null()), minlength=len(dictionary)).tolist()
    totals: dict[str, int] = {}
    for text, count in zip(_present_texts(dictionary), counts, strict=True):
        if text is not None and count:
            totals[text] = totals.get(text, 0) + count
    return dict(sorted(totals.items()))


def coded(values: pa.Array | pa.ChunkedArray, code_of: Callable[[str], int]) -> np.ndarray:
    """Return each cell's code (int32), 0 where it is missing; `code_of` is asked once for each different cell.

    Args:
        values: the n cells of a column of a scalar type.
        code_of: the code of a text that is there.

    Raises:
        Nothing.

    Example:
        >>> coded(pa.array(["north", None, "east"]), len)
        array([5, 0, 4], dtype=int32)
    """
    dictionary, indices = _encoded(values)
    codes = [0 if text is None else code_of(text) for text in _present_texts(dictionary)]
    missing = arrow_scalar(len(codes), pa.int32())
    positions = numpy_array(indices.fill_null(missing) if indices.null_count else indices)
    return np.array([*codes, 0], np.int32)[positions]


def _encoded(values: pa.Array | pa.ChunkedArray) -> tuple[pa.Array, pa.Array]:
    """Return the different cells and, for each cell, the int32 index of its own, null where it is missing."""
    if values.null_count == len(values):
        return pa.nulls(0, pa.large_string()), pa.nulls(len(values), pa.int32())
    chunks = values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([values])
    is_plain = is_text(chunks.type) and not pa.types.is_string_view(chunks.type)
    if not is_plain and not pa.types.is_dictionary(chunks.type):
        chunks = pa.chunked_array([plain_array(values)])
    if not pa.types.is_dictionary(chunks.type):
        chunks = chunks.dictionary_encode()
    parts = chunks.unify_dictionaries().chunks
    indices = parts[0].indices if len(parts) == 1 else pa.concat_arrays([part.indices for part in parts])
    return plain_array(parts[0].dictionary), indices.cast(pa.int32())


def _present_texts(dictionary: pa.Array) -> list[str | None]:
    """Return each cell's canonical text, None for one that means "no value"."""
    return [None if text in _MISSING else text for text in canonical_texts(dictionary)]
