"""The form of two functions: a forward pass that returns outputs and a cache, and a backward pass that takes them."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from clearprop.derivation.submissions.answer import Answer, Hints, Layout
from clearprop.derivation.submissions.forms.arrays import (
    altered,
    answer_of,
    laid_bias,
    laid_inputs,
    laid_targets,
    laid_weight,
    own_output,
    words_of,
)
from clearprop.derivation.submissions.forms.calling import arguments_of, parsed, returned_names, role_of
from clearprop.derivation.submissions.forms.named import slots_of
from clearprop.derivation.submissions.forms.passes import (
    BACKWARD,
    COST,
    FORWARD,
    NOT_BACKWARD,
    NOT_COST,
    Known,
    Passes,
    bindable,
    output_shape,
)
from clearprop.derivation.submissions.forms.reading import conventions_of
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Parameters

_WEIGHT_KEY = re.compile(r"""["'](W|w|weights?_?|Theta|theta)(?=\d|\{|%|["']\s*\+)""")
_BIAS_KEY = re.compile(r"""["'](b|B|bias_?|biases_?)(?=\d|\{|%|["']\s*\+)""")


@dataclass(frozen=True)
class Keys:
    """How a dictionary of parameters is keyed: `W` + number and `b` + number, from 1 or from 0."""

    weight: str = "W"
    bias: str = "b"
    first: int = 1

    @classmethod
    def of(cls, source: str) -> "Keys":
        """The keys that a source uses."""
        weights, biases = _WEIGHT_KEY.findall(source), _BIAS_KEY.findall(source)
        from_zero = re.search(r"""["'](W|w|weights?_?)0["']""", source)
        return cls(
            max(weights, key=weights.count) if weights else "W",
            max(biases, key=biases.count) if biases else "b",
            0 if from_zero else 1,
        )

    def dictionary(self, W: list[Array], b: list[Array]) -> dict[str, Array]:
        """The parameters under these keys, W and b of a layer side by side."""
        found: dict[str, Array] = {}
        for i, (weight, bias) in enumerate(zip(W, b, strict=True), start=self.first):
            found |= {f"{self.weight}{i}": weight, f"{self.bias}{i}": bias}
        return found


def _unpacks(tree: ast.Module) -> bool:
    """Whether the parameters are taken apart as a tuple, `W1, b1, W2, b2 = parameters`."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Tuple()], value=ast.Name(id=name)) if role_of(name) == "parameters":
                return True
    return False


_LISTS = {"weights", "weight", "w", "ws", "biases", "bias", "b", "bs"}


class PairAdapter:
    """A forward and a backward function, given dictionaries or single arrays of parameters."""

    def __init__(self, passes: Passes, source: str) -> None:
        self.passes = passes
        self.name = passes.backward.__name__
        self._keys = Keys.of(source)
        self._unpacks = _unpacks(passes.tree)
        functions = [passes.backward, passes.forward, passes.cost]
        self._arguments = [argument.name for function in functions if function for argument in arguments_of(function)]
        returns_loss = passes.forward is not None and _returns_loss(passes.tree, passes.forward)
        self.hints = Hints(
            words=words_of(source),
            has_loss=passes.cost is not None or returns_loss,
            takes_penalty=passes.takes("penalty"),
            depth=_depth(self._arguments, source),
        )
        self.layouts = tuple(_layouts(passes, source))

    def call(self, layout: Layout, parameters: Parameters, X: Array, Y: Array, penalty: float) -> Answer:
        """Call both functions, and the cost."""
        known = self._known(layout, parameters, X, Y, penalty)
        given = {name: np.array(array) for name, array in _handed(known).items()}
        self.passes.run_forward(known)
        output = own_output(known.output, layout, (len(X), Y.shape[1]))  # a copy: a backward pass may alter it
        loss = self.passes.loss(known)
        returned = self.passes.run_backward(known, parameters)
        answer = answer_of(returned.gradients, layout, parameters, loss, output)
        return replace(answer, changed=altered(given, _handed(known)))

    def loss(self, layout: Layout, parameters: Parameters, X: Array, Y: Array, penalty: float) -> float | None:
        """Call the forward function and the cost."""
        known = self._known(layout, parameters, X, Y, penalty)
        self.passes.run_forward(known)
        return self.passes.loss(known)

    def _known(self, layout: Layout, parameters: Parameters, X: Array, Y: Array, penalty: float) -> Known:
        W = [laid_weight(array, layout) for array in parameters.W[1:]]
        b = [laid_bias(array, layout) for array in parameters.b[1:]]
        named = self._keys.dictionary(W, b)
        arrays = {("W", l): array for l, array in enumerate(W, 1)} | {("b", l): array for l, array in enumerate(b, 1)}
        values: dict[str, Any] = {
            name.lower(): arrays[slot] for name, slot in slots_of(self._arguments).items() if slot in arrays
        }
        if {"biases", "bias", "b", "bs"} & {name.lower() for name in self._arguments}:
            values |= dict.fromkeys(("weights", "weight", "w", "ws"), W)
            values |= dict.fromkeys(("biases", "bias", "b", "bs"), b)
        packed = tuple(named.values()) if self._unpacks else named
        values |= {
            "inputs": laid_inputs(X, layout),
            "targets": laid_targets(Y, layout),
            "parameters": packed,
            "penalty": penalty,
            "n_samples": len(X),
            "sizes": list(parameters.sizes),
            "rate": 1.0,
        }
        return Known(values, output_shape(layout, X, Y.shape[1]))


def _handed(known: Known) -> dict[str, Array]:
    """The arrays that the functions were given, as they are now, by this house's names."""
    packed = known.values["parameters"]
    entries = packed.values() if isinstance(packed, Mapping) else packed
    names = [f"{what}{l}" for l in range(1, len(known.values["sizes"])) for what in "Wb"]
    given = dict(zip(names, entries, strict=False))
    return given | {"X": known.values["inputs"], "Y": known.values["targets"]}


def _returns_loss(tree: ast.Module, forward: Callable[..., Any]) -> bool:
    names = returned_names(tree, forward)
    return bool(names) and names[0].lower() in ("cost", "loss", "j")


def _depth(arguments: list[str], source: str) -> int | None:
    """The number of layers that the code names one by one; None where it counts them."""
    layers = [layer for _, layer in slots_of(arguments).values()]
    keys = re.findall(r"""["'](?:W|w|weights?_?|Theta)(\d+)["']""", source)
    if not layers and re.search(_WEIGHT_KEY.pattern.replace(r"\d|", ""), source):
        return None
    zero = "0" in keys
    return max(layers, default=max((int(key) + zero for key in keys), default=0)) or None


def _layouts(passes: Passes, source: str) -> Iterator[Layout]:
    row = "row" if re.search(r"(zeros|ones|randn?|random)\(?\(\s*\(?1\s*,", source) else "flat"
    ways = [
        Layout("out_in", "columns", "column"),
        Layout("in_out", "rows", row),
        Layout("out_in", "rows", row),
        Layout("in_out", "columns", "column"),
    ]
    read = [
        conventions_of(passes.tree, function.__name__) for function in (passes.forward, passes.backward) if function
    ]
    told = next((conventions for conventions in read if conventions.weights), None)
    if told is not None:
        ways.sort(key=lambda way: (way.weights != told.weights, way.batch not in told.batches))
    labels = any(conventions.labels for conventions in read)
    for way, targets in product(ways, ("labels", "rows") if labels else ("rows", "labels")):
        yield replace(way, targets=targets)


def passes_among(functions: Mapping[str, Callable[..., Any]], tree: ast.Module) -> Passes | None:
    """The passes among functions by name, those with a penalty first; None without a backward pass."""
    backward = _best(functions, _is_backward)
    if backward is None:
        return None
    forward = _best(functions, _is_forward)
    penalized = "penalty" in [role_of(argument.name) for argument in arguments_of(backward)]
    cost = _best(functions, _is_cost, penalized)
    return Passes(backward, forward, cost, tree)


def _stands_alone(backward: Callable[..., Any]) -> bool:
    """Whether a backward function needs nothing of a forward pass."""
    parameters = {name.lower() for name in slots_of([argument.name for argument in arguments_of(backward)])}
    return bindable(
        backward, parameters | _LISTS | {"inputs", "targets", "parameters", "penalty", "n_samples", "sizes"}
    )


def _best(
    functions: Mapping[str, Callable[..., Any]], fits: Callable[[str, set[str | None]], bool], penalized: bool = True
) -> Callable[..., Any] | None:
    found = []
    for name, function in functions.items():
        names = [argument.name for argument in arguments_of(function)]
        roles = {role_of(argument) for argument in names} | ({"parameters"} if slots_of(names) else set())
        if fits(name.lower(), roles):
            found.append((("penalty" in roles) == penalized, function))
    return max(found, key=lambda entry: entry[0])[1] if found else None


def _is_backward(name: str, roles: set[str | None]) -> bool:
    return bool(BACKWARD.search(name)) and not NOT_BACKWARD.search(name) and "targets" in roles


def _is_forward(name: str, roles: set[str | None]) -> bool:
    names_it = FORWARD.search(name) and not BACKWARD.search(name) and not re.search(r"dropout|backward|predict", name)
    return bool(names_it) and {"inputs", "parameters"} <= roles


def _is_cost(name: str, roles: set[str | None]) -> bool:
    return bool(COST.search(name)) and not NOT_COST.search(name) and "targets" in roles


class ForwardBackwardPair:
    """`forward_propagation(X, parameters)` and `backward_propagation(parameters, cache, X, Y)`, and the like."""

    name = "forward_backward_pair"

    def find(self, names: Mapping[str, Any], source: str) -> PairAdapter | None:
        """Return the pair among a file's functions, or None."""
        functions = {name: value for name, value in names.items() if callable(value) and not isinstance(value, type)}
        passes = passes_among(functions, parsed(source))
        if passes is None or passes.forward is None or _stands_alone(passes.backward):
            return None
        return PairAdapter(passes, source)
