"""How good probabilities are: the same measures for every contender."""

import numpy as np
from sklearn.metrics import roc_auc_score

#: Probabilities are kept so far from 0 and 1 that the log loss is finite.
SMALLEST_PROBABILITY = 1e-15
SUM_TOLERANCE = 1e-3


def measures(y: np.ndarray, probabilities: np.ndarray, classes: np.ndarray) -> dict[str, float | None]:
    """Return the error (a share), the log loss and the area under the ROC curve.

    Arguments:
        y: labels (m,).
        probabilities: (m, K), a column for each class.
        classes: their labels (K,), ascending.

    Raises:
        ValueError: they are no probabilities of these rows.
    """
    p = np.asarray(probabilities, np.float64)
    if p.shape != (len(y), len(classes)):
        raise ValueError(f"probabilities of shape {p.shape}, not {(len(y), len(classes))}")
    if not np.isfinite(p).all() or (p < 0).any() or np.abs(p.sum(axis=1) - 1).max() > SUM_TOLERANCE:
        raise ValueError("what it predicts are no probabilities: finite, not negative, with a sum of 1")
    return {
        "error": float(np.mean(classes[p.argmax(axis=1)] != y)),
        "log_loss": log_loss(y, p, classes),
        "auc": area_under_curve(y, p, classes),
    }


def log_loss(y: np.ndarray, p: np.ndarray, classes: np.ndarray) -> float:
    """−mean log p of each row's class."""
    clipped = np.clip(p, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    clipped /= clipped.sum(axis=1, keepdims=True)
    return float(-np.log(clipped[np.arange(len(y)), np.searchsorted(classes, y)]).mean())


def area_under_curve(y: np.ndarray, p: np.ndarray, classes: np.ndarray) -> float | None:
    """The second class's of two; of more, the mean over classes, each against the rest (None: one class alone)."""
    columns = [1] if len(classes) == 2 else range(len(classes))
    both = [column for column in columns if 0 < np.count_nonzero(y == classes[column]) < len(y)]
    return float(np.mean([roc_auc_score(y == classes[k], p[:, k]) for k in both])) if both else None


def columns_for(classes: np.ndarray, known: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return probabilities with a column for each class, 0 for those that the model has not seen."""
    p = np.zeros((len(probabilities), len(classes)))
    p[:, np.searchsorted(classes, known)] = probabilities
    return p
