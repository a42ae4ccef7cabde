"""The gradients: their norms, layer by layer and epoch by epoch, and whether they vanish or explode."""

from collections.abc import Iterator

import numpy as np

from clearprop.derivation.documents.blocks import Heading, Paragraph, Table
from clearprop.derivation.messages import Message
from clearprop.mathematics.arrays import Array
from clearprop.report.blocks import Chart, Finding, ReportBlock
from clearprop.report.charts.lines import Line, LineChart
from clearprop.report.charts.scales import Scale
from clearprop.report.measures.gradient_flow import GradientFlow, gradient_flow
from clearprop.report.sections.training import mean_curve
from clearprop.report.subject import Subject
from clearprop.report.texts import number
from clearprop.report.views import NetworkKind

_TABLE_ROWS = 6


def gradients(subject: Subject) -> Iterator[ReportBlock]:
    """A chart of ‖∇Wˡ‖ for each kind of network, and what it means in plain words."""
    kinds = [kind for kind in subject.kinds if _recorded(kind)]
    if not kinds:
        yield Paragraph((Message("report_gradients.no_norms"),))
        return
    yield Paragraph((Message("report_gradients.meaning"), Message("report_gradients.rule", low="1/100", high="100")))
    for kind in kinds:
        if len(kinds) > 1:
            yield Heading(kind.name, 3)
        norms = _norms(kind)
        yield _finding(gradient_flow(norms), norms)
        yield _chart(norms)


def _recorded(kind: NetworkKind) -> list[Array]:
    """‖∇Wˡ‖, (epochs, L), of each network of which they were recorded; a solver such as lbfgs records none."""
    told = [history["gradient_norms"] for history in kind.histories if len(history)]
    return [norms for norms in told if norms.ndim == 2 and norms.shape[1]]


def _norms(kind: NetworkKind) -> Array:
    """‖∇Wˡ‖, (epochs, L), means over the networks of the kind."""
    told = _recorded(kind)
    return np.stack([mean_curve([norms[:, l] for norms in told]) for l in range(told[0].shape[1])], axis=1)


def _finding(flow: GradientFlow, norms: Array) -> Finding:
    if flow.verdict == "unknown":
        key = "one_layer" if norms.shape[1] < 2 else "no_norms"
        return Finding("note", (Message(f"report_gradients.{key}"),))
    tone = "good" if flow.verdict == "keeps" else "warning"
    ratio = number(flow.ratio, 2)
    words = Message(f"report_gradients.{flow.verdict}", ratio=ratio, L=norms.shape[1])
    return Finding(tone, (words,))


def _chart(norms: Array) -> Chart:
    n_layers = norms.shape[1]
    lines = [
        Line([(float(epoch), float(value)) for epoch, value in enumerate(norms[:, l], 1)], _layer(l + 1), l)
        for l in range(n_layers)
    ]
    x = Scale.over([1.0, float(len(norms))], Message("report_training.epoch"))
    y = Scale.over(norms.ravel(), Message("report_gradients.axis"), logarithmic=bool((norms > 0).any()))
    epochs = np.unique(np.linspace(1, len(norms), _TABLE_ROWS).round().astype(int))
    rows = tuple((number(int(epoch)), *(number(float(value), 3) for value in norms[epoch - 1])) for epoch in epochs)
    headings = (Message("report_training.epoch"), *(_layer(l + 1) for l in range(n_layers)))
    values = {"first": number(float(norms[-1, 0]), 2), "last": number(float(norms[-1, -1]), 2), "L": n_layers}
    says = Message("report_gradients.says", **values)
    return Chart(
        Message("report_gradients.title"), LineChart(x, y, lines, size=(640.0, 300.0)), says, Table(headings, rows)
    )


def _layer(l: int) -> Message:
    return Message("words.layer", l=l)
