"""What all formats share: sentences put together from words and formulas, and what is said beside a step."""

import unicodedata
from collections.abc import Callable, Iterable

from clearprop.derivation.documents.blocks import Content, Document, Step, Steps
from clearprop.derivation.expressions import Expression
from clearprop.derivation.messages import Message, catalog, pieces

#: How a format writes words, and how it writes a formula.
WriteWords = Callable[[str], str]
WriteFormula = Callable[[Expression], str]


def sentence(content: Content, language: str, words: WriteWords, formula: WriteFormula) -> str:
    """Return a sentence in a language, its words and formulas as a format writes them."""
    parts = pieces(content, language)
    return "".join(formula(part) if isinstance(part, Expression) else words(part) for part in parts)


def sentences(contents: Iterable[Content], language: str, words: WriteWords, formula: WriteFormula) -> str:
    """Return sentences one after the other, with no space behind a full-width stop.

    >>> sentences(["一。", "二", "three", "four"], "zh", str, str)
    '一。二 three four'
    """
    text = ""
    for content in contents:
        following = sentence(content, language, words, formula)
        text += " " if text and following and not _is_full_stop(text[-1]) else ""
        text += following
    return text


def title(document: Document, words: WriteWords, formula: WriteFormula) -> str:
    """Return the title of the whole; a formula that begins it is parted from the words by a colon."""
    first, *others = document.title
    if not others or not isinstance(first, Expression):
        return sentences(document.title, document.language, words, formula)
    colon = sentence(Message("document.colon"), document.language, words, formula)
    return formula(first) + colon + sentences(others, document.language, words, formula)


def _is_full_stop(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF" and unicodedata.category(character).startswith("P")


def rule(step: Step) -> Message:
    """Return the name of the rule that a step follows."""
    return Message(f"rules.{step.rule}")


def source(step: Step, language: str) -> Message | None:
    """Return "from 1–4, 12", or None where a step uses no others."""
    return Message("document.from", steps=ranges(step.uses, catalog(language)["document.and"])) if step.uses else None


def assumption(step: Step) -> Message | None:
    """Return what must be true of the targets from a step on, or None where that is not new."""
    return Message(f"document.assumes_{step.assumes}") if step.assumes and step.begins else None


def condition(step: Step) -> Message | None:
    """Return the indices for which a step holds, "for i ≠ j", or None."""
    return Message("document.for", condition=step.condition) if step.condition else None


def remarks(step: Step, language: str) -> list[Message]:
    """Return what stands beside a step: its rule, the steps that it uses, what must be true for it."""
    return [remark for remark in (rule(step), source(step, language), condition(step), assumption(step)) if remark]


def ranges(numbers: Iterable[int], comma: str = ", ") -> str:
    """Return numbers with three or more in a row drawn together.

    >>> ranges([1, 2, 3, 4, 12]), ranges([5, 6]), ranges([7])
    ('1–4, 12', '5, 6', '7')
    """
    return comma.join("–".join(map(str, run)) for run in runs(numbers))


def runs(numbers: Iterable[int]) -> list[tuple[int, ...]]:
    """Return (first, last) of three or more numbers in a row, and (number,) of the others.

    >>> runs([3, 1, 2, 8, 9])
    [(1, 3), (8,), (9,)]
    """
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    parts: list[tuple[int, ...]] = []
    for run in found:
        parts += [(run[0], run[-1])] if len(run) > 2 else [(number,) for number in run]
    return parts


def all_steps(document: Document) -> list[Step]:
    """Return the steps of all blocks, in order."""
    return [step for block in document.blocks if isinstance(block, Steps) for step in block.steps]
