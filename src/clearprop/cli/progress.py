"""How training is shown: a progress bar on a terminal, plain lines where there is none."""

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from clearprop.training import Epoch

Show = Callable[[Epoch], None]


@contextmanager
def training_progress(quiet: bool) -> Iterator[Show]:
    """Yield a training callback that shows each epoch on standard error."""
    console = Console(stderr=True)
    if quiet:
        yield lambda epoch: None
    elif console.is_terminal:
        with _bar(console) as bar:
            task = bar.add_task("", total=None, numbers="")
            yield lambda epoch: bar.update(
                task, completed=epoch.epoch, total=epoch.n_epochs, numbers=_numbers(epoch), refresh=True
            )
    else:
        yield _Lines()


class _Lines:
    """One line an epoch, but no more than one a second: a log is read by people."""

    def __init__(self) -> None:
        self._printed_at = -math.inf

    def __call__(self, epoch: Epoch) -> None:
        now = time.monotonic()
        if now - self._printed_at >= 1.0 or epoch.epoch == epoch.n_epochs:
            self._printed_at = now
            print(f"epoch {epoch.epoch}/{epoch.n_epochs}  {_numbers(epoch)}", file=sys.stderr, flush=True)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("epoch {task.completed}/{task.total}"),
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
