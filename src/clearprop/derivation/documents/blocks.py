"""What an explanation consists of, whatever it is written as: headings, paragraphs, steps, tables."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from clearprop.derivation.expressions import Expression, Relation
from clearprop.derivation.messages import Message

#: What may stand in a table's cell or a paragraph: a sentence of the catalogs, words, or a formula.
Content = Message | str | Expression


@dataclass(frozen=True)
class Step:
    """One line of a derivation: left = right, by a rule, with the reason in words.

    A step without a left side goes on from the right side of the step before. `rule` and `why` are in the catalogs;
    `uses` are the numbers of earlier steps; `assumes` is what must be true of the targets ("distribution": they sum to
    1; "one_hot"), said where it `begins`; `condition` is what must be true of the indices (i ≠ j); `activation` is the
    entry of which a line about a scalar z and a = f(z) speaks. `numbers` is the right side with numbers put in, and
    `value` its value, where there are numbers.
    """

    number: int
    left: Expression | None
    right: Expression
    rule: str
    why: Message
    uses: tuple[int, ...] = ()
    assumes: str | None = None
    numbers: Expression | None = None
    value: Expression | None = None
    condition: Relation | None = None
    activation: str | None = None
    begins: bool = False


@dataclass(frozen=True)
class Heading:
    """The title of a part; level 2 is a part of the whole, level 3 a part of that."""

    text: Content
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """Sentences, one after the other."""

    sentences: tuple[Content, ...]


@dataclass(frozen=True)
class Steps:
    """Lines of a derivation, in order."""

    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Table:
    """Rows under headings."""

    headings: tuple[Content, ...]
    rows: tuple[tuple[Content, ...], ...]


@dataclass(frozen=True)
class Code:
    """Text that is set as it is, such as a command line; in a notebook, a cell that runs."""

    text: str


@dataclass(frozen=True)
class Display:
    """A formula of somebody else's, as its LaTeX was written; our own are expressions."""

    latex: str

    @property
    def in_one_line(self) -> str:
        """The LaTeX with each run of white space as one space."""
        return " ".join(self.latex.split())

    @property
    def mathematics(self) -> str | None:
        r"""What can stand in any display: no equation of its own, \tag{1} as (1); None where dollar signs are broken.

        >>> print(Display(r"\begin{equation} E = 1 \tag{2} \end{equation}").mathematics)
        E = 1 \quad (2)
        """
        if "$" in self.latex:
            return None
        bare = re.sub(r"\\(begin|end)\{equation\}", "", self.in_one_line).strip()
        return re.sub(r"\\tag\{(\w+)\}", r"\\quad (\1)", bare)


Block = Heading | Paragraph | Steps | Table | Code | Display

#: Stands first where every array bears its shape.
SHAPES = Paragraph((Message("document.shapes"),))


@dataclass(frozen=True)
class Document:
    """An explanation in a language; with `shapes`, every array is written with its shape below.

    `code` is Python that computes it anew, a cell each, for a notebook; `facts` returns what a program would ask of it,
    as JSON holds it, and is called only where JSON is written.
    """

    title: tuple[Content, ...]
    language: str
    blocks: tuple[Block, ...] = field(default=())
    shapes: bool = False
    code: tuple[str, ...] = ()
    facts: Callable[[], dict[str, Any]] | None = field(default=None, repr=False, compare=False)
