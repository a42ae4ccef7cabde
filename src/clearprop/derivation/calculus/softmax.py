"""Softmax: why it may be shifted, and its Jacobian by the quotient rule, as in note 1 but with every line."""

import math
import sys
from typing import Any

from clearprop.derivation.calculus.differentiation import differentiate
from clearprop.derivation.expressions import (
    Cases,
    Divide,
    Entry,
    Expression,
    Function,
    Index,
    Indicator,
    Multiply,
    Number,
    Ones,
    Partial,
    Quantity,
    Relation,
    Sum,
)
from clearprop.derivation.messages import Message
from clearprop.derivation.symbols import Symbols
from clearprop.derivation.writer import Writer

I, J, K = Index("i"), Index("j"), Index("k")
SHIFT = Quantity("shift", "c")


def exp(argument: Expression) -> Function:
    """Return e to a power."""
    return Function("exp", argument)


def write_softmax_shift(writer: Writer, symbols: Symbols) -> int:
    """Write, under a heading, that softmax(z + c) = softmax(z), and what it is good for; return the last line's number.

    Arguments:
        writer: takes the lines.
        symbols: those of a network whose output is softmax.
    """
    L, n = symbols.L, symbols.size(symbols.L)
    z, c = symbols.z(L, I), SHIFT
    total = Sum(exp(symbols.z(L, K)), K, n)
    shifted = Entry(symbols.f(L, symbols.z(L) + Multiply((c, Ones(n)))), (I,))
    writer.heading("calculus.heading_softmax_shift")
    writer.say(Message("calculus.shift_claim", c=c, z=symbols.z(L), ones=Ones(n)))
    right: Expression = Divide(exp(z + c), Sum(exp(symbols.z(L, K) + c), K, n))
    writer.step(shifted, right, "definition", "calculus.shift_definition", i=I, k=K, c=c)
    right = Divide(exp(c) * exp(z), Sum(exp(c) * exp(symbols.z(L, K)), K, n))
    writer.step(None, right, "power_of_a_sum", "calculus.shift_power", c=c, f=exp(c))
    right = Divide(exp(c) * exp(z), exp(c) * total)
    writer.step(None, right, "factor", "calculus.shift_factor", k=K, f=exp(c))
    writer.step(None, Divide(exp(z), total), "cancel", "calculus.shift_cancel", f=exp(c))
    why, unshifted = "calculus.shift_result", Entry(symbols.f(L, symbols.z(L)), (I,))
    number = writer.step(shifted, unshifted, "definition", why, (len(writer.steps) - 3, len(writer.steps)), c=c)
    one, limit = Relation(exp(Number(0)), "=", Number(1)), f"{math.log(sys.float_info.max):.1f}"
    writer.say(Message("calculus.shift_use", c=c, z=z, big=exp(z), one=one, limit=Number(limit)))
    return number


def write_softmax_jacobian(writer: Writer, symbols: Symbols) -> int:
    """Write, under a heading, ∂ŷ_i/∂z_j by the quotient rule in its two cases; return the number of the unified line.

    Arguments:
        writer: takes the lines.
        symbols: those of a network whose output is softmax.
    """
    L = symbols.L
    a_i, a_j = symbols.a(L, I), symbols.a(L, J)
    jacobian = Partial(a_i, symbols.z(L, J))
    writer.heading("calculus.heading_softmax_jacobian", partial=jacobian)
    writer.say(Message("calculus.jacobian_why", a=a_i, z=symbols.z(L, J), k=K))
    if symbols.size(L) == 1:
        writer.say(Message("calculus.jacobian_of_one", a=a_i))
    same = _write_case_same(writer, symbols)
    writer.condition(Relation(I, "≠", J))
    different = _write_case_different(writer, symbols)
    writer.condition(None)
    writer.say(Message("calculus.jacobian_summary"))
    cases = Cases(((a_i * (1 - a_i), Relation(I, "=", J)), (-(a_i * a_j), Relation(I, "≠", J))))
    summary = writer.step(jacobian, cases, "cases", "calculus.jacobian_cases", (same, different), i=I, j=J)
    unified = a_i * (Indicator(I, J) - a_j)
    values: dict[str, Any] = {"delta": Indicator(I, J), "same": Relation(I, "=", J), "different": Relation(I, "≠", J)}
    return writer.step(jacobian, unified, "unify", "calculus.jacobian_unified", (summary,), a=a_j, **values)


def _write_case_same(writer: Writer, symbols: Symbols) -> int:
    """∂ŷ_i/∂z_i, one index for both."""
    L = symbols.L
    a, e, total = symbols.a(L, I), exp(symbols.z(L, I)), _total(symbols)
    left = Partial(a, symbols.z(L, I))
    writer.say(Message("calculus.case_same", condition=Relation(I, "=", J), i=I))
    first = len(writer.steps) + 1
    differentiate(writer, left, Divide(e, total), symbols.z(L, I), "calculus.jacobian_definition")
    writer.step(None, Divide(e * (total - e), total**2), "factor", "calculus.jacobian_factor", f=e)
    writer.step(None, Divide(e, total) * Divide(total - e, total), "split", "calculus.jacobian_split")
    right = Divide(e, total) * (Divide(total, total) - Divide(e, total))
    writer.step(None, right, "split", "calculus.jacobian_split_difference")
    writer.step(None, Divide(e, total) * (1 - Divide(e, total)), "cancel", "calculus.jacobian_cancel")
    fraction = Relation(a, "=", Divide(e, total))
    uses = (first, len(writer.steps))
    return writer.step(left, a * (1 - a), "substitute", "calculus.jacobian_substitute", uses, fraction=fraction)


def _write_case_different(writer: Writer, symbols: Symbols) -> int:
    """∂ŷ_i/∂z_j for i ≠ j."""
    L = symbols.L
    a_i, a_j, e_i, e_j = symbols.a(L, I), symbols.a(L, J), exp(symbols.z(L, I)), exp(symbols.z(L, J))
    total = _total(symbols)
    left = Partial(a_i, symbols.z(L, J))
    writer.say(Message("calculus.case_different", condition=Relation(I, "≠", J), z=symbols.z(L, I), by=symbols.z(L, J)))
    first = len(writer.steps) + 1
    differentiate(writer, left, Divide(e_i, total), symbols.z(L, J), "calculus.jacobian_definition", apart=(I, J))
    writer.step(None, -(Divide(e_i, total) * Divide(e_j, total)), "split", "calculus.jacobian_split")
    fraction = Relation(a_i, "=", Divide(e_i, total))
    uses = (first, len(writer.steps))
    return writer.step(left, -(a_i * a_j), "substitute", "calculus.jacobian_substitute", uses, fraction=fraction)


def _total(symbols: Symbols) -> Sum:
    """Σ_k e^(z_k), the denominator."""
    return Sum(exp(symbols.z(symbols.L, K)), K, symbols.size(symbols.L))
