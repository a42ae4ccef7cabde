"""How good the classes are: confusion, ROC, precision and recall, calibration."""

from collections.abc import Iterator, Sequence

import numpy as np

from clearprop.derivation.documents.blocks import Content, Heading, Paragraph, Table
from clearprop.derivation.messages import Message
from clearprop.mathematics.arrays import Array
from clearprop.report.blocks import Chart, Charts, Facts, ReportBlock
from clearprop.report.charts.lines import Line, LineChart
from clearprop.report.charts.matrix import MOST_CHARACTERS, Matrix
from clearprop.report.charts.scales import Scale
from clearprop.report.measures.classes import (
    Curve,
    Reliability,
    class_measures,
    confusion,
    precision_recall,
    reliability,
    roc,
)
from clearprop.report.sections.data import folded
from clearprop.report.subject import MeasuredRows, Subject
from clearprop.report.texts import named, number, percent

#: So many classes have a row of their own in the confusion matrix; the rest are one.
MOST_IN_MATRIX = 24
#: So many curves are in one chart.
MOST_CURVES = 6


def measures_of_classes(subject: Subject) -> Iterator[ReportBlock]:
    """Measures beside a baseline, the confusion matrix, curves for each class, and how far probabilities are right."""
    rows, classes = subject.rows, subject.classes
    assert rows is not None and classes is not None
    yield Paragraph(subject.origin)
    yield Facts(tuple(_facts(subject)))
    yield Heading(Message("report_classes.confusion"), 3)
    yield Paragraph((Message("report_classes.confusion_meaning"),))
    yield _confusion_chart(rows, classes)
    if len(np.unique(rows.y)) > 1:
        yield from _curves(rows, classes)
    yield Heading(Message("report_classes.calibration"), 3)
    yield from _calibration(rows, classes)


def _facts(subject: Subject) -> Iterator[tuple[Content, Content]]:
    measures = class_measures(subject)
    yield Message("report_classes.accuracy"), percent(measures["accuracy"], 2)
    yield Message("report_classes.majority"), percent(measures["majority_class_accuracy"], 2)
    yield Message("report_classes.log_loss"), number(measures["log_loss"])
    if measures["auc"] is not None:
        yield Message("report_classes.auc"), number(measures["auc"])


def _confusion_chart(rows: MeasuredRows, classes: Sequence[str]) -> Chart:
    counts, names = _few(confusion(rows.y, rows.predicted, len(classes)), classes)
    right = int(np.sum(rows.y == rows.predicted))
    says = Message("report_classes.confusion_says", right=number(right), all=number(len(rows)))
    short = [named(name, MOST_CHARACTERS) for name in names]
    drawing = Matrix(counts.tolist(), short, Message("report_classes.true"), Message("report_classes.predicted"))
    headings: tuple[Content, ...] = (Message("report_classes.true_and_predicted"), *map(named, names))
    cells = tuple((named(name), *map(number, row)) for name, row in zip(names, counts.tolist(), strict=True))
    table = Table(headings, cells)
    return Chart(Message("report_classes.confusion"), drawing, says, table)


def _few(counts: Array, classes: Sequence[str]) -> tuple[Array, list[str]]:
    """The commonest classes by themselves, the rest together as "…"."""
    if len(classes) <= MOST_IN_MATRIX:
        return counts, list(classes)
    kept = np.sort(np.argsort(-counts.sum(axis=1), kind="stable")[: MOST_IN_MATRIX - 1])
    group = np.full(len(classes), len(kept))
    group[kept] = np.arange(len(kept))
    found = np.zeros((len(kept) + 1, len(kept) + 1), int)
    np.add.at(found, (group[:, None], group[None, :]), counts)
    return found, [*(classes[k] for k in kept), "…"]


