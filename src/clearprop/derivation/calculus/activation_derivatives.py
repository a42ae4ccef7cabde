"""f′ of each activation of the table, from its formula to the form in which the network computes it."""

from typing import Any

import numpy as np

from clearprop.derivation.calculus.algebra import formula_of, reason, write_algebra
from clearprop.derivation.calculus.differentiation import DERIVATIVES, differentiate
from clearprop.derivation.expressions import (
    Activate,
    Cases,
    Expression,
    Function,
    Number,
    Partial,
    Quantity,
    Relation,
    walk,
)
from clearprop.derivation.messages import Message
from clearprop.derivation.writer import Writer
from clearprop.mathematics.activations import Activation

#: Any pre-activation, and f of it.
Z, A = Quantity("z", "z"), Quantity("a", "a")


def write_activation_derivative(writer: Writer, entry: Activation) -> int:
    """Write, under a heading, how f′(z) follows from f(z), for a scalar z and a = f(z); return the last line's number.

    Arguments:
        writer: takes the lines.
        entry: an elementwise entry of the table of activations.

    Raises:
        ValueError: an activation that is not elementwise; it has a Jacobian in place of f′.

    Example:
        >>> from clearprop.mathematics.activations import ACTIVATIONS
        >>> writer = Writer()
        >>> write_activation_derivative(writer, ACTIVATIONS["exponential"]), len(writer.steps)
        (3, 3)
    """
    if not entry.elementwise:
        raise ValueError(f"activation: {entry.name!r} is not elementwise; it has a Jacobian and no f′")
    names = {"z": Z, "a": A}
    formula = formula_of(entry.definition or entry.formula, names)
    f, slope = Activate(entry.name, entry.symbol, Z), Activate(entry.name, entry.symbol, Z, order=1)
    writer.heading("calculus.heading_activation", f=slope)
    writer.say(Message("calculus.activation_formula", statement=Relation(f, "=", formula), z=Z, a=A))
    writer.about(entry.name)
    if any(isinstance(node, Function) and node.name == "erf" for node in walk(formula)):
        _write_erf(writer)
    first = len(writer.steps) + 1
    right = differentiate(writer, slope, formula, Z, "calculus.activation_definition")
    power, reciprocal = Function("exp", Z), Function("exp", -Z)
    values: dict[str, Any] = {"f": f, "formula": formula, "power": power, "reciprocal": reciprocal}
    right = write_algebra(writer, entry.name, entry.derivation, names, **values) or right
    final = formula_of(entry.derivative_formula, names)
    rule = "result" if right == final else "substitute" if A in walk(final) else "simplify"
    why = reason(f"{entry.name}_{len(entry.derivation) + 1}", rule)
    number = writer.step(slope, final, rule, why, (first, len(writer.steps)), **{**names, **values})
    writer.about(None)
    _say_at_the_border(writer, entry, formula)
    return number


def _write_erf(writer: Writer) -> None:
    """Say what erf is, and write its own derivative, ∂erf(z)/∂z."""
    erf = Function("erf", Z)
    slope = DERIVATIVES["erf"](Z)
    writer.say(Message("calculus.erf_definition"))
    writer.step(Partial(erf, Z), slope, "derivative_erf", "calculus.derivative_erf", f=erf, g=slope)


def _say_at_the_border(writer: Writer, entry: Activation, formula: Expression) -> None:
    """Say what f′ is at a kink, or that there is none where two branches meet."""
    f = Activate(entry.name, entry.symbol, Z)
    for at, declared in entry.kinks:
        values = {"left": _slope_near(entry, at, -1), "right": _slope_near(entry, at, 1), "declared": _number(declared)}
        writer.say(Message("calculus.kink", point=Relation(Z, "=", _number(at)), f=f, **values))
    if not entry.kinks:
        conditions = [where for node in walk(formula) if isinstance(node, Cases) for _, where in node.branches if where]
        for condition in conditions:
            writer.say(Message("calculus.no_kink", point=Relation(Z, "=", condition.right), f=f))


def _slope_near(entry: Activation, at: float, side: int) -> Number:
    """f′ just beside a point."""
    assert entry.derivative is not None
    z = np.array([at + side * np.finfo(float).tiny])
    return _number(float(entry.derivative(z, entry.value(z, np), np)[0]))


def _number(value: float) -> Number:
    return Number(int(value) if value == int(value) else repr(value))
