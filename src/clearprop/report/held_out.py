"""What a fitted estimator's training rows were predicted by networks that had not seen them."""

from typing import Any

import numpy as np

from clearprop.estimators.base import MultilayerPerceptron
from clearprop.estimators.tabular.base import TabularEstimator
from clearprop.mathematics.arrays import Array


def held_out_of_tabular(estimator: TabularEstimator) -> Array | None:
    """Return calibrated probabilities (n, n_classes) or amounts (n,) of the training rows, NaN where all saw a row.

    None where nothing was held out, or where the model was read from a file, which does not hold them.
    """
    probabilities = getattr(estimator, "held_out_probabilities_", None)
    if probabilities is not None:
        found = estimator.decision_.probabilities(probabilities)
        return None if np.isnan(found).all() else found
    amounts = getattr(estimator, "held_out_predictions_", None)
    return None if amounts is None or np.isnan(amounts).all() else amounts


def held_out_of_perceptron(estimator: MultilayerPerceptron, X: Any) -> Array | None:
    """Return probabilities (n, n_classes) or standardised amounts (n,) of the rows X that it was trained on.

    Of several networks, the mean of those that had left a row out; NaN where none had.
    """
    networks = [one for one in estimator._fitted_networks() if one.held_out_rows_ is not None]
    if not networks:
        return None
    total: Any = 0.0
    counts = np.zeros(len(X))
    for one in networks:
        rows: Any = one.held_out_rows_
        classes = hasattr(one, "classes_")
        found: Any = (one.predict_proba if classes else one.predict)(X[rows])
        spread = np.zeros((len(X), *found.shape[1:]))
        spread[rows] = found
        counts[rows] += 1
        total = total + spread
    with np.errstate(invalid="ignore", divide="ignore"):
        return total / (counts if total.ndim == 1 else counts[:, None])
