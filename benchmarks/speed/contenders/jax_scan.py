"""JAX: automatic differentiation, a whole epoch in one compiled scan."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.speed.contenders.base import Predictor
from benchmarks.speed.problems import BETAS, EPSILON, LEARNING_RATE, Problem

Tree = Any


def scores(parameters: Tree, x: jax.Array) -> jax.Array:
    """Zᴸ of rows."""
    for weights, bias in parameters[:-1]:
        x = jax.nn.relu(x @ weights.T + bias)
    weights, bias = parameters[-1]
    return x @ weights.T + bias


def loss(parameters: Tree, x: jax.Array, labels: jax.Array) -> jax.Array:
    """Mean cross-entropy."""
    z = scores(parameters, x)
    return (jax.nn.logsumexp(z, axis=1) - jnp.take_along_axis(z, labels[:, None], axis=1)[:, 0]).mean()


def adam(parameters: Tree, mean: Tree, square: Tree, gradient: Tree, t: jax.Array) -> tuple[Tree, Tree, Tree]:
    """One update of all parameters, t = 1, 2, ..."""
    b1, b2 = BETAS
    mean = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, mean, gradient)
    square = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * g * g, square, gradient)
    rate = LEARNING_RATE * jnp.sqrt(1 - b2**t) / (1 - b1**t)
    parameters = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + EPSILON), parameters, mean, square)
    return parameters, mean, square


def step(X: jax.Array, labels: jax.Array, state: Tree, rows: jax.Array) -> tuple[Tree, None]:
    """One step on the rows of these numbers."""
    parameters, mean, square, t = state
    x, targets = (array.at[rows].get(mode="promise_in_bounds") for array in (X, labels))  # no checks of each number
    gradient = jax.grad(loss)(parameters, x, targets)
    return (*adam(parameters, mean, square, gradient, t), t + 1), None


@partial(jax.jit, donate_argnums=0)
def epoch(state: Tree, X: jax.Array, labels: jax.Array, batches: jax.Array, rest: jax.Array) -> Tree:
    """All full batches (n_steps, m) in one scan, then the rest where there is one."""
    state, _ = jax.lax.scan(partial(step, X, labels), state, batches)
    return step(X, labels, state, rest)[0] if rest.size else state


class JaxTraining:
    """State and data as JAX holds them."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._X, self._labels = jnp.asarray(problem.X), jnp.asarray(problem.labels, jnp.int32)
        self.restart()

    def restart(self) -> None:
        """Go back to the first weights, with both means at zero."""
        pairs = list(zip(self._problem.W, self._problem.b, strict=True))
        first = [(jnp.array(w), jnp.array(b)) for w, b in pairs]
        zeros = [[(jnp.zeros(w.shape), jnp.zeros(b.shape)) for w, b in pairs] for _ in range(2)]
        self._state = (first, *zeros, jnp.float32(1))

    def run(self, orders: np.ndarray) -> None:
        """Train one epoch for each order."""
        batch = self._problem.batch
        full = len(self._problem.X) // batch * batch
        for order in orders.astype(np.int32):
            batches = order[:full].reshape(-1, batch)
            self._state = epoch(self._state, self._X, self._labels, batches, order[full:])
        jax.block_until_ready(self._state)

    def parameters(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """W and b."""
        return [np.asarray(w) for w, _ in self._state[0]], [np.asarray(b) for _, b in self._state[0]]

    def predictor(self) -> Predictor:
        """A jitted softmax of the scores."""
        parameters = self._state[0]
        probabilities = jax.jit(lambda p, x: jax.nn.softmax(scores(p, x)))
        return lambda X: np.asarray(probabilities(parameters, X))


class Jax:
    """The library as it is."""

    def packages(self) -> dict[str, str]:
        """Versions of JAX and its compiler's library."""
        return {"jax": jax.__version__, "jaxlib": jax.lib.__version__}

    def prepare(self, problem: Problem) -> JaxTraining:
        """Put the data into JAX's arrays; compiling happens at the first epoch."""
        return JaxTraining(problem)


def make() -> Jax:
    """JAX on the CPU."""
    jax.config.update("jax_platforms", "cpu")
    return Jax()
