"""Each entry of the table of activations is what its symbolic form, its kinks and its range say, in every type."""

from functools import cache

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from clearprop.mathematics.activations import ACTIVATIONS, Activation

from .cases import HIDDEN, central_differences

Z, A = sympy.symbols("z a", real=True)
POINTS = np.random.default_rng(0).uniform(-6.0, 6.0, 25)
UNBOUNDED = ("exponential",)  # e^z itself is too large
FINITE = [name for name in ACTIVATIONS if name not in UNBOUNDED]


@cache
def formulas(name: str) -> tuple[sympy.Expr, sympy.Expr]:
    """f(z) and the declared f'(z), both in z alone."""
    entry, names = ACTIVATIONS[name], {"z": Z, "a": A}
    value = sympy.sympify(entry.formula, names)
    return value, sympy.sympify(entry.derivative_formula, names).subs(A, value)


def numbers(expression: sympy.Expr) -> list[float]:
    return [float(expression.subs(Z, sympy.Float(point, 30)).evalf(25)) for point in POINTS]


def derivative(entry: Activation, z: np.ndarray) -> np.ndarray:
    """f'(Z), or for softmax the Jacobian applied to uneven gradients."""
    a = entry.value(z, np)
    return entry.pull_back(np.linspace(0.5, 1.5, z.size, dtype=z.dtype).reshape(z.shape), z, a)


