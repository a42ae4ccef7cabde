"""The page about the two notes says what comes out, of every formula, and what it shows cannot be changed by hand."""

import importlib.util
import json
import os
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from clearprop.derivation.documents.blocks import Display, Document, Heading
from clearprop.derivation.documents.presented import FORMATS
from clearprop.derivation.expressions import (
    Expression,
    Function,
    Index,
    Negate,
    Partial,
    Quantity,
    Relation,
    Sum,
    rebuilt,
    walk,
)
from clearprop.derivation.messages import catalog, languages
from clearprop.derivation.notes.claims import KINDS, Claim, Equation, Reading, Verdict
from clearprop.derivation.notes.evidence import VerdictError, evidence, judge
from clearprop.derivation.notes.page import judged_notes
from clearprop.derivation.notes.quantities import EXTRAS, UNDEFINED, total
from clearprop.derivation.notes.tables import NOTES, claims
from clearprop.derivation.quantities import target
from clearprop.derivation.symbols import E, Symbols

from . import textbook

CLAIMS = [claim for note in NOTES for claim in claims(note)]
NUMBERS = [claim.number for claim in CLAIMS]
SCRIPT = Path(__file__).parents[2] / "docs" / "write_notes_judged.py"

#: How many formulas each part of the notes displays.
DISPLAYED = {
    "note_1.softmax": 5,
    "note_1.example": 3,
    "note_1.output_weights": 26,
    "note_1.hidden_weights": 10,
    "note_2.forward": 2,
    "note_2.chain": 3,
    "note_2.output_layer": 11,
    "note_2.other_layers": 2,
    "note_2.four": 4,
    "note_2.vectors": 4,
}
#: What does not hold: a list of its own, so that a formula cannot change sides unnoticed.
FAILING = ["1.a", "1.14", "1.18", "1.19", "1.20", "1.30", "1.38", "1.44", "2.d", "2.6", "2.16", "2.19", "2.23"]
CONVENTIONS = [
    *("1.1", "1.2", "1.4", "1.7", "1.21", "1.23", "1.35", "1.36", "1.39", "1.42"),
    *("2.b", "2.c", "2.1", "2.3", "2.4", "2.15", "2.17", "2.20", "2.21", "2.24", "2.25"),
]


def by_number(number: str) -> Claim:
    return CLAIMS[NUMBERS.index(number)]


def equations() -> Iterator[tuple[Claim, int]]:
    for claim in CLAIMS:
        for place in range(len(claim.equations)):
            yield claim, place


def changed(claim: Claim, place: int, equation: Equation) -> Claim:
    return replace(claim, equations=(*claim.equations[:place], equation, *claim.equations[place + 1 :]))


@pytest.mark.parametrize("claim", CLAIMS, ids=NUMBERS)
def test_every_verdict_is_what_comes_out(claim: Claim) -> None:
    assert len(judge(claim)) == len(claim.equations) > 0


@pytest.mark.parametrize("verdict", Verdict)
def test_a_verdict_that_is_changed_by_hand_is_found(verdict: Verdict) -> None:
    for claim, place in equations():
        if claim.equations[place].verdict is not verdict:
            with pytest.raises(VerdictError, match=f"formula {claim.number}, equation {place + 1}: {verdict.name}"):
                judge(changed(claim, place, replace(claim.equations[place], verdict=verdict)))


def test_what_does_not_hold() -> None:
    found = {verdict: [claim.number for claim in CLAIMS if claim.verdict is verdict] for verdict in Verdict}
    assert found[Verdict.FAILS] == FAILING
    assert found[Verdict.CONVENTION] == CONVENTIONS
    assert len(found[Verdict.HOLDS]) == len(CLAIMS) - len(FAILING) - len(CONVENTIONS)


def negated(reading: Reading) -> Reading:
    """A wrong case: the right sides with the other sign."""
    return replace(reading, statements=tuple(replace(one, right=Negate(one.right)) for one in reading.statements))


@pytest.mark.parametrize("side", ["literal", "convention", "corrected"])
def test_a_formula_that_is_changed_by_hand_is_found(side: str) -> None:
    """With another sign nothing holds that did (what is 0 aside), and no correction corrects."""
    for claim, place in equations():
        equation = claim.equations[place]
        reading = getattr(equation, side)
        holds = reading is not None and evidence(claim.network, reading).holds
        if holds and not evidence(claim.network, reading).all_zero:
            with pytest.raises(VerdictError):
                judge(changed(claim, place, replace(equation, **{side: negated(reading)})))


def test_a_correction_or_a_convention_is_needed_where_there_is_one() -> None:
    for claim, place in equations():
        equation = claim.equations[place]
        if equation.verdict is not Verdict.HOLDS:
            right = equation.convention or equation.corrected
            with pytest.raises(VerdictError):  # what is said to be wrong is right
                judge(changed(claim, place, replace(equation, literal=right)))
            with pytest.raises(VerdictError):  # nothing is said to be right
                judge(changed(claim, place, replace(equation, convention=None, corrected=None)))
            with pytest.raises(VerdictError):  # no reason is given
                judge(changed(claim, place, replace(equation, why=None)))


