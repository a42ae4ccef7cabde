"""`model.report()`: the way from a fitted model to its report, which stands above the estimators."""

import os
from importlib import import_module
from typing import Any

#: By its name, and when it is asked for: nothing below knows of reports.
_HOME = "clearprop.report.making"


class Reported:
    """`report` of estimators and table models."""

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
        return import_module(_HOME).report(self, table, y, path=path, **options)
