"""A report as one HTML page: every language in it, charts as SVG, formulas as MathML, no request to anywhere."""

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from clearprop.derivation.documents.blocks import Content, Document
from clearprop.derivation.documents.html import Page, templates
from clearprop.derivation.messages import Message
from clearprop.report import explorer
from clearprop.report.blocks import Chart, Charts, Explanation, Explorer, Facts, Finding, Fold, ReportBlock
from clearprop.report.charts.canvas import Canvas
from clearprop.report.texts import in_languages, known_languages, plain

if TYPE_CHECKING:
    from clearprop.report.reports import Report

#: What each tone of a finding is called, and the sign that stands before it.
TONES = {"good": "✓", "note": "ⓘ", "warning": "⚠"}
#: Each formula says that it is MathML; a browser knows.
_NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'
_EXPORT = re.compile(r"\bexport\s*\{([^{}]*)\}\s*;?\s*$")


def to_html(report: "Report") -> str:
    """Return a report as one page that needs nothing else."""
    writer = _Writer(report)
    page = templates(__package__).get_template("page.html.jinja")
    return page.render(
        language=report.language,
        languages=[(language, plain(_text("language"), language)) for language in known_languages()],
        plain_title=plain(report.title, report.language),
        title=writer.words(report.title),
        subtitle=writer.words(report.subtitle),
        texts={key: writer.words(_text(key)) for key in ("contents", "dark", "light", "copy")},
        script_texts=json_text({"copied": in_languages(_text("copied")), "title": in_languages(report.title)}),
        sections=[writer.section(section) for section in report.sections],
        explorer=writer.explorer(),
    )


