"""What passes between the program and the process of a person's code: JSON and plain arrays, nothing executable."""

import json
import struct
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np

from clearprop.derivation.messages import Message
from clearprop.derivation.submissions.answer import Answer, Hints, Layout
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Parameters

#: Longest header and longest sum of arrays that are read, in bytes: what comes from a person's process is not trusted.
MOST_TEXT = 64 * 2**20
MOST_NUMBERS = 4 * 2**30

_KINDS: dict[str, Callable[..., Any]] = {
    kind.__name__: kind for kind in (Answer, Hints, Layout, Parameters, Message, tuple, frozenset)
}


def pack(value: Any) -> bytes:
    """Return one message: the length of its JSON header, the header, and the arrays that it speaks of.

    Raises:
        TypeError: something else than numbers, text, lists, dictionaries, arrays and this house's records.

    >>> unpack(pack({"rows": np.arange(3), "layout": Layout()}))["layout"].batch
    'rows'
    """
    arrays: list[Array] = []
    header = json.dumps({"value": _written(value, arrays), "arrays": [[a.dtype.str, a.shape] for a in arrays]}).encode()
    return b"".join([struct.pack("<Q", len(header)), header, *(array.tobytes() for array in arrays)])


def unpack(message: bytes) -> Any:
    """Return what was packed."""
    from io import BytesIO

    return read(BytesIO(message))


def read(stream: BinaryIO) -> Any:
    """Return the next message of a stream.

    Raises:
        EOFError: the stream ends.
        ValueError: what is read is no message.
    """
    (length,) = struct.unpack("<Q", _exactly(stream, 8))
    if length > MOST_TEXT:
        raise ValueError(f"message: a header of {length} bytes; at most {MOST_TEXT} are read")
    header = json.loads(_exactly(stream, length))
    arrays, total = [], 0
    for name, shape in header["arrays"]:
        dtype = np.dtype(name)
        size = int(np.prod(shape, dtype=object)) * dtype.itemsize
        total += size
        if dtype.kind not in "biufc" or min(shape, default=0) < 0 or total > MOST_NUMBERS:
            raise ValueError(f"message: an array {name} of shape {shape} is not read")
        arrays.append(np.frombuffer(bytearray(_exactly(stream, size)), dtype).reshape(shape))
    return _meant(header["value"], arrays)


def _exactly(stream: BinaryIO, length: int) -> bytes:
    parts = []
    while length:
        part = stream.read(length)
        if not part:
            raise EOFError("the stream has ended")
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _written(value: Any, arrays: list[Array]) -> Any:
    match value:
        case np.ndarray():
            if value.dtype.kind not in "biufc":
                raise TypeError(f"an array of {value.dtype} is not sent")
            arrays.append(value)
            return {"array": len(arrays) - 1}
        case np.generic():
            return _written(value.item(), arrays)
        case list():
            return [_written(part, arrays) for part in value]
        case tuple() | frozenset():
            return {type(value).__name__: [_written(part, arrays) for part in value]}
        case dict():
            return {"dict": [[_written(name, arrays), _written(part, arrays)] for name, part in value.items()]}
        case Message():
            return {"Message": [value.key, _written(dict(value.values), arrays)]}
        case Answer() | Hints() | Layout() | Parameters():
            return {type(value).__name__: _written(dict(vars(value)), arrays)}
        case str() | int() | float() | None:
            return value
    raise TypeError(f"a {type(value).__name__} is not sent")


def _meant(written: Any, arrays: list[Array]) -> Any:
    if isinstance(written, list):
        return [_meant(part, arrays) for part in written]
    if not isinstance(written, dict):
        return written
    ((kind, content),) = written.items()
    match kind:
        case "array":
            return arrays[content]
        case "dict":
            return {_meant(name, arrays): _meant(part, arrays) for name, part in content}
        case "tuple" | "frozenset":
            return _KINDS[kind](_meant(part, arrays) for part in content)
        case "Message":
            return Message(content[0], **_meant(content[1], arrays))
    return _KINDS[kind](**_meant(content, arrays))
