"""What `clearprop predict` reads of a file: the same model as `load`, without what only training needs."""

import json

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from clearprop import load, save
from clearprop.estimators.table_model import TableModel
from clearprop.estimators.table_predictor import TablePredictor
from clearprop.interchange.model_file import ModelFileError, _checksum, load_predictor, load_table_model
from cli.cases import people

from .cases import MODELS, fitted

TABLES = [name for name in MODELS if name.startswith("table")]
ARRAYS = ["binary", "amount"]


@pytest.fixture(params=TABLES)
def saved(request, tmp_path):
    model, rows = fitted(request.param)
    save(model, tmp_path / "m.clearprop")
    return tmp_path / "m.clearprop", model, rows


def test_predictions_are_those_of_the_whole_model_bit_for_bit(saved):
    path, model, rows = saved
    light, whole = load_predictor(path), load(path)
    assert type(light) is TablePredictor
    assert isinstance(whole, TableModel)
    for probabilities in (False, True) if model.labels else (False,):
        predicted = light.predict_table(rows, probabilities=probabilities)
        assert predicted.equals(whole.predict_table(rows, probabilities=probabilities))
        assert predicted.equals(model.predict_table(rows, probabilities=probabilities))
    np.testing.assert_array_equal(light._output(rows, "t"), model._output(rows, "t"))


def test_all_that_is_told_is_that_of_the_whole_model(saved):
    path, model, rows = saved
    light = load_predictor(path)
    assert light.describe() == load(path).describe()
    assert (light.summary(), light.overview(), light.task) == (model.summary(), model.overview(), model.task)
    assert light.evaluate(rows) == model.evaluate(rows)


@pytest.mark.parametrize("table", [people().slice(0, 0), people().drop_columns(["age"]), 3], ids=["empty", "less", "3"])
def test_errors_are_those_of_the_whole_model(saved, table):
    path, model, _ = saved
    light = load_predictor(path)
    for method in ("predict", "predict_proba", "predict_table", "evaluate"):
        with pytest.raises(ValueError) as expected:
            getattr(model, method)(table)
        with pytest.raises(type(expected.value)) as error:
            getattr(light, method)(table)
        assert str(error.value) == str(expected.value)


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("read", [load_predictor, load_table_model])
def test_a_model_of_arrays_has_no_columns(name, read, tmp_path):
    model, _ = fitted(name)
    save(model, tmp_path / "m.clearprop")
    with pytest.raises(ModelFileError, match=rf"a {type(model).__name__} of arrays, without columns"):
        read(tmp_path / "m.clearprop")


def rewritten(path, change):
    with safe_open(path, framework="numpy") as file:
        metadata, tensors = file.metadata(), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    description = json.loads(metadata["clearprop"])
    change(description)
    text = json.dumps(description)
    save_file(tensors, path, {"clearprop": text, "sha256": _checksum(text, tensors)})


CHANGES = {
    "no network": lambda description: description["estimator"].pop("network"),
    "other sizes": lambda description: description["estimator"]["network"]["sizes"].append(3),
    "an unknown activation": lambda description: description["estimator"]["network"].update(hidden="no such"),
    "no columns": lambda description: description.pop("encoder"),
    "a column less": lambda description: description["encoder"]["columns"].pop(0),
    "no target": lambda description: description.pop("target"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_description_that_does_not_hold_together_is_refused(name, tmp_path):
    path = tmp_path / "m.clearprop"
    save(fitted(TABLES[0])[0], path)
    rewritten(path, lambda description: None)
    load_predictor(path)
    rewritten(path, CHANGES[name])
    with pytest.raises(ModelFileError, match="does not hold together"):
        load_predictor(path)
