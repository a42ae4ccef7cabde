"""How Clearprop's time grows with rows, width, depth and members: an epoch is timed while one of them doubles."""

import inspect
import warnings
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.results import Say
from benchmarks.speed.contenders import make
from benchmarks.speed.options import Options
from benchmarks.speed.problems import Shape, orders_of, problem_of
from benchmarks.worker import Worker, WorkerError

TARGET = "benchmarks.speed.growth:Growing"
BATCH, INPUTS, OUTPUTS = 128, 64, 10
MEMBERS = (1, 2, 4, 8, 16)


class Growing:
    """The engine in its worker process."""

    def __init__(self, name: str) -> None:
        self._contender = make(name)

    def epoch(self, sizes: list[int], n_rows: int, n_times: int) -> float:
        """Median seconds of an epoch after a first one."""
        problem = problem_of(Shape(tuple(sizes), BATCH, -(-n_rows // BATCH)))
        training, orders = self._contender.prepare(problem), orders_of(len(problem.X), 1)
        training.run(orders)
        return _median_seconds(lambda: training.run(orders), n_times)

    def members(self, n_members: int, n_rows: int, n_times: int) -> float:
        """Median seconds of a `fit` of so many members, five epochs of a 64-32-10 network."""
        from clearprop import MLPClassifier

        if "n_members" not in inspect.signature(MLPClassifier).parameters:
            raise ValueError("MLPClassifier has no n_members")
        problem = problem_of(Shape((INPUTS, 32, OUTPUTS), 32, -(-n_rows // 32)))
        warnings.simplefilter("ignore")
        arguments = {"n_members": n_members, "batch_size": 32, "max_iter": 5, "random_state": 0}
        model = MLPClassifier((32,), **arguments)
        return _median_seconds(lambda: model.fit(problem.X, problem.labels), n_times)


def _median_seconds(call: Any, n_times: int) -> float:
    taken = []
    for _ in range(n_times):
        start = perf_counter()
        call()
        taken.append(perf_counter() - start)
    return median(taken)


def _doublings(first: int, n_steps: int) -> list[int]:
    return [first << power for power in range(n_steps)]


def measure_growth(options: Options, say: Say) -> dict[str, Any]:
    """Return, for each of the four, what was doubled, the seconds, and the power that they grow with."""
    try:
        worker = Worker(TARGET, {"name": "Clearprop"})
        engine = "native"
    except WorkerError:
        worker, engine = Worker(TARGET, {"name": "Clearprop reference"}), "reference"
    n, times = options.growth_steps, options.growth_repetitions
    cases: dict[str, list[tuple[int, list[int], int]]] = {
        "rows": [(rows, [INPUTS, 128, OUTPUTS], rows) for rows in _doublings(8192, n)],
        "width": [(width, [INPUTS, width, width, OUTPUTS], 4096) for width in _doublings(128, n)],
        "depth": [(depth, [INPUTS, *[128] * depth, OUTPUTS], 8192) for depth in _doublings(1, n)],
    }
    found: dict[str, Any] = {"engine": engine}
    with worker:
        for name, trials in cases.items():
            seconds = [worker.timed("epoch", sizes, n_rows, times) for _, sizes, n_rows in trials]
            found[name] = _grown([number for number, _, _ in trials], seconds)
        try:
            seconds = [worker.timed("members", k, 8192, times) for k in MEMBERS]
            found["members"] = _grown(list(MEMBERS), seconds)
        except WorkerError as error:
            found["members"] = {"skipped": str(error)}
    for name, entry in found.items():
        if "power" in entry:
            say(f"time grows as {name} to the power of {entry['power']:.2f}")
    return found


def _grown(numbers: list[int], seconds: list[float]) -> dict[str, Any]:
    power = float(np.polyfit(np.log(numbers), np.log(seconds), 1)[0])
    return {"numbers": numbers, "seconds": seconds, "power": power}
