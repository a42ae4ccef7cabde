"""Gradients by automatic differentiation: the first installed library, on a forward pass read from the formulas.

The forward pass is read from the formulas of the tables, so it shares nothing with the functions that train but those
texts; logarithms of outputs are taken from Zᴸ, and exponentials of large numbers are avoided, in the usual ways.
"""

import importlib
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from clearprop.derivation.gradients.displaced import breakpoints
from clearprop.derivation.gradients.measured import Measured, measured, with_ones
from clearprop.derivation.gradients.problem import Problem
from clearprop.derivation.gradients.rounding import rounding_bounds
from clearprop.derivation.layer_arrays import Functions, made_layer, of_layer, output_by_formula
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.arrays import Array

#: A scalar function of arrays of a library.
Function = Callable[[list[Any]], Any]


@dataclass(frozen=True)
class Library:
    """One library: its modules that hold exp, where, ... and erf, and how it differentiates and takes an array."""

    functions: str
    special: str
    array: Callable[[Any, Array], Any]
    gradient: Callable[[Function, list[Array]], list[Array]]


def _by_torch(function: Function, at: list[Array]) -> list[Array]:
    torch = importlib.import_module("torch")
    tensors = [torch.tensor(array, dtype=torch.float64, requires_grad=True) for array in at]
    return [g.numpy() for g in torch.autograd.grad(function(tensors), tensors)]


def _by_jax(function: Function, at: list[Array]) -> list[Array]:
    jax = importlib.import_module("jax")
    place = jax if hasattr(jax, "enable_x64") else importlib.import_module("jax.experimental")
    with place.enable_x64(True):
        return [np.asarray(g) for g in jax.grad(function)([jax.numpy.asarray(array) for array in at])]


def _by_autograd(function: Function, at: list[Array]) -> list[Array]:
    return importlib.import_module("autograd").grad(function)(at)


LIBRARIES: dict[str, Library] = {
    "torch": Library("torch", "torch", lambda xp, array: xp.tensor(array, dtype=xp.float64), _by_torch),
    "jax": Library("jax.numpy", "jax.scipy.special", lambda xp, array: xp.asarray(array), _by_jax),
    "autograd": Library("autograd.numpy", "autograd.scipy.special", lambda xp, array: array, _by_autograd),
}


def available_libraries() -> list[str]:
    """Return the libraries of the table that are installed, the preferred one first; none is imported."""
    return [name for name in LIBRARIES if find_spec(name) is not None]


def automatic(problem: Problem, library: str | None = None) -> Measured | None:
    """Every entry of ∇W, ∇b and ∇θ by automatic differentiation in float64; None where no library is installed.

    Arguments:
        problem: what is differentiated.
        library: a key of `LIBRARIES`; the first one that is installed by default.

    Returns:
        The gradients; kinks are those entries that move a pre-activation, of any layer, that is exactly at a kink.

    Raises:
        ValueError: an unknown library, or one that is not installed.

    Example:
        >>> from clearprop.mathematics.network import Network, Parameters
        >>> network = Network((1, 1), output="identity", loss="half_squared_error")
        >>> problem = Problem.of(network, Parameters.of([[[3.0]]], [[0.0]]), np.array([[2.0]]), np.array([[1.0]]))
        >>> found = automatic(problem)
        >>> found is None or found.dW[1].item()  # (3·2 − 1)·2
        10.0

    Source: reverse mode; Baydin et al., "Automatic differentiation in machine learning: a survey", 2018.
    """
    installed = available_libraries()
    if library is not None and library not in installed:
        raise ValueError(f"library: {library!r} is unknown or missing; installed: {', '.join(installed) or 'none'}")
    if not installed:
        return None
    name = library or installed[0]
    network, parameters = problem.network, problem.parameters
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # what a library says of itself is not this program's to fail on
        flat = LIBRARIES[name].gradient(_Loss(problem, LIBRARIES[name]), list(parameters.arrays()))
    slopes = [np.column_stack([flat[l - 1], flat[network.n_layers + l - 1]]) for l in network.layers]
    at_kinks = _at_kinks(problem)
    found = measured("automatic", network, slopes, rounding_bounds(problem, np.float64), at_kinks, name)
    dtheta = dict(zip(parameters.theta, flat[2 * network.n_layers :], strict=True))
    return found.with_theta(dtheta, _theta_at_kinks(problem, at_kinks))


def _theta_at_kinks(problem: Problem, at_kinks: list[Array]) -> dict[str, Array]:
    """The same of θ: whether any unit above its layer is at a kink."""
    found = {}
    for name, array in problem.parameters.theta.items():
        found[name] = np.full(array.shape, any(entries.any() for entries in at_kinks[made_layer(name) :]))
    return found


def _at_kinks(problem: Problem) -> list[Array]:
    """Whether an entry moves a unit of its layer that is at a kink, or lies below a layer that has such a unit."""
    found, above = [], False
    for l in reversed(problem.network.layers):
        points = [z for z, is_kink in breakpoints(problem.network.activation(l)) if is_kink]
        at_kink = np.isin(problem.passed.z[l], points)
        moved = with_ones(problem.passed.a[l - 1]) != 0
        found.append((at_kink.T.astype(int) @ moved > 0) | above)
        above = above or bool(at_kink.any())
    return found[::-1]


