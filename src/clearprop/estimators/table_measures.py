"""How good a table model's predictions are, beside a baseline; apart, for scikit-learn's metrics take long to load."""

from typing import Any

import numpy as np
from sklearn import metrics

from clearprop.mathematics.arrays import Array


def of_amounts(y: Array, predicted: Array, baseline: float) -> dict[str, Any]:
    """Measure predicted amounts, (n,); the baseline always says the mean of the training targets."""
    return {
        "root_mean_squared_error": float(metrics.root_mean_squared_error(y, predicted)),
        "mean_absolute_error": float(metrics.mean_absolute_error(y, predicted)),
        "r2": float(metrics.r2_score(y, predicted)) if len(y) > 1 else None,
        "baseline_root_mean_squared_error": float(np.sqrt(np.mean((y - baseline) ** 2))),
    }


def of_classes(codes: Array, probabilities: Array, predicted: Array, commonest: int) -> dict[str, Any]:
    """Measure probabilities, (n, n_classes), and predicted class codes, (n,), by the true codes, (n,).

    A code of −1 is a class that training never saw.

    Log loss and AUC are of the known classes; AUC is None where one of them is missing. The baseline always says the
    commonest class of training.
    """
    known = codes >= 0
    measures: dict[str, Any] = {
        "accuracy": float(np.mean(predicted == codes)),
        "majority_class_accuracy": float(np.mean(codes == commonest)),
        "log_loss": None,
        "auc": None,
        "rows_of_unknown_class": int(np.sum(~known)),
    }
    if known.any():
        p, every = probabilities[known].astype(np.float64), list(range(probabilities.shape[1]))
        p /= p.sum(axis=1, keepdims=True)
        measures["log_loss"] = float(metrics.log_loss(codes[known], p, labels=every))
        if len(np.unique(codes[known])) == len(every):
            score = p[:, 1] if len(every) == 2 else p
            measures["auc"] = float(metrics.roc_auc_score(codes[known], score, multi_class="ovr", labels=every))
    return measures
