"""Ctrl-C ends a training, not the program: a warning, and a model that can be used."""

import numpy as np
import pytest
from sklearn.datasets import load_iris

from clearprop import MLPClassifier
from clearprop.training import End

from .stub import StubTrainer, train

X, y = load_iris(return_X_y=True)
QUICK = {"hidden_layer_sizes": (10,), "random_state": 0, "max_iter": 30, "n_iter_no_change": 100}
RESTLESS = {**QUICK, "early_stopping": True, "learning_rate_init": 0.3, "solver": "gradient_descent"}


def press_ctrl_c(epoch_number):
    def callback(epoch):
        if epoch.epoch == epoch_number:
            raise KeyboardInterrupt

    return callback


def interrupted(arguments, after=12):
    model = MLPClassifier(**arguments, callbacks=[press_ctrl_c(after)])
    with pytest.warns(UserWarning, match="interrupted by user"):
        return model.fit(X, y)


def stopped(arguments, after):
    return MLPClassifier(**arguments, callbacks=[lambda epoch: epoch.epoch == after]).fit(X, y)


def test_the_last_weights_are_kept_without_a_score():
    model = interrupted(QUICK)
    np.testing.assert_array_equal(model.parameters_.flatten(), stopped(QUICK, 12).parameters_.flatten())
    assert not np.array_equal(model.parameters_.flatten(), stopped(QUICK, 11).parameters_.flatten())
    assert model.history_.stopped_because == End.INTERRUPT.value
    assert len(model.loss_curve_) == model.n_iter_ == 12
    assert set(model.predict(X)) <= set(y)


def test_the_best_weights_are_kept_with_a_score():
    model = interrupted(RESTLESS)
    best = model.history_.best_epoch
    assert best == 1 + np.argmax(model.validation_scores_) < 12
    np.testing.assert_array_equal(model.parameters_.flatten(), stopped(RESTLESS, best).parameters_.flatten())


def test_an_interrupt_within_an_epoch():
    class Interrupted(StubTrainer):
        def epoch(self, *arguments):
            result = super().epoch(*arguments)
            if self.n_epochs == 3:
                raise KeyboardInterrupt
            return result

    for by_score, kept in ((False, 3), (True, 1)):
        trainer = Interrupted()
        with pytest.warns(UserWarning, match="interrupted by user"):
            run = train(trainer, by_score=by_score, score=(lambda parameters: 0.5) if by_score else None)
        assert (run.end, len(run.history), trainer.n_epochs) == (End.INTERRUPT, 2, kept)


def test_other_errors_of_a_callback_are_not_hidden():
    def fail(epoch):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        MLPClassifier(**QUICK, callbacks=[fail]).fit(X, y)
