"""A report as a page: whole, harmless, in every language, and asking nobody for anything."""

import json
import re
from html import unescape
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from clearprop.derivation.messages import languages
from clearprop.estimators.table_model import TableModel
from clearprop.report import explorer
from clearprop.report.html import as_global, json_text, merged
from clearprop.report.making import report
from clearprop.report.sections import SECTIONS
from clearprop.report.subject import subject_of
from clearprop.report.texts import named
from clearprop.report.views import view_of

from .cases import MODELS, NASTY, PRESET, page, subject_model, written
from .parsing import Element, parsed

LANGUAGES = languages()
#: Names within SVG and MathML, which nothing is loaded from.
NAMESPACES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"}
#: Sections that need rows with one target.
MEASURED = {"worst_rows", "importance"}


@pytest.mark.parametrize("name", MODELS)
def test_a_page_is_whole(name):
    root = parsed(page(name))
    html = root.one("html")
    ids = [element.attributes["id"] for element in html.all(id="")]
    assert len(ids) == len(set(ids))
    links = [element.attributes["href"] for element in html.all("a", href="")]
    assert links and {link.removeprefix("#") for link in links} <= set(ids)
    headings = [int(element.tag[1]) for element in html.all() if re.fullmatch("h[1-6]", element.tag)]
    assert headings[0] == 1 and headings.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(headings))


@pytest.mark.parametrize("name", MODELS)
def test_a_page_asks_nobody_for_anything(name):
    text, root = page(name), parsed(page(name))
    assert not {"link", "img", "iframe", "object", "embed", "video", "audio", "base", "form"} & {
        e.tag for e in root.all()
    }
    assert root.all(src="") == root.all(srcset="") == root.all(action="") == root.all(style="background") == []
    assert "@import" not in text and "url(" not in text
    assert set(re.findall(r"https?://[^\s\"'<>)\\]+", text)) <= NAMESPACES
    policy = root.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    assert policy.startswith("default-src 'none'")


@pytest.mark.parametrize("name", MODELS)
def test_every_section_is_there_or_left_out_for_a_reason(name):
    root = parsed(page(name))
    sections = {element.attributes["id"] for element in root.all("section")}
    expected = {section.key for section in SECTIONS}
    if name in ("several targets", "labels"):
        expected -= MEASURED
        why = root.one("section", id="measures").text("en")
        assert "several targets" in why
    assert sections == expected
    contents = [element.attributes["href"] for element in root.one("nav").all("a")]
    assert contents == [f"#{section.key}" for section in SECTIONS if section.key in expected]


