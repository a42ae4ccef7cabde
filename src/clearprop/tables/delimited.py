"""Delimited text (CSV and its relatives): the delimiter found, the encoding settled, broken rows named."""

import csv
import io
import re

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from clearprop.tables.cells import MISSING_WORDS, is_text, tidy_text
from clearprop.tables.errors import TableError, counted, shown
from clearprop.tables.measures import MEASURES, finite_numbers

_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_CHARACTERS = 1 << 18
_SAMPLE_ROWS = 200
_BLOCK_BYTES = 1 << 23
_DECIMAL_COMMA = r"^[+-]?\d+(,\d+)?$"
_QUOTED_OR_SPACES = re.compile(rb'("[^"]*")|^ +| +$| +', re.MULTILINE)


def read_delimited(data: bytes, source: str, *, usual: str = ",") -> pa.Table:
    r"""Return the table that delimited text holds; its first row names the columns.

    A column's type is the narrowest that holds all of its cells. Spaces around a cell are not part of it.

    Args:
        data: the file's bytes: UTF-8 (with or without a mark), UTF-16 with one, or Latin-1.
        source: the file's name, for messages.
        usual: the delimiter that the file's suffix promises.

    Raises:
        TableError: the bytes are no text, there is no header or no row, or a row is longer or shorter than the header.

    Example:
        >>> read_delimited(b"name;weight\nSmith, J.;70\nLi;NA\n", "people.csv").to_pydict()
        {'name': ['Smith, J.', 'Li'], 'weight': [70, None]}
    """
    data = _as_utf8(data, source)
    sample = data[:_SAMPLE_CHARACTERS].decode("utf-8", errors="ignore")
    if not sample.strip():
        raise TableError("is empty; a header and rows are needed", source=source)
    delimiter = find_delimiter(sample, usual=usual, is_whole=len(data) <= _SAMPLE_CHARACTERS)
    if delimiter == " ":
        # Columns that are lined up with spaces have several between two cells and some at the ends.
        data = _QUOTED_OR_SPACES.sub(_one_space, data)
    if data.count(b'"') % 2:
        _check_quotes(data, delimiter, source)
    table = _parse(data, delimiter, source)
    if not table.num_rows:
        raise TableError("has a header and no rows; at least one row is needed", source=source)
    return _tidy(table, decimal_comma=delimiter == ";")


def find_delimiter(sample: str, *, usual: str = ",", is_whole: bool = True) -> str:
    r"""Return the delimiter that cuts the header and all sampled rows into the same number of cells.

    Comma, tab, semicolon and bar are tried first; the space only when none of them is in the header, and only if some
    column is then all numbers, for words have spaces between them as well. Where none fits all rows, the one that fits
    most is taken, so that the others can be named.

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
    for delimiter in _DELIMITERS:
        rows = _sample_rows(sample, delimiter, is_whole)
        width = len(rows[0]) if rows else 0
        fitting = sum(len(row) == width for row in rows) / max(len(rows), 1)
        # A tab-separated file's own tab beats a comma that happens to fit as well.
        score = (fitting, delimiter == usual != ",", width)
        if width > 1 and score > best_score:
            best, best_score = delimiter, score
    if best_score[0] or not _fits_spaces(_sample_rows(re.sub(" +", " ", sample), " ", is_whole)):
        return best
    return " "


def _as_utf8(data: bytes, source: str) -> bytes:
    """Return text as UTF-8 without a mark."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16").encode("utf-8")
        except UnicodeError:
            raise TableError("is neither text nor UTF-16; save it as UTF-8", source=source) from None
    if b"\0" in data:
        raise TableError("is not a text file; it holds zero bytes; save it as UTF-8 text", source=source)
    data = data.removeprefix(b"\xef\xbb\xbf")
    if data.isascii():
        return data
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1").encode("utf-8")
    return data


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
        finite_numbers(pa.array(cells), MEASURES["numbers"])
    except TableError:
        return False
    return True


def _one_space(match: re.Match[bytes]) -> bytes:
    """Return quoted text as it is, spaces at the ends of a line as none, and others as one."""
    if match[1]:
        return match[1]
    data, start, end = match.string, match.start(), match.end()
    at_start = start == 0 or data[start - 1 : start] == b"\n"
    at_end = end == len(data) or data[end : end + 1] in (b"\n", b"\r")
    return b"" if at_start or at_end else b" "


def _check_quotes(data: bytes, delimiter: str, source: str) -> None:
    """Raise an error where a quote is opened and never closed: it would swallow all rows after it."""
    reader = csv.reader(io.StringIO(data.decode("utf-8"), newline=""), delimiter=delimiter, strict=True)
    row = -1
    try:
        for cells in reader:
            row += bool(cells)
    except csv.Error as error:
        if "end of data" in str(error):
            raise TableError("opens a quote that is never closed", source=source, row=row + 1) from None


def _parse(data: bytes, delimiter: str, source: str) -> pa.Table:
    """Return the table that Arrow reads; it looks at a whole column before it settles on a type."""
    # Cells with spaces around them are trimmed only later, and a missing number must be known here.
    words = [*MISSING_WORDS, *(f" {word}" for word in MISSING_WORDS)]
    try:
        return arrow_csv.read_csv(
            io.BytesIO(data if data.endswith((b"\n", b"\r")) else data + b"\n"),
            read_options=arrow_csv.ReadOptions(block_size=_BLOCK_BYTES),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=b'"' in data),
            convert_options=arrow_csv.ConvertOptions(null_values=words, strings_can_be_null=True),
        )
    except pa.ArrowInvalid as error:
        _raise_ragged(data.decode("utf-8"), delimiter, source)
        raise TableError(f"cannot be read as delimited text: {error}", source=source) from None


def _raise_ragged(text: str, delimiter: str, source: str) -> None:
    """Raise an error that names the first row that is longer or shorter than the header, if there is one."""
    width, row = 0, 0
    for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        if cells and width and len(cells) != width:
            found = f"has {counted(len(cells), 'cell')} and the header has {width}"
            problem = f"{found}, as {shown(delimiter)} cuts them; they must agree"
            raise TableError(problem, source=source, row=row)
        width = width or len(cells)
        row += bool(cells)


def _tidy(table: pa.Table, *, decimal_comma: bool) -> pa.Table:
    """Return the table with trimmed text, missing words as nulls, decimal commas read, and all columns named."""
    columns = []
    for values in table.columns:
        if is_text(values.type):
            values = tidy_text(values)
            missing = pc.is_in(values, pa.array(MISSING_WORDS, values.type))
            values = pc.if_else(missing, pa.scalar(None, values.type), values)
            # Where the comma is the decimal point, the semicolon stands between cells.
            if decimal_comma and pc.all(pc.match_substring_regex(values, _DECIMAL_COMMA)).as_py():
                values = pc.replace_substring(values, ",", ".").cast(pa.float64())
        columns.append(values)
    names = [name.strip() or f"column {index + 1}" for index, name in enumerate(table.column_names)]
    return pa.table(columns, names=names)
