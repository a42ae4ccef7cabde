"""Times of day and durations: the same numbers from a Parquet file and from a text file of the same table."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_line import one_line_error

from clearprop.tables import TableEncoder, read_table, write_table
from clearprop.tables.clock import duration_seconds, duration_texts, time_seconds

COUNTS = [0, 86_399, 5_000, None, 1]
TIMES = [pa.time32("s"), pa.time32("ms"), pa.time64("us"), pa.time64("ns")]
DURATIONS = [pa.duration("s"), pa.duration("ms"), pa.duration("us"), pa.duration("ns")]


def table_of(data_type):
    counts = pa.array(COUNTS, pa.int32() if pa.types.is_time32(data_type) else pa.int64())
    return pa.table({"t": counts.cast(data_type), "x": range(len(COUNTS))})


@pytest.mark.parametrize("writer", [".csv", ".tsv", ".jsonl", ".parquet", "pyarrow"])
@pytest.mark.parametrize("data_type", TIMES + DURATIONS, ids=str)
def test_every_file_gives_the_same_numbers(data_type, writer, tmp_path):
    table = table_of(data_type)
    path = tmp_path / ("a.csv" if writer == "pyarrow" else f"a{writer}")
    if writer == "pyarrow":
        arrow_csv.write_csv(table, path)
    else:
        write_table(table, path)
    encoder = TableEncoder().fit(table)
    np.testing.assert_array_equal(encoder.transform(read_table(path)), encoder.transform(table))


@pytest.mark.parametrize("trained", DURATIONS, ids=str)
@pytest.mark.parametrize("given_as", DURATIONS, ids=str)
def test_durations_of_every_unit_are_one_scale(trained, given_as, tmp_path):
    encoder = TableEncoder().fit({"t": pa.array([1_000_000_000, 3_000_000_000], pa.duration("ns")).cast(trained)})
    table = pa.table({"t": pa.array([2], pa.duration("s")).cast(given_as)})
    write_table(table, tmp_path / "a.csv")
    for form in (table, read_table(tmp_path / "a.csv")):
        assert encoder.transform(form).tolist() == [[0.0]]


@given(st.lists(st.timedeltas(datetime.timedelta(-9999), datetime.timedelta(9999))))
@settings(deadline=None, max_examples=50)
def test_every_spelling_of_a_duration_is_read(durations):
    expected = [duration / datetime.timedelta(seconds=1) for duration in durations]
    spellings = {
        "own": duration_texts(pa.array(durations, pa.duration("us"))).to_pylist(),
        "python": [str(duration) for duration in durations],
        "pandas": [str(pd.Timedelta(duration)) for duration in durations],
        "iso": [pd.Timedelta(duration).isoformat() for duration in durations if duration >= datetime.timedelta(0)],
    }
    assert [pd.Timedelta(text).to_pytimedelta() for text in spellings["own"]] == durations
    for name, texts in spellings.items():
        wanted = [number for number in expected if number >= 0] if name == "iso" else expected
        found = duration_seconds(pa.array(texts, pa.large_string()), "us").to_pylist()
        assert found == pytest.approx(wanted, rel=1e-14, abs=1e-6), name


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0:00:05", 5), ("-1:00:00", -3600), ("100:00:00", 360_000), ("P2D", 172_800), ("-PT1M", -60), ("7", 0.007)],
)
def test_other_durations(text, seconds):
    assert duration_seconds(pa.array([text, None]), "ms").to_pylist() == [seconds, None]


@given(st.lists(st.times()))
@settings(deadline=None, max_examples=50)
def test_every_time_of_day_is_read(times):
    whole = pa.array(times, pa.time64("us"))
    expected = [count / 1e6 for count in whole.cast(pa.int64()).to_pylist()]
    for texts in (whole.cast(pa.string()).to_pylist(), [time.isoformat() for time in times]):
        assert time_seconds(pa.array(texts, pa.string())).to_pylist() == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (["00:00:01", "24:00:00"], ["row 2", "'24:00:00'", "times of day"]),
        (["00:00:01", "1:60"], ["row 2", "'1:60'"]),
        (["00:00:01", "soon"], ["row 2", "'soon'"]),
        ([1, 2], ["numbers", "times of day"]),
        ([datetime.timedelta(1)], ["durations in us", "times of day"]),
    ],
)
def test_what_is_no_time_of_day_is_named(cells, says):
    encoder = TableEncoder().fit({"t": [datetime.time(1), datetime.time(2)]})
    one_line_error(encoder.transform, {"t": cells}, source="a.csv", says=["a.csv", "column 't'", *says])


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (["PT1S", "1.5"], ["row 2", "'1.5'", "durations in ms"]),
        (["PT1S", "PT"], ["row 2", "'PT'"]),
        (["P1D", "P1Y"], ["row 2", "'P1Y'"]),
        (["1 day", "soon"], ["row 2", "'soon'"]),
        ([1.5, 2.0], ["numbers", "fraction", "durations in ms"]),
        ([datetime.date(2020, 1, 1)], ["dates", "durations in ms"]),
        ([True], ["true/false", "durations in ms"]),
    ],
)
def test_what_is_no_duration_is_named(cells, says):
    encoder = TableEncoder().fit({"t": pa.array([1, 2], pa.duration("ms"))})
    one_line_error(encoder.transform, {"t": cells}, source="a.csv", says=["a.csv", "column 't'", *says])


def test_a_duration_is_no_plain_number():
    encoder = TableEncoder().fit({"x": [1, 2]})
    one_line_error(encoder.transform, {"x": [datetime.timedelta(1)]}, says=["durations in us", "numbers"])


def test_whole_numbers_count_the_unit_of_training_even_where_a_missing_cell_made_them_floats():
    encoder = TableEncoder().fit({"t": pa.array([1, 3, None], pa.duration("ms"))})
    assert encoder.transform({"t": [3.0, None]}).tolist() == encoder.transform({"t": ["PT0.003S", ""]}).tolist()
