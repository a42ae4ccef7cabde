"""`model.report()`: the way from a fitted model to its report, which stands above the estimators."""

import os
from typing import Any

import clearprop


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
        return clearprop.report(self, table, y, path=path, **options)
