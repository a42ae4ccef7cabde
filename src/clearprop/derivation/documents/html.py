"""Explanations as one HTML page with native MathML: no script, no request to anywhere."""

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

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
from clearprop.derivation.documents.words import (
    all_steps,
    assumption,
    condition,
    rule,
    runs,
    sentence,
    sentences,
    title,
)
from clearprop.derivation.expressions import Expression
from clearprop.derivation.messages import Message, catalog, pieces
from clearprop.derivation.printing.latex import to_latex
from clearprop.derivation.printing.mathml import mathml, to_mathml

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

#: A formula and the punctuation that touches it stay on one line.
_MATH = r"<math(?:(?!</math>).)*</math>"
_KEPT = re.compile(rf"[(（]?{_MATH}[,.;:!?)，。；：！？）、]+|[(（]{_MATH}", re.DOTALL)

#: Lines that go on leave room for a left side of up to so many characters.
WIDEST_LEFT = 24


def to_html(document: Document) -> str:
    """Return a document as a whole page, which needs nothing else."""
    return _rendered("page.html.jinja", document, "step-")


def to_fragment(document: Document) -> str:
    """Return a document as a piece of a page, such as a notebook's output; several can stand in one page."""
    return _rendered("fragment.html.jinja", document, f"c{sha256(repr(document).encode()).hexdigest()[:8]}-step-")


def templates(*packages: str) -> "Environment":
    """Return Jinja2 with the templates and style sheets of these packages and of this one: all words are escaped."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folders = [files(package) for package in (*packages, __package__)]

    def source(name: str) -> str | None:
        found = next((folder / name for folder in folders if (folder / name).is_file()), None)
        return None if found is None else found.read_text(encoding="utf-8")

    return Environment(
        loader=FunctionLoader(source),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _rendered(template: str, document: Document, prefix: str) -> str:
    page = Page(document, prefix)
    return (
        templates()
        .get_template(template)
        .render(
            language=document.language,
            plain_title=title(document, str, page.unicode),
            title=page.title(),
            blocks=[page.block(block) for block in document.blocks],
        )
    )


def _with_lefts(steps: Sequence[Step]) -> Iterator[tuple[Step, Expression | None]]:
    """Yield each step with its left side, or with the one from which it goes on."""
    left = None
    for step in steps:
        left = step.left or left
        yield step, left


class Page:
    """Turns blocks into what the template prints; all words are escaped here, all formulas are MathML.

    Arguments:
        document: whose language and steps they are.
        prefix: of the ids of steps.
        lower: by how many levels headings are lowered, where the document is a part of a page.
        heading_attribute: holds, in each cell of a table, its column's heading, for narrow screens.
    """

    def __init__(
        self, document: Document, prefix: str = "", lower: int = 0, heading_attribute: str = "data-heading"
    ) -> None:
        self.document, self.prefix = document, prefix
        self.lower, self.heading_attribute = lower, heading_attribute
        self.numbers = {step.number for step in all_steps(document)}

    def unicode(self, node: Expression) -> str:
        """A formula as plain text."""
        from clearprop.derivation.printing.unicode import to_unicode

        return to_unicode(node, self.document.shapes, self.document.language)

    def formula(self, node: Expression) -> str:
        """A formula for the middle of a line."""
        return to_mathml(node, self.document.shapes, self.document.language)

    def displayed(self, right: Expression, left: Expression | None, goes_on: bool = False) -> "Markup":
        """Return left = right with sums and fractions in full size; what goes on begins below the first = sign."""
        from markupsafe import Markup

        language, shapes = self.document.language, self.document.shapes
        before, after = (to_latex(node, shapes, language) if node else "" for node in (left, right))
        if goes_on and left is not None:
            before = f"\\phantom{{{before}}}" if cell_len(self.unicode(left)) <= WIDEST_LEFT else ""
        text = mathml(f"{{{before}}} = {after}")
        return Markup(text.replace('display="inline"', 'display="inline" displaystyle="true"', 1))

    def foreign(self, latex: str) -> "Markup":
        """Return somebody else's LaTeX as MathML; latex2mathml has no aligned within a display, but align."""
        from markupsafe import Markup

        return Markup(mathml(latex.replace("{aligned}", "{align}"), display=True))

    def words(self, content: Content) -> "Markup":
        """A sentence, its words escaped."""
        return self.running((content,))

    def title(self) -> "Markup":
        """The title of the whole."""
        from markupsafe import Markup, escape

        return Markup(title(self.document, lambda text: str(escape(text)), self.formula))

    def running(self, contents: tuple[Content, ...]) -> "Markup":
        """Sentences one after the other; what touches a formula stays with it."""
        from markupsafe import Markup, escape

        text = sentences(contents, self.document.language, lambda text: str(escape(text)), self.formula)
        return Markup(_KEPT.sub(r'<span class="keep">\g<0></span>', text))

    def _attribute(self, heading: Content) -> "Markup":
        from markupsafe import Markup

        text = sentence(heading, self.document.language, str, self.unicode)
        return Markup('{}="{}"').format(self.heading_attribute, text)

    def block(self, block: Block) -> dict[str, Any]:
        """Return a block as the template takes it."""
        match block:
            case Heading(text=text, level=level):
                return {"kind": "heading", "level": level + self.lower, "text": self.words(text)}
            case Paragraph(sentences=contents):
                return {"kind": "paragraph", "text": self.running(contents)}
            case Steps(steps=steps):
                return {"kind": "steps", "steps": [self.step(step, left) for step, left in _with_lefts(steps)]}
            case Table(headings=headings, rows=rows):
                cells = [[self.words(cell) for cell in row] for row in (headings, *rows)]
                names = [self._attribute(heading) for heading in headings]
                return {"kind": "table", "headings": cells[0], "names": names, "rows": cells[1:]}
            case Display(mathematics=str(mathematics)):
                return {"kind": "display", "formula": self.foreign(mathematics)}
            case Code(text=text) | Display(in_one_line=text):
                return {"kind": "code", "text": text}

    def step(self, step: Step, left: Expression | None) -> dict[str, Any]:
        """A line of a derivation."""
        remarks = [remark for remark in (condition(step), assumption(step)) if remark]
        return {
            "number": step.number,
            "id": f"{self.prefix}{step.number}",
            "equation": self.displayed(step.right, left, goes_on=step.left is None),
            "rule": self.words(rule(step)),
            "source": self.source(step),
            "remarks": [self.words(remark) for remark in remarks],
            "numbers": self.displayed(step.numbers, left, goes_on=True) if step.numbers else "",
            "value": self.displayed(step.value, None if step.numbers else left, goes_on=True) if step.value else "",
            "why": self.words(step.why),
        }

    def source(self, step: Step) -> "Markup":
        """Return "from 1–4, 12" with a link to each line that is named."""
        from markupsafe import Markup

        links = [Markup("–").join(self.link(number) for number in run) for run in runs(step.uses)]
        if not links:
            return Markup("")
        marker = "\ue010"
        text = "".join(str(piece) for piece in pieces(Message("document.from", steps=marker), self.document.language))
        comma = Markup("{}").format(catalog(self.document.language)["document.and"])
        return Markup("{}").format(text).replace(marker, comma.join(links))

    def link(self, number: int) -> "Markup":
        """The number of a line, as a link where it is on this page."""
        from markupsafe import Markup

        if number not in self.numbers:
            return Markup("{}").format(number)
        return Markup('<a href="#{}{}">{}</a>').format(self.prefix, number, number)
