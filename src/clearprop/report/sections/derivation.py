"""The derivation of this very network: the four equations, where they come from, and a row with every number."""

from collections.abc import Iterator
from dataclasses import replace

from clearprop.derivation.documents.blocks import Content, Heading, Paragraph, Table
from clearprop.derivation.forms.chapters import write_summary
from clearprop.derivation.messages import Message
from clearprop.derivation.symbols import Symbols
from clearprop.derivation.writer import Writer
from clearprop.mathematics.network import Network
from clearprop.report.blocks import Explanation, Fold, ReportBlock
from clearprop.report.exploring.engine_row import EngineRow
from clearprop.report.exploring.row_lines import row_document
from clearprop.report.small_network import derived, small_network
from clearprop.report.subject import Subject
from clearprop.report.texts import number

#: So many rows has the batch that the equations are written for.
ROWS = 3


def derivation(subject: Subject) -> Iterator[ReportBlock]:
    """The four equations of the network that is explained; behind two lines, their derivation and a worked row."""
    network = subject.kinds[0].network
    small = small_network(network)
    yield Paragraph((Message("report_derivation.meaning", name=subject.kinds[0].name),))
    yield from _equations(network)
    found = derived(small)
    sizes = "-".join(map(str, small.sizes))
    said: list[Content] = [Message("report_derivation.small", sizes=sizes, n=number(len(found.steps)))]
    if small.n_layers < network.n_layers:
        said.append(Message("report_derivation.fewer_layers", n=small.n_layers, all=network.n_layers))
    yield Paragraph(tuple(said))
    summary = Message("report_derivation.lines", n=number(len(found.steps)))
    explanation = Explanation(lambda language: replace(found, language=language).document)
    yield Fold(summary, (explanation,), on_paper=False)
    yield from _worked_row(subject)


def _equations(network: Network) -> Iterator[ReportBlock]:
    """The table of the four equations, without its heading."""
    writer = Writer()
    write_summary(writer, Symbols(network, ROWS))
    yield from (block for block in writer.finish() if isinstance(block, Table))


def _worked_row(subject: Subject) -> Iterator[ReportBlock]:
    yield Heading(Message("report_derivation.row_heading"), 3)
    on = subject.on(1)
    if on is None:
        yield Paragraph((Message("report_derivation.no_row"),))
        return
    parameters = on.parameters.astype(float)
    row = EngineRow(on.network, parameters, on.X[0], on.Y[0])
    yield Paragraph((Message("report_derivation.row"),))
    yield Fold(Message("report_derivation.row_fold"), (Explanation(lambda language: row_document(row, language)),))
