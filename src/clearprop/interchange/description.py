"""What a model is besides its numbers, as plain JSON, and a model made of both again."""

from typing import Any

import numpy as np

import clearprop
from clearprop.estimators.base import MultilayerPerceptron
from clearprop.estimators.classifier import MLPClassifier
from clearprop.estimators.encoded_network import EncodedNetwork
from clearprop.estimators.ensemble import new_member
from clearprop.estimators.labels import Labels
from clearprop.estimators.regressor import MLPRegressor
from clearprop.estimators.table_model import TableModel
from clearprop.estimators.tabular.base import TabularEstimator
from clearprop.interchange.plain import (
    plain_arguments,
    plain_array,
    plain_network,
    plain_value,
    rebuilt_argument,
    rebuilt_array,
)
from clearprop.interchange.predictor import TABULAR, encoded_network_of, network_of, record_of
from clearprop.interchange.tabular_description import describe_tabular, rebuild_tabular, tensors_of_tabular
from clearprop.interchange.tensors import Tensors, parameters_of, tensors_of
from clearprop.mathematics.arrays import Array
from clearprop.training import History

ESTIMATORS = {"MLPClassifier": MLPClassifier, "MLPRegressor": MLPRegressor}

#: Learned attributes that are plain numbers or lists of numbers; those that a model lacks are left out.
PLAIN_ATTRIBUTES = (
    "n_features_in_",
    "n_outputs_",
    "n_layers_",
    "out_activation_",
    "engine_",
    "n_iter_",
    "t_",
    "loss_",
    "best_loss_",
    "loss_curve_",
    "validation_scores_",
    "best_validation_score_",
)


def is_fitted(estimator: MultilayerPerceptron | TabularEstimator) -> bool:
    """Whether there is anything to save."""
    if isinstance(estimator, TabularEstimator):
        return estimator.__sklearn_is_fitted__()
    return bool(estimator._n_trained)


def tensors_of_estimator(estimator: MultilayerPerceptron | TabularEstimator) -> dict[str, Array]:
    """All numbers of a fitted estimator's networks."""
    if isinstance(estimator, TabularEstimator):
        return tensors_of_tabular(estimator)
    return tensors_of([network.parameters_ for network in estimator._fitted_networks()])


def describe(model: Any) -> dict[str, Any]:
    """All of a fitted model but its tensors, as plain values."""
    written_by = {"written_by": clearprop.__version__}
    if not isinstance(model, TableModel):
        return {**written_by, "kind": "estimator", "estimator": _describe_estimator(model)}
    encoded = model.networks if isinstance(model.networks, EncodedNetwork) else None
    return {
        **written_by,
        "kind": "table model",
        "estimator": _describe_estimator(model.estimator),
        **({"encoder": encoded.encoder.to_dict(), "centre": encoded.centre, "scale": encoded.scale} if encoded else {}),
        "target": model.target,
        "labels": model.labels,
        "record": model.record,
    }


def rebuild(description: dict[str, Any], tensors: Tensors) -> Any:
    """The model that `describe` described, with the tensors of its networks.

    Raises KeyError, TypeError or ValueError where description and tensors do not hold together.
    """
    plain = description["estimator"]
    estimator = (rebuild_tabular if plain["class"] in TABULAR else _rebuild_estimator)(plain, tensors)
    if description["kind"] == "estimator":
        return estimator
    networks = (
        estimator.fitted_table()
        if isinstance(estimator, TabularEstimator)
        else encoded_network_of(description, estimator)
    )
    return TableModel(networks, description["target"], description["labels"], record_of(description), estimator)


def _describe_estimator(estimator: MultilayerPerceptron | TabularEstimator) -> dict[str, Any]:
    if isinstance(estimator, TabularEstimator):
        return describe_tabular(estimator)
    plain: dict[str, Any] = {
        "class": type(estimator).__name__,
        "arguments": plain_arguments(estimator),
        "network": plain_network(estimator.network_),
        **_learned(estimator),
    }
    if estimator.n_members > 1:
        plain["members"] = [{"random_state": one.random_state, **_learned(one)} for one in estimator.members_]
    if hasattr(estimator, "feature_names_in_"):
        plain["feature_names"] = [str(name) for name in estimator.feature_names_in_]
    if isinstance(estimator, MLPClassifier):
        labels = estimator._labels
        plain["classes"] = {**plain_array(estimator.classes_), "labels_of": labels.kind, "sparse": labels.sparse}
    return plain


def _learned(estimator: MultilayerPerceptron) -> dict[str, Any]:
    """What training told of a network, or of several together."""
    return {
        "attributes": {n: plain_value(getattr(estimator, n)) for n in PLAIN_ATTRIBUTES if hasattr(estimator, n)},
        "history": estimator.history_.to_dict(),
    }


def _set_learned(estimator: MultilayerPerceptron, plain: dict[str, Any]) -> None:
    """The inverse of `_learned`."""
    estimator.history_ = History.from_dict(plain["history"])
    for name, value in plain["attributes"].items():
        setattr(estimator, name, value)


def _rebuild_estimator(plain: dict[str, Any], tensors: Tensors) -> MultilayerPerceptron:
    arguments = {name: rebuilt_argument(value) for name, value in plain["arguments"].items()}
    estimator = ESTIMATORS[plain["class"]](**arguments)
    estimator.network_ = network_of(plain["network"])
    _set_learned(estimator, plain)
    if "feature_names" in plain:
        estimator.feature_names_in_ = np.array(plain["feature_names"], dtype=object)
    if isinstance(estimator, MLPClassifier):
        classes = rebuilt_array(plain["classes"])
        estimator._labels = Labels(classes, plain["classes"]["labels_of"], plain["classes"]["sparse"])
        estimator.classes_ = classes
    networks = [estimator]
    if estimator.n_members > 1:
        networks = estimator.members_ = [_rebuild_member(estimator, told) for told in plain["members"]]
    for network, its_own in zip(networks, parameters_of(tensors, estimator.network_), strict=True):
        network._show(its_own)
        network._run = None
    return estimator


def _rebuild_member(ensemble: MultilayerPerceptron, plain: dict[str, Any]) -> MultilayerPerceptron:
    member = new_member(ensemble, plain["random_state"])
    member.network_ = ensemble.network_
    _set_learned(member, plain)
    return member
