"""A network of a person's own making, trained on a raw table: `clearprop train` with an option of the network."""

import warnings
from typing import Any

import numpy as np

from clearprop.estimators.classifier import MLPClassifier
from clearprop.estimators.encoded_network import EncodedNetwork
from clearprop.estimators.regressor import MLPRegressor
from clearprop.estimators.scikit_learn import ConvergenceWarning
from clearprop.estimators.table_task import TableTask
from clearprop.tables import TableEncoder, TableError

TOO_FEW = "too few rows, or too few of a class"

#: What such a network is trained with unless the person says otherwise; early stopping watches the log loss, which
#: tells sooner than accuracy that a model has become too sure.
DEFAULTS: dict[str, Any] = {
    "hidden_layer_sizes": (128, 64),
    "learning_rate_init": 1e-3,
    "max_iter": 200,
    "dropout": 0.2,
    "early_stopping": True,
    "n_iter_no_change": 10,
    "tol": 0.0,
    "random_state": 0,
}


def train_own_network(
    task: TableTask, arguments: dict[str, Any]
) -> tuple[EncodedNetwork, MLPClassifier | MLPRegressor, dict[str, Any]]:
    """Train an `MLPClassifier` or `MLPRegressor`; what predicts from the table, the estimator, and its record.

    Raises:
        TableError: the table cannot be used, or no rows can be held out where that is asked for.
        ValueError: an argument that does not fit.
        DivergenceError: a loss was not finite.
    """
    encoder = TableEncoder()
    X = encoder.fit_transform(task.features, source=task.source)
    regression = task.labels is None
    settings = _settings(arguments, regression)
    estimator = (MLPRegressor if regression else MLPClassifier)(**settings)
    networks = EncodedNetwork(encoder, estimator)
    if regression:
        networks.centre, networks.scale = float(task.y.mean()), float(task.y.std())
    for note in encoder.notes:
        task.say(f"  {note}")
    if estimator.early_stopping and not _can_hold_out(task, estimator.validation_fraction):
        if arguments.get("early_stopping"):
            problem = f"early stopping cannot hold out {TOO_FEW}; leave it out"
            raise TableError(problem, source=task.source, column=task.target)
        task.say(f"  no rows are held out, for there are {TOO_FEW}: the training loss says when to stop")
        estimator.set_params(early_stopping=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # how training ended is on record
        estimator.fit(X, networks.standardised(task.y) if regression else task.y)
    return networks, estimator, _record(networks, estimator)


def _record(networks: EncodedNetwork, estimator: MLPClassifier | MLPRegressor) -> dict[str, Any]:
    history, best = estimator.history_, getattr(estimator, "best_validation_score_", None)
    return {
        "features": len(networks.encoder.feature_names),
        "epochs": len(history),
        "best_epoch": history.best_epoch,
        "held_out_score": None if best is None else estimator.scoring,
        "best_held_out_score": best,
        "stopped_because": history.stopped_because,
        "engine": estimator.engine_,
    }


def _settings(arguments: dict[str, Any], regression: bool) -> dict[str, Any]:
    """Fill in the defaults of what was not asked for, and refuse what would be ignored."""
    stochastic = arguments.get("solver") != "lbfgs"
    defaults = {**DEFAULTS, "scoring": "r2" if regression else "neg_log_loss"}
    if not stochastic:
        defaults |= {"dropout": 0.0, "early_stopping": False}
    settings = {**defaults, **arguments}
    if settings["early_stopping"] and not stochastic:
        raise ValueError("The 'early_stopping' parameter of TableModel needs another solver than lbfgs. Leave one out.")
    if "scoring" in arguments and not settings["early_stopping"]:
        raise ValueError("The 'scoring' parameter of TableModel is what early stopping watches. Leave it out without.")
    return settings


def _can_hold_out(task: TableTask, fraction: float) -> bool:
    """Whether a held-out part would have a row of each class, and the rest of the rows as well."""
    n_classes = 2 if task.labels is None else len(task.labels)
    least = len(task.y) if task.labels is None else int(np.bincount(task.y).min())
    return int(len(task.y) * fraction) >= max(2, n_classes) and least >= 2
