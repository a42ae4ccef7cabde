"""`work` of an estimator: rows and targets as `fit` takes them, and a class that training never saw is told."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.sparse import csr_matrix

from clearprop import MLPClassifier, MLPRegressor

from .cases import table
from .test_bad_input import one_line_error

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

QUICK = {"hidden_layer_sizes": (4,), "max_iter": 3, "random_state": 0}
KINDS = ["binary", "multiclass", "strings", "multilabel"]


def classifier(name, **arguments):
    return MLPClassifier(**{**QUICK, **arguments}).fit(*table(name))


def regressor(name):
    return MLPRegressor(**QUICK).fit(*table(name))


def same(first, second):
    np.testing.assert_array_equal(first.Y, second.Y)
    np.testing.assert_allclose(first.loss_before, second.loss_before, rtol=1e-12)


@pytest.mark.parametrize("name", KINDS)
def test_targets_are_those_of_training(name):
    X, y = table(name)
    found = classifier(name).work(X[:6], y[:6])
    if name == "binary":
        np.testing.assert_array_equal(found.Y[:, 0], y[:6])
    elif name == "multilabel":
        np.testing.assert_array_equal(found.Y, y[:6])
    else:
        np.testing.assert_array_equal(np.unique(y)[found.Y.argmax(axis=1)], y[:6])


@pytest.mark.parametrize("name", KINDS)
def test_the_loss_is_that_of_the_predictions(name):
    X, y = table(name)
    model = classifier(name)
    p = model.predict_proba(X[:6])
    if name == "multilabel":
        expected = -np.where(y[:6] == 1, np.log(p), np.log(1 - p)).sum(axis=1).mean()
    else:
        expected = -np.log(p[np.arange(6), np.searchsorted(model.classes_, y[:6])]).mean()
    assert model.work(X[:6], y[:6]).loss_before == pytest.approx(expected)


@pytest.mark.parametrize("name", KINDS)
def test_without_targets_the_predictions_take_their_place(name):
    X, _ = table(name)
    model = classifier(name)
    same(model.work(X[:6]), model.work(X[:6], model.predict(X[:6])))


@pytest.mark.parametrize("name", ["amount", "several targets"])
def test_amounts(name):
    X, y = table(name)
    model = regressor(name)
    found = model.work(X[:5], y[:5])
    np.testing.assert_allclose(found.Y, np.reshape(y[:5], (5, -1)))
    np.testing.assert_allclose(found.passed.output, np.reshape(model.predict(X[:5]), (5, -1)))
    assert model.work(X[:5]).loss_before == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("name", KINDS)
def test_one_row_is_given_in_many_ways(name):
    X, y = table(name)
    model = classifier(name)
    expected = model.work(X[:1], y[:1])
    for row in (X[0], X[0].tolist(), csr_matrix(X[:1])):
        for target in (y[0], y[:1], y[:1].tolist(), pd.DataFrame(y[:1]).to_numpy()):
            same(model.work(row, target), expected)


def test_sparse_labels():
    X, y = table("multilabel")
    model = MLPClassifier(**QUICK).fit(X, csr_matrix(y))
    same(model.work(X[:3], csr_matrix(y[:3])), model.work(X[:3], y[:3]))
    assert model.work(X[:3]).Y.shape == (3, 4)


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_the_names_of_columns_are_shown(frame):
    X, y = table("strings")
    names = ["sepal length", "größe", "[b]x[/b]", "%s"]
    model = MLPClassifier(**QUICK).fit(frame(dict(zip(names, X.T, strict=True))), y)
    said = str(model.work(frame(dict(zip(names, X[:1].T, strict=True))), y[:1]))
    assert [name for name in names if name not in said] == []
    with pytest.raises(ValueError, match="feature names should match"):
        model.work(frame(dict(zip(names[::-1], X[:1].T, strict=True))))


def test_float32_is_worked_in_double_precision():
    X, y = table("multiclass")
    model = MLPClassifier(**QUICK).fit(X.astype(np.float32), y)
    found = model.work(X[:2], y[:2])
    assert found.gradients.dW[1].dtype == found.passed.output.dtype == np.float64


def test_a_class_that_training_never_saw_is_told():
    X, y = table("strings")
    strings, multiclass, multilabel = classifier("strings"), classifier("multiclass"), classifier("multilabel")
    classes = [repr(str(name)) for name in np.unique(y)]
    one_line_error(ValueError, lambda: strings.work(X[0], "rose"), "y:", "'rose'", *classes)
    one_line_error(ValueError, lambda: strings.work(X[0], 0), "y:", "got 0", *classes)
    one_line_error(ValueError, lambda: multiclass.work(X[:2], [0, 3]), "y:", "0, 1, 2", "got 3")
    one_line_error(ValueError, lambda: multilabel.work(table("multilabel")[0][0], [1, 0, 2, 0]), "y:", "0, 1", "got 2")


def test_rows_and_targets_that_do_not_fit_are_told():
    X, y = table("multiclass")
    model = classifier("multiclass")
    one_line_error(ValueError, lambda: model.work(X[0, :3]), "3 features", "4 features")
    one_line_error(ValueError, lambda: model.work(X[:3], y[:2]), "y:", "(3,)", "(2,)")
    one_line_error(ValueError, lambda: model.work(X[:0]), "0 sample")
    several = regressor("several targets")
    one_line_error(ValueError, lambda: several.work(table("several targets")[0][0], [1.0]), "y:", "(1, 3)", "(1,)")
    with pytest.raises(ValueError, match="contains NaN"):
        model.work(np.full(4, np.nan))
    one_line_error(ValueError, lambda: regressor("amount").work(table("amount")[0][0], np.nan), "y:", "finite")


def test_the_model_is_not_changed():
    X, y = table("multiclass")
    model = classifier("multiclass")
    before = [array.copy() for array in (*model.coefs_, *model.intercepts_)]
    model.work(X[:2], y[:2], learning_rate=10.0)
    for array, old in zip((*model.coefs_, *model.intercepts_), before, strict=True):
        np.testing.assert_array_equal(array, old)
