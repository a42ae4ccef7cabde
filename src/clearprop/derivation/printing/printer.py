"""What all printers of expressions share: where parentheses stand and how factors are joined.

Each node is written with the kind of thing that it is; the node above decides by the kind whether to put parentheses
around it. Parentheses are marked first and drawn last, round ones inside square ones.
"""

from collections.abc import Callable
from itertools import pairwise

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
    Sum,
    Transpose,
)
from clearprop.derivation.printing.brackets import CLOSE, OPEN, Written, drawn, joint_of

#: What cannot stand beside another term, factor, ... without parentheses.
_NEVER_BARE = {"relation", "addition", "negative"}
#: What cannot be a factor without parentheses.
_NOT_A_FACTOR = _NEVER_BARE | {"series", "hadamard"}
#: What needs none in a numerator, a denominator, below a power or before an index.
_WHOLE = {"symbol", "scripted", "number", "call", "closed", "group"}
#: What needs none in a fraction on one line.
_COMPACT = {"symbol", "scripted", "number", "call", "closed", "raised"}


class Printer:
    """Writes expressions as text; subclasses say how each sign looks."""

    minus = "−"
    prime = "′"
    partial_sign = "∂"
    joints = {"tight": "", "space": " ", "dot": " · "}
    hadamard_sign = " ⊙ "

    def __init__(self, shapes: bool = False, language: str = "en") -> None:
        self.shapes, self.language = shapes, language

    def print(self, node: Expression) -> str:
        """Return the expression as text."""
        return drawn(self.write(node).text, self.delimited)

    def delimited(self, text: str, square: bool) -> str:
        """Put round or square brackets around a text."""
        return f"[{text}]" if square else f"({text})"

    def write(self, node: Expression) -> Written:
        """Write a node of any kind."""
        return _WRITERS[type(node)](self, node)

    def text(self, node: Expression) -> str:
        """Write a node that stands by itself, with nothing to its left or right."""
        return self.write(node).text

    def grouped(self, written: Written) -> Written:
        """Put parentheses around what is written."""
        if written.kind == "group":
            return written
        return Written(OPEN + written.text + CLOSE, "group", inside=written.kind)

    def whole(self, node: Expression, kinds: set[str] = _WHOLE) -> str:
        """Write a node so that what is put behind it applies to all of it."""
        written = self.write(node)
        return written.text if written.kind in kinds and not written.swallows else self.grouped(written).text

    def addition(self, node: Add) -> Written:
        """Terms with + and −."""
        text = ""
        for position, term in enumerate(node.terms):
            minus = isinstance(term, Negate)
            written = self.write(term.argument if isinstance(term, Negate) else term)
            last = position == len(node.terms) - 1
            first = position == 0 and not minus
            bare = isinstance(term, Number | Divide) and first
            if (written.kind in _NEVER_BARE and not bare) or (written.swallows == "terms" and not last):
                written = self.grouped(written)
            leading = "" if written.text == "0" else self.minus
            sign = (f" {self.minus} " if position else leading) if minus else (" + " if position else "")
            text += sign + written.text
        return Written(text, "addition")

    def negation(self, node: Negate) -> Written:
        """−a; 0 has no sign."""
        written = self.write(node.argument)
        if written.text == "0":
            return written
        if written.kind in _NEVER_BARE:
            written = self.grouped(written)
        return Written(self.minus + written.text, "negative", written.swallows, compact=written.kind in _COMPACT)

    def product(self, node: Multiply) -> Written:
        """A product of scalars: a letter is set close to a letter or a parenthesis, all else is parted by a dot."""
        factors = [self.write(factor) for factor in node.factors]
        heavy = any(factor.kind in {"series", "partial", "fraction"} for factor in factors)
        factors = [
            self.grouped(factor)
            if factor.kind in _NOT_A_FACTOR or (factor.swallows and factor is not factors[-1])
            else factor
            for factor in factors
        ]
        text = factors[0].text
        for left, right in pairwise(factors):
            joint = joint_of(left, right)
            text += self.joints["dot" if joint == "space" and heavy else joint] + right.text
        return Written(text, "product", factors[-1].swallows)

    def digits(self, node: Number) -> str:
        """Return a number as it is given, but never −0."""
        text = str(node.value).replace("−", "-")
        return text.removeprefix("-") if not text.strip("-0.") else text

    def matrix_product(self, node: MatrixProduct) -> Written:
        """A B, with a dot where a parenthesis behind a letter would look like a function's."""
        factors = [self.write(factor) for factor in node.factors]
        factors = [
            self.grouped(factor) if factor.kind in {*_NOT_A_FACTOR, "product"} or factor.swallows else factor
            for factor in factors
        ]
        text = factors[0].text
        for left, right, factor in zip(factors, factors[1:], node.factors[1:], strict=False):
            letters = {left.kind, right.kind} <= {"symbol", "scripted", "transpose"}
            tight = left.kind == "transpose" or (letters and len(factor.shape) == 1)
            if right.kind == "group" and left.kind in {"symbol", "scripted"}:
                text += self.joints["dot"] + right.text
            else:
                text += self.joints["tight" if tight and len(factor.shape) == 1 else "space"] + right.text
        return Written(text, "matrix product")

    def hadamard(self, node: Hadamard) -> Written:
        """A ⊙ B."""
        return Written(
            self.hadamard_sign.join(self.whole(factor, {*_WHOLE, "transpose"}) for factor in node.factors), "hadamard"
        )

    def relation(self, node: Relation) -> Written:
        """Left = right."""
        return Written(f"{self.text(node.left)} {self.sign(node.sign)} {self.text(node.right)}", "relation")

    def sign(self, sign: str) -> str:
        """Return =, ≠, >, ... as this printer writes it."""
        return sign

    def series(self, node: Sum) -> Written:
        """Σ over an index."""
        body = self.write(node.body)
        if body.kind in _NEVER_BARE:
            body = self.grouped(body)
        return Written(f"{self.series_sign(node)} {body.text}", "series", "terms")

    def transpose(self, node: Transpose) -> Written:
        """Aᵀ; a letter with a layer or an index is put in parentheses first."""
        return Written(self.raised(self.whole(node.argument, {"symbol"}), "T"), "transpose")

    def entry(self, node: Entry) -> Written:
        """[A]_jk."""
        return Written(self.delimited(self.text(node.array), True) + self.lowered(node.indices), "scripted")

    def partial(self, node: Partial) -> Written:
        """∂of/∂by; a longer expression is put behind ∂/∂by."""
        of, by = self.write(node.of), self.whole(node.by)
        if of.kind in {"symbol", "scripted", "call"}:
            return Written(self.ratio(self.partial_sign + of.text, self.partial_sign + by), "partial")
        operator = self.ratio(self.partial_sign, self.partial_sign + by)
        return Written(f"{operator} {self.grouped(of).text}", "partial", "factors")

    def activation(self, node: Activate) -> Written:
        """σ(z), σ′(z)."""
        return self.call(self.name(node.symbol) + self.prime * node.order, node.argument)

    def call(self, name: str, argument: Expression) -> Written:
        """f(x)."""
        return Written(name + self.delimited(self.text(argument), False), "call")

    def function(self, node: Function) -> Written:
        """exp, log, sqrt, tanh and erf, as each is usually written."""
        if node.name == "sqrt":
            return self.root(node.argument)
        if node.name == "exp" and node.shape == ():
            return Written(self.raised(self.name("e"), node.argument), "raised")
        if node.name == "log" and self.write(node.argument).kind in {"symbol", "scripted", "number"}:
            return Written(f"{self.name('log')} {self.text(node.argument)}", "bare call", "factors")
        return self.call(self.name(node.name), node.argument)

    def diagonal(self, node: Diagonal) -> Written:
        """diag(v)."""
        return self.call(self.name("diag"), node.argument)

    def power(self, node: Power) -> Written:
        """A scalar to a power; z² is a square only where z is no array's name, since layers stand above too."""
        base = self.write(node.base)
        letter = isinstance(node.base, Quantity) and node.base.layer is None and base.kind == "symbol"
        whole = letter or base.kind in {"number", "call"} or isinstance(node.base, Constant | Index)
        return Written(self.raised(base.text if whole else self.grouped(base).text, node.exponent), "raised")

    # What only a subclass knows.

    def name(self, name: str) -> str:
        """Write the name of a function."""
        raise NotImplementedError

    def raised(self, base: str, exponent: "Expression | str") -> str:
        """Write something above, to the right; "T" is the transpose."""
        raise NotImplementedError

    def lowered(self, indices: tuple[Expression, ...]) -> str:
        """Write indices below, to the right."""
        raise NotImplementedError

    def root(self, argument: Expression) -> Written:
        """Write a square root."""
        raise NotImplementedError

    def ratio(self, above: str, below: str) -> str:
        """Write a derivative's two parts."""
        raise NotImplementedError

    def series_sign(self, node: Sum) -> str:
        """Write Σ and what it runs over."""
        raise NotImplementedError

    def number(self, node: Number) -> Written:
        """Write a number."""
        raise NotImplementedError

    def quantity(self, node: Quantity) -> Written:
        """Write a letter with its layer and indices."""
        raise NotImplementedError

    def letter(self, node: Index | Constant) -> Written:
        """Write an index or π."""
        raise NotImplementedError

    def fraction(self, node: Divide) -> Written:
        """Write u / v."""
        raise NotImplementedError

    def inline_fraction(self, node: Divide) -> Written:
        """u/v on one line."""
        above = self.write(node.numerator)
        below = self.whole(node.denominator, _COMPACT)
        if above.kind in _COMPACT or (above.kind == "product" and self.joints["dot"] not in above.text):
            return Written(f"{above.text}/{below}", "fraction")
        if above.kind == "negative" and above.compact:
            return Written(f"{above.text}/{below}", "negative")
        return Written(f"{self.grouped(above).text}/{below}", "fraction")

    def cases(self, node: Cases) -> Written:
        """Write a value for each condition."""
        raise NotImplementedError

    def indicator(self, node: Indicator) -> Written:
        """Write 1[i = j]."""
        raise NotImplementedError

    def ones(self, node: Ones) -> Written:
        """Write the column of ones."""
        raise NotImplementedError


_WRITERS: dict[type[Expression], Callable[..., Written]] = {
    Number: lambda printer, node: printer.number(node),
    Constant: lambda printer, node: printer.letter(node),
    Index: lambda printer, node: printer.letter(node),
    Quantity: lambda printer, node: printer.quantity(node),
    Add: Printer.addition,
    Negate: Printer.negation,
    Multiply: Printer.product,
    Divide: lambda printer, node: printer.fraction(node),
    Power: Printer.power,
    Function: Printer.function,
    Activate: Printer.activation,
    Sum: Printer.series,
    Partial: Printer.partial,
    Relation: Printer.relation,
    Cases: lambda printer, node: printer.cases(node),
    Indicator: lambda printer, node: printer.indicator(node),
    MatrixProduct: Printer.matrix_product,
    Transpose: Printer.transpose,
    Hadamard: Printer.hadamard,
    Diagonal: Printer.diagonal,
    Ones: lambda printer, node: printer.ones(node),
    Entry: Printer.entry,
}
