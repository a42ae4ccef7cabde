"""`derive` of networks with layers beside the affine ones: from the columns to A⁰, and back to every θ."""

import re
from dataclasses import replace
from functools import cache
from typing import Any
from xml.dom.minidom import parseString

import numpy as np
import pytest

from clearprop import derive
from clearprop.derivation.checking.verification import DerivationError
from clearprop.derivation.derivations import FORMS, Derivation
from clearprop.derivation.documents.blocks import Heading, Paragraph, Table
from clearprop.derivation.documents.programs import layer_imports, network_code
from clearprop.derivation.expressions import Partial, Quantity, walk
from clearprop.derivation.messages import catalog, languages, pieces
from clearprop.derivation.quantities import target
from clearprop.derivation.symbolic import evaluate_sympy
from clearprop.mathematics.equations import backward, forward
from clearprop.mathematics.layers import LAYERS, Embedding, Layer, Mixture, Numbers, Periodic, PiecewiseLinear, Scale
from clearprop.mathematics.network import Network

from .marks import LONG

INPUTS = (Numbers(1), PiecewiseLinear(((-1.0, 0.25, 2.0),)), Periodic(2, 2, 3), Embedding(3, width=2))
SIZE = sum(layer.n_outputs for layer in INPUTS)
NETWORK = Network((SIZE, 3, 2), "softplus", inputs=INPUTS, scaled=True, mixed=True)
SMALL = Network((2, 2, 2), "softplus", scaled=True, mixed=True)
ENTRIES = {
    "scale.s": (2,),
    "input3.w1": (1, 2),
    "input3.b1": (2, 1),
    "input3.W2": (2, 1, 2),
    "input3.b2": (1, 2),
    "input4.C": (3, 2),
    "mixture1.alpha": (2,),
}


def one_form_each(*asked: str) -> list[Any]:
    """One form of each question is tried each time, the others are slow."""
    return [
        pytest.param(question, form, marks=() if form == FORMS[i % 3] else LONG)
        for i, question in enumerate(asked)
        for form in FORMS
    ]


@cache
def derived(question: str, form: str, language: str = "en", penalty: bool = False) -> Derivation:
    return derive(NETWORK, question, form, language, penalty=penalty)


def asked(name: str) -> str:
    return f"{name}[{','.join(map(str, ENTRIES[name]))}]"


def test_every_parameter_of_every_layer_is_asked_for() -> None:
    assert ENTRIES.keys() == NETWORK.theta_shapes.keys()
    assert {type(layer).name for layer in NETWORK.other_layers.values()} == LAYERS.keys()


@pytest.mark.parametrize(("name", "form"), one_form_each(*ENTRIES))
def test_every_entry_is_derived_and_the_engine_computes_it(name: str, form: str) -> None:
    """`derive` itself compares its last formula with differences and with the code that trains."""
    derivation = derived(asked(name), form)
    assert derivation.result is not None
    assert not any(isinstance(node, Partial) for node in walk(derivation.result))
    assert derivation.quantity == next(s.left for s in reversed(derivation.steps) if s.left is not None)
    assert derivation.steps[-1].right == derivation.result
    assert derivation.result_text in derivation.to_text(400)
    assert [step.number for step in derivation.steps] == list(range(1, len(derivation.steps) + 1))


@pytest.mark.parametrize("name", ENTRIES)
def test_the_formula_in_sympy_has_the_engine_s_value(name: str) -> None:
    """For one row, from the arrays of `forward` and `backward` alone."""
    random = np.random.default_rng(2)
    parameters = NETWORK.parameters(random.normal(size=NETWORK.n_parameters))
    X = np.array([[0.3, 0.9, -0.4, 0.7, 2.0]])
    passed = forward(NETWORK, parameters, X)
    gradients = backward(NETWORK, parameters, passed, np.array([[0.25, 0.75]]))
    dQ = (gradients.delta[1] @ parameters.W[1]) * parameters.theta["scale.s"]
    arrays: dict[str, Any] = {key.replace(".", "_"): array for key, array in parameters.theta.items()}
    arrays |= {f"{kind}{l}": getattr(parameters, kind)[l] for kind in "Wb" for l in (1, 2)}
    arrays |= {f"delta{l}": gradients.delta[l][0] for l in (1, 2)} | {"z1": passed.z[1][0], "q": passed.features[0]}
    arrays |= {"input3_x": X[0, 2:4], "input4_c": int(X[0, 4]) + 1, "input4_g": dQ[0, 9:11]}
    arrays |= {"input3_g": dQ[0, 3:9].reshape(2, 3)[:, 1:]}
    form = FORMS[list(ENTRIES).index(name) % 2]  # both are about one sample
    result = derived(asked(name), form).result
    assert result is not None
    right = gradients.dtheta[name][tuple(i - 1 for i in ENTRIES[name])]
    assert evaluate_sympy(result, arrays) == pytest.approx(right, rel=1e-12)


