"""What makes the prediction of one row quick.

A look tells plain rows from such as scikit-learn must check or convert, and W and b are put together once.
"""

from collections.abc import Mapping
from operator import is_not
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import numpy as np

from clearprop.mathematics.arrays import EMPTY, Array
from clearprop.mathematics.network import Parameters

#: float32 and float64 in the machine's byte order.
PLAIN_TYPES = frozenset({np.dtype(np.float32), np.dtype(np.float64)})


class HasCoefficients(Protocol):
    """A fitted estimator of one network, with scikit-learn's learned attributes."""

    coefs_: list[Array]
    intercepts_: list[Array]


def needs_no_check(X: Any, learned: Mapping[str, Any]) -> bool:
    """Whether `validate_data` would return these rows as they are, for an estimator with these learned attributes.

    That is a plain matrix of finite floats, of the width of `fit`, where no names of columns are to be compared. Of
    anything else scikit-learn says what is wrong, or converts it.
    """
    if type(X) is not np.ndarray or X.dtype not in PLAIN_TYPES or X.ndim != 2:
        return False
    if not len(X) or not ("coefs_" in learned or "members_" in learned):
        return False
    if X.shape[1] != learned.get("n_features_in_") or "feature_names_in_" in learned:
        return False
    return bool(np.isfinite(X).all())


#: Of each estimator: its `coefs_` and `intercepts_`, one by one, and the `Parameters` made of them.
_MADE: "WeakKeyDictionary[HasCoefficients, tuple[tuple[Array, ...], Parameters]]" = WeakKeyDictionary()


def current_parameters(model: HasCoefficients) -> Parameters:
    """W and b of a fitted estimator: views of `coefs_` and `intercepts_`, made anew where one of them was replaced.

    They are shared between calls: to be read, never changed.
    """
    arrays = (*model.coefs_, *model.intercepts_)
    made = _MADE.get(model)
    if made is None or len(made[0]) != len(arrays) or any(map(is_not, made[0], arrays)):
        made = arrays, parameters_of(model)
        _MADE[model] = made
    return made[1]


def parameters_of(model: HasCoefficients) -> Parameters:
    """W and b as the mathematics counts them, of `coefs_` (n_{l−1}, n_l) and `intercepts_` (n_l,)."""
    return Parameters([EMPTY, *(coef.T for coef in model.coefs_)], [EMPTY, *model.intercepts_])
