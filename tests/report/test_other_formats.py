"""A report as Markdown, and on paper."""

import re
import stat

import pytest

from clearprop.derivation.messages import catalog
from clearprop.report import pdf
from clearprop.report.making import report
from clearprop.report.pdf import PrintError, browser

from .cases import MODELS, subject_model, written

needs_chromium = pytest.mark.skipif(browser() is None, reason="no Chromium on the PATH to print with")


@pytest.mark.parametrize("name", MODELS)
def test_markdown_has_every_section_and_charts_as_tables(name):
    made = written(name)
    text = made.to_markdown()
    headings = re.findall("^## (.*)$", text, flags=re.MULTILINE)
    expected = [catalog("en")[f"report_sections.{section.key}"] for section in made.sections]
    assert headings == expected
    assert "<svg" not in text and "<span" not in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) > 30


def test_markdown_is_in_the_language_of_the_report():
    model, table, y = subject_model("MLPClassifier")
    assert report(model, table, y, language="zh").to_markdown().startswith("# 模型报告：")


def test_names_are_text_in_markdown():
    text = written("nasty").to_markdown()
    assert not re.search(r"(?<!\\)<(script|img)", text)
    assert r"\<script\>alert(1)\</script\>" in text
    tables = re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE)
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


@needs_chromium
def test_a_pdf_is_printed(tmp_path):
    model, table, y = subject_model("MLPClassifier")
    report(model, table, y, path=tmp_path / "report.pdf")
    printed = (tmp_path / "report.pdf").read_bytes()
    assert printed.startswith(b"%PDF-") and len(printed) > 50_000
    assert [path.name for path in tmp_path.iterdir()] == ["report.pdf"]


def test_without_a_browser_one_line_says_what_would_help(monkeypatch, tmp_path):
    monkeypatch.setattr(pdf, "BROWSERS", ("no-such-browser", "nor-this", "nor-that"))
    with pytest.raises(PrintError, match=r"^PDF: no Chromium .* install one, or write \.html") as caught:
        written("MLPClassifier").write(tmp_path / "report.pdf")
    assert len(str(caught.value).splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_browser_that_prints_nothing_is_told(monkeypatch, tmp_path):
    broken = tmp_path / "broken-browser"
    broken.write_text("#!/bin/sh\necho something went wrong >&2\nexit 3\n")
    broken.chmod(broken.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(pdf, "BROWSERS", ("broken-browser",))
    with pytest.raises(PrintError, match=r"printed nothing \(exit status 3\): .*something went wrong"):
        written("MLPClassifier").to_pdf()
