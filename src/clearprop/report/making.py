"""`report`: from a model, and rows if there are any, to a report."""

import os
from pathlib import Path
from typing import Any

from clearprop.derivation.messages import check_language
from clearprop.interchange.model_file import load
from clearprop.report.reports import Report, checked_suffix
from clearprop.report.subject import subject_of
from clearprop.report.texts import named
from clearprop.report.views import view_of
from clearprop.tables.atomic import check_writable
from clearprop.tables.reading import read_table


def report(
    model: Any,
    table: Any = None,
    y: Any = None,
    *,
    path: str | os.PathLike[str] | None = None,
    language: str = "en",
    name: str | None = None,
    model_path: str | os.PathLike[str] | None = None,
    source: str | None = None,
    trained_on: bool | None = None,
) -> Report:
    """Report on a fitted model: what it is, how good, what it relies on, how it was trained, where gradients come from.

    Measures are of rows that training had not seen, or it is said that it had: of the training table itself they are of
    what each network predicted of the rows that it had held out, where these are known (right after `fit`).

    Arguments:
        model: a fitted estimator or table model, or the path of a model file.
        table: rows as the model takes them, or the path of a table; of a table model, with the target's column.
        y: their targets, for an estimator.
        path: a file to write the report to: .html, .md or .pdf; None: it is only returned.
        language: "en" or "zh": the one shown first; a page holds both.
        name: what the report calls the model; None: its file's name, or its class.
        model_path: where the model is saved, for the code that uses it again.
        source: what the rows are called; None: their file's name.
        trained_on: whether `table` is what the model was trained on, row by row; None: it is found out.

    Raises:
        ValueError: no fitted model, an unknown language or suffix, targets that do not fit.
        TableError: rows that do not fit the model, or a folder that cannot be written to.

    Example:
        >>> from clearprop import TabularClassifier
        >>> table = {"size": [1.0, 2.0, 3.0, 4.0] * 15, "colour": ["red", "red", "blue", "blue"] * 15}
        >>> price = ["low", "low", "high", "high"] * 15
        >>> model = TabularClassifier("fast", max_epochs=2, random_state=0).fit(table, price)
        >>> made = report(model, table, price)
        >>> [section.key for section in made.sections][:3], made.to_html().startswith("<!DOCTYPE html>")
        (['summary', 'measures', 'worst_rows'], True)
    """
    check_language(language)
    if path is not None:
        checked_suffix(path)
        check_writable(path)  # before the work
    if isinstance(model, str | os.PathLike):
        model_path = model if model_path is None else model_path
        model = load(model)
    if isinstance(table, str | os.PathLike):
        source = Path(table).name if source is None else source
        table = read_table(table)
    told = name or (type(model).__name__ if model_path is None else Path(model_path).stem)
    where = {"path": "" if model_path is None else str(model_path), "source": source or "table"}
    subject = subject_of(view_of(model), table, y, name=named(told, 80), trained_on=trained_on, **where)
    made = Report.on(subject, language)
    if path is not None:
        made.write(path)
    return made
