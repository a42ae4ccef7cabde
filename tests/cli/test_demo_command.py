"""`clearprop demo`: the whole path on real data, in seconds with the quickest preset."""

import time

import pyarrow.compute as pc
import pytest

from clearprop.tables import read_table
from clearprop.tables.adult import adult


@pytest.mark.slow
def test_the_demo_is_good_quick_and_leaves_model_and_predictions(do, tmp_path):
    began = time.perf_counter()
    said = do("demo", "--folder", tmp_path / "demo", "--preset", "fast", "--json")
    assert time.perf_counter() - began < 60
    measures = said.json()
    assert said.err == ""
    training, test = adult()
    counts = pc.value_counts(training["target"]).to_pylist()
    commonest = max(counts, key=lambda entry: entry["counts"])["values"]
    baseline = pc.mean(pc.cast(pc.equal(test["target"], commonest), "int64")).as_py()
    assert measures["majority_class_accuracy"] == pytest.approx(baseline)
    assert measures["accuracy"] >= 0.87 > baseline
    assert measures["auc"] >= 0.925
    predicted = read_table(measures["predictions"])
    right = pc.mean(pc.cast(pc.equal(predicted["prediction"], test["target"]), "int64")).as_py()
    assert right == pytest.approx(measures["accuracy"])
    info = do("info", measures["model"], "--json").json()
    assert (info["training"]["rows"], measures["rows"]) == (training.num_rows, test.num_rows)
    assert {path.name for path in (tmp_path / "demo").iterdir()} == {
        "adult.clearprop",
        "adult-predictions.csv",
        "adult-report.html",
    }
    assert len((tmp_path / "demo" / "adult-report.html").read_bytes()) < 2e6
