"""How many threads the linear algebra of a step may use: small products lose more by waiting than they gain."""

from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from typing import Any

from threadpoolctl import ThreadpoolController

from clearprop.mathematics.network import Network

#: Multiply-adds of a step's largest product below which one thread is used: two then gained less than a fifth on
#: two idle cores, and took more than twice as long where other processes wanted the cores.
SMALL_PRODUCT = 1 << 24


def step_threads(network: Network, batch_size: int) -> AbstractContextManager[Any]:
    """One thread for a step whose products are all small; else as many as the libraries would take."""
    largest = max(network.sizes[l] * network.sizes[l - 1] for l in network.layers) * batch_size
    return _libraries().limit(limits=1, user_api="blas") if largest < SMALL_PRODUCT else nullcontext()


@lru_cache(maxsize=1)
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()  # it looks through all loaded libraries, which takes a millisecond
