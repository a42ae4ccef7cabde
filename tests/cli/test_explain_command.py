"""`clearprop explain`: a row of a file with every number, by the model that a person has trained."""

import os
import re

import numpy as np
import pyarrow as pa
import pytest
from rich.cells import cell_len

from clearprop import MLPClassifier, load, save
from clearprop.derivation.checking.numbers import shown
from clearprop.derivation.documents.presented import FORMATS
from clearprop.derivation.messages import catalog, languages
from clearprop.tables import write_table

from .cases import FAST, people
from .conftest import files


def changed(column, cell, row):
    """The table with another cell in one row (counted from 1)."""
    cells = people()[column].to_pylist()
    cells[row - 1] = cell
    return people().set_column(people().column_names.index(column), column, pa.array(cells))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("language", languages())
def test_every_format_is_that_of_the_package(do, trained, table_file, tmp_path, monkeypatch, name, language):
    monkeypatch.setenv("COLUMNS", "100")
    worked = load(trained["size"]).work(people()[16:17], language=language)
    expected = FORMATS[name][0](worked.document).rstrip("\n") + "\n"
    arguments = ("explain", trained["size"], table_file, "--row", 17, "--language", language)
    said = do(*arguments, "--format", name)
    assert (said.out, said.err) == (expected, "")
    out = tmp_path / f"e{FORMATS[name][1]}"
    assert do(*arguments, "--out", out).err == f"Wrote {out}\n"
    assert out.read_text(encoding="utf-8") == expected


@pytest.mark.parametrize("target", ["kind", "size", "price"])
def test_a_row_is_the_same_in_a_file_of_its_own(do, trained, table_file, tmp_path, target):
    write_table(people()[4:5], tmp_path / "fifth.csv")
    fifth = do("explain", trained[target], table_file, "--row", 5).out
    assert fifth == do("explain", trained[target], tmp_path / "fifth.csv").out
    assert fifth != do("explain", trained[target], table_file).out
    assert do("explain", trained[target], table_file).out == do("explain", trained[target], table_file, "-r", 1).out


@pytest.mark.parametrize("target", ["kind", "size", "price"])
def test_the_names_of_the_inputs_and_both_losses_are_shown(do, trained, table_file, target):
    model = load(trained[target])
    said = do("explain", trained[target], table_file, "--row", 2, "--learning-rate", 0.01).out
    named = [name for name in model.encoder.feature_names if name in said]
    assert len(named) >= min(10, len(model.encoder.feature_names))
    worked = model.work(people()[1:2], learning_rate=0.01)
    assert shown(worked.loss_before, 8) in said
    assert shown(worked.loss_after, 8) in said
    assert said != do("explain", trained[target], table_file, "--row", 2, "--learning-rate", 0.02).out


@pytest.mark.parametrize("target", ["kind", "size"])
def test_where_there_is_no_target_the_prediction_takes_its_place(do, trained, tmp_path, target):
    model, row = load(trained[target]), 3
    predicted = model.predict(people())[row - 1].as_py()
    write_table(changed(target, predicted, row), tmp_path / "predicted.csv")
    write_table(changed(target, None, row), tmp_path / "empty.csv")
    write_table(people().drop_columns([target]), tmp_path / "none.csv")
    told, *assumed = (
        " ".join(do("explain", trained[target], tmp_path / f"{name}.csv", "-r", row).out.split())
        for name in ("predicted", "empty", "none")
    )
    said = catalog("en")["worked.assumed"]
    assert said not in told
    assert [text.replace(said + " ", "") for text in assumed] == [told, told]


def test_a_concrete_weight_is_derived_with_numbers(do, trained, table_file):
    plain = do("explain", trained["size"], table_file).out
    said = do("explain", trained["size"], table_file, "--of", "W2[1,2]").out
    assert said.startswith(plain.rstrip("\n"))
    lines = said[len(plain) :].splitlines()
    at = max(i for i, line in enumerate(lines) if re.match(r" *\d+ +∂E/∂w²₁₂ += ", line))
    value = shown(load(trained["size"]).work(people()[:1]).gradients.dW[2][0, 1], 5)
    assert f"= {value}".replace("-", "−") in " ".join(lines[at : at + 3])
    assert sum(line.lstrip().startswith("= ") for line in lines) > 5


