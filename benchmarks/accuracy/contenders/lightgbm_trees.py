"""LightGBM with its defaults."""

from lightgbm import LGBMClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from benchmarks.accuracy.contenders.base import Classifier, as_categories


def make(seed: int, n_threads: int) -> Classifier:
    """`verbosity=-1` prints nothing; all else that decides the model is its default."""
    model = LGBMClassifier(n_jobs=n_threads, random_state=seed, verbosity=-1)
    return make_pipeline(FunctionTransformer(as_categories), model)
