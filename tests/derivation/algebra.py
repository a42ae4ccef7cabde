"""An independent reading of expressions, by SymPy: the tests' own opinion of what a line says."""

from collections.abc import Callable, Iterable

import sympy

from clearprop.derivation.documents.blocks import Step
from clearprop.derivation.expressions import (
    Activate,
    Add,
    Cases,
    Constant,
    Divide,
    Entry,
    Expression,
    Function,
    Index,
    Indicator,
    Multiply,
    Negate,
    Number,
    Ones,
    Partial,
    Power,
    Quantity,
    Relation,
    Sum,
)
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.losses import LOSSES

Indices = dict[str, int]
DIGITS = 40
RELATIONS = {"=": sympy.Eq, "≠": sympy.Ne, ">": sympy.Gt, "≥": sympy.Ge, "<": sympy.Lt, "≤": sympy.Le}


def symbol(name: str, *indices: int) -> sympy.Symbol:
    return sympy.Symbol("_".join([name, *map(str, indices)]), real=True)


class Reader:
    """Reads the expressions of one layer z → a → E of n units, or (n = 0) of the scalars z and a."""

    def __init__(self, activation: str | None, loss: str | None = None, n: int = 0) -> None:
        self.loss, self.n = loss, n
        self.slopes: dict[tuple[sympy.Expr, sympy.Symbol], sympy.Expr] = {}
        places = [(i,) for i in range(1, n + 1)] if n else [()]
        self.outputs = {symbol("a", *i): self.output(activation, i) for i in places} if activation else {}

    def output(self, name: str, i: tuple[int, ...]) -> sympy.Expr:
        entry = ACTIVATIONS[name]
        if entry.elementwise:
            return sympy.sympify(entry.formula, {"z": symbol("z", *i)}, rational=True)
        exponentials = [sympy.exp(symbol("z", k)) for k in range(1, self.n + 1)]
        return exponentials[i[0] - 1] / sum(exponentials)

    def whole_loss(self) -> sympy.Expr:
        formula, i = sympy.sympify(LOSSES[self.loss].formula), sympy.Symbol("i")
        body = formula.replace(lambda node: isinstance(node, sympy.Sum), lambda node: node.function)

        def term(k: int) -> sympy.Expr:
            return body.subs({"a_i": symbol("a", k), "y_i": symbol("y", k), i: k})

        return sum(term(k) for k in range(1, self.n + 1))

    def read(self, node: Expression, at: Indices) -> sympy.Expr:  # noqa: C901 (one case a kind of node)
        match node:
            case Number(value=value):
                return sympy.Rational(str(value))
            case Constant():
                return sympy.pi
            case Index(letter=letter):
                return sympy.Integer(at[letter])
            case Quantity(name="E" | "data_loss"):
                return self.whole_loss()
            case Quantity(name=name, indices=indices):
                return symbol(name, *(int(self.read(index, at)) for index in indices))
            case Add(terms=terms):
                return sympy.Add(*(self.read(term, at) for term in terms))
            case Negate(argument=argument):
                return -self.read(argument, at)
            case Multiply(factors=factors):
                return sympy.Mul(*(self.read(factor, at) for factor in factors))
            case Divide(numerator=numerator, denominator=denominator):
                return self.read(numerator, at) / self.read(denominator, at)
            case Power(base=base, exponent=exponent):
                return self.read(base, at) ** self.read(exponent, at)
            case Function(name=name, argument=argument):
                return getattr(sympy, name)(self.read(argument, at))
            case Relation(left=left, sign=sign, right=right):
                return RELATIONS[sign](self.read(left, at), self.read(right, at))
            case Cases(branches=branches):
                return sympy.Piecewise(
                    *((self.read(value, at), True if c is None else self.read(c, at)) for value, c in branches)
                )
            case Indicator(left=left, right=right):
                return sympy.Integer(int(self.read(left, at) == self.read(right, at)))
            case Sum(body=body, index=index, size=size, skip=skip):
                left_out = None if skip is None else int(self.read(skip, at))
                kept = [k for k in range(1, size + 1) if k != left_out]
                return sympy.Add(*(self.read(body, {**at, index.letter: k}) for k in kept))
            case Partial(of=of, by=by):
                return self.slope(self.read(of, at), self.read(by, at))
            case Activate(name=name, argument=argument, order=1):
                z = sympy.Symbol("z", real=True)
                slope = sympy.diff(sympy.sympify(ACTIVATIONS[name].formula, {"z": z}, rational=True), z)
                return slope.subs(z, self.read(argument, at))
            case Entry(array=Activate(name="softmax", argument=vector), indices=(i,)):
                exponentials = [sympy.exp(self.component(vector, k)) for k in range(1, self.n + 1)]
                return exponentials[int(self.read(i, at)) - 1] / sum(exponentials)
        raise AssertionError(f"the tests cannot read {node}")

    def component(self, vector: Expression, k: int) -> sympy.Expr:
        match vector:
            case Add(terms=terms):
                return sum(self.component(term, k) for term in terms)
            case Multiply(factors=(scalar, Ones())):
                return self.read(scalar, {})
            case Quantity(name=name):
                return symbol(name, k)
        raise AssertionError(f"the tests cannot read {vector}")

    def slope(self, of: sympy.Expr, by: sympy.Symbol) -> sympy.Expr:
        if (of, by) not in self.slopes:
            self.slopes[of, by] = sympy.diff(of if by in self.outputs else of.subs(self.outputs), by)
        return self.slopes[of, by]

    def value(self, node: Expression, at: Indices, point: dict[sympy.Symbol, sympy.Expr]) -> sympy.Expr:
        outputs = {a: f.subs(point).evalf(2 * DIGITS) for a, f in self.outputs.items()}
        return self.read(node, at).subs({**outputs, **point}).evalf(DIGITS)


def is_close(left: sympy.Expr, right: sympy.Expr) -> bool:
    return bool(abs(left - right) < sympy.Float(10) ** (8 - DIGITS) * max(1, abs(left), abs(right)))


def wrong_lines(
    reader: Reader,
    steps: Iterable[Step],
    points: Callable[[str | None], dict[sympy.Symbol, sympy.Expr]],
    places: Iterable[Indices] = ({},),
) -> list[int]:
    """The numbers of the lines whose sides differ; a line without a left side is compared with the line before."""
    wrong, before, places = [], None, list(places)
    for step in steps:
        left = before if step.left is None else step.left
        claimed = [at for at in places if step.condition is None or reader.read(step.condition, at)]
        point = points(step.assumes)
        if not all(is_close(reader.value(left, at, point), reader.value(step.right, at, point)) for at in claimed):
            wrong.append(step.number)
        before = step.right
    return wrong
