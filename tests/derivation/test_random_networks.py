"""Derivations of random networks: the final formula is the gradient of the engine and of automatic differentiation.

Two hundred networks, drawn with fixed seeds, so that every activation, pair of output and loss, form and kind of
quantity occurs. The formula is taken in its SymPy form; where it names an error signal, that one's formula comes from
the lines above it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import cycle, islice, product
from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest
import sympy
from autograd import grad

from clearprop.derivation.derivations import FORMS, Derivation, derive
from clearprop.derivation.expressions import Expression, Index, Number, Partial, Quantity, walk
from clearprop.derivation.messages import languages
from clearprop.derivation.symbolic import numeric_function, padded, to_sympy
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.equations import Gradients, backward, forward
from clearprop.mathematics.losses import LOSSES
from clearprop.mathematics.network import Network, Parameters
from mathematics.cases import ENDS, HIDDEN
from mathematics.test_autodiff import TEXTBOOK_ACTIVATIONS, TEXTBOOK_LOSSES

from .marks import LONG
from .textbook import Numbers, error_of_line, random_numbers, sides

TOLERANCE = 1e-8
N_NETWORKS = 200
KINDS = ("weight", "weights", "bias", "biases", "z", "zs", "unit", "units", "output", "input", "inputs")
PENALTY = 0.3
#: Functions whose powers grow too fast when several such layers follow one another.
STEEP = ("exponential",)


@dataclass(frozen=True)
class Random:
    """One network and what is derived of it."""

    seed: int
    network: Network
    kind: str
    quantity: str
    form: str
    penalty: bool
    language: str

    def __str__(self) -> str:
        return f"{self.seed}-{self.quantity}-{self.form}-{self.network.output}-{self.network.loss}"

    @property
    def cost(self) -> int:
        return self.network.n_parameters * self.network.n_layers


def random_example(seed: int, end: tuple[str, str], kind: str, form: str) -> Random:
    random = np.random.default_rng(seed)
    n_layers = int(random.integers(2 if kind in ("unit", "units") else 1, 6))
    sizes = [int(n) for n in random.integers(1, 7, n_layers + 1)]
    if end == ("softmax", "binary_cross_entropy"):
        sizes[-1] = max(2, sizes[-1])  # of one unit, the output is 1 and the loss infinite
    hidden = [str(name) for name in random.choice(HIDDEN, n_layers - 1)]
    steep = [i for i, name in enumerate(hidden) if name in STEEP]
    for i in steep[1:]:
        hidden[i] = "tanh"
    network = Network(tuple(sizes), tuple(hidden), *end)
    return Random(
        seed, network, kind, quantity(network, kind, random), form, bool(random.integers(2)), languages()[seed % 2]
    )


def quantity(network: Network, kind: str, random: np.random.Generator) -> str:
    """What is asked for, somewhere in the network."""
    n, L = network.sizes, network.n_layers
    l = int(random.integers(1, L + 1))
    j, k = int(random.integers(1, n[l] + 1)), int(random.integers(1, n[l - 1] + 1))
    h = int(random.integers(1, max(L, 2)))
    return {
        "weight": f"W{l}[{j},{k}]",
        "weights": f"W{l}",
        "bias": f"b{l}[{j}]",
        "biases": f"b{l}",
        "z": f"z[{l},{j}]",
        "zs": f"z{l}",
        "unit": f"a[{h},{int(random.integers(1, n[h] + 1))}]",
        "units": f"h{h}",
        "output": f"a{L}[{int(random.integers(1, n[L] + 1))}]",
        "input": f"x[{int(random.integers(1, n[0] + 1))}]",
        "inputs": "x",
    }[kind]


def all_examples() -> list[Random]:
    random = np.random.default_rng(0)
    ways = [*product(KINDS, FORMS)]
    drawn = [list(islice(cycle(random.permutation(len(of))), N_NETWORKS)) for of in (ENDS, ways)]
    return [random_example(seed, ENDS[e], *ways[w]) for seed, (e, w) in enumerate(zip(*drawn, strict=True))]


EXAMPLES = all_examples()
#: Of every kind and form the one that takes least.
QUICK = {min((e for e in EXAMPLES if (e.kind, e.form) == way), key=lambda e: e.cost) for way in product(KINDS, FORMS)}


def test_everything_occurs_among_the_random_networks() -> None:
    networks = [example.network for example in EXAMPLES]
    assert {name for network in networks for name in network.hidden_names} == set(HIDDEN)
    assert {(network.output, network.loss) for network in networks} == set(ENDS)
    assert {network.output for network in networks} == set(ACTIVATIONS)
    assert {network.loss for network in networks} == set(LOSSES)
    assert {(example.kind, example.form) for example in EXAMPLES} == set(product(KINDS, FORMS))
    assert {(example.penalty, example.language) for example in EXAMPLES} == set(product((False, True), languages()))
    assert {network.n_layers for network in networks} == {1, 2, 3, 4, 5}
    assert {n for network in networks for n in network.sizes} == {1, 2, 3, 4, 5, 6}
    assert len(EXAMPLES) == N_NETWORKS
    assert len(QUICK) == len(KINDS) * len(FORMS)


@cache
def derived(example: Random) -> Derivation:
    return derive(example.network, example.quantity, example.form, example.language, penalty=example.penalty)


def numbers_of(derivation: Derivation, seed: int) -> Numbers:
    network = derivation.network
    is_distribution = (network.output, network.loss) == ("softmax", "cross_entropy")
    m = derivation.symbols.n_samples if derivation.form == "batch" else 1
    penalty = PENALTY if derivation.symbols.penalised else 0.0
    return random_numbers(network, m, seed, "distribution" if is_distribution else None, penalty)


def engine_gradient(by: Quantity, numbers: Numbers) -> Any:
    """∂E/∂(an array) by the code that trains."""
    network = numbers.network
    parameters = Parameters.of(numbers.W[1:], numbers.b[1:])
    passed = forward(network, parameters, numbers.X)
    gradients: Gradients = backward(network, parameters, passed, numbers.Y, numbers.omega, numbers.penalty)
    l = by.layer
    assert l is not None
    if by.name in "Wb":
        return (gradients.dW if by.name == "W" else gradients.db)[l]
    if by.name in "zZ":
        found = gradients.delta[l]
    elif l < network.n_layers:
        found = gradients.delta[l + 1] @ parameters.W[l + 1]
    else:
        found = numbers.omega[:, None] * network.loss_entry.gradient(passed.output, numbers.Y, np)
    return found[0] if by.name in "za" else found


def automatic_gradient(by: Quantity, numbers: Numbers) -> Any:
    """∂E/∂(an array) by automatic differentiation, of a shift of that array."""
    network, l = numbers.network, by.layer
    capital = by.name.upper() if by.name in "za" else by.name

    def shifted(name: str, layer: int, array: Any, shift: Any) -> Any:
        return array + shift if (name, layer) == (capital, l) else array

    def loss(shift: Any) -> Any:
        a, penalty = shifted("A", 0, numbers.X, shift), 0.0
        for k in network.layers:
            W = shifted("W", k, numbers.W[k], shift)
            z = shifted("Z", k, anp.dot(a, W.T) + shifted("b", k, numbers.b[k], shift), shift)
            a = shifted("A", k, TEXTBOOK_ACTIVATIONS[numbers.name_of(k)](z), shift)
            penalty = penalty + anp.sum(W**2)
        rows = anp.sum(TEXTBOOK_LOSSES[network.loss](a, numbers.Y), axis=1)
        return anp.sum(numbers.omega * rows) + numbers.penalty / 2 * penalty

    m, n = len(numbers.X), network.sizes
    assert l is not None
    shape = {"W": (n[l], n[l - 1]), "b": (n[l],)}.get(capital, (m, n[l]))
    found = grad(loss)(np.zeros(shape))
    return found[0] if by.name in "za" else found


def values(form: Any, arrays: Mapping[str, Any], indices: Mapping[str, int]) -> Any:
    """The numbers that a SymPy form stands for, on arrays whose entries count from 1."""
    entries = list(form) if isinstance(form, sympy.MatrixBase) else [form]
    bases = sorted({base for entry in entries for base in entry.atoms(sympy.IndexedBase)}, key=str)
    indexed = {part for entry in entries for part in entry.atoms(sympy.Indexed)} | {base.label for base in bases}
    scalars = sorted({symbol for entry in entries for symbol in entry.free_symbols} - indexed, key=str)
    function = sympy.lambdify([*bases, *scalars], entries, modules=["math"])
    known = {**arrays, **indices}
    found = function(*(padded(arrays[str(base)]) for base in bases), *(known[str(symbol)] for symbol in scalars))
    return np.array(found).reshape(form.shape) if isinstance(form, sympy.MatrixBase) else found[0]


def arrays_of(derivation: Derivation, formula: Expression, numbers: Numbers) -> dict[str, Any]:
    """The numbers of a forward pass by their names in SymPy; error signals, the output's first, by the lines above."""
    L = numbers.network.n_layers
    arrays: dict[str, Any] = {"Y": numbers.Y, "y": numbers.Y[0], "omega": numbers.omega, "lambda": numbers.penalty}
    for l in range(L + 1):
        arrays |= {f"{name}{l}": numbers.array(name, l).real for name in ("WbzZ" if l else "") + "aA"}
    for l in range(L, 0, -1):
        signals = {node for node in walk(formula) if isinstance(node, Quantity) and node.name in ("delta", "Delta")}
        if not signals:
            break
        name = next(iter(signals)).name
        lines = [step.right for step in derivation.steps if is_whole(step.left, name, l)]
        if lines:
            found = values(to_sympy(lines[-1]), arrays, {})
            arrays[f"{name}{l}"] = found[:, 0] if name == "delta" else found
    return arrays


