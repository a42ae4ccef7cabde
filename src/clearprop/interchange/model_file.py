"""The Clearprop model file: safetensors, with a versioned JSON description in its metadata. Nothing in it is executed.

Tensors `W1`..`WL`, (n_l, n_{l−1}), and `b1`..`bL`, (n_l,); those of an ensemble's networks are stacked, those of each
kind of networks in a tabular estimator have a prefix. Metadata: `clearprop`, the description (JSON), and `sha256`, the
checksum of description and tensors. docs/model-file.md is the specification; a reader of version n reads 1..n.
"""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as serialize

from clearprop.estimators.table_predictor import TablePredictor
from clearprop.interchange.predictor import TABULAR, rebuild_predictor
from clearprop.mathematics.arrays import Array
from clearprop.tables import TableError, atomic_write

if TYPE_CHECKING:
    from clearprop.estimators.classifier import MLPClassifier
    from clearprop.estimators.regressor import MLPRegressor
    from clearprop.estimators.table_model import TableModel
    from clearprop.estimators.tabular.classifier import TabularClassifier
    from clearprop.estimators.tabular.regressor import TabularRegressor

VERSION = 3

Model: TypeAlias = "MLPClassifier | MLPRegressor | TabularClassifier | TabularRegressor | TableModel"

Rebuilt = TypeVar("Rebuilt")


class ModelFileError(ValueError):
    """A model file that cannot be read: no such file, another kind, truncated, altered, or of a newer version."""


def save(model: Model, path: str | os.PathLike[str]) -> None:
    """Write a fitted model to a file: to a temporary name first, so that a failure leaves no half-written file.

    Optimizer state, callbacks, a `scoring` that is a function and a `random_state` that is a generator are not saved:
    training that goes on after `load` starts with a fresh optimizer. Of an ensemble, every member is saved.

    Arguments:
        model: a fitted estimator of Clearprop, or what `load` returns for a model of the command line.
        path: the file; its usual suffix is `.clearprop`.

    Raises:
        ModelFileError: the model is not fitted, or its folder cannot be written to.

    Example:
        >>> import numpy as np, os, tempfile
        >>> from clearprop import MLPClassifier, load, save
        >>> X, y = np.eye(4), np.array([0, 1, 0, 1])
        >>> model = MLPClassifier(solver="lbfgs", random_state=0).fit(X, y)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save(model, os.path.join(folder, "xor.clearprop"))
        ...     again = load(os.path.join(folder, "xor.clearprop"))
        >>> np.array_equal(again.predict_proba(X), model.predict_proba(X))
        True
    """
    from clearprop.estimators.base import MultilayerPerceptron  # late, here and in `load`: it loads scikit-learn
    from clearprop.estimators.table_model import TableModel
    from clearprop.estimators.tabular.base import TabularEstimator
    from clearprop.interchange.description import describe, is_fitted, tensors_of_estimator

    estimator = model.estimator if isinstance(model, TableModel) else model
    if not isinstance(estimator, MultilayerPerceptron | TabularEstimator):
        raise ModelFileError(f"{path}: a model of Clearprop can be saved, but this is a {type(model).__name__}")
    if not is_fitted(estimator):
        raise ModelFileError(f"{path}: only a fitted model can be saved; call fit first")
    tensors = tensors_of_estimator(estimator)
    try:
        text = json.dumps({"version": VERSION, **describe(model)}, ensure_ascii=False, allow_nan=True)
    except TypeError as error:
        raise ModelFileError(f"{path}: numbers, texts and true/false can be saved, but {error}") from None
    try:
        with atomic_write(path) as temporary:
            temporary.write_bytes(serialize(tensors, {"clearprop": text, "sha256": _checksum(text, tensors)}))
    except TableError as error:
        raise ModelFileError(str(error)) from None


def load(path: str | os.PathLike[str]) -> Model:
    """Read a model file; the predictions are those of the model that was saved, bit for bit.

    Raises:
        ModelFileError: no such file, a file of another kind, a truncated, altered or newer one: one line says which.
    """
    from clearprop.interchange.description import rebuild

    return _rebuilt(path, rebuild, *_checked(path))


def load_table_model(path: str | os.PathLike[str]) -> "TableModel":
    """Read a model that knows its columns, whole: see `load`.

    Raises:
        ModelFileError: as `load`; a model that was saved from Python arrays.
    """
    from clearprop.interchange.description import rebuild

    return _rebuilt(path, rebuild, *_checked_table_model(path))


def load_predictor(path: str | os.PathLike[str]) -> TablePredictor:
    """Read what a table model's file holds for prediction: the same predictions as after `load`, without scikit-learn.

    Raises:
        ModelFileError: as `load_table_model`.
    """
    return _rebuilt(path, rebuild_predictor, *_checked_table_model(path))


def _checked_table_model(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, Array]]:
    """`_checked`, of a model that knows its columns."""
    description, tensors = _checked(path)
    if description.get("kind") == "estimator":
        kind = _rebuilt(path, lambda: description["estimator"]["class"])
        lacks = "without the name of its target" if kind in TABULAR else "of arrays, without columns"
        raise ModelFileError(f"{path}: a {kind} {lacks}; use it from Python: load(path)")
    return description, tensors


def _checked(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, Array]]:
    """Description and tensors of a file that is whole, unaltered and not too new."""
    text, checksum, tensors = _read(Path(path))
    version = _version(path, text)
    if version > VERSION:
        raise ModelFileError(
            f"{path}: a model file of version {version}, but this Clearprop reads up to {VERSION}; upgrade Clearprop"
        )
    if checksum != _checksum(text, tensors):
        raise ModelFileError(f"{path}: the file was altered after it was saved (its checksum does not match)")
    return json.loads(text), tensors


def _rebuilt(path: str | os.PathLike[str], rebuild: Callable[..., Rebuilt], *parts: Any) -> Rebuilt:
    """What `rebuild` makes of the parts of a file, or one line that says why it makes nothing."""
    try:
        return rebuild(*parts)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ModelFileError(f"{path}: the description of the model does not hold together ({error!r})") from None


def _read(path: Path) -> tuple[str, str, dict[str, Array]]:
    if not path.is_file():
        what = "is a folder, not a model file" if path.is_dir() else "there is no such file"
        raise ModelFileError(f"{path}: {what}")
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            if "clearprop" not in metadata:
                raise ModelFileError(
                    f"{path}: a safetensors file, but no model of Clearprop; `clearprop train` writes one"
                )
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise ModelFileError(
            f"{path}: not a Clearprop model file, or a truncated one ({' '.join(str(error).split())})"
        ) from None
    return metadata["clearprop"], metadata.get("sha256", ""), tensors


def _version(path: str | os.PathLike[str], text: str) -> int:
    try:
        return int(json.loads(text)["version"])
    except (LookupError, TypeError, ValueError, RecursionError):
        raise ModelFileError(f"{path}: the file was altered after it was saved (its description is no JSON)") from None


def _checksum(text: str, tensors: dict[str, Array]) -> str:
    digest = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        array: Any = np.ascontiguousarray(tensors[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
