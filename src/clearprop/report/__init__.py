"""Reports: sections about a fitted model, as one page, as Markdown, on paper. Callable: `clearprop.report(model, ...)`.

    from clearprop import report
    report(model, table, path="report.html")
    report.explore(model, table)  # in a notebook
    report.exploration(model, table)

Whoever imports this has a module that is also the function `report`; everything is loaded on first use.
"""

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what `__getattr__` finds
    from clearprop.report.exploring.exploration import exploration as exploration
    from clearprop.report.notebooks import explore as explore
    from clearprop.report.reports import Report as Report

_HOMES = {"Report": "reports", "exploration": "exploring.exploration", "explore": "notebooks"}


class _Callable(ModuleType):
    """The class of this module: folder and function have one name, and either may be imported first."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        from clearprop.report.making import report

        return report(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module 'clearprop.report' has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f"clearprop.report.{_HOMES[name]}"), name)


sys.modules[__name__].__class__ = _Callable
