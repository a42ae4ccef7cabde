"""Whether an expression is zero wherever it is defined, decided by exact polynomial arithmetic.

Each exponential of a monomial, each other function, each condition of a Piecewise and each reciprocal of a sum becomes
a letter of its own. What is known of the letters is used as rewriting rules: 1/s times s is 1, a condition (0 or 1) is
its own square, √2 times √2 is 2. If nothing is left of the polynomial, the expression is zero for all values of the
letters, and so for the values that they stand for. If something is left, no conclusion is drawn.
"""

from collections.abc import Hashable
from fractions import Fraction

import sympy

#: Letters and their exponents, the largest letter first.
Monomial = tuple[tuple[int, int], ...]
Coefficient = int | Fraction
Polynomial = dict[Monomial, Coefficient]

ONE: Polynomial = {(): 1}
#: Larger polynomials are given up; the limit is one of size, so that the answer does not depend on the machine.
MOST_TERMS = 20_000


class TooLargeError(Exception):
    """A polynomial has outgrown MOST_TERMS."""


def is_identically_zero(expression: sympy.Expr) -> bool:
    """Return True if the expression is proven to be zero; False means that this was not found.

    Example:
        >>> z = sympy.Symbol("z")
        >>> sigma = 1 / (1 + sympy.exp(-z))
        >>> is_identically_zero(sigma.diff(z) - sigma * (1 - sigma))
        True
        >>> is_identically_zero(sigma.diff(z) - sigma)
        False

    Source: B. Buchberger, 1965: rules whose leading terms have no letter in common decide the question.
    """
    letters = _Letters()
    try:
        return not letters.reduced(letters.polynomial(expression))
    except TooLargeError:
        return False


class _Letters:
    """The letters that stand for what is not a polynomial, and the rules between them."""

    def __init__(self) -> None:
        self._letters: dict[Hashable, int] = {}
        self._kept: dict[sympy.Expr, Polynomial] = {}
        #: leading monomial -> what it is replaced by
        self.rules: dict[Monomial, Polynomial] = {}
        #: the letter of a reciprocal -> the sum below the line
        self.below: dict[int, Polynomial] = {}

    def letter(self, what: Hashable) -> int:
        """The number of the letter that stands for something."""
        return self._letters.setdefault(what, len(self._letters))

    def polynomial(self, expression: sympy.Expr) -> Polynomial:
        """An expression as a polynomial in the letters; exponents may be negative."""
        if expression not in self._kept:
            self._kept[expression] = self._read(expression)
        return self._kept[expression]

    def _read(self, expression: sympy.Expr) -> Polynomial:
        if expression.is_Rational:
            value = Fraction(int(expression.p), int(expression.q))
            return {(): int(value) if value.denominator == 1 else value} if value else {}
        if expression.is_Add:
            return added([self.polynomial(term) for term in expression.args])
        if expression.is_Mul:
            product = ONE
            for factor in sorted((self.polynomial(factor) for factor in expression.args), key=len):
                product = multiplied(product, factor)
            return product
        if isinstance(expression, sympy.exp):
            return self._exponential(expression.args[0])
        if isinstance(expression, sympy.Piecewise):
            return self._piecewise(expression)
        if expression.is_Pow:
            return self._power(*expression.args)
        return {((self.letter(expression), 1),): 1}

    def _power(self, base: sympy.Expr, exponent: sympy.Expr) -> Polynomial:
        if exponent.is_Integer:
            factor = self.polynomial(base) if exponent > 0 else self._reciprocal(self.polynomial(base))
            product = ONE
            for _ in range(abs(int(exponent))):
                product = multiplied(product, factor)
            return product
        if base.is_positive and base.is_number and exponent.is_Rational and exponent.q == 2:
            root = self.letter(("root", base))
            self.rules[((root, 2),)] = self.polynomial(base)
            return {((root, int(exponent.p)),): 1}
        return {((self.letter(base**exponent), 1),): 1}

    def _exponential(self, argument: sympy.Expr) -> Polynomial:
        """e^(Σ c t) is the product of the letters e^(t/d) to whole powers, d the denominator of c."""
        powers: dict[int, int] = {}
        for term, coefficient in self.polynomial(argument).items():
            whole = Fraction(coefficient)
            powers[self.letter(("exp", term, whole.denominator))] = whole.numerator
        return {tuple(sorted(powers.items(), reverse=True)): 1}

    def _piecewise(self, expression: sympy.Piecewise) -> Polynomial:
        """A where the condition is true, and else what follows: h A + (1 − h)(...)."""
        total: Polynomial = {}
        otherwise = ONE
        for value, condition in expression.args:
            total = added(
                [total, multiplied(otherwise, multiplied(self._condition(condition), self.polynomial(value)))]
            )
            otherwise = multiplied(otherwise, added([ONE, scaled(self._condition(condition), -1)]))
        return total

    def _condition(self, condition: sympy.Basic) -> Polynomial:
        if condition == sympy.true:
            return ONE
        letter = self.letter(condition)
        self.rules[((letter, 2),)] = {((letter, 1),): 1}
        return {((letter, 1),): 1}

    def _reciprocal(self, polynomial: Polynomial) -> Polynomial:
        polynomial, above = self._without_fractions(polynomial)
        if not polynomial:
            raise ZeroDivisionError("1/0 in an expression that is to be zero")
        content = _common(polynomial)
        primitive = _times(polynomial, _inverse(content))
        leading = max(primitive)
        factor = 1 / Fraction(primitive[leading])
        if len(primitive) == 1:
            return multiplied(above, {_inverse(content): factor})
        primitive = scaled(primitive, factor)
        letter = self.letter(("reciprocal", frozenset(primitive.items())))
        rest = {term: -coefficient for term, coefficient in primitive.items() if term != leading}
        self.below[letter] = primitive
        one_over = ((letter, 1),)
        self.rules[_product(one_over, leading)] = added([ONE, multiplied({one_over: 1}, rest)])
        return multiplied(above, {_product(one_over, _inverse(content)): factor})

    def _without_fractions(self, polynomial: Polynomial) -> tuple[Polynomial, Polynomial]:
        """A sum times the denominators in it, and their product, so that 1/(1 − 1/s) becomes s/(s − 1)."""
        above = ONE
        for letter in sorted(self.below, reverse=True):
            exponents = [dict(term).get(letter, 0) for term in polynomial]
            for _ in range(max(exponents, default=0)):
                polynomial = self._times_below(polynomial, letter)
                above = multiplied(above, self.below[letter])
        return polynomial, above

    def _times_below(self, polynomial: Polynomial, letter: int) -> Polynomial:
        """The product s p, where s cancels one factor 1/s of each term that has one."""
        parts = []
        for term, coefficient in polynomial.items():
            has_one = dict(term).get(letter, 0) > 0
            factor: Polynomial = {((letter, -1),): 1} if has_one else self.below[letter]
            parts.append(multiplied({term: coefficient}, factor))
        return added(parts)

    def reduced(self, polynomial: Polynomial) -> Polynomial:
        """What the rules leave of a polynomial that is zero if and only if the given one is."""
        negative = tuple(pair for pair in _common(polynomial) if pair[1] < 0)
        pending, finished = _times(polynomial, _inverse(negative)), dict[Monomial, Coefficient]()
        while pending:
            term, coefficient = pending.popitem()
            leading = next((leading for leading in self.rules if _divides(leading, term)), None)
            if leading is None:
                _put(finished, term, coefficient)
                continue
            rest = _product(term, _inverse(leading))
            for replacement, factor in self.rules[leading].items():
                _put(pending, _product(rest, replacement), coefficient * factor)
        return finished


