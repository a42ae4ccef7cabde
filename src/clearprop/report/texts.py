"""Words and numbers of a report: the same in every language where they are data, and harmless whatever they are."""

import math
import unicodedata
from collections.abc import Sequence
from functools import cache

from clearprop.derivation.documents.blocks import Content
from clearprop.derivation.documents.words import sentence
from clearprop.derivation.messages import languages
from clearprop.derivation.printing.unicode import to_unicode

#: An isolate around a name that is written from right to left, so that it does not turn its sentence round.
_ISOLATE = "\u2068{}\u2069"
_RIGHT_TO_LEFT = {"R", "AL", "AN"}
#: Signs that are not seen but turn what follows round, or end an isolate.
_TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def plain(content: Content, language: str) -> str:
    """Return a content as plain text.

    >>> from clearprop.derivation.messages import Message
    >>> plain(Message("words.layer", l=2), "zh")
    '第 2 层'
    """
    return sentence(content, language, str, lambda node: to_unicode(node, language=language))


def in_languages(content: Content) -> dict[str, str]:
    """Return a content as plain text in every language there is.

    >>> in_languages("age")
    {'en': 'age', 'zh': 'age'}
    """
    return {language: plain(content, language) for language in known_languages()}


@cache
def known_languages() -> tuple[str, ...]:
    """Return the languages that a report is written in."""
    return tuple(languages())


def named(name: object, most: int = 0) -> str:
    """Return a name of a column, category or class as one harmless line; with `most`, cut to so many characters.

    >>> named(" a  <b> "), named("x" * 9, 5), named("")
    ('a <b>', 'xxxx…', '""')
    """
    text = " ".join(str(name).split()) or '""'
    text = "".join("\ufffd" if _is_unseen(sign) else sign for sign in text)
    if most and len(text) > most:
        text = text[: most - 1] + "…"
    if any(unicodedata.bidirectional(sign) in _RIGHT_TO_LEFT for sign in text):
        return _ISOLATE.format(text)
    return text


def _is_unseen(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cs") or unicodedata.bidirectional(sign) in _TURNING


def listed(names: Sequence[object], most: int = 8) -> str:
    """Return names one after the other, many of them cut.

    >>> listed(["a", "b", "c"], most=2)
    'a, b, …'
    """
    shown = [named(name, 40) for name in names[:most]]
    return ", ".join([*shown, *(["…"] if len(names) > most else [])])


def number(value: float | None, digits: int = 4) -> str:
    """Return a number for a person, with so many significant digits.

    >>> number(0.85712), number(-2.0), number(16281.4), number(1.5e-7), number(None), number(float("nan"))
    ('0.8571', '−2', '16,281', '1.5e−7', '–', '–')
    """
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if (float(value).is_integer() or abs(value) >= 1000) and abs(value) < 1e12:
        return f"{value:,.0f}".replace("-", "−")
    text = f"{value:.{digits}g}"
    mantissa, e, exponent = text.partition("e")
    text = f"{mantissa}e{int(exponent)}" if e else mantissa
    return text.replace("-", "−")


def percent(share: float, digits: int = 1) -> str:
    """Return a share as a percentage.

    >>> percent(0.8571), percent(1.0)
    ('85.7%', '100.0%')
    """
    return f"{100 * share:.{digits}f}%"
