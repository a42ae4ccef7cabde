"""The entries of a network in blocks that are computed at once, and how far that has come."""

from collections.abc import Callable, Iterator

import numpy as np

from clearprop.derivation.gradients.displaced import Displaced
from clearprop.derivation.gradients.problem import Problem
from clearprop.mathematics.arrays import Array

#: Is told the share of the entries that is done, from 0 to 1.
Progress = Callable[[float], None]


def blocks(problem: Problem, displaced: Displaced, progress: Progress | None) -> Iterator[tuple[int, Array]]:
    """Every entry of every layer, in blocks: (l, numbers of entries of the flat (n_l, n_{l−1} + 1) array)."""
    network, done = problem.network, 0
    for l in network.layers:
        n_entries, length = network.sizes[l] * (network.sizes[l - 1] + 1), displaced.block_length(l)
        for start in range(0, n_entries, length):
            entries = np.arange(start, min(start + length, n_entries))
            yield l, entries
            done += len(entries)
            if progress is not None:
                progress(done / network.n_parameters)
