"""Lines of text of a given width in a terminal, where a Chinese character is two cells wide."""

import re

from rich.cells import cell_len

#: Stand for a space, and for nothing, at which no line is broken; formulas are kept in one piece.
FIXED, JOINED = "\u00a0", "\u2060"

_WIDE = "\u2e80-\u303f\u3040-\u9fff\uf900-\ufaff\uff00-\uff60"
_GLUE = f"{FIXED}{JOINED}"
_UNIT = rf"[（【「『《]*(?:[{_WIDE}][),.;:!?\]]*|[^\s{_WIDE}{_GLUE}]+)[，。、；：？！）】」』》”’]*"
_TOKEN = re.compile(rf"[{_GLUE}]*{_UNIT}(?:[{_GLUE}]+{_UNIT})*[{_GLUE}]*|[ \n\t]+|[{_GLUE}]+")


def in_one_piece(text: str) -> str:
    """Return a formula such that no line is broken in it."""
    return re.sub(rf"(?<=[{_WIDE}])(?=\S)|(?<=\S)(?=[{_WIDE}])", JOINED, text).replace(" ", FIXED)


def released(text: str) -> str:
    """Return a text without the marks of what is kept in one piece."""
    return text.replace(FIXED, " ").replace(JOINED, "")


def padded(text: str, width: int) -> str:
    """Return a text with spaces behind it up to a width.

    >>> padded("和", 4) + "|"
    '和  |'
    """
    return text + " " * max(0, width - cell_len(text))


def wrapped(text: str, width: int) -> list[str]:
    """Return a text as lines of at most `width` cells; only what cannot be broken is wider.

    >>> wrapped("权重的导数，由链式法则。", 10)
    ['权重的导', '数，由链式', '法则。']
    """
    lines = [""]
    for token in _tokens(text, width):
        line = lines[-1]
        if token.isspace() and FIXED not in token:
            lines[-1] += " " if line else ""
        elif not line or cell_len(line + token) <= width:
            lines[-1] += token
        else:
            lines[-1] = line.rstrip(" ")
            lines.append(token)
    return [released(line.rstrip(" ")) for line in lines]


def _tokens(text: str, width: int) -> list[str]:
    """Return what stays together: words, formulas, Chinese characters; of too long a word its letters."""
    found: list[str] = []
    for token in _TOKEN.findall(text):
        for part in _TOKEN.findall(released(token)) if cell_len(token) > width else [token]:
            found += part if cell_len(part) > width else [part]
    return found


def wrapped_equation(text: str, width: int, indent: int = 0) -> list[str]:
    """Return an equation as lines, broken before =, + or −, else before ·, and inside brackets only where it must be.

    >>> wrapped_equation("E = a · (b + c) + d", 12, 2)
    ['E = a', '  · (b + c)', '  + d']
    """
    lines = [""]
    for part in _fitting(text, 0, width - indent):
        room = width - (indent if len(lines) > 1 else 0)
        if lines[-1].strip() and cell_len(lines[-1] + part.rstrip()) > room:
            lines.append(part)
        else:
            lines[-1] += part
    return [line.rstrip() if number == 0 else " " * indent + line.rstrip() for number, line in enumerate(lines)]


def _fitting(text: str, level: int, room: int) -> list[str]:
    """Return pieces that fit, broken at no deeper a level than each must be: 0 is =, +, − outside brackets, 1 is ·."""
    if cell_len(text.rstrip()) <= room or level > _DEEPEST:
        return [text]
    return [piece for part in _parts(text, level) for piece in _fitting(part, level + 1, room)]


_DEEPEST = 7


def _parts(text: str, level: int) -> list[str]:
    """Return the pieces of an equation, each but the first beginning with an operator of this level."""
    found, depth, start = [], 0, 0
    lowest = _lowest_depth(text)
    for position, character in enumerate(text):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(character, 0)
        alone = text[position - 1 : position] == " " and text[position + 1 : position + 2] == " "
        operators = "·⊙" if level % 2 else "=+−"
        if character in operators and alone and depth - lowest == level // 2 and text[start:position].strip():
            found.append(text[start:position])
            start = position
    return [*found, text[start:]]


def _lowest_depth(text: str) -> int:
    """Return how deep a piece goes below where it began: it may close brackets that were opened before it."""
    depth, lowest = 0, 0
    for character in text:
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(character, 0)
        lowest = min(lowest, depth)
    return lowest
