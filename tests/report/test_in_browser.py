"""A report in a real browser: from disk, without errors or requests, by keyboard, accessible, in each language."""

import re
from functools import cache
from pathlib import Path

import pytest

from clearprop.report import explorer
from clearprop.report.making import report

from . import browsers
from .cases import MODELS, NASTY, subject_model, written

pytestmark = pytest.mark.filterwarnings("ignore")  # of the driver

PAGES = ("preset, two classes", "preset, amounts", "own, classes", "nasty", "several targets")
UNFOLD = "document.querySelectorAll('details').forEach(one => one.open = true)"
#: WCAG A and AA.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def chromium():
    with browsers.launched() as running:
        yield running


@pytest.fixture
def opened(chromium, tmp_path):
    """Open a report from disk; errors and requests are asserted to be none when the test is over."""
    contexts, problems = [], []

    def opened(name: str, made=None, **options):
        path = tmp_path / f"report{len(contexts)}.html"
        (made or written(name)).write(path)
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        browsers.watch(page, problems)
        page.on("request", lambda request: None if request.url == path.as_uri() else problems.append(request.url))
        page.goto(path.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert problems == []


@cache
def axe() -> str:
    module = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    [script] = Path(module.__file__).parent.rglob("axe.min.js")
    return script.read_text(encoding="utf-8")


def violations(page) -> list[str]:
    """What axe-core finds against WCAG A and AA."""
    page.evaluate(axe())
    # Formulas are left out: they have no colours and names of their own, and are most of the elements.
    found = page.evaluate("rules => axe.run({exclude: [['math']]}, {runOnly: rules})", RULES)
    assert len(found["passes"]) > 10
    return [f"{one['id']}: {node['html'][:120]}" for one in found["violations"] for node in one["nodes"]]


@pytest.mark.parametrize("name", PAGES)
def test_a_report_opens_from_disk_and_asks_for_nothing(opened, name):
    page = opened(name)
    assert page.title().startswith("Report on ")
    assert page.locator("main section").count() >= 10
    assert page.locator("svg[role=img]").first.bounding_box()["width"] > 100


def test_nothing_of_a_name_runs(opened):
    page = opened("nasty")
    assert page.locator("script").count() == 5
    assert page.locator("img").count() == 0
    assert NASTY[0] in page.locator("#data").inner_text()


@pytest.mark.parametrize(
    ("name", "language", "theme"),
    [*((name, "en", "light") for name in PAGES), (PAGES[0], "zh", "dark"), (PAGES[1], "en", "dark")],
)
def test_a_report_is_accessible(opened, name, language, theme):
    page = opened(name, color_scheme=theme)
    page.locator(f".switches button[lang={language}]").click()
    page.evaluate(UNFOLD)
    assert violations(page) == []


def test_a_phone_is_enough(opened):
    page = opened("preset, two classes", viewport={"width": 390, "height": 800}, has_touch=True)
    page.evaluate(UNFOLD)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page) == []


def test_the_check_of_accessibility_would_notice(opened):
    page = opened("several targets")
    page.evaluate("document.querySelector('svg').removeAttribute('aria-label')")
    page.evaluate("document.querySelector('main p').style.color = '#ccc'")
    assert {found.partition(":")[0] for found in violations(page)} == {"svg-img-alt", "color-contrast"}


def test_the_language_is_switched(opened):
    page = opened("own, classes")
    assert "Contents" in page.locator("nav").inner_text() and "目录" not in page.locator("nav").inner_text()
    page.get_by_role("button", name="中文").click()
    assert page.evaluate("document.documentElement.lang") == "zh"
    assert "目录" in page.locator("nav").inner_text() and "Contents" not in page.locator("nav").inner_text()
    assert page.title().startswith("模型报告")
    picture = page.locator("svg[role=img]").first
    assert picture.get_attribute("aria-label") == picture.get_attribute("data-label-zh")
    assert page.get_by_role("button", name="中文").get_attribute("aria-pressed") == "true"
    assert page.get_by_role("button", name="English").get_attribute("aria-pressed") == "false"


@pytest.mark.parametrize("preferred", ["light", "dark"])
def test_the_theme_is_that_of_the_system_until_it_is_switched(opened, preferred):
    def brightness():
        return page.evaluate("parseInt(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])")

    page = opened("own, classes", color_scheme=preferred)
    assert (brightness() > 200) == (preferred == "light")
    page.get_by_role("button", name="Dark" if preferred == "light" else "Light").click()
    assert (brightness() > 200) == (preferred == "dark")


def test_the_keyboard_is_enough(opened):
    page = opened("own, classes")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.documentElement.lang") == "zh"
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details[open]").count() == 1
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


FAKE = """const mount = (place, shown, options) => {
  const told = `${shown.network.sizes.join("-")}, ${shown.rows.length} rows`;
  const tell = (language) => { place.textContent = `${language}: ${told}`; };
  tell(options.language);
  return { setLanguage: tell };
};
export { mount as default, mount };
"""


def test_the_explorer_is_given_its_place_its_data_and_the_language(opened, monkeypatch):
    monkeypatch.setattr(explorer, "bundle", lambda: FAKE)
    model, table, y = subject_model("own, classes")
    page = opened("own, classes", made=report(model, table, y))
    place = page.locator("#explorer")
    assert re.fullmatch(r"en: [\d-]+-6-5-3, \d rows", place.inner_text())
    page.get_by_role("button", name="中文").click()
    assert place.inner_text().startswith("zh: ")
    page.emulate_media(media="print")
    assert not place.is_visible()


def test_code_is_copied_or_selected(opened):
    page = opened("own, classes")
    page.locator(".code button").first.click()
    page.get_by_text("Copied").wait_for()
    assert "load" in page.locator(".code code").first.inner_text()


def test_paper_is_light_and_unfolded(opened, tmp_path):
    page = opened("own, classes", color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert not page.locator(".switches").is_visible()
    page.emulate_media()
    page.pdf(path=tmp_path / "printed.pdf")
    assert (tmp_path / "printed.pdf").stat().st_size > 50_000
    assert page.locator("details[open]").count() == 0  # folded again


def test_every_kind_of_report_draws_its_charts_in_view(opened):
    for name in MODELS:
        page = opened(name)
        rights = "[...document.querySelectorAll('.charts svg')].map(s => s.getBoundingClientRect().right)"
        assert max(page.evaluate(rights), default=0) <= 1280, name