class _Loss:
    """E of W¹..Wᴸ, b¹..bᴸ and θ, computed with a library's functions from the formulas of the tables."""

    def __init__(self, problem: Problem, library: Library) -> None:
        self.problem, self.library = problem, library
        self.xp = importlib.import_module(library.functions)

    def _erf(self, z: Any) -> Any:
        return importlib.import_module(self.library.special).erf(z)  # late: SciPy's counterpart is slow to load

    def __call__(self, parameters: list[Any]) -> Any:
        network, L = self.problem.network, self.problem.network.n_layers
        W, b = [None, *parameters[:L]], [None, *parameters[L : 2 * L]]
        theta = dict(zip(self.problem.parameters.theta, parameters[2 * L :], strict=True))
        a = self._inputs(theta)
        for l in network.layers:
            z = a @ W[l].T + b[l]
            a = self._activated(l, z) if f"mixture{l}" not in network.other_layers else self._mixed(l, z, theta)
        formula = network.loss_entry.formula.replace("log(a_i)", "log_a").replace("log(1 - a_i)", "log_rest")
        log_a, log_rest = self._logarithms(z, a)
        rows = self._evaluated(formula, a_i=a, y_i=self._array(self.problem.Y), log_a=log_a, log_rest=log_rest)
        data = (rows * self._array(self.problem.omega[:, None])).sum()
        return data + 0.5 * self.problem.decay * sum((w * w).sum() for w in W[1:])

    def _inputs(self, theta: dict[str, Any]) -> Any:
        """Return A⁰ by the formulas of the layers that make it."""
        network, X = self.problem.network, self.problem.X
        parts = []
        for name, layer, columns, _ in network.placed_inputs():
            x = layer.arguments(X[:, columns])
            known = {key: self._array(array) if array.dtype.kind == "f" else array for key, array in x.items()}
            parts.append(output_by_formula(layer, of_layer(theta, name), known, self._functions))
        a = self.xp.concatenate(parts, 1) if parts else self._array(X)
        if (scale := network.other_layers.get("scale")) is None:
            return a
        return output_by_formula(scale, of_layer(theta, "scale"), {"x": a}, self._functions)

    def _mixed(self, l: int, z: Any, theta: dict[str, Any]) -> Any:
        name = f"mixture{l}"
        return output_by_formula(
            self.problem.network.other_layers[name], of_layer(theta, name), {"x": z}, self._functions
        )

    @property
    def _functions(self) -> Functions:
        xp = self.xp
        return Functions(xp.where, xp.cos, xp.concatenate, self._elementwise, math.pi)

    def _elementwise(self, name: str, z: Any) -> Any:
        entry = ACTIVATIONS[name]
        stable = entry.formula.replace("log(1 + exp(z))", "softplus(z)").replace("/(1 + exp(-z))", "*sigmoid(z)")
        return self._evaluated(stable, z=z, z_j=z, z_k=z)

    def _logarithms(self, z: Any, a: Any) -> tuple[Any, Any]:
        """Return log a and log(1 − a) of the outputs, from Zᴸ where a probability could be rounded to 0 or 1."""
        match self.problem.network.output:
            case "softmax":
                z = z - self._row_maxima(self.problem.network.n_layers)
                return z - self.xp.log(self.xp.exp(z).sum(1)[:, None]), self._log(1.0 - a)
            case "sigmoid":
                return -self._softplus(-z), -self._softplus(z)
            case "exponential":
                return z, None
        return self._log(a), None

    def _row_maxima(self, l: int) -> Any:
        return self._array(np.max(self.problem.passed.z[l], axis=1, keepdims=True))

    def _activated(self, l: int, z: Any) -> Any:
        entry = self.problem.network.activation(l)
        if not entry.elementwise:  # the same constant taken from a whole row changes no softmax
            z = z - self._row_maxima(l)
        return self._elementwise(entry.name, z)

    def _evaluated(self, formula: str, **values: Any) -> Any:
        names = {name: getattr(self, f"_{name}") for name in ("exp", "log", "softplus", "sigmoid", "Sum", "Piecewise")}
        constants = {"sqrt": math.sqrt, "pi": math.pi, "tanh": self.xp.tanh, "erf": self._erf, "i": 0, "k": 0, "n": 0}
        return eval(formula, {**names, **constants}, values)

    def _array(self, array: Array) -> Any:
        return self.library.array(self.xp, array)

    def _exp(self, z: Any) -> Any:
        return self.xp.exp(self.xp.where(z < 709.0, z, 709.0))  # e^710 is not a number of this type

    def _log(self, a: Any) -> Any:
        tiny = float(np.finfo(np.float64).tiny)
        return self.xp.log(self.xp.where(a > tiny, a, tiny))  # 0 · log 0 = 0

    def _softplus(self, z: Any) -> Any:
        return self.xp.logaddexp(z * 0.0, z)

    def _sigmoid(self, z: Any) -> Any:
        return self.xp.exp(-self._softplus(-z))

    def _Sum(self, terms: Any, _: tuple[int, int, int]) -> Any:  # noqa: N802
        return terms.sum(1)[:, None]

    def _Piecewise(self, chosen: tuple[Any, Any], otherwise: tuple[Any, bool]) -> Any:  # noqa: N802
        return self.xp.where(chosen[1], chosen[0], otherwise[0])
