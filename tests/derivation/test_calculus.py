"""The pencil-and-paper differentiation agrees with SymPy's, line by line, for expressions of any make."""

import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from clearprop.derivation.calculus.cleaning import cleaned, flattened
from clearprop.derivation.calculus.differentiation import differentiate
from clearprop.derivation.expressions import (
    Activate,
    Cases,
    Divide,
    Expression,
    Function,
    Index,
    Indicator,
    Negate,
    Number,
    Partial,
    Power,
    Quantity,
    Relation,
    Sum,
    walk,
)
from clearprop.derivation.writer import Writer

from .algebra import Reader, is_close, symbol, wrong_lines

Z, C = Quantity("z", "z"), Quantity("c", "c")
LEFT = Quantity("left", "s")
I, J, K = Index("i"), Index("j"), Index("k")
POINT = {symbol("z"): sympy.Rational(37, 53), symbol("c"): sympy.Rational(-19, 41)}


def vector(name: str, *indices: Expression) -> Quantity:
    return Quantity(name, name, 1, (3,), indices)


def tame(u: Expression) -> Expression:
    return Function("tanh", u)


def larger(children: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    pairs = st.tuples(children, children)
    return st.one_of(
        pairs.map(lambda pair: pair[0] + pair[1]),
        pairs.map(lambda pair: pair[0] - pair[1]),
        pairs.map(lambda pair: pair[0] * pair[1]),
        pairs.map(lambda pair: Divide(pair[0], Number(2) + tame(pair[1]))),
        children.map(Negate),
        children.map(lambda u: Divide(u, Number(3))),
        st.tuples(children, st.integers(1, 3)).map(lambda pair: Power(pair[0], Number(pair[1]))),
        children.map(lambda u: Function("exp", tame(u))),
        children.map(lambda u: Function("log", Number(2) + tame(u))),
        children.map(lambda u: Function("sqrt", Number(2) + tame(u))),
        children.map(lambda u: Function("erf", u)),
        pairs.map(lambda pair: Cases(((pair[0], Relation(Z, ">", Number(0))), (pair[1], None)))),
    )


EXPRESSIONS = st.recursive(st.sampled_from([Z, Z, C, Number(0), Number(1), Number("0.5")]), larger, max_leaves=6)


def differentiated(of: Expression, by: Quantity = Z, **options: object) -> tuple[Expression, Writer]:
    writer = Writer()
    return differentiate(writer, Partial(of, by), of, by, **options), writer


@settings(max_examples=60, deadline=None)
@given(EXPRESSIONS)
def test_every_line_and_the_result_are_sympy_s(of: Expression) -> None:
    reader = Reader(None)
    expected = sympy.diff(reader.read(of, {}), symbol("z")).subs(POINT).evalf(40)
    assume(expected.is_finite)
    result, writer = differentiated(of)
    assert not any(isinstance(node, Partial) for node in walk(result))
    assert is_close(reader.value(result, {}, POINT), expected)
    assert wrong_lines(reader, writer.steps, lambda _: POINT) == []
    assert writer.steps[-1].right == result


@settings(max_examples=60, deadline=None)
@given(EXPRESSIONS)
def test_cleaning_keeps_the_value_and_has_nothing_left_to_do(of: Expression) -> None:
    result, kinds = cleaned(of, fractions=True)
    reader = Reader(None)
    assert is_close(reader.value(of, {}, POINT), reader.value(result, {}, POINT))
    assert cleaned(result, fractions=True) == (result, ())
    assert bool(kinds) or result == flattened(of)


def rules(of: Expression) -> list[str]:
    return [step.rule for step in differentiated(of)[1].steps[1:]]


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (Z, ["identity"]),
        (Number(3), ["constant"]),
        (C * Function("tanh", Number(1) + C), ["constant"]),
        (Function("exp", Z), ["derivative_exp"]),
        (C * Z, ["constant_factor", "identity", "simplify"]),
        (Function("exp", -Z), ["chain", "constant_factor", "identity", "simplify"]),
        (Z**3, ["power"]),
        (Z * Function("exp", Z), ["product", "identity", "simplify", "derivative_exp"]),
        (Divide(Number(1), Z), ["quotient", "constant", "simplify", "identity"]),
        (Activate("sigmoid", "σ", Z), ["derivative_f"]),
        (Activate("sigmoid", "σ", Z * C), ["chain", "constant_factor", "identity", "simplify"]),
    ],
)
def test_one_rule_a_line(of: Expression, expected: list[str]) -> None:
    assert rules(of) == expected


def check_indexed(of: Expression, by: Quantity, apart: tuple[Expression, ...] = ()) -> Expression:
    result, writer = differentiated(of, by, apart=apart)
    point = {symbol(name, k): sympy.Rational(7 * k + len(name), 11 + k) for name in ("z", "y") for k in (1, 2, 3)}
    places = [{"i": i, "j": j} for i in (1, 2, 3) for j in (1, 2, 3) if i != j or not apart]
    assert wrong_lines(Reader(None), writer.steps, lambda _: point, places) == []
    return result


def test_of_a_sum_over_units_one_term_is_left() -> None:
    of = Sum(Function("exp", vector("z", K)) * vector("y", K), K, 3)
    assert check_indexed(of, vector("z", J)) == vector("y", J) * Function("exp", vector("z", J))
    assert check_indexed(of, vector("z", Number(2))) == vector("y", Number(2)) * Function("exp", vector("z", Number(2)))


@pytest.mark.parametrize(
    "of",
    [
        vector("z", I),
        vector("z", I) * Sum(vector("z", K) ** 2, K, 3),
        Sum(vector("z", K) * vector("z", J), K, 3),
        Sum(vector("z", K) * vector("y", K), K, 3, skip=J),
        Sum(vector("z", I) * vector("z", K), K, 3, skip=I),
    ],
)
def test_indices_that_may_be_equal(of: Expression) -> None:
    check_indexed(of, vector("z", J))


def test_indices_that_differ() -> None:
    assert check_indexed(vector("z", I) ** 2, vector("z", J), apart=(I, J)) == Number(0)
    assert check_indexed(vector("z", Number(1)) ** 2, vector("z", Number(2))) == Number(0)


def test_formula_without_a_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="no rule for z in an exponent"):
        differentiated(Power(Number(2), Z))
    with pytest.raises(ValueError, match="no rule for Indicator of z"):
        differentiated(Indicator(Z, Number(1)))


def test_a_wrong_line_is_seen() -> None:
    _, writer = differentiated(Z * Function("exp", Z))
    writer.step(None, Function("exp", Z), "simplify", "calculus.simplify")
    assert wrong_lines(Reader(None), writer.steps, lambda _: POINT) == [writer.steps[-1].number]
