"""`clearprop train`: any form of a table gives the same model, and says what it does where it is asked to."""

import json

import numpy as np
import pyarrow as pa
import pytest
from safetensors import safe_open

from clearprop import load
from clearprop.cli.progress import training_progress
from clearprop.estimators.own_network import DEFAULTS
from clearprop.tables import read_table, write_table
from clearprop.training import Epoch

from .cases import FAST, FORMS, people


def without_seconds(value):
    if isinstance(value, dict):
        return {key: without_seconds(item) for key, item in value.items() if key != "seconds"}
    return [without_seconds(item) for item in value] if isinstance(value, list) else value


def contents(path):
    """All of a model file but the times in it."""
    with safe_open(path, framework="numpy") as file:
        tensors = {name: file.get_tensor(name).tolist() for name in file.keys()}  # noqa: SIM118
        return tensors, without_seconds(json.loads(file.metadata()["clearprop"]))


@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_a_table_trains_and_predicts_the_same(do, trained, tmp_path, name):
    FORMS[name](people(), tmp_path / name)
    do("train", tmp_path / name, "--target", "size", "--quiet", *FAST)
    model = tmp_path / f"{name.split('.')[0]}.clearprop"
    write_table(people(), tmp_path / "same.parquet")
    expected = do("predict", trained["size"], tmp_path / "same.parquet", "--proba").out
    assert do("predict", model, tmp_path / name, "--proba").out == expected


@pytest.mark.parametrize(
    ("name", "model"),
    [("a.csv", "a.clearprop"), ("a.csv.gz", "a.clearprop"), ("a.b.csv", "a.b.clearprop"), ("a.jsonl", "a.clearprop")],
)
def test_the_model_is_named_after_the_file(do, tmp_path, name, model):
    write_table(people(), tmp_path / name)
    said = do("train", tmp_path / name, "--target", "kind", *FAST)
    assert {path.name for path in tmp_path.iterdir()} == {name, model}
    assert said.out.splitlines()[-1] == f"Saved {tmp_path / model}"


def test_quiet_prints_nothing(do, table_file):
    said = do("train", table_file, "--target", "kind", "--quiet", *FAST)
    assert (said.out, said.err) == ("", "")


def test_json_is_one_object_and_nothing_else(do, table_file):
    said = do("train", table_file, "--target", "kind", "--json", *FAST)
    assert said.err == ""
    record = said.json()
    model = load(record["model"])
    assert {key: record[key] for key in model.record} == model.record
    assert record["rows"] == people().num_rows
    assert record["notes"] == model.encoder.notes


def test_progress_is_plain_lines_on_standard_error(do, table_file):
    said = do("train", table_file, "--target", "kind", *FAST)
    lines = said.err.splitlines()
    epochs = [int(line.split()[1].removesuffix("/5")) for line in lines]
    assert (epochs[0], epochs[-1]) == (1, 5)
    assert epochs == sorted(set(epochs))
    for words in ("loss", "held-out score", "rows/s"):
        assert all(words in line for line in lines)
    unscored = do("train", table_file, "--target", "kind", "--no-early-stopping", *FAST)
    assert "held-out" not in unscored.err


def test_no_more_than_one_line_a_second(capsys, monkeypatch):
    seconds = iter(np.arange(0, 8, 0.25))
    monkeypatch.setattr("clearprop.cli.progress.time.monotonic", lambda: next(seconds))
    with training_progress(quiet=False) as show:
        for number in range(1, 31):
            show(Epoch(number, 30, 1.0, None, 0.1, (), (), 10, 0.25))
    lines = capsys.readouterr().err.splitlines()
    assert [int(line.split()[1].removesuffix("/30")) for line in lines] == [*range(1, 31, 4), 30]


