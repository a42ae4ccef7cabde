"""The data: what each column is and why, what is missing, and how often each class occurs."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from clearprop.derivation.documents.blocks import Content, Paragraph, Table
from clearprop.derivation.messages import Message
from clearprop.report.blocks import Facts, Fold, ReportBlock
from clearprop.report.subject import Subject
from clearprop.report.texts import listed, named, number, percent
from clearprop.tables import FeatureReader

#: A table with more rows than this is folded.
MOST_ROWS = 15


def data(subject: Subject) -> Iterator[ReportBlock]:
    """The columns with kind, reason and missing cells, what was decided of them, and how often each class occurs."""
    encoder = subject.view.encoder
    if encoder is None:
        yield from _matrix(subject)
    else:
        yield Paragraph((Message("report_data.meaning"),))
        yield folded(_columns(encoder, subject), Message("report_data.all_columns"))
        if encoder.notes:
            yield Paragraph((Message("report_data.notes"),))
            yield folded(Table((Message("report_data.note"),), tuple((named(note),) for note in encoder.notes)))
    if subject.rows is not None and subject.classes is not None:
        yield Paragraph((Message("report_data.classes"),))
        yield folded(_class_counts(subject), Message("report_data.all_classes"))


def folded(table: Table, summary: Content | None = None, most: int = MOST_ROWS) -> ReportBlock:
    """Return a table, a long one behind a line that opens it."""
    if len(table.rows) <= most:
        return table
    told = Message("report.rows_folded", what=summary or Message("report.table"), n=number(len(table.rows)))
    return Fold(told, (table,))


def _matrix(subject: Subject) -> Iterator[ReportBlock]:
    names = subject.view.names  # type: ignore[attr-defined]
    facts: list[tuple[Content, Content]] = [(Message("report_data.n_columns"), number(len(names)))]
    if hasattr(subject.view.estimator, "feature_names_in_"):
        facts.append((Message("report_data.names"), listed(names, 30)))
    yield Facts(tuple(facts))


def _columns(encoder: Any, subject: Subject) -> Table:
    """A row for each column: name, kind, what becomes of it, what is known of it, missing cells."""
    becomes = {}
    if isinstance(encoder, FeatureReader):
        becomes = {column.name: column.becomes for column in encoder.schema.columns}
    missing = _missing(subject)
    rows = []
    for name, kind, summary in encoder.describe():
        share = missing.get(name)
        shown = "–" if share is None else "0" if not share else percent(share)
        words: list[Content] = [named(name), Message(f"report_data.kind_{kind}"), named(becomes.get(name, "") or "–")]
        rows.append((*words, named(summary), shown))
    names = ("column", "kind", "becomes", "reason", "missing")
    return Table(tuple(Message(f"report_data.{name}") for name in names), tuple(rows))


def _missing(subject: Subject) -> dict[str, float]:
    """The share of missing cells of each column in the rows at hand."""
    if subject.given is None:
        return {}
    features = subject.given.features
    found = {}
    for name, column in zip(features.column_names, features.columns, strict=True):
        count = column.null_count
        if str(column.type) in ("double", "float", "halffloat"):
            count = int(np.isnan(column.cast("float64").to_numpy()).sum())
        found[name] = count / max(1, features.num_rows)
    return found


def _class_counts(subject: Subject) -> Table:
    rows, classes = subject.rows, subject.classes
    assert rows is not None and classes is not None
    counts: Sequence[int] = np.bincount(rows.y, minlength=len(classes)).tolist()
    order = np.argsort([-count for count in counts], kind="stable")
    cells = tuple((named(classes[k]), number(counts[k]), percent(counts[k] / len(rows))) for k in order)
    return Table(tuple(Message(f"report_data.{name}") for name in ("class", "rows", "share")), cells)