def test_a_wide_model_is_no_flood(do, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    random = np.random.RandomState(0)
    columns = {f"measured_{k}": random.normal(size=60) for k in range(120)}
    write_table(pa.table({**columns, "y": np.where(columns["measured_0"] > 0, "a", "b")}), tmp_path / "wide.csv")
    do("train", tmp_path / "wide.csv", "--target", "y", "--quiet", "--epochs", 2, "--hidden", "100,50")
    lines = do("explain", tmp_path / "wide.clearprop", tmp_path / "wide.csv").out.splitlines()
    assert len(lines) < 400
    assert max(map(cell_len, lines)) <= 100
    assert 5 <= sum("measured_" in line for line in lines) <= 20


def test_nothing_is_changed_by_an_explanation(do, trained, table_file):
    before = files(trained["kind"].parent), files(table_file.parent)
    do("explain", trained["kind"], table_file, "--shapes")
    assert (files(trained["kind"].parent), files(table_file.parent)) == before


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--row", 0), ("--row", "people.parquet", "rows 1 to 80", "got 0")),
        (("--row", 999), ("--row", "people.parquet", "rows 1 to 80", "got 999")),
        (("--row", -1), ("--row", "got -1")),
        (("--row", "x"), ("--row",)),
        (("--of", "W9[1,1]"), ("--of", "layers 1 to 2")),
        (("--of", "W1[1,99]"), ("--of", "out of range")),
        (("--of", "foo"), ("--of", "'foo'", "W2[1,1]")),
        (("--learning-rate", -1), ("--learning-rate", "-1")),
        (("--learning-rate", "nan"), ("--learning-rate", "nan")),
        (("--learning-rate", "inf"), ("--learning-rate", "inf")),
        (("--learning-rate", 1e308), ("--learning-rate", "1e+308", "smaller")),
        (("--language", "foo"), ("--language", "'foo'", *languages())),
        (("--format", "foo"), ("--format", "'foo'", *FORMATS)),
    ],
    ids=str,
)
def test_what_is_wrong_is_told_by_its_option(refused, trained, table_file, options, says):
    refused("explain", trained["size"], table_file, *options, says=says)


WRONG_TABLES = {
    "a missing column": (people().drop_columns(["height"]), ("t.csv", "'height' is missing")),
    "an unknown class": (changed("size", "huge", 3), ("t.csv, row 3, column 'size'", "'huge'", "large, medium, small")),
    "text for a number": (
        changed("price", None, 3).set_column(0, "age", pa.array(["x"] * 80)),
        ("row 3, column 'age':",),
    ),
    "no rows": (people()[:0], ("t.csv", "no rows")),
}


@pytest.mark.parametrize("name", WRONG_TABLES)
def test_a_table_that_does_not_fit_is_told(refused, trained, tmp_path, name):
    table, says = WRONG_TABLES[name]
    write_table(table, tmp_path / "t.csv")
    refused("explain", trained["size"], tmp_path / "t.csv", "--row", 3, says=says)


def test_only_the_row_itself_must_fit(do, refused, trained, tmp_path):
    ages = [str(age) for age in people()["age"].to_pylist()]
    ages[6] = "seven"
    write_table(people().set_column(0, "age", pa.array(ages)), tmp_path / "t.csv")
    refused("explain", trained["size"], tmp_path / "t.csv", "--row", 7, says=("t.csv, row 7, column 'age':", "'seven'"))
    do("explain", trained["size"], tmp_path / "t.csv", "--row", 8)


def test_a_model_that_cannot_be_used_is_told(refused, table_file, tmp_path):
    refused("explain", tmp_path / "no.clearprop", table_file, says=("no.clearprop", "no such file"))
    refused("explain", table_file, table_file, says=("people.parquet", "not a Clearprop model file"))
    save(MLPClassifier((2,), solver="lbfgs").fit(np.eye(4), [0, 1, 0, 1]), tmp_path / "arrays.clearprop")
    refused("explain", tmp_path / "arrays.clearprop", table_file, says=("arrays.clearprop", "from Python"))


def test_a_file_that_cannot_be_used_is_told(refused, trained, tmp_path):
    refused("explain", trained["kind"], tmp_path / "no.csv", says=("no.csv", "no such file"))
    refused("explain", trained["kind"], tmp_path, says=(tmp_path.name, "folder"))
    refused("explain", trained["kind"], says=("argument",))


@pytest.mark.parametrize("name", ["people.parquet", "model.clearprop", "link.html"])
def test_an_explanation_is_not_written_over_what_it_is_made_from(do, refused, table_file, name):
    folder = table_file.parent
    do("train", table_file, "--target", "kind", "--quiet", *FAST, "--out", folder / "model.clearprop")
    os.link(table_file, folder / "link.html")
    says = ("--out", name, "itself")
    refused("explain", folder / "model.clearprop", table_file, "--format", "html", "--out", folder / name, says=says)
