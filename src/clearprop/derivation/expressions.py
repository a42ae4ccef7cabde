"""The expressions that derivations are written in: a small tree, printed, evaluated to 50 digits, handed to SymPy.

An expression keeps the order in which a teacher would write it, which a computer algebra system would not. Each node
knows its children and its shape: () is a scalar, (n,) a column vector, (n, k) a matrix. Indices count from 1.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import TypeVar

Shape = tuple[int, ...]
SCALAR: Shape = ()


@dataclass(frozen=True)
class Expression:
    """A node of the tree; arithmetic with Python's operators builds larger ones."""

    @property
    def shape(self) -> Shape:
        """() of a scalar, (n,) of a column vector, (n, k) of a matrix."""
        return SCALAR

    @property
    def children(self) -> tuple["Expression", ...]:
        """The expressions directly below, in the order of writing."""
        return tuple(_expressions_in(getattr(self, field.name) for field in fields(self)))

    def __add__(self, other: "Expression | int") -> "Expression":
        return Add((*_flat(self, Add), *_flat(expression(other), Add)))

    def __sub__(self, other: "Expression | int") -> "Expression":
        return self + Negate(expression(other))

    def __rsub__(self, other: int) -> "Expression":
        return Number(other) - self

    def __mul__(self, other: "Expression | int") -> "Expression":
        return Multiply((*_flat(self, Multiply), *_flat(expression(other), Multiply)))

    def __rmul__(self, other: int) -> "Expression":
        return Number(other) * self

    def __truediv__(self, other: "Expression | int") -> "Expression":
        return Divide(self, expression(other))

    def __pow__(self, other: "Expression | int") -> "Expression":
        return Power(self, expression(other))

    def __neg__(self) -> "Expression":
        return Negate(self)

    def __matmul__(self, other: "Expression") -> "Expression":
        return MatrixProduct((*_flat(self, MatrixProduct), *_flat(other, MatrixProduct)))


Node = TypeVar("Node", bound=Expression)


@dataclass(frozen=True)
class Number(Expression):
    """An exact number, as it is written: 0, 2 or "0.01"."""

    value: int | str


@dataclass(frozen=True)
class Constant(Expression):
    """π."""

    letter: str = "π"


@dataclass(frozen=True)
class Index(Expression):
    """A running index, such as the j of w_jk."""

    letter: str


@dataclass(frozen=True)
class Quantity(Expression):
    """An array of the network, a row or an entry of it: W², W²₁₁, z¹, E.

    `name` and `layer` say which array it is (its name in the code: "W", "b", "z", "a", "delta"; capitals are batches);
    `letter` and `shown_layer` say how it is written; `full_shape` is the whole array's, `indices` count from 1.
    """

    name: str
    letter: str
    layer: int | None = None
    full_shape: Shape = SCALAR
    indices: tuple[Expression, ...] = ()
    shown_layer: int | None = None

    @property
    def shape(self) -> Shape:
        """What the indices have left of the array's shape."""
        return self.full_shape[len(self.indices) :]


@dataclass(frozen=True)
class Add(Expression):
    """A sum of terms; a negated term is written with a minus."""

    terms: tuple[Expression, ...]

    @property
    def shape(self) -> Shape:
        """That of its arrays; a number is added to every entry."""
        return max((term.shape for term in self.terms), key=len)


@dataclass(frozen=True)
class Negate(Expression):
    """−x."""

    argument: Expression

    @property
    def shape(self) -> Shape:
        """That of its argument."""
        return self.argument.shape


@dataclass(frozen=True)
class Multiply(Expression):
    """A product of scalars, or of one array by scalars."""

    factors: tuple[Expression, ...]

    @property
    def shape(self) -> Shape:
        """That of its one array, or () of a product of scalars."""
        return max((factor.shape for factor in self.factors), key=len)


@dataclass(frozen=True)
class Divide(Expression):
    """u / v; entry by entry where they are arrays of one shape."""

    numerator: Expression
    denominator: Expression

    @property
    def shape(self) -> Shape:
        """That of its array."""
        return max(self.numerator.shape, self.denominator.shape, key=len)


@dataclass(frozen=True)
class Power(Expression):
    """A scalar to a power."""

    base: Expression
    exponent: Expression


@dataclass(frozen=True)
class Function(Expression):
    """exp, log, sqrt, tanh, erf, cos or sin of an expression, entry by entry."""

    name: str
    argument: Expression

    @property
    def shape(self) -> Shape:
        """That of its argument."""
        return self.argument.shape


@dataclass(frozen=True)
class Activate(Expression):
    """An activation of the table, or its derivative (order 1), by name: σ(z), σ′(z); softmax takes a whole vector."""

    name: str
    symbol: str
    argument: Expression
    order: int = 0

    @property
    def shape(self) -> Shape:
        """That of its argument."""
        return self.argument.shape


