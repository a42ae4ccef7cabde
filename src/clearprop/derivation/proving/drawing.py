"""Random rational numbers for everything that a loss depends on."""

from collections.abc import Sequence
from math import isqrt
from random import Random

import mpmath

from clearprop.derivation.reader import Value
from clearprop.mathematics.network import Network

Vector = tuple[Value, ...]
#: Rows of the largest batch.
N_ROWS = 3


class Drawn:
    """Parameters of a network and three rows of data; the same seed gives the same numbers.

    All are fractions with a small power of 2 below, so that products stay short. `W[l]` are rows, (n_l, n_{l−1}).
    """

    def __init__(self, network: Network, seed: int) -> None:
        random, sizes = Random(seed), network.sizes
        self.X = [_rationals(random, sizes[0], 1) for _ in range(N_ROWS)]
        self.Y = [tuple(_share(random) for _ in range(sizes[-1])) for _ in range(N_ROWS)]
        self.weights = [_share(random) for _ in range(N_ROWS)]
        #: Rows of Z and A, computed once.
        self.passed: dict[tuple[str, int, int], Vector] = {}
        self.scalars = {
            "lambda": mpmath.mpf(3) / 8,
            "c": mpmath.mpf(5) / 8,
            "z": abs(_rationals(random, 1, 1)[0]) * (-1) ** seed,
        }
        self.W: list[list[Vector]] = [[]]
        self.b: list[Vector] = [()]
        for l in network.layers:
            scale = max(1, isqrt(sizes[l - 1]))
            self.W.append([_rationals(random, sizes[l - 1], scale) for _ in range(sizes[l])])
            self.b.append(_rationals(random, sizes[l], 2))


def affine_row(W: Sequence[Vector], b: Vector, a: Vector) -> Vector:
    """Return z = W a + b."""
    return tuple(mpmath.fdot(weights, a) + bias for weights, bias in zip(W, b, strict=True))


def _rationals(random: Random, n: int, scale: int) -> Vector:
    """Fractions with an odd numerator and 64 · scale below: none is 0, and all are cheap to compute with."""
    values = [mpmath.mpf(numerator) / (64 * scale) for numerator in range(-127, 128, 2)]
    return tuple(random.choices(values, k=n))


def _share(random: Random) -> Value:
    """A fraction in (0, 1)."""
    return mpmath.mpf(random.randrange(1, 64)) / 64
