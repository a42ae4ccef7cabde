"""The argument `precision`: which numbers a model is trained in, and what is said where they are not to be had."""

import warnings
from dataclasses import replace

import numpy as np
import pytest

from clearprop import MLPClassifier, MLPRegressor
from clearprop.engines import ENGINES, Recipe, ReferenceEngine
from clearprop.engines.precision import PRECISIONS, number_types, with_precision
from clearprop.mathematics.initializers import initialize
from clearprop.mathematics.network import Network

from .cases import same_weights, table

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

QUICK = {"hidden_layer_sizes": (12,), "max_iter": 3, "random_state": 0, "engine": "reference"}
NETWORK = Network((3, 12, 2), "relu", "softmax", "cross_entropy")


class Able(ReferenceEngine):
    """An engine that has bfloat16, and gains by it from 100 rows on."""

    def why_no_bfloat16(self, network, recipe):
        return "" if recipe.optimizer == "adam" else "it has no such optimizer"

    def gains_by_bfloat16(self, network, batch_size):
        return batch_size >= 100


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("given", [np.float32, np.float64])
@pytest.mark.parametrize(("precision", "expected"), [(None, None), ("float32", np.float32), ("float64", np.float64)])
def test_parameters_are_in_the_type_that_is_asked_for(kind, given, precision, expected):
    X, y = table("binary")
    model = kind(**QUICK, precision=precision).fit(X.astype(given), y)
    assert {array.dtype.type for array in model.coefs_ + model.intercepts_} == {expected or given}
    assert model.predict(X.astype(np.float64)).shape == y.shape


def test_float32_of_any_data_is_training_on_float32_data():
    X, y = table("multiclass")
    asked = MLPClassifier(**QUICK, precision="float32").fit(X, y)
    assert same_weights(asked, MLPClassifier(**QUICK).fit(X.astype(np.float32), y))
    assert not same_weights(asked, MLPClassifier(**QUICK).fit(X, y))


@pytest.mark.parametrize("wrong", ["float16", "", 32])
def test_an_unknown_precision_is_refused(wrong):
    with pytest.raises(ValueError, match="'precision' parameter of MLPClassifier"):
        MLPClassifier(**QUICK, precision=wrong).fit(*table("binary"))


def test_the_reference_engine_refuses_bfloat16_in_one_line():
    with pytest.raises(ValueError, match=r"^precision: 'bfloat16' is not to be had here: the reference engine .*$"):
        MLPClassifier(**QUICK, precision="bfloat16").fit(*table("binary"))
    with pytest.raises(ValueError, match="precision: 'bfloat16': the reference engine"):
        parameters = initialize(NETWORK, "scikit_learn", np.random.RandomState(0), np.float32)
        ReferenceEngine().trainer(NETWORK, parameters, Recipe(precision="bfloat16"))


def test_auto_takes_float32_with_a_warning_where_there_is_no_bfloat16():
    X, y = table("binary")
    with pytest.warns(UserWarning, match="precision='auto': training in float32, for the reference engine"):
        model = MLPClassifier(**QUICK, precision="auto").fit(X, y)
    assert model.coefs_[0].dtype == np.float32


@pytest.mark.parametrize(
    ("precision", "batch_size", "settled"),
    [
        (None, 100, ""),
        ("float32", 100, ""),
        ("float64", 100, ""),
        ("bfloat16", 1, "bfloat16"),
        ("auto", 100, "bfloat16"),
        ("auto", 99, ""),
    ],
)
def test_auto_is_bfloat16_where_it_gains_and_silent_where_it_does_not(precision, batch_size, settled):
    recipe = Recipe(alpha=0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        chosen = with_precision(recipe, precision, Able(), NETWORK, batch_size)
    assert chosen == replace(recipe, precision=settled)


def test_what_the_engine_lacks_is_told():
    recipe = Recipe(optimizer="muon")
    with pytest.raises(ValueError, match="no such optimizer"):
        with_precision(recipe, "bfloat16", Able(), NETWORK, 100)
    with pytest.warns(UserWarning, match="no such optimizer"):
        assert with_precision(recipe, "auto", Able(), NETWORK, 100) == recipe


def test_lbfgs_does_not_train_in_bfloat16():
    X, y = table("binary")
    with pytest.raises(ValueError, match=r"'precision' parameter .* needs a stochastic solver"):
        MLPClassifier(**QUICK, precision="bfloat16", solver="lbfgs").fit(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.filterwarnings("ignore", message="lbfgs failed to converge")
        assert MLPClassifier(**QUICK, precision="auto", solver="lbfgs").fit(X, y).coefs_[0].dtype == np.float32


def test_every_precision_has_its_types():
    assert {name: number_types(name) for name in PRECISIONS} == {
        "float32": (np.float32,),
        "float64": (np.float64,),
        "bfloat16": (np.float32,),
        "auto": (np.float32,),
    }
    assert number_types(None) == (np.float64, np.float32)


def test_every_engine_says_whether_it_has_bfloat16():
    for engine in ENGINES.values():
        why_not = engine.why_no_bfloat16(NETWORK, Recipe(precision="bfloat16"))
        assert isinstance(why_not, str)
        assert "\n" not in why_not
        assert not (why_not and engine.gains_by_bfloat16(NETWORK, 1 << 20))
