"""The range test of learning rates: it rises steadily, repeats, and says what it cannot tell."""

import json

import numpy as np
import pytest

from clearprop import TabularClassifier, TabularRegressor, learning_rate_report
from clearprop.estimators.tabular.learning_rate import _report

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(1000, 3))
Y = X[:, 0] + X[:, 1] > 0.0
MODEL = TabularClassifier("fast", random_state=3)
REPORT = learning_rate_report(MODEL, X, Y, n_epochs=15)


def test_rates_rise_by_the_same_factor_around_the_preset_s() -> None:
    factors = REPORT.rates[1:] / REPORT.rates[:-1]
    np.testing.assert_allclose(factors, factors[0])
    assert factors[0] > 1.0 and len(REPORT.rates) == len(REPORT.losses) == len(REPORT.smoothed)
    assert REPORT.rates[0] < REPORT.preset_rate == 0.04 < REPORT.rates[-1]


def test_the_steepest_descent_lies_between_too_small_and_too_large() -> None:
    assert 1e-3 < REPORT.steepest < REPORT.divergence
    before = REPORT.smoothed[REPORT.rates < REPORT.steepest]
    assert before.min() < REPORT.smoothed[0]
    after = REPORT.smoothed[REPORT.rates >= REPORT.divergence]
    assert after[0] > REPORT.smoothed[0]


def test_the_same_seed_gives_the_same_report_and_the_estimator_stays_as_it_is() -> None:
    again = learning_rate_report(MODEL, X, Y, n_epochs=15)
    np.testing.assert_array_equal(again.losses, REPORT.losses)
    other = learning_rate_report(TabularClassifier("fast", random_state=4), X, Y, n_epochs=15)
    assert (other.losses != REPORT.losses).any()
    assert [name for name in vars(MODEL) if name.endswith("_")] == []


def test_it_is_shown_and_told_as_plain_values() -> None:
    assert f"steepest descent: {REPORT.steepest:.3g}" in str(REPORT)
    plain = json.loads(json.dumps(REPORT.to_dict()))
    assert plain["losses"] == REPORT.losses.tolist() and plain["notes"] == list(REPORT.notes)


def test_a_run_that_is_too_short_says_so() -> None:
    assert not any(note.startswith("Only") for note in REPORT.notes)
    short = learning_rate_report(MODEL, X, Y)
    assert f"Only {len(short.rates)} steps" in str(short)
    promised = int(short.notes[0].split("n_epochs=")[1].split()[0])
    assert not any(note.startswith("Only") for note in learning_rate_report(MODEL, X, Y, n_epochs=promised).notes)


def test_a_range_that_is_too_narrow_says_so() -> None:
    low = learning_rate_report(MODEL, X, Y, n_epochs=13, lowest=1e-7, highest=1e-6)
    assert low.steepest is None and low.divergence is None
    assert "did not fall" in str(low) and "did not rise" in str(low)


def test_what_is_found_in_losses_that_are_known() -> None:
    rates = np.geomspace(1e-4, 1e2, 601)
    log_rates = np.log10(rates)
    losses = 1.0 - 0.8 / (1.0 + np.exp(-6.0 * (log_rates + 1.0))) + np.exp(4.0 * (log_rates - 1.0))
    found = _report(rates, losses, 0.04, (), 1e2)
    assert found.steepest == pytest.approx(0.1, rel=0.2)
    start = float(rates[np.flatnonzero((losses > losses[0]) & (log_rates > 0.0))[0]])
    assert found.divergence == pytest.approx(start, rel=0.2)
    broken = losses[:400].copy()
    broken[-1] = np.nan
    assert _report(rates[:400], broken, 0.04, (), 1e2).divergence == pytest.approx(rates[399], rel=0.5)


def test_amounts_and_weights() -> None:
    model = TabularRegressor("fast", random_state=0)
    plain = learning_rate_report(model, X, 3.0 * X[:, 0], n_epochs=2)
    assert plain.preset_rate == pytest.approx(0.2)
    weighted = learning_rate_report(model, X, 3.0 * X[:, 0], sample_weight=np.linspace(0.1, 9.0, 1000))
    assert (plain.losses != weighted.losses).any()


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(ValueError, match="'preset' parameter"):
        learning_rate_report(TabularClassifier("slow"), X, Y)


@pytest.mark.parametrize("wrong", [{"lowest": 1.0, "highest": 0.1}, {"lowest": 0.0}, {"n_epochs": 0}])
def test_a_mistake_is_one_line(wrong: dict) -> None:
    with pytest.raises(ValueError, match="lowest < highest and n_epochs"):
        learning_rate_report(MODEL, X, Y, **wrong)
