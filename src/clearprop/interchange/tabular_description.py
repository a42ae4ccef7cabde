"""What a tabular estimator is besides its numbers, as plain JSON, and the estimator made of both again."""

from dataclasses import asdict, astuple
from typing import Any

import numpy as np

from clearprop.estimators.tabular.base import TabularEstimator
from clearprop.estimators.tabular.classifier import TabularClassifier
from clearprop.estimators.tabular.group import Group
from clearprop.estimators.tabular.presets import MemberKind, Preset
from clearprop.estimators.tabular.regressor import TabularRegressor
from clearprop.interchange.plain import plain_arguments, plain_array, plain_network, rebuilt_argument, rebuilt_array
from clearprop.interchange.predictor import decision_of, groups_of, target_scale_of
from clearprop.interchange.tensors import Tensors, tensors_of
from clearprop.mathematics.arrays import Array
from clearprop.tables import FeatureReader
from clearprop.training import History

CLASSES = {"TabularClassifier": TabularClassifier, "TabularRegressor": TabularRegressor}


def describe_tabular(estimator: TabularEstimator) -> dict[str, Any]:
    """All of a fitted tabular estimator but the numbers of its networks, and what it had predicted of held-out rows."""
    scale = getattr(estimator, "target_scale_", None)
    plain: dict[str, Any] = {
        "class": type(estimator).__name__,
        "arguments": plain_arguments(estimator),
        "preset": asdict(estimator.preset) if isinstance(estimator.preset, Preset) else None,
        "reader": estimator.reader_.to_dict(),
        "groups": [_describe_group(group) for group in estimator.groups_],
        "target_scale": None if scale is None else list(astuple(scale)),
        "attributes": {name: getattr(estimator, name) for name in ("n_features_in_", "engine_", "held_out_loss_")},
    }
    if hasattr(estimator, "feature_names_in_"):
        plain["feature_names"] = [str(name) for name in estimator.feature_names_in_]
    if isinstance(estimator, TabularClassifier):
        plain["classes"] = plain_array(estimator.classes_)
        plain["decision"] = estimator.decision_.to_dict()
    return plain


def tensors_of_tabular(estimator: TabularEstimator) -> dict[str, Array]:
    """The numbers of all networks of a fitted tabular estimator."""
    tensors: dict[str, Array] = {}
    for number, group in enumerate(estimator.groups_, 1):
        tensors |= tensors_of(group.parameters, f"group{number}.")
    return tensors


def rebuild_tabular(plain: dict[str, Any], tensors: Tensors) -> TabularEstimator:
    """The inverse of `describe_tabular`; `held_out_probabilities_` and `held_out_predictions_` are not saved."""
    estimator = CLASSES[plain["class"]](**{n: rebuilt_argument(value) for n, value in plain["arguments"].items()})
    if plain["preset"] is not None:
        estimator.set_params(preset=_preset_of(plain["preset"]))
    estimator.reader_ = FeatureReader.from_dict(plain["reader"])
    estimator.schema_ = estimator.reader_.schema
    estimator.groups_ = groups_of(plain, tensors)
    for group, described in zip(estimator.groups_, plain["groups"], strict=True):
        group.histories = [History.from_dict(history) for history in described["histories"]]
    for name, value in plain["attributes"].items():
        setattr(estimator, name, value)
    if "feature_names" in plain:
        estimator.feature_names_in_ = np.array(plain["feature_names"], dtype=object)
    if isinstance(estimator, TabularClassifier):
        estimator.classes_ = rebuilt_array(plain["classes"])
        estimator.decision_ = decision_of(plain)
    elif (scale := target_scale_of(plain)) is not None:
        estimator.target_scale_ = scale
    return estimator


def _preset_of(plain: dict[str, Any]) -> Preset:
    kinds = [{name: rebuilt_argument(value) for name, value in kind.items()} for kind in plain["kinds"]]
    few = plain.get("for_few_rows")
    of_few = None if few is None else _preset_of(few)
    return Preset(**{**plain, "kinds": tuple(MemberKind(**kind) for kind in kinds), "for_few_rows": of_few})


def _describe_group(group: Group) -> dict[str, Any]:
    network = group.network
    return {
        "inputs": group.inputs.to_dict(),
        "network": {**plain_network(network), "scaled": network.scaled, "mixed": network.mixed},
        "share": group.share,
        "histories": [history.to_dict() for history in group.histories],
    }
