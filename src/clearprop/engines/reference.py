"""The reference engine: NumPy runs the equations as they are written. It is the specification of the other engines."""

import math
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from clearprop.engines.flat_parameters import FlatTrainer
from clearprop.engines.interface import EpochCall, EpochResult, Progress, Recipe, Rows, one_after_another
from clearprop.engines.threads import step_threads
from clearprop.engines.updates import Updates
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.dropout import dropout_masks
from clearprop.mathematics.equations import Gradients, backward, forward, loss, penalty_value
from clearprop.mathematics.network import Network, Parameters

SECONDS_BETWEEN_REPORTS = 0.1
BLOCK_ROWS = 4096  # prediction goes in blocks, so that memory does not grow with the table


class ReferenceTrainer(FlatTrainer):
    """All parameters in one vector, so that an optimizer needs a handful of NumPy calls for the whole network."""

    def __init__(self, network: Network, parameters: Parameters, recipe: Recipe) -> None:
        super().__init__(network, parameters, recipe)
        self._gradient = np.empty_like(self._flat)
        self._gradient_views = list(network.parameters(self._gradient).arrays())
        self._updates = Updates(network, self._flat, self._gradient, recipe)

    def __reduce__(self) -> tuple[Any, ...]:
        return ReferenceTrainer, self._copied(), self._updates.state()

    def __setstate__(self, state: list[Any]) -> None:
        self._updates.set_state(state)

    def adjust(self, network: Network, recipe: Recipe) -> None:
        """Go on with other activations, penalty, dropout, clipping or decay factor; all else of the optimizer stays."""
        super().adjust(network, recipe)
        self._updates.adjust(network, self._recipe)

    def epoch(
        self,
        X: Rows,
        Y: Array,
        weights: Array | None,
        order: Array | None,
        batch_size: int,
        learning_rates: Array,
        progress: Progress | None = None,
    ) -> EpochResult:
        """Go once through the rows of `order`, one update a batch; see `Trainer`."""
        n, total, done = Y.shape[0] if order is None else len(order), 0.0, 0
        norms = np.zeros((2, self._network.n_layers))
        diverged_at, reported = None, time.monotonic()
        quiet = np.errstate(over="ignore", invalid="ignore", divide="ignore")  # divergence is told by the loss
        with quiet, step_threads(self._network, batch_size):
            for rate in learning_rates.tolist():
                start, stop = done * batch_size, min((done + 1) * batch_size, n)
                rows = slice(start, stop) if order is None else order[start:stop]
                value, gradients = self._step(X[rows], Y[rows], None if weights is None else weights[rows], rate)
                done += 1
                total += value * (stop - start)
                for l in self._network.layers:
                    norms[:, l - 1] += _norm(gradients.dW[l]), _norm(gradients.delta[l])
                if not math.isfinite(value):
                    diverged_at = done
                    break
                if progress is not None and time.monotonic() - reported >= SECONDS_BETWEEN_REPORTS:
                    progress(done, len(learning_rates))
                    reported = time.monotonic()
        return EpochResult(total / n, norms[0] / done, norms[1] / done, diverged_at)

    def _step(self, X: Rows, Y: Array, weights: Array | None, rate: float) -> tuple[float, Gradients]:
        recipe, network = self._recipe, self._network
        masks = dropout_masks(
            network, recipe.dropout_seed, self._updates.n_updates, Y.shape[0], recipe.dropout, self._flat.dtype
        )
        value, gradients = loss_and_gradients(network, self.parameters, X, Y, weights, recipe, masks)
        if math.isfinite(value):
            _write(gradients, self._gradient_views)
            self._updates.apply(rate)
        return value, gradients


def _norm(array: Array) -> float:
    flat = array.ravel()
    return math.sqrt(flat.dot(flat))


def _write(gradients: Gradients, views: list[Array]) -> None:
    for view, array in zip(views, gradients.arrays(), strict=True):
        view[...] = array


def loss_and_gradients(
    network: Network,
    parameters: Parameters,
    X: Rows,
    Y: Array,
    weights: Array | None,
    recipe: Recipe,
    masks: list[Array] | None = None,
) -> tuple[float, Gradients]:
    """The loss of a batch with its penalty, and every Δ, ∇W, ∇b."""
    total_weight = Y.shape[0] if weights is None else float(weights.sum())
    penalty = recipe.alpha / total_weight if total_weight > 0 else 0.0
    passed = forward(network, parameters, X, masks)
    value = recipe.loss_scale * float(loss(network, passed, Y, weights, recipe.loss_floor))
    value += float(penalty_value(parameters, penalty))
    return value, backward(network, parameters, passed, Y, weights, penalty)


class ReferenceEngine:
    """NumPy, in float32 or float64 as the parameters are."""

    name = "reference"

    def runs_on(self, network: Network, recipe: Recipe, dtype: Any) -> str:
        """Everything runs here."""
        return self.name

    def trainer(self, network: Network, parameters: Parameters, recipe: Recipe) -> ReferenceTrainer:
        """Start a training run from these parameters (copied).

        Raises ValueError for a recipe in bfloat16.
        """
        if recipe.precision:
            raise ValueError(f"precision: {recipe.precision!r}: {self.why_no_bfloat16(network, recipe)}")
        return ReferenceTrainer(network, parameters, recipe)

    def epochs(self, calls: Sequence[EpochCall]) -> list[EpochResult]:
        """One epoch of each trainer, one after another."""
        return one_after_another(calls)

    def predict(self, network: Network, parameters: Parameters, X: Rows, *, pre_activation: bool = False) -> Array:
        """Aᴸ (or Zᴸ), (m, n_L), computed in blocks of rows."""
        output = np.empty((X.shape[0], network.sizes[-1]), dtype=parameters.dtype)
        with np.errstate(over="ignore"):
            for start in range(0, X.shape[0], BLOCK_ROWS):
                rows = slice(start, start + BLOCK_ROWS)
                passed = forward(network, parameters, X[rows])
                output[rows] = passed.z[-1] if pre_activation else passed.output
        return output

    def objective(
        self, network: Network, parameters: Parameters, X: Rows, Y: Array, weights: Array | None, recipe: Recipe
    ) -> tuple[float, Parameters]:
        """Loss with penalty, and its gradient shaped as the parameters, over all rows."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            value, gradients = loss_and_gradients(network, parameters, X, Y, weights, recipe)
        return value, Parameters(gradients.dW, gradients.db, gradients.dtheta)

    def why_no_bfloat16(self, network: Network, recipe: Recipe) -> str:
        """Say that this engine has none."""
        return "the reference engine computes in float32 or float64"

    def gains_by_bfloat16(self, network: Network, batch_size: int) -> bool:
        """Never: it has none."""
        return False
