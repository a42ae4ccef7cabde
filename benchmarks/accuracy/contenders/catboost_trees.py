"""CatBoost with its defaults."""

from typing import Any

import numpy as np
import pandas as pd
from catboost import CatBoostClassifier

from benchmarks.accuracy.contenders.base import Classifier, as_text, category_columns


class CatBoost:
    """It is told in `fit` which columns are categories."""

    classes_: Any

    def __init__(self, seed: int, n_threads: int) -> None:
        self._model = CatBoostClassifier(
            random_seed=seed, thread_count=n_threads, verbose=False, allow_writing_files=False
        )

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> "CatBoost":
        """Train on strings and numbers."""
        self._model.fit(as_text(X), y, cat_features=category_columns(X))
        self.classes_ = self._model.classes_
        return self

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Return the probability of each class."""
        return self._model.predict_proba(as_text(X))


def make(seed: int, n_threads: int) -> Classifier:
    """Nothing is printed and no files are written; all else that decides the model is its default."""
    return CatBoost(seed, n_threads)
