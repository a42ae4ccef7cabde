"""Expressions as LaTeX: arrays bold, entries in italics, layers above, indices below."""

import re
import unicodedata

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
    Relation,
    Sum,
)
from clearprop.derivation.printing.printer import Printer, Written

_ACCENTS = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0307": "dot"}
_LETTERS = {"∇": r"\nabla", "ℓ": r"\ell", "′": "'", "∂": r"\partial"}
_SIGNS = {"≠": r"\ne", "≥": r"\ge", "≤": r"\le", "≈": r"\approx", "∈": r"\in", "→": r"\to", "·": r"\cdot"}
_NAMES = {"log", "tanh", "exp", "sin", "cos", "max", "min"}
_CONTRARY = {"=": "≠", "≠": "=", ">": "≤", "≤": ">", "<": "≥", "≥": "<"}
_TALL = re.compile(r"\\(frac|sum|begin|left)(?![A-Za-z])")


def to_latex(expression: Expression, shapes: bool = False, language: str = "en") -> str:
    r"""Return an expression as LaTeX mathematics, without dollar signs; it needs amsmath.

    Arguments:
        expression: what is printed.
        shapes: whether every array bears its shape as a subscript, a vector (n,) as n × 1.
        language: the language of "if" and "otherwise"; beside English, conditions stand without words.

    Example:
        >>> from clearprop.derivation.expressions import Index, Partial, Quantity, expression
        >>> E, w = Quantity("loss", "E"), Quantity("W", "w", 1, (2, 2), (expression(1), expression(2)), 1)
        >>> print(to_latex(Partial(E, w)))
        \frac{\partial E}{\partial w^{1}_{12}}
    """
    return LatexPrinter(shapes, language).print(expression)


