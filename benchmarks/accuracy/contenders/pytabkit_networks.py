"""RealMLP-TD of pytabkit (Holzmüller, Grinsztajn, Steinwart: Better by Default, NeurIPS 2024)."""

from typing import Any

from pytabkit import RealMLP_TD_Classifier
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from benchmarks.accuracy.contenders.base import Classifier, as_categories, imputer


def make(seed: int, n_threads: int, **arguments: Any) -> Classifier:
    """It takes a data frame, but refuses missing numbers."""
    model = RealMLP_TD_Classifier(device="cpu", random_state=seed, n_threads=n_threads, **arguments)
    columns = make_column_transformer(
        (imputer(), make_column_selector(dtype_include="number")),
        remainder="passthrough",
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")
    return make_pipeline(columns, FunctionTransformer(as_categories), model)
