"""The layers that make A⁰ at a point of exact numbers: what they take, what they make, and what they become if moved.

They are computed from the formulas of their table, so a line is never compared with the code that trains.
"""

from typing import Any

import mpmath
import numpy as np

from clearprop.derivation.checking.exact_activations import activated
from clearprop.derivation.layer_arrays import Functions, of_layer, output_by_formula
from clearprop.derivation.layer_symbols import ROWS
from clearprop.mathematics.layers import Layer
from clearprop.mathematics.network import Network

Theta = dict[str, Any]


def exact_functions() -> Functions:
    """The functions of the formulas for arrays of mpmath's numbers."""
    cos = np.frompyfunc(mpmath.cos, 1, 1)
    return Functions(
        lambda condition, value, other: np.where(condition.astype(bool), value, other),
        cos,
        np.concatenate,
        activated,
        +mpmath.pi,
    )


def made_by(layer: Layer, theta: Theta, x: Any) -> Any:
    """Return y, (m, n_outputs), in exact numbers."""
    return output_by_formula(layer, theta, arguments_of(layer, x), exact_functions())


def arguments_of(layer: Layer, x: Any) -> dict[str, Any]:
    """What the formulas call x, and what is fixed in them: exact numbers, and whole ones where they name places."""
    found = {}
    for name, array in layer.arguments(x).items():
        found[name] = array.astype(int) if array.dtype.kind == "i" else _exact(array)
    return found


def _exact(array: Any) -> Any:
    return np.vectorize(mpmath.mpf, otypes=[object])(array) if array.dtype != object else array


def features(network: Network, theta: Theta, X: Any) -> Any:
    """Return what the input layers make, side by side; X itself where there are none."""
    if not network.inputs:
        return X
    parts = [
        made_by(layer, of_layer(theta, name), X[:, columns]) for name, layer, columns, _ in network.placed_inputs()
    ]
    return np.concatenate(parts, axis=1)


def inputs_of_chain(network: Network, theta: Theta, features: Any) -> Any:
    """Return A⁰ from the features."""
    scale = network.other_layers.get("scale")
    return features if scale is None else made_by(scale, of_layer(theta, "scale"), features)


def array_named(network: Network, X: Any, features: Any, name: str) -> Any:
    """Return an array of an input layer by the name of its symbol: "input2.x_rows", "input3.y", "input1.low"."""
    layer_name, _, own = name.partition(".")
    for input_name, layer, columns, its_features in network.placed_inputs():
        if input_name == layer_name:
            part = own.removesuffix(ROWS)
            made = layer.parts(features[:, its_features])
            array = made[part] if part in made else arguments_of(layer, X[:, columns])[part]
            has_rows = part in made or layer.arguments(X[:0, columns])[part].shape[:1] == (0,)
            return array[0] if has_rows and not own.endswith(ROWS) else array
    raise KeyError(f"no quantity {name!r}")


def feature_of(network: Network, name: str, at: tuple[int, ...]) -> int:
    """Return which feature, from 0, an entry of "input3.y" is (`at` without its row)."""
    layer_name, _, own = name.removesuffix(ROWS).partition(".")
    for input_name, layer, _, its_features in network.placed_inputs():
        if input_name == layer_name:
            places = layer.parts(np.arange(layer.n_outputs)[None, :])[own][0]
            return int(its_features.start + places[at])
    raise KeyError(f"no quantity {name!r}")