def _curves(rows: MeasuredRows, classes: Sequence[str]) -> Iterator[ReportBlock]:
    """ROC, and precision against recall: of two classes for the second, of more for each against the others."""
    chosen = [1] if len(classes) == 2 else [k for k in range(len(classes)) if 0 < np.sum(rows.y == k) < len(rows)]
    counts = [int(np.sum(rows.y == k)) for k in chosen]
    drawn = [chosen[at] for at in np.argsort([-count for count in counts], kind="stable")[:MOST_CURVES]]
    rocs = {k: roc(rows.y == k, rows.output[:, k]) for k in chosen}
    others = {k: precision_recall(rows.y == k, rows.output[:, k]) for k in chosen}
    yield Heading(Message("report_classes.curves"), 3)
    which = Message("report_classes.of_class", name=named(classes[1])) if len(classes) == 2 else ""
    meaning = Message("report_classes.curves_meaning", which=which or Message("report_classes.of_each_class"))
    yield Paragraph(
        (meaning, *([Message("report_classes.some_curves", n=MOST_CURVES)] if len(drawn) < len(chosen) else []))
    )
    yield Charts(
        (
            _curve_chart("roc", {classes[k]: rocs[k] for k in drawn}, [(0.0, 0.0), (1.0, 1.0)]),
            _curve_chart("precision", {classes[k]: others[k] for k in drawn}, []),
        )
    )
    if len(chosen) > 1:
        cells = tuple(
            (named(classes[k]), number(int(np.sum(rows.y == k))), number(rocs[k].area), number(others[k].area))
            for k in chosen
        )
        headings = tuple(Message(f"report_classes.{name}") for name in ("class", "rows", "roc_area", "precision_area"))
        yield folded(Table(headings, cells), Message("report_classes.areas"))


def _curve_chart(name: str, curves: dict[str, Curve], reference: list[tuple[float, float]]) -> Chart:
    lines = [
        Line(list(zip(curve.x.tolist(), curve.y.tolist(), strict=True)), _legend(of, curve, len(curves)), style)
        for style, (of, curve) in enumerate(curves.items())
    ]
    x, y = (Scale(0.0, 1.0, Message(f"report_classes.{name}_{axis}")) for axis in "xy")
    areas = ", ".join(f"{named(of)} {number(curve.area)}" for of, curve in curves.items())
    says = Message(f"report_classes.{name}_says", areas=areas)
    return Chart(Message(f"report_classes.{name}"), LineChart(x, y, lines, reference), says, _curve_table(name, curves))


def _legend(name: str, curve: Curve, n_curves: int) -> str:
    return f"{named(name, 20)}  {curve.area:.3f}" if n_curves > 1 else ""


def _curve_table(name: str, curves: dict[str, Curve]) -> Table:
    """The height of each curve at some places."""
    places = np.linspace(0.0, 1.0, 6)
    rows = tuple(
        (number(float(x)), *(number(float(np.interp(x, curve.x, curve.y)), 3) for curve in curves.values()))
        for x in places
    )
    return Table((Message(f"report_classes.{name}_x"), *map(named, curves)), rows)


def _calibration(rows: MeasuredRows, classes: Sequence[str]) -> Iterator[ReportBlock]:
    """The reliability diagram: of two classes for the second, of more for the class that is most probable."""
    if len(classes) == 2:
        probability, was_so = rows.output[:, 1], rows.y == 1
        which: Content = Message("report_classes.probability_of", name=named(classes[1]))
    else:
        probability, was_so = rows.output.max(axis=1), rows.output.argmax(axis=1) == rows.y
        which = Message("report_classes.probability_of_most_probable")
    found = reliability(probability, was_so)
    error = percent(found.error)
    yield Paragraph(
        (
            Message("report_classes.calibration_meaning", which=which, bins=len(found.counts)),
            Message("report_classes.error", error=error),
        )
    )
    yield _reliability_chart(found, which, error)


def _reliability_chart(found: Reliability, which: Content, error: str) -> Chart:
    spread = found.uncertainty
    points = list(zip(found.predicted.tolist(), found.observed.tolist(), strict=True))
    low, high = np.clip(found.observed - spread, 0, 1), np.clip(found.observed + spread, 0, 1)
    line = Line(points, marked=True, whiskers=list(zip(low.tolist(), high.tolist(), strict=True)))
    x, y = Scale(0.0, 1.0, which), Scale(0.0, 1.0, Message("report_classes.observed"))
    drawing = LineChart(x, y, [line], [(0.0, 0.0), (1.0, 1.0)])
    rows = tuple(
        (number(float(p), 3), number(float(o), 3), number(int(n)))
        for p, o, n in zip(found.predicted, found.observed, found.counts, strict=True)
    )
    headings = tuple(Message(f"report_classes.{name}") for name in ("probability", "observed", "rows"))
    says = Message("report_classes.error", error=error)
    return Chart(Message("report_classes.calibration"), drawing, says, Table(headings, rows))
