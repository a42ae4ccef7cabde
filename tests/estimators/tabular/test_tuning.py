"""The search for settings: limits that hold, the best that is found, and a search that repeats."""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import log_loss

from clearprop import Preset, TabularClassifier, TabularRegressor, tune
from clearprop.estimators.tabular import tuning
from clearprop.estimators.tabular.cross_validation import splits_of
from clearprop.estimators.tabular.presets import PRESETS, MemberKind
from clearprop.estimators.tabular.tuning import SPACE, Tuned

pytest.importorskip("optuna")

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(200, 3))
Y = np.where(X[:, 0] * X[:, 1] > 0.0, "yes", "no")
SMALL = Preset("one small network", (MemberKind("plain", hidden_layer_sizes=(16,), label_smoothing=0.0),), 1, 9)
SECONDS_AN_EPOCH = 0.05


@pytest.fixture(scope="module")
def found() -> Tuned:
    return tune(X, Y, n_trials=8, preset=SMALL, random_state=0)


def test_the_best_trial_is_the_best_of_those_that_were_trained_longest(found: Tuned) -> None:
    complete = [trial for trial in found.trials if trial.state == "complete"]
    assert len(found.trials) == 8 and complete and found.ended == "All trials are done."
    assert found.best.score == max(trial.score for trial in complete)
    assert all(trial.epochs == 9 for trial in complete)


def test_the_first_trial_is_the_preset_so_that_nothing_is_lost(found: Tuned) -> None:
    assert found.trials[0].settings == {"networks": "preset"} and found.trials[0].state == "complete"
    assert found.best.score >= found.trials[0].score


def test_worse_trials_are_given_up_early(found: Tuned) -> None:
    given_up = [trial for trial in found.trials if trial.state == "given up"]
    assert given_up and all(trial.epochs in (1, 3) for trial in given_up)
    first_round = [trial.score for trial in given_up if trial.epochs == 1]
    assert len(first_round) < len(found.trials)


def test_a_score_is_that_of_rows_that_the_trial_had_not_seen(found: Tuned) -> None:
    seeds = np.random.RandomState(0).randint(2**31 - 1, size=3)
    train, held_out = splits_of(TabularClassifier(), Y, 5, int(seeds[1]))[0]
    model = TabularClassifier(SMALL, n_folds=1, random_state=int(seeds[0])).fit(X[train], Y[train])
    assert found.trials[0].score == pytest.approx(-log_loss(Y[held_out], model.predict_proba(X[held_out])))


def test_the_estimator_has_the_settings_of_the_best_trial(found: Tuned) -> None:
    kind, settings = found.preset.kinds[0], found.best.settings
    assert found.estimator.preset == found.preset and found.on_all_rows
    for name, value in settings.items():
        if name != "networks":
            assert getattr(kind, name) == value
    assert len(found.estimator.held_out_probabilities_) == len(X) and found.estimator.score(X, Y) > 0.5
    again = clone(found.estimator).fit(X, Y)
    np.testing.assert_array_equal(again.predict_proba(X), found.estimator.predict_proba(X))
    assert found.estimator.callbacks is None


@pytest.mark.parametrize("preset", ["fast", "default"])
def test_what_is_found_is_what_is_trained_on_few_rows(preset: str) -> None:
    found = tune(X, Y, n_trials=3, estimator=TabularClassifier(preset, max_epochs=2, n_folds=1), random_state=1)
    assert found.preset.for_few_rows is None
    trained = [group.network.sizes[1:-1] for group in found.estimator.groups_]
    assert trained == [kind.hidden_layer_sizes for kind in found.preset.kinds]


def test_the_same_seed_finds_the_same(found: Tuned) -> None:
    again = tune(X, Y, n_trials=8, preset=SMALL, random_state=0)
    assert again.preset == found.preset
    assert [trial.score for trial in again.trials] == [trial.score for trial in found.trials]


def test_it_is_shown_and_told_as_plain_values(found: Tuned) -> None:
    plain = json.loads(json.dumps(found.to_dict()))
    assert plain["best"] == found.best.number and len(plain["trials"]) == 8
    assert str(found).splitlines()[1].split()[0] == str(found.best.number)


def test_every_setting_is_one_of_a_kind_of_network() -> None:
    for setting in SPACE:
        for preset in PRESETS.values():
            own = getattr(preset.kinds[0], setting.name)
            low, high = (0.0, 1.0) if setting.choices else setting.range(preset.kinds[0])
            assert own in setting.options(preset.kinds[0]).values() if setting.choices else low <= own <= high