def is_whole(left: Expression | None, name: str, l: int) -> bool:
    return isinstance(left, Quantity) and (left.name, left.layer, left.indices) == (name, l, ())


def check_final_formula(derivation: Derivation, seed: int) -> None:
    assert isinstance(derivation.quantity, Partial)
    assert isinstance(derivation.quantity.by, Quantity)
    assert derivation.result is not None
    by, numbers = derivation.quantity.by, numbers_of(derivation, seed)
    engine, automatic = engine_gradient(by, numbers), automatic_gradient(by, numbers)
    scale = np.abs(automatic).max()
    np.testing.assert_allclose(engine, automatic, rtol=TOLERANCE, atol=TOLERANCE * scale + 1e-14)
    arrays, form = arrays_of(derivation, derivation.result, numbers), derivation.to_sympy()
    letters = [index.letter for index in by.indices if isinstance(index, Index)]
    sizes = [size for index, size in zip(by.indices, by.full_shape, strict=False) if isinstance(index, Index)]
    is_scalar = not isinstance(form, sympy.MatrixBase)
    quick = numeric_function(derivation.result) if is_scalar else None
    for places in product(*(range(1, n + 1) for n in sizes)):
        indices = dict(zip(letters, places, strict=True))
        at = tuple(
            (indices[index.letter] if isinstance(index, Index) else int(number_of(index))) - 1 for index in by.indices
        )
        found = values(form, arrays, indices)
        if not is_scalar and automatic[at].ndim == 1:
            found = found[:, 0]
        np.testing.assert_allclose(found, automatic[at], rtol=TOLERANCE, atol=TOLERANCE * scale + 1e-14)
        if quick is not None:
            assert math.isclose(quick(arrays, indices), found, rel_tol=1e-12, abs_tol=1e-14)


