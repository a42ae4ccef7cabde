"""A history is what was recorded, by epoch or by name, and goes through a file unchanged."""

import json
from dataclasses import fields

import numpy as np
import pytest

from clearprop.training import Epoch, History

from .stub import StubTrainer, train

HISTORIES = {
    "by loss": train(StubTrainer([3.0, 2.0, 2.5, 1.0, 4.0])).history,
    "by score": train(
        StubTrainer(), by_score=True, score=lambda parameters: -((parameters.W[1][0, 0] - 3.0) ** 2)
    ).history,
    "empty": History(),
}


@pytest.fixture(params=HISTORIES.values(), ids=HISTORIES)
def history(request):
    return request.param


def through_json(history):
    return History.from_dict(json.loads(json.dumps(history.to_dict(), allow_nan=False)))


def test_through_json_and_back(history):
    assert through_json(history) == history
    assert history.to_dict().keys() == {field.name for field in fields(History)}


def test_a_changed_file_is_not_the_same():
    plain = HISTORIES["by loss"].to_dict()
    plain["epochs"][2]["loss"] += 1e-12
    assert History.from_dict(plain) != HISTORIES["by loss"]
    with pytest.raises(TypeError, match="no_such"):
        History.from_dict({**plain, "epochs": [{**plain["epochs"][0], "no_such": 1}]})


@pytest.mark.parametrize("name", [field.name for field in fields(Epoch)])
def test_a_name_gives_a_column(history, name):
    column = history[name]
    assert len(column) == len(history) == len(history.epochs)
    for value, epoch in zip(column, history.epochs, strict=True):
        np.testing.assert_array_equal(value, getattr(epoch, name))


def test_best_epoch():
    assert HISTORIES["by loss"].best_epoch == 1 + np.argmin(HISTORIES["by loss"]["loss"])
    assert HISTORIES["by score"].best_epoch == 1 + np.argmax(HISTORIES["by score"]["score"])
