"""A table in several files: folders and patterns, types that widen, and the file that does not fit."""

import datetime
import gzip

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from one_line import one_line_error

from clearprop.tables import Schema, read_table, to_table, write_table

TABLE = pa.table({"name": ["Ada", "Alan", None], "age": [36, None, 41], "height": [1.5, 1.75, 2.0]})


def write_parts(folder, suffix, tables):
    folder.mkdir(exist_ok=True)
    for number, table in enumerate(tables):
        write_table(table if isinstance(table, pa.Table) else pa.table(table), folder / f"part-{number}{suffix}")
    return folder


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".csv.gz", ".jsonl", ".parquet", ".arrow"])
def test_a_folder_and_a_pattern_are_one_table(tmp_path, suffix, monkeypatch):
    folder = write_parts(tmp_path / "parts", suffix, [TABLE[:2], TABLE[2:].select(["age", "name", "height"])])
    expected = TABLE.to_pylist()
    assert read_table(folder).to_pylist() == expected
    assert read_table(f"{folder}/part-*").to_pylist() == expected
    assert read_table(tmp_path / "**" / f"*{suffix}").to_pylist() == expected
    assert to_table(str(folder)).to_pylist() == expected
    assert read_table(folder, columns=["age"]).column_names == ["age"]
    monkeypatch.chdir(tmp_path)
    assert read_table(f"parts/part-[01]{suffix}").to_pylist() == expected
    assert Schema.infer(folder) == Schema.infer(TABLE)


def test_parts_come_in_the_order_of_their_names(tmp_path):
    for name in ("b", "c", "a"):
        write_table(pa.table({"x": [name]}), tmp_path / f"{name}.csv")
    assert read_table(tmp_path)["x"].to_pylist() == ["a", "b", "c"]


def test_marks_of_other_programs_and_folders_are_no_parts(tmp_path):
    write_parts(tmp_path, ".csv", [TABLE])
    for name in ("_SUCCESS", ".part-0.csv.crc"):
        (tmp_path / name).touch()
    (tmp_path / "more").mkdir()
    assert len(read_table(tmp_path)) == 3


def test_a_file_whose_name_looks_like_a_pattern(tmp_path):
    write_table(TABLE, tmp_path / "people[1].csv")
    write_table(TABLE[:1], tmp_path / "people1.csv")
    assert len(read_table(tmp_path / "people[1].csv")) == 3


DAY, MOMENT = datetime.date(2020, 1, 1), datetime.datetime(2020, 1, 2, 3)


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ([1], [2.5], pa.float64()),
        (pa.array([1], pa.int8()), pa.array([2], pa.uint16()), pa.int64()),
        (pa.array([1], pa.int8()), pa.array([2**63], pa.uint64()), pa.float64()),
        ([1], pa.array([None]), pa.int64()),
        (pa.array([None]), ["x"], pa.string()),
        (["x"], pa.array(["y"], pa.large_string()), pa.large_string()),
        (["x"], pa.array(["y"]).dictionary_encode(), pa.large_string()),
        (pa.array(["x"]).dictionary_encode(), pa.array(["y"]).dictionary_encode(), None),
        ([DAY], [MOMENT], pa.timestamp("us")),
        ([DAY], pa.array([DAY], pa.date64()), pa.date64()),
        (pa.array([1], pa.timestamp("s", "UTC")), pa.array([1], pa.timestamp("ns", "UTC")), pa.timestamp("ns", "UTC")),
        (pa.array([1], pa.time32("s")), pa.array([1], pa.time64("us")), pa.time64("us")),
        (pa.array([1], pa.duration("s")), pa.array([1], pa.duration("ms")), pa.duration("ms")),
    ],
    ids=str,
)
def test_types_widen(tmp_path, one, other, kind):
    folder = write_parts(tmp_path, ".arrow", [{"x": one}, {"x": other}])
    table = read_table(folder)
    cells = pa.table({"x": one})["x"].to_pylist() + pa.table({"x": other})["x"].to_pylist()
    if pa.types.is_date(pa.table({"x": one})["x"].type) and pa.types.is_timestamp(table["x"].type):
        cells[0] = datetime.datetime(2020, 1, 1)
    assert table["x"].to_pylist() == cells
    assert kind is None or table["x"].type == kind


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        ([1], ["x"], "holds text, and "),
        (["x"], [1.5], "holds numbers, and "),
        ([True], [1], "holds numbers, and "),
        ([DAY], [1], "holds numbers, and "),
        ([MOMENT], pa.array([1], pa.timestamp("us", "UTC")), "dates with a time zone"),
        ([[1]], [1], "holds numbers, and "),
    ],
    ids=str,
)
def test_types_that_do_not_fit_name_the_file_and_the_column(tmp_path, one, other, says):
    folder = write_parts(tmp_path, ".parquet", [{"x": pa.array([None])}, {"x": one}, {"x": other}])
    one_line_error(read_table, folder, says=["part-2.parquet, column 'x'", says, "part-1.parquet", "must agree"])


@pytest.mark.parametrize(("wrong", "right"), [(0, 1), (1, 0)])
def test_a_file_that_lacks_a_column_is_named(tmp_path, wrong, right):
    tables = [TABLE, TABLE]
    tables[wrong] = TABLE.drop_columns(["age", "height"])
    folder = write_parts(tmp_path, ".csv", tables)
    message = one_line_error(read_table, folder, says=["lacks 'age', 'height'", f"part-{right}.csv has"])
    assert message.startswith(str(folder / f"part-{wrong}.csv"))


def test_what_is_no_folder_of_one_table(tmp_path):
    one_line_error(read_table, tmp_path, says=["is a folder", "**/*.csv"])
    one_line_error(read_table, tmp_path / "*.csv", says=["*.csv", "no file's name fits"])
    write_parts(tmp_path, ".csv", [TABLE])
    (tmp_path / "part-1.csv").write_bytes(b"")
    one_line_error(read_table, tmp_path, says=["part-1.csv", "is empty"])
    (tmp_path / "part-1.csv").unlink()
    write_table(TABLE, tmp_path / "part-1.parquet")
    one_line_error(read_table, tmp_path, says=["part-1.parquet", "is Parquet", "part-0.csv is CSV", "*.parquet"])
    (tmp_path / "part-1.parquet").unlink()
    (tmp_path / "README.md").touch()
    one_line_error(read_table, tmp_path, says=["README.md", "'.md' is unknown"])
    one_line_error(read_table, tmp_path / "part*", columns=["x"], says=["part*", "no column 'x'"])


def test_compressed_and_plain_text_are_one_format(tmp_path):
    (tmp_path / "a.csv").write_text("x\n1\n")
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"x\n2\n"))
    assert read_table(tmp_path)["x"].to_pylist() == [1, 2]


def test_many_parts_give_the_table_that_pandas_would_join(tmp_path):
    random = np.random.default_rng(3)
    frames = [
        pd.DataFrame({"x": random.normal(size=5), "c": random.choice(list("abc"), 5), "n": random.integers(9, size=5)})
        for _ in range(12)
    ]
    for number, frame in enumerate(frames):
        frame.to_csv(tmp_path / f"{number:02}.csv", index=False)
    pd.testing.assert_frame_equal(read_table(tmp_path).to_pandas(), pd.concat(frames, ignore_index=True))
