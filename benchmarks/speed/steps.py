"""A training step of every contender on every network, in rounds: each runs once a round, one after another."""

from statistics import median
from typing import Any

import numpy as np

from benchmarks.results import Say
from benchmarks.speed.at_work import TARGET
from benchmarks.speed.contenders import CONTENDERS, Entry
from benchmarks.speed.limits import COPIES, Best, as_json, best_product, product_worker
from benchmarks.speed.options import Options
from benchmarks.speed.problems import SHAPES, Shape
from benchmarks.worker import Worker, WorkerError

#: How far the loss after one epoch may lie from the reference's: rounding, and for bfloat16 its 8 bits.
LOSS_TOLERANCE = {False: 1e-3, True: 2e-2}


def spread(values: list[float]) -> dict[str, Any]:
    """Median, quartiles and all values."""
    low, middle, high = (float(q) for q in np.percentile(values, [25, 50, 75]))
    return {"median": middle, "low": low, "high": high, "all": values}


class Team:
    """The workers of one contender, one for each number of threads that it is tried with."""

    def __init__(self, entry: Entry, options: Options) -> None:
        self.entry, self.packages = entry, {}
        choices = sorted({1, options.n_cores}) if entry.threads else [None]
        self._workers: dict[int | None, Worker] = {}
        try:
            for n_threads in choices:
                pinned = n_threads if entry.pinned else None
                self._workers[n_threads] = Worker(TARGET, {"name": entry.name}, n_threads, pinned)
            self.packages = self._workers[choices[-1]].call("packages")
        except WorkerError:
            self.close()
            raise

    def prepare(self, shape: str, options: Options) -> tuple[Worker, dict[str, Any]]:
        """Put a network up in every worker, and return the worker that is faster on it."""
        notes, pilots = {}, {}
        for n_threads, worker in self._workers.items():
            notes[n_threads] = worker.call("prepare", shape)
            pilots[n_threads] = worker.timed("pilot", options.run_seconds)
        chosen = min(pilots, key=lambda n_threads: pilots[n_threads])
        found = {"n_threads": chosen, "pilots": {str(n): seconds for n, seconds in pilots.items()}}
        return self._workers[chosen], {**found, "loss": notes[chosen]["loss"], "warm_up": notes[chosen]["seconds"]}

    def forget(self) -> None:
        """Let the network go in every worker."""
        for worker in self._workers.values():
            worker.call("forget")

    def close(self) -> None:
        """End the processes."""
        for worker in self._workers.values():
            worker.close()


def measure_steps(options: Options, say: Say) -> dict[str, Any]:
    """Return the machine's limits, and for each network each contender's seconds a step."""
    limits = {
        dtype: best_product(dtype, options.n_cores, options.product_seconds, options.product_sizes)
        for dtype in ("float32", "bfloat16")
    }
    for dtype, best in limits.items():
        say(f"best product in {dtype}: {best}")
    teams, skipped = _teams(options, say)
    try:
        networks = {name: _network(SHAPES[name], teams, limits, options, say) for name in options.networks}
    finally:
        for team in teams:
            team.close()
    packages = {name: version for team in teams for name, version in team.packages.items()}
    limits_found = {dtype: as_json(best) for dtype, best in limits.items()}
    return {"packages": packages, "skipped": skipped, "limits": limits_found, "networks": networks}


def _teams(options: Options, say: Say) -> tuple[list[Team], dict[str, str]]:
    teams, skipped = [], {}
    for name in options.contenders:
        try:
            teams.append(Team(CONTENDERS[name], options))
        except WorkerError as error:
            skipped[name] = str(error)
            say(f"{name} is left out: {error}")
    return teams, skipped


def _network(
    shape: Shape, teams: list[Team], limits: dict[str, Best | None], options: Options, say: Say
) -> dict[str, Any]:
    """All rounds on one network, the machine's limits among the contenders."""
    ready: dict[str, Worker] = {}
    found: dict[str, Any] = {}
    for team in teams:
        try:
            ready[team.entry.name], found[team.entry.name] = team.prepare(shape.name, options)
        except WorkerError as error:
            found[team.entry.name] = {"skipped": str(error)}
            say(f"{shape.name}: {team.entry.name} is left out: {error}")
    machine = _machine(shape, limits, options)
    try:
        runs = _rounds(ready, machine, options)
    finally:
        for worker in machine.values():
            worker.close()
    for team in teams:
        if team.entry.name in ready:
            team.forget()
            found[team.entry.name]["seconds"] = spread(runs[team.entry.name])
    _compare_losses(found)
    for name, entry in found.items():
        if "seconds" in entry:
            say(f"{shape.name:<26}{name:<22}{median(runs[name]) * 1e6:>12.1f} µs a step")
    return {"contenders": found, "machine": {name: spread(runs[name]) for name in machine}}


def _rounds(ready: dict[str, Worker], machine: dict[str, Worker], options: Options) -> dict[str, list[float]]:
    runs: dict[str, list[float]] = {name: [] for name in (*ready, *machine)}
    for _ in range(options.rounds):
        for name, worker in ready.items():
            runs[name].append(worker.timed("run"))
        for name, worker in machine.items():
            runs[name].append(worker.timed("rate", options.product_seconds))
    return runs


def _machine(shape: Shape, limits: dict[str, Best | None], options: Options) -> dict[str, Worker]:
    workers = {}
    for dtype, best in limits.items():
        if best is not None:
            workers[dtype] = product_worker(best.library, dtype, best.n_threads)
            workers[dtype].call("prepare", best.size)
    workers["copy"] = Worker(COPIES, {"n_threads": options.n_cores})
    workers["copy"].call("prepare", shape.optimizer_bytes)
    return workers


def _compare_losses(found: dict[str, Any]) -> None:
    """Say of each contender whether one epoch led it where it led the reference: `same`, or not."""
    losses = {name: entry["loss"] for name, entry in found.items() if "loss" in entry}
    if "Clearprop reference" not in losses:
        return
    expected = losses["Clearprop reference"]
    for name, loss in losses.items():
        difference = abs(loss - expected) / expected
        found[name]["difference"] = difference
        found[name]["same"] = difference <= LOSS_TOLERANCE[CONTENDERS[name].bfloat16]
