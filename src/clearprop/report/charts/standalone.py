"""A picture that stands alone: an SVG file in one language, with the colours of a light page as plain numbers.

It is shown where no style sheet of ours is: in saved notebooks, on pages that show these, in programs that draw SVG.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from markupsafe import Markup

from clearprop.derivation.documents.blocks import Content
from clearprop.report.blocks import Drawing
from clearprop.report.charts.canvas import Canvas

#: The picture's class: a page that takes the picture in keeps its own styles.
CLASS = "clearprop-picture"
#: Where the colours and styles of reports stand; a name that several define has the value of the first.
_SHEETS = (
    ("clearprop.report", "report.css"),
    ("clearprop.derivation.documents", "page.css"),
    ("clearprop.derivation.documents", "style.css"),
)
_WHOLE, _OF_PICTURES = {":root", ".report", ".clearprop"}, ".report svg "
_RULE, _DEFINED = re.compile(r"([^{}]+)\{([^{}]*)\}"), re.compile(r"(--[\w-]+):\s*([^;]+)")
_VARIABLE, _LIGHT = re.compile(r"var\((--[\w-]+)[^()]*\)"), re.compile(r"light-dark\(([^,()]+),[^()]*\)")
_MIXED = re.compile(r"color-mix\(in srgb, (#\w{6}) (\d+)%, (#\w{6})\)")


def standalone(drawing: Drawing, label: Content, language: str) -> str:
    """Return a drawing as an SVG file: well-formed XML with its own style on its own ground, which asks for nothing.

    Arguments:
        drawing: what is drawn; label: its text alternative.
        language: of its texts.

    Example:
        >>> from clearprop.mathematics.network import Network
        >>> from clearprop.report.charts.network_picture import NetworkPicture
        >>> found = standalone(NetworkPicture(Network((2, 1))), "a network", "en")
        >>> found.startswith('<svg xmlns="http://www.w3.org/2000/svg"'), "var(" in found
        (True, False)
    """
    canvas = Canvas(*drawing.size, language)
    canvas.add("rect", width=canvas.width, height=canvas.height, rx=6, class_="ground")
    drawing.draw(canvas)
    used = set(" ".join(re.findall(r'class="([^"]*)"', canvas.drawn)).split())
    return str(canvas.svg(label, language, CLASS, Markup(style(used))))


def style(used: set[str]) -> str:
    """Return the rules of reports' pictures for some classes, each colour as a number.

    >>> style({"weight"}).splitlines()[-1]
    '.clearprop-picture .weight { stroke: #d6d7d6; stroke-width: 1; }'
    """
    found = [
        f".{CLASS} {{ max-width: 100%; height: auto; }}",
        f".{CLASS} .ground {{ fill: {_resolved('var(--page)')}; }}",
    ]
    for selector, rule in _rules():
        if selector.startswith(_OF_PICTURES) and set(re.findall(r"\.([\w-]+)", selector)) <= {"report", *used}:
            found.append(f".{CLASS} {selector.removeprefix(_OF_PICTURES)} {{ {_resolved(' '.join(rule.split()))} }}")
    return "\n".join(found)


@cache
def _rules() -> tuple[tuple[str, str], ...]:
    """Every selector with its declarations."""
    return tuple(_read())


def _read() -> Iterator[tuple[str, str]]:
    for package, name in _SHEETS:
        for selectors, rule in _RULE.findall((files(package) / name).read_text(encoding="utf-8")):
            for selector in selectors.split(","):
                yield selector.strip(), rule


@cache
def _variables() -> dict[str, str]:
    found: dict[str, str] = {}
    for selector, rule in _rules():
        for name, value in _DEFINED.findall(rule) if selector in _WHOLE else ():
            found.setdefault(name, value.strip())
    return found


def _resolved(text: str) -> str:
    """Return declarations without names and mixtures of colours, as on a light page."""
    while _VARIABLE.search(text):
        text = _VARIABLE.sub(lambda found: _variables()[found[1]], text)
    text = _LIGHT.sub(r"\1", text)
    text = text.replace("currentColor", _light("--ink")).replace("transparent", _light("--page"))
    return _MIXED.sub(lambda found: _mixed(found[1], int(found[2]) / 100, found[3]), text)


def _light(name: str) -> str:
    return _LIGHT.sub(r"\1", _variables()[name])


def _mixed(colour: str, share: float, other: str) -> str:
    """Return the mixture of two colours, each a # and six digits.

    >>> _mixed("#ff0000", 0.5, "#000000")
    '#800000'
    """
    pairs = zip(bytes.fromhex(colour[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + bytes(round(share * one + (1 - share) * two) for one, two in pairs).hex()
