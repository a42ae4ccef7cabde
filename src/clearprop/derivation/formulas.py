"""From the formulas of the tables (SymPy texts) to expressions in the order in which they were written."""

import ast
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import mpmath

from clearprop.derivation.expressions import (
    Cases,
    Constant,
    Divide,
    Expression,
    Function,
    Index,
    Indicator,
    Negate,
    Number,
    Power,
    Relation,
    Sum,
)

_SIGNS = {ast.Gt: ">", ast.GtE: "≥", ast.Lt: "<", ast.LtE: "≤"}


def parsed(formula: str, names: Mapping[str, Any], sizes: Mapping[str, int] | None = None) -> Expression:
    """Read a formula of a table, with an expression for each of its names.

    Arguments:
        formula: a SymPy text: + − * / **, exp, log, sqrt, tanh, erf, cos, sin, pi, Piecewise, Sum, KroneckerDelta.
        names: what each name stands for; the bound index of a Sum is an Index. What is indexed, x[j], or called, f(z),
            is a function that takes the expressions in the brackets.
        sizes: the value of an upper bound such as n; of a sum to 0 its one term is taken (the one row of a sample).

    Example:
        >>> from clearprop.derivation.expressions import Quantity
        >>> parsed("1/(1 + exp(-z))", {"z": Quantity("z", "z")}).children[1].children[1]
        Function(name='exp', argument=Negate(argument=Quantity(name='z', ...)))
    """
    return _Reader(names, sizes or {}).read(ast.parse(formula, mode="eval").body)


@cache
def multiprecision(formula: str) -> Callable[..., Any]:
    """Return a formula as a function of its names on mpmath's numbers; decimals are taken as they are written.

    >>> multiprecision("1/(1 + exp(-z))")(z=0)
    mpf('0.5')
    """
    tree = ast.fix_missing_locations(_ExactNumbers().visit(ast.parse(formula, mode="eval")))
    code = compile(tree, "formula", "eval")
    functions = {name: getattr(mpmath, name) for name in ("exp", "log", "sqrt", "tanh", "erf", "pi", "mpf")}
    return lambda **values: eval(code, {**functions, "Piecewise": _first_true}, values)


class _ExactNumbers(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if not isinstance(node.value, float):
            return node
        return ast.Call(ast.Name("mpf", ast.Load()), [ast.Constant(repr(node.value))], [])


def _first_true(*branches: tuple[Any, bool]) -> Any:
    return next(value for value, condition in branches if condition)


class _Reader:
    def __init__(self, names: Mapping[str, Any], sizes: Mapping[str, int]) -> None:
        self.names, self.sizes = names, sizes

    def read(self, node: ast.expr) -> Expression:
        match node:
            case ast.Constant(value=int(value)):
                return Number(value)
            case ast.Constant(value=float(value)):
                return Number(repr(value))
            case ast.Name(id="pi"):
                return Constant()
            case ast.Name(id=name):
                return self.names[name]
            case ast.Subscript(value=ast.Name(id=name), slice=place):
                indices = place.elts if isinstance(place, ast.Tuple) else [place]
                return self.names[name](*map(self.read, indices))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Negate(self.read(operand))
            case ast.BinOp(left=left, op=op, right=right):
                return self._operation(op, self.read(left), self.read(right))
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._call(name, arguments)
        raise ValueError(f"formula: {ast.unparse(node)!r} is not of the kind that the tables hold")

    def _call(self, name: str, arguments: list[ast.expr]) -> Expression:
        match name, arguments:
            case "Piecewise", branches:
                return Cases(tuple(self._branch(branch) for branch in branches))
            case "KroneckerDelta", [left, right]:
                return Indicator(self.read(left), self.read(right))
            case "Sum", [body, ast.Tuple(elts=[ast.Name(id=index), _, size])]:
                bound = self.names.get(index, Index(index))
                return Sum(self.read(body), bound, self._size(size)) if self._size(size) else self.read(body)
        if name in self.names:
            return self.names[name](*map(self.read, arguments))
        return Function(name, self.read(arguments[0]))

    def _operation(self, op: ast.operator, left: Expression, right: Expression) -> Expression:
        match op:
            case ast.Add():
                return left + right
            case ast.Sub():
                return left - right
            case ast.Mult():
                return left * right
            case ast.Div():
                return Divide(left, right)
        return Power(left, right)

    def _branch(self, node: ast.expr) -> tuple[Expression, Relation | None]:
        assert isinstance(node, ast.Tuple)
        value, condition = node.elts
        if isinstance(condition, ast.Constant):
            return self.read(value), None
        assert isinstance(condition, ast.Compare)
        sign = _SIGNS[type(condition.ops[0])]
        return self.read(value), Relation(self.read(condition.left), sign, self.read(condition.comparators[0]))

    def _size(self, node: ast.expr) -> int:
        return self.sizes[node.id] if isinstance(node, ast.Name) else ast.literal_eval(node)
