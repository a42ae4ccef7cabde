"""Arguments, classes and networks as JSON holds them, and back."""

from typing import Any

import numpy as np

from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network


def plain_arguments(estimator: Any) -> dict[str, Any]:
    """An estimator's constructor arguments that are plain values; others (functions, generators) are left out."""
    arguments = estimator.get_params(deep=False)
    return {name: plain_value(value) for name, value in arguments.items() if _is_plain(value)}


def plain_value(value: Any) -> Any:
    """A plain value as JSON holds it: a dictionary as pairs, for keys of JSON are texts.

    >>> plain_value({1: np.float32(0.5), "b": (2, 3)})
    {'pairs': [[1, 0.5], ['b', [2, 3]]]}
    """
    if isinstance(value, dict):
        return {"pairs": [[plain_value(key), plain_value(item)] for key, item in value.items()]}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain_value(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def rebuilt_argument(plain: Any) -> Any:
    """The inverse of `plain_value` for an estimator's argument (a list comes back as a tuple).

    >>> rebuilt_argument(plain_value({("high", "low"): 4.0}))
    {('high', 'low'): 4.0}
    """
    if isinstance(plain, dict):
        return {rebuilt_argument(key): value for key, value in plain["pairs"]}
    return tuple(plain) if isinstance(plain, list) else plain


def plain_array(values: Array) -> dict[str, Any]:
    """The classes of a classifier, with their type."""
    return {"values": values.tolist(), "dtype": "object" if values.dtype == object else values.dtype.str}


def rebuilt_array(plain: dict[str, Any]) -> Array:
    """The inverse of `plain_array`."""
    return np.array(plain["values"], dtype=plain["dtype"])


def plain_network(network: Network) -> dict[str, Any]:
    """A network's sizes and the names of its parts; other layers are told by whoever made them."""
    return {
        "sizes": list(network.sizes),
        "hidden": plain_value(network.hidden),
        "output": network.output,
        "loss": network.loss,
    }


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_plain(key) and _is_plain(item) for key, item in value.items())
    if isinstance(value, list | tuple | np.ndarray):
        return all(_is_plain(item) for item in value)
    return value is None or isinstance(value, str | int | float | bool | np.number | np.bool)
