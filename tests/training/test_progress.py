"""Within an epoch that takes its time, callbacks that want to know are told how far it is."""

import numpy as np
import pytest

from clearprop.cli.progress import training_progress
from clearprop.engines import ENGINES, Recipe
from clearprop.mathematics.initializers import initialize
from clearprop.mathematics.network import Network

from .stub import StubTrainer, train

NETWORK = Network((64, 256, 256, 10), hidden="relu")
X = np.random.default_rng(0).normal(size=(200000, 64)).astype(np.float32)
Y = np.eye(10, dtype=np.float32)[np.arange(200000) % 10]


class ToldTrainer(StubTrainer):
    def epoch(self, *arguments):
        result = super().epoch(*arguments)
        arguments[-1](1, 4)
        arguments[-1](3, 4)
        return result


class Callback:
    def __init__(self):
        self.heard = []

    def __call__(self, epoch):
        self.heard.append(epoch.epoch)

    def on_progress(self, epoch, n_epochs, share):
        self.heard.append((epoch, n_epochs, share))


def test_callbacks_are_told_between_epochs_and_within():
    callback = Callback()
    train(ToldTrainer(), callbacks=[callback, lambda epoch: None], max_epochs=2)
    assert callback.heard == [(1, 2, 0.25), (1, 2, 0.75), 1, (2, 2, 0.25), (2, 2, 0.75), 2]


def test_nobody_is_asked_where_nobody_wants_to_know():
    trainer = StubTrainer()
    trainer.epoch = lambda *arguments: (StubTrainer.epoch(trainer, *arguments), arguments)[arguments[-1] is not None]
    train(trainer, callbacks=[lambda epoch: None])


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_tells_steps_and_stops_where_the_listener_fails(engine):
    """Until it does, the epoch would last for seconds."""
    trainer = ENGINES[engine].trainer(NETWORK, initialize(NETWORK, "he_normal", 0, np.float32), Recipe())
    heard = []

    def listen(*steps):
        heard.append(steps)
        if len(heard) == 2:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        trainer.epoch(X, Y, None, None, 50, np.full(4000, 1e-4), listen)
    assert 0 < heard[0][0] < heard[1][0] < heard[1][1] == 4000


def test_lines_of_a_long_epoch(capsys, monkeypatch):
    seconds = iter(np.arange(0.0, 100.0, 4.0))
    monkeypatch.setattr("clearprop.cli.progress.time.monotonic", lambda: next(seconds))
    with training_progress(quiet=False) as show:
        for share in (0.1, 0.2, 0.3, 0.4, 0.5):
            show.on_progress(1, 9, share)
    assert capsys.readouterr().err.splitlines() == ["epoch 1/9  10% of it done", "epoch 1/9  40% of it done"]
