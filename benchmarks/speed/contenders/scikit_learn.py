"""scikit-learn's MLPClassifier: `fit` for several epochs in one call, from the given weights in the given order."""

import warnings
from typing import Any

import numpy as np
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from benchmarks.speed.contenders.base import Predictor
from benchmarks.speed.problems import BETAS, EPSILON, LEARNING_RATE, Problem

NEVER = 10**9


class GivenOrders(np.random.RandomState):
    """Hands out the given orders where a shuffle is asked for (each shuffles what the last one left)."""

    orders: list[np.ndarray]

    def shuffle(self, x: Any) -> None:
        """Put the next order into x."""
        x[:] = self.orders.pop(0)


class ScikitTraining:
    """`warm_start` keeps the weights that are put there; every `fit` makes a new optimizer."""

    def __init__(self, problem: Problem) -> None:
        self._problem, self._orders = problem, GivenOrders(0)
        self._model = MLPClassifier(
            problem.sizes[1:-1],
            alpha=0.0,
            batch_size=problem.batch,
            learning_rate_init=LEARNING_RATE,
            beta_1=BETAS[0],
            beta_2=BETAS[1],
            epsilon=EPSILON,
            tol=0.0,
            n_iter_no_change=NEVER,
            warm_start=True,
            random_state=self._orders,
        )
        self.run(np.arange(len(problem.X))[None])
        self.restart()

    def restart(self) -> None:
        """Go back to the first weights."""
        model, problem = self._model, self._problem
        n_outputs = model.n_outputs_  # 1 for two classes: the logistic unit that does the same as the softmax
        last = problem.W[-1] if n_outputs > 1 else problem.W[-1][1:] - problem.W[-1][:1]
        bias = problem.b[-1] if n_outputs > 1 else problem.b[-1][1:] - problem.b[-1][:1]
        model.coefs_ = [w.T.copy() for w in (*problem.W[:-1], last)]
        model.intercepts_ = [b.copy() for b in (*problem.b[:-1], bias)]

    def run(self, orders: np.ndarray) -> None:
        """Train one epoch for each order."""
        self._orders.orders = list(orders)
        self._model.max_iter = len(orders)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            self._model.fit(self._problem.X, self._problem.labels)

    def parameters(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """W and b, the last with one unit for two classes."""
        return [w.T for w in self._model.coefs_], list(self._model.intercepts_)

    def predictor(self) -> Predictor:
        """`predict_proba`."""
        return self._model.predict_proba


class ScikitLearn:
    """The library as it is."""

    def packages(self) -> dict[str, str]:
        """Versions of scikit-learn and of NumPy, whose BLAS it runs on."""
        return {"scikit-learn": sklearn.__version__, "numpy": np.__version__}

    def prepare(self, problem: Problem) -> ScikitTraining:
        """Make the estimator and let it see the classes."""
        return ScikitTraining(problem)


def make() -> ScikitLearn:
    """scikit-learn is a dependency: always there."""
    return ScikitLearn()
