"""Mechanical differentiation, one rule a line: what a person does with a pencil, with every rule named."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from clearprop.derivation.calculus.cleaning import ONE, ZERO, cleaned, flattened, multiplied
from clearprop.derivation.expressions import (
    Activate,
    Add,
    Cases,
    Constant,
    Divide,
    Expression,
    Function,
    Indicator,
    Multiply,
    Negate,
    Number,
    Partial,
    Power,
    Quantity,
    Relation,
    Sum,
    rebuilt,
    walk,
)
from clearprop.derivation.messages import Message
from clearprop.derivation.writer import Writer

#: The derivatives of the functions that are taken as known.
DERIVATIVES: dict[str, Callable[[Expression], Expression]] = {
    "exp": lambda u: Function("exp", u),
    "log": lambda u: Divide(ONE, u),
    "sqrt": lambda u: Divide(ONE, Number(2) * Function("sqrt", u)),
    "cos": lambda u: Negate(Function("sin", u)),
    "sin": lambda u: Function("cos", u),
    "tanh": lambda u: ONE - Function("tanh", u) ** 2,
    "erf": lambda u: Divide(Number(2), Function("sqrt", Constant())) * Function("exp", -(u**2)),
}


@dataclass(frozen=True)
class _Rewriting:
    """What a ∂of/∂by becomes by one rule, and why."""

    right: Expression
    rule: str
    why: str
    values: dict[str, Any]


def differentiate(
    writer: Writer,
    left: Expression,
    of: Expression,
    by: Quantity,
    why: str = "calculus.definition",
    apart: tuple[Expression, ...] = (),
) -> Expression:
    """Write left = ∂of/∂by and differentiate, one rule a line, until no ∂ is left; return the last right side.

    Arguments:
        writer: takes the lines.
        left: what ∂of/∂by is called.
        of: a formula; every quantity in it other than `by` is held fixed.
        by: a scalar, such as z or an entry z_j.
        why: the reason of the first line; it may name {of} and {by}.
        apart: two indices that are known to differ, so that z_i does not move with z_j.

    Raises:
        ValueError: a formula for which there is no rule here.

    Example:
        >>> z, writer = Quantity("z", "z"), Writer()
        >>> differentiate(writer, Activate("exponential", "exp", z, 1), Function("exp", z), z)
        Function(name='exp', argument=Quantity(name='z', ...))
        >>> [step.rule for step in writer.steps]
        ['definition', 'derivative_exp']
    """
    right: Expression = Partial(of, by)
    writer.step(left, right, "definition", why, of=of, by=by)
    while pending := _first_pending(right, by):
        found = _Rules(by, apart).rewritten(pending.of)
        right = flattened(rebuilt(right, {pending: found.right}))
        writer.step(None, right, found.rule, f"calculus.{found.why}", by=by, **found.values)
        finished = _first_pending(right, by) is None
        if finished or found.right in (ZERO, ONE):
            right = _write_cleaned(writer, right, fractions=finished)
    return right


def depends(of: Expression, by: Quantity, apart: tuple[Expression, ...] = ()) -> bool:
    """Return whether a formula holds a quantity that is `by`, or may be it for some values of the indices."""
    return any(isinstance(node, Quantity) and _may_be(node, by, apart) for node in walk(of))


def _may_be(quantity: Quantity, by: Quantity, apart: tuple[Expression, ...]) -> bool:
    if (quantity.name, quantity.layer) != (by.name, by.layer):
        return False
    return all(_may_agree(*pair, apart) for pair in zip(quantity.indices, by.indices, strict=False))


def _may_agree(left: Expression, right: Expression, apart: tuple[Expression, ...]) -> bool:
    if left == right or not (isinstance(left, Number) and isinstance(right, Number)):
        return left == right or not (left in apart and right in apart)
    return False


def _first_pending(root: Expression, by: Quantity) -> Partial | None:
    return next((node for node in walk(root) if isinstance(node, Partial) and node.by == by), None)


def _write_cleaned(writer: Writer, right: Expression, fractions: bool) -> Expression:
    result, kinds = cleaned(right, fractions)
    if result != right:
        reason = Message(f"calculus.clean_{kinds[-1]}")
        for kind in reversed(kinds[:-1]):
            reason = Message("calculus.clean_and", first=Message(f"calculus.clean_{kind}"), rest=reason)
        writer.step(None, result, "simplify", "calculus.cleaned", reason=reason)
    return result


class _Rules:
    """The rules of differentiation by one scalar; each takes a node that depends on it and gives one line."""

    def __init__(self, by: Quantity, apart: tuple[Expression, ...]) -> None:
        self.by, self.apart = by, apart

    def rewritten(self, of: Expression) -> _Rewriting:
        if not self._moves(of):
            return _Rewriting(ZERO, "constant", "constant", {"u": of})
        rule = _RULES.get(type(of))
        if rule is None:
            raise ValueError(f"differentiate: there is no rule for {type(of).__name__} of {self.by.letter}")
        return rule(self, of)

    def _d(self, of: Expression) -> Partial:
        return Partial(of, self.by)

    def _moves(self, of: Expression) -> bool:
        return depends(of, self.by, self.apart)

    def _quantity(self, of: Quantity) -> _Rewriting:
        if of == self.by:
            return _Rewriting(ONE, "identity", "identity", {})
        pairs = [pair for pair in zip(of.indices, self.by.indices, strict=True) if pair[0] != pair[1]]
        return _Rewriting(multiplied([Indicator(*pair) for pair in pairs]), "identity", "same_index", {"u": of})

    def _minus(self, of: Negate) -> _Rewriting:
        return _Rewriting(Negate(self._d(of.argument)), "constant_factor", "minus", {"u": of.argument})

    def _sum(self, of: Add) -> _Rewriting:
        terms = tuple(Negate(self._d(t.argument)) if isinstance(t, Negate) else self._d(t) for t in of.terms)
        return _Rewriting(Add(terms), "sum", "sum", {"u": of})

    def _product(self, of: Multiply) -> _Rewriting:
        fixed = [factor for factor in of.factors if not self._moves(factor)]
        moving = [factor for factor in of.factors if self._moves(factor)]
        if fixed:
            right = multiplied([*fixed, self._d(multiplied(moving))])
            return _Rewriting(right, "constant_factor", "constant_factor", {"c": multiplied(fixed)})
        u, v = of.factors[0], multiplied(list(of.factors[1:]))
        return _Rewriting(self._d(u) * v + u * self._d(v), "product", "product", {"u": u, "v": v})

    def _quotient(self, of: Divide) -> _Rewriting:
        u, v = of.numerator, of.denominator
        if not self._moves(v):
            return _Rewriting(Divide(self._d(u), v), "constant_factor", "constant_denominator", {"v": v})
        right = Divide(self._d(u) * v - u * self._d(v), v**2)
        return _Rewriting(right, "quotient", "quotient", {"u": u, "v": v})

    def _power(self, of: Power) -> _Rewriting:
        base, exponent = of.base, of.exponent
        if self._moves(exponent):
            raise ValueError(f"differentiate: there is no rule for {self.by.letter} in an exponent; write it with exp")
        lowered = exponent - 1
        if isinstance(exponent, Number) and isinstance(exponent.value, int):
            lowered = Number(exponent.value - 1)
        outer = [exponent, base if lowered == ONE else base**lowered]
        values = {"u": base, "n": exponent}
        if base == self.by:
            return _Rewriting(multiplied(outer), "power", "power", values)
        return _Rewriting(multiplied([*outer, self._d(base)]), "power", "power_chain", values)

    def _function(self, of: Function | Activate) -> _Rewriting:
        outer = DERIVATIVES[of.name](of.argument) if isinstance(of, Function) else replace(of, order=1)
        name = of.name if isinstance(of, Function) else "f"
        if of.argument == self.by:
            return _Rewriting(outer, f"derivative_{name}", f"derivative_{name}", {"f": of, "g": outer})
        return _Rewriting(outer * self._d(of.argument), "chain", "chain", {"f": of, "u": of.argument, "g": outer})

    def _cases(self, of: Cases) -> _Rewriting:
        return _Rewriting(Cases(tuple((self._d(value), where) for value, where in of.branches)), "cases", "cases", {})

    def _indexed_sum(self, of: Sum) -> _Rewriting:
        index = self._only_term(of)
        if index is None:
            right = Sum(self._d(of.body), of.index, of.size, of.skip)
            return _Rewriting(right, "derivative_of_sum", "every_term", {})
        values = {"k": of.index, "term": Relation(of.index, "=", index)}
        return _Rewriting(self._d(rebuilt(of.body, {of.index: index})), "derivative_of_sum", "only_term", values)

    def _only_term(self, of: Sum) -> Expression | None:
        """The index value of the one term that holds `by`, if there is just one."""
        quantities = [node for node in walk(of.body) if isinstance(node, Quantity)]
        moving = {quantity for quantity in quantities if _may_be(quantity, self.by, self.apart)}
        if len(moving) != 1 or of.skip is not None:
            return None
        pairs = list(zip(moving.pop().indices, self.by.indices, strict=True))
        found = [index for own, index in pairs if own == of.index]
        others_agree = all(own == index for own, index in pairs if own != of.index)
        return found[0] if len(found) == 1 and others_agree else None


_RULES: dict[type[Expression], Callable[[_Rules, Any], _Rewriting]] = {
    Quantity: _Rules._quantity,
    Negate: _Rules._minus,
    Add: _Rules._sum,
    Multiply: _Rules._product,
    Divide: _Rules._quotient,
    Power: _Rules._power,
    Function: _Rules._function,
    Activate: _Rules._function,
    Cases: _Rules._cases,
    Sum: _Rules._indexed_sum,
}
