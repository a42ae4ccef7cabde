"""From numbers and codes to what a network takes: columns of X, and the input layers that make A⁰ of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from clearprop.estimators.tabular.presets import MemberKind
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.layers import Embedding, Layer, Numbers, Periodic, PiecewiseLinear

MOST_ONE_HOT = 8  # categories of a column that have a feature each; a column with more is embedded
MOST_BINS, LEAST_MOST_BINS, BINS_OF_ALL_COLUMNS = 64, 8, 512
LEAST_ROWS_OF_A_BIN = 32
EMBEDDING_WIDTH = 8
MOST_VALUES, LEAST_ROWS_A_VALUE = 255, 20  # of a number whose values are categories, too

_LARGEST, _FAR = 1e300, 1e15


def smoothly_clipped(z: Array) -> Array:
    """z/√(1 + (z/3)²): as z near 0, and within ±3.

    >>> smoothly_clipped(np.array([0.0, 0.1, 1e9])).round(3)
    array([0. , 0.1, 3. ])
    """
    return z / np.sqrt(1.0 + (z / 3.0) ** 2)


@dataclass(frozen=True)
class RobustScale:
    """z = (x − median)/scale of each column, smoothly clipped; missing numbers become 0.

    The scale is the distance between the quartiles; where that is 0, half the range; a constant column becomes 0.

    Example:
        >>> scale = RobustScale.of(np.array([[1.0], [2.0], [3.0], [np.nan]]))
        >>> scale.apply(np.array([[2.0], [3.0], [np.nan]])).round(3)
        array([[0.   ],
               [0.949],
               [0.   ]])

    Source: Holzmüller et al. 2024 (RealMLP).
    """

    median: Array
    per_scale: Array

    @classmethod
    def of(cls, numbers: Array) -> Self:
        """What the columns of numbers, (n, p), NaN where missing, teach."""
        empty = np.isnan(numbers).all(axis=0)
        known = np.where(empty, 0.0, numbers)
        known = 0.25 * known  # so that no difference overflows
        low, median, high = np.nanquantile(known, (0.25, 0.5, 0.75), axis=0) if known.size else np.zeros((3, 0))
        half_range = 2.0 * (np.nanmax(known, axis=0) - np.nanmin(known, axis=0))
        half_spread = np.where(high > low, 2.0 * (high - low), 0.5 * half_range)
        with np.errstate(divide="ignore", over="ignore"):
            return cls(4.0 * median, np.where(half_spread > 0.0, np.minimum(0.5 / half_spread, _LARGEST), 0.0))

    def apply(self, numbers: Array) -> Array:
        """The columns scaled, (n, p)."""
        with np.errstate(over="ignore", invalid="ignore"):
            z = smoothly_clipped(np.clip((numbers - self.median) * self.per_scale, -_FAR, _FAR))
        return np.where(np.isnan(z), 0.0, z)


@dataclass(frozen=True)
class TableInputs:
    """What training learned of numbers (n, p) and codes (n, q): how they become X, (n, n_columns), and its layers.

    Arguments:
        scale: of the numbers; `dense_scale`: of the marks of missing numbers and of the one-hot features.
        marked: the columns of numbers that have a mark where they are missing.
        one_hot, embedded: (column of codes, its number of categories) of each column of codes.
        edges: of each column of numbers, the edges of its bins, in scaled numbers; () where it has none.
        values: of each column of numbers, the values that have a vector each, rising; () where none has.
        numbers: what a number becomes; see `MemberKind`.
    """

    scale: RobustScale
    dense_scale: RobustScale
    marked: tuple[int, ...]
    one_hot: tuple[tuple[int, int], ...]
    embedded: tuple[tuple[int, int], ...]
    edges: tuple[tuple[float, ...], ...]
    values: tuple[tuple[float, ...], ...]
    numbers: str

    @classmethod
    def of(
        cls,
        numbers: Array,
        codes: Array,
        n_categories: tuple[int, ...],
        y: Array,
        kind: MemberKind,
        cut_by: Array | None = None,
    ) -> Self:
        """What the training rows teach; y, (n,), is the class or the amount, which the bins are made for.

        cut_by: numbers of the rows whose y the bins may know (held-out rows would look better than unseen ones); None:
        all.
        """
        scale = RobustScale.of(numbers)
        marked = tuple(np.flatnonzero(np.isnan(numbers).any(axis=0)).tolist())
        sizes = list(enumerate(n_categories))
        one_hot = tuple((j, size) for j, size in sizes if size <= MOST_ONE_HOT)
        embedded = tuple((j, size) for j, size in sizes if size > MOST_ONE_HOT)
        dense_scale = RobustScale.of(_dense(numbers, codes, marked, one_hot))
        none: tuple[tuple[float, ...], ...] = ((),) * numbers.shape[1]
        edges, values = none, none
        if kind.embeds_values:
            values = tuple(few_values(column) for column in numbers.T)
        if "bins" in kind.numbers:
            known = slice(None) if cut_by is None else cut_by
            z, y, present = scale.apply(numbers)[known], y[known], ~np.isnan(numbers[known])
            most = min(MOST_BINS, max(LEAST_MOST_BINS, BINS_OF_ALL_COLUMNS // max(1, z.shape[1])))
            edges = tuple(bin_edges(z[:, j], y, present[:, j], most) for j in range(z.shape[1]))
        return cls(scale, dense_scale, marked, one_hot, embedded, edges, values, kind.numbers)

    @property
    def reads(self) -> str:
        """What a number becomes, in a word or two."""
        words = [] if self.numbers == "plain" else [self.numbers.replace("_", " ")]
        return " and ".join(["numbers", *words, *(["their values"] if any(self.values) else [])])

    @property
    def reading(self) -> tuple[object, ...]:
        """What X depends on beside the training rows: inputs of the same rows with equal readings give the same X."""
        return tuple(map(bool, self.edges)), self.values

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The input layers, in the order of the columns of X."""
        n_numbers, n_dense = len(self.scale.median), len(self.dense_scale.median)
        edges = tuple(edges for edges in self.edges if edges)
        layers: list[Layer] = []
        if n_numbers:
            layers.append(Periodic(n_numbers) if "periodic" in self.numbers else Numbers(n_numbers))
        if edges:
            layers.append(PiecewiseLinear(edges))
        if n_dense:
            layers.append(Numbers(n_dense))
        # Code 0 is a category that is missing or was never seen.
        sizes = [size for _, size in self.embedded] + [len(values) for values in self.values if values]
        return (*layers, *(Embedding(size + 1, EMBEDDING_WIDTH) for size in sizes))

    def apply(self, numbers: Array, codes: Array) -> Array:
        """X, float32, (n, n_columns)."""
        z = self.scale.apply(numbers)
        binned = [j for j, edges in enumerate(self.edges) if edges]
        dense = self.dense_scale.apply(_dense(numbers, codes, self.marked, self.one_hot))
        embedded = [j for j, _ in self.embedded]
        valued = [codes_of_values(numbers[:, j], values) for j, values in enumerate(self.values) if values]
        parts = (z, z[:, binned], dense, codes[:, embedded], *(column[:, None] for column in valued))
        return np.concatenate(parts, axis=1, dtype=np.float32)

    def column_names(
        self, numbers: Sequence[str], categories: Sequence[str], texts: Sequence[Sequence[str]]
    ) -> tuple[str, ...]:
        """The name of each column of X, from those of the numbers and of the codes, and what each code is."""
        one_hot = [
            f"{categories[j]}={text}" for j, size in self.one_hot for text in (texts[j][1:] if size == 2 else texts[j])
        ]
        return (
            *numbers,
            *(f"{name} (bins)" for name, edges in zip(numbers, self.edges, strict=True) if edges),
            *(f"{numbers[j]} is missing" for j in self.marked),
            *one_hot,
            *(f"{categories[j]} (code)" for j, _ in self.embedded),
            *(f"{name} (value)" for name, values in zip(numbers, self.values, strict=True) if values),
        )

    def to_dict(self) -> dict[str, Any]:
        """All that was learned, as plain values."""
        return {
            "scale": [self.scale.median.tolist(), self.scale.per_scale.tolist()],
            "dense_scale": [self.dense_scale.median.tolist(), self.dense_scale.per_scale.tolist()],
            **{name: getattr(self, name) for name in ("marked", "one_hot", "embedded", "edges", "values", "numbers")},
        }

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Self:
        """The inverse of `to_dict`, also after a trip through JSON."""

        def scale(key: str) -> RobustScale:
            return RobustScale(*(np.array(column, float) for column in plain[key]))

        def pairs(key: str) -> tuple[tuple[int, int], ...]:
            return tuple((int(j), int(size)) for j, size in plain[key])

        def lists(key: str) -> tuple[tuple[float, ...], ...]:
            return tuple(tuple(float(number) for number in column) for column in plain[key])

        return cls(
            scale=scale("scale"),
            dense_scale=scale("dense_scale"),
            marked=tuple(plain["marked"]),
            one_hot=pairs("one_hot"),
            embedded=pairs("embedded"),
            edges=lists("edges"),
            values=lists("values"),
            numbers=plain["numbers"],
        )


