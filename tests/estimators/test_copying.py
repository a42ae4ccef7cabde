"""Copies of an estimator: cloned, pickled, deep-copied, searched over, and trained on as if nothing had happened."""

import copy
import json
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from clearprop import MLPClassifier, MLPRegressor
from clearprop.mathematics.optimizers import OPTIMIZERS
from clearprop.training import History

from .cases import same_weights, table

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

KINDS = [(MLPClassifier, "multiclass"), (MLPRegressor, "one target")]
QUICK = {"hidden_layer_sizes": (8, 6), "max_iter": 5, "random_state": 0}
COPIES = {"pickle": lambda model: pickle.loads(pickle.dumps(model)), "deepcopy": copy.deepcopy}


@pytest.fixture(params=COPIES.values(), ids=COPIES)
def copied(request):
    return request.param


def partially_fitted(kind, name, n_calls, model=None, **arguments):
    X, y = table(name)
    model = kind(**QUICK, **arguments) if model is None else model
    for _ in range(n_calls):
        model.partial_fit(X, y, **({"classes": np.unique(y)} if kind is MLPClassifier else {}))
    return model


@pytest.mark.parametrize(("kind", "name"), KINDS)
def test_clone_and_parameters(kind, name):
    model = kind(**QUICK, dropout=0.1, schedule="cosine", max_grad_norm=2.0, initializer="he_normal", callbacks=[])
    copied = clone(model.fit(*table(name)))
    assert copied.get_params() == model.get_params()
    assert not [attribute for attribute in vars(copied) if attribute.endswith("_")]
    assert same_weights(copied.fit(*table(name)), model, 0.0)
    changed = {argument: f"a new {argument}" for argument in model.get_params()}
    assert model.set_params(**changed).get_params() == changed
    with pytest.raises(ValueError, match="Invalid parameter 'no_such'"):
        model.set_params(no_such=1)


@pytest.mark.parametrize(("kind", "name"), KINDS)
def test_a_copy_predicts_the_same_and_is_apart(kind, name, copied):
    X, y = table(name)
    model = kind(**QUICK).fit(X, y)
    twin, before = copied(model), model.predict(X)
    np.testing.assert_array_equal(twin.predict(X), before)
    assert twin.history_ == model.history_
    twin.partial_fit(X, y)
    np.testing.assert_array_equal(model.predict(X), before)
    assert not same_weights(twin, model)


@pytest.mark.parametrize("arguments", [{"solver": solver} for solver in OPTIMIZERS] + [{"dropout": 0.3}], ids=str)
@pytest.mark.parametrize(("kind", "name"), KINDS)
def test_partial_fit_goes_on_in_a_copy(kind, name, arguments, copied):
    whole = partially_fitted(kind, name, 6, **arguments)
    half = copied(partially_fitted(kind, name, 3, **arguments))
    rest = partially_fitted(kind, name, 3, half)
    assert same_weights(rest, whole, 0.0)
    assert rest.loss_curve_ == whole.loss_curve_
    assert rest.t_ == whole.t_


@pytest.mark.parametrize(("kind", "name"), KINDS)
def test_partial_fit_without_the_optimizer_is_not_the_same(kind, name, copied):
    half = copied(partially_fitted(kind, name, 3))
    half._run = None
    assert not same_weights(partially_fitted(kind, name, 3, half), partially_fitted(kind, name, 6))


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize(("kind", "name"), KINDS)
def test_warm_start_goes_on_in_a_copy(kind, name, early_stopping, copied):
    model = kind(**QUICK, warm_start=True, early_stopping=early_stopping).fit(*table(name))
    twin = copied(model)
    assert same_weights(twin.fit(*table(name)), model.fit(*table(name)), 0.0)
    assert twin.loss_curve_ == model.loss_curve_


@pytest.mark.parametrize(("kind", "name"), KINDS)
def test_learned_attributes_are_what_is_trained(kind, name, copied):
    model = copied(partially_fitted(kind, name, 1))
    shown = model.coefs_
    before = [coef.copy() for coef in shown]
    partially_fitted(kind, name, 1, model)
    assert all(np.shares_memory(W, coef) for W, coef in zip(model.parameters_.W[1:], model.coefs_, strict=True))
    assert not any(np.array_equal(old, new) for old, new in zip(before, model.coefs_, strict=True))


@pytest.mark.parametrize("early_stopping", [False, True])
def test_history_survives_a_file(early_stopping):
    model = MLPClassifier(**QUICK, early_stopping=early_stopping).fit(*table("multiclass"))
    assert History.from_dict(json.loads(json.dumps(model.history_.to_dict()))) == model.history_


def test_grid_search_in_two_processes():
    grid = {"hidden_layer_sizes": [(4,), (8,)], "solver": ["adam", "muon"]}
    searched = [
        GridSearchCV(MLPClassifier(**QUICK), grid, cv=2, n_jobs=n_jobs).fit(*table("multiclass")) for n_jobs in (1, 2)
    ]
    scores = [search.cv_results_["mean_test_score"] for search in searched]
    np.testing.assert_array_equal(*scores)
    assert same_weights(*(search.best_estimator_ for search in searched), 0.0)
