"""What does not fit is refused in one line, instead of broadcast into a wrong number."""

from typing import Any

import numpy as np
import pytest

from clearprop.mathematics.equations import backward, forward
from clearprop.mathematics.initializers import initialize
from clearprop.mathematics.network import Network

NETWORK = Network((3, 4, 2))
PARAMETERS = initialize(NETWORK)
X = np.ones((2, 3))


@pytest.mark.parametrize("wrong", [np.ones(3), np.ones((2, 4)), np.ones((1, 2, 3)), [[1.0, 1.0, 1.0]]], ids=str)
def test_inputs(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"^X: an array of shape \(m, 3\) is needed; got .*$"):
        forward(NETWORK, PARAMETERS, wrong)


def test_parameters_of_another_network() -> None:
    with pytest.raises(ValueError, match=r"the network has sizes \(3, 5, 2\), these have \(3, 4, 2\)$"):
        forward(Network((3, 5, 2)), PARAMETERS, X)


@pytest.mark.parametrize("wrong", [np.array([0, 1]), np.ones((1, 2)), np.ones((2, 1)), [[0, 1], [1, 0]]], ids=str)
def test_targets(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"^Y: an array of shape \(2, 2\) is needed; got .*$"):
        backward(NETWORK, PARAMETERS, forward(NETWORK, PARAMETERS, X), wrong)


@pytest.mark.parametrize("sizes", [5, (), (3,), "32", (3, "2"), None], ids=str)
def test_sizes(sizes: Any) -> None:
    with pytest.raises(ValueError, match="whole numbers from 1"):
        Network(sizes)
