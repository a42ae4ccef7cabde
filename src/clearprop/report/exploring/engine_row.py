"""One row as the engine sees it: every z, a, slope and δ of one sample, and the gradients."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from clearprop.derivation.expressions import Expression, Quantity
from clearprop.derivation.reader import At, Reader, Value
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.equations import Gradients, Passed, backward, forward, loss
from clearprop.mathematics.network import Network, Parameters
from clearprop.report.measures.units import slopes_of

_FUNCTIONS = {name: getattr(np, name) for name in ("exp", "log", "sqrt", "tanh", "cos", "sin")}


def shares_of(network: Network, parameters: Parameters) -> list[Array | None]:
    """Return α, (n_l,), of the layers 1..L; None where a layer is no mixture."""
    return [parameters.theta.get(f"mixture{l}.alpha") for l in network.layers]


@dataclass(frozen=True, eq=False)
class EngineRow:
    """What the code that trains computes of one sample, m = 1 and ω = 1, in float64.

    Arguments:
        network, parameters: in float64.
        x: (n_columns,); y: (n_L,).
    """

    network: Network
    parameters: Parameters
    x: Array
    y: Array

    @cached_property
    def passed(self) -> Passed:
        """Forward."""
        return forward(self.network, self.parameters, self.x[None, :])

    @cached_property
    def gradients(self) -> Gradients:
        """Backward."""
        return backward(self.network, self.parameters, self.passed, self.y[None, :])

    @cached_property
    def loss(self) -> float:
        """E."""
        return float(loss(self.network, self.passed, self.y[None, :]))

    @cached_property
    def slopes(self) -> list[Array | None]:
        """f′(zˡ), (n_l,), of the layers 1..L; None of an output that BP1 needs no slope of, and of softmax."""
        network, found = self.network, []
        for l in network.layers:
            is_output = l == network.n_layers
            has_none = is_output and (network.is_paired or not network.activation(l).elementwise)
            found.append(None if has_none else slopes_of(network, self.parameters, self.passed, l)[0])
        return found

    @cached_property
    def arrays(self) -> Mapping[tuple[str, int], Array]:
        """Every array by its name and layer, as formulas and trees call them."""
        found: dict[tuple[str, int], Any] = {("a", 0): self.passed.a[0][0]}
        for l in self.network.layers:
            found |= {("W", l): self.parameters.W[l], ("b", l): self.parameters.b[l]}
            found |= {("z", l): self.passed.z[l][0], ("a", l): self.passed.a[l][0]}
            found |= {("delta", l): self.gradients.delta[l][0]}
            if (share := shares_of(self.network, self.parameters)[l - 1]) is not None:
                found["share", l] = share
            if (slope := self.slopes[l - 1]) is not None:
                found["slope", l] = slope
        found["y", self.network.n_layers] = self.y
        return found

    def value(self, kind: str, layer: int, at: Mapping[str, int]) -> float:
        """What the engine has for the left side of a formula, at j and k from 0."""
        match kind:
            case "loss":
                return self.loss
            case "dW":
                return float(self.gradients.dW[layer][at["j"], at["k"]])
            case "db":
                return float(self.gradients.db[layer][at["j"]])
        return float(self.arrays[kind, layer][at["j"]])


class EngineReader(Reader):
    """Reads formulas in float64, the numbers of one row put in; nothing is differentiated."""

    def __init__(self, row: EngineRow) -> None:
        super().__init__()
        self.row = row

    def read(self, root: Expression, at: Mapping[str, int]) -> float:
        """Return the value of a formula without arrays, its free indices given from 0."""
        with np.errstate(all="ignore"):
            return float(self.value(root, (), {letter: place + 1 for letter, place in at.items()}))

    def number(self, value: int | str) -> Value:
        """A number as it is written."""
        return float(str(value).replace("−", "-"))

    def constant(self, letter: str) -> Value:
        """π."""
        return np.pi

    def function(self, name: str, value: Value) -> Value:
        """The function of that name in NumPy; erf is SciPy's."""
        if name == "erf":
            from scipy.special import erf

            return float(erf(value))
        return float(_FUNCTIONS[name](value))

    def activation(self, name: str, order: int, z: Value) -> Value:
        """f(z) or f′(z) of an elementwise activation."""
        entry, z = ACTIVATIONS[name], np.array([[float(z)]])
        a = entry.value(z, np)
        return float((entry.pull_back(np.ones_like(z), z, a) if order else a)[0, 0])

    def quantity(self, quantity: Quantity, at: At) -> Value:
        """An entry of the engine's arrays, or of what other layers have learned."""
        place = tuple(index - 1 for index in at)
        theta = self.row.parameters.theta.get(quantity.name)
        array = self.row.arrays[quantity.name, quantity.layer or 0] if theta is None else theta
        return float(array[place])
