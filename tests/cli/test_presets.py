"""`clearprop train` by a preset: the whole way from a table over a schema that a person changes to predictions."""

import json

import pytest

from clearprop import load
from clearprop.tables import Schema, write_table

from .cases import people

QUICK = ("--preset", "fast", "--epochs", 2)


@pytest.fixture(scope="module")
def model_file(tmp_path_factory):
    """A model of the table by a preset; it must not be changed."""
    from clearprop.cli.app import run

    folder = tmp_path_factory.mktemp("preset")
    write_table(people(), folder / "people.parquet")
    arguments = ("train", folder / "people.parquet", "--target", "size", "--quiet", *QUICK)
    assert run([str(argument) for argument in arguments]) == 0
    return folder / "people.clearprop"


def test_a_preset_is_trained_by_default(do, table_file):
    said = do("train", table_file, "--target", "kind", "--epochs", 1, "--json")
    record = said.json()
    assert (record["preset"], record["epochs"], record["rows"]) == ("default", 1, 80)


def test_predict_evaluate_and_info_agree(do, model_file, tmp_path):
    write_table(people(), tmp_path / "t.csv")
    predicted = do("predict", model_file, tmp_path / "t.csv", "--proba").table()
    assert predicted.column_names == ["prediction", *(f"probability_{name}" for name in ("large", "medium", "small"))]
    measures = do("evaluate", model_file, tmp_path / "t.csv", "--json").json()
    right = [a == b for a, b in zip(predicted["prediction"].to_pylist(), people()["size"].to_pylist(), strict=True)]
    assert measures["accuracy"] == pytest.approx(sum(right) / 80)
    info = do("info", model_file).out
    for words in ("networks", "share", "preset", "fast", "colour", "3 categories"):
        assert words in info
    assert do("info", model_file, "--json").json() == json.loads(json.dumps(load(model_file).describe()))


def test_a_schema_is_shown_written_changed_and_obeyed(do, table_file, tmp_path):
    schema = tmp_path / "people.schema.json"
    said = do("info", table_file, "--out", schema)
    for name, kind in Schema.read(schema).kinds.items():
        assert any(line.split()[:2] == [name, kind] for line in said.out.splitlines())
    assert str(schema) in said.out
    text = schema.read_text(encoding="utf-8")
    assert text.count('"colour": {"kind": "category"') == 1
    schema.write_text(text.replace('"colour": {"kind": "category"', '"colour": {"kind": "dropped"'), encoding="utf-8")
    out = do("train", table_file, "--target", "kind", "--schema", schema, *QUICK).out
    assert "column 'colour' is dropped: left out by" in out
    columns = do("info", tmp_path / "people.clearprop", "--json").json()["columns"]
    assert {column["name"]: column["kind"] for column in columns}["colour"] == "dropped"


def test_a_metric_decides(do, refused, table_file):
    do("train", table_file, "--target", "kind", "--quiet", "--decision", "balanced_accuracy", *QUICK)
    model = load(table_file.with_suffix(".clearprop"))
    assert model.estimator.costs_ is not None
    train = ("train", table_file, "--target", "size", "--out", table_file.with_name("other.clearprop"), *QUICK)
    refused(*train, "--decision", "f1", says=("--decision 'f1'", "two classes", "f1_macro"))
    refused(*train, "--decision", "roc_auc", says=("--decision 'roc_auc'", "a metric of decided classes"))


def test_what_info_says_of_a_table_as_json(do, table_file):
    told = do("info", table_file, "--json").json()
    assert told["rows"] == 80
    assert told["columns"] == Schema.infer(people()).to_dict()


def test_wrong_schemas_and_presets_are_told(refused, table_file, model_file, tmp_path):
    train = ("train", table_file, "--target", "kind", *QUICK)
    (tmp_path / "a.json").write_text(
        '{"format": "clearprop schema", "version": 1, "columns": {"agge": {"kind": "number"}}}'
    )
    refused(*train, "--schema", tmp_path / "a.json", says=("a.json", "'agge'", "people.parquet", "did you mean 'age'?"))
    (tmp_path / "b.json").write_text(
        '{"format": "clearprop schema", "version": 1, "columns": {"age": {"kind": "numbr"}}}'
    )
    refused(*train, "--schema", tmp_path / "b.json", says=("b.json", "'numbr'", "did you mean 'number'?"))
    (tmp_path / "c.json").write_text(
        '{"format": "clearprop schema", "version": 1, "columns": {"colour": {"kind": "number"}}}'
    )
    refused(*train, "--schema", tmp_path / "c.json", says=("people.parquet", "'colour'", "numbers", "c.json"))
    refused(*train, "--schema", tmp_path / "none.json", says=("none.json", "no such file"))
    refused(*train, "--schema", tmp_path / "a.json", "--out", tmp_path / "a.json", says=("--out", "itself"))
    refused("train", table_file, "--target", "kind", "--preset", "fats", says=("--preset", "did you mean 'fast'?"))
    refused(
        *train, "--hidden", 4, says=("--preset is for the networks of a preset", "--hidden asks for a network of your")
    )
    refused("info", model_file, "--out", tmp_path / "s.json", says=("--out", "people.clearprop is no table"))
    refused("info", table_file, "--out", table_file, says=("--out", "itself"))
