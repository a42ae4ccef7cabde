"""Dropout masks: the right share and mean, no pattern, and a function of their arguments alone."""

from typing import Any

import numpy as np
import pytest

from clearprop.mathematics.dropout import dropout_mask, dropout_masks
from clearprop.mathematics.equations import forward
from clearprop.mathematics.network import Network

from .cases import SIZES, random_case

SHAPE = (400, 100)
ARGUMENTS: dict[str, Any] = {"seed": 1, "step": 2, "l": 1, "shape": SHAPE, "rate": 0.5, "dtype": np.float64}


def mask(**changed: Any) -> np.ndarray:
    return dropout_mask(**{**ARGUMENTS, **changed})


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.9])
def test_share_of_zeros_is_the_rate_and_the_mean_one(rate: float) -> None:
    found = mask(rate=rate)
    deviation = (rate * (1 - rate) / found.size) ** 0.5
    assert abs(np.mean(found == 0) - rate) <= 4 * deviation
    assert abs(found.mean() - 1) <= 4 * deviation / (1 - rate)
    assert set(np.unique(found)) <= {0.0, 1 / (1 - rate)}


@pytest.mark.parametrize("axis", [0, 1])
def test_every_row_and_column_has_its_share(axis: int) -> None:
    shares = np.mean(mask() == 0, axis=axis)
    deviation = 0.5 / SHAPE[axis] ** 0.5
    assert np.abs(shares - 0.5).max() < 5 * deviation
    assert shares.std() == pytest.approx(deviation, rel=0.3)


def test_same_arguments_same_mask() -> None:
    assert np.array_equal(mask(), mask())


@pytest.mark.parametrize("changed", [{"seed": 2}, {"seed": 1 + 2**16}, {"seed": -1}, {"step": 3}, {"l": 2}])
def test_masks_of_other_arguments_are_unrelated(changed: dict[str, int]) -> None:
    agreement = np.mean(mask() == mask(**changed))
    assert abs(agreement - 0.5) < 4 * 0.5 / mask().size ** 0.5


def test_step_and_layer_do_not_change_places() -> None:
    assert not np.array_equal(mask(step=1, l=2), mask(step=2, l=1))
    assert not np.array_equal(mask(seed=1, step=2), mask(seed=2, step=1))


def test_neighbouring_steps_layers_and_units_are_unrelated() -> None:
    masks = np.array([[mask(step=step, l=l).ravel() for l in (1, 2, 3)] for step in range(4)]).reshape(12, -1)
    lagged = [np.corrcoef(row[:-lag], row[lag:])[0, 1] for row in masks for lag in (1, SHAPE[1])]
    between = np.corrcoef(masks)[np.triu_indices(12, 1)]
    assert np.abs([*between, *lagged]).max() < 5 / masks.shape[1] ** 0.5


def test_a_higher_rate_drops_more_of_the_same() -> None:
    assert ((mask(rate=0.2) == 0) <= (mask(rate=0.6) == 0)).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_type_is_the_one_asked_for(dtype: type) -> None:
    assert mask(dtype=dtype).dtype == dtype
    assert np.array_equal(mask(dtype=dtype) == 0, mask() == 0)


def test_masks_are_for_hidden_layers() -> None:
    masks = dropout_masks(Network(SIZES), 1, 2, 7, 0.5, np.float64)
    assert masks is not None
    assert [array.shape for array in masks[1:]] == [(7, n) for n in SIZES[1:-1]]
    assert all(np.array_equal(masks[l], mask(l=l, shape=(7, SIZES[l]))) for l in (1, 2, 3))


def test_nothing_to_drop_is_none() -> None:
    assert dropout_masks(Network(SIZES), 1, 2, 7, 0.0, np.float64) is None
    assert dropout_masks(Network(SIZES[:2]), 1, 2, 7, 0.5, np.float64) is None


def test_dropped_units_give_nothing_and_get_nothing() -> None:
    network = Network(SIZES, "sigmoid")
    masks = dropout_masks(network, 1, 2, 7, 0.5, np.float64)
    assert masks is not None
    case = random_case(network, 7, masks)
    passed, gradients = case.forward(), case.backward()
    for l in (1, 2, 3):
        dropped = masks[l] == 0
        assert dropped.any()
        assert not passed.a[l][dropped].any()
        assert not gradients.delta[l][dropped].any()
        assert gradients.delta[l][~dropped].all()


def test_masks_of_ones_change_nothing() -> None:
    network = Network(SIZES, "tanh")
    case = random_case(network, 7)
    ones = [np.ones((7, n)) for n in SIZES[:-1]]
    assert np.array_equal(forward(network, case.parameters, case.X, ones).output, case.forward().output)


def test_mean_over_masks_is_the_layer_without_dropout() -> None:
    network = Network((3, 5, 2), "identity", "identity", "half_squared_error")
    case = random_case(network, 7)
    outputs = [
        forward(network, case.parameters, case.X, dropout_masks(network, 0, step, 7, 0.5, np.float64)).output
        for step in range(4000)
    ]
    error = np.std(outputs, axis=0) / len(outputs) ** 0.5
    assert (np.abs(np.mean(outputs, axis=0) - case.forward().output) < 5 * error).all()
