"""A report on paper: the page, printed to a PDF by a Chromium that is installed."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from clearprop.report.html import to_html

if TYPE_CHECKING:
    from clearprop.report.reports import Report

#: The browsers that can print, by what they are called on the PATH.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PRINTING = ("--headless", "--no-pdf-header-footer", "--run-all-compositor-stages-before-draw")
MOST_SECONDS = 120


class PrintError(ValueError):
    """A PDF cannot be printed; one line says what would help."""


def browser() -> str | None:
    """Return the path of a browser that can print; None where there is none."""
    return next((found for found in map(shutil.which, BROWSERS) if found), None)


def to_pdf(report: "Report") -> bytes:
    """Return a report as a PDF.

    Raises:
        PrintError: no browser is installed, or it prints nothing.
    """
    program = browser()
    if program is None:
        raise PrintError(
            f"PDF: no Chromium was found on the PATH ({', '.join(BROWSERS[:3])}); install one, or write .html and "
            "print it from a browser"
        )
    with tempfile.TemporaryDirectory() as folder:
        page, printed = Path(folder, "report.html"), Path(folder, "report.pdf")
        page.write_text(to_html(report), encoding="utf-8")
        profile = f"--user-data-dir={folder}/profile"
        command = [program, *FLAGS, *PRINTING, profile, f"--print-to-pdf={printed}", page.as_uri()]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=MOST_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PrintError(f"PDF: {program} did not print: {' '.join(str(error).split()):.200}") from None
        if not printed.is_file() or not printed.stat().st_size:
            said = " ".join(done.stderr.split()[-30:])
            raise PrintError(f"PDF: {program} printed nothing (exit status {done.returncode}): {said:.200}")
        return printed.read_bytes()