def _put(polynomial: Polynomial, term: Monomial, coefficient: Coefficient) -> None:
    total = polynomial.pop(term, 0) + coefficient
    if total:
        polynomial[term] = total
    if len(polynomial) > MOST_TERMS:
        raise TooLargeError


def added(polynomials: list[Polynomial]) -> Polynomial:
    """The sum, without terms that cancel.

    >>> added([{((0, 1),): 1, (): 2}, {((0, 1),): -1}])
    {(): 2}
    """
    total: Polynomial = {}
    for polynomial in polynomials:
        for term, coefficient in polynomial.items():
            total[term] = total.get(term, 0) + coefficient
    return {term: coefficient for term, coefficient in total.items() if coefficient}


def scaled(polynomial: Polynomial, factor: Coefficient) -> Polynomial:
    """A polynomial times a number."""
    return {term: coefficient * factor for term, coefficient in polynomial.items()}


def multiplied(left: Polynomial, right: Polynomial) -> Polynomial:
    """The product.

    Raises TooLargeError.
    """
    if left == ONE:
        return right
    total: Polynomial = {}
    for first, factor in left.items():
        for second, coefficient in right.items():
            term = _product(first, second)
            total[term] = total.get(term, 0) + factor * coefficient
        if len(total) > MOST_TERMS:
            raise TooLargeError
    return {term: coefficient for term, coefficient in total.items() if coefficient}


def _product(left: Monomial, right: Monomial) -> Monomial:
    if not left or not right:
        return left or right
    exponents = dict(left)
    for letter, exponent in right:
        exponents[letter] = exponents.get(letter, 0) + exponent
    return tuple(sorted((pair for pair in exponents.items() if pair[1]), reverse=True))


def _times(polynomial: Polynomial, monomial: Monomial) -> Polynomial:
    return {_product(term, monomial): coefficient for term, coefficient in polynomial.items()}


def _inverse(monomial: Monomial) -> Monomial:
    return tuple((letter, -exponent) for letter, exponent in monomial)


def _common(polynomial: Polynomial) -> Monomial:
    """The largest monomial that divides every term, negative exponents included: what is left has none."""
    least: dict[int, int] = {}
    for term in polynomial:
        for letter, exponent in term:
            least[letter] = min(least.get(letter, 0), exponent)
    for letter in [letter for letter, exponent in least.items() if exponent >= 0]:
        least[letter] = min(dict(term).get(letter, 0) for term in polynomial)
    return tuple(sorted((pair for pair in least.items() if pair[1]), reverse=True))


def _divides(divisor: Monomial, term: Monomial) -> bool:
    exponents = dict(term)
    return all(exponents.get(letter, 0) >= exponent for letter, exponent in divisor)
