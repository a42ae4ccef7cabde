"""What is to be learned from a raw table: the columns, and the target as class codes or amounts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from clearprop.estimators.table_predictor import Label
from clearprop.mathematics.arrays import Array
from clearprop.tables import (
    TableError,
    amounts_of,
    class_labels,
    fingerprint,
    looks_continuous,
    split_target,
    to_table,
)
from clearprop.tables.errors import counted

TASKS = ("auto", "classification", "regression")


def _silent(line: str) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class TableTask:
    """A target to be predicted from the other columns of a table.

    Arguments:
        features: the other columns, n rows.
        y: (n,) class codes, or amounts.
        target: the target column's name.
        labels: the classes in the order of the codes; None for amounts.
        rows_dropped: how many rows had no target.
        source: the table's name.
        say: is given each line about what is going to be trained on what.
    """

    features: pa.Table
    y: Array
    target: str
    labels: list[Label] | None
    rows_dropped: int
    source: str = "table"
    say: Callable[[str], None] = _silent

    @classmethod
    def of(
        cls, table: Any, target: str, task: str, *, source: str = "table", say: Callable[[str], None] = _silent
    ) -> "TableTask":
        """The task that a table and the name of its target column are.

        Arguments:
            table: anything that `clearprop.tables.to_table` takes.
            target: the target column's name; rows where it is missing are dropped and counted.
            task: "classification", "regression", or "auto": regression if the target looks like an amount.
            source, say: see the class.

        Raises:
            TableError: the table or the target cannot be used.
            ValueError: an unknown task.

        Example:
            >>> TableTask.of({"x": [1, 2, 3], "kind": ["a", "b", None]}, "kind", "auto").headline()
            "table: 2 rows (1 more without a target were dropped), 1 column; to predict: 'kind', 2 classes"
        """
        if task not in TASKS:
            raise ValueError(
                f"The 'task' parameter of TableModel must be among {', '.join(TASKS)}. Got {task!r} instead."
            )
        features, values, dropped = split_target(to_table(table), target, source=source)
        if task == "regression" or (task == "auto" and looks_continuous(values)):
            return cls(features, _amounts(values, source, target), target, None, dropped, source, say)
        try:
            labels, codes = class_labels(values)
        except TableError as error:
            raise TableError(error.problem, source=source, column=target) from None
        return cls(features, codes, target, labels, dropped, source, say)

    def headline(self) -> str:
        """What is to be learned from what, in one line."""
        kind = "an amount (for classes, ask for classification)"
        if self.labels is not None:
            kind = f"{len(self.labels)} classes"
        without = f" ({self.rows_dropped:,} more without a target were dropped)" if self.rows_dropped else ""
        columns = counted(len(self.features.column_names), "column")
        return f"{self.source}: {len(self.y):,} rows{without}, {columns}; to predict: {self.target!r}, {kind}"

    def code_of(self, label: Label) -> int:
        """The code of a class; ValueError for one that there is not."""
        labels = self.labels or []
        if label not in labels:
            raise ValueError(f"{label!r} is not a class of {self.target!r}: {', '.join(map(str, labels))}")
        return labels.index(label)

    def record(self) -> dict[str, Any]:
        """What a model's record tells of its training table."""
        return {
            "source": self.source,
            "rows": len(self.y),
            "rows_dropped": self.rows_dropped,
            "fingerprint": fingerprint(self.features),
            "commonest_class": None if self.labels is None else self.labels[int(np.bincount(self.y).argmax())],
            "mean_target": float(self.y.mean()) if self.labels is None else None,
        }


def _amounts(values: pa.Array, source: str, target: str) -> Array:
    """The amounts of a target, (n,), whose spread is a number above 0."""
    y = amounts_of(values, source=source, target=target)
    with np.errstate(over="ignore", invalid="ignore"):
        scale = float(y.std())
    if not np.isfinite(scale):
        raise TableError("holds numbers too large to square; divide them", source=source, column=target)
    if scale == 0.0:
        raise TableError(f"every target is {y[0]:g}; two different ones are needed", source=source, column=target)
    return y
