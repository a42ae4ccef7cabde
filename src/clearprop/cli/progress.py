"""How training is shown: a progress bar on a terminal, plain lines where there is none."""

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from clearprop.training import Epoch

Show = Callable[[Epoch], None]

SECONDS_WITHOUT_A_LINE = 10.0


@contextmanager
def training_progress(quiet: bool) -> Iterator[Show]:
    """Yield a training callback that shows each epoch on standard error."""
    console = Console(stderr=True)
    if quiet:
        yield lambda epoch: None
    elif console.is_terminal:
        with _progress(console) as progress:
            yield _Bar(progress)
    else:
        yield _Lines()


class _Bar:
    """A bar that grows within an epoch, too."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._task = progress, progress.add_task("", total=None, numbers="", share="")

    def __call__(self, epoch: Epoch) -> None:
        self._show(epoch.epoch, epoch.n_epochs, numbers=_numbers(epoch), share="")

    def on_progress(self, epoch: int, n_epochs: int, share: float) -> None:
        """Show how far an epoch is that takes its time."""
        self._show(epoch - 1 + share, n_epochs, share=f"  {share:.0%} of epoch {epoch}")

    def _show(self, completed: float, total: int, **fields: Any) -> None:
        self._progress.update(self._task, completed=completed, total=total, refresh=True, **fields)


class _Lines:
    """One line an epoch, but no more than one a second: a log is read by people."""

    def __init__(self) -> None:
        self._printed_at = -math.inf  # of the last line

    def __call__(self, epoch: Epoch) -> None:
        now = time.monotonic()
        if now - self._printed_at >= 1.0 or epoch.epoch == epoch.n_epochs:
            self._printed_at = now
            print(f"epoch {epoch.epoch}/{epoch.n_epochs}  {_numbers(epoch)}", file=sys.stderr, flush=True)

    def on_progress(self, epoch: int, n_epochs: int, share: float) -> None:
        """Say how far an epoch is that takes long: every ten seconds."""
        now = time.monotonic()
        if now - self._printed_at >= SECONDS_WITHOUT_A_LINE:
            self._printed_at = now
            print(f"epoch {epoch}/{n_epochs}  {share:.0%} of it done", file=sys.stderr, flush=True)


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("epoch {task.completed:.0f}/{task.total}{task.fields[share]}"),
        BarColumn(),
        TextColumn("{task.fields[numbers]}"),
        TimeRemainingColumn(),
        TextColumn("left at most"),
        console=console,
        transient=True,
    )


def _numbers(epoch: Epoch) -> str:
    score = "" if epoch.score is None else f"  held-out score {epoch.score:.4f}"
    return f"loss {epoch.loss:.4f}{score}  {epoch.n_rows / epoch.seconds:,.0f} rows/s"
