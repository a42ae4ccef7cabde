"""One network of a fitted model on rows as it takes them: what explanations, checks and reports are made of."""

from dataclasses import dataclass

from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network, Parameters


@dataclass(frozen=True, eq=False)
class NetworkOnRows:
    """A network, what it has learned, and rows with their targets.

    Arguments:
        network, parameters: of one network of the model, the first of the kind that counts most.
        X: (m, n_columns) rows as the network takes them, float64; Y: (m, n_L) targets as it is trained on them.
        input_names, output_names: of the columns of X and of the n_L outputs, where they have any.
    """

    network: Network
    parameters: Parameters
    X: Array
    Y: Array
    input_names: tuple[str, ...] = ()
    output_names: tuple[str, ...] = ()
