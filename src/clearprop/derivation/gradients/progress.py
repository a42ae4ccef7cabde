"""The entries of a network in blocks that are computed at once, and how far that has come."""

from collections.abc import Callable, Iterator

import numpy as np

from clearprop.derivation.gradients.displaced import Displaced
from clearprop.derivation.gradients.problem import Problem
from clearprop.mathematics.arrays import Array

#: Is told the share of the entries that is done, from 0 to 1.
Progress = Callable[[float], None]


def chosen(n_entries: int, most: int | None) -> Array:
    """Return the numbers of all entries of an array, or of at most so many, drawn at random, the same each time.

    >>> chosen(3, None), len(chosen(1000, 10)), (chosen(1000, 10) == chosen(1000, 10)).all()
    (array([0, 1, 2]), 10, np.True_)
    """
    if most is None or n_entries <= most:
        return np.arange(n_entries)
    return np.sort(np.random.default_rng(0).choice(n_entries, most, replace=False))


def _of_layer(n: int, k: int, most: int | None) -> Array:
    """The numbers of the chosen weights, and of the chosen biases in the last column, in the flat (n, k + 1) array."""
    weights, biases = chosen(n * k, most), chosen(n, most)
    return np.sort(np.concatenate([weights // k * (k + 1) + weights % k, biases * (k + 1) + k]))


def blocks(
    problem: Problem, displaced: Displaced, progress: Progress | None, most: int | None = None
) -> Iterator[tuple[int, Array]]:
    """Entries of every layer, in blocks: (l, numbers of entries of the flat (n_l, n_{l−1} + 1) array).

    All of them, or of each layer's weights, and of its biases, at most so many; see `chosen`.
    """
    network, done = problem.network, 0
    for l in network.layers:
        every, length = _of_layer(network.sizes[l], network.sizes[l - 1], most), displaced.block_length(l)
        for start in range(0, len(every), length):
            entries = every[start : start + length]
            yield l, entries
            done += len(entries)
            if progress is not None:
                progress(done / network.n_parameters)
