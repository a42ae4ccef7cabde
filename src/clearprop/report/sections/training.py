"""The training: loss, held-out score and learning rate, epoch by epoch."""

from collections.abc import Iterator, Sequence

import numpy as np

from clearprop.derivation.documents.blocks import Content, Paragraph, Table
from clearprop.derivation.messages import Message
from clearprop.mathematics.arrays import Array
from clearprop.report.blocks import Chart, Charts, ReportBlock
from clearprop.report.charts.lines import Line, LineChart
from clearprop.report.charts.scales import Scale
from clearprop.report.subject import Subject
from clearprop.report.texts import number
from clearprop.report.views import NetworkKind
from clearprop.training import History

#: What is drawn of an epoch, by the name of its field; each has a title and an axis in the catalogs.
CURVES = ("loss", "score", "learning_rate")
#: A scale whose numbers differ by more than this factor is logarithmic.
WIDE = 50.0
_TABLE_ROWS = 8


def training(subject: Subject) -> Iterator[ReportBlock]:
    """One faint line a network, and the mean of those of a kind."""
    if not any(len(history) for kind in subject.kinds for history in kind.histories):
        yield Paragraph((Message("report_training.no_history"),))
        return
    several = any(len(kind.histories) > 1 for kind in subject.kinds)
    sentences = [Message("report_training.meaning")]
    if several:
        sentences.append(Message("report_training.faint"))
    yield Paragraph(tuple(sentences))
    charts = [chart for name in CURVES for chart in _chart(subject, name)]
    yield Charts(tuple(charts))


def _chart(subject: Subject, name: str) -> Iterator[Chart]:
    lines: list[Line] = []
    means: list[tuple[Content, Array]] = []
    for style, kind in enumerate(subject.kinds):
        curves = [_curve(history, name) for history in kind.histories]
        curves = [curve for curve in curves if np.isfinite(curve).any()]
        if not curves:
            continue
        if len(curves) > 1:
            lines += [Line(_points(curve), style=style, faint=True) for curve in curves]
        means.append((_name(subject, kind), mean_curve(curves)))
    if not means:
        return
    shown = means if len(means) > 1 else [("", means[0][1])]
    lines += [Line(_points(mean), words, style) for style, (words, mean) in enumerate(shown)]
    title, axis = Message(f"report_training.{name}"), Message(f"report_training.{name}_axis")
    y = scale_of([value for line in lines for _, value in line.points], axis)
    x = Scale.over([1.0, *(value for line in lines for value, _ in line.points)], Message("report_training.epoch"))
    first, last = (number(float(means[0][1][at])) for at in (0, -1))
    says = Message("report_training.says", first=first, last=last, n=number(len(means[0][1])))
    yield Chart(title, LineChart(x, y, lines), says, _table(means))


def scale_of(values: Sequence[float], title: Content) -> Scale:
    """Return a scale that holds values, logarithmic where they are above 0 and far apart."""
    kept = [value for value in values if np.isfinite(value)]
    wide = bool(kept) and min(kept) > 0 and max(kept) > WIDE * min(kept)
    return Scale.over(kept, title, logarithmic=wide)


def mean_curve(curves: Sequence[Array]) -> Array:
    """Return the mean of curves of different lengths; one that has ended counts with its last value.

    >>> mean_curve([np.array([3.0, 1.0]), np.array([1.0, 1.0, 0.0])])
    array([2. , 1. , 0.5])
    """
    longest = max(map(len, curves))
    return np.mean([np.pad(curve, (0, longest - len(curve)), mode="edge") for curve in curves], axis=0)


def _curve(history: History, name: str) -> Array:
    if not len(history):
        return np.zeros(0)
    return np.array([np.nan if value is None else value for value in history[name].tolist()], float)


def _points(curve: Array) -> list[tuple[float, float]]:
    return [(float(epoch), float(value)) for epoch, value in enumerate(curve, 1)]


def _name(subject: Subject, kind: NetworkKind) -> Content:
    return kind.name if len(subject.kinds) > 1 else Message("report_training.mean")


def _table(means: Sequence[tuple[Content, Array]]) -> Table:
    """The means at some epochs."""
    longest = max(len(mean) for _, mean in means)
    epochs = np.unique(np.linspace(1, longest, _TABLE_ROWS).round().astype(int))
    rows = []
    for epoch in epochs.tolist():
        values = [float(mean[min(epoch, len(mean)) - 1]) for _, mean in means]
        rows.append((number(epoch), *map(number, values)))
    return Table((Message("report_training.epoch"), *(words for words, _ in means)), tuple(rows))
