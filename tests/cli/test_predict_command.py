"""`clearprop predict`: one row out per row in, in order, whatever the file looks like."""

import numpy as np
import pyarrow as pa
import pytest

from clearprop import load
from clearprop.tables import read_table, write_table

from .cases import people
from .conftest import files


def changed(column, cells):
    table = people()
    return table.set_column(table.column_names.index(column), column, pa.array(cells))


@pytest.mark.parametrize("target", ["kind", "size"])
def test_probabilities_sum_to_one_and_agree_with_the_prediction(do, trained, table_file, target):
    said = do("predict", trained[target], table_file, "--proba")
    assert said.err == ""
    table = said.table()
    labels = sorted(set(people()[target].to_pylist()))
    assert table.column_names == ["prediction", *(f"probability_{label}" for label in labels)]
    p = np.column_stack([table[f"probability_{label}"] for label in labels])
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-6)
    assert table["prediction"].to_pylist() == [labels[j] for j in p.argmax(axis=1)]
    assert do("predict", trained[target], table_file).table() == table.select(["prediction"])


def test_rows_keep_their_order(do, trained, tmp_path):
    order = np.random.RandomState(1).permutation(people().num_rows)
    for name, table in (("a", people()), ("b", people().take(pa.array(order)))):
        write_table(table, tmp_path / f"{name}.parquet")
    straight, mixed = (do("predict", trained["price"], tmp_path / f"{name}.parquet").table() for name in "ab")
    np.testing.assert_allclose(mixed["prediction"], straight["prediction"].to_numpy()[order], rtol=1e-6)
    assert len(set(straight["prediction"].to_pylist())) > people().num_rows / 2


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".tsv", ".parquet", ".arrow", ".jsonl"])
@pytest.mark.parametrize("target", ["size", "price"])
def test_every_form_of_output_holds_the_same(do, trained, table_file, tmp_path, suffix, target):
    proba = ["--proba"] if target == "size" else []
    expected = load(trained[target]).predict_table(people(), probabilities=bool(proba)).to_pydict()
    said = do("predict", trained[target], table_file, "--out", tmp_path / f"p{suffix}", *proba)
    assert said.out == ""
    assert f"{people().num_rows} predictions" in said.err
    written = read_table(tmp_path / f"p{suffix}").to_pydict()
    assert list(written) == list(expected)
    for name, values in expected.items():
        same = written[name] == values if name == "prediction" and proba else np.allclose(written[name], values)
        assert same, name


def test_the_order_of_columns_and_more_of_them_do_not_matter(do, trained, table_file, tmp_path):
    expected = do("predict", trained["kind"], table_file, "--proba").out
    columns = ["colour", "age", "height", "size", "price"]
    write_table(people().select(columns), tmp_path / "fewer.csv")
    write_table(people().select(["kind", *columns]).append_column("more", people()["age"]), tmp_path / "more.csv")
    assert do("predict", trained["kind"], tmp_path / "fewer.csv", "--proba").out == expected
    assert do("predict", trained["kind"], tmp_path / "more.csv", "--proba").out == expected


def test_unseen_categories_and_missing_cells_are_predicted(do, trained, tmp_path):
    n = people().num_rows
    for name, table in {
        "unseen": changed("colour", ["violet"] * n),
        "no text": changed("colour", [None] * n),
        "no number": changed("age", pa.nulls(n)),
        "one row": people()[:1],
        "far away": changed("age", [1e300] * n),
    }.items():
        write_table(table, tmp_path / f"{name}.csv")
        said = do("predict", trained["kind"], tmp_path / f"{name}.csv", "--proba").table()
        assert said.num_rows == table.num_rows, name
        assert np.isfinite(said["probability_old"].to_numpy()).all(), name


def test_a_missing_column_is_named(refused, trained, tmp_path):
    write_table(people().drop_columns(["height"]), tmp_path / "t.csv")
    refused("predict", trained["kind"], tmp_path / "t.csv", says=("t.csv", "'height' is missing"))


def test_text_where_numbers_were_is_named_with_its_row(refused, trained, tmp_path):
    ages = [str(age) for age in people()["age"].to_pylist()]
    ages[6] = "seven"
    write_table(changed("age", ages), tmp_path / "t.csv")
    refused("predict", trained["kind"], tmp_path / "t.csv", says=("t.csv", "'age'", "row 7", "'seven'"))


def test_probabilities_are_for_classes(refused, trained, table_file):
    refused("predict", trained["price"], table_file, "--proba", says=("probabilities", "'price'"))


@pytest.mark.parametrize(
    ("out", "says"),
    [
        ("no/p.csv", ("no/p.csv", "does not exist")),
        ("p.xlsx", ("p.xlsx", "'.xlsx' is unknown", ".csv")),
        ("p.npz", ("p.npz", "'.npz' is unknown")),
        ("p", ("no suffix",)),
        ("folder.csv", ("folder.csv", "is a folder")),
    ],
)
def test_what_cannot_be_written_leaves_all_as_it_was(refused, trained, table_file, tmp_path, out, says):
    (tmp_path / "folder.csv").mkdir()
    if out in ("p.xlsx", "p.npz", "p"):
        (tmp_path / out).write_text("older")
    refused("predict", trained["kind"], table_file, "--out", tmp_path / out, says=says)


def test_a_model_is_not_changed_by_its_use(do, trained, table_file, tmp_path):
    before = files(trained["kind"].parent)
    do("predict", trained["kind"], table_file)
    do("evaluate", trained["kind"], table_file)
    do("info", trained["kind"])
    assert files(trained["kind"].parent) == before
    assert [path.name for path in tmp_path.iterdir()] == [table_file.name]
