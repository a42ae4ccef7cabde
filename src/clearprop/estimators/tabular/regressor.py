"""`TabularRegressor`: a raw table in, amounts out."""

from typing import Any, Self

import numpy as np

from clearprop.estimators.scikit_learn import RegressorMixin, _fit_context
from clearprop.estimators.tabular.base import TabularEstimator, TrainingTable
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

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on a table, (n rows), and the amount of each row, (n,), with row weights, (n,), if any.

        Raises:
            TableError, ValueError: see the class.
        """
        training, rows = self._training_rows(X, y, sample_weight)
        self.held_out_predictions_ = training.of_given_rows(self._amounts(self._train(rows)))
        return self

    def _training_rows(self, X: Any, y: Any, sample_weight: Any) -> tuple[TrainingTable, Rows]:
        training = self._training_table(X, y, sample_weight, numeric=True)
        y, weights = training.y.astype(np.float64), training.weights
        self.range_ = float(y.min()), float(y.max())
        self.mean_ = float(np.average(y, weights=weights))
        self.deviation_ = float(np.sqrt(np.average((y - self.mean_) ** 2, weights=weights))) or 1.0
        standardised = (y - self.mean_) / self.deviation_
        return training, self._rows(training.table, standardised, standardised[:, None], weights)

    def _preset_of_kind(self) -> Preset:
        return self.asked_preset().for_amounts()

    def predict(self, X: Any) -> Array:
        """Predict the amount of each row, (n,)."""
        return self._amounts(self._output(X))

    def _amounts(self, output: Array) -> Array:
        return np.clip(self.mean_ + self.deviation_ * output[:, 0], *self.range_)
