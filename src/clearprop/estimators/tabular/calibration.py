"""How sure a model may be: the temperature that fits its probabilities to rows that its networks had left out."""

import numpy as np

from clearprop.estimators.tabular.decision import SMALLEST_PROBABILITY, tempered
from clearprop.mathematics.arrays import Array

LEAST, MOST = 0.05, 20.0  # of the temperature
PRIOR_ROWS = 300.0  # with 100 or fewer, the mean log loss of new rows rose on small tables; with more, less was gained


def temperature_of(P: Array, y: Array, weights: Array, *, most: float = MOST, prior_rows: float = PRIOR_ROWS) -> float:
    """Return the temperature T at which p_T ∝ p^(1/T) has the least log loss on held-out rows.

    With β = 1/T and targets y, the loss f(β) = Σ_i ω_i (log Σ_k p_ik^β − β log p_iy), Σω = 1, is convex: its minimum
    is where f′(β) = Σ_i ω_i (E_β[log p_i] − log p_iy) is 0. Few rows say little of T,
    and rows that are all right would make T → 0; so the share r/(n + r) of the targets is what the networks said
    themselves. That term is least at T = 1: the log loss on these rows is never more than without a temperature.

    Arguments:
        P: (n, n_classes) probabilities by networks that had not seen the rows; y: (n,) codes of the classes.
        weights: (n,), at least 0; with them, n is the effective number of rows, (Σω)²/Σω².
        most: the temperature at most; prior_rows: r.

    Example:
        >>> sure = np.array([[0.99, 0.01], [0.99, 0.01], [0.01, 0.99], [0.01, 0.99]] * 5000)
        >>> y = np.array([0, 1, 1, 1] * 5000)  # right in three of four rows
        >>> T = temperature_of(sure, y, np.ones(20_000))
        >>> tempered(sure, 1.0 / T)[0].round(2).tolist()
        [0.75, 0.25]

    Source: Guo et al. 2017; targets with a prior, as in Platt 1999.
    """
    counted = weights > 0.0
    if not counted.any():
        return 1.0
    P, y, weights = P[counted], y[counted], weights[counted]
    omega = weights / weights.sum()
    own = prior_rows / (prior_rows + 1.0 / np.sum(omega**2))
    log_p = np.log(np.maximum(P, SMALLEST_PROBABILITY))
    known = np.sum(omega * log_p[np.arange(len(y)), y])
    target = (1.0 - own) * known + own * np.sum(omega * np.sum(P * log_p, axis=1))

    def slope(beta: float) -> float:
        return float(np.sum(omega * np.sum(tempered(P, beta) * log_p, axis=1)) - target)

    return 1.0 / _root(slope, 1.0 / most, 1.0 / LEAST)


def _root(slope, low: float, high: float) -> float:
    """Where a rising function is 0, or the bound on its side."""
    from scipy.optimize import brentq  # whoever predicts does not wait for it

    if slope(low) >= 0.0:
        return low
    return high if slope(high) <= 0.0 else float(brentq(slope, low, high, xtol=1e-10))
