"""What a file's description says that prediction needs; apart from `description`, for this loads no scikit-learn."""

from typing import Any, TypeVar

from clearprop.estimators.fitted_network import FittedEnsemble, FittedNetwork
from clearprop.estimators.table_predictor import TablePredictor
from clearprop.mathematics.network import Network, Parameters
from clearprop.tables import TableEncoder

AnyTableModel = TypeVar("AnyTableModel", bound=TablePredictor)


def network_of(plain: dict[str, Any]) -> Network:
    """The network that a description's "network" describes."""
    hidden = plain["hidden"]
    hidden = hidden if isinstance(hidden, str) else tuple(hidden)
    return Network(tuple(plain["sizes"]), hidden, plain["output"], plain["loss"])


def table_model_of(kind: type[AnyTableModel], description: dict[str, Any], estimator: Any) -> AnyTableModel:
    """The table model that a description describes, with whatever predicts from its matrix."""
    return kind(
        TableEncoder.from_dict(description["encoder"]),
        estimator,
        description["target"],
        description["labels"],
        description["centre"],
        description["scale"],
        description["record"],
    )


def rebuild_predictor(description: dict[str, Any], parameters: list[Parameters]) -> TablePredictor:
    """The light model of a table model's description: its predictions are those of the whole one, bit for bit.

    Raises KeyError, TypeError or ValueError where description and parameters do not hold together.
    """
    network = network_of(description["estimator"]["network"])
    engine = description["estimator"]["arguments"]["engine"]
    for of_one in parameters:
        of_one.check_fit(network)
    members = [FittedNetwork(network, of_one, engine) for of_one in parameters]
    fitted = members[0] if len(members) == 1 else FittedEnsemble(members)
    model = table_model_of(TablePredictor, description, fitted)
    n_features = len(model.encoder.feature_names)
    if n_features != network.sizes[0]:
        raise ValueError(f"the columns give {n_features} inputs, but the network takes {network.sizes[0]}")
    return model
