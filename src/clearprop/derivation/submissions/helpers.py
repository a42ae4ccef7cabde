"""The small helper functions that courses hand out with their assignments, written anew in the courses' conventions.

Where two courses mean different things by one name, the way in which the person's file uses it decides: `A, cache =
sigmoid(Z)` or `a = sigmoid(z)`, `sigmoid_grad(a)` of the value or `sigmoid_prime(z)` of the argument.
"""

import ast
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from clearprop.derivation.submissions.forms.calling import mentions, parsed, simplified
from clearprop.mathematics.arrays import Array


def sigmoid(x: Any) -> Array:
    """σ(x) = 1/(1 + e⁻ˣ), without overflow."""
    exponential = np.exp(-np.abs(x))
    return np.where(np.asarray(x) >= 0, 1 / (1 + exponential), exponential / (1 + exponential))


def relu(x: Any) -> Array:
    """max(0, x)."""
    return np.maximum(0, x)


def leaky_relu(x: Any, slope: float = 0.01) -> Array:
    """The positive part of x, and a small part of the rest."""
    return np.where(np.asarray(x) > 0, x, slope * np.asarray(x))


def identity(x: Any) -> Any:
    """Return x."""
    return x


def softmax(x: Any, axis: int = -1) -> Array:
    """e^x / Σ e^x along an axis."""
    exponentials = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return np.asarray(exponentials / np.sum(exponentials, axis=axis, keepdims=True))


def sigmoid_backward(dA: Any, cache: Any) -> Array:
    """The error signal before a sigmoid, from that behind it and from Z."""
    a = sigmoid(cache)
    return np.asarray(dA * a * (1 - a))


def tanh_backward(dA: Any, cache: Any) -> Array:
    """The error signal before a tanh, from that behind it and from Z."""
    return np.asarray(dA * (1 - np.tanh(cache) ** 2))


def relu_backward(dA: Any, cache: Any) -> Array:
    """The error signal before a ReLU, from that behind it and from Z."""
    return np.where(np.asarray(cache) > 0, dA, 0.0)


def relu_forward(x: Any) -> tuple[Any, Any]:
    """max(0, x), and x."""
    return relu(x), x


def affine_forward(x: Any, w: Any, b: Any) -> tuple[Any, Any]:
    """X W + b for X of any number of axes behind the first, and (x, w, b)."""
    return x.reshape(len(x), -1) @ w + b, (x, w, b)


def affine_backward(dout: Any, cache: Any) -> tuple[Any, Any, Any]:
    """The gradients of x, w and b."""
    x, w, _ = cache
    return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)


def affine_relu_forward(x: Any, w: Any, b: Any) -> tuple[Any, Any]:
    """max(0, X W + b), and both caches."""
    z, affine_cache = affine_forward(x, w, b)
    return relu(z), (affine_cache, z)


def affine_relu_backward(dout: Any, cache: Any) -> tuple[Any, Any, Any]:
    """The gradients of x, w and b."""
    affine_cache, z = cache
    return affine_backward(relu_backward(dout, z), affine_cache)


def softmax_loss(x: Any, y: Any) -> tuple[float, Array]:
    """The mean cross-entropy of scores (m, n) with labels (m,), and its gradient."""
    rows, probabilities = np.arange(len(x)), softmax(x)
    gradient = probabilities.copy()
    gradient[rows, y] -= 1
    shifted = x - np.max(x, axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-np.mean(logs[rows, y])), gradient / len(x)


def svm_loss(x: Any, y: Any) -> tuple[float, Array]:
    """The mean hinge loss of scores (m, n) with labels (m,) and margin 1, and its gradient."""
    rows = np.arange(len(x))
    margins = np.maximum(0, x - x[rows, y][:, None] + 1.0)
    margins[rows, y] = 0
    gradient = (margins > 0).astype(x.dtype)
    gradient[rows, y] -= gradient.sum(axis=1)
    return float(np.sum(margins) / len(x)), gradient / len(x)


def cross_entropy_error(y: Any, t: Any) -> float:
    """The mean cross-entropy of outputs y with one-hot targets or labels t."""
    y, t = np.atleast_2d(y), np.asarray(t)
    labels = t.reshape(y.shape).argmax(axis=1) if t.size == y.size else t.ravel()
    return float(-np.mean(np.log(y[np.arange(len(y)), labels] + 1e-7)))


