"""What code or a network is to be asked with: what a person gives, checked; the rest is drawn."""

from dataclasses import dataclass
from itertools import count
from operator import index
from typing import Any

import numpy as np

from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Parameters


@dataclass(frozen=True, eq=False)
class Given:
    """What is to be asked with; None: chosen here. `Y` is (m, n_L), or (m,) numbers of classes or amounts."""

    sizes: tuple[int, ...] | None = None
    X: Array | None = None
    Y: Array | None = None
    parameters: Parameters | None = None
    n_samples: int | None = None
    seed: int = 0

    def with_ends(self, sizes: tuple[int, ...]) -> tuple[int, ...] | None:
        """Return sizes with as many inputs and outputs as the rows have, no two alike where that can be.

        None: there cannot be that many outputs.

        Example:
            >>> given(X=[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]], Y=[1]).with_ends((4, 6, 5, 3))
            (6, 7, 5, 2)
        """
        below, above = sizes[0] if self.X is None else self.X.shape[1], sizes[-1]
        if self.Y is not None and self.Y.ndim == 2:
            above = self.Y.shape[1]
        elif self.Y is not None and above > 1:
            if (self.Y % 1).any() or self.Y.min() < 0:
                return None  # amounts, for one output
            above = max(2, int(self.Y.max()) + 1)
        if below == above and sizes[0] != sizes[-1]:  # the end that nothing says gives way
            below += self.X is None
            above += self.Y is None and above > 1
        if (below, above) == (sizes[0], sizes[-1]):
            return sizes
        others = (size for size in count(5) if size not in (below, above))
        return (below, *sorted((next(others) for _ in sizes[1:-1]), reverse=True), above)

    def rows_for(self, n_outputs: int, n_samples: int) -> int:
        """Return how many rows there are to be, `n_samples` where nothing says it."""
        if self.X is not None:
            return len(self.X)
        if self.Y is None:
            return self.n_samples or n_samples
        return 1 if self.Y.ndim == 1 and self.Y.shape == (n_outputs,) else len(self.Y)


def given(
    layers: Any = None,
    X: Any = None,
    Y: Any = None,
    parameters: Any = None,
    n_samples: Any = None,
    seed: Any = 0,
) -> Given:
    """What is to be asked with, checked.

    Arguments:
        layers: (n_0, ..., n_L).
        X: (m, n_0), or (n_0,) for one row.
        Y: (m, n_L), or (m,).
        parameters: in the place of drawn ones.
        n_samples: m, of rows that are drawn.
        seed: of what is drawn.

    Raises:
        ValueError: no numbers, no table of them, sizes that are none or not the parameters', or fewer than one row.

    Example:
        >>> given((4, 3), X=[1, 2, 3, 4]).X
        array([[1., 2., 3., 4.]])
    """
    inputs, targets = (None if value is None else _table(name, value) for name, value in (("X", X), ("Y", Y)))
    sizes = None if layers is None else _sizes(layers)
    if parameters is not None and not isinstance(parameters, Parameters):
        raise ValueError(f"parameters: Parameters are needed, such as Parameters.of(W, b); got {_short(parameters)}")
    if parameters is not None and sizes not in (None, parameters.sizes):
        raise ValueError(f"layers: {sizes} are not those of the parameters, {parameters.sizes}; leave one out")
    return Given(
        sizes,
        None if inputs is None else np.atleast_2d(inputs),
        targets,
        parameters,
        None if n_samples is None else _whole("n_samples", n_samples, 1),
        _whole("seed", seed, 0),
    )


def _table(name: str, value: Any) -> Array:
    """Return numbers as they are given, along one axis or two."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        array = np.asarray(None)
    if array.dtype.kind not in "biuf" or array.ndim not in (1, 2) or not array.size or not np.isfinite(array).all():
        raise ValueError(f"{name}: a table of finite numbers, a sample a row, is needed; got {_short(value)}")
    return array.astype(float)


def _whole(name: str, value: Any, least: int) -> int:
    try:
        number = least - 1 if isinstance(value, bool) else index(value)
    except TypeError:
        number = least - 1
    if number < least:
        raise ValueError(f"{name}: a whole number from {least} is needed; got {_short(value)}")
    return number


def _sizes(layers: Any) -> tuple[int, ...]:
    try:
        sizes = tuple(_whole("layers", size, 1) for size in layers)
    except (TypeError, ValueError):
        sizes = ()
    if len(sizes) < 2:
        raise ValueError(
            f"layers: two or more whole numbers from 1, such as (4, 5, 3), are needed; got {_short(layers)}"
        )
    return sizes


def _short(value: Any) -> str:
    """Return a value in one short line."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."
