"""Every contender on every table, each run in a process of its own; the result is kept after each."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.accuracy.at_work import TARGET
from benchmarks.results import Result, Say
from benchmarks.worker import Worker, WorkerError

Run = dict[str, Any]
#: Threads of OpenMP that wait sleep: where others use the cores too, spinning makes some contenders ten times slower.
WAITING = {"OMP_WAIT_POLICY": "PASSIVE"}


@dataclass(frozen=True)
class Plan:
    """Which runs are made: every contender on every table with every seed; `tables` are files, by name."""

    tables: dict[str, Path]
    contenders: tuple[str, ...]
    n_seeds: int
    n_threads: int

    def __iter__(self) -> Iterator[tuple[str, str, int]]:
        """Table, contender and seed; one seed is done with all tables first, so that an early end has them all."""
        for seed in range(self.n_seeds):
            for table in self.tables:
                for contender in self.contenders:
                    yield table, contender, seed


def measure_runs(plan: Plan, result: Result, keep: Callable[[Result], None], say: Say) -> None:
    """Add to the result's `runs` those that it lacks, and have it kept after each; those that failed are made again."""
    done = {_key(run): run for run in result["runs"] if "error" in run}
    for table, contender, seed in plan:
        key = (table, contender, seed)
        if key in done:
            continue
        run = {"table": table, "contender": contender, "seed": seed}
        run |= measure_run(contender, seed, plan.tables[table], plan.n_threads)
        result["runs"] = [kept for kept in result["runs"] if _key(kept) != key] + [run]
        keep(result)
        say(f"{table:<14}{contender:<32}seed {seed}  {_told(run)}")


def measure_run(contender: str, seed: int, path: Path, n_threads: int) -> Run:
    """Return measures and seconds; or `unavailable`, it could not be started; or `failed`; each with the reason."""
    arguments = {"name": contender, "seed": seed, "n_threads": n_threads}
    try:
        worker = Worker(TARGET, arguments, n_threads, n_cores=n_threads, variables=WAITING)
    except WorkerError as error:
        return {"unavailable": _without_folders(str(error))}
    with worker:
        try:
            return worker.call("measure", str(path.resolve()))
        except WorkerError as error:
            return {"failed": _without_folders(str(error))}


def _key(run: Run) -> tuple[str, str, int]:
    return run["table"], run["contender"], run["seed"]


def _without_folders(reason: str) -> str:
    """Paths of this machine are nobody's business."""
    return re.sub(r"(?<!\w)/(?:[^\s/'\"]+/)+", "", reason)


def _told(run: Run) -> str:
    for what in ("unavailable", "failed"):
        if what in run:
            return f"{what}: {run[what]}"
    return f"log loss {run['log_loss']:.4f}, error {100 * run['error']:.2f} %, {run['fit_seconds']:.2f} s"
