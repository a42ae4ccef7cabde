"""The table of column kinds; a new kind is one file and one entry here."""

from typing import Any, ClassVar, Protocol, Self

import numpy as np
import pyarrow as pa

from clearprop.tables.numeric_column import NumericColumn
from clearprop.tables.text_column import TextColumn


class Column(Protocol):
    """What the encoder asks of every kind of column."""

    kind: ClassVar[str]

    @property
    def name(self) -> str:
        """The column's name."""

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The features that it gives; none where the column is of no use and is to be dropped."""

    @property
    def notes(self) -> tuple[str, ...]:
        """One line for each decision that a reader should know of."""

    @staticmethod
    def accepts(data_type: pa.DataType) -> bool:
        """Return whether a training column of this Arrow type is of this kind."""

    @classmethod
    def fit(cls, name: str, values: pa.Array | pa.ChunkedArray, *, source: str) -> Self:
        """Return what the n cells of a training column teach."""

    def encode(self, values: pa.Array | pa.ChunkedArray, out: np.ndarray, *, source: str) -> None:
        """Write the n cells of a column into `out`, of zeros and of shape (n, len(feature_names))."""

    def describe(self) -> str:
        """Return one phrase on what was learned."""

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain values that JSON holds exactly, with its `kind`."""

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Self:
        """Return the column that `to_dict` described."""


_KINDS: tuple[type[Column], ...] = (NumericColumn, TextColumn)

COLUMN_KINDS: dict[str, type[Column]] = {kind.kind: kind for kind in _KINDS}
