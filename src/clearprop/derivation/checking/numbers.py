"""Formulas with a person's numbers put in: `(ŷ₁ − y₁) · h₁` becomes `(0.28 − 0) · 0.378`."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np

from clearprop.derivation.checking.evaluation import Evaluator
from clearprop.derivation.expressions import (
    Activate,
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
from clearprop.derivation.printing.unicode import to_unicode
from clearprop.mathematics.arrays import Array

#: Of a wide layer so many units are worked out, and so many rows and columns of an array are shown.
MOST_UNITS = 5
#: Of a longer sum the first terms and the last one are written.
MOST_TERMS = 4
#: Numbers that are put in carry one digit more than a result, so that it can be checked with a calculator.
DIGITS_PUT_IN, DIGITS_SHOWN = 6, 5
DOTS = Constant("…")


def shown(value: Any, digits: int = 4) -> str:
    """Write a number with so many significant digits.

    >>> shown(-0.14450966), shown(2.0), shown(1e-9)
    ('-0.1445', '2', '1e-09')
    """
    number = float(value)
    return f"{number:.{digits}g}" if number else "0"  # and not -0


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
        return {
            (Quantity, Partial, Indicator, Entry): self._number,
            Activate: self._activate,
            Sum: self._terms,
            Cases: self._case,
        }

    def _number(self, node: Expression) -> Expression:
        value = self.evaluator.evaluate(node)
        return node if node.shape else Number(shown(value, DIGITS_PUT_IN))

    def _activate(self, node: Activate) -> Expression:
        """A slope f′(z) is a number among the others; f(z) shows what f is taken of."""
        return self._number(node) if node.order else replace(node, argument=self.put(node.argument))

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


def array_text(array: Array) -> str:
    """Write an array in one line: rows divided by a slash, wide or long ones cut with dots.

    >>> array_text(np.array([[0.2, -0.4], [0.7, 0.1]]))
    '0.2, −0.4 / 0.7, 0.1'
    """
    rows = array.reshape(-1, array.shape[-1]) if array.ndim > 2 else np.atleast_2d(array)
    texts = [_row_text(row) for row in rows[:MOST_UNITS]]
    return " / ".join([*texts, *(["…"] if len(rows) > MOST_UNITS else [])])


def number_text(value: Any, digits: int = 4) -> str:
    """Write a number with so many significant digits, as the formulas have it.

    >>> number_text(-0.25), number_text(1e-9)
    ('−0.25', '1 · 10⁻⁹')
    """
    return to_unicode(Number(shown(value, digits)))


def _row_text(row: Array) -> str:
    texts = [number_text(value) for value in row[:MOST_UNITS]]
    return ", ".join([*texts, *(["…"] if len(row) > MOST_UNITS else [])])
