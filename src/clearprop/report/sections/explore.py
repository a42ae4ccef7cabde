"""The place of the explorer: the network as a graph to click through, where its bundle is part of the package."""

from collections.abc import Iterator

from clearprop.derivation.documents.blocks import Paragraph
from clearprop.derivation.messages import Message
from clearprop.report.blocks import Explorer, ReportBlock
from clearprop.report.explorer import can_explore
from clearprop.report.subject import Subject


def explore(subject: Subject) -> Iterator[ReportBlock]:
    """The explorer, where there are rows to show and the network is not too large for a page."""
    if can_explore(subject):
        yield Paragraph((Message("report_explore.meaning", name=subject.kinds[0].name),))
        yield Explorer()
