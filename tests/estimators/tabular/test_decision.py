"""Calibrated probabilities and decisions: beside exhaustive searches and scikit-learn's metrics."""

import itertools
import json
import subprocess
import sys
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import TunedThresholdClassifierCV

from clearprop import TabularClassifier
from clearprop.estimators.tabular.calibration import temperature_of
from clearprop.estimators.tabular.decision import Decision, tempered
from clearprop.estimators.tabular.decision_rules import METRICS, costs_for_metric, costs_given, metric_named


def rows(n: int, n_classes: int, seed: int, sharpness: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Probabilities, classes drawn from them as they are before they are sharpened, and row weights."""
    random = np.random.default_rng(seed)
    P = random.dirichlet(np.linspace(0.4, 2.0, n_classes), n)
    y = (random.random((n, 1)) < P.cumsum(axis=1)).argmax(axis=1)
    return tempered(P, sharpness), y, random.uniform(0.2, 3.0, n)


# ---- temperature ----


def log_loss(P: np.ndarray, y: np.ndarray, weights: np.ndarray, T: float) -> float:
    return -float(np.average(np.log(Decision(T).probabilities(P)[np.arange(len(y)), y]), weights=weights))


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_what_was_done_to_the_probabilities(sharpness: float) -> None:
    P, y, _ = rows(20_000, 3, 0, sharpness)
    assert temperature_of(P, y, np.ones(len(y))) == pytest.approx(sharpness, rel=0.05)


@given(st.integers(2, 40), st.integers(2, 4), st.integers(0, 10**6), st.floats(0.2, 8.0), st.booleans())
def test_calibration_never_makes_the_held_out_loss_worse(
    n: int, n_classes: int, seed: int, sharpness: float, weighted: bool
) -> None:
    P, y, weights = rows(n, n_classes, seed, sharpness)
    weights = weights if weighted else np.ones(n)
    loss = [log_loss(P, y, weights, T) for T in (1.0, temperature_of(P, y, weights))]
    assert loss[1] <= loss[0] + 1e-9


def test_the_temperature_is_that_of_the_least_weighted_loss() -> None:
    P, y, weights = rows(3000, 3, 1, 2.5)
    least = min(np.linspace(1.0, 5.0, 401), key=lambda T: log_loss(P, y, weights, T))
    assert temperature_of(P, y, weights, prior_rows=0.0) == pytest.approx(least, abs=0.02)
    assert temperature_of(P, y, weights, most=1.0) == 1.0
    assert temperature_of(P, y, 7.0 * weights) == pytest.approx(temperature_of(P, y, weights), rel=1e-9)
    doubled = [np.concatenate((part, part[:500])) for part in (P, y, np.ones(3000))]
    twice = np.where(np.arange(3000) < 500, 2.0, 1.0)
    assert temperature_of(P, y, twice, prior_rows=0.0) == pytest.approx(temperature_of(*doubled, prior_rows=0.0))


def test_a_few_rows_that_are_all_right_do_not_make_it_certain() -> None:
    P, y = np.array([[0.9, 0.1], [0.2, 0.8]] * 5), np.array([0, 1] * 5)
    T = temperature_of(P, y, np.ones(10))
    assert 0.9 < T < 1.0 and temperature_of(P, y, np.ones(10), prior_rows=0.0) == pytest.approx(0.05)


def test_nothing_held_out_leaves_probabilities_alone() -> None:
    assert temperature_of(np.zeros((0, 2)), np.zeros(0, int), np.zeros(0)) == 1.0
    P = rows(100, 3, 0)[0].astype(np.float32).astype(float)  # sums to 1 but for rounding
    whole = Decision().probabilities(P)
    np.testing.assert_allclose(whole, P, rtol=1e-6)
    assert abs(whole.sum(axis=1) - 1.0).max() < 1e-14 and whole.max() <= 1.0


# ---- decisions ----

ANY_COSTS = st.lists(st.floats(0.1, 50.0), min_size=6, max_size=6)


@given(ANY_COSTS, st.integers(0, 10**6))
def test_the_class_of_least_expected_cost_is_decided_for(off_diagonal: list[float], seed: int) -> None:
    costs = np.zeros((3, 3))
    costs[~np.eye(3, dtype=bool)] = off_diagonal
    P = np.random.default_rng(seed).dirichlet(np.ones(3), 30)
    decided = Decision(costs=costs).classes(P)
    expected = P @ costs
    np.testing.assert_allclose(expected[np.arange(30), decided], expected.min(axis=1))


@given(st.floats(0.1, 50.0), st.floats(0.1, 50.0), st.floats(0.0, 1.0))
def test_of_two_classes_the_threshold_says_the_same(false_second: float, false_first: float, p: float) -> None:
    decision = Decision(costs=np.array([[0.0, false_second], [false_first, 0.0]]))
    P = np.array([[1.0 - p, p]])
    assert decision.classes(P)[0] == (p >= decision.threshold)
    if abs((P @ decision.costs)[0] @ [1.0, -1.0]) > 1e-9:  # no tie
        assert decision.classes(P)[0] == (P @ decision.costs)[0].argmin()


def test_equal_costs_are_the_most_probable_class() -> None:
    P = rows(200, 4, 0)[0]
    np.testing.assert_array_equal(Decision(costs=1.0 - np.eye(4)).classes(P), Decision().classes(P))


@pytest.mark.parametrize("decision", [Decision(), Decision(0.7, np.array([[0.0, 1.0], [9.0, 0.0]]))])
def test_a_decision_survives_json(decision: Decision) -> None:
    again = Decision.from_dict(json.loads(json.dumps(decision.to_dict())))
    P = rows(50, 2, 0)[0]
    np.testing.assert_array_equal(again.probabilities(P), decision.probabilities(P))
    np.testing.assert_array_equal(again.classes(P), decision.classes(P))


def test_predicting_needs_neither_scikit_learn_nor_scipy() -> None:
    code = "import sys, clearprop.estimators.tabular.decision; print({'sklearn', 'scipy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout == b"set()\n"


# ---- metrics ----

NAMES = {"mcc": "matthews_corrcoef"}
OTHERS = ("precision_macro", "recall_weighted", "jaccard_macro", "f1_micro")


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("name", [*METRICS, *OTHERS])
def test_metrics_of_counts_are_scikit_learns(name: str, n_classes: int) -> None:
    if name == "f1" and n_classes > 2:
        return
    P, y, weights = rows(80, n_classes, 3)
    scorer = metrics.get_scorer(NAMES.get(name, name))
    for decided in (P.argmax(axis=1), np.zeros(80, int)):
        N = np.zeros((n_classes, n_classes))
        np.add.at(N, (y, decided), weights)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of classes that nothing is decided for
            expected = scorer._score_func(y, decided, sample_weight=weights, **scorer._kwargs)
        assert metric_named(name, n_classes)(N[None])[0] == pytest.approx(expected)


def value(name: str, costs: np.ndarray | None, P: np.ndarray, y: np.ndarray, weights: np.ndarray) -> float:
    N = np.zeros(2 * (P.shape[1],))
    np.add.at(N, (y, Decision(costs=costs).classes(P)), weights)
    return float(metric_named(name, P.shape[1])(N[None])[0])


@pytest.mark.parametrize(("name", "seed"), [*((name, seed) for name in METRICS for seed in range(3)), ("jaccard", 0)])
def test_no_threshold_is_better_than_the_one_found(name: str, seed: int) -> None:
    P, y, weights = rows(60, 2, seed)
    costs = costs_for_metric(metric_named(name, 2), P, y, weights)
    edges = np.concatenate(([0.0], np.sort(P[:, 1]), [2.0]))
    thresholds = 0.5 * (edges[:-1] + edges[1:])
    best = max(value(name, np.array([[0.0, t], [1.0 - t, 0.0]]), P, y, weights) for t in thresholds)
    assert value(name, costs, P, y, weights) == pytest.approx(best, abs=1e-9)


@pytest.mark.parametrize("name", ["balanced_accuracy", "f1_macro", "mcc"])
def test_factors_of_more_classes_are_nearly_the_best(name: str) -> None:
    P, y, weights = rows(150, 3, 5)
    found = value(name, costs_for_metric(metric_named(name, 3), P, y, weights), P, y, weights)
    grid = np.geomspace(0.1, 10.0, 25)
    tried = [
        np.where(np.eye(3, dtype=bool), 0.0, np.array([[1.0], [a], [b]])) for a, b in itertools.product(grid, grid)
    ]
    assert found >= max(value(name, costs, P, y, weights) for costs in tried) - 0.01
    assert found >= value(name, None, P, y, weights)


def test_a_metric_that_is_best_as_it_stands_changes_nothing() -> None:
    P = np.array([[0.9, 0.1], [0.2, 0.8]])
    costs = costs_for_metric(METRICS["accuracy"], P, np.array([0, 1]), np.ones(2))
    assert Decision(costs=costs).threshold == 0.5


# ---- the estimator ----

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(500, 3))
Y = np.where(X[:, 0] + RANDOM.normal(size=500) > 1.6, "ill", "well")  # about one in eight
QUICK = {"preset": "fast", "max_epochs": 10, "random_state": 0}
PLAIN = TabularClassifier(**QUICK).fit(X, Y)


def test_the_estimator_s_attributes_are_those_of_its_decision() -> None:
    one = TabularClassifier(**QUICK, n_folds=1).fit(X, Y)
    assert one.costs_ is None and one.decision_threshold_ == 0.5 and one.temperature_ == one.decision_.temperature
    plain = TabularClassifier(**QUICK, n_folds=1, calibrate=False).fit(X, Y)
    assert plain.temperature_ == 1.0
    seen = ~np.isnan(one.held_out_probabilities_[:, 0])
    np.testing.assert_array_equal(plain.held_out_probabilities_, one.held_out_probabilities_)
    T = temperature_of(one.held_out_probabilities_[seen], (Y[seen] == "well").astype(int), np.ones(seen.sum()))
    assert one.temperature_ == T != 1.0  # one network: above 1, too
    np.testing.assert_allclose(one.predict_proba(X), tempered(plain.predict_proba(X), 1.0 / T))


def test_a_costly_miss_is_predicted_more_often() -> None:
    dear = TabularClassifier(**QUICK, decision={("ill", "well"): 20.0}).fit(X, Y)
    assert (dear.predict(X) == "ill").mean() > (PLAIN.predict(X) == "ill").mean() + 0.1
    np.testing.assert_array_equal(dear.predict_proba(X), PLAIN.predict_proba(X))
    as_matrix = TabularClassifier(**QUICK, decision=[[0, 20], [1, 0]]).fit(X, Y)
    np.testing.assert_array_equal(as_matrix.predict(X), dear.predict(X))
    at_threshold = np.where(dear.predict_proba(X)[:, 1] >= dear.decision_threshold_, "well", "ill")
    np.testing.assert_array_equal(dear.predict(X), at_threshold)


def test_a_metric_is_raised_on_the_held_out_rows() -> None:
    model = TabularClassifier(**QUICK, decision="balanced_accuracy").fit(X, Y)
    seen = ~np.isnan(model.held_out_probabilities_[:, 0])
    P = model.decision_.probabilities(model.held_out_probabilities_[seen])
    score = [
        metrics.balanced_accuracy_score(Y[seen], model.classes_[decision.classes(P)])
        for decision in (model.decision_, Decision())
    ]
    assert score[0] > score[1]


def test_nothing_held_out_leaves_the_most_probable_class() -> None:
    few = TabularClassifier("fast", max_epochs=2, decision="f1", random_state=0).fit([[0.0], [1.0], [2.0]], [0, 1, 1])
    assert np.isnan(few.held_out_probabilities_).all() and few.costs_ is None and few.temperature_ == 1.0


def test_scikit_learn_s_own_calibration_and_thresholds_work() -> None:
    calibrated = CalibratedClassifierCV(
        TabularClassifier(**QUICK), method="temperature" if hasattr(metrics, "d2_brier_score") else "sigmoid", cv=2
    ).fit(X, Y)
    assert calibrated.predict_proba(X).shape == (500, 2)
    tuned = TunedThresholdClassifierCV(TabularClassifier(**QUICK), scoring="balanced_accuracy", cv=2).fit(X, Y)
    assert tuned.predict(X).shape == (500,) and 0.0 < tuned.best_threshold_ < 1.0


WRONG = {
    "another shape": ([[0, 1, 1], [1, 0, 1]], "finite costs of shape"),
    "an unknown class": ({("ill", "dead"): 3.0}, "'dead'"),
    "not a pair": ({"ill": 3.0}, "true class, decided class"),
    "no numbers": ([["a", "b"], ["c", "d"]], "numbers"),
    "infinite": ([[0, np.inf], [1, 0]], "finite"),
    "a right decision dearer than a wrong one": ([[5, 1], [1, 0]], "costs more"),
    "all the same": ([[1, 1], [1, 1]], "the same"),
    "no such metric": ("goodness", "get_scorer_names"),
    "a metric of probabilities": ("neg_log_loss", "a metric of decided classes"),
    "a metric of ranks": ("roc_auc", "a metric of decided classes"),
    "a metric of amounts": ("r2", "a metric of decided classes"),
    "a metric of clusters": ("adjusted_rand_score", "a metric of decided classes"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_mistake_is_one_line_and_told_before_training(wrong: str) -> None:
    decision, message = WRONG[wrong]
    epochs: list[object] = []
    with pytest.raises(ValueError, match=message) as told:
        TabularClassifier(**QUICK, decision=decision, callbacks=[epochs.append]).fit(X, Y)
    assert "\n" not in str(told.value) and not epochs


@pytest.mark.parametrize("name", ["f1", "precision"])
def test_a_metric_of_two_classes_is_refused_for_three(name: str) -> None:
    with pytest.raises(ValueError, match=f"decision='{name}'") as told:
        metric_named(name, 3)
    assert "\n" not in str(told.value)


def test_costs_follow_the_classes_whatever_they_are() -> None:
    np.testing.assert_array_equal(costs_given({(3, 1): 5}, np.array([1, 3])), [[0.0, 1.0], [5.0, 0.0]])
    np.testing.assert_array_equal(costs_given({(True, False): 5}, np.array([False, True])), [[0.0, 1.0], [5.0, 0.0]])
