"""The same rows in another form (sparse, float32, read-only, strided, in blocks) give the same network."""

import numpy as np
import pytest
from scipy.sparse import csr_array, csr_matrix

from clearprop.engines import Recipe, reference
from clearprop.mathematics.equations import forward
from clearprop.mathematics.network import Network
from clearprop.mathematics.optimizers import OPTIMIZERS

from .cases import N_ROWS, NETWORK, ORDER, PAIRED, SIZES, WEIGHTS, X, Y, epoch_of, start, trained, trainer_of

RECIPE = Recipe("adam", alpha=0.3)


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def strided(array):
    wide = np.full((2 * array.shape[0], *(3 * n for n in array.shape[1:])), np.nan)
    view = wide[::2, ::3] if array.ndim == 2 else wide[::2]
    view[...] = array
    assert not view.flags.c_contiguous
    return view


FORMS = {"read-only": read_only, "strided": strided, "Fortran order": np.asfortranarray}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("order", [ORDER, None], ids=["order", "as they stand"])
def test_memory_layout(engine, form, order):
    expected = trained(engine, RECIPE, X, Y, WEIGHTS, order)
    np.testing.assert_allclose(
        trained(engine, RECIPE, form(X), form(Y), form(WEIGHTS), order), expected, rtol=1e-10, atol=1e-13
    )


@pytest.mark.parametrize("form", [csr_array, csr_matrix])
@pytest.mark.parametrize("order", [ORDER, None], ids=["order", "as they stand"])
def test_sparse_is_dense(engine, form, order):
    expected = trained(engine, RECIPE, X, Y, WEIGHTS, order)
    np.testing.assert_allclose(trained(engine, RECIPE, form(X), Y, WEIGHTS, order), expected, rtol=1e-10, atol=1e-13)
    value, gradient = engine.objective(NETWORK, start(), form(X), Y, WEIGHTS, RECIPE)
    dense_value, dense_gradient = engine.objective(NETWORK, start(), X, Y, WEIGHTS, RECIPE)
    assert value == pytest.approx(dense_value, rel=1e-12)
    np.testing.assert_allclose(gradient.flatten(), dense_gradient.flatten(), atol=1e-13)


def test_the_input_is_left_as_it_was(engine):
    given = X.copy(), Y.copy(), WEIGHTS.copy(), ORDER.copy()
    trained(engine, RECIPE, *given)
    for array, original in zip(given, (X, Y, WEIGHTS, ORDER), strict=True):
        np.testing.assert_array_equal(array, original)


@pytest.mark.parametrize("output", PAIRED)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_float32_stays_float32(engine, optimizer, output):
    network = Network(SIZES, ("gelu", "sigmoid"), output, PAIRED[output])
    recipe = Recipe(optimizer, alpha=0.3, dropout=0.2, max_grad_norm=0.5, loss_floor=1e-7)
    trainer = trainer_of(engine, recipe, network, np.float32)
    data = [array.astype(np.float32) for array in (X, Y, WEIGHTS)]
    epoch_of(trainer, *data)
    arrays = [trainer.snapshot(), *trainer.parameters.arrays()]
    parts = [trainer.slots()] if hasattr(trainer, "slots") else trainer._updates.state()[1]
    arrays += [array for slots in parts for array in slots.values()]
    passed = forward(network, trainer.parameters, data[0])
    value, gradient = engine.objective(network, trainer.parameters, *data, recipe)
    arrays += [*passed.z[1:], *passed.a[1:], *gradient.arrays(), engine.predict(network, trainer.parameters, data[0])]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}
    assert np.isfinite(value)


def test_float32_is_near_float64(engine):
    single = trained(engine, RECIPE, *(array.astype(np.float32) for array in (X, Y, WEIGHTS)), dtype=np.float32)
    np.testing.assert_allclose(single, trained(engine, RECIPE), atol=2e-4)


@pytest.mark.parametrize("block", [1, 4, N_ROWS - 1, N_ROWS, N_ROWS + 1])
@pytest.mark.parametrize("form", [np.asarray, csr_array, read_only, strided])
@pytest.mark.parametrize("pre_activation", [False, True])
def test_prediction_in_blocks(engine, block, form, pre_activation, monkeypatch):
    passed = forward(NETWORK, start(), X)
    monkeypatch.setattr(reference, "BLOCK_ROWS", block)
    predicted = engine.predict(NETWORK, start(), form(X), pre_activation=pre_activation)
    np.testing.assert_allclose(predicted, passed.z[-1] if pre_activation else passed.output, rtol=1e-12)


def test_prediction_of_no_rows_and_of_many(engine):
    assert engine.predict(NETWORK, start(), X[:0]).shape == (0, SIZES[-1])
    many = np.tile(X, (-(-2 * reference.BLOCK_ROWS // N_ROWS), 1))
    assert len(many) > reference.BLOCK_ROWS
    predicted = engine.predict(NETWORK, start(), many)
    np.testing.assert_allclose(predicted, forward(NETWORK, start(), many).output, rtol=1e-12)
