"""Several trainers in one call: each goes on as it would by itself, whatever the others do."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from clearprop.engines import EpochCall, Recipe
from clearprop.mathematics.network import Network

from .cases import BATCH_SIZE, NETWORK, ORDER, RATES, SIZES, WEIGHTS, X, Y, start

FIELDS = ("loss", "gradient_norms", "delta_norms", "diverged_at")
OTHER_NETWORK = Network((SIZES[0], 4, SIZES[-1]))


def call(engine, network=NETWORK, recipe=None, dtype=np.float64, X=X, weights=WEIGHTS, order=ORDER, size=BATCH_SIZE):
    """Prepare an epoch of a new trainer."""
    trainer = engine.trainer(network, start(network, dtype), recipe or Recipe())
    n = len(Y) if order is None else len(order)
    rates = RATES if n > 20 and size == BATCH_SIZE else np.full(-(-n // size), 0.05)
    given = None if weights is None else weights.astype(dtype)
    return EpochCall(trainer, X.astype(dtype), Y.astype(dtype), given, order, size, rates)


def several(engine, k):
    """k epochs that have little in common."""
    kinds = (
        {},
        {"recipe": Recipe("momentum"), "order": ORDER[::-1].copy()},
        {"network": OTHER_NETWORK, "weights": None},
        {"recipe": Recipe(dropout=0.3, dropout_seed=5), "order": None},
        {"order": ORDER[:13], "size": 4},
        {"recipe": Recipe("adamw", max_grad_norm=0.1), "X": csr_array(X)},
    )
    return [call(engine, **kinds[i % len(kinds)]) for i in range(k)]


def check_same(mine, alone):
    for field in FIELDS:
        np.testing.assert_array_equal(getattr(mine, field), getattr(alone, field))


@pytest.mark.parametrize("k", [1, 2, 3, 6, 17])
def test_each_is_as_it_would_be_alone(engine, k):
    together, alone = several(engine, k), several(engine, k)
    for _ in range(3):
        results = engine.epochs(together)
        assert len(results) == k
        for result, one in zip(results, alone, strict=True):
            check_same(result, one.run())
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_array_equal(one.trainer.snapshot(), other.trainer.snapshot())
    if k > 1:
        assert not np.array_equal(together[0].trainer.snapshot(), together[1].trainer.snapshot())


def test_single_precision(engine):
    together, alone = ([call(engine, dtype=np.float32, order=order) for order in (ORDER, None)] for _ in range(2))
    for result, one in zip(engine.epochs(together), alone, strict=True):
        check_same(result, one.run())
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_array_equal(one.trainer.snapshot(), other.trainer.snapshot())


@pytest.mark.parametrize("which", [0, 1, 2])
def test_one_that_diverges_leaves_the_others_alone(engine, which):
    bad = X.copy()
    bad[ORDER[2 * BATCH_SIZE]] = np.inf  # in the third batch
    together = [call(engine, X=bad if i == which else X) for i in range(3)]
    results, expected = engine.epochs(together), call(engine)
    check_same(results[which - 1], expected.run())
    assert [result.diverged_at for result in results] == [3 if i == which else None for i in range(3)]
    for i in range(3):
        same = np.array_equal(together[i].trainer.snapshot(), expected.trainer.snapshot())
        assert same is (i != which)
        assert np.isfinite(together[i].trainer.snapshot()).all()


def test_none_at_all(engine):
    assert list(engine.epochs([])) == []


@pytest.mark.parametrize("weights", [WEIGHTS, None], ids=["weights", "no weights"])
def test_rows_that_the_order_leaves_out_are_never_looked_at(engine, weights):
    kept = ORDER[:13]
    spoiled_X, spoiled_Y = X.copy(), Y.copy()
    spoiled_X[ORDER[13:]], spoiled_Y[ORDER[13:]] = np.nan, np.nan
    few = engine.trainer(NETWORK, start(), Recipe())
    part = engine.trainer(NETWORK, start(), Recipe())
    rates = np.full(4, 0.1)
    result = part.epoch(spoiled_X, spoiled_Y, weights, kept, 4, rates)
    alone = few.epoch(X[kept], Y[kept], None if weights is None else weights[kept], None, 4, rates)
    np.testing.assert_allclose(part.snapshot(), few.snapshot(), rtol=1e-12)
    for field in FIELDS[:3]:
        np.testing.assert_allclose(getattr(result, field), getattr(alone, field), rtol=1e-12)
    assert result.diverged_at is None
    assert not np.allclose(few.snapshot(), call(engine).trainer.snapshot())
