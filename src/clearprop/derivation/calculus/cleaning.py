"""Trivial clean-ups of an expression (0·x, 1·x, x + 0, −(−x)), each with the name of what was done."""

from collections.abc import Callable
from dataclasses import fields, replace

from clearprop.derivation.expressions import (
    Add,
    Cases,
    Divide,
    Expression,
    Multiply,
    Negate,
    Number,
    Power,
    Sum,
)

ZERO, ONE = Number(0), Number(1)


def flattened(root: Expression) -> Expression:
    """Return the tree with a sum in a sum, or a product in a product, written without brackets."""
    match _changed_below(root, flattened):
        case Add(terms=terms):
            return Add(tuple(part for term in terms for part in (term.children if isinstance(term, Add) else (term,))))
        case Multiply(factors=factors):
            return Multiply(tuple(part for factor in factors for part in _factors(factor)))
        case node:
            return node


def cleaned(root: Expression, fractions: bool = False) -> tuple[Expression, tuple[str, ...]]:
    """Return the tree without what changes nothing, and the kinds of clean-up that were done, in the order of `KINDS`.

    Arguments:
        root: what to clean.
        fractions: whether x · (1/y) is also written as one fraction.

    Example:
        >>> from clearprop.derivation.expressions import Quantity
        >>> cleaned(Number(1) * Quantity("z", "z") + 0)[1]
        ('zero_term', 'one')
    """
    cleaner = _Cleaner(fractions)
    result, before = flattened(cleaner.clean(root)), root
    while result != before:
        result, before = flattened(cleaner.clean(result)), result
    return result, tuple(kind for kind in KINDS if kind in cleaner.kinds)


KINDS = ("zero_factor", "zero_term", "one", "minus_in_front", "two_minuses", "fractions")


class _Cleaner:
    def __init__(self, fractions: bool) -> None:
        self.fractions, self.kinds = fractions, set[str]()

    def clean(self, root: Expression) -> Expression:
        match _changed_below(root, self.clean):
            case Negate() | Sum() as node:
                return self._clean_sign_or_sum(node)
            case Add(terms=terms) if ZERO in terms:
                return self._did("zero_term", added([term for term in terms if term != ZERO]))
            case Multiply() as node:
                return self._clean_product(node)
            case Divide() as node:
                return self._clean_fraction(node)
            case Power(base=base, exponent=exponent) if exponent == ONE:
                return self._did("one", base)
            case node:
                return node

    def _clean_sign_or_sum(self, node: Negate | Sum) -> Expression:
        if isinstance(node, Sum):
            return self._did("zero_term", ZERO) if node.body == ZERO else node
        if isinstance(node.argument, Negate):
            return self._did("two_minuses", node.argument.argument)
        return self._did("zero_term", ZERO) if node.argument == ZERO else node

    def _clean_product(self, node: Multiply) -> Expression:
        factors = node.factors
        if ZERO in factors:
            return self._did("zero_factor", ZERO)
        if ONE in factors:
            return self._did("one", multiplied([factor for factor in factors if factor != ONE]))
        if any(isinstance(factor, Negate) for factor in factors):
            return self._without_signs(factors)
        if self.fractions and any(_is_reciprocal(factor) for factor in factors):
            return self._did("fractions", _one_fraction(factors))
        return node

    def _clean_fraction(self, node: Divide) -> Expression:
        if node.numerator == ZERO:
            return self._did("zero_factor", ZERO)
        if node.denominator == ONE:
            return self._did("one", node.numerator)
        if isinstance(node.numerator, Negate):
            return self._did("minus_in_front", Negate(Divide(node.numerator.argument, node.denominator)))
        return node

    def _without_signs(self, factors: tuple[Expression, ...]) -> Expression:
        signs = sum(isinstance(factor, Negate) for factor in factors)
        product = multiplied([factor.argument if isinstance(factor, Negate) else factor for factor in factors])
        if signs > 1:
            self._did("two_minuses", product)
        return self._did("minus_in_front", Negate(product)) if signs % 2 else product

    def _did(self, kind: str, result: Expression) -> Expression:
        self.kinds.add(kind)
        return result


def added(terms: list[Expression]) -> Expression:
    """Return the sum of the terms; 0 of none."""
    return Add(tuple(terms)) if len(terms) > 1 else (terms or [ZERO])[0]


def multiplied(factors: list[Expression]) -> Expression:
    """Return the product of the factors; 1 of none."""
    return Multiply(tuple(factors)) if len(factors) > 1 else (factors or [ONE])[0]


def _is_reciprocal(factor: Expression) -> bool:
    return isinstance(factor, Divide) and factor.numerator == ONE and not isinstance(factor.denominator, Divide)


def _one_fraction(factors: tuple[Expression, ...]) -> Expression:
    above = [factor for factor in factors if not _is_reciprocal(factor)]
    below = [factor.denominator for factor in factors if isinstance(factor, Divide) and _is_reciprocal(factor)]
    return Divide(multiplied(above), multiplied(below))


def _factors(node: Expression) -> tuple[Expression, ...]:
    return node.children if isinstance(node, Multiply) else (node,)


def _changed_below(root: Expression, change: Callable[[Expression], Expression]) -> Expression:
    if isinstance(root, Cases):
        return Cases(tuple((change(value), condition) for value, condition in root.branches))
    values = {field.name: _changed_value(getattr(root, field.name), change) for field in fields(root)}
    return replace(root, **values)


def _changed_value(value: object, change: Callable[[Expression], Expression]) -> object:
    if isinstance(value, Expression):
        return change(value)
    if isinstance(value, tuple):
        return tuple(_changed_value(item, change) for item in value)
    return value
