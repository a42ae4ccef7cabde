"""f and f′ of the table's activations in numbers of many digits, from their formulas."""

from typing import Any

import mpmath
import numpy as np

from clearprop.derivation.formulas import multiprecision
from clearprop.mathematics.activations import ACTIVATIONS


def activated(name: str, z: Any, order: int = 0) -> Any:
    """f(z) or f′(z) by the formulas of the table, entry by entry (softmax: of the whole vector)."""
    entry = ACTIVATIONS[name]
    if not entry.elementwise:
        exponentials = np.array([mpmath.exp(value) for value in z], object)
        return exponentials / exponentials.sum()
    if isinstance(z, np.ndarray):
        return np.array([activated(name, value, order) for value in z.ravel()], object).reshape(z.shape)
    if order == 0:
        return multiprecision(entry.formula)(z=z)
    return multiprecision(entry.derivative_formula)(z=z, a=multiprecision(entry.formula)(z=z))
