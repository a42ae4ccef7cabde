"""What the classifier and the regressor share: from arguments and checked data to a trained network."""

import warnings
from abc import ABC, abstractmethod
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from clearprop.engines import Engine, Recipe, engine_named
from clearprop.engines.precision import with_precision
from clearprop.estimators import ensemble
from clearprop.estimators.arguments import OWN_ARGUMENTS, SCIKIT_LEARN_ARGUMENTS
from clearprop.estimators.explained import ExplainedPerceptron
from clearprop.estimators.fitted_network import mean_of
from clearprop.estimators.quick import current_parameters, needs_no_check, parameters_of
from clearprop.estimators.scikit_learn import (
    BaseEstimator,
    ConvergenceWarning,
    _check_sample_weight,
    _fit_context,
    check_is_fitted,
    check_random_state,
    is_classifier,
    validate_data,
)
from clearprop.estimators.scoring import HeldOutScore
from clearprop.estimators.verbose import PrintProgress
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.initializers import initialize
from clearprop.mathematics.network import Network, Parameters
from clearprop.training import (
    Data,
    DivergenceError,
    End,
    History,
    Plan,
    Run,
    Stopping,
    Task,
    minimise,
    train_together,
)
from clearprop.training.loop import Callback, raise_divergence

SCIKIT_LEARN_OUTPUTS = {"softmax": "softmax", "sigmoid": "logistic", "identity": "identity", "exponential": "exp"}


