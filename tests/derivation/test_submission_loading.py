"""A person's file is run far enough, whatever stands in it and whatever is missing beside it."""

import json
from pathlib import Path

import numpy as np
import pytest

from clearprop.derivation.messages import pieces
from clearprop.derivation.submissions import helpers
from clearprop.derivation.submissions.answer import SubmissionError
from clearprop.derivation.submissions.sources import decoded, read_source
from clearprop.derivation.submissions.submission import FileSubmission, open_file
from derivation.submitted import first_that_agrees, problem, written

BODY = """
def gradients(W, b, X, Y):
    # {comment}
    a = [X]
    for w, c in zip(W, b):
        a.append(sigmoid(a[-1] @ w.T + c))
    delta = (a[-1] - Y) / len(X)
    dW, db = [], []
    for l in reversed(range(len(W))):
        dW.insert(0, delta.T @ a[l])
        db.insert(0, delta.sum(axis=0))
        delta = delta @ W[l] * a[l] * (1 - a[l])
    return dW, db
"""
SIGMOID = "import numpy as np\ndef sigmoid(z): return 1 / (1 + np.exp(-z))\n"
PLAIN = SIGMOID + BODY

AROUND = {
    "a plot": (PLAIN, "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nplt.plot([1], [2]); plt.show()\n"),
    "missing data": (PLAIN, "data = np.loadtxt('train.csv')\nprint(data.shape)\n"),
    "training for ever": (PLAIN, "step = 0\nwhile True:\n    step += 1\n"),
    "an end": (PLAIN, "import sys\nif len(sys.argv) < 2:\n    sys.exit('usage')\n"),
    "a question": (PLAIN, "n = input('layers? ')\n"),
    "a main part": (PLAIN, "if __name__ == '__main__':\n    raise SystemExit(1)\n"),
    "a window": ("import tkinter as tk\nroot = tk.Tk()\n" + PLAIN, "root.mainloop()\n"),
    "progress": ("from tqdm import tqdm\n" + PLAIN, "for step in tqdm(range(10**12)):\n    pass\n"),
    "a decorator that is missing": ("from timing import timed\n" + SIGMOID + BODY, ""),
    "a base that is missing": ("import layers\nclass Net(layers.Layer):\n    pass\n" + PLAIN, ""),
    "other names of numpy": ("try:\n    import cupy as np\nexcept ImportError:\n    import numpy as np\n" + PLAIN, ""),
    "what was in Python 2": (
        "from past.builtins import xrange\nfrom six.moves import cPickle\n" + PLAIN,
        "xrange(3)\n",
    ),
    "annotations": ("from __future__ import annotations\ndef f(x: Missing): pass\n" + PLAIN, ""),
    "a dataclass": ("from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int = 1\n" + PLAIN, ""),
    "a setting": (PLAIN.replace("1 - a[l])", "1 - a[l]) * K"), "np.seterr(all='raise')\nK = np.ones(1)\n"),
    "a name that only running it all gives": (
        PLAIN.replace("1 - a[l])", "1 - a[l]) * K"),
        "def draw():\n    return 1.0\nK = draw()\nopen('nothing.txt')\n",
    ),
    "a helper in a file": ("from my_helper import sigmoid\n" + BODY, ""),
    "a helper beside it in a package": ("from .my_helper import sigmoid\n" + BODY, ""),
    "a helper of another package": ("from course.my_helper import *\n" + BODY, ""),
    "a helper of a course": ("from q2_sigmoid import sigmoid, sigmoid_grad\n" + BODY, ""),
    "all of a course": ("import numpy as np\nfrom functions import *\n" + BODY, ""),
    "a module of a course": ("import utils\n" + BODY.replace("sigmoid(", "utils.sigmoid("), ""),
    "a notebook": (
        "# coding: utf-8\n# In[1]:\nget_ipython().run_line_magic('matplotlib', 'inline')\n%load_ext autoreload\n"
        "!ls -l\nfiles = !ls\nnp?\n# In[2]:\n" + PLAIN,
        "# In[3]:\nget_ipython().magic('timeit 1')\ndisplay(3)\n",
    ),
    "a signature called as it is": ("import random\nrandom.seed(1)\n" + PLAIN, "x = [i ** 2 for i in range(3)]\n"),
}
HELPER = "import numpy as np\nimport missing_thing\ndef sigmoid(z): return 1 / (1 + np.exp(-z))\n"


