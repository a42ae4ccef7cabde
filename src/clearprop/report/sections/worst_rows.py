"""The worst errors: the rows with the largest loss, with their cells."""

from collections.abc import Iterator

import numpy as np

from clearprop.derivation.documents.blocks import Content, Paragraph
from clearprop.derivation.messages import Message
from clearprop.report.blocks import Facts, Fold, ReportBlock
from clearprop.report.cells import cells_of
from clearprop.report.subject import MeasuredRows, Subject
from clearprop.report.texts import named, number

MOST_ROWS, MOST_CELLS = 8, 40


def worst_rows(subject: Subject) -> Iterator[ReportBlock]:
    """The rows whose prediction costs most, each with its cells behind a line that opens them."""
    rows = subject.rows
    if rows is None:
        return
    worst = np.argsort(-rows.losses, kind="stable")[:MOST_ROWS]
    share = float(rows.losses[worst].sum() / max(rows.losses.sum(), 1e-300))
    yield Paragraph((Message("report_worst.meaning", n=len(worst), share=f"{100 * share:.1f}%"),))
    for place in worst.tolist():
        yield Fold(_headline(subject, rows, place), (Facts(tuple(_cells(rows, place))),))


def _headline(subject: Subject, rows: MeasuredRows, place: int) -> Message:
    values = {"row": number(int(rows.numbers[place])), "loss": number(float(rows.losses[place]), 3)}
    if subject.classes is None:
        true, predicted = number(float(rows.y[place])), number(float(rows.predicted[place]))
        return Message("report_worst.amount", true=true, predicted=predicted, **values)
    true, predicted = (named(subject.classes[int(codes[place])], 40) for codes in (rows.y, rows.predicted))
    probability = number(float(rows.output[place, int(rows.y[place])]), 2)
    return Message("report_worst.class", true=true, predicted=predicted, probability=probability, **values)


def _cells(rows: MeasuredRows, place: int) -> Iterator[tuple[Content, Content]]:
    yield from cells_of(rows.features, place)[:MOST_CELLS]
    left = rows.features.num_columns - MOST_CELLS
    if left > 0:
        yield "…", Message("report_worst.more_cells", n=left)
