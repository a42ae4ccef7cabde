"""Data and comparisons that the tests of the estimators share."""

from functools import cache
from typing import Any

import numpy as np
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_iris,
    load_linnerud,
    make_multilabel_classification,
)
from sklearn.preprocessing import scale

from mathematics.cases import relative_error

ROWS = slice(0, None, 3)  # a third of the rows of the larger sets: the classes stay, the tests are quick


@cache
def table(name: str) -> tuple[np.ndarray, np.ndarray]:
    """X, (n, n_0), and y of one small problem."""
    if name == "binary":
        X, y = load_breast_cancer(return_X_y=True)
        return scale(X)[ROWS], y[ROWS]
    if name == "unscaled":
        X, y = load_breast_cancer(return_X_y=True)
        return X[ROWS], y[ROWS]
    if name in ("multiclass", "strings"):
        X, y = (array[:130] for array in load_iris(return_X_y=True))  # classes of 50, 50 and 30 rows
        return scale(X), y if name == "multiclass" else load_iris().target_names[y]
    if name == "multilabel":
        return make_multilabel_classification(120, 10, n_classes=4, random_state=0)
    if name == "several targets":
        X, y = load_linnerud(return_X_y=True)
        return scale(X), scale(y)
    X, y = load_diabetes(return_X_y=True)
    X, y = scale(X)[ROWS], scale(y)[ROWS]
    return X, np.random.RandomState(0).poisson(np.exp(y)) if name == "counts" else y


def uneven_weights(n: int) -> np.ndarray:
    """Row weights that are neither equal nor a whole in sum."""
    return np.random.RandomState(0).uniform(0.1, 3.0, n)


def differ(mine: Any, theirs: Any, tolerance: float) -> bool:
    """Whether two values differ: numbers by a share of the largest, arrays in a list one by one, others at all."""
    if isinstance(theirs, list) and theirs and isinstance(theirs[0], np.ndarray):
        return len(mine) != len(theirs) or any(map(differ, mine, theirs, [tolerance] * len(theirs)))
    mine, theirs = np.asarray(mine), np.asarray(theirs)
    if mine.dtype.kind != theirs.dtype.kind:
        return True
    if theirs.dtype.kind != "f":
        return not np.array_equal(mine, theirs)
    return not relative_error(mine, theirs) <= tolerance


def same_weights(mine: Any, theirs: Any, tolerance: float = 1e-9) -> bool:
    """Whether two estimators have learned the same weights and biases."""
    return not any(differ(getattr(mine, name), getattr(theirs, name), tolerance) for name in ("coefs_", "intercepts_"))
