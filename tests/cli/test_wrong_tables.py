"""A table that cannot be used is refused in one line that says where, what is wrong and what would be right."""

import numpy as np
import pyarrow as pa
import pytest

from clearprop.tables import write_table

from .cases import FAST, FORMS, people

WRONG_TEXTS = {
    "empty file": (b"", ("t.csv", "is empty")),
    "blank file": (b"\n \n", ("t.csv", "is empty")),
    "header only": (b"a,kind\n", ("t.csv", "no rows")),
    "longer row": (b"a,kind\n1,x\n2,y,3\n4,x\n", ("t.csv", "row 2", "3 cells", "header has 2")),
    "shorter row": (b"a,b,kind\n1,2,x\n2,2,y\n4,x\n", ("t.csv", "row 3", "2 cells", "header has 3")),
    "open quote": (b'a,kind\n1,x\n2,"y\n4,x\n', ("t.csv", "quote")),
    "two of a name": (b"a,a,kind\n1,2,x\n2,1,y\n", ("t.csv", "'a'", "2 columns")),
    "two targets": (b"a,kind,kind\n1,x,x\n2,y,y\n", ("t.csv", "'kind'", "2 columns")),
    "one class": (b"a,kind\n1,x\n2,x\n", ("t.csv", "'kind'", "only 'x'", "two classes")),
    "no target at all": (b"a,kind\n1,\n2,NA\n", ("t.csv", "'kind'", "no value")),
    "infinity": (b"a,kind\n1,x\ninf,y\n", ("t.csv", "'a'", "row 2", "inf", "finite")),
    "infinite target": (b"a,kind\n1,0.5\n2,inf\n", ("t.csv", "'kind'", "row 2", "inf")),
    "constant columns": (b"a,b,kind\n1,z,x\n1,z,y\n", ("t.csv", "no column", "two values")),
    "missing columns": (b"a,b,kind\n,NA,x\n,NA,y\n", ("t.csv", "no column", "two values")),
    "the target alone": (b"kind\nx\ny\n", ("t.csv", "no column")),
    "no text": (b"\x89PNG\r\n\0\0", ("t.csv", "not a text file")),
}


def train(path, target="kind", *options):
    return ("train", path, "--target", target, "--epochs", 2, "--quiet", *options)


@pytest.mark.parametrize("name", WRONG_TEXTS)
def test_a_wrong_table_is_named(refused, tmp_path, name):
    contents, says = WRONG_TEXTS[name]
    (tmp_path / "t.csv").write_bytes(contents)
    refused(*train(tmp_path / "t.csv"), says=says)


def test_the_same_table_without_the_fault_trains(do, tmp_path):
    (tmp_path / "t.csv").write_bytes(b"a,b,kind\n1,z,x\n2,z,y\n")
    do(*train(tmp_path / "t.csv"))


def test_one_amount_only_cannot_be_learned(refused, tmp_path):
    (tmp_path / "t.csv").write_bytes(b"a,kind\n1,0.5\n2,0.5\n")
    refused(*train(tmp_path / "t.csv"), says=("t.csv", "'kind'", "0.5", "two different"))


def test_text_is_no_amount(refused, table_file):
    refused(*train(table_file, "kind", "--task", "regression"), says=("people.parquet", "'kind'", "numbers"))


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("contents", [b"", b"\x00\xff\x00 nothing of the kind"])
def test_a_file_is_not_what_its_name_says(refused, tmp_path, name, contents):
    (tmp_path / name).write_bytes(contents)
    refused(*train(tmp_path / name), says=(name,))


@pytest.mark.parametrize("name", [name for name in FORMS if name.endswith(("gz", "parquet", "feather", "npz"))])
def test_a_truncated_file_is_named(refused, tmp_path, name):
    FORMS[name](people(), tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) * 2 // 3])
    refused(*train(tmp_path / name), says=(name,))


def test_files_that_are_not_there(refused, tmp_path):
    refused(*train(tmp_path / "none.csv"), says=("none.csv", "no such file"))
    refused(*train(tmp_path), says=(tmp_path.name, "is a folder"))
    (tmp_path / "t.xlsx").touch()
    refused(*train(tmp_path / "t.xlsx"), says=("t.xlsx", "'.xlsx' is unknown", ".csv", ".parquet"))
    (tmp_path / "t").touch()
    refused(*train(tmp_path / "t"), says=("no suffix",))


def test_a_column_that_is_not_there_has_its_nearest_named(refused, table_file):
    refused(*train(table_file, "kinds"), says=("people.parquet", "'kinds'", "did you mean 'kind'?"))
    message = refused(*train(table_file, "qqq"), says=("'qqq'", "'kind'", "'colour'"))
    assert "did you mean" not in message


def test_a_column_of_lists_is_named(refused, tmp_path):
    table = people().append_column("many", pa.array([[1, 2]] * 80))
    write_table(table, tmp_path / "t.parquet")
    refused(*train(tmp_path / "t.parquet", "kind", "--hidden", 4), says=("t.parquet", "'many'", "list"))
    refused(*train(tmp_path / "t.parquet", "many"), says=("t.parquet", "'many'", "list"))


@pytest.mark.parametrize("options", [(), ("--no-early-stopping",), ("--scoring", "accuracy")])
@pytest.mark.parametrize("target", ["kind", "price"])
def test_divergence_is_told_with_a_remedy(refused, table_file, target, options):
    if target == "price" and "accuracy" in options:
        options = ("--scoring", "neg_mean_absolute_error")
    wild = ("--learning-rate", "1e30", "--solver", "sgd")
    refused(*train(table_file, target, *wild, *options), says=("diverged", "smaller learning rate"))


def test_a_model_is_not_written_over_its_table(refused, table_file):
    refused(*train(table_file, "kind", "--out", table_file), says=("--out", "people.parquet", "itself"))


@pytest.mark.parametrize("out", ["no/m.clearprop", "folder"])
def test_a_place_that_cannot_be_written_to_is_told_before_the_training(refused, table_file, tmp_path, out):
    (tmp_path / "folder").mkdir()
    endless = ("--epochs", 10**9, "--no-early-stopping", "--out", tmp_path / out)
    refused(*train(table_file, "kind", *endless), says=(out, "folder"))


def test_numbers_too_large_for_the_network_do_not_break_it(do, tmp_path):
    ages = np.array([1e308, -1e308] * 40)
    write_table(people().set_column(0, "age", pa.array(ages)), tmp_path / "t.csv")
    do(*train(tmp_path / "t.csv"))


@pytest.mark.parametrize("scoring", ["neg_log_loss", "accuracy", "roc_auc"])
def test_a_score_of_classes_for_an_amount(refused, table_file, scoring):
    refused(*train(table_file, "price", "--scoring", scoring), says=("--scoring", scoring))


def test_targets_too_large_to_square(refused, tmp_path):
    write_table(pa.table({"a": range(40), "y": [1e300, -1e300] * 20}), tmp_path / "t.csv")
    refused(*train(tmp_path / "t.csv", "y", "--task", "regression"), says=("t.csv", "'y'", "too large"))


@pytest.mark.parametrize("options", [("--early-stopping",), ("--early-stopping", "--scoring", "accuracy")])
def test_rows_that_cannot_be_held_out(refused, do, tmp_path, options):
    kinds = pa.array(["rare"] + ["common"] * 79)
    write_table(people().set_column(3, "kind", kinds), tmp_path / "t.csv")
    refused(*train(tmp_path / "t.csv", "kind", *options), says=("t.csv", "'kind'", "hold out"))
    assert "no rows are held out" in do("train", tmp_path / "t.csv", "--target", "kind", *FAST).out
