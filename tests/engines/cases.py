"""A small training problem that the tests of the engines share, and the plain loop that says what training is."""

from typing import Any

import numpy as np

from clearprop.engines import Engine, Recipe
from clearprop.mathematics.dropout import dropout_masks
from clearprop.mathematics.equations import backward, forward, loss, penalty_value
from clearprop.mathematics.initializers import initialize
from clearprop.mathematics.network import Network, Parameters
from clearprop.mathematics.optimizers import OPTIMIZERS

SIZES = (5, 7, 6, 3)
N_ROWS, BATCH_SIZE = 23, 5  # the last batch is short
RATES = 0.05 / np.arange(1.0, 6.0)
NETWORK = Network(SIZES, hidden="tanh")
PAIRED = {
    "softmax": "cross_entropy",
    "sigmoid": "binary_cross_entropy",
    "identity": "half_squared_error",
    "exponential": "poisson",
}
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(N_ROWS, SIZES[0])) * (RANDOM.uniform(size=(N_ROWS, SIZES[0])) < 0.6)
Y = RANDOM.dirichlet(np.ones(SIZES[-1]), N_ROWS)
WEIGHTS = RANDOM.uniform(0.2, 3.0, N_ROWS)
ORDER = RANDOM.permutation(N_ROWS)


def start(network: Network = NETWORK, dtype: Any = np.float64) -> Parameters:
    """Initial parameters, the biases not zero."""
    return initialize(network, "uniform", 0, dtype)


def trainer_of(engine: Engine, recipe: Recipe, network: Network = NETWORK, dtype: Any = np.float64) -> Any:
    return engine.trainer(network, start(network, dtype), recipe)


def epoch_of(trainer: Any, X: Any = X, Y: Any = Y, weights: Any = WEIGHTS, order: Any = ORDER) -> Any:
    """One epoch of five steps."""
    return trainer.epoch(X, Y, weights, order, BATCH_SIZE, RATES)


def trained(
    engine: Engine, recipe: Recipe, *data: Any, n_epochs: int = 3, network: Network = NETWORK, dtype: Any = np.float64
) -> Any:
    """All parameters in one vector after some epochs."""
    trainer = trainer_of(engine, recipe, network, dtype)
    for _ in range(n_epochs):
        epoch_of(trainer, *data)
    return trainer.snapshot()


def plain_epochs(
    recipe: Recipe, n_epochs: int, network: Network = NETWORK, weights: Any = WEIGHTS, order: Any = ORDER
) -> tuple[Parameters, list[dict[str, Any]]]:
    """The specification, array by array: the parameters at the end, and what every epoch gave."""
    parameters, states, results, t = start(network), {}, [], 0
    order = np.arange(N_ROWS) if order is None else order
    for _ in range(n_epochs):
        total, gradient_norms, delta_norms = 0.0, [], []
        for k, rate in enumerate(RATES):
            rows = order[k * BATCH_SIZE : (k + 1) * BATCH_SIZE]
            w = None if weights is None else weights[rows]
            penalty = recipe.alpha / (len(rows) if w is None else w.sum())
            masks = dropout_masks(network, recipe.dropout_seed, t, len(rows), recipe.dropout, np.float64)
            passed = forward(network, parameters, X[rows], masks)
            value = recipe.loss_scale * loss(network, passed, Y[rows], w, recipe.loss_floor)
            total += len(rows) * (value + penalty_value(parameters, penalty))
            gradients = backward(network, parameters, passed, Y[rows], w, penalty)
            gradient_norms.append([np.linalg.norm(array) for array in gradients.dW[1:]])
            delta_norms.append([np.linalg.norm(array) for array in gradients.delta[1:]])
            t += 1
            step(parameters, gradients, states, recipe, rate, t)
        norms = np.mean(gradient_norms, axis=0), np.mean(delta_norms, axis=0)
        results.append({"loss": total / N_ROWS, "gradient_norms": norms[0], "delta_norms": norms[1]})
    return parameters, results


def step(parameters: Parameters, gradients: Any, states: dict, recipe: Recipe, rate: float, t: int) -> None:
    """One plain update of every array."""
    arrays = [*gradients.dW[1:], *gradients.db[1:]]
    norm = np.sqrt(sum(np.sum(g * g) for g in arrays))
    factor = 1.0 if recipe.max_grad_norm is None else min(1.0, recipe.max_grad_norm / norm)
    L = len(parameters.W) - 1
    for i, (theta, g) in enumerate(zip(parameters.arrays(), arrays, strict=True)):
        entry, is_weight, l = OPTIMIZERS[recipe.optimizer], i < L, i + 1
        if entry.otherwise and not (is_weight and 1 < l < L):
            entry = OPTIMIZERS[entry.otherwise]
        given = {name: number for name, number in recipe.hyperparameters.items() if name in entry.defaults}
        numbers = {**entry.defaults, **given, **({} if is_weight else {"weight_decay": 0.0})}
        entry.update(theta, factor * g, states.setdefault(i, entry.init(theta)), rate, t, numbers, np)
