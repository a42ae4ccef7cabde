"""What a function's text says of its conventions: which way its products go, over which axis it adds."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from clearprop.derivation.submissions.forms.calling import function_named, role_of, simplified
from clearprop.derivation.submissions.forms.named import slot_of

_WEIGHT_NAMES = frozenset(
    {"w", "ws", "weights", "weight", "wlist", "theta", "thetas", "wl", "wi", "wj", "wk", "weightmatrix", "wmat"}
)
_PRODUCTS = frozenset({"dot", "matmul", "mm", "matvec", "mv", "inner"})
_DEEPEST = 4  # calls of helpers that are followed


@dataclass(frozen=True)
class Conventions:
    """What was read; None where nothing was.

    Arguments:
        weights: "out_in" or "in_out".
        batches: the batch layouts that the text is in keeping with.
        biases: the bias layouts that it is in keeping with.
        labels: whether targets look like class numbers.
        single_precision: whether it speaks of float32.
    """

    weights: str | None = None
    batches: frozenset[str] = frozenset()
    biases: frozenset[str] = frozenset()
    labels: bool = False
    single_precision: bool = False


def conventions_of(tree: ast.Module, name: str) -> Conventions:
    """Read the conventions of a function, and of the file's functions that it calls.

    >>> conventions_of(ast.parse("def grads(W, b, X, Y): Z = X @ W[0] + b[0]; db = Z.sum(axis=0)"), "grads").weights
    'in_out'
    """
    definition = function_named(tree, name)
    if definition is None:
        return Conventions()
    nodes = list(in_order(tree, definition))
    weights, batches = _orientation(nodes)
    axes = _axes(nodes)
    if axes:
        batches &= {"rows"} if axes == {0} else {"columns", "single"} if axes == {1} else batches
    elif not any(isinstance(node, ast.For | ast.comprehension) and _over_samples(node) for node in nodes):
        arrays = [node for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
        sums = any(_called(node) in ("sum", "mean", "einsum", "ones") for node in arrays)
        batches = batches if sums or not _multiplies(nodes) else batches & {"single"} or batches
    return Conventions(weights, batches, _bias_shapes(nodes), _labels(nodes), _single_precision(tree))


def in_order(tree: ast.Module, definition: ast.AST, depth: int = _DEEPEST) -> Iterator[ast.AST]:
    """The nodes of a definition as they are written, with those of a function that it calls at that place."""
    for node in ast.iter_child_nodes(definition):
        yield from in_order(tree, node, depth)
        yield node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and depth:
            called = function_named(tree, node.func.id)
            if called is not None:
                yield from in_order(tree, called, depth - 1)


def _multiplies(nodes: list[ast.AST]) -> bool:
    """Whether anything is multiplied but by a number, so that what is not there means something."""
    for node in nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.MatMult):
            if not any(isinstance(part, ast.Constant) for part in (node.left, node.right)):
                return True
        elif _called(node) in _PRODUCTS:
            return True
    return False


def _called(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Call):
        return None
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)


def _orientation(nodes: list[ast.AST]) -> tuple[str | None, frozenset[str]]:
    """The first product with weights goes forward: a @ W, a @ W.T, W @ a or W.T @ a."""
    for node in nodes:
        if (factors := _factors(node)) is None:
            continue
        for place, factor in enumerate(factors):
            turned, inner = _turned(factor)
            if _is_weights(inner):
                if place == 0:
                    return "in_out" if turned else "out_in", frozenset({"columns", "single"})
                return "out_in" if turned else "in_out", frozenset({"rows", "single"})
    for node in nodes:
        if (weights := _orientation_of_entries(node)) is not None:
            return weights, frozenset({"rows", "single"})
    return None, frozenset({"rows", "columns", "single"})


def _orientation_of_entries(node: ast.AST) -> str | None:
    """Of a product of entries, W[l][j][k] * a[k]: the last index of W is that of the unit it comes from, or not."""
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)):
        return None
    for one, other in ((node.left, node.right), (node.right, node.left)):
        if not re.match(r"(self\.)?_*(a|x|h|o|in|prev|v|u|layer|s)", ast.unparse(other).lower()):
            continue  # W[l][j][k] * delta[j] goes backward
        own, others = _indices(one), _indices(other)
        if _is_weights(_root(one)) and len(own) >= 2 and own[-1] != own[-2] and others and others[-1] in own[-2:]:
            return "out_in" if others[-1] == own[-1] else "in_out"
    return None


def _factors(node: ast.AST) -> tuple[ast.AST, ast.AST] | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return node.left, node.right
    if isinstance(node, ast.Call) and _called(node) in _PRODUCTS:
        if len(node.args) >= 2:
            return node.args[0], node.args[1]
        if len(node.args) == 1 and isinstance(node.func, ast.Attribute):
            return node.func.value, node.args[0]
    return None


def _turned(node: ast.AST) -> tuple[bool, ast.AST]:
    match node:
        case ast.Attribute(value=inner, attr="T" | "mT"):
            return True, inner
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np" | "numpy" | "torch"), attr="transpose" | "t")):
            return True, node.args[0] if node.args else node
        case ast.Call(func=ast.Attribute(value=inner, attr="t" | "transpose")):
            return True, inner
    return False, node


def _root(node: ast.AST) -> ast.AST:
    while isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Constant):
        node = node.value
    return node


def _is_weights(node: ast.AST) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str() as name)):
            slot = slot_of(name)
            return simplified(name) in _WEIGHT_NAMES or (slot is not None and slot.what == "W" and not slot.is_gradient)
        case ast.Subscript(slice=ast.BinOp(left=ast.Constant(value=str() as name))):  # parameters["W" + str(l)]
            return name.lower() in ("w", "weights", "weight")
        case ast.Subscript(slice=ast.JoinedStr(values=[ast.Constant(value=str() as name), *_])):
            return name.lower() in ("w", "weights", "weight")
        case ast.Subscript(value=inner):
            return _is_weights(inner)
    return False


def _indices(node: ast.AST) -> list[str]:
    found: list[str] = []
    while isinstance(node, ast.Subscript):
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        found = [ast.dump(part) for part in parts] + found
        node = node.value
    return found


def _axes(nodes: list[ast.AST]) -> set[int]:
    """The axes over which gradients of biases are added."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.Assign | ast.AugAssign) and _names_bias(node):
            for call in ast.walk(node.value):
                if _called(call) in ("sum", "mean"):
                    found |= _axis_of(call)
    return found


