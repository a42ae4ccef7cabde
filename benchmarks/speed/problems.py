"""What every contender is given: the same rows, the same first weights, the same order of rows, counted alike."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

LEARNING_RATE = 1e-3
#: scikit-learn's and PyTorch's defaults, so that nobody runs with numbers of its own.
BETAS, EPSILON = (0.9, 0.999), 1e-8
FLOAT_BYTES = 4


@dataclass(frozen=True)
class Shape:
    """A network and how it is trained: units a layer, rows a step, steps an epoch."""

    sizes: tuple[int, ...]
    batch: int
    n_steps: int

    @property
    def name(self) -> str:
        """As the tables write it: 64-32-10/32."""
        return f"{'-'.join(map(str, self.sizes))}/{self.batch}"

    @property
    def n_rows(self) -> int:
        """Rows of the table that is trained on."""
        return self.batch * self.n_steps

    @property
    def n_weights(self) -> int:
        """P = Σ_l n_l n_{l−1}."""
        return sum(a * b for a, b in pairwise(self.sizes))

    @property
    def gemm_operations(self) -> int:
        """Multiplications and additions of a step's matrix products: forward 2mP, BP3 2mP, BP2 2m(P − n_0 n_1)."""
        return 2 * self.batch * (3 * self.n_weights - self.sizes[0] * self.sizes[1])

    @property
    def optimizer_bytes(self) -> int:
        """What Adam must at least read and then write: θ and its two means, all biases too."""
        return 3 * FLOAT_BYTES * (self.n_weights + sum(self.sizes[1:]))


SHAPES = {
    shape.name: shape
    for shape in (
        Shape((64, 32, 10), 32, 256),
        Shape((30, 100, 2), 200, 100),
        Shape((54, 256, 256, 7), 256, 64),
        Shape((784, 512, 512, 10), 128, 64),
        Shape((1024, 2048, 2048, 100), 1024, 4),
    )
}
SMALL, IMAGE, LARGE = "64-32-10/32", "784-512-512-10/128", "1024-2048-2048-100/1024"


@dataclass(frozen=True)
class Problem:
    """One training run: X (n, n_0) float32, labels (n,) int64, W[l] (n_{l+1}, n_l) and b[l] float32, counted from 0."""

    sizes: tuple[int, ...]
    batch: int
    X: np.ndarray
    labels: np.ndarray
    W: list[np.ndarray]
    b: list[np.ndarray]

    @property
    def n_steps(self) -> int:
        """Steps of one epoch; the last may have fewer rows."""
        return -(-len(self.X) // self.batch)

    @property
    def one_hot(self) -> np.ndarray:
        """Y, (n, n_L) float32."""
        return np.eye(self.sizes[-1], dtype=np.float32)[self.labels]


def first_weights(sizes: tuple[int, ...], seed: int = 0) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return He's normal weights and zero biases, (n_out, n_in) and (n_out,) a layer, float32."""
    random = np.random.default_rng(seed)
    pairs = list(pairwise(sizes))
    W = [
        np.sqrt(2 / n_in).astype(np.float32) * random.standard_normal((n_out, n_in), np.float32)
        for n_in, n_out in pairs
    ]
    return W, [np.zeros(n_out, np.float32) for _, n_out in pairs]


def problem_of(shape: Shape) -> Problem:
    """Return random rows with random labels: no run gets easy, so no gradient fades to numbers that are slow to add."""
    random = np.random.default_rng(1)
    X = random.standard_normal((shape.n_rows, shape.sizes[0]), np.float32)
    labels = random.integers(0, shape.sizes[-1], shape.n_rows)
    return Problem(shape.sizes, shape.batch, X, labels, *first_weights(shape.sizes))


def orders_of(n_rows: int, n_epochs: int) -> np.ndarray:
    """Return the order of the rows in each epoch, (n_epochs, n_rows): the same for every contender."""
    random = np.random.default_rng(2)
    return np.stack([random.permutation(n_rows) for _ in range(n_epochs)])


def mean_loss(problem: Problem, W: list[np.ndarray], b: list[np.ndarray]) -> float:
    """Return the mean cross-entropy over all rows, in float64: what shows that contenders have done the same."""
    a = problem.X.astype(np.float64)
    for l, (weights, bias) in enumerate(zip(W, b, strict=True)):
        z = a @ weights.T.astype(np.float64) + bias
        a = np.maximum(z, 0) if l < len(W) - 1 else z
    if a.shape[1] == 1:  # one logistic unit, where others have a softmax of two
        a = np.hstack([np.zeros_like(a), a])
    highest = a.max(axis=1, keepdims=True)
    log_sum = highest[:, 0] + np.log(np.exp(a - highest).sum(axis=1))
    return float((log_sum - a[np.arange(len(a)), problem.labels]).mean())


def save_task(folder: Path, parts: dict[str, np.ndarray]) -> None:
    """Write X_train, y_train, X_test, y_test as .npy files, so that no contender pays for another's reader."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in parts.items():
        np.save(folder / f"{name}.npy", array)
