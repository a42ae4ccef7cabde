"""A Chromium to drive, and what goes wrong in its pages; who imports this is skipped where there is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from clearprop.report.pdf import FLAGS, browser

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: no page is opened")
if browser() is None:
    pytest.skip("no Chromium on the PATH: no page is opened", allow_module_level=True)

#: WCAG A and AA.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@contextmanager
def launched() -> Iterator:
    """The Chromium of the PATH, until the block ends."""
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=browser(), args=FLAGS)
        yield running
        running.close()


def watch(page, problems: list[str], kinds: tuple[str, ...] = ("error", "warning")) -> None:
    """Add to the problems what a page writes to the console as an error or a warning, throws, or asks a person."""
    page.on("console", lambda message: problems.append(message.text) if message.type in kinds else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: problems.append(dialog.message))


@cache
def axe() -> str:
    module = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    [script] = Path(module.__file__).parent.rglob("axe.min.js")
    return script.read_text(encoding="utf-8")


def violations(page, within: str = "html", *, formulas: bool = False) -> list[str]:
    """What axe-core finds against WCAG A and AA in one part of a page, or in the whole.

    Formulas are most of the elements, and all made in one way: they are looked at where it is asked for.
    """
    page.evaluate(axe())
    place = {"include": [within], "exclude": [] if formulas else [["math"]]}
    found = page.evaluate("([place, rules]) => axe.run(place, {runOnly: rules})", [place, RULES])
    assert len(found["passes"]) > 10
    return [f"{one['id']}: {node['html'][:120]}" for one in found["violations"] for node in one["nodes"]]
