"""Explanations as a LaTeX document for xelatex."""

import re
import unicodedata
from collections.abc import Sequence
from importlib.resources import files

from rich.cells import cell_len

from clearprop.derivation.documents.blocks import (
    Block,
    Code,
    Content,
    Display,
    Document,
    Heading,
    Paragraph,
    Step,
    Steps,
    Table,
)
from clearprop.derivation.documents.words import remarks, sentence, sentences, title
from clearprop.derivation.expressions import Expression
from clearprop.derivation.messages import Message
from clearprop.derivation.printing.latex import letter
from clearprop.derivation.printing.latex import to_latex as formula_to_latex
from clearprop.derivation.printing.unicode import to_unicode

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: f"\\{character}" for character in "{}$&#%_"},
    "−": r"\ensuremath{-}",
    "≠": r"\ensuremath{\ne}",
    "≥": r"\ensuremath{\ge}",
    "≤": r"\ensuremath{\le}",
    "≈": r"\ensuremath{\approx}",
    "×": r"\ensuremath{\times}",
    "·": r"\ensuremath{\cdot}",
    "Σ": r"\ensuremath{\Sigma}",
    "∂": r"\ensuremath{\partial}",
    "∇": r"\ensuremath{\nabla}",
    "⊙": r"\ensuremath{\odot}",
    "→": r"\ensuremath{\to}",
    "←": r"\ensuremath{\leftarrow}",
    "′": r"\ensuremath{'}",
    "ᵀ": r"\ensuremath{^{\top}}",
    "√": r"\ensuremath{\surd}",
    "∞": r"\ensuremath{\infty}",
}
_CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")

#: How many characters a line of a table holds, and how many the room between two columns takes.
_LINE, _BETWEEN = 92, 2.5


_FONTS = r"""
\IfFontExistsTF{Noto Serif CJK SC}{%
  \setCJKmainfont{Noto Serif CJK SC}\setCJKsansfont{Noto Sans CJK SC}\setCJKmonofont{Noto Sans Mono CJK SC}}{%
\IfFontExistsTF{FandolSong-Regular.otf}{%
  \setCJKmainfont[BoldFont=FandolSong-Bold.otf,ItalicFont=FandolKai-Regular.otf]{FandolSong-Regular.otf}%
  \setCJKsansfont{FandolHei-Regular.otf}\setCJKmonofont{FandolFang-Regular.otf}}{%
\IfFontExistsTF{Songti SC}{\setCJKmainfont{Songti SC}}{%
\IfFontExistsTF{SimSun}{\setCJKmainfont{SimSun}}{}}}}"""


def to_latex(document: Document) -> str:
    """Return a document as LaTeX that xelatex compiles; ctex is needed where its language is Chinese."""
    body = "\n\n".join([_title(document), *(_block(document, block) for block in document.blocks)])
    packages = ""
    if document.language == "zh":
        packages = r"\usepackage[UTF8,scheme=plain,fontset=none]{ctex}" + _FONTS
    elif _CJK.search(body):
        packages = r"\usepackage{xeCJK}" + _FONTS
    preamble = (files(__package__) / "preamble.tex").read_text(encoding="utf-8").replace("%%CJK%%", packages)
    return f"{preamble}\\begin{{document}}\n\n{body}\n\n\\end{{document}}\n"


def displayed_steps(document: Document, steps: Sequence[Step]) -> str:
    """Return steps as one align* environment, which a notebook shows."""
    lines = []
    for step in steps:
        left = _plain_formula(document, step.left) if step.left else ""
        lines.append(f"{left} &= {_plain_formula(document, step.right)}")
    return "\\begin{align*}\n" + " \\\\\n".join(lines) + "\n\\end{align*}"


def escaped(text: str) -> str:
    r"""Return words with what LaTeX would read as its own, and letters that its text fonts lack, made harmless.

    >>> print(escaped("5 % of $a_1 & σ ₂"))
    5 \% of \$a\_1 \& \ensuremath{\sigma} \textsubscript{2}
    """
    return "".join(_escaped(character) for character in text)


def _escaped(character: str) -> str:
    if character in _SPECIAL:
        return _SPECIAL[character]
    if character.isascii() or _CJK.match(character):
        return character
    if unicodedata.name(character, "").startswith("GREEK"):
        return f"\\ensuremath{{{letter(character)}}}"
    kind, _, plain = unicodedata.decomposition(character).partition(" ")
    if kind in {"<super>", "<sub>"}:
        base = _escaped(chr(int(plain, 16)))
        return f"\\text{'super' if kind == '<super>' else 'sub'}script{{{base}}}"
    return character


