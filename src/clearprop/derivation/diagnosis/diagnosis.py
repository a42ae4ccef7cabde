"""`Diagnosis`: the suspected slips, where each shows, how much they explain, and where the missed step is derived."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from clearprop.derivation.diagnosis.search import Explanation, Finding, Returned
from clearprop.derivation.diagnosis.slips import SLIPS, right_formula
from clearprop.derivation.documents.blocks import Block, Code, Content, Document, Heading, Paragraph
from clearprop.derivation.documents.presented import Presented
from clearprop.derivation.gradients.comparison import ArrayCheck
from clearprop.derivation.messages import Message, catalog, pieces
from clearprop.derivation.symbols import Symbols
from clearprop.mathematics.losses import LOSSES
from clearprop.mathematics.network import Network


@dataclass(frozen=True)
class SuspectedSlip:
    """A slip that explains wrong numbers.

    `slip` is its name in the table; `detail` what was taken instead ("first", a layer, an activation, ...); `number` a
    factor or learning rate that was found. `places` are where it was made: ("delta", l), ("W", l), ("b", l); `entry`
    where it shows most, with both numbers. `command` derives what was missed; `rule` is the rule of the step there.
    """

    slip: str
    places: tuple[tuple[str, int], ...]
    detail: str = ""
    number: float | None = None
    entry: str = ""
    given: float | None = None
    right: float | None = None
    command: str = ""

    @property
    def layers(self) -> tuple[int, ...]:
        """The layers in which it was made, from the output down."""
        return tuple(dict.fromkeys(l for _, l in self.places))

    @property
    def rule(self) -> str | None:
        """The rule of the step that was missed, a key of the catalogs' `rules`; None where it is all of it."""
        return None if "dE/dz" in self.command else SLIPS[self.slip].rule

    @property
    def message(self) -> Message:
        """What is wrong, in plain words."""
        key = f"slips.{self.slip}_{self.detail}"
        key = key if key in catalog("en") else f"slips.{self.slip}"
        number = "" if self.number is None else f"{self.number:.3g}"
        return Message(key, d=self.detail, c=number)

    def facts(self) -> dict[str, Any]:
        """What a program would ask of it, as JSON holds it."""
        return {
            "slip": self.slip,
            "detail": self.detail or None,
            "number": self.number,
            "places": [{"array": {"delta": "δ"}.get(place, place), "layer": l} for place, l in self.places],
            "entry": self.entry or None,
            "given": self.given,
            "right": self.right,
            "command": self.command or None,
        }


@dataclass(frozen=True)
class Diagnosis(Presented):
    """What went wrong in a person's gradients.

    `slips` are the fewest known slips that explain the numbers; `unexplained` the arrays that none of them explains.
    `explained` of the `entries` in wrong arrays come out with those slips as they were returned, to `difference`
    (relative to their array's largest).
    """

    network: Network
    slips: tuple[SuspectedSlip, ...] = ()
    unexplained: tuple[str, ...] = ()
    explained: int = 0
    entries: int = 0
    difference: float = 0.0
    language: str = "en"
    n_samples: int = 1

    @property
    def nothing_wrong(self) -> bool:
        """Whether there is nothing to explain."""
        return not self.slips and not self.unexplained

    @property
    def document(self) -> Document:
        """The slips in plain words, each with where it shows and where its step is derived."""
        title = Message("diagnosis.title")
        return Document((title,), self.language, tuple(self.blocks()), facts=self.facts)

    def blocks(self) -> Iterator[Block]:
        """Yield what is shown, to be put under a title."""
        if self.nothing_wrong:
            yield Paragraph((Message("diagnosis.nothing_wrong"),))
        for number, slip in enumerate(self.slips, 1):
            yield Heading(Message("diagnosis.slip", number=number, places=_places(slip.places)))
            yield Paragraph(tuple(self._sentences(slip)))
            if slip.command:
                yield Paragraph((_pointer(slip),))
                yield Code(slip.command)
        yield from self._outcome()

    def _sentences(self, slip: SuspectedSlip) -> Iterator[Content]:
        yield slip.message
        if slip.places:
            place, l = slip.places[0]
            formula = right_formula(slip.slip, place, Symbols(self.network, self.n_samples), l)
            if formula is not None:
                yield Message("diagnosis.right", formula=formula)
        if slip.entry and slip.given is not None and slip.right is not None:
            values = {"given": f"{slip.given:.6g}", "right": f"{slip.right:.6g}"}
            yield Message("diagnosis.shows", entry=slip.entry, **values)

    def _outcome(self) -> Iterator[Block]:
        sentences: list[Content] = []
        if self.slips and self.entries:
            counts = {"explained": self.explained, "entries": self.entries, "difference": f"{self.difference:.0e}"}
            sentences.append(Message("diagnosis.explains", **counts))
        if self.unexplained:
            key = "diagnosis.rest_unknown" if self.slips else "diagnosis.unknown"
            sentences.append(Message(key, arrays=", ".join(self.unexplained)))
        if sentences:
            yield Paragraph(tuple(sentences))

    def facts(self) -> dict[str, Any]:
        """What a program would ask of it, as JSON holds it."""
        return {
            "kind": "diagnosis",
            "slips": [slip.facts() | {"words": _words(slip, self.language)} for slip in self.slips],
            "unexplained": list(self.unexplained),
            "explained_entries": self.explained,
            "entries": self.entries,
            "difference": self.difference,
        }


