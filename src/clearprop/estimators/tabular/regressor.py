"""`TabularRegressor`: a raw table in, amounts out."""

from typing import Any, Self

import numpy as np

from clearprop.estimators.scikit_learn import RegressorMixin, _fit_context
from clearprop.estimators.tabular.base import TabularEstimator, TrainingTable, plain_target
from clearprop.estimators.tabular.group import TargetScale
from clearprop.estimators.tabular.members import Rows
from clearprop.estimators.tabular.presets import Preset
from clearprop.mathematics.arrays import Array


class TabularRegressor(RegressorMixin, TabularEstimator):
    """Networks for a raw table with amounts: numbers, categories, dates and missing cells as they are.

    ŷ = mean + deviation · Σ_g π_g (1/K) Σ_k zᴸ_gk over the K networks of each kind g of the preset, trained on half the
    squared error of the standardised amounts; predictions stay within the amounts of training.

    Arguments, learned attributes, what is raised: as `TabularClassifier`, without classes. `held_out_predictions_`,
    (n,): of each training row, by the networks that had not seen it. Mean and deviation are weighted as the rows are.

    Example:
        >>> import numpy as np
        >>> x = np.linspace(0.0, 1.0, 200)
        >>> model = TabularRegressor("fast", random_state=0).fit({"x": x, "noise": x[::-1] ** 2}, 3.0 * x)
        >>> bool(abs(model.predict({"x": [0.5], "noise": [0.25]})[0] - 1.5) < 0.3)
        True

    Source: Holzmüller et al. 2024 (RealMLP-TD for regression).
    """

    _held_out_measure = "squared error of the standardised target"

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on a table, (n rows), and the amount of each row, (n,), with row weights, (n,), if any.

        Raises:
            TableError, ValueError: see the class.
        """
        training, rows = self._training_rows(X, y, sample_weight)
        self.held_out_predictions_ = training.of_given_rows(self.target_scale_.amounts(self._train(rows)))
        return self

    def _training_rows(self, X: Any, y: Any, sample_weight: Any) -> tuple[TrainingTable, Rows]:
        training = self._training_table(X, y, sample_weight, numeric=True)
        y, weights = training.y.astype(np.float64), training.weights
        mean = float(np.average(y, weights=weights))
        deviation = float(np.sqrt(np.average((y - mean) ** 2, weights=weights))) or 1.0
        self.target_scale_ = TargetScale(mean, deviation, float(y.min()), float(y.max()))
        standardised = self.target_scale_.standardised(y)
        return training, self._rows(training.table, standardised, standardised[:, None], weights)

    def _preset_of_kind(self) -> Preset:
        return self.asked_preset().for_amounts()

    def _known_targets(self, y: Any) -> Array:
        return self.target_scale_.standardised(np.asarray(plain_target(y), np.float64))[:, None]

    def predict(self, X: Any) -> Array:
        """Predict the amount of each row, (n,)."""
        fitted = self.fitted_table()
        return fitted.amounts(self._table(X, reset=False))
