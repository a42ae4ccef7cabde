"""What a contender offers: the least that lets all be timed, checked and asked alike."""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from benchmarks.speed.problems import Problem

Predictor = Callable[[np.ndarray], np.ndarray]


class Training(Protocol):
    """One training run, which can be started anew."""

    def restart(self) -> None:
        """Go back to the first weights, with an optimizer that has seen nothing."""

    def run(self, orders: np.ndarray) -> None:
        """Train one epoch for each row of `orders` (n_epochs, n), and return when all is computed."""

    def parameters(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """W and b as `Problem` has them."""

    def predictor(self) -> Predictor:
        """Return what turns float32 rows into probabilities, NumPy in, NumPy out."""


class Contender(Protocol):
    """A library with its best settings."""

    def packages(self) -> dict[str, str]:
        """Versions of what it runs on."""

    def prepare(self, problem: Problem) -> Training:
        """Put the problem where the library wants it; nothing of this is timed."""
