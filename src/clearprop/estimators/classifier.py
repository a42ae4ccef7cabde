"""`MLPClassifier`: scikit-learn's, by the four equations, with more arguments."""

from numbers import Real

import numpy as np

from clearprop.engines.precision import number_types
from clearprop.estimators.base import MultilayerPerceptron
from clearprop.estimators.ensemble import log_mean_of
from clearprop.estimators.fitted_network import class_probabilities
from clearprop.estimators.labels import Labels
from clearprop.estimators.scikit_learn import (
    ClassifierMixin,
    Interval,
    StrOptions,
    _check_partial_fit_first_call,
    _fit_context,
    available_if,
    column_or_1d,
    compute_sample_weight,
    type_of_target,
    unique_labels,
    validate_data,
)
from clearprop.mathematics.activations import softplus
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.losses import LOSSES, log_softmax


class MLPClassifier(ClassifierMixin, MultilayerPerceptron):
    """A fully connected softmax (two classes or labels: sigmoid) classifier, trained by BP1–BP4.

    Zˡ = Aˡ⁻¹(Wˡ)ᵀ + bˡ, Aˡ = f(Zˡ), Aᴸ = softmax(Zᴸ); E = Σ_i ω_i e(aᴸ_i, y_i) + α/(2m) Σ_l ‖Wˡ‖².

    Same arguments, defaults, random draws and learned attributes as `sklearn.neural_network.MLPClassifier`: with the
    same `random_state` the loss curve and the weights are the same to rounding.

    Arguments of scikit-learn: see its documentation. `activation` may also be any elementwise entry of the activation
    table, or one name per hidden layer; `solver` any entry of the optimizer table.

    Arguments of our own:
        loss: "log_loss" (cross-entropy) or "squared_error" (half squared error, through the full softmax Jacobian).
        class_weight: None, "balanced" or {class: weight}; multiplies sample_weight.
        label_smoothing: s in [0, 1): targets become (1 − s) Y + s/n_L (softmax) or (1 − s) Y + s/2 (sigmoid).
        dropout: share of hidden units dropped at each step, in [0, 1).
        schedule: an entry of the schedule table, over `max_iter` epochs; None: as `learning_rate` says.
        scoring: what early stopping watches: a scikit-learn scorer's name or a scorer; None: accuracy.
        max_grad_norm: the gradient's Euclidean norm is cut to this; None: never.
        weight_decay: λ of the solvers "adamw" and "muon" (not the penalty `alpha`).
        initializer: an entry of the initializer table; None: scikit-learn's draw.
        n_members: k; more than 1 trains k networks at once, each with a seed of its own, and averages what they predict
            (a mean of probabilities). They are `members_`: fitted estimators, each as it would have been fitted alone
            with its `random_state`, drawn as `check_random_state(random_state).randint(2**31 - 1, size=k)`. Each ends
            by itself (with held-out rows of its own); `n_iter_` is the longest; losses, scores and the epochs that
            callbacks see are means, to which a network that has ended adds its last. With solver "lbfgs" they are
            trained one after another.
        precision: None: in the type of X. "float32", "float64": in that. "bfloat16": in float32, with the factors of
            matrix products rounded to bfloat16 (8 bits; sums are float32): for large networks on processors
            with AMX; refused where the processor has no bfloat16. "auto": that where it is faster, else float32.
        engine: "auto" (the fastest there is) or the name of an engine; `engine_` tells which one ran.
        callbacks: functions that are given each `Epoch`; one that returns True, or a sentence that says why, ends the
            training. Its method `on_progress(epoch, n_epochs, share)`, if it has one, is told within long epochs, too.

    Raises:
        ValueError: on `fit`, an argument or data that do not fit; its kind `DivergenceError` if a loss is not finite
            (of any member, told after the others have gone on to their ends).

    Example:
        >>> import numpy as np
        >>> X, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array(["low", "low", "high", "high"])
        >>> classifier = MLPClassifier((8,), solver="lbfgs", random_state=0).fit(X, y)
        >>> classifier.predict([[0.2], [2.9]])
        array(['low', 'high'], dtype='<U4')

    Source: note 2's equations, corrected; Rumelhart, Hinton & Williams 1986.
    """

    _parameter_constraints: dict = {
        **MultilayerPerceptron._parameter_constraints,
        "loss": [StrOptions({"log_loss", "squared_error"})],
        "class_weight": [dict, StrOptions({"balanced"}), None],
        "label_smoothing": [Interval(Real, 0, 1, closed="left")],
    }

    def __init__(
        self,
        hidden_layer_sizes=(100,),
        activation="relu",
        *,
        solver="adam",
        alpha=0.0001,
        batch_size="auto",
        learning_rate="constant",
        learning_rate_init=0.001,
        power_t=0.5,
        max_iter=200,
        shuffle=True,
        random_state=None,
        tol=1e-4,
        verbose=False,
        warm_start=False,
        momentum=0.9,
        nesterovs_momentum=True,
        early_stopping=False,
        validation_fraction=0.1,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-8,
        n_iter_no_change=10,
        max_fun=15000,
        loss="log_loss",
        class_weight=None,
        label_smoothing=0.0,
        dropout=0.0,
        schedule=None,
        scoring=None,
        max_grad_norm=None,
        weight_decay=0.01,
        initializer=None,
        n_members=1,
        precision=None,
        engine="auto",
        callbacks=None,
    ):
        self._store(locals())

    def _check_data(self, X, y, incremental, reset):
        X, y = validate_data(
            self, X, y, accept_sparse="csr", multi_output=True, dtype=number_types(self.precision), reset=reset
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if reset and not incremental:
            self._learn_classes(y)
        else:
            self._compare_classes(y)
        return X, y

    def _learn_classes(self, y) -> None:
        self._labels = Labels.of(y)
        self.classes_ = self._labels.classes

    def _compare_classes(self, y) -> None:
        seen = unique_labels(y)
        new = np.setdiff1d(seen, self.classes_)
        if self.warm_start and set(seen) != set(self.classes_):
            raise ValueError(
                "warm_start can only be used where `y` has the same classes as in the previous call to fit. "
                f"Previously got {self.classes_}, `y` has {seen}"
            )
        if len(new):
            raise ValueError(
                f"`y` has classes not in `self.classes_`: {new}. `self.classes_` has {self.classes_}; name all classes "
                "in the first call."
            )

    def _encode(self, y, dtype):
        return self._labels.encode(y, dtype)

    def _output_and_loss(self):
        softmax = self._labels.kind == "multiclass"
        if self.loss == "squared_error":
            return ("softmax" if softmax else "sigmoid"), "half_squared_error"
        return ("softmax", "cross_entropy") if softmax else ("sigmoid", "binary_cross_entropy")

    def _decode(self, output):
        return self._labels.decode(output)

    def _default_score(self, y, predicted, sample_weight):
        from sklearn.metrics import accuracy_score  # whoever holds nothing out does not wait for it

        return accuracy_score(y, predicted, sample_weight=sample_weight)

    def _smooth(self, Y):
        probabilities = LOSSES["cross_entropy" if self.network_.output == "softmax" else "binary_cross_entropy"]
        return probabilities.smooth(Y, self.label_smoothing)

    def _weigh_classes(self, y, weights, incremental):
        if self.class_weight is None:
            return weights
        if incremental and self.class_weight == "balanced":
            raise ValueError(
                "class_weight='balanced' is not supported by partial_fit, which does not see all rows; give a dict of "
                "weights, sklearn.utils.class_weight.compute_class_weight counts them"
            )
        if isinstance(self.class_weight, dict) and min(self.class_weight.values(), default=0) < 0:
            raise ValueError(
                "The 'class_weight' parameter of MLPClassifier must hold weights of at least 0. Got "
                f"{self.class_weight} instead."
            )
        by_class = compute_sample_weight(self.class_weight, y)
        return by_class if weights is None else weights * by_class

    @available_if(lambda self: self._is_stochastic)
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y, sample_weight=None, classes=None):
        """Train for one epoch on (X, y), from where the last call left off.

        Arguments:
            X, y, sample_weight: as for `fit`.
            classes: all classes, in the first call.

        Raises:
            ValueError: as `fit`; with early_stopping; a class that was not named in the first call.
        """
        if _check_partial_fit_first_call(self, classes):
            self._labels = Labels.of(y if type_of_target(y).startswith("multilabel") else classes)
        return self._partial_fit(X, y, sample_weight)

    def predict_proba(self, X) -> Array:
        """Probabilities of the classes in the order of `classes_`, (n, n_classes); of each label for multilabel."""
        return class_probabilities(self._output(X))

    def predict_log_proba(self, X) -> Array:
        """Logarithms of `predict_proba`, finite even where a probability underflows."""
        X = self._checked_rows(X)
        return log_mean_of(network._log_probabilities(X) for network in self._fitted_networks())

    def _log_probabilities(self, X) -> Array:
        z = self._output_of(X, pre_activation=True)
        if self.network_.output == "softmax":
            return log_softmax(z)
        return np.hstack([-softplus(z), -softplus(-z)]) if z.shape[1] == 1 else -softplus(-z)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
