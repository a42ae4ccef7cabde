"""How many threads the linear algebra of a step may use: small products lose more by waiting than they gain."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from clearprop.mathematics.network import Network

#: Multiply-adds of a step's largest product below which one thread is used: two then gained less than a fifth on
#: two idle cores, and took more than twice as long where other processes wanted the cores.
SMALL_PRODUCT = 1 << 24


@contextmanager
def step_threads(network: Network, batch_size: int) -> Iterator[None]:
    """One thread for steps whose products are all small; else as many as the libraries would take."""
    largest = max(network.sizes[l] * network.sizes[l - 1] for l in network.layers) * batch_size
    libraries = _libraries() if largest < SMALL_PRODUCT else []
    before = [library.get_num_threads() for library in libraries]
    for library in libraries:
        library.set_num_threads(1)
    try:
        yield
    finally:
        for library, n_threads in zip(libraries, before, strict=True):
            library.set_num_threads(n_threads)


@lru_cache(maxsize=1)
def _libraries() -> list[Any]:
    from threadpoolctl import ThreadpoolController  # whoever only predicts does not wait for it

    # Once: looking through all loaded libraries takes longer than a small epoch, as does the controller's own `limit`.
    return [library for library in ThreadpoolController().lib_controllers if library.user_api == "blas"]
