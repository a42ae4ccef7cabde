"""scikit-learn's gradient boosting on histograms."""

from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from benchmarks.accuracy.contenders.base import Classifier, as_categories


def make(seed: int, n_threads: int) -> Classifier:
    """OpenMP has the threads that its process is given."""
    model = HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=seed)
    return make_pipeline(FunctionTransformer(as_categories), model)
