"""The recorded norms show it: through many sigmoid layers the gradient vanishes, through ReLU it does not."""

from functools import cache

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.preprocessing import scale

from clearprop import MLPClassifier
from clearprop.mathematics.equations import backward, forward
from clearprop.mathematics.initializers import initialize

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

DEPTH, N_EPOCHS, SEEDS = 8, 3, (0, 1, 2)
X, y = scale(load_iris().data), load_iris().target
INITIALIZERS = {"sigmoid": "glorot_normal", "relu": "he_normal"}
NORMS = ("gradient_norms", "delta_norms")


@cache
def trained(activation, seed):
    return MLPClassifier(
        hidden_layer_sizes=(20,) * (DEPTH - 1),
        activation=activation,
        initializer=INITIALIZERS[activation],
        alpha=0.0,
        max_iter=N_EPOCHS,
        batch_size=len(y),
        random_state=seed,
    ).fit(X, y)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("norms", NORMS)
def test_first_layer_against_last(norms, seed):
    recorded = {activation: trained(activation, seed).history_[norms] for activation in INITIALIZERS}
    share = {activation: array[:, 0] / array[:, -1] for activation, array in recorded.items()}
    assert recorded["sigmoid"].shape == recorded["relu"].shape == (N_EPOCHS, DEPTH)
    assert share["sigmoid"].max() < 1e-3  # at most 3e-4 on these seeds; each layer multiplies by f' ≤ 1/4 and Wᵀ
    assert share["relu"].min() > 5e-2  # at least 0.16 on these seeds
    assert share["sigmoid"].min() > 0.0


@pytest.mark.parametrize("seed", SEEDS)
def test_the_sigmoid_signal_shrinks_layer_by_layer(seed):
    deltas = trained("sigmoid", seed).history_["delta_norms"]
    assert (deltas[:, :-1] < deltas[:, 1:]).all()


@pytest.mark.parametrize("activation", INITIALIZERS)
def test_norms_are_those_of_the_equations(activation):
    model = trained(activation, 0)
    start = initialize(model.network_, INITIALIZERS[activation], np.random.RandomState(0))
    gradients = backward(model.network_, start, forward(model.network_, start, X), np.eye(3)[y])
    for norms, arrays in zip(NORMS, (gradients.dW, gradients.delta), strict=True):
        expected = [np.linalg.norm(array) for array in arrays[1:]]
        np.testing.assert_allclose(model.history_[norms][0], expected, rtol=1e-10)
        other = trained(activation, 1).history_[norms][0]
        assert not np.allclose(other, expected, rtol=1e-2)
