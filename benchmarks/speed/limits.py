"""What the machine can do at best: matrix products of every library at hand, and copying."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from itertools import pairwise
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.worker import Worker, WorkerError

TARGET = "benchmarks.speed.limits:Products"
COPIES = "benchmarks.speed.limits:Copies"
SIZES = (512, 1024, 2048, 4096)
LOOKING_AT_THE_CLOCK = 1 << 20  # bytes: smaller copies are repeated before the time is asked for
LIBRARIES = {"float32": ("numpy", "scipy", "torch", "jax"), "bfloat16": ("torch", "jax")}


@dataclass(frozen=True)
class Best:
    """The fastest product found: whose, how big, on how many threads, in operations a second."""

    library: str
    dtype: str
    size: int
    n_threads: int
    rate: float


class Products:
    """Square products C = A B of one library, in its worker process."""

    def __init__(self, library: str, dtype: str) -> None:
        if find_spec(library) is None:
            raise ModuleNotFoundError(f"{library} is not installed")
        self._product_of = _PRODUCTS[library]
        self._dtype = dtype

    def prepare(self, size: int) -> None:
        """Make two matrices and multiply them once."""
        random = np.random.default_rng(0)
        A, B = (random.standard_normal((size, size), np.float32) for _ in range(2))
        self._product, self._operations = self._product_of(A, B, self._dtype), 2 * size**3
        self._product()

    def rate(self, seconds: float) -> float:
        """Operations a second, over a run of so many seconds."""
        n_products, start = 0, perf_counter()
        while (taken := perf_counter() - start) < seconds or n_products == 0:
            self._product()
            n_products += 1
        return n_products * self._operations / taken


def _numpy(A: np.ndarray, B: np.ndarray, dtype: str) -> Callable[[], Any]:
    C = np.empty_like(A)
    return lambda: np.matmul(A, B, out=C)


def _scipy(A: np.ndarray, B: np.ndarray, dtype: str) -> Callable[[], Any]:
    from scipy.linalg.blas import sgemm

    A, B = np.asfortranarray(A), np.asfortranarray(B)
    C = np.empty_like(A, order="F")
    return lambda: sgemm(1.0, A, B, beta=0.0, c=C, overwrite_c=1)


def _torch(A: np.ndarray, B: np.ndarray, dtype: str) -> Callable[[], Any]:
    import torch

    a, b = (torch.from_numpy(array).to(getattr(torch, dtype)) for array in (A, B))
    c = torch.empty_like(a)
    return lambda: torch.mm(a, b, out=c)


def _jax(A: np.ndarray, B: np.ndarray, dtype: str) -> Callable[[], Any]:
    import jax
    import jax.numpy as jnp

    a, b = (jnp.asarray(array).astype(dtype) for array in (A, B))
    product = jax.jit(lambda a, b: jnp.matmul(a, b, preferred_element_type=jnp.float32))
    return lambda: product(a, b).block_until_ready()


_PRODUCTS = {"numpy": _numpy, "scipy": _scipy, "torch": _torch, "jax": _jax}


def best_product(dtype: str, n_cores: int, seconds: float, sizes: tuple[int, ...] = SIZES) -> Best | None:
    """Try every library, size and number of threads; None where nobody multiplies this type."""
    tried = []
    for library in LIBRARIES[dtype]:
        for n_threads in sorted({1, n_cores}):
            try:
                with product_worker(library, dtype, n_threads) as worker:
                    for size in sizes:
                        worker.call("prepare", size)
                        tried.append(Best(library, dtype, size, n_threads, worker.timed("rate", seconds)))
            except WorkerError:
                continue  # not installed, or no kernel of this type
    return max(tried, key=lambda best: best.rate, default=None)


def product_worker(library: str, dtype: str, n_threads: int) -> Worker:
    """Start a process that multiplies with so many threads."""
    return Worker(TARGET, {"library": library, "dtype": dtype}, n_threads, n_threads)


class Copies:
    """Copying of arrays, in its worker process: by one thread, or by one a core, whichever is faster."""

    def __init__(self, n_threads: int) -> None:
        self._pool, self._n_threads = ThreadPoolExecutor(n_threads), n_threads

    def prepare(self, n_bytes: int) -> None:
        """Make both arrays, and find out whether more threads pay for this size."""
        self._source, self._copy = np.ones(n_bytes, np.uint8), np.empty(n_bytes, np.uint8)
        bounds = np.linspace(0, n_bytes, self._n_threads + 1).astype(int).tolist()
        parts = [slice(a, b) for a, b in pairwise(bounds)]
        self._parts = min([slice(0, n_bytes)], parts, key=lambda choice: min(self._seconds(choice) for _ in range(5)))

    def _seconds(self, parts: list[slice]) -> float:
        start = perf_counter()
        self._once(parts)
        return perf_counter() - start

    def _once(self, parts: list[slice]) -> None:
        if len(parts) == 1:
            np.copyto(self._copy, self._source)
        else:
            list(self._pool.map(lambda part: np.copyto(self._copy[part], self._source[part]), parts))

    def rate(self, seconds: float) -> float:
        """Bytes copied a second (each is read once and written once), over a run of so many seconds."""
        at_once = max(1, LOOKING_AT_THE_CLOCK // self._source.nbytes)
        n_copies, start = 0, perf_counter()
        while (taken := perf_counter() - start) < seconds or n_copies == 0:
            for _ in range(at_once):
                self._once(self._parts)
            n_copies += at_once
        return n_copies * self._source.nbytes / taken


def as_json(best: Best | None) -> dict[str, Any] | None:
    """The finding as JSON holds it."""
    return None if best is None else asdict(best)
