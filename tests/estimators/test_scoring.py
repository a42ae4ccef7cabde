"""Early stopping watches the score that `scoring` says, and the best epoch's weights are kept."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, get_scorer, r2_score

from clearprop import MLPClassifier, MLPRegressor

from .cases import same_weights, table, uneven_weights

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

NAMES = [
    ("binary", "neg_log_loss"),
    ("binary", "roc_auc"),
    ("binary", "accuracy"),
    ("multiclass", "neg_log_loss"),
    ("multiclass", "f1_macro"),
    ("strings", "f1_macro"),
    ("multilabel", "f1_macro"),
    ("one target", "r2"),
    ("one target", "neg_mean_absolute_error"),
    ("several targets", "neg_mean_absolute_error"),
]
RESTLESS = {  # so large a learning rate that the best epoch is not the last
    "hidden_layer_sizes": (12,),
    "learning_rate_init": 0.3,
    "max_iter": 15,
    "early_stopping": True,
    "validation_fraction": 0.3,
    "random_state": 1,
}


class Watching:
    """A scorer that remembers what it was last given, and all that it gave."""

    def __init__(self, scorer):
        self.scorer, self.given, self.scores = scorer, None, []

    def __call__(self, model, X, y, sample_weight=None):
        self.given = (X, y) if sample_weight is None else (X, y, sample_weight)
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        self.scores.append(self.scorer(model, X, y, **weights))
        return self.scores[-1]


def fitted(name, scoring, weighted=False, **arguments):
    kind = MLPRegressor if "target" in name else MLPClassifier
    X, y = table(name)
    weights = uneven_weights(len(y)) if weighted else None
    return kind(**{**RESTLESS, "scoring": scoring, **arguments}).fit(X, y, weights)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("name", "scoring"), NAMES)
def test_scorer_by_name_and_by_call(name, scoring, weighted):
    watching = Watching(get_scorer(scoring))
    by_name, by_call = fitted(name, scoring, weighted), fitted(name, watching, weighted)
    assert by_name.validation_scores_ == by_call.validation_scores_ == watching.scores
    assert same_weights(by_name, by_call, 0.0)
    assert len(watching.given) == 2 + weighted
    assert max(watching.scores) == by_name.best_validation_score_ == watching(by_name, *watching.given)
    assert by_name.history_.best_epoch == 1 + np.argmax(by_name.validation_scores_)


def test_the_best_epoch_is_not_always_the_last():
    assert any(fitted(name, scoring).history_.best_epoch < RESTLESS["max_iter"] for name, scoring in NAMES)


@pytest.mark.parametrize(("name", "measure"), [("multiclass", accuracy_score), ("one target", r2_score)])
def test_default_is_scikit_learns_measure(name, measure):
    def score(model, X, y):
        return measure(y, model.predict(X))

    assert fitted(name, None).validation_scores_ == fitted(name, score).validation_scores_


def test_weights_are_those_of_the_best_epoch():
    model = fitted("binary", "neg_log_loss", n_iter_no_change=100)
    best = model.history_.best_epoch
    assert best < model.n_iter_
    stopped = fitted("binary", "neg_log_loss", callbacks=[lambda epoch: epoch.epoch == best])
    assert same_weights(model, stopped, 0.0)
    assert not same_weights(model, fitted("binary", "neg_log_loss", max_iter=1, early_stopping=False))


@pytest.mark.parametrize("name", ["binary", "multiclass"])
def test_held_out_rows_are_not_trained_on(name):
    X, y = table(name)
    watching = Watching(get_scorer("accuracy"))
    model = fitted(name, watching)
    held_out = {row.tobytes() for row in watching.given[0]}
    assert model.history_["n_rows"][0] == len(X) - len(watching.given[0])
    moved = np.array([row.tobytes() in held_out for row in X])
    other = MLPClassifier(**RESTLESS, scoring=lambda model, X, y: 0.0, n_iter_no_change=100)
    pair = [other.fit(np.where(moved[:, None], shift, X), y).coefs_ for shift in (1.0, -7.0)]
    assert all(np.array_equal(a, b) for a, b in zip(*pair, strict=True))
