"""The form of one function of all parameters in one vector, that returns the cost and the gradient in one vector."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from clearprop.derivation.submissions.answer import Answer, Hints, Layout
from clearprop.derivation.submissions.forms.arrays import (
    answer_of,
    labels_of,
    laid_inputs,
    laid_targets,
    plain,
    words_of,
)
from clearprop.derivation.submissions.forms.calling import arguments_of, call_with, parsed, role_of, simplified
from clearprop.derivation.submissions.forms.named import slots_of
from clearprop.derivation.submissions.forms.reading import conventions_of
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Parameters

_SIZE = re.compile(r"(size|units|nodes|labels|classes|neurons|dim|layer)s?$|^n_?(in|hidden|out|h|x|y)$")
_SIZES = ("n_0", "n_1", "n_2")
_NOT = re.compile(r"check|numeric|train|test|predict|optimi|minimi|descent|init")


class FlattenedFunction:
    """`forward_backward_prop(X, labels, params, dimensions)`, `nnCostFunction(nn_params, sizes..., X, y, lambda)`."""

    name = "flattened"

    def find(self, names: Mapping[str, Any], source: str) -> "FlattenedAdapter | None":
        """Return the last function of this form among a file's names, or None."""
        found = None
        for name, value in names.items():
            if callable(value) and not isinstance(value, type) and not _NOT.search(simplified(name)):
                roles = _roles_of(value)
                if roles is not None and (
                    "sizes" in roles.values() or re.search("cost|loss|back|grad", simplified(name))
                ):
                    found = FlattenedAdapter(name, value, roles, source)
        return found


def _roles_of(function: Callable[..., Any]) -> dict[str, str] | None:
    """What each argument is for; None where these are no flat parameters, sizes, inputs and targets."""
    names = [argument.name for argument in arguments_of(function)]
    required = [argument.name for argument in arguments_of(function) if argument.default is argument.empty]
    if slots_of(names):
        return None
    sizes = [name for name in names if role_of(name) != "sizes" and _SIZE.search(name.lower())]
    found = dict(zip(sizes, _SIZES, strict=False)) if len(sizes) == 3 else {}
    for name in names:
        role = role_of(name)
        if name not in found and role is not None:
            found[name] = "penalty" if role == "rate" and len(sizes) == 3 else role
    if not {"parameters", "inputs", "targets"} <= set(found.values()) or {"cache", "output"} & set(found.values()):
        return None
    has_sizes = "sizes" in found.values() or len(sizes) == 3
    return found if has_sizes and all(name in found for name in required) else None


