"""What a derivation holds, what its forms have in common, what it counts, and what it says to a wrong question."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from autograd import elementwise_grad
from scipy.optimize import minimize_scalar

from clearprop.derivation.derivations import FORMS, MOST_PARAMETERS, Derivation, derive
from clearprop.derivation.documents.blocks import Heading, Paragraph, Table
from clearprop.derivation.expressions import Expression, Index, Partial, Quantity, Relation, walk
from clearprop.derivation.forms.cost import (
    backward_multiplications,
    single_path_multiplications,
    single_weight_multiplications,
)
from clearprop.derivation.forms.vanishing import slope_bound, steepest
from clearprop.derivation.messages import Message, catalog, languages, pieces
from clearprop.derivation.quantities import TOPICS, target
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.network import Network
from mathematics.cases import HIDDEN
from mathematics.test_autodiff import TEXTBOOK_ACTIVATIONS

from .marks import LONG
from .test_random_networks import arrays_of, numbers_of, values
from .textbook import Numbers

NETWORK = Network((2, 3, 2, 2), ("sigmoid", "tanh"))
QUANTITIES = ("W1[2,1]", "W2", "b1[3]", "b3", "z[2,1]", "z1", "a[1,2]", "h1", "a[3,1]", "x[2]", "x", "W3[1,2]")
QUESTIONS = (*QUANTITIES, "sigmoid'", "softmax'", "softmax shift", "dE/dz", "equations", "update")


@cache
def derived(quantity: str, form: str = "index", language: str = "en", penalty: bool = False) -> Derivation:
    return derive(NETWORK, quantity, form, language, penalty=penalty)


def tables(derivation: Derivation, heading: str) -> list[Table]:
    """The tables whose first column has that heading."""
    found = [block for block in derivation.blocks if isinstance(block, Table)]
    return [table for table in found if table.headings[0] == Message(heading)]


def equal_to_the_result(derivation: Derivation) -> Iterator[Expression]:
    """What begins the lines that end in the final formula; δ is another name of ∂E/∂z."""
    symbols, left = derivation.symbols, None
    for step in derivation.steps:
        left = left if step.left is None else step.left
        if step.right == derivation.result and left is not None:
            yield left
            if isinstance(left, Quantity) and left.name in ("delta", "Delta"):
                l = left.layer or 0
                yield Partial(symbols.data_loss, symbols.z(l) if left.name == "delta" else symbols.Z(l))


#: One form of each question is quick enough to be tried each time.
QUICK = {(question, FORMS[i % 3]) for i, question in enumerate(QUESTIONS)}


def questions(*asked: str, quick: int | None = None) -> list[Any]:
    """Every form of every question, all but one of each (of the last few) marked slow."""
    tried = {(question, form) for question, form in QUICK if question in asked[-quick if quick else 0 :]}
    return [
        pytest.param(question, form, marks=() if (question, form) in tried else LONG)
        for question in asked
        for form in FORMS
    ]


@pytest.mark.parametrize(("quantity", "form"), questions(*QUESTIONS))
def test_every_question_has_an_answer_of_numbered_lines(quantity: str, form: str) -> None:
    derivation = derived(quantity, form)
    steps = derivation.steps
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    assert steps[0].left is not None
    assert all(used < step.number for step in steps for used in step.uses)
    if quantity in QUANTITIES:
        assert isinstance(derivation.quantity, Partial)
        assert derivation.quantity in equal_to_the_result(derivation)
        assert derivation.quantity.shape == derivation.result.shape
        assert derivation.result_text in derivation.to_text(400)


@pytest.mark.parametrize(("quantity", "form"), questions(*QUESTIONS, quick=6))
def test_both_languages_derive_the_same_and_say_all_of_it(quantity: str, form: str) -> None:
    first, *others = (derived(quantity, form, language) for language in languages())
    for other in others:
        assert [(s.left, s.right, s.rule, s.why.key) for s in other.steps] == [
            (s.left, s.right, s.rule, s.why.key) for s in first.steps
        ]
    for language in languages():
        for step in first.steps:
            assert f"rules.{step.rule}" in catalog(language), step.rule
            assert pieces(step.why, language), step.why.key
        for block in first.blocks:
            said = block.sentences if isinstance(block, Paragraph) else ()
            said += (block.text,) if isinstance(block, Heading) else ()
            said += (*block.headings, *(cell for row in block.rows for cell in row)) if isinstance(block, Table) else ()
            for content in said:
                assert not any("{" in part for part in pieces(content, language) if isinstance(part, str))


@pytest.mark.parametrize("penalty", [False, pytest.param(True, marks=LONG)])
@pytest.mark.parametrize(("quantity", "form"), questions(*QUANTITIES, "dE/dz", "equations", "update"))
def test_every_symbol_of_a_line_stands_in_a_table_with_kind_and_shape(quantity: str, form: str, penalty: bool) -> None:
    derivation = derived(quantity, form, penalty=penalty)
    rows = {(row[0].name, row[0].layer): row for table in tables(derivation, "symbols.symbol") for row in table.rows}
    missing = set()
    used = {node for step in derivation.steps for side in (step.left, step.right) if side for node in walk(side)}
    for node in used:
        is_any = isinstance(node, Quantity) and node.name in "za" and node.layer is None  # f′ is about any z and a
        if isinstance(node, Quantity) and node.full_shape and not is_any:
            if (node.name, node.layer) not in rows:
                missing.add((node.name, node.layer))
                continue
            row = rows[node.name, node.layer]
            described = "".join(part for part in pieces(row[1], "en") if isinstance(part, str))
            assert described.split()[-1] == ("scalar", "vector", "matrix")[len(node.full_shape)], described
            assert row[2] == str(node.full_shape).replace(" ", "")
    assert missing == set()


def of_sample(quantity: str, form: str, numbers: Numbers, row: int) -> Any:
    """The numbers of a quantity's final formula; of a batch, those of one of its rows."""
    derivation = derived(quantity, form)
    assert isinstance(derivation.quantity, Partial)
    assert isinstance(derivation.quantity.by, Quantity)
    assert derivation.result is not None
    by = derivation.quantity.by
    sizes = dict(zip([str(getattr(i, "letter", "")) for i in by.indices], by.full_shape, strict=False))
    arrays, form_of = arrays_of(derivation, derivation.result, numbers), derivation.to_sympy()
    letters = [index.letter for index in by.indices if isinstance(index, Index)]
    places = product(*(range(1, sizes[letter] + 1) for letter in letters))
    found = np.array([values(form_of, arrays, dict(zip(letters, at, strict=True))) for at in places])
    found = found.reshape((*(sizes[letter] for letter in letters), *derivation.quantity.by.shape))
    return found[row] if by.name in "ZA" else found


