"""Where the branches of a Piecewise meet: the slopes agree there, or the table declares the kink."""

import sympy

from clearprop.derivation.symbolic import SympyReader
from clearprop.mathematics.activations import Activation


def kinks_are_declared(entry: Activation) -> bool:
    """Return True if f′ at every border is the slope of both sides, or one of the two and the declared one.

    Example:
        >>> from dataclasses import replace
        >>> from clearprop.mathematics.activations import ACTIVATIONS
        >>> kinks_are_declared(ACTIVATIONS["relu"]), kinks_are_declared(replace(ACTIVATIONS["relu"], kinks=()))
        (True, False)
    """
    z, reader = sympy.Symbol("z", real=True), SympyReader()
    formula, slope = reader.formula_of(entry, 0, z), reader.formula_of(entry, 1, z)
    return all(_agrees_at_border(entry, piecewise, formula, slope, z) for piecewise in formula.atoms(sympy.Piecewise))


def _agrees_at_border(
    entry: Activation, piecewise: sympy.Piecewise, formula: sympy.Expr, slope: sympy.Expr, z: sympy.Symbol
) -> bool:
    border = piecewise.args[0][1].rhs
    branches = [formula.xreplace({piecewise: value}) for value, _ in piecewise.args]
    if len({branch.subs(z, border) for branch in branches}) > 1:
        return False
    slopes, at_border = {branch.diff(z).subs(z, border) for branch in branches}, slope.subs(z, border)
    if len(slopes) == 1:
        return at_border in slopes
    declared = dict(entry.kinks).get(float(border))
    return at_border in slopes and declared is not None and abs(float(at_border) - declared) < 1e-14