def _dense(numbers: Array, codes: Array, marked: tuple[int, ...], one_hot: tuple[tuple[int, int], ...]) -> Array:
    """The marks of missing numbers, and the one-hot features: of two categories −1 and 1, a code of 0 all 0."""
    columns = [np.isnan(numbers[:, j]).astype(float) for j in marked]
    for j, size in one_hot:
        if size == 2:
            columns.append(np.array([0.0, -1.0, 1.0])[codes[:, j]])
        else:
            columns += [(codes[:, j] == code).astype(float) for code in range(1, size + 1)]
    return np.stack(columns, axis=1) if columns else np.zeros((len(codes), 0))


def few_values(numbers: Array) -> tuple[float, ...]:
    """The different values of a column, rising, where they are few and repeat; () where they do not, or are but two."""
    present = numbers[~np.isnan(numbers)]
    values = np.unique(present)
    repeat = len(values) <= MOST_VALUES and LEAST_ROWS_A_VALUE * len(values) <= len(present)
    return tuple(values.tolist()) if repeat and len(values) > 2 else ()


def codes_of_values(numbers: Array, values: tuple[float, ...]) -> Array:
    """1, 2, ... for the values of training, 0 for any other number and where it is missing.

    >>> codes_of_values(np.array([2.0, 3.0, 1.0, np.nan]), (1.0, 2.0, 5.0))
    array([2, 0, 1, 0])
    """
    known = np.array(values)
    at = np.minimum(np.searchsorted(known, numbers), len(known) - 1)
    return np.where(known[at] == numbers, at + 1, 0)


def bin_edges(z: Array, y: Array, present: Array, most: int = MOST_BINS) -> tuple[float, ...]:
    """The edges of a column's bins, `most` of them: where a decision tree of that column alone cuts it to predict y.

    () where a tree sees nothing in the column.

    Source: Gorishniy et al. 2022, target-aware bins.
    """
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor  # whoever predicts does not wait for it

    values, targets = z[present, None], y[present]
    if len(values) < 2 * LEAST_ROWS_OF_A_BIN:
        return ()
    tree = DecisionTreeClassifier if y.dtype.kind in "iu" else DecisionTreeRegressor
    fitted = tree(max_leaf_nodes=most, min_samples_leaf=LEAST_ROWS_OF_A_BIN, random_state=0).fit(values, targets)
    cuts = fitted.tree_.threshold[fitted.tree_.feature >= 0]
    # Rounded as X is, so that no two edges meet in it.
    edges = np.unique(np.concatenate((cuts, [values.min(), values.max()])).astype(np.float32))
    return tuple(edges.tolist()) if len(edges) > 2 else ()