@pytest.mark.parametrize("quantity", [pytest.param(q, marks=() if q in ("b3", "a[3,1]") else LONG) for q in QUANTITIES])
def test_the_three_forms_give_the_same_numbers(quantity: str) -> None:
    batch = numbers_of(derived(quantity, "batch"), 0)
    rows = [Numbers(NETWORK, batch.W, batch.b, batch.X[[i]], batch.Y[[i]], np.ones(1)) for i in range(len(batch.omega))]
    index, vector = ([of_sample(quantity, form, row, 0) for row in rows] for form in ("index", "vector"))
    np.testing.assert_allclose(index, vector, rtol=1e-12, atol=1e-15)
    weighted = [omega * found for omega, found in zip(batch.omega, index, strict=True)]
    if quantity[0] in "Wb":
        np.testing.assert_allclose(of_sample(quantity, "batch", batch, 0), sum(weighted), rtol=1e-12, atol=1e-15)
    else:
        whole = [of_sample(quantity, "batch", batch, row) for row in range(len(rows))]
        np.testing.assert_allclose(whole, weighted, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("W2[1,1]", "W²[1,1]"),
        ("W2[1,1]", " W2 [ 1 , 1 ] "),
        ("x[1]", "a0[1]"),
        ("x[1]", "a[0,1]"),
        ("x", "a0"),
        ("h[1,2]", "h1[2]"),
        ("h[1,2]", "a1[2]"),
        ("h[1,2]", "a¹[2]"),
        ("z[2,1]", "z2[1]"),
        ("z[2,1]", "delta2[1]"),
        ("z[2,1]", "δ²[1]"),
        ("b1", "b¹"),
        ("sigmoid'", "σ′"),
        ("sigmoid'", "Sigmoid’"),
        ("sigmoid'", "logistic'"),
        ("softmax'", "softmax jacobian"),
        ("dE/dz", "∂E/∂z"),
        ("dE/dz", "dCE/dz"),
        ("equations", "BP"),
        ("softmax shift", "SOFTMAX_SHIFT"),
    ],
)
def test_spellings_of_the_same_quantity(one: str, other: str) -> None:
    assert target(NETWORK, one) == target(NETWORK, other)


