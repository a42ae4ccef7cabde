"""Reads an expression entry by entry, in whatever kind of number its subclass supplies: SymPy's or mpmath's."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

from clearprop.derivation.expressions import (
    Activate,
    Add,
    Cases,
    Constant,
    Diagonal,
    Divide,
    Entry,
    Expression,
    Function,
    Hadamard,
    Index,
    Indicator,
    MatrixProduct,
    Multiply,
    Negate,
    Number,
    Ones,
    Partial,
    Power,
    Quantity,
    Relation,
    Shape,
    Sum,
    Transpose,
    walk,
)
from clearprop.derivation.formulas import parsed
from clearprop.derivation.symbols import INDEX_LETTERS
from clearprop.mathematics.activations import ACTIVATIONS, Activation

#: A number, a SymPy expression, or an index.
Value = Any
At = tuple[Value, ...]
Environment = Mapping[str, Value]

_SIGNS: dict[str, Callable[[Value, Value], Value]] = {
    "=": operator.eq,
    "≠": operator.ne,
    ">": operator.gt,
    "≥": operator.ge,
    "<": operator.lt,
    "≤": operator.le,
}


@dataclass(frozen=True)
class Known(Expression):
    """A value that has been read already."""

    value: Value


class Reader:
    """The value of an expression, or of one entry of an array expression; indices count from 1.

    A free index is looked up in an environment, in which letters of a formula may have values that are no indices.
    Subclasses say what a number, a quantity of the network, a function, a derivative and a choice between cases are.
    """

    def __init__(self) -> None:
        self._values: dict[tuple[int, At, At], Value] = {}
        self._letters: dict[int, tuple[str, ...]] = {}
        self._alive: list[Expression] = []  # what has an id in the two dictionaries must not go away
        self._formulas: dict[str, Expression] = {}

    def number(self, value: int | str) -> Value:
        """An exact number."""
        raise NotImplementedError

    def constant(self, letter: str) -> Value:
        """π."""
        raise NotImplementedError

    def quantity(self, quantity: Quantity, at: At) -> Value:
        """An entry of an array of the network."""
        raise NotImplementedError

    def function(self, name: str, value: Value) -> Value:
        """exp, log, sqrt, tanh, erf, cos or sin."""
        raise NotImplementedError

    def derivative(self, of: Expression, of_at: At, by: Quantity, at: At, environment: Environment) -> Value:
        """∂of_(of_at)/∂by_at."""
        raise ValueError("partial derivative: a final formula has none; put in what it stands for")

    def indicator(self, left: Value, right: Value) -> Value:
        """1 where two indices are equal, else 0."""
        return int(left == right)

    def cases(self, branches: list[tuple[Callable[[], Value], Callable[[], Value] | None]]) -> Value:
        """The value of the first branch whose condition (None: otherwise) is true."""
        for value, condition in branches:
            if condition is None or condition():
                return value()
        raise ValueError("no case applies")

    def condition(self, left: Value, sign: str, right: Value) -> Value:
        """Whether left = right, left > right, ..."""
        return _SIGNS[sign](left, right)

    def summation(self, node: Sum, at: At, environment: Environment) -> Value:
        """Σ, term by term."""
        skipped = None if node.skip is None else self._at(node.skip, (), environment)
        places = (place for place in range(1, node.size + 1) if place != skipped)
        return self.total([self._at(node.body, at, {**environment, node.index.letter: place}) for place in places])

    def total(self, terms: list[Value]) -> Value:
        """The sum of terms."""
        return sum(terms)

    def value(self, expression: Expression, at: At = (), environment: Environment | None = None) -> Value:
        """Return an entry of an expression, with the values of its free indices."""
        return self._at(expression, at, environment or {})

    def _at(self, node: Expression, at: At, environment: Environment) -> Value:
        bound = tuple(environment.get(letter) for letter in self._letters_of(node))
        key = (id(node), at, bound)
        if key not in self._values:
            self._values[key] = _RULES[type(node)](self, node, at, environment)
        return self._values[key]

    def _letters_of(self, node: Expression) -> tuple[str, ...]:
        if id(node) not in self._letters:
            self._alive.append(node)
            own = {node.letter} if isinstance(node, Index) else set()
            bound = {node.index.letter} if isinstance(node, Sum) else set()
            below = own.union(*(self._letters_of(child) for child in node.children))
            self._letters[id(node)] = tuple(sorted(below - bound))
        return self._letters[id(node)]

    def free_index(self, letter: str) -> Value:
        """An index that nothing binds."""
        raise ValueError(f"index {letter}: has no value here")

    def _index(self, node: Index, at: At, environment: Environment) -> Value:
        value = environment[node.letter] if node.letter in environment else self.free_index(node.letter)
        for place in at:
            value = value[place - 1]
        return value

    def _quantity(self, node: Quantity, at: At, environment: Environment) -> Value:
        return self.quantity(node, self._indices(node.indices, environment) + at)

    def _function(self, node: Function, at: At, environment: Environment) -> Value:
        return self.function(node.name, self._at(node.argument, at, environment))

    def _indicator(self, node: Indicator, at: At, environment: Environment) -> Value:
        return self.indicator(self._at(node.left, (), environment), self._at(node.right, (), environment))

    def _cases(self, node: Cases, at: At, environment: Environment) -> Value:
        return self.cases([self._branch(branch, environment) for branch in node.branches])

    def _partial(self, node: Partial, at: At, environment: Environment) -> Value:
        assert isinstance(node.by, Quantity)
        rank = len(node.of.shape)
        by_at = self._indices(node.by.indices, environment) + at[rank:]
        return self.derivative(node.of, at[:rank], node.by, by_at, environment)

    def _entry(self, node: Entry, at: At, environment: Environment) -> Value:
        return self._at(node.array, self._indices(node.indices, environment) + at, environment)

    def _add(self, node: Add, at: At, environment: Environment) -> Value:
        if any(term.shape not in ((), node.shape) for term in node.terms):
            raise ValueError("+ of arrays of different shapes")
        return reduce(operator.add, [self._at(term, at if term.shape else (), environment) for term in node.terms])

    def _negate(self, node: Negate, at: At, environment: Environment) -> Value:
        return -self._at(node.argument, at, environment)

    def _multiply(self, node: Multiply, at: At, environment: Environment) -> Value:
        # One of the factors may be an array: the others are scalars and have no entries.
        places = [at if factor.shape else () for factor in node.factors]
        return self._multiplied(node.factors, places, environment)

    def _divide(self, node: Divide, at: At, environment: Environment) -> Value:
        places = (at if side.shape else () for side in (node.numerator, node.denominator))
        numerator, denominator = (
            self._at(side, place, environment)
            for side, place in zip((node.numerator, node.denominator), places, strict=True)
        )
        return numerator / denominator

    def _power(self, node: Power, at: At, environment: Environment) -> Value:
        return self._at(node.base, (), environment) ** self._at(node.exponent, (), environment)

    def _matrix_product(self, node: MatrixProduct, at: At, environment: Environment) -> Value:
        row, column = (at if len(at) == 2 else (*at, 1)) if node.shape else (1, 1)
        return self._product(node.factors, row, column, environment)

    def _transpose(self, node: Transpose, at: At, environment: Environment) -> Value:
        return self._in_matrix(node.argument, at[1], at[0], environment)

    def _hadamard(self, node: Hadamard, at: At, environment: Environment) -> Value:
        if any(factor.shape[:1] not in (node.shape[:1], (1,)) for factor in node.factors):
            raise ValueError("⊙ of arrays with different numbers of rows")
        return self._multiplied(node.factors, [_spread(factor.shape, at) for factor in node.factors], environment)

    def _diagonal(self, node: Diagonal, at: At, environment: Environment) -> Value:
        return self.indicator(at[0], at[1]) * self._at(node.argument, at[:1], environment)

    def _multiplied(self, factors: tuple[Expression, ...], places: list[At], environment: Environment) -> Value:
        values = [self._at(factor, place, environment) for factor, place in zip(factors, places, strict=True)]
        return reduce(operator.mul, values)

    def _product(self, factors: tuple[Expression, ...], row: Value, column: Value, environment: Environment) -> Value:
        first, *rest = factors
        if not rest:
            return self._in_matrix(first, row, column, environment)
        inner = first.shape[1] if len(first.shape) == 2 else 1
        terms = [
            self._in_matrix(first, row, place, environment) * self._product(tuple(rest), place, column, environment)
            for place in range(1, inner + 1)
        ]
        return self.total(terms)

    def _in_matrix(self, node: Expression, row: Value, column: Value, environment: Environment) -> Value:
        return self._at(node, (row, column) if len(node.shape) == 2 else (row,), environment)

    def _indices(self, indices: tuple[Expression, ...], environment: Environment) -> At:
        return tuple(
            index.value if isinstance(index, Number) else self._at(index, (), environment) for index in indices
        )

    def _branch(
        self, branch: tuple[Expression, Relation | None], environment: Environment
    ) -> tuple[Callable[[], Value], Callable[[], Value] | None]:
        value, relation = branch

        def read() -> Value:
            return self._at(value, (), environment)

        def holds() -> Value:
            assert relation is not None
            left, right = self._at(relation.left, (), environment), self._at(relation.right, (), environment)
            return self.condition(left, relation.sign, right)

        return read, None if relation is None else holds

    def _activated(self, node: Activate, at: At, environment: Environment) -> Value:
        if ACTIVATIONS[node.name].elementwise:
            return self.activation(node.name, node.order, self._at(node.argument, at, environment))
        used = {index.letter for index in walk(node.argument) if isinstance(index, Index)}
        bound = next(letter for letter in INDEX_LETTERS if letter not in used)
        *row, place = at
        names = {
            "z_j": Entry(node.argument, (*map(Known, row), Known(place))),
            "z_k": Entry(node.argument, (*map(Known, row), Index(bound))),
        }
        formula = ACTIVATIONS[node.name].formula.replace("(k, 1, n)", f"({bound}, 1, n)")
        return self._at(parsed(formula, names, {"n": node.argument.shape[-1]}), (), environment)

    def activation(self, name: str, order: int, z: Value) -> Value:
        """f(z) of an elementwise activation, or by order 1 its derivative as the table has it."""
        return self.formula_of(ACTIVATIONS[name], order, z)

    def formula_of(self, entry: Activation, order: int, z: Value) -> Value:
        """f(z) or f′(z) by an entry's formulas."""
        text = entry.derivative_formula if order else entry.formula
        if text not in self._formulas:
            self._formulas[text] = parsed(text, {"z": Index("z"), "a": Index("a")})
        known = {"z": z}
        if order and "a" in self._letters_of(self._formulas[text]):
            known["a"] = self.formula_of(entry, 0, z)
        return self._at(self._formulas[text], (), known)


