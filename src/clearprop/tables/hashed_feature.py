"""Columns of more different texts than can be learned: a hash puts each text into one of a few buckets."""

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, ClassVar, Self
from zlib import crc32

import numpy as np
import pyarrow as pa

from clearprop.tables.canonical import canonical_text
from clearprop.tables.distinct import coded
from clearprop.tables.feature_records import whole_number
from clearprop.tables.one_category import OneCategory, check_scalar
from clearprop.tables.raw_column import RawColumn

#: Into so many buckets the texts of a column are put.
N_BUCKETS = 255


@dataclass(frozen=True)
class HashedFeature(OneCategory):
    """What training learned of a column of many different texts; a bucket that training never filled has code 0.

    Args:
        name, n_missing, n_rows: see `OneCategory`.
        n_distinct: the different texts in training.
        buckets: the buckets that training filled, sorted; the first has code 1.

    Raises:
        TableError: (`fit`, `read`) the cells are lists or the like.
        TypeError: (`from_dict`) a field is malformed.

    Example:
        >>> HashedFeature.fit("text", RawColumn("street", pa.array(["Elm", "Oak", "Elm"]), "people.csv")).describe()
        '2 different texts, hashed into 2 buckets'
    """

    kinds: ClassVar[tuple[str, ...]] = ("text",)
    kind: ClassVar[str] = "text"

    n_distinct: int
    buckets: tuple[int, ...]

    @classmethod
    def fit(cls, kind: str, column: RawColumn) -> Self:
        """Return what the n cells of a training column teach."""
        check_scalar(column.values, source=column.source, column=column.name)
        buckets = tuple(sorted({bucket_of(text) for text in column.counts}))
        return cls(column.name, column.n_missing, column.n_rows, len(column.counts), buckets)

    @property
    def is_constant(self) -> bool:
        """Return whether training saw no two different buckets."""
        return len(self.buckets) < 2

    @property
    def categories(self) -> tuple[tuple[str, ...], ...]:
        """Return the names of the buckets of its codes 1, 2, ..."""
        return (tuple(f"bucket {bucket}" for bucket in self.buckets),)

    @property
    def becomes(self) -> str:
        """Return what is made of the column."""
        return f"a category of {len(self.buckets)} buckets"

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return one phrase for each decision that a reader should know of."""
        return (self._hashing, *super().remarks)

    @property
    def _hashing(self) -> str:
        return f"{self.n_distinct} different texts, hashed into {len(self.buckets)} buckets"

    def describe(self) -> str:
        """Return one phrase on what was learned."""
        return "; ".join(self.remarks) if self.n_distinct else "every cell is missing"

    def read(self, values: pa.Array | pa.ChunkedArray, *, source: str) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Return no numbers and the codes of the n cells."""
        check_scalar(values, source=source, column=self.name)
        return [], [coded(values, lambda text: self._codes.get(bucket_of(text), 0))]

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain values that JSON holds exactly."""
        return {"kind": self.kind, **asdict(self), "buckets": list(self.buckets)}

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Self:
        """Return the feature that `to_dict` described."""
        feature = cls(**{key: value for key, value in record.items() if key != "kind"})
        for name in ("n_missing", "n_rows", "n_distinct"):
            whole_number(name, getattr(feature, name))
        buckets = feature.buckets
        if not isinstance(buckets, list) or any(whole_number("buckets", bucket) >= N_BUCKETS for bucket in buckets):
            raise TypeError(f"buckets must be whole numbers below {N_BUCKETS}")
        return cls(feature.name, feature.n_missing, feature.n_rows, feature.n_distinct, tuple(sorted(set(buckets))))

    @cached_property
    def _codes(self) -> dict[int, int]:
        return {bucket: code for code, bucket in enumerate(self.buckets, start=1)}


def bucket_of(text: str) -> int:
    """Return a text's bucket: the same in every process, on every machine, and for "007" and a number 7 alike.

    Args:
        text: the text.

    Raises:
        Nothing.

    Example:
        >>> bucket_of("Elm Street"), bucket_of("007") == bucket_of("7")
        (72, True)
    """
    return crc32(canonical_text(text).encode()) % N_BUCKETS
