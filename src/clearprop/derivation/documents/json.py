"""Explanations as JSON, for programs that show or check them."""

import json
from typing import Any

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
from clearprop.derivation.documents.words import rule
from clearprop.derivation.expressions import Expression, Number
from clearprop.derivation.messages import pieces
from clearprop.derivation.printing.latex import to_latex
from clearprop.derivation.printing.unicode import to_unicode


def to_json(document: Document) -> str:
    """Return a document as JSON.

    An object with the facts of the document (of a derivation: kind, network, quantity, form, left, result; of a worked
    example: its losses and arrays; of a proof: whether it holds, and its lines; of the judged
    notes: every formula with its evidence), then `title`, `language` and `blocks`;
    each block has a `kind` ("heading", "paragraph", "steps", "table",
    "code", "display"). A text is a list of words (strings) and formulas (objects {"unicode", "latex"}) in order.
    A step has number, left (null where it goes on from the step before), right, rule (its key), rule_name, why, uses,
    assumes, condition, numbers and value.
    """
    value = {
        **(document.facts() if document.facts else {}),
        "title": [_text(document, content) for content in document.title],
        "language": document.language,
        "blocks": [_block(document, block) for block in document.blocks],
    }
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _block(document: Document, block: Block) -> dict[str, Any]:
    match block:
        case Heading(text=text, level=level):
            return {"kind": "heading", "level": level, "text": _text(document, text)}
        case Paragraph(sentences=contents):
            return {"kind": "paragraph", "sentences": [_text(document, content) for content in contents]}
        case Steps(steps=steps):
            return {"kind": "steps", "steps": [_step(document, step) for step in steps]}
        case Table(headings=headings, rows=rows):
            cells = [[_text(document, cell) for cell in row] for row in (headings, *rows)]
            return {"kind": "table", "headings": cells[0], "rows": cells[1:]}
        case Code(text=text):
            return {"kind": "code", "text": text}
        case Display():
            return {"kind": "display", "latex": block.in_one_line}


def _step(document: Document, step: Step) -> dict[str, Any]:
    return {
        "number": step.number,
        "left": _formula(document, step.left),
        "right": _formula(document, step.right),
        "rule": step.rule,
        "rule_name": "".join(str(piece) for piece in pieces(rule(step), document.language)),
        "why": _text(document, step.why),
        "uses": list(step.uses),
        "assumes": step.assumes,
        "condition": _formula(document, step.condition),
        "numbers": _formula(document, step.numbers),
        "value": str(step.value.value) if isinstance(step.value, Number) else None,
    }


def _text(document: Document, content: Content) -> list[str | dict[str, str] | None]:
    parts = pieces(content, document.language)
    return [_formula(document, part) if isinstance(part, Expression) else part for part in parts]


def _formula(document: Document, node: Expression | None) -> dict[str, str] | None:
    if node is None:
        return None
    return {
        "unicode": to_unicode(node, document.shapes, document.language),
        "latex": to_latex(node, document.shapes, document.language),
    }
