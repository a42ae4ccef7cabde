"""What the explorer is given: every number is the engine's, every formula gives it, a wrong one is not handed over."""

import base64
import json
import xml.etree.ElementTree as ET
from functools import cache

import numpy as np
import pytest

import clearprop
from clearprop import Network, Parameters
from clearprop.derivation.checking.verification import DerivationError
from clearprop.derivation.messages import languages
from clearprop.estimators.network_on_rows import NetworkOnRows
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.equations import backward, forward, loss
from clearprop.mathematics.layers import Embedding, Numbers, Periodic, PiecewiseLinear
from clearprop.mathematics.losses import LOSSES
from clearprop.report.exploring import exploration as exploring
from clearprop.report.exploring.exploration import encoded, exploration
from clearprop.report.exploring.formulas import KINDS

from .cases import NASTY, subject_model

INPUTS = (Numbers(2), PiecewiseLinear(((-1.0, 0.2, 1.0), (0.0, 1.0))), Periodic(1, 3, 3), Embedding(4, width=2))
N_FEATURES = sum(layer.n_outputs for layer in INPUTS)
#: Every elementwise activation, every pair of output and loss, other outputs, depths, mixtures and input layers.
NETWORKS = {
    **{name: Network((3, 4, 2), name) for name, entry in ACTIVATIONS.items() if entry.elementwise},
    **{f"{e.paired_output}, {e.name}": Network((3, 4, 2), "tanh", e.paired_output, e.name) for e in LOSSES.values()},
    "no hidden layer": Network((3, 2), ()),
    "deep": Network((2, 3, 5, 4, 3, 2), ("relu", "tanh", "silu", "selu")),
    "one output": Network((3, 4, 1), "sigmoid", "sigmoid", "binary_cross_entropy"),
    "softmax, half_squared_error": Network((3, 4, 3), "tanh", "softmax", "half_squared_error"),
    "sigmoid, half_squared_error": Network((3, 4, 3), "tanh", "sigmoid", "half_squared_error"),
    "sigmoid, cross_entropy": Network((3, 4, 3), "tanh", "sigmoid", "cross_entropy"),
    "softmax, poisson": Network((3, 4, 3), "tanh", "softmax", "poisson"),
    "gelu, half_squared_error": Network((3, 4, 3), "tanh", "gelu", "half_squared_error"),
    "mixed": Network((3, 4, 4, 2), "selu", mixed=True),
    "scaled": Network((3, 4, 2), "relu", scaled=True),
    "tabular": Network((N_FEATURES, 5, 4, 3), "mish", inputs=INPUTS, scaled=True, mixed=True),
    "wide": Network((40, 30, 20), "relu"),
}


def problem(network: Network, m: int = 3, seed: int = 0):
    """Random parameters and rows."""
    random = np.random.default_rng(seed)
    parameters = network.parameters(0.6 * random.normal(size=network.n_parameters))
    X = random.normal(size=(m, network.n_columns))
    for _, layer, columns, _ in network.placed_inputs():
        if layer.n_categories_taken:
            X[:, columns] = random.integers(0, layer.n_categories_taken, (m, 1))
    Y = random.uniform(0.1, 0.9, (m, network.sizes[-1]))
    return parameters, X, Y / Y.sum(axis=1, keepdims=True) if network.output == "softmax" else Y


@cache
def explored(name: str):
    """The exploration of one of `NETWORKS`."""
    return explored_anew(name)


def explored_anew(name: str):
    network = NETWORKS[name]
    parameters, X, Y = problem(network)
    return exploration((network, parameters), X, Y, rows=3)


