"""The delimiter of a text, found by how the header and the rows are cut alike."""

import csv
import io
import re

import pyarrow as pa

from clearprop.tables.arrow_values import arrow_array
from clearprop.tables.errors import TableError, shown
from clearprop.tables.measures import MEASURES, finite_numbers

_USUAL = (",", "\t", ";", "|")
#: Left out: quotes, brackets, and what stands within names and numbers.
_OTHER = tuple(":^~#!&*/\\%@$+=?")
_SAMPLE_ROWS = 200
#: A header such as "time hh:mm" says how its cells are spelled.
_SPELLING = re.compile(r"\b(hh?:mm?|mm?:ss?|dd?/mm?|mm?/dd?|yy(yy)?/mm?)\b", re.IGNORECASE)
_BRACKETS = ("()", "[]", "{}", "<>")


def find_delimiter(sample: str, *, usual: str = ",", is_whole: bool = True) -> str:
    r"""Return the delimiter that cuts the header and all sampled rows into the same number of cells.

    Comma, tab, semicolon and bar are tried first; the space only when none of them is in the header, and only if some
    column is then all numbers, for words have spaces between them as well. Where none fits all rows, the one that fits
    most is taken, so that the others can be named. Other punctuation is tried last, and must fit all rows.

    Args:
        sample: the beginning of the text.
        usual: what to take where nothing tells.
        is_whole: whether the sample is the whole text; if not, its last row may be cut off.

    Raises:
        Nothing.

    Example:
        >>> find_delimiter("a;b\n1,5;2\n"), find_delimiter("full name\nAda Lovelace\n"), find_delimiter("x y\n1 2\n")
        (';', ',', ' ')
    """
    best, best_score = usual, (0.0, False, 0)
    for delimiter in _USUAL:
        rows = _sample_rows(sample, delimiter, is_whole)
        width = len(rows[0]) if rows else 0
        fitting = sum(len(row) == width for row in rows) / max(len(rows), 1)
        # A tab-separated file's own tab beats a comma that happens to fit as well.
        score = (fitting, delimiter == usual != ",", width)
        if width > 1 and score > best_score:
            best, best_score = delimiter, score
    if best_score[0]:
        return best
    if _fits_spaces(_sample_rows(re.sub(" +", " ", sample), " ", is_whole)):
        return " "
    return _other_delimiter(sample, is_whole) or usual


def check_single(table: pa.Table, delimiter: str, source: str) -> None:
    """Raise an error where all columns between those with names are empty, as where cells are cut by "||".

    Args:
        table: the table as it was cut, before columns without a name get one.
        delimiter: the one character that cut it.
        source: the file's name, for messages.

    Raises:
        TableError: as above.

    Example:
        >>> check_single(pa.table([[1], [None], [2]], names=["a", "", "b"]), "|", "a.csv")
        Traceback (most recent call last):
        clearprop.tables.errors.TableError: a.csv: cells are cut by '||', and a delimiter of several characters ...
    """
    is_empty = [values.null_count == len(values) for values in table.columns]
    if period := _period(table.column_names, is_empty):
        cut = f"cells are cut by {shown(delimiter * period)}, and a delimiter of several characters cannot be read"
        raise TableError(f"{cut}; use a single one, such as ','", source=source)


def _period(names: list[str], is_empty: list[bool]) -> int:
    """Return how many characters cut the cells, if the named columns are so many apart; 0 where one does."""
    named = [index for index, name in enumerate(names) if name.strip()]
    period = named[1] if len(named) > 1 else 1
    if period == 1 or named != list(range(0, len(names), period)) or (len(names) - 1) % period:
        return 0
    return period if all(is_empty[index] for index in range(len(names)) if index % period) else 0


def _other_delimiter(sample: str, is_whole: bool) -> str | None:
    """Return the less usual delimiter that cuts all rows into the most cells, or None where none does."""
    if _SPELLING.search(sample.lstrip().partition("\n")[0]):
        return None
    widths = {}
    for delimiter in _OTHER:
        rows = _sample_rows(sample, delimiter, is_whole)
        if len(rows) > 1 and len(rows[0]) > 1 and all(len(row) == len(rows[0]) for row in rows) and _has_names(rows):
            widths[delimiter] = len(rows[0])
    return max(widths, key=lambda delimiter: widths[delimiter], default=None)


def _has_names(rows: list[list[str]]) -> bool:
    """Return whether the first row names each column, or would if the delimiter were several characters."""
    names = [name.strip() for name in rows[0]]
    if any(name.count(pair[0]) != name.count(pair[1]) for name in names for pair in _BRACKETS):
        return False
    is_empty = [not any(cells) for cells in zip(*rows[1:], strict=True)]
    return (all(names) and len(set(names)) == len(names)) or _period(names, is_empty) > 1


def _sample_rows(sample: str, delimiter: str, is_whole: bool) -> list[list[str]]:
    """Return the first rows of a sample, blank lines left out, as one delimiter cuts them."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, skipinitialspace=delimiter == " "):
            if len(rows) > _SAMPLE_ROWS:
                return rows
            if row:
                rows.append(row)
    except csv.Error:
        return []
    return rows if is_whole else rows[:-1]


def _fits_spaces(rows: list[list[str]]) -> bool:
    """Return whether the space cuts all rows alike and makes at least one column of numbers."""
    rows = [[cell for cell in row if cell] for row in rows]
    if len(rows) < 2 or len(rows[0]) < 2 or any(len(row) != len(rows[0]) for row in rows):
        return False
    return any(_all_numbers(column) for column in zip(*rows[1:], strict=True))


def _all_numbers(cells: tuple[str, ...]) -> bool:
    """Return whether all cells are numbers or missing."""
    try:
        finite_numbers(arrow_array(cells), MEASURES["numbers"])
    except TableError:
        return False
    return True
