"""From rows to predictions without scikit-learn: what the estimators and the light model of a file share."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from clearprop.engines import engine_named
from clearprop.engines.interface import Rows
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network, Parameters


def class_probabilities(output: Array) -> Array:
    """Return the probabilities of the classes, (n, n_classes): of two classes, the network gives the second's alone."""
    return np.concatenate((1.0 - output, output), axis=1) if output.shape[1] == 1 else output


def amounts(output: Array) -> Array:
    """Return predicted amounts: (n,) of one target, (n, n_L) of several."""
    return output.ravel() if output.shape[1] == 1 else output


def mean_of(outputs: Iterable[Array]) -> Array:
    """Return the mean of arrays that come one after another, in the memory of two; the first one is overwritten."""
    arrays = iter(outputs)
    total, count = next(arrays), 1
    for output in arrays:
        total, count = np.add(total, output, out=total), count + 1
    return total if count == 1 else np.divide(total, count, out=total)


class _FromOutput(ABC):
    """What follows from Aᴸ."""

    @abstractmethod
    def output(self, X: Rows) -> Array:
        """Return Aᴸ, (n, n_L), of the rows of X, (n, n_0), which are taken to be finite numbers."""

    def predict(self, X: Rows) -> Array:
        """Predict amounts, (n,) or (n, n_L)."""
        return amounts(self.output(X))

    def predict_proba(self, X: Rows) -> Array:
        """Predict the probabilities of the classes, (n, n_classes)."""
        return class_probabilities(self.output(X))


@dataclass
class FittedNetwork(_FromOutput):
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


@dataclass
class FittedEnsemble(_FromOutput):
    """Several fitted networks of one shape, whose outputs are averaged.

    Arguments:
        members_: the networks, at least one.

    Example:
        >>> line = Network((1, 1), output="identity", loss="half_squared_error")
        >>> members = [FittedNetwork(line, Parameters.of([[[w]]], [[1.0]])) for w in (2.0, 4.0)]
        >>> FittedEnsemble(members).predict(np.array([[3.0], [4.0]]))
        array([10., 13.])
    """

    members_: list[FittedNetwork]

    @property
    def network_(self) -> Network:
        """The network that all are."""
        return self.members_[0].network_

    def output(self, X: Rows) -> Array:
        """Return the mean of the Aᴸ, (n, n_L)."""
        return mean_of(member.output(X) for member in self.members_)
