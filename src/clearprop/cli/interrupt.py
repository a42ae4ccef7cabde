"""Ctrl-C during training: the first ends it at the epoch and keeps the best weights; the second at once, unsaved."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import typer

from clearprop.training import End, Epoch


@contextmanager
def ends_at_the_epoch() -> Iterator[Callable[[Epoch], str]]:
    """Yield a training callback that asks for the end, and says why, once Ctrl-C was pressed."""
    asked = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise typer.Abort  # no KeyboardInterrupt: the training loop ends on it and keeps what it has
        asked = True
        print("\nEnding at this epoch; press Ctrl-C again to stop at once and save nothing.", file=sys.stderr)

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield lambda epoch: End.INTERRUPT.value if asked else ""
    finally:
        signal.signal(signal.SIGINT, before)
