"""A training that diverges says where and what to try, and leaves the weights of its best finite epoch."""

import copy

import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import scale

from clearprop import MLPClassifier, MLPRegressor
from clearprop.mathematics.initializers import initialize
from clearprop.training import DivergenceError

from .stub import StubTrainer, train

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, y = (array[::3] for array in load_diabetes(return_X_y=True, scaled=False))
QUICK = {"hidden_layer_sizes": (10,), "random_state": 0, "max_iter": 200}
SUDDEN = {**QUICK, "learning_rate_init": 1e6}
LATE = {**QUICK, "learning_rate_init": 3.0, "schedule": "one_cycle", "n_iter_no_change": 200}  # the rate rises too high
SOLVERS = ("gradient_descent", "sgd")


def diverged(X, y, kind=MLPRegressor, **arguments):
    """The estimator after its training diverged, and the message."""
    model = kind(**arguments)
    with pytest.raises(DivergenceError) as caught:
        model.fit(X, y)
    return model, str(caught.value)


def is_finite(model):
    return all(np.isfinite(array).all() for array in model.parameters_.arrays())


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_in_the_first_epoch_the_initial_weights_are_kept(solver, dtype):
    model, message = diverged(X.astype(dtype), y.astype(dtype), **SUDDEN, batch_size=20, solver=solver)
    initial = initialize(model.network_, "scikit_learn", np.random.RandomState(SUDDEN["random_state"]), dtype)
    np.testing.assert_array_equal(model.parameters_.flatten(), initial.flatten())
    assert len(model.history_) == 0
    assert "epoch 1," in message
    assert np.isfinite(model.predict(X)).all()


@pytest.mark.parametrize("batch_size", [50, len(y)])
@pytest.mark.parametrize("solver", SOLVERS)
def test_later_the_best_epochs_weights_are_kept(solver, batch_size):
    data, arguments = (scale(X), scale(y)), {**LATE, "solver": solver, "batch_size": batch_size}
    model, message = diverged(*data, **arguments)
    best, last = model.history_.best_epoch, len(model.history_)
    assert 1 < best < last
    assert best == 1 + np.argmin(model.loss_curve_)
    stopped = MLPRegressor(**arguments, callbacks=[lambda epoch: epoch.epoch == best]).fit(*data)
    np.testing.assert_array_equal(model.parameters_.flatten(), stopped.parameters_.flatten())
    other = MLPRegressor(**arguments, callbacks=[lambda epoch: epoch.epoch == last - 1]).fit(*data)
    assert not np.array_equal(model.parameters_.flatten(), other.parameters_.flatten())
    assert np.isfinite(model.predict(data[0])).all()
    assert f"(epoch {last + 1}, batch " in message


@pytest.mark.parametrize("arguments", [{**SUDDEN, "batch_size": 20}, SUDDEN, LATE], ids=["sudden", "later", "late"])
@pytest.mark.parametrize("solver", SOLVERS)
def test_the_message_is_one_line_that_helps(solver, arguments):
    scaled = arguments is LATE
    _, message = diverged(scale(X) if scaled else X, scale(y) if scaled else y, **arguments, solver=solver)
    assert len(message.splitlines()) == 1
    for words in ("diverged", "inf", "at step ", "epoch ", "smaller learning rate", "max_grad_norm", "standardised"):
        assert words in message
    assert f"smaller learning rate than {arguments['learning_rate_init']:g}" in message


@pytest.mark.parametrize("solver", SOLVERS)
def test_what_the_message_advises_helps(solver):
    data = scale(X), scale(y)
    assert np.isfinite(MLPRegressor(**{**LATE, "learning_rate_init": 0.1}, solver=solver).fit(*data).loss_)
    assert is_finite(MLPRegressor(**{**SUDDEN, "max_iter": 5}, solver=solver, max_grad_norm=1.0).fit(X, y))


def test_the_step_is_counted_over_the_whole_run():
    losses = [3.0, 2.0, np.inf]  # three batches an epoch; the stub diverges in its second
    with pytest.raises(DivergenceError, match=r"inf at step 8 \(epoch 3, batch 2\)"):
        train(StubTrainer(losses))
    with pytest.raises(DivergenceError, match=r"nan at step 2 \(epoch 1, batch 2\)"):
        train(StubTrainer([np.nan]))


@pytest.mark.parametrize(("losses", "kept"), [([np.inf], 0), ([3.0, np.inf], 1), ([3.0, 2.0, 2.5, 4.0, np.nan], 2)])
def test_the_best_finite_epoch_is_put_back(losses, kept):
    trainer = StubTrainer(losses)
    with pytest.raises(DivergenceError):
        train(trainer)
    assert trainer.n_epochs == kept


def test_weights_that_overflow_in_the_last_update():
    class Overflowing(StubTrainer):
        def epoch(self, *arguments):
            result = super().epoch(*arguments)
            self.flat[1] = np.inf if self.n_epochs == 5 else 0.0
            return result

    trainer = Overflowing([5.0, 3.0, 4.0, 2.5, 1.0])
    with pytest.raises(DivergenceError, match="weights are not finite after epoch 5"):
        train(trainer)
    np.testing.assert_array_equal(trainer.flat, [4.0, 0.0])  # epoch 5's loss is the least, but its weights are lost


@pytest.mark.parametrize("solver", ["gradient_descent", "adam"])
def test_partial_fit_goes_on_after_a_divergence(solver):
    data = scale(X), scale(y)
    model = MLPRegressor(**QUICK, solver=solver).partial_fit(*data)
    before = copy.deepcopy(model)
    with pytest.raises(DivergenceError):
        model.partial_fit(data[0] * 1e200, data[1])
    np.testing.assert_array_equal(model.parameters_.flatten(), before.parameters_.flatten())
    assert np.isfinite(model.partial_fit(*data).loss_)


def test_lbfgs():
    model, message = diverged(X * 1e200, y, solver="lbfgs", **QUICK)
    assert "diverged" in message
    assert len(message.splitlines()) == 1
    assert is_finite(model)


def test_a_classifier_that_saturates_does_not_diverge():
    model = MLPClassifier(**{**SUDDEN, "max_iter": 5, "learning_rate_init": 100.0}, solver="gradient_descent").fit(
        X, y > 120
    )
    assert np.isfinite(model.loss_curve_).all()
    assert is_finite(model)
