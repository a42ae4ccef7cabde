"""A tabular estimator or table model that was saved is the one that is loaded: layers, schema, shares and all."""

import json

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import save_file

from clearprop import TabularClassifier, TabularRegressor, load, save
from clearprop.estimators.table_model import TableModel
from clearprop.estimators.tabular.decision import Decision
from clearprop.estimators.tabular.presets import MemberKind, Preset
from clearprop.interchange import ModelFileError
from clearprop.interchange.model_file import load_predictor
from clearprop.tables import Schema
from cli.cases import people

from .test_model_file import parts, refusal, signed

SHORT = {"preset": "default", "max_epochs": 2, "n_folds": 1, "random_state": 0}
TABLE = people().drop_columns(["kind", "size", "price"]).to_pandas()
TARGETS = {name: people()[name].to_numpy() for name in ("kind", "size", "price")}


def fitted(target):
    kind = TabularRegressor if target == "price" else TabularClassifier
    return kind(**SHORT).fit(TABLE, TARGETS[target])


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The file of a classifier of three classes, which must not be changed, and the classifier."""
    path = tmp_path_factory.mktemp("tabular") / "m.clearprop"
    kinds = tuple(MemberKind(numbers, hidden_layer_sizes=(5, 4)) for numbers in ("plain", "periodic"))
    model = TabularClassifier(Preset("several of each", kinds, 2, 2), random_state=0).fit(TABLE, TARGETS["size"])
    save(model, path)
    return path, model


@pytest.mark.parametrize("target", TARGETS)
def test_an_estimator_comes_back(tmp_path, target):
    model = fitted(target)
    save(model, tmp_path / "m.clearprop")
    loaded = load(tmp_path / "m.clearprop")
    assert type(loaded) is type(model)
    assert loaded.get_params() == model.get_params()
    assert str(loaded.schema_) == str(model.schema_)
    assert (loaded.n_features_in_, loaded.held_out_loss_, loaded.engine_) == (3, model.held_out_loss_, model.engine_)
    np.testing.assert_array_equal(loaded.feature_names_in_, model.feature_names_in_)
    np.testing.assert_array_equal(loaded.predict(TABLE), model.predict(TABLE))
    if target != "price":
        np.testing.assert_array_equal(loaded.predict_proba(TABLE), model.predict_proba(TABLE))
        assert loaded.classes_.dtype == model.classes_.dtype
    for one, other in zip(loaded.groups_, model.groups_, strict=True):
        assert (one.network, one.inputs.layers) == (other.network, other.inputs.layers)
        assert (one.share, one.histories) == (other.share, other.histories)
    np.testing.assert_array_equal(loaded.fit(TABLE, TARGETS[target]).predict(TABLE), model.predict(TABLE))


@pytest.mark.parametrize("target", TARGETS)
def test_a_table_model_comes_back_whole_and_light(tmp_path, target):
    model = TableModel.fit(people(), target, **SHORT)
    save(model, tmp_path / "m.clearprop")
    for loaded in (load(tmp_path / "m.clearprop"), load_predictor(tmp_path / "m.clearprop")):
        assert loaded.describe() == model.describe()
        assert loaded.summary() == model.summary()
        assert loaded.evaluate(people()) == model.evaluate(people())
        assert loaded.predict_table(people(), probabilities=target != "price") == model.predict_table(
            people(), probabilities=target != "price"
        )
    assert load(tmp_path / "m.clearprop").estimator.get_params()["preset"] == "default"


def test_a_schema_that_was_given_is_that_of_the_reader(tmp_path):
    model = TabularClassifier(**SHORT, schema=Schema.of_kinds({"age": "category"})).fit(TABLE, TARGETS["kind"])
    save(model, tmp_path / "m.clearprop")
    assert load(tmp_path / "m.clearprop").schema_.kinds == {**model.schema_.kinds, "age": "category"}


def test_a_preset_and_costs_of_one_s_own_come_back(tmp_path):
    preset = Preset("small", (MemberKind("bins", hidden_layer_sizes=(4, 3)),), 2, 2, watched="error")
    costs = {("old", "young"): 4.0}
    model = TabularClassifier(preset, decision=costs, random_state=0).fit(TABLE, TARGETS["kind"])
    save(model, tmp_path / "m.clearprop")
    loaded = load(tmp_path / "m.clearprop")
    assert loaded.get_params() == model.get_params()
    assert (loaded.temperature_, loaded.decision_threshold_) == (model.temperature_, model.decision_threshold_)
    np.testing.assert_array_equal(loaded.predict(TABLE), model.predict(TABLE))
    loaded.decision_ = Decision()
    assert (loaded.predict(TABLE) != model.predict(TABLE)).any()


def test_every_kind_of_networks_has_its_tensors(saved):
    path, model = saved
    tensors, metadata = parts(path)
    groups = json.loads(metadata["clearprop"])["estimator"]["groups"]
    assert [group["share"] for group in groups] == [group.share for group in model.groups_]
    for number, group in enumerate(model.groups_, 1):
        own = {name.removeprefix(f"group{number}.") for name in tensors if name.startswith(f"group{number}.")}
        assert own == {"W1", "W2", "W3", "b1", "b2", "b3", *group.network.theta_shapes}
        for i, parameters in enumerate(group.parameters):
            for name, array in parameters.theta.items():
                np.testing.assert_array_equal(tensors[f"group{number}.{name}"][i], array)


WRONG = {
    "a tensor is missing": lambda tensors, plain: tensors.pop("group1.scale.s"),
    "a tensor too many": lambda tensors, plain: tensors.update({"group2.W9": np.ones((2, 2, 2), np.float32)}),
    "a wrong shape": lambda tensors, plain: tensors.update({"group1.scale.s": np.ones((2, 3), np.float32)}),
    "one network less": lambda tensors, plain: tensors.update({"group1.W1": tensors["group1.W1"][:1]}),
    "a group is missing": lambda tensors, plain: plain["estimator"]["groups"].append(plain["estimator"]["groups"][0]),
    "no reader": lambda tensors, plain: plain["estimator"].pop("reader"),
    "another layer": lambda tensors, plain: plain["estimator"]["groups"][1]["inputs"].update(numbers="plain"),
}


@pytest.mark.parametrize("what", WRONG)
def test_parts_that_do_not_fit_together_are_refused(saved, tmp_path, what):
    tensors, metadata = parts(saved[0])
    plain = json.loads(metadata["clearprop"])
    WRONG[what](tensors, plain)
    save_file(tensors, tmp_path / "m.clearprop", signed(json.dumps(plain), tensors))
    assert "does not hold together" in refusal(tmp_path / "m.clearprop")


def test_what_cannot_be_used_is_told(saved, tmp_path):
    with pytest.raises(ModelFileError, match="only a fitted model"):
        save(TabularClassifier(), tmp_path / "m.clearprop")
    with pytest.raises(ModelFileError, match="a TabularClassifier without the name of its target; use it from Python"):
        load_predictor(saved[0])


def test_rows_after_the_first_block_are_named(saved, monkeypatch):
    monkeypatch.setattr("clearprop.estimators.tabular.group.BLOCK_ROWS", 7)
    wrong = pd.DataFrame({**TABLE, "age": [*map(str, TABLE["age"][:-1]), "old"]})
    with pytest.raises(ValueError, match=f"column 'age', row {len(TABLE)}: holds 'old'"):
        saved[1].predict(wrong)
