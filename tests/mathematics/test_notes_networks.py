"""The networks of the two notes, their gradients written entry by entry as the notes write them (slips corrected)."""

from math import exp, log

import mpmath
import numpy as np
import pytest

from clearprop.mathematics.activations import ACTIVATIONS, softmax
from clearprop.mathematics.equations import Gradients, backward, forward, loss
from clearprop.mathematics.network import Network, Parameters

Matrix = list[list[float]]

# Note 1: two inputs, two hidden sigmoid units, two classes; the sample is of class 2.
X1, Y1 = [1.0, 2.0], [0.0, 1.0]
W1, B1 = [[0.2, -0.4], [0.7, 0.1]], [0.1, -0.3]
W2, B2 = [[0.5, -1.0], [-0.6, 0.8]], [0.0, 0.2]

# Note 2: three inputs, hidden layers of three and two units, a softmax layer of two.
X2, Y2 = [0.5, -1.0, 2.0], [1.0, 0.0]
LAYERS2 = [
    ([[0.3, -0.2, 0.5], [-0.7, 0.4, 0.1], [0.6, 0.9, -0.3]], [0.1, -0.2, 0.3]),
    ([[0.8, -0.5, 0.2], [-0.1, 0.7, -0.9]], [-0.4, 0.6]),
    ([[1.1, -0.6], [-0.2, 0.5]], [0.05, -0.15]),
]


def sigmoid(z: float) -> float:
    return 1 / (1 + exp(-z))


def affine(W: Matrix, x: list[float], b: list[float]) -> list[float]:
    return [sum(w * v for w, v in zip(row, x, strict=True)) + b_j for row, b_j in zip(W, b, strict=True)]


def softmax_by_definition(o: list[float]) -> list[float]:
    return [exp(o_i) / sum(exp(o_k) for o_k in o) for o_i in o]


def run(network: Network, parameters: Parameters, x: list[float], y: list[float]) -> tuple[float, Gradients]:
    passed = forward(network, parameters, np.array([x]))
    gradients = backward(network, parameters, passed, np.array([y]))
    return float(loss(network, passed, np.array([y]))), gradients


@pytest.fixture
def note_1() -> tuple[float, Gradients]:
    return run(Network((2, 2, 2)), Parameters.of([W1, W2], [B1, B2]), X1, Y1)


def test_note_1_entry_by_entry(note_1: tuple[float, Gradients]) -> None:
    h = [sigmoid(z) for z in affine(W1, X1, B1)]
    s = softmax_by_definition(affine(W2, h, B2))
    error, gradients = note_1
    assert error == pytest.approx(-sum(y * log(p) for y, p in zip(Y1, s, strict=True)))
    for j in range(2):
        assert gradients.delta[2][0, j] == pytest.approx(s[j] - Y1[j])
        assert gradients.db[2][j] == pytest.approx(s[j] - Y1[j])
        for k in range(2):
            assert gradients.dW[2][j, k] == pytest.approx((s[j] - Y1[j]) * h[k])
    for i in range(2):
        dh = sum((s[k] - Y1[k]) * W2[k][i] for k in range(2))  # the factor is a weight, where the note ends with h_k
        assert gradients.db[1][i] == pytest.approx(dh * h[i] * (1 - h[i]))
        for j in range(2):
            assert gradients.dW[1][i, j] == pytest.approx(dh * h[i] * (1 - h[i]) * X1[j])


def test_note_1_by_one_hot_cases(note_1: tuple[float, Gradients]) -> None:
    s = softmax_by_definition(affine(W2, [sigmoid(z) for z in affine(W1, X1, B1)], B2))
    num = Y1.index(1.0)
    for j in range(2):
        assert note_1[1].delta[2][0, j] == pytest.approx(s[j] - 1 if j == num else s[j])


def test_note_1_worked_weight(note_1: tuple[float, Gradients]) -> None:
    def error(w12: mpmath.mpf) -> mpmath.mpf:
        W = [[W1[0][0], w12], W1[1]]
        h = [1 / (1 + mpmath.exp(-z)) for z in affine(W, X1, B1)]
        o = affine(W2, h, B2)
        return -mpmath.log(mpmath.exp(o[1]) / (mpmath.exp(o[0]) + mpmath.exp(o[1])))

    with mpmath.workdps(50):
        step = mpmath.mpf(10) ** -15
        difference = (error(W1[0][1] + step) - error(W1[0][1] - step)) / (2 * step)
    assert note_1[1].dW[1][0, 1] == pytest.approx(float(difference), rel=1e-13)
    assert f"{note_1[1].dW[1][0, 1]:.4f}" == "0.1445"  # the number that the worked example shows
    assert f"{note_1[0]:.3f}" == "0.328"