def test_what_is_not_the_same_is_told_apart() -> None:
    every = [*QUESTIONS, "W2[1,3]", "W2[2,1]", "a[2,1]", "tanh'"]
    assert len({target(NETWORK, quantity) for quantity in every}) == len(every)
    assert all(target(NETWORK, spelling).kind == topic for topic, spellings in TOPICS.items() for spelling in spellings)


@pytest.mark.parametrize("form", FORMS)
def test_shapes_are_written_where_they_are_asked_for(form: str) -> None:
    plain, shaped = (
        derive(Network((3, 2), (), "tanh", "half_squared_error"), "W1", form, shapes=shapes).to_text(100)
        for shapes in (False, True)
    )
    assert "₍₂×₃₎" in shaped
    assert "₍₂×₃₎" not in plain


class Counted:
    """A number that counts its multiplications."""

    multiplications = 0

    def __mul__(self, other: "Counted") -> "Counted":
        Counted.multiplications += 1
        return Counted()

    def __add__(self, other: "Counted") -> "Counted":
        return Counted()


def counted(work: Any, *arguments: Any) -> int:
    Counted.multiplications = 0
    work(*arguments)
    return Counted.multiplications


def summed(terms: list[Counted]) -> Counted:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def signals(n: tuple[int, ...], lowest: int) -> list[Counted]:
    """The error signals of a layer, from those of the output down, each layer once."""
    delta, number = [Counted() for _ in range(n[-1])], Counted()
    for l in range(len(n) - 2, lowest - 1, -1):
        delta = [summed([above * number for above in delta]) * number for _ in range(n[l])]
    return delta


def one_backward_pass(n: tuple[int, ...]) -> dict[int, int]:
    """The multiplications of each layer: of its error signals, and of its weights' gradients."""
    found, delta, number = {}, [Counted() for _ in range(n[-1])], Counted()

    def layer(l: int) -> None:
        nonlocal delta
        if l < len(n) - 1:
            delta = [summed([above * number for above in delta]) * number for _ in range(n[l])]
        _ = [[mine * number for _ in range(n[l - 1])] for mine in delta]

    for l in range(len(n) - 1, 0, -1):
        found[l] = counted(layer, l)
    return found


def one_weight(n: tuple[int, ...], l: int) -> Counted:
    """∂E/∂w of one weight alone: the signals above its unit, its own unit's, and what comes in."""
    number = Counted()
    if l == len(n) - 1:
        return number * number
    return summed([above * number for above in signals(n, l + 1)]) * number * number


def one_weight_by_paths(n: tuple[int, ...], l: int) -> Counted:
    """The same, path by path: each times a weight and a slope for every layer that it passes, and what comes in."""
    number, paths = Counted(), []
    for _ in product(*(range(n[k]) for k in range(l + 1, len(n)))):
        path = Counted()
        for _ in range(l, len(n) - 1):
            path = path * number * number
        paths.append(path * number)
    return summed(paths)