def test_what_is_said_is_what_was_done(do, table_file):
    said = do("train", table_file, "--target", "kind", *FAST)
    model = load(table_file.with_suffix(".clearprop"))
    assert f"{people().num_rows} rows" in said.out
    assert f"{model.estimator.network_.n_parameters:,} parameters" in said.out
    for note in model.encoder.notes:
        assert note in said.out


def test_same_seed_same_model_but_for_the_seconds(do, table_file, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        do("train", table_file, "--target", "kind", "--seed", seed, "--out", tmp_path / name, "--quiet", *FAST)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert contents(tmp_path / "a")[0] != contents(tmp_path / "c")[0]


@pytest.mark.parametrize("task", ["auto", "regression"])
def test_an_amount_is_predicted_as_an_amount(do, table_file, task):
    do("train", table_file, "--target", "price", "--quiet", "--task", task, "--learning-rate", "0.05", "--dropout", "0")
    model = table_file.with_suffix(".clearprop")
    predicted = do("predict", model, table_file).table()["prediction"].to_numpy()
    price = people()["price"].to_numpy()
    assert np.abs(predicted - price).max() < price.std()
    assert do("evaluate", model, table_file, "--json").json()["r2"] > 0.9


def test_whole_numbers_are_classes_or_amounts_as_asked(do, tmp_path):
    table = people().append_column("grade", pa.array(np.arange(80) % 4))
    write_table(table, tmp_path / "t.parquet")
    for task, expected in (("auto", "classification"), ("classification", "classification"), ("regression",) * 2):
        do("train", tmp_path / "t.parquet", "--target", "grade", "--task", task, "--quiet", *FAST)
        assert load(tmp_path / "t.clearprop").task == expected


def test_arguments_reach_the_estimator(do, table_file):
    options = {
        "--activation": ("activation", "tanh"),
        "--solver": ("solver", "rmsprop"),
        "--learning-rate": ("learning_rate_init", 0.02),
        "--schedule": ("schedule", "cosine"),
        "--epochs": ("max_iter", 3),
        "--batch-size": ("batch_size", 16),
        "--dropout": ("dropout", 0.3),
        "--alpha": ("alpha", 0.5),
        "--seed": ("random_state", 7),
        "--max-grad-norm": ("max_grad_norm", 2.5),
    }
    given = [text for option, (_, value) in options.items() for text in (option, value)]
    do("train", table_file, "--target", "kind", "--quiet", "--hidden", "5-4", "--no-early-stopping", *given)
    assert load(table_file.with_suffix(".clearprop")).estimator.scoring == "neg_log_loss"
    expected = {**DEFAULTS, **dict(options.values()), "hidden_layer_sizes": (5, 4), "early_stopping": False}
    arguments = load(table_file.with_suffix(".clearprop")).estimator.get_params()
    assert {name: arguments[name] for name in expected} == expected


def test_rows_without_a_target_are_dropped_counted_and_on_record(do, tmp_path):
    table = people()
    missing = np.arange(table.num_rows) % 9 == 0
    holes = table.set_column(3, "kind", pa.array(table["kind"].to_numpy(), mask=missing))
    write_table(holes, tmp_path / "holes.csv")
    write_table(table.filter(pa.array(~missing)), tmp_path / "whole.csv")
    said = do("train", tmp_path / "holes.csv", "--target", "kind", *FAST)
    assert f"{missing.sum()} more without a target were dropped" in said.out
    do("train", tmp_path / "whole.csv", "--target", "kind", "--quiet", *FAST)
    assert contents(tmp_path / "holes.clearprop")[0] == contents(tmp_path / "whole.clearprop")[0]
    training = do("info", tmp_path / "holes.clearprop", "--json").json()["training"]
    assert (training["rows"], training["rows_dropped"]) == ((~missing).sum(), missing.sum())
    shown = do("info", tmp_path / "holes.clearprop").out
    assert any(line.split() == ["rows", "dropped", str(missing.sum())] for line in shown.splitlines())
    assert read_table(tmp_path / "holes.csv")["kind"].null_count == missing.sum()
