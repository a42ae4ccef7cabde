"""One call of a person's code, in whichever process: what it raises is told by its line, what it returns is checked."""

import linecache
import random
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import numpy as np

from clearprop.derivation.messages import Message
from clearprop.derivation.submissions.answer import Answer, Layout, SubmissionError
from clearprop.derivation.submissions.forms.interface import Adapter
from clearprop.derivation.submissions.sources import Source
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Parameters


class Running:
    """Code of some form that can be called; every failure is a SubmissionError.

    Arguments:
        adapter: the code.
        source: its text, for the lines of what it raises.
        mend: does something about an error, if it can, and says whether a second call makes sense.
    """

    def __init__(
        self, adapter: Adapter, source: Source, mend: Callable[[BaseException], bool] = lambda error: False
    ) -> None:
        self.adapter = adapter
        self.source = source
        self.mend = mend

    def answer(self, layout: Layout, parameters: Parameters, X: Array, Y: Array, penalty: float = 0.0) -> Answer:
        """Call the code once.

        Raises:
            SubmissionError: it raised, or returned nothing, not finite or not numbers.
        """
        answer = self._tried(lambda: self.adapter.call(layout, parameters, X, Y, penalty))
        check(answer, self.adapter.name)
        return answer

    def losses(
        self, layout: Layout, points: list[Parameters], X: Array, Y: Array, penalty: float = 0.0
    ) -> list[float] | None:
        """Return the code's own loss at each point; None where it gives none.

        Raises:
            SubmissionError: it raised.
        """
        found: list[float] = []
        for point in points:
            loss = self._tried(lambda point=point: self.adapter.loss(layout, point, X, Y, penalty))  # type: ignore[misc]
            if loss is None:
                return None
            found.append(float(loss))
        return found

    def _tried(self, call: Callable[[], Any]) -> Any:
        try:
            try:
                with seeded():
                    return call()
            except Exception as error:
                if not self.mend(error):
                    raise
            with seeded():
                return call()
        except SubmissionError:
            raise
        except (Exception, SystemExit) as error:
            raise SubmissionError(told(error, self.adapter.name, self.source)) from error


@contextmanager
def seeded() -> Iterator[None]:
    """Set every generator that a person's code may draw from to the same state, and back to its own afterwards."""
    torch = sys.modules.get("torch")
    states = random.getstate(), np.random.get_state(), torch and torch.get_rng_state()  # noqa: NPY002  most homework's
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    if torch:
        torch.manual_seed(0)
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])  # noqa: NPY002
        if torch:
            torch.set_rng_state(states[2])


#: What Python 3 says of Python 2 that it can read.
_PYTHON_2 = {
    "method": "object has no attribute '(iteritems|itervalues|iterkeys|has_key)'",
    "print": "for >>: 'builtin_function_or_method'",
}


def told(error: BaseException, name: str, source: Source) -> Message:
    """What a person's code raised, in one line: the error, the line of the person's own text, and its words.

    Arguments:
        error: what was raised.
        name: of the function that was called.
        source: the person's text.
    """
    if isinstance(error, SystemExit):
        return Message("submission.exited", file=source.name, code=name)
    line = line_of(error.__traceback__, source.path)
    for what, words in _PYTHON_2.items():
        if line is not None and re.search(words, str(error)):
            old = Message(f"submission.python2_{what}")
            return Message("submission.python2", file=source.name, place=source.place(line), what=old)
    reason = " ".join(str(error).split())
    reason = f"{type(error).__name__}: {reason[:300]}" if reason else type(error).__name__
    text = linecache.getline(source.path, line).strip()[:120] if line is not None else ""
    if line is None or not text:
        return Message("submission.raised", file=source.name, code=name, reason=reason)
    place = source.place(line)
    return Message("submission.raised_in_line", file=source.name, code=name, reason=reason, place=place, text=text)


def line_of(trace: TracebackType | None, path: str) -> int | None:
    """The innermost line of a file that a traceback passes; None where it passes none."""
    found = None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            found = trace.tb_lineno
        trace = trace.tb_next
    return found


def check(answer: Answer, name: str) -> None:
    """Raise SubmissionError for an answer without gradients, or with an entry that is no finite number."""
    arrays = {array_name: array for array_name, array in answer.named().items() if array is not None}
    if not arrays:
        raise SubmissionError(Message("submission.nothing_found", code=name))
    answer.check_numbers(name)
    for array_name, array in arrays.items():
        wrong = np.argwhere(~np.isfinite(array))
        if len(wrong):
            entry, value = ", ".join(map(str, wrong[0])), str(array[tuple(wrong[0])])
            where = {"array": array_name, "entry": entry, "value": value, "count": len(wrong), "total": array.size}
            raise SubmissionError(Message("submission.not_finite", code=name, **where))