@pytest.mark.parametrize(("question", "form"), one_form_each("W1[2,3]", "b1", "equations", "a0[4]", "update"))
def test_the_four_equations_of_such_a_network(question: str, form: str) -> None:
    derivation = derived(question, form, penalty=question == "W1[2,3]")
    left = {step.left.by.name for step in derivation.steps if isinstance(step.left, Partial)}
    if question in ("equations", "update"):
        assert left >= NETWORK.theta_shapes.keys()


@pytest.mark.parametrize(
    "network",
    [
        Network((3, 2), scaled=True),
        pytest.param(Network((2, 3, 2, 2), ("relu", "selu"), mixed=True), marks=LONG),
        Network((4, 2, 2), "gelu", "identity", "half_squared_error", inputs=(Embedding(2, 2), Embedding(3, 2))),
        pytest.param(
            Network((2, 2, 1), "silu", "sigmoid", "half_squared_error", inputs=(Periodic(1, 2, 2),), mixed=True),
            marks=LONG,
        ),
    ],
)
def test_networks_with_some_of_the_layers(network: Network) -> None:
    for name in network.theta_shapes:
        for form in FORMS:
            assert derive(network, name, form).result is not None


@pytest.mark.parametrize("name", ["input4.C", pytest.param("mixture1.alpha", marks=LONG)])
def test_both_languages_say_all_of_it(name: str) -> None:
    first, *others = (derived(name, "batch", language) for language in languages())
    for other in others:
        assert [(s.left, s.right, s.rule, s.why.key) for s in other.steps] == [
            (s.left, s.right, s.rule, s.why.key) for s in first.steps
        ]
        assert len(other.to_text(100)) > 1000
    for language in languages():
        for step in first.steps:
            assert f"rules.{step.rule}" in catalog(language)
        for block in first.blocks:
            said: tuple[Any, ...] = block.sentences if isinstance(block, Paragraph) else ()
            said += (block.text,) if isinstance(block, Heading) else ()
            said += tuple(cell for row in block.rows for cell in row) if isinstance(block, Table) else ()
            assert not any("{" in part for one in said for part in pieces(one, language) if isinstance(part, str))


@pytest.mark.parametrize("form", [*FORMS[:2], pytest.param("batch", marks=LONG)])
def test_every_symbol_stands_in_the_table_with_its_shape(form: str) -> None:
    derivation = derived("equations", form) if form == "index" else derived("input4.C", form)
    tables = [block for block in derivation.blocks if isinstance(block, Table)]
    rows = {row[0].name: row for table in tables for row in table.rows if isinstance(row[0], Quantity)}
    used = {node for step in derivation.steps for side in (step.left, step.right) if side for node in walk(side)}
    for node in used:
        if isinstance(node, Quantity) and ("." in node.name or node.name in "qQ") and node.full_shape:
            assert rows[node.name][2] == str(node.full_shape).replace(" ", "")


MUTATIONS: list[tuple[type[Layer], str, str, str]] = [
    (Scale, "s[j]", "x[r, j]", "s[j]"),
    (Mixture, "alpha[j]", " - x[r, j]", ""),
    (Mixture, "alpha[j]", "g[r, j]*(", "(1 + 0*g[r, j])*("),
    (Embedding, "C[i, j]", "c[r], i", "c[r], i + 1"),
    (Embedding, "C[i, j]", "*KroneckerDelta(c[r], i)", ""),
    (Embedding, "C[i, j]", "g[r, j]*", ""),
    (Periodic, "w1[p, k]", "*2*pi", "*pi"),
    (Periodic, "b1[p, k]", "-Sum(Sum", "Sum(Sum"),
    (Periodic, "W2[p, t, k]", "cos", "sin"),
]


