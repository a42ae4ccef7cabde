"""The benchmark of accuracy: measures, ranks and means worked by hand, honest targets, runs that go on."""

import json
import sys
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest
from benchmarks.accuracy import __main__ as command
from benchmarks.accuracy import runs as running
from benchmarks.accuracy import unseen
from benchmarks.accuracy.contenders import (
    BEST,
    CONTENDERS,
    DEFAULT,
    FAST,
    NETWORKS_OF_SCIKIT_LEARN,
    PEERS,
    REALMLP,
    make,
)
from benchmarks.accuracy.contenders.base import as_categories, as_text
from benchmarks.accuracy.data import TableError, read_table, size_of, small_table
from benchmarks.accuracy.document import seeds_text, write_documents
from benchmarks.accuracy.measures import SMALLEST_PROBABILITY, columns_for, measures
from benchmarks.accuracy.plot import points
from benchmarks.accuracy.runs import measure_run
from benchmarks.accuracy.summary import SHIFT, mean_ranks, outcomes_of, ranks, shifted_geometric_mean
from benchmarks.accuracy.tables import summary_table, tables_of
from benchmarks.accuracy.targets import LEAST_ACCURACY, SECOND_SETTING, targets
from benchmarks.contenders import Entry, UnavailableError
from benchmarks.pages import marks, with_block
from benchmarks.tables import targets_table
from benchmarks.worker import ROOT
from sklearn.metrics import log_loss

MLP, MLP_STOPPED = NETWORKS_OF_SCIKIT_LEARN
TREES = "HistGradientBoosting"
CLASSES = np.array(["a", "b", "c"])


def test_measures_of_two_classes_by_hand():
    y, p = np.array(["a", "b", "b", "a"]), np.array([[0.8, 0.2], [0.4, 0.6], [0.9, 0.1], [1.0, 0.0]])
    found = measures(y, p, CLASSES[:2])
    assert found["error"] == 0.25
    assert found["log_loss"] == pytest.approx(-np.log([0.8, 0.6, 0.1, 1.0]).mean())
    assert found["auc"] == 3 / 4  # of the pairs of a b and an a, (0.1, 0.2) alone is the wrong way round


def test_a_certain_mistake_has_a_finite_log_loss():
    found = measures(np.array(["b", "a"]), np.array([[1.0, 0.0], [1.0, 0.0]]), CLASSES[:2])
    assert found["log_loss"] == pytest.approx(-np.log(SMALLEST_PROBABILITY) / 2, rel=1e-6)


def test_measures_of_three_classes_agree_with_scikit_learn():
    generator = np.random.default_rng(0)
    p, y = generator.dirichlet(np.ones(3), 50), np.append(generator.choice(CLASSES, 47), CLASSES)
    found = measures(y, p, CLASSES)
    assert found["log_loss"] == pytest.approx(log_loss(y, p))
    one_of_each = [
        measures(np.where(y == k, "b", "a"), np.c_[1 - p[:, i], p[:, i]], CLASSES[:2])["auc"]
        for i, k in enumerate(CLASSES)
    ]
    assert found["auc"] == pytest.approx(np.mean(one_of_each))


@pytest.mark.parametrize("p", [[[0.5, 0.5]], [[np.nan, 1, 0]], [[-0.1, 1.1, 0]], [[0.5, 0.6, 0.5]]])
def test_what_is_no_probability_is_refused(p):
    with pytest.raises(ValueError, match="probabilities"):
        measures(np.array(["a"]), np.array(p), CLASSES)


def test_a_class_that_was_not_seen_has_probability_0():
    p = columns_for(CLASSES, np.array(["a", "c"]), np.array([[0.3, 0.7]]))
    assert p.tolist() == [[0.3, 0.0, 0.7]]
    assert measures(np.array(["c"]), p, CLASSES)["auc"] is None  # one class alone has no curve


def test_ranks_by_hand():
    assert ranks([0.3, 0.1, 0.2]) == [3, 1, 2]
    assert ranks([0.1, 0.2, 0.1, None]) == [1.5, 3, 1.5, 4]
    assert ranks([None, 0.2, None]) == [2.5, 1, 2.5]


def test_shifted_geometric_mean_by_hand():
    assert shifted_geometric_mean([0.03, 0.15]) == pytest.approx(np.sqrt(0.04 * 0.16))  # 0.08
    assert shifted_geometric_mean([0.0]) == pytest.approx(SHIFT)
    assert shifted_geometric_mean([0.03, None]) is None and shifted_geometric_mean([]) is None


def run(contender, table, log_loss=0.3, *, error=0.1, auc=0.9, fit=1.0, seed=0):
    measured = {"log_loss": log_loss, "error": error, "auc": auc, "fit_seconds": fit, "predict_seconds": 0.01}
    return {"table": table, "contender": contender, "seed": seed, **measured}


