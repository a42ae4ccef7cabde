"""A contender in its worker process: warmed up, trained, and measured on rows that it has not seen."""

import gc
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np

from benchmarks.accuracy.contenders import make
from benchmarks.accuracy.data import read_table, small_table
from benchmarks.accuracy.measures import columns_for, measures

TARGET = "benchmarks.accuracy.at_work:AtWork"


class AtWork:
    """One contender; every method takes and returns what JSON can hold."""

    def __init__(self, name: str, seed: int, n_threads: int) -> None:
        self._make = partial(make, name, seed, n_threads)
        self._make()

    def measure(self, path: str) -> dict[str, float | None]:
        """Train on a file's training rows, and return seconds and how good it is on the test rows.

        A small model is trained before, so that what a library loads or compiles at its first use is not counted; nor
        is the garbage collector's walk through all that was loaded, a tenth of a second that falls where it will.
        """
        train, test = read_table(Path(path))
        warm_up = small_table()
        self._make().fit(warm_up.X, warm_up.y).predict_proba(warm_up.X)
        model = self._make()
        gc.collect()
        gc.freeze()
        start = perf_counter()
        model.fit(train.X, train.y)
        fitted = perf_counter()
        probabilities = model.predict_proba(test.X)
        predicted = perf_counter()
        classes = np.unique(np.concatenate([train.y, test.y]))
        p = columns_for(classes, np.asarray(model.classes_, dtype=str), probabilities)
        return {
            **measures(test.y, p, classes),
            "fit_seconds": fitted - start,
            "predict_seconds": predicted - fitted,
        }
