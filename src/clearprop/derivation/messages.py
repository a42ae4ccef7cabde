"""What derivations say in words: messages by key, in one catalog per language, with formulas in their places.

A catalog is a folder of TOML files in `languages/`, named after its language; a new language is a new folder. A text
names its formulas and numbers in braces: `"{h} feeds {n} units"`.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from clearprop.derivation.expressions import Expression

#: A piece of a sentence: words, or a formula that each format writes in its own way.
Piece = str | Expression


@dataclass(frozen=True, init=False)
class Message:
    """A sentence of the catalogs: its key, "section.name", and what is put in its places.

    A value is an Expression, a text, a number, or another Message (the name of an activation, say).
    """

    key: str
    values: tuple[tuple[str, Any], ...]

    def __init__(self, key: str, **values: Any) -> None:
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "values", tuple(values.items()))


def languages() -> list[str]:
    """Return the languages that have a catalog.

    >>> languages()
    ['en', 'zh']
    """
    folder = files(__package__) / "languages"
    return sorted(language.name for language in folder.iterdir() if language.is_dir())


def check_language(language: str) -> None:
    """Raise ValueError for a language without a catalog."""
    if language not in languages():
        raise ValueError(f"language: {language!r} is unknown; there are {', '.join(languages())}")


@cache
def catalog(language: str) -> dict[str, str]:
    """Return all texts of a language by "section.name"."""
    folder = files(__package__) / "languages" / language
    parts = [
        tomllib.loads(part.read_text(encoding="utf-8")) for part in folder.iterdir() if part.name.endswith(".toml")
    ]
    return {
        f"{section}.{name}": text for part in parts for section, texts in part.items() for name, text in texts.items()
    }


def pieces(message: Message | Piece, language: str) -> list[Piece]:
    """Return a message in a language, as words and formulas in order.

    >>> pieces(Message("words.layer", l=2), "en"), pieces(Message("words.layer", l=2), "zh")
    (['layer 2'], ['第 2 层'])
    """
    if not isinstance(message, Message):
        return [message]
    values = dict(message.values)
    found: list[Piece] = []
    for part in re.split(r"(\{\w+\})", catalog(language)[message.key]):
        value = values[part[1:-1]] if re.fullmatch(r"\{\w+\}", part) else part
        for piece in pieces(value, language) if isinstance(value, Message | Expression) else [str(value)]:
            if found and isinstance(piece, str) and isinstance(found[-1], str):
                found[-1] += piece
            elif piece != "":
                found.append(piece)
    return found
