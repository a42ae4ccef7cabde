"""Which rows the engine is asked to go through, in what order, in how many steps and at what rates."""

import numpy as np
import pytest
from sklearn.utils import shuffle

from clearprop.engines import Recipe, ReferenceEngine
from clearprop.mathematics.network import Network, Parameters
from clearprop.mathematics.schedules import SCHEDULES, learning_rates

from .stub import N_ROWS, StubTrainer, again, train


@pytest.mark.parametrize("seed", [0, 1])
def test_orders_are_those_of_scikit_learn(seed):
    trainer, random, expected = StubTrainer(), np.random.RandomState(seed), np.arange(N_ROWS)
    train(trainer, seed=seed)
    for order, _, _ in trainer.asked:
        expected = shuffle(expected, random_state=random)
        np.testing.assert_array_equal(order, expected)
    assert len({order.tobytes() for order, _, _ in trainer.asked}) == 5


def test_rows_as_they_stand():
    trainer = StubTrainer()
    train(trainer, shuffle=False)
    assert [order for order, _, _ in trainer.asked] == [None] * 5


@pytest.mark.parametrize("batch_size", range(1, N_ROWS + 1))
def test_one_rate_for_every_batch_the_short_one_too(batch_size):
    trainer = StubTrainer()
    run = train(trainer, batch_size=batch_size)
    n_batches = len(range(0, N_ROWS, batch_size))
    assert [(size, len(rates)) for _, size, rates in trainer.asked] == [(batch_size, n_batches)] * 5
    assert (run.n_steps, run.rows_seen) == (5 * n_batches, 5 * N_ROWS)


@pytest.mark.parametrize("batch_size", range(1, N_ROWS + 2))
def test_every_row_is_used_once_an_epoch(batch_size):
    # Gradient descent on ½(a − y)² with weight 0 and rate → 0: the step of a batch is η times the mean of x·y.
    rate, network = 1e-14, Network((1, 1), output="identity", loss="half_squared_error")
    X = 2.0 ** np.arange(N_ROWS)[:, None]
    trainer = ReferenceEngine().trainer(network, Parameters.of([[[0.0]]], [[0.0]]), Recipe("gradient_descent"))
    order, sizes = np.random.RandomState(0).permutation(N_ROWS), [batch_size] * (N_ROWS // batch_size)
    sizes += [N_ROWS % batch_size] * bool(N_ROWS % batch_size)
    trainer.epoch(X, np.ones((N_ROWS, 1)), None, order, batch_size, np.full(len(sizes), rate))
    means = [part.mean() for part in np.split(X[order, 0], np.cumsum(sizes)[:-1])]
    np.testing.assert_allclose(trainer.parameters.W[1][0, 0] / rate, sum(means), rtol=1e-5)
    if N_ROWS % batch_size:
        assert abs(sum(means[:-1]) / sum(means) - 1.0) > 1e-5


@pytest.mark.parametrize("schedule", [name for name in SCHEDULES if name != "inverse_scaling"])
def test_a_schedule_runs_over_the_whole_plan(schedule):
    trainer = StubTrainer()
    train(trainer, schedule=schedule, learning_rate=0.3)
    rates = np.concatenate([rates for _, _, rates in trainer.asked])
    np.testing.assert_array_equal(rates, learning_rates(schedule, 0.3, np.arange(15), 15))


def test_inverse_scaling_counts_the_rows_before_the_epoch():
    trainer = StubTrainer()
    train(trainer, schedule="inverse_scaling", learning_rate=0.3, schedule_numbers={"power": 0.7})
    expected = 0.3 * (1.0 + N_ROWS * np.arange(5)) ** -0.7
    np.testing.assert_allclose([rates for _, _, rates in trainer.asked], np.tile(expected[:, None], 3))


def test_a_run_goes_on_where_it_stopped():
    trainer = StubTrainer()
    run = train(trainer, schedule="cosine", max_epochs=5, callbacks=[lambda epoch: epoch.epoch == 2])
    assert len(run.history) == 2
    assert again(run, schedule="cosine", n_epochs=1) == 1
    rates = np.concatenate([rates for _, _, rates in trainer.asked])
    np.testing.assert_array_equal(rates, learning_rates("cosine", 0.001, np.arange(9), 15))
    assert (len(run.history), run.rows_seen, run.n_steps) == (3, 3 * N_ROWS, 9)


def test_what_is_recorded_of_an_epoch():
    trainer = StubTrainer([3.0, 2.0, 1.5])
    run = train(trainer, max_epochs=3, by_score=True, score=lambda parameters: 10.0 - parameters.W[1][0, 0])
    assert run.history["loss"].tolist() == [3.0, 2.0, 1.5]
    assert run.history["score"].tolist() == [9.0, 8.0, 7.0]
    assert run.history["epoch"].tolist() == [1, 2, 3]
    assert run.history["n_rows"].tolist() == [N_ROWS] * 3
    assert (run.history["seconds"] > 0).all()
    assert run.history["gradient_norms"].shape == run.history["delta_norms"].shape == (3, 1)
    assert run.history.best_epoch == trainer.n_epochs == 1  # the best score was that of the first epoch