def sum_squared_error(y: Any, t: Any) -> float:
    """Half the sum of the squared differences."""
    return float(0.5 * np.sum((y - t) ** 2))


def forward_propagation(X: Any, parameters: Any) -> tuple[Any, tuple[Any, ...]]:
    """Aᴸ of ReLU layers and a sigmoid, a sample a column, and (Z1, A1, W1, b1, Z2, ...)."""
    n_layers = sum(name.startswith("W") for name in parameters)
    cache, A = [], X
    for l in range(1, n_layers + 1):
        W, b = parameters[f"W{l}"], parameters[f"b{l}"]
        Z = W @ A + b
        A = sigmoid(Z) if l == n_layers else relu(Z)
        cache += [Z, A, W, b]
    return A, tuple(cache)


def compute_cost(A: Any, Y: Any) -> float:
    """The mean binary cross-entropy, a sample a column."""
    return float(-np.nansum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / Y.shape[1])


class Sigmoid:
    """A layer that keeps its output."""

    def forward(self, x: Any) -> Any:
        """σ(x)."""
        self.out = sigmoid(x)
        return self.out

    def backward(self, dout: Any) -> Any:
        """The error signal before it."""
        return dout * (1.0 - self.out) * self.out


class Relu:
    """A layer that keeps where its input was not positive."""

    def forward(self, x: Any) -> Any:
        """max(0, x)."""
        self.mask = x <= 0
        return relu(x)

    def backward(self, dout: Any) -> Any:
        """The error signal before it."""
        return np.where(self.mask, 0.0, dout)


class Affine:
    """A layer X W + b that keeps its input and, after `backward`, the gradients `dW` and `db`."""

    def __init__(self, W: Any, b: Any) -> None:
        self.W, self.b = W, b
        self.dW: Any = None
        self.db: Any = None

    def forward(self, x: Any) -> Any:
        """X W + b."""
        out, self.cache = affine_forward(x, self.W, self.b)
        return out

    def backward(self, dout: Any) -> Any:
        """The error signal before it."""
        dx, self.dW, self.db = affine_backward(dout, self.cache)
        return dx


class SoftmaxWithLoss:
    """Softmax and the mean cross-entropy."""

    def forward(self, x: Any, t: Any) -> float:
        """The loss of scores x, (m, n), with one-hot targets or labels t."""
        self.t, self.y = np.asarray(t), softmax(x)
        return cross_entropy_error(self.y, self.t)

    def backward(self, dout: Any = 1) -> Any:
        """The error signal before it."""
        targets = self.t if self.t.size == self.y.size else np.eye(self.y.shape[1])[self.t.ravel()]
        return (self.y - targets.reshape(self.y.shape)) / len(self.y)


#: The activations by the names that people give them, with f′ of the argument and f′ of the value.
_ACTIVATIONS: dict[str, tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]] = {
    "sigmoid": (sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x)), lambda a: a * (1 - a)),
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2, lambda a: 1 - a**2),
    "relu": (relu, lambda x: np.where(np.asarray(x) > 0, 1.0, 0.0), lambda a: np.where(np.asarray(a) > 0, 1.0, 0.0)),
    "leakyrelu": (
        leaky_relu,
        lambda x: np.where(np.asarray(x) > 0, 1.0, 0.01),
        lambda a: np.where(np.asarray(a) > 0, 1.0, 0.01),
    ),
    "softmax": (softmax, lambda x: softmax(x) * (1 - softmax(x)), lambda a: a * (1 - a)),
    "identityfunction": (identity, lambda x: np.ones_like(x), lambda a: np.ones_like(a)),
}
_SLOPES = ("{}grad", "{}gradient", "{}derivative", "{}prime", "{}deriv", "d{}", "{}der", "{}d", "derivative{}")
#: What is part of a person's network, though it was supplied.
PASSES: tuple[Callable[..., Any], ...] = (forward_propagation, compute_cost)
#: Helpers that mean the same in every course.
_OTHERS: dict[str, Any] = {
    simplified(getattr(helper, "__name__", "")): helper
    for helper in (
        *(sigmoid_backward, tanh_backward, relu_backward, relu_forward, affine_forward, affine_backward),
        *(affine_relu_forward, affine_relu_backward, softmax_loss, svm_loss, cross_entropy_error, sum_squared_error),
        *PASSES,
        *(Sigmoid, Relu, Affine, SoftmaxWithLoss),
    )
} | {"meansquarederror": sum_squared_error}
_CLASSES = frozenset({"Sigmoid", "Relu", "ReLU", "Affine", "SoftmaxWithLoss"})


