"""A model file that cannot be used is refused in one line that says why."""

import numpy as np
import pytest
from safetensors.numpy import save_file

from clearprop import MLPClassifier, save
from clearprop.interchange.model_file import VERSION


def flipped(data, position):
    return data[:position] + bytes([data[position] ^ 0x10]) + data[position + 1 :]


def renamed(data):
    assert data.count(b"young") > 0
    return data.replace(b"young", b"yOung", 1)


def newer(data):
    version = rb"\"version\": %d, \"written_by"
    assert data.count(version % VERSION) == 1
    return data.replace(version % VERSION, version % (VERSION + 1))


WRONG = {
    "none": (lambda data: b"age,kind\n1,young\n", ("not a Clearprop model file",)),
    "empty": (lambda data: b"", ("not a Clearprop model file",)),
    "truncated": (lambda data: data[:-3], ("truncated",)),
    "half": (lambda data: data[: len(data) // 2], ("truncated",)),
    "altered numbers": (lambda data: flipped(data, len(data) - 2), ("altered", "checksum")),
    "altered description": (renamed, ("altered", "checksum")),
    "newer": (newer, (f"version {VERSION + 1}", f"up to {VERSION}", "upgrade")),
}


@pytest.fixture(params=["predict", "evaluate", "info"])
def used(request, table_file):
    """The arguments that use a model."""
    return lambda model: (request.param, model) if request.param == "info" else (request.param, model, table_file)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_model_file_is_told(refused, used, trained, tmp_path, name):
    change, says = WRONG[name]
    (tmp_path / "m.clearprop").write_bytes(change(trained["kind"].read_bytes()))
    refused(*used(tmp_path / "m.clearprop"), says=("m.clearprop", *says))


def test_another_kind_of_file_a_folder_and_no_file_are_told(refused, used, tmp_path):
    save_file({"W1": np.ones((2, 2), np.float32)}, tmp_path / "other.safetensors")
    refused(*used(tmp_path / "other.safetensors"), says=("other.safetensors", "no model of Clearprop"))
    refused(*used(tmp_path / "none.clearprop"), says=("none.clearprop", "no such file"))
    (tmp_path / "folder").mkdir()
    refused(*used(tmp_path / "folder"), says=("folder", "is a folder"))


def test_a_model_of_arrays_is_told_where_it_belongs(refused, used, tmp_path):
    save(MLPClassifier((2,), solver="lbfgs").fit(np.eye(4), [0, 1, 0, 1]), tmp_path / "arrays.clearprop")
    refused(*used(tmp_path / "arrays.clearprop"), says=("arrays.clearprop", "MLPClassifier", "from Python"))
