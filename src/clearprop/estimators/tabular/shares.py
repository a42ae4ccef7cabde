"""How much each kind of network counts: the shares by which the kinds together predict best what they had left out."""

import numpy as np

from clearprop.mathematics.arrays import Array

SMALLEST_PROBABILITY = 1e-15
ROUNDS_OF_SHARES = 200
ROWS_OF_EACH = 1.0  # that count for a group beforehand: where nearly all rows are right, chance would choose the group


def shares_of_probabilities(P: Array, y: Array, weights: Array) -> list[float]:
    """The shares of groups that make the classes of rows that they had left out most probable.

    With p_gi the probability that group g gives the class of row i, the shares π maximise
    Σ_i ω_i log Σ_g π_g p_gi + Σ_g log π_g, where Σω = n; each round is π_g ∝ 1 + Σ_i ω_i π_g p_gi / Σ_h π_h p_hi, which
    never lowers it.

    Arguments:
        P: (n_groups, n, n_classes); y: (n,) codes of the classes; weights: (n,), of which ω are n times the shares.

    Example:
        >>> P = np.array([[[0.9, 0.1], [0.1, 0.9]], [[0.5, 0.5], [0.5, 0.5]]])
        >>> found = shares_of_probabilities(np.tile(P, (1, 500, 1)), np.tile([0, 1], 500), np.ones(1000))
        >>> [round(share, 2) for share in found]
        [1.0, 0.0]

    Source: Dempster, Laird & Rubin 1977 (mixing proportions by expectation and maximisation).
    """
    p = np.maximum(P[:, np.arange(len(y)), y], SMALLEST_PROBABILITY)
    shares, omega = np.full(len(P), 1.0 / len(P)), weights * len(y) / max(weights.sum(), np.finfo(float).tiny)
    for _ in range(ROUNDS_OF_SHARES):
        parts = shares[:, None] * p
        shares = ROWS_OF_EACH + (parts / parts.sum(axis=0)) @ omega
        shares /= shares.sum()
    return shares.tolist()


def shares_of_amounts(output: Array, y: Array, weights: Array) -> list[float]:
    """The shares of groups with the least weighted squared error on rows that they had left out.

    Arguments:
        output: (n_groups, n, 1); y: (n,) amounts; weights: (n,).
    """
    from scipy.optimize import nnls  # whoever predicts does not wait for it

    root = np.sqrt(weights)
    found, _ = nnls((output[:, :, 0] * root).T, y * root)
    total = found.sum()
    return (found / total if total > 0 else np.full(len(output), 1.0 / len(output))).tolist()
