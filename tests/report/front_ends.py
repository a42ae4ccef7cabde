"""JupyterLab and marimo, each in a folder and on a port of its own, until the tests that use it are over."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MOST_SECONDS = 60


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextmanager
def served(command: list[str], path: str, folder: Path) -> Iterator[str]:
    """Run a server, `{port}` in its command filled in; yield its address when it answers at a path; end it."""
    port = free_port()
    log = folder / "server.log"
    places = {name: str(folder / name.lower()) for name in ("HOME", "IPYTHONDIR", *JUPYTER, *XDG)}
    environment = {**os.environ, **places}
    with log.open("w") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", *(part.format(port=port) for part in command)],
            cwd=folder,
            env=environment,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # whatever it starts in its session is ended with it
        )
        address = f"http://127.0.0.1:{port}"
        try:
            _wait(f"{address}{path}", process, log)
            yield address
        finally:
            for sign in (signal.SIGTERM, signal.SIGKILL):
                _end(process, sign)


JUPYTER = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR")
XDG = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")


def _wait(address: str, process: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + MOST_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"the server does not answer:\n{log.read_text()[-3000:]}")


def _end(process: subprocess.Popen, sign: signal.Signals) -> None:
    """Ask, then make, the server and what it started end: the group of processes that is its own."""
    try:
        os.killpg(process.pid, sign)
        process.wait(timeout=5)
    except (ProcessLookupError, subprocess.TimeoutExpired):
        pass