@pytest.mark.parametrize("sizes", [(1, 1), (2, 3), (2, 2, 2), (3, 3, 2, 2), (4, 1, 3, 2), (2, 5, 4, 3, 2, 2)])
def test_multiplications_are_those_that_counting_numbers_count(sizes: tuple[int, ...]) -> None:
    network = Network(sizes)
    backward = one_backward_pass(sizes)
    for l in network.layers:
        assert backward_multiplications(network, l) == backward[l]
        assert single_weight_multiplications(network, l) == counted(one_weight, sizes, l)
        assert single_path_multiplications(network, l) == counted(one_weight_by_paths, sizes, l)


def test_the_table_of_costs_adds_up() -> None:
    n, [table] = NETWORK.sizes, tables(derived("W1[2,1]"), "cost.layer")
    *rows, total = [[int(cell.replace(",", "")) for cell in row[1:]] for row in table.rows]
    backward = one_backward_pass(n)
    layers = [3, 2, 1]
    weights = [n[l] * n[l - 1] for l in layers]
    assert rows == [
        [w, backward[l], w * counted(one_weight, n, l), w * counted(one_weight_by_paths, n, l)]
        for w, l in zip(weights, layers, strict=True)
    ]
    assert total == [sum(column) for column in zip(*rows, strict=True)]


@pytest.mark.parametrize("name", HIDDEN)
def test_the_steepest_slope_is_the_maximum_of_the_textbook_derivative(name: str) -> None:
    def slope(z: Any) -> Any:
        return np.abs(elementwise_grad(TEXTBOOK_ACTIVATIONS[name])(np.asarray(z, float)))

    grid = np.sort([*np.linspace(-15.05, 15.05, 302), -1e-12, 1e-12])  # beside a kink, too
    start = grid[np.argmax(slope(grid))]
    best = -minimize_scalar(lambda z: -float(slope(z)), bounds=(start - 0.2, start + 0.2), method="bounded").fun
    if name == "exponential":
        assert steepest(name) == np.inf
    else:
        assert steepest(name) == pytest.approx(max(best, float(slope(grid).max())), rel=1e-6)


def test_the_table_of_slopes_multiplies_what_it_lists() -> None:
    network = Network((2, 2, 3, 2, 2), ("sigmoid", "gelu", "tanh"))
    [table] = tables(derive(network, "W1[1,1]"), "vanishing.signal")
    expected = 1.0
    for l, row in zip(range(4, 0, -1), table.rows, strict=True):
        largest, count, bound = row[2:]
        expected *= float(largest) if largest else 1.0
        assert row[0].layer == l
        assert int(count) == 4 - l
        assert float(bound) == pytest.approx(expected, rel=2e-3)
        assert slope_bound(network, l) == pytest.approx(expected, rel=2e-3)


WRONG = [
    ("W4[1,1]", ["2-3-2-2", "W has layers 1 to 3"]),
    ("W0", ["W has layers 1 to 3"]),
    ("b9", ["b has layers 1 to 3"]),
    ("z[4,1]", ["z has layers 1 to 3"]),
    ("h3", ["h has layers 1 to 2"]),
    ("h0[1]", ["h has layers 1 to 2"]),
    ("a4", ["a has layers 0 to 3"]),
    ("W1[4,1]", ["W1[1–3,1–2]", "[1–3,1–2]"]),
    ("W1[0,1]", ["[1–3,1–2]"]),
    ("W1[1]", ["2 indices", "W1[1–3,1–2]"]),
    ("b1[1,1]", ["1 ind", "b1[1–3]"]),
    ("x[3]", ["[1–2]"]),
    ("z[1,4]", ["[1–3]"]),
    ("W1[a,b]", ["whole numbers", "W2[1,1]"]),
    ("W1[-1,1]", ["whole numbers", "W2[1,1]"]),
    ("W1[]", ["whole numbers"]),
    ("W", ["W1"]),
    ("x2", ["x[1]"]),
    ("Q1", ["W2[1,1]", "equations", "update"]),
    ("", ["W2[1,1]"]),
    ("W1[1,1", ["W2[1,1]"]),
    ("swoosh'", ["sigmoid", "relu"]),
    ("y[1]", ["W2[1,1]"]),
    ("W2[1,1]\nand more", ["W2[1,1]"]),
]


