import random
import xml.etree.ElementTree as ET

import pytest

from clearprop.derivation.expressions import Activate, Cases, Expression, Negate, Number, Quantity, Relation, Transpose
from clearprop.derivation.printing.latex import to_latex
from clearprop.derivation.printing.mathml import to_mathml

from .formulas import CASES, FORMULAS, W2, delta2, h, i, j, z
from .reading import random_expression, read_latex, value_of


@pytest.mark.parametrize(("formula", "text"), [(formula, latex) for formula, _, latex in FORMULAS])
def test_a_formula_is_written_as_in_a_book(formula: Expression, text: str) -> None:
    assert to_latex(formula) == text


def test_a_printed_formula_means_what_the_tree_means() -> None:
    choice, compared = random.Random(2), 0
    for _ in range(2000):
        formula = random_expression(choice, depth=4)
        try:
            expected = value_of(formula, {})
            got = read_latex(to_latex(formula))
        except (OverflowError, ZeroDivisionError, ValueError):
            continue
        assert got == pytest.approx(expected, rel=1e-6), to_latex(formula)
        compared += 1
    assert compared > 1500


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("shapes", [False, True])
def test_mathml_is_well_formed(language: str, shapes: bool) -> None:
    for formula, _, _ in FORMULAS:
        ET.fromstring(to_mathml(formula, shapes, language))


def test_mathml_of_any_formula_is_well_formed() -> None:
    choice = random.Random(3)
    for _ in range(200):
        text = to_mathml(random_expression(choice, depth=4), display=True)
        assert ET.fromstring(text).tag.endswith("math")


def test_arrays_are_bold_in_a_way_that_browsers_show() -> None:
    text = to_mathml(Transpose(W2) @ delta2)
    assert "mathvariant" not in text
    assert "".join(ET.fromstring(text).itertext()) == "(𝐖2)⊤𝛅2"


def test_shapes_stand_below_arrays() -> None:
    assert to_latex(W2 @ delta2, shapes=True) == (r"\mathbf{W}^{2}_{2 \times 3} \boldsymbol{\delta}^{2}_{2 \times 1}")


def test_mathematics_holds_no_words_but_english_ones() -> None:
    three = Cases(((z, Relation(z, ">", Number(1))), (h(1), Relation(z, ">", Number(0))), (Number(0), None)))
    assert to_latex(CASES, language="zh").endswith(r"i = j \\ -\hat{y}_{i} \hat{y}_{j} & i \ne j \end{cases}")
    for formula in (CASES, three):
        assert to_latex(formula, language="zh").isascii()


def test_every_sign_of_a_condition_has_its_contrary() -> None:
    for sign, contrary in {"=": r"\ne", "≠": "=", ">": r"\le", "≤": ">", "<": r"\ge", "≥": "<"}.items():
        text = to_latex(Cases(((z, Relation(i, sign, j)), (Negate(z), None))), language="zh")
        assert text.endswith(rf"-z & i {contrary} j \end{{cases}}")


def test_names_of_several_letters_are_upright() -> None:
    assert "<mi>softmax</mi>" in to_mathml(Activate("softmax", "softmax", Quantity("z", "z", 1, (2,))))
