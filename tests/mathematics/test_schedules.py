"""Each schedule is the factor that its formula says, between 0 and 1, at every step."""

from collections.abc import Callable
from math import cos, floor, log2, pi

import numpy as np
import pytest
from sklearn.neural_network._stochastic_optimizers import SGDOptimizer

from clearprop.mathematics.schedules import SCHEDULES, learning_rates

N_STEPS = 240
STEPS = np.arange(N_STEPS)
ROWS_SEEN = 99


def half_cosine(share: float) -> float:
    return (1 + cos(pi * share)) / 2


def one_cycle(p: float) -> float:
    low, last = 1 / 25, 1 / 250_000
    if p < 0.3:
        return low + (1 - low) * (1 - half_cosine(p / 0.3))
    return last + (1 - last) * half_cosine((p - 0.3) / 0.7)


BY_HAND: dict[str, Callable[[float], float]] = {
    "constant": lambda p: 1.0,
    "inverse_scaling": lambda p: (ROWS_SEEN + 1) ** -0.5,
    "step": lambda p: 0.1 ** floor(3 * p),
    "cosine": half_cosine,
    "warmup_cosine": lambda p: p / 0.05 if p < 0.05 else half_cosine((p - 0.05) / 0.95),
    "one_cycle": one_cycle,
    "flat_then_cosine": lambda p: 1.0 if p < 0.5 else half_cosine((p - 0.5) / 0.5),
    "coslog4": lambda p: (1 - cos(2 * pi * log2(1 + 15 * p))) / 2,
}
EXTREMES = {
    "warmup_cosine": [{"warmup": 0.0}, {"warmup": 1.0}],
    "one_cycle": [{"warmup": 0.0}, {"warmup": 1.0}],
    "flat_then_cosine": [{"flat": 0.0}, {"flat": 1.0}],
    "inverse_scaling": [{"power": 0.0}, {"power": 2.0}],
    "step": [{"pieces": 1}, {"pieces": 7}],
}
each = pytest.mark.parametrize("name", SCHEDULES)


def factors(name: str, n_steps: int = N_STEPS, **numbers: float) -> np.ndarray:
    return learning_rates(name, 1.0, np.arange(n_steps), n_steps, ROWS_SEEN, numbers)


@each
def test_follows_its_formula(name: str) -> None:
    np.testing.assert_allclose(factors(name), [BY_HAND[name](t / N_STEPS) for t in STEPS], rtol=1e-12, atol=1e-15)


@each
@pytest.mark.parametrize("n_steps", [1, 2, 7, 1000])
def test_is_a_share_of_the_initial_rate(name: str, n_steps: int) -> None:
    for numbers in ({}, *EXTREMES.get(name, [])):
        found = factors(name, n_steps, **numbers)
        assert np.isfinite(found).all()
        assert found.min() >= 0.0
        assert found.max() <= 1.0 + 1e-15


@each
def test_many_steps_at_once_equal_one_at_a_time(name: str) -> None:
    together = learning_rates(name, 0.3, STEPS, N_STEPS, ROWS_SEEN)
    alone = [learning_rates(name, 0.3, np.array([t]), N_STEPS, ROWS_SEEN)[0] for t in STEPS]
    assert together.dtype == np.float64
    np.testing.assert_allclose(together, alone, rtol=1e-14)


@each
def test_scales_with_the_initial_rate(name: str) -> None:
    np.testing.assert_allclose(learning_rates(name, 0.3, STEPS, N_STEPS, ROWS_SEEN), 0.3 * factors(name), rtol=1e-14)


def test_constant_is_exact() -> None:
    assert (learning_rates("constant", 0.1, STEPS, N_STEPS) == 0.1).all()


@pytest.mark.parametrize(
    ("name", "start"), [("cosine", 1.0), ("flat_then_cosine", 1.0), ("step", 1.0), ("coslog4", 0.0)]
)
def test_starts(name: str, start: float) -> None:
    assert factors(name)[0] == start


@pytest.mark.parametrize("name", ["cosine", "warmup_cosine", "one_cycle", "flat_then_cosine", "coslog4"])
def test_ends_near_nothing(name: str) -> None:
    assert factors(name, 10_000)[-1] < 1e-4


@pytest.mark.parametrize(("name", "warmup"), [("warmup_cosine", 0.05), ("one_cycle", 0.3)])
def test_rises_to_the_whole_rate_and_falls(name: str, warmup: float) -> None:
    found, top = factors(name, 1000), round(1000 * warmup)
    assert found[top] == found.max() == 1.0
    assert (np.diff(found[: top + 1]) > 0).all()
    assert (np.diff(found[top:]) < 0).all()


def test_no_warmup_is_plain_cosine() -> None:
    for name, number in (("warmup_cosine", "warmup"), ("flat_then_cosine", "flat")):
        assert np.array_equal(factors(name, **{number: 0.0}), factors("cosine"))


@pytest.mark.parametrize("pieces", [2, 3, 5, 10])
def test_steps_are_of_equal_length(pieces: int) -> None:
    found = factors("step", pieces * 40, pieces=pieces, ratio=0.5)
    assert np.array_equal(found, np.repeat(0.5 ** np.arange(pieces), 40))


def test_coslog4_has_four_hills() -> None:
    slopes = np.sign(np.diff(factors("coslog4", 10_000)))
    assert np.sum(np.diff(slopes) < 0) == 4


@pytest.mark.parametrize("power", [0.5, 0.3])
@pytest.mark.parametrize("rows_seen", [0, 150, 30_000])
def test_inverse_scaling_is_scikit_learn_s(rows_seen: int, power: float) -> None:
    optimizer = SGDOptimizer([], 0.2, lr_schedule="invscaling", power_t=power)
    optimizer.iteration_ends(rows_seen)
    found = learning_rates("invscaling", 0.2, STEPS, N_STEPS, rows_seen, {"power": power})
    np.testing.assert_allclose(found, optimizer.learning_rate, rtol=1e-14)


def test_an_unknown_schedule_is_told_the_schedules() -> None:
    with pytest.raises(ValueError, match="schedule: 'linear' is unknown") as error:
        learning_rates("linear", 0.1, STEPS, N_STEPS)
    assert all(name in str(error.value) for name in SCHEDULES)
