"""How an entry of a table is found by its name, and what a wrong name is told."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TypeVar

Entry = TypeVar("Entry")


def entry_named(table: Mapping[str, Entry], name: object, what: str) -> Entry:
    """The entry called `name`, or one of its aliases; `what` (say, "activation") is for the message.

    Raises ValueError that lists what there is.
    """
    for entry_name, entry in table.items():
        if name == entry_name or name in getattr(entry, "aliases", ()):
            return entry
    close = get_close_matches(str(name), table, n=1)
    hint = f" (did you mean {close[0]!r}?)" if close else ""
    raise ValueError(f"{what}: {name!r} is unknown{hint}; there are {', '.join(table)}")
