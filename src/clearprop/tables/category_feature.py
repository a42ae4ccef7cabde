"""Columns whose cells are categories: one code for each text that training saw, 0 for a missing or a new one."""

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa

from clearprop.tables.canonical import canonical_text
from clearprop.tables.cells import is_text, value_type
from clearprop.tables.distinct import coded
from clearprop.tables.errors import listed, shown
from clearprop.tables.feature_records import text_tuple, whole_number
from clearprop.tables.one_category import OneCategory, check_scalar
from clearprop.tables.raw_column import RawColumn
from clearprop.tables.written_measures import texts_without_number


@dataclass(frozen=True)
class CategoryFeature(OneCategory):
    """What training learned of a column of categories.

    Args:
        name, n_missing, n_rows: see `OneCategory`.
        texts: the categories, sorted; the first has code 1.
        was_text: whether the cells of training were text; else their canonical spellings are the categories.

    Raises:
        TableError: (`fit`, `read`) the cells are lists or the like.
        TypeError: (`from_dict`) a field is malformed.

    Example:
        >>> sex = CategoryFeature.fit("category", RawColumn("sex", pa.array(["male", "female", None]), "people.csv"))
        >>> sex.describe()
        '2 categories; 1 of 3 cells missing'
        >>> sex.read(pa.array(["male", None, "other", "female"]), source="new.csv")
        ([], [array([2, 0, 0, 1], dtype=int32)])
    """

    kinds: ClassVar[tuple[str, ...]] = ("category",)
    kind: ClassVar[str] = "category"

    texts: tuple[str, ...]
    was_text: bool

    @classmethod
    def fit(cls, kind: str, column: RawColumn) -> Self:
        """Return what the n cells of a training column teach."""
        check_scalar(column.values, source=column.source, column=column.name)
        return cls(column.name, column.n_missing, column.n_rows, tuple(column.counts), column.is_text)

    @property
    def is_constant(self) -> bool:
        """Return whether training saw no two different categories."""
        return len(self.texts) < 2

    @property
    def categories(self) -> tuple[tuple[str, ...], ...]:
        """Return the texts of its codes 1, 2, ..."""
        return (self.texts,)

    @property
    def becomes(self) -> str:
        """Return what is made of the column."""
        return f"a category of {len(self.texts)}"

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return one phrase for each decision that a reader should know of."""
        return (*([self._likeness] if self._likeness else []), *super().remarks)

    def describe(self) -> str:
        """Return one phrase on what was learned."""
        if not self.texts:
            return "every cell is missing"
        if len(self.texts) == 1:
            return f"every cell is {shown(self.texts[0])}" + (" or missing" if self.n_missing else "")
        return "; ".join([f"{len(self.texts)} categories", *self.remarks])

    def read(self, values: pa.Array | pa.ChunkedArray, *, source: str) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Return no numbers and the codes of the n cells."""
        check_scalar(values, source=source, column=self.name)
        if not is_text(value_type(values.type)):
            return [], [coded(values, lambda text: self._like.get(text, 0))]
        return [], [coded(values, self._code_of_text)]

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain values that JSON holds exactly."""
        return {"kind": self.kind, **asdict(self), "texts": list(self.texts)}

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Self:
        """Return the feature that `to_dict` described."""
        feature = cls(**{key: value for key, value in record.items() if key != "kind"})
        texts = text_tuple("texts", feature.texts)
        if len(set(texts)) < len(texts) or type(feature.was_text) is not bool:
            raise TypeError("texts must be different, and was_text true or false")
        counts = (whole_number("n_missing", feature.n_missing), whole_number("n_rows", feature.n_rows))
        return cls(feature.name, *counts, texts, feature.was_text)

    @cached_property
    def _likeness(self) -> str:
        """Return why text that looks like numbers is not read as such, or nothing."""
        others = texts_without_number(self.texts) if self.was_text else list(self.texts)
        if 2 * len(others) >= len(self.texts):
            return ""
        return f"numbers but for {listed(others, 3)}, so read as text" if others else "they look like numbers"

    def _code_of_text(self, text: str) -> int:
        code = self._exact.get(text, 0)
        return code if code or self.was_text else self._like.get(canonical_text(text), 0)

    @cached_property
    def _exact(self) -> dict[str, int]:
        return {text: code for code, text in enumerate(self.texts, start=1)}

    @cached_property
    def _like(self) -> dict[str, int]:
        """Return the codes by text, and by the canonical spelling where no other category is spelled so."""
        codes = dict(self._exact)
        for text, code in self._exact.items():
            codes.setdefault(canonical_text(text), code)
        return codes
