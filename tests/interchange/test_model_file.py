"""The model file itself: safetensors and JSON, whole or not there, read only if it is what was written."""

import hashlib
import json
import os
import stat

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file
from sklearn.linear_model import LogisticRegression

from clearprop import MLPClassifier, MLPRegressor, load, save
from clearprop.interchange import ModelFileError
from clearprop.interchange.model_file import VERSION

from .cases import MODELS, SHORT, X, estimator_of, fitted, outputs

POSITIONS = 60
SHORT_ARGUMENTS = {"hidden_layer_sizes": (2,), "solver": "lbfgs"}


@pytest.fixture
def small(tmp_path):
    """A small model file."""
    save(fitted("no hidden layer")[0], tmp_path / "small.clearprop")
    return tmp_path / "small.clearprop"


def parts(path):
    with safe_open(path, framework="numpy") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata()  # noqa: SIM118


def signed(text, tensors):
    """The metadata that go with a description and tensors, as the specification has it."""
    digest = hashlib.sha256(text.encode())
    for name, array in sorted(tensors.items()):
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode() + array.tobytes())
    return {"clearprop": text, "sha256": digest.hexdigest()}


def rewritten(path, change=lambda description: None, tensors=None):
    """Change a model file's description or tensors, and sign it as if it had been saved so."""
    there, metadata = parts(path)
    description = json.loads(metadata["clearprop"])
    description = change(description) or description
    there = there if tensors is None else tensors(there)
    save_file(there, path, signed(json.dumps(description), there))


def refusal(path):
    """The one line that a file is refused with."""
    with pytest.raises(ModelFileError) as caught:
        load(path)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert message.startswith(str(path))
    return message


@pytest.mark.parametrize("name", MODELS)
def test_a_file_is_safetensors_with_json_and_a_checksum(tmp_path, name):
    model, _ = fitted(name)
    save(model, tmp_path / "m.clearprop")
    tensors, metadata = parts(tmp_path / "m.clearprop")
    parameters = estimator_of(model).parameters_
    layers = range(1, len(parameters.W))
    expected = {f"{kind}{l}": getattr(parameters, kind)[l] for l in layers for kind in "Wb"}
    assert set(tensors) == set(expected)
    for key, array in expected.items():
        np.testing.assert_array_equal(tensors[key], array, strict=True)
    assert json.loads(metadata["clearprop"])["version"] == VERSION
    assert signed(metadata["clearprop"], tensors) == metadata


def test_a_file_that_is_signed_as_specified_is_read(small):
    before = parts(small)
    rewritten(small)
    np.testing.assert_equal(parts(small)[0], before[0])
    assert outputs(load(small), X).keys() == outputs(*fitted("no hidden layer")).keys()


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_only_a_fitted_model_can_be_saved(tmp_path, kind):
    with pytest.raises(ModelFileError, match="call fit"):
        save(kind(), tmp_path / "m.clearprop")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
@pytest.mark.parametrize("mask", [0o022, 0o027, 0o077])
def test_permissions_follow_the_umask(tmp_path, mask):
    before = os.umask(mask)
    try:
        save(fitted("integers")[0], tmp_path / "m.clearprop")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "m.clearprop").stat().st_mode) == 0o666 & ~mask


