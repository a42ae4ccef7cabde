"""What derivations count: multiplications, layer by layer, and the steepest slopes that an error signal passes."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from autograd import elementwise_grad
from scipy.optimize import minimize_scalar

from clearprop.derivation.derivations import derive
from clearprop.derivation.forms.cost import (
    backward_multiplications,
    single_path_multiplications,
    single_weight_multiplications,
)
from clearprop.derivation.forms.vanishing import slope_bound, steepest
from clearprop.mathematics.network import Network
from mathematics.cases import HIDDEN
from mathematics.test_autodiff import TEXTBOOK_ACTIVATIONS

from .derived import NETWORK, derived, tables


class Counted:
    """A number that counts its multiplications."""

    multiplications = 0

    def __mul__(self, other: "Counted") -> "Counted":
        Counted.multiplications += 1
        return Counted()

    def __add__(self, other: "Counted") -> "Counted":
        return Counted()


def counted(work: Any, *arguments: Any) -> int:
    Counted.multiplications = 0
    work(*arguments)
    return Counted.multiplications


def summed(terms: list[Counted]) -> Counted:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def signals(n: tuple[int, ...], lowest: int) -> list[Counted]:
    """The error signals of a layer, from those of the output down, each layer once."""
    delta, number = [Counted() for _ in range(n[-1])], Counted()
    for l in range(len(n) - 2, lowest - 1, -1):
        delta = [summed([above * number for above in delta]) * number for _ in range(n[l])]
    return delta


def one_backward_pass(n: tuple[int, ...]) -> dict[int, int]:
    """The multiplications of each layer: of its error signals, and of its weights' gradients."""
    found, delta, number = {}, [Counted() for _ in range(n[-1])], Counted()

    def layer(l: int) -> None:
        nonlocal delta
        if l < len(n) - 1:
            delta = [summed([above * number for above in delta]) * number for _ in range(n[l])]
        _ = [[mine * number for _ in range(n[l - 1])] for mine in delta]

    for l in range(len(n) - 1, 0, -1):
        found[l] = counted(layer, l)
    return found


def one_weight(n: tuple[int, ...], l: int) -> Counted:
    """∂E/∂w of one weight alone: the signals above its unit, its own unit's, and what comes in."""
    number = Counted()
    if l == len(n) - 1:
        return number * number
    return summed([above * number for above in signals(n, l + 1)]) * number * number


def one_weight_by_paths(n: tuple[int, ...], l: int) -> Counted:
    """The same, path by path: each times a weight and a slope for every layer that it passes, and what comes in."""
    number, paths = Counted(), []
    for _ in product(*(range(n[k]) for k in range(l + 1, len(n)))):
        path = Counted()
        for _ in range(l, len(n) - 1):
            path = path * number * number
        paths.append(path * number)
    return summed(paths)


@pytest.mark.parametrize("sizes", [(1, 1), (2, 3), (2, 2, 2), (3, 3, 2, 2), (4, 1, 3, 2), (2, 5, 4, 3, 2, 2)])
def test_multiplications_are_those_that_counting_numbers_count(sizes: tuple[int, ...]) -> None:
    network = Network(sizes)
    backward = one_backward_pass(sizes)
    for l in network.layers:
        assert backward_multiplications(network, l) == backward[l]
        assert single_weight_multiplications(network, l) == counted(one_weight, sizes, l)
        assert single_path_multiplications(network, l) == counted(one_weight_by_paths, sizes, l)


def test_the_table_of_costs_adds_up() -> None:
    n, [table] = NETWORK.sizes, tables(derived("W1[2,1]"), "cost.layer")
    *rows, total = [[int(cell.replace(",", "")) for cell in row[1:]] for row in table.rows]
    backward = one_backward_pass(n)
    layers = [3, 2, 1]
    weights = [n[l] * n[l - 1] for l in layers]
    assert rows == [
        [w, backward[l], w * counted(one_weight, n, l), w * counted(one_weight_by_paths, n, l)]
        for w, l in zip(weights, layers, strict=True)
    ]
    assert total == [sum(column) for column in zip(*rows, strict=True)]


@pytest.mark.parametrize("name", HIDDEN)
def test_the_steepest_slope_is_the_maximum_of_the_textbook_derivative(name: str) -> None:
    def slope(z: Any) -> Any:
        return np.abs(elementwise_grad(TEXTBOOK_ACTIVATIONS[name])(np.asarray(z, float)))

    grid = np.sort([*np.linspace(-15.05, 15.05, 302), -1e-12, 1e-12])  # beside a kink, too
    start = grid[np.argmax(slope(grid))]
    best = -minimize_scalar(lambda z: -float(slope(z)), bounds=(start - 0.2, start + 0.2), method="bounded").fun
    if name == "exponential":
        assert steepest(name) == np.inf
    else:
        assert steepest(name) == pytest.approx(max(best, float(slope(grid).max())), rel=1e-6)


def test_the_table_of_slopes_multiplies_what_it_lists() -> None:
    network = Network((2, 2, 3, 2, 2), ("sigmoid", "gelu", "tanh"))
    [table] = tables(derive(network, "W1[1,1]"), "vanishing.signal")
    expected = 1.0
    for l, row in zip(range(4, 0, -1), table.rows, strict=True):
        largest, count, bound = row[2:]
        expected *= float(largest) if largest else 1.0
        assert row[0].layer == l
        assert int(count) == 4 - l
        assert float(bound) == pytest.approx(expected, rel=2e-3)
        assert slope_bound(network, l) == pytest.approx(expected, rel=2e-3)