class MultilayerPerceptron(ExplainedPerceptron, BaseEstimator, ABC):
    """A fully connected network behind scikit-learn's interface; see `MLPClassifier` and `MLPRegressor`."""

    network_: Network
    members_: "list[MultilayerPerceptron]"

    _parameter_constraints: dict = {**SCIKIT_LEARN_ARGUMENTS, **OWN_ARGUMENTS}

    @classmethod
    @cache  # scikit-learn reads them off the signature each time, which takes longer than training a small member
    def _get_param_names(cls) -> list[str]:
        return super()._get_param_names()

    def _store(self, arguments: dict[str, Any]) -> None:
        for name in self._get_param_names():
            setattr(self, name, arguments[name])

    if not TYPE_CHECKING:  # or every name would be taken for an attribute

        def __getattr__(self, name: str) -> Any:
            if name in ensemble.OF_ONE_NETWORK and "members_" in vars(self):
                raise AttributeError(f"{name} is of one network, and this model has {len(self.members_)}: see members_")
            return super().__getattribute__(name)  # which says what is wrong

    # ---- what the two kinds differ in ----

    @abstractmethod
    def _check_data(self, X: Any, y: Any, incremental: bool, reset: bool) -> tuple[Any, Any]:
        """Checked X and y; learns the classes where there are any."""

    @abstractmethod
    def _encode(self, y: Any, dtype: np.dtype) -> Array:
        """Y, (n, n_L), hard targets."""

    @abstractmethod
    def _output_and_loss(self) -> tuple[str, str]:
        """The output activation and the loss of the network."""

    @abstractmethod
    def _decode(self, output: Array) -> Array:
        """Predictions from Aᴸ."""

    @abstractmethod
    def _default_score(self, y: Array, predicted: Array, sample_weight: Array | None) -> float:
        """scikit-learn's measure for early stopping: accuracy or R²."""

    def _loss_scale(self) -> float:
        return 1.0

    def _smooth(self, Y: Array) -> Array:
        return Y

    def _weigh_classes(self, y: Any, weights: Array | None, incremental: bool) -> Array | None:
        return weights

    # ---- fitting ----

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Train the network on (X, y).

        Arguments:
            X: (n, n_0), dense or sparse; y: (n,) or (n, n_L).
            sample_weight: (n,) non-negative row weights; they run through loss, BP1 and the mean.

        Raises:
            ValueError: data or arguments that do not fit, in one line.
            DivergenceError: a loss was not finite; the weights of the best finite epoch are kept.
        """
        return self._fit(X, y, sample_weight, incremental=False)

    def _partial_fit(self, X, y, sample_weight):
        if not self._is_stochastic:
            raise AttributeError(f"partial_fit needs a stochastic solver; solver={self.solver!r} is not one")
        if self.early_stopping:
            raise ValueError("partial_fit does not support early_stopping=True: hold out rows yourself and score them")
        return self._fit(X, y, sample_weight, incremental=True)

    @property
    def _is_stochastic(self) -> bool:
        return self.solver != "lbfgs"

    def _fit(self, X, y, sample_weight, incremental):
        continues = self._n_trained > 0 and (self.warm_start or incremental)
        if continues and self._n_trained != self.n_members:
            raise ValueError(
                f"The 'n_members' parameter of {type(self).__name__} must be {self._n_trained}, as many networks as "
                f"there are, where training goes on (warm_start, partial_fit). Got {self.n_members} instead."
            )
        X, y = self._check_data(X, y, incremental, reset=not continues)
        weights = self._row_weights(X, y, sample_weight, incremental)
        Y = self._encode(y, X.dtype)
        networks = self._networks(continues)
        for network in networks:
            network._begin((X.shape[1], Y.shape[1]), X.dtype, continues)
        self.network_, self.n_outputs_ = networks[0].network_, Y.shape[1]
        if self._is_stochastic:
            self._fit_stochastic(networks, X, Y, weights, incremental)
        else:
            self._fit_lbfgs(networks, X, self._smooth(Y), weights)
        return self

    @property
    def _n_trained(self) -> int:
        """How many networks there are: 0 before the first fit."""
        return len(self.members_) if "members_" in vars(self) else int(hasattr(self, "coefs_"))

    def _networks(self, continues: bool) -> "list[MultilayerPerceptron]":
        """Return the estimators of one network each that are to be trained: this one, or its members."""
        for name in ("members_",) if self.n_members == 1 else ("coefs_", "intercepts_"):
            self.__dict__.pop(name, None)  # of an earlier fit with another n_members
        if self.n_members == 1:
            return [self]
        if not continues:
            self.history_ = History()
        self.members_ = ensemble.prepared_members(self, continues)
        return self.members_

    def _begin(self, ends: tuple[int, int], dtype: np.dtype, continues: bool) -> None:
        self._random_state = check_random_state(self.random_state)
        self._held_out_rows: Array | None = None
        if continues:
            self.network_ = self._network(self.network_.sizes)
        else:
            self._initialize(*ends, dtype)

    def _row_weights(self, X, y, sample_weight, incremental) -> Array | None:
        weights = None
        if sample_weight is not None:
            weights = _check_sample_weight(sample_weight, X, dtype=X.dtype, ensure_non_negative=True)
        weights = self._weigh_classes(y, weights, incremental)
        return None if weights is None else weights.astype(X.dtype, copy=False)

    def _network(self, sizes: tuple[int, ...]) -> Network:
        output, loss = self._output_and_loss()
        hidden = self.activation if isinstance(self.activation, str) else tuple(self.activation)
        return Network(sizes, hidden, output, loss)

    def _initialize(self, n_features: int, n_outputs: int, dtype: np.dtype) -> None:
        sizes = np.atleast_1d(np.asarray(self.hidden_layer_sizes, dtype=object)).ravel().tolist()
        if any(not isinstance(size, int | np.integer) or size <= 0 for size in sizes):
            raise ValueError(
                f"The 'hidden_layer_sizes' parameter of {type(self).__name__} must be a positive whole number for each "
                f"hidden layer. Got {sizes} instead."
            )
        self.network_ = self._network((n_features, *sizes, n_outputs))
        self.n_outputs_, self.n_layers_ = n_outputs, len(self.network_.sizes)
        self.out_activation_ = SCIKIT_LEARN_OUTPUTS[self.network_.output]
        self.n_iter_, self.t_ = 0, 0
        self._show(initialize(self.network_, self.initializer or "scikit_learn", self._random_state, dtype))
        self.history_ = History()
        self._run: Run | None = None

    def _show(self, parameters: Parameters) -> None:
        """Let the learned attributes be views of these parameters, in scikit-learn's orientation (n_{l−1}, n_l)."""
        self.coefs_ = [W.T for W in parameters.W[1:]]
        self.intercepts_ = list(parameters.b[1:])

    @property
    def parameters_(self) -> Parameters:
        """The learned W and b as the mathematics counts them (views of `coefs_` and `intercepts_`)."""
        check_is_fitted(self)
        return parameters_of(self)

    @property
    def held_out_rows_(self) -> Array | None:
        """The numbers, from 0, of the rows that the last fit held out; None: there were none, or it is from a file."""
        return getattr(self, "_held_out_rows", None)

    @property
    def _engine(self) -> Engine:
        return engine_named(self.engine)

    def _recipe(self, dtype: np.dtype) -> Recipe:
        momentum = "nesterov" if self.nesterovs_momentum else "momentum"
        entries: dict = {"sgd": momentum, "lbfgs": "gradient_descent"}  # SciPy takes the steps of the latter
        return Recipe(
            optimizer=str(entries.get(self.solver, self.solver)),
            hyperparameters={
                name: float(getattr(self, name)) for name in ("momentum", "beta_1", "beta_2", "epsilon", "weight_decay")
            },
            alpha=float(self.alpha),
            dropout=float(self.dropout),
            dropout_seed=int(self._random_state.randint(2**31 - 1)) if self.dropout else 0,
            max_grad_norm=self.max_grad_norm,
            loss_floor=float(np.finfo(dtype).eps),  # the loss that is reported is scikit-learn's to the last digits
            loss_scale=self._loss_scale(),
        )

    def _rows_a_step(self, n_samples: int) -> int:
        return min(200, n_samples) if self.batch_size == "auto" else int(self.batch_size)

    def _plan(self, n_samples: int) -> Plan:
        batch_size = self._rows_a_step(n_samples)
        if batch_size > n_samples:
            warnings.warn(
                f"Got `batch_size` larger than sample size ({batch_size} > {n_samples}). It is going to be clipped.",
                stacklevel=5,
            )
        inverse = self.solver == "sgd" and self.learning_rate == "invscaling"
        return Plan(
            max_epochs=int(self.max_iter),
            batch_size=min(batch_size, n_samples),
            shuffle=bool(self.shuffle),
            learning_rate=float(self.learning_rate_init),
            schedule=self.schedule or ("inverse_scaling" if inverse else "constant"),
            schedule_numbers={"power": float(self.power_t)},
            adaptive=self.solver == "sgd" and self.learning_rate == "adaptive" and self.schedule is None,
            tol=float(self.tol),
            patience=self.n_iter_no_change,
        )

    def _fit_stochastic(self, networks: "list[MultilayerPerceptron]", X, Y, weights, incremental) -> None:
        started = [network._start(X, Y, weights, incremental) for network in networks]
        runs, first_rows = [run for run, _, _ in started], started[0][1]
        plan = self._plan(Y.shape[0] if first_rows is None else len(first_rows))
        data = Data(X, self._smooth(Y), weights)
        tasks = [
            Task(data, plan, network._random_state, rows, score, n_epochs=1 if incremental else None)
            for network, (_, rows, score) in zip(networks, started, strict=True)
        ]
        callbacks = self._callbacks(runs[0].stopping.reason(plan.patience))
        if networks != [self]:
            callbacks.insert(0, self.history_.epochs.append)
        try:
            train_together(runs, tasks, callbacks, self._engine.epochs)
        finally:
            for network, run in zip(networks, runs, strict=True):
                network._record(run)
            self._summarise()
        if self.verbose and all(run.end is End.PATIENCE for run in runs):
            print(f"{self.history_.stopped_because} Stopping.")
        if any(run.end is End.EPOCHS for run in runs) and not incremental:
            warnings.warn(
                f"Stochastic Optimizer: Maximum iterations ({self.max_iter}) reached and the optimization hasn't "
                "converged yet.",
                ConvergenceWarning,
                stacklevel=4,
            )

    def _start(self, X, Y, weights, incremental) -> tuple[Run, Array | None, HeldOutScore | None]:
        """Return the run, the rows that it is to be trained on and the score of the others (None, None: all rows)."""
        recipe = self._recipe(X.dtype)
        rows_a_step = min(self._rows_a_step(Y.shape[0]), Y.shape[0])
        recipe = with_precision(recipe, self.precision, self._engine, self.network_, rows_a_step)
        self.engine_ = self._engine.runs_on(self.network_, recipe, self.parameters_.dtype)
        run = self._run if incremental and self._run is not None else self._start_run(recipe)
        run.trainer.adjust(self.network_, recipe)  # arguments may have been set since
        run.trainer.restore(self.parameters_.flatten())  # coefs_ may have been set or unpickled since
        self._show(run.trainer.parameters)
        rows, score = self._hold_out(X, Y, weights) if self.early_stopping else (None, None)
        return run, rows, score

    def _summarise(self) -> None:
        if "members_" in vars(self):
            ensemble.summarise(self)

    def _callbacks(self, no_improvement: str = "") -> list[Callback]:
        return [PrintProgress(no_improvement)] * bool(self.verbose) + list(self.callbacks or ())

    def _start_run(self, recipe: Recipe) -> Run:
        trainer = self._engine.trainer(self.network_, self.parameters_, recipe)
        stopping = Stopping(float(self.tol), bool(self.early_stopping))
        if self._run is not None and self._run.stopping.by_score == stopping.by_score:
            # A warm start has a new optimizer and goes on with everything else, the best epoch so far included.
            stopping = replace(self._run.stopping, tol=stopping.tol)
        self._run = Run(trainer, stopping, self.history_, rows_seen=self.t_)
        return self._run

    def _record(self, run: Run) -> None:
        history, stopping = run.history, run.stopping
        self.n_iter_, self.t_ = run.epochs_done, run.rows_seen
        self.loss_curve_ = [epoch.loss for epoch in history.epochs]
        self.loss_ = self.loss_curve_[-1] if self.loss_curve_ else np.inf
        scored = stopping.by_score
        self.validation_scores_ = [epoch.score for epoch in history.epochs] if scored else None
        self.best_validation_score_ = stopping.best_score if scored else None
        self.best_loss_ = None if scored else stopping.best_loss

    def _hold_out(self, X, Y, weights) -> tuple[Array, HeldOutScore]:
        from sklearn.model_selection import train_test_split  # whoever holds nothing out does not wait for it

        stratify = Y.astype(bool) if is_classifier(self) and Y.shape[1] == 1 else None
        train, held_out = train_test_split(
            np.arange(Y.shape[0]),
            random_state=self._random_state,
            test_size=self.validation_fraction,
            stratify=stratify,
        )
        if len(held_out) < 2:
            raise ValueError(
                f"The validation set is too small: {len(held_out)} of {Y.shape[0]} rows. Increase "
                "'validation_fraction' or the size of your dataset."
            )
        self._held_out_rows = held_out
        held_out_weights = None if weights is None else weights[held_out]
        return train, HeldOutScore(self, X, held_out, self._decode(Y[held_out]), held_out_weights)

    def _fit_lbfgs(self, networks: "list[MultilayerPerceptron]", X, Y, weights) -> None:
        failures: list[DivergenceError | None] = []
        for network in networks:
            try:
                network._minimise(X, Y, weights, self._callbacks())
                failures.append(None)
            except DivergenceError as failure:
                failures.append(failure)
        self._summarise()
        raise_divergence(failures)

    def _minimise(self, X, Y, weights, callbacks: list[Callback]) -> None:
        asked = {name: getattr(self, name) for name in ("dropout", "max_grad_norm", "schedule")}
        asked["precision"] = self.precision == "bfloat16" and self.precision
        for name in (name for name, value in asked.items() if value):
            raise ValueError(
                f"The '{name}' parameter of {type(self).__name__} needs a stochastic solver; solver='lbfgs' is none. "
                "Leave one of them out."
            )
        recipe = self._recipe(X.dtype)
        self.engine_ = self._engine.runs_on(self.network_, recipe, X.dtype)
        minimum = minimise(
            self._engine,
            self.network_,
            self.parameters_,
            X,
            Y,
            weights,
            recipe,
            max_iterations=int(self.max_iter),
            max_evaluations=self.max_fun,
            tol=float(self.tol),
            callbacks=callbacks,
        )
        self._show(minimum.parameters)
        self.loss_, self.history_ = minimum.loss, minimum.history
        self.n_iter_ = min(minimum.account.nit, self.max_iter)
        if minimum.account.status == 1:
            warnings.warn(
                f"lbfgs failed to converge after {self.n_iter_} iteration(s): {minimum.account.message}. Increase "
                "max_iter (or max_fun), or scale the data.",
                ConvergenceWarning,
                stacklevel=5,
            )

    # ---- predicting ----

    def _checked_rows(self, X):
        if needs_no_check(X, vars(self)):
            return X
        check_is_fitted(self)
        return validate_data(self, X, accept_sparse="csr", reset=False)

    def _output(self, X) -> Array:
        """Return Aᴸ, or its mean over the members of an ensemble."""
        X = self._checked_rows(X)
        return mean_of(network._output_of(X) for network in self._fitted_networks())

    def _fitted_networks(self) -> "list[MultilayerPerceptron]":
        return self.members_ if "members_" in vars(self) else [self]

    def _output_of(self, X, *, pre_activation: bool = False) -> Array:
        """Return Aᴸ (or Zᴸ) of one network for rows that are checked."""
        parameters = current_parameters(self)
        X = X.astype(parameters.dtype, copy=False)
        return self._engine.predict(self.network_, parameters, X, pre_activation=pre_activation)

    def predict(self, X):
        """Predicted classes (n,), labels (n, n_L) or targets for the rows of X, (n, n_0)."""
        return self._decode(self._output(X))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
