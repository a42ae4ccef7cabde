"""How good the predictions are: of classes or of amounts, on rows with known targets."""

from collections.abc import Iterator

from clearprop.derivation.documents.blocks import Paragraph
from clearprop.report.blocks import ReportBlock
from clearprop.report.sections.amounts import measures_of_amounts
from clearprop.report.sections.classes import measures_of_classes
from clearprop.report.subject import Subject


def measures(subject: Subject) -> Iterator[ReportBlock]:
    """Measures and charts; without rows that have a target, one sentence that says why there are none."""
    if subject.rows is None:
        assert subject.why_not is not None
        yield Paragraph((subject.why_not,))
    elif subject.classes is None:
        yield from measures_of_amounts(subject)
    else:
        yield from measures_of_classes(subject)
