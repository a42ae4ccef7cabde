"""A forward pass, a backward pass and a cost of a person's code, called by what their arguments mean."""

import ast
import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from clearprop.derivation.submissions.answer import Layout
from clearprop.derivation.submissions.forms.arrays import number, plain
from clearprop.derivation.submissions.forms.calling import (
    arguments_of,
    call_with,
    returned_names,
    role_of,
    simplified,
)
from clearprop.derivation.submissions.forms.named import Returned, read_returned, slot_of
from clearprop.mathematics.network import Parameters

FORWARD = re.compile(r"forward|^fw|feed|^propagat|^predict|^inference$|前向|正向")
BACKWARD = re.compile(r"back|grad|prime$|反向")
NOT_BACKWARD = re.compile(
    r"numeric|update|check|descent|clip|dropout|sigmoid|relu|tanh|softmax|vector|dict|test|train|num_?grad"
)
COST = re.compile(r"cost|loss|entropy|mse")
NOT_COST = re.compile(r"prime|grad|deriv|back|test|plot|delta")
_LOSS_NAME = re.compile(r"^(cost|loss|j|l|error|totalloss|dataloss|totalcost)$")


@dataclass
class Known:
    """What one call knows: values by the names and roles of arguments, and what the passes added.

    Arguments:
        values: by role (`inputs`, `targets`, ...) and by name in lower case (`w1`).
        output_shape: of the outputs in the code's layout.
    """

    values: dict[str, Any]
    output_shape: tuple[int, ...]
    loss: Any = None

    @property
    def output(self) -> Any:
        """The outputs, where a forward pass gave any."""
        return self.values.get("output")

    def absorb(self, value: Any, names: list[str]) -> None:
        """Take in what a forward pass returned: a cache, outputs, a loss, or values that its return line names."""
        if isinstance(value, Mapping):
            self._name_all(value)
            self.values.setdefault("cache", value)
        elif isinstance(value, tuple | list) and not all(_is_number(part) for part in value):
            self._absorb_parts(value, names)
        elif value is not None:
            self._take_output(value, names[0] if names else "")

    def _absorb_parts(self, parts: tuple[Any, ...] | list[Any], names: list[str]) -> None:
        caches = [part for part in parts if isinstance(part, Mapping | list | tuple)]
        arrays = [part for part in parts if not isinstance(part, Mapping | list | tuple)]
        self.values["cache"] = caches[-1] if caches else parts
        for cache in caches:
            if isinstance(cache, Mapping):
                self._name_all(cache)
        named = list(names) if len(names) == len(parts) else [""] * len(parts)
        for name, part in zip(named, parts, strict=True):
            if name:
                self.values[name.lower()] = part
        if caches and len(arrays) == 1:
            self._take_output(arrays[0], next((n for n, p in zip(named, parts, strict=True) if p is arrays[0]), ""))
        elif not caches:
            self.choose_output(dict(zip((name or str(i) for i, name in enumerate(named)), parts, strict=True)))

    def _take_output(self, value: Any, name: str) -> None:
        is_loss = bool(_LOSS_NAME.match(simplified(name)))
        if is_loss or _is_number(value):
            self.loss = value
        else:
            self.values["output"] = value

    def _name_all(self, cache: Mapping[Any, Any]) -> None:
        for name, value in cache.items():
            if isinstance(name, str) and slot_of(name) is None:
                self.values.setdefault(name.lower(), value)
        self.choose_output(cache)

    def choose_output(self, named: Mapping[Any, Any]) -> None:
        """Take the outputs among named values: those of their shape, by name if there are several."""
        fitting = [
            name for name, value in named.items() if not isinstance(value, str) and _shape(value) == self.output_shape
        ]
        fitting = [name for name in fitting if not str(name).lower().startswith("z")] or fitting
        by_role = [name for name in fitting if role_of(str(name)) == "output"]
        if fitting and "output" not in self.values:
            self.values["output"] = named[(by_role or fitting)[-1]]


def _is_number(value: Any) -> bool:
    return not isinstance(value, Mapping | list | tuple | str) and np.ndim(plain(value)) == 0


def _shape(value: Any) -> tuple[int, ...] | None:
    array = None if isinstance(value, Mapping | list | tuple) else plain(value)
    return array.shape if isinstance(array, np.ndarray) else None


def output_shape(layout: Layout, X: Any, n_outputs: int) -> tuple[int, ...]:
    """The shape of the outputs in the code's layout."""
    return (n_outputs, len(X)) if layout.batch == "columns" else (len(X), n_outputs)


_OUTPUT_NAME = re.compile(r"^(a|z|o|h|y)_?(\d+|l|out|hat|pred)?$")


@dataclass(frozen=True)
class Passes:
    """The functions (or methods of one object) that make a network's passes.

    Arguments:
        forward: from inputs to outputs and a cache; None where the backward pass does both.
        backward: to the gradients.
        cost: from outputs and targets, or from inputs and targets, to the loss; None where there is none.
        tree: of the source, for the names in `return` lines.
    """

    backward: Callable[..., Any]
    forward: Callable[..., Any] | None
    cost: Callable[..., Any] | None
    tree: ast.Module

    def takes(self, role: str) -> bool:
        """Whether the backward pass has an argument of that role."""
        return role in (role_of(argument.name) for argument in arguments_of(self.backward))

    def run(self, known: Known, parameters: Parameters) -> Returned:
        """Go forward where that is a function of its own, then backward; what the backward pass returned."""
        self.run_forward(known)
        return self.run_backward(known, parameters)

    def run_backward(self, known: Known, parameters: Parameters) -> Returned:
        """Go backward with what is known."""
        value = call_with(self.backward, known.values)
        returned = read_returned(value, returned_names(self.tree, self.backward), parameters)
        if returned.loss is not None:
            known.loss = returned.loss
        return returned

    def run_forward(self, known: Known) -> None:
        """Go forward, and keep what that gives."""
        if self.forward is not None:
            values = dict(known.values)
            if (sole := sole_argument(self.forward)) is not None:
                values.setdefault(sole.lower(), known.values["inputs"])
            known.absorb(call_with(self.forward, values), returned_names(self.tree, self.forward))

    def loss(self, known: Known) -> float | None:
        """The loss after a forward pass; None where the code has none."""
        if known.loss is not None:
            return number(known.loss)
        if self.cost is None:
            return None
        values = dict(known.values)
        for argument in arguments_of(self.cost):
            if (
                known.output is not None
                and _OUTPUT_NAME.match(argument.name.lower())
                and role_of(argument.name) != "targets"
            ):
                values.setdefault(argument.name.lower(), known.output)
        with contextlib.suppress(Exception):  # a cost that fails leaves the gradients to be checked
            return number(call_with(self.cost, values))
        return None


def sole_argument(function: Callable[..., Any]) -> str | None:
    """The only argument without a default, whose name says nothing: what a forward pass is of."""
    required = [argument.name for argument in arguments_of(function) if argument.default is argument.empty]
    return required[0] if len(required) == 1 and role_of(required[0]) is None else None


def bindable(function: Callable[..., Any], keys: set[str]) -> bool:
    """Whether a call knows every argument that has no default."""
    required = [argument for argument in arguments_of(function) if argument.default is argument.empty]
    return all(a.name.lower() in keys or role_of(a.name) in keys for a in required)
