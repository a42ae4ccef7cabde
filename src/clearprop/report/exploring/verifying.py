"""How the explorer's numbers are verified: trees and formulas beside the engine, and the engine beside differences."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from clearprop.derivation.checking.verification import DerivationError
from clearprop.derivation.gradient_checks import check_network
from clearprop.mathematics.arrays import Array
from clearprop.report.exploring.applied import written
from clearprop.report.exploring.engine_row import EngineReader, EngineRow
from clearprop.report.exploring.formulas import LayerFormula
from clearprop.report.exploring.trees import value_of
from clearprop.report.small_network import derived, small_network

#: How far a formula's value may be from the engine's, of the larger of 1 and it.
TOLERANCE = 1e-9
#: So many units of each layer are tried, and so many entries of each gradient measured, where there are more.
MOST_UNITS, MOST_ENTRIES, MOST_ROWS = 12, 60, 2


@dataclass(frozen=True)
class Verification:
    """What was verified on the network at hand.

    `lines` of the derivation hold to 50 digits on a small network of `sizes` with the same layers; `values` of the
    formulas and trees are at most `difference` from the engine's; `entries` of the engine's gradients are at most
    `slope_difference`, of each array's largest entry, from central differences of the loss.
    """

    lines: int
    sizes: tuple[int, ...]
    values: int
    difference: float
    entries: int
    slope_difference: float


def verify(rows: list[EngineRow], formulas: list[tuple[LayerFormula, dict[str, Any]]]) -> Verification:
    """Verify formulas and their trees on rows of one network.

    Raises:
        DerivationError: a formula, a tree or a gradient is not that of the engine.
    """
    network = rows[0].network
    small = small_network(network)
    derivation = derived(small)
    worst, count = 0.0, 0
    for row in rows:
        reader = EngineReader(row)
        for formula, tree in formulas:
            if formula.kind == "loss" and _is_rounded_away(row):
                continue
            for at in _places(network.sizes, formula):
                expected, values = row.value(formula.kind, formula.layer, at), [reader.read(written(formula.right), at)]
                if formula.kind != "loss":  # the terms of a loss are in no array
                    values.append(value_of(tree, row.arrays, at))
                for value in values:
                    worst, count = max(worst, _difference(value, expected, formula)), count + 1
    X, Y = (np.stack([getattr(row, name) for row in rows[:MOST_ROWS]]) for name in "xy")
    check = check_network(network, rows[0].parameters, X, Y, automatic=False, most_entries=MOST_ENTRIES)
    if not check.passed:
        raise DerivationError(f"the gradients of the engine are not those of its loss: {check.headline}")
    [agreement] = check.agreements
    return Verification(len(derivation.steps), small.sizes, count, worst, agreement.entries, agreement.difference)


def _difference(value: float, expected: float, formula: LayerFormula) -> float:
    """The relative difference of a value from the engine's."""
    difference = abs(value - expected) / max(1.0, abs(expected))
    if not difference <= TOLERANCE:
        raise DerivationError(
            f"{formula.kind} of layer {formula.layer} is {expected:g}, but its formula gives {value:g}"
        )
    return difference


def _is_rounded_away(row: EngineRow) -> bool:
    """Whether an output is so near an end of the loss's domain that log a or log(1 − a) has lost its digits.

    The engine takes the loss of a pair from z, where nothing is lost.
    """
    a, (low, high) = row.passed.output, row.network.loss_entry.domain
    return bool((a - low < 1e-6).any() or (high - a < 1e-6).any())


def _places(sizes: tuple[int, ...], formula: LayerFormula) -> list[dict[str, int]]:
    """The indices at which a formula is tried: all units, or some spread over a wide layer from first to last."""
    if formula.kind == "loss":
        return [{}]
    units = _spread(sizes[formula.layer])
    if formula.kind != "dW":
        return [{"j": int(j)} for j in units]
    below = _spread(sizes[formula.layer - 1])
    return [{"j": int(j), "k": int(below[(3 * place + 1) % len(below)])} for place, j in enumerate(units)]


def _spread(n: int) -> Array:
    return np.unique(np.linspace(0, n - 1, min(n, MOST_UNITS)).round().astype(int))
