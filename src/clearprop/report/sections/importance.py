"""Feature importance: what the model relies on, column by column."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from clearprop.derivation.documents.blocks import Paragraph, Table
from clearprop.derivation.messages import Message
from clearprop.report.blocks import Chart, ReportBlock
from clearprop.report.charts.bars import Bars
from clearprop.report.measures.importance import (
    MOST_COLUMNS,
    REPETITIONS,
    Importance,
    permutation_importance,
    rows_for,
)
from clearprop.report.subject import Subject
from clearprop.report.texts import named, number
from clearprop.tables.arrow_values import arrow_array

MOST_BARS = 20


def importance(subject: Subject) -> Iterator[ReportBlock]:
    """By how much the loss rises where the cells of a column change places among the rows."""
    rows = subject.rows
    if rows is None:
        return
    features = _used(subject)
    if features.num_columns > MOST_COLUMNS:
        yield Paragraph((Message("report_importance.too_many", n=number(features.num_columns), most=MOST_COLUMNS),))
        return
    n = rows_for(len(rows), features.num_columns)
    places = np.unique(np.linspace(0, len(rows) - 1, n).astype(int))
    found = permutation_importance(features.take(arrow_array(places)), rows.y[places], subject.view.output)
    loss = Message("report_importance.log_loss" if rows.classification else "report_importance.squared_error")
    values = {"n": number(len(places)), "repetitions": REPETITIONS, "loss": loss}
    sentences = [Message("report_importance.meaning", **values)]
    if subject.seen in ("held out", "trained on"):
        sentences.append(Message("report_importance.trained_on"))
    yield Paragraph((*sentences, Message("report_importance.together")))
    yield _chart(found, loss)


def _used(subject: Subject) -> pa.Table:
    """The columns that the model reads: those that were dropped change nothing."""
    assert subject.rows is not None
    features, encoder = subject.rows.features, subject.view.encoder
    if encoder is None:
        return features
    used = {name for name, kind, _ in encoder.describe() if kind != "dropped"}
    return features.select([name for name in features.column_names if name in used])


def _chart(found: list[Importance], loss: Message) -> Chart:
    shown = found[:MOST_BARS]
    title = Message("report_importance.axis", loss=loss)
    drawing = Bars(
        [named(one.column, 26) for one in shown],
        [one.increase for one in shown],
        title,
        [one.deviation for one in shown],
    )
    cells = tuple((named(one.column), number(one.increase, 3), number(one.deviation, 2)) for one in found)
    headings = tuple(Message(f"report_importance.{name}") for name in ("column", "increase", "deviation"))
    first = ", ".join(named(one.column, 30) for one in found[:3])
    says = Message("report_importance.says", names=first)
    return Chart(Message("report_importance.title"), drawing, says, Table(headings, cells))
