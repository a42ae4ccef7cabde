"""`clearprop train --members K` trains an ensemble, which all that predicts can use."""

import json

import numpy as np
import pytest

from clearprop import load
from clearprop.tables import read_table

from .cases import FAST


@pytest.fixture
def ensemble(do, table_file):
    """A model file of three networks."""
    path = table_file.with_name("ensemble.clearprop")
    said = do("train", table_file, "--target", "size", "--members", "3", "--out", path, *FAST)
    assert "\n3 networks " in said.out
    return path


def test_the_mean_of_the_members_is_predicted(do, ensemble, table_file):
    model = load(ensemble)
    assert len(model.estimator.members_) == 3
    lines = do("predict", ensemble, table_file, "--proba").out.splitlines()[1:]
    told = [[float(cell) for cell in line.split(",")[1:]] for line in lines]
    X = model.encoder.transform(read_table(table_file))
    mean = np.mean([member.predict_proba(X) for member in model.estimator.members_], axis=0)
    np.testing.assert_allclose(told, mean, rtol=1e-4, atol=1e-6)
    assert not np.allclose(told, model.estimator.members_[0].predict_proba(X), rtol=1e-4, atol=1e-6)


def test_info_tells_of_the_members(do, ensemble, table_file, trained):
    about = json.loads(do("info", ensemble, "--json").out)
    one = load(ensemble).estimator.members_[0].network_
    assert (about["members"], about["parameters"]) == (3, 3 * one.n_parameters)
    assert "members" not in json.loads(do("info", trained["size"], "--json").out)


def test_evaluate_works_and_one_networks_commands_say_whom_to_ask(do, say, ensemble, table_file):
    assert "accuracy" in do("evaluate", ensemble, table_file).out
    for command in (("explain", ensemble, table_file), ("check", ensemble)):
        said = say(*command)
        assert said.status == 2
        assert len(said.err.splitlines()) == 1
        assert "is of one network, and this model has 3" in said.err


def test_no_members_are_refused(say, table_file):
    said = say("train", table_file, "--target", "size", "--members", "0")
    assert said.status == 2
    assert "--members" in said.err
