"""What core/module.cpp offers, for type checkers. An array of another type or layout is a TypeError."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

_Numbers: TypeAlias = NDArray[Any]  # of float32 or float64, as the run is
# Values, columns and starts of a compressed sparse row array, and its number of columns.
_Compressed: TypeAlias = tuple[_Numbers, NDArray[np.int32], NDArray[np.int64], int]
# Input layers (kind, columns of X, features a column, frequencies or categories, low and 1/width of each bin), and
# whether features are scaled and activations mixed.
_Others: TypeAlias = tuple[Sequence[tuple[int, int, int, int, Sequence[float], Sequence[float]]], bool, bool]

targets: tuple[str, ...]
activations: tuple[str, ...]
losses: tuple[str, ...]
optimizers: tuple[str, ...]

def bfloat16_targets() -> tuple[str, ...]:
    """Those whose products are in bfloat16."""

class Settings:
    """A recipe in numbers."""

    optimizer: int
    n_slots: int
    alpha: float
    dropout: float
    dropout_seed: int
    max_gradient_norm: float
    loss_floor: float
    loss_scale: float
    weight_rates: Sequence[float]
    bias_rate: float
    theta_rates: Sequence[float]
    decay_factor: float
    hyperparameters: Sequence[float]

class Call:
    """What an epoch has given."""

    @property
    def loss(self) -> float: ...
    @property
    def gradient_norms(self) -> list[float]: ...
    @property
    def delta_norms(self) -> list[float]: ...
    @property
    def diverged_at(self) -> int: ...

class _Training:
    """A training run: parameters, optimizer state and steps."""

    n_updates: int

    def __init__(
        self,
        sizes: Sequence[int],
        activations: Sequence[int],
        loss: int,
        paired: bool,
        settings: Settings,
        target: str = "",
        others: _Others = ...,
    ) -> None: ...
    def adjust(self, activations: Sequence[int], loss: int, paired: bool, settings: Settings) -> None: ...
    def objective(
        self,
        flat: _Numbers,
        dense: _Numbers | None,
        compressed: _Compressed | None,
        y: _Numbers,
        weights: _Numbers | None,
        gradient: _Numbers,
        n_threads: int,
    ) -> float: ...
    def load_slot(self, number: int, flat: _Numbers) -> None: ...
    def store_slot(self, number: int, flat: _Numbers) -> None: ...

class TrainingFloat32(_Training): ...
class TrainingFloat64(_Training): ...

class _Epoch(Call):
    """One epoch of one run."""

    def __init__(
        self,
        run: _Training,
        flat: _Numbers,
        dense: _Numbers | None,
        compressed: _Compressed | None,
        y: _Numbers,
        weights: _Numbers | None,
        order: NDArray[np.int64] | None,
        batch_size: int,
        learning_rates: NDArray[np.float64],
    ) -> None: ...

class EpochFloat32(_Epoch): ...
class EpochFloat64(_Epoch): ...

def run(calls: Sequence[Call], n_threads: int, progress: Callable[[int, int], object] | None = None) -> None: ...
def predict(
    W: Sequence[_Numbers],
    b: Sequence[_Numbers],
    activations: Sequence[int],
    dense: _Numbers | None,
    compressed: _Compressed | None,
    output: _Numbers,
    pre_activation: bool,
    n_threads: int,
    target: str = "",
    others: _Others = ...,
    theta: _Numbers | None = None,
) -> None: ...
