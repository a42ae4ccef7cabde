"""The explorer in a report: its script, where that is part of the package, and the data that it shows."""

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from clearprop.report.exploring.exploration import exploration_of
from clearprop.report.subject import Subject

#: The bundle: one script that draws into the element with the id `PLACE` what the element with the id `DATA` holds.
BUNDLE, PLACE, DATA = "explorer.js", "explorer", "exploration"
#: A network with more parameters would make the page too large; so many rows are shown.
MOST_PARAMETERS, MOST_ROWS = 150_000, 6


@cache
def bundle() -> str | None:
    """Return the explorer's script; None where it is not part of the package."""
    script = files(__package__) / BUNDLE
    return script.read_text(encoding="utf-8") if script.is_file() else None


def can_explore(subject: Subject) -> bool:
    """Whether there is a script, and a network and rows that it can show."""
    small = subject.kinds[0].network.n_parameters <= MOST_PARAMETERS
    return bundle() is not None and subject.known is not None and small


def explorer_data(subject: Subject) -> dict[str, Any]:
    """Return what the explorer shows in a report: the two worst rows and some others."""
    given = subject.known
    assert given is not None
    n = given.features.num_rows
    places = np.linspace(0, n - 1, MOST_ROWS - 2).astype(int).tolist()
    if subject.rows is not None:
        worst = subject.rows.numbers[np.argsort(-subject.rows.losses, kind="stable")[:2]]
        places = [*np.flatnonzero(np.isin(given.numbers, worst)).tolist(), *places]
    return exploration_of(subject.view, given, np.array(list(dict.fromkeys(places))))
