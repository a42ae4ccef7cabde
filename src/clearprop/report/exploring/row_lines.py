"""One row through a network of any size, with numbers: of each layer one unit, one weight, one bias."""

from collections.abc import Mapping
from itertools import count
from typing import Any

import numpy as np

from clearprop.derivation.checking.numbers import DIGITS_SHOWN, NumbersIn, shown
from clearprop.derivation.checking.verification import DerivationError
from clearprop.derivation.documents.blocks import Block, Document, Heading, Step, Steps
from clearprop.derivation.expressions import Expression, Number, Relation, rebuilt
from clearprop.derivation.messages import Message
from clearprop.derivation.symbols import Symbols
from clearprop.report.exploring.applied import written
from clearprop.report.exploring.engine_row import EngineReader, EngineRow
from clearprop.report.exploring.formulas import J, K, LayerFormula, formulas_of
from clearprop.report.exploring.verifying import TOLERANCE

FORWARD, BACKWARD = ("z", "a"), ("delta", "dW", "db")
_RULES = {"z": "definition", "a": "definition", "loss": "definition"}


class _AtRow:
    """What puts numbers into formulas, from the engine's arrays."""

    def __init__(self, row: EngineRow) -> None:
        self.reader = EngineReader(row)

    def evaluate(self, node: Expression) -> float:
        """The value of a formula without free indices."""
        return self.reader.read(node, {})

    def holds(self, relation: Relation) -> bool:
        """Whether a condition is true."""
        return bool(self.reader.condition(self.evaluate(relation.left), relation.sign, self.evaluate(relation.right)))


def row_document(row: EngineRow, language: str) -> Document:
    """Return the lines of one row: forward through every layer, the loss, and backward.

    Each line has a formula, the numbers put in, and the engine's value, which the formula must give.

    Raises:
        DerivationError: it does not.
    """
    network = row.network
    formulas = {(one.kind, one.layer): one for one in formulas_of(network, Symbols(network))}
    units = _units(row)
    at_row, numbers = _AtRow(row), count(1)

    def lines(kinds: tuple[str, ...], l: int) -> Steps:
        at = {"j": units[l], "k": units[l - 1]}
        return Steps(tuple(_line(formulas[kind, l], row, at_row, at, next(numbers)) for kind in kinds))

    blocks: list[Block] = []
    for l in network.layers:
        blocks += [Heading(Message("worked.forward_heading", l=l)), lines(FORWARD, l)]
    blocks += [Heading(Message("worked.loss_heading")), lines(("loss",), network.n_layers)]
    for l in reversed(network.layers):
        name = "output_heading" if l == network.n_layers else "hidden_heading"
        blocks += [Heading(Message(f"worked.{name}", l=l, L=l)), lines(BACKWARD, l)]
    return Document((), language, tuple(blocks))


def _units(row: EngineRow) -> list[int]:
    """Of each layer the unit with the largest error signal, from 0; of the input the largest number."""
    largest = [row.passed.a[0][0], *(row.gradients.delta[l][0] for l in row.network.layers)]
    return [int(np.argmax(np.abs(values))) for values in largest]


def _line(formula: LayerFormula, row: EngineRow, at_row: _AtRow, at: Mapping[str, int], number: int) -> Step:
    change: dict[Expression, Expression] = {J: Number(at["j"] + 1)}
    if formula.kind == "dW":  # elsewhere k runs through a sum
        change[K] = Number(at["k"] + 1)
    left, right = (rebuilt(written(side), change) for side in (formula.left, formula.right))
    value, found = row.value(formula.kind, formula.layer, at), at_row.evaluate(right)
    is_checked = np.isfinite(found) or formula.kind != "loss"  # an output may be rounded to 0 or 1
    if is_checked and not abs(found - value) <= 1e3 * TOLERANCE * max(1.0, abs(value)):
        raise DerivationError(f"{formula.kind} of layer {formula.layer} is {value:g}, but its formula gives {found:g}")
    numbers_in: Any = NumbersIn(at_row)  # type: ignore[arg-type]
    put = numbers_in.put(right) if is_checked else None
    why = Message(f"exploration.{formula.why}", l=formula.layer, above=formula.layer + 1)
    rule, value_shown = _RULES.get(formula.kind, "combine"), Number(shown(value, DIGITS_SHOWN))
    return Step(number, left, right, rule, why, numbers=None if isinstance(put, Number) else put, value=value_shown)
