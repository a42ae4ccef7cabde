"""What hidden units do on rows: how large their activations are, where they are flat, and which are dead."""

from dataclasses import dataclass

import numpy as np

from clearprop.derivation.forms.vanishing import steepest_of
from clearprop.estimators.network_on_rows import NetworkOnRows
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.equations import Passed, forward
from clearprop.mathematics.network import Network, Parameters

#: A unit is flat where its slope is below this share of the steepest that its activation has.
FLAT = 0.01


@dataclass(frozen=True)
class LayerStatistics:
    """What the activations of one hidden layer are on rows: aˡ, (m, n_l).

    `zeros` is the share of exact zeros, `flat` that of the places where the slope is next to 0, `dead` the number of
    units that are flat on every row, of `units`.
    """

    layer: int
    units: int
    mean: float
    deviation: float
    zeros: float
    flat: float
    dead: int


def layer_statistics(on: NetworkOnRows) -> list[LayerStatistics]:
    """Return the statistics of the hidden layers, from the engine's own forward pass."""
    network = on.network
    parameters = on.parameters.astype(float)
    passed = forward(network, parameters, on.X)
    found = []
    for l in network.layers[:-1]:
        a, slopes = passed.a[l], slopes_of(network, parameters, passed, l)
        steepest = steepest_of(network, l)
        is_flat = np.abs(slopes) < FLAT * (steepest if np.isfinite(steepest) else 1.0)
        n_dead = int(is_flat.all(axis=0).sum())
        shares = float(np.mean(a == 0)), float(is_flat.mean())
        found.append(LayerStatistics(l, network.sizes[l], float(a.mean()), float(a.std()), *shares, n_dead))
    return found


def slopes_of(network: Network, parameters: Parameters, passed: Passed, l: int) -> Array:
    """f′(Zˡ), (m, n_l), of an elementwise activation or of a mixture."""
    z, ones = passed.z[l], np.ones_like(passed.z[l])
    mixture = network.other_layers.get(f"mixture{l}")
    if mixture is not None:
        return mixture.backward(parameters.theta_of(f"mixture{l}"), z, ones)[1]
    return network.activation(l).pull_back(ones, z, passed.f[l])
