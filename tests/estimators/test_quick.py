"""One row is predicted quickly, and what is predicted, refused and remembered is as if it were not."""

import copy
import gc
import pickle
import warnings
import weakref

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.validation import validate_data

from clearprop import MLPClassifier, MLPRegressor
from clearprop.estimators.quick import current_parameters, needs_no_check

RANDOM = np.random.RandomState(0)
X = RANDOM.normal(size=(60, 4))
TARGETS = {
    "binary": np.where(X[:, 0] > 0, "yes", "no"),
    "multiclass": np.digitize(X[:, 0], [-0.5, 0.5]) * 10,
    "multilabel": (X[:, :3] > 0).astype(int),
    "one class": np.zeros(60, int),
}
SHORT = {"hidden_layer_sizes": (6, 5), "max_iter": 3, "random_state": 0}


class Subclass(np.ndarray):
    """An array that may mean anything."""


def fitted(kind="multiclass", dtype=np.float64, **arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if kind == "amount":
            return MLPRegressor(**SHORT, **arguments).fit(X.astype(dtype), X[:, 0])
        return MLPClassifier(**SHORT, **arguments).fit(X.astype(dtype), TARGETS[kind])


def unchecked(model, rows):
    return needs_no_check(rows, vars(model))


PLAIN = {
    "one row": X[:1],
    "all rows": X,
    "float32": X.astype(np.float32),
    "negative zero": np.array([[0.0, -0.0, 1e-300, 1e10]]),
    "numbers whose squares are infinite": np.full((1, 4), 1e30, np.float32),
    "columns first": np.asfortranarray(X),
    "every other row": X[::2],
    "read-only": np.broadcast_to(X[:1], (1, 4)),
}
#: Rows that are right, but for scikit-learn to look at.
UNUSUAL = {
    "a list": X[:2].tolist(),
    "integers": np.arange(8).reshape(2, 4),
    "booleans": np.eye(4, dtype=bool),
    "float16": X.astype(np.float16),
    "objects": X.astype(object),
    "another byte order": X.astype(">f8"),
    "a subclass": X.view(Subclass),
    "a data frame": pd.DataFrame(X),
    "sparse": csr_array(X),
}
WRONG = {
    "one dimension": X[0],
    "three dimensions": X[None],
    "too narrow": X[:, :3].copy(),
    "too wide": np.hstack([X, X]),
    "no rows": X[:0],
    "NaN": np.array([[0.0, np.nan, 0.0, 0.0]]),
    "infinity": np.array([[0.0, 0.0, np.inf, 0.0]]),
    "two infinities": np.array([[-np.inf, 0.0, -np.inf, 0.0]], np.float32),
    "text": np.array([["a", "b", "c", "d"]]),
    "complex": X.astype(complex),
    "nothing": None,
}


@pytest.mark.parametrize("name", PLAIN)
def test_plain_rows_are_what_scikit_learn_makes_of_them(name):
    model, rows = fitted(), PLAIN[name]
    assert unchecked(model, rows)
    checked = validate_data(model, rows, accept_sparse="csr", reset=False)
    assert checked.dtype == rows.dtype
    np.testing.assert_array_equal(checked, rows)


@pytest.mark.parametrize("name", [*UNUSUAL, *WRONG])
def test_anything_else_is_for_scikit_learn(name):
    assert not unchecked(fitted(), {**UNUSUAL, **WRONG}[name])


@pytest.mark.parametrize("kind", [*TARGETS, "amount"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", [*PLAIN, *UNUSUAL])
def test_predictions_are_the_same_without_the_quick_look(kind, dtype, name, monkeypatch):
    model, rows = fitted(kind, dtype), {**PLAIN, **UNUSUAL}[name]
    methods = ["predict"] if kind == "amount" else ["predict", "predict_proba", "predict_log_proba"]
    quick = [getattr(model, method)(rows) for method in methods]
    monkeypatch.setattr("clearprop.estimators.base.needs_no_check", lambda X, learned: False)
    for method, values in zip(methods, quick, strict=True):
        again = getattr(model, method)(rows)
        assert again.dtype == values.dtype
        np.testing.assert_array_equal(again, values)


@pytest.mark.parametrize("kind", ["binary", "multiclass", "one class"])
def test_classes_are_those_of_scikit_learn(kind):
    model = fitted(kind)
    output = model._output(X)
    binarizer = LabelBinarizer().fit(model.classes_)
    expected = binarizer.inverse_transform(output.ravel() if output.shape[1] == 1 else output)
    predicted = model.predict(X)
    assert predicted.dtype == expected.dtype
    np.testing.assert_array_equal(predicted, expected)


@pytest.mark.parametrize("name", WRONG)
def test_errors_are_those_of_scikit_learn(name):
    model = fitted()
    with pytest.raises((ValueError, TypeError)) as expected:
        validate_data(model, WRONG[name], accept_sparse="csr", reset=False)
    for method in (model.predict, model.predict_proba, model.predict_log_proba):
        with pytest.raises(expected.type) as error:
            method(WRONG[name])
        assert str(error.value) == str(expected.value)


def test_a_model_of_named_columns_is_told_of_rows_without_names():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = MLPClassifier(**SHORT).fit(pd.DataFrame(X, columns=[*"abcd"]), TARGETS["multiclass"])
    assert not unchecked(model, X)
    with pytest.warns(UserWarning, match="feature names"):
        model.predict_proba(X)


def test_a_model_that_is_not_fitted_says_so():
    model = MLPClassifier()
    assert not unchecked(model, X)
    with pytest.raises(ValueError, match="not fitted"):
        model.predict_proba(X)


def test_weights_that_are_changed_in_place_or_replaced_are_those_that_predict():
    model = fitted()
    before = model.predict_proba(X)
    model.coefs_[0][:] *= 2
    in_place = model.predict_proba(X)
    assert not np.array_equal(in_place, before)
    model.coefs_[0] = model.coefs_[0] / 2
    np.testing.assert_array_equal(model.predict_proba(X), before)
    model.intercepts_[-1] = model.intercepts_[-1] + np.array([5.0, 0.0, 0.0])
    assert (model.predict_proba(X)[:, 0] > before[:, 0]).all()
    model.coefs_ = [np.zeros_like(coef) for coef in model.coefs_]
    assert len(np.unique(model.predict_proba(X), axis=0)) == 1


def test_weights_of_another_shape_are_refused():
    model = fitted()
    model.predict_proba(X)
    model.coefs_[1] = model.coefs_[1][:, :-1]
    with pytest.raises(ValueError, match="layer"):
        model.predict_proba(X)


def test_lists_of_parameters_that_a_person_changes_are_that_persons_own():
    model = fitted()
    before = model.predict_proba(X)
    model.parameters_.W[1] = np.zeros_like(model.parameters_.W[1])
    np.testing.assert_array_equal(model.predict_proba(X), before)
    assert current_parameters(model) is current_parameters(model)
    assert model.parameters_ is not model.parameters_


def test_another_fit_is_noticed():
    model = fitted()
    model.predict_proba(X)
    with pytest.warns(ConvergenceWarning):
        model.fit(X, TARGETS["binary"])
    assert model.predict_proba(X).shape == (60, 2)


def test_predicting_leaves_no_trace_in_the_model():
    model = fitted()
    attributes, stored = list(vars(model)), pickle.dumps(model)
    model.predict_proba(X)
    assert list(vars(model)) == attributes
    assert pickle.dumps(model) == stored
    for same in (copy.deepcopy(model), pickle.loads(stored)):
        np.testing.assert_array_equal(same.predict_proba(X), model.predict_proba(X))


def test_a_model_that_is_dropped_is_let_go():
    model = fitted()
    model.predict_proba(X)
    alive, weights = weakref.ref(model), weakref.ref(current_parameters(model))
    model._run = None
    del model
    gc.collect()
    assert alive() is None
    assert weights() is None
