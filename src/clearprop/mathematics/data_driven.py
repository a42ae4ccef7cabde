"""Parameters that suit the data: each unit varies by 1 over the rows, and bends where there are rows."""

import numpy as np
from numpy.typing import DTypeLike

from clearprop.mathematics.arrays import EMPTY, Array
from clearprop.mathematics.features import features_of, scaled
from clearprop.mathematics.network import Network, Parameters

ROWS_OF_A_BEND = 5


def initialize_from_data(
    network: Network, X: Array, random: np.random.Generator, dtype: DTypeLike = np.float64
) -> Parameters:
    """Parameters for these rows, layer by layer.

    Wˡ ~ N(0, 1), each row divided by the standard deviation of its unit's aˡ⁻¹·w over the rows (by 1 where it does not
    vary); bˡ_j = −Σ_r c_r z_r with r five rows drawn at random and c ~ Exp(1)/Σ: minus a value of z among those that
    the rows have. The other layers draw their own.

    Arguments:
        X: (m, n_columns) rows; some hundreds are enough.

    Raises:
        ValueError: X of another shape, or codes that name no category.

    Example:
        >>> X = np.random.default_rng(0).normal(size=(500, 3)) * [1.0, 10.0, 0.0]
        >>> parameters = initialize_from_data(Network((3, 4, 2), "relu"), X, np.random.default_rng(1))
        >>> (X @ parameters.W[1].T).std(axis=0).round(6)
        array([1., 1., 1., 1.])

    Source: Holzmüller et al. 2024 (RealMLP), "std" weights and "he+5" biases; Steinwart 2019.
    """
    theta = {
        f"{name}.{parameter}": array.astype(dtype)
        for name, layer in network.other_layers.items()
        for parameter, array in layer.initial(random).items()
    }
    drawn = (random.standard_normal((network.sizes[l], network.sizes[l - 1])) for l in network.layers)
    W = [EMPTY, *(array.astype(dtype) for array in drawn)]
    b = [EMPTY, *(np.zeros(network.sizes[l], dtype) for l in network.layers)]
    parameters = Parameters(W, b, theta)
    a = scaled(network, parameters, features_of(network, parameters, np.asarray(X, dtype), np), np)
    for l in network.layers:
        z = a @ W[l].T
        deviation = z.std(axis=0)
        deviation[deviation == 0.0] = 1.0
        W[l] /= deviation[:, None]
        z /= deviation
        b[l][:] = -_within(z, random)
        a = network.activation(l).value(z + b[l], np)
    return Parameters.of(W[1:], b[1:], dtype, theta)


def _within(z: Array, random: np.random.Generator) -> Array:
    """For each unit a weighted mean of its values in a few rows, (n_l,)."""
    rows = random.integers(0, len(z), (ROWS_OF_A_BEND, z.shape[1]))
    weights = random.exponential(size=rows.shape)
    return np.sum(np.take_along_axis(z, rows, axis=0) * weights, axis=0) / np.sum(weights, axis=0)
