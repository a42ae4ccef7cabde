"""Tabular models: any library's table, scikit-learn's tools around them, predictions that depend on the row alone."""

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from clearprop import TabularClassifier, TabularRegressor
from clearprop.estimators.tabular import group
from clearprop.estimators.tabular.presets import PRESETS
from clearprop.estimators.tabular.shares import shares_of_amounts, shares_of_probabilities
from clearprop.tables import TableError

QUICK = {"preset": "fast", "max_epochs": 12, "random_state": 0}


def people(n: int = 240, seed: int = 0) -> pd.DataFrame:
    """Numbers, missing cells, categories (some seldom), a boolean and a date."""
    random = np.random.default_rng(seed)
    age = random.normal(40.0, 12.0, n).round(1)
    age[::11] = np.nan
    city = random.choice(["Paris", "Rome", "Oslo", None], n, p=[0.5, 0.3, 0.1, 0.1])
    return pd.DataFrame(
        {
            "age": age,
            "hours": random.integers(1, 8, n),
            "city": city,
            "member": random.random(n) < 0.4,
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 900, n), "D"),
        }
    )


def classes(table: pd.DataFrame) -> np.ndarray:
    return np.where((table["hours"] > 4) ^ (table["city"] == "Rome"), "yes", "no")


TABLE = people()
Y = classes(TABLE)
FITTED = TabularClassifier("fast", max_epochs=60, random_state=0).fit(TABLE, Y)


def test_it_learns_what_numbers_and_categories_say_together() -> None:
    unseen = people(400, seed=1)
    assert (FITTED.predict(unseen) == classes(unseen)).mean() > 0.9


def test_probabilities_are_such() -> None:
    P = FITTED.predict_proba(TABLE)
    assert P.shape == (len(TABLE), 2) and (P >= 0.0).all()
    np.testing.assert_allclose(P.sum(axis=1), 1.0, atol=1e-6)
    np.testing.assert_array_equal(FITTED.classes_[P.argmax(axis=1)], FITTED.predict(TABLE))


LIBRARIES: dict[str, Callable[[pd.DataFrame], Any]] = {
    "polars": pl.from_pandas,
    "pyarrow": pa.Table.from_pandas,
    "columns by name": lambda table: {name: table[name].to_list() for name in table.columns},
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_library_s_table_gives_the_same(library: str) -> None:
    table = LIBRARIES[library](TABLE)
    np.testing.assert_array_equal(FITTED.predict_proba(table), FITTED.predict_proba(TABLE))
    again = TabularClassifier(**QUICK).fit(table, Y)
    np.testing.assert_array_equal(
        again.predict_proba(TABLE), TabularClassifier(**QUICK).fit(TABLE, Y).predict_proba(TABLE)
    )


def test_a_row_s_prediction_depends_on_that_row_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    right = FITTED.predict_proba(TABLE)
    order = np.random.default_rng(2).permutation(len(TABLE))
    np.testing.assert_array_equal(FITTED.predict_proba(TABLE.iloc[order]), right[order])
    np.testing.assert_array_equal(FITTED.predict_proba(TABLE.iloc[5:6]), right[5:6])
    monkeypatch.setattr(group, "BLOCK_ROWS", 7)
    np.testing.assert_array_equal(FITTED.predict_proba(TABLE), right)


def test_the_same_seed_gives_the_same_model_and_a_pickle_keeps_it() -> None:
    one, same = (TabularClassifier("default", n_folds=2, max_epochs=3, random_state=4).fit(TABLE, Y) for _ in range(2))
    np.testing.assert_array_equal(one.predict_proba(TABLE), same.predict_proba(TABLE))
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(one)).predict_proba(TABLE), one.predict_proba(TABLE))


def test_engines_agree() -> None:
    asked = {**QUICK, "max_epochs": 4}  # training multiplies what rounding differs
    native, reference = (TabularClassifier(**asked, engine=engine).fit(TABLE, Y) for engine in ("auto", "reference"))
    np.testing.assert_allclose(native.predict_proba(TABLE), reference.predict_proba(TABLE), atol=5e-3)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_learns(preset: str) -> None:
    model = TabularClassifier(preset, n_folds=1, max_epochs=40, random_state=0).fit(TABLE, Y)
    assert model.score(TABLE, Y) > 0.85
    assert sum(group.share for group in model.groups_) == pytest.approx(1.0)


def test_what_was_held_out_is_predicted_by_others() -> None:
    model = TabularClassifier("default", n_folds=2, max_epochs=10, random_state=0).fit(TABLE, Y)
    P = model.held_out_probabilities_
    assert P.shape == (len(TABLE), 2) and np.isfinite(P).all()
    assert len(model.groups_[0].parameters) == 4  # twice two, for the rows are few


def test_networks_with_bins_have_cut_them_without_what_they_left_out() -> None:
    model = TabularClassifier("default", n_folds=2, max_epochs=2, random_state=0).fit(TABLE, Y)
    edges = {group.inputs.edges for group in model.groups_ if "bins" in group.inputs.numbers}
    assert len(edges) == 4  # of four networks
    shares = [group.share for group in model.groups_ if "bins" in group.inputs.numbers]
    assert shares == pytest.approx([shares[0]] * 4)


