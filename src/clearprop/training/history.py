"""What training recorded, epoch by epoch."""

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Epoch:
    """One epoch of training: what a callback is given and a history keeps.

    Arguments:
        epoch, n_epochs: this epoch's number (from 1) and the greatest that the run may reach.
        loss: mean training loss by rows, penalty included, each batch before its update.
        score: held-out score after the epoch, None without one.
        learning_rate: η of the last step.
        gradient_norms, delta_norms: ‖∇Wˡ‖ and ‖Δˡ‖ for l = 1..L, means over the steps.
        n_rows, seconds: rows gone through and time taken.
    """

    epoch: int
    n_epochs: int
    loss: float
    score: float | None
    learning_rate: float
    gradient_norms: tuple[float, ...]
    delta_norms: tuple[float, ...]
    n_rows: int
    seconds: float


@dataclass
class History:
    """The epochs of a model, and how its training ended.

    >>> history = History([Epoch(1, 2, 0.7, None, 0.1, (1.0,), (2.0,), 10, 0.1)])
    >>> history["loss"], history["gradient_norms"].shape
    (array([0.7]), (1, 1))
    """

    epochs: list[Epoch] = field(default_factory=list)
    stopped_because: str = ""
    best_epoch: int | None = None

    def __len__(self) -> int:
        return len(self.epochs)

    def __getitem__(self, name: str) -> "np.ndarray[Any, Any]":
        """One field over all epochs, as an array (epochs, ...)."""
        return np.array([getattr(epoch, name) for epoch in self.epochs])

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for a file."""
        return {**asdict(self), "epochs": [asdict(epoch) for epoch in self.epochs]}

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> "History":
        """The inverse of `to_dict`."""
        epochs = [Epoch(**{name: _unlisted(value) for name, value in epoch.items()}) for epoch in plain["epochs"]]
        return cls(epochs, plain["stopped_because"], plain["best_epoch"])


def _unlisted(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value  # JSON knows no tuples
