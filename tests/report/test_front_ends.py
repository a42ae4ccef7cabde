"""JupyterLab and marimo show the explorer: opened in a real browser, what is clicked there has Python's gradients."""

import json
import textwrap

import numpy as np
import pytest

from clearprop import backward, forward

from . import browsers, front_ends

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # of the driver

CODE = """
import numpy as np
from clearprop import Network, report

network = Network((3, 4, 3, 2), "tanh")
parameters = network.parameters(np.sin(1.7 * np.arange(network.n_parameters)))
X, Y = np.array([[0.5, -1.0, 2.0], [1.5, 0.2, -0.7]]), np.array([[0.0, 1.0], [1.0, 0.0]])
shown = report.explore((network, parameters), X, Y)
"""
MARIMO = """
import marimo

app = marimo.App()


@app.cell
def _():
{code}
    shown
    return
"""
TOKEN = "token"


@pytest.fixture
def opened(chromium):
    """A page that must have nothing to complain of."""
    problems = []
    with chromium.new_context(viewport={"width": 1400, "height": 1400}) as context:
        page = context.new_page()
        page.set_default_timeout(1000 * front_ends.MOST_SECONDS)
        browsers.watch(page, problems, ("error",))  # front ends warn of their own preloading
        yield page
    assert [problem for problem in problems if "service worker" not in problem] == []  # marimo's own, in some versions


def gradients():
    """What the code that trains computes of the first row."""
    names = {}
    exec(CODE.replace("shown = ", "pass; "), names)
    network, parameters, X, Y = (names[name] for name in ("network", "parameters", "X", "Y"))
    return backward(network, parameters, forward(network, parameters, X[:1]), Y[:1])


#: Where on the screen a quarter of a line lies from its end on: at the middle, lines cross.
NEAR_THE_END = """line => {
  const [x1, y1, x2, y2] = ["x1", "y1", "x2", "y2"].map(name => line[name].baseVal.value);
  const {x, y} = new DOMPoint(x1 + 0.75 * (x2 - x1), y1 + 0.75 * (y2 - y1)).matrixTransform(line.getScreenCTM());
  return [x, y];
}"""


def click(page, place):
    """Click a unit, a bias, or the line of a weight."""
    if place.evaluate("element => element.tagName") != "line":
        place.click()
        return
    place.scroll_into_view_if_needed()
    page.mouse.click(*place.evaluate(NEAR_THE_END))


def check_what_is_clicked(page):
    """Click a weight, a unit and a bias in every layer, and compare what is shown."""
    page.locator("[data-move=last]").click()
    found = gradients()
    for l in (1, 2, 3):
        j, k = 1, 2
        for place, quantity, value in (
            (f"line[data-kind=weight][data-layer='{l}'][data-j='{j}'][data-k='{k}']", "dW", found.dW[l][j, k]),
            (f"[data-kind=unit][data-layer='{l}'][data-j='{j}']", "delta", found.delta[l][0, j]),
            (f"[data-kind=bias][data-layer='{l}'][data-j='{j}']", "db", found.db[l][j]),
        ):
            click(page, page.locator(place).first)
            card = page.locator(f".card[data-quantity={quantity}] .value[data-value]")
            shown = float(card.get_attribute("data-value"))
            np.testing.assert_allclose(shown, value, rtol=1e-5, atol=1e-9, err_msg=place)


def test_jupyterlab_shows_the_explorer_and_follows_its_language(opened, tmp_path):
    for module in ("jupyterlab", "anywidget", "ipykernel"):
        pytest.importorskip(module, reason=f"{module} is not installed: JupyterLab is not driven")
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed: there is no notebook to open")
    cells = [nbformat.v4.new_code_cell(code) for code in (f"{CODE}shown", "shown.language = 'zh'")]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), tmp_path / "book.ipynb")
    settings = tmp_path / "jupyter_config_dir" / "labconfig"
    settings.mkdir(parents=True)
    quiet = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    (settings / "page_config.json").write_text(json.dumps(quiet))
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", "--port={port}", f"--IdentityProvider.token={TOKEN}"]
    with front_ends.served(["jupyterlab", *options], f"/api?token={TOKEN}", tmp_path) as address:
        opened.goto(f"{address}/lab/tree/book.ipynb?token={TOKEN}")
        opened.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
        opened.locator(".jp-Notebook .cm-content").first.click()
        opened.keyboard.press("Shift+Enter")
        assert "Target" in opened.locator("section.explorer").inner_text()
        check_what_is_clicked(opened)
        opened.locator(".jp-Notebook .cm-content").nth(1).click()
        opened.keyboard.press("Shift+Enter")
        opened.locator("section.explorer").get_by_text("目标").first.wait_for()
        opened.close()


def test_marimo_shows_the_explorer(opened, tmp_path):
    for module in ("marimo", "anywidget"):
        pytest.importorskip(module, reason=f"{module} is not installed: marimo is not driven")
    notebook = tmp_path / "notebook.py"
    notebook.write_text(MARIMO.format(code=textwrap.indent(CODE, "    ")))
    options = ["--headless", "--no-token", "--host=127.0.0.1", "--port={port}"]
    with front_ends.served(["marimo", "run", str(notebook), *options], "/health", tmp_path) as address:
        opened.goto(address)
        check_what_is_clicked(opened)
        opened.close()
