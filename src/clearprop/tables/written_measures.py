"""What text says: columns of text that are numbers, dates or durations written out, and the few strays among them."""

import re
from collections.abc import Collection, Mapping
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

from clearprop.tables.arrow_values import arrow_array
from clearprop.tables.measures import MEASURES, Measure

#: Text that is a number but for so few different others, in so small a share of the cells, is a column of numbers.
MAX_STRAYS = 10
MAX_STRAY_SHARE = 0.05

#: Text whose first digit is an idle zero ("01", "00501") names something: nobody writes an amount so.
_LEADING_ZERO = r"^[+-]?0\d"
_NUMBER = r"^[+-]?((\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|(?i:inf|infinity))$"
#: What every number, date, time and duration begins with.
_BEGINS = re.compile(r"\s*[+-]?\s*(\d|\.\d|P|inf)", re.IGNORECASE)
#: So many texts are looked at before all are, for most columns of text show by them that they are nothing else.
_FIRST = 100
_WRITTEN = ("numbers", "dates", "times of day", "durations in us")


def written_measure(texts: pa.Array) -> Measure | None:
    """Return what all of some texts measure, or None where one of them is of another kind.

    Args:
        texts: the texts, without missing ones.

    Raises:
        Nothing.

    Example:
        >>> written_measure(pa.array(["1.5", "2"])).name, written_measure(pa.array(["2020-01-01", "soon"]))
        ('numbers', None)
    """
    if len(texts) and not _BEGINS.match(texts[0].as_py()):  # most text is told by its first sign, and quickly
        return None
    return next((MEASURES[name] for name in _WRITTEN if _reads(texts, MEASURES[name])), None)


def has_leading_zeros(texts: pa.Array) -> bool:
    """Return whether a text begins with an idle zero, as codes do and amounts do not.

    Args:
        texts: the texts, without missing ones.

    Raises:
        Nothing.

    Example:
        >>> has_leading_zeros(pa.array(["10", "01"])), has_leading_zeros(pa.array(["0", "0.5"]))
        (True, False)
    """
    return bool(pc.any(pc.match_substring_regex(texts, _LEADING_ZERO)).as_py())


def stray_texts(counts: Mapping[str, int]) -> tuple[str, ...]:
    """Return the few texts that are no number where nearly all cells are one; nothing where they are not few.

    Args:
        counts: how many cells hold each text.

    Raises:
        Nothing.

    Example:
        >>> stray_texts({**{str(n): 1 for n in range(100)}, "unknown": 3}), stray_texts({"1": 1, "unknown": 1})
        (('unknown',), ())
    """
    if len(texts_without_number(list(islice(counts, _FIRST)))) > MAX_STRAYS:
        return ()
    strays = texts_without_number(counts)
    n_cells = sum(counts[text] for text in strays)
    if not strays or len(strays) > MAX_STRAYS or n_cells > MAX_STRAY_SHARE * sum(counts.values()):
        return ()
    rest = [text for text in counts if text not in strays]
    return tuple(strays) if _reads(arrow_array(rest), MEASURES["numbers"]) else ()


def texts_without_number(texts: Collection[str]) -> list[str]:
    """Return the texts that are no number, in their order.

    Args:
        texts: the texts.

    Raises:
        Nothing.

    Example:
        >>> texts_without_number(["1e3", "-", ".5"])
        ['-']
    """
    if not texts:
        return []
    is_number = pc.match_substring_regex(arrow_array(list(texts)), _NUMBER)
    return [text for text, number in zip(texts, is_number.to_pylist(), strict=True) if not number]


def _reads(texts: pa.Array, measure: Measure) -> bool:
    """Return whether all texts can be read as numbers of a measure."""
    try:
        measure.parse(texts[:_FIRST])
        measure.parse(texts)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return False
    return True
