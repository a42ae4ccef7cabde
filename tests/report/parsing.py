"""An HTML page as a tree of elements, parsed as a browser would, without one."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "img", "input", "link", "hr", "wbr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    parent: "Element | None" = None
    children: list["Element | str"] = field(default_factory=list)

    def all(self, tag: str = "", **attributes: str) -> list["Element"]:
        """Every element below with this tag and these attributes ("" stands for any value)."""
        found = []
        for child in self.children:
            if isinstance(child, Element):
                wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
                fits = all(
                    name in child.attributes and value in ("", child.attributes[name]) for name, value in wanted.items()
                )
                if (not tag or child.tag == tag) and fits:
                    found.append(child)
                found += child.all(tag, **attributes)
        return found

    def one(self, tag: str = "", **attributes: str) -> "Element":
        [found] = self.all(tag, **attributes)
        return found

    def text(self, language: str = "") -> str:
        """What is shown in a language ("": in all)."""
        parts = []
        for child in self.children:
            if isinstance(child, str):
                parts.append(child)
            elif not language or child.attributes.get("lang", language) == language:
                parts.append(child.text(language))
        return "".join(parts)


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.at = Element("", {})
        self.problems: list[str] = []

    def handle_starttag(self, tag, attributes):
        if len({name for name, _ in attributes}) < len(attributes):
            self.problems.append(f"<{tag}> has an attribute twice")
        element = Element(tag, {name: value or "" for name, value in attributes}, self.at)
        self.at.children.append(element)
        if tag not in VOID:
            self.at = element

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if self.at.tag != tag:
            self.problems.append(f"</{tag}> ends <{self.at.tag}>")
            return
        self.at = self.at.parent

    def handle_data(self, data):
        self.at.children.append(data)


def parsed(text: str) -> Element:
    """The tree of a page; every element that is opened must be closed where it should be."""
    parser = _Parser()
    parser.feed(text)
    parser.close()
    assert parser.problems == []
    assert parser.at is parser.root
    return parser.root