def test_note_2_entry_by_entry() -> None:
    network = Network((3, 3, 2, 2))
    gradients = run(network, Parameters.of(*zip(*LAYERS2, strict=True)), X2, Y2)[1]
    a = [X2]
    for l, (W, b) in enumerate(LAYERS2, start=1):
        z = affine(W, a[-1], b)
        a.append(softmax_by_definition(z) if l == network.n_layers else [sigmoid(z_j) for z_j in z])
    delta = [a_j - y_j for a_j, y_j in zip(a[-1], Y2, strict=True)]
    for l in reversed(network.layers):
        for j, delta_j in enumerate(delta):
            assert gradients.delta[l][0, j] == pytest.approx(delta_j)
            assert gradients.db[l][j] == pytest.approx(delta_j)
            for i, a_i in enumerate(a[l - 1]):
                assert gradients.dW[l][j, i] == pytest.approx(delta_j * a_i)
        W = LAYERS2[l - 1][0]
        delta = [
            sum(delta_k * W[k][j] for k, delta_k in enumerate(delta)) * a_j * (1 - a_j)
            for j, a_j in enumerate(a[l - 1])
        ]


def test_note_2_vector_form() -> None:
    network, parameters = Network((3, 3, 2, 2)), Parameters.of(*zip(*LAYERS2, strict=True))
    passed = forward(network, parameters, np.array([X2]))
    gradients = backward(network, parameters, passed, np.array([Y2]))
    delta, a, W = ([array.T for array in arrays] for arrays in (gradients.delta, passed.a, parameters.W))  # columns
    np.testing.assert_allclose(delta[3], a[3] - np.array([Y2]).T, rtol=1e-13)
    for l in (2, 1):
        np.testing.assert_allclose(delta[l], (W[l + 1] @ delta[l + 1]) * a[l] * (1 - a[l]), rtol=1e-13)
    for l in (3, 2, 1):
        np.testing.assert_allclose(gradients.dW[l], delta[l] @ a[l - 1].T, rtol=1e-13)


def test_the_printed_sign_of_note_2_is_the_negative_of_the_right_one() -> None:
    network, parameters = Network((3, 3, 2, 2)), Parameters.of(*zip(*LAYERS2, strict=True))
    passed = forward(network, parameters, np.array([X2]))
    printed = np.array([Y2]) - passed.output
    np.testing.assert_allclose(backward(network, parameters, passed, np.array([Y2])).delta[3], -printed, rtol=1e-13)


def test_a_step_against_the_gradient_lowers_the_loss_and_along_it_raises_it(note_1: tuple[float, Gradients]) -> None:
    error, gradients = note_1
    parameters = Parameters.of([W1, W2], [B1, B2])
    slopes = Parameters(gradients.dW, gradients.db)

    def error_after(step: float) -> float:
        moved = parameters.flatten() + step * slopes.flatten()
        return run(Network((2, 2, 2)), Parameters.from_flat((2, 2, 2), moved), X1, Y1)[0]

    assert error_after(-0.01) < error < error_after(0.01)


@pytest.mark.parametrize("shift", [-1000.0, -3.5, 0.0, 7.0, 1000.0])
def test_softmax_ignores_a_shift(shift: float) -> None:
    x = np.array([[1.0, 2.0], [-3.0, 0.5]])
    np.testing.assert_allclose(softmax(x + shift), softmax(x), rtol=1e-12)
    np.testing.assert_allclose(softmax(x)[0], softmax_by_definition([1.0, 2.0]))


def test_softmax_jacobian_by_the_two_cases_of_note_1() -> None:
    o = np.array([[0.3, -1.2, 0.7, 2.0]])
    s = softmax(o)
    for i in range(4):
        row = ACTIVATIONS["softmax"].pull_back(np.eye(4)[[i]], o, s)  # ∂s_i/∂o_j for every j
        for j in range(4):
            expected = s[0, i] - s[0, i] * s[0, j] if i == j else -s[0, i] * s[0, j]
            assert row[0, j] == pytest.approx(expected)
