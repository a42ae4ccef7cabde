"""Cross-validation of tabular models: beside scikit-learn's, whatever the table is."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, ShuffleSplit
from sklearn.model_selection import cross_validate as their_cross_validate

from clearprop import TabularClassifier, TabularRegressor, cross_validate
from clearprop.tables import TableError, write_table

RANDOM = np.random.default_rng(0)
TABLE = pd.DataFrame({"size": RANDOM.normal(size=90), "colour": RANDOM.choice(["red", "blue", None], 90)})
Y = np.where((TABLE["size"] > 0) | (TABLE["colour"] == "red"), "dear", "cheap")
MODEL = TabularClassifier("fast", max_epochs=8, random_state=0)
FOUND = cross_validate(MODEL, TABLE, Y, cv=3, n_jobs=1, random_state=0)


def test_every_row_is_predicted_by_a_model_that_had_not_seen_it() -> None:
    assert sorted(np.bincount(FOUND.folds)) == [30, 30, 30]
    for fold in range(3):
        held_out = FOUND.folds == fold
        model = TabularClassifier("fast", max_epochs=8, random_state=0).fit(TABLE[~held_out], Y[~held_out])
        np.testing.assert_array_equal(FOUND.probabilities[held_out], model.predict_proba(TABLE[held_out]))
        np.testing.assert_array_equal(FOUND.predictions[held_out], model.predict(TABLE[held_out]))
        accuracy = (FOUND.predictions[held_out] == Y[held_out]).mean()
        assert FOUND.scores["accuracy"][fold] == pytest.approx(accuracy)


def test_each_fold_has_its_share_of_each_class() -> None:
    counts = [np.sum(Y[FOUND.folds == fold] == "cheap") for fold in range(3)]
    assert max(counts) - min(counts) <= 1


def test_scores_are_scikit_learns() -> None:
    X, y = RANDOM.normal(size=(60, 2)), np.arange(60) % 3
    weights = RANDOM.uniform(0.5, 2.0, 60)
    names = ["accuracy", "neg_log_loss", "f1_macro"]
    ours = cross_validate(LogisticRegression(), X, y, cv=KFold(4), scoring=names)
    theirs = their_cross_validate(LogisticRegression(), X, y, cv=KFold(4), scoring=names)
    for name in names:
        np.testing.assert_allclose(ours.scores[name], theirs[f"test_{name}"])
        assert ours.mean[name] == pytest.approx(theirs[f"test_{name}"].mean())
        assert ours.deviation[name] == pytest.approx(theirs[f"test_{name}"].std(ddof=1))
    weighted = cross_validate(LogisticRegression(), X, y, cv=KFold(4), scoring=names, sample_weight=weights)
    assert (weighted.scores["accuracy"] != ours.scores["accuracy"]).any()


@pytest.mark.slow
def test_the_folds_may_be_trained_side_by_side() -> None:
    beside = cross_validate(MODEL, TABLE, Y, cv=3, n_jobs=2, random_state=0)
    np.testing.assert_array_equal(beside.probabilities, FOUND.probabilities)
    np.testing.assert_array_equal(beside.scores["neg_log_loss"], FOUND.scores["neg_log_loss"])


def test_the_seed_deals_the_folds() -> None:
    again = cross_validate(LogisticRegression(), RANDOM.normal(size=(90, 1)), Y, cv=3, random_state=0)
    other = cross_validate(LogisticRegression(), RANDOM.normal(size=(90, 1)), Y, cv=3, random_state=1)
    np.testing.assert_array_equal(again.folds, FOUND.folds)
    assert (other.folds != FOUND.folds).any()


def test_every_library_s_table_gives_the_same(tmp_path: Path) -> None:
    with_target = pa.Table.from_pandas(TABLE.assign(price=Y), preserve_index=False)
    path = tmp_path / "rooms.parquet"
    write_table(with_target, path)
    columns = {name: TABLE[name].to_list() for name in TABLE}
    given = [
        (pl.from_pandas(TABLE), pl.Series(Y)),
        (pa.Table.from_pandas(TABLE), pa.array(Y)),
        (columns, Y.tolist()),
        (with_target, "price"),
        (TABLE.assign(price=Y), "price"),
        (path, "price"),
        (str(path), "price"),
    ]
    split = [(np.flatnonzero(FOUND.folds != 0), np.flatnonzero(FOUND.folds == 0))]
    for X, y in given:
        found = cross_validate(MODEL, X, y, cv=split, n_jobs=1)
        assert found.scores["neg_log_loss"][0] == FOUND.scores["neg_log_loss"][0]


def test_rows_that_no_fold_or_two_hold_out_have_no_prediction() -> None:
    found = cross_validate(MODEL, TABLE, Y, cv=ShuffleSplit(2, test_size=0.2, random_state=0), n_jobs=1)
    assert found.predictions is None and found.probabilities is None and (found.folds == -1).any()


def test_amounts() -> None:
    amounts = 10.0 * TABLE["size"].to_numpy()
    found = cross_validate(TabularRegressor("fast", random_state=0), TABLE, amounts, cv=2, n_jobs=1, random_state=0)
    assert found.probabilities is None and found.mean["r2"] > 0.5
    assert found.mean["neg_root_mean_squared_error"] < 0.0


def test_a_class_that_a_fold_lacks_and_a_scorer_of_one_s_own() -> None:
    rare = np.array(["a"] * 50 + ["b"] * 38 + ["c"] * 2)
    found = cross_validate(
        MODEL, TABLE, rare, cv=3, scoring={"own": lambda model, X, y: float(len(y)), "loss": "neg_log_loss"}, n_jobs=1
    )
    assert found.scores["own"].sum() == 90 and np.isfinite(found.scores["loss"]).all()
    assert found.probabilities.shape == (90, 3)


def test_it_is_shown_and_told_as_plain_values() -> None:
    plain = json.loads(json.dumps(FOUND.to_dict()))
    assert plain["scores"]["accuracy"]["mean"] == pytest.approx(FOUND.scores["accuracy"].mean())
    assert "neg_log_loss" in str(FOUND) and str(FOUND).count("\n") == 4


WRONG = {
    "an unknown preset": (
        lambda: cross_validate(TabularClassifier("slow"), np.zeros((600, 1)), np.arange(600) % 2),
        "'preset' parameter",
    ),
    "one fold": (lambda: cross_validate(MODEL, TABLE, Y, cv=1), "cv: from 2"),
    "an unknown scorer": (lambda: cross_validate(MODEL, TABLE, Y, scoring="goodness"), "scoring: .*'goodness'"),
    "a class of one row": (lambda: cross_validate(MODEL, TABLE, ["c", *Y[1:].tolist()]), "class 'c' has one row"),
    "no target": (lambda: cross_validate(MODEL, TABLE, None), "y: a target is needed"),
    "no such column": (lambda: cross_validate(MODEL, TABLE, "price"), "no column 'price'"),
    "another length": (lambda: cross_validate(MODEL, TABLE, Y[:-1]), "inconsistent numbers"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_mistake_is_one_line(wrong: str) -> None:
    call, message = WRONG[wrong]
    with pytest.raises((ValueError, TableError), match=message) as told:
        call()
    assert "\n" not in str(told.value)
