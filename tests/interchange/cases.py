"""Models of every kind that a file can hold, each small, each with the rows to predict."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from clearprop import MLPClassifier, MLPRegressor
from clearprop.estimators.table_model import TableModel
from cli.cases import people

X = np.random.RandomState(0).normal(size=(60, 4))
CODES = np.digitize(X[:, 0] + X[:, 1], [-0.6, 0.6])
SEVERAL = np.column_stack([X[:, 0] > 0, X[:, 1] > 0, X[:, 2] > 0]).astype(int)
SHORT: dict[str, Any] = {"hidden_layer_sizes": (6, 5), "max_iter": 4, "random_state": 0, "learning_rate_init": 0.01}


def _named(classes: Any) -> np.ndarray:
    return np.asarray(classes)[CODES]


def _classifier(y: Any, inputs: Any = X, **arguments: Any) -> Callable[[], tuple[Any, Any]]:
    return lambda: (MLPClassifier(**{**SHORT, **arguments}).fit(inputs, y), inputs)


def _regressor(y: Any, inputs: Any = X, **arguments: Any) -> Callable[[], tuple[Any, Any]]:
    return lambda: (MLPRegressor(**{**SHORT, **arguments}).fit(inputs, y), inputs)


def _table(target: str) -> Callable[[], tuple[Any, Any]]:
    return lambda: (TableModel.fit(people(), target, hidden_layer_sizes=(6,), max_iter=4), people())


MODELS: dict[str, Callable[[], tuple[Any, Any]]] = {
    "binary": _classifier(CODES > 0),
    "integers": _classifier(_named([-3, 7, 10])),
    "short integers": _classifier(_named(np.array([-3, 7, 10], np.int16))),
    "two integers": _classifier(_named([5, 2, 5])),
    "strings": _classifier(_named(["low", "größer", "high"])),
    "objects": _classifier(_named(np.array(["low", "middle", "high"], object))),
    "multilabel": _classifier(SEVERAL),
    "sparse multilabel": _classifier(csr_matrix(SEVERAL)),
    "one class": _classifier(np.zeros(60, int)),
    "float32": _classifier(CODES, X.astype(np.float32)),
    "columns with names": _classifier(CODES, pd.DataFrame(X, columns=[*"ab", "größe", "[d]"])),
    "activations": _classifier(CODES, activation=("tanh", "leaky_relu")),
    "no hidden layer": _classifier(CODES, hidden_layer_sizes=()),
    "sizes in an array": _classifier(CODES, hidden_layer_sizes=np.array([4, 3])),
    "squared error": _classifier(CODES, loss="squared_error"),
    "class weights": _classifier(CODES, class_weight={0: 3.0, 1: 1.0, 2: 0.5}),
    "class weights of names": _classifier(_named(["a", "b", "c"]), class_weight={"a": 3.0}),
    "early stopping": _classifier(CODES, early_stopping=True, scoring="neg_log_loss", dropout=0.3),
    "lbfgs": _classifier(CODES, solver="lbfgs"),
    "amount": _regressor(X[:, 0]),
    "several amounts": _regressor(X[:, :2]),
    "counts": _regressor(CODES, loss="poisson"),
    "amount by lbfgs": _regressor(X[:, 0], solver="lbfgs"),
    "amount, early stopping": _regressor(X[:, 0], early_stopping=True, n_iter_no_change=np.inf),
    "table of two classes": _table("kind"),
    "table of three classes": _table("size"),
    "table of amounts": _table("price"),
}


@cache
def fitted(name: str) -> tuple[Any, Any]:
    """A fitted model and rows to predict; it must not be trained on."""
    return MODELS[name]()


def estimator_of(model: Any) -> Any:
    return model.estimator if isinstance(model, TableModel) else model


def outputs(model: Any, rows: Any) -> dict[str, np.ndarray]:
    """All that a model predicts."""
    names = [name for name in ("predict", "predict_proba", "predict_log_proba") if hasattr(model, name)]
    if getattr(model, "labels", ()) is None:  # a table model of an amount has no probabilities
        names.remove("predict_proba")
    results = {name: getattr(model, name)(rows) for name in names}
    return {
        name: value.toarray() if hasattr(value, "toarray") else np.asarray(value) for name, value in results.items()
    }