def test_a_save_that_fails_leaves_the_older_file(small, monkeypatch):
    older = small.read_bytes()
    monkeypatch.setattr("clearprop.tables.atomic.os.fsync", lambda number: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        save(fitted("amount")[0], small)
    assert [(path.name, path.read_bytes()) for path in small.parent.iterdir()] == [(small.name, older)]


def test_a_place_that_cannot_be_written_to_is_told(tmp_path):
    with pytest.raises(ModelFileError, match="does not exist"):
        save(fitted("integers")[0], tmp_path / "no" / "m.clearprop")
    with pytest.raises(ModelFileError, match="is a folder"):
        save(fitted("integers")[0], tmp_path)


def test_an_older_file_is_replaced(small):
    save(fitted("amount")[0], small)
    assert isinstance(load(small), MLPRegressor)


def test_a_truncated_file_is_refused(small):
    whole = small.read_bytes()
    for length in np.unique(np.linspace(0, len(whole) - 1, POSITIONS).astype(int)).tolist():
        small.write_bytes(whole[:length])
        refusal(small)
    small.write_bytes(whole + b"\0")
    refusal(small)


@pytest.mark.parametrize("mask", [0x01, 0x10, 0x80])
def test_a_flipped_byte_is_refused(small, mask):
    whole = small.read_bytes()
    for position in [*range(8), *np.unique(np.linspace(8, len(whole) - 1, POSITIONS).astype(int)).tolist()]:
        small.write_bytes(whole[:position] + bytes([whole[position] ^ mask]) + whole[position + 1 :])
        refusal(small)
    small.write_bytes(whole)
    load(small)


def test_a_newer_version_is_told_whatever_it_holds(small):
    rewritten(small, lambda description: {"version": VERSION + 1, "kind": "something new"})
    message = refusal(small)
    assert f"version {VERSION + 1}" in message
    assert f"up to {VERSION}" in message


@pytest.mark.parametrize("version", [None, "one", [], {}])
def test_a_version_is_a_number(small, version):
    rewritten(small, lambda description: {**description, "version": version})
    refusal(small)


def test_another_safetensors_file_is_told(tmp_path):
    save_file({"W1": np.ones((2, 2), np.float32)}, tmp_path / "other.safetensors")
    assert "no model of Clearprop" in refusal(tmp_path / "other.safetensors")


def test_a_description_that_is_no_json_is_refused(small):
    tensors, _ = parts(small)
    for text in ("", "{", "[1]", '"text"', "3", "[" * 100_000):
        save_file(tensors, small, signed(text, tensors))
        refusal(small)


def without(*path):
    """Leave one entry out of a description."""

    def change(description):
        inner = description
        for key in path[:-1]:
            inner = inner[key]
        del inner[path[-1]]

    return change


def replaced(value, *path):
    """Put something else in the place of one entry of a description."""

    def change(description):
        inner = description
        for key in path[:-1]:
            inner = inner[key]
        assert path[-1] in inner
        inner[path[-1]] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        without("estimator"),
        without("kind"),
        *(without("estimator", key) for key in ("class", "network", "classes", "history", "attributes", "arguments")),
        replaced("OneClass", "estimator", "class"),
        replaced([4, 6, 3], "estimator", "network", "sizes"),
        replaced("no such", "estimator", "network", "hidden"),
        replaced("no such", "estimator", "network", "loss"),
        replaced(5, "estimator", "classes", "labels_of"),
        replaced([], "estimator", "attributes"),
        replaced({"no_such": 1}, "estimator", "arguments"),
        replaced(None, "estimator"),
        replaced("text", "estimator", "history"),
    ],
)
def test_a_description_that_does_not_hold_together_is_refused(small, change):
    rewritten(small, change)
    assert "does not hold together" in refusal(small)


@pytest.mark.parametrize(
    "tensors",
    [
        lambda there: {**there, "b1": there["b1"][:-1]},
        lambda there: {"W1": there["W1"]},
        lambda there: {"W1": there["W1"], "b2": there["b1"]},
        lambda there: {},
    ],
)
def test_tensors_that_do_not_fit_are_refused(small, tensors):
    rewritten(small, tensors=tensors)
    refusal(small)


def test_no_file_and_a_folder_are_told(tmp_path):
    assert "no such file" in refusal(tmp_path / "none.clearprop")
    assert "is a folder" in refusal(tmp_path)


def test_a_file_holds_the_model_as_it_is_when_saved(tmp_path):
    model = MLPClassifier(**SHORT).fit(X, X[:, 0] > 0)
    save(model, tmp_path / "m.clearprop")
    before = outputs(model, X)
    model.partial_fit(X, X[:, 0] > 0)
    np.testing.assert_equal(outputs(load(tmp_path / "m.clearprop"), X), before)


def test_arguments_of_numpy_types_are_saved(tmp_path):
    model = MLPClassifier(
        max_iter=np.int64(2), alpha=np.float32(0.5), early_stopping=np.bool_(False), **SHORT_ARGUMENTS
    )
    save(model.fit(X, X[:, 0] > 0), tmp_path / "m.clearprop")
    assert load(tmp_path / "m.clearprop").get_params()["max_iter"] == 2


@pytest.mark.parametrize(
    "model",
    [LogisticRegression(), "a text", MLPClassifier(**SHORT_ARGUMENTS)],
    ids=["another library's", "no model", "dates"],
)
def test_what_cannot_be_saved_is_told(model, tmp_path):
    if isinstance(model, MLPClassifier):
        days = np.array(["2020-01-01", "2020-01-02"], "datetime64[D]")
        model.fit(X, np.array([0, 1]).repeat(len(X))[: len(X)])
        model.classes_ = days
    with pytest.raises(ModelFileError) as error:
        save(model, tmp_path / "m.clearprop")
    assert "saved" in str(error.value)
    assert len(str(error.value).splitlines()) == 1
    assert not list(tmp_path.iterdir())
