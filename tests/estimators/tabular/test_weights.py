"""Row weights, class weights and rare classes."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import recall_score, roc_auc_score

from clearprop import TabularClassifier, TabularRegressor

QUICK = {"preset": "fast", "max_epochs": 12, "random_state": 0}
RANDOM = np.random.default_rng(0)
N = 240
TABLE = pd.DataFrame({"size": RANDOM.normal(size=N), "colour": RANDOM.choice(["red", "blue", "green"], N)})
Y = np.where(TABLE["size"] + RANDOM.normal(size=N) > 0.0, "yes", "no")


def rare(n: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """A table with 1 % positives, which lie at the upper end of a column."""
    random = np.random.default_rng(seed)
    table = pd.DataFrame({"x": random.normal(size=n), "noise": random.normal(size=n)})
    score = table["x"] + 0.3 * random.normal(size=n)
    return table, (score > np.quantile(score, 0.99)).astype(int)


def test_one_positive_in_a_hundred() -> None:
    table, y = rare(3000, 0)
    unseen, truth = rare(3000, 1)
    plain, balanced, by_recall = (
        TabularClassifier("fast", max_epochs=12, random_state=0, **more).fit(table, y)
        for more in ({}, {"class_weight": "balanced"}, {"decision": "balanced_accuracy", "n_folds": 2})
    )
    assert roc_auc_score(truth, plain.predict_proba(unseen)[:, 1]) > 0.95
    assert plain.predict_proba(unseen)[:, 1].mean() == pytest.approx(0.01, abs=0.01)  # as the rows come
    # As though the classes were equally frequent: higher wherever it is not certain.
    P, Q = (model.predict_proba(unseen)[:, 1] for model in (plain, balanced))
    assert Q.mean() > 2.0 * P.mean() and np.median(Q[truth == 1]) > np.median(P[truth == 1])
    recalls = [recall_score(truth, model.predict(unseen)) for model in (plain, balanced, by_recall)]
    assert min(recalls[1:]) > recalls[0] and recalls[2] > 0.8
    assert by_recall.decision_threshold_ < 0.2


def test_balanced_classes_are_the_weights_that_make_them_so() -> None:
    y = np.array(["a"] * 180 + ["b"] * 60)
    as_weights = np.where(y == "a", N / (2 * 180), N / (2 * 60))
    balanced = TabularClassifier(**QUICK, class_weight="balanced").fit(TABLE, y)
    weighted = TabularClassifier(**QUICK).fit(TABLE, y, sample_weight=as_weights)
    np.testing.assert_array_equal(balanced.predict_proba(TABLE), weighted.predict_proba(TABLE))


def test_row_weights_and_class_weights_are_multiplied() -> None:
    weights = RANDOM.uniform(0.1, 3.0, N)
    both = TabularClassifier(**QUICK, class_weight={"yes": 5.0, "no": 1.0}).fit(TABLE, Y, sample_weight=weights)
    product = TabularClassifier(**QUICK).fit(TABLE, Y, sample_weight=weights * np.where(Y == "yes", 5.0, 1.0))
    np.testing.assert_array_equal(both.predict_proba(TABLE), product.predict_proba(TABLE))


def test_a_class_with_fewer_rows_than_folds() -> None:
    y = np.array(["a"] * 150 + ["b"] * 88 + ["c"] * 2)
    for class_weight in (None, "balanced"):
        model = TabularClassifier("default", max_epochs=3, class_weight=class_weight, random_state=0).fit(TABLE, y)
        P = model.predict_proba(TABLE)
        assert P.shape == (N, 3) and np.isfinite(P).all() and np.isfinite(model.held_out_probabilities_).all()


@pytest.mark.parametrize("kind", [TabularClassifier, TabularRegressor])
def test_rows_of_weight_0_are_as_though_they_were_not_there(kind: type) -> None:
    """Also what they hold counts nothing: a category and an amount of their own, an outlier."""
    target = Y if kind is TabularClassifier else TABLE["size"].to_numpy() * 3.0
    weights = np.where(np.arange(N) % 3 == 0, 0.0, RANDOM.uniform(0.5, 2.0, N))
    kept = weights > 0.0
    strange = TABLE.assign(
        size=np.where(kept, TABLE["size"], 1e9), colour=np.where(kept, TABLE["colour"], "a colour of its own")
    )
    wrong = np.where(kept, target, target[kept][0] if kind is TabularClassifier else 1e9)
    with_them = kind(**QUICK).fit(strange, wrong, sample_weight=weights)
    without = kind(**QUICK).fit(TABLE[kept], target[kept], sample_weight=weights[kept])
    np.testing.assert_array_equal(with_them.predict(TABLE), without.predict(TABLE))
    assert str(with_them.schema_) == str(without.schema_)
    name = "held_out_probabilities_" if kind is TabularClassifier else "held_out_predictions_"
    held_out = getattr(with_them, name)
    assert len(held_out) == N and np.isnan(held_out[~kept]).all()
    np.testing.assert_array_equal(held_out[kept], getattr(without, name))


def test_a_class_without_weight_is_none() -> None:
    y = np.array(["a", "b", "c"] * 80)
    model = TabularClassifier(**QUICK).fit(TABLE, y, sample_weight=(y != "c").astype(float))
    assert model.classes_.tolist() == ["a", "b"]
    with pytest.raises(ValueError, match="two classes are needed"):
        TabularClassifier(**QUICK).fit(TABLE, y, sample_weight=(y == "c").astype(float))


def test_a_class_weight_of_0_leaves_a_class_that_is_never_likely() -> None:
    model = TabularClassifier(**QUICK, class_weight={"yes": 0.0, "no": 1.0}).fit(TABLE, Y)
    assert (model.predict(TABLE) == "no").all() and model.predict_proba(TABLE).shape == (N, 2)


def test_a_fold_of_which_no_class_has_weight() -> None:
    y = np.array(["a"] * 236 + ["b"] * 4)
    model = TabularClassifier("default", n_folds=4, max_epochs=3, class_weight={"a": 0.0, "b": 1.0}, random_state=0)
    assert np.isfinite(model.fit(TABLE, y).predict_proba(TABLE)).all()  # some folds hold only rows of weight 0 out


@pytest.mark.parametrize("weights", [np.zeros(N), np.eye(1, N)[0]])
def test_too_few_rows_with_a_weight_are_refused(weights: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"rows are needed|weight") as told:
        TabularClassifier(**QUICK).fit(TABLE, Y, sample_weight=weights)
    assert "\n" not in str(told.value)


def test_a_negative_weight_is_refused() -> None:
    with pytest.raises(ValueError, match=r"[Nn]egative"):
        TabularClassifier(**QUICK).fit(TABLE, Y, sample_weight=-np.ones(N))


def test_weights_move_what_amounts_are_predicted() -> None:
    amounts = RANDOM.choice([0.0, 10.0], N)  # what no column tells
    heavy = np.where(amounts > 0.0, 9.0, 1.0)
    model = TabularRegressor(**QUICK).fit(TABLE, amounts, sample_weight=heavy)
    assert model.target_scale_.mean == pytest.approx(np.average(amounts, weights=heavy))
    assert model.predict(TABLE).mean() > 7.0
