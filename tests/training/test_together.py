"""Several networks trained in step: each as by itself, one call of the engine an epoch, one failure is one alone."""

import numpy as np
import pytest

from clearprop.engines.interface import one_after_another
from clearprop.training import Data, DivergenceError, End, Epoch, Plan, Run, Stopping, Task, train_together
from clearprop.training.history import mean_epoch

from .stub import N_ROWS, StubTrainer

ROWS = np.zeros((N_ROWS, 1))
#: Networks of which each ends at another epoch with a patience of 1: after 3, 7 and 5.
LOSSES = ([3.0, 3.0, 3.0], [7.0, 6.0, 5.0, 4.0, 3.0, 3.0, 3.0], [2.0, 1.0, 0.5, 0.5, 0.5])
ENDS = [3, 7, 5]


def runs_of(losses=LOSSES, by_score=False):
    return [Run(StubTrainer(list(of_one)), Stopping(0.1, by_score)) for of_one in losses]


def tasks_of(k, rows=None, score=None, **plan):
    full = Plan(**{"max_epochs": 20, "batch_size": 4, "patience": 1, "tol": 0.1, **plan})
    data = Data(ROWS, ROWS, None)
    return [Task(data, full, np.random.RandomState(seed), rows, score) for seed in range(k)]


class Engine:
    """Notes how many epochs it is asked for at once."""

    def __init__(self):
        self.asked = []

    def epochs(self, calls):
        self.asked.append(len(calls))
        return one_after_another(calls)


def together(runs, callbacks=(), **more):
    engine = Engine()
    train_together(runs, tasks_of(len(runs), **more), callbacks, engine.epochs)
    return engine


def without_time(history):
    return [(epoch.epoch, epoch.loss, epoch.score, epoch.n_rows) for epoch in history.epochs]


@pytest.mark.parametrize("plan", [{}, {"shuffle": False}, {"adaptive": True}, {"max_epochs": 4}])
def test_each_ends_where_it_would_alone(plan):
    losses = [[*of_one, *[of_one[-1]] * 40] for of_one in LOSSES]
    runs, alone = runs_of(losses), runs_of(losses)
    together(runs, **plan)
    for run, one, task in zip(runs, alone, tasks_of(3, **plan), strict=True):
        one.train(*task.data, task.plan, task.random)
        assert without_time(run.history) == without_time(one.history)
        assert (run.end, run.epochs_done, run.n_steps, run.rows_seen, run.rate_factor) == (
            (one.end, one.epochs_done, one.n_steps, one.rows_seen, one.rate_factor)
        )
        assert run.history.stopped_because == one.history.stopped_because
        assert run.history.best_epoch == one.history.best_epoch
        for (order, _, rates), (its_order, _, its_rates) in zip(run.trainer.asked, one.trainer.asked, strict=True):
            np.testing.assert_array_equal(order, its_order)
            np.testing.assert_array_equal(rates, its_rates)


def test_one_call_of_the_engine_an_epoch_for_those_that_go_on():
    runs = runs_of()
    engine = together(runs)
    assert [run.epochs_done for run in runs] == ENDS
    assert engine.asked == [3, 3, 3, 2, 2]  # the last two epochs are of one network, which has all threads
    assert all(run.end is End.PATIENCE for run in runs)


def test_callbacks_are_given_the_mean_of_all_once_an_epoch():
    seen = []
    together(runs_of(), callbacks=[seen.append])
    assert [epoch.epoch for epoch in seen] == [1, 2, 3, 4, 5, 6, 7]
    expected = [np.mean([of_one[min(i, len(of_one) - 1)] for of_one in LOSSES]) for i in range(7)]
    np.testing.assert_allclose([epoch.loss for epoch in seen], expected)
    assert [epoch.n_rows for epoch in seen] == [30, 30, 30, 20, 20, 10, 10]
    assert seen[0].seconds > 0


def test_one_network_gives_its_callbacks_its_own_epochs():
    seen, run = [], runs_of()[0]
    together([run], callbacks=[seen.append])
    assert seen == run.history.epochs


