"""The sizes at which a person's code is asked: deep ones, those that its text fixes, one output, no hidden layer."""

import importlib.util
from pathlib import Path

import pytest

from clearprop.derivation.diagnosis.conventions import Told
from clearprop.derivation.diagnosis.examination import Given
from clearprop.derivation.gradient_checks import GradientCheck
from clearprop.derivation.submission_checks import check_submission
from clearprop.derivation.submissions.answer import SubmissionError
from clearprop.derivation.submissions.submission import open_file

NETWORK = """
import numpy as np
def sigmoid(z):
    return 1 / (1 + np.exp(-z))
class Network:
    def __init__(self, sizes):
        self.sizes = sizes
        self.biases = [np.random.randn(n, 1) for n in sizes[1:]]
        self.weights = [np.random.randn(n, k) for k, n in zip(sizes[:-1], sizes[1:])]
    def backprop(self, x, y):
        a, nabla_b, nabla_w = [x], [0] * len(self.weights), [0] * len(self.weights)
        for b, w in zip(self.biases, self.weights):
            a.append(sigmoid(w @ a[-1] + b))
        delta = (a[-1] - y) * a[-1] * (1 - a[-1])
        for l in range(1, len(self.sizes)):
            if l > 1:
                delta = self.weights[-l + 1].T @ delta * a[-l] * (1 - a[-l])
            nabla_b[-l], nabla_w[-l] = delta, delta @ a[-l - 1].T
        return nabla_b, nabla_w
"""
NUMBERED = """
import numpy as np
def backprop(X, Y, W1, b1, W2, b2):
    A1 = np.tanh(W1 @ X + b1)
    A2 = 1 / (1 + np.exp(-(W2 @ A1 + b2)))
    d2 = (A2 - Y) / X.shape[1]
    d1 = (W2.T @ d2) * (1 - A1 ** 2)
    return d1 @ X.T, d1.sum(axis=1, keepdims=True), d2 @ A1.T, d2.sum(axis=1, keepdims=True)
"""
BARE = """
import numpy as np
def gradients(W, b, X, Y):
    P = np.exp(X @ W + b)
    P = P / P.sum(axis=1, keepdims=True)
    return X.T @ (P - Y) / len(X), (P - Y).mean(axis=0)
"""
LOGISTIC = """
import numpy as np
def propagate(w, b, X, Y):
    A = 1 / (1 + np.exp(-(w.T @ X + b)))
    return {"dw": X @ (A - Y).T / X.shape[1], "db": np.sum(A - Y) / X.shape[1]}
"""
CHAINED = """
import numpy as np
def forward(W, b, X):
    return np.tanh(X @ W[0] + b[0]) @ W[1] + b[1]
def loss(output, Y):
    return 0.5 * np.sum((output - Y) ** 2) / len(Y)
def gradients(W, b, X, Y):
    H = np.tanh(X @ W[0] + b[0])
    d = (forward(W, b, X) - Y) / len(Y)
    d1 = d @ W[1].T * (1 - H ** 2)
    return [X.T @ d1, H.T @ d], [d1.sum(axis=0), d.sum(axis=0)]
"""
AVERAGED = CHAINED.replace("0.5 * np.sum((output - Y) ** 2) / len(Y)", "0.5 * np.mean((output - Y) ** 2)")
REGULARIZED = """
from reg_utils import compute_cost, forward_propagation
import numpy as np
def compute_cost_with_regularization(A3, Y, parameters, lambd):
    squares = sum(np.sum(parameters[name] ** 2) for name in ("W1", "W2", "W3"))
    return compute_cost(A3, Y) + lambd / (2 * Y.shape[1]) * squares
def backward_propagation_with_regularization(X, Y, cache, lambd):
    m = X.shape[1]
    (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3) = cache
    dZ3 = A3 - Y
    dZ2 = (W3.T @ dZ3) * (A2 > 0)
    dZ1 = (W2.T @ dZ2) * (A1 > 0)
    gradients = {"dW3": dZ3 @ A2.T / m + lambd / m * W3, "db3": dZ3.sum(axis=1, keepdims=True) / m}
    gradients |= {"dW2": dZ2 @ A1.T / m + lambd / m * W2, "db2": dZ2.sum(axis=1, keepdims=True) / m}
    gradients |= {"dW1": dZ1 @ X.T / m + lambd / m * W1, "db1": dZ1.sum(axis=1, keepdims=True) / m}
    return gradients
"""
EITHER = """
from dnn_utils import *
import numpy as np
def L_model_forward(X, parameters):
    A, caches, L = X, [], len(parameters) // 2
    for l in range(1, L + 1):
        Z = parameters["W" + str(l)] @ A + parameters["b" + str(l)]
        before = A
        A, cache = sigmoid(Z) if l == L else relu(Z)
        caches.append((before, parameters["W" + str(l)], cache))
    return A, caches
def L_model_backward(AL, Y, caches):
    grads, m, dA = {}, Y.shape[1], -(Y / AL - (1 - Y) / (1 - AL))
    for l in range(len(caches), 0, -1):
        before, W, Z = caches[l - 1]
        dZ = sigmoid_backward(dA, Z) if l == len(caches) else relu_backward(dA, Z)
        grads["dW" + str(l)], grads["db" + str(l)] = dZ @ before.T / m, dZ.sum(axis=1, keepdims=True) / m
        dA = W.T @ dZ
    return grads
"""
STAR = "from common.functions import *\n" + NUMBERED.replace("import numpy as np\n", "")
SEQUENTIAL = """
import torch
from torch import nn
model = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3))
criterion = nn.CrossEntropyLoss()
"""


