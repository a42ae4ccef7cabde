"""From the columns of X to A⁰ and back: the input layers side by side, then a factor for each feature."""

from clearprop.mathematics.arrays import Array, Namespace
from clearprop.mathematics.network import Network, Parameters


def features_of(network: Network, parameters: Parameters, X: Array, xp: Namespace) -> Array:
    """What the input layers make of their columns, side by side, (m, n_0); X itself where there are none."""
    if not network.inputs:
        return X
    network.check_columns(X)
    parts = []
    for name, layer, columns, _ in network.placed_inputs():
        parts.append(layer.forward(parameters.theta_of(name), X[:, columns], xp))
    return xp.concatenate(parts, axis=1)


def scaled(network: Network, parameters: Parameters, features: Array, xp: Namespace) -> Array:
    """A⁰: the features, each with its factor where the network has such."""
    scale = network.other_layers.get("scale")
    return features if scale is None else scale.forward(parameters.theta_of("scale"), features, xp)


def pulled_back_to_inputs(
    network: Network, parameters: Parameters, X: Array, features: Array, dA: Array, xp: Namespace
) -> dict[str, Array]:
    """The gradients of the input layers and of the features' factors, from ∂E/∂A⁰ = Δ¹ W¹."""
    found: dict[str, Array] = {}
    if scale := network.other_layers.get("scale"):
        d_scale, dA = scale.backward(parameters.theta_of("scale"), features, dA, xp)
        found |= named("scale", d_scale)
    for name, layer, columns, its_features in network.placed_inputs():
        gradients, _ = layer.backward(parameters.theta_of(name), X[:, columns], dA[:, its_features], xp)
        found |= named(name, gradients)
    return found


def named(layer: str, gradients: dict[str, Array]) -> dict[str, Array]:
    """The gradients of one layer under the names that `Parameters.theta` gives them."""
    return {f"{layer}.{name}": array for name, array in gradients.items()}
