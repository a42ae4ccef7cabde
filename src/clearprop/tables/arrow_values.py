"""Plain values to Arrow and back without pandas, which Arrow's own way loads wherever it is installed.

It does so only to ask whether the values are some of pandas' own, and whoever predicts would wait half a second for it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa


def arrow_array(values: Any, data_type: pa.DataType | None = None) -> pa.Array:
    """Return the array that `pa.array` would return.

    Args:
        values: a NumPy array (n,), or a list of n values of one type, texts perhaps with None.
        data_type: the type; None: that of the values.

    Raises:
        ArrowException: as `pa.array`.

    Example:
        >>> arrow_array(["a", None], pa.large_string()).to_pylist(), arrow_array(np.array([1.5])).to_pylist()
        (['a', None], [1.5])
    """
    array = _from_bytes(values)
    if array is None:
        return pa.array(values, data_type)
    return array if data_type is None else array.cast(data_type)


def arrow_scalar(value: Any, data_type: pa.DataType) -> pa.Scalar:
    """Return the scalar that `pa.scalar` would return.

    Args:
        value: a number, a text, true/false or None.
        data_type: its type.

    Raises:
        ArrowException: as `pa.array`.

    Example:
        >>> arrow_scalar(None, pa.float64()), arrow_scalar("", pa.string())
        (<pyarrow.DoubleScalar: None>, <pyarrow.StringScalar: ''>)
    """
    return (pa.nulls(1, data_type) if value is None else arrow_array([value], data_type))[0]


def numpy_array(values: pa.Array) -> np.ndarray:
    """Return numbers as the NumPy array (n,) that `values.to_numpy` would return; missing ones of a float are NaN.

    Args:
        values: n integers, of which none is missing, or floats.

    Raises:
        Nothing.

    Example:
        >>> numpy_array(pa.array([1, 2])), numpy_array(pa.array([1.0, None]))
        (array([1, 2]), array([ 1., nan]))
    """
    if values.null_count:
        values = values.fill_null(arrow_scalar(float("nan"), values.type))
    return np.from_dlpack(values) if len(values) else np.empty(0, values.type.to_pandas_dtype())


def _from_bytes(values: Any) -> pa.Array | None:
    """Return an array over the bytes of plain values, or None where they are something else."""
    if isinstance(values, list | tuple):
        kinds = {type(value) for value in values}
        if kinds and kinds <= {str, type(None)}:
            return _texts(values) if str in kinds else None
        if kinds not in ({bool}, {int}, {float}):
            return None
        values = np.array(values)
    if type(values) is not np.ndarray or values.ndim != 1 or not values.dtype.isnative:
        return None
    if values.dtype.kind == "b":
        return pa.Array.from_buffers(pa.bool_(), len(values), [None, _buffer(np.packbits(values, bitorder="little"))])
    if values.dtype.kind not in "iuf" or values.dtype.itemsize > 8:
        return None
    data_type = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(data_type, len(values), [None, _buffer(values)])


def _texts(texts: Sequence[str | None]) -> pa.Array | None:
    encoded = [(text or "").encode() for text in texts]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    if ends[-1] >= 2**31:  # more than Arrow's plain text holds
        return None
    present = np.packbits([text is not None for text in texts], bitorder="little")
    buffers = [_buffer(present), _buffer(ends.astype(np.int32)), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(encoded), buffers)


def _buffer(values: np.ndarray) -> pa.Buffer:
    return pa.py_buffer(np.ascontiguousarray(values))
