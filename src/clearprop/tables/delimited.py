"""Delimited text (CSV and its relatives): the encoding settled, the cells typed, broken rows named."""

import csv
import io
import re

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from clearprop.tables.arrow_values import arrow_array, arrow_scalar
from clearprop.tables.cells import MISSING_WORDS, is_text, tidy_text
from clearprop.tables.delimiters import check_single, find_delimiter
from clearprop.tables.errors import TableError, counted, shown

_SAMPLE_CHARACTERS = 1 << 18
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
        TableError: the bytes are no text, there is no header or no row, a row is longer or shorter than the header, or
            cells are cut by several characters.

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
    check_single(table, delimiter, source)
    return _tidy(table, decimal_comma=delimiter == ";")


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
            missing = pc.is_in(values, arrow_array(MISSING_WORDS, values.type))
            values = pc.if_else(missing, arrow_scalar(None, values.type), values)
            # Where the comma is the decimal point, the semicolon stands between cells.
            if decimal_comma and pc.all(pc.match_substring_regex(values, _DECIMAL_COMMA)).as_py():
                values = pc.replace_substring(values, ",", ".").cast(pa.float64())
        columns.append(values)
    names = [name.strip() or f"column {index + 1}" for index, name in enumerate(table.column_names)]
    return pa.table(columns, names=names)