def number_of(index: Expression) -> int | str:
    assert isinstance(index, Number)
    return index.value


def parameter(example: Random) -> Any:
    return pytest.param(example, id=str(example), marks=() if example in QUICK else LONG)


@pytest.mark.parametrize("example", [parameter(example) for example in EXAMPLES])
def test_the_final_formula_is_the_gradient(example: Random) -> None:
    check_final_formula(derived(example), example.seed)


@pytest.mark.parametrize("example", [parameter(example) for example in EXAMPLES])
def test_every_line_holds_elsewhere_too(example: Random) -> None:
    """At points of which the derivation knows nothing, and by numbers that share no code with its own check."""
    derivation = derived(example)
    assert derivation.check(n_points=2) < 1e-50
    for step, left in sides(derivation.steps):
        assert error_of_line(step, left, derivation.symbols, example.seed) < 1e-9, step.number
    text = derivation.to_text(100)
    assert all(f" {step.number}  " in text for step in derivation.steps)


def test_a_wrong_final_formula_is_noticed() -> None:
    for example in sorted(QUICK, key=lambda e: e.seed):
        derivation = derived(example)
        wrong = Derivation(
            *(derivation.network, derivation.target, derivation.form, derivation.language, derivation.symbols),
            *(derivation.blocks, derivation.quantity, derivation.result * Number("1.000001")),
        )
        by = derivation.quantity.by
        asked = tuple(int(index.value) - 1 if isinstance(index, Number) else slice(None) for index in by.indices)
        gradient = np.abs(automatic_gradient(by, numbers_of(derivation, 0)))
        if gradient[asked].max() > 0.1 * gradient.max() > 1e-6:
            with pytest.raises(AssertionError):
                check_final_formula(wrong, 0)
