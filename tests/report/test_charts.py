"""Charts: round ticks, lines within their frames, texts that are escaped, well-formed SVG."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearprop import Network
from clearprop.derivation.messages import Message
from clearprop.mathematics.layers import Embedding, Numbers, Periodic
from clearprop.report.charts.bars import Bars, Histogram
from clearprop.report.charts.canvas import Canvas
from clearprop.report.charts.lines import Line, LineChart
from clearprop.report.charts.matrix import Matrix
from clearprop.report.charts.network_picture import MOST_UNITS, NetworkPicture
from clearprop.report.charts.scales import Scale, thinned
from clearprop.report.texts import named, number

from .cases import NASTY

TEXT = Message("report_training.epoch")
LAYERS = (Numbers(3), Periodic(2), Embedding(9))
DRAWINGS = {
    "lines": LineChart(
        Scale(1.0, 9.0, TEXT),
        Scale.over([1e-6, 3.0], "y", logarithmic=True),
        [Line([(1.0, 1e-6), (5.0, np.nan), (9.0, 3.0)], named(NASTY[0])), Line([(2.0, 1.0)], "b", 7, marked=True)],
        reference=[(1.0, 1.0), (9.0, 2.0)],
        dots=[(3.0, 0.5)],
    ),
    "bars": Bars([named(name, 26) for name in NASTY], [3.0, 2.0, 1.0, 0.5, 0.1, 0.0, -0.1, -2.0], "rise", [0.1] * 8),
    "histogram": Histogram([0.0, 1.0, 2.0], [3, 0], "x", "y"),
    "matrix": Matrix([[12345, 0], [3, 9]], [named(name, 18) for name in NASTY[:2]], "true", "predicted"),
    "network": NetworkPicture(Network((784, 128, 10), "relu"), (), tuple(NASTY)),
    "values": NetworkPicture(Network((2, 9)), NASTY[:2], (), ([0.5, -1e-9], np.linspace(-1e9, 1e9, 9))),
    "inputs": NetworkPicture(Network((3 + 8 + 8, 5, 2), "mish", inputs=LAYERS, scaled=True, mixed=True), (), NASTY[:2]),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_picture_is_well_formed_and_within_its_size(name):
    drawing = DRAWINGS[name]
    canvas = Canvas(*drawing.size)
    drawing.draw(canvas)
    svg = str(canvas.svg(Message("words.layer", l=1), "zh"))
    root = ET.fromstring(svg)
    assert (root.get("role"), root.get("aria-label"), root.get("data-label-en")) == ("img", "第 1 层", "layer 1")
    width, height = map(float, root.get("viewBox").split()[2:])
    places = [(float(e.get("cx")), float(e.get("cy"))) for e in root.iter("circle")]
    for path in root.iter("path"):
        places += [tuple(map(float, pair.split())) for pair in re.split("[ML]", path.get("d"))[1:]]
    for line in root.iter("line"):
        places += [(float(line.get(f"x{i}")), float(line.get(f"y{i}"))) for i in "12"]
    for bar in root.iter("rect"):
        x, y, w, h = (float(bar.get(side)) for side in ("x", "y", "width", "height"))
        assert w > 0 and h > 0
        places += [(x, y), (x + w, y + h)]
    assert places and all(-0.5 <= x <= width + 0.5 and -0.5 <= y <= height + 0.5 for x, y in places)
    assert "<script" not in svg and "nan" not in svg


@given(st.floats(-1e9, 1e9), st.floats(1e-9, 1e9))
def test_ticks_are_round_and_within_the_scale(low, width):
    if width < 1e-6 * abs(low):  # there, doubles have too few digits
        return
    scale = Scale(low, low + width)
    ticks = [value for value, _ in scale.ticks()]
    assert 2 <= len(ticks) <= 8
    assert all(low - 1e-6 * width <= value <= low + width * (1 + 1e-6) for value in ticks)
    steps = np.diff(ticks)
    assert len(ticks) < 3 or np.allclose(steps, steps[0], rtol=1e-6, atol=1e-9 * width)


@given(st.floats(-12, 6), st.floats(0.1, 12))
def test_ticks_of_a_logarithmic_scale_are_powers_of_ten_where_it_has_decades(low, decades):
    scale = Scale(10**low, 10 ** (low + decades), logarithmic=True)
    ticks = [value for value, _ in scale.ticks()]
    if np.floor(low + decades - 1e-6) - np.floor(low + 1e-6) >= 2:
        assert all(np.isclose(np.log10(value), round(np.log10(value))) for value in ticks)
    assert all(-1e-6 <= scale.at(value) <= 1 + 1e-6 for value in ticks)
    assert scale.at(10**low) == pytest.approx(0.0)


@pytest.mark.parametrize("values", [[], [2.0], [0.0, 0.0], [np.inf, np.nan]])
def test_a_scale_of_next_to_nothing_is_one(values):
    for logarithmic in (False, True):
        scale = Scale.over(values, logarithmic=logarithmic)
        assert scale.low < scale.high and scale.ticks()


def test_thinning_keeps_both_ends():
    points = [(float(i), float(i)) for i in range(1000)]
    assert (
        thinned(points, 50)[0] == points[0] and thinned(points, 50)[-1] == points[-1] and len(thinned(points, 50)) == 50
    )
    assert thinned(points[:10], 50) == points[:10]


def test_large_layers_are_summarised():
    canvas = Canvas(900, 300)
    NetworkPicture(Network((784, 128, 10), "relu")).draw(canvas)
    root = ET.fromstring(str(canvas.svg("x")))
    units = [circle for circle in root.iter("circle") if circle.get("class").startswith("unit")]
    assert len(units) == 3 * 5 and MOST_UNITS == 6
    texts = [text.text for text in root.iter("text")]
    assert {"784 inputs", "128 units", "10 units", "W¹  128 × 784", "W²  10 × 128", "relu", "softmax"} <= set(texts)


def test_style_is_told_by_more_than_colour():
    canvas = Canvas(430, 280)
    lines = [Line([(0.0, 0.0), (1.0, float(i))], f"line {i}", i) for i in range(6)]
    LineChart(Scale(0, 1, "x"), Scale(0, 6, "y"), lines).draw(canvas)
    paths = list(ET.fromstring(str(canvas.svg("x"))).iter("path"))
    assert len({path.get("stroke-dasharray") for path in paths}) == len({path.get("class") for path in paths}) == 6


@pytest.mark.parametrize("name", NASTY)
def test_a_name_is_one_line_without_what_turns_text_round(name):
    shown = named(name)
    assert len(shown.splitlines()) == 1
    assert not set(shown) & set("\u202a\u202b\u202d\u202e\u202c")
    assert len(named(name, 10).strip("\u2068\u2069")) <= 10
    assert shown.count("\u2068") == shown.count("\u2069") == ("مرحبا" in name)


def test_numbers_are_short():
    assert [number(value) for value in (0, 1.0, -0.5, 12345.678, 1e20)] == ["0", "1", "−0.5", "12,346", "1e20"]
