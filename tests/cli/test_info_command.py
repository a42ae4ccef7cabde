"""`clearprop info`: what a model is, with names as they are, whatever they contain."""

import pytest

from clearprop import load
from clearprop.tables import write_table

from .cases import FAST, people

STRANGE = ["[bold]x[/bold]", ":smile: 😀", "<script>alert(1)</script>", "größe µ", "%s {0} \\n", "[/]"]


@pytest.mark.parametrize("target", ["kind", "price"])
def test_sizes_columns_and_record_are_shown(do, trained, target):
    model = load(trained[target])
    shown, plain = do("info", trained[target]).out, do("info", trained[target], "--json").json()
    assert plain == model.describe()
    assert "-".join(map(str, model.estimator.network_.sizes)) in shown
    for name, kind, text in model.encoder.describe():
        line = next(line for line in shown.splitlines() if line.startswith(name))
        assert line.split()[1] == kind
        assert " ".join(text.split()[:3]) in line
    for name in model.record:
        assert name.replace("_", " ") in shown
    assert {column["name"] for column in plain["columns"]} == set(people().column_names) - {target}


def test_names_are_shown_as_they_are(do, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    table = people().rename_columns([*STRANGE[:5], STRANGE[5]])
    table = table.append_column("kind", people()["kind"])
    folder = tmp_path / "[bold]folder[" / "red]"
    folder.mkdir(parents=True)
    write_table(table, folder / "t.parquet")
    said = do("train", folder / "t.parquet", "--target", "kind", *FAST)
    assert str(folder) in said.out
    shown = do("info", folder / "t.clearprop").out
    for name in (*STRANGE, "[bold]folder["):
        assert name in shown
    assert {column["name"] for column in do("info", folder / "t.clearprop", "--json").json()["columns"]} == {*STRANGE}


def test_strange_targets_and_classes_are_written_as_they_are(do, tmp_path):
    labels = [STRANGE[kind == "old"] for kind in people()["kind"].to_pylist()]
    table = people().append_column(STRANGE[2], [labels])
    write_table(table, tmp_path / "t.parquet")
    do("train", tmp_path / "t.parquet", "--target", STRANGE[2], "--quiet", *FAST)
    info = do("info", tmp_path / "t.clearprop", "--json").json()
    assert (info["target"], info["labels"]) == (STRANGE[2], sorted(set(labels)))
    predicted = do("predict", tmp_path / "t.clearprop", tmp_path / "t.parquet", "--proba").table()
    assert predicted.column_names[1:] == [f"probability_{label}" for label in sorted(set(labels))]
    assert set(predicted["prediction"].to_pylist()) <= set(labels)