def module_named(name: str, text: str) -> dict[str, Any]:
    """Return the known helpers that a file wants of a module that is missing, in the conventions in which it uses them.

    Arguments:
        name: the module's.
        text: the file's.

    >>> sorted(module_named("dnn_utils", "from dnn_utils import *; A, cache = relu(Z); dZ = relu_backward(dA, cache)"))
    ['relu', 'relu_backward']
    """
    nodes = list(ast.walk(parsed(text)))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    wanted = {part.name for node in imports if node.module == name for part in node.names}
    if "*" in wanted:
        elsewhere = {part.name for node in imports if node.module != name for part in node.names}
        defined = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        wanted |= {node.id for node in nodes if isinstance(node, ast.Name)} - elsewhere - defined
    letters = {
        part.asname or part.name
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
        for part in node.names
        if part.name in (name, name.rpartition(".")[2])
    }
    wanted |= {node.attr for node in nodes if isinstance(node, ast.Attribute) and ast.unparse(node.value) in letters}
    found = {helper: _helper(helper, name, text, nodes) for helper in sorted(wanted)}
    return {helper: value for helper, value in found.items() if value is not None}


def imports_of(text: str) -> set[str]:
    """The modules that a file names in its imports."""
    nodes = list(ast.walk(parsed(text)))
    plain = {part.name for node in nodes if isinstance(node, ast.Import) for part in node.names}
    return plain | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


def _helper(name: str, module: str, text: str, nodes: list[ast.AST]) -> Any:
    short = simplified(name)
    if name == "np":
        return np  # a star import hands it on
    if name in _CLASSES or (short in _OTHERS and not isinstance(_OTHERS[short], type)):
        return _OTHERS[short]
    for activation, (value, slope, slope_of_value) in _ACTIVATIONS.items():
        if short == activation and not name[0].isupper():
            if activation == "softmax" and mentions(text, r"axis\s*=\s*1\s*,\s*keepdims"):
                value = partial(softmax, axis=0)  # one sample a column
            return _with_argument(value) if _is_unpacked(name, nodes, module) else value
        if short in [pattern.format(activation) for pattern in _SLOPES]:
            return slope if _takes_argument(name, module, nodes) else slope_of_value
    return None


def _with_argument(function: Callable[..., Any]) -> Callable[[Any], tuple[Any, Any]]:
    def activation(Z: Any) -> tuple[Any, Any]:
        return function(Z), Z

    return activation


def _is_unpacked(name: str, nodes: list[ast.AST], module: str) -> bool:
    """Whether a file takes two values from a call, `A, cache = sigmoid(Z)`; where it shows none, the module says."""
    targets = [
        node.targets[0]
        for node in nodes
        if isinstance(node, ast.Assign) and any(_calls(value, name) for value in _alternatives(node.value))
    ]
    if not targets:
        return "dnn_utils" in module and not any(_calls(node, name) for node in nodes)
    return any(isinstance(target, ast.Tuple) and len(target.elts) == 2 for target in targets)


def _alternatives(value: ast.expr) -> list[ast.expr]:
    """What a conditional expression may be."""
    if isinstance(value, ast.IfExp):
        return [*_alternatives(value.body), *_alternatives(value.orelse)]
    return [value]


def _takes_argument(name: str, module: str, nodes: list[ast.AST]) -> bool:
    """Whether a file gives a derivative the argument z, not the value a."""
    if module.startswith("common."):
        return True
    for node in nodes:
        if isinstance(node, ast.Call) and _calls(node, name) and node.args:
            words = simplified(ast.unparse(node.args[0]))
            return words.startswith(("z", "net", "x", "s", "self.z", "cache['z", 'cache["z', "in"))
    return False


def _calls(node: ast.AST, name: str) -> bool:
    function = node.func if isinstance(node, ast.Call) else None
    return getattr(function, "id", getattr(function, "attr", None)) == name