@pytest.mark.parametrize(("layer", "head", "old", "new"), MUTATIONS)
def test_a_wrong_gradient_formula_is_never_shown(
    layer: type[Layer], head: str, old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert old in layer.gradient_formulas[head]
    wrong = layer.gradient_formulas | {head: layer.gradient_formulas[head].replace(old, new, 1)}
    monkeypatch.setattr(layer, "gradient_formulas", wrong)
    parameter = head.partition("[")[0]
    name = next(key for key in ENTRIES if key.endswith(f".{parameter}"))
    with pytest.raises(DerivationError):
        derive(SMALL if name in SMALL.theta_shapes else NETWORK, asked(name), "vector")


@pytest.mark.parametrize(("layer", "name"), [(Scale, "scale.s"), (Mixture, "mixture1.alpha"), (Periodic, "input3.W2")])
def test_a_formula_that_is_not_what_the_engine_computes_is_never_shown(
    layer: type[Layer], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both formulas of the table are mutated alike, so that they agree with each other."""
    doubled = {head: text.replace("s[j]", "2*s[j]").replace("f(", "2*f(") for head, text in layer.formulas.items()}
    doubled = {head: text.replace("cos(", "2*cos(") for head, text in doubled.items()}
    gradients = {
        "s[j]": "2*Sum(g[r, j]*x[r, j], (r, 1, m))",
        "alpha[j]": "Sum(g[r, j]*(2*f(x[r, j]) - x[r, j]), (r, 1, m))",
    }
    gradients |= {"W2[p, t, k]": "Sum(g[r, p, t]*2*cos(2*pi*w1[p, k]*x[r, p] + b1[p, k]), (r, 1, m))"}
    known = {head: text for head, text in gradients.items() if head in layer.gradient_formulas}
    monkeypatch.setattr(layer, "formulas", doubled)
    monkeypatch.setattr(layer, "gradient_formulas", layer.gradient_formulas | known)
    with pytest.raises(DerivationError):
        derive(SMALL if name in SMALL.theta_shapes else NETWORK, asked(name))


@pytest.mark.parametrize(
    ("spelled", "text"),
    [
        ("scale.s[2]", "scale.s[2]"),
        ("scale[2]", "scale.s[2]"),
        ("scale", "scale.s"),
        ("dE/dscale.s[2]", "scale.s[2]"),
        ("∂E/∂input4.C[3,2]", "input4.C[3,2]"),
        ("Input3.W2(2,1,2)", "input3.W2[2,1,2]"),
        ("input4", "input4.C"),
        ("mixture1.alpha[3]", "mixture1.alpha[3]"),
        ("a0[1]", "a0[1]"),
    ],
)
def test_spellings(spelled: str, text: str) -> None:
    assert target(NETWORK, spelled).text == text
    assert target(NETWORK, text) == target(NETWORK, spelled)


@pytest.mark.parametrize(
    ("quantity", "message"),
    [
        ("x[1]", "x are columns that other layers take as they are given; ask for a0"),
        ("nothing", "is unknown; ask for W2[1,1], W2, b1[2], z[2,1], h[1,2], a0[1], "),
        ("nothing", "or input3.w1, "),
        ("h[5,1]", "a0[1] is input 1"),
        ("scale.t", "is unknown; this network has input3.w1, "),
        ("input3", "is unknown; this network has input3.w1, "),
        ("input2", "is unknown; this network has input3.w1, "),
        ("mixture2.alpha", "is unknown; this network has"),
        ("input4.C[4,1]", "an index is out of range; input4.C has entries"),
        ("input4.C[1]", "input4.C takes 2 indices"),
        ("scale.s[a]", "indices are whole numbers that count from 1"),
    ],
)
def test_what_cannot_be_asked_for_is_told_in_one_line(quantity: str, message: str) -> None:
    with pytest.raises(ValueError, match="quantity: ") as caught:
        derive(NETWORK, quantity)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_affine_network_has_no_such_quantity() -> None:
    with pytest.raises(ValueError, match="this network has no layers beside the affine ones"):
        derive(Network((2, 2)), "scale.s[1]")


@pytest.mark.parametrize(
    "network", [NETWORK, replace(NETWORK, scaled=False, mixed=False), Network((2, 2, 2), mixed=True)]
)
def test_the_code_of_a_network_makes_it_anew(network: Network) -> None:
    names: dict[str, Any] = {"Network": Network}
    exec(layer_imports(network), names)
    assert eval(network_code(network), names) == network


def test_every_formula_of_a_page_is_well_formed_and_in_its_language() -> None:
    for language in languages():
        derivation = derived("input4.C", "batch", language)
        formulas = re.findall(r"<math.*?</math>", derivation.to_html(), flags=re.DOTALL)
        assert len(formulas) > 100
        for formula in formulas:
            parseString(formula)
        latex = derivation.to_latex()
        assert not [text for text in re.findall(r"\$[^$]*\$", latex) if re.search("[\u4e00-\u9fff]", text)]
        assert language == "en" or "otherwise" not in latex
