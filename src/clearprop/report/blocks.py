"""What a report consists of beside headings, sentences and tables: facts, findings, folds, charts, explanations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from clearprop.derivation.documents.blocks import Block, Content, Document, Table
from clearprop.report.charts.canvas import Canvas


class Drawing(Protocol):
    """A picture that draws itself, with texts in every language."""

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in pixels where there is room."""

    def draw(self, canvas: Canvas) -> None:
        """Draw on a canvas of that size."""


@dataclass(frozen=True)
class Facts:
    """Names and values, one a line."""

    rows: tuple[tuple[Content, Content], ...]


@dataclass(frozen=True)
class Finding:
    """What was found, in plain words; `tone` is "good", "note" or "warning", which is also said by a sign."""

    tone: str
    sentences: tuple[Content, ...]


@dataclass(frozen=True)
class Fold:
    """Blocks that are shown when a person asks for them; on paper, unless they would fill many pages."""

    summary: Content
    blocks: "tuple[ReportBlock, ...]"
    on_paper: bool = True


@dataclass(frozen=True)
class Chart:
    """A picture with a title; `says` is what it shows, for who cannot see it, `numbers` the same as a table."""

    title: Content
    drawing: Drawing
    says: Content
    numbers: Table | None = None


@dataclass(frozen=True)
class Charts:
    """Charts side by side where there is room."""

    charts: tuple[Chart, ...]


@dataclass(frozen=True)
class Explanation:
    """A derivation, a worked example or a check, by language."""

    document: Callable[[str], Document]


@dataclass(frozen=True)
class Explorer:
    """The explorer, the one interactive part, with what it shows; a format that runs no script leaves it out."""

    exploration: Mapping[str, Any]


ReportBlock: TypeAlias = Block | Facts | Finding | Fold | Chart | Charts | Explanation | Explorer
