"""Which numbers a training computes with: what was asked for, and what the engine can do on this processor."""

import warnings
from dataclasses import replace
from typing import Any

import numpy as np

from clearprop.engines.interface import Engine, Recipe
from clearprop.mathematics.network import Network

#: float32 or float64 throughout; "bfloat16": parameters and sums in float32, factors of matrix products in bfloat16;
#: "auto": that where it is faster, else float32.
PRECISIONS = ("float32", "float64", "bfloat16", "auto")


def number_types(precision: str | None) -> tuple[Any, ...]:
    """The types that data and parameters may have, the preferred one first; None: as the data's.

    >>> number_types("bfloat16")
    (<class 'numpy.float32'>,)
    """
    if precision is None:
        return np.float64, np.float32
    return (np.float64 if precision == "float64" else np.float32,)


def with_precision(recipe: Recipe, precision: str | None, engine: Engine, network: Network, batch_size: int) -> Recipe:
    """The recipe with its precision settled for this engine, on this processor.

    Raises ValueError if "bfloat16" is asked for where it is not to be had; "auto" then warns and takes float32.
    """
    if precision not in ("bfloat16", "auto"):
        return recipe
    wanted = replace(recipe, precision="bfloat16")
    why_not = engine.why_no_bfloat16(network, wanted)
    if not why_not:
        return wanted if precision == "bfloat16" or engine.gains_by_bfloat16(network, batch_size) else recipe
    if precision == "bfloat16":
        raise ValueError(f"precision: 'bfloat16' is not to be had here: {why_not}. Use 'float32', or 'auto'")
    warnings.warn(f"precision='auto': training in float32, for {why_not}.", stacklevel=2)
    return recipe
