"""`model.report()` and `model.explore()`: the ways from a fitted model to what stands above the estimators."""

import os
from importlib import import_module
from typing import Any

#: By their names, and when they are asked for: nothing below knows of reports.
_REPORT, _EXPLORE = "clearprop.report.making", "clearprop.report.notebooks"


class Reported:
    """`report` and `explore` of estimators and table models."""

    def report(
        self, path: str | os.PathLike[str] | None = None, table: Any = None, y: Any = None, **options: Any
    ) -> Any:
        """Report on this model, see `clearprop.report`: sections, charts and findings on one page.

        Arguments:
            path: a file to write it to: .html, .md or .pdf; None: it is only returned.
            table, y: rows to measure on, with their targets, as the model takes them.
            options: of `clearprop.report`, such as language="zh".

        Raises:
            TableError, ValueError: rows that do not fit the model, or a file that cannot be written.
        """
        return import_module(_REPORT).report(self, table, y, path=path, **options)

    def explore(self, X: Any, y: Any = None, **options: Any) -> Any:
        """Explore this model in a notebook, see `clearprop.report.explore`: click any weight, and see its gradient.

        Arguments:
            X, y: rows, with their targets, as the model takes them; y None: the table's own, or what it predicts.
            options: of `clearprop.report.explore`, such as rows=10 or language="zh".

        Raises:
            ImportError: anywidget is not installed; the line says how to install it.
            TableError, ValueError: rows that do not fit the model.
        """
        return import_module(_EXPLORE).explore(self, X, y, **options)