def test_scikit_learn_s_tools() -> None:
    model = TabularClassifier(**QUICK)
    assert clone(model).get_params() == model.get_params()
    assert cross_val_score(model, TABLE, Y, cv=2, scoring="neg_log_loss").mean() > -0.7
    search = GridSearchCV(model, {"max_epochs": [1, 12]}, cv=2, scoring="neg_log_loss").fit(TABLE, Y)
    assert search.best_params_ == {"max_epochs": 12}
    calibrated = CalibratedClassifierCV(model, cv=2).fit(TABLE, Y)
    assert calibrated.predict_proba(TABLE).shape == (len(TABLE), 2)
    without_age = FunctionTransformer(lambda table: table.drop(columns="age"))
    assert make_pipeline(without_age, model).fit(TABLE, Y).score(TABLE, Y) > 0.6


def test_row_and_class_weights_count_both() -> None:
    drawn = np.random.default_rng(0).choice(["no", "yes"], len(Y))  # what no column tells
    heavy = np.where(drawn == "yes", 20.0, 1.0)
    plain, by_rows, by_class = (
        TabularClassifier(**QUICK, class_weight=of_class)
        .fit(TABLE, drawn, sample_weight=of_rows)
        .predict_proba(TABLE)[:, 1]
        for of_rows, of_class in ((None, None), (heavy, None), (None, {"yes": 20.0, "no": 1.0}))
    )
    np.testing.assert_array_equal(by_rows, by_class)
    assert by_rows.mean() > plain.mean() + 0.1


def test_amounts() -> None:
    unseen = people(300, seed=1)
    amount = [10.0 * table["hours"] + 25.0 * (table["city"] == "Rome") for table in (TABLE, unseen)]
    model = TabularRegressor("default", n_folds=2, max_epochs=60, random_state=0).fit(TABLE, amount[0])
    assert model.score(unseen, amount[1]) > 0.9
    predicted = model.predict(unseen)
    assert predicted.min() >= amount[0].min() and predicted.max() <= amount[0].max()


def test_shares_are_those_of_the_most_probable_mixture() -> None:
    random = np.random.default_rng(0)
    P, y, weights = random.dirichlet(np.ones(3), (2, 50)), random.integers(0, 3, 50), random.uniform(0.5, 2.0, 50)

    def cost(share: float) -> float:
        mixed = share * P[0] + (1.0 - share) * P[1]
        rows = np.sum(weights / weights.mean() * np.log(mixed[np.arange(50), y]))
        return float(-rows - np.log(share) - np.log(1.0 - share))

    found = shares_of_probabilities(P, y, weights)
    best = min(np.linspace(0.0, 1.0, 2001)[1:-1], key=cost)
    assert found[0] == pytest.approx(best, abs=2e-3) and sum(found) == pytest.approx(1.0)


def test_groups_that_are_all_right_share_alike() -> None:
    y = np.zeros(50, int)
    P = np.stack([np.tile([right, 1.0 - right], (50, 1)) for right in (0.9999, 0.999)])
    assert shares_of_probabilities(P, y, np.ones(50)) == pytest.approx([0.5, 0.5], abs=0.02)
    worse = np.stack([P[0], np.tile([0.5, 0.5], (50, 1))])
    assert shares_of_probabilities(worse, y, np.ones(50))[0] > 0.9


def test_shares_of_amounts_have_the_least_squared_error() -> None:
    y = np.array([1.0, 2.0, 3.0, 4.0])
    right, wrong = y[:, None], np.full((4, 1), 2.5)
    assert shares_of_amounts(np.stack([right, wrong]), y, np.ones(4)) == pytest.approx([1.0, 0.0], abs=1e-9)
    assert shares_of_amounts(np.zeros((2, 4, 1)), y, np.ones(4)) == [0.5, 0.5]


WRONG: dict[str, tuple[Callable[[], Any], str]] = {
    "no target": (lambda: TabularClassifier().fit(TABLE, None), "requires y to be passed"),
    "one class": (lambda: TabularClassifier().fit(TABLE, np.ones(240)), "y: two classes are needed"),
    "another length": (lambda: TabularClassifier().fit(TABLE, Y[:-1]), "inconsistent numbers of samples"),
    "an unknown preset": (lambda: TabularClassifier("slow").fit(TABLE, Y), "'preset' parameter of TabularClassifier"),
    "amounts as classes": (lambda: TabularClassifier().fit(TABLE, np.linspace(0, 1, 240)), "Unknown label type"),
    "infinite numbers": (lambda: TabularClassifier(**QUICK).fit({"x": [1.0, np.inf] * 50}, ["a", "b"] * 50), "inf"),
    "nothing to learn from": (lambda: TabularClassifier(**QUICK).fit({"x": [1.0] * 50}, ["a", "b"] * 25), "no column"),
    "a column too few": (lambda: FITTED.predict({"age": [1.0]}), "missing"),
    "text among numbers": (lambda: FITTED.predict(TABLE.assign(age="old")), "'age'"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_mistake_is_one_line(wrong: str) -> None:
    call, message = WRONG[wrong]
    with pytest.raises((ValueError, TableError), match=message) as told:
        call()
    # What scikit-learn says of columns has a line each, and its checks ask for those words.
    assert "\n" not in str(told.value) or wrong == "a column too few"


def test_cells_that_training_never_saw() -> None:
    strange = TABLE.head(3).assign(city=["Lima", None, "Bonn"], age=[np.nan] * 3)
    assert np.isfinite(FITTED.predict_proba(strange)).all()
    empty = TABLE.head(2).assign(city=[None, None], hours=[np.nan, np.nan])
    assert np.isfinite(FITTED.predict_proba(empty)).all()