def _spread(shape: Shape, at: At) -> At:
    """Where a factor of A ⊙ B has the entry: a column is spread over the columns."""
    if len(shape) < len(at):
        return at[: len(shape)]
    return tuple(1 if size == 1 else place for size, place in zip(shape, at, strict=True))


_RULES: dict[type[Expression], Callable[[Reader, Any, At, Environment], Value]] = {
    Known: lambda reader, node, at, environment: node.value,
    Number: lambda reader, node, at, environment: reader.number(node.value),
    Constant: lambda reader, node, at, environment: reader.constant(node.letter),
    Ones: lambda reader, node, at, environment: reader.number(1),
    Sum: lambda reader, node, at, environment: reader.summation(node, at, environment),
    Index: Reader._index,
    Quantity: Reader._quantity,
    Function: Reader._function,
    Activate: Reader._activated,
    Indicator: Reader._indicator,
    Cases: Reader._cases,
    Partial: Reader._partial,
    Entry: Reader._entry,
    Add: Reader._add,
    Negate: Reader._negate,
    Multiply: Reader._multiply,
    Divide: Reader._divide,
    Power: Reader._power,
    MatrixProduct: Reader._matrix_product,
    Transpose: Reader._transpose,
    Hadamard: Reader._hadamard,
    Diagonal: Reader._diagonal,
}
