"""The derivation of this very network: the four equations, where they come from, and a row with every number."""

from collections.abc import Iterator
from dataclasses import replace

from clearprop.derivation.documents.blocks import Content, Document, Heading, Paragraph, Table
from clearprop.derivation.forms.chapters import write_summary
from clearprop.derivation.messages import Message
from clearprop.derivation.symbols import Symbols
from clearprop.derivation.working import Worked, worked
from clearprop.derivation.writer import Writer
from clearprop.mathematics.network import Network
from clearprop.report.blocks import Explanation, Fold, ReportBlock
from clearprop.report.small_network import derived, small_network
from clearprop.report.subject import Subject
from clearprop.report.texts import named, number

#: A network with more parameters takes too long to be worked out in 130 digits for a report.
MOST_PARAMETERS = 60_000


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
    yield Fold(summary, (Explanation(lambda language: replace(found, language=language).document),))
    yield from _worked_row(subject)


def _equations(network: Network) -> Iterator[ReportBlock]:
    """The table of the four equations, without its heading."""
    writer = Writer()
    write_summary(writer, Symbols(network))
    yield from (block for block in writer.finish() if isinstance(block, Table))


def _worked_row(subject: Subject) -> Iterator[ReportBlock]:
    yield Heading(Message("report_derivation.row_heading"), 3)
    if subject.known is None or subject.kinds[0].network.n_parameters > MOST_PARAMETERS:
        key = "no_row" if subject.known is None else "too_large"
        yield Paragraph((Message(f"report_derivation.{key}", most=number(MOST_PARAMETERS)),))
        return
    try:
        step = worked_row(subject)
    except ValueError as error:  # such as a loss that is infinite on this row
        yield Paragraph((str(error),))
        return
    values = {"before": number(step.loss_before), "after": number(step.loss_after)}
    yield Paragraph((Message("report_derivation.row", **values),))
    yield Fold(Message("report_derivation.row_fold"), (Explanation(lambda language: _in(step, language)),))


def worked_row(subject: Subject) -> Worked:
    """The first row at hand, worked out.

    Raises:
        ValueError: the loss of this row is not finite.
    """
    on = subject.on(1)
    assert on is not None
    assumed = subject.given is not None and subject.given.y is None
    inputs, outputs = (tuple(map(named, names)) for names in (on.input_names, on.output_names))
    return worked(
        on.network,
        on.parameters,
        on.X[:1],
        on.Y[:1],
        input_names=inputs,
        output_names=outputs,
        assumed_targets=assumed,
    )


def _in(step: Worked, language: str) -> Document:
    return replace(step, language=language).document
