"""The explorer of a report in a real browser: what is clicked has the gradients of the code that trains."""

import numpy as np
import pytest

from clearprop import backward, forward
from clearprop.report.texts import named

from .browsers import violations
from .cases import NASTY, subject_model

pytestmark = pytest.mark.filterwarnings("ignore")  # of the driver

FOCUSED = "document.activeElement?.shadowRoot?.activeElement"


class Explored:
    """The explorer on a page, driven as a person would."""

    def __init__(self, page, name: str) -> None:
        self.page, self.name = page, name

    def move(self, where: str) -> None:
        self.page.locator(f"[data-move={where}]").click()

    def choose(self, kind: str, layer: int, j: int, k: int | None = None) -> None:
        """Choose by number, all counted from 0."""
        self.page.locator("[data-choice=kind]").select_option(kind)
        self.page.locator("[data-choice=layer]").select_option(str(layer))
        for letter, place in (("j", j), ("k", k)):
            if place is not None:
                self.page.locator(f"[data-choice={letter}]").fill(str(place + 1))
                self.page.keyboard.press("Enter")

    def shown(self, quantity: str) -> float:
        value = self.page.locator(f".card[data-quantity={quantity}] .value").first
        return float(value.get_attribute("data-value"))

    @property
    def sentence(self) -> str:
        return self.page.locator(".sentence").inner_text()

    @property
    def row(self) -> int:
        """The number of the row at hand, from 1."""
        return int(self.page.locator("#explorer header select").evaluate("one => one.selectedOptions[0].text")[1:])

    def expected(self):
        """The network, what passes forward and the gradients, of the row at hand, by the code that trains."""
        model, table, y = subject_model(self.name)
        one = slice(self.row - 1, self.row)
        on = model.network_on_rows(table[one]) if y is None else model.network_on_rows(table[one], y[one])
        parameters = on.parameters.astype(float)
        passed = forward(on.network, parameters, on.X)
        return on.network, passed, backward(on.network, parameters, passed, on.Y)


@pytest.fixture
def explored(opened):
    def explored(name: str, **options) -> Explored:
        return Explored(opened(name, **options), name)

    return explored


def near(value: float, scale) -> object:
    """The page's numbers are float32."""
    return pytest.approx(value, rel=1e-4, abs=1e-6 * max(1.0, float(np.abs(scale).max())))


def check_unit(there: Explored, layer: int, j: int) -> None:
    _, passed, gradients = there.expected()
    assert there.shown("delta") == near(gradients.delta[layer][0, j], gradients.delta[layer])
    assert there.shown("z") == near(passed.z[layer][0, j], passed.z[layer])
    assert there.shown("a") == near(passed.a[layer][0, j], passed.a[layer])


def check_weight(there: Explored, layer: int, j: int, k: int) -> None:
    _, _, gradients = there.expected()
    assert there.shown("dW") == near(gradients.dW[layer][j, k], gradients.dW[layer])


def check_bias(there: Explored, layer: int, j: int) -> None:
    _, _, gradients = there.expected()
    assert there.shown("db") == near(gradients.db[layer][j], gradients.db[layer])


def test_what_is_clicked_in_the_picture_has_the_gradients_of_the_code_that_trains(explored):
    there = explored("own, classes")
    network, _, _ = there.expected()
    assert network.n_layers == 3
    there.move("last")
    for layer in network.layers:
        j = network.sizes[layer] - 1
        place = f'[data-layer="{layer}"][data-j="{j}"]'
        there.page.locator(f"[data-kind=unit]{place}").click()
        check_unit(there, layer, j)
        there.page.locator(f"[data-kind=bias]{place}").click()
        check_bias(there, layer, j)
        for k in (0, network.sizes[layer - 1] - 1):
            edge = there.page.locator(f'line[data-kind=weight][data-layer="{layer}"][data-j="{j}"][data-k="{k}"]')
            edge.dispatch_event("click")  # lines cross: which is on top does not matter here
            check_weight(there, layer, j, k)
    there.page.locator("[data-kind=loss]").click()
    _, passed, _ = there.expected()
    probabilities = passed.output[0]
    target = there.page.locator("#explorer .facts dd").first.inner_text()
    place = [str(label) for label in subject_model(there.name)[0].labels].index(target)
    assert there.shown("E") == near(-np.log(probabilities[place]), 1.0)


