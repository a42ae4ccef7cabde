"""What `verbose=True` prints: scikit-learn's lines."""

from clearprop.training import Epoch


class PrintProgress:
    """A callback that prints each epoch's loss, held-out score and any change of the learning rate."""

    def __init__(self, learning_rate: float | None = None) -> None:
        self._learning_rate = learning_rate

    def __call__(self, epoch: Epoch) -> None:
        """Print one epoch."""
        if self._learning_rate not in (None, epoch.learning_rate):
            print(f"Setting learning rate to {epoch.learning_rate:f}")
        self._learning_rate = epoch.learning_rate
        print(f"Iteration {epoch.epoch}, loss = {epoch.loss:.8f}")
        if epoch.score is not None:
            print(f"Validation score: {epoch.score:f}")
