"""What a derivation holds, what its forms have in common, and what it says to a wrong question."""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest

from clearprop.derivation.derivations import FORMS, MOST_PARAMETERS, Derivation, derive
from clearprop.derivation.documents.blocks import Heading, Paragraph, Table
from clearprop.derivation.expressions import Expression, Index, Partial, Quantity, Relation, walk
from clearprop.derivation.messages import Message, catalog, languages, pieces
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.network import Network

from .derived import NETWORK, QUANTITIES, QUESTIONS, derived, tables
from .marks import LONG
from .test_random_networks import arrays_of, numbers_of, values
from .textbook import Numbers


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


@pytest.mark.parametrize("form", FORMS)
def test_shapes_are_written_where_they_are_asked_for(form: str) -> None:
    plain, shaped = (
        derive(Network((3, 2), (), "tanh", "half_squared_error"), "W1", form, shapes=shapes).to_text(100)
        for shapes in (False, True)
    )
    assert "₍₂×₃₎" in shaped
    assert "₍₂×₃₎" not in plain


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


@pytest.mark.parametrize("network", [None, (2, 2, 2), "2-2-2"])
def test_what_is_no_network_is_told_in_one_line(network: Any) -> None:
    with pytest.raises(ValueError, match="network: a Network is needed"):
        derive(network, "W1")
