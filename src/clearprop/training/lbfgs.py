"""L-BFGS on the whole training set, through SciPy."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from clearprop.engines import Engine, Recipe
from clearprop.engines.interface import Rows
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network, Parameters
from clearprop.training.history import Epoch, History
from clearprop.training.loop import Callback, DivergenceError, asked_to_end

if TYPE_CHECKING:
    from scipy.optimize import OptimizeResult


@dataclass(frozen=True)
class Minimum:
    """Where L-BFGS ended, its history (an epoch is an iteration here) and SciPy's account."""

    parameters: Parameters
    loss: float
    history: History
    account: "OptimizeResult"


def minimise(
    engine: Engine,
    network: Network,
    start: Parameters,
    X: Rows,
    Y: Array,
    weights: Array | None,
    recipe: Recipe,
    *,
    max_iterations: int,
    max_evaluations: int,
    tol: float,
    callbacks: Sequence[Callback] = (),
) -> Minimum:
    """Minimise loss + penalty over all rows, until no entry of the gradient is above `tol`.

    It ends earlier where an iteration lowers the loss by less than 2e-9 of itself (SciPy's `ftol`, as in scikit-learn).

    Raises:
        DivergenceError: the loss or a parameter is not finite.

    Source: Zhu, Byrd, Lu & Nocedal 1997 (L-BFGS-B, without bounds).
    """
    from scipy.optimize import minimize  # the other solvers do not wait for it

    history, times = History(), [time.perf_counter()]

    def objective(flat: Array) -> tuple[float, Array]:
        parameters = network.parameters(flat.astype(start.dtype, copy=False))
        value, gradient = engine.objective(network, parameters, X, Y, weights, recipe)
        return value, gradient.flatten()

    def after_iteration(intermediate_result: "OptimizeResult") -> None:
        times.append(time.perf_counter())
        loss, seconds = float(intermediate_result.fun), times[-1] - times[-2]
        history.epochs.append(Epoch(len(history) + 1, max_iterations, loss, None, 1.0, (), (), len(Y), seconds))
        history.stopped_because = asked_to_end(callbacks, history.epochs[-1])
        if history.stopped_because:
            raise StopIteration

    account = minimize(
        objective,
        start.flatten(),
        method="L-BFGS-B",
        jac=True,
        callback=after_iteration,
        options={"maxfun": max_evaluations, "maxiter": max_iterations, "gtol": tol},
    )
    if not (np.isfinite(account.fun) and np.isfinite(account.x).all()):
        raise DivergenceError(f"L-BFGS diverged: the loss is {account.fun}; try standardised inputs or a greater alpha")
    history.stopped_because = history.stopped_because or str(account.message)
    parameters = network.parameters(np.asarray(account.x, dtype=start.dtype))
    return Minimum(parameters, float(account.fun), history, account)
