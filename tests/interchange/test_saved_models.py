"""A model that was saved is the model that is loaded: predictions to the bit, attributes, arguments, more training."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.utils.validation import check_is_fitted

from clearprop import load, save
from clearprop.interchange.description import PLAIN_ATTRIBUTES

from .cases import CODES, MODELS, SHORT, X, estimator_of, fitted, outputs

ELSEWHERE = """
import pathlib, sys
import numpy as np
sys.path.insert(0, sys.argv[2])
from interchange.cases import MODELS, outputs
from clearprop import load
folder = pathlib.Path(sys.argv[1])
for path in folder.glob("*.clearprop"):
    rows = np.load(folder / "rows.npy") if "table" not in path.stem else folder / "people.parquet"
    rows = rows.astype(np.float32) if path.stem == "float32" else rows
    np.savez(folder / f"{path.stem}.npz", **outputs(load(path), rows))
"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """What a fresh process predicts with all the models, by name."""
    from clearprop.tables import write_table
    from cli.cases import people

    folder = tmp_path_factory.mktemp("elsewhere")
    np.save(folder / "rows.npy", X)
    write_table(people(), folder / "people.parquet")
    for name in MODELS:
        save(fitted(name)[0], folder / f"{name}.clearprop")
    tests = str(Path(__file__).parents[1])
    subprocess.run([sys.executable, "-W", "ignore", "-c", ELSEWHERE, str(folder), tests], check=True)
    return lambda name: np.load(folder / f"{name}.npz", allow_pickle=True)


@pytest.mark.parametrize("name", MODELS)
def test_a_fresh_process_predicts_the_same_to_the_bit(elsewhere, name):
    expected, there = outputs(*fitted(name)), elsewhere(name)
    assert expected
    for what, values in expected.items():
        assert there[what].dtype == values.dtype
        np.testing.assert_array_equal(there[what], values, strict=True)


@pytest.mark.parametrize("name", MODELS)
def test_learned_attributes_come_back(again, name):
    model, _ = fitted(name)
    mine, theirs = estimator_of(again(model)), estimator_of(model)
    check_is_fitted(mine)
    for attribute in ("coefs_", "intercepts_"):
        for ours, given in zip(getattr(mine, attribute), getattr(theirs, attribute), strict=True):
            np.testing.assert_array_equal(ours, given, strict=True)
    for attribute in ("classes_", "feature_names_in_"):
        assert hasattr(mine, attribute) == hasattr(theirs, attribute)
        if hasattr(theirs, attribute):
            np.testing.assert_array_equal(getattr(mine, attribute), getattr(theirs, attribute), strict=True)
    public = {key for key in vars(theirs) if key.endswith("_") and not key.startswith("_")}
    assert {key for key in vars(mine) if key.endswith("_") and not key.startswith("_")} == public
    for attribute in PLAIN_ATTRIBUTES:
        assert getattr(mine, attribute, None) == getattr(theirs, attribute, None), attribute
    assert (mine.network_, mine.history_) == (theirs.network_, theirs.history_)


@pytest.mark.parametrize("name", MODELS)
def test_arguments_come_back(again, name):
    model, _ = fitted(name)
    mine, theirs = (estimator_of(one).get_params() for one in (again(model), model))
    sizes = [tuple(np.ravel(arguments.pop("hidden_layer_sizes")).tolist()) for arguments in (mine, theirs)]
    assert sizes[0] == sizes[1]
    assert mine == theirs


@pytest.mark.parametrize("name", [name for name in MODELS if "table" in name])
def test_what_a_table_model_knows_comes_back(again, name):
    model, _ = fitted(name)
    loaded = again(model)
    assert loaded.describe() == model.describe()
    assert (loaded.labels, loaded.networks.centre, loaded.networks.scale) == (
        model.labels,
        model.networks.centre,
        model.networks.scale,
    )
    assert loaded.encoder.to_dict() == model.encoder.to_dict()


@pytest.mark.parametrize("name", ["integers", "strings", "multilabel", "class weights", "amount", "columns with names"])
def test_partial_fit_goes_on(again, name):
    model, rows = MODELS[name]()
    loaded, y = again(model), model.predict(rows)
    before = loaded.loss_curve_
    loaded.partial_fit(rows, y)
    assert loaded.loss_curve_[: len(before)] == before
    assert len(loaded.history_) == len(before) + 1
    assert np.isfinite(loaded.loss_curve_).all()
    assert loaded.t_ == model.t_ + len(rows)
    changed = [not np.array_equal(*pair) for pair in zip(loaded.coefs_, model.coefs_, strict=True)]
    assert any(changed)


@pytest.mark.parametrize("name", ["activations", "class weights", "lbfgs", "amount by lbfgs", "early stopping"])
def test_a_warm_start_goes_on_as_if_never_saved(again, name):
    model, rows = MODELS[name]()
    y = X[:, 0] if "amount" in name else CODES
    loaded = again(model)
    for one in (loaded, model):
        one.set_params(warm_start=True, random_state=3).fit(rows, y)
    for mine, theirs in zip(loaded.coefs_, model.coefs_, strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("name", MODELS)
def test_a_second_trip_changes_nothing(again, tmp_path, name):
    model, _ = fitted(name)
    save(model, tmp_path / "first.clearprop")
    save(load(tmp_path / "first.clearprop"), tmp_path / "second.clearprop")
    assert contents(tmp_path / "first.clearprop") == contents(tmp_path / "second.clearprop")


def contents(path):
    """The tensors' bytes and the description; the order of the metadata is up to safetensors."""
    from safetensors import deserialize, safe_open

    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
    return dict(deserialize(path.read_bytes())), json.loads(metadata["clearprop"]), metadata["sha256"]


def test_what_is_no_plain_value_is_left_out_and_has_its_default(again):
    from clearprop import MLPClassifier

    own = {"random_state": np.random.RandomState(1), "callbacks": [lambda epoch: None], "warm_start": True}
    loaded = again(MLPClassifier(**{**SHORT, **own}).fit(X, CODES))
    default = MLPClassifier().get_params()
    assert (loaded.random_state, loaded.callbacks) == (default["random_state"], default["callbacks"])
    assert loaded.warm_start is True
