"""Feature importance: how much worse predictions become when the cells of a column change places."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from clearprop.mathematics.arrays import Array
from clearprop.report.subject import losses_of
from clearprop.tables.arrow_values import arrow_array

#: So many columns at most are asked, each with so many rows and repetitions, and together with so many predictions.
MOST_COLUMNS, MOST_ROWS, REPETITIONS, MOST_PREDICTIONS = 150, 1000, 3, 60_000


@dataclass(frozen=True)
class Importance:
    """By how much the mean loss rises where a column is shuffled: mean and deviation of the repetitions."""

    column: str
    increase: float
    deviation: float


def permutation_importance(
    features: pa.Table, y: Array, output: Callable[[pa.Table], Array], seed: int = 0
) -> list[Importance]:
    """Shuffle the cells of one column at a time and compare the mean loss with that of the rows as they are.

    Arguments:
        features: n rows; y: (n,) class codes or amounts.
        output: what a model predicts of rows.
        seed: same seed, same numbers.

    Returns:
        The columns, the most important one first.

    Example:
        >>> table = pa.table({"x": [0.0, 1.0, 2.0, 3.0], "noise": [5.0, 6.0, 7.0, 8.0]})
        >>> found = permutation_importance(table, np.arange(4.0), lambda rows: rows["x"].to_numpy())
        >>> [one.column for one in found], found[0].increase > 0, found[1].increase
        (['x', 'noise'], True, 0.0)

    Source: Breiman 2001; Fisher, Rudin and Dominici 2019.
    """
    random = np.random.default_rng(seed)
    before = float(np.mean(losses_of(output(features), y)))
    found = []
    for place, name in enumerate(features.column_names):
        orders = [random.permutation(len(y)) for _ in range(REPETITIONS)]
        shuffled = pa.concat_arrays(
            [features.column(place).combine_chunks().take(arrow_array(order)) for order in orders]
        )
        several = pa.concat_tables([features] * REPETITIONS).set_column(place, features.schema.field(place), shuffled)
        losses = losses_of(output(several), np.tile(y, REPETITIONS)).reshape(REPETITIONS, -1).mean(axis=1) - before
        found.append(Importance(name, float(losses.mean()), float(losses.std())))
    return sorted(found, key=lambda one: -one.increase)


def rows_for(n_rows: int, n_columns: int) -> int:
    """Return how many rows are shuffled, so that it takes seconds.

    >>> rows_for(10_000, 10), rows_for(10_000, 100), rows_for(50, 10)
    (1000, 200, 50)
    """
    return min(n_rows, MOST_ROWS, max(50, MOST_PREDICTIONS // (REPETITIONS * max(1, n_columns))))
