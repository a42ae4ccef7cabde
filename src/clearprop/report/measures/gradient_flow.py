"""Whether gradients vanish or explode on their way from the last layer back to the first."""

from dataclasses import dataclass

import numpy as np

from clearprop.mathematics.arrays import Array

#: ‖∇W¹‖/‖∇Wᴸ‖ below the first of these: gradients vanish; above the second: they explode.
VANISHES, EXPLODES = 1e-2, 1e2


@dataclass(frozen=True)
class GradientFlow:
    """How the gradient's norm changes from the last layer back to the first.

    `ratio` is the median over the epochs of ‖∇W¹‖/‖∇Wᴸ‖; `verdict` is "vanishes", "explodes", "keeps", or "unknown"
    where there is one layer or a norm that is not finite.
    """

    ratio: float
    verdict: str


def gradient_flow(norms: Array) -> GradientFlow:
    """Judge the norms of ∇W, (epochs, L): the rule of `VANISHES` and `EXPLODES`.

    >>> gradient_flow(np.array([[1e-4, 1e-2, 1.0], [1e-4, 1e-2, 1.0]])).verdict
    'vanishes'
    >>> gradient_flow(np.array([[300.0, 20.0, 1.0]])).verdict, gradient_flow(np.array([[0.5, 1.0]])).verdict
    ('explodes', 'keeps')
    """
    first, last = norms[:, 0], norms[:, -1]
    usable = np.isfinite(first) & np.isfinite(last) & (last > 0)
    if norms.shape[1] < 2 or not usable.any():
        return GradientFlow(float("nan"), "unknown")
    ratio = float(np.median(first[usable] / last[usable]))
    return GradientFlow(ratio, "vanishes" if ratio < VANISHES else "explodes" if ratio > EXPLODES else "keeps")
