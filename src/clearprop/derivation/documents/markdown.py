"""Explanations as Markdown with LaTeX mathematics, as GitHub and Jupyter read it."""

import re

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
from clearprop.derivation.documents.words import remarks, sentence, sentences
from clearprop.derivation.documents.words import title as words_title
from clearprop.derivation.expressions import Expression
from clearprop.derivation.messages import Message
from clearprop.derivation.printing.latex import to_latex

_SPECIAL = re.compile(r"([\\`*_\[\]<>#$|~&])")


def to_markdown(document: Document) -> str:
    """Return a document as Markdown: formulas between dollar signs, tables as GitHub writes them."""
    return "\n\n".join([title(document), *(block_text(document, block) for block in document.blocks)]) + "\n"


def title(document: Document) -> str:
    """Return the heading of the whole."""
    return "# " + words_title(document, escaped, lambda node: formula(document, node))


def block_text(document: Document, block: Block) -> str:
    """Return a block as Markdown."""
    match block:
        case Heading(text=text, level=level):
            return f"{'#' * level} {_words(document, text)}"
        case Paragraph(sentences=contents):
            return sentences(contents, document.language, escaped, lambda node: formula(document, node))
        case Steps(steps=steps):
            return "\n\n".join(_step(document, step) for step in steps)
        case Table(headings=headings, rows=rows):
            cells = [[_words(document, cell).replace("\n", " ") for cell in row] for row in (headings, *rows)]
            lines = ["| " + " | ".join(row) + " |" for row in cells]
            return "\n".join([lines[0], "|" + " --- |" * len(headings), *lines[1:]])
        case Display(mathematics=str(mathematics)):
            return f"$$\n{_harmless(mathematics)}\n$$"
        case Code(text=text) | Display(in_one_line=text):
            fence = max(re.findall(r"`{3,}", text), key=len, default="``") + "`"
            return f"{fence}\n{text}\n{fence}"


def formula(document: Document, node: Expression) -> str:
    """Return a formula for the middle of a line."""
    return f"${latex(document, node)}$"


def latex(document: Document, node: Expression) -> str:
    """Return LaTeX without a backslash before punctuation, which Markdown would take for its own."""
    return _harmless(to_latex(node, document.shapes, document.language))


def _harmless(text: str) -> str:
    for sign, same in ((r"\,", r"\thinspace "), (r"\\", r"\cr "), ("<", r"\lt "), ("*", r"\ast ")):
        text = text.replace(sign, same)
    return text


def escaped(text: str) -> str:
    r"""Return words with what Markdown or HTML would read as theirs made harmless.

    >>> print(escaped("a|b <i> $5_000"))
    a\|b \<i\> \$5\_000
    """
    return _SPECIAL.sub(r"\\\1", text)


def _words(document: Document, content: Content) -> str:
    return sentence(content, document.language, escaped, lambda node: formula(document, node))


def _step(document: Document, step: Step) -> str:
    comma = _words(document, Message("document.comma"))
    name, *others = [_words(document, remark) for remark in remarks(step, document.language)]
    beside = comma.join([f"*{name}*", *others])
    left = latex(document, step.left) if step.left else ""
    parts = [latex(document, step.right), *([latex(document, step.numbers)] if step.numbers else [])]
    parts += [latex(document, step.value)] if step.value else []
    right = " = ".join(parts)
    return "\n\n".join([f"**{step.number}.** {beside}", f"$$\n{left} = {right}\n$$", _words(document, step.why)])
