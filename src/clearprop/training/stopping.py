"""When to stop: no improvement of the training loss, or of a held-out score, for too many epochs."""

from dataclasses import dataclass

import numpy as np


@dataclass
class Stopping:
    """Count the epochs without an improvement by at least `tol`, as scikit-learn counts them.

    Arguments:
        tol: an epoch counts as an improvement if it is better than the best by this much.
        by_score: whether the held-out score decides (greater is better), or the training loss (smaller is better).
        last_of_ties: whether an epoch whose score equals the best is the best from then on.

    Example:
        >>> stopping = Stopping(tol=0.1, by_score=False)
        >>> [stopping.observe(loss, None) for loss in (1.0, 0.95, 0.5)], stopping.count
        ([True, True, True], 0)
    """

    tol: float
    by_score: bool
    best_loss: float = np.inf
    best_score: float = -np.inf
    count: int = 0
    last_of_ties: bool = False

    def observe(self, loss: float, score: float | None) -> bool:
        """Take note of an epoch; whether it is the best so far."""
        if self.by_score:
            assert score is not None
            better, improved = score > self.best_score, not score < self.best_score + self.tol
            better = better or (self.last_of_ties and score == self.best_score)
            self.best_score = score if better else self.best_score
        else:
            better, improved = loss < self.best_loss, not loss > self.best_loss - self.tol
            self.best_loss = loss if better else self.best_loss
        self.count = 0 if improved else self.count + 1
        return better

    def exhausted(self, patience: float) -> bool:
        """Whether more than `patience` epochs in a row were no improvement."""
        return self.count > patience

    def reset_count(self) -> None:
        """Start counting again (after the learning rate was lowered)."""
        self.count = 0

    def reason(self, patience: float) -> str:
        """The sentence of scikit-learn for this end."""
        what = "Validation score" if self.by_score else "Training loss"
        return f"{what} did not improve more than tol={self.tol:f} for {patience:g} consecutive epochs."