def _axis_of(call: ast.AST) -> set[int]:
    assert isinstance(call, ast.Call)
    keywords = [word.value for word in call.keywords if word.arg in ("axis", "dim")]
    module = isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") in ("np", "numpy", "torch")
    values = keywords or call.args[1 if module else 0 :][:1]
    axes = {0, 1} & {value.value for value in values if isinstance(value, ast.Constant)}
    return axes | {1 for value in values if isinstance(value, ast.UnaryOp)}


def _names_bias(node: ast.Assign | ast.AugAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        for part in ast.walk(target):
            match part:
                case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Constant(value=str() as name):
                    if simplified(name).rstrip("0123456789l").lstrip("dg").endswith(("b", "bias", "biases")):
                        return True
    return False


def _over_samples(node: ast.For | ast.comprehension) -> bool:
    """Whether a loop runs over samples: zip(X, Y), range(m), range(len(X)), range(X.shape[0])."""
    roles = {role_of(part.id) for part in ast.walk(node.iter) if isinstance(part, ast.Name)}
    counts = any(_called(part) == "range" for part in ast.walk(node.iter)) and "inputs" in roles
    return counts or "n_samples" in roles or {"inputs", "targets"} <= roles


def _bias_shapes(nodes: list[ast.AST]) -> frozenset[str]:
    keeps = {
        next(iter(_axis_of(node)), None)
        for node in nodes
        if isinstance(node, ast.Assign | ast.AugAssign) and _names_bias(node)
        for node in ast.walk(node.value)
        if isinstance(node, ast.Call) and any(word.arg in ("keepdims", "keepdim") for word in node.keywords)
    }
    if 1 in keeps:
        return frozenset({"column"})
    return frozenset({"row"}) if 0 in keeps else frozenset()


def _labels(nodes: list[ast.AST]) -> bool:
    """Targets as class numbers: entries are picked by (range(m), y), or a one-hot array is made of them."""
    for node in nodes:
        if isinstance(node, ast.Subscript):
            picks = node.slice.elts if isinstance(node.slice, ast.Tuple) else []
            if len(picks) == 2 and {_called(pick) for pick in picks} & {"range", "arange"}:
                return True
            if _called(node.value) in ("eye", "identity"):
                return True
        if simplified(_called(node) or "") in ("onehot", "makeonehot", "onehotencode"):
            return True
    return False


def _single_precision(tree: ast.Module) -> bool:
    return any(
        (isinstance(node, ast.Attribute) and node.attr in ("float32", "FloatTensor"))
        or (isinstance(node, ast.Constant) and node.value == "float32")
        for node in ast.walk(tree)
    )
