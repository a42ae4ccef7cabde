"""`TableModel`: raw tables in, labels or amounts out, whatever library, size, type or order they come in."""

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from clearprop.engines import ENGINES
from clearprop.estimators.own_network import DEFAULTS
from clearprop.estimators.table_model import TableModel
from clearprop.tables import Schema, TableError, looks_continuous
from cli.cases import people

SHORT = {"hidden_layer_sizes": (6,), "max_iter": 5}
FRESH = people(40, seed=1)
LEARN = {"hidden_layer_sizes": (), "solver": "lbfgs", "alpha": 0.0}


def fit(table, target, **arguments):
    return TableModel.fit(table, target, **{**SHORT, **arguments})


#: A network of one's own, and those of a preset.
WAYS = {"own": SHORT, "preset": {"preset": "default", "max_epochs": 2, "n_folds": 1}}


def output(model, table):
    return model.predict(table).to_numpy() if model.labels is None else model.predict_proba(table)


def two_classes(labels, n=40):
    """A table whose column x tells which of two labels a row has."""
    codes = np.arange(n) % 2
    return {"x": (codes + 0.1 * np.sin(np.arange(n))).tolist(), "y": [labels[code] for code in codes]}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("target", ["kind", "size", "price"])
def test_every_library_gives_the_same_model_and_predictions(target, way):
    forms = {
        "pandas": lambda table: table.to_pandas(),
        "polars": lambda table: pl.DataFrame(pl.from_arrow(table)),
        "dict": lambda table: table.to_pydict(),
        "batch": lambda table: table.combine_chunks().to_batches()[0],
    }
    expected = output(TableModel.fit(people(), target, **WAYS[way]), FRESH)
    for name, form in forms.items():
        model = TableModel.fit(form(people()), target, **WAYS[way])
        for other in forms.values():
            np.testing.assert_array_equal(output(model, other(FRESH)), expected, err_msg=name)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("target", ["kind", "size", "price"])
def test_predictions_do_not_depend_on_the_order_or_the_chunks_of_rows(target, way):
    model = TableModel.fit(people(), target, **WAYS[way])
    expected = output(model, FRESH)
    order = np.random.RandomState(2).permutation(FRESH.num_rows)
    np.testing.assert_allclose(output(model, FRESH.take(pa.array(order))), expected[order], rtol=1e-5)
    chunks = pa.concat_tables([FRESH[:1], FRESH[1:1], FRESH[1:17], FRESH[17:]])
    np.testing.assert_array_equal(output(model, chunks), expected)
    one_by_one = np.concatenate([output(model, FRESH[j : j + 1]) for j in range(FRESH.num_rows)])
    np.testing.assert_allclose(one_by_one, expected, rtol=1e-5)


@pytest.mark.parametrize("way", WAYS)
def test_the_model_does_not_depend_on_the_chunks_of_the_table(way):
    chunks = pa.concat_tables([people()[:30], people()[30:31], people()[31:]])
    one, other = (TableModel.fit(table, "size", **WAYS[way]) for table in (chunks, people()))
    np.testing.assert_array_equal(output(one, FRESH), output(other, FRESH))


@pytest.mark.parametrize("n", range(3, 21))
@pytest.mark.parametrize("target", ["kind", "price"])
def test_tiny_tables_train(n, target):
    table = two_classes(["a", "b"], n) if target == "kind" else {"x": list(range(n)), "y": [0.5 * j for j in range(n)]}
    model = fit(table, "y")
    assert np.isfinite(output(model, table)).all()
    held_out = model.record["held_out_score"] is not None
    assert held_out == (int(n * 0.1) >= 2)
    assert held_out == model.estimator.early_stopping
    assert model.record["rows"] == n


def test_early_stopping_needs_enough_rows_and_no_class_of_one():
    assert fit(two_classes("ab", 40), "y").record["held_out_score"] == "neg_log_loss"
    assert fit(people(), "price").record["held_out_score"] == "r2"
    assert fit(two_classes("ab", 40), "y", scoring="roc_auc").record["held_out_score"] == "roc_auc"
    assert fit(two_classes("ab", 40), "y", solver="lbfgs").record["held_out_score"] is None
    assert fit(two_classes("ab", 40), "y", validation_fraction=0.02).record["held_out_score"] is None


def test_a_class_of_one_row_is_learned():
    table = two_classes(["a", "b"], 40)
    rare = {"x": [*table["x"], 9.0], "y": [*table["y"], "rare"]}
    model = fit(rare, "y", **LEARN)
    assert model.labels == ["a", "b", "rare"]
    assert model.predict({"x": [9.0, 0.0, 1.0]}).to_pylist() == ["rare", "a", "b"]


