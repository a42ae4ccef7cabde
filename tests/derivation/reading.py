"""Reads printed formulas back as a person would, so that a missing parenthesis shows as a wrong number."""

import math
import random
import re
from collections.abc import Callable

from clearprop.derivation.expressions import (
    Activate,
    Add,
    Divide,
    Expression,
    Function,
    Index,
    Indicator,
    Multiply,
    Negate,
    Number,
    Power,
    Quantity,
    Sum,
)

SIZE = 2
W = ((0.7, -1.3), (1.9, 0.4))
H = (0.6, -1.7)
Z = 0.83

Value = Callable[[dict[str, int]], float]
Token = tuple[str, ...]

_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉ⱼₖᵢ−", "0123456789-0123456789jki-")
_UNICODE = re.compile(
    r"(?P<sum>Σ(?P<index>[ⱼₖᵢ]))|1\[(?P<left>\w) = (?P<right>\w)\]|(?P<w>w²(?P<row>[₀-₉ⱼₖᵢ])(?P<column>[₀-₉ⱼₖᵢ]))"
    r"|(?P<h>h(?P<at>[₀-₉ⱼₖᵢ]))|(?P<power>[⁰¹²³⁴-⁹⁻]+)|(?P<name>tanh|log|σ|√|[ez])|(?P<number>\d+(?:\.\d+)?)|(?P<sign>[-−+·/^()\[\]])"
)
_LATEX = re.compile(
    r"(?P<sum>\\sum_\{(?P<index>\w)=1\}\^\{2\})|\\mathbf\{1\}\[(?P<left>\w) = (?P<right>\w)\]"
    r"|(?P<w>w\^\{2\}_\{(?P<row>\w)(?P<column>\w)\})|(?P<h>h_\{(?P<at>\w)\})|(?P<power>(?!.).)"
    r"|(?P<name>\\frac|\\tanh|\\log|\\sigma|\\sqrt|[ez])|(?P<number>\d+(?:\.\d+)?)|(?P<sign>\\cdot|[-+/^(){}\[\]])"
)
_SIGNS = {"−": "-", "·": "*", r"\cdot": "*", "[": "(", "]": ")", "{": "(", "}": ")"}


def read_unicode(text: str) -> float:
    """Return the number that Unicode text stands for."""
    return _Reader(_tokens(text, _UNICODE)).whole()({})


def read_latex(text: str) -> float:
    """Return the number that LaTeX stands for."""
    return _Reader(_tokens(re.sub(r"\\left|\\right|\\,", "", text), _LATEX)).whole()({})


def _tokens(text: str, pattern: re.Pattern[str]) -> list[Token]:
    left = pattern.sub("", text).strip()
    assert not left, f"{left!r} was not understood in {text!r}"
    found: list[Token] = []
    for match in pattern.finditer(text):
        parts = {key: value.translate(_PLAIN) for key, value in match.groupdict().items() if value}
        if "sum" in parts:
            found.append(("sum", parts["index"]))
        elif "left" in parts:
            found.append(("indicator", parts["left"], parts["right"]))
        elif "w" in parts:
            found.append(("w", parts["row"], parts["column"]))
        elif "h" in parts:
            found.append(("h", parts["at"]))
        elif "power" in parts:
            found += [("^",), ("number", parts["power"])]
        elif "name" in parts:
            found.append(({"√": "sqrt", "σ": "sigma"}.get(parts["name"], parts["name"].lstrip("\\")),))
        elif "number" in parts:
            found.append(("number", parts["number"]))
        else:
            found.append((_SIGNS.get(match["sign"], match["sign"]),))
    return found