def check(path: Path) -> FileSubmission:
    with open_file(path, limit_seconds=10) as submission:
        assert first_that_agrees(submission, problem()).place == 0
    return submission


def said(submission: FileSubmission, language: str = "en") -> list[str]:
    return ["".join(map(str, pieces(message, language))) for message in submission.assumed]


@pytest.mark.parametrize("around", AROUND)
def test_a_file_is_run_as_far_as_needed(around: str, tmp_path: Path) -> None:
    before, after = AROUND[around]
    if around in ("a helper in a file", "a helper beside it in a package", "a helper of another package"):
        written(tmp_path, HELPER, "my_helper.py")
    check(written(tmp_path, before.replace("{comment}", "反向传播") + after))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "big5 with its cookie"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_file_may_be_in_any_encoding(encoding: str, newline: str, tmp_path: Path) -> None:
    name, _, cookie = encoding.partition(" ")
    text = (f"# -*- coding: {name} -*-\n" if cookie else "") + PLAIN.replace("{comment}", "反向傳播的梯度")
    path = tmp_path / "my_backprop.py"
    path.write_bytes(text.replace("\n", newline).encode(name))
    assert "反向傳播的梯度" in (decoded(path.read_bytes()) or "")
    assert "反向傳播的梯度" in read_source(path).text
    if encoding == "gbk":
        check(path)


def test_tabs_and_spaces_may_be_mixed_as_python_2_let_them(tmp_path: Path) -> None:
    mixed = PLAIN.replace("        a.append", "\ta.append").replace("        db.insert", "\tdb.insert")
    submission = check(written(tmp_path, mixed))
    assert said(submission) == ["tabs and spaces are mixed; a tab was read as 8 spaces"]


def test_a_notebook_is_read_and_its_cells_named(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Title"]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", SIGMOID]},
        {"cell_type": "code", "source": "%%bash\nls -l | wc"},
        {"cell_type": "code", "source": "%%time\n" + BODY},
    ]
    path = written(tmp_path, json.dumps({"cells": cells, "nbformat": 4}), "homework.ipynb")
    assert check(path).source == "homework.ipynb: gradients"
    cells[3]["source"] = BODY.replace("delta = (a", "delta = a @ (a")
    given = problem()
    path = written(tmp_path, json.dumps({"cells": cells}), "wrong.ipynb")
    with (
        open_file(path) as submission,
        pytest.raises(SubmissionError, match=r"wrong.ipynb, cell 3, line 7: gradients raised ValueError"),
    ):
        submission.answer(submission.layouts[0], given.parameters, given.X, given.Y)


def test_what_was_supplied_is_said(tmp_path: Path) -> None:
    text = "from dnn_utils import sigmoid, load_data\nimport testCases\nfrom course.tests import *\n" + BODY
    submission = check(written(tmp_path, text))
    assert said(submission) == [
        "my_backprop.py: the module dnn_utils is missing; supplied as courses have it: sigmoid",
        "my_backprop.py: the module testCases is missing and was left out; what needs it will fail",
        "my_backprop.py: the module course.tests is missing and was left out; what needs it will fail",
    ]


def test_what_is_missing_is_told_when_it_is_needed(tmp_path: Path) -> None:
    text = "from my_layers import squash\n" + BODY.replace("sigmoid(", "squash(")
    given = problem()
    expected = "line 7: .*squash is needed, but there is no module my_layers beside"
    with open_file(written(tmp_path, text)) as submission, pytest.raises(SubmissionError, match=expected):
        submission.answer(submission.layouts[0], given.parameters, given.X, given.Y)