def failed(contender, table, reason="ValueError: no", *, key="failed"):
    return {"table": table, "contender": contender, "seed": 0, key: reason}


def result_of(*runs):
    size = {"train_rows": 1000, "test_rows": 10, "numbers": 1, "categories": 1, "classes": 2, "missing_cells": 0}
    machine = {
        "processor": "P",
        "abilities": [],
        "cores": 2,
        "memory_gb": 1,
        "system": "S",
        "python": "3",
        "packages": {},
    }
    found = {"machine": machine, "when": "today", "options": {"n_threads": 2}, "runs": list(runs)}
    found["tables"] = dict.fromkeys(dict.fromkeys(one["table"] for one in runs), size)
    return json.loads(json.dumps({**found, "targets": targets(found)}))


def verdicts(result):
    return {row["what"]: row["met"] for row in targets(result)}


def verdict(result, words):
    (found,) = [met for what, met in verdicts(result).items() if words in what]
    return found


def test_the_page_says_how_many_seeds_each_contender_had():
    once = (run(MLP, "one"), run(FAST, "one"))
    assert seeds_text(result_of(*once)) == "Seeds, of which the mean is shown: 1."
    text = seeds_text(result_of(*once, run(MLP, "one", seed=1), run(MLP, "two")))
    assert text == f"Seeds, of which the mean is shown: 1 ({FAST}); 2 ({MLP})."


def test_mean_ranks_are_over_tables_and_failures_are_last():
    result = result_of(
        *(run(MLP, "one", 0.1), run(TREES, "one", 0.2), run("LightGBM", "one", 0.3)),
        *(run(MLP, "two", 0.4), failed(TREES, "two"), run("LightGBM", "two", 0.1)),
        run(MLP, "three", 0.1),  # the others are not there yet
    )
    found = mean_ranks(outcomes_of(result), (MLP, TREES, "LightGBM"), "log_loss")
    assert found == {MLP: 1.5, TREES: 2.5, "LightGBM": 2.0}


def test_seeds_are_averaged_and_one_that_failed_is_a_failure():
    outcomes = outcomes_of(result_of(run(MLP, "one", 0.1), run(MLP, "one", 0.3, seed=1)))
    assert outcomes[MLP]["one"].value("log_loss") == pytest.approx(0.2)
    outcomes = outcomes_of(result_of(run(MLP, "one", 0.1), {**failed(MLP, "one"), "seed": 1}))
    assert outcomes[MLP]["one"].failure == "ValueError: no"


def everybody(**log_losses):
    """One table called adult; the peers' log loss and error are 0.3 and 20 seconds."""
    losses = {DEFAULT: 0.2, BEST: 0.1, FAST: 0.25} | {name.replace("_", " "): loss for name, loss in log_losses.items()}
    return [
        run(
            name,
            "adult",
            losses.get(name, 0.3),
            error=losses.get(name, 0.3) / 2,
            auc=0.93,
            fit=1.0 if name in losses else 20.0,
        )
        for name in CONTENDERS
    ]


def test_targets_are_met():
    assert verdicts(result_of(*everybody())) == {row["what"]: True for row in targets(result_of())} | {
        "Adult, accuracy of default, %": True
    }


@pytest.mark.parametrize(
    ("words", "changed"),
    [
        ("rank by log loss, default", {"CatBoost": 0.15}),
        ("rank by error, default", {"CatBoost": 0.2}),  # a tie is not first
        ("rank by log loss, default", {SECOND_SETTING: 0.15}),
        ("rank by log loss, best", {BEST: 0.22}),
        ("rank by error, best", {BEST: 0.22}),
        ("times faster", {REALMLP: 0.3}),  # whose fit then takes as long as ours
        ("fast has a better log loss", {FAST: 0.31}),
        ("fast has a better log loss", {MLP_STOPPED: 0.29}),  # in the same time
        ("accuracy of default", {DEFAULT: 0.27}),
    ],
)
def test_targets_are_missed(words, changed):
    runs = everybody(**changed)
    assert verdict(result_of(*runs), words) is False
    assert "NOT MET" in targets_table(result_of(*runs))


@pytest.mark.parametrize("absent", CONTENDERS)
def test_targets_of_contenders_that_were_not_run_are_not_measured(absent):
    runs = [
        one if one["contender"] != absent else failed(absent, "adult", "no", key="unavailable") for one in everybody()
    ]
    result = result_of(*runs)
    needed = {DEFAULT, *PEERS} - {SECOND_SETTING}
    assert (verdict(result, "rank by log loss, default") is None) == (absent in needed)
    assert (verdict(result, "rank by log loss, best") is None) == (absent in (DEFAULT, BEST))
    assert (verdict(result, "times faster") is None) == (absent in (DEFAULT, REALMLP))
    assert (verdict(result, "fast has") is None) == (absent in (FAST, MLP, MLP_STOPPED))
    assert (verdict(result, "AUC of default") is None) == (absent == DEFAULT)
    assert False not in verdicts(result).values()


