"""A network of a person's own making on a raw table: columns become a matrix, its output classes or amounts."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network
from clearprop.tables import TableEncoder


class Fitted(Protocol):
    """What predicts from a matrix: an estimator, or a `FittedNetwork`, whose predictions are the same."""

    network_: Network

    def predict(self, X: Any) -> Any:
        """Predict the targets of the rows of X, (n, n_0)."""

    def predict_proba(self, X: Any) -> Array:
        """Predict the probabilities of the classes, (n, n_classes)."""


@dataclass
class EncodedNetwork:
    """A network, or several whose outputs are averaged, behind a `TableEncoder`.

    Arguments:
        encoder: from columns to a matrix.
        estimator: from the matrix to probabilities of the classes, or to the standardised target.
        centre, scale: an amount is (network output) · scale + centre.

    Example:
        >>> from clearprop.estimators.fitted_network import FittedNetwork
        >>> from clearprop.mathematics.network import Parameters
        >>> network = FittedNetwork(Network((1, 2)), Parameters.of([[[-1.0], [1.0]]], [[0.0, 0.0]]))
        >>> encoded = EncodedNetwork(TableEncoder().fit({"x": [0.0, 2.0]}), network)
        >>> encoded.classes(encoded.probabilities({"x": [0.5, 7]}))
        array([0, 1])
    """

    encoder: TableEncoder
    estimator: Fitted
    centre: float = 0.0
    scale: float = 1.0

    def probabilities(self, table: Any, source: str = "table") -> Array:
        """The probabilities of the classes, (n, n_classes)."""
        return self.estimator.predict_proba(self.encoder.transform(table, source=source))

    def amounts(self, table: Any, source: str = "table") -> Array:
        """The amounts, (n,)."""
        standardised = self.estimator.predict(self.encoder.transform(table, source=source))
        # In float32, a small spread around a large centre would be lost.
        return standardised.astype(np.float64) * self.scale + self.centre

    def standardised(self, amounts: Array) -> Array:
        """Amounts, (n,), as the estimator is trained on them."""
        return (amounts - self.centre) / self.scale

    def classes(self, probabilities: Array) -> Array:
        """The codes of the classes that are predicted, (n,)."""
        return probabilities.argmax(axis=1)

    def overview(self) -> dict[str, Any]:
        """What the network is, in a few names and values."""
        network, members = self.estimator.network_, len(getattr(self.estimator, "members_", ()))
        return {
            "network": "-".join(str(size) for size in network.sizes),
            "hidden_activation": network.hidden if isinstance(network.hidden, str) else ", ".join(network.hidden),
            "output_and_loss": f"{network.output}, {network.loss}",
            "parameters": network.n_parameters * max(1, members),
            **({"members": members} if members else {}),
        }

    def headline(self) -> str:
        """What the network is, in one line."""
        about = self.overview()
        what = f"{about['members']} networks" if "members" in about else "Network"
        activations = f"{about['hidden_activation']}; {about['output_and_loss']}"
        return f"{what} {about['network']} ({activations}), {about['parameters']:,} parameters"