@pytest.mark.parametrize(("quantity", "possible"), WRONG)
def test_a_wrong_quantity_is_answered_in_one_line_with_what_is_possible(quantity: str, possible: list[str]) -> None:
    with pytest.raises(ValueError) as caught:
        derive(NETWORK, quantity)
    message = str(caught.value)
    assert "\n" not in message
    assert any(words in message for words in possible), message
    assert message.startswith("quantity: ")


def one_line(*arguments: Any, **named: Any) -> str:
    with pytest.raises(ValueError) as caught:
        derive(*arguments, **named)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_network_without_hidden_layer_has_no_h() -> None:
    assert "there is no hidden layer" in one_line(Network((2, 2)), "h1[1]")
    assert "there is no hidden layer" in one_line(Network((2, 2)), "h[1,1]")


def test_unknown_form_and_language() -> None:
    message = one_line(NETWORK, "W1", "matrix")
    assert all(form in message for form in FORMS)
    message = one_line(NETWORK, "W1", language="fr")
    assert all(language in message for language in languages())


def test_too_large_a_network_is_refused_at_once() -> None:
    message = one_line(Network((1000, 300, 10)), "W1[1,1]")
    assert f"{MOST_PARAMETERS:,}" in message
    assert "303,310" in message


@pytest.mark.parametrize("form", FORMS)
def test_one_softmax_unit_with_binary_cross_entropy_has_no_finite_loss(form: str) -> None:
    network = Network((2, 1), (), "softmax", "binary_cross_entropy")
    message = one_line(network, "W1[1,1]", form)
    assert "softmax of 1 units" in message
    assert derive(Network((2, 2), (), "softmax", "binary_cross_entropy"), "W1[1,1]", form).result is not None


def test_what_is_not_one_formula_has_no_sympy_form() -> None:
    with pytest.raises(ValueError, match=r"equations is not one formula; ask for .* such as W1\[1,1\]"):
        derived("equations").to_sympy()


def test_the_engine_s_gradient_stands_beside_the_formula_s_value() -> None:
    """At one point: the formula, the central difference, and the code that trains agree to what is written."""
    text = derived("W1[2,1]").to_text(400)
    pattern = r"the last formula gives (\S+), the central difference (\S+), and the code that trains (\S+?)\.?$"
    [found] = re.findall(pattern, " ".join(text.split()), re.MULTILINE)
    formula, difference, engine = (float(number.replace("−", "-")) for number in found)
    assert formula == pytest.approx(difference, rel=1e-12)
    assert formula == pytest.approx(engine, rel=1e-10)


