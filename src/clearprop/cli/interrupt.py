"""Ctrl-C during training: the first ends it at the epoch, so that the best weights are kept; the second at once."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from clearprop.training import Epoch


@contextmanager
def ends_at_the_epoch() -> Iterator[Callable[[Epoch], bool]]:
    """Yield a training callback that asks for the end once Ctrl-C was pressed."""
    asked = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        print("\nEnding at this epoch; press Ctrl-C again to stop at once.", file=sys.stderr)

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield lambda epoch: asked
    finally:
        signal.signal(signal.SIGINT, before)
