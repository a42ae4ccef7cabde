"""Files of every format: read back what was written, and every broken one named."""

import datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_line import one_line_error

from clearprop.tables import read_table, write_table
from clearprop.tables.formats import FORMATS, format_of

WRITTEN = [suffix for suffix, entry in FORMATS.items() if entry.write]
COMPRESSED = [f"{suffix}.gz" for suffix in WRITTEN if FORMATS[suffix].is_text]

cells = st.fixed_dictionaries(
    {
        "number": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "whole": st.none() | st.integers(-(2**60), 2**60),
        "text": st.none() | st.text("abc é,;\"'\n\t", min_size=1).map(lambda text: f"x{text}x"),
        "truth": st.none() | st.booleans(),
    }
)
SCHEMA = pa.schema([("number", pa.float64()), ("whole", pa.int64()), ("text", pa.string()), ("truth", pa.bool_())])
FULL = {"number": 0.5, "whole": 7, "text": "full", "truth": True}


@pytest.mark.parametrize("suffix", WRITTEN + COMPRESSED)
def test_what_was_written_is_read_back(suffix, tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / f"a{suffix}"

    @settings(deadline=None, max_examples=10)
    @given(st.lists(cells, max_size=5))
    def check(rows):
        table = pa.Table.from_pylist([FULL, *rows], SCHEMA)
        write_table(table, path)
        assert read_table(path).to_pylist() == table.to_pylist()

    check()


@pytest.mark.parametrize("suffix", COMPRESSED)
def test_the_same_table_gives_the_same_compressed_bytes(suffix, tmp_path):
    for name in ("one", "two"):
        write_table(pa.table({"a": [1, 2]}), tmp_path / f"{name}{suffix}")
    assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", [".parquet", ".arrow"])
def test_types_survive(suffix, tmp_path):
    table = pa.table(
        {
            "category": pa.array(["x", None, "y"]).dictionary_encode(),
            "decimal": pa.array([Decimal("1.50"), None, Decimal(2)], pa.decimal128(9, 2)),
            "truth": [True, None, False],
            "date": [datetime.date(2020, 1, 2), None, datetime.date(2021, 1, 1)],
            "time": pa.array([1, None, 2], pa.timestamp("ns", "UTC")),
        }
    )
    write_table(table, tmp_path / f"a{suffix}")
    assert read_table(tmp_path / f"a{suffix}").schema.types == table.schema.types


def test_odd_types_become_text_or_numbers_in_text_formats(tmp_path):
    table = pa.table(
        {"c": pa.array(["x"]).dictionary_encode(), "d": [Decimal("1.5")], "t": [datetime.date(2020, 1, 2)]}
    )
    for suffix in (".csv", ".jsonl"):
        write_table(table, tmp_path / f"a{suffix}")
        first = read_table(tmp_path / f"a{suffix}").to_pylist()[0]
        assert [str(first["c"]), str(first["d"]), str(first["t"])[:10]] == ["x", "1.5", "2020-01-02"]


def test_a_single_column_keeps_its_missing_rows(tmp_path):
    write_table(pa.table({"a": [1, None, 3]}), tmp_path / "a.csv")
    assert read_table(tmp_path / "a.csv").to_pydict() == {"a": [1, None, 3]}


def test_arrow_streams_are_read(tmp_path):
    table = pa.table({"a": [1, 2]})
    with pa.ipc.new_stream(tmp_path / "a.feather", table.schema) as writer:
        writer.write_table(table)
    assert read_table(tmp_path / "a.feather").equals(table)


def test_a_stored_row_index_is_no_column(tmp_path):
    parquet.write_table(pa.table({"a": [1], "__index_level_0__": [7]}), tmp_path / "a.parquet")
    assert read_table(tmp_path / "a.parquet").column_names == ["a"]


def test_columns_are_selected_in_order(tmp_path):
    write_table(pa.table({"a": [1], "b": [2], "c": [3]}), tmp_path / "a.csv")
    assert read_table(tmp_path / "a.csv", columns=["c", "a"]).to_pydict() == {"c": [3], "a": [1]}
    one_line_error(read_table, tmp_path / "a.csv", columns=["a", "z"], says=["a.csv", "'z'", "'a', 'b', 'c'"])


@pytest.mark.parametrize(
    ("arrays", "expected"),
    [
        ({"X": np.eye(2), "y": np.array(["a", "b"])}, {"x0": [1, 0], "x1": [0, 1], "y": ["a", "b"]}),
        ({"X": np.eye(2), "y": np.ones((2, 1))}, {"x0": [1, 0], "x1": [0, 1], "y": [1, 1]}),
        ({"size": np.array([1.5, np.nan]), "name": np.array(["a", "b"])}, {"size": [1.5, None], "name": ["a", "b"]}),
    ],
)
def test_numpy_archives(arrays, expected, tmp_path):
    np.savez(tmp_path / "a.npz", **arrays)
    assert read_table(tmp_path / "a.npz").to_pydict() == expected


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"X": np.eye(2), "y": np.ones(3)}, ["'y'", "3 cells"]),
        ({"a": np.ones(2), "b": np.ones(3)}, ["'b'", "3 cells", "2"]),
        ({"a": np.array([1, None], object)}, ["Python objects"]),
        ({"X": np.ones((2, 2, 2))}, ["(2, 2, 2)"]),
        ({"a": np.ones((2, 2))}, ["'a'", "(2, 2)"]),
        ({"a": np.ones(2, complex)}, ["'a'", "row 1"]),
        ({"a": np.ones(0)}, ["no rows"]),
        ({}, ["no array"]),
    ],
)
def test_broken_numpy_archives(arrays, says, tmp_path):
    np.savez(tmp_path / "a.npz", **arrays)
    one_line_error(read_table, tmp_path / "a.npz", says=["a.npz", *says])


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.parquet", b"a,b\n1,2\n", ["not a Parquet file"]),
        ("a.arrow", b"a,b\n1,2\n", ["not an Arrow file"]),
        ("a.npz", b"a,b\n1,2\n", ["not an .npz file"]),
        ("a.npz", b"PK\3\4", ["not an .npz file"]),
        ("a.csv", b"", ["empty"]),
        ("a.parquet", b"", ["empty"]),
        ("a.xlsx", b"x", ["'.xlsx'", ".csv", ".parquet"]),
        ("a.parquet.gz", b"x", ["'.parquet.gz'"]),
        ("a", b"x", ["no suffix"]),
        ("a.csv", b"b,b\n1,2\n", ["column 'b'", "2 columns"]),
        ("a.jsonl", b'{"a":1}\n{"a"\n', ["row 2", "not JSON"]),
        ("a.jsonl", b'{"a":1}\n\n{"a":"x"}\n', ["column 'a'", "row 2", "'x'"]),
        ("a.jsonl", b"[1]\n", ["row 1", "[1]"]),
        ("a.jsonl", b'{"a":1,"a":2}\n', ["column 'a'", "row 1", "twice"]),
        ("a.jsonl", b'{"a":1}\n{"b":"\xe9"}\n', ["row 2", "UTF-8"]),
        ("a.jsonl", b"{}\n", ["no columns"]),
        ("a.jsonl", b"\n\n", ["empty"]),
    ],
)
def test_broken_files_are_named_in_one_line(name, data, says, tmp_path):
    (tmp_path / name).write_bytes(data)
    one_line_error(read_table, tmp_path / name, says=[str(tmp_path / name), *says])


