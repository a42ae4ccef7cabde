"""`TabularClassifier`: a raw table in, probabilities of classes out."""

from typing import Any, Self

import numpy as np

from clearprop.estimators.labels import Labels
from clearprop.estimators.scikit_learn import (
    ClassifierMixin,
    StrOptions,
    _fit_context,
    check_classification_targets,
    column_or_1d,
    compute_sample_weight,
)
from clearprop.estimators.tabular.base import TabularEstimator, plain_target
from clearprop.mathematics.arrays import Array


class TabularClassifier(ClassifierMixin, TabularEstimator):
    """Networks for a raw table with classes: numbers, categories, dates and missing cells as they are.

    a = Σ_g π_g (1/K) Σ_k softmax(zᴸ_gk) over the K networks of each kind g of the preset; the shares π make the classes
    of rows that networks had left out most probable.

    Arguments:
        preset: "fast", "default", "best" or "realmlp"; see `PRESETS`.
        schema: what the columns are, as `Schema.infer` found it and a person may have changed it; None: it is inferred.
        n_folds: of the preset, another number of networks of each kind, each chosen by its own n_folds-th of the rows.
        max_epochs: of the preset, another number of epochs at most.
        class_weight: None, "balanced" or {class: weight}; multiplies sample_weight.
        precision: "float32", "bfloat16" or "auto"; see `MLPClassifier`.
        engine: "auto" (the fastest there is) or the name of an engine; `engine_` tells which one ran.
        callbacks: functions that are given each `Epoch` (the mean over the networks of a kind); one that returns True
            ends the training.
        random_state: seed of initial weights, folds and batches.

    Learned attributes: `classes_`, `schema_`, `reader_`, `groups_` (the networks of each kind), `engine_`,
    `n_features_in_`, `feature_names_in_`, `held_out_probabilities_` (n, n_classes): of each training row, by the
    networks that had not seen it; `held_out_loss_`: their mean log loss.

    Raises:
        TableError: the table cannot be used: one line that says where, what and what would be right.
        ValueError: an argument or target that does not fit; its kind `DivergenceError` if a loss is not finite.

    Example:
        >>> size = [1.0, 2.0, 3.0, None, 5.0, 6.0] * 10
        >>> table = {"size": size, "colour": ["red", "red", None, "blue", "blue", "blue"] * 10}
        >>> price = ["low", "low", "low", "high", "high", "high"] * 10
        >>> model = TabularClassifier("fast", random_state=0).fit(table, price)
        >>> model.predict({"size": [1.5, 5.5], "colour": ["red", "blue"]}).tolist()
        ['low', 'high']

    Source: Holzmüller et al. 2024 (RealMLP-TD); Gorishniy et al. 2022 (bins).
    """

    _held_out_measure = "log loss"

    _parameter_constraints: dict = {
        **TabularEstimator._parameter_constraints,
        "class_weight": [StrOptions({"balanced"}), dict, None],
    }

    def __init__(
        self,
        preset="default",
        *,
        schema=None,
        n_folds=None,
        max_epochs=None,
        class_weight=None,
        precision="float32",
        engine="auto",
        callbacks=None,
        random_state=None,
    ) -> None:
        super().__init__(
            preset,
            schema=schema,
            n_folds=n_folds,
            max_epochs=max_epochs,
            precision=precision,
            engine=engine,
            callbacks=callbacks,
            random_state=random_state,
        )
        self.class_weight = class_weight

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on a table, (n rows), and the class of each row, (n,), with row weights, (n,), if any.

        Raises:
            TableError, ValueError: see the class.
        """
        features, y = self._read_training(X, y)
        check_classification_targets(y)
        labels = Labels.of(y)
        if len(labels.classes) < 2:
            raise ValueError(f"y: two classes are needed; every one is {labels.classes[0]!r} (one class)")
        self.classes_ = labels.classes
        codes = np.searchsorted(labels.classes, y)
        weights = self._row_weights(sample_weight, y)
        if self.class_weight is not None:
            by_class = compute_sample_weight(self.class_weight, y)
            weights = by_class if weights is None else weights * by_class
        trained = self._train(features, codes, np.eye(len(labels.classes))[codes], weights, self._asked_preset())
        self.held_out_probabilities_ = trained.held_out_output
        return self

    def _known_targets(self, y: Any) -> Array:
        y = column_or_1d(plain_target(y))
        unknown = ~np.isin(y, self.classes_)
        if unknown.any():
            known = ", ".join(map(str, self.classes_))
            raise ValueError(f"y: {y[unknown][0]!r} is not a class of the model: {known}")
        return np.eye(len(self.classes_))[np.searchsorted(self.classes_, y)]

    def predict_proba(self, X: Any) -> Array:
        """Predict the probabilities of the classes, (n, n_classes), in the order of `classes_`."""
        fitted = self.fitted_table()
        return fitted.probabilities(self._table(X, reset=False))

    def predict(self, X: Any) -> Array:
        """Predict the most probable class of each row, (n,)."""
        fitted = self.fitted_table()
        return self.classes_.take(fitted.classes(self.predict_proba(X)))
