"""The page on the two notes: every formula with its verdict and what was computed, from the claims alone."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import mpmath

from clearprop.derivation.checking.evaluation import DIGITS
from clearprop.derivation.checking.verification import TOLERANCE
from clearprop.derivation.documents.blocks import Block, Content, Display, Document, Heading, Paragraph, Table
from clearprop.derivation.documents.presented import Presented
from clearprop.derivation.documents.programs import formula_facts
from clearprop.derivation.expressions import Function, Number, Relation, Sum
from clearprop.derivation.messages import Message, catalog, check_language
from clearprop.derivation.notes.claims import KINDS, Claim, Equation, Reading, Verdict
from clearprop.derivation.notes.evidence import N_POINTS, Evidence, Judged, judge
from clearprop.derivation.notes.note_1_output import I, J, K, S, s
from clearprop.derivation.notes.tables import NOTES, claims
from clearprop.derivation.symbols import E

#: How many digits of a value are shown.
SHOWN = 6


@dataclass(frozen=True)
class JudgedNotes(Presented):
    """The formulas of the notes, each with the evidence for its verdict."""

    formulas: tuple[tuple[Claim, tuple[Judged, ...]], ...]
    language: str = "en"

    @cached_property
    def document(self) -> Document:
        """Counts, letters, slips and conventions, and then formula after formula."""
        language = f'"{self.language}"' if self.language != "en" else ""
        code = f"from clearprop.derivation.notes.page import judged_notes\n\njudged_notes({language})"
        title = (Message("notes.title"),)
        return Document(title, self.language, tuple(_blocks(self)), code=(code,), facts=lambda: _facts(self))


def judged_notes(language: str = "en") -> JudgedNotes:
    """Judge every formula of both notes.

    Arguments:
        language: of the document, "en" or "zh".

    Raises:
        ValueError: a language without a catalog.
        VerdictError: a verdict of the tables is not what the evidence says.

    Example:
        >>> page = judged_notes()
        >>> [claim.number for claim, _ in page.formulas if claim.verdict is Verdict.FAILS][:3]
        ['1.a', '1.14', '1.18']
    """
    check_language(language)
    return JudgedNotes(tuple((claim, judge(claim)) for note in NOTES for claim in claims(note)), language)


def _blocks(page: JudgedNotes) -> Iterator[Block]:
    formulas = [claim for claim, _ in page.formulas]
    yield Paragraph((Message("notes.what"),))
    yield Paragraph((_counts(formulas),))
    yield from _slips(page, formulas)
    yield from _conventions(page, formulas)
    yield Heading(Message("notes.letters"))
    yield Paragraph((Message("notes.read"),))
    yield Table(_headings("letter", "here", "meaning"), tuple(_letters()))
    networks = ["-".join(map(str, network.sizes)) for _, network in NOTES.values()]
    values = {"points": N_POINTS, "digits": DIGITS, "first": networks[0], "second": networks[1]}
    yield Paragraph((Message("notes.method", **values),))
    yield from _every_formula(page)


def _headings(*names: str) -> tuple[Content, ...]:
    return tuple(Message(f"notes.{name}_heading") for name in names)


def _counts(formulas: list[Claim]) -> Message:
    verdicts = Counter(claim.verdict for claim in formulas)
    displayed = sum(claim.is_displayed for claim in formulas)
    return Message(
        "notes.counts",
        displayed=displayed,
        inline=len(formulas) - displayed,
        formulas=len(formulas),
        holding=verdicts[Verdict.HOLDS],
        conventions=verdicts[Verdict.CONVENTION],
        failing=verdicts[Verdict.FAILS],
        equations=sum(not equation.is_added for claim in formulas for equation in claim.equations),
    )


def _slips(page: JudgedNotes, formulas: list[Claim]) -> Iterator[Block]:
    slips = [(claim, equation) for claim in formulas for equation in claim.equations if equation.corrected]
    slips = [(claim, equation) for claim, equation in slips if equation.verdict is Verdict.FAILS]
    kinds = Counter(equation.kind for _, equation in slips)
    named = [
        Message("notes.kind_count", kind=Message(f"slip.{kind}"), count=kinds[kind]) for kind in KINDS if kinds[kind]
    ]
    yield Heading(Message("notes.slips"))
    yield Paragraph((Message("notes.slips_what"), Message("notes.kinds", list=_listed(named))))
    rows = [(claim.number, *_said(equation), _stated(equation.corrected)) for claim, equation in slips]
    yield Table(_headings("number", "kind", "wrong", "right"), tuple(rows))


def _conventions(page: JudgedNotes, formulas: list[Claim]) -> Iterator[Block]:
    places: dict[str, list[str]] = {}
    first: dict[str, Equation] = {}
    for claim in formulas:
        for equation in claim.equations:
            if equation.verdict is Verdict.CONVENTION and equation.why is not None:
                numbers = places.setdefault(equation.why, [])
                numbers += [claim.number] if claim.number not in numbers else []
                first.setdefault(equation.why, equation)
    comma = catalog(page.language)["document.and"]
    rows = [(comma.join(places[why]), *_said(equation)) for why, equation in first.items()]
    yield Heading(Message("notes.conventions_heading"))
    yield Paragraph((Message("notes.conventions_what"),))
    yield Table(_headings("number", "kind", "convention"), tuple(rows))


def _said(equation: Equation) -> tuple[Message, Message]:
    """Return the kind of a slip or a convention, and the sentence about it."""
    assert equation.why is not None
    return Message(f"slip.{equation.kind}"), Message(equation.why)


def _listed(messages: list[Message]) -> Message:
    """Return messages one after the other, parted by commas."""
    first, *others = messages
    for message in others:
        first = Message("notes.listed", first=first, second=message)
    return first


def _letters() -> Iterator[tuple[Content, ...]]:
    of_total = Relation(Sum(Function("exp", s.z(2, K)), K, s.size(2)), "=", S)
    here = {
        "w_1": ("w_jk", s.W(2, J, K)),
        "w_2": ("w_ij", s.W(2, J, I)),
        "o": ("o_i", s.z(2, I)),
        "s": ("s(o_i), Ŷ_i, a_i", s.a(2, I)),
        "h": ("h_k", s.a(1, K)),
        "i": ("i_k, I", s.x(K)),
        "y": ("Y_i", s.y(I)),
        "ce": ("CE", E),
        "sig": ("sig", s.f(1, s.z(1, J))),
        "total": ("Σ, A", of_total),
        "delta": ("δ_j", s.delta(2, J)),
    }
    for key, (letter, formula) in here.items():
        yield letter, formula, Message(f"letters.{key}")


def _every_formula(page: JudgedNotes) -> Iterator[Block]:
    section = ""
    for claim, judged in page.formulas:
        if claim.section != section:
            section = claim.section
            yield Heading(Message("notes.part", note=Message(f"{section.split('.')[0]}.name"), part=Message(section)))
        verdict = Message(f"notes.verdict_{claim.verdict.value}")
        yield Heading(Message("notes.formula", number=claim.number, verdict=verdict), 3)
        yield Display(claim.latex)
        why = dict.fromkeys(Message(equation.why) for equation in claim.equations if equation.why)
        remarks = (*why, *([Message(claim.remark)] if claim.remark else []))
        if remarks:
            yield Paragraph(remarks)
        numbered = sum(not one.equation.is_added for one in judged) > 1
        rows = [row for place, one in enumerate(judged, 1) for row in _rows(one, place if numbered else None)]
        yield Table(_headings("reading", "equation", "result", "evidence"), tuple(rows))
        if claim.verdict is not Verdict.HOLDS and claim.command:
            yield Paragraph((Message("notes.command", command=claim.command),))


def _rows(judged: Judged, place: int | None) -> Iterator[tuple[Content, ...]]:
    equation = judged.equation
    readings = (
        (equation.role, equation.literal, judged.literal),
        ("meant", equation.convention, judged.convention),
        ("full" if equation.convention else "corrected", equation.corrected, judged.corrected),
    )
    for name, reading, evidence in readings:
        if reading is not None and evidence is not None:
            label = Message(f"notes.reading_{name}")
            if place is not None and not equation.is_added:
                label = Message("notes.reading_numbered", reading=label, place=place)
            anywhere = judged.unconditional if reading is equation.literal else None
            yield label, _stated(reading), Message(f"notes.{_result(evidence)}"), _told(reading, evidence, anywhere)


def _stated(reading: Reading | None) -> Content:
    assert reading is not None
    statement = reading.statements[0]
    return statement if reading.where is None else Message("notes.where", statement=statement, condition=reading.where)


def _result(evidence: Evidence) -> str:
    if evidence.no_value:
        return "no_value"
    return "equal" if evidence.holds else "unequal"


def _told(reading: Reading, evidence: Evidence, anywhere: Evidence | None) -> Message:
    """Return what was found, what was given for it, and what comes out where that is not given."""
    told = _found(evidence)
    if evidence.holds and anywhere is not None and not anywhere.holds:
        told = Message("notes.needed", evidence=told, otherwise=_found(anywhere))
    given = [f"notes.targets_{reading.targets}"] if reading.targets else []
    given += [] if reading.biases else ["notes.no_biases"]
    return Message("notes.given", evidence=told, given=_listed(list(map(Message, given)))) if given else told


def _found(evidence: Evidence) -> Message:
    if evidence.no_value:
        return Message(f"notes.{evidence.no_value}")
    left, right = _number(evidence.left), _number(evidence.right)
    if evidence.holds:
        key = "notes.pairs_zero" if evidence.all_zero else "notes.pairs_equal"
        return Message(key, n=evidence.compared, left=left)
    indices = ", ".join(f"{letter} = {place}" for letter, place in evidence.at)
    at: Message | str = Message("notes.at", indices=indices) if indices else ""
    counts = {"unequal": evidence.unequal, "n": evidence.compared}
    return Message("notes.pair_unequal", at=at, left=left, right=right, **counts)


def _number(value: Any) -> Number:
    return Number(0 if abs(value) < TOLERANCE else mpmath.nstr(value, SHOWN).removesuffix(".0"))


def _facts(page: JudgedNotes) -> dict[str, Any]:
    """Return every formula with its verdict and the evidence, as JSON holds it."""
    return {"kind": "judged notes", "formulas": [_formula_facts(page, *formula) for formula in page.formulas]}


def _formula_facts(page: JudgedNotes, claim: Claim, judged: tuple[Judged, ...]) -> dict[str, Any]:
    equations = [
        {
            "verdict": one.equation.verdict.name.lower(),
            "kind": one.equation.kind,
            "role": one.equation.role,
            "needs_its_conditions": one.unconditional is not None and not one.unconditional.holds,
            "as_it_stands": _reading_facts(page, one.equation.literal, one.literal),
            "as_it_is_meant": _reading_facts(page, one.equation.convention, one.convention),
            "corrected": _reading_facts(page, one.equation.corrected, one.corrected),
        }
        for one in judged
    ]
    return {
        "number": claim.number,
        "latex": " ".join(claim.latex.split()),
        "verdict": claim.verdict.name.lower(),
        "equations": equations,
        "command": claim.command,
    }


def _reading_facts(page: JudgedNotes, reading: Reading | None, evidence: Evidence | None) -> dict[str, Any] | None:
    if reading is None or evidence is None:
        return None
    values = [None if value is None else mpmath.nstr(value, 50) for value in (evidence.left, evidence.right)]
    return {
        "statement": formula_facts(reading.statements[0], False, page.language),
        "targets": reading.targets,
        "result": _result(evidence),
        "compared": evidence.compared,
        "unequal": evidence.unequal,
        "left": values[0],
        "right": values[1],
        "no_value": evidence.no_value,
    }
