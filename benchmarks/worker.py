"""One object in a process of its own, asked through a pipe: contenders share no thread pools and no settings."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[1]
#: Pools spin for some milliseconds after their last work; then a waiting process takes nothing from the others.
SETTLING_SECONDS = 0.05
_ALL_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "CLEARPROP_NUM_THREADS")


class WorkerError(Exception):
    """What went wrong in the other process, in one line."""


def environment(n_threads: int | None) -> dict[str, str]:
    """Return this process's environment with a number of threads for all libraries (None: their own choice)."""
    kept = {name: value for name, value in os.environ.items() if name not in _ALL_THREADS}
    paths = [str(ROOT), *filter(None, [kept.get("PYTHONPATH")])]
    limits = {} if n_threads is None else dict.fromkeys(_ALL_THREADS, str(n_threads))
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), **limits}


class Worker:
    """`module:Class(**arguments)` in a fresh process; `call` runs a method and returns what it returned, through JSON.

    Arguments:
        n_threads: what all thread pools are limited to; None: nothing is set.
        n_cores: the process may use only so many cores; None: all.
        variables: more of its environment.

    Raises:
        WorkerError: the object could not be made, a method raised, or the process ended.
    """

    def __init__(
        self,
        target: str,
        arguments: Mapping[str, Any],
        n_threads: int | None = None,
        n_cores: int | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed by `close`
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker"],
            cwd=ROOT,
            env={**environment(n_threads), **(variables or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        try:
            self._ask({"target": target, "arguments": dict(arguments), "n_cores": n_cores})
        except WorkerError:
            self.close()
            raise

    def call(self, method: str, *arguments: Any) -> Any:
        """Return what the method returns."""
        return self._ask({"method": method, "arguments": list(arguments)})

    def timed(self, method: str, *arguments: Any) -> Any:
        """The same after a pause, in which every other process's pools fall asleep."""
        time.sleep(SETTLING_SECONDS)
        return self.call(method, *arguments)

    def _ask(self, question: dict[str, Any]) -> Any:
        assert self._process.stdin is not None and self._process.stdout is not None
        with suppress(OSError):  # if it has ended, the empty answer below says so
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise WorkerError(f"its process ended: {self._last_words()}")
        answer = json.loads(line)
        if "error" in answer:
            raise WorkerError(answer["error"])
        return answer["value"]

    def _last_words(self) -> str:
        self._log.seek(0)
        lines = self._log.read().strip().splitlines()
        return lines[-1] if lines else "nothing was said"

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None and self._process.stdout is not None
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def serve() -> None:
    """Answer questions until there are no more; what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    served: Any = None
    for line in sys.stdin:
        question = json.loads(line)
        try:
            if "target" in question:
                served, value = _made(question), True
            else:
                value = getattr(served, question["method"])(*question["arguments"])
            answer: dict[str, Any] = {"value": value}
        except Exception as error:  # whatever a library raises is told, and the other contenders go on
            answer = {"error": _one_line(error)}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _one_line(error: Exception) -> str:
    text = str(error).strip().splitlines()
    name = type(error).__name__
    first = text[0] if text else name
    return first if name == "UnavailableError" else f"{name}: {first}"


def _made(question: dict[str, Any]) -> Any:
    if question["n_cores"] is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: question["n_cores"]])
    module, name = question["target"].split(":")
    return getattr(import_module(module), name)(**question["arguments"])


if __name__ == "__main__":
    serve()
