"""Proofs: every equation that back-propagation uses, checked against derivatives that SymPy or differences find.

What is checked is the statement that is shown: both are the same expression. The left side is a derivative of what the
network and its loss are, the right side is the equation.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from clearprop.derivation.documents.blocks import Block, Content, Document, Heading, Paragraph, Table
from clearprop.derivation.documents.presented import Presented
from clearprop.derivation.documents.programs import formula_facts, layer_imports, network_code, network_facts
from clearprop.derivation.expressions import Relation
from clearprop.derivation.messages import Message, check_language
from clearprop.derivation.proving.borders import kinks_are_declared
from clearprop.derivation.proving.claims import Claim, I, J, K, claims
from clearprop.derivation.proving.digits import TOLERANCE, Points
from clearprop.derivation.proving.layer_claims import layer_claims, proven_layers
from clearprop.derivation.proving.written import holds_symbolically
from clearprop.derivation.quantities import check_network
from clearprop.derivation.symbols import SAMPLE, Symbols
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.network import Network

SYMBOLIC, DIGITS = "symbolic", "50 digits"

#: Larger statements, and those that come after so much work together, are checked in digits. A unit of work takes SymPy
#: about a millisecond; sizes decide and not the clock, so that a proof is the same on every machine.
MOST_WORK = 250
MOST_WORK_TOGETHER = 1500
#: A network with more weights is refused.
MOST_WEIGHTS = 120_000
#: Rows of the batches.
ROWS_SYMBOLIC, ROWS_DIGITS = 2, 3


@dataclass(frozen=True)
class ProofLine:
    """One statement and how it was checked.

    Attributes:
        rule: its name: "slope", "shift", "jacobian", "loss gradient", "BP1" to "BP4" (and "BP1 batch", ...), "penalty",
            "inputs", "chained"; of other layers the parameter's name ("scale.s", "scale.s batch"), or "scale.x".
        layer: l, 0 of what makes A⁰, or None.
        statement: left = right.
        about: what it says.
        entries, of: how many entries were checked, and how many there are.
        method: "symbolic" (identical for all numbers) or "50 digits" (at random rational points).
        holds: whether both sides are the same.
        evidence: in digits, the largest difference as a share of the largest entry.
    """

    rule: str
    layer: int | None
    statement: Relation
    about: Message
    entries: int
    of: int
    method: str
    holds: bool
    evidence: float | None = None


@dataclass(frozen=True)
class Proof(Presented):
    """What `prove` found about a network."""

    network: Network
    lines: tuple[ProofLine, ...]
    language: str = "en"

    @property
    def holds(self) -> bool:
        """Whether every line holds."""
        return all(line.holds for line in self.lines)

    @property
    def document(self) -> Document:
        """The lines in tables, by layer, with what their checks mean."""
        title = Message("proof.title", network=_described(self.network))
        return Document((title,), self.language, tuple(_blocks(self)), code=_code(self), facts=lambda: _facts(self))


def prove(network: Network, language: str = "en") -> Proof:
    """Prove the equations of back-propagation for the network at hand.

    For every f′, the softmax Jacobian, ∂E/∂ŷ, BP1 to BP4 of every layer (one sample, and a batch with row weights), the
    penalty's term, ∂E/∂x and what each kind of other layer has learned: SymPy differentiates what the network computes,
    written out entry by entry, and the difference from the equation must vanish identically. Statements that are too
    large for that are compared with differences of the loss in 130 digits at random rational points; they must agree to
    50. Last, the equations, one after the other, must give the derivatives of the whole loss.

    Arguments:
        network: sizes, activations and loss.
        language: of the document, "en" or "zh".

    Raises:
        ValueError: a network with too many weights, or a language without a catalog.

    Example:
        >>> proof = prove(Network((2, 2)))
        >>> proof.holds, len(proof.lines), proof.lines[3].rule, proof.lines[3].method
        (True, 12, 'BP1', 'symbolic')

    Source: notes 1 and 2; the chain rule for functions of several variables.
    """
    check_network(network)
    check_language(language)
    if network.n_weights > MOST_WEIGHTS:
        raise ValueError(
            f"prove: {network.n_weights:,} weights are too many to check in 130 digits; up to {MOST_WEIGHTS:,} can be: "
            "take narrower layers, the equations are the same"
        )
    return Proof(network, tuple(_Prover(network).lines()), language)


def _all_claims(network: Network, n_samples: int) -> list[Claim]:
    one, batch = Symbols(network), Symbols(network, n_samples)
    others = [claim for l in range(network.n_layers) for claim in layer_claims(one, batch, l)]
    return [*claims(network, n_samples), *others]


class _Prover:
    def __init__(self, network: Network) -> None:
        self.network, self.points, self.work_left = network, Points(network), MOST_WORK_TOGETHER

    def lines(self) -> Iterator[ProofLine]:
        """Yield the lines, each checked in the way that its size allows."""
        wide = _all_claims(self.network, ROWS_DIGITS)
        for claim, in_digits in zip(_all_claims(self.network, ROWS_SYMBOLIC), wide, strict=True):
            if claim.chained or claim.work > min(MOST_WORK, self.work_left):
                yield self._in_digits(in_digits)
                continue
            self.work_left -= claim.work
            if holds_symbolically(self.network, claim):
                yield _line(claim, claim.n_entries, SYMBOLIC, True)
            else:
                yield self._not_found(in_digits)

    def _not_found(self, claim: Claim) -> ProofLine:
        """What SymPy could not bring to zero is wrong, unless the digits say otherwise."""
        line = self._in_digits(claim)
        return line if line.holds else _line(claim, line.entries, SYMBOLIC, False, line.evidence)

    def _in_digits(self, claim: Claim) -> ProofLine:
        difference, n_entries = self.points.largest_difference(claim)
        return _line(claim, n_entries, DIGITS, difference <= TOLERANCE, difference)


def _line(claim: Claim, n_entries: int, method: str, holds: bool, evidence: float | None = None) -> ProofLine:
    if claim.activation is not None:
        holds = holds and kinks_are_declared(ACTIVATIONS[claim.activation])
    return ProofLine(
        claim.rule, claim.layer, claim.statement, claim.about, n_entries, claim.n_entries, method, holds, evidence
    )


def _described(network: Network) -> str:
    sizes = "-".join(map(str, network.sizes))
    others = dict.fromkeys(layer.name for layer in network.other_layers.values())
    return ", ".join((sizes, *dict.fromkeys(network.hidden_names), network.output, network.loss, *others))


def _blocks(proof: Proof) -> Iterator[Block]:
    methods = Counter(line.method for line in proof.lines)
    yield Paragraph((Message("proof.what"),))
    yield Paragraph((Message("proof.legend", i=I, j=J, k=K, r=SAMPLE),))
    if methods[SYMBOLIC]:
        yield Paragraph((Message("proof.symbolic_means"), Message("proof.above_means")))
    yield Paragraph((Message("proof.digits_means", points=Points(proof.network).n_points),))
    alone = [line for line in proof.lines if line.rule != "chained"]
    yield from _part(Message("proof.functions"), [line for line in alone if line.layer is None])
    for l in reversed(proof.network.layers):
        yield from _part(Message("proof.layer", l=l), [line for line in alone if line.layer == l])
    if any(line.layer == 0 for line in alone):
        yield from _part(Message("proof.before_layers"), [line for line in alone if line.layer == 0])
    if len(proven_layers(proof.network)) < len(proof.network.other_layers):
        yield Paragraph((Message("proof.layer_kinds"),))
    yield from _part(Message("proof.whole"), [line for line in proof.lines if line.rule == "chained"])
    yield Paragraph((_total(proof, methods),))


def _part(heading: Content, lines: list[ProofLine]) -> Iterator[Block]:
    columns = ("statement", "meaning", "checked", "method", "result")
    yield Heading(heading)
    yield Table(tuple(Message(f"proof.column_{column}") for column in columns), tuple(map(_row, lines)))


def _row(line: ProofLine) -> tuple[Content, ...]:
    some = "all" if line.entries == line.of else "some"
    checked = Message(f"proof.checked_{some}", entries=line.entries, of=line.of)
    evidence = f"{line.evidence:.0e}" if line.evidence else "0"
    method = Message("proof.method_symbolic" if line.method == SYMBOLIC else "proof.method_digits", evidence=evidence)
    return line.statement, line.about, checked, method, Message("proof.holds" if line.holds else "proof.fails")


def _total(proof: Proof, methods: Counter[str]) -> Message:
    failed = sum(not line.holds for line in proof.lines)
    key = "proof.total_fails" if failed else "proof.total"
    counts = {"lines": len(proof.lines), "symbolic": methods[SYMBOLIC], "digits": methods[DIGITS], "failed": failed}
    return Message(key, **counts)


def _code(proof: Proof) -> tuple[str, ...]:
    """Return Python that proves it anew."""
    language = f", language={proof.language!r}" if proof.language != "en" else ""
    imports = f"from clearprop import Network, prove\n{layer_imports(proof.network)}"
    return (
        f"{imports}\nproof = prove({network_code(proof.network)}{language})\nproof.holds",
        "[(line.rule, line.layer, line.method, line.holds) for line in proof.lines]",
    )


def _facts(proof: Proof) -> dict[str, Any]:
    lines = [
        {
            "rule": line.rule,
            "layer": line.layer,
            "statement": formula_facts(line.statement, False, proof.language),
            "entries": line.entries,
            "of": line.of,
            "method": line.method,
            "holds": line.holds,
            "evidence": line.evidence,
        }
        for line in proof.lines
    ]
    return {"kind": "proof", "network": network_facts(proof.network), "holds": proof.holds, "lines": lines}