def test_conditions_on_targets_are_needed() -> None:
    for claim in CLAIMS:
        for judged in judge(claim):
            if judged.equation.literal.targets and judged.literal.holds:
                assert judged.unconditional is not None
                assert not judged.unconditional.holds, claim.number


def test_the_sum_that_is_identically_zero() -> None:
    for number in ("1.18", "1.19", "1.20"):
        added = [judged for judged in judge(by_number(number)) if judged.equation.is_added]
        assert [judged.literal.all_zero for judged in added] == [True]
    others = [claim for claim in CLAIMS if claim.number not in ("1.18", "1.19", "1.20")]
    assert not [claim.number for claim in others for judged in judge(claim) if judged.literal.all_zero]


def test_the_sign_of_the_error_signal() -> None:
    for number in ("2.16", "2.19", "2.23"):
        wrong = judge(by_number(number))[-1].literal
        assert wrong.unequal == wrong.compared
        assert abs(wrong.left + wrong.right) < 1e-50


def test_why_there_is_no_value() -> None:
    def reasons(number: str) -> list[str | None]:
        return [judged.literal.no_value for judged in judge(by_number(number))]

    assert reasons("1.20") == ["operation", None]  # h has one index
    assert reasons("1.38") == ["undefined", None, "undefined"]
    assert reasons("2.24") == reasons("2.25") == ["shapes"]


def test_no_formula_is_missing() -> None:
    counted = dict.fromkeys(DISPLAYED, 0)
    for claim in CLAIMS:
        counted[claim.section] += claim.is_displayed
    assert counted == DISPLAYED
    for note in NOTES:
        numbers = [claim.number for claim in claims(note) if claim.is_displayed]
        assert numbers == [f"{note}.{place}" for place in range(1, len(numbers) + 1)]
    assert len(set(NUMBERS)) == len(NUMBERS)
    for note, (findings, _) in NOTES.items():
        assert set(findings) == {claim.number for claim in claims(note)}


@pytest.mark.skipif("CLEARPROP_NOTES" not in os.environ, reason="CLEARPROP_NOTES names no folder with the notes")
@pytest.mark.parametrize("note", NOTES)
def test_the_formulas_are_those_of_the_note(note: int) -> None:
    (path,) = Path(os.environ["CLEARPROP_NOTES"]).glob(f"note-{note}-*.md")
    text = path.read_text(encoding="utf-8")
    displayed = [Display(latex).in_one_line for latex in re.findall(r"\$\$(.*?)\$\$", text, re.DOTALL)]
    assert [Display(claim.latex).in_one_line for claim in claims(note) if claim.is_displayed] == displayed
    for claim in claims(note):
        assert Display(claim.latex).in_one_line in " ".join(text.split()), claim.number


def signs(latex: str) -> int:
    """How many signs = an expression has: those of a lower bound (k=1), and of a condition, are none."""
    bare = re.sub(r"\\begin\{cases\}.*?\\end\{cases\}", "", " ".join(latex.split()).replace("=>", ""))
    while re.search(r"\{[^{}]*\}", bare):
        bare = re.sub(r"\{[^{}]*\}", "", bare)
    return bare.count("=")


@pytest.mark.parametrize("claim", CLAIMS, ids=NUMBERS)
def test_every_sign_is_judged(claim: Claim) -> None:
    kept = sum(not equation.is_added for equation in claim.equations)
    entries = {"1.3": 2, "2.a": 1, "2.b": 1}  # two entries; a vector's entries are only named
    assert kept == entries.get(claim.number, max(1, signs(claim.latex)))


def test_kinds_and_reasons_are_in_the_catalogs() -> None:
    used = [equation for claim in CLAIMS for equation in claim.equations if equation.why]
    whys = {equation.why for equation in used} | {claim.remark for claim in CLAIMS if claim.remark}
    assert {equation.kind for equation in used} == set(KINDS)
    sections = {claim.section for claim in CLAIMS} | {f"note_{note}.name" for note in NOTES}
    for language in languages():
        texts = {key for key in catalog(language) if key.startswith("note_")}
        assert texts == whys | sections
        kinds = {key.removeprefix("slip.") for key in catalog(language) if key.startswith("slip.")}
        assert kinds == set(KINDS)


def test_formulas_that_sentences_name_are_there() -> None:
    for language in languages():
        texts = [text for key, text in catalog(language).items() if key.startswith("note_")]
        named = {number for text in texts for number in re.findall(r"\d\.\d+", text)}
        assert named and named <= set(NUMBERS)


@pytest.mark.parametrize("claim", CLAIMS, ids=NUMBERS)
def test_what_a_reader_is_told_to_type_exists(claim: Claim) -> None:
    assert claim.command is not None or claim.verdict is not Verdict.FAILS
    if claim.ask is not None:
        assert target(claim.network, claim.ask)
        assert claim.ask in str(claim.command)


