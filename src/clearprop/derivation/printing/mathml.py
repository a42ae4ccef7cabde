"""Expressions as MathML, which browsers draw without any script."""

import re
from collections.abc import Callable

from clearprop.derivation.expressions import Expression
from clearprop.derivation.printing.latex import to_latex

#: Browsers ignore mathvariant="bold": the bold letters of Unicode are used. First letter of a range, first bold one.
_BOLD = (("A", "Z", 0x1D400), ("a", "z", 0x1D41A), ("0", "9", 0x1D7CE), ("Α", "Ω", 0x1D6A8), ("α", "ω", 0x1D6C2))


def to_mathml(expression: Expression, shapes: bool = False, language: str = "en", display: bool = False) -> str:
    """Return an expression as a <math> element; the arguments are those of to_latex, and whether it stands on its own.

    Example:
        >>> from clearprop.derivation.expressions import Quantity
        >>> to_mathml(Quantity("loss", "E"))
        '<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline"><mrow><mi>E</mi></mrow></math>'
    """
    return mathml(to_latex(expression, shapes, language), display)


def mathml(latex: str, display: bool = False) -> str:
    """Return LaTeX of the kind that to_latex writes as a <math> element."""
    from latex2mathml.converter import convert

    text = convert(latex, display="block" if display else "inline")
    for pattern, replacement in _CORRECTIONS:
        text = re.sub(pattern, replacement, text)
    return text


def _bold(found: re.Match[str]) -> str:
    tag, character = found[1], chr(int(found[2][3:-1], 16)) if found[2].startswith("&#x") else found[2]
    for first, last, bold in _BOLD:
        if first <= character <= last:
            return f"<{tag}>&#x{bold + ord(character) - ord(first):X};</{tag}>"
    return f"<{tag}>{found[2]}</{tag}>"


_BEFORE_A_SIGN = r"<mo[^>]*>(?:&#x00028;|&#x0005B;|&#x0003D;|[(\[=])</mo>"

_ROW = r"<mrow>(?:(?!</?mrow>).)*</mrow>"

#: What latex2mathml writes, and what browsers show well.
_CORRECTIONS: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"<mo>([A-Za-z]{2,})</mo>", r"<mi>\1</mi>"),  # a name is no operator: it has no room around it
    (r'<(m[ino]) mathvariant="bold(?:-italic)?">(&#x[0-9A-Fa-f]+;|\w)</\1>', _bold),
    (r"<mi>&#x02032;</mi>", "<mo>&#x02032;</mo>"),
    (r"<mo>&#x0005E;</mo></mover>", '<mo stretchy="false">&#x002C6;</mo></mover>'),
    (rf"({_BEFORE_A_SIGN})<mo>&#x02212;</mo>", r'\1<mo form="prefix">&#x02212;</mo>'),
    (rf"<msubsup>(<mo>&#x02211;</mo>{_ROW}{_ROW})</msubsup>", r"<munderover>\1</munderover>"),
    (rf"<msub>(<mo>&#x02211;</mo>{_ROW})</msub>", r"<munder>\1</munder>"),
    (
        r"<mphantom>((?:(?!</?mphantom).)*)</mphantom>",
        r'<mpadded height="0px" depth="0px" aria-hidden="true"><mphantom>\1</mphantom></mpadded>',
    ),
    (r'columnalign="left"', 'style="text-align: left"'),
    (
        r'<mi>log</mi>(?!<mo stretchy="false">&#x00028;|<mrow><mo stretchy="true")',
        '<mi>log</mi><mspace width="0.167em" />',
    ),
)
