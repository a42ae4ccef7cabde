"""The formulas of the layer table on whole arrays, of any library: every index letter is an axis.

So what other layers compute is read from their formulas and not from the code that trains, in floats that a library
differentiates and in numbers of many digits alike.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from clearprop.mathematics.layers import Layer


@dataclass(frozen=True)
class Functions:
    """What a library calls the functions of the formulas; `activation` takes the name of one, and z."""

    where: Callable[[Any, Any, Any], Any]
    cos: Callable[[Any], Any]
    concatenate: Callable[[list[Any], int], Any]
    activation: Callable[[str, Any], Any]
    pi: Any


def output_by_formula(layer: Layer, theta: Mapping[str, Any], arguments: Mapping[str, Any], by: Functions) -> Any:
    """Return y, (m, n_outputs), from a layer's formulas.

    Arguments:
        theta: the arrays of the layer, by its own names.
        arguments: what the formulas call x, and what is fixed in them (`Layer.arguments`).
        by: the functions of the library that the arrays belong to.
    """
    arrays = {**arguments, **theta}
    parts = []
    for head, formula in layer.formulas.items():
        reading = _Reading(arrays, by, _letters(head, formula), getattr(layer, "activation", ""))
        part = reading.value(_tree(formula))
        part = part[(..., *(0 for _ in reading.letters[len(_letters(head)) :]))]
        parts.append(part.reshape(part.shape[0], -1))
    columns = by.concatenate(parts, 1)
    places = layer.parts(np.arange(layer.n_outputs)[None, :])
    order = np.concatenate([places[head.partition("[")[0]].ravel() for head in layer.formulas])
    return columns[:, np.argsort(order)]


def of_layer(theta: Mapping[str, Any], layer: str) -> dict[str, Any]:
    """The arrays of one layer, by their own names ("s" of "scale.s").

    >>> of_layer({"scale.s": 1, "input1.C": 2}, "scale")
    {'s': 1}
    """
    return {name.partition(".")[2]: array for name, array in theta.items() if name.startswith(f"{layer}.")}


def made_layer(name: str) -> int:
    """The layer of the chain whose a another layer makes, or makes a part of: 0, or l of "mixture3".

    >>> made_layer("input2.C"), made_layer("mixture3.alpha"), made_layer("mixture3")
    (0, 3, 3)
    """
    layer = name.partition(".")[0]
    return int(layer.removeprefix("mixture")) if layer.startswith("mixture") else 0


@cache
def _tree(formula: str) -> ast.expr:
    return ast.parse(formula, mode="eval").body


@cache
def _letters(*texts: str) -> tuple[str, ...]:
    """The index letters of formulas, in the order in which they come up, those of the first text before the others."""
    names = [
        node.id
        for text in texts
        for subscript in ast.walk(_tree(text))
        if isinstance(subscript, ast.Subscript)
        for node in (subscript.slice.elts if isinstance(subscript.slice, ast.Tuple) else [subscript.slice])
        if isinstance(node, ast.Name)
    ]
    return tuple(dict.fromkeys(names))


class _Reading:
    """Computes one formula; an array has its letters' axes, and length 1 along the others."""

    def __init__(self, arrays: Mapping[str, Any], by: Functions, letters: tuple[str, ...], activation: str) -> None:
        self.arrays, self.by, self.letters, self.activation = arrays, by, letters, activation

    def value(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=number):
                return number
            case ast.Name(id="pi"):
                return self.by.pi
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.value(operand)
            case ast.BinOp(left=left, op=op, right=right):
                return _OPERATIONS[type(op)](self.value(left), self.value(right))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return _OPERATIONS[type(op)](self.value(left), self.value(right))
            case ast.Subscript():
                return self._aligned(node)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._call(name, arguments)
        raise ValueError(f"formula: {ast.unparse(node)!r} is not of the kind that the table of layers holds")

    def _call(self, name: str, arguments: list[ast.expr]) -> Any:
        match name, arguments:
            case "Sum", [body, ast.Tuple(elts=[ast.Name(id=letter), _, _])]:
                axis = self.letters.index(letter)
                return self.value(body).sum(axis)[(slice(None),) * axis + (None,)]
            case "Piecewise", branches:
                return self._chosen([branch.elts for branch in branches if isinstance(branch, ast.Tuple)])
            case "cos", [argument]:
                return self.by.cos(self.value(argument))
            case "f", [argument]:
                return self.by.activation(self.activation, self.value(argument))
        raise ValueError(f"formula: the function {name!r} is not one that the table of layers holds")

    def _chosen(self, branches: list[list[ast.expr]]) -> Any:
        found = self.value(branches[-1][0])
        for value, condition in reversed(branches[:-1]):
            found = self.by.where(self.value(condition), self.value(value), found)
        return found

    def _aligned(self, node: ast.Subscript) -> Any:
        assert isinstance(node.value, ast.Name)
        array, own = self.arrays[node.value.id], []
        for axis, index in enumerate(node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]):
            if isinstance(index, ast.Subscript):  # what stands there names places, from 1
                assert isinstance(index.value, ast.Name) and isinstance(index.slice, ast.Name)
                array = array[(slice(None),) * axis + (self.arrays[index.value.id] - 1,)]
                index = index.slice
            assert isinstance(index, ast.Name)
            own.append(index.id)
        assert own == sorted(own, key=self.letters.index), f"{ast.unparse(node)}: its letters come in another order"
        return array[tuple(slice(None) if letter in own else None for letter in self.letters)]


_OPERATIONS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: lambda u, v: u + v,
    ast.Sub: lambda u, v: u - v,
    ast.Mult: lambda u, v: u * v,
    ast.Div: lambda u, v: u / v,
    ast.Lt: lambda u, v: u < v,
    ast.Gt: lambda u, v: u > v,
}