@pytest.mark.parametrize(
    ("latex", "markdown", "page", "document"),
    [
        (r"\begin{equation}a*b \tag{1}\end{equation}", r"a\ast b \quad (1)", "<math", r"\["),
        (r"$a$ or \$", "```", '<pre tabindex="0">', r"\ttfamily"),
        ("a，b", "$$\na，b\n$$", "<math", r"\ttfamily"),
    ],
)
def test_somebody_elses_formula_in_every_format(latex: str, markdown: str, page: str, document: str) -> None:
    whole = Document(("title",), "en", (Heading("part", 3), Display(latex)))
    written = {name: write(whole) for name, (write, _) in FORMATS.items()}
    assert markdown in written["markdown"] and "### part" in written["markdown"]
    assert page in written["html"] and "<h3>part</h3>" in written["html"]
    assert document in written["latex"].split(r"\subsubsection*")[1]
    assert latex in written["text"]
    assert json.loads(written["json"])["blocks"][1] == {"kind": "display", "latex": latex}
    cells = json.loads(written["notebook"])["cells"]
    assert markdown in "".join(cell["source"] for cell in cells)


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_notes_judged", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(not SCRIPT.exists(), reason="only the repository has the pages")
@pytest.mark.parametrize("language", languages())
def test_the_page_is_what_is_computed(language: str, script: ModuleType) -> None:
    written = script.page(language).read_text(encoding="utf-8")
    assert written == judged_notes(language).to_markdown(), "run: make notes"


def test_the_page_names_every_formula_and_counts_them() -> None:
    text = judged_notes().to_markdown()
    assert re.findall(r"^### (\S+): ", text, re.MULTILINE) == NUMBERS
    displayed = sum(DISPLAYED.values())
    assert f"display {displayed} formulas; {len(CLAIMS) - displayed} more" in text
    assert f"{len(FAILING)} do not hold" in text


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("language", languages())
def test_the_page_in_every_format(language: str, name: str) -> None:
    write, _ = FORMATS[name]
    text = write(judged_notes(language).document)
    assert [number for number in NUMBERS if number not in text] == []
    assert catalog(language)["notes.title"] in text.replace("\n", " ")


def test_the_formulas_as_they_stand_are_well_formed_in_html() -> None:
    html = judged_notes()._repr_html_()
    article = html[html.index("<article") :]
    ElementTree.fromstring(article)
    assert article.count("<h3>") == len(CLAIMS)
    assert article.count('<pre tabindex="0">') == sum("$" in claim.latex for claim in CLAIMS) == 1


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="language"):
        judged_notes("xx")


def plain(claim: Claim, statement: Relation) -> Relation:
    """A statement with what only the notes name written out in the network's quantities."""
    s, k = Symbols(claim.network), Index("k")
    whole = Sum(Function("exp", s.z(s.L, k)), k, s.size(s.L))
    change: dict[Expression, Expression] = {total(letter): whole for letter in "SA"}
    for node in walk(statement):
        if isinstance(node, Quantity) and node.name.startswith("gradient of "):
            array = getattr(s, node.name[-1])(node.layer, *node.indices)
            change[node] = Partial(E, array)
    return rebuilt(statement, change)


def textbook_says(claim: Claim, reading: Reading) -> bool:
    """Whether all statements hold in double precision, by textbook forms and complex steps."""
    for statement in (plain(claim, statement) for statement in reading.statements):
        names = {node.name for node in walk(statement) if isinstance(node, Quantity)}
        for seed in range(3):
            numbers = textbook.random_numbers(
                claim.network, 2 if names & textbook.BATCHES else 1, seed, reading.targets, 0.0
            )
            for at in textbook.index_values(statement.left, statement.right):
                if reading.where is None or textbook.value(reading.where, numbers, at):
                    try:
                        sides = [textbook.value(side, numbers, at) for side in (statement.left, statement.right)]
                    except textbook.IllFormedError:
                        return False
                    if not textbook.difference(*sides) < 1e-10:
                        return False
    return True


def known_to_textbooks(claim: Claim, reading: Reading) -> bool:
    names = {
        node.name
        for statement in reading.statements
        for node in walk(plain(claim, statement))
        if isinstance(node, Quantity)
    }
    return reading.biases and not names & {*EXTRAS, UNDEFINED}


@pytest.mark.parametrize("claim", CLAIMS, ids=NUMBERS)
def test_textbook_forms_in_double_precision_say_the_same(claim: Claim) -> None:
    for equation in claim.equations:
        for reading in (equation.literal, equation.convention, equation.corrected):
            if reading is not None and known_to_textbooks(claim, reading):
                found = evidence(claim.network, reading)
                if found.no_value is None:
                    assert textbook_says(claim, reading) is found.holds, reading


def test_most_readings_are_known_to_textbooks() -> None:
    readings = [
        (claim, reading)
        for claim in CLAIMS
        for equation in claim.equations
        for reading in (equation.literal, equation.convention, equation.corrected)
        if reading is not None
    ]
    assert sum(known_to_textbooks(*each) for each in readings) > 0.9 * len(readings)
