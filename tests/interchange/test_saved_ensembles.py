"""An ensemble that was saved is the ensemble that is loaded, member by member."""

import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import save_file

from clearprop import MLPClassifier, MLPRegressor, load, save
from clearprop.estimators.table_model import TableModel
from clearprop.interchange import ModelFileError
from clearprop.interchange.description import PLAIN_ATTRIBUTES
from clearprop.interchange.model_file import load_predictor
from cli.cases import people

from .cases import CODES, SEVERAL, SHORT, X, outputs
from .test_model_file import parts, refusal, signed

KINDS = {
    "classes": lambda: MLPClassifier(**SHORT, n_members=3).fit(X, CODES),
    "labels": lambda: MLPClassifier(**SHORT, n_members=3).fit(X, SEVERAL),
    "held out": lambda: MLPClassifier(**SHORT, n_members=3, early_stopping=True).fit(X, CODES > 0),
    "float32": lambda: MLPClassifier(**SHORT, n_members=3).fit(X.astype(np.float32), CODES),
    "amounts": lambda: MLPRegressor(**SHORT, n_members=2).fit(X, X[:, :2]),
    "lbfgs": lambda: MLPRegressor(**SHORT, n_members=2, solver="lbfgs").fit(X, X[:, 0]),
    "no hidden layer": lambda: MLPClassifier(**{**SHORT, "hidden_layer_sizes": ()}, n_members=2).fit(X, CODES),
}


@pytest.fixture(params=KINDS)
def model(request):
    return KINDS[request.param]()


@pytest.fixture
def saved(tmp_path):
    """A small ensemble's file."""
    save(KINDS["classes"](), tmp_path / "m.clearprop")
    return tmp_path / "m.clearprop"


def test_predictions_come_back_to_the_bit(again, model):
    rows = X.astype(model.members_[0].coefs_[0].dtype)
    loaded = again(model)
    for what, values in outputs(model, rows).items():
        np.testing.assert_array_equal(outputs(loaded, rows)[what], values, strict=True)
    for mine, theirs in zip(loaded.members_, model.members_, strict=True):
        np.testing.assert_array_equal(mine.predict(rows), theirs.predict(rows), strict=True)


def test_what_was_learned_comes_back(again, model):
    loaded = again(model)
    for mine, theirs in zip([loaded, *loaded.members_], [model, *model.members_], strict=True):
        assert mine.get_params() == theirs.get_params()
        assert (mine.network_, mine.history_) == (theirs.network_, theirs.history_)
        public = {key for key in vars(theirs) if key.endswith("_") and not key.startswith("_")}
        assert {key for key in vars(mine) if key.endswith("_") and not key.startswith("_")} == public
        for attribute in PLAIN_ATTRIBUTES:
            assert getattr(mine, attribute, None) == getattr(theirs, attribute, None), attribute
    assert not hasattr(loaded, "coefs_")


def test_training_goes_on(again):
    model = KINDS["classes"]()
    loaded = again(model)
    for one in (loaded, model):
        one.set_params(warm_start=True).fit(X, CODES)
    for mine, theirs in zip(loaded.members_, model.members_, strict=True):
        np.testing.assert_array_equal(mine.parameters_.flatten(), theirs.parameters_.flatten())
    before = loaded.members_[0].parameters_.flatten()
    loaded.partial_fit(X, CODES)
    assert not np.array_equal(loaded.members_[0].parameters_.flatten(), before)


@pytest.mark.parametrize("n_networks", [1, 2])
def test_tables(tmp_path, n_networks):
    model = TableModel.fit(people(), "size", hidden_layer_sizes=(6,), max_iter=4, n_members=n_networks)
    save(model, tmp_path / "m.clearprop")
    for loaded in (load(tmp_path / "m.clearprop"), load_predictor(tmp_path / "m.clearprop")):
        assert loaded.describe() == model.describe()
        np.testing.assert_array_equal(loaded.predict_proba(people()), model.predict_proba(people()))
        assert loaded.predict(people()) == model.predict(people())
    if n_networks > 1:
        first = model.estimator.members_[0]
        networks = replace(model.networks, estimator=first)
        alone = TableModel(networks, model.target, model.labels, model.record, first)
        assert not np.allclose(alone.predict_proba(people()), model.predict_proba(people()))


def test_tensors_are_stacked(saved):
    tensors, metadata = parts(saved)
    model = load(saved)
    assert set(tensors) == {"W1", "W2", "W3", "b1", "b2", "b3"}
    for i, member in enumerate(model.members_):
        np.testing.assert_array_equal(tensors["W2"][i], member.parameters_.W[2])
        np.testing.assert_array_equal(tensors["b3"][i], member.parameters_.b[3])
    description = json.loads(metadata["clearprop"])["estimator"]
    assert [told["random_state"] for told in description["members"]] == [one.random_state for one in model.members_]


def spoiled(path, change, tensors=lambda there: there):
    there, metadata = parts(path)
    description = json.loads(metadata["clearprop"])
    change(description["estimator"])
    save_file(tensors(there), path, signed(json.dumps(description), tensors(there)))


@pytest.mark.parametrize(
    "change",
    [
        lambda estimator: estimator.pop("members"),
        lambda estimator: estimator["members"].pop(),
        lambda estimator: estimator["members"][1].pop("history"),
        lambda estimator: estimator["arguments"].update(n_members=1),
    ],
)
def test_a_description_that_does_not_hold_together_is_refused(saved, change):
    spoiled(saved, change)
    assert "does not hold together" in refusal(saved)


@pytest.mark.parametrize(
    "tensors",
    [
        lambda there: {name: array[:2] for name, array in there.items()},
        lambda there: {name: array[0] for name, array in there.items()},
        lambda there: {**there, "W2": there["W2"][:2]},
        lambda there: {**there, "W2": there["W2"][:, :4]},
    ],
)
def test_tensors_that_do_not_fit_are_refused(saved, tensors):
    spoiled(
        saved, lambda estimator: None, lambda there: {k: np.ascontiguousarray(v) for k, v in tensors(there).items()}
    )
    assert "does not hold together" in refusal(saved)


def test_an_ensemble_that_is_not_fitted_is_told(tmp_path):
    with pytest.raises(ModelFileError, match="call fit first"):
        save(MLPClassifier(n_members=2), tmp_path / "m.clearprop")
    assert not list(tmp_path.iterdir())
