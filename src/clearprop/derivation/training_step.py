"""`TrainingStep`: what the code that trains has computed in one step, before anything is written about it."""

from dataclasses import dataclass

from clearprop.mathematics.arrays import Array
from clearprop.mathematics.equations import Gradients, Passed
from clearprop.mathematics.network import Network, Parameters


@dataclass(frozen=True)
class TrainingStep:
    """All that the code that trains has computed in one step of gradient descent.

    `passed` holds every z and a, `gradients` every Δ, ∇W and ∇b, `updated` the parameters after the step.
    """

    network: Network
    parameters: Parameters
    X: Array
    Y: Array
    learning_rate: float
    penalty: float
    passed: Passed
    gradients: Gradients
    updated: Parameters
    loss_before: float
    loss_after: float