def decoded(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f4").astype(float)


def arrays(found, row):
    """All arrays of a row, as a page would unpack them."""
    sizes = found["network"]["sizes"]
    unpacked = {("a", 0): decoded(row["a"][0]), ("y", len(sizes) - 1): decoded(row["y"])}
    for l in range(1, len(sizes)):
        unpacked["W", l] = decoded(found["W"][l - 1]).reshape(sizes[l], sizes[l - 1])
        unpacked["b", l] = decoded(found["b"][l - 1])
        unpacked |= {("z", l): decoded(row["z"][l - 1]), ("a", l): decoded(row["a"][l])}
        unpacked["delta", l] = decoded(row["delta"][l - 1])
        if found["share"][l - 1] is not None:
            unpacked["share", l] = decoded(found["share"][l - 1])
        if row["slope"][l - 1] is not None:
            unpacked["slope", l] = decoded(row["slope"][l - 1])
    return unpacked


def evaluated(node, values, sizes, j=None, k=None, i=None):
    """A tree's value: written for this test alone, not the package's."""
    places = {"j": j, "k": k, "i": i}
    if "number" in node:
        return node["number"]
    if "ref" in node:
        name, layer, *letters = node["ref"]
        return values[name, layer][tuple(places[letter] for letter in letters)]
    if "sum" in node:
        letter = node["sum"]
        return sum(evaluated(node["of"], values, sizes, **{**places, letter: n}) for n in range(sizes[node["over"]]))
    if "product" in node:
        return np.prod([evaluated(part, values, sizes, **places) for part in node["product"]])
    if "plus" in node:
        return sum(evaluated(part, values, sizes, **places) for part in node["plus"])
    if "minus" in node:
        first, second = (evaluated(part, values, sizes, **places) for part in node["minus"])
        return first - second
    assert {"function", "of", "value"} == set(node) - {"share"}
    for hole in ("of", "share"):  # what stands in a hole has a number
        assert hole not in node or np.isfinite(evaluated(node[hole], values, sizes, **places))
    return np.nan if node["value"] is None else evaluated(node["value"], values, sizes, **places)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_tree_gives_the_numbers_of_the_engine(name):
    network, found = NETWORKS[name], explored(name)
    parameters, X, Y = problem(network)
    sizes = list(network.sizes)
    assert found["network"]["sizes"] == sizes
    for row, x, y in zip(found["rows"], X, Y, strict=True):
        passed = forward(network, parameters, x[None])
        gradients = backward(network, parameters, passed, y[None])
        values = arrays(found, row)
        for l in network.layers:
            expected = {"z": passed.z[l][0], "a": passed.a[l][0], "delta": gradients.delta[l][0], "db": gradients.db[l]}
            for kind, array in expected.items():
                tree = found["formulas"][kind][l - 1]["numbers"]
                mine = [evaluated(tree, values, sizes, j=j) for j in range(sizes[l])]
                np.testing.assert_allclose(mine, array, rtol=1e-5, atol=1e-6, err_msg=f"{kind} of layer {l}")
            tree = found["formulas"]["dW"][l - 1]["numbers"]
            mine = [[evaluated(tree, values, sizes, j=j, k=k) for k in range(sizes[l - 1])] for j in range(sizes[l])]
            np.testing.assert_allclose(mine, gradients.dW[l], rtol=1e-5, atol=1e-6)
        assert row["loss"] == pytest.approx(float(loss(network, passed, y[None])))


@pytest.mark.parametrize("name", NETWORKS)
def test_slopes_are_derivatives_of_the_activations(name):
    network, found = NETWORKS[name], explored(name)
    parameters, X, _ = problem(network)
    for row, x in zip(found["rows"], X, strict=True):
        z = forward(network, parameters, x[None]).z
        for l, text in enumerate(row["slope"], 1):
            if text is None:
                assert l == network.n_layers and (network.is_paired or network.output == "softmax")
                continue
            f, h = network.activation(l).value, 1e-6
            slope = (f(z[l] + h, np) - f(z[l] - h, np))[0] / (2 * h)
            if network.mixed and l < network.n_layers:
                slope = 1 + parameters.theta[f"mixture{l}.alpha"] * (slope - 1)
            np.testing.assert_allclose(decoded(text), slope, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", NETWORKS)
def test_all_that_is_shown_is_there_in_its_form(name):
    network, found = NETWORKS[name], explored(name)
    text = json.dumps(found, allow_nan=False)
    assert set(found) == {"format", "network", "W", "b", "share", "rows", "formulas", "verified"}
    assert found["format"] == 1 and set(found["formulas"]) == set(KINDS)
    assert found["network"]["activations"] == [network.activation(l).name for l in network.layers]
    assert [len(found["network"][f"{side}_names"]) for side in ("input", "output")] == [
        network.sizes[0],
        network.sizes[-1],
    ]
    for kind, formulas in found["formulas"].items():
        assert len(formulas) == (1 if kind == "loss" else network.n_layers)
        for formula in formulas:
            assert set(formula) == {"left", "index", "vector", "shapes", "rule", "why", "numbers"}
            markup = [
                formula["left"],
                formula["index"],
                formula["vector"],
                *(symbol for symbol, _ in formula["shapes"]),
            ]
            for part in markup:
                assert ET.fromstring(part).tag == "{http://www.w3.org/1998/Math/MathML}math"
            assert set(formula["why"]) == set(found["verified"]) == set(languages())
            assert all(shape.count(" × ") == 1 for _, shape in formula["shapes"]) and formula["shapes"]
    assert "Ж" not in text and "Ю" not in text
    rules = [{formula["rule"] for formula in found["formulas"][kind]} for kind in ("z", "dW", "db")]
    assert rules == [{""}, {"BP3"}, {"BP4"}]


@pytest.mark.parametrize("name", ["sigmoid", "deep", "tabular"])
def test_indices_and_holes_have_their_classes(name):
    found = explored(name)
    below, above = found["formulas"]["z"][0], found["formulas"]["delta"][0]
    assert 'class="index-j"' in below["left"] and 'class="index-k"' in below["index"]
    assert 'class="index-i"' in above["index"] and 'class="index-k"' not in above["index"]
    assert below["numbers"]["plus"][0]["sum"] == "k"
    function = found["formulas"]["a"][0]["numbers"]
    assert function["function"].count('class="hole"') >= 1
    assert function["of"] == {"ref": ["z", 1, "j"]} and function["value"] == {"ref": ["a", 1, "j"]}


@pytest.mark.parametrize("name", ["sigmoid", "mixed"])
def test_the_share_of_a_mixture_has_a_number(name):
    network, found = NETWORKS[name], explored(name)
    parameters, _, _ = problem(network)
    for kind in ("a", "delta"):
        tree = found["formulas"][kind][0]["numbers"]
        function = tree["product"][-1] if kind == "delta" else tree
        assert function["function"].count('<mi class="share">α</mi>') == (1 if network.mixed else 0)
        assert ("share" in function) == network.mixed
        if network.mixed:
            values = arrays(found, found["rows"][0])
            shares = [evaluated(function["share"], values, network.sizes, j=j) for j in range(network.sizes[1])]
            np.testing.assert_allclose(shares, parameters.theta["mixture1.alpha"], rtol=1e-6)


@pytest.mark.parametrize(("name", "is_sum"), [("tanh", True), ("mixed", True), ("sigmoid", False), ("relu", False)])
def test_a_slope_that_is_a_sum_stands_in_brackets(name, is_sum):
    slope = explored(name)["formulas"]["delta"][0]["numbers"]["product"][-1]
    assert slope["value"] == {"ref": ["slope", 1, "j"]}
    signs = [element.text for element in ET.fromstring(slope["function"]).iter() if element.tag.endswith("}mo")]
    assert ((signs[0], signs[-1]) == ("[", "]")) == is_sum


def test_the_loss_is_a_tree_of_its_terms():
    found = explored("sigmoid")
    tree = found["formulas"]["loss"][0]["numbers"]
    assert tree["product"][0] == {"number": -1.0}
    term = tree["product"][1]["of"]["product"]
    assert term[0] == {"ref": ["y", 2, "i"]} and term[1]["value"] is None and term[1]["of"] == {"ref": ["a", 2, "i"]}


def test_what_is_verified_was_verified():
    found = explored("deep")
    words = found["verified"]["en"]
    assert "2-2-2-2-2" in words and "50 digits" in words
    assert "50 位" in found["verified"]["zh"]


def spoiled(kind):
    """The formulas of the package with one kind's right side off by a hundredth of its first factor or term."""
    right = exploring.formulas_of

    def wrong(network):
        found = []
        for formula in right(network):
            if formula.kind == kind:
                formula = type(formula)(**{**vars(formula), "right": formula.right * clearprop_number("1.01")})
            found.append(formula)
        return found

    return wrong


def clearprop_number(text):
    from clearprop.derivation.expressions import Number

    return Number(text)


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_formula_is_never_handed_over(kind, monkeypatch):
    monkeypatch.setattr(exploring, "formulas_of", spoiled(kind))
    with pytest.raises(DerivationError, match=f"^{kind} of layer"):
        explored_anew("sigmoid")


def test_a_wrong_tree_is_never_handed_over(monkeypatch):
    right = exploring.tree_of

    def without_biases(root):
        tree = right(root)
        return tree["plus"][0] if "plus" in tree else tree

    monkeypatch.setattr(exploring, "tree_of", without_biases)
    with pytest.raises(DerivationError, match=r"^z of layer"):
        explored_anew("sigmoid")


def test_a_wrong_engine_is_never_shown(monkeypatch):
    entry = ACTIVATIONS["sigmoid"]
    monkeypatch.setitem(vars(entry), "derivative", lambda z, a, xp: 1.01 * a * (1 - a))
    with pytest.raises(DerivationError):
        explored_anew("sigmoid")


@pytest.mark.parametrize(
    "name",
    ["preset, classes", "preset, amounts", "own, classes", "own, two classes", "own, amounts", "own, several networks"],
)
def test_table_models_are_explored_on_their_rows(name):
    model, table, _ = subject_model(name)
    found = exploration(model, table, rows=[3, 1])
    assert [row["title"] for row in found["rows"]] == ["#3", "#1"]
    names = [column for column in table.column_names if column != model.target]
    assert [cell[0] for cell in found["rows"][0]["cells"]] == names
    assert dict(found["rows"][0]["cells"])["age"] == str(table["age"][2].as_py())
    expected = table[model.target][2].as_py()
    if model.labels is None:
        assert float(found["rows"][0]["target"]) == pytest.approx(expected)
        step = model.work(table[2:3])
        assert decoded(found["rows"][0]["y"])[0] == pytest.approx(step.Y[0, 0], rel=1e-5)
    else:
        assert found["rows"][0]["target"] == expected
        assert {row["predicted"] for row in found["rows"]} <= set(map(str, model.labels))
    if name != "own, several networks":
        step = model.work(table[2:3])
        np.testing.assert_allclose(
            decoded(found["rows"][0]["delta"][0]), step.gradients.delta[1][0], rtol=1e-5, atol=1e-9
        )


@pytest.mark.parametrize("name", ["TabularClassifier", "TabularRegressor", "MLPClassifier", "MLPRegressor", "labels"])
def test_estimators_are_explored(name):
    model, table, y = subject_model(name)
    found = clearprop.report.exploration(model, table, y)
    assert len(found["rows"]) == 5
    assert found["network"]["sizes"][-1] == len(found["network"]["output_names"])


def test_names_are_text_and_features_are_told_apart():
    model, table, _ = subject_model("nasty")
    found = exploration(model, table)
    names = found["network"]["input_names"]
    assert len(set(names)) == len(names)
    assert any(name.startswith(NASTY[0]) for name in names)
    assert {row["target"] for row in found["rows"]} <= set(NASTY[:3]) | {"\u2068" + NASTY[2] + "\u2069"}


def test_rows_that_are_not_there_are_told():
    model, table, _ = subject_model("own, classes")
    for rows in ([0], [61], []):
        with pytest.raises(ValueError, match=r"^rows: row numbers from 1 to 60") as caught:
            exploration(model, table, rows=rows)
        assert len(str(caught.value).splitlines()) == 1


def test_arrays_are_little_endian_and_row_by_row():
    array = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    assert decoded(encoded(array)).tolist() == [1, 2, 3, 4, 5, 6]
    assert decoded(encoded(array.T)).tolist() == [1, 4, 2, 5, 3, 6]


def test_a_large_network_takes_seconds():
    network = Network((784, 128, 10), "relu")
    parameters, X, Y = problem(network, m=5)
    on = NetworkOnRows(network, Parameters.of(parameters.W[1:], parameters.b[1:], np.float32), X, Y)
    found = exploring.explored(on, np.arange(1, 6))
    assert len(json.dumps(found)) < 700_000
