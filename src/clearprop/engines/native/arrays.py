"""What C++ is handed: shapes, types, strides and indices are checked here first, so that a wrong call is an error."""

from typing import Any, NamedTuple

import numpy as np

from clearprop.engines.interface import Rows
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network

Compressed = tuple[Array, Array, Array, int]
TableGiven = tuple[Array | None, Compressed | None, Array, Array | None]


class RowsGiven(NamedTuple):
    """X as the core takes it: dense, or compressed sparse rows (values, columns, starts, number of columns)."""

    dense: Array | None
    compressed: Compressed | None


def rows_given(X: Rows, network: Network, dtype: Any) -> RowsGiven:
    """X, (n, n_columns), checked and in the core's type.

    Raises ValueError for another shape, or sparse indices that point outside.
    """
    shape = getattr(X, "shape", None)
    if shape is None or len(shape) != 2 or shape[1] != network.n_columns:
        raise ValueError(f"X: an array of shape (n, {network.n_columns}) is needed; got {shape or type(X).__name__}")
    network.check_columns(X)
    if hasattr(X, "tocsr"):  # SciPy's; importing it to ask would cost more than a prediction
        return RowsGiven(None, _compressed(X.tocsr(), dtype))
    return RowsGiven(_row_by_row(np.asarray(X), dtype), None)


def table_given(X: Rows, Y: Any, weights: Any, network: Network, dtype: Any) -> TableGiven:
    """X (dense, or compressed), Y and row weights of a network, checked and in the core's type.

    Raises ValueError for another shape, or sparse indices that point outside.
    """
    given = rows_given(X, network, dtype)
    n = X.shape[0]
    weights = None if weights is None else vector("weights", weights, n, dtype)
    return given.dense, given.compressed, matrix("Y", Y, (n, network.sizes[-1]), dtype), weights


def matrix(name: str, array: Any, shape: tuple[int, int], dtype: Any) -> Array:
    """A matrix of that shape and type, the numbers of a row side by side.

    Raises ValueError for another shape.
    """
    given = np.asarray(array)
    if given.shape != shape:
        raise ValueError(f"{name}: an array of shape {shape} is needed; got {given.shape}")
    return _row_by_row(given, dtype)


def vector(name: str, array: Any, size: int, dtype: Any) -> Array:
    """A vector of that size and type.

    Raises ValueError for another shape.
    """
    given = np.asarray(array)
    if given.shape != (size,):
        raise ValueError(f"{name}: an array of shape ({size},) is needed; got {given.shape}")
    return np.ascontiguousarray(given, dtype)


def row_order(order: Array | None, n_rows: int) -> Array | None:
    """Row numbers in 0..n_rows − 1.

    Raises ValueError for others, and for numbers that are not whole.
    """
    if order is None:
        return None
    given = np.asarray(order)
    if given.ndim != 1 or given.dtype.kind not in "iu" or given.size > n_rows:
        raise ValueError(f"order: at most {n_rows} whole numbers are needed; got {given.dtype} of shape {given.shape}")
    if given.size and not 0 <= int(given.min()) <= int(given.max()) < n_rows:
        raise ValueError(f"order: row numbers from 0 to {n_rows - 1} are needed; got {given.min()} to {given.max()}")
    return np.ascontiguousarray(given, np.int64)


def _row_by_row(array: Array, dtype: Any) -> Array:
    if array.dtype == dtype and array.flags.carray:  # the usual case, told quickly: C order, aligned, writeable
        return array
    array = array.astype(dtype, copy=False)
    beside = array.shape[1] <= 1 or array.strides[1] == array.itemsize
    aligned = array.flags.aligned and array.strides[0] % array.itemsize == 0
    return array if beside and aligned else np.ascontiguousarray(array)


def _compressed(X: Any, dtype: Any) -> Compressed:
    values, columns, starts = np.asarray(X.data), np.asarray(X.indices), np.asarray(X.indptr)
    n_rows, n_columns = X.shape
    inside = len(starts) == n_rows + 1 and starts[0] == 0 and np.all(starts[1:] >= starts[:-1])
    inside = inside and starts[-1] <= min(len(values), len(columns)) and n_columns <= np.iinfo(np.int32).max
    used = columns[: starts[-1]] if inside else columns
    if not inside or (used.size and not 0 <= int(used.min()) <= int(used.max()) < n_columns):
        raise ValueError(f"X: a sparse array whose indices point outside its shape, {X.shape}")
    n = len(used)
    return (
        np.ascontiguousarray(values[:n], dtype),
        np.ascontiguousarray(used, np.int32),
        np.ascontiguousarray(starts, np.int64),
        n_columns,
    )
