"""What a file's description says that prediction needs; apart from `description`, for this loads no scikit-learn."""

from typing import Any

from clearprop.estimators.encoded_network import EncodedNetwork
from clearprop.estimators.fitted_network import FittedEnsemble, FittedNetwork
from clearprop.estimators.table_predictor import TableNetworks, TablePredictor
from clearprop.estimators.tabular.decision import Decision
from clearprop.estimators.tabular.group import FittedTable, Group, TargetScale
from clearprop.estimators.tabular.inputs import TableInputs
from clearprop.interchange.tensors import Tensors, parameters_of
from clearprop.mathematics.network import Network
from clearprop.tables import FeatureReader, TableEncoder

#: The classes of estimators that read raw tables themselves.
TABULAR = ("TabularClassifier", "TabularRegressor")


def network_of(plain: dict[str, Any], inputs: TableInputs | None = None) -> Network:
    """The network that a description's "network" describes; one of a tabular estimator has its inputs' layers."""
    hidden = plain["hidden"]
    named = hidden if isinstance(hidden, str) else tuple(hidden), plain["output"], plain["loss"]
    if inputs is None:
        return Network(tuple(plain["sizes"]), *named)
    return Network(tuple(plain["sizes"]), *named, inputs.layers, scaled=plain["scaled"], mixed=plain["mixed"])


def groups_of(plain: dict[str, Any], tensors: Tensors) -> list[Group]:
    """The networks of each kind that a tabular estimator's description describes, without their histories."""
    groups = []
    for number, described in enumerate(plain["groups"], 1):
        inputs = TableInputs.from_dict(described["inputs"])
        network = network_of(described["network"], inputs)
        members = parameters_of(tensors, network, f"group{number}.")
        groups.append(Group(inputs, network, members, share=described["share"]))
    return groups


def decision_of(plain: dict[str, Any]) -> Decision:
    """How a tabular estimator's probabilities are calibrated and classes decided for; nothing of both for amounts."""
    return Decision.from_dict(plain["decision"]) if "decision" in plain else Decision()


def target_scale_of(plain: dict[str, Any]) -> TargetScale | None:
    """How amounts were standardised; None for classes."""
    return None if plain["target_scale"] is None else TargetScale(*plain["target_scale"])


def encoded_network_of(description: dict[str, Any], estimator: Any) -> EncodedNetwork:
    """What predicts by a matrix of the columns, with whatever predicts from the matrix."""
    encoder = TableEncoder.from_dict(description["encoder"])
    return EncodedNetwork(encoder, estimator, description["centre"], description["scale"])


def record_of(description: dict[str, Any]) -> dict[str, Any]:
    """The record of a table model's training; until version 2, the mean of the target was not part of it."""
    record = description["record"]
    return record if "mean_target" in record else {**record, "mean_target": description["centre"]}


def rebuild_predictor(description: dict[str, Any], tensors: Tensors) -> TablePredictor:
    """The light model of a table model's description: its predictions are those of the whole one, bit for bit.

    Raises KeyError, TypeError or ValueError where description and tensors do not hold together.
    """
    plain = description["estimator"]
    networks = (_fitted_table if plain["class"] in TABULAR else _encoded_network)(description, tensors)
    return TablePredictor(networks, description["target"], description["labels"], record_of(description))


def _fitted_table(description: dict[str, Any], tensors: Tensors) -> TableNetworks:
    plain = description["estimator"]
    reader = FeatureReader.from_dict(plain["reader"])
    groups, engine = groups_of(plain, tensors), plain["arguments"]["engine"]
    return FittedTable(reader, groups, engine, decision_of(plain), target_scale_of(plain))


def _encoded_network(description: dict[str, Any], tensors: Tensors) -> TableNetworks:
    plain = description["estimator"]
    network, engine = network_of(plain["network"]), plain["arguments"]["engine"]
    members = [FittedNetwork(network, parameters, engine) for parameters in parameters_of(tensors, network)]
    networks = encoded_network_of(description, members[0] if len(members) == 1 else FittedEnsemble(members))
    n_features = len(networks.encoder.feature_names)
    if n_features != network.sizes[0]:
        raise ValueError(f"the columns give {n_features} inputs, but the network takes {network.sizes[0]}")
    return networks
