"""Small steps run on one thread, and whatever happens the number of threads is what it was."""

import pytest
from threadpoolctl import ThreadpoolController, threadpool_limits

from clearprop.engines.threads import SMALL_PRODUCT, step_threads
from clearprop.mathematics.network import Network

SMALL, LARGE = Network((10, 5, 2)), Network((SMALL_PRODUCT, 1), output="identity", loss="half_squared_error")


def blas_threads() -> list[int]:
    return [library["num_threads"] for library in ThreadpoolController().info() if library["user_api"] == "blas"]


@pytest.mark.parametrize(("network", "limited"), [(SMALL, True), (LARGE, False)], ids=["small", "large"])
def test_only_small_products_are_limited(network: Network, limited: bool) -> None:
    with threadpool_limits(2, "blas"):
        before = blas_threads()
        with step_threads(network, batch_size=1):
            assert blas_threads() == ([1] * len(before) if limited else before)
        assert blas_threads() == before


def test_an_error_gives_the_threads_back() -> None:
    with threadpool_limits(2, "blas"):
        before = blas_threads()
        with pytest.raises(KeyboardInterrupt), step_threads(SMALL, batch_size=1):
            raise KeyboardInterrupt
        assert blas_threads() == before
