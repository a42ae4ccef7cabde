"""The place of the explorer: the network as a graph to click through."""

from collections.abc import Iterator

from clearprop.derivation.documents.blocks import Paragraph
from clearprop.derivation.messages import Message
from clearprop.report.blocks import Explorer, ReportBlock
from clearprop.report.explorer import obstacle, shown
from clearprop.report.subject import Subject


def explore(subject: Subject) -> Iterator[ReportBlock]:
    """The explorer, or why there is none."""
    why_not = obstacle(subject)
    if why_not is not None:
        yield Paragraph((why_not,))
        return
    yield Paragraph((Message("report_explore.meaning", name=subject.kinds[0].name),))
    yield Explorer(shown(subject))
