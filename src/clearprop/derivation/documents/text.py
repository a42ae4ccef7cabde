"""Explanations as plain text for a terminal."""

import shutil
from collections.abc import Sequence

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
from clearprop.derivation.documents.wrapping import in_one_piece, padded, released, wrapped, wrapped_equation
from clearprop.derivation.expressions import Expression
from clearprop.derivation.messages import Message
from clearprop.derivation.printing.unicode import to_unicode

#: Prose in longer lines is hard to read.
WIDEST = 120
#: Left sides up to this width have their = one below the other.
SHORT_LEFT = 16
_GAP = 3


def to_text(document: Document, width: int | None = None) -> str:
    """Return a document as plain text.

    Arguments:
        document: what is written.
        width: cells in a line; None: those of the terminal, 100 where there is none.
    """
    width = width or min(shutil.get_terminal_size((100, 24)).columns, WIDEST)
    return _Text(document, width).whole()


class _Text:
    def __init__(self, document: Document, width: int) -> None:
        self.document, self.width = document, width

    def whole(self) -> str:
        heading = wrapped(title(self.document, str, self.fixed), self.width)
        parts = [[*heading, "═" * max(map(cell_len, heading))]]
        parts += [self.block(block) for block in self.document.blocks]
        return "\n\n".join("\n".join(lines) for lines in parts) + "\n"

    def block(self, block: Block) -> list[str]:
        match block:
            case Heading(text=text, level=level):
                lines = wrapped(self.words(text), self.width)
                return [*lines, "─" * max(map(cell_len, lines))] if level == 2 else lines
            case Paragraph(sentences=contents):
                return wrapped(sentences(contents, self.document.language, str, self.fixed), self.width)
            case Steps(steps=steps):
                return self.steps(steps)
            case Table(headings=headings, rows=rows):
                return self.table(headings, rows)
            case Code(text=text):
                return ["    " + line for line in text.splitlines()]
            case Display():
                return ["    " + line for line in wrapped(block.in_one_line, self.width - 4)]

    def formula(self, node: Expression) -> str:
        return to_unicode(node, self.document.shapes, self.document.language)

    def fixed(self, node: Expression) -> str:
        return in_one_piece(self.formula(node))

    def words(self, content: Content) -> str:
        return sentence(content, self.document.language, str, self.fixed)

    def steps(self, steps: Sequence[Step]) -> list[str]:
        margin = max(len(str(step.number)) for step in steps) + 3
        lefts = ["" if step.left is None else self.formula(step.left) for step in steps]
        short = [cell_len(left) for left in lefts if cell_len(left) <= SHORT_LEFT]
        column = max(short, default=0)
        equations = [
            wrapped_equation(f"{padded(left, column)} = {self.formula(step.right)}", self.width - margin, column + 1)
            for left, step in zip(lefts, steps, strict=True)
        ]
        beside = [self.remark(step) for step in steps]
        start = self.start_of_remarks(margin, [max(map(cell_len, lines)) for lines in equations], beside)
        lines: list[str] = []
        for step, equation, remark in zip(steps, equations, beside, strict=True):
            lines += self.step(step, equation, remark, margin, column, start)
        return lines

    def start_of_remarks(self, margin: int, equations: list[int], beside: list[str]) -> int:
        """Return the column at which the names of the rules begin: one that suits most of the steps."""
        room = self.width - max(map(cell_len, beside)) - _GAP
        fitting = [margin + equation for equation in equations if margin + equation <= room]
        return max(fitting, default=margin) + _GAP

    def step(self, step: Step, equation: list[str], remark: str, margin: int, column: int, start: int) -> list[str]:
        first = f"{step.number:>{margin - 2}}  {equation[0]}"
        lines = [first, *(" " * margin + line for line in equation[1:])]
        end = cell_len(lines[-1])
        at = start if end + _GAP <= start else end + _GAP
        if at + cell_len(remark) <= self.width:
            lines[-1] = padded(lines[-1], at) + remark
        else:
            lines += [" " * (margin + 2) + line for line in wrapped(remark, self.width - margin - 2)]
        lines += [" " * margin + line for line in self.values(step, margin, column)]
        reason = wrapped(self.words(step.why), self.width - margin - 2)
        return [*lines, *(" " * (margin + 2) + line for line in reason if line)]

    def values(self, step: Step, margin: int, column: int) -> list[str]:
        """Return the line with numbers put in."""
        parts = [self.formula(step.numbers)] if step.numbers else []
        parts += [self.formula(step.value)] if step.value else []
        text = " " * column + "".join(f" = {part}" for part in parts)
        return wrapped_equation(text, self.width - margin, column + 1) if parts else []

    def remark(self, step: Step) -> str:
        comma = self.words(Message("document.comma"))
        return released(comma.join(self.words(remark) for remark in remarks(step, self.document.language)))

    def table(self, headings: Sequence[Content], rows: Sequence[Sequence[Content]]) -> list[str]:
        cells = [[self.words(cell) for cell in row] for row in (headings, *rows)]
        widths = self.widths(cells)
        lines = [line for row in cells for line in _row(row, widths)]
        below = len(_row(cells[0], widths))
        rule = "  ".join("─" * width for width in widths)
        return [*lines[:below], rule, *lines[below:]]

    def widths(self, cells: list[list[str]]) -> list[int]:
        """Return the columns' widths, the widest made narrower until all fit."""
        widths = [max(cell_len(row[column]) for row in cells) for column in range(len(cells[0]))]
        while sum(widths) + 2 * (len(widths) - 1) > self.width and max(widths) > 8:
            widths[widths.index(max(widths))] -= 1
        return widths


def _row(row: Sequence[str], widths: list[int]) -> list[str]:
    cells = [wrapped(cell, width) for cell, width in zip(row, widths, strict=True)]
    height = max(map(len, cells))
    lines = zip(*(cell + [""] * (height - len(cell)) for cell in cells), strict=True)
    return ["  ".join(padded(text, width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines]
