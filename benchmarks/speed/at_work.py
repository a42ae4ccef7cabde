"""A contender in its worker process: prepared on a network, checked against the others, and timed."""

from time import perf_counter

from benchmarks.speed.contenders import make
from benchmarks.speed.problems import SHAPES, mean_loss, orders_of, problem_of

TARGET = "benchmarks.speed.at_work:AtWork"
MOST_EPOCHS = 512  # orders are kept: a bound on their memory for engines whose epochs are very short


class AtWork:
    """One contender; every method takes and returns what JSON can hold."""

    def __init__(self, name: str) -> None:
        self._contender = make(name)

    def packages(self) -> dict[str, str]:
        """Versions of what it runs on."""
        return self._contender.packages()

    def prepare(self, shape: str) -> dict[str, float]:
        """Put a network up, train one epoch (what compiles, compiles) and say where that led.

        `loss` is the mean cross-entropy over all rows after that epoch, from weights and in an order that all share.
        """
        self._shape = SHAPES[shape]
        problem = problem_of(self._shape)
        start = perf_counter()
        self._training = self._contender.prepare(problem)
        self._orders = orders_of(self._shape.n_rows, 1)
        self._training.run(self._orders)
        return {"seconds": perf_counter() - start, "loss": mean_loss(problem, *self._training.parameters())}

    def pilot(self, seconds: float) -> float:
        """Choose how many epochs make a run of so many seconds, and return the seconds of a step in the last trial."""
        n_epochs = 1
        while True:
            self._orders = orders_of(self._shape.n_rows, n_epochs)
            taken = self.run() * n_epochs * self._shape.n_steps
            if taken >= seconds / 2 or n_epochs == MOST_EPOCHS:
                break
            n_epochs = min(MOST_EPOCHS, max(2 * n_epochs, int(n_epochs * seconds / taken)))
        return taken / (n_epochs * self._shape.n_steps)

    def run(self) -> float:
        """Train from the first weights and return the seconds of a step; restarting is not counted."""
        self._training.restart()
        start = perf_counter()
        self._training.run(self._orders)
        return (perf_counter() - start) / (len(self._orders) * self._shape.n_steps)

    def forget(self) -> None:
        """Let the network go."""
        del self._training
