"""PyTorch with its whole step, rows to update, as one compiled graph without a break."""

import os

import numpy as np
import torch
from torch.nn import functional

from benchmarks.speed.contenders.base import Predictor
from benchmarks.speed.problems import BETAS, EPSILON, LEARNING_RATE, Problem

Pairs = list[tuple[torch.Tensor, torch.Tensor]]


def scores(parameters: list[torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    """Zᴸ of rows; parameters are W, b, W, b, ..."""
    pairs = list(zip(parameters[::2], parameters[1::2], strict=True))
    for weights, bias in pairs[:-1]:
        x = functional.linear(x, weights, bias).relu()
    return functional.linear(x, *pairs[-1])


def step(
    parameters: list[torch.Tensor],
    means: list[torch.Tensor],
    squares: list[torch.Tensor],
    t: torch.Tensor,
    x: torch.Tensor,
    labels: torch.Tensor,
    rows: torch.Tensor,
) -> None:
    """One step of Adam, in place; `t` counts the steps in a tensor, so that nothing recompiles."""
    x, labels = x.index_select(0, rows), labels.index_select(0, rows)
    gradient = torch.func.grad(lambda theta: functional.cross_entropy(scores(theta, x), labels))(parameters)
    b1, b2 = BETAS
    t.add_(1)
    rate = LEARNING_RATE * torch.sqrt(1 - b2**t) / (1 - b1**t)
    for theta, m, v, g in zip(parameters, means, squares, gradient, strict=True):
        m.mul_(b1).add_(g, alpha=1 - b1)
        v.mul_(b2).addcmul_(g, g, value=1 - b2)
        theta.sub_(rate * m / (v.sqrt() + EPSILON))


class CompiledTraining:
    """Tensors that the compiled step changes in place."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._X, self._labels = torch.from_numpy(problem.X), torch.from_numpy(problem.labels.astype(np.int64))
        arrays = [array for pair in zip(problem.W, problem.b, strict=True) for array in pair]
        self._first = [torch.from_numpy(array) for array in arrays]
        self._state = [[torch.zeros_like(array) for array in self._first] for _ in range(3)]
        self._t = torch.zeros(())
        self._step = torch.compile(step, fullgraph=True, dynamic=False)
        self.restart()

    def restart(self) -> None:
        """Put the first weights back and empty both means."""
        for part, arrays in enumerate(self._state):
            for tensor, first in zip(arrays, self._first, strict=True):
                tensor.copy_(first) if part == 0 else tensor.zero_()
        self._t.zero_()

    def run(self, orders: np.ndarray) -> None:
        """Train one epoch for each order."""
        for order in orders:
            for rows in torch.from_numpy(order).split(self._problem.batch):
                self._step(*self._state, self._t, self._X, self._labels, rows)

    def parameters(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """W and b: PyTorch keeps them as we do."""
        arrays = [tensor.numpy() for tensor in self._state[0]]
        return arrays[::2], arrays[1::2]

    def predictor(self) -> Predictor:
        """A compiled softmax of the scores."""
        probabilities = torch.compile(lambda theta, x: scores(theta, x).softmax(1), dynamic=False)

        @torch.inference_mode()
        def predict(X: np.ndarray) -> np.ndarray:
            return probabilities(self._state[0], torch.from_numpy(X)).numpy()

        return predict


class PyTorchCompiled:
    """The library with its compiler."""

    def packages(self) -> dict[str, str]:
        """Version of PyTorch."""
        return {"torch": torch.__version__}

    def prepare(self, problem: Problem) -> CompiledTraining:
        """Make the tensors; compiling happens at the first step."""
        torch.compiler.reset()
        return CompiledTraining(problem)


def make() -> PyTorchCompiled:
    """PyTorch with as many threads as the environment says (they are compiled in)."""
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", torch.get_num_threads())))
    return PyTorchCompiled()
