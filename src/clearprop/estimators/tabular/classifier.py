"""`TabularClassifier`: a raw table in, probabilities of classes out."""

from dataclasses import replace
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
from clearprop.estimators.tabular.base import TabularEstimator, TrainingTable, plain_target
from clearprop.estimators.tabular.calibration import MOST, temperature_of
from clearprop.estimators.tabular.decision import Decision
from clearprop.estimators.tabular.decision_rules import (
    MOST_PROBABLE,
    Metric,
    costs_for_metric,
    costs_given,
    metric_named,
)
from clearprop.estimators.tabular.members import Rows
from clearprop.mathematics.arrays import Array


class TabularClassifier(ClassifierMixin, TabularEstimator):
    """Networks for a raw table with classes: numbers, categories, dates and missing cells as they are.

    a = Σ_g π_g (1/K) Σ_k softmax(zᴸ_gk) over the K networks of each kind g of the preset; the shares π make the classes
    of rows that networks had left out most probable.

    Arguments:
        preset: "fast", "default", "best" or "realmlp", see `PRESETS`, or a `Preset` of your own, such as `tune` finds.
        schema: what the columns are, as `Schema.infer` found it and a person may have changed it; None: it is inferred.
        n_folds: of the preset, another number of networks of each kind, each chosen by its own n_folds-th of the rows.
        max_epochs: of the preset, another number of epochs at most.
        class_weight: None, "balanced" or {class: weight}; multiplies sample_weight. Probabilities are then those of the
            rows so weighted, not of the rows as they come: "balanced" says how probable a class would be if all were
            equally frequent. Costs then count beside the weights.
        calibrate: whether probabilities become a_k^(1/T), made to sum to 1, with the temperature T of the least log
            loss on the rows that networks had left out: the same rows that the shares π are found on; see
            `temperature_of`. Of several networks of a kind, one had left a row out, but all of them predict, and their
            mean is less sure than each: then T is at most 1.
        decision: which class is predicted: "most_probable"; or costs, as {(true class, predicted class): cost} (those
            not named: 1, and 0 for the right one) or as a matrix in the order of `classes_`, a row for each true class;
            or the name of a metric to be made greatest on held-out rows, weighted by sample_weight alone: "accuracy",
            "balanced_accuracy", "f1", "f1_macro", "mcc" or a scorer of scikit-learn that looks at predicted classes.
            The class j of least Σ_k p_k C_kj is predicted; a metric gives C_kj = f_k. See `costs_for_metric`.
        precision: "float32", "bfloat16" or "auto"; see `MLPClassifier`.
        engine: "auto" (the fastest there is) or the name of an engine; `engine_` tells which one ran.
        callbacks: functions that are given each `Epoch` (the mean over the networks of a kind); one that returns True
            ends the training.
        random_state: seed of initial weights, folds and batches.

    Learned attributes: `classes_`, `schema_`, `reader_`, `groups_` (the networks of each kind), `engine_`,
    `n_features_in_`, `feature_names_in_`, `held_out_probabilities_` (n, n_classes): of each training row, by the
    networks that had not seen it, before calibration; NaN where all had, and in rows of weight 0, which count as rows
    that were not given; `held_out_loss_`: their mean log loss. `decision_`, and of it `temperature_`, `costs_` (None:
    the most probable class) and, of two classes, `decision_threshold_`. Where nothing was held out, T is 1 and a metric
    cannot be learned: the most probable class is predicted.

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
        >>> cautious = TabularClassifier("fast", decision={("high", "low"): 4.0}, random_state=0).fit(table, price)
        >>> cautious.decision_threshold_  # "low", the second class, where it is at least so probable
        0.8

    Source: Holzmüller et al. 2024 (RealMLP-TD); Gorishniy et al. 2022 (bins); Guo et al. 2017 (temperature); Elkan 2001
    (costs).
    """

    _held_out_measure = "log loss"

    _parameter_constraints: dict = {
        **TabularEstimator._parameter_constraints,
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "calibrate": ["boolean"],
        "decision": [str, dict, "array-like"],
    }

    def __init__(
        self,
        preset="default",
        *,
        schema=None,
        n_folds=None,
        max_epochs=None,
        class_weight=None,
        calibrate=True,
        decision="most_probable",
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
        self.calibrate = calibrate
        self.decision = decision

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on a table, (n rows), and the class of each row, (n,), with row weights, (n,), if any.

        Raises:
            TableError, ValueError: see the class.
        """
        training, rows = self._training_rows(X, y, sample_weight)
        asked = self._decision_asked()  # before the training, for a mistake is told at once
        P = self._train(rows)
        self.held_out_probabilities_ = training.of_given_rows(P)
        self.decision_ = self._learned_decision(asked, P, rows, training.weights)
        return self

    def _training_rows(self, X: Any, y: Any, sample_weight: Any) -> tuple[TrainingTable, Rows]:
        training = self._training_table(X, y, sample_weight)
        check_classification_targets(training.y)
        self.classes_ = Labels.of(training.y).classes
        if len(self.classes_) < 2:
            raise ValueError(f"y: two classes are needed; every one is {self.classes_[0]!r} (one class)")
        codes = np.searchsorted(self.classes_, training.y)
        weights = training.weights
        if self.class_weight is not None:
            by_class = compute_sample_weight(self.class_weight, training.y)
            weights = by_class if weights is None else weights * by_class
        return training, self._rows(training.table, codes, np.eye(len(self.classes_))[codes], weights)

    def _decision_asked(self) -> Metric | Array | None:
        """What is to be decided by: a metric, costs, or (None) which class is most probable."""
        if not isinstance(self.decision, str):
            return costs_given(self.decision, self.classes_)
        return None if self.decision == MOST_PROBABLE else metric_named(self.decision, len(self.classes_))

    def _learned_decision(
        self, asked: Metric | Array | None, P: Array, rows: Rows, sample_weight: Array | None
    ) -> Decision:
        """The temperature of held-out probabilities, (n, n_classes), NaN where there are none; the costs asked for."""
        seen = ~np.isnan(P[:, 0])
        y, equal = rows.y[seen], np.ones(seen.sum())
        calibrated = Decision()
        if self.calibrate:
            weights = equal if rows.weights is None else rows.weights[seen]
            most = 1.0 if len(self.groups_[0].parameters) > 1 else MOST
            calibrated = Decision(temperature_of(P[seen], y, weights, most=most))
        if not callable(asked):
            return replace(calibrated, costs=asked)
        if not seen.any():
            return calibrated
        weights = equal if sample_weight is None else sample_weight[seen]
        return replace(calibrated, costs=costs_for_metric(asked, calibrated.probabilities(P[seen]), y, weights))

    @property
    def temperature_(self) -> float:
        """T of the calibration; 1 without one."""
        return self.decision_.temperature

    @property
    def costs_(self) -> Array | None:
        """What it costs to take class k (row) for class j (column), (n_classes, n_classes); None: most probable."""
        return self.decision_.costs

    @property
    def decision_threshold_(self) -> float | None:
        """Of two classes, the least probability of the second at which it is predicted (0.5, most probable: above)."""
        return self.decision_.threshold if len(self.classes_) == 2 else None

    def _known_targets(self, y: Any) -> Array:
        y = column_or_1d(plain_target(y))
        unknown = ~np.isin(y, self.classes_)
        if unknown.any():
            known = ", ".join(map(str, self.classes_))
            raise ValueError(f"y: {y[unknown].tolist()[0]!r} is not a class of the model: {known}")
        return np.eye(len(self.classes_))[np.searchsorted(self.classes_, y)]

    def predict_proba(self, X: Any) -> Array:
        """Predict the probabilities of the classes, (n, n_classes), in the order of `classes_`."""
        fitted = self.fitted_table()
        return fitted.probabilities(self._table(X, reset=False))

    def predict(self, X: Any) -> Array:
        """Predict the class of each row, (n,): the most probable one, or as the argument `decision` says."""
        fitted = self.fitted_table()
        return self.classes_.take(fitted.classes(self.predict_proba(X)))
