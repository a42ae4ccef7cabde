import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.cells import cell_len

from clearprop import Network, Parameters, derive, prove, work
from clearprop.derivation.documents.blocks import Code, Document, Heading, Paragraph, Step, Steps, Table
from clearprop.derivation.documents.html import to_fragment
from clearprop.derivation.documents.presented import FORMATS, Presented
from clearprop.derivation.documents.text import to_text
from clearprop.derivation.documents.wrapping import in_one_piece, wrapped
from clearprop.derivation.expressions import Number, Partial, Relation, Sum
from clearprop.derivation.messages import Message, catalog

from .formulas import CASES, FORMULAS, W2, E, delta2, h, i, j, p, w1, w2, x, y, z1

NASTY = "<script>alert(1)</script> | a_b $5 100% {x} & ~ ^ # \\ `c` *d* 🙂 权重 σ−²"
CHINESE = "对所有路径求和"


def steps(first: int = 1) -> Steps:
    why = Message("words.layer", l=NASTY)
    long = Sum((p(j) - y(j)) * w2(j, 1), j, 2) * h(1) * (1 - h(1)) * x(2)
    lines = (
        Step(first, Partial(E, w1(1, 2)), Partial(E, z1(1)) * Partial(z1(1), w1(1, 2)), "chain", why),
        Step(first + 1, Partial(E, h(1)), Sum(p(j) * w2(j, 1), j, 2), "sum_over_paths", why, (first,)),
        Step(first + 2, None, CASES, "unify", why, (first, first + 1), "distribution", condition=Relation(i, "≠", j)),
        Step(first + 3, None, long + long + long, "result", why, (first, first + 1, first + 2), "one_hot", begins=True),
        Step(
            first + 4, Partial(E, w1(1, 2)), long, "result", why, (), None, Number("0.3") * Number("-2"), Number("-0.6")
        ),
    )
    return Steps(lines)


def document(language: str = "en", shapes: bool = False) -> Document:
    rows = [(formula, NASTY, Message("words.layer", l=2)) for formula, _, _ in FORMULAS]
    return Document(
        (Partial(E, w1(1, 2)), NASTY, CHINESE + "。"),
        language,
        (
            Heading(CHINESE),
            Paragraph((NASTY, W2 @ delta2, Message("words.layer", l=1), CHINESE)),
            steps(),
            Table((NASTY, W2, CHINESE), tuple(rows)),
            Heading(Partial(E, w1(1, 2))),
            steps(6),
            Code("print('runs  |', 1 + 1)  # 权重"),
        ),
        shapes,
    )


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_holds_all_that_is_said(name: str, language: str) -> None:
    write, suffix = FORMATS[name]
    text = write(document(language))
    assert suffix.startswith(".")
    assert CHINESE in text
    assert "权重" in text
    for key in ("rules.chain", "rules.sum_over_paths", "rules.unify"):
        assert catalog(language)[key] in re.sub(r"\s+", " ", text)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [value or "" for name, value in attributes if name == "id"]
        self.links += [value or "" for name, value in attributes if name in {"href", "src", "srcset", "data", "action"}]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_is_whole_harmless_and_asks_for_nothing(language: str) -> None:
    text = FORMATS["html"][0](document(language, shapes=True))
    page = _Page()
    page.feed(text)
    assert f'<html lang="{language}">' in text
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert "<script" not in text and "&lt;script&gt;" in text
    addresses = set(re.findall(r"\w+://[^\s\"'<>)]+", text))
    assert addresses == {"http://www.w3.org/1998/Math/MathML"}
    assert "@import" not in text and "url(" not in text
    assert len(page.ids) == len(set(page.ids)) == 10
    assert page.links and {link.removeprefix("#") for link in page.links} <= set(page.ids)
    article = text[text.index("<article") : text.index("</article>") + len("</article>")]
    ET.fromstring(article)


def test_fragments_of_different_documents_share_no_id() -> None:
    ids = []
    for language in ("en", "zh"):
        page = _Page()
        page.feed(to_fragment(document(language)))
        ids += page.ids
    assert len(ids) == len(set(ids)) == 20


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_text_keeps_to_the_width(width: int) -> None:
    lines = to_text(document("zh"), width).splitlines()
    too_long = [line for line in lines if cell_len(line) > width and not re.search(r"\{|\[", line)]
    assert not too_long


