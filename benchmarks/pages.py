"""Pages that a run writes into: what is computed stands between two marks, and the rest is left as it is."""

from pathlib import Path


def marks(benchmark: str) -> tuple[str, str]:
    """Return the two lines between which a benchmark writes."""
    return f"<!-- {benchmark}: start (python -m benchmarks.{benchmark} --write) -->", f"<!-- {benchmark}: end -->"


def write_block(page: Path, benchmark: str, computed: str) -> None:
    """Write a page anew with what was computed in the place of what stands there."""
    text = page.read_text(encoding="utf-8")
    page.write_text(with_block(text, benchmark, computed, page.name), encoding="utf-8")


def with_block(text: str, benchmark: str, computed: str, name: str = "the page") -> str:
    """Return the text with what was computed in the place of what it has; raises ValueError without both marks."""
    start, end = marks(benchmark)
    before, found_start, rest = text.partition(start)
    _, found_end, after = rest.partition(end)
    if not found_start or not found_end:
        raise ValueError(f"{name} needs the lines {start!r} and {end!r}")
    return f"{before}{start}\n\n{computed}\n{end}{after}"
