"""Classes become Y and outputs become classes as scikit-learn's LabelBinarizer has it, without its import."""

import subprocess
import sys

import numpy as np
import pytest
from scipy.sparse import csr_matrix, issparse
from sklearn.preprocessing import LabelBinarizer

from clearprop.estimators.labels import Labels

RANDOM = np.random.default_rng(0)
MULTILABEL = np.array([[0, 1, 1], [1, 0, 0], [0, 0, 0], [1, 1, 1]])
TARGETS = {
    "one class": np.array([3, 3, 3]),
    "two": np.array([0, 1, 1, 0]),
    "two texts": np.array(["b", "a", "b"]),
    "objects": np.array(["yes", "no", "perhaps"], dtype=object),
    "floats": np.array([1.0, 3.0, 2.0, 1.0]),
    "truths": np.array([True, False, True]),
    "many": RANDOM.integers(0, 30, 200),
    "labels": MULTILABEL,
    "sparse labels": csr_matrix(MULTILABEL),
}


@pytest.mark.parametrize("y", TARGETS.values(), ids=TARGETS)
def test_same_as_scikit_learn(y):
    labels, binarizer = Labels.of(y), LabelBinarizer().fit(y)
    assert labels.kind == binarizer.y_type_
    np.testing.assert_array_equal(labels.classes, binarizer.classes_)
    expected = binarizer.transform(y)
    Y = labels.encode(y, np.float32)
    assert Y.dtype == np.float32
    np.testing.assert_array_equal(Y, expected.toarray() if issparse(expected) else expected)
    output = RANDOM.uniform(size=Y.shape)
    theirs = binarizer.inverse_transform(output.ravel() if output.shape[1] == 1 else output)
    mine = labels.decode(output)
    assert issparse(mine) == issparse(theirs) and mine.dtype == theirs.dtype
    np.testing.assert_array_equal(*(part.toarray() if issparse(part) else part for part in (mine, theirs)))


@pytest.mark.parametrize("y", [np.array([[1, 2], [3, 4]]), np.array([0.5, 1.5])], ids=["columns", "amounts"])
def test_what_is_no_class_is_refused_as_there(y):
    with pytest.raises(ValueError) as expected:
        LabelBinarizer().fit(y)
    with pytest.raises(ValueError) as told:
        Labels.of(y)
    assert str(told.value)[:30] == str(expected.value)[:30]


def test_a_classifier_trains_without_the_package():
    code = (
        "import sys, warnings; warnings.simplefilter('ignore'); from clearprop import MLPClassifier; "
        "MLPClassifier(max_iter=1).fit([[0.0], [1.0]], [0, 1]).predict([[0.0]]); "
        "print('sklearn.preprocessing' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
