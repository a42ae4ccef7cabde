"""`clearprop report` and `train --report`: a page beside the model, and what is told where none can be written."""

import pytest

from clearprop import MLPClassifier, load, save
from clearprop.derivation.messages import languages
from clearprop.report.making import report
from clearprop.tables import write_table

from .cases import FAST, people


def test_a_report_is_written_beside_its_model(do, trained, tmp_path):
    model = tmp_path / "size.clearprop"
    model.write_bytes(trained["size"].read_bytes())
    said = do("report", model)
    out = tmp_path / "size-report.html"
    assert (said.out, said.err) == (f"Wrote {out}\n", "")
    text = out.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>") and "No rows were given" in text
    assert "clearprop predict size.clearprop" in text and str(tmp_path) not in text


@pytest.mark.parametrize("language", languages())
def test_a_report_is_that_of_the_package(do, trained, tmp_path, language):
    write_table(people(40, seed=1), tmp_path / "newer.csv")
    out = tmp_path / "r.md"
    do("report", trained["size"], tmp_path / "newer.csv", "--out", out, "--language", language)
    found = out.read_text(encoding="utf-8")
    expected = report(trained["size"], tmp_path / "newer.csv", language=language).to_markdown()
    drop = [line for line in found.splitlines() if "UTC" in line]
    assert len(drop) == 1
    assert [line for line in found.splitlines() if "UTC" not in line] == [
        line for line in expected.splitlines() if "UTC" not in line
    ]


def test_the_training_table_is_noticed(do, trained, tmp_path):
    write_table(people(), tmp_path / "people.csv")  # as CSV the same table as the Parquet file of the training
    do("report", trained["kind"], tmp_path / "people.csv", "--out", tmp_path / "r.md")
    assert "which the model was trained on" in (tmp_path / "r.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("options", [FAST, ("--preset", "fast", "--epochs", "1")], ids=["own", "preset"])
def test_training_writes_a_report_on_held_out_rows(do, table_file, options):
    folder = table_file.parent
    said = do("train", table_file, "--target", "kind", *options, "--report", folder / "r.html")
    assert said.out.rstrip().endswith(f"Wrote {folder / 'r.html'}: open it in a browser")
    text = (folder / "r.html").read_text(encoding="utf-8")
    assert "of each, what was predicted by networks that had not been trained on it" in text
    assert "looks better here than it is" not in text
    told = do("train", table_file, "--target", "kind", *options, "--report", folder / "r.html", "--json").json()
    assert told["report"] == str(folder / "r.html")
    assert load(folder / "people.clearprop").record["rows"] == 80


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--report", "r.doc"), ("r.doc", "'.doc'", ".html")),
        (("--report", "nowhere/r.html"), ("nowhere", "does not exist")),
    ],
)
def test_a_report_that_cannot_be_written_is_told_before_training(refused, table_file, monkeypatch, arguments, says):
    monkeypatch.chdir(table_file.parent)
    refused("train", table_file, "--target", "kind", *FAST, *arguments, says=says)


def test_a_report_is_not_written_over_what_it_is_made_from(refused, trained, table_file):
    folder = table_file.parent
    same = folder / "model.html"
    refused(
        "train", table_file, "--target", "kind", *FAST, "--out", same, "--report", same, says=("--report", "model.html")
    )
    (folder / "m.md").write_bytes(trained["kind"].read_bytes())
    refused("report", folder / "m.md", "--out", folder / "m.md", says=("--out", "m.md", "itself"))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--out", "r.txt"), ("r.txt", "'.txt'", ".pdf")),
        (("--language", "xx"), ("--language", "'xx'", *languages())),
        (("no.csv",), ("no.csv", "no such file")),
    ],
)
def test_what_is_wrong_is_told_in_one_line(refused, trained, monkeypatch, tmp_path, options, says):
    monkeypatch.chdir(tmp_path)
    refused("report", trained["size"], *options, says=says)


def test_a_table_without_a_column_is_told_by_its_name(refused, trained, tmp_path):
    (tmp_path / "narrow.csv").write_text("age\n30\n40\n")
    refused("report", trained["size"], tmp_path / "narrow.csv", says=("narrow.csv", "'height'", "missing"))
    assert not list(tmp_path.glob("*.html"))


def test_models_that_know_no_columns_have_a_report_without_measures(do, tmp_path):
    X = [[0.0], [1.0]] * 10
    save(MLPClassifier((3,), solver="lbfgs", random_state=0).fit(X, [0, 1] * 10), tmp_path / "arrays.clearprop")
    do("report", tmp_path / "arrays.clearprop")
    assert "No rows were given" in (tmp_path / "arrays-report.html").read_text(encoding="utf-8")
