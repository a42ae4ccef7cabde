"""The arguments that scikit-learn does not have do what they say."""

from dataclasses import asdict

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_sample_weight

from clearprop import MLPClassifier, MLPRegressor
from clearprop.engines import ENGINES, Recipe
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.equations import forward, loss, penalty_value
from clearprop.mathematics.initializers import INITIALIZERS, initialize
from clearprop.mathematics.optimizers import OPTIMIZERS
from clearprop.mathematics.schedules import SCHEDULES, learning_rates
from clearprop.training import Epoch

from .cases import same_weights, table, uneven_weights

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

CLASSIFICATION = ("binary", "multiclass", "multilabel")
QUICK = {"hidden_layer_sizes": (12,), "max_iter": 10, "random_state": 0, "learning_rate_init": 0.01}
STILL = {
    **QUICK,
    "solver": "gradient_descent",
    "learning_rate_init": 1e-15,
    "max_iter": 1,
}  # leaves the initial weights


def fitted(name="multiclass", sample_weight=None, **arguments):
    kind = MLPRegressor if name in ("one target", "counts") else MLPClassifier
    return kind(**{**QUICK, **arguments}).fit(*table(name), sample_weight=sample_weight)


# ---- class_weight ----


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("class_weight", [{0: 3.0, 1: 0.5}, {1: 4.0}, "balanced"])
@pytest.mark.parametrize("name", ["binary", "multiclass"])
def test_class_weight_is_a_sample_weight(name, class_weight, solver):
    y = table(name)[1]
    by_class, given = compute_sample_weight(class_weight, y), uneven_weights(len(y))
    assert same_weights(fitted(name, class_weight=class_weight, solver=solver), fitted(name, by_class, solver=solver))
    both = fitted(name, given, class_weight=class_weight, solver=solver)
    assert same_weights(both, fitted(name, given * by_class, solver=solver))
    assert not same_weights(both, fitted(name, given, solver=solver))


def test_class_weight_in_partial_fit():
    X, y = table("multiclass")
    weights = {0: 1.0, 1: 2.0, 2: 5.0}
    models = [MLPClassifier(**QUICK, class_weight=class_weight) for class_weight in (weights, None)]
    for rows in (slice(0, 60), slice(60, None), slice(None)):
        models[0].partial_fit(X[rows], y[rows], classes=np.unique(y))
        models[1].partial_fit(X[rows], y[rows], compute_sample_weight(weights, y[rows]), classes=np.unique(y))
    assert same_weights(*models)


# ---- label_smoothing ----


