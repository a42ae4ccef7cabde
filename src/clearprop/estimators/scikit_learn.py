"""What the estimators use of scikit-learn, loaded without what it does not need: most of the time until `fit` begins.

scikit-learn loads pandas and `scipy.stats` for one function each. While it is imported, placeholders stand for them,
which load the real module as soon as anything of it is asked for; afterwards they are gone, and whoever imports pandas
or `scipy.stats` gets them as ever.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any


class _Placeholder(ModuleType):
    """Stands for a module that is loaded when something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        _take_back(self)
        return getattr(import_module(self.__name__), name)


def _take_back(placeholder: ModuleType) -> None:
    if sys.modules.get(placeholder.__name__) is placeholder:
        del sys.modules[placeholder.__name__]


@contextmanager
def deferred(*names: str) -> Iterator[None]:
    """Let imports of these modules within the block take no time; those that are loaded or not installed stay so."""
    placeholders = [_Placeholder(name) for name in names if name not in sys.modules and find_spec(name)]
    sys.modules.update({placeholder.__name__: placeholder for placeholder in placeholders})
    try:
        yield
    finally:
        for placeholder in placeholders:
            _take_back(placeholder)


with deferred("pandas", "scipy.stats"):
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, _fit_context, is_classifier
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.utils import check_consistent_length, check_random_state, column_or_1d
    from sklearn.utils._param_validation import Interval, Options, StrOptions
    from sklearn.utils.class_weight import compute_sample_weight
    from sklearn.utils.metaestimators import available_if
    from sklearn.utils.multiclass import (
        _check_partial_fit_first_call,
        check_classification_targets,
        type_of_target,
        unique_labels,
    )
    from sklearn.utils.validation import _check_sample_weight, _check_y, check_is_fitted, validate_data

__all__ = [
    "BaseEstimator",
    "ClassifierMixin",
    "ConvergenceWarning",
    "Interval",
    "Options",
    "RegressorMixin",
    "StrOptions",
    "_check_partial_fit_first_call",
    "_check_sample_weight",
    "_check_y",
    "_fit_context",
    "available_if",
    "check_classification_targets",
    "check_consistent_length",
    "check_is_fitted",
    "check_random_state",
    "column_or_1d",
    "compute_sample_weight",
    "is_classifier",
    "type_of_target",
    "unique_labels",
    "validate_data",
]
