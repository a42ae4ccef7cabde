"""The most memory that a `fit` holds, beside the size of the array that it trains on."""

import json
from typing import Any

from benchmarks.results import Say
from benchmarks.speed.options import Options
from benchmarks.speed.whole_process import PROCESSES, timed_process
from benchmarks.worker import WorkerError

COLUMNS = 100


def measure_memory(options: Options, say: Say) -> dict[str, Any]:
    """Return bytes: the array, and the peak over what the process held before the array was made."""
    found: dict[str, Any] = {}
    for name, library in (("Clearprop", "clearprop"), ("scikit-learn", "scikit-learn")):
        command = [str(PROCESSES / "fit_memory.py"), library, str(options.memory_rows), str(COLUMNS)]
        try:
            counted = json.loads(timed_process(command)[1])
        except WorkerError as error:
            found[name] = {"skipped": str(error)}
            continue
        found[name] = {"array": counted["array"], "peak": counted["peak"] - counted["before"]}
        say(f"memory: {name}: {found[name]['peak'] / found[name]['array']:.2f} × the array")
    return found
