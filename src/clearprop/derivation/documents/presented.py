"""What derivations, worked examples and proofs have in common: each is a document that can be had in every format."""

from collections.abc import Callable

from clearprop.derivation.documents.blocks import Document
from clearprop.derivation.documents.html import to_fragment, to_html
from clearprop.derivation.documents.json import to_json
from clearprop.derivation.documents.latex import displayed_steps, to_latex
from clearprop.derivation.documents.markdown import to_markdown
from clearprop.derivation.documents.notebook import to_notebook
from clearprop.derivation.documents.text import to_text
from clearprop.derivation.documents.words import all_steps

#: The formats in which every explanation can be had: the function that writes a document, and the file's suffix.
FORMATS: dict[str, tuple[Callable[[Document], str], str]] = {
    "text": (to_text, ".txt"),
    "html": (to_html, ".html"),
    "latex": (to_latex, ".tex"),
    "markdown": (to_markdown, ".md"),
    "notebook": (to_notebook, ".ipynb"),
    "json": (to_json, ".json"),
}


class Presented:
    """Anything with a `document`: shown in a terminal, in a notebook, or written as HTML, LaTeX, Markdown, ...

    Subclasses give `document`; everything else follows from it.
    """

    @property
    def document(self) -> Document:
        """The explanation."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return to_fragment(self.document)

    def _repr_latex_(self) -> str | None:
        """Return the steps as one display, or None where there are none."""
        steps = all_steps(self.document)
        return displayed_steps(self.document, steps) if steps else None

    def _repr_markdown_(self) -> str:
        """Return what a notebook that shows no HTML shows."""
        return self.to_markdown()

    def to_text(self, width: int | None = None) -> str:
        """Return plain text for a terminal of `width` cells; None: the terminal at hand, 100 where there is none."""
        return to_text(self.document, width)

    def to_html(self) -> str:
        """Return a whole HTML page: formulas in MathML, no script, no request to anywhere."""
        return to_html(self.document)

    def to_latex(self) -> str:
        """Return a LaTeX document for xelatex."""
        return to_latex(self.document)

    def to_markdown(self) -> str:
        """Return Markdown with LaTeX formulas, as GitHub and Jupyter show it."""
        return to_markdown(self.document)

    def to_notebook(self) -> str:
        """Return the JSON of a Jupyter notebook that runs from top to bottom."""
        return to_notebook(self.document)

    def to_json(self) -> str:
        """Return JSON for other programs: every step with its formulas in Unicode and in LaTeX."""
        return to_json(self.document)