@pytest.mark.parametrize("name", HIDDEN)
def test_value_is_its_formula(name: str) -> None:
    found = ACTIVATIONS[name].value(POINTS, np)
    np.testing.assert_allclose(found, numbers(formulas(name)[0]), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", HIDDEN)
def test_derivative_is_its_formula(name: str) -> None:
    entry = ACTIVATIONS[name]
    found = entry.derivative(POINTS, entry.value(POINTS, np), np)
    np.testing.assert_allclose(found, numbers(formulas(name)[1]), rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("name", HIDDEN)
def test_derivative_formula_is_the_derivative_of_the_formula(name: str) -> None:
    value, declared = formulas(name)
    np.testing.assert_allclose(numbers(sympy.diff(value, Z)), numbers(declared), rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("name", HIDDEN)
def test_derivation_has_the_value_of_the_derivative_in_every_line(name: str) -> None:
    value, declared = formulas(name)
    for _, formula in ACTIVATIONS[name].derivation:
        line = sympy.sympify(formula, {"z": Z, "a": A}).subs(A, value)
        np.testing.assert_allclose(numbers(line), numbers(declared), rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("name", [name for name in HIDDEN if ACTIVATIONS[name].definition])
def test_definition_has_the_value_of_the_formula(name: str) -> None:
    definition = sympy.sympify(ACTIVATIONS[name].definition, {"z": Z})
    np.testing.assert_allclose(numbers(definition), numbers(formulas(name)[0]), rtol=1e-14)


def test_symbols_are_all_different() -> None:
    assert len({entry.symbol for entry in ACTIVATIONS.values()}) == len(ACTIVATIONS)


@pytest.mark.parametrize("name", [name for name in HIDDEN if name != "identity"])
def test_another_entry_s_derivative_is_not_this_one_s(name: str) -> None:
    assert not np.allclose(numbers(formulas(name)[1]), numbers(formulas("identity")[1]))


def one_sided_slopes(name: str, at: float) -> list[float]:
    value = ACTIVATIONS[name].value
    ends = value(np.array([at - 1e-7, at, at + 1e-7]), np)
    return list(np.diff(ends) / 1e-7)


@pytest.mark.parametrize("name", HIDDEN)
def test_kinks_are_declared(name: str) -> None:
    left, right = one_sided_slopes(name, 0.0)
    assert bool(ACTIVATIONS[name].kinks) == (abs(left - right) > 1e-3)


@pytest.mark.parametrize("name", HIDDEN)
def test_derivative_at_a_kink_is_the_declared_one_from_the_left(name: str) -> None:
    entry = ACTIVATIONS[name]
    for at, declared in entry.kinks:
        z = np.array([at])
        assert entry.derivative(z, entry.value(z, np), np)[0] == declared
        assert declared == pytest.approx(one_sided_slopes(name, at)[0], rel=1e-6)


@pytest.mark.parametrize(("name", "gain"), [("relu", 2.0**0.5), ("identity", 1.0), ("selu", 1.0)])
def test_gain_known_in_closed_form(name: str, gain: float) -> None:
    assert ACTIVATIONS[name].gain == pytest.approx(gain, rel=1e-7)


@pytest.mark.parametrize("name", HIDDEN)
def test_gain_keeps_the_second_moment(name: str) -> None:
    entry = ACTIVATIONS[name]
    nodes, weights = np.polynomial.hermite_e.hermegauss(150)
    second_moment = np.sum(weights * (entry.gain * entry.value(nodes, np)) ** 2) / np.sum(weights)
    assert second_moment == pytest.approx(1.0, rel=2e-3)  # quadrature is coarse at a kink


@pytest.mark.parametrize("name", ACTIVATIONS)
@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-80.0, 80.0), min_size=2, max_size=6))
def test_values_lie_in_the_range(name: str, row: list[float]) -> None:
    entry = ACTIVATIONS[name]
    values = entry.value(np.array([row]), np)
    assert entry.range[0] <= values.min()
    assert values.max() <= entry.range[1]


@pytest.mark.parametrize("name", [name for name in HIDDEN if np.isfinite(ACTIVATIONS[name].range[0])])
def test_range_has_no_room_below(name: str) -> None:
    lowest = ACTIVATIONS[name].value(np.linspace(-50.0, 50.0, 20001), np).min()
    assert lowest == pytest.approx(ACTIVATIONS[name].range[0], abs=2e-3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_type_stays(name: str, dtype: type) -> None:
    entry, z = ACTIVATIONS[name], np.array([[-1.5, 0.0, 2.5]], dtype)
    a = entry.value(z, np)
    assert a.dtype == derivative(entry, z).dtype == dtype
    assert entry.derivative is None or entry.derivative(z, a, np).dtype == dtype


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [0.0, 1e-38, 90.0, 1e4, 3e38])
@pytest.mark.parametrize("name", FINITE)
def test_finite_for_any_finite_input(name: str, size: float, dtype: type) -> None:
    entry, z = ACTIVATIONS[name], np.array([[size, 0.25, -size], [-size, -size, size]], dtype)
    assert np.isfinite(entry.value(z, np)).all()
    assert np.isfinite(derivative(entry, z)).all()


@pytest.mark.parametrize("name", [name for name in FINITE if ACTIVATIONS[name].elementwise])
def test_float32_far_out_is_float64_rounded(name: str) -> None:
    entry, far = ACTIVATIONS[name], np.array([-1e4, -100.0, -20.0, 20.0, 100.0, 1e4])
    narrow = far.astype(np.float32)
    np.testing.assert_allclose(entry.value(narrow, np), entry.value(far, np), rtol=2e-6, atol=1e-6)
    slopes = [entry.derivative(z, entry.value(z, np), np) for z in (narrow, far)]
    np.testing.assert_allclose(*slopes, rtol=2e-6, atol=1e-6)


def test_softmax_rows_are_distributions() -> None:
    z = np.random.default_rng(0).normal(scale=50.0, size=(20, 6))
    np.testing.assert_allclose(ACTIVATIONS["softmax"].value(z, np).sum(axis=1), 1.0, rtol=1e-14)


def test_softmax_jacobian_product_is_that_of_differences() -> None:
    entry, random = ACTIVATIONS["softmax"], np.random.default_rng(0)
    z, gradient = random.normal(size=(1, 5)), random.normal(size=(1, 5))
    expected = central_differences(lambda stack: entry.value(stack[:, 0], np) @ gradient[0], z)
    np.testing.assert_allclose(entry.pull_back(gradient, z, entry.value(z, np)), expected, rtol=1e-9)