def test_text_aligns_short_left_sides_and_draws_ranges_together() -> None:
    lines = to_text(document(), 100).splitlines()
    first, second = (line for line in lines if line.lstrip().startswith(("1  ∂E", "2  ∂E")))
    assert first.index(" = ") == second.index(" = ")
    assert f"result, from 1–3, {catalog('en')['document.assumes_one_hot']}" in " ".join(" ".join(lines).split())
    assert any(line.rstrip().endswith("= 0.3 · (−2) = −0.6") for line in lines)


def test_no_punctuation_begins_a_line() -> None:
    text = "权重的导数，由链式法则得出；（见上）。" * 5
    for width in range(10, 40):
        lines = wrapped(text, width)
        assert "".join(lines) == text
        assert not any(line[0] in "，；）。" for line in lines)
        assert all(cell_len(line) <= width for line in lines)


def test_a_markdown_table_has_one_cell_for_each_column() -> None:
    rows = [line for line in FORMATS["markdown"][0](document()).splitlines() if line.startswith("|")]
    assert len(rows) == len(FORMULAS) + 2
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {4}


def test_markdown_has_no_backslash_that_markdown_takes_for_its_own() -> None:
    text = FORMATS["markdown"][0](document())
    for formula in re.findall(r"(?<!\\)\$\$?([^$]+)(?<!\\)\$", text):
        assert not re.search(r"\\[^a-zA-Z]", formula), formula


def test_a_notebook_is_valid_and_its_code_stays_code() -> None:
    nbformat = pytest.importorskip("nbformat")
    book = nbformat.reads(FORMATS["notebook"][0](document()), as_version=4)
    nbformat.validate(book)
    assert [cell.source for cell in book.cells if cell.cell_type == "code"] == ["print('runs  |', 1 + 1)  # 权重"]
    assert len({cell.id for cell in book.cells}) == len(book.cells)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_notebook_runs_from_top_to_bottom() -> None:
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    blocks = (Code("value = 1 + 1"), Code("echo from-the-shell"), Code("assert value == 2\nprint(value)"))
    nbformat = pytest.importorskip("nbformat")
    book = nbformat.reads(FORMATS["notebook"][0](Document(("t",), "en", blocks)), as_version=4)
    nbclient.NotebookClient(book, timeout=60, kernel_name="python3").execute()
    outputs = [output.text.strip() for cell in book.cells for output in cell.get("outputs", [])]
    assert outputs == ["from-the-shell", "2"]


def _explained(language: str) -> list[Any]:
    network = Network((3, 2, 2), "tanh")
    parameters = Parameters.of([np.full((2, 3), 0.1), np.eye(2)], [np.zeros(2), [0.5, -0.25]])
    return [
        derive(network, "W1[1,2]", language=language, penalty=True),
        derive(network, "equations", "batch", language),
        derive(network, "tanh'", language=language),
        prove(Network((2, 2)), language),
        work((network, parameters), [1.0, 2.0, 3.0], [1.0, 0.0], quantity="b1[2]", penalty=0.01, language=language),
    ]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_notebook_of_an_explanation_computes_it_anew(language: str) -> None:
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    nbformat = pytest.importorskip("nbformat")
    shown = []
    for explained in _explained(language):
        book = nbformat.reads(explained.to_notebook(), as_version=4)
        nbformat.validate(book)
        assert [cell.cell_type for cell in book.cells][:2] == ["markdown", "code"]
        nbclient.NotebookClient(book, timeout=120, kernel_name="python3").execute()
        outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
        shown.append(" ".join(output.get("text") or output["data"]["text/plain"] for output in outputs))
    derivation, _, _, proof, step = _explained(language)
    assert derivation.result_text in shown[0] and "Sum(" in shown[0]
    assert proof.holds and "True" in shown[3]
    assert f"({step.loss_before}, {step.loss_after})" in shown[4]


