"""Columns of text: one feature for each category, with limits that an identifier cannot break."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa

from clearprop.tables.canonical import canonical_text, texts_and_codes
from clearprop.tables.cells import is_scalar, is_text, value_type
from clearprop.tables.errors import TableError, counted, listed

#: A column with more different texts than this keeps the most frequent ones; the rest share one feature.
MAX_CATEGORIES = 255

#: From so many texts on, a column in which nearly every text is different is said to look like an identifier.
_IDENTIFIER_ROWS = 20
_IDENTIFIER_SHARE = 0.9


@dataclass(frozen=True)
class TextColumn:
    """What training learned of a text column.

    Args:
        name: the column's name.
        categories: the texts that have a feature of their own, sorted.
        n_distinct: the different texts in training.
        n_missing: the missing cells in training.
        n_rows: the rows in training.

    Raises:
        TableError: (`encode`) the cells are lists or the like; (`from_dict`) a field is malformed.

    Example:
        >>> column = TextColumn.fit("sex", pa.array(["male", "female", None]), source="people.csv")
        >>> column.feature_names
        ('sex=female', 'sex=male', 'sex is missing')
        >>> out = np.zeros((3, 3), np.float32)
        >>> column.encode(pa.array(["male", None, "other"]), out, source="new.csv")
        >>> out.tolist()
        [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]
    """

    kind: ClassVar[str] = "text"

    name: str
    categories: tuple[str, ...]
    n_distinct: int
    n_missing: int
    n_rows: int

    @staticmethod
    def accepts(data_type: pa.DataType) -> bool:
        """Return whether a training column of this Arrow type is text; declared categories of any value count."""
        return is_text(data_type) or (pa.types.is_dictionary(data_type) and is_scalar(data_type))

    @classmethod
    def fit(cls, name: str, values: pa.Array | pa.ChunkedArray, *, source: str) -> Self:
        """Return what the n cells of a training column teach."""
        texts, codes = texts_and_codes(values)
        counts: Counter[str] = Counter()
        for text, count in zip(texts, np.bincount(codes[codes >= 0], minlength=len(texts)).tolist(), strict=True):
            if text is not None and count:
                counts[text] += count
        ranked = sorted(counts, key=lambda text: (-counts[text], text))
        kept = tuple(sorted(ranked[:MAX_CATEGORIES]))
        return cls(name, kept, len(counts), len(codes) - counts.total(), len(codes))

    @property
    def is_capped(self) -> bool:
        """Return whether some texts of training have no feature of their own."""
        return self.n_distinct > len(self.categories)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Return the features that it gives: one a category, missing if seen, other if capped; none if constant."""
        names = [f"{self.name}={category}" for category in self.categories]
        if self.n_missing:
            names.append(f"{self.name} is missing")
        if self.is_capped:
            names.append(f"{self.name} is other")
        return tuple(names) if len(names) > 1 else ()

    @property
    def notes(self) -> tuple[str, ...]:
        """Return one line for each decision that a reader should know of."""
        if not self.feature_names:
            return (f"column {self.name!r} is dropped: {self.describe()}",)
        if self.is_capped or self.n_missing or self._looks_like_identifier or self._strays_among_numbers:
            return (f"column {self.name!r}: {self.describe()}",)
        return ()

    @property
    def _looks_like_identifier(self) -> bool:
        n_present = self.n_rows - self.n_missing
        return n_present >= _IDENTIFIER_ROWS and self.n_distinct > _IDENTIFIER_SHARE * n_present

    @property
    def _strays_among_numbers(self) -> list[str]:
        """Return the texts that keep a column, most of whose texts are numbers, from being read as numbers."""
        strays = [text for text in self.categories if not _is_number(text)]
        return strays if 0 < 2 * len(strays) < len(self.categories) else []

    def encode(self, values: pa.Array | pa.ChunkedArray, out: np.ndarray, *, source: str) -> None:
        """Write the n cells of a column into `out`, of zeros and of shape (n, len(feature_names))."""
        if not is_scalar(values.type):
            raise TableError(f"holds {values.type}; text is needed", source=source, column=self.name)
        texts, codes = texts_and_codes(values)
        positions = self._positions(texts, canonical=not is_text(value_type(values.type)))
        cells = positions[codes]
        rows = np.flatnonzero(cells >= 0)
        out[rows, cells[rows]] = 1

    def _positions(self, texts: list[str | None], *, canonical: bool) -> np.ndarray:
        """Return each text's feature (-1 for none), and last the feature of a null, which code -1 then finds."""
        lookup = {category: index for index, category in enumerate(self.categories)}
        if canonical:
            for index, category in enumerate(self.categories):
                lookup.setdefault(canonical_text(category), index)
        missing = len(self.categories) if self.n_missing else -1
        other = len(self.feature_names) - 1 if self.is_capped else -1
        positions = [missing if text is None else lookup.get(text, other) for text in texts]
        return np.array([*positions, missing])

    def describe(self) -> str:
        """Return one phrase on what was learned."""
        if not self.categories:
            return "every cell is missing"
        if not self.feature_names:
            return f"every cell is {self.categories[0]!r}"
        parts = [counted(self.n_distinct, "different text")]
        if self.is_capped:
            parts.append(f"the {len(self.categories)} most frequent are kept and the rest is '{self.name} is other'")
        if self._looks_like_identifier:
            rows = "row that has one" if self.n_missing else "row"
            parts.append(f"nearly every {rows} has its own, so leave the column out if it is an identifier")
        if self._strays_among_numbers:
            parts.append(f"numbers but for {listed(self._strays_among_numbers, 3)}, so it is read as text")
        if self.n_missing:
            parts.append(f"{counted(self.n_missing, 'missing cell')}, marked by '{self.name} is missing'")
        return "; ".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain values that JSON holds exactly."""
        return {"kind": self.kind, **asdict(self), "categories": list(self.categories)}

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Self:
        """Return the column that `to_dict` described."""
        column = cls(**{key: value for key, value in record.items() if key != "kind"})
        if not isinstance(column.categories, list) or not all(isinstance(text, str) for text in column.categories):
            raise TableError("categories must be a list of texts", column=column.name)
        counts = (column.n_distinct, column.n_missing, column.n_rows)
        if any(type(count) is not int for count in counts) or column.n_distinct < len(set(column.categories)):
            raise TableError("the counts are not those of a text column", column=column.name)
        return cls(column.name, tuple(column.categories), *counts)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