def test_a_callback_ends_all_that_still_go_on():
    runs = runs_of()
    together(runs, callbacks=[lambda epoch: "Enough." if epoch.epoch == 4 else None])
    assert [run.epochs_done for run in runs] == [3, 4, 4]
    assert [run.end for run in runs] == [End.PATIENCE, End.CALLBACK, End.CALLBACK]
    assert [run.history.stopped_because for run in runs[1:]] == ["Enough."] * 2
    assert "Training loss" in runs[0].history.stopped_because


def test_ctrl_c_ends_all_and_keeps_the_best():
    def interrupt(epoch):
        if epoch.epoch == 4:
            raise KeyboardInterrupt

    runs = runs_of([[1.0] * 9, [1.0] * 9], by_score=True)
    with pytest.warns(UserWarning, match="interrupted by user") as caught:
        together(runs, callbacks=[interrupt], score=lambda parameters: -parameters.W[1][0, 0], patience=20)
    assert len(caught) == 1
    for run in runs:
        assert (run.end, run.epochs_done, run.trainer.n_epochs) == (End.INTERRUPT, 4, 1)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_one_that_diverges_is_named_and_does_not_lose_the_others(which):
    losses = [list(of_one) for of_one in LOSSES]
    losses[which][2] = np.nan
    runs = runs_of(losses)
    pattern = rf"1 of 3 members diverged; members_\[{which}\]: training diverged: the loss is nan at step 8 \(epoch 3, "
    with pytest.raises(DivergenceError, match=pattern) as caught:
        together(runs)
    assert len(str(caught.value).splitlines()) == 1
    others = [i for i in range(3) if i != which]
    assert [runs[i].epochs_done for i in others] == [ENDS[i] for i in others]
    assert [runs[i].trainer.n_epochs for i in others] == [ENDS[i] for i in others]
    best = 1 + int(np.argmin(losses[which][:2]))
    assert (runs[which].epochs_done, runs[which].trainer.n_epochs) == (2, best)


def test_all_that_diverge_are_counted_and_no_callback_is_given_nothing():
    seen, runs = [], runs_of([[1.0, np.inf], [np.inf], [np.nan]])
    with pytest.raises(DivergenceError, match=r"3 of 3 members diverged; members_\[0\]: .* \(epoch 2, batch 2\)"):
        together(runs, callbacks=[seen.append])
    assert [epoch.loss for epoch in seen] == [1.0]
    assert [run.trainer.n_epochs for run in runs] == [1, 0, 0]


@pytest.mark.parametrize("shuffle", [True, False])
def test_only_the_rows_of_the_task_are_gone_through(shuffle):
    rows, runs = np.array([9, 2, 4, 7, 3]), runs_of()
    together(runs, rows=rows, shuffle=shuffle)
    orders = [order for run in runs for order, _, _ in run.trainer.asked]
    assert all(sorted(order) == sorted(rows) for order in orders)
    assert all(np.array_equal(order, rows) for order in orders) is not shuffle
    np.testing.assert_array_equal(rows, [9, 2, 4, 7, 3])
    assert [run.rows_seen for run in runs] == [5 * end for end in ENDS]
    assert {len(rates) for run in runs for _, _, rates in run.trainer.asked} == {2}


def test_the_mean_of_epochs():
    first = Epoch(4, 9, 1.0, 0.5, 0.1, (1.0, 2.0), (3.0, 4.0), 10, 0.2)
    ended = Epoch(2, 9, 3.0, 0.7, 0.3, (3.0, 2.0), (5.0, 0.0), 10, 0.9)
    mean = mean_epoch([ended, first, first])
    assert (mean.epoch, mean.n_epochs, mean.n_rows, mean.seconds) == (4, 9, 20, 0.2)
    np.testing.assert_allclose((mean.loss, mean.score, mean.learning_rate), (5 / 3, 1.7 / 3, 0.5 / 3))
    np.testing.assert_allclose((mean.gradient_norms, mean.delta_norms), ((5 / 3, 2.0), (11 / 3, 8 / 3)))
    assert mean_epoch([first]) is first
