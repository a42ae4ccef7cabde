"""What training recorded, epoch by epoch."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
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


def mean_epoch(latest: Sequence[Epoch]) -> Epoch:
    """What several networks trained in step report together, from the latest epoch of each.

    Losses, scores, learning rates and norms are means (a network that has ended counts with its last epoch); the rows
    are the sum over those that are still trained, the time is that of all.

    >>> mean_epoch([Epoch(2, 9, loss, None, 0.1, (1.0,), (loss,), 10, 0.5) for loss in (0.5, 1.5)])
    Epoch(epoch=2, n_epochs=9, loss=1.0, score=None, learning_rate=0.1, ..., delta_norms=(1.0,), n_rows=20, seconds=0.5)
    """
    newest = max(latest, key=lambda epoch: epoch.epoch)
    if len(latest) == 1:
        return newest
    numbers = np.mean([(e.loss, np.nan if e.score is None else e.score, e.learning_rate) for e in latest], axis=0)
    loss, score, learning_rate = numbers.tolist()
    return replace(
        newest,
        loss=loss,
        score=None if newest.score is None else score,
        learning_rate=learning_rate,
        gradient_norms=tuple(np.mean([e.gradient_norms for e in latest], axis=0).tolist()),
        delta_norms=tuple(np.mean([e.delta_norms for e in latest], axis=0).tolist()),
        n_rows=sum(e.n_rows for e in latest if e.epoch == newest.epoch),
    )


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