@pytest.mark.parametrize(
    "labels",
    [["no", "yes"], ["yes", "no"], [3, -1], [False, True], [True, False], ["10", "9"], ["größer", "[b]"], [2.0, 1.0]],
)
def test_labels_keep_their_type_and_are_sorted(labels):
    table = two_classes(labels)
    model = fit(table, "y", task="classification", **LEARN)
    assert model.labels == sorted(labels)
    predicted = model.predict(table).to_pylist()
    assert predicted == table["y"]
    # Whole floats are what missing cells make of integers.
    kind = int if isinstance(labels[0], float) else type(labels[0])
    assert {type(label) for label in predicted} == {kind}
    p, names = model.predict_proba(table), model.predict_table(table, probabilities=True).column_names
    assert [model.labels[j] for j in p.argmax(axis=1)] == predicted
    assert names == ["prediction", *(f"probability_{label}" for label in model.labels)]


@pytest.mark.parametrize(("centre", "scale"), [(0.0, 1.0), (1e9, 3.0), (-5.0, 1e-4), (2.0, 1e8)])
def test_amounts_keep_their_scale(centre, scale):
    x = np.linspace(-1, 1, 41)
    table = {"x": x, "y": centre + scale * x}
    model = fit(table, "y", task="regression", **LEARN)
    error = model.predict(table).to_numpy() - table["y"]
    assert np.abs(error).max() < 1e-3 * scale
    assert (model.networks.centre, model.networks.scale) == (
        pytest.approx(np.mean(table["y"])),
        pytest.approx(np.std(table["y"])),
    )


@pytest.mark.parametrize(
    "values", [[0.5, 1.5], [1, 2], [1.0, 2.0], list(range(51)), list(range(50)), ["a", "b"], [True, False]]
)
def test_the_task_is_told_by_the_target(values):
    table = {"x": list(range(2 * len(values))), "y": values * 2}
    is_amount = looks_continuous(pa.array(table["y"]))
    model = fit(table, "y", max_iter=1)
    assert model.task == ("regression" if is_amount else "classification")
    assert (model.labels is None) == is_amount
    assert fit(table, "y", max_iter=1, task="classification").task == "classification"


def test_a_task_that_does_not_fit_is_refused():
    with pytest.raises(TableError, match="regression needs numbers"):
        fit(people(), "kind", task="regression")
    with pytest.raises(ValueError, match="guess"):
        fit(people(), "kind", task="guess")
    with pytest.raises(TableError, match="probabilities are for classes"):
        fit(people(), "price").predict_proba(FRESH)


def test_the_record_says_what_happened():
    said = []
    model = fit(people(), "kind", source="people.csv", say=said.append)
    record, history = model.record, model.estimator.history_
    assert record["source"] == "people.csv"
    assert (record["epochs"], record["best_epoch"]) == (len(history), history.best_epoch)
    assert record["best_held_out_score"] == max(history["score"])
    assert record["features"] == model.encoder.transform(people()).shape[1] == model.estimator.n_features_in_
    assert record["commonest_class"] in model.labels
    assert record["engine"] in ENGINES
    assert record["seconds"] >= history["seconds"].sum()
    assert "80 rows" in said[0]
    assert [line.strip() for line in said[1:]] == model.encoder.notes


def test_the_record_of_a_preset_says_what_happened():
    said, seen = [], []
    model = TableModel.fit(people(), "kind", source="a.csv", say=said.append, callbacks=[seen.append], **WAYS["preset"])
    record, groups = model.record, model.estimator.groups_
    assert (record["preset"], record["epochs"], record["best_epoch"]) == ("default", 2, None)
    held_out = model.estimator.held_out_probabilities_
    there = ~np.isnan(held_out[:, 0])
    codes = np.searchsorted(model.labels, people()["kind"].to_numpy())
    cost = -np.log(held_out[there, codes[there]]).mean()
    assert (record["held_out_score"], record["best_held_out_score"]) == ("log loss", pytest.approx(cost))
    # The epochs of all kinds are counted as of one training.
    assert [epoch.epoch for epoch in seen] == list(range(1, 2 * len(groups) + 1))
    assert {epoch.n_epochs for epoch in seen} == {2 * len(groups)}
    assert "80 rows" in said[0]
    assert [line.strip() for line in said[1:]] == model.encoder.notes
    assert f"{len(model.networks.kinds())} kinds" in model.summary()
    assert f"{cost:.4f}" in model.summary()


