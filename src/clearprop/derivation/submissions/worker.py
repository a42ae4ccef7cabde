"""The process that runs a person's code: `python -m clearprop.derivation.submissions.worker FOLDER`, asked by pipes.

It imports little, so that it answers soon. What the person's code prints goes to the pipe of its errors. FOLDER is the
temporary one that it works in, and removes when the program is gone.
"""

import os
import queue
import shutil
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from clearprop.derivation.messages import Message
from clearprop.derivation.submissions.answer import SubmissionError
from clearprop.derivation.submissions.forms.table import recognise
from clearprop.derivation.submissions.loading import Loaded, summary
from clearprop.derivation.submissions.running import Running, told
from clearprop.derivation.submissions.sources import read_source
from clearprop.derivation.submissions.wire import pack, read

#: Memory that a person's code may fill, in bytes.
MEMORY_BYTES = 4 * 2**30


def main() -> None:
    """Answer the messages that come in, one by one, until there are no more."""
    requests, replies = _pipes()
    _limit_memory()
    sys.dont_write_bytecode = True  # a person's folder stays as it was
    incoming: queue.Queue[Any] = queue.Queue()
    threading.Thread(target=_listen, args=(requests, incoming, sys.argv[1:]), daemon=True).start()
    running: Running | None = None
    while True:
        request = incoming.get()
        try:
            if "file" in request:
                running, reply = open_code(Path(request["file"]), request["seconds"])
            else:
                assert running is not None
                reply = getattr(running, request["call"])(*request["arguments"])
            message = pack({"value": reply})
        except SubmissionError as error:
            message = pack({"error": error.message})
        except BaseException as error:  # KeyboardInterrupt, and whatever else it has thought of
            message = pack({"error": _told(error, running)})
        with suppress(Exception):  # the person's code may have put anything in their place
            sys.stdout.flush()
            sys.stderr.flush()
        replies.write(message)
        replies.flush()


def open_code(path: Path, seconds: float) -> tuple[Running, dict[str, Any]]:
    """Load a file and find its code.

    Arguments:
        path: the file.
        seconds: how long its top level may run, if all of it has to be.

    Raises:
        SubmissionError: it cannot be read, or has no code of a known form.
    """
    source = read_source(path)
    sys.argv = [str(path)]
    loaded = Loaded(source, seconds)
    loaded.define()
    found = recognise(loaded.names(), source.text)
    if found is None:
        loaded.complete_it()
        found = recognise(loaded.names(), source.text)
    if found is None:
        raise SubmissionError(_nothing_found(loaded))
    form, adapter = found

    def mend(error: BaseException) -> bool:
        if not loaded.lacks(error):
            return False
        loaded.complete_it()
        return True

    description = {
        "form": form,
        "name": adapter.name,
        "hints": adapter.hints,
        "layouts": adapter.layouts,
        "assumed": (*source.assumed, *loaded.stand_ins.notes.values()),
    }
    return Running(adapter, source, mend), description


def _told(error: BaseException, running: Running | None) -> Message:
    if running is None:
        return Message("submission.garbled", file=Path(sys.argv[0]).name)
    return told(error, running.adapter.name, running.source)


def _nothing_found(loaded: Loaded) -> Message:
    has = summary(loaded.names())
    key = "submission.nothing_known" if has else "submission.nothing_defined"
    message = Message(key, file=loaded.source.name, names=has) if has else Message(key, file=loaded.source.name)
    if loaded.failures:
        return Message("submission.and", first=message, second=loaded.failures[-1])
    return message


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take the two pipes away from the person's code: it reads nothing, and what it prints goes where errors go."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return requests, replies


def _listen(requests: BinaryIO, incoming: "queue.Queue[Any]", folders: list[str]) -> None:
    with suppress(EOFError, OSError, ValueError):
        while True:
            incoming.put(read(requests))
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)  # the program has gone, whatever the person's code is doing


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    for limit, most in ((resource.RLIMIT_DATA, MEMORY_BYTES), (resource.RLIMIT_CORE, 0)):
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))


if __name__ == "__main__":
    main()
