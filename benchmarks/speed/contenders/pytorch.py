"""PyTorch: a plain loop with the fused Adam, or the same with its forward pass in bfloat16."""

import contextlib
import os
from itertools import pairwise

import numpy as np
import torch
from torch.nn import functional

from benchmarks.speed.contenders.base import Predictor
from benchmarks.speed.problems import BETAS, EPSILON, LEARNING_RATE, Problem


class TorchTraining:
    """A module, its optimizer, and the step that both take."""

    def __init__(self, problem: Problem, autocast: bool) -> None:
        self._problem, self._autocast = problem, autocast
        self._X, self._labels = torch.from_numpy(problem.X), torch.from_numpy(problem.labels.astype(np.int64))
        layers: list[torch.nn.Module] = []
        for n_in, n_out in pairwise(problem.sizes):
            layers += [torch.nn.Linear(n_in, n_out), torch.nn.ReLU()]
        self._model = torch.nn.Sequential(*layers[:-1])
        self._optimizer = torch.optim.Adam(
            self._model.parameters(), lr=LEARNING_RATE, betas=BETAS, eps=EPSILON, fused=True
        )
        self.restart()

    def _step(self, rows: torch.Tensor) -> None:
        x, labels = self._X.index_select(0, rows), self._labels.index_select(0, rows)
        with torch.autocast("cpu", torch.bfloat16) if self._autocast else contextlib.nullcontext():
            loss = functional.cross_entropy(self._model(x), labels)
        loss.backward()
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)

    def restart(self) -> None:
        """Put the first weights back and empty the optimizer's means."""
        with torch.no_grad():
            for layer, weights, bias in zip(list(self._model)[::2], self._problem.W, self._problem.b, strict=True):
                layer.weight.copy_(torch.from_numpy(weights))
                layer.bias.copy_(torch.from_numpy(bias))
            for state in self._optimizer.state.values():
                for tensor in state.values():
                    tensor.zero_()

    def run(self, orders: np.ndarray) -> None:
        """Train one epoch for each order."""
        for order in orders:
            for rows in torch.from_numpy(order).split(self._problem.batch):
                self._step(rows)

    def parameters(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """W and b: PyTorch keeps them as we do."""
        layers = list(self._model)[::2]
        return [l.weight.detach().numpy() for l in layers], [l.bias.detach().numpy() for l in layers]

    def predictor(self) -> Predictor:
        """Softmax of the module's output, in inference mode."""

        @torch.inference_mode()
        def predict(X: np.ndarray) -> np.ndarray:
            with torch.autocast("cpu", torch.bfloat16) if self._autocast else contextlib.nullcontext():
                output = self._model(torch.from_numpy(X))
            return output.float().softmax(1).numpy()

        return predict


class PyTorch:
    """The library, in a precision."""

    def __init__(self, autocast: bool) -> None:
        self._autocast = autocast

    def packages(self) -> dict[str, str]:
        """Version of PyTorch."""
        return {"torch": torch.__version__}

    def prepare(self, problem: Problem) -> TorchTraining:
        """Make the module and its optimizer."""
        return TorchTraining(problem, self._autocast)


def make(autocast: bool = False) -> PyTorch:
    """PyTorch with as many threads as the environment says."""
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", torch.get_num_threads())))
    return PyTorch(autocast)
