"""From rows to predictions without scikit-learn: what the estimators and the light model of a file share."""

from dataclasses import dataclass

import numpy as np

from clearprop.engines import engine_named
from clearprop.engines.interface import Rows
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network, Parameters


def class_probabilities(output: Array) -> Array:
    """Return the probabilities of the classes, (n, n_classes): of two classes, the network gives the second's alone."""
    return np.hstack([1.0 - output, output]) if output.shape[1] == 1 else output


def amounts(output: Array) -> Array:
    """Return predicted amounts: (n,) of one target, (n, n_L) of several."""
    return output.ravel() if output.shape[1] == 1 else output


@dataclass
class FittedNetwork:
    """A network with its parameters that predicts as the estimator does of which it is a part.

    Arguments:
        network_, parameters_: as an estimator has them.
        engine: "auto" or the name of an engine.

    Example:
        >>> line = Network((1, 1), output="identity", loss="half_squared_error")
        >>> FittedNetwork(line, Parameters.of([[[2.0]]], [[1.0]])).predict(np.array([[3.0], [4.0]]))
        array([7., 9.])
    """

    network_: Network
    parameters_: Parameters
    engine: str = "auto"

    def output(self, X: Rows) -> Array:
        """Return Aᴸ, (n, n_L), of the rows of X, (n, n_0), which are taken to be finite numbers."""
        X = X.astype(self.parameters_.dtype, copy=False)
        return engine_named(self.engine).predict(self.network_, self.parameters_, X)

    def predict(self, X: Rows) -> Array:
        """Predict amounts, (n,) or (n, n_L)."""
        return amounts(self.output(X))

    def predict_proba(self, X: Rows) -> Array:
        """Predict the probabilities of the classes, (n, n_classes)."""
        return class_probabilities(self.output(X))
