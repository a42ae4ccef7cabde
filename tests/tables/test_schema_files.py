"""The file form of a schema: whatever a person does to it either means something or is named in one line."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_line import one_line_error

from clearprop.tables import KINDS, ColumnSchema, Schema

PEOPLE = {
    "age": [20, None, 40],
    "zip": [90210, 10001, 90210],
    'a "quoted"\nname, é': ["x", "y", "x"],
    "planet": ["Earth"] * 3,
}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "schema.json"
    Schema.infer(PEOPLE).write(path)
    return path


def test_a_trip_to_a_file_changes_nothing(path):
    schema = Schema.read(path)
    assert schema == Schema.infer(PEOPLE)
    assert schema.source == str(path)
    assert Schema.infer(PEOPLE, given=schema) == schema
    assert Schema.from_dict(json.loads(json.dumps(schema.to_dict()))) == schema


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=5), st.tuples(st.sampled_from(KINDS), st.text(), st.text()), max_size=4))
def test_any_names_and_words_survive(tmp_path_factory, columns):
    schema = Schema(tuple(ColumnSchema(name, *rest) for name, rest in columns.items()))
    path = tmp_path_factory.mktemp("schema") / "schema.json"
    schema.write(path)
    assert Schema.read(path) == schema


def test_the_file_has_one_column_a_line(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[5].startswith('    "age": {"kind": "number", "becomes": "a number", "reason": "20 to 40')
    assert "é" in lines[7]
    assert path.read_bytes().endswith(b"}\n")


def test_a_person_changes_kinds_and_takes_entries_out(path):
    text = path.read_text(encoding="utf-8").replace('"zip": {"kind": "number"', '"zip": {"kind": "category"')
    path.write_text("\n".join(line for line in text.splitlines() if '"age"' not in line), encoding="utf-8-sig")
    schema = Schema.infer(PEOPLE, given=Schema.read(path))
    assert list(schema.kinds.values()) == ["number", "category", "category", "dropped"]


def test_a_short_file_is_enough(tmp_path):
    path = tmp_path / "s.json"
    path.write_text('{"format": "clearprop schema", "version": 1, "columns": {"zip": {"kind": "dropped"}}}')
    schema = Schema.infer(PEOPLE, given=Schema.read(path))
    assert schema.columns[1] == ColumnSchema("zip", "dropped", "nothing", f"left out by {path}")


def file_of(columns, **more):
    return json.dumps({"format": "clearprop schema", "version": 1, "columns": columns, **more})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", ["not JSON", "line 1"]),
        ("{\n  'a': 1}", ["not JSON", "line 2, character 3"]),
        ("[" * 100_000, ["nested"]),
        ("[]", ["no schema", '"clearprop schema"']),
        ("{}", ["no schema"]),
        (b"\xff\xfe\x00", ["not UTF-8"]),
        ('{"format": "clearprop schema", "version": 2}', ["version 2", "version 1 is needed"]),
        (file_of({}, colums={}), ["unknown entry 'colums'", "'columns'"]),
        ('{"format": "clearprop schema", "version": 1}', ["holds None as columns"]),
        (file_of(["age"]), ["holds ['age'] as columns"]),
        (file_of({"age": "number"}), ["column 'age'", "holds 'number'", '{"kind": ...}']),
        (file_of({"age": {}}), ["column 'age'", "has no kind", "'number', 'time'"]),
        (file_of({"age": {"kind": 3}}), ["column 'age'", "holds 3 as its kind"]),
        (file_of({"age": {"kind": "numbr"}}), ["column 'age'", "no kind 'numbr'", "did you mean 'number'?"]),
        (file_of({"age": {"kind": "z" * 99}}), ["column 'age'", "kinds there are", "'number'"]),
        (file_of({"age": {"knid": "number"}}), ["column 'age'", "no entry 'knid'", "did you mean 'kind'?"]),
        (file_of({"age": {"kind": "number", "reason": 1}}), ["column 'age'", "must be texts"]),
        ('{"format": "clearprop schema", "version": 1, "columns": {"a": {}, "a": {}}}', ["'a' is there twice"]),
    ],
)
def test_a_wrong_file_is_named_in_one_line(tmp_path, text, says):
    path = tmp_path / "wrong.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    one_line_error(Schema.read, path, says=["wrong.json", *says])


def test_columns_and_cells_that_do_not_fit_name_the_file(tmp_path):
    path = tmp_path / "s.json"
    path.write_text(file_of({"Age": {"kind": "number"}}))
    says = ["s.json", "no column 'Age' in people.csv", "did you mean 'age'?"]
    one_line_error(Schema.infer, PEOPLE, source="people.csv", given=Schema.read(path), says=says)
    path.write_text(file_of({"planet": {"kind": "number"}}))
    says = ["people.csv", "column 'planet'", "row 1", "'Earth'", "s.json says 'number'"]
    one_line_error(Schema.infer, PEOPLE, source="people.csv", given=Schema.read(path), says=says)


def test_files_that_cannot_be_read_or_written(tmp_path):
    one_line_error(Schema.read, tmp_path / "none.json", says=["none.json", "no such file"])
    one_line_error(Schema.read, tmp_path, says=["cannot be read"])
    one_line_error(Schema.infer(PEOPLE).write, tmp_path / "none" / "s.json", says=["does not exist"])


@pytest.mark.parametrize("record", [None, [], {"age": {"kind": "none"}}, {"age": 1}])
def test_a_wrong_record(record):
    one_line_error(Schema.from_dict, record, says=["the schema's record"])
