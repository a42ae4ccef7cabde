"""The target column: taken out of the table, checked, and turned into classes where it has any."""

import difflib
from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clearprop.tables.arrow_values import arrow_array, arrow_scalar, numpy_array
from clearprop.tables.canonical import canonical_text, canonical_texts
from clearprop.tables.cells import is_scalar, is_text, plain_values, tidy_text, value_type
from clearprop.tables.errors import TableError, listed, shown
from clearprop.tables.measures import finite_numbers, measure_of

#: More different whole numbers than this are taken for an amount rather than for names of classes.
MAX_WHOLE_CLASSES = 50

#: Whole numbers up to here are integers as labels: beyond it, Arrow takes none from Python, and a float's digits mean
#: nothing.
_MOST_INTEGER, _MOST_FLOAT = 2**63 - 1, 2**53 - 1


def split_target(table: pa.Table, target: str, *, source: str = "table") -> tuple[pa.Table, pa.Array, int]:
    """Return the table without its target column, the target, and how many rows were dropped for want of a target.

    Args:
        table: the table, of n rows.
        target: the target column's name.
        source: the table's name, for messages.

    Raises:
        TableError: there is no such column or there are two, it holds lists, an infinity, or nothing but missing cells.

    Example:
        >>> table = pa.table({"x": [1, 2, 3], "y": ["a", None, "b"]})
        >>> features, y, dropped = split_target(table, "y")
        >>> features.to_pydict(), y.to_pylist(), dropped
        ({'x': [1, 3]}, ['a', 'b'], 1)
    """
    values = _target_values(table, target, source)
    present = _present(values, target, source)
    dropped = len(values) - int(pc.sum(present).as_py() or 0)
    if dropped == len(values):
        raise TableError("holds no value; a target is needed to learn from", source=source, column=target)
    features = table.drop_columns([target])
    if dropped:
        features, values = features.filter(present), values.filter(present)
    return features, values, dropped


def class_labels(target: pa.Array | pa.ChunkedArray) -> tuple[list[str | int | float | bool], np.ndarray]:
    """Return the different labels of a target, sorted, and for each of the n rows the index of its label (int64).

    Whole floats, which missing cells make of integers, become integers again; dates and times become text, and so
    do all labels where one is a whole number too large for an integer, so that Arrow holds whatever is returned.

    Args:
        target: the n targets, none missing.

    Raises:
        TableError: a target is missing, or there are fewer than two classes.

    Example:
        >>> class_labels(pa.array([3.0, 1.0, 3.0]))
        ([1, 3], array([1, 0, 1]))
    """
    values = plain_values(target)
    if pa.types.is_floating(values.type):
        values = pc.if_else(pc.is_nan(values), arrow_scalar(None, values.type), values)
    if values.null_count:
        raise TableError("the target has missing cells; drop their rows first")
    encoded = values.dictionary_encode()
    found = _plain_labels(encoded.dictionary)
    labels = sorted(set(found))
    if len(labels) < 2:
        only = f"only {shown(labels[0])}" if labels else "nothing"
        raise TableError(f"the target holds {only}; at least two classes are needed")
    rank = {label: index for index, label in enumerate(labels)}
    positions = np.array([rank[label] for label in found], np.int64)
    return labels, positions[numpy_array(encoded.indices)]


def looks_continuous(target: pa.Array | pa.ChunkedArray) -> bool:
    """Return whether a target looks like an amount (to regress on) rather than a class.

    Numbers of which any has a fraction, more than `MAX_WHOLE_CLASSES` different whole numbers do; text, declared
    categories, true/false, dates, times and durations do not.

    Args:
        target: the n targets; missing ones are passed over.

    Raises:
        TableError: a target is infinite.

    Example:
        >>> looks_continuous(pa.array([1.5, 2.0])), looks_continuous(pa.array([0.0, 1.0]))
        (True, False)
    """
    measure = None if pa.types.is_dictionary(target.type) else measure_of(value_type(target.type))
    if measure is None or measure.name != "numbers":
        return False
    numbers = finite_numbers(target, measure, source="target")
    different = np.unique(numbers[~np.isnan(numbers)])
    return bool((different != np.floor(different)).any()) or len(different) > MAX_WHOLE_CLASSES