def test_json_begins_with_what_a_program_asks() -> None:
    derivation, equations, _, proof, step = (json.loads(explained.to_json()) for explained in _explained("en"))
    assert list(derivation)[:6] == ["kind", "network", "quantity", "form", "left", "result"]
    network = {"sizes": [3, 2, 2], "hidden": ["tanh"], "output": "softmax", "loss": "cross_entropy"}
    assert derivation["network"] == network and derivation["quantity"] == "W1[1,2]"
    assert derivation["left"]["unicode"] == "∂E/∂w¹₁₂" and "W2[j, 1]" in derivation["result"]["sympy"]
    assert equations["quantity"] == "equations" and equations["result"] is None
    assert proof["holds"] is True and proof["lines"][3]["rule"] == "BP1"
    assert step["loss_after"] < step["loss_before"]
    assert np.shape(step["W"][0]) == np.shape(step["dW"][0]) == (2, 3)
    assert np.allclose(step["b"][1], [0.5, -0.25]) and np.shape(step["delta"][1]) == (1, 2)


def test_a_large_worked_network_has_no_long_code_and_no_long_facts() -> None:
    network = Network((100, 60, 2))
    parameters = Parameters.of([np.zeros((60, 100)), np.zeros((2, 60))], [np.zeros(60), np.zeros(2)])
    document = work((network, parameters), np.ones(100), [1.0, 0.0]).document
    assert document.code == () and document.facts is not None
    assert "W" not in document.facts() and "loss_before" in document.facts()


def test_lines_that_go_on_begin_below_the_first_equals_sign() -> None:
    text = FORMATS["html"][0](document())
    assert text.count("<mphantom>") == 6  # two lines of each part go on, and the numbers of one
    assert 'data-heading="W²"' in text


def test_a_formula_stays_in_one_piece_and_no_line_ends_on_an_opening_bracket() -> None:
    cases = in_one_piece("{ z 若 z > 0; 0 其他情况 }")
    text = f"权重的导数（{cases}）由链式法则（chain rule）得出"
    for width in range(26, 60):
        lines = wrapped(text, width)
        assert not any(line.endswith("（") for line in lines)
        assert any("{ z 若 z > 0; 0 其他情况 }" in line for line in lines) or width < 30


def test_chinese_lists_of_lines_have_their_own_comma() -> None:
    assert "由 1、3" in to_text(Document(("t",), "zh", (Steps((Step(4, E, E, "result", "w", (1, 3)),)),)), 80)


def test_json_tells_every_step() -> None:
    value = json.loads(FORMATS["json"][0](document("zh")))
    assert value["language"] == "zh"
    found = [step for block in value["blocks"] if block["kind"] == "steps" for step in block["steps"]]
    assert [step["number"] for step in found] == list(range(1, 11))
    assert found[1]["uses"] == [1] and found[1]["rule"] == "sum_over_paths"
    assert found[1]["rule_name"] == catalog("zh")["rules.sum_over_paths"]
    assert found[1]["right"] == {"unicode": "Σⱼ ŷⱼw²ⱼ₁", "latex": r"\sum_{j=1}^{2} \hat{y}_{j} w^{2}_{j1}"}
    assert found[2]["left"] is None and found[2]["assumes"] == "distribution"
    assert found[4]["value"] == "-0.6"


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_latex_compiles_and_nothing_runs_off_the_page(language: str, tmp_path: Path) -> None:
    if shutil.which("xelatex") is None:
        pytest.skip("xelatex is not installed, so the LaTeX document is not compiled here")
    (tmp_path / "page.tex").write_text(FORMATS["latex"][0](document(language, shapes=True)), encoding="utf-8")
    command = ["xelatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=False)
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=False)
    log = (tmp_path / "page.log").read_text(encoding="utf-8", errors="replace")
    assert ran.returncode == 0, log[-2000:]
    too_wide = [float(points) for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log)]
    assert max(too_wide, default=0) < 15
    missing = set(re.findall(r"Missing character: There is no (.)", log))
    assert missing <= {"🙂"}


def test_what_is_presented_comes_in_every_format() -> None:
    class Example(Presented):
        @property
        def document(self) -> Document:
            return document()

    example = Example()
    assert str(example) == example.to_text()
    assert example._repr_html_().startswith("<style>")
    assert example._repr_markdown_() == example.to_markdown()
    assert str(example._repr_latex_()).startswith(r"\begin{align*}")
    for name, (write, _) in FORMATS.items():
        assert getattr(example, f"to_{name}")() == write(document())


def test_without_steps_there_is_no_latex_to_show() -> None:
    class Empty(Presented):
        @property
        def document(self) -> Document:
            return Document(("t",), "en")

    assert Empty()._repr_latex_() is None
    assert str(Empty()) == "t\n═\n"
