"""Opening a person's code: a file in a process of its own, a function, class or module in this one."""

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import TextIOBase
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self

from clearprop.derivation.messages import Message
from clearprop.derivation.submissions.answer import Answer, Hints, Layout, SubmissionError
from clearprop.derivation.submissions.process import KEPT_BYTES, Process
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Parameters

#: Bytes of parameters that go to the process in one message.
_BATCH_BYTES = 32 * 2**20


def open_file(path: str | Path, limit_seconds: float = 20.0) -> "FileSubmission":
    """Open a person's file; its code runs in a process of its own, limited in time and memory.

    Arguments:
        path: a Python file, in any encoding and as exported from a notebook, or a notebook.
        limit_seconds: for loading it, and for each call.

    Raises:
        SubmissionError: no such file, no Python 3, a syntax error, nothing of a known form, or no end within the limit.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder, "my_backprop.py")
        ...     _ = path.write_text("def gradients(W, b, X, Y): return W, b")
        ...     with open_file(path) as submission:
        ...         print(submission.source)
        my_backprop.py: gradients
    """
    return FileSubmission(Path(path), limit_seconds)


def open_object(code: Any) -> "ObjectSubmission":
    """Open a function, class, module or model of this program; it runs here, without limits.

    Arguments:
        code: what computes gradients.

    Raises:
        SubmissionError: it has no known form.

    Example:
        >>> def gradients(W, b, X, Y):
        ...     error = (X @ W[0].T + b[0] - Y) / len(X)
        ...     return [error.T @ X], [error.sum(axis=0)]
        >>> open_object(gradients).source
        'gradients'
    """
    return ObjectSubmission(code)


class _Managed:
    """A submission as a context manager."""

    def close(self) -> None:
        """End whatever runs for it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class FileSubmission(_Managed):
    """A person's file, called in its own process (see `Submission`)."""

    form: str
    source: str
    hints: Hints
    layouts: tuple[Layout, ...]
    assumed: tuple[Message, ...]

    def __init__(self, path: Path, limit_seconds: float = 20.0) -> None:
        from clearprop.derivation.submissions.sources import read_source

        self.name = path.name
        self.limit_seconds = limit_seconds
        read_source(path)  # what is wrong with the text is told without waiting for a process
        self._process = Process(path.name)
        slow = Message("submission.loading_slow", file=path.name, seconds=f"{limit_seconds:g}")
        request = {"file": str(path.absolute()), "seconds": limit_seconds / 2}
        try:
            found = self._process.ask(request, limit_seconds, slow)
        except BaseException:
            self.close()
            raise
        self.form, self.hints, self.layouts = found["form"], found["hints"], found["layouts"]
        self.assumed = found["assumed"]
        self.code = found["name"]
        self.source = f"{path.name}: {self.code}"

    @property
    def printed(self) -> str:
        """The end of what it has printed so far."""
        return self._process.printed

    def answer(self, layout: Layout, parameters: Parameters, X: Array, Y: Array, penalty: float = 0.0) -> Answer:
        """Call it once in that layout."""
        answer: Answer = self._call("answer", layout, parameters, X, Y, penalty)
        return answer

    def losses(
        self, layout: Layout, points: list[Parameters], X: Array, Y: Array, penalty: float = 0.0
    ) -> list[float] | None:
        """Return its own loss at each of many parameters; None where it gives no loss."""
        found: list[float] = []
        size = sum(array.nbytes for array in points[0].arrays()) if points else 1
        step = max(1, _BATCH_BYTES // size)
        for start in range(0, len(points), step):
            part = self._call("losses", layout, points[start : start + step], X, Y, penalty)
            if part is None:
                return None
            found += part
        return found

    def _call(self, name: str, *arguments: Any) -> Any:
        slow = Message("submission.slow", file=self.name, code=self.code, seconds=f"{self.limit_seconds:g}")
        return self._process.ask({"call": name, "arguments": arguments}, self.limit_seconds, slow)

    def close(self) -> None:
        """End its process, and all that this has started."""
        self._process.close()


class ObjectSubmission(_Managed):
    """A person's function, class, module or model, called in this process (see `Submission`)."""

    assumed: tuple[Message, ...] = ()

    def __init__(self, code: Any) -> None:
        from clearprop.derivation.submissions.forms.table import recognise
        from clearprop.derivation.submissions.running import Running
        from clearprop.derivation.submissions.sources import source_of

        name = getattr(code, "__name__", None) or type(code).__name__
        names = _names_of(code) if isinstance(code, ModuleType) else {name: code}
        source = source_of(code)
        found = recognise(names, source.text)
        if found is None:
            raise SubmissionError(_unknown(code, name, names))
        self.form, adapter = found
        self.source = adapter.name
        self.hints, self.layouts = adapter.hints, adapter.layouts
        self._running = Running(adapter, source)
        self._printed = _End()

    @property
    def printed(self) -> str:
        """The end of what it has printed so far."""
        return self._printed.text

    def answer(self, layout: Layout, parameters: Parameters, X: Array, Y: Array, penalty: float = 0.0) -> Answer:
        """Call it once in that layout."""
        with self._quiet():
            return self._running.answer(layout, parameters, X, Y, penalty)

    def losses(
        self, layout: Layout, points: list[Parameters], X: Array, Y: Array, penalty: float = 0.0
    ) -> list[float] | None:
        """Return its own loss at each of many parameters; None where it gives no loss."""
        with self._quiet():
            return self._running.losses(layout, points, X, Y, penalty)

    @contextmanager
    def _quiet(self) -> Iterator[None]:
        with redirect_stdout(self._printed):
            yield


class _End(TextIOBase):
    """Keeps the end of what is written to it."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        """Add a text."""
        self.text = (self.text + text)[-KEPT_BYTES:]
        return len(text)


def _names_of(module: ModuleType) -> dict[str, Any]:
    own = {name: value for name, value in vars(module).items() if not name.startswith("__")}
    return {
        name: value for name, value in own.items() if getattr(value, "__module__", module.__name__) == module.__name__
    }


def _unknown(code: Any, name: str, names: dict[str, Any]) -> Message:
    from clearprop.derivation.submissions.loading import summary

    has = summary(names)
    if has:
        return Message("submission.nothing_known", file=name, names=has)
    return Message("submission.nothing_defined", file=f"{name} ({type(code).__name__})")
