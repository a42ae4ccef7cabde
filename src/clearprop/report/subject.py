"""The subject of a report: a model, the rows that it is looked at with, and what it predicts of them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from clearprop.derivation.messages import Message
from clearprop.estimators.network_on_rows import NetworkOnRows
from clearprop.mathematics.arrays import Array
from clearprop.report.texts import named, number
from clearprop.report.views import GivenRows, NetworkKind, View

SMALLEST_PROBABILITY = 1e-15


@dataclass(frozen=True, eq=False)
class MeasuredRows:
    """Rows with known targets, and what was predicted of them.

    Arguments:
        features: n rows; numbers: (n,) their numbers in what was given, from 1.
        y: (n,) class codes or amounts.
        output: (n, n_classes) probabilities, or (n,) amounts; predicted: (n,) class codes or amounts.
    """

    features: pa.Table
    numbers: Array
    y: Array
    output: Array
    predicted: Array

    def __len__(self) -> int:
        return len(self.y)

    @property
    def classification(self) -> bool:
        """Whether classes are predicted."""
        return self.output.ndim == 2

    @cached_property
    def losses(self) -> Array:
        """The log loss or squared error of each row, (n,)."""
        return losses_of(self.output, self.y)


def losses_of(output: Array, y: Array) -> Array:
    """The log loss of probabilities (n, n_classes), or the squared error of amounts (n,), row by row.

    >>> losses_of(np.array([3.0, 1.0]), np.array([1.0, 1.0]))
    array([4., 0.])
    """
    if output.ndim == 2:
        return -np.log(np.maximum(output[np.arange(len(y)), y], SMALLEST_PROBABILITY))
    return (output - y) ** 2


@dataclass(frozen=True, eq=False)
class Subject:
    """What a report is about.

    Arguments:
        view: the model.
        name: what the model is called; path: of its file, "" where it has none.
        given: the rows that were given; None: none were.
        source: what they are called.
        rows: those that are measured on; None: `why_not` says why there are none.
        origin: where the measured rows come from, and whether training had seen them.
        seen: whether training had seen them: "held out", "trained on", "other" (they are not its table) or "unknown".
    """

    view: View
    name: str
    path: str
    given: GivenRows | None
    source: str
    rows: MeasuredRows | None
    origin: tuple[Message, ...]
    seen: str = "unknown"
    why_not: Message | None = None

    @cached_property
    def kinds(self) -> list[NetworkKind]:
        """The networks of each kind, the one that counts most first."""
        return self.view.kinds()

    @cached_property
    def record(self) -> dict[str, Any]:
        """How training went."""
        return self.view.record()

    @property
    def classes(self) -> tuple[str, ...] | None:
        """The classes as texts; None for amounts."""
        return self.view.classes

    @property
    def target(self) -> str:
        """What the target is called."""
        return named(self.view.target) if self.view.target else "y"

    @cached_property
    def known(self) -> GivenRows | None:
        """The given rows whose class, if they have one, training had seen."""
        if self.given is None or self.given.y is None or self.classes is None:
            return self.given
        places = np.flatnonzero(self.given.y >= 0)
        return self.given if len(places) == len(self.given.y) else self.given.taken(places) if len(places) else None

    def on(self, most: int) -> NetworkOnRows | None:
        """The network that is explained, on at most so many of the given rows, spread over them; None: none are."""
        rows = self.known
        if rows is None:
            return None
        n = rows.features.num_rows
        return self.view.on(rows.taken(np.unique(np.linspace(0, n - 1, most).astype(int))))


def subject_of(
    view: View,
    table: Any = None,
    y: Any = None,
    *,
    name: str,
    path: str = "",
    source: str = "table",
    trained_on: bool | None = None,
) -> Subject:
    """Return what a report on a model is about.

    Arguments:
        view: the model.
        table, y: rows and targets as the model takes them; None: none.
        name, path, source: see `Subject`.
        trained_on: whether these are the rows that the model was trained on, in their order; None: it is found out by
            their fingerprint.

    Raises:
        TableError, ValueError: rows or targets that do not fit the model.
    """
    if table is None:
        return Subject(view, name, path, None, "", None, (), why_not=Message("report.no_table"))
    given = view.given(table, y, source)
    named_source = named(source, 60)
    if given.y is None:
        why = Message(view.obstacle) if view.obstacle else Message("report.no_target", source=named_source)
        return Subject(view, name, path, given, source, None, (), why_not=why)
    known = view.knows(given)
    trained = known if trained_on is None else trained_on
    held_out = view.held_out(given) if trained else None
    n = number(len(given.y))
    if held_out is not None and len(held_out) == len(given.y):
        seen = "held out"
        n_left_out = number(int(np.sum(_is_predicted(held_out))))
        origin = [Message("report.origin_held_out", n=n_left_out, all=n, source=named_source)]
        output = held_out
    else:
        seen = {True: "trained on", False: "other", None: "unknown"}[trained]
        origin = [Message(f"report.origin_{seen.partition(' ')[0]}", n=n, source=named_source)]
        output = view.output(given.features)
    rows = _measured(view, given, output)
    n_unknown = 0 if view.classes is None else int(np.sum(given.y < 0))
    if n_unknown:
        origin.append(Message("report.unknown_classes", n=number(n_unknown)))
    why_not = None if rows is not None else Message("report.only_unknown_classes", source=named_source)
    return Subject(view, name, path, given, source, rows, tuple(origin), seen, why_not)


def _measured(view: View, given: GivenRows, output: Array) -> MeasuredRows | None:
    """The rows whose target is known to the model, and which something was predicted of."""
    y: Any = given.y
    kept = _is_predicted(output)
    if view.classes is not None:
        kept &= y >= 0
    if not kept.any():
        return None
    places = np.flatnonzero(kept)
    some, output = given.taken(places), output[places].astype(float)
    if output.ndim == 2:
        output = output / output.sum(axis=1, keepdims=True)
    predicted = view.decided(output) if view.classes is not None else output
    return MeasuredRows(some.features, some.numbers, y[places], output, np.asarray(predicted))


def _is_predicted(output: Array) -> Array:
    """Which rows something was predicted of, (n,)."""
    return ~np.isnan(output.reshape(len(output), -1)[:, 0])