@pytest.mark.parametrize("name", ["preset, two classes", "preset, amounts", "own, several networks", "no hidden layer"])
def test_what_is_chosen_by_number_has_the_gradients_of_the_code_that_trains(explored, name):
    there = explored(name)
    network, _, _ = there.expected()
    there.move("last")
    random = np.random.default_rng(0)
    for layer in network.layers:
        j, k = (int(random.integers(network.sizes[l])) for l in (layer, layer - 1))
        there.choose("unit", layer, j)
        check_unit(there, layer, j)
        there.choose("weight", layer, j, k)
        check_weight(there, layer, j, k)
        there.choose("bias", layer, j)
        check_bias(there, layer, j)


def test_the_comparison_would_notice_another_unit(explored):
    there = explored("own, classes")
    there.move("last")
    there.choose("weight", 2, 1, 0)
    check_weight(there, 2, 1, 0)
    for other in ((2, 0), (1, 1), (0, 1)):
        with pytest.raises(AssertionError):
            check_weight(there, 2, *other)


def test_a_matrix_is_clicked_where_its_weight_is(explored):
    there = explored("preset, two classes")
    network, _, _ = there.expected()
    there.move("last")
    matrix = there.page.locator('[data-weights="2"] .area')
    matrix.scroll_into_view_if_needed()
    box = matrix.bounding_box()
    there.page.mouse.click(box["x"] + box["width"] - 0.4, box["y"] + 0.4)
    check_weight(there, 2, 0, network.sizes[1] - 1)


def test_another_row_has_its_own_gradients(explored):
    there = explored("own, classes")
    there.move("last")
    there.choose("unit", 1, 2)
    first = there.shown("delta")
    there.page.locator("#explorer header select").select_option(index=2)
    assert there.shown("delta") != first
    check_unit(there, 1, 2)


def test_steps_go_forward_layer_by_layer_and_backward_again_to_the_end(explored):
    there = explored("own, classes")
    said = [there.sentence]
    forward_button = there.page.locator("[data-move=forward]")
    predicted = there.page.locator("#explorer .facts dd").nth(1)
    assert predicted.inner_text() == "…"
    while forward_button.get_attribute("aria-disabled") != "true":
        forward_button.click()
        said.append(there.sentence)
        assert len(said) < 50
    assert len(said) == len(set(said)) == 1 + 2 * 3 + 1 + 2 * 3
    order = [sentence.partition(":")[0] for sentence in said]
    assert order[1].startswith("Forward, layer 1") and order[-1].startswith("Backward, layer 1")
    assert predicted.inner_text() in {"large", "medium", "small"}
    while there.page.locator("[data-move=back]").get_attribute("aria-disabled") != "true":
        there.move("back")
        assert there.sentence == said[-2]
        said.pop()
    assert len(said) == 1 and predicted.inner_text() == "…"


def test_a_gradient_is_not_told_before_its_step(explored):
    there = explored("own, classes")
    there.choose("weight", 1, 0, 0)
    card = there.page.locator(".card[data-quantity=dW]")
    assert "Not known yet" in card.inner_text()
    card.get_by_role("button", name="Go there").click()
    check_weight(there, 1, 0, 0)


def test_a_unit_pointed_at_says_why_the_sum_runs_over_j(explored):
    there = explored("own, classes")
    there.move("last")
    there.page.locator('[data-kind=unit][data-layer="2"][data-j="1"]').hover()
    said = there.page.locator(".paths").inner_text()
    assert "Why the sum over i" in said and "unit 2" in said


