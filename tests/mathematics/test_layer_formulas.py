"""The formulas of the layer table: SymPy differentiates what y is, the numbers are those of `forward` and `backward`.

Nothing here knows a layer by name: one that is added to the table, with an example, is tried in the same ways.
"""

import itertools
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import sympy

from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.layers import LAYERS, Layer, Mixture, Periodic

from .test_layers import EXAMPLES, columns_for, disturbed

M = 2
SMALL = {**EXAMPLES, "periodic": Periodic(2, n_frequencies=2, n_features=3, sigma=0.5)}
LETTERS = {name: sympy.Symbol(name, integer=True) for name in ("r", "i", "j", "k", "p", "t")}
EVERY = [pytest.param(layer, id=name) for name, layer in SMALL.items()]
WITH_GRADIENTS = [pytest.param(layer, id=name) for name, layer in SMALL.items() if layer.gradient_formulas]


class Reading:
    """A layer's formulas as SymPy, entry by entry: letters for entries, or the numbers that stand for them."""

    def __init__(self, layer: Layer, n_samples: int) -> None:
        self.layer, self.n_samples = layer, n_samples
        x = np.zeros((n_samples, layer.n_inputs))
        self.shapes: dict[str, tuple[int, ...]] = {name: np.shape(a) for name, a in layer.arguments(x).items()}
        y = np.zeros((n_samples, layer.n_outputs))
        self.shapes |= {name: part.shape for name, part in layer.parts(y).items()}
        self.shapes |= {name.replace("y", "g"): part.shape for name, part in layer.parts(y).items()}
        self.shapes |= layer.shapes()
        self.sizes = {"m": n_samples}
        for text in (*layer.formulas, *layer.formulas.values(), *layer.gradient_formulas):
            for name, indices in re.findall(r"(\w+)\[([\w, ]+)\]", text):
                self.sizes |= dict(zip(indices.upper().split(", "), self.shapes[name], strict=True))

    def formula(self, text: str) -> sympy.Expr:
        """The SymPy form of a text, with an Indexed for each entry."""
        activation = ACTIVATIONS[getattr(self.layer, "activation", "identity")]
        names: dict[str, Any] = {name: sympy.IndexedBase(name, real=True) for name in self.shapes}
        functions = {name: getattr(sympy, name) for name in ("Sum", "Piecewise", "KroneckerDelta", "cos", "sin", "pi")}
        f, df = (self._function(formula) for formula in (activation.formula, activation.derivative_formula))
        return sympy.sympify(
            eval(text, {**names, **functions, **LETTERS, **self.sizes, "f": f, "df": lambda z: df(z, f(z))})
        )

    @staticmethod
    def _function(formula: str) -> Callable[..., sympy.Expr]:
        letters = {name: sympy.Symbol(name, real=True) for name in "za"}
        form = sympy.sympify(formula, locals=letters)
        return lambda z, a=0: form.subs(letters["z"], z).subs(letters["a"], a)

    def entries(self, head: str, text: str, known: Mapping[str, np.ndarray]) -> dict[tuple[int, ...], sympy.Expr]:
        """Every entry of the array on the left, with the known arrays put in."""
        name, letters = re.fullmatch(r"(\w+)\[([\w, ]+)\]", head).groups()  # type: ignore[union-attr]
        form, found = self.formula(text), {}
        for place in itertools.product(*(range(1, n + 1) for n in self.shapes[name])):
            at = dict(zip((LETTERS[letter] for letter in letters.split(", ")), place, strict=True))
            one = form.subs(at).doit()
            while True:  # from the inside out: C[c[1], 2] needs c[1] first
                inner = {node: _number(known, node) for node in one.atoms(sympy.Indexed) if str(node.base) in known}
                if not any(node.is_Indexed and _is_whole(node) for node in inner):
                    break
                one = one.xreplace({node: value for node, value in inner.items() if _is_whole(node)}).doit()
            found[place] = one
        return found


def _is_whole(node: sympy.Indexed) -> bool:
    return all(index.is_Integer for index in node.indices)


def _number(known: Mapping[str, np.ndarray], node: sympy.Indexed) -> sympy.Expr | None:
    if not _is_whole(node):
        return None
    value = known[str(node.base)][tuple(int(index) - 1 for index in node.indices)]
    return sympy.Integer(int(value)) if np.issubdtype(type(value), np.integer) else sympy.Float(float(value), 30)


def fixed_in(layer: Layer, x: np.ndarray) -> dict[str, np.ndarray]:
    """What is no letter: the rows that codes name, the edges of bins."""
    return {name: array for name, array in layer.arguments(x).items() if name != "x"}


def is_zero(form: sympy.Expr) -> bool:
    """Whether a form is 0 for all letters; one that is not 0 at some numbers need not be simplified."""
    form = sympy.expand(form)
    at = {letter: sympy.Float(np.sin(i + 1.0)) for i, letter in enumerate(form.atoms(sympy.Indexed))}
    return bool(form == 0 or (abs(form.evalf(subs=at)) < 1e-9 and sympy.simplify(form) == 0))


