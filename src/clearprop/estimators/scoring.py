"""The held-out score that early stopping watches."""

import copy
import inspect

import numpy as np

from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Parameters


def negative_log_loss(model, X, y, sample_weight=None) -> float:
    """Score as "neg_log_loss" does, also where the held-out rows lack a class that the model knows."""
    from sklearn.metrics import log_loss  # here and below: whoever holds nothing out does not wait for it

    return -log_loss(y, model.predict_proba(X), sample_weight=sample_weight, labels=model.classes_)


def _scorer(model):
    """Find the scorer that an estimator's argument `scoring` names, None for its default."""
    if model.scoring == "neg_log_loss":
        return negative_log_loss
    if not isinstance(model.scoring, str):
        return model.scoring
    from sklearn.metrics import get_scorer

    try:
        return get_scorer(model.scoring)
    except ValueError:
        raise ValueError(
            f"The 'scoring' parameter of {type(model).__name__} must be a scorer, None, or a name that "
            f"sklearn.metrics.get_scorer_names() lists. Got {model.scoring!r} instead."
        ) from None


class HeldOutScore:
    """Score a model that is still being trained on rows that it does not see.

    Arguments:
        model: the estimator; its `coefs_` are views that training changes.
        X, rows: all rows, (n, n_0), and the numbers of those that are held out.
        y, weights: the held-out rows' labels or targets and row weights (or None).

    Raises:
        ValueError: `model.scoring` is no scorer that scikit-learn knows.
    """

    def __init__(self, model, X, rows, y, weights) -> None:
        self._model = copy.copy(model)
        vars(self._model).pop("feature_names_in_", None)  # the held-out rows are plain arrays by now
        self._X, self._rows, self._y, self._weights = X, rows, y, weights
        self._scorer = _scorer(model)

    def __call__(self, parameters: Parameters) -> float:
        """Give the score of these parameters, greater is better; NaN where a prediction is not finite."""
        with np.errstate(over="ignore", invalid="ignore"):  # divergence is told by the loss of the next epoch
            return self._score(parameters)

    def _score(self, parameters: Parameters) -> float:
        if self._scorer is None:
            output = self._output(parameters)
            return self._default(output) if np.isfinite(output).all() else np.nan
        try:
            return float(self._scorer(self._model, self._X[self._rows], self._y, **self._weight_argument()))
        except (ValueError, TypeError, AttributeError) as error:
            if not np.isfinite(self._output(parameters)).all():
                return np.nan  # scikit-learn's scorers refuse what is not finite
            raise ValueError(
                f"The 'scoring' parameter of {type(self._model).__name__} must be a score of such a model on such a "
                f"target. Got {self._model.scoring!r} instead, which says: {error}"
            ) from error

    def _output(self, parameters: Parameters) -> Array:
        return self._model._engine.predict(self._model.network_, parameters, self._X[self._rows])

    def _default(self, output: Array) -> float:
        return self._model._default_score(self._y, self._model._decode(output), self._weights)

    def _weight_argument(self) -> dict:
        measure = getattr(self._scorer, "_score_func", self._scorer)
        known = "sample_weight" in inspect.signature(measure).parameters
        return {} if self._weights is None or not known else {"sample_weight": self._weights}
