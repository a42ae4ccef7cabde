"""A whole process from its start (imports, compiling, reading, fit, predict) for each library on real tables."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from sklearn.datasets import load_digits, load_iris

from benchmarks.results import Say
from benchmarks.speed.options import Options
from benchmarks.speed.problems import save_task
from benchmarks.speed.steps import spread
from benchmarks.worker import ROOT, WorkerError, environment

PROCESSES = Path(__file__).parent / "processes"
#: Program, its name for the library, and whether it is tried with one thread and with one a core.
LIBRARIES = {
    "Clearprop": ("estimator.py", "clearprop", False),
    "scikit-learn": ("estimator.py", "scikit-learn", True),
    "PyTorch": ("loop.py", "PyTorch", True),
    "JAX": ("loop.py", "JAX", False),
}
Parts = dict[str, np.ndarray]


def _split(X: np.ndarray, y: np.ndarray) -> Parts:
    X, order = X.astype(np.float32), np.random.default_rng(0).permutation(len(X))
    train, test = np.split(order, [len(X) * 3 // 4])
    return {"X_train": X[train], "y_train": y[train], "X_test": X[test], "y_test": y[test]}


def _iris(options: Options) -> Parts:
    X, y = load_iris(return_X_y=True)
    return _split((X - X.mean(axis=0)) / X.std(axis=0), y)


def _digits(options: Options) -> Parts:
    X, y = load_digits(return_X_y=True)
    return _split(X / 16, y)


def _adult(options: Options) -> Parts:
    from clearprop.tables import TableEncoder
    from clearprop.tables.adult import adult

    train, test = adult()
    encoder = TableEncoder().fit(train.drop_columns(["target"]))
    X = {
        f"X_{name}": encoder.transform(part.drop_columns(["target"]))
        for name, part in (("train", train), ("test", test))
    }
    labels, y = np.unique(train["target"].to_numpy(zero_copy_only=False).astype(str), return_inverse=True)
    y_test = np.searchsorted(labels, test["target"].to_numpy(zero_copy_only=False).astype(str))
    return {**X, "y_train": y, "y_test": y_test}


def _fashion(options: Options) -> Parts:
    if options.data is None:
        raise WorkerError("its files are not given; --data FOLDER holds train-images-idx3-ubyte.gz and the other three")
    parts: Parts = {}
    for name, prefix in (("train", "train"), ("test", "t10k")):
        pixels = _idx(options.data, f"{prefix}-images-idx3-ubyte")
        parts[f"X_{name}"] = pixels.reshape(len(pixels), -1).astype(np.float32) / 255
        parts[f"y_{name}"] = _idx(options.data, f"{prefix}-labels-idx1-ubyte").astype(np.int64)
    return parts


def _idx(folder: Path, name: str) -> np.ndarray:
    """An array of bytes of an IDX file, packed or not: magic number with the dimensions' count, dimensions, bytes."""
    packed = folder / f"{name}.gz"
    try:
        raw = gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / name).read_bytes()
    except OSError as error:
        raise WorkerError(f"{error.strerror}: {error.filename}") from None
    n_dimensions = raw[3]
    dimensions = np.frombuffer(raw, ">i4", n_dimensions, 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * n_dimensions).reshape(dimensions)


#: Who makes the arrays; hidden layers, rows a step, epochs (digits: as both estimators choose by themselves);
#: how many rounds at most.
TASKS: dict[str, tuple[Callable[[Options], Parts], dict[str, Any], int]] = {
    "iris": (_iris, {"hidden": [100], "batch": 32, "epochs": 100}, 9),
    "digits": (_digits, {"hidden": [100], "batch": 200, "epochs": 200}, 9),
    "adult": (_adult, {"hidden": [128, 64], "batch": 256, "epochs": 5}, 3),
    "fashion-mnist": (_fashion, {"hidden": [512, 512], "batch": 128, "epochs": 1}, 3),
}


def timed_process(command: list[str], n_threads: int | None = None) -> tuple[float, str]:
    """Return the seconds from start to end of a process, and what it printed; raises `WorkerError` if it failed."""
    start = perf_counter()
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment(n_threads), capture_output=True, text=True, check=False
    )
    taken = perf_counter() - start
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        raise WorkerError(lines[-1] if lines else f"status {done.returncode}")
    return taken, done.stdout


def measure_whole(options: Options, folder: Path, say: Say) -> dict[str, Any]:
    """Return, for each task, the seconds of each library's process and how good its predictions were."""
    tasks: dict[str, Any] = {}
    for name in options.tasks:
        make, recipe, most_rounds = TASKS[name]
        try:
            parts = make(options)
        except WorkerError as error:
            tasks[name] = {"skipped": str(error)}
            say(f"{name} is left out: {error}")
            continue
        save_task(folder / name, parts)
        (folder / name / "recipe.json").write_text(json.dumps(recipe), encoding="utf-8")
        rows = len(parts["X_train"])
        found = _task(folder / name, min(options.process_rounds, most_rounds), options, say)
        tasks[name] = {**recipe, "rows": rows, "features": parts["X_train"].shape[1], "libraries": found}
    return tasks


def _task(folder: Path, n_rounds: int, options: Options, say: Say) -> dict[str, Any]:
    """A first run chooses the number of threads (and leaves files in the cache for all); then rounds."""
    found: dict[str, Any] = {}
    for name, (program, library, tried) in LIBRARIES.items():
        command = [str(PROCESSES / program), library, str(folder)]
        pilots: dict[int | None, float] = {}
        try:
            for n_threads in sorted({1, options.n_cores}) if tried else (None,):
                pilots[n_threads], printed = timed_process(command, n_threads)
        except WorkerError as error:
            found[name] = {"skipped": str(error)}
            say(f"{folder.name}: {name} is left out: {error}")
            continue
        chosen = min(pilots, key=lambda n_threads: pilots[n_threads])
        found[name] = {"command": command, "n_threads": chosen, **json.loads(printed)}
    runs: dict[str, list[float]] = {name: [] for name, entry in found.items() if "command" in entry}
    for _ in range(n_rounds):
        for name, seconds in runs.items():
            seconds.append(timed_process(found[name]["command"], found[name]["n_threads"])[0])
    for name, seconds in runs.items():
        del found[name]["command"]  # paths of this machine are nobody's business
        found[name]["seconds"] = spread(seconds)
        say(f"{folder.name:<26}{name:<22}{found[name]['seconds']['median']:>12.2f} s from start to end")
    return found