def test_a_callback_ends_the_training_of_all_kinds():
    seen = []
    model = TableModel.fit(
        people(), "kind", n_folds=1, callbacks=[lambda epoch: seen.append(epoch.epoch) or len(seen) == 2]
    )
    assert (seen, model.record["epochs"], len(model.estimator.groups_)) == ([1, 2], 2, 1)
    assert model.record["stopped_because"] == "A callback asked for it."
    assert sum(group.share for group in model.estimator.groups_) == pytest.approx(1.0)


def test_arguments_of_a_preset_and_of_a_network_exclude_each_other():
    with pytest.raises(ValueError, match="'preset' parameter of TableModel is for the networks of a preset"):
        TableModel.fit(people(), "kind", preset="fast", dropout=0.1)


def test_costs_name_the_classes_of_the_table():
    costs = {("old", "young"): 9.0, ("young", "old"): 1.0}
    model = TableModel.fit(people(), "kind", decision=costs, **WAYS["preset"])
    assert model.estimator.decision_threshold_ == pytest.approx(0.9)
    p, predicted = model.predict_proba(FRESH), model.predict(FRESH).to_pylist()
    assert [("old", "young")[int(second >= 0.9)] for second in p[:, 1]] == predicted
    right = np.mean([a == b for a, b in zip(predicted, FRESH["kind"].to_pylist(), strict=True)])
    assert model.evaluate(FRESH)["accuracy"] == pytest.approx(right)
    with pytest.raises(ValueError, match="'ancient' is not a class of 'kind': old, young"):
        TableModel.fit(people(), "kind", decision={("ancient", "young"): 2.0}, **WAYS["preset"])


def test_a_schema_of_the_whole_table_may_name_the_target():
    table = people()
    given = Schema.of_kinds({**Schema.infer(table).kinds, "age": "dropped"})
    model = TableModel.fit(table, "kind", schema=given, **WAYS["preset"])
    assert model.encoder.schema.kinds["age"] == "dropped"
    assert "kind" not in model.encoder.schema.kinds
    np.testing.assert_array_equal(
        model.predict_proba(table), model.predict_proba(table.set_column(0, "age", pa.array([1] * 80)))
    )


def test_arguments_take_the_place_of_defaults():
    defaults = TableModel.fit(people()[:20], "kind", max_iter=1).estimator.get_params()
    changed = {name for name, value in DEFAULTS.items() if defaults[name] != value}
    assert changed <= {"max_iter", "early_stopping"}
    assert fit(people(), "kind", dropout=0.0, random_state=3).estimator.random_state == 3


def test_same_seed_same_model():
    outputs = [output(fit(people(), "size", random_state=seed), FRESH) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(outputs[0], outputs[1])
    assert not np.array_equal(outputs[0], outputs[2])


def test_a_callback_may_end_the_training():
    epochs = []
    model = fit(people(), "kind", callbacks=[lambda epoch: epochs.append(epoch.epoch) or len(epochs) == 2])
    assert (model.record["epochs"], epochs) == (2, [1, 2])


def test_missing_targets_are_dropped_and_counted():
    table = two_classes(["a", "b"], 40)
    holes = {**table, "y": [None if j % 5 == 0 else label for j, label in enumerate(table["y"])]}
    model = fit(holes, "y")
    assert (model.record["rows"], model.record["rows_dropped"]) == (32, 8)
    assert model.evaluate(holes)["rows_dropped"] == 8


def test_a_table_without_rows_is_refused():
    model = fit(people(), "kind")
    with pytest.raises(TableError, match="no rows"):
        model.predict(FRESH[:0])
    with pytest.raises(TableError, match=r"no rows|no value"):
        fit(people()[:0], "kind")


@pytest.mark.parametrize("arguments", [{"preset": "fast", "max_epochs": 1}, {"max_iter": 2}], ids=["preset", "own"])
def test_columns_that_were_added_since_change_nothing(arguments):
    table = people()
    model = TableModel.fit(table, "kind", **arguments)
    wider = table.append_column("added", table["price"])
    before, after = (model.network_on_rows(rows) for rows in (table, wider))
    np.testing.assert_array_equal(before.X, after.X)
    np.testing.assert_array_equal(before.Y, after.Y)
    assert after.input_names == before.input_names
    with pytest.raises(TableError, match="column 'age' is missing"):
        model.network_on_rows(wider.drop_columns(["age"]))
