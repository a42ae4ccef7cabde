"""From equations to a trained network: batches, the loop, stopping, history."""

from clearprop.training.history import Epoch, History
from clearprop.training.lbfgs import minimise
from clearprop.training.loop import DivergenceError, End, Plan, Run
from clearprop.training.stopping import Stopping

__all__ = ["DivergenceError", "End", "Epoch", "History", "Plan", "Run", "Stopping", "minimise"]
