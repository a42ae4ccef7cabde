"""What a quantity may be called, and what is said of one that the network does not have."""

from typing import Any

import pytest

from clearprop.derivation.derivations import derive
from clearprop.derivation.quantities import TOPICS, target

from .derived import NETWORK, QUESTIONS


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
