"""Clearprop's engines, through the interface that the estimators use."""

import numpy as np

import clearprop
from benchmarks.contenders import UnavailableError
from benchmarks.speed.contenders.base import Predictor
from benchmarks.speed.problems import BETAS, EPSILON, LEARNING_RATE, Problem
from clearprop.engines import ENGINES, Engine, Recipe
from clearprop.mathematics.network import Network, Parameters

HYPERPARAMETERS = {"beta_1": BETAS[0], "beta_2": BETAS[1], "epsilon": EPSILON}


class EngineTraining:
    """One trainer of an engine."""

    def __init__(self, engine: Engine, recipe: Recipe, problem: Problem) -> None:
        self._engine, self._recipe, self._problem = engine, recipe, problem
        self._network = Network(problem.sizes, "relu", "softmax", "cross_entropy")
        self._Y = problem.one_hot
        self._rates = np.full(problem.n_steps, LEARNING_RATE)
        self.restart()

    def restart(self) -> None:
        """Go back to the first weights, with an optimizer that has seen nothing."""
        problem = self._problem
        first = Parameters.of([w.copy() for w in problem.W], [b.copy() for b in problem.b])
        try:
            self._trainer = self._engine.trainer(self._network, first, self._recipe)
        except ValueError as error:  # no bfloat16 on this processor
            raise UnavailableError(str(error)) from None
        if not type(self._trainer).__module__.startswith(type(self._engine).__module__):
            raise UnavailableError(f"the {self._engine.name} engine hands this network to another")

    def run(self, orders: np.ndarray) -> None:
        """Train one epoch for each order."""
        for order in orders:
            self._trainer.epoch(self._problem.X, self._Y, None, order, self._problem.batch, self._rates)

    def parameters(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """W and b, counted from 0."""
        return self._trainer.parameters.W[1:], self._trainer.parameters.b[1:]

    def predictor(self) -> Predictor:
        """The engine's prediction."""
        parameters = self._trainer.parameters
        return lambda X: self._engine.predict(self._network, parameters, X)


class ClearpropEngine:
    """An engine in a precision."""

    def __init__(self, engine: Engine, recipe: Recipe) -> None:
        self._engine, self._recipe = engine, recipe

    def packages(self) -> dict[str, str]:
        """Versions of Clearprop and of NumPy."""
        return {"clearprop": clearprop.__version__, "numpy": np.__version__}

    def prepare(self, problem: Problem) -> EngineTraining:
        """Put the problem where the engine wants it; raises `UnavailableError` where another engine would run."""
        return EngineTraining(self._engine, self._recipe, problem)


def make(engine: str, precision: str = "") -> ClearpropEngine:
    """The engine of this name, if it was built."""
    if engine not in ENGINES:
        raise UnavailableError(f"the {engine} engine is not built")
    return ClearpropEngine(ENGINES[engine], Recipe("adam", HYPERPARAMETERS, precision=precision))
