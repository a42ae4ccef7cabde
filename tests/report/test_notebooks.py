"""The explorer in notebooks: what the widget is given, and the still picture that stands where none runs."""

import base64
import json
import re
import subprocess
import sys
import tomllib
import warnings
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import clearprop.report
from clearprop import Network, forward
from clearprop.derivation.messages import languages
from clearprop.report import explorer, notebooks
from clearprop.report.charts.network_picture import FIRST, LAST, MOST_UNITS
from clearprop.report.charts.standalone import CLASS, style
from clearprop.report.exploring.exploration import exploration
from clearprop.report.notebooks import explore
from clearprop.report.texts import named, number

from .cases import MODELS, NASTY, subject_model

PROJECT = Path(__file__).parents[2] / "pyproject.toml"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def anywidget():
    return pytest.importorskip("anywidget", reason="anywidget is not installed: there are no widgets")


def pair(sizes=(3, 4, 3, 2), seed: int = 0):
    """A network with parameters, two rows and their targets."""
    network, random = Network(sizes, "tanh"), np.random.default_rng(seed)
    X, Y = random.normal(size=(2, sizes[0])), np.eye(sizes[-1])[:2]
    return (network, network.parameters(random.normal(size=network.n_parameters))), X, Y


@cache
def shown(name: str, language: str = "en"):
    model, table, y = subject_model(name)
    return model.explore(table, y, rows=2, language=language)


def bundle_of(widget) -> dict:
    data, _ = widget._repr_mimebundle_()
    return data


def texts(svg: str) -> list[str]:
    return [text.text or "" for text in ET.fromstring(svg).iter(f"{SVG}text")]


def test_the_script_is_sent_what_it_reads(anywidget):
    model, X, Y = pair()
    state = explore(model, X, Y, language="zh").get_state()
    assert state["_esm"] == explorer.bundle()
    assert state["exploration"] == exploration(model, X, Y)
    assert state["language"] == "zh"
    for name in ("exploration", "language"):
        assert f'"{name}"' in explorer.bundle()


def test_the_module_offers_it_and_the_rows_are_chosen(anywidget):
    model, X, Y = pair()
    found = clearprop.report.explore(model, X, Y, rows=[2])
    assert [row["title"] for row in found.exploration["rows"]] == ["#2"]
    assert isinstance(found, anywidget.AnyWidget)


@pytest.mark.parametrize("name", ["preset, classes", "own, amounts", "TabularRegressor", "MLPClassifier"])
def test_a_model_is_explored_as_the_function_does_it(anywidget, name):
    model, table, y = subject_model(name)
    assert shown(name).exploration == exploration(model, table, y, rows=2)


def test_the_language_is_followed(anywidget):
    model, X, Y = pair()
    found = explore(model, X, Y)
    english = bundle_of(found)
    found.language = "zh"
    chinese = bundle_of(found)
    for kind in ("image/svg+xml", "text/plain"):
        assert "目标" in chinese[kind] and "目标" not in english[kind]
        assert "target" in english[kind] and "target" not in chinese[kind]
    traitlets = pytest.importorskip("traitlets")
    with pytest.raises(traitlets.TraitError, match="language"):
        found.language = "fr"
    with pytest.raises(ValueError, match="language: 'fr' is unknown; there are en, zh"):
        explore(model, X, Y, language="fr")


def test_a_new_exploration_is_drawn(anywidget):
    model, X, Y = pair()
    found = explore(model, X, Y)
    before = bundle_of(found)["text/plain"]
    found.exploration = exploration(model, X, Y, rows=[2])
    assert "#1" in before and "#2" in bundle_of(found)["text/plain"]


def test_without_anywidget_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.setattr(notebooks, "exploration", lambda *_, **__: pytest.fail("worked before it said so"))
    notebooks._widget.cache_clear()
    model, X, Y = pair()
    with pytest.raises(ImportError) as caught:
        explore(model, X, Y)
    assert str(caught.value) == 'explore needs anywidget: pip install "clearprop[notebook]"'
    extras = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert any(needed.startswith("anywidget>=") for needed in extras["notebook"])


def test_reports_load_no_widgets():
    program = (
        "import sys, clearprop.report.notebooks; from clearprop.report import explore, Report\n"
        "print([name for name in ('anywidget', 'ipywidgets', 'IPython') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", MODELS)
def test_the_picture_is_a_file_by_itself(anywidget, name, language):
    data = bundle_of(shown(name, language))
    assert set(data) == {"text/plain", "image/svg+xml", WIDGET_VIEW}
    root = ET.fromstring(data["image/svg+xml"])
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "style", "rect", "line", "circle", "text",
    }  # fmt: skip
    names = {name for element in root.iter() for name in element.attrib}
    assert not names & {"href", "src", "style"} and not [name for name in names if name.startswith("on")]
    rules = root.findtext(f"{SVG}style").splitlines()
    assert all(rule.startswith(f".{CLASS}") for rule in rules)  # a page that takes it in keeps its own styles
    assert not re.search(r"var\(|url\(|light-dark|color-mix|@import", "".join(rules))
    row = shown(name, language).exploration["rows"][0]
    assert number(row["loss"]) in root.get("aria-label")
    assert root.get("aria-label") in texts(data["image/svg+xml"])
    assert root.get("aria-label") in data["text/plain"]
    assert all(len(line) < 160 for line in data["text/plain"].splitlines())