def codes_of(labels: list[Any], values: pa.Array) -> np.ndarray:
    """Return the code of each value's class, -1 where training saw none; "True" of a file is true of another one.

    Args:
        labels: the classes in the order of the codes, as `class_labels` gives them.
        values: the n values, without missing ones.

    Raises:
        Nothing.

    Example:
        >>> codes_of([1, 2], pa.array(["2", "1.0", "three"])).tolist()
        [1, 0, -1]
    """
    texts = [str(text) for text in canonical_texts(arrow_array(labels))]
    exact = {text: code for code, text in enumerate(texts)}
    alike = {canonical_text(text): code for code, text in enumerate(texts)}
    found = [str(text) for text in canonical_texts(values)]
    return np.array([exact.get(text, alike.get(canonical_text(text), -1)) for text in found])


def amounts_of(values: pa.Array, *, source: str, target: str) -> np.ndarray:
    """Return the targets of a regression as float64.

    Args:
        values: the n targets, without missing ones.
        source, target: the names of table and column, for messages.

    Raises:
        TableError: the targets are no numbers, or one is infinite.

    Example:
        >>> amounts_of(pa.array([1, 2]), source="a.csv", target="price")
        array([1., 2.])
    """
    measure = measure_of(values.type)
    if measure is None or measure.name not in ("numbers", "true/false values"):
        kind = values.type if measure is None else measure.name
        problem = f"holds {kind}; regression needs numbers, or ask for classification"
        raise TableError(problem, source=source, column=target)
    return finite_numbers(values, measure, source=source, column=target)


def _target_values(table: pa.Table, target: str, source: str) -> pa.Array:
    """Return the one column of that name, in a storage form that can be read."""
    count = Counter(table.column_names)[target]
    if count == 0:
        close = difflib.get_close_matches(target, table.column_names)
        hint = f"did you mean {listed(close)}?" if close else f"the columns there are: {listed(table.column_names)}"
        raise TableError(f"there is no column {target!r}; {hint}", source=source)
    if count > 1:
        raise TableError("is the name of several columns; each needs its own", source=source, column=target)
    values = table.column(target)
    if not is_scalar(values.type):
        problem = f"holds {values.type}; a target must be numbers, text or true/false values"
        raise TableError(problem, source=source, column=target)
    if pa.types.is_dictionary(values.type):
        return plain_values(values).dictionary_encode()
    values = plain_values(values)
    return tidy_text(values) if is_text(values.type) else values


def _present(values: pa.Array, target: str, source: str) -> pa.Array:
    """Return which targets are not missing, after looking for infinities."""
    if pa.types.is_floating(values.type):
        numbers = finite_numbers(values, measure_of(values.type), source=source, column=target)  # type: ignore[arg-type]
        return arrow_array(~np.isnan(numbers))
    return pc.is_valid(values)


def _plain_labels(values: pa.Array) -> list[Any]:
    """Return different target values as plain Python values."""
    if pa.types.is_boolean(values.type):
        return list(values.to_pylist())
    texts = [text for text in canonical_texts(values) if text is not None]
    if pa.types.is_floating(values.type):
        # The canonical spelling of a narrow float, not its digits in a wider one.
        numbers = [float(text) for text in texts]
    elif pa.types.is_integer(values.type) or pa.types.is_decimal(values.type):
        numbers = values.to_pylist()
    else:
        return list(texts)
    if any(number % 1 for number in numbers):
        return [float(number) for number in numbers]
    most = _MOST_FLOAT if pa.types.is_floating(values.type) else _MOST_INTEGER
    return [int(number) for number in numbers] if all(abs(number) <= most for number in numbers) else list(texts)
