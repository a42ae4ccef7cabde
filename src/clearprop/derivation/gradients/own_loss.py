"""A code's own loss: whether the gradient that the code returns is that of the loss that it returns."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from clearprop.derivation.gradients.black_box import Losses, differences_of
from clearprop.derivation.gradients.comparison import ArrayCheck, compare_all
from clearprop.derivation.gradients.measured import Place
from clearprop.derivation.messages import Message
from clearprop.derivation.submissions.answer import Answer
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Parameters

#: Entries that are tried of a loss that is known to be the one that the gradient is compared with in full.
MOST_ENTRIES = 60
#: What clipped logarithms and the like may do to differences, as a share of the largest entry.
ROUGH = 1e-5


@dataclass(frozen=True)
class OwnLoss:
    """Central differences of a code's own loss beside its gradient.

    `rows` compare array by array, of `entries` in all; `difference` is the largest relative error of the worst entries.
    """

    rows: tuple[ArrayCheck, ...]
    entries: int
    difference: float

    @property
    def agrees(self) -> bool:
        """Whether the gradient is that of the loss."""
        return all(row.verdict == "right" for row in self.rows)

    @property
    def worst(self) -> ArrayCheck:
        """The row that is furthest off."""
        return max(self.rows, key=lambda row: (row.verdict != "right", row.relative_error or 0.0))

    @property
    def message(self) -> Message:
        """It in words."""
        if self.agrees:
            return Message("check.own_loss_agrees", entries=f"{self.entries:,}", difference=f"{self.difference:.0e}")
        row = self.worst
        values = {"given": "–" if row.given is None else f"{row.given:.6g}", "right": f"{row.right or 0.0:.6g}"}
        return Message("check.own_loss_disagrees", entry=row.entry, **values)

    def facts(self) -> dict[str, Any]:
        """What a program would ask of it, as JSON holds it."""
        return {"agrees": self.agrees, "entries": self.entries, "difference": self.difference}


def own_loss(losses: Losses, parameters: Parameters, answer: Answer, dtype: np.dtype, every_entry: bool) -> OwnLoss:
    """Compare a code's gradient with central differences of its own loss.

    Arguments:
        losses: its loss at each of many parameters.
        parameters: where.
        answer: what it returned there.
        dtype: of its arithmetic.
        every_entry: or else up to `MOST_ENTRIES` of them.
    """
    chosen = None if every_entry else _chosen(parameters)
    measured = differences_of(losses, parameters, chosen, "float64" if dtype.itemsize >= 8 else "float32")
    left_out = {
        (kind, l): np.isnan(array) | measured.kinks[kind, l]
        for kind, arrays in (("W", measured.dW), ("b", measured.db))
        for l, array in enumerate(arrays)
        if l
    }
    right = [[np.nan_to_num(array) for array in arrays] for arrays in (measured.dW, measured.db)]
    slack = [
        [
            ROUGH * np.max(np.abs(array), initial=0.0) + np.nan_to_num(unsure)
            for array, unsure in zip(*pair, strict=True)
        ]
        for pair in zip(right, (measured.uncertainty_dW, measured.uncertainty_db), strict=True)
    ]
    rows = compare_all((answer.dW, answer.db), right, dtype, slack, left_out)
    entries = sum(int(np.sum(~skipped)) for skipped in left_out.values())
    return OwnLoss(rows, entries, max((row.relative_error or 0.0 for row in rows), default=0.0))


def _chosen(parameters: Parameters) -> dict[Place, Array]:
    """Some entries of every array."""
    random = np.random.default_rng(0)
    share = MOST_ENTRIES / (2 * len(parameters.W))
    chosen: dict[Place, Array] = {}
    for l in range(1, len(parameters.W)):
        chosen["W", l] = random.random(parameters.W[l].shape) < share / parameters.W[l].size
        chosen["b", l] = random.random(parameters.b[l].shape) < share / parameters.b[l].size
        chosen["W", l].flat[0] = chosen["b", l].flat[0] = True
    return chosen