def test_names_are_texts(anywidget):
    data = bundle_of(shown("nasty"))
    row = shown("nasty").exploration["rows"][0]
    assert row["target"] in [named(name) for name in NASTY]
    assert "<script" not in data["image/svg+xml"] and "<img" not in data["image/svg+xml"]
    for wrong in NASTY:
        model, X, Y = pair((2, 2, 2))
        found = explore(model, X, Y)
        found.exploration = {
            **found.exploration,
            "network": {**found.exploration["network"], "input_names": [wrong, "b"], "output_names": [wrong, "d"]},
            "rows": [{**found.exploration["rows"][0], "target": wrong, "predicted": wrong}],
        }
        svg = bundle_of(found)["image/svg+xml"]
        assert texts(svg).count(named(wrong, 24)) == 2
        assert named(wrong, 40) in ET.fromstring(svg).get("aria-label")


def test_each_unit_has_its_value_and_of_a_wide_layer_the_first_and_the_last(anywidget):
    sizes = (3, 9, MOST_UNITS, 2)
    (network, parameters), X, Y = pair(sizes)
    svg = bundle_of(explore((network, parameters), X, Y))["image/svg+xml"]
    root = ET.fromstring(svg)
    written = {(text.get("x"), float(text.get("y")) - 4): text.text for text in root.iter(f"{SVG}text")}
    units = [e for e in root.iter(f"{SVG}circle") if e.get("class").startswith("unit")]
    found = [written[unit.get("cx"), float(unit.get("cy"))] for unit in units]
    expected = []
    for a, n in zip(forward(network, parameters, X[:1]).a, sizes, strict=True):
        drawn = a[0] if n <= MOST_UNITS else [*a[0][:FIRST], *a[0][n - LAST :]]
        expected += [number(float(np.float32(value)), 3) for value in drawn]
    assert found == expected and len(found) == 3 + FIRST + LAST + MOST_UNITS + 2


def test_its_colours_can_be_read_on_any_page():
    rules = dict(re.findall(rf"\.{CLASS} (\S+) {{[^}}]*fill: (#\w{{6}})", style({"ground", "text", "tick", "label"})))
    ground = luminance(rules.pop(".ground"))
    assert set(rules) == {"text", ".tick"}
    assert all((ground + 0.05) / (luminance(colour) + 0.05) >= 4.5 for colour in rules.values())


def luminance(colour: str) -> float:
    """The relative luminance of WCAG."""
    shares = [value / 255 for value in bytes.fromhex(colour[1:])]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


CELL = """
import numpy as np
from clearprop import Network, report
network = Network((2, 3, 2), "tanh")
model = network, network.parameters(np.sin(np.arange(network.n_parameters)))
report.explore(model, [[0.5, -1.0]], [[0.0, 1.0]])
"""


@pytest.fixture(scope="module")
def executed():
    """A notebook of one cell that was run by Jupyter's own client."""
    for module in ("anywidget", "ipykernel", "nbclient", "nbconvert", "nbformat"):
        pytest.importorskip(module, reason=f"{module} is not installed: no notebook is run")
    import nbclient
    import nbformat

    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        nbclient.NotebookClient(book, timeout=60, kernel_name="python3").execute()
    nbformat.validate(book)
    return book


def html_of(book, *, with_state: bool) -> str:
    import nbformat
    from nbconvert import HTMLExporter

    book = json.loads(json.dumps(book))
    if not with_state:
        del book["metadata"]["widgets"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return HTMLExporter().from_notebook_node(nbformat.from_dict(book))[0]


def scripts(html: str) -> list[str]:
    return re.findall(r'<script[^>]*src="([^"]+)"', html)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_an_exported_notebook_has_the_picture_and_no_script_for_it(executed):
    import nbformat

    [output] = executed.cells[0].outputs
    html = html_of(executed, with_state=False)
    [image] = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', html)
    assert base64.b64decode(image).decode().strip() == output["data"]["image/svg+xml"].strip()
    empty = nbformat.v4.new_notebook(cells=[], metadata={"widgets": {}})
    assert scripts(html) == scripts(html_of(empty, with_state=False))  # those that nbconvert gives to every page
    assert "widget" not in html.partition("<main")[2]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_an_export_with_the_state_of_widgets_holds_the_whole_explorer(executed):
    page = html_of(executed, with_state=True)
    [state] = re.findall(r'<script type="application/vnd.jupyter.widget-state\+json">(.*?)</script>', page, re.DOTALL)
    models = json.loads(state)["state"].values()
    [found] = [model["state"] for model in models if "exploration" in model["state"]]
    assert found["_esm"] == explorer.bundle() and found["exploration"]["network"]["sizes"] == [2, 3, 2]
