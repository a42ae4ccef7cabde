"""Names that mean parameters and gradients (`W1`, `dW1`, `grads["b2"]`), and what a call returns under such names."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from clearprop.mathematics.network import Parameters

_BEFORE = r"(?:d|g|delta|nabla|grad|grads|gradient|dj|de|dc|dl|dloss|dcost|partial)"
_SLOT = re.compile(
    rf"^(?P<before>{_BEFORE}_?d?_?)?(?P<what>w|weights?|b|bias|biases)_?(?P<layer>\d+)(?P<after>_?(?:grad|gradient|g|d))?$"
)


class Slot(NamedTuple):
    """What a name stands for: W or b of a layer, numbered as the code numbers it, or its gradient."""

    what: str  # "W" or "b"
    layer: int
    is_gradient: bool


def slot_of(name: object) -> Slot | None:
    """The parameter or gradient that a name means; None for another name.

    >>> slot_of("W1"), slot_of("dJdb2"), slot_of("Z1")
    (Slot(what='W', layer=1, is_gradient=False), Slot(what='b', layer=2, is_gradient=True), None)
    """
    found = _SLOT.match(name.lower()) if isinstance(name, str) else None
    if found is None:
        return None
    is_gradient = bool(found["before"] or found["after"])
    return Slot(found["what"][0].replace("w", "W"), int(found["layer"]), is_gradient)


def slots_of(names: Sequence[str], gradients: bool = False) -> dict[str, tuple[str, int]]:
    """Of some names, those that mean parameters (or gradients): name → ("W" or "b", l), with layers counted from 1.

    >>> slots_of(["w0", "b0", "w1", "b1", "lr"])
    {'w0': ('W', 1), 'b0': ('b', 1), 'w1': ('W', 2), 'b1': ('b', 2)}
    """
    found = {name: slot for name in names if (slot := slot_of(name)) is not None and slot.is_gradient == gradients}
    first = min((slot.layer for slot in found.values()), default=1)
    return {name: (slot.what, slot.layer - min(first, 1) + 1) for name, slot in found.items()}


def gradients_among(values: Mapping[str, Any]) -> dict[tuple[str, int], Any]:
    """The gradients in a dictionary: by names of gradients (`dW1`), else by those of parameters (`W1`)."""
    names = [name for name in values if isinstance(name, str)]
    for as_gradients in (True, False):
        if found := slots_of(names, as_gradients):
            return {slot: values[name] for name, slot in found.items()}
    return {}


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.dtype == object)


def _numbered(what: str, arrays: Sequence[Any], n_layers: int) -> dict[tuple[str, int], Any]:
    offset = len(arrays) - n_layers  # a list that is counted as the layers are has an empty entry in front
    return {(what, l): arrays[l - 1 + offset] for l in range(1, n_layers + 1) if 0 <= l - 1 + offset < len(arrays)}


def _shape_matches(arrays: Sequence[Any], expected: Sequence[Any]) -> int:
    return sum(
        sorted(np.shape(a)) == sorted(np.shape(e)) for a, e in zip(arrays[-len(expected) :], expected, strict=False)
    )


def _two_lists(first: Sequence[Any], second: Sequence[Any], names: Sequence[str], parameters: Parameters) -> list[str]:
    """Which of two lists holds the weights: by their shapes, else by their names; else biases come first."""
    W = parameters.W[1:]
    matches = _shape_matches(first, W), _shape_matches(second, W)
    if matches[0] == matches[1]:
        matches = sum(np.ndim(array) for array in first), sum(np.ndim(array) for array in second)
        matches = matches if max(map(len, (first, second))) and 1 in {np.ndim(a) for a in (*first, *second)} else (0, 0)
    if matches[0] != matches[1]:
        return ["W", "b"] if matches[0] > matches[1] else ["b", "W"]
    kinds = [re.sub(r"[^wb]|nabla|grad|db(?=w)|delta", "", name.lower())[-1:] for name in names]
    return ["W", "b"] if kinds[:1] == ["w"] or kinds[1:2] == ["b"] else ["b", "W"]


class Returned(NamedTuple):
    """What a call returned: gradients by ("W" or "b", l), and a number beside them."""

    gradients: dict[tuple[str, int], Any]
    loss: Any = None


def read_returned(value: Any, names: Sequence[str], parameters: Parameters) -> Returned:
    """Find gradients in what a call returned, however they are packed.

    Arguments:
        value: a dictionary, lists of arrays, or arrays one after the other; beside a loss or not.
        names: those of the expressions of its `return` line, "" where one is no name; none where unknown.
        parameters: what the gradients are of, for the number of layers and the shapes.
    """
    n_layers = len(parameters.W) - 1
    if isinstance(value, Mapping):
        found = gradients_among(value)
        if not found:
            lists = [(name, entry) for name, entry in value.items() if isinstance(name, str) and _is_list(entry)]
            found = _from_lists(lists, parameters)
        return Returned(found)
    if not _is_list(value):
        return Returned({})
    parts = list(value)
    names = list(names) if len(names) == len(parts) else [""] * len(parts)
    for part in parts:
        if isinstance(part, Mapping) and (found := read_returned(part, (), parameters).gradients):
            return Returned(found, next((other for other in parts if np.ndim(other) == 0 and other is not part), None))
    lists = [(name, part) for name, part in zip(names, parts, strict=True) if _is_list(part)]
    if lists:
        loss = next((part for part in parts if not _is_list(part) and np.size(part) == 1), None)
        return Returned(_from_lists(lists, parameters), loss)
    slots = slots_of(names, gradients=True) or slots_of(names)
    if slots and (len(slots) == len(parts) or len(parts) != 2 * n_layers):
        return Returned({slots[name]: part for name, part in zip(names, parts, strict=True) if name in slots})
    loss = parts.pop(0) if len(parts) == 2 * n_layers + 1 and np.size(parts[0]) == 1 else None
    if len(parts) != 2 * n_layers:
        return Returned({}, loss)
    return Returned(_one_after_the_other(parts, parameters), loss)


def _from_lists(lists: Sequence[tuple[str, Any]], parameters: Parameters) -> dict[tuple[str, int], Any]:
    if len(lists) < 2:
        pairs = lists[0][1] if lists else ()
        if all(_is_list(pair) and len(pair) == 2 for pair in pairs):  # [(dW1, db1), (dW2, db2)]
            by_kind = [[pair[place] for pair in pairs] for place in (0, 1)]
            return _from_lists([("", entries) for entries in by_kind], parameters) if pairs else {}
        return {}
    (first_name, first), (second_name, second) = lists[:2]
    kinds = _two_lists(first, second, (first_name, second_name), parameters)
    n_layers = len(parameters.W) - 1
    return {**_numbered(kinds[0], list(first), n_layers), **_numbered(kinds[1], list(second), n_layers)}


def _one_after_the_other(parts: Sequence[Any], parameters: Parameters) -> dict[tuple[str, int], Any]:
    """Arrays without names: (dW1, db1, dW2, db2) or (dW1, dW2, db1, db2), whichever fits the shapes better."""
    layers = range(1, len(parameters.W))
    orders = [[(what, l) for l in layers for what in "Wb"], [(what, l) for what in "Wb" for l in layers]]
    sizes = {("W", l): parameters.W[l].size for l in layers} | {("b", l): parameters.b[l].size for l in layers}
    best = max(orders, key=lambda order: sum(np.size(p) == sizes[s] for s, p in zip(order, parts, strict=True)))
    return dict(zip(best, parts, strict=True))
