"""Several networks as one estimator: its members, and what they report together."""

import math
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from clearprop.estimators.scikit_learn import check_random_state
from clearprop.mathematics.arrays import Array
from clearprop.training import History
from clearprop.training.history import mean_epoch

if TYPE_CHECKING:
    from clearprop.estimators.base import MultilayerPerceptron

#: What an ensemble learns from the data before any training; its members share it.
FROM_DATA = ("n_features_in_", "feature_names_in_", "classes_", "_labels")

#: What the members have of the network, all alike.
OF_THE_NETWORK = ("network_", "n_outputs_", "n_layers_", "out_activation_", "engine_")

OF_ONE_NETWORK = ("coefs_", "intercepts_", "parameters_")


def new_member(ensemble: "MultilayerPerceptron", seed: int | None) -> "MultilayerPerceptron":
    """Make an estimator of one network that is not fitted, with the ensemble's arguments and its own seed."""
    member = type(ensemble)(**_arguments(ensemble, seed))
    for name in FROM_DATA:
        if hasattr(ensemble, name):
            setattr(member, name, getattr(ensemble, name))
    return member


def prepared_members(ensemble: "MultilayerPerceptron", continues: bool) -> "list[MultilayerPerceptron]":
    """Make the members of an ensemble, or take those there are, ready to be trained on data that are checked.

    Their seeds are `check_random_state(random_state).randint(2**31 - 1, size=n_members)`, drawn anew at each call.
    """
    seeds = check_random_state(ensemble.random_state).randint(2**31 - 1, size=ensemble.n_members).tolist()
    if not continues:
        return [new_member(ensemble, seed) for seed in seeds]
    for member, seed in zip(ensemble.members_, seeds, strict=True):
        member.set_params(**_arguments(ensemble, seed))  # arguments may have been set since
    return ensemble.members_


def _arguments(ensemble: "MultilayerPerceptron", seed: int | None) -> dict[str, Any]:
    own = {"n_members": 1, "random_state": seed, "verbose": False, "callbacks": None}
    return {**ensemble.get_params(deep=False), **own}


def summarise(ensemble: "MultilayerPerceptron") -> None:
    """Set the ensemble's learned attributes from those of its members: means, but the greatest of the counts."""
    members = ensemble.members_
    for name in OF_THE_NETWORK:
        setattr(ensemble, name, getattr(members[0], name))
    ensemble.n_iter_, ensemble.t_ = (max(getattr(member, name) for member in members) for name in ("n_iter_", "t_"))
    ensemble.loss_ = float(np.mean([getattr(member, "loss_", np.inf) for member in members]))
    if not ensemble._is_stochastic:  # each network was trained by itself
        ensemble.history_ = _mean_history([member.history_ for member in members])
    else:
        ensemble.loss_curve_ = [epoch.loss for epoch in ensemble.history_.epochs]
        scored = members[0].validation_scores_ is not None
        ensemble.validation_scores_ = [epoch.score for epoch in ensemble.history_.epochs] if scored else None
        for name in ("best_validation_score_", "best_loss_"):
            values = [getattr(member, name) for member in members]
            setattr(ensemble, name, None if values[0] is None else float(np.mean(values)))
    history = ensemble.history_
    history.stopped_because = reasons_of([member.history_ for member in members])
    history.best_epoch = _best_epoch(history)


def reasons_of(histories: list[History]) -> str:
    """Return why the training of several networks ended: the reason, or each with how many it holds for."""
    reasons = Counter(history.stopped_because for history in histories if history.stopped_because)
    if len(reasons) > 1:
        return " ".join(f"{count} of the networks: {reason}" for reason, count in reasons.items())
    return next(iter(reasons), "")


def _mean_history(histories: list[History]) -> History:
    told = [history.epochs for history in histories if history.epochs]
    longest = max(map(len, told), default=0)
    return History([mean_epoch([epochs[min(i, len(epochs) - 1)] for epochs in told]) for i in range(longest)])


def _best_epoch(history: History) -> int | None:
    if not history.epochs:
        return None
    scored = history.epochs[-1].score is not None
    worth = history["score"].astype(float) if scored else -history["loss"]
    return None if np.isnan(worth).all() else int(np.nanargmax(worth)) + 1


def log_mean_of(logarithms: Iterable[Array]) -> Array:
    """Return the logarithm of the mean of probabilities that are given by their logarithms, finite where they are."""
    arrays = iter(logarithms)
    total, count = next(arrays), 1
    for logarithm in arrays:
        total, count = np.logaddexp(total, logarithm, out=total), count + 1
    return total if count == 1 else np.subtract(total, math.log(count), out=total)


def check_is_one_network(model: object, what: str) -> None:
    """Raise ValueError where a model is an ensemble, for what is of one network alone."""
    if hasattr(model, "members_"):
        raise ValueError(f"{what} is of one network, and this model has {len(model.members_)}: ask members_[0] for it")
