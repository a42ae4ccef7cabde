"""How good amounts are: predicted beside true ones, and what is left over."""

from collections.abc import Iterator

import numpy as np

from clearprop.derivation.documents.blocks import Content, Paragraph, Table
from clearprop.derivation.messages import Message
from clearprop.report.blocks import Chart, Charts, Facts, ReportBlock
from clearprop.report.charts.bars import Histogram
from clearprop.report.charts.lines import LineChart
from clearprop.report.charts.scales import Scale
from clearprop.report.measures.amounts import amount_measures
from clearprop.report.subject import MeasuredRows, Subject
from clearprop.report.texts import number

#: So many rows are drawn as dots, spread over all.
MOST_DOTS = 600
BINS = 24
_SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)


def measures_of_amounts(subject: Subject) -> Iterator[ReportBlock]:
    """Measures beside a baseline, predicted against true amounts, and the distribution of the errors."""
    rows = subject.rows
    assert rows is not None
    yield Paragraph(subject.origin)
    yield Facts(tuple(_facts(subject)))
    yield Charts((_dots(rows), _errors(rows)))


def _facts(subject: Subject) -> Iterator[tuple[Content, Content]]:
    measures = amount_measures(subject)
    for name in ("root_mean_squared_error", "baseline_root_mean_squared_error", "mean_absolute_error", "r2"):
        if measures[name] is not None:
            yield Message(f"report_amounts.{name}"), number(measures[name])


def _dots(rows: MeasuredRows) -> Chart:
    places = np.unique(np.linspace(0, len(rows) - 1, MOST_DOTS).astype(int))
    points = list(zip(rows.y[places].tolist(), rows.output[places].tolist(), strict=True))
    values = [*rows.y[places].tolist(), *rows.output[places].tolist()]
    x, y = (Scale.over(values, Message(f"report_amounts.{name}")) for name in ("true", "predicted"))
    drawing = LineChart(x, y, reference=[(x.low, x.low), (x.high, x.high)], dots=points)
    says = Message("report_amounts.dots_says", n=number(len(places)), r2=number(_correlation(rows), 3))
    return Chart(Message("report_amounts.dots"), drawing, says)


def _correlation(rows: MeasuredRows) -> float:
    if len(rows) < 2 or not rows.y.std() or not rows.output.std():
        return float("nan")
    return float(np.corrcoef(rows.y, rows.output)[0, 1])


def _errors(rows: MeasuredRows) -> Chart:
    errors = rows.output - rows.y
    low, high = np.quantile(errors, (0.005, 0.995))
    low, high = (low, high) if low < high else (low - 0.5, high + 0.5)
    counts, edges = np.histogram(np.clip(errors, low, high), bins=BINS, range=(low, high))
    drawing = Histogram(
        edges.tolist(), counts.tolist(), Message("report_amounts.error"), Message("report_amounts.rows")
    )
    shares = tuple((f"{100 * share:g}%", number(float(np.quantile(errors, share)))) for share in _SHARES)
    table = Table((Message("report_amounts.share"), Message("report_amounts.error_below")), shares)
    says = Message("report_amounts.errors_says", median=number(float(np.median(np.abs(errors)))))
    return Chart(Message("report_amounts.errors"), drawing, says, table)