def test_a_failure_of_ours_meets_no_target():
    runs = [
        one if one["contender"] not in (DEFAULT, FAST) else failed(one["contender"], "adult") for one in everybody()
    ]
    missed = {what for what, met in verdicts(result_of(*runs)).items() if met is False}
    assert len(missed) == 6  # both ranks, times faster, fast, accuracy, AUC


def test_nothing_is_promised_of_no_result():
    assert set(verdicts(result_of()).values()) == {None}
    assert "not measured" in targets_table(result_of())
    assert f"≥ {LEAST_ACCURACY:.2f}" in targets_table(result_of())


def test_four_rows_of_five_are_for_training_wherever_tables_come_from():
    frame = unseen.with_split(pd.DataFrame({"x": range(1000), "target": ["a ", "b"] * 500}))
    assert frame["split"].value_counts().to_dict() == {"train": 800, "test": 200}
    assert set(frame["target"]) == {"a", "b"} and list(frame["x"]) == list(range(1000))
    assert frame["split"].head(500).nunique() == 2


def test_other_tables_have_no_target_of_adult():
    assert not [what for what in verdicts(result_of(run(DEFAULT, "penguins"))) if "Adult" in what]


def test_reasons_are_said_in_the_table():
    result = result_of(
        *(
            run(MLP, "one"),
            run(MLP, "two"),
            failed(TREES, "one", "ValueError: a|b"),
            failed(TREES, "two", "ValueError: a|b"),
        ),
        failed("LightGBM", "one", "lightgbm is not installed", key="unavailable"),
    )
    shown = summary_table(result)
    assert "failed on one, two: ValueError: a/b" in shown and "lightgbm is not installed" in shown
    assert tables_of(result)["error"][1].count("failed") == 2
    assert set(points(result)) == {MLP}


@pytest.fixture
def folder(tmp_path):
    """A small table, and one with more categories than HistGradientBoosting takes."""
    generator = np.random.default_rng(0)
    size, colour = generator.standard_normal(120), generator.choice(["red", "green"], 120).astype(object)
    labels = np.where(size + (colour == "red") > 0.5, "yes", "no")
    size[::10], colour[5::10] = np.nan, None
    frame = pd.DataFrame({"size": size, "colour": colour, "target": labels, "split": ["train"] * 90 + ["test"] * 30})
    frame.to_parquet(tmp_path / "small.parquet")
    many = pd.concat([frame] * 5, ignore_index=True)
    many.assign(colour=[f"colour {row}" for row in many.index]).to_parquet(tmp_path / "many.parquet")
    return tmp_path


def test_tables_are_read_and_counted(folder):
    train, test = read_table(folder / "small.parquet")
    assert size_of(train, test) == {
        "train_rows": 90,
        "test_rows": 30,
        "numbers": 1,
        "categories": 1,
        "classes": 2,
        "missing_cells": 24,
    }
    pd.DataFrame({"target": ["a"]}).to_parquet(folder / "wrong.parquet")
    with pytest.raises(TableError, match=r"wrong\.parquet has no column 'split'"):
        read_table(folder / "wrong.parquet")
    pd.DataFrame({"size": [1.0, 2.0], "target": "a", "split": ["train", "test"]}).to_parquet(folder / "wrong.parquet")
    with pytest.raises(TableError, match="all of one class"):
        read_table(folder / "wrong.parquet")


def test_missing_categories_become_what_libraries_take():
    X = small_table().X
    assert as_text(X)["category"].tolist()[3:9].count("missing") == 4
    assert as_categories(X)["category"].cat.categories.tolist() == ["a", "b", "c"]
    assert as_categories(X)["category"].isna().sum() == 4 and X["number"].equals(as_text(X)["number"])


def run_command(monkeypatch, *options):
    monkeypatch.setattr(sys, "argv", ["accuracy", *map(str, options)])
    command.main()


def test_a_real_run_that_is_ended_early_goes_on(folder, monkeypatch, capsys):
    kept, tables = folder / "kept.json", ("--data", folder, "--tables", "small")
    run_command(monkeypatch, *tables, "--contenders", TREES, "--json", kept)
    (first,) = json.loads(kept.read_text())["runs"]
    assert 0 < first["log_loss"] < np.log(2) and 0 <= first["error"] < 0.4 and 0.6 < first["auc"] <= 1
    assert first["fit_seconds"] > 0 and first["predict_seconds"] > 0

    run_command(monkeypatch, *tables, "--contenders", f"{TREES},{MLP}", "--resume", kept)
    result = json.loads(kept.read_text())
    assert [one["contender"] for one in result["runs"]] == [TREES, MLP]
    assert result["runs"][0] == first  # not made again
    assert capsys.readouterr().err.count("log loss") == 2

    run_command(monkeypatch, "--from-json", kept)
    captured = capsys.readouterr()
    assert captured.err == "" and MLP in captured.out and "Targets" in captured.out