def checked(text: str, folder: Path) -> GradientCheck:
    (folder / "homework.py").write_text(text)
    with open_file(folder / "homework.py") as submission:
        return check_submission(submission, Told(), Given(), automatic=False)


#: Right code, the sizes at which it is checked, and an edit that makes it wrong, with the slip (None: whichever).
CODE = {
    "any depth": (NETWORK, (4, 6, 5, 3), ("delta * a[-l]", "delta * a[-l - 1]"), None),
    "a matrix not transposed": (NETWORK, (4, 6, 5, 3), ("self.weights[-l + 1].T", "self.weights[-l + 1]"), None),
    "numbered arguments": (NUMBERED, (4, 5, 3), (" * (1 - A1 ** 2)", ""), "slope_left_out"),
    "one layer, bare": (BARE, (4, 3), ("(P - Y) / len(X)", "(P - Y)"), "mean_missing"),
    "one unit": (LOGISTIC, (4, 1), ("(A - Y).T / X.shape[1]", "(A - Y).T"), "mean_missing"),
    "a loss of outputs": (CHAINED, (4, 5, 3), ("Y) / len(Y)\n    d1", "Y)\n    d1"), "mean_missing"),
    "a mean over entries": (AVERAGED, (4, 5, 1), (" * (1 - H ** 2)", ""), None),
    "a supplied forward pass": (REGULARIZED, (4, 6, 5, 3), (" + lambd / m * W2", ""), "penalty_missing"),
    "one or the other helper": (EITHER, (4, 6, 5, 3), ("-(Y / AL", "(Y / AL"), None),
    "numpy from a star": (STAR, (4, 5, 3), ("(A2 - Y)", "(Y - A2)"), "sign_flipped"),
}


@pytest.mark.parametrize("what", CODE)
def test_code_is_asked_at_the_sizes_that_it_is_for(what: str, tmp_path: Path) -> None:
    text, sizes, (old, new), slip = CODE[what]
    right = checked(text, tmp_path)
    assert (right.passed, right.network.sizes) == (True, sizes)
    assert text.count(old) == 1
    wrong = checked(text.replace(old, new), tmp_path)
    assert not wrong.passed
    assert slip is None or slip in [one.slip for one in wrong.diagnosis.slips]


def test_a_loop_that_fails_with_hidden_layers_is_not_right_without(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="IndexError"):
        checked(NETWORK.replace("a[-l - 1].T", "a[-l - 1 - (l > 1)].T"), tmp_path)


def test_a_module_at_the_top_level_is_found(tmp_path: Path) -> None:
    if importlib.util.find_spec("torch") is None:
        pytest.skip("torch is not installed")
    found = checked(SEQUENTIAL, tmp_path)
    assert (found.passed, found.network.sizes) == (True, (6, 5, 3))
