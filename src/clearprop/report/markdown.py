"""A report as Markdown in one language: charts are tables, folds are headings."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from clearprop.derivation.documents.blocks import Content, Document, Heading, Paragraph, Table
from clearprop.derivation.documents.markdown import block_text
from clearprop.derivation.messages import Message
from clearprop.report.blocks import Chart, Charts, Explanation, Explorer, Facts, Finding, Fold, ReportBlock

if TYPE_CHECKING:
    from clearprop.report.reports import Report


def to_markdown(report: "Report") -> str:
    """Return a report as Markdown."""
    document = Document((), report.language)
    parts: list[str] = []
    for block in (Heading(report.title, 1), Paragraph((report.subtitle,))):
        parts.append(block_text(document, block))
    for section in report.sections:
        blocks = [text for block in section.blocks for text in _written(block, document)]
        if blocks:
            parts += [block_text(document, Heading(section.title, 2)), *blocks]
    return "\n\n".join(part for part in parts if part) + "\n"


def _written(block: ReportBlock, document: Document) -> Iterator[str]:
    match block:
        case Facts(rows=rows):
            yield block_text(document, Table((Message("report.name"), Message("report.value")), rows))
        case Finding(tone=tone, sentences=sentences):
            tone_word = Message(f"report_page.{tone}")
            yield "> " + block_text(document, Paragraph((tone_word, *sentences)))
        case Fold(summary=summary, blocks=blocks):
            yield _strong(summary, document)
            for inner in blocks:
                yield from _written(inner, document)
        case Chart(title=title, says=says, numbers=numbers):
            yield f"{_strong(title, document)} {block_text(document, Paragraph((says,)))}"
            if numbers is not None:
                yield block_text(document, numbers)
        case Charts(charts=charts):
            for chart in charts:
                yield from _written(chart, document)
        case Explanation(document=of_language):
            explained = of_language(document.language)
            for one in explained.blocks:
                lowered = Heading(one.text, one.level + 1) if isinstance(one, Heading) else one
                yield block_text(explained, lowered)
        case Explorer():
            return
        case _:
            yield block_text(document, block)


def _strong(content: Content, document: Document) -> str:
    return f"**{block_text(document, Paragraph((content,)))}**"
