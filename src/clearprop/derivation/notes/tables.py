"""All claims of a note: the formulas as they stand, from the note's TOML file, with what is found of them."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from clearprop.derivation.notes import note_1_hidden, note_1_output, note_2
from clearprop.derivation.notes.claims import Claim, Finding
from clearprop.mathematics.network import Network

#: What is found of each formula of a note, and the network on which it is tried.
NOTES: dict[int, tuple[Mapping[str, Finding], Network]] = {
    1: (note_1_output.FINDINGS | note_1_hidden.FINDINGS, note_1_output.NETWORK),
    2: (note_2.FINDINGS, note_2.NETWORK),
}


@cache
def claims(note: int) -> tuple[Claim, ...]:
    """Return the claims of note 1 or 2, in the order of the note.

    >>> [len(claims(note)) for note in NOTES]
    [45, 34]
    """
    findings, network = NOTES[note]
    sections = tomllib.loads((files(__package__) / f"note_{note}.toml").read_text(encoding="utf-8"))
    return tuple(
        _claim(number, f"note_{note}.{section}", latex, findings[number], network)
        for section, formulas in sections.items()
        for number, latex in formulas.items()
    )


def _claim(number: str, section: str, latex: str, finding: Finding, network: Network) -> Claim:
    return Claim(number, section, latex, finding.equations, network, finding.ask, finding.remark)
