"""Handing this house's arrays over to a plain function, in every packing and kind of array that people choose."""

import itertools
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from clearprop.derivation.submissions.answer import Layout
from clearprop.derivation.submissions.forms import arrays
from clearprop.derivation.submissions.forms.calling import arguments_of, mentions
from clearprop.derivation.submissions.sources import text_of
from clearprop.mathematics.arrays import EMPTY, Array
from clearprop.mathematics.network import Parameters


@dataclass(frozen=True)
class Style:
    """How the parameters are handed over: packed as what, of which kind of array.

    Arguments:
        pack: "list" (W¹ first), "padded" (an empty entry in front), "none" (None in front), "bare" (the one layer's)
            or "vector" (the one unit's weights, and its bias as a number);
            of all parameters in one: "named" ({"W1": ...}), "two_lists" ({"W": [...], "b": [...]}), "pairs" or
            "alternating" ([W1, b1, W2, b2]).
        kind: "numpy", "torch" or "lists".
    """

    pack: str = "list"
    kind: str = "numpy"

    def is_for(self, parameters: Parameters) -> bool:
        """Whether a network of these parameters can be handed over so."""
        sizes = parameters.sizes
        return {"bare": len(sizes) == 2, "vector": len(sizes) == 2 and sizes[1] == 1}.get(self.pack, True)


class Handed:
    """Everything that one call is given, copied, with what is needed to see whether it was altered in place."""

    def __init__(
        self, style: Style, layout: Layout, parameters: Parameters, X: Any, Y: Any, n_samples: int, penalty: float
    ) -> None:
        layers = range(1, len(parameters.W))
        laid = {f"W{l}": arrays.laid_weight(parameters.W[l], layout) for l in layers}
        laid |= {f"b{l}": arrays.laid_bias(parameters.b[l], layout) for l in layers}
        laid |= {"inputs": X, "targets": Y}
        self.before = {name: np.array(array) for name, array in laid.items()}
        self.values = {name: as_kind(array, style.kind) for name, array in laid.items()}
        self.values["penalty"] = penalty
        self.values["n_samples"] = n_samples
        self.values["sizes"] = list(parameters.sizes)
        self.values["rate"] = 0.1
        self.values["step"] = 1.0
        W, b = ([self.values[f"{what}{l}"] for l in layers] for what in "Wb")
        self.packed = {"W": packed(W, style), "b": packed(b, style), "parameters": packed_together(W, b, style)}
        self.values |= self.packed
        self.used: set[str] = set()

    def given_to(self, function: Callable[..., Any], roles: Mapping[str, str]) -> Any:
        """Call a function with what its arguments are for."""
        placed: list[Any] = []
        named: dict[str, Any] = {}
        self.used |= set(roles.values())
        for argument in arguments_of(function):
            role = roles.get(argument.name)
            if role is None or (role in ("n_samples", "sizes", "rate") and argument.default is not argument.empty):
                continue
            if argument.kind is argument.POSITIONAL_ONLY:
                placed.append(self.values[role])
            else:
                named[argument.name] = self.values[role]
        return function(*placed, **named)

    def changed(self) -> list[str]:
        """Which of the arrays that it was given are no longer as they were, as W2, b1, X or Y."""
        letters = {"inputs": "X", "targets": "Y"}
        now = self.now()
        return [letters.get(name, name) for name, array in self.before.items() if not _same(now[name], array)]

    def now(self) -> dict[str, Any]:
        """What stands by now where each array was put: W1, b1, ..., inputs, targets."""
        now = dict(self.values)
        for what in self.used & {"W", "b"}:
            container = self.packed[what]
            if isinstance(container, list):
                entries = container[-self.n_layers :] if len(container) >= self.n_layers else []
                now |= {f"{what}{l}": entry for l, entry in enumerate(entries, 1)}
        if "parameters" in self.used and isinstance(self.packed["parameters"], dict):
            now |= {name: entry for name, entry in self.packed["parameters"].items() if name in self.before}
        return now

    @property
    def n_layers(self) -> int:
        """L."""
        return len(self.values["sizes"]) - 1


def _same(value: Any, before: Array) -> bool:
    now = arrays.plain(value)
    return isinstance(now, np.ndarray) and now.shape == before.shape and np.array_equal(now, before)


def as_kind(array: Any, kind: str) -> Any:
    """An array as NumPy's, as a tensor of PyTorch's, or as lists of numbers."""
    if kind == "torch":
        return sys.modules["torch"].as_tensor(array)
    if kind == "lists":
        return array.tolist()
    return array


def packed(entries: list[Any], style: Style) -> Any:
    """W or b of all layers, as a function takes them."""
    match style.pack:
        case "padded":
            return [as_kind(EMPTY.copy(), style.kind), *entries]
        case "none":
            return [None, *entries]
        case "bare":
            return entries[0]
        case "vector":
            vector = np.ravel(entries[0])
            return vector if len(vector) > 1 else float(vector[0])
    return list(entries)


def packed_together(W: list[Any], b: list[Any], style: Style) -> Any:
    """All parameters in one argument: by name, as two lists by name, as pairs, or one after the other."""
    match style.pack:
        case "two_lists":
            return {"W": list(W), "b": list(b)}
        case "pairs":
            return list(zip(W, b, strict=True))
        case "alternating":
            return list(itertools.chain(*zip(W, b, strict=True)))
    layers = range(1, len(W) + 1)
    return {f"W{l}": W[l - 1] for l in layers} | {f"b{l}": b[l - 1] for l in layers}


def styles_of(
    function: Callable[..., Any], roles: Mapping[str, str], text: str, modules: set[str]
) -> tuple[Style, ...]:
    """The styles in which a function may want its arguments, the likeliest first."""
    of_arrays = modules & {"numpy", "torch"} or mentions(text, r" @ |\.(T|dot|shape)\b")
    kinds = ["numpy", "lists"] if of_arrays else ["lists", "numpy"]
    if "torch" in modules:
        own = text_of(function)
        kinds.insert(0 if mentions(own, r"torch|\.t\(\)|\.mm\(|F\.") or "numpy" not in modules else 1, "torch")
    if "parameters" in roles.values():
        packs = ["named", "two_lists", "pairs", "alternating"]
    elif "W" in roles.values():
        packs = ["list", "padded", "none", "bare", "vector"]
        if mentions(text, r"range\(1, *len\(|\b[Ww]\[1\]") and not mentions(text, r"\b[Ww]\[0\]"):
            packs = ["padded", "none", "list", "bare", "vector"]
    else:
        packs = ["list"]
    return tuple(Style(pack, kind) for kind in kinds for pack in packs)


def batches_of(layout: Layout, X: Array, Y: Array) -> list[tuple[Any, Any, int]]:
    """X and Y as each call takes them, and how many samples they are: one call, or one for each sample."""
    if layout.batch != "single":
        return [(arrays.laid_inputs(X, layout), arrays.laid_targets(Y, layout), len(X))]
    samples = arrays.samples_of(X, Y, layout)
    if layout.biases == "row":
        samples = [(x.reshape(1, -1), y.reshape(1, -1) if np.ndim(y) else y) for x, y in samples]
    return [(x, y, 1) for x, y in samples]