@pytest.mark.parametrize("name", MODELS)
def test_all_is_said_in_every_language(name):
    root = parsed(page(name)).one("body")
    spoken = [element for element in root.all(lang="") if element.tag != "button"]
    assert {element.attributes["lang"] for element in spoken} == set(LANGUAGES)
    for parent in {id(element.parent): element.parent for element in spoken}.values():
        said = [
            child.attributes["lang"]
            for child in parent.children
            if isinstance(child, Element) and "lang" in child.attributes
        ]
        assert said == LANGUAGES * (len(said) // len(LANGUAGES)), parent.text()[:80]
    for language in LANGUAGES:
        text = root.one("main").text(language)
        assert not re.search(r"\{\w+\}", text.replace(NASTY[4], "")), re.search(r".{30}\{\w+\}.{30}", text)[0]
    chinese = re.findall("[\u4e00-\u9fff]", root.one("main").text("zh"))
    assert len(chinese) > 500
    assert not set(re.findall("[\u4e00-\u9fff]", root.one("main").text("en"))) - set("".join(NASTY))


def test_the_language_that_is_shown_first_is_the_one_asked_for():
    model, table, y = subject_model("MLPClassifier")
    root = parsed(report(model, table, y, language="zh").to_html())
    assert root.one("html").attributes["lang"] == "zh"
    pressed = [button.attributes["lang"] for button in root.all("button", aria_pressed="true")]
    assert pressed == ["zh"]
    pictures = root.all("svg", role="img")
    assert pictures and all(
        picture.attributes["aria-label"] == picture.attributes["data-label-zh"] for picture in pictures
    )
    with pytest.raises(ValueError, match="language: 'xx' is unknown"):
        report(model, table, y, language="xx")


@pytest.mark.parametrize("name", MODELS)
def test_every_picture_has_a_text_and_every_scrolling_box_can_be_reached(name):
    root = parsed(page(name))
    pictures = root.all("svg")
    assert len(pictures) >= 2
    for picture in pictures:
        assert picture.attributes["role"] == "img"
        for language in LANGUAGES:
            assert len(picture.attributes[f"data-label-{language}"]) > 10
    boxes = [
        element for element in root.all("div", class_="") if element.attributes["class"] in ("wide", "table", "picture")
    ]
    assert boxes and all(box.attributes.get("tabindex") == "0" for box in boxes)
    assert all(box.attributes.get("tabindex") == "0" for box in root.all("pre"))


def test_names_are_text_whatever_they_contain():
    text, root = page("nasty"), parsed(page("nasty"))
    scripts = root.all("script")
    types = [script.attributes.get("type") for script in scripts]
    assert types == ["application/json", None, "application/json", "module", "module"]
    for kind, script in zip(types, scripts, strict=True):
        assert kind == "application/json" or "alert" not in script.text()
    assert not [e for e in root.all() if any(name.startswith("on") for name in e.attributes)]
    shown = root.one("body").text()
    for name in NASTY:
        assert named(name) in shown, name
    assert "49" not in re.findall(r"\{\{.*?\}\}|\b49\b", root.one("section", id="data").text("en"))
    assert "\u202e" not in text
    bars = [element.text() for element in root.one("section", id="importance").all("text")]
    assert any(bar.startswith("<script>") for bar in bars)


def test_the_check_of_names_would_notice():
    with pytest.raises(AssertionError):
        parsed(page("nasty").replace("&lt;script&gt;alert(1)&lt;/script&gt;", NASTY[0], 1).replace("</script>", "", 1))
    injected = page("nasty").replace("&lt;script&gt;alert(1)&lt;/script&gt;", NASTY[0], 1)
    assert len(parsed(injected).all("script")) > 5


def test_json_within_a_script_cannot_end_it():
    value = {name: [name, 1.5] for name in NASTY}
    text = str(json_text(value))
    assert "<" not in text and "\u2028" not in text
    assert json.loads(text) == value
    with pytest.raises(ValueError, match="JSON"):
        json_text({"x": float("nan")})


def test_what_languages_share_stands_once():
    assert merged({"en": ["a", {"b": "c"}], "zh": ["a", {"b": "c"}]}) == ["a", {"b": "c"}]
    assert str(merged({"en": "<", "zh": ">"})) == '<span lang="en">&lt;</span><span lang="zh">&gt;</span>'


def test_a_bundle_becomes_a_script_within_the_page():
    assert as_global("let a=1;export{a as default,b as mount};\n").endswith(
        "globalThis.clearpropExplorer={default:a,mount:b};"
    )
    assert "</script" not in as_global('const t="</script>";export{t};')
    with pytest.raises(ValueError, match=r"explorer\.js"):
        as_global("let a = 1")


def test_the_explorer_shows_the_worst_rows():
    model, table, y = subject_model("nasty")
    made = report(model, table, y)
    root = parsed(made.to_html())
    assert root.one("section", id="explore").one("div", id="explorer")
    shown = json.loads(root.one("script", id="exploration").text())
    assert shown["format"] == 1
    worst = subject_of(view_of(model), table, y, name="x").rows
    assert f"#{worst.numbers[worst.losses.argmax()]}" in [row["title"] for row in shown["rows"]]


def test_a_report_says_why_it_has_no_explorer(monkeypatch):
    model, table, y = subject_model("own, classes")
    section = parsed(report(model).to_html()).one("section", id="explore")
    assert "No rows were given" in section.text("en") and not section.all(id="explorer")
    monkeypatch.setattr(explorer, "MOST_PARAMETERS", 10)
    root = parsed(report(model, table, y).to_html())
    assert "more than the 10" in root.one("section", id="explore").text("en") and not root.all(id="explorer")
    assert len(root.all("script")) == 2


def wide_table(n: int, n_columns: int, n_classes: int) -> pa.Table:
    random = np.random.default_rng(0)
    columns = {f"measured quantity number {k}": random.normal(size=n).round(3) for k in range(n_columns - 20)}
    texts = np.array([f"category {k}" for k in range(12)])
    columns |= {f"described property number {k}": texts[random.integers(0, 12, n)] for k in range(20)}
    return pa.table({**columns, "class": [f"class {k}" for k in random.integers(0, n_classes, n)]})


@pytest.mark.parametrize("arguments", [{**PRESET, "max_epochs": 1}, {"max_iter": 2}], ids=["preset", "own"])
def test_a_large_table_makes_a_page_below_two_megabytes(arguments):
    table = wide_table(600, 100, 20)
    model = TableModel.fit(table, "class", **arguments)
    text = report(model, table, trained_on=True).to_html()
    assert 2e5 < len(text.encode()) < 2e6
    assert parsed(text).one("section", id="data").all("details")  # long tables fold


def test_what_is_written_is_what_is_shown(tmp_path):
    made = written("own, classes")
    made.write(tmp_path / "report.HTML")
    assert (tmp_path / "report.HTML").read_text(encoding="utf-8") == made.to_html()
    assert made.to_html() in unescape(made._repr_html_())
    assert [path.name for path in tmp_path.iterdir()] == ["report.HTML"]


@pytest.mark.parametrize(
    ("name", "says"), [("report.docx", "'.docx'"), ("report", "no suffix"), ("no/report.html", "no")]
)
def test_a_file_that_cannot_be_written_is_told_before_the_work(tmp_path, name, says):
    model, table, y = subject_model("MLPClassifier")
    with pytest.raises(ValueError, match=re.escape(says)) as caught:
        report(model, table[:0], y, path=tmp_path / name)
    assert len(str(caught.value).splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