class LatexPrinter(Printer):
    """LaTeX for amsmath, of the kind that latex2mathml reads too."""

    minus = "-"
    prime = "'"
    partial_sign = r"\partial "
    joints = {"tight": " ", "space": r" \, ", "dot": r" \cdot "}
    hadamard_sign = r" \odot "
    small = False

    def delimited(self, text: str, square: bool) -> str:
        """Brackets that grow where the text is tall."""
        left, right = "[]" if square else "()"
        return f"\\left{left} {text} \\right{right}" if _TALL.search(text) else f"{left}{text}{right}"

    def sign(self, sign: str) -> str:
        r"""=, \ne, \ge, ..."""
        return _SIGNS.get(sign, sign)

    def name(self, name: str) -> str:
        r"""\sigma, \log, \operatorname{softmax}."""
        if len(name) == 1:
            return letter(name)
        return f"\\{name}" if name in _NAMES else f"\\operatorname{{{name}}}"

    def raised(self, base: str, exponent: Expression | str) -> str:
        r"""A^{\top}, z^{2}."""
        if isinstance(exponent, str):
            return base + r"^{\top}"
        outer, self.small = self.small, True
        text = self.text(exponent)
        self.small = outer
        return f"{base}^{{{text}}}"

    def lowered(self, indices: tuple[Expression, ...], shape: str = "") -> str:
        """_{12}; with a comma where an index has several digits."""
        texts = [self.text(index) for index in indices]
        long = any(len(text) > 1 and not text.startswith("\\") for text in texts)
        parts = (", " if long else (" " if any(text.startswith("\\") for text in texts) else "")).join(texts)
        below = f"{parts}\\,({shape})" if parts and shape else parts + shape
        return f"_{{{below}}}" if below else ""

    def root(self, argument: Expression) -> Written:
        r"""\sqrt{2}."""
        return Written(f"\\sqrt{{{self.text(argument)}}}", "raised")

    def ratio(self, above: str, below: str) -> str:
        r"""\frac{\partial E}{\partial w}."""
        return f"\\frac{{{above.strip()}}}{{{below}}}"

    def series_sign(self, node: Sum) -> str:
        r"""\sum_{i=1}^{n}, or \sum_{i \ne j}."""
        index = letter(node.index.letter)
        if node.skip is None:
            return f"\\sum_{{{index}=1}}^{{{node.size}}}"
        return f"\\sum_{{{index} \\ne {self.text(node.skip)}}}"

    def number(self, node: Number) -> Written:
        r"""Write a number as it is given; 1e-05 as 1 \cdot 10^{-5}."""
        text = self.digits(node)
        digits, _, exponent = text.lower().partition("e")
        if exponent and exponent.lstrip("+-").isdigit():
            kind = "negative" if digits.startswith("-") else "product"
            return Written(f"{digits} \\cdot 10^{{{int(exponent)}}}", kind)
        return Written(text, "negative" if text.startswith("-") else "number", compact=True)

    def letter(self, node: Index | Constant) -> Written:
        r"""j, \pi."""
        return Written(letter(node.letter), "symbol")

    def quantity(self, node: Quantity) -> Written:
        r"""w^{1}_{12}, \mathbf{W}^{1}."""
        layer = "" if node.shown_layer is None else f"^{{{node.shown_layer}}}"
        rows, columns = (*node.shape, 1, 1)[:2]
        shape = f"{rows} \\times {columns}" if self.shapes and node.shape else ""
        kind = "scripted" if layer or node.indices else ("symbol" if len(node.letter) == 1 else "closed")
        return Written(letter(node.letter, bool(node.shape)) + layer + self.lowered(node.indices, shape), kind)

    def fraction(self, node: Divide) -> Written:
        r"""\frac{u}{v}, or u/v in an exponent."""
        if self.small:
            return self.inline_fraction(node)
        return Written(f"\\frac{{{self.text(node.numerator)}}}{{{self.text(node.denominator)}}}", "fraction")

    def cases(self, node: Cases) -> Written:
        r"""\begin{cases} v & if c ... \end{cases}; other languages' words stay out of the mathematics."""
        branches = [f"{self.text(value)} & {self._condition(node, condition)}" for value, condition in node.branches]
        return Written(r"\begin{cases} " + r" \\ ".join(branches) + r" \end{cases}", "closed")

    def _condition(self, node: Cases, condition: Relation | None) -> str:
        first = node.branches[0][1]
        if condition is None and self.language != "en" and len(node.branches) == 2 and first is not None:
            condition = Relation(first.left, _CONTRARY[first.sign], first.right)
        if condition is None:
            return r"\text{otherwise}"
        return (r"\text{if } " if self.language == "en" else "") + self.text(condition)

    def indicator(self, node: Indicator) -> Written:
        r"""\mathbf{1}[i = j]."""
        return Written(f"\\mathbf{{1}}[{self.text(node.left)} = {self.text(node.right)}]", "closed")

    def ones(self, node: Ones) -> Written:
        r"""\mathbf{1}_{3}."""
        return Written(f"\\mathbf{{1}}_{{{node.size}}}", "scripted")


def letter(text: str, bold: bool = False) -> str:
    r"""Return a letter as LaTeX: ŷ as \hat{y}, δ as \delta, ∇W as \nabla \mathbf{W}.

    >>> print(letter("ŷ"), letter("ŷ", bold=True), letter("δ", bold=True), letter("∇W", bold=True))
    \hat{y} \hat{\mathbf{y}} \boldsymbol{\delta} \nabla \mathbf{W}
    """
    if text[:1] in _LETTERS and len(text) > 1:
        return f"{_LETTERS[text[0]]} {letter(text[1:], bold)}"
    parts = unicodedata.normalize("NFD", text)
    if len(parts) == 2 and parts[1] in _ACCENTS:
        return f"\\{_ACCENTS[parts[1]]}{{{letter(parts[0], bold)}}}"
    if len(text) > 1:
        return f"\\mathrm{{{text}}}"
    greek = re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (\w+)", unicodedata.name(text, ""))
    if greek and greek[2] not in {"OMICRON", "FINAL"}:
        word = f"\\{greek[2].lower().replace('lamda', 'lambda')}"
        word = word if greek[1] == "SMALL" else f"\\{word[1:].capitalize()}"
        return f"\\boldsymbol{{{word}}}" if bold else word
    sign = _LETTERS.get(text, text)
    return f"\\mathbf{{{sign}}}" if bold else sign
