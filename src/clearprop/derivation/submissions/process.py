"""A process of its own for a person's code: asked through pipes, limited in time, ended with all that it started."""

import os
import queue
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from contextlib import suppress
from typing import Any, BinaryIO

from clearprop.derivation.messages import Message
from clearprop.derivation.submissions.answer import SubmissionError
from clearprop.derivation.submissions.wire import pack, read

#: How much of what a person's code prints is kept, in bytes: the end.
KEPT_BYTES = 16 * 1024

#: What the process gets of the environment: enough to find Python, its modules and a home, and no one's passwords.
PASSED_ON = frozenset(
    {
        "PATH",
        "HOME",
        "LANG",
        "LANGUAGE",
        "TMPDIR",
        "TEMP",
        "TMP",
        "SYSTEMROOT",
        "SYSTEMDRIVE",
        "COMSPEC",
        "PATHEXT",
        "USERPROFILE",
        "APPDATA",
        "LOCALAPPDATA",
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "PYTHONPATH",
        "PYTHONHOME",
        "LD_LIBRARY_PATH",
        "DYLD_LIBRARY_PATH",
    }
)

_SETTINGS = {
    "PYTHONIOENCODING": "utf-8:backslashreplace",
    "PYTHONUTF8": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONSAFEPATH": "1",
    "PYTHONWARNINGS": "ignore",
    "MPLBACKEND": "Agg",
    **{f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM", "NUMEXPR")},
}


class Process:
    """One run of the worker.

    Arguments:
        name: the person's file, for messages.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.failure: Message | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="clearprop-", ignore_cleanup_errors=True)
        environment = {
            name: value for name, value in os.environ.items() if name.upper() in PASSED_ON or name[:3] == "LC_"
        }
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "clearprop.derivation.submissions.worker", self._folder.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self._folder.name,
            env=environment | _SETTINGS,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        pipes = self._popen.stdin, self._popen.stdout, self._popen.stderr
        self._requests, replies, self._printed = (pipe for pipe in pipes if pipe is not None)
        self._replies: queue.Queue[Any] = queue.Queue()
        self._tail = bytearray()
        self._threads = [
            threading.Thread(target=_listen, args=(replies, self._replies), daemon=True),
            threading.Thread(target=_keep_end, args=(self._printed, self._tail), daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        self.close = weakref.finalize(self, _end, self._popen, self._folder, self._threads)

    @property
    def printed(self) -> str:
        """The end of what the code has printed."""
        with suppress(OSError, ValueError):  # closed, or a system that cannot tell
            while select.select([self._printed], [], [], 0)[0] and self._threads[1].is_alive():
                time.sleep(0.001)
            time.sleep(0.002)  # what has been taken out of the pipe is being kept
        return bytes(self._tail).decode(errors="replace")

    def ask(self, request: dict[str, Any], seconds: float, slow: Message) -> Any:
        """Send a request and return the reply.

        Arguments:
            request: what the worker is to do.
            seconds: how long it may take.
            slow: what is said when it takes longer.

        Raises:
            SubmissionError: it takes too long, the process ends, or the worker tells of an error.
        """
        if self.failure is not None:
            raise SubmissionError(self.failure)
        try:
            with suppress(BrokenPipeError):
                self._requests.write(pack(request))
                self._requests.flush()
            reply = self._replies.get(timeout=seconds)
        except queue.Empty:
            self.failure = slow
        except BaseException:
            self.close()
            raise
        else:
            if isinstance(reply, Exception):
                self.failure = self._how_it_ended()
            elif "error" in reply:
                raise SubmissionError(reply["error"])
            else:
                return reply["value"]
        self.close()
        raise SubmissionError(self.failure)

    def _how_it_ended(self) -> Message:
        with suppress(subprocess.TimeoutExpired):
            status = self._popen.wait(timeout=1)
            if status >= 0:
                return Message("submission.ended", file=self.name, status=status)
            with suppress(ValueError):
                return Message("submission.crashed", file=self.name, signal=signal.Signals(-status).name)
        return Message("submission.garbled", file=self.name)


def _listen(replies: BinaryIO, queue: "queue.Queue[Any]") -> None:
    try:
        while True:
            queue.put(read(replies))
    except Exception as error:
        queue.put(error)
    finally:
        replies.close()


def _keep_end(printed: BinaryIO, tail: bytearray) -> None:
    with printed, suppress(OSError, ValueError):
        while part := os.read(printed.fileno(), 65536):
            tail += part
            del tail[:-KEPT_BYTES]


def _end(process: "subprocess.Popen[bytes]", folder: Any, threads: list[threading.Thread]) -> None:
    """Kill the process and everything that it has started, then clear up."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # before it is waited for, so that the number is still its own
    elif process.poll() is None:
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
    process.kill()
    process.wait()
    with suppress(OSError):
        if process.stdin:
            process.stdin.close()
    for thread in threads:
        thread.join(timeout=1)
    folder.cleanup()
