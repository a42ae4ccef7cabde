"""What a contender offers, and what several need to make of a data frame."""

from typing import Any, Protocol

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer

#: What stands for a missing category where a library wants a string.
MISSING = "missing"


class Classifier(Protocol):
    """A library with its best usual settings: strings and missing cells in, probabilities out."""

    classes_: Any

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Any:
        """Train on the rows and their labels."""

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Return the probability of each of `classes_` for each row."""


def category_columns(X: pd.DataFrame) -> list[str]:
    """Return the names of the columns that hold no numbers."""
    return list(X.select_dtypes(exclude="number").columns)


def imputer() -> SimpleImputer:
    """Return what networks need for missing numbers: the training rows' median, and a column that marks them."""
    return SimpleImputer(strategy="median", add_indicator=True)


def as_categories(X: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with pandas's type for categories; a library that trains on it remembers which there were."""
    return _with_missing(X, np.nan).astype(dict.fromkeys(category_columns(X), "category"))


def as_text(X: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with plain strings as categories, the missing ones named."""
    return _with_missing(X, MISSING)


def _with_missing(X: pd.DataFrame, value: object) -> pd.DataFrame:
    """Categories as Python's strings, with one value for a missing cell whatever the frame has there."""
    columns = {name: X[name].astype(object) for name in category_columns(X)}
    return X.assign(**{name: column.where(column.notna(), value) for name, column in columns.items()})
