"""A report in a real browser: from disk, without errors or requests, by keyboard, accessible, in each language."""

import pytest

from .browsers import violations
from .cases import MODELS, NASTY

pytestmark = pytest.mark.filterwarnings("ignore")  # of the driver

PAGES = ("preset, two classes", "preset, amounts", "own, classes", "nasty", "several targets")
UNFOLD = "document.querySelectorAll('details').forEach(one => one.open = true)"


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
    assert violations(page, formulas=name == "own, classes") == []


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
