"""What `verbose=True` prints: scikit-learn's lines."""

from clearprop.training import Epoch


class PrintProgress:
    """A callback that prints each epoch's loss, held-out score and any change of the learning rate.

    Arguments:
        no_improvement: the sentence that says why an adaptive learning rate was lowered.
    """

    def __init__(self, no_improvement: str = "") -> None:
        self._no_improvement = no_improvement
        self._learning_rate: float | None = None

    def __call__(self, epoch: Epoch) -> None:
        """Print one epoch."""
        if self._learning_rate not in (None, epoch.learning_rate):
            print(f"{self._no_improvement} Setting learning rate to {epoch.learning_rate:f}")
        self._learning_rate = epoch.learning_rate
        print(f"Iteration {epoch.epoch}, loss = {epoch.loss:.8f}")
        if epoch.score is not None:
            print(f"Validation score: {epoch.score:f}")
