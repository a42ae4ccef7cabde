"""A Chromium to drive, and what goes wrong in its pages; who imports this is skipped where there is none."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from clearprop.report.pdf import FLAGS, browser

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: no page is opened")
if browser() is None:
    pytest.skip("no Chromium on the PATH: no page is opened", allow_module_level=True)


@contextmanager
def launched() -> Iterator:
    """The Chromium of the PATH, until the block ends."""
    with playwright.sync_playwright() as driver:
        arguments = [flag for flag in FLAGS if flag not in ("--headless", "--no-pdf-header-footer")]
        running = driver.chromium.launch(executable_path=browser(), args=arguments)
        yield running
        running.close()


def watch(page, problems: list[str]) -> None:
    """Add to the problems what a page writes to the console as an error or a warning, throws, or asks a person."""
    page.on("console", lambda message: problems.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: problems.append(dialog.message))
