import time
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import sympy

from clearprop.derivation.expressions import (
    Activate,
    Cases,
    Constant,
    Diagonal,
    Entry,
    Expression,
    Function,
    Hadamard,
    Index,
    Indicator,
    Number,
    Ones,
    Partial,
    Quantity,
    Relation,
    Sum,
    Transpose,
)
from clearprop.derivation.reader import Known
from clearprop.derivation.symbolic import evaluate_sympy, indexed, numeric_function, to_sympy
from clearprop.derivation.symbols import LAMBDA, Symbols
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.network import Network
from mathematics.cases import HIDDEN, Case, random_case

I, J, K = Index("i"), Index("j"), Index("k")
i, j, k = sympy.symbols("i j k", integer=True)
S = Symbols(Network((2, 3, 2)), n_samples=4)


def test_entries_are_named_after_array_and_layer() -> None:
    found = [
        S.W(2, 1, J),
        S.b(2, 1),
        S.x(2),
        S.a(1, K),
        S.y(1),
        S.Z(1, 3, J),
        S.A(0, 3, 1),
        S.Y(1, 2),
        S.omega(3),
        LAMBDA,
    ]
    names = ["W2[1, j]", "b2[1]", "a0[2]", "a1[k]", "y[1]", "Z1[3, j]", "A0[3, 1]", "Y[1, 2]", "omega[3]", "lambda"]
    assert [str(to_sympy(entry)) for entry in found] == names


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (Number("0.01"), sympy.Rational(1, 100)),
        (Number(2) ** 3 - 1, sympy.Integer(7)),
        (Constant(), sympy.pi),
        (J, j),
        (Function("sqrt", Number(2)), sympy.sqrt(2)),
        (Indicator(I, J), sympy.KroneckerDelta(i, j)),
        (Sum(S.b(1, K), K, 3), sympy.Sum(sympy.IndexedBase("b1")[k], (k, 1, 3))),
        (
            Sum(S.b(1, K), K, 3, skip=J),
            sympy.Sum(sympy.Piecewise((sympy.IndexedBase("b1")[k], sympy.Ne(k, j)), (0, True)), (k, 1, 3)),
        ),
        (
            Cases(((Number(1), Relation(I, "=", J)), (Number(2), Relation(I, "≠", K)), (Number(0), None))),
            sympy.Piecewise((1, sympy.Eq(i, j)), (2, sympy.Ne(i, k)), (0, True)),
        ),
    ],
)
def test_each_node(expression: Expression, expected: sympy.Expr) -> None:
    assert to_sympy(expression) == expected


@pytest.mark.parametrize("name", HIDDEN)
def test_activations_become_the_formulas_of_the_table(name: str) -> None:
    z, entry = sympy.Symbol("z"), ACTIVATIONS[name]
    f = sympy.sympify(entry.formula, rational=True)
    slope = sympy.sympify(entry.derivative_formula, rational=True).subs("a", f)
    for order, expected in enumerate((f, slope)):
        found = to_sympy(Activate(name, entry.symbol, Quantity("z", "z"), order))
        points = [sympy.Rational(value, 7) for value in (-9, -2, 3, 11)]
        differences = [abs(sympy.N((found - expected).subs(z, point), 40)) for point in points]
        assert max(differences) < sympy.Rational(1, 10**35)


def test_array_expressions_are_matrices_of_their_entries() -> None:
    product = to_sympy(Transpose(S.Delta(2)) @ S.A(1))
    delta, a = sympy.IndexedBase("Delta2"), sympy.IndexedBase("A1")
    assert product.shape == (2, 3)
    assert product[1, 2] == sum(delta[r, 2] * a[r, 3] for r in range(1, 5))
    weighted = to_sympy(Hadamard((S.omega(), S.A(2) - S.Y())))
    assert weighted.shape == (4, 2)
    omega, output, target = map(sympy.IndexedBase, ("omega", "A2", "Y"))
    assert weighted[2, 1] == omega[3] * (output[3, 2] - target[3, 2])
    assert to_sympy(Diagonal(Ones(3))) == sympy.eye(3)
    assert to_sympy(S.z(1)).shape == (3, 1)


def test_matrix_form_equals_index_form_entry_by_entry() -> None:
    matrix = to_sympy(Hadamard((S.Delta(2) @ S.W(2), S.f(1, S.Z(1), order=1))))
    r = Index("r")
    entry = to_sympy(S.f(1, S.Z(1, r, J), order=1) * Sum(S.Delta(2, r, K) * S.W(2, K, J), K, 2))
    for row, unit in product((1, 4), (1, 3)):
        written = entry.subs({sympy.Symbol("r", integer=True): row, j: unit}).doit()
        assert sympy.simplify(matrix[row - 1, unit - 1] - written) == 0


