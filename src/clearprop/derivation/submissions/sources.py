"""A person's file as Python text: any encoding, notebooks, magics of notebooks, tabs; and Python 2, which is told."""

import ast
import inspect
import json
import re
import textwrap
import tokenize
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

from clearprop.derivation.messages import Message
from clearprop.derivation.submissions.answer import SubmissionError

#: Larger files are no homework.
MOST_BYTES = 16 * 2**20
_NOTEBOOK_LINE = re.compile(r"^(\s*)(?:[%!?].*|[\w.\[\]]+\?{1,2}\s*|(?:\w+)\s*=\s*[%!].*)$")
_PYTHON_2 = {
    "print": r"^\s*(?:.*:\s*)?print\b\s*(?:[^\s(=.,)]|>>|\(.*\)\s*[%,])",
    "except": r"^\s*except\b[^:]*[^\s(:],\s*\w+\s*:",
    "raise": r"^\s*raise\s+\w+\s*,",
    "exec": r"^\s*exec\s+[^\s(]",
    "backticks": r"`[^`]+`",
    "unequal": r"<>",
    "number": r"\b0[0-7]+\b|\b\d+[lL]\b",
    "text": r"\b[uU][rR]['\"]",
}


@dataclass(frozen=True)
class Source:
    """The text of a file or object, and how its lines are named to its author.

    Arguments:
        name: "my_backprop.py".
        text: Python 3.
        path: the file's, or a name in brackets, as tracebacks have it.
        cells: of a notebook, (cell, line in it) of every line; cells and lines count from 1.
        assumed: what was changed so that Python reads it.
    """

    name: str
    text: str
    path: str
    cells: tuple[tuple[int, int], ...] = ()
    assumed: tuple[Message, ...] = ()

    def place(self, line: int) -> Message:
        """How a line is named: "line 12", or "cell 3, line 2" of a notebook."""
        if 0 < line <= len(self.cells):
            cell, line = self.cells[line - 1]
            return Message("submission.cell_line", cell=cell, line=line)
        return Message("submission.line", line=line)

    def line(self, line: int) -> str:
        """The text of a line, without the space around it."""
        lines = self.text.split("\n")
        return lines[line - 1].strip() if 0 < line <= len(lines) else ""


def read_source(path: Path) -> Source:
    """Read a file as Python 3.

    Raises:
        SubmissionError: no such file, no text, Python 2 or a syntax error.
    """
    if path.is_dir():
        raise SubmissionError(Message("submission.is_folder", file=str(path)))
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise SubmissionError(Message("submission.no_file", file=str(path))) from None
    except OSError as error:
        raise SubmissionError(
            Message("submission.not_readable", file=str(path), reason=error.strerror or str(error))
        ) from None
    text = decoded(content) if len(content) <= MOST_BYTES else None
    if text is None or "\0" in text:
        raise SubmissionError(Message("submission.not_text", file=path.name))
    if path.suffix == ".ipynb":
        return _mended(_notebook(path, text))
    return _mended(Source(path.name, text, str(path)))


def decoded(content: bytes) -> str | None:
    """The text of a file in the encoding that it states, or in UTF-8, UTF-16, GB 18030 or Latin-1.

    >>> decoded("# 反向传播".encode("gbk"))
    '# 反向传播'
    """
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        stated = "utf-16"
    else:
        try:
            stated = tokenize.detect_encoding(BytesIO(content).readline)[0]
        except SyntaxError:  # an unknown cookie, or bytes that are not UTF-8 in the first lines
            stated = "utf-8"
    for encoding in (stated, "utf-8-sig", "gb18030", "latin-1"):
        try:
            return _unix(content.decode(encoding))
        except (UnicodeDecodeError, LookupError):
            continue
    return None


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ")


def _notebook(path: Path, text: str) -> Source:
    try:
        found = json.loads(text)
        sheets = found["cells"] if "cells" in found else found["worksheets"][0]["cells"]
        codes = [cell for cell in sheets if cell["cell_type"] == "code"]
        texts = ["".join(cell["source"] if "source" in cell else cell["input"]) for cell in codes]
    except (ValueError, KeyError, TypeError, IndexError):
        raise SubmissionError(Message("submission.not_notebook", file=path.name)) from None
    lines, cells = [], []
    for number, cell in enumerate(texts, 1):
        code = cell.split("\n")
        if re.match(r"%%(?!time|capture|prun)", code[0]):  # a cell in another language
            code = [f"# {line}" for line in code]
        lines += code
        cells += [(number, line) for line in range(1, len(code) + 1)]
    return Source(path.name, "\n".join(lines), str(path), tuple(cells))


def _mended(source: Source) -> Source:
    """The source as it stands if Python reads it, or with magics, tabs and stray characters put right."""
    first: SyntaxError | None = None
    for text, assumed in _mends(source.text):
        try:
            ast.parse(text)
        except SyntaxError as error:
            first = first or error
            last = error
        except (ValueError, RecursionError, MemoryError):
            raise SubmissionError(Message("submission.not_text", file=source.name)) from None
        else:
            return Source(source.name, text, source.path, source.cells, assumed)
    assert first is not None
    raise SubmissionError(_told(source, last))


def _mends(text: str) -> Iterator[tuple[str, tuple[Message, ...]]]:
    yield text, ()
    plain = "\n".join(_without_magic(line) for line in text.split("\n"))
    yield plain, ()
    for width in (8, 4):
        tabs = "\n".join(_without_tabs(line, width) for line in plain.split("\n"))
        if tabs != plain:
            yield tabs, (Message("submission.tabs", width=width),)
    yield plain, ()


def _without_magic(line: str) -> str:
    found = _NOTEBOOK_LINE.match(line)
    return f"{found[1]}pass  # {line.strip()}" if found else line


def _without_tabs(line: str, width: int) -> str:
    body = line.lstrip(" \t")
    return line[: len(line) - len(body)].expandtabs(width) + body


def _told(source: Source, error: SyntaxError) -> Message:
    line = error.lineno or 1
    text = source.line(line)
    for kind, pattern in _PYTHON_2.items():
        if re.search(pattern, text):
            what = Message(f"submission.python2_{kind}")
            return Message("submission.python2", file=source.name, place=source.place(line), what=what)
    return Message("submission.syntax", file=source.name, place=source.place(line), reason=error.msg, text=text[:100])


def source_of(code: Any) -> Source:
    """The text of a function, class, module or object, as far as it is known."""
    name = getattr(code, "__name__", None) or type(code).__name__
    whole = code if isinstance(code, ModuleType) or hasattr(code, "__name__") else type(code)
    try:
        path = inspect.getfile(inspect.unwrap(whole) if callable(whole) else whole)
    except (TypeError, OSError):
        path = "<unknown>"
    return Source(name, text_of(whole), path)


def text_of(code: Any) -> str:
    """The text of a class or module, or of a function and the functions that it calls; "" where it is not known."""
    names = getattr(getattr(code, "__code__", None), "co_names", ())
    called = [getattr(code, "__globals__", {}).get(name) for name in names]
    texts = []
    for one in (*filter(inspect.isfunction, called), code):
        with suppress(OSError, TypeError):
            texts.append(textwrap.dedent(inspect.getsource(one)))
    return "\n".join(texts)