@pytest.mark.parametrize("name", CLASSIFICATION)
def test_label_smoothing_is_training_on_soft_targets(name):
    X, y = table(name)
    model = fitted(name, label_smoothing=0.2, alpha=0.01, shuffle=False, batch_size=len(y), solver="gradient_descent")
    hard = np.eye(3)[y] if name == "multiclass" else y.reshape(len(y), -1)
    centre = 1.0 / 3.0 if name == "multiclass" else 0.5
    start = initialize(model.network_, "scikit_learn", np.random.RandomState(QUICK["random_state"]))
    trainer = ENGINES["reference"].trainer(model.network_, start, Recipe("gradient_descent", alpha=0.01))
    for _ in range(QUICK["max_iter"]):
        trainer.epoch(X, 0.8 * hard + 0.2 * centre, None, None, len(y), np.array([QUICK["learning_rate_init"]]))
    np.testing.assert_allclose(model.parameters_.flatten(), trainer.snapshot(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", ["binary", "multiclass"])
def test_smoothed_probabilities_stay_off_the_corners(name):
    arguments = {"solver": "lbfgs", "alpha": 0.0, "max_iter": 300, "hidden_layer_sizes": (30,), "tol": 1e-8}
    smoothed, hard = (fitted(name, label_smoothing=s, **arguments).predict_proba(table(name)[0]) for s in (0.3, 0.0))
    highest = 1.0 - 0.3 + 0.3 / 3.0 if name == "multiclass" else 1.0 - 0.3 / 2.0
    assert np.median(smoothed.max(axis=1)) == pytest.approx(highest, abs=0.03)
    assert np.median(hard.max(axis=1)) > 0.99


# ---- dropout ----


def test_dropout_trains_and_a_seed_fixes_it():
    model, again, other, without = (
        fitted(hidden_layer_sizes=(20, 20), dropout=dropout, random_state=seed, max_iter=40)
        for dropout, seed in ((0.3, 0), (0.3, 0), (0.3, 1), (0.0, 0))
    )
    assert same_weights(model, again, 0.0)
    assert not same_weights(model, other)
    assert not same_weights(model, without)
    assert model.loss_ < 0.7 * model.loss_curve_[0]
    assert model.score(*table("multiclass")) > 0.85


def test_dropout_leaves_prediction_alone():
    X, _ = table("multiclass")
    model = fitted(dropout=0.5)
    expected = forward(model.network_, model.parameters_, X).output
    np.testing.assert_allclose(model.predict_proba(X), expected, rtol=1e-12)
    np.testing.assert_array_equal(model.predict_proba(X), model.predict_proba(X))


# ---- solver and schedule ----


@pytest.mark.parametrize("name", ["multiclass", "one target"])
@pytest.mark.parametrize("solver", OPTIMIZERS)
def test_every_optimizer_is_a_solver_and_learns(solver, name):
    model = fitted(name, solver=solver, hidden_layer_sizes=(12, 12), max_iter=30, batch_size=20)
    assert model.loss_ < 0.7 * model.loss_curve_[0]
    assert len(model.loss_curve_) == model.n_iter_ == 30


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule_learns_and_is_recorded(schedule):
    y = table("multiclass")[1]
    model = fitted(schedule=schedule, solver="gradient_descent", learning_rate_init=0.3, batch_size=26, tol=0.0)
    assert model.loss_ < 0.9 * model.loss_curve_[0]
    n_batches = len(y) // 26
    last_steps = np.arange(n_batches, (QUICK["max_iter"] + 1) * n_batches, n_batches) - 1
    rows_seen = np.arange(QUICK["max_iter"]) * len(y)
    expected = [
        learning_rates(schedule, 0.3, np.array([step]), QUICK["max_iter"] * n_batches, rows)[0]
        for step, rows in zip(last_steps, rows_seen, strict=True)
    ]
    np.testing.assert_allclose(model.history_["learning_rate"], expected, rtol=1e-12)


def test_weight_decay_is_for_the_solvers_that_have_it():
    for solver in OPTIMIZERS:
        decays = solver in ("adamw", "muon")
        assert same_weights(fitted(solver=solver, weight_decay=5.0), fitted(solver=solver)) is not decays


# ---- activation and initializer ----


def test_one_activation_a_layer():
    X, _ = table("multiclass")
    model = fitted(hidden_layer_sizes=(12, 7), activation=("tanh", "relu"))
    first, second = (coef.T for coef in model.coefs_[:2])
    hidden = np.maximum(np.tanh(X @ first.T + model.intercepts_[0]) @ second.T + model.intercepts_[1], 0.0)
    scores = hidden @ model.coefs_[2] + model.intercepts_[2]
    np.testing.assert_array_equal(model.predict(X), scores.argmax(axis=1))
    for other, same in ((["tanh", "relu"], True), (("relu", "tanh"), False), ("tanh", False)):
        assert same_weights(model, fitted(hidden_layer_sizes=(12, 7), activation=other)) is same
    assert same_weights(
        fitted(hidden_layer_sizes=(12, 7), activation=("tanh", "tanh")),
        fitted(hidden_layer_sizes=(12, 7), activation="tanh"),
    )


@pytest.mark.parametrize("activation", [name for name, entry in ACTIVATIONS.items() if entry.elementwise])
def test_every_elementwise_activation_learns(activation):
    model = fitted(activation=activation, max_iter=20, learning_rate_init=0.005)
    assert model.loss_ < 0.9 * model.loss_curve_[0]


@pytest.mark.parametrize("initializer", [None, *INITIALIZERS])
def test_initializer_draws_the_first_weights(initializer):
    model = fitted(**STILL | {"initializer": initializer, "activation": "relu"})
    drawn = initialize(model.network_, initializer or "scikit_learn", np.random.RandomState(QUICK["random_state"]))
    np.testing.assert_allclose(model.parameters_.flatten(), drawn.flatten(), atol=1e-12)


# ---- max_grad_norm ----


@pytest.mark.parametrize(("max_grad_norm", "is_bounded"), [(0.05, True), (None, False)])
def test_max_grad_norm_bounds_each_step(max_grad_norm, is_bounded):
    X, y = table("multiclass")
    model = MLPClassifier(**{**QUICK, "solver": "gradient_descent", "max_grad_norm": max_grad_norm})
    steps, before = [], fitted(**STILL).parameters_.flatten()
    for _ in range(5):
        after = model.partial_fit(X, y, classes=np.unique(y)).parameters_.flatten()
        steps.append(np.linalg.norm(after - before))
        before = after
    bound = 0.05 * QUICK["learning_rate_init"]
    assert bool(max(steps) <= bound * (1 + 1e-9)) is is_bounded


# ---- loss ----


@pytest.mark.parametrize("name", CLASSIFICATION)
def test_squared_error_of_probabilities(name):
    X, y = table(name)
    model = fitted(name, loss="squared_error", max_iter=40, batch_size=len(y), alpha=0.01, tol=0.0)
    last = fitted(name, loss="squared_error", max_iter=39, batch_size=len(y), alpha=0.01, tol=0.0)
    Y = np.eye(3)[y] if name == "multiclass" else y.reshape(len(y), -1)
    assert not model.network_.is_paired
    value = loss(last.network_, forward(last.network_, last.parameters_, X), Y)
    assert model.loss_ == pytest.approx(value + penalty_value(last.parameters_, 0.01 / len(y)))
    by_hand = 0.5 * np.mean(np.sum((forward(last.network_, last.parameters_, X).output - Y) ** 2, axis=1))
    assert value == pytest.approx(by_hand)
    assert model.loss_ < 0.7 * model.loss_curve_[0]
    assert not same_weights(model, fitted(name, max_iter=40, batch_size=len(y), alpha=0.01, tol=0.0))


# ---- callbacks ----


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_callbacks_see_every_epoch(solver):
    seen, also_seen = [], []
    model = fitted(solver=solver, callbacks=[seen.append, also_seen.append])
    assert [epoch.epoch for epoch in seen] == list(range(1, model.n_iter_ + 1))
    assert all(isinstance(epoch, Epoch) for epoch in seen)
    assert [asdict(epoch) for epoch in seen] == [asdict(epoch) for epoch in also_seen]
    assert seen == model.history_.epochs


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize(("answer", "n_epochs"), [(True, 4), ("enough", 4), (1, 10), ("", 10), (None, 10)])
def test_true_or_a_sentence_ends_the_training(answer, n_epochs, solver):
    after = []

    def ask(epoch):
        return answer if epoch.epoch == 4 else False

    model = fitted(solver=solver, callbacks=(ask, after.append), tol=0.0)
    assert model.n_iter_ == len(after) == len(model.history_) == n_epochs
    if solver == "adam" and n_epochs == 4:
        assert same_weights(model, fitted(max_iter=4), 0.0)
        assert ("callback" if answer is True else "enough") in model.history_.stopped_because


# ---- logarithms of probabilities ----


@pytest.mark.parametrize("name", CLASSIFICATION)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_predict_log_proba(name, dtype):
    X, y = table(name)
    X = X.astype(dtype)
    model = MLPClassifier(**QUICK).fit(X, y)
    tolerance = 1e-10 if dtype is np.float64 else 1e-4
    np.testing.assert_allclose(model.predict_log_proba(X), np.log(model.predict_proba(X)), tolerance, tolerance)
    far = model.predict_log_proba(X * dtype(1e8))
    assert np.isfinite(far).all()
    assert far.min() < -1e5
    assert far.max() <= 0.0