def test_a_result_is_kept_after_each_run(folder, monkeypatch):
    made = []

    def measure_one(contender, *_):
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(contender)
        return run(contender, "small")

    monkeypatch.setattr(running, "measure_run", measure_one)
    options = ("--data", folder, "--tables", "small", "--contenders", f"{TREES},{MLP},LightGBM")
    with pytest.raises(KeyboardInterrupt):
        run_command(monkeypatch, *options, "--json", folder / "kept.json")
    assert [one["contender"] for one in json.loads((folder / "kept.json").read_text())["runs"]] == [TREES, MLP]

    made.clear()
    run_command(monkeypatch, *options, "--resume", folder / "kept.json")
    assert made == ["LightGBM"]
    made.clear()
    run_command(monkeypatch, *options, "--resume", folder / "kept.json", "--again", MLP)
    assert made == [MLP]


def test_a_contender_that_fails_is_said_and_made_again(folder, monkeypatch, capsys):
    kept, options = folder / "kept.json", ("--data", folder, "--tables", "many", "--contenders", TREES)
    run_command(monkeypatch, *options, "--json", kept)
    captured = capsys.readouterr()
    assert "failed on many: ValueError: " in captured.out and "cardinality" in captured.out
    assert "failed: ValueError: " in captured.err
    monkeypatch.setattr(running, "measure_run", lambda *_: run(TREES, "many"))
    run_command(monkeypatch, *options, "--resume", kept)
    assert ["log_loss" in one for one in json.loads(kept.read_text())["runs"]] == [True]


def test_a_contender_that_cannot_be_started_is_said(folder, monkeypatch):
    """Its module asks for a package that is not installed."""
    entry = Entry("Nobody", "nobody")
    monkeypatch.setitem(CONTENDERS, entry.name, entry)
    with pytest.raises(UnavailableError, match="nobody is not installed"):
        make("Nobody", 0, 1)
    found = measure_run("No such contender", 0, folder / "small.parquet", 1)
    assert list(found) == ["unavailable"] and "No such contender" in found["unavailable"]


def test_a_file_that_is_gone_fails_without_its_folder(tmp_path):
    found = measure_run(TREES, 0, tmp_path / "gone.parquet", 1)
    assert "gone.parquet" in found["failed"] and str(tmp_path) not in found["failed"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--tables", "smal"], "--tables: smal; there are many, small"),
        (["--contenders", "SVM"], "--contenders: SVM; there are"),
        (["--seeds", "0"], "--seeds"),
    ],
)
def test_wrong_arguments_are_one_line(folder, monkeypatch, capsys, options, words):
    with pytest.raises(SystemExit):
        run_command(monkeypatch, "--data", folder, *options)
    assert words in capsys.readouterr().err.splitlines()[-1]


def test_two_things_are_not_joined(folder, monkeypatch, capsys):
    kept = folder / "kept.json"
    monkeypatch.setattr(running, "measure_run", lambda contender, *_: run(contender, "small"))
    options = ("--data", folder, "--tables", "small", "--contenders", TREES)
    run_command(monkeypatch, *options, "--json", kept)
    with pytest.raises(SystemExit):
        run_command(monkeypatch, *options, "--resume", kept, "--threads", "1")
    assert "the number of threads is not what it was" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["accuracy", "accuracy-unseen"])
def test_the_page_is_written_between_its_marks(name, tmp_path):
    text = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    assert all(text.count(mark) == 1 for mark in marks("accuracy"))
    page = tmp_path / f"{name}.md"
    page.write_text(with_block(text, "accuracy", "old"), encoding="utf-8")
    result = result_of(*everybody())
    write_documents(result, page)
    once = page.read_text(encoding="utf-8")
    assert once.startswith(text.partition(marks("accuracy")[0])[0]) and "\nold\n" not in once
    assert all(f"**{name}**" in once for name in CONTENDERS)
    assert (tmp_path / f"{name}.svg").exists() == (f"{name}.svg" in once) == (find_spec("matplotlib") is not None)
    write_documents(result, page)
    assert page.read_text(encoding="utf-8") == once


def test_the_page_says_what_is_done():
    text = (ROOT / "docs" / "accuracy.md").read_text(encoding="utf-8")
    assert f"log(value + {SHIFT})" in text and f"between {SMALLEST_PROBABILITY:.0e} and" in text
