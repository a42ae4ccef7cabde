"""A canvas: the elements of one SVG picture, each text in one or every language, colours by name for light and dark."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from clearprop.derivation.documents.blocks import Content
from clearprop.report.texts import in_languages

#: Dashes of the styles, so that colour is never the only sign; the colours are in report.css.
DASHES = ("", "7 3", "2 2.5", "9 3 2 3", "1 3", "12 4 2 4 2 4")
#: A wider picture is not made small on a narrow screen: it is moved there.
BROAD = 460
#: The width of a character of a text, in pixels at the usual size; that of the widest usual font.
CHARACTER = 7.3


class Canvas:
    """Collects elements and writes them out.

    Arguments:
        width, height: in pixels.
        language: the only one of its texts; None: it has all.

    Example:
        >>> canvas = Canvas(10, 10)
        >>> canvas.add("circle", cx=5, cy=5, r=2.50001, class_="dot")
        >>> "<b>" in canvas.svg("a <b>")
        False
    """

    def __init__(self, width: float, height: float, language: str | None = None) -> None:
        self.width, self.height, self.language = width, height, language
        self._elements: list[Markup] = []

    def add(self, name: str, **attributes: Any) -> None:
        """Add an element; an underscore in an attribute's name is a hyphen, one at its end nothing."""
        self._elements.append(Markup("<{}{}/>").format(Markup(name), _attributes(attributes)))

    def line(self, x1: float, y1: float, x2: float, y2: float, **attributes: Any) -> None:
        """Add a straight line."""
        self.add("line", x1=x1, y1=y1, x2=x2, y2=y2, **attributes)

    def path(self, points: list[tuple[float, float]], **attributes: Any) -> None:
        """Add a line through points."""
        steps = (f"{'L' if i else 'M'}{_coordinate(x)} {_coordinate(y)}" for i, (x, y) in enumerate(points))
        self.add("path", d="".join(steps), **attributes)

    def text(self, x: float, y: float, content: Content, **attributes: Any) -> None:
        """Add a text, once where it is the same in every language or there is only one."""
        attributes = {"x": x, "y": y, **attributes}
        texts = self._texts(content)
        if len(set(texts.values())) == 1:
            texts = {"": next(iter(texts.values()))}
        for language, text in texts.items():
            marked = {**attributes, **({"lang": language} if language else {})}
            self._elements.append(Markup("<text{}>{}</text>").format(_attributes(marked), text))

    def _texts(self, content: Content) -> dict[str, str]:
        texts = in_languages(content)
        return texts if self.language is None else {self.language: texts[self.language]}

    @property
    def drawn(self) -> Markup:
        """All elements so far."""
        return Markup("").join(self._elements)

    def svg(self, label: Content, language: str = "en", class_: str = "", style: str = "") -> Markup:
        """Return the picture as one element with a text alternative.

        The label is that of the language; the page's script changes it with the language. With a style of its own, the
        picture is a whole file, and `class_` what its rules begin with.
        """
        labels = self._texts(label)
        attributes = {
            "xmlns": "http://www.w3.org/2000/svg" if style else "",
            "viewBox": f"0 0 {_coordinate(self.width)} {_coordinate(self.height)}",
            "width": self.width,
            "height": self.height,
            "class_": class_ or ("broad" if self.width > BROAD else ""),
            "role": "img",
            "aria_label": labels[language],
            **{f"data_label_{name}": text for name, text in labels.items() if self.language is None},
        }
        inner = Markup("<style>{}</style>").format(style) + self.drawn if style else self.drawn
        return Markup("<svg{}>{}</svg>").format(_attributes(attributes), inner)


def label_width(content: Content, character: float = CHARACTER) -> float:
    """Return about how wide a text is, in the language in which it is widest."""
    from rich.cells import cell_len

    return character * max(cell_len(text) for text in in_languages(content).values())


def _attributes(attributes: Mapping[str, Any]) -> Markup:
    found = Markup("")
    for name, value in attributes.items():
        if value is None or value == "":
            continue
        shown = _coordinate(value) if isinstance(value, float | int) else value
        found += Markup(' {}="{}"').format(Markup(name.rstrip("_").replace("_", "-")), escape(shown))
    return found


def _coordinate(value: float) -> str:
    """Return a number with at most one digit behind the point.

    >>> _coordinate(2.0), _coordinate(2.25), _coordinate(-0.01)
    ('2', '2.2', '0')
    """
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
