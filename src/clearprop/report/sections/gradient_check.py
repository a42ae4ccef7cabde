"""The check of the gradients: those of the equations that train beside central differences, entry by entry."""

from collections.abc import Iterator
from dataclasses import replace

from clearprop.derivation.documents.blocks import Document, Paragraph
from clearprop.derivation.gradient_checks import GradientCheck, check_network
from clearprop.derivation.messages import Message
from clearprop.report.blocks import Explanation, Finding, Fold, ReportBlock
from clearprop.report.subject import Subject
from clearprop.report.texts import number

#: So many rows, and of a network with more parameters than `MOST_PARAMETERS` so many entries of each array.
MOST_ROWS, MOST_PARAMETERS, MOST_ENTRIES = 3, 4_000, 200
#: A longer table is folded.
FOLDED_FROM = 12


def gradient_check(subject: Subject) -> Iterator[ReportBlock]:
    """The table of `clearprop.check_gradient`, on a few rows, and of a large network on entries drawn at random."""
    check = checked(subject)
    name = subject.kinds[0].name
    n = min(MOST_ROWS, 0 if subject.known is None else subject.known.features.num_rows)
    rows = Message("report_check.rows", n=number(n)) if n else Message("report_check.drawn")
    yield Paragraph((Message("report_check.meaning", name=name, rows=rows),))
    yield Finding("good" if check.passed else "warning", (check.verdict,))
    table = Explanation(lambda language: _details(replace(check, language=language).document))
    if len(check.rows) <= FOLDED_FROM:
        yield table
    else:
        yield Fold(Message("report.rows_folded", what=Message("report_check.arrays"), n=len(check.rows)), (table,))


def _details(document: Document) -> Document:
    """All but the verdict, which stands above."""
    return replace(document, blocks=document.blocks[1:])


def checked(subject: Subject) -> GradientCheck:
    """Check the gradients of the network that is explained."""
    kind, on = subject.kinds[0], subject.on(MOST_ROWS)
    rows = (None, None) if on is None else (on.X, on.Y)
    network, parameters = (kind.network, kind.parameters[0]) if on is None else (on.network, on.parameters)
    most = MOST_ENTRIES if network.n_parameters > MOST_PARAMETERS else None
    return check_network(network, parameters, *rows, source=kind.name, automatic=False, most_entries=most)
