"""`clearprop evaluate`: scikit-learn's measures of the very probabilities that `predict --proba` writes."""

import numpy as np
import pyarrow as pa
import pytest
from sklearn import metrics

from clearprop import load
from clearprop.tables import write_table

from .cases import people

FRESH = people(50, seed=1)


def with_target(table, target, cells):
    return table.set_column(table.column_names.index(target), target, pa.array(cells))


@pytest.fixture
def measured(do, trained, tmp_path):
    """The measures and the predictions of a model on a table."""

    def measured(table, target="kind", model=None, name="fresh.parquet"):
        write_table(table, tmp_path / name)
        model = model or trained[target]
        proba = [] if target == "price" else ["--proba"]
        predictions = do("predict", model, tmp_path / name, *proba).table()
        return do("evaluate", model, tmp_path / name, "--json").json(), predictions

    return measured


def probabilities(predictions):
    p = np.column_stack([column.to_numpy() for column in predictions.columns[1:]]).astype(np.float64)
    return p / p.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("target", ["kind", "size"])
def test_classification_measures_are_those_of_scikit_learn(measured, target):
    measures, predictions = measured(FRESH, target)
    y, p = FRESH[target].to_pylist(), probabilities(predictions)
    assert measures["accuracy"] == metrics.accuracy_score(y, predictions["prediction"].to_pylist())
    assert measures["log_loss"] == pytest.approx(metrics.log_loss(y, p))
    score = p[:, 1] if p.shape[1] == 2 else p
    assert measures["auc"] == pytest.approx(metrics.roc_auc_score(y, score, multi_class="ovr"))
    seen = people()[target].to_pylist()
    commonest = max(sorted(set(seen)), key=seen.count)
    assert measures["majority_class_accuracy"] == np.mean([label == commonest for label in y])
    assert (measures["rows"], measures["rows_dropped"]) == (len(y), 0)


def test_regression_measures_are_those_of_scikit_learn(measured):
    measures, predictions = measured(FRESH, "price")
    y, predicted = FRESH["price"].to_numpy(), predictions["prediction"].to_numpy()
    assert measures["r2"] == pytest.approx(metrics.r2_score(y, predicted))
    assert measures["mean_absolute_error"] == pytest.approx(metrics.mean_absolute_error(y, predicted))
    assert measures["root_mean_squared_error"] == pytest.approx(metrics.root_mean_squared_error(y, predicted))
    baseline = np.full(len(y), people()["price"].to_numpy().mean())
    assert measures["baseline_root_mean_squared_error"] == pytest.approx(metrics.root_mean_squared_error(y, baseline))


def test_rows_without_a_target_are_dropped_and_counted(measured):
    missing = np.arange(FRESH.num_rows) % 7 == 0
    holes = with_target(FRESH, "kind", pa.array(FRESH["kind"].to_numpy(), mask=missing))
    measures, _ = measured(holes)
    whole, _ = measured(FRESH.filter(pa.array(~missing)))
    assert measures == {**whole, "rows_dropped": missing.sum()}


def test_a_class_that_training_did_not_see_is_wrong_and_counted(measured):
    unknown = np.arange(FRESH.num_rows) % 5 == 0
    measures, predictions = measured(with_target(FRESH, "kind", np.where(unknown, "ancient", FRESH["kind"])))
    right = np.array(predictions["prediction"].to_pylist()) == np.array(FRESH["kind"].to_pylist())
    assert measures["accuracy"] == np.mean(right & ~unknown)
    assert measures["rows_of_unknown_class"] == unknown.sum()
    rest, _ = measured(FRESH.filter(pa.array(~unknown)))
    assert measures["log_loss"] == pytest.approx(rest["log_loss"])
    none_known, _ = measured(with_target(FRESH, "kind", ["ancient"] * FRESH.num_rows))
    assert (none_known["accuracy"], none_known["log_loss"], none_known["auc"]) == (0, None, None)


def test_one_row_and_one_class_are_measured_as_far_as_they_can_be(measured):
    measures, predictions = measured(FRESH[:1])
    assert measures["accuracy"] == float(predictions["prediction"][0] == FRESH["kind"][0])
    assert measures["auc"] is None
    assert measures["log_loss"] > 0
    assert measured(FRESH[:1], "price")[0]["r2"] is None


@pytest.mark.parametrize(
    ("as_whole", "as_text"),
    [([3, 7], ["3", "7"]), ([False, True], ["False", "True"]), ([False, True], ["false", "true"]), ([0.5, 1.5],) * 2],
)
@pytest.mark.parametrize("trained_on_text", [False, True])
def test_labels_are_the_same_in_whatever_form_they_come(do, measured, tmp_path, as_whole, as_text, trained_on_text):
    is_old = [int(kind == "old") for kind in FRESH["kind"].to_pylist()]
    forms = [with_target(FRESH, "kind", [labels[code] for code in is_old]) for labels in (as_whole, as_text)]
    write_table(forms[trained_on_text], tmp_path / "t.parquet")
    arguments = ("--task", "classification", "--hidden", "", "--epochs", "20", "--quiet")
    do("train", tmp_path / "t.parquet", "--target", "kind", *arguments)
    assert len(load(tmp_path / "t.clearprop").labels) == 2
    measures = [
        measured(form, model=tmp_path / "t.clearprop", name=f"fresh.{suffix}")[0]
        for form in forms
        for suffix in ("parquet", "csv", "jsonl")
    ]
    assert all(one == measures[0] for one in measures)
    assert measures[0]["rows_of_unknown_class"] == 0


def test_a_person_reads_the_same_numbers(do, trained, table_file):
    measures = do("evaluate", trained["kind"], table_file, "--json").json()
    shown = do("evaluate", trained["kind"], table_file).out
    for name in ("accuracy", "log_loss", "auc", "majority_class_accuracy"):
        assert f"{measures[name]:.4f}" in shown
        assert name.replace("_", " ") in shown


def test_a_table_without_the_target_cannot_be_measured(refused, trained, tmp_path):
    write_table(FRESH.drop_columns(["kind"]), tmp_path / "t.csv")
    refused("evaluate", trained["kind"], tmp_path / "t.csv", says=("t.csv", "no column 'kind'"))


def test_text_is_no_amount(refused, trained, tmp_path):
    write_table(with_target(FRESH, "price", ["much"] * FRESH.num_rows), tmp_path / "t.csv")
    refused("evaluate", trained["price"], tmp_path / "t.csv", says=("t.csv", "'price'", "numbers"))
