"""From equations to a trained network: batches, the loop, stopping, history."""

from clearprop.training.history import Epoch, History
from clearprop.training.lbfgs import minimise
from clearprop.training.loop import Data, DivergenceError, End, Plan, Run, Task, train_together
from clearprop.training.stopping import Stopping

__all__ = [
    "Data",
    "DivergenceError",
    "End",
    "Epoch",
    "History",
    "Plan",
    "Run",
    "Stopping",
    "Task",
    "minimise",
    "train_together",
]
