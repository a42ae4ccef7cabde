"""`Report`: what the sections have written of a model, to be had as a page, as Markdown or on paper."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from clearprop.derivation.messages import Message
from clearprop.report.blocks import ReportBlock
from clearprop.report.sections import SECTIONS
from clearprop.report.subject import Subject
from clearprop.report.texts import plain
from clearprop.tables import atomic_write

#: The formats by suffix; what each is called.
SUFFIXES = {".html": "HTML", ".htm": "HTML", ".md": "Markdown", ".pdf": "PDF"}


@dataclass(frozen=True)
class WrittenSection:
    """A section with its blocks."""

    key: str
    title: Message
    blocks: tuple[ReportBlock, ...]


@dataclass(frozen=True)
class Report:
    """A report on a model.

    Arguments:
        title, subtitle: of the whole.
        sections: those that apply.
        language: the one in which it is shown first; a page holds all.
    """

    title: Message
    subtitle: Message
    sections: tuple[WrittenSection, ...] = field(repr=False)
    language: str = "en"

    @classmethod
    def on(cls, subject: Subject, language: str = "en") -> "Report":
        """Write every section of a report on a model; those that write nothing are left out."""
        written = [WrittenSection(one.key, one.title, tuple(one.write(subject))) for one in SECTIONS]
        sections = tuple(section for section in written if section.blocks)
        title = Message("report_page.title", name=subject.name)
        subtitle = Message(f"report_page.{'amounts' if subject.classes is None else 'classes'}", target=subject.target)
        return cls(title, subtitle, sections, language)

    def to_html(self) -> str:
        """Return one self-contained page: no request to anywhere, in every language, light and dark, for paper too."""
        from clearprop.report.html import to_html

        return to_html(self)

    def to_markdown(self) -> str:
        """Return Markdown in the report's language; charts are tables."""
        from clearprop.report.markdown import to_markdown

        return to_markdown(self)

    def to_pdf(self) -> bytes:
        """Return a PDF, printed by a Chromium that is installed.

        Raises:
            PrintError: there is none, or it prints nothing; one line says what would help.
        """
        from clearprop.report.pdf import to_pdf

        return to_pdf(self)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the page in a frame of its own."""
        from markupsafe import Markup

        frame = '<iframe srcdoc="{}" style="width: 100%; height: 80vh; border: 0" title="{}"></iframe>'
        return str(Markup(frame).format(self.to_html(), plain(self.title, self.language)))

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the report to a file: HTML, Markdown or PDF by its suffix; whole, or not at all.

        Raises:
            ValueError: an unknown suffix, or no Chromium for a PDF.
            TableError: the folder cannot be written to.
        """
        suffix = checked_suffix(path)
        contents = {
            "HTML": lambda: self.to_html().encode(),
            "Markdown": lambda: self.to_markdown().encode(),
            "PDF": self.to_pdf,
        }[SUFFIXES[suffix]]()
        with atomic_write(path) as temporary:
            temporary.write_bytes(contents)


def checked_suffix(path: str | os.PathLike[str]) -> str:
    """Return the suffix of a report's file, in small letters.

    Raises:
        ValueError: one of no format.

    Example:
        >>> checked_suffix("report.HTML")
        '.html'
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        told = f"the suffix {suffix!r} is unknown" if suffix else "there is no suffix"
        raise ValueError(f"{path}: {told}; a report is written to {', '.join(SUFFIXES)}")
    return suffix