def test_the_keyboard_alone_reaches_every_gradient(explored):
    there = explored("own, classes")
    page, keys = there.page, there.page.keyboard
    tabs = 0
    while page.evaluate(f"{FOCUSED}?.dataset.move") != "forward":
        keys.press("Tab")
        tabs += 1
        assert tabs < 200
    while page.evaluate(f"{FOCUSED}.getAttribute('aria-disabled')") != "true":
        keys.press("Enter")
    while page.evaluate(f"{FOCUSED}?.dataset.kind") != "unit":
        keys.press("Tab")
        tabs += 1
        assert tabs < 200
    assert page.evaluate(f"getComputedStyle({FOCUSED}).outlineStyle + getComputedStyle({FOCUSED}).stroke") != "none"
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Enter"):
        keys.press(key)
    kind, layer, j = (page.evaluate(f"{FOCUSED}.dataset.{name}") for name in ("kind", "layer", "j"))
    assert (kind, layer, j) == ("unit", "2", "1")
    check_unit(there, 2, 1)
    keys.press("[")
    assert "Backward" in there.sentence
    keys.press("]")
    while page.evaluate(f"{FOCUSED}?.dataset.choice") != "kind":
        keys.press("Tab")
    keys.type("weight")
    keys.press("Tab")
    keys.press("ArrowDown")
    check_weight(there, 3, 1, 0)


def test_language_and_theme_of_the_page_are_those_of_the_explorer(explored):
    there = explored("own, classes", color_scheme="light")
    page = there.page
    place = page.locator("#explorer section").first

    def background() -> list[int]:
        found = page.evaluate("document.querySelector('#explorer > *').shadowRoot.querySelector('.explorer')")
        assert found is not None
        colour = place.evaluate("one => getComputedStyle(one).backgroundColor")
        return [int(part) for part in colour[4:-1].split(",")]

    assert "Forward" in place.inner_text() and min(background()) > 200
    page.get_by_role("button", name="中文").click()
    assert "前进" in place.inner_text() and "Forward" not in place.inner_text()
    page.get_by_role("button", name="深色").click()
    assert max(background()) < 60
    page.get_by_role("button", name="English").click()
    assert "Forward" in place.inner_text() and "前进" not in place.inner_text()


def test_paper_has_what_was_stepped_through(explored, tmp_path):
    there = explored("own, classes")
    page = there.page
    page.emulate_media(media="print")
    assert not page.locator("#explorer > *").is_visible()
    page.emulate_media(media="screen")
    there.move("last")
    page.emulate_media(media="print")
    assert page.locator("#explorer > *").is_visible() and not page.locator("[data-move=last]").is_visible()
    page.pdf(path=tmp_path / "printed.pdf")


def test_names_in_the_explorer_are_text(explored):
    there = explored("nasty")
    there.move("last")
    there.page.get_by_text("Cells of this row").click()
    shown = there.page.locator("#explorer section").first.inner_text()
    assert all(named(name) in shown for name in NASTY[:3])
    inside = "document.querySelector('#explorer > *').shadowRoot.querySelectorAll('script, img, a').length"
    assert there.page.evaluate(inside) == 0


@pytest.mark.parametrize("name", ["own, classes", "preset, two classes"])
def test_every_state_is_accessible(explored, name):
    there = explored(name)
    for step, kind in (("forward", "weight"), ("last", "unit")):
        there.move(step)
        there.page.locator("[data-choice=kind]").select_option(kind)
        assert violations(there.page, "#explorer") == []


def test_on_a_phone_a_tap_is_enough(explored):
    there = explored("own, classes", viewport={"width": 390, "height": 800}, has_touch=True)
    there.page.locator("[data-move=last]").tap()
    there.page.locator('[data-kind=unit][data-layer="1"][data-j="3"]').tap()
    check_unit(there, 1, 3)
    assert there.page.evaluate("document.documentElement.scrollWidth") <= 390
