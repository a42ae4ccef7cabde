"""scikit-learn's MLPClassifier behind the pipeline that its users write for a table."""

import warnings
from typing import Any

from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from benchmarks.accuracy.contenders.base import Classifier, as_text, imputer


def make(seed: int, n_threads: int, **arguments: Any) -> Classifier:
    """Its BLAS has one thread: on batches of 200 rows and layers of 100 units a second one costs more than it gains."""
    threadpool_limits(1, user_api="blas")
    warnings.simplefilter("ignore", ConvergenceWarning)  # at 200 epochs it often has not, and people use it so
    numbers = make_pipeline(imputer(), StandardScaler())
    categories = make_pipeline(FunctionTransformer(as_text), OneHotEncoder(handle_unknown="ignore"))
    columns = make_column_transformer(
        (numbers, make_column_selector(dtype_include="number")),
        (categories, make_column_selector(dtype_exclude="number")),
    )
    return make_pipeline(columns, MLPClassifier(max_iter=200, random_state=seed, **arguments))
