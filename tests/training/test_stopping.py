"""When a training ends, and what an adaptive plan does instead."""

import numpy as np
import pytest

from clearprop.training import End, Stopping
from clearprop.training.loop import SMALLEST_ADAPTIVE_RATE

from .stub import StubTrainer, train

WALKS = [np.random.default_rng(seed).normal(size=60).cumsum().round(1).tolist() for seed in range(5)]


def counts(values, tol, *, by_score):
    """The count of epochs without an improvement after each epoch."""
    stopping, found = Stopping(tol, by_score), []
    for value in values:
        stopping.observe(0.0 if by_score else value, value if by_score else None)
        found.append(stopping.count)
    return found


@pytest.mark.parametrize("tol", [0.0, 0.3])
@pytest.mark.parametrize("losses", WALKS)
def test_an_improvement_is_by_tol_over_the_best_before(losses, tol):
    best = np.minimum.accumulate([np.inf, *losses])[:-1]
    improved = ~(losses > best - tol)
    expected = [0] * len(losses)
    for k in range(1, len(losses)):
        expected[k] = 0 if improved[k] else expected[k - 1] + 1
    assert counts(losses, tol, by_score=False) == expected
    assert counts([-loss for loss in losses], tol, by_score=True) == expected  # a score is the other way round


@pytest.mark.parametrize("losses", WALKS)
def test_the_best_is_a_running_minimum(losses):
    stopping = Stopping(0.5, by_score=False)
    is_best = [stopping.observe(loss, None) for loss in losses]
    assert stopping.best_loss == min(losses)
    assert is_best == [loss < min([np.inf, *losses[:k]]) for k, loss in enumerate(losses)]


def test_a_score_that_is_none_is_no_best():
    stopping = Stopping(0.0, by_score=True)
    assert stopping.observe(1.0, 0.2)
    assert not stopping.observe(1.0, np.nan)
    assert stopping.best_score == 0.2


@pytest.mark.parametrize("patience", [1, 2, 5])
def test_training_ends_after_more_than_patience_epochs(patience):
    trainer = StubTrainer()
    run = train(trainer, patience=patience, max_epochs=50, tol=0.1)
    assert (run.end, trainer.n_epochs) == (End.PATIENCE, 1 + patience + 1)
    assert run.history.stopped_because == (
        f"Training loss did not improve more than tol={0.1:f} for {patience} consecutive epochs."
    )


def test_endless_patience_and_constant_progress_use_all_epochs():
    for losses, patience in ((np.ones(50), np.inf), (np.arange(50.0, 0.0, -1.0), 1)):
        run = train(StubTrainer(losses), patience=patience, max_epochs=50, tol=0.1)
        assert (run.end, len(run.history)) == (End.EPOCHS, 50)
        assert run.history.stopped_because == End.EPOCHS.value


def test_the_score_decides_where_there_is_one():
    falling_loss = np.arange(50.0, 0.0, -1.0)
    arguments = {"patience": 3, "max_epochs": 50, "tol": 0.1}
    run = train(StubTrainer(falling_loss), by_score=True, score=lambda parameters: 0.5, **arguments)
    assert (run.end, len(run.history)) == (End.PATIENCE, 5)
    assert run.history.stopped_because.startswith("Validation score did not improve")
    assert train(StubTrainer(falling_loss), **arguments).end is End.EPOCHS


def test_adaptive_divides_the_rate_by_five_until_it_is_tiny():
    trainer = StubTrainer()
    run = train(trainer, patience=2, max_epochs=200, tol=0.1, adaptive=True, learning_rate=0.1)
    rates = run.history["learning_rate"]
    assert run.end is End.PATIENCE
    assert rates[0] == 0.1
    assert rates[-1] <= SMALLEST_ADAPTIVE_RATE < 5.0 * rates[-1]
    changes = np.flatnonzero(np.diff(rates))
    np.testing.assert_allclose(rates[changes + 1], rates[changes] / 5.0)
    np.testing.assert_array_equal(np.diff(changes), 3)  # a division every patience + 1 epochs
    assert not np.diff(train(StubTrainer(), max_epochs=200, tol=0.1).history["learning_rate"]).any()


@pytest.mark.parametrize("ending", [2, 5])
def test_a_callback_ends_the_training(ending):
    run = train(StubTrainer(), callbacks=[lambda epoch: epoch.epoch == ending])
    assert (run.end, len(run.history)) == (End.CALLBACK, ending)
    assert run.history.stopped_because == End.CALLBACK.value


@pytest.mark.parametrize(("last_of_ties", "expected"), [(False, [True, False, False]), (True, [True, True, False])])
def test_of_equal_scores_the_first_or_the_last_is_the_best(last_of_ties, expected):
    stopping = Stopping(0.0, by_score=True, last_of_ties=last_of_ties)
    assert [stopping.observe(1.0, score) for score in (0.5, 0.5, 0.4)] == expected
