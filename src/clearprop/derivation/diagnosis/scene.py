"""What the slips are tried on: a network's forward values, and the error signals as a person's code would have them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from clearprop.derivation.gradients.problem import Problem
from clearprop.mathematics.activations import Activation
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network


@dataclass(frozen=True)
class Used:
    """One slip that a hypothesis supposes: which, and what it took instead (a layer, an activation, "first", ...)."""

    slip: str
    detail: str = ""
    number: float | None = None  # a coefficient that was found: of a penalty, or a learning rate


@dataclass(frozen=True, eq=False)
class Choice:
    """One way to come by an array: right (no slip), or by a slip."""

    array: Array
    used: tuple[Used, ...] = ()
    cost: float = 0.0


@dataclass(frozen=True, eq=False)
class Scene:
    """The problem, and what is known of the layers above the one at hand.

    `delta[l]` is Δˡ as the person's code has it, by the hypothesis so far; `dW[l]` what that code returned.
    """

    problem: Problem
    dW: list[Array | None]
    delta: dict[int, Array] = field(default_factory=dict)

    @property
    def network(self) -> Network:
        """The network."""
        return self.problem.network

    @property
    def m(self) -> int:
        """The number of samples."""
        return self.problem.n_samples

    @cached_property
    def a(self) -> list[Array]:
        """Every Aˡ."""
        return self.problem.passed.a

    @cached_property
    def z(self) -> list[Array]:
        """Every Zˡ."""
        return self.problem.passed.z

    @property
    def W(self) -> list[Array]:
        """Every Wˡ."""
        return self.problem.parameters.W

    @property
    def omega(self) -> Array:
        """The rows' factors, (m, 1)."""
        return self.problem.omega[:, None]

    def slope(self, l: int) -> Array:
        """f′(Zˡ) of an elementwise activation."""
        return slope(self.network.activation(l), self.z[l])

    def below(self, l: int, delta: Array) -> "Scene":
        """The scene one layer down, Δˡ being known."""
        return Scene(self.problem, self.dW, {**self.delta, l: delta})


Maker = Callable[[Scene, int], Iterator[tuple[str, Array]]]


@dataclass(frozen=True)
class Variation:
    """One entry of a table of slips: the arrays that come out when it is made, each with what it took instead."""

    slip: str
    make: Maker
    cost: float = 1.0


def slope(activation: Activation, z: Array, a: Array | None = None) -> Array:
    """f′ of numbers; with `a`, the formula in z and a is given those two, whether or not they belong together."""
    assert activation.derivative is not None
    with np.errstate(all="ignore"):
        return activation.derivative(z, activation.value(z, np) if a is None else a, np)


def choices(right: Array | None, table: tuple[Variation, ...], scene: Scene, l: int) -> list[Choice]:
    """The right array (if there is one), and those of a table's slips that differ from it and are numbers."""
    found = [] if right is None else [Choice(right)]
    for variation in table:
        for detail, array in variation.make(scene, l):
            if np.isfinite(array).all() and not any(same(array, choice.array) for choice in found):
                found.append(Choice(array, (Used(variation.slip, detail),), variation.cost))
    return found


def same(first: Array, second: Array) -> bool:
    """Whether two arrays are equal up to rounding."""
    if first.shape != second.shape:
        return False
    size = max(float(np.max(np.abs(second), initial=0.0)), 1e-300)
    return bool(np.max(np.abs(first - second), initial=0.0) <= 1e-12 * size)
