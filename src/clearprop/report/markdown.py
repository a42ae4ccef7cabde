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
    parts += [block_text(document, block) for block in (Heading(report.title, 1), Paragraph((report.subtitle,)))]
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
            yield "> " + block_text(document, Paragraph((Message(f"report_page.{tone}"), *sentences)))
        case Fold(summary=summary, blocks=blocks):
            yield _strong(summary, document)
            yield from (text for inner in blocks for text in _written(inner, document))
        case Chart():
            yield from _chart(block, document)
        case Charts(charts=charts):
            yield from (text for chart in charts for text in _chart(chart, document))
        case Explanation(document=of_language):
            yield from _explanation(of_language(document.language))
        case Explorer():
            return
        case _:
            yield block_text(document, block)


def _chart(chart: Chart, document: Document) -> Iterator[str]:
    title = Message("report_page.caption", title=chart.title)
    yield f"{_strong(title, document)} {block_text(document, Paragraph((chart.says,)))}"
    if chart.numbers is not None:
        yield block_text(document, chart.numbers)


def _explanation(document: Document) -> Iterator[str]:
    for block in document.blocks:
        yield block_text(document, Heading(block.text, block.level + 1) if isinstance(block, Heading) else block)


def _strong(content: Content, document: Document) -> str:
    return f"**{block_text(document, Paragraph((content,)))}**"