@pytest.mark.parametrize("form", FORMS)
def test_a_derivation_is_never_shown_where_the_engine_computes_something_else(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clearprop.derivation.checking import engine_numbers
    from clearprop.derivation.checking.verification import DerivationError

    right = engine_numbers.backward

    def off(*arguments: Any, **named: Any) -> Any:
        gradients = right(*arguments, **named)
        gradients.dW[1][1, 0] *= 1.001
        return gradients

    monkeypatch.setattr(engine_numbers, "backward", off)
    with pytest.raises(DerivationError):
        derive(Network((2, 2), (), "sigmoid", "half_squared_error"), "W1[2,1]", form)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_can_be_asked_for_by_name(name: str) -> None:
    derivation = derive(NETWORK, f"{name}'")
    assert derivation.steps
    assert derivation.target.kind == ("slope" if ACTIVATIONS[name].elementwise else "softmax_jacobian")


def test_relations_and_numbers_in_the_tables_are_true() -> None:
    """What the table of symbols says of how each comes about is so for numbers."""
    from .textbook import random_numbers, value

    for form in ("index", "batch"):
        derivation = derived("W1", form)
        numbers = random_numbers(NETWORK, derivation.symbols.n_samples if form == "batch" else 1, 0, "distribution")
        relations = [row[3] for table in tables(derivation, "symbols.symbol") for row in table.rows]
        checked = 0
        for relation in relations:
            if isinstance(relation, Relation) and not is_of_rows(relation):
                left, right = (value(side, numbers, {}) for side in (relation.left, relation.right))
                np.testing.assert_allclose(np.broadcast_to(right, np.shape(left)), left, rtol=1e-10)
                checked += 1
        assert checked >= 4


def is_of_rows(relation: Relation) -> bool:
    """Whether it is about any row r, or adds one bias to every row, which a formula of one sample does not do."""
    if Index("r") in walk(relation.left):
        return True
    nodes: list[Expression] = [*walk(relation.right)]
    return any(isinstance(node, Quantity) and node.name in ("b", "Z") for node in nodes) and any(
        isinstance(node, Quantity) and node.name == "A" for node in nodes
    )


def test_the_short_version_is_the_last_formula() -> None:
    derivation = derived("W2")
    relations = [
        value
        for block in derivation.blocks[:4]
        if isinstance(block, Paragraph)
        for sentence in block.sentences
        if isinstance(sentence, Message)
        for _, value in sentence.values
        if isinstance(value, Relation)
    ]
    assert relations == [Relation(derivation.quantity, "=", derivation.result)]


@pytest.mark.parametrize(("hidden", "kept"), [("sigmoid", True), ("tanh", True), ("relu", False), ("softplus", False)])
def test_only_a_slope_in_kept_values_is_said_to_be_written_with_them(hidden: str, kept: bool) -> None:
    said = {step.why.key for step in derive(Network((2, 2, 2), hidden), "b1[1]").steps}
    assert ("network.slope_formula" in said) == kept
    assert ("network.slope_formula_in_z" in said) == (not kept)


@pytest.mark.parametrize(
    "spelling",
    [
        "w1[1,2]",
        "W1(1,2)",
        "W1[1][2]",
        "dE/dW1[1,2]",
        "∂E/∂w1[1,2]",
        "∂E/∂w¹₁₂",
        "Ｗ１［１，２］",
        "W1[1、2]",
        "∇W1[1,2]",
        "W^1[1,2]",
    ],
)
def test_an_entry_is_understood_in_every_natural_spelling(spelling: str) -> None:
    wanted = target(NETWORK, "W1[1,2]")
    assert target(NETWORK, spelling) == target(NETWORK, f" {' '.join(spelling)} ") == wanted
    assert wanted.text == "W1[1,2]"


@pytest.mark.parametrize("quantity", [*QUESTIONS, *TOPICS])
def test_the_text_of_a_target_asks_for_it_again(quantity: str) -> None:
    found = target(NETWORK, quantity)
    assert target(NETWORK, found.text) == found


@pytest.mark.parametrize(
    ("quantity", "says"),
    [
        (3, "quantity: a text is needed, .*; got 3"),
        (None, "quantity: a text is needed, .*; got None"),
        ("b1[1,2]", "takes 1 index,"),
        ("W1[1]", "takes 2 indices,"),
        ("a[9]", r"x\[1\] is input 1"),
    ],
)
def test_what_is_no_quantity_is_told_in_one_line(quantity: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        derive(NETWORK, quantity)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("network", [None, (2, 2, 2), "2-2-2"])
def test_what_is_no_network_is_told_in_one_line(network: Any) -> None:
    with pytest.raises(ValueError, match="network: a Network is needed"):
        derive(network, "W1")
