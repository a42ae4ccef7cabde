import random
import subprocess
import sys

import pytest

from clearprop.derivation.expressions import Expression, Multiply, Number
from clearprop.derivation.printing.unicode import to_unicode

from .formulas import CASES, FORMULAS, W2, delta2, h, sigma, w2, z1
from .reading import random_expression, read_unicode, value_of


@pytest.mark.parametrize(("formula", "text"), [(formula, text) for formula, text, _ in FORMULAS])
def test_a_formula_is_written_as_on_paper(formula: Expression, text: str) -> None:
    assert to_unicode(formula) == text


def test_a_printed_formula_means_what_the_tree_means() -> None:
    choice, compared = random.Random(1), 0
    for _ in range(2000):
        formula = random_expression(choice, depth=4)
        try:
            expected = value_of(formula, {})
            got = read_unicode(to_unicode(formula))
        except (OverflowError, ZeroDivisionError, ValueError):
            continue
        assert got == pytest.approx(expected, rel=1e-6), to_unicode(formula)
        compared += 1
    assert compared > 1500


def test_the_reader_sees_a_missing_parenthesis() -> None:
    assert read_unicode("h₁(1 − h₁)") == pytest.approx(value_of(h(1) * (1 - h(1)), {}))
    assert read_unicode("h₁ · 1 − h₁") != pytest.approx(value_of(h(1) * (1 - h(1)), {}))


def test_shapes_stand_below_arrays_and_not_below_entries() -> None:
    assert to_unicode(W2 @ delta2, shapes=True) == "W²₍₂×₃₎δ²₍₂×₁₎"
    assert to_unicode(w2(1, 2) * h(1), shapes=True) == to_unicode(w2(1, 2) * h(1))
    assert to_unicode(sigma(z1()), shapes=True) == "σ(z¹₍₂×₁₎)"


def test_cases_speak_the_readers_language() -> None:
    assert "若 i = j" in to_unicode(CASES, language="zh")


def test_a_product_of_numbers_never_runs_together() -> None:
    assert to_unicode(Multiply((Number(2), Number(3), Number("0.5")))) == "2 · 3 · 0.5"


def test_a_number_is_not_set_against_a_parenthesis_nor_0_and_1_against_a_letter() -> None:
    assert to_unicode(Number(0) * (h(1) + 1)) == "0 · (h₁ + 1)"
    assert to_unicode(Number("0.5") * (1 - h(1))) == "0.5 · (1 − h₁)"
    assert [to_unicode(Number(n) * h(1)) for n in (0, 1, 2)] == ["0 · h₁", "1 · h₁", "2h₁"]


def test_zero_has_no_sign() -> None:
    assert [to_unicode(zero) for zero in (Number("-0"), Number("-0.0"), -Number(0))] == ["0", "0.0", "0"]
    assert to_unicode(Number("-0.01")) == "−0.01"


def test_text_needs_neither_jinja_nor_latex2mathml() -> None:
    code = (
        "import sys, clearprop.derivation.printing.unicode, clearprop.derivation.documents.presented;"
        "print({'jinja2', 'latex2mathml', 'nbformat', 'sympy'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