def test_softmax_in_index_form_keeps_its_sum() -> None:
    z, bound = sympy.IndexedBase("z2"), sympy.Symbol("j", integer=True)
    entry = to_sympy(Entry(S.f(2, S.z(2)), (K,)))
    assert entry == sympy.exp(z[k]) / sympy.Sum(sympy.exp(z[bound]), (bound, 1, 2))
    assert to_sympy(S.f(2, S.z(2)))[1] == entry.subs(k, 2)


def test_a_partial_derivative_has_no_formula() -> None:
    with pytest.raises(ValueError, match="a final formula has none"):
        to_sympy(Partial(S.data_loss, S.z(1, J)))


def test_entries_can_be_written_otherwise() -> None:
    assert (
        str(to_sympy(S.W(1, 1, 2), lambda quantity, at: sympy.Symbol(quantity.name + "".join(map(str, at))))) == "W12"
    )
    assert to_sympy(S.W(1, 1, 2)) == indexed(S.W(1), (1, 2))
    assert to_sympy(Known(sympy.pi)) == sympy.pi


def arrays_of(case: Case) -> dict[str, np.ndarray]:
    passed, parameters, network = case.forward(), case.parameters, case.network
    arrays = {"Y": case.Y, "y": case.Y[0], "omega": case.omega, "A0": case.X, "a0": case.X[0]}
    for l in network.layers:
        arrays |= {f"W{l}": parameters.W[l], f"b{l}": parameters.b[l], f"Z{l}": passed.z[l], f"z{l}": passed.z[l][0]}
        arrays |= {f"A{l}": passed.a[l], f"a{l}": passed.a[l][0]}
    return arrays


def error_signal(s: Symbols, l: int, unit: Expression, letters: tuple[str, ...] = ("k", "i", "p")) -> Expression:
    if l == s.L:
        return s.a(l, unit) - s.y(unit)
    above = Index(letters[0])
    paths = Sum(error_signal(s, l + 1, above, letters[1:]) * s.W(l + 1, above, unit), above, s.size(l + 1))
    return s.f(l, s.z(l, unit), order=1) * paths


@pytest.mark.parametrize("hidden", HIDDEN)
def test_final_formulas_compute_the_gradients_of_the_engine(hidden: str) -> None:
    case = random_case(Network((3, 4, 2, 3), hidden), n_samples=1)
    case = replace(case, penalty=0.0)
    s, arrays, gradients = Symbols(case.network), arrays_of(case), case.backward()
    unit, source = Index("j"), Index("s")
    for l in case.network.layers:
        weight = numeric_function(error_signal(s, l, unit) * s.a(l - 1, source))
        rows, columns = gradients.dW[l].shape
        found = [[weight(arrays, {"j": a + 1, "s": b + 1}) for b in range(columns)] for a in range(rows)]
        np.testing.assert_allclose(found, gradients.dW[l], rtol=1e-9, atol=1e-14)


def test_a_wrong_formula_is_noticed_by_its_value() -> None:
    case = random_case(Network((3, 4, 2)), n_samples=1)
    s, arrays = Symbols(case.network), arrays_of(case)
    right = error_signal(s, 1, Number(2))
    wrong = s.f(1, s.z(1, 2), order=1) * Sum(error_signal(s, 2, K) * s.W(2, K, 3), K, 2)
    assert evaluate_sympy(right, arrays) == pytest.approx(case.backward().delta[1][0, 1], rel=1e-9)
    assert evaluate_sympy(wrong, arrays) != pytest.approx(case.backward().delta[1][0, 1], rel=1e-3)


def nested_output(s: Symbols, l: int, unit: Expression) -> Expression:
    if l == 0:
        return s.x(unit)
    below = Index("ikpstuvoβγ"[l - 1])
    return s.f(l, Sum(s.W(l, unit, below) * nested_output(s, l - 1, below), below, s.size(l - 1)) + s.b(l, unit))


def test_sums_of_a_nested_formula_are_not_expanded() -> None:
    network = Network((3, 3, 3, 3, 3, 3, 3, 3, 3, 2), "sigmoid", "sigmoid", "binary_cross_entropy")
    started = time.perf_counter()
    formula = nested_output(Symbols(network), network.n_layers, J)
    assert str(to_sympy(formula)).count("Sum(") == network.n_layers
    assert time.perf_counter() - started < 30  # written out, it would have 3⁹ terms
    small = Symbols(Network((3, 4, 2), "sigmoid", "sigmoid", "binary_cross_entropy"))
    case = random_case(small.network, n_samples=1)
    found = [evaluate_sympy(nested_output(small, 2, J), arrays_of(case), {"j": unit}) for unit in (1, 2)]
    np.testing.assert_allclose(found, case.forward().a[2][0], rtol=1e-12)