class FlattenedAdapter:
    """Such a function: `W1, b1, W2, b2` one after the other, or matrices whose first column is the bias."""

    def __init__(self, name: str, function: Callable[..., Any], roles: dict[str, str], source: str) -> None:
        self.name = name
        self._function = function
        self._roles = roles
        tree = parsed(source)
        self._bias_first = "sizes" not in roles.values()
        self._order = "F" if re.search(r"""order\s*=\s*["']F|\.T\.reshape\(""", source) else "C"
        self._base = 1 if _counts_from_one(tree, name, roles) else 0
        self._adds_ones: bool | None = None
        self.hints = Hints(words=words_of(source), has_loss=True, takes_penalty="penalty" in roles.values(), depth=2)
        labels = conventions_of(tree, name).labels or (self._bias_first and _uses_labels(tree, roles))
        self.layouts = tuple(self._layouts(labels))

    def _layouts(self, labels: bool) -> Iterator[Layout]:
        base = Layout("out_in", "rows", "flat") if self._bias_first else Layout("in_out", "rows", "row")
        for targets in ("labels", "rows") if labels else ("rows", "labels"):
            yield replace(base, targets=targets)

    def call(self, layout: Layout, parameters: Parameters, X: Array, Y: Array, penalty: float) -> Answer:
        """Flatten the parameters, call the function, and take its gradient apart."""
        value = self._called(layout, parameters, X, Y, penalty)
        parts = list(value) if isinstance(value, tuple | list) else [value]
        vectors = [array for part in parts if isinstance(array := plain(part), np.ndarray) and array.size > 1]
        loss = next((part for part in parts if np.size(plain(part)) == 1), None)
        gradients = self._apart(np.asarray(vectors[0]).ravel(), parameters) if vectors else {}
        return answer_of(gradients, layout, parameters, loss)

    def loss(self, layout: Layout, parameters: Parameters, X: Array, Y: Array, penalty: float) -> float | None:
        """Call the function for its cost."""
        return self.call(layout, parameters, X, Y, penalty).loss

    def _called(self, layout: Layout, parameters: Parameters, X: Array, Y: Array, penalty: float) -> Any:
        sizes = dict(zip(_SIZES, parameters.sizes, strict=False))
        targets = labels_of(Y) + self._base if layout.targets == "labels" else laid_targets(Y, layout)
        known = {
            "parameters": self._flat(parameters, layout),
            "targets": targets,
            "penalty": penalty,
            "sizes": list(parameters.sizes),
            "rate": 1.0,
            "n_samples": len(X),
            **sizes,
        }
        rows = laid_inputs(X, layout)
        with_ones = np.hstack([np.ones((len(X), 1)), rows])
        ways = (
            [rows, with_ones]
            if self._bias_first and self._adds_ones is None
            else [with_ones if self._adds_ones else rows]
        )
        failure: Exception | None = None
        for inputs in ways:
            values = {name.lower(): {**known, "inputs": inputs}[role] for name, role in self._roles.items()}
            try:
                value = call_with(self._function, values)
            except ValueError as error:  # shapes: some of these functions expect the column of ones to be there already
                failure = failure or error
                continue
            self._adds_ones = inputs is with_ones
            return value
        assert failure is not None
        raise failure

    def _flat(self, parameters: Parameters, layout: Layout) -> Array:
        parts = []
        for W, b in zip(parameters.W[1:], parameters.b[1:], strict=True):
            if self._bias_first:
                parts.append(np.column_stack([b, W]).ravel(order="F" if self._order == "F" else "C"))
            else:
                parts += [W.T.ravel(), b.ravel()]
        return np.concatenate(parts).astype(layout.dtype)

    def _apart(self, vector: Array, parameters: Parameters) -> dict[tuple[str, int], Array]:
        """∇W and ∇b in the code's own layout; a vector of another length is left as what the first layer got."""
        sizes = parameters.sizes
        if vector.size != sum(array.size for array in parameters.arrays()):
            return {("W", 1): vector}
        found: dict[tuple[str, int], Array] = {}
        start = 0
        for l in range(1, len(sizes)):
            n, k = sizes[l], sizes[l - 1]
            part = vector[start : start + n * (k + 1)]
            start += n * (k + 1)
            if self._bias_first:
                theta = part.reshape((n, k + 1), order="F" if self._order == "F" else "C")
                found |= {("W", l): theta[:, 1:], ("b", l): theta[:, 0]}
            else:
                found |= {("W", l): part[: n * k].reshape(k, n), ("b", l): part[n * k :]}
        return found


def _uses_labels(tree: ast.AST, roles: Mapping[str, str]) -> bool:
    """Whether targets are used as an index, compared, or turned into columns."""
    targets = {argument for argument, role in roles.items() if role == "targets"}
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(slice=within) | ast.Call(func=ast.Attribute(attr="get_dummies"), args=[within]):
                pass
            case ast.Compare(left=within):
                pass
            case _:
                continue
        if any(isinstance(part, ast.Name) and part.id in targets for part in ast.walk(within)):
            return True
    return False


def _counts_from_one(tree: ast.AST, name: str, roles: Mapping[str, str]) -> bool:
    """Whether labels are 1, 2, ..., K: `y - 1` as an index, or comparisons with 1, ..., K."""
    targets = {argument for argument, role in roles.items() if role == "targets"}
    for node in ast.walk(tree):
        match node:
            case ast.BinOp(left=left, op=ast.Sub(), right=ast.Constant(value=1)):
                inner = left.args[0] if isinstance(left, ast.Call) and left.args else left
                while isinstance(inner, ast.Subscript | ast.Attribute):
                    inner = inner.value
                if isinstance(inner, ast.Name) and inner.id in targets:
                    return True
            case ast.Call(func=ast.Attribute(attr="arange") | ast.Name(id="range"), args=[ast.Constant(value=1), end]):
                if any(isinstance(part, ast.Name) and part.id in roles for part in ast.walk(end)):
                    return _adds_one(end)
            case ast.Compare(
                left=ast.Name(id=left), comparators=[ast.BinOp(op=ast.Add(), right=ast.Constant(value=1))]
            ):
                if left in targets:
                    return True
    return False


def _adds_one(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add)