def json_text(value: Any) -> Markup:
    """Return JSON that can stand within a script element, whatever texts it holds: it has no <.

    >>> "<" in json_text({"name": "</script><b>"})
    False
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    for sign in "<\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def merged(found: Mapping[str, Any]) -> Any:
    """Return what the languages say as one: whatever is the same in all stands once.

    >>> merged({"en": {"n": 1, "text": "a"}, "zh": {"n": 1, "text": "b"}})
    {'n': 1, 'text': Markup('<span lang="en">a</span><span lang="zh">b</span>')}
    """
    first, *others = found.values()
    if isinstance(first, dict):
        joined = {key: merged({name: value[key] for name, value in found.items()}) for key in first if key != "names"}
        if "names" in first:  # attributes, one a language
            several = zip(*(value["names"] for value in found.values()), strict=True)
            joined["names"] = [Markup(" ").join(attributes) for attributes in several]
        return joined
    if isinstance(first, list):
        return [merged({name: value[i] for name, value in found.items()}) for i in range(len(first))]
    if all(other == first for other in others):
        return first
    return Markup("").join(Markup('<span lang="{}">{}</span>').format(name, value) for name, value in found.items())


class _Writer:
    """Turns a report's blocks into what the template prints."""

    def __init__(self, report: "Report") -> None:
        self.report = report
        self.pages = {language: self._page(Document((), language)) for language in known_languages()}
        self.n_explanations = 0
        self.exploration: Mapping[str, Any] | None = None

    def _page(self, document: Document, prefix: str = "", lower: int = 0) -> Page:
        return Page(document, prefix, lower, f"data-heading-{document.language}")

    def words(self, content: Content) -> Markup:
        """A sentence in every language."""
        return _short(merged({language: page.words(content) for language, page in self.pages.items()}))

    def section(self, section: Any) -> dict[str, Any]:
        """A section with its blocks."""
        blocks = [self.block(block, section.key) for block in section.blocks]
        return {"key": section.key, "title": self.words(section.title), "blocks": blocks}

    def block(self, block: ReportBlock, key: str) -> dict[str, Any]:
        """A block of any kind."""
        for kind, write in _WRITERS.items():
            if isinstance(block, kind):
                return write(self, block, key)
        return _short(merged({language: page.block(block) for language, page in self.pages.items()}))  # type: ignore[arg-type]

    def facts(self, block: Facts, key: str) -> dict[str, Any]:
        """Names and values."""
        return {"kind": "facts", "rows": [(self.words(name), self.words(value)) for name, value in block.rows]}

    def finding(self, block: Finding, key: str) -> dict[str, Any]:
        """A finding with its sign and what that means."""
        pages = self.pages.items()
        text = merged({language: page.running(block.sentences) for language, page in pages})
        tone = self.words(_text(block.tone))
        return {"kind": "finding", "tone": block.tone, "sign": TONES[block.tone], "says": tone, "text": _short(text)}

    def fold(self, block: Fold, key: str) -> dict[str, Any]:
        """What opens."""
        inner = [self.block(one, key) for one in block.blocks]
        return {"kind": "fold", "summary": self.words(block.summary), "blocks": inner, "on_paper": block.on_paper}

    def chart(self, block: Chart, key: str) -> dict[str, Any]:
        """A picture, its caption, and its numbers."""
        canvas = Canvas(*block.drawing.size)
        block.drawing.draw(canvas)
        label = Message("report_page.chart_label", title=block.title, says=block.says)
        return {
            "kind": "chart",
            "title": self.words(Message("report_page.caption", title=block.title)),
            "says": self.words(block.says),
            "svg": canvas.svg(label, self.report.language),
            "numbers": None if block.numbers is None else self.block(block.numbers, key),
            "fold": self.words(_text("numbers")),
        }

    def charts(self, block: Charts, key: str) -> dict[str, Any]:
        """Pictures side by side."""
        return {"kind": "charts", "charts": [self.chart(chart, key) for chart in block.charts]}

    def explanation(self, block: Explanation, key: str) -> dict[str, Any]:
        """A document of `derivation`, its headings a level lower; its lines have ids of their own."""
        found = {}
        self.n_explanations += 1
        for language in known_languages():
            document = block.document(language)
            page = self._page(document, f"{key}-{self.n_explanations}-step-", 1)
            found[language] = [page.block(one) for one in document.blocks]
        return {"kind": "explanation", "blocks": _short(merged(found))}

    def place(self, block: Explorer, key: str) -> dict[str, Any]:
        """Where the explorer draws itself."""
        self.exploration = block.exploration
        return {"kind": "explorer", "id": explorer.PLACE}

    def explorer(self) -> dict[str, Any] | None:
        """The explorer's script and data, where the report has a place for it."""
        if self.exploration is None:
            return None
        shown = {"data": json_text(self.exploration), "data_id": explorer.DATA, "id": explorer.PLACE}
        return {"script": as_global(explorer.bundle()), **shown}


def _text(key: str) -> Message:
    """One of the page's own words."""
    return Message(f"report_page.{key}")


_WRITERS: dict[type, Callable[[_Writer, Any, str], dict[str, Any]]] = {
    Facts: _Writer.facts,
    Finding: _Writer.finding,
    Fold: _Writer.fold,
    Chart: _Writer.chart,
    Charts: _Writer.charts,
    Explanation: _Writer.explanation,
    Explorer: _Writer.place,
}


def as_global(script: str) -> Markup:
    """Return a bundled module as a script within a page: what it exports becomes `clearpropExplorer`.

    >>> print(as_global("const a=1;export{a as mount};"))
    const a=1;globalThis.clearpropExplorer={mount:a};
    """
    found = _EXPORT.search(script)
    if found is None:
        raise ValueError("explorer.js: a bundle that ends with export{...} is needed; build it again")
    pairs = [part.split(" as ") for part in map(str.strip, found[1].split(",")) if part]
    exported = ",".join(f"{names[-1].strip()}:{names[0].strip()}" for names in pairs)
    text = f"{script[: found.start()]}globalThis.clearpropExplorer={{{exported}}};"
    return Markup(text.replace("</script", r"<\/script").replace("<!--", r"<\!--"))


def _short(value: Any) -> Any:
    """Leave out of every formula what a browser knows."""
    if isinstance(value, Markup):
        return Markup(str(value).replace(_NAMESPACE, ""))
    if isinstance(value, dict):
        return {name: _short(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_short(part) for part in value]
    return value
