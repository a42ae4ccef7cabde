"""The explorer in a report: its script, whether a page has room for it, and the data that it shows."""

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from clearprop.derivation.messages import Message
from clearprop.report.exploring.exploration import exploration_of
from clearprop.report.subject import Subject
from clearprop.report.texts import number

#: The bundle: one script that draws into the element with the id `PLACE` what the element with the id `DATA` holds.
BUNDLE, PLACE, DATA = "explorer.js", "explorer", "exploration"
#: A network with more parameters would make the page too large; so many rows are shown.
MOST_PARAMETERS, MOST_ROWS = 150_000, 6


@cache
def bundle() -> str:
    """Return the explorer's script, a module, as it is built from `explorer/`."""
    return (files(__package__) / BUNDLE).read_text(encoding="utf-8")


def obstacle(subject: Subject) -> Message | None:
    """Return why the explorer has nothing to show; None: it has."""
    if subject.known is None:
        return Message("report.no_table") if subject.given is None else subject.why_not
    parameters = subject.kinds[0].network.n_parameters
    if parameters > MOST_PARAMETERS:
        return Message("report_explore.too_large", n=number(parameters), most=number(MOST_PARAMETERS))
    return None


def shown(subject: Subject) -> dict[str, Any]:
    """Return what the explorer shows in a report: the two worst rows and some others."""
    given = subject.known
    assert given is not None
    n = given.features.num_rows
    places = np.linspace(0, n - 1, MOST_ROWS - 2).astype(int).tolist()
    if subject.rows is not None:
        worst = subject.rows.numbers[np.argsort(-subject.rows.losses, kind="stable")[:2]]
        places = [*np.flatnonzero(np.isin(given.numbers, worst)).tolist(), *places]
    return exploration_of(subject.view, given, np.array(list(dict.fromkeys(places))))