@dataclass(frozen=True)
class Sum(Expression):
    """Σ over an index from 1 to `size`; `skip` is an index value that is left out (Σ_{i≠j})."""

    body: Expression
    index: Index
    size: int
    skip: Expression | None = None

    @property
    def shape(self) -> Shape:
        """That of one term."""
        return self.body.shape


@dataclass(frozen=True)
class Partial(Expression):
    """∂of/∂by. A scalar by an array has the array's shape; a vector by a vector is the Jacobian, row i for of_i."""

    of: Expression
    by: Expression

    @property
    def shape(self) -> Shape:
        """The shape of `of`, then that of `by`."""
        return self.of.shape + self.by.shape


@dataclass(frozen=True)
class Relation(Expression):
    """left = right, i ≠ j, z > 0: a condition, or a statement in the text."""

    left: Expression
    sign: str
    right: Expression


@dataclass(frozen=True)
class Cases(Expression):
    """A value for each condition; the condition None is "otherwise"."""

    branches: tuple[tuple[Expression, Relation | None], ...]

    @property
    def children(self) -> tuple[Expression, ...]:
        """Values and conditions, in order."""
        return tuple(_expressions_in(part for branch in self.branches for part in branch))


@dataclass(frozen=True)
class Indicator(Expression):
    """1[i = j], the Kronecker delta: 1 where the two indices are equal, else 0."""

    left: Expression
    right: Expression


@dataclass(frozen=True)
class MatrixProduct(Expression):
    """A B; a vector is a column, so A v is a column and v wᵀ a matrix."""

    factors: tuple[Expression, ...]

    @property
    def shape(self) -> Shape:
        """Rows of the first factor, columns of the last; a column vector is (n,), a lying one times it a scalar."""
        first, last = self.factors[0], self.factors[-1]
        lies = isinstance(first, Transpose) and len(first.argument.shape) == 1
        return (() if lies else first.shape[:1]) + last.shape[1:]


@dataclass(frozen=True)
class Transpose(Expression):
    """Aᵀ; of a column vector (n,) the row (1, n)."""

    argument: Expression

    @property
    def shape(self) -> Shape:
        """The sides exchanged."""
        shape = self.argument.shape
        return (1, *shape) if len(shape) == 1 else shape[::-1]


@dataclass(frozen=True)
class Hadamard(Expression):
    """A ⊙ B: entry by entry; a column (m, 1) is spread over the columns of an (m, n), a row (1, n) over its rows."""

    factors: tuple[Expression, ...]

    @property
    def shape(self) -> Shape:
        """That of the last factor."""
        return self.factors[-1].shape


@dataclass(frozen=True)
class Diagonal(Expression):
    """diag(v): the square matrix with v on its diagonal and 0 elsewhere."""

    argument: Expression

    @property
    def shape(self) -> Shape:
        """(n, n)."""
        return self.argument.shape * 2


@dataclass(frozen=True)
class Ones(Expression):
    """The column of n ones."""

    size: int

    @property
    def shape(self) -> Shape:
        """(n,)."""
        return (self.size,)


@dataclass(frozen=True)
class Entry(Expression):
    """The entry of a vector or matrix expression: [Wᵀδ]_j."""

    array: Expression
    indices: tuple[Expression, ...]

    @property
    def shape(self) -> Shape:
        """What the indices have left of the array's shape."""
        return self.array.shape[len(self.indices) :]


def expression(value: Expression | int) -> Expression:
    """Return an expression; a whole number becomes a Number."""
    return Number(value) if isinstance(value, int) else value


def walk(root: Expression) -> Iterator[Expression]:
    """Yield the node and all below it, in the order of writing."""
    yield root
    for child in root.children:
        yield from walk(child)


def rebuilt(root: Node, change: dict[Expression, Expression]) -> Node:
    """Return the tree with each node that is a key of `change` replaced; what it replaces is not looked into."""
    if root in change:
        return change[root]  # type: ignore[return-value]
    values = {field.name: _rebuilt_value(getattr(root, field.name), change) for field in fields(root)}
    return replace(root, **values)


def _rebuilt_value(value: object, change: dict[Expression, Expression]) -> object:
    if isinstance(value, Expression):
        return rebuilt(value, change)
    if isinstance(value, tuple):
        return tuple(_rebuilt_value(item, change) for item in value)
    return value


def _flat(node: Expression, kind: type[Expression]) -> tuple[Expression, ...]:
    return node.children if type(node) is kind else (node,)


def _expressions_in(values: object) -> Iterator[Expression]:
    for value in values:  # type: ignore[attr-defined]
        if isinstance(value, Expression):
            yield value
        elif isinstance(value, tuple):
            yield from _expressions_in(value)