def test_helpers_follow_the_use_that_a_file_makes_of_them() -> None:
    x = np.array([[-1.0, 0.5], [800.0, -800.0]])
    cached = helpers.module_named("dnn_utils", "from dnn_utils import *\nA, cache = sigmoid(Z)\nB, _ = relu(Z)")
    value, kept = cached["sigmoid"](x)
    assert np.array_equal(value, helpers.sigmoid(x))
    assert kept is x
    assert np.array_equal(cached["relu"](x)[0], np.maximum(x, 0))
    plain = helpers.module_named("q2_sigmoid", "from q2_sigmoid import sigmoid, sigmoid_grad\nd = sigmoid_grad(h)")
    assert plain["sigmoid_grad"](0.5) == 0.25
    of_argument = helpers.module_named("a", "from a import sigmoid_prime\nd = sigmoid_prime(z)")
    assert of_argument["sigmoid_prime"](0.0) == 0.25
    book = helpers.module_named("common.functions", "from common.functions import *\nsigmoid_grad(a1)")
    assert book["sigmoid_grad"](0.0) == 0.25
    columns = helpers.module_named("u", "from u import softmax\ns = np.sum(d, axis=1, keepdims=True)")
    assert np.allclose(columns["softmax"](x).sum(axis=0), 1)
    assert helpers.module_named("u", "from u import *\ndef relu(x): pass\nrelu(1)") == {}


def slope(function: object, x: np.ndarray, upstream: np.ndarray) -> np.ndarray:
    """Central differences of Σ upstream · f(x)."""
    found = np.empty_like(x)
    for index in np.ndindex(x.shape):
        values = []
        for step in (1e-5, -1e-5):
            moved = x.copy()
            moved[index] += step
            values.append(np.sum(upstream * function(moved)))  # type: ignore[operator]
        found[index] = (values[0] - values[1]) / 2e-5
    return found


def test_helpers_differentiate_rightly() -> None:
    draw = np.random.default_rng(1)
    x, up = draw.standard_normal((4, 3)), draw.standard_normal((4, 3))
    assert np.allclose(helpers.sigmoid_backward(up, x), slope(helpers.sigmoid, x, up))
    assert np.allclose(helpers.tanh_backward(up, x), slope(np.tanh, x, up))
    assert np.allclose(helpers.relu_backward(up, x), slope(helpers.relu, x, up))
    y = np.array([0, 2, 1, 2])
    for loss in (helpers.softmax_loss, helpers.svm_loss):
        assert np.allclose(loss(x, y)[1], slope(lambda v, loss=loss: loss(v, y)[0], x, np.ones(1)))
    w, b, up = draw.standard_normal((3, 2)), draw.standard_normal(2), draw.standard_normal((4, 2))
    out, cache = helpers.affine_relu_forward(x, w, b)
    assert np.array_equal(out, np.maximum(x @ w + b, 0))
    for place, (given, found) in enumerate(zip((x, w, b), helpers.affine_relu_backward(up, cache), strict=True)):
        arguments = [x, w, b]

        def moved(value: np.ndarray, place: int = place, arguments: list[np.ndarray] = arguments) -> np.ndarray:
            return np.asarray(helpers.affine_relu_forward(*arguments[:place], value, *arguments[place + 1 :])[0])

        assert np.allclose(found, slope(moved, given, up))
    for targets in (y, np.eye(3)[y]):
        last = helpers.SoftmaxWithLoss()
        last.forward(x, targets)
        found = last.backward()
        value = slope(lambda v, t=targets: helpers.SoftmaxWithLoss().forward(v, t), x, np.ones(1))
        assert np.allclose(found, value, atol=1e-5)
    layer, bend = helpers.Affine(w, b), helpers.Relu()
    bend.forward(layer.forward(x))
    layer.backward(bend.backward(up))
    assert np.allclose(layer.dW, helpers.affine_relu_backward(up, cache)[1])
