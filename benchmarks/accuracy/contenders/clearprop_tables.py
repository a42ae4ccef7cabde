"""Clearprop's model of raw tables, with its presets."""

import clearprop
from benchmarks.accuracy.contenders.base import Classifier
from benchmarks.contenders import UnavailableError


def make(seed: int, n_threads: int, preset: str) -> Classifier:
    """The number of threads is what its process may use."""
    estimator = getattr(clearprop, "TabularClassifier", None)
    if estimator is None:
        raise UnavailableError("clearprop.TabularClassifier is not there yet")
    return estimator(preset=preset, random_state=seed)
