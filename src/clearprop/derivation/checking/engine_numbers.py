"""What the code that trains computes at an exact point, in double precision: the last word on every formula."""

from typing import Any

import numpy as np

from clearprop.derivation.checking.evaluation import Point
from clearprop.derivation.checking.points import NetworkPoint
from clearprop.derivation.expressions import Expression, Number, Partial, Quantity
from clearprop.mathematics.equations import backward, forward
from clearprop.mathematics.network import Parameters


def engine_gradient(point: Point, quantity: Expression) -> Any:
    """Return ∂E/∂(an array of the network, or an entry of one) by `forward` and `backward`.

    Arguments:
        point: the numbers.
        quantity: a Partial of the loss by W, b, θ, z, a, Z or A.
    """
    assert isinstance(point, NetworkPoint) and isinstance(quantity, Partial) and isinstance(quantity.by, Quantity)
    by, network = quantity.by, point.network
    W, b = ([_floats(array) for array in arrays[1:]] for arrays in (point.W, point.b))
    parameters = Parameters.of(W, b, theta={name: _floats(array) for name, array in point.theta.items()})
    passed = forward(network, parameters, _floats(point.X))
    penalty = float(point.scalars["lambda"]) if quantity.of == _TOTAL else 0.0
    Y, omega = _floats(point.Y), _floats(point.omega)
    gradients = backward(network, parameters, passed, Y, omega, penalty)
    l = by.layer or 0
    match by.name:
        case name if name in gradients.dtheta:
            array = gradients.dtheta[name]
        case "W":
            array = gradients.dW[l]
        case "b":
            array = gradients.db[l]
        case "Z" | "z":
            array = gradients.delta[l]
        case _ if l < network.n_layers:
            array = gradients.delta[l + 1] @ parameters.W[l + 1]
        case _:
            array = network.loss_entry.gradient(passed.output, Y, np) * omega[:, None]
    found = array[0] if by.name in ("z", "a") else array
    at = tuple(int(index.value) - 1 for index in by.indices if isinstance(index, Number))
    return found[at] if at else found


_TOTAL = Quantity("E", "E")


def _floats(array: Any) -> Any:
    return np.asarray(array, float)
