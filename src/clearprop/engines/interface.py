"""What every engine offers and returns, so that training never knows which one runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network, Parameters

#: Told (steps done, steps in all) of an epoch some ten times a second, by the thread that asked for the epoch.
Progress: TypeAlias = Callable[[int, int], object]

Rows: TypeAlias = Any  # X: a dense array (m, n_0), or a SciPy CSR array of that shape


@dataclass(frozen=True)
class Recipe:
    """How an engine makes its steps: what stays the same from the first batch to the last.

    Arguments:
        optimizer: a name of the optimizer table; `hyperparameters` replace its defaults.
        alpha: the penalty of a batch is λ = α/Σω, with ω the batch's raw row weights (1 each by default).
        dropout: the share of hidden units dropped, in [0, 1); `dropout_seed` chooses which.
        tangent_form: Wˡ is trained as Vˡ/√n_{l−1} with V in its place (the "NTP form"); see `parameter_groups`.
        bias_rate_factor: the biases' learning rate is this factor times that of the weights.
        decay_factor: the weight decay of `hyperparameters` is this factor of it for now.
        max_grad_norm: the gradient is scaled down to this Euclidean norm over all parameters; None: never.
        loss_floor: probabilities are clipped to [floor, 1 − floor] in the loss value.
        loss_scale: factor of the loss value without penalty (not of its gradient).
        precision: "bfloat16": the factors of matrix products are rounded to it, and summed in float32; parameters and
            all else stay float32. "": everything is in the parameters' own type.
    """

    optimizer: str = "adam"
    hyperparameters: Mapping[str, float] = field(default_factory=dict)
    alpha: float = 0.0
    dropout: float = 0.0
    dropout_seed: int = 0
    tangent_form: bool = False
    bias_rate_factor: float = 1.0
    decay_factor: float = 1.0
    max_grad_norm: float | None = None
    loss_floor: float = 0.0
    loss_scale: float = 1.0
    precision: str = ""


@dataclass(frozen=True)
class EpochResult:
    """One epoch: the mean loss by rows, and mean norms over the steps, (L,) each, of ∇Wˡ and Δˡ for l = 1..L.

    `diverged_at` is the step of this epoch (from 1) whose loss was not finite: it ends the epoch, without an update.
    """

    loss: float
    gradient_norms: Array
    delta_norms: Array
    diverged_at: int | None = None


class Trainer(Protocol):
    """Parameters and optimizer state of one training run."""

    @property
    def parameters(self) -> Parameters:
        """The current parameters (views that the next epoch changes)."""

    def snapshot(self) -> Array:
        """A copy of all parameters in one vector."""

    def restore(self, snapshot: Array) -> None:
        """Put a snapshot back."""

    def __reduce__(self) -> Any:
        """Pickle and copy with the optimizer's state, so that training can go on."""

    def adjust(self, network: Network, recipe: Recipe) -> None:
        """Go on with other activations, penalty, dropout, clipping or decay factor; all else of the optimizer stays."""

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
        """Go once through the rows that `order` names (None: all, as they stand), one update a batch.

        Arguments:
            X: (n, n_0); Y: (n, n_L); weights: (n,) or None.
            order: (m,) row numbers, m ≤ n: rows that are held out are not among them.
            learning_rates: η of each step, (⌈m/batch_size⌉,).
            progress: told how far the epoch is.
        """


@dataclass(frozen=True)
class EpochCall:
    """One epoch of one trainer among several: what `Trainer.epoch` is to be called with."""

    trainer: Trainer
    X: Rows
    Y: Array
    weights: Array | None
    order: Array | None
    batch_size: int
    learning_rates: Array
    progress: Progress | None = None

    def run(self) -> EpochResult:
        """Go through this epoch by itself."""
        return self.trainer.epoch(
            self.X, self.Y, self.weights, self.order, self.batch_size, self.learning_rates, self.progress
        )


def one_after_another(calls: Sequence[EpochCall]) -> list[EpochResult]:
    """Go through each epoch by itself, in this order."""
    return [call.run() for call in calls]


class Engine(Protocol):
    """Who does the arithmetic."""

    name: str

    def runs_on(self, network: Network, recipe: Recipe, dtype: Any) -> str:
        """The name of the engine that does this arithmetic: another's where this one lacks something of it."""

    def trainer(self, network: Network, parameters: Parameters, recipe: Recipe) -> Trainer:
        """Start a training run from these parameters (copied)."""

    def epochs(self, calls: Sequence[EpochCall]) -> list[EpochResult]:
        """One epoch of each of several trainers of this engine, at once where it can; the results in their order.

        Each trainer ends bit for bit where its own `epoch` would have taken it; one that diverges says so in its result
        and leaves the others alone. A single call may use all threads, as `Trainer.epoch` does. Ctrl-C ends all.
        """

    def predict(self, network: Network, parameters: Parameters, X: Rows, *, pre_activation: bool = False) -> Array:
        """Aᴸ, or Zᴸ if the pre-activation is asked for, (m, n_L)."""

    def objective(
        self, network: Network, parameters: Parameters, X: Rows, Y: Array, weights: Array | None, recipe: Recipe
    ) -> tuple[float, Parameters]:
        """Loss with penalty, and its gradient shaped as the parameters, over all rows."""

    def why_no_bfloat16(self, network: Network, recipe: Recipe) -> str:
        """Say why products in bfloat16 are not to be had for this network, recipe and processor; "": they are."""

    def gains_by_bfloat16(self, network: Network, batch_size: int) -> bool:
        """Whether steps of so many rows are faster with products in bfloat16, where these are to be had."""