def wrong_gradients(layer: Layer, formulas: Mapping[str, str]) -> list[str]:
    """The gradient formulas that are not the derivative of Σ g ⊙ y, y by the layer's own formulas."""
    random = np.random.default_rng(5)
    x = columns_for(layer, M, random)
    reading, known, loss = Reading(layer, M), fixed_in(layer, x), sympy.Integer(0)
    for head, text in layer.formulas.items():
        name = head.partition("[")[0]
        g = sympy.IndexedBase(name.replace("y", "g"), real=True)
        loss += sum(g[place] * entry for place, entry in reading.entries(head, text, known).items())
    wrong = []
    for head, text in formulas.items():
        name = head.partition("[")[0]
        base = sympy.IndexedBase(name, real=True)
        for place, given in reading.entries(head, text, known).items():
            if not is_zero(sympy.diff(loss, base[place]) - given):
                wrong.append(head)
                break
    return wrong


def test_every_layer_is_tried_and_every_parameter_has_a_gradient_formula() -> None:
    assert SMALL.keys() == LAYERS.keys()
    for layer in SMALL.values():
        named = {head.partition("[")[0] for head in layer.gradient_formulas}
        assert named - {"x"} == layer.shapes().keys()
        made, taken = layer.parts(np.zeros((1, layer.n_outputs))), layer.arguments(np.zeros((1, layer.n_inputs)))
        assert layer.letters.keys() <= layer.shapes().keys() | taken.keys() | made.keys()


@pytest.mark.parametrize("layer", [*WITH_GRADIENTS, pytest.param(Mixture("relu", 2), id="mixture with a kink")])
def test_the_gradient_formulas_are_the_derivatives_of_the_formulas(layer: Layer) -> None:
    assert not wrong_gradients(layer, layer.gradient_formulas)


MUTATIONS = (("-", "+"), ("*2*pi", ""), ("2*pi*x", "pi*x"), ("sin", "cos"), ("cos", "sin"), ("df(", "f("), (" - 1", ""))
MUTATIONS += ((" - x[r, j]", ""), ("g[r, j]", "1"), ("*x[r, j]", ""), ("*s[j]", ""), ("(c[r], i)", "(c[1], i)"))
MUTATIONS += (("g[r, p, t]", "g[1, p, t]"), ("g[r, j]", "2*g[r, j]"))
WRONG = [
    pytest.param(layer, head, text.replace(old, new, 1), id=f"{name} {head}: {old} as {new or 'nothing'}")
    for name, layer in SMALL.items()
    for head, text in layer.gradient_formulas.items()
    for old, new in MUTATIONS
    if old in text
]


@pytest.mark.parametrize(("layer", "head", "text"), WRONG)
def test_a_wrong_gradient_formula_is_found(layer: Layer, head: str, text: str) -> None:
    assert wrong_gradients(layer, {head: text}) == [head]


def numbers_of(layer: Layer, n_samples: int = 3) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """All arrays of the formulas at random numbers (g is not uniform), and what the table computes from them."""
    random = np.random.default_rng(n_samples)
    theta, x = disturbed(layer.initial(random), random), columns_for(layer, n_samples, random)
    g = random.normal(size=(n_samples, layer.n_outputs))
    gradients, dx = layer.backward(theta, x, g)
    by_name = {name.replace("y", "g"): part for name, part in layer.parts(g).items()}
    given = {**layer.arguments(x), **theta, **by_name}
    return given, {**layer.parts(layer.forward(theta, x)), **{f"d{k}": v for k, v in gradients.items()}, "dx": dx}


def wrong_numbers(layer: Layer, formulas: Mapping[str, str], prefix: str = "") -> list[str]:
    """The formulas whose values are not what `forward` or `backward` computes."""
    given, computed = numbers_of(layer)
    reading, wrong = Reading(layer, 3), []
    for head, text in formulas.items():
        array = computed[prefix + head.partition("[")[0]]
        found = np.empty(array.shape)
        for place, value in reading.entries(head, text, given).items():
            found[tuple(i - 1 for i in place)] = float(value)
        if not np.allclose(found, array, rtol=1e-12, atol=1e-13):
            wrong.append(head)
    return wrong


@pytest.mark.parametrize("layer", EVERY)
def test_forward_and_backward_compute_the_formulas(layer: Layer) -> None:
    assert not wrong_numbers(layer, layer.formulas)
    assert not wrong_numbers(layer, layer.gradient_formulas, "d")


@pytest.mark.parametrize("layer", EVERY)
def test_numbers_of_a_wrong_formula_are_found(layer: Layer) -> None:
    for head, text in layer.formulas.items():
        assert wrong_numbers(layer, {head: f"1.001*({text})"}) == [head]
    for head, text in layer.gradient_formulas.items():
        assert wrong_numbers(layer, {head: f"-({text})"}, "d") == [head]


def test_at_a_kink_the_mixture_takes_the_declared_slope() -> None:
    layer = Mixture("relu", 2)
    _, dx = layer.backward({"alpha": np.array([1.0, 0.25])}, np.zeros((1, 2)), np.array([[3.0, 5.0]]))
    np.testing.assert_array_equal(dx, [[0.0, 5.0 * (1 + 0.25 * (0 - 1))]])
    form = Reading(layer, 1).formula(layer.gradient_formulas["x[r, j]"])
    x, g, alpha = (sympy.IndexedBase(name, real=True)[at] for name, at in (("x", (1, 2)), ("g", (1, 2)), ("alpha", 2)))
    at_kink = form.subs({LETTERS["r"]: 1, LETTERS["j"]: 2}).subs({x: 0, g: 5, alpha: sympy.Rational(1, 4)})
    assert float(at_kink) == dx[0, 1]
