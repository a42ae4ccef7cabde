"""How long `predict_proba` takes for one row and for many, beside the products that one row needs."""

import warnings
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.contenders import UnavailableError
from benchmarks.results import Say
from benchmarks.speed.contenders import make
from benchmarks.speed.limits import LIBRARIES as PRODUCTS
from benchmarks.speed.options import Options
from benchmarks.speed.problems import IMAGE, SHAPES, SMALL, Problem, problem_of
from benchmarks.speed.steps import spread
from benchmarks.worker import Worker, WorkerError

TARGET = "benchmarks.speed.prediction:Predicting"
ONE_ROW = "benchmarks.speed.prediction:OneRow"
ROWS = (1, 10_000)
NAMES = ("Clearprop", "scikit-learn", "PyTorch", "JAX")


class Predicting:
    """A fitted model in its worker process: `predict_proba` of an estimator, or what stands for it elsewhere."""

    def __init__(self, name: str) -> None:
        self._name = name

    def prepare(self, shape: str) -> None:
        """Train for one epoch."""
        problem = problem_of(SHAPES[shape])
        self._predict, self._n_columns = _predictor(self._name, problem), problem.sizes[0]

    def seconds(self, n_rows: int, seconds: float) -> float:
        """Seconds of a call, over a run of so many seconds."""
        X = np.random.default_rng(0).standard_normal((n_rows, self._n_columns), np.float32)
        return _mean_seconds(lambda: self._predict(X), seconds)


class OneRow:
    """The arithmetic of one row and nothing else: a product of matrix and vector for each layer."""

    def __init__(self, library: str) -> None:
        self._library = library

    def prepare(self, shape: str) -> None:
        """Make the matrices, and vectors for what goes in and comes out."""
        problem = problem_of(SHAPES[shape])
        self._products = [_product(self._library, W) for W in problem.W]
        self.seconds(0.0)

    def seconds(self, seconds: float) -> float:
        """Seconds of all layers, over a run of so many seconds."""
        return _mean_seconds(lambda: [product() for product in self._products], seconds)


def _mean_seconds(call: Callable[[], Any], seconds: float) -> float:
    call()
    n_calls, start = 0, perf_counter()
    while (taken := perf_counter() - start) < seconds or n_calls == 0:
        call()
        n_calls += 1
    return taken / n_calls


def _predictor(name: str, problem: Problem) -> Callable[[np.ndarray], np.ndarray]:
    if name in ("PyTorch", "JAX"):
        training = make(name).prepare(problem)
        training.run(np.arange(len(problem.X))[None])
        return training.predictor()
    if name == "scikit-learn":
        from sklearn.neural_network import MLPClassifier
    elif name == "Clearprop":
        from clearprop import MLPClassifier
    else:
        raise UnavailableError(f"nobody predicts as {name}")
    warnings.simplefilter("ignore")
    model = MLPClassifier(problem.sizes[1:-1], batch_size=problem.batch, max_iter=1, random_state=0)
    return model.fit(problem.X, problem.labels).predict_proba


def _product(library: str, W: np.ndarray) -> Callable[[], Any]:
    x = np.ones(W.shape[1], np.float32)
    if library == "scipy":
        from scipy.linalg.blas import sgemv

        columns, y = W.T, np.zeros(W.shape[0], np.float32)
        return lambda: sgemv(1.0, columns, x, 0.0, y, trans=1, overwrite_y=1)
    if library == "torch":
        import torch

        weights, row = torch.from_numpy(W), torch.from_numpy(x)
        out = torch.empty(W.shape[0])
        return lambda: torch.mv(weights, row, out=out)
    y = np.zeros(W.shape[0], np.float32)
    return lambda: np.dot(W, x, out=y)


def measure_prediction(options: Options, say: Say) -> dict[str, Any]:
    """Return, for two networks, each library's seconds a call, and the least that one row's products took."""
    return {shape: _network(shape, options, say) for shape in (SMALL, IMAGE)}


def _network(shape: str, options: Options, say: Say) -> dict[str, Any]:
    ready: dict[str, Worker] = {}
    skipped = {}
    choices: dict[str, tuple[str, dict[str, str], int | None]] = {
        **{name: (TARGET, {"name": name}, None) for name in NAMES},
        **{
            f"products in {library}, {n} threads": (ONE_ROW, {"library": library}, n)
            for library in PRODUCTS["float32"]
            if library != "jax"
            for n in sorted({1, options.n_cores})
        },
    }
    runs: dict[str, dict[str, list[float]]] = {}
    try:
        for name, (target, arguments, n_threads) in choices.items():
            try:
                worker = Worker(target, arguments, n_threads)
                ready[name] = worker
                worker.call("prepare", shape)
                runs[name] = {str(n): [] for n in (ROWS if target == TARGET else (1,))}
            except WorkerError as error:
                skipped[name] = str(error)
        for _ in range(options.rounds):
            for name, by_rows in runs.items():
                for n_rows, seconds in by_rows.items():
                    arguments_of_call = [int(n_rows)] if name in NAMES else []
                    seconds.append(ready[name].timed("seconds", *arguments_of_call, options.product_seconds))
    finally:
        for worker in ready.values():
            worker.close()
    found = {name: {n: spread(seconds) for n, seconds in by_rows.items()} for name, by_rows in runs.items()}
    least = min((entry["1"] for name, entry in found.items() if name not in NAMES), key=lambda entry: entry["median"])
    for name in NAMES:
        for n_rows, entry in found.get(name, {}).items():
            say(f"{shape:<26}{name:<22}{entry['median'] * 1e6:>12.1f} µs to predict {n_rows}")
    return {"libraries": {name: found[name] for name in NAMES if name in found}, "products": least, "skipped": skipped}
