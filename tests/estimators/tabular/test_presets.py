"""The table of presets: what is trained for how many rows."""

from dataclasses import replace

import pytest

from clearprop.estimators.tabular.presets import FEW_ROWS, PRESETS, MemberKind, Preset

PLENTY = Preset("for many rows", (MemberKind(),), n_folds=4, for_few_rows=Preset("for few", (MemberKind("bins"),), 3))


def test_few_rows_have_networks_of_their_own() -> None:
    assert PLENTY.for_rows(FEW_ROWS) == replace(PLENTY, for_few_rows=None)
    assert PLENTY.for_rows(FEW_ROWS - 1).summary == "for few"
    assert PLENTY.for_few_rows is not None and PLENTY.for_few_rows.for_rows(10) == PLENTY.for_few_rows


def test_very_few_rows_may_have_networks_of_their_own_again() -> None:
    very_few = Preset("for very few", (MemberKind("plain"),), 2)
    few = replace(PLENTY.for_few_rows, for_few_rows=very_few, few_rows=100)
    nested = replace(PLENTY, for_few_rows=few)
    summaries = [nested.for_rows(n_rows).summary for n_rows in (99, 100, FEW_ROWS - 1, FEW_ROWS)]
    assert summaries == ["for very few", "for few", "for few", "for many rows"]
    assert all(nested.for_rows(n_rows).for_few_rows is None for n_rows in (99, 100, FEW_ROWS))
    assert all(nested.asked(n_folds=5).for_rows(n_rows).n_folds == 5 for n_rows in (99, 100, FEW_ROWS))


def test_what_is_asked_for_counts_for_few_rows_too() -> None:
    asked = PLENTY.asked(n_folds=2, max_epochs=7)
    for n_rows in (10, FEW_ROWS):
        preset = asked.for_rows(n_rows)
        assert (preset.n_folds, preset.max_epochs) == (2, 7)
    assert PLENTY.asked().for_rows(10).n_folds == 3


def test_amounts_have_the_same_choice() -> None:
    amounts = PLENTY.for_amounts()
    for n_rows in (10, FEW_ROWS):
        found, given = amounts.for_rows(n_rows).kinds[0], PLENTY.for_rows(n_rows).kinds[0]
        assert (found.activation, found.label_smoothing) == ("mish", 0.0) and found.numbers == given.numbers


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_has_a_network_for_two_rows_and_for_many(name: str) -> None:
    for n_rows in (2, FEW_ROWS, 1_000_000):
        preset = PRESETS[name].for_rows(n_rows)
        assert preset.kinds and preset.n_members(n_rows) >= 1
        assert all(1 <= kind.rows_a_step(n_rows) <= n_rows for kind in preset.kinds)


def test_several_networks_for_few_rows_and_one_for_many_is_what_fast_means() -> None:
    fast = PRESETS["fast"]
    for n_rows, n_networks in ((800, 6), (4000, 8)):
        assert fast.for_rows(n_rows).n_members(n_rows) == n_networks and len(fast.for_rows(n_rows).kinds) == 1
    assert fast.for_rows(FEW_ROWS).n_members(FEW_ROWS) == 1 and len(fast.kinds) == 2


def test_best_has_all_kinds_of_default_and_more_networks_of_each() -> None:
    for n_rows in (800, 4000):
        default, best = (PRESETS[name].for_rows(n_rows) for name in ("default", "best"))
        assert set(default.kinds) <= set(best.kinds) and best.n_members(n_rows) > default.n_members(n_rows)
