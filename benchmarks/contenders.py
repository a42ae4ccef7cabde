"""What every benchmark's contenders share: an entry of a table, and a module that is loaded where it runs."""

from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import Any


class UnavailableError(Exception):
    """A contender cannot run here; the message says why."""


@dataclass(frozen=True)
class Entry:
    """A contender: its name, the module whose `make(**arguments)` makes it, and how it is set to do its best."""

    name: str
    module: str
    arguments: dict[str, Any] = field(default_factory=dict)
    settings: str = ""


def load(module: str) -> ModuleType:
    """Return a contender's module; raises `UnavailableError` where the library that it needs is not installed."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise UnavailableError(f"{error.name} is not installed") from None