def test_files_that_are_none(tmp_path):
    one_line_error(read_table, tmp_path / "a.csv", says=["a.csv", "no such file"])
    one_line_error(read_table, tmp_path, says=["is a folder"])


@pytest.mark.parametrize(
    ("column", "name", "says"),
    [
        ([[1], [2]], "a.csv", ["CSV"]),
        ([[1], [2]], "a.csv.gz", ["CSV"]),
        ([1.0, float("inf")], "a.jsonl", ["column 'c'", "row 2", "infinite"]),
        ([1], "a.npz", ["'.npz'"]),
        ([1], "no/a.csv", ["does not exist"]),
    ],
)
def test_a_failed_write_leaves_nothing_new(column, name, says, tmp_path):
    (tmp_path / "a.csv").write_text("old")
    one_line_error(write_table, pa.table({"c": column}), tmp_path / name, says=[str(tmp_path / name), *says])
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a.csv", "old")]


@pytest.mark.parametrize("path", [None, "-"])
def test_standard_output_gets_csv_bytes(path, capsysbinary):
    write_table(pa.table({"a": [1], "b": ["é\n"]}), path)
    assert capsysbinary.readouterr().out == '"a","b"\n1,"é\n"\n'.encode()


def test_the_suffix_is_read_in_any_case():
    assert format_of("A.B.CSV.GZ") == (FORMATS[".csv"], True)
