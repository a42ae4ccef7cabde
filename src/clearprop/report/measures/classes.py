"""Measures of classes: beside a baseline, and the curves and bins that charts show."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from sklearn import metrics

from clearprop.estimators import table_measures
from clearprop.mathematics.arrays import Array
from clearprop.report.subject import Subject

#: Rows are parted into so many bins, but each has so many rows.
MOST_BINS, LEAST_ROWS_A_BIN = 10, 20


def class_measures(subject: Subject) -> dict[str, Any]:
    """Measure the predictions of a subject beside the commonest class; see `table_measures.of_classes`."""
    rows, classes = subject.rows, subject.classes
    assert rows is not None and classes is not None
    told = subject.record.get("commonest_class")
    commonest = classes.index(str(told)) if str(told) in classes else int(np.bincount(rows.y).argmax())
    return table_measures.of_classes(rows.y, rows.output, rows.predicted, commonest)


def confusion(y: Array, predicted: Array, n_classes: int) -> Array:
    """Count the rows of each true class (row) and predicted class (column), (n_classes, n_classes).

    >>> confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), 2).tolist()
    [[1, 1], [0, 1]]
    """
    counts = np.zeros((n_classes, n_classes), int)
    np.add.at(counts, (y, predicted), 1)
    return counts


@dataclass(frozen=True, eq=False)
class Curve:
    """Points (x, y) of a curve, and the area below it."""

    x: Array
    y: Array
    area: float


def roc(is_class: Array, score: Array) -> Curve:
    """Return the share of the others (x) and of the class (y) that is above each threshold.

    >>> roc(np.array([False, True]), np.array([0.2, 0.7])).area
    1.0
    """
    x, y, _ = metrics.roc_curve(is_class, score)
    return Curve(x, y, float(metrics.auc(x, y)))


def precision_recall(is_class: Array, score: Array) -> Curve:
    """Return recall (x) and precision (y) at each threshold; the area is the average precision.

    >>> precision_recall(np.array([False, True]), np.array([0.2, 0.7])).area
    1.0
    """
    precision, recall, _ = metrics.precision_recall_curve(is_class, score)
    return Curve(recall[::-1], precision[::-1], float(metrics.average_precision_score(is_class, score)))


@dataclass(frozen=True, eq=False)
class Reliability:
    """How often it was so, of the rows that were said to be about as probable: one number for each bin.

    `predicted` is the mean probability of a bin, `observed` the share that was so, `counts` its rows; `error` is the
    mean of |predicted − observed| over the rows.
    """

    predicted: Array
    observed: Array
    counts: Array

    @property
    def error(self) -> float:
        """Σ_b n_b |predicted_b − observed_b| / n."""
        return float(np.average(np.abs(self.predicted - self.observed), weights=self.counts))

    @property
    def uncertainty(self) -> Array:
        """About twice the standard error of each observed share."""
        shares = (self.observed * self.counts + 1) / (self.counts + 2)
        return 1.96 * np.sqrt(shares * (1 - shares) / self.counts)


def reliability(probability: Array, was_so: Array) -> Reliability:
    """Part rows into bins of about as many rows each by their probability, (n,), and count how often it was so.

    >>> found = reliability(np.repeat([0.1, 0.9], 20), np.repeat([False, True, False], [20, 10, 10]))
    >>> found.predicted.round(3).tolist(), found.observed.tolist(), found.counts.tolist()
    ([0.1, 0.9], [0.0, 0.5], [20, 20])
    """
    order = np.argsort(probability, kind="stable")
    bins = max(1, min(MOST_BINS, len(order) // LEAST_ROWS_A_BIN))
    edges = np.linspace(0, len(order), bins + 1).round().astype(int)
    parts: Sequence[Array] = [order[low:high] for low, high in pairwise(edges) if high > low]
    return Reliability(
        np.array([probability[part].mean() for part in parts]),
        np.array([was_so[part].mean() for part in parts]),
        np.array([len(part) for part in parts]),
    )