class _Reader:
    """Σ and a log without parentheses take the rest of their product, as a person would read them."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.at = [*tokens, ("end",)], 0

    def whole(self) -> Value:
        value = self.addition()
        assert self.next == "end", self.tokens[self.at :]
        return value

    @property
    def next(self) -> str:
        return self.tokens[self.at][0]

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def addition(self) -> Value:
        terms = []
        while self.next in "+-" or not terms:
            sign = -1 if self.next == "-" else 1
            if self.next in "+-":
                self.take()
            terms.append((sign, self.product()))
        return lambda at: sum(sign * term(at) for sign, term in terms)

    def product(self) -> Value:
        value = self.power()
        while self.next not in {"+", "-", ")", "end"}:
            sign = self.take()[0] if self.next in "*/" else "*"
            value = _combined(value, sign, self.power())
        return value

    def power(self) -> Value:
        base = self.atom()
        if self.next != "^":
            return base
        self.take()
        exponent = self.atom()
        return lambda at: raised(base(at), exponent(at))

    def group(self) -> Value:
        assert self.take() == ("(",)
        value = self.addition()
        assert self.take() == (")",)
        return value

    def atom(self) -> Value:
        if self.next == "(":
            return self.group()
        kind, *parts = self.take()
        if kind == "sum":
            body = self.product()
            return lambda at: sum(body({**at, parts[0]: value}) for value in range(1, SIZE + 1))
        if kind == "frac":
            above = self.group()
            return _combined(above, "/", self.group())
        if kind in {"sigma", "tanh", "sqrt", "log"}:
            argument = self.group() if self.next == "(" else (self.product() if kind == "log" else self.atom())
            return lambda at: FUNCTIONS[kind](argument(at))
        return lambda at: _leaf(kind, parts, at)


def _combined(left: Value, sign: str, right: Value) -> Value:
    return (lambda at: left(at) * right(at)) if sign == "*" else (lambda at: left(at) / right(at))


def _leaf(kind: str, parts: list[str], at: dict[str, int]) -> float:
    places = [at[part] if part in at else int(part) for part in parts if kind in {"w", "h", "indicator"}]
    match kind:
        case "w":
            return W[places[0] - 1][places[1] - 1]
        case "h":
            return H[places[0] - 1]
        case "indicator":
            return float(places[0] == places[1])
        case "number":
            return float(parts[0])
    return {"z": Z, "e": math.e}[kind]


#: Real everywhere; both readings use the same.
FUNCTIONS: dict[str, Callable[[float], float]] = {
    "tanh": math.tanh,
    "log": lambda z: math.log(abs(z)),
    "sqrt": lambda z: math.sqrt(abs(z)),
    "exp": math.exp,
    "sigma": lambda z: 1 / (1 + math.exp(-z)),
}


def raised(base: float, exponent: float) -> float:
    """Return a power; of a negative base only where the exponent is whole."""
    return base**exponent if exponent.is_integer() else abs(base) ** exponent


def value_of(node: Expression, at: dict[str, int]) -> float:  # noqa: C901
    """Return the value of a tree, straight from its definition."""
    match node:
        case Number(value=value):
            return float(value)
        case Quantity(letter=letter, indices=indices):
            names = [str(index.value) if isinstance(index, Number) else index.letter for index in indices]
            return _leaf(letter, names, at)
        case Add(terms=terms):
            return sum(value_of(term, at) for term in terms)
        case Negate(argument=argument):
            return -value_of(argument, at)
        case Multiply(factors=factors):
            product = 1.0
            for factor in factors:
                product *= value_of(factor, at)
            return product
        case Divide(numerator=above, denominator=below):
            return value_of(above, at) / value_of(below, at)
        case Power(base=base, exponent=exponent):
            return raised(value_of(base, at), value_of(exponent, at))
        case Function(name=name, argument=argument):
            return FUNCTIONS[name](value_of(argument, at))
        case Activate(argument=argument):
            return FUNCTIONS["sigma"](value_of(argument, at))
        case Sum(body=body, index=index, size=size):
            return sum(value_of(body, {**at, index.letter: value}) for value in range(1, size + 1))
        case Indicator(left=left, right=right):
            return float(at[left.letter] == at[right.letter])
    raise AssertionError(node)


def random_expression(choice: random.Random, depth: int, indices: tuple[str, ...] = ()) -> Expression:  # noqa: C901
    """Return a random scalar expression in w², h, z and numbers."""
    if depth == 0:
        return _random_leaf(choice, indices)

    def below() -> Expression:
        return random_expression(choice, depth - choice.choice((1, 1, 2)) if depth > 1 else 0, indices)

    match choice.randrange(12):
        case 0 | 1:
            return Add(tuple(below() for _ in range(choice.choice((2, 2, 3)))))
        case 2 | 3 | 4:
            return Multiply(tuple(below() for _ in range(choice.choice((2, 2, 3)))))
        case 5:
            return Negate(below())
        case 6:
            return Divide(below(), below())
        case 7:
            return Power(below(), choice.choice((Number(2), Number(3), Number(-1), below())))
        case 8:
            return Function(choice.choice(("exp", "log", "log", "tanh", "sqrt")), below())
        case 9:
            return Activate("sigmoid", "σ", below())
    letter = next((letter for letter in "jki" if letter not in indices), None)
    if letter is None:
        return below()
    return Sum(random_expression(choice, depth - 1, (*indices, letter)), Index(letter), SIZE)


def _random_leaf(choice: random.Random, indices: tuple[str, ...]) -> Expression:
    def place() -> Expression:
        return Index(choice.choice(indices)) if indices and choice.random() < 0.7 else Number(choice.choice((1, 2)))

    match choice.randrange(6):
        case 0:
            return choice.choice((Number(2), Number("0.5"), Number(-3), Number("-0.25")))
        case 1:
            return Quantity("z", "z")
        case 2 | 3:
            return Quantity("a", "h", 1, (SIZE,), (place(),))
        case 4 if len(indices) > 1:
            return Indicator(Index(indices[0]), Index(indices[1]))
    return Quantity("W", "w", 2, (SIZE, SIZE), (place(), place()), 2)
