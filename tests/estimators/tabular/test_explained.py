"""The networks of tabular estimators are worked out and checked like any other, on the rows of a person's table."""

import numpy as np
import pandas as pd
import pytest

import clearprop
from clearprop import TabularClassifier, TabularRegressor
from clearprop.estimators.tabular.decision import Decision
from clearprop.estimators.tabular.presets import MemberKind, Preset

RANDOM = np.random.default_rng(0)
TABLE = pd.DataFrame(
    {
        "age": np.where(RANDOM.random(300) < 0.1, np.nan, RANDOM.normal(40, 12, 300).round(1)),
        "rooms": RANDOM.integers(1, 6, 300),
        "garden": RANDOM.random(300) < 0.5,
        "city": RANDOM.choice([f"city {i}" for i in range(12)], 300),
        "colour": RANDOM.choice(["blue", "green", "red"], 300),
    }
)
TARGETS = {"classes": np.array(["a", "b", "c"])[TABLE["rooms"] % 3], "amounts": TABLE["rooms"] * 2.5 + TABLE["garden"]}
ONE = MemberKind("bins_and_periodic", embeds_values=True, hidden_layer_sizes=(6, 5), label_smoothing=0.0)


@pytest.fixture(scope="module", params=TARGETS)
def fitted(request):
    """An estimator of one small network with every kind of input layer, and its targets."""
    y = np.asarray(TARGETS[request.param])
    kind = TabularClassifier if request.param == "classes" else TabularRegressor
    return kind(Preset("one small network", (ONE,), 1, 4), random_state=0).fit(TABLE, y), y


def test_the_numbers_that_are_worked_out_are_those_that_predict(fitted):
    model, y = fitted
    step = model.work(TABLE.iloc[:4], y[:4], learning_rate=1e-3)
    output = step.passed.a[step.network.n_layers]
    if isinstance(model, TabularClassifier):
        assert model.decision_ != Decision()
        np.testing.assert_allclose(
            model.decision_.probabilities(output), model.predict_proba(TABLE.iloc[:4]), rtol=1e-4
        )
    else:
        np.testing.assert_allclose(model.target_scale_.amounts(output), model.predict(TABLE.iloc[:4]), rtol=1e-4)
    assert step.loss_after < step.loss_before
    assert "age" in str(step)


def test_every_column_of_x_has_its_name(fitted):
    (group,) = fitted[0].groups_
    names = fitted[0]._input_names(group)
    X = group.inputs.apply(*[getattr(fitted[0].reader_.transform(TABLE), name) for name in ("numbers", "codes")])
    columns = dict(zip(names, X.T, strict=True))
    assert len(columns) == len(names) == group.network.n_columns
    np.testing.assert_array_equal(columns["age is missing"] > columns["age is missing"].min(), TABLE["age"].isna())
    for colour in ("blue", "green", "red"):
        right = columns[f"colour={colour}"] == columns[f"colour={colour}"].max()
        np.testing.assert_array_equal(right, TABLE["colour"] == colour)
    assert {"age", "rooms", "city (code)", "rooms (value)"} <= set(names)
    assert ("age (bins)" in names) == bool(group.inputs.edges[0])


def test_what_the_model_predicts_is_taken_where_there_is_no_target(fitted):
    model, _ = fitted
    rows = TABLE.iloc[5:7]
    np.testing.assert_array_equal(clearprop.work(model, rows).Y, clearprop.work(model, rows, model.predict(rows)).Y)


def test_every_gradient_is_right(fitted):
    model, y = fitted
    check = clearprop.check_gradient(model, TABLE.iloc[:5], y[:5])
    assert check.passed
    assert check.source == f"{type(model).__name__}, a network {model.groups_[0].name}"
    names = {row.name for row in check.rows}
    assert len(names) == len(list(model.groups_[0].parameters[0].arrays()))
    assert model.check_gradient().passed


def test_wrong_targets_are_told(fitted):
    model, y = fitted
    with pytest.raises(ValueError, match="the rows X of these targets are needed too"):
        model.check_gradient(None, y)
    if isinstance(model, TabularClassifier):
        with pytest.raises(ValueError, match="y: 'z' is not a class of the model: a, b, c"):
            model.work(TABLE.iloc[:1], ["z"])


def test_the_kind_that_counts_most_is_explained_though_its_networks_are_a_group_each():
    kinds = tuple(MemberKind(numbers, hidden_layer_sizes=(4,)) for numbers in ("plain", "bins"))
    model = TabularClassifier(Preset("two kinds", kinds, 2, 1), random_state=0).fit(TABLE, TARGETS["classes"])
    plain, *bins = model.groups_
    assert len(bins) > 2 and all("bins" in group.name for group in bins)
    plain.share = 0.4
    for group in bins:
        group.share = 0.6 / len(bins)
    assert "bins" in model.fitted_table().main_group.name
    plain.share = 0.7
    assert "bins" not in model.fitted_table().main_group.name