def diagnosed(
    network: Network,
    rows: tuple[ArrayCheck, ...],
    explanation: Explanation,
    returned: Returned,
    language: str = "en",
) -> Diagnosis:
    """Say an explanation in terms of slips.

    Arguments:
        network: whose gradients.
        rows: the arrays beside the right ones.
        explanation: what the search has found.
        returned: what it has explained.
        language: of the document.
    """
    wrong = {row.name for row in rows if row.verdict != "right"}
    explained = entries = 0
    difference = 0.0
    for kind, l, expected in explanation.expected:
        given = (returned.dW if kind == "W" else returned.db)[l]
        if f"{kind}{l}" not in wrong or given is None:
            continue
        entries += given.size
        if expected is not None:
            explained += given.size
            size = float(np.max(np.abs(expected), initial=0.0)) or 1.0
            difference = max(difference, float(np.max(np.abs(given - expected), initial=0.0)) / size)
    unexplained = tuple(f"{kind}{l}" for kind, l in explanation.unexplained if f"{kind}{l}" in wrong)
    groups = _grouped(explanation.findings)
    if unexplained and len(groups) >= len(wrong) - len(unexplained):  # as many slips as they explain: no explanation
        groups, unexplained, explained, difference = [], tuple(sorted(wrong)), 0, 0.0
    slips = tuple(_suspected(findings, network, rows) for findings in groups)
    return Diagnosis(network, slips, unexplained, explained, entries, difference, language, explanation.scene.m)


def _grouped(findings: Iterable[Finding]) -> list[list[Finding]]:
    """The same slip in several places is one slip."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.used.slip, finding.used.detail), []).append(finding)
    return list(groups.values())


def _suspected(findings: list[Finding], network: Network, rows: tuple[ArrayCheck, ...]) -> SuspectedSlip:
    first = findings[0]
    row = _shown(first, rows)
    return SuspectedSlip(
        first.used.slip,
        tuple((finding.place, finding.layer) for finding in findings),
        first.used.detail,
        first.used.number,
        row.entry if row else "",
        row.given if row else None,
        row.right if row else None,
        command(network, first.used.slip, first.layer, row, first.place),
    )


def _shown(finding: Finding, rows: tuple[ArrayCheck, ...]) -> ArrayCheck | None:
    """The row in which a slip shows: its own gradient, or that of its layer's weights; else any below that is wrong."""
    kind = "b" if finding.place == "b" else "W"
    wrong = [row for row in rows if row.verdict != "right" and row.layer <= finding.layer]
    own = [row for row in wrong if row.layer == finding.layer]
    return next((row for row in own if row.kind == kind), next(iter(own or reversed(wrong)), None))


def command(network: Network, slip: str, layer: int, row: ArrayCheck | None = None, place: str = "W") -> str:
    """The command that derives what a slip has missed, as it is typed."""
    entry = SLIPS[slip]
    quantity = _quantity(network, slip, layer, row, place)
    of = f'"{quantity}"' if set(quantity) & set("'[/") else quantity
    hidden = network.hidden_names
    options = [f"--layers {','.join(map(str, network.sizes))}"]
    if set(hidden) - {"sigmoid"}:
        options.append(f"--activation {','.join(hidden if len(set(hidden)) > 1 else hidden[:1])}")
    if (network.output, network.loss) != ("softmax", "cross_entropy"):
        options.append(f"--output {network.output}")
    if LOSSES[network.loss].paired_output != network.output:
        options.append(f"--loss {network.loss}")
    options += [f"--of {of}"]
    options += [f"--form {entry.form}"] if entry.form != "index" else []
    options += ["--penalty"] if entry.penalty else []
    return " ".join(["clearprop derive", *options])


def _quantity(network: Network, slip: str, layer: int, row: ArrayCheck | None, place: str) -> str:
    """What has to be derived: of an entry that is off, where the slip shows in its own layer."""
    of, top = SLIPS[slip].of, layer == network.n_layers
    name = network.output if top else network.hidden_names[layer - 1]
    if top and (of[0] in "za" or (of == "{f}'" and name != "softmax" and network.is_paired)):
        return "dE/dz"
    if place == "b" and of == "W{l}":
        of = "b{l}"
    j, k = (*row.worst, 1)[:2] if row is not None and row.worst and row.layer == layer else (1, 1)
    return of.format(l=layer, j=j, k=k, f=name)


def _pointer(slip: SuspectedSlip) -> Message:
    if slip.rule is None:
        return Message("diagnosis.derived")
    return Message("diagnosis.derived_step", rule=Message(f"rules.{slip.rule}"))


def _places(places: tuple[tuple[str, int], ...]) -> Message:
    """Name the arrays: "δ of layer 1; ∇W of layers 1, 2"."""
    kinds = dict.fromkeys(kind for kind, _ in places)
    parts = [_place(kind, [str(l) for k, l in places if k == kind]) for kind in kinds]
    joined = parts[0] if parts else Message("diagnosis.place_loss")
    for part in parts[1:]:
        joined = Message("diagnosis.places", first=joined, second=part)
    return joined


def _place(kind: str, layers: list[str]) -> Message:
    return Message(f"diagnosis.place_{kind}" + ("s" if len(layers) > 1 else ""), layers=", ".join(layers))


def _words(slip: SuspectedSlip, language: str) -> str:
    return "".join(map(str, pieces(slip.message, language)))
