"""Expressions on one line of Unicode text, for a terminal: ∂E/∂w¹₁₂ = [Σⱼ (ŷⱼ − yⱼ) w²ⱼ₁] · h₁(1 − h₁) · x₂."""

import re

from clearprop.derivation.expressions import (
    Cases,
    Constant,
    Divide,
    Expression,
    Index,
    Indicator,
    Number,
    Ones,
    Quantity,
    Sum,
)
from clearprop.derivation.messages import catalog
from clearprop.derivation.printing.printer import Printer, Written

_ABOVE = str.maketrans("0123456789-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")
_BELOW = dict(zip("0123456789aehijklmnoprstuvxβγρφχ()", "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ₍₎", strict=True))

#: Parts two indices where one has several digits; it is lower than a comma and cannot be taken for one in the text.
LOW_COMMA = "‚"


def to_unicode(expression: Expression, shapes: bool = False, language: str = "en") -> str:
    """Return an expression as one line of Unicode text.

    Arguments:
        expression: what is printed.
        shapes: whether every array bears its shape as a subscript, a vector (n,) as n×1.
        language: the language of "if" and "otherwise".

    Example:
        >>> from clearprop.derivation.expressions import Index, Quantity, Sum, expression
        >>> j = Index("j")
        >>> w, h = Quantity("W", "w", 2, (3, 2), (j, expression(1)), 2), Quantity("a", "h", 1, (2,), (expression(1),))
        >>> to_unicode(Sum(w, j, 3) * h * (1 - h))
        '(Σⱼ w²ⱼ₁) · h₁(1 − h₁)'
    """
    return UnicodePrinter(shapes, language).print(expression)


class UnicodePrinter(Printer):
    """Linear text: superscripts are layers, subscripts are indices."""

    def name(self, name: str) -> str:
        """Write a function's name as it is."""
        return name

    def raised(self, base: str, exponent: Expression | str) -> str:
        """Write ᵀ, ², ⁻¹, or ^(...)."""
        if isinstance(exponent, str):
            return base + {"T": "ᵀ"}[exponent]
        written = self.write(exponent)
        if re.fullmatch(r"−?\d+", written.text) and base != "e":
            return base + written.text.translate(_ABOVE)
        plain = written.kind == "number" or (written.kind == "symbol" and len(written.text) == 1)
        return f"{base}^{written.text}" if plain else f"{base}^({written.text})"

    def lowered(self, indices: tuple[Expression, ...]) -> str:
        """Write indices as subscripts, or as _{...} where a letter has none."""
        texts = [self.text(index) for index in indices]
        if all(character in _BELOW for text in texts for character in text):
            separator = LOW_COMMA if len(texts) > 1 and any(len(text) > 1 for text in texts) else ""
            return separator.join("".join(_BELOW[character] for character in text) for text in texts)
        return "_{" + ("," if any(len(text) > 1 for text in texts) else "").join(texts) + "}"

    def root(self, argument: Expression) -> Written:
        """√2, √(2π)."""
        written = self.write(argument)
        bare = written.kind in {"symbol", "number"}
        return Written("√" + (written.text if bare else self.delimited(written.text, False)), "raised")

    def ratio(self, above: str, below: str) -> str:
        """∂E/∂w."""
        return f"{above}/{below}"

    def series_sign(self, node: Sum) -> str:
        """Σᵢ, or Σ_{i≠j}."""
        if node.skip is None:
            return "Σ" + self.lowered((node.index,))
        return f"Σ_{{{node.index.letter}≠{self.text(node.skip)}}}"

    def number(self, node: Number) -> Written:
        """Write a number as it is given, with a true minus; 1e-05 as 1 · 10⁻⁵."""
        text = self.digits(node)
        digits, _, exponent = text.lower().partition("e")
        if exponent and exponent.lstrip("+-").isdigit():
            power = f"10{str(int(exponent)).translate(_ABOVE)}"
            kind = "negative" if digits.startswith("-") else "product"
            return Written(f"{digits.replace('-', self.minus)} · {power}", kind)
        return Written(text.replace("-", self.minus), "negative" if text.startswith("-") else "number", compact=True)

    def letter(self, node: Index | Constant) -> Written:
        """Write a letter."""
        return Written(node.letter, "symbol")

    def quantity(self, node: Quantity) -> Written:
        """w¹₁₂; with shapes W¹₍₂×₃₎."""
        layer = "" if node.shown_layer is None else str(node.shown_layer).translate(_ABOVE)
        text = node.letter + layer + self.lowered(node.indices)
        kind = "scripted" if layer or node.indices else ("symbol" if len(node.letter) == 1 else "closed")
        if self.shapes and node.shape:
            text += shape_below(node.shape)
        return Written(text, kind)

    def fraction(self, node: Divide) -> Written:
        """u/v on one line."""
        return self.inline_fraction(node)

    def cases(self, node: Cases) -> Written:
        """{ v if c; w otherwise }."""
        words = catalog(self.language)
        branches = [
            f"{self.text(value)} {words['words.otherwise']}"
            if condition is None
            else f"{self.text(value)} {words['words.if']} {self.text(condition)}"
            for value, condition in node.branches
        ]
        return Written("{ " + "; ".join(branches) + " }", "closed")

    def indicator(self, node: Indicator) -> Written:
        """1[i = j]."""
        return Written(f"1[{self.text(node.left)} = {self.text(node.right)}]", "closed")

    def ones(self, node: Ones) -> Written:
        """1₃."""
        return Written("1" + self.lowered((Number(node.size),)), "scripted")


def shape_below(shape: tuple[int, ...]) -> str:
    """Return a shape as a subscript: ₍₂×₃₎, where × itself has no lower form.

    >>> shape_below((2, 3)), shape_below((4,))
    ('₍₂×₃₎', '₍₄×₁₎')
    """
    rows, columns = (*shape, 1)[:2]
    return "".join(_BELOW.get(character, character) for character in f"({rows}×{columns})")