def _title(document: Document) -> str:
    style = r"\Large\bfseries\boldmath\everymath{\displaystyle}"
    return f"{{{style} {title(document, escaped, lambda node: _formula(document, node))}\\par}}\\bigskip"


def _block(document: Document, block: Block) -> str:
    match block:
        case Heading(text=text, level=level):
            part = "subsection" if level == 2 else "subsubsection"
            return f"\\{part}*{{\\everymath{{\\displaystyle}}{_words(document, text)}}}"
        case Paragraph(sentences=contents):
            return _running(document, contents)
        case Steps(steps=steps):
            return _steps(document, steps)
        case Table(headings=headings, rows=rows):
            return _table(document, [headings, *rows])
        case Display(mathematics=str(mathematics)) if mathematics.isascii():
            return f"\\[\n\\fitted[\\linewidth]{{{mathematics}}}\n\\]"
        case Code(text=text) | Display(in_one_line=text):
            lines = [escaped(line).replace(" ", "\\ ").replace("--", "-{}-") for line in text.splitlines()]
            return "{\\ttfamily\\small\\raggedright\n" + "\\\\\n".join(line or "\\strut" for line in lines) + "\\par}"


def _plain_formula(document: Document, node: Expression) -> str:
    return formula_to_latex(node, document.shapes, document.language)


def _formula(document: Document, node: Expression) -> str:
    return f"${_plain_formula(document, node)}$"


def _words(document: Document, content: Content) -> str:
    return sentence(content, document.language, escaped, lambda node: _formula(document, node))


def _running(document: Document, contents: Sequence[Content]) -> str:
    return sentences(contents, document.language, escaped, lambda node: _formula(document, node))


def _steps(document: Document, steps: Sequence[Step]) -> str:
    lefts = {_plain_formula(document, step.left) for step in steps if step.left}
    widths = "".join(f"\\widen{{{left}}}%\n" for left in sorted(lefts))
    return "\\setlength{\\leftwidth}{0pt}%\n" + widths + "\n".join(_step(document, step) for step in steps)


def _step(document: Document, step: Step) -> str:
    comma = _words(document, Message("document.comma"))
    name, *others = [_words(document, remark) for remark in remarks(step, document.language)]
    beside = comma.join([f"\\textit{{{name}}}" if document.language != "zh" else name, *others])
    left = f"\\leftside{{{_plain_formula(document, step.left) if step.left else ''}}}"
    equation = f"{left}\\fitted[\\rightwidth]{{{{}} = {_plain_formula(document, step.right)}}}"
    lines = [f"\\begin{{step}}{{{step.number}}}", f"{equation}\\beside{{{beside}}}"]
    numbers = [f"\\fitted[\\rightwidth]{{{{}} = {_plain_formula(document, step.numbers)}}}"] if step.numbers else []
    numbers += [f"${{}} = {_plain_formula(document, step.value)}$"] if step.value else []
    lines += ["\\leftside{}" + " ".join(numbers) + "\\par"] if numbers else []
    return "\n".join([*lines, f"{_words(document, step.why)}\\par", "\\end{step}"])


def _table(document: Document, rows: Sequence[Sequence[Content]]) -> str:
    cells = [[_words(document, cell) for cell in row] for row in rows]
    head, *body = [" & ".join(row) + r" \\" for row in cells]
    columns = _columns(document, rows)
    lines = [f"\\begin{{longtable}}[l]{{{columns}}}", head, r"\hline \endhead", *body, r"\end{longtable}"]
    return "{\\small\n" + "\n".join(lines) + "\n}"


def _columns(document: Document, rows: Sequence[Sequence[Content]]) -> str:
    """Return the columns' kinds: as wide as they are where all fit, else parts of the line for the wide ones."""
    texts = [
        [sentence(cell, document.language, str, lambda node: to_unicode(node, document.shapes)) for cell in row]
        for row in rows
    ]
    natural = [max(cell_len(row[column]) for row in texts) + 1 for column in range(len(rows[0]))]
    widths, room = list(natural), _LINE - _BETWEEN * len(natural)
    while sum(widths) > room and max(widths) > 1:
        widths[widths.index(max(widths))] -= 1
    kinds = [
        "l" if width == wanted else f">{{\\raggedright\\arraybackslash}}p{{{width / _LINE:.3f}\\linewidth}}"
        for width, wanted in zip(widths, natural, strict=True)
    ]
    return "@{}" + "".join(kinds)
