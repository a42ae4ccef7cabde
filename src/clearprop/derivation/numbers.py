"""Formulas with a person's numbers put in: `(ŷ₁ − y₁) · h₁` becomes `(0.28 − 0) · 0.378`."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from clearprop.derivation.evaluation import Evaluator
from clearprop.derivation.expressions import (
    Add,
    Cases,
    Constant,
    Entry,
    Expression,
    Indicator,
    Number,
    Partial,
    Quantity,
    Sum,
    rebuilt,
)

#: Of a longer sum the first terms and the last one are written.
MOST_TERMS = 4
DOTS = Constant("…")


def shown(value: Any, digits: int = 4) -> str:
    """Write a number with so many significant digits.

    >>> shown(-0.14450966), shown(2.0), shown(1e-9)
    ('-0.1445', '2', '1e-09')
    """
    return f"{float(value):.{digits}g}"


class NumbersIn:
    """Puts numbers in for the entries of a formula, spells sums out, and keeps the operations as they are.

    Arguments:
        evaluator: at the person's point.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator

    def put(self, root: Expression) -> Expression:
        """Return the formula, which has no free index and no array left, with numbers."""
        for kind, rule in self._rules.items():
            if isinstance(root, kind):
                return rule(root)
        values = {field.name: self._value(getattr(root, field.name)) for field in fields(root)}
        return replace(root, **values)

    def _value(self, value: Any) -> Any:
        if isinstance(value, Expression):
            return self.put(value)
        return tuple(self._value(item) for item in value) if isinstance(value, tuple) else value

    @property
    def _rules(self) -> dict[Any, Callable[[Any], Expression]]:
        return {(Quantity, Partial, Indicator, Entry): self._number, Sum: self._terms, Cases: self._case}

    def _number(self, node: Expression) -> Expression:
        value = self.evaluator.evaluate(node)
        return node if node.shape else Number(shown(value))

    def _case(self, node: Cases) -> Expression:
        holds = self.evaluator.holds
        return next(self.put(value) for value, condition in node.branches if condition is None or holds(condition))

    def _terms(self, node: Sum) -> Expression:
        skipped = None if node.skip is None else int(self.evaluator.evaluate(node.skip))
        at = [i for i in range(1, node.size + 1) if i != skipped]
        chosen = at if len(at) <= MOST_TERMS else [*at[: MOST_TERMS - 2], at[-1]]
        terms = [self.put(rebuilt(node.body, {node.index: Number(i)})) for i in chosen]
        if len(chosen) < len(at):
            terms.insert(-1, DOTS)
        return terms[0] if len(terms) == 1 else Add(tuple(terms)) if terms else Number(0)