def test_amounts_are_told_from_classes_and_other_arguments_are_kept() -> None:
    amounts = tune(X, X[:, 0] * 1.5, n_trials=2, preset=SMALL, random_state=0)
    assert isinstance(amounts.estimator, TabularRegressor) and amounts.scoring == "neg_root_mean_squared_error"
    assert "activation" not in amounts.trials[1].settings  # a regression has its own
    given = TabularClassifier(SMALL, calibrate=False, class_weight="balanced", random_state=7, max_epochs=3)
    table = {"a": X[:, 0].tolist(), "b": X[:, 1].tolist(), "y": Y.tolist()}
    found = tune(table, "y", n_trials=2, estimator=given, scoring="accuracy", sample_weight=np.ones(200))
    kept = found.estimator.get_params()
    assert (kept["calibrate"], kept["class_weight"], kept["random_state"]) == (False, "balanced", 7)
    assert found.preset.max_epochs == 3 and given.preset is SMALL


def slow(epoch: Any) -> None:
    time.sleep(SECONDS_AN_EPOCH)


def test_the_time_limit_holds_for_all_of_it() -> None:
    endless = TabularClassifier(SMALL, max_epochs=60, callbacks=[slow], random_state=0)
    began = time.monotonic()
    found = tune(X, Y, n_trials=1000, timeout=3.0, estimator=endless, random_state=0)
    seconds = time.monotonic() - began
    assert seconds < 8.0 and found.ended == "The time is over." and found.estimator.predict(X).shape == (200,)


def test_no_time_at_all_is_said() -> None:
    endless = TabularClassifier(SMALL, max_epochs=600, callbacks=[slow], random_state=0)
    with pytest.raises(TimeoutError, match="no trial was scored within"):
        tune(X, Y, n_trials=3, timeout=0.2, estimator=endless)


def interrupting(after: int) -> Callable[[Any], None]:
    """A callback that does what Ctrl-C does after so many epochs."""
    told: list[Any] = []

    def callback(epoch: Any) -> None:
        told.append(epoch)
        if len(told) == after:
            raise KeyboardInterrupt

    return callback


def test_an_interrupt_returns_the_best_so_far() -> None:
    model = TabularClassifier(SMALL, callbacks=[interrupting(16)], random_state=0)  # 1 + 3 + 9 epochs of the first
    found = tune(X, Y, n_trials=50, estimator=model, random_state=0)
    assert found.ended == "Interrupted by the user." and not found.on_all_rows
    assert found.best.number == 0 and len(found.trials) < 10
    assert found.estimator.predict(X).shape == (200,)


def test_an_interrupt_of_the_last_training_returns_the_best_so_far() -> None:
    model = TabularClassifier(SMALL, callbacks=[interrupting(15)], random_state=0)  # the trial has 1 + 3 + 9 epochs
    found = tune(X, Y, n_trials=1, estimator=model, random_state=0)
    assert found.ended == "Interrupted by the user." and not found.on_all_rows and len(found.trials) == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"sample_weight": np.ones(7)}, "sample_weight"),
        ({"scoring": ["accuracy", "f1_macro"]}, "one scorer"),
        ({"scoring": "goodness"}, "'goodness'"),
        ({"n_trials": 0}, "n_trials"),
        ({"preset": "slow"}, "preset"),
    ],
)
def test_a_mistake_is_one_line(wrong: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message) as told:
        tune(X, Y, **{"preset": SMALL, **wrong})
    assert "\n" not in str(told.value)


def test_an_interrupt_before_there_is_anything_is_one() -> None:
    with pytest.raises(KeyboardInterrupt):
        tune(X, Y, estimator=TabularClassifier(SMALL, callbacks=[interrupting(1)]))


def test_without_optuna_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ImportError, match=r'pip install "clearprop\[tune\]"'):
        tune(X, Y)


def test_a_trial_that_diverges_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    wild = tuple(
        s if s.name != "learning_rate" else tuning.Setting("learning_rate", low=1e30, high=1e35, log=True)
        for s in SPACE
    )
    monkeypatch.setattr(tuning, "SPACE", wild)
    found = tune(X, Y, n_trials=3, preset=SMALL, random_state=0)
    assert found.best.number == 0 and {trial.state for trial in found.trials[1:]} == {"diverged"}
