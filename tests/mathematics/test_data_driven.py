"""Parameters drawn for the data: units vary by 1 and bend among the rows."""

import numpy as np
import pytest

from clearprop.mathematics.data_driven import initialize_from_data
from clearprop.mathematics.equations import forward
from clearprop.mathematics.layers import Embedding, Numbers, Periodic
from clearprop.mathematics.network import Network

INPUTS = (Numbers(3), Periodic(2), Embedding(6))
NETWORK = Network((3 + 8 + 8, 30, 20, 4), "selu", inputs=INPUTS, scaled=True, mixed=True)


def rows(random: np.random.Generator, n: int = 400) -> np.ndarray:
    numbers = random.normal(size=(n, 5)) * [1.0, 100.0, 0.01, 1.0, 3.0] + [0.0, 50.0, 0.0, 1.0, -1.0]
    return np.concatenate([numbers, random.integers(0, 6, (n, 1))], axis=1)


def test_units_vary_by_1_whatever_the_columns_are() -> None:
    random = np.random.default_rng(0)
    X = rows(random)
    passed = forward(NETWORK, initialize_from_data(NETWORK, X, random), X)
    for z in passed.z[1:]:
        np.testing.assert_allclose(z.std(axis=0), 1.0, atol=1e-9)


def test_units_bend_among_the_rows() -> None:
    random = np.random.default_rng(0)
    X = rows(random)
    passed = forward(NETWORK, initialize_from_data(NETWORK, X, random), X)
    for z in passed.z[1:]:
        assert (z.min(axis=0) <= 0.0).all() and (z.max(axis=0) >= 0.0).all()


def test_the_same_seed_draws_the_same_and_the_type_is_as_asked() -> None:
    X = rows(np.random.default_rng(0))
    one, same, other = (initialize_from_data(NETWORK, X, np.random.default_rng(s), np.float32) for s in (1, 1, 2))
    np.testing.assert_array_equal(one.flatten(), same.flatten())
    assert (one.flatten() != other.flatten()).any() and one.flatten().dtype == np.float32


@pytest.mark.parametrize("X", [np.ones((50, 3)), np.ones((1, 3))])
def test_rows_that_are_all_alike_give_finite_parameters(X: np.ndarray) -> None:
    parameters = initialize_from_data(Network((3, 4, 2)), X, np.random.default_rng(0))
    assert np.isfinite(parameters.flatten()).all()
