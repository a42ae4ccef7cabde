"""The table of ways in which a gradient is measured without its formulas."""

from collections.abc import Callable

from clearprop.derivation.gradients.automatic import LIBRARIES, automatic
from clearprop.derivation.gradients.complex_step import complex_step
from clearprop.derivation.gradients.differences import central_differences
from clearprop.derivation.gradients.measured import Measured
from clearprop.derivation.gradients.problem import Problem

METHODS: dict[str, Callable[[Problem], Measured | None]] = {
    "central_differences": central_differences,
    "complex_step": complex_step,
    "automatic": automatic,
}


def measure(problem: Problem, method: str = "central_differences") -> Measured:
    """Every entry of ∇W and ∇b by one method of the table.

    Arguments:
        problem: what is differentiated.
        method: a key of `METHODS`.

    Raises:
        ValueError: an unknown method, or one that cannot be had here.

    Example:
        >>> import numpy as np
        >>> from clearprop.mathematics.network import Network, Parameters
        >>> parameters = Parameters.of([[[0.0], [0.0]]], [[0.0, 0.0]])
        >>> problem = Problem.of(Network((1, 2)), parameters, np.array([[4.0]]), np.array([[0.0, 1.0]]))
        >>> measure(problem, "complex_step").dW[1].ravel()
        array([ 2., -2.])
    """
    if method not in METHODS:
        raise ValueError(f"method: {method!r} is unknown; there are {', '.join(METHODS)}")
    found = METHODS[method](problem)
    if found is None:
        raise ValueError(f"method: {method!r} needs one of {', '.join(LIBRARIES)}; none is installed")
    return found
