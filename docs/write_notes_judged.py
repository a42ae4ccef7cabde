"""Write docs/notes-judged.*.md: every formula of the two notes with the verdict that is computed anew."""

from pathlib import Path

from clearprop.derivation.messages import languages
from clearprop.derivation.notes.page import judged_notes


def page(language: str) -> Path:
    """Return where the page of a language stands."""
    return Path(__file__).with_name(f"notes-judged.{language}.md")


def main() -> None:
    """Write the page in every language."""
    for language in languages():
        page(language).write_text(judged_notes(language).to_markdown(), encoding="utf-8")


if __name__ == "__main__":
    main()
