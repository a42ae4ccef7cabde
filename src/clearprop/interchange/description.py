"""What a model is besides its numbers, as plain JSON, and a model made of both again."""

from typing import Any

import numpy as np

import clearprop
from clearprop.estimators.base import MultilayerPerceptron
from clearprop.estimators.classifier import MLPClassifier
from clearprop.estimators.ensemble import new_member
from clearprop.estimators.labels import Labels
from clearprop.estimators.regressor import MLPRegressor
from clearprop.estimators.table_model import TableModel
from clearprop.interchange.predictor import network_of, table_model_of
from clearprop.mathematics.network import Parameters
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


def describe(model: Any) -> dict[str, Any]:
    """All of a fitted model but its W and b, as plain values."""
    if not isinstance(model, TableModel):
        return {"kind": "estimator", "written_by": clearprop.__version__, "estimator": _describe_estimator(model)}
    return {
        "kind": "table model",
        "written_by": clearprop.__version__,
        "estimator": _describe_estimator(model.estimator),
        "encoder": model.encoder.to_dict(),
        "target": model.target,
        "labels": model.labels,
        "centre": model.centre,
        "scale": model.scale,
        "record": model.record,
    }


def rebuild(description: dict[str, Any], parameters: list[Parameters]) -> Any:
    """The model that `describe` described, from the parameters of each of its networks.

    Raises KeyError, TypeError or ValueError where description and parameters do not hold together.
    """
    estimator = _rebuild_estimator(description["estimator"], parameters)
    if description["kind"] == "estimator":
        return estimator
    return table_model_of(TableModel, description, estimator)


def _describe_estimator(estimator: MultilayerPerceptron) -> dict[str, Any]:
    network = estimator.network_
    plain: dict[str, Any] = {
        "class": type(estimator).__name__,
        "arguments": {name: _plain(value) for name, value in estimator.get_params().items() if _is_plain(value)},
        "network": {
            "sizes": list(network.sizes),
            "hidden": _plain(network.hidden),
            "output": network.output,
            "loss": network.loss,
        },
        **_learned(estimator),
    }
    if estimator.n_members > 1:
        plain["members"] = [{"random_state": one.random_state, **_learned(one)} for one in estimator.members_]
    if hasattr(estimator, "feature_names_in_"):
        plain["feature_names"] = [str(name) for name in estimator.feature_names_in_]
    if isinstance(estimator, MLPClassifier):
        classes = estimator.classes_
        plain["classes"] = {
            "values": classes.tolist(),
            "dtype": "object" if classes.dtype == object else classes.dtype.str,
            "labels_of": estimator._labels.kind,
            "sparse": estimator._labels.sparse,
        }
    return plain


def _learned(estimator: MultilayerPerceptron) -> dict[str, Any]:
    """What training told of a network, or of several together."""
    return {
        "attributes": {n: _plain(getattr(estimator, n)) for n in PLAIN_ATTRIBUTES if hasattr(estimator, n)},
        "history": estimator.history_.to_dict(),
    }


def _set_learned(estimator: MultilayerPerceptron, plain: dict[str, Any]) -> None:
    """The inverse of `_learned`."""
    estimator.history_ = History.from_dict(plain["history"])
    for name, value in plain["attributes"].items():
        setattr(estimator, name, value)


def _rebuild_estimator(plain: dict[str, Any], parameters: list[Parameters]) -> MultilayerPerceptron:
    arguments = {name: _argument(value) for name, value in plain["arguments"].items()}
    estimator = ESTIMATORS[plain["class"]](**arguments)
    estimator.network_ = network_of(plain["network"])
    _set_learned(estimator, plain)
    if "feature_names" in plain:
        estimator.feature_names_in_ = np.array(plain["feature_names"], dtype=object)
    if isinstance(estimator, MLPClassifier):
        classes = np.array(plain["classes"]["values"], dtype=plain["classes"]["dtype"])
        estimator._labels = Labels(classes, plain["classes"]["labels_of"], plain["classes"]["sparse"])
        estimator.classes_ = classes
    networks = [estimator]
    if estimator.n_members > 1:
        networks = estimator.members_ = [_rebuild_member(estimator, told) for told in plain["members"]]
    for network, its_own in zip(networks, parameters, strict=True):
        its_own.check_fit(network.network_)
        network._show(its_own)
        network._run = None
    return estimator


def _rebuild_member(ensemble: MultilayerPerceptron, plain: dict[str, Any]) -> MultilayerPerceptron:
    member = new_member(ensemble, plain["random_state"])
    member.network_ = ensemble.network_
    _set_learned(member, plain)
    return member


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_plain(key) and _is_plain(item) for key, item in value.items())
    if isinstance(value, list | tuple | np.ndarray):
        return all(_is_plain(item) for item in value)
    return value is None or isinstance(value, str | int | float | bool | np.number | np.bool)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):  # as pairs, for JSON's keys are texts and those of class_weight may be numbers
        return {"pairs": [[_plain(key), _plain(item)] for key, item in value.items()]}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def _argument(plain: Any) -> Any:
    """The inverse of `_plain` for an estimator's argument (a list comes back as a tuple)."""
    if isinstance(plain, dict):
        return dict(plain["pairs"])
    return tuple(plain) if isinstance(plain, list) else plain
