"""scikit-learn's tools around tabular models, with pandas and polars: pipelines, searches, routed weights, seeds."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import GridSearchCV, cross_val_score, cross_validate
from sklearn.pipeline import Pipeline

from clearprop import Preset, TabularClassifier, TabularRegressor
from clearprop.estimators.tabular.presets import PRESETS, MemberKind

QUICK = {"preset": "fast", "max_epochs": 6, "random_state": 0}
RANDOM = np.random.default_rng(0)
N = 120
PANDAS = pd.DataFrame(
    {
        "size": RANDOM.normal(size=N),
        "colour": RANDOM.choice(["red", "blue"], N),
        "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(RANDOM.integers(0, 900, N), "D"),
    }
)
TABLES = {"pandas": PANDAS, "polars": pl.from_pandas(PANDAS)}
Y = np.where((PANDAS["size"] > 0) ^ (PANDAS["colour"] == "red"), "yes", "no")
TARGETS = {"pandas": pd.Series(Y), "polars": pl.Series(Y)}
WEIGHTS = np.where(Y == "yes", 20.0, 1.0)
library = pytest.mark.parametrize("library", TABLES)


# ---- pipelines and searches ----


@library
def test_a_pipeline(library: str) -> None:
    pipeline = Pipeline([("nothing", "passthrough"), ("model", TabularClassifier(**QUICK))])
    pipeline.fit(TABLES[library], TARGETS[library])
    alone = TabularClassifier(**QUICK).fit(PANDAS, Y)
    np.testing.assert_array_equal(pipeline.predict_proba(TABLES[library]), alone.predict_proba(PANDAS))
    assert pipeline[-1].feature_names_in_.tolist() == list(PANDAS.columns)


@library
def test_a_grid_search_over_presets_and_decisions(library: str) -> None:
    grid = {"preset": ["fast", Preset("one", (MemberKind("plain"),))], "decision": ["most_probable", "f1_macro"]}
    search = GridSearchCV(TabularClassifier(**QUICK), grid, cv=2).fit(TABLES[library], TARGETS[library])
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert set(search.predict(TABLES[library])) <= {"yes", "no"}


@library
def test_cross_validation_and_calibration(library: str) -> None:
    model = TabularClassifier(**QUICK)
    scores = cross_val_score(model, TABLES[library], TARGETS[library], cv=2, scoring="neg_log_loss")
    np.testing.assert_array_equal(scores, cross_val_score(model, PANDAS, Y, cv=2, scoring="neg_log_loss"))
    calibrated = CalibratedClassifierCV(model, cv=2).fit(TABLES[library], TARGETS[library])
    assert calibrated.predict_proba(TABLES[library]).shape == (N, 2)


def test_a_clone_has_the_same_arguments_and_nothing_learned() -> None:
    preset = Preset("one", (MemberKind("bins"),), max_epochs=2)
    costs = np.array([[0.0, 1.0], [5.0, 0.0]])
    model = TabularClassifier(preset, decision=costs, calibrate=False, random_state=0).fit(PANDAS, Y)
    again = clone(model)
    assert again.preset == preset and again.calibrate is False and not hasattr(again, "decision_")
    np.testing.assert_array_equal(again.decision, costs)
    assert "Preset(" in repr(again)
    np.testing.assert_array_equal(again.fit(PANDAS, Y).predict(PANDAS), model.predict(PANDAS))


def test_a_preset_of_that_name_is_that_preset() -> None:
    for kind, y in ((TabularClassifier, Y), (TabularRegressor, PANDAS["size"])):
        named, given = (kind(preset, max_epochs=2, random_state=0) for preset in ("fast", PRESETS["fast"]))
        np.testing.assert_array_equal(named.fit(PANDAS, y).predict(PANDAS), given.fit(PANDAS, y).predict(PANDAS))


# ---- routed weights ----


@pytest.fixture
def routing() -> Iterator[None]:
    with sklearn.config_context(enable_metadata_routing=True):
        yield


@library
def test_weights_reach_the_model_through_a_pipeline(library: str, routing: None) -> None:
    alone = TabularClassifier(**QUICK).fit(PANDAS, Y, sample_weight=WEIGHTS)
    model = TabularClassifier(**QUICK).set_fit_request(sample_weight=True)
    pipeline = Pipeline([("nothing", "passthrough"), ("model", model)])
    pipeline.fit(TABLES[library], TARGETS[library], sample_weight=WEIGHTS)
    np.testing.assert_array_equal(pipeline.predict_proba(TABLES[library]), alone.predict_proba(PANDAS))
    unasked = Pipeline([("model", TabularClassifier(**QUICK).set_fit_request(sample_weight=False))])
    with pytest.raises(TypeError, match="sample_weight"):
        unasked.fit(PANDAS, Y, sample_weight=WEIGHTS)


def test_weights_reach_the_models_of_a_search_and_of_cross_validation(routing: None) -> None:
    model = TabularClassifier(**QUICK).set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
    weighted = GridSearchCV(model, {"max_epochs": [6]}, cv=2).fit(PANDAS, Y, sample_weight=WEIGHTS)
    direct = TabularClassifier(**QUICK).fit(PANDAS, Y, sample_weight=WEIGHTS)
    np.testing.assert_array_equal(weighted.predict_proba(PANDAS), direct.predict_proba(PANDAS))
    rows = [(np.arange(0, N, 2), np.arange(1, N, 2))]
    found = cross_validate(model, PANDAS, Y, cv=rows, params={"sample_weight": WEIGHTS}, return_estimator=True)
    by_hand = TabularClassifier(**QUICK).fit(PANDAS[::2], Y[::2], sample_weight=WEIGHTS[::2])
    np.testing.assert_array_equal(found["estimator"][0].predict_proba(PANDAS), by_hand.predict_proba(PANDAS))
    assert found["test_score"][0] == by_hand.score(PANDAS[1::2], Y[1::2], sample_weight=WEIGHTS[1::2])
    scores = cross_val_score(model, PANDAS, Y, cv=rows, params={"sample_weight": WEIGHTS})
    assert scores[0] == found["test_score"][0]


# ---- seeds ----


def fitted(random_state: Any) -> np.ndarray:
    return TabularClassifier("fast", max_epochs=2, random_state=random_state).fit(PANDAS, Y).predict_proba(PANDAS)


def test_an_integer_repeats_and_a_generator_goes_on() -> None:
    np.testing.assert_array_equal(fitted(3), fitted(3))
    np.testing.assert_array_equal(fitted(3), fitted(np.random.RandomState(3)))
    generator = np.random.RandomState(3)
    assert (fitted(generator) != fitted(generator)).any()


def test_none_is_numpy_s_own_generator() -> None:
    # scikit-learn documents of None that it is NumPy's old global generator.
    before = np.random.get_state()  # noqa: NPY002
    try:
        np.random.seed(5)  # noqa: NPY002
        first = fitted(None)
        assert (first != fitted(None)).any()
        np.random.seed(5)  # noqa: NPY002
        np.testing.assert_array_equal(fitted(None), first)
    finally:
        np.random.set_state(before)  # noqa: NPY002


def test_a_seed_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="random_state"):
        fitted("seven")


def test_fitting_leaves_the_arguments_alone() -> None:
    model = TabularClassifier(**QUICK, decision={("yes", "no"): 2.0}, class_weight={"yes": 2.0, "no": 1.0})
    before = copy.deepcopy(model.get_params())
    model.fit(PANDAS, Y)
    assert model.get_params() == before


# ---- strange columns ----


def test_ten_thousand_categories() -> None:
    names = np.array([f"name {i}" for i in range(10_000)])
    codes = np.concatenate((np.arange(10_000), RANDOM.integers(0, 10_000, 10_000)))
    y = codes % 2 == 0
    table = {"who": names[codes].tolist(), "x": RANDOM.normal(size=20_000).tolist()}
    model = TabularClassifier("fast", max_epochs=2, random_state=0).fit(table, y)
    assert "who" in str(model.schema_)
    P = model.predict_proba({"who": ["name 1", "never seen", None], "x": [0.0, 0.0, None]})
    assert P.shape == (3, 2) and np.isfinite(P).all()


EVERY_CELL: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "numbers": lambda table: table.assign(size=np.nan),
    "categories": lambda table: table.assign(colour=None),
    "dates": lambda table: table.assign(since=pd.NaT),
    "all": lambda table: table.assign(size=np.nan, colour=None, since=pd.NaT),
}


@pytest.mark.parametrize("missing", EVERY_CELL)
@library
def test_columns_that_are_all_missing_when_predicting(library: str, missing: str) -> None:
    model = TabularClassifier(**QUICK).fit(PANDAS, Y)
    table = EVERY_CELL[missing](PANDAS)
    P = model.predict_proba(table if library == "pandas" else pl.from_pandas(table))
    assert np.isfinite(P).all()
    if missing == "all":
        assert np.ptp(P, axis=0).max() == 0.0  # nothing is known of any row


def test_categories_that_look_like_numbers() -> None:
    postcode = RANDOM.choice(["01067", "10115", "80331"], N)
    y = postcode == "10115"
    table = pd.DataFrame({"postcode": pd.Categorical(postcode), "x": RANDOM.normal(size=N)})
    model = TabularClassifier("fast", random_state=0).fit(table, y)
    assert tuple(model.reader_.n_categories) == (3,)
    assert model.score(table, y) == 1.0
    as_text = pd.DataFrame({"postcode": postcode.astype(object), "x": table["x"]})
    np.testing.assert_array_equal(model.predict_proba(as_text), model.predict_proba(table))
    unknown = model.predict_proba(pd.DataFrame({"postcode": ["01068"], "x": [0.0]}))
    assert np.isfinite(unknown).all()


def test_dates_beyond_those_of_training() -> None:
    model = TabularClassifier(**QUICK).fit(PANDAS, Y)
    far = pl.DataFrame({"size": [0.0] * 3, "colour": ["red"] * 3, "since": ["0001-01-01", "2200-06-15", "9999-12-31"]})
    far = far.with_columns(pl.col("since").str.to_datetime())
    assert np.isfinite(model.predict_proba(far)).all()
