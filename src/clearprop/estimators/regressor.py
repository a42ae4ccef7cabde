"""`MLPRegressor`: scikit-learn's, by the four equations, with more arguments."""

import numpy as np

from clearprop.engines.precision import number_types
from clearprop.estimators.base import MultilayerPerceptron
from clearprop.estimators.fitted_network import amounts
from clearprop.estimators.scikit_learn import (
    RegressorMixin,
    StrOptions,
    _fit_context,
    available_if,
    column_or_1d,
    validate_data,
)


class MLPRegressor(RegressorMixin, MultilayerPerceptron):
    """A fully connected network with identity (or, for counts, exponential) output, trained by BP1–BP4.

    E = Σ_i ω_i ½‖aᴸ_i − y_i‖² + α/(2m) Σ_l ‖Wˡ‖² for "squared_error"; the Poisson deviance halved for "poisson".

    Same arguments, defaults, random draws and learned attributes as `sklearn.neural_network.MLPRegressor`. With several
    targets scikit-learn reports the squared error averaged over them, while its gradient is that of the sum; the same
    numbers are reported and used here.

    Arguments: see `MLPClassifier`; `loss` is "squared_error" or "poisson" (targets ≥ 0).

    Raises:
        ValueError: on `fit`, an argument or data that do not fit; its kind `DivergenceError` if a loss is not finite.

    Example:
        >>> import numpy as np
        >>> X = np.linspace(-1, 1, 50)[:, None]
        >>> regressor = MLPRegressor(hidden_layer_sizes=(8,), solver="lbfgs", random_state=0).fit(X, X[:, 0] ** 2)
        >>> bool(regressor.score(X, X[:, 0] ** 2) > 0.99)
        True

    Source: note 2's equations, corrected, with the paired output of the half squared error.
    """

    _parameter_constraints: dict = {
        **MultilayerPerceptron._parameter_constraints,
        "loss": [StrOptions({"squared_error", "poisson"})],
    }

    def __init__(
        self,
        loss="squared_error",
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
            self,
            X,
            y,
            accept_sparse="csr",
            multi_output=True,
            y_numeric=True,
            dtype=number_types(self.precision),
            reset=reset,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if self.loss == "poisson" and np.min(y) < 0:
            raise ValueError(f"loss='poisson' needs targets of at least 0; y has {np.min(y)}")
        return X, y

    def _encode(self, y, dtype):
        return y.reshape(len(y), -1).astype(dtype)

    def _output_and_loss(self):
        return ("exponential", "poisson") if self.loss == "poisson" else ("identity", "half_squared_error")

    def _loss_scale(self):
        return 1.0 / self.n_outputs_ if self.loss == "squared_error" else 1.0

    def _decode(self, output):
        return amounts(output)

    def _default_score(self, y, predicted, sample_weight):
        from sklearn.metrics import r2_score  # whoever holds nothing out does not wait for it

        return r2_score(y, predicted, sample_weight=sample_weight)

    @available_if(lambda self: self._is_stochastic)
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y, sample_weight=None):
        """Train for one epoch on (X, y), from where the last call left off; arguments and errors as for `fit`."""
        return self._partial_fit(X, y, sample_weight)
