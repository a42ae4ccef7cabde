"""Dropout masks from a counter, not from a stream: every engine draws the same mask for a (seed, step, layer)."""

import numpy as np
from numpy.typing import DTypeLike

from clearprop.mathematics.arrays import Array, Namespace
from clearprop.mathematics.network import Network


def _mixed(x: Array) -> Array:
    # A 32-bit finaliser of multiply and xor-shift (Wellons' "lowbias32"); arrays of uint32 wrap as C does.
    x = (x ^ (x >> 16)) * np.uint32(0x7FEB352D)
    x = (x ^ (x >> 15)) * np.uint32(0x846CA68B)
    return x ^ (x >> 16)


def dropout_mask(
    seed: int, step: int, l: int, shape: tuple[int, int], rate: float, dtype: DTypeLike, xp: Namespace = np
) -> Array:
    """Mˡ, (m, n_l): 0 with probability `rate`, else 1/(1 − rate), a function of its arguments alone.

    >>> dropout_mask(0, 1, 1, (1000, 50), 0.5, np.float32).mean().round(1)
    np.float32(1.0)

    Source: Srivastava et al. 2014, in the inverted form: prediction needs no factor.
    """
    key = xp.zeros(1, dtype=xp.uint32)
    for number in (seed, step, l):
        key = _mixed(key * np.uint32(0x9E3779B1) + np.uint32(number & 0xFFFFFFFF))
    counter = xp.arange(shape[0] * shape[1], dtype=xp.uint32)
    kept = _mixed(_mixed(counter) ^ key) >= np.uint32(min(rate * 2.0**32, 2**32 - 1))
    return kept.astype(dtype).reshape(shape) / (1.0 - rate)


def dropout_masks(
    network: Network, seed: int, step: int, n_samples: int, rate: float, dtype: DTypeLike
) -> list[Array] | None:
    """`masks[l]` for the hidden layers of one step (index 0 and L are not used), or None where nothing is dropped."""
    if not rate or network.n_layers == 1:
        return None
    masks = [dropout_mask(seed, step, l, (n_samples, network.sizes[l]), rate, dtype) for l in network.layers[:-1]]
    return [np.empty(0), *masks]
