"""The table of what a column can become; a new kind is one file and one entry here."""

from typing import Any, ClassVar, Protocol, Self

import numpy as np
import pyarrow as pa

from clearprop.tables.boolean_feature import BooleanFeature
from clearprop.tables.category_feature import CategoryFeature
from clearprop.tables.date_feature import DateFeature
from clearprop.tables.hashed_feature import HashedFeature
from clearprop.tables.measured_feature import MeasuredFeature
from clearprop.tables.raw_column import RawColumn


class Feature(Protocol):
    """What a reader of features asks of every kind of column."""

    kinds: ClassVar[tuple[str, ...]]

    @property
    def kind(self) -> str:
        """Its kind, a key of `FEATURE_KINDS`."""

    @property
    def name(self) -> str:
        """The column's name."""

    @property
    def number_names(self) -> tuple[str, ...]:
        """The names of the numbers that it gives."""

    @property
    def category_names(self) -> tuple[str, ...]:
        """The names of the categories that it gives."""

    @property
    def categories(self) -> tuple[tuple[str, ...], ...]:
        """The texts of the codes 1, 2, ... of each category that it gives."""

    @property
    def is_constant(self) -> bool:
        """Whether training saw no two different cells, missing ones aside."""

    @property
    def n_missing(self) -> int:
        """The missing cells in training."""

    @property
    def n_rows(self) -> int:
        """The rows in training."""

    @property
    def becomes(self) -> str:
        """What is made of the column, in a few words."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """One phrase for each decision that a reader should know of."""

    @classmethod
    def fit(cls, kind: str, column: RawColumn) -> Self:
        """Return what the n cells of a training column teach."""

    def describe(self) -> str:
        """Return one phrase on what was learned."""

    def read(self, values: pa.Array | pa.ChunkedArray, *, source: str) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Return the numbers (float64, n each) and the codes (int32, n each) of the n cells of a column."""

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain values that JSON holds exactly, with its `kind`."""

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Self:
        """Return the feature that `to_dict` described; a malformed field is a TypeError."""


_FEATURES: tuple[type[Feature], ...] = (MeasuredFeature, BooleanFeature, CategoryFeature, HashedFeature, DateFeature)

#: What a column of each kind becomes.
FEATURE_KINDS: dict[str, type[Feature]] = {kind: feature for feature in _FEATURES for kind in feature.kinds}

#: The kind of a column that is left out.
DROPPED = "dropped"

#: Every kind that a column can have in a schema.
KINDS = (*FEATURE_KINDS, DROPPED)
