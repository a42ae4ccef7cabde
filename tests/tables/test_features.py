"""The reader of features: what each kind of column becomes, and the messages where a table does not fit."""

import datetime
import json
import math
import subprocess
import sys
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from one_line import one_line_error

from clearprop.tables import FeatureReader, Schema
from clearprop.tables.hashed_feature import N_BUCKETS, bucket_of

TRAINING = {
    "age": [20.0, None, 40.0, 60.0],
    "sex": ["male", "female", None, "male"],
    "smokes": [True, False, True, None],
    "sold": [datetime.date(2020, 1, 1), datetime.date(2020, 2, 3), None, datetime.date(2021, 2, 1)],
    "at": [datetime.time(1), datetime.time(2, 30), None, datetime.time(0)],
    "took": [datetime.timedelta(seconds=5), None, datetime.timedelta(hours=1), datetime.timedelta(0)],
    "planet": ["Earth"] * 4,
    "id": [1, 2, 3, 4],
}


def fitted(table, **kinds):
    return FeatureReader(Schema.infer(table, given=Schema.of_kinds(kinds))).fit(table)


def codes(reader, values, name="x"):
    return reader.transform({name: values}).codes[:, 0].tolist()


def numbers(reader, values, name="x"):
    return reader.transform({name: values}).numbers[:, 0].tolist()


@pytest.fixture(scope="module")
def reader():
    return fitted(TRAINING)


def test_names_categories_and_shapes(reader):
    assert reader.number_names == ["age", "sold: elapsed days", "sold: day of month", "at", "took"]
    assert reader.category_names == ["sex", "smokes", "sold: month", "sold: day of week"]
    assert reader.categories == [
        ("female", "male"),
        ("false", "true"),
        ("January", "February"),
        ("Monday", "Wednesday"),
    ]
    assert reader.n_categories == [2, 2, 2, 2]
    features = reader.transform(TRAINING)
    assert features.numbers.dtype == np.float64
    assert features.codes.dtype == np.int32
    assert features.numbers.flags.c_contiguous and features.codes.flags.c_contiguous
    np.testing.assert_array_equal(
        features.numbers,
        [
            [20, 18262, 1, 3600, 5],
            [np.nan, 18295, 3, 9000, np.nan],
            [40, np.nan, np.nan, np.nan, 3600],
            [60, 18659, 1, 0, 0],
        ],
    )
    assert features.codes.tolist() == [[2, 2, 1, 2], [1, 1, 2, 1], [0, 2, 0, 0], [2, 0, 2, 1]]


def test_notes_and_descriptions(reader):
    assert reader.notes == [
        "column 'age': 1 of 4 cells missing",
        "column 'sex': 1 of 4 cells missing",
        "column 'smokes': 1 of 4 cells missing",
        "column 'sold': 1 of 4 cells missing",
        "column 'at': 1 of 4 cells missing",
        "column 'took': 1 of 4 cells missing",
        "column 'planet' is dropped: every cell is 'Earth'",
        "column 'id' is dropped: an identifier: 4 different whole numbers in 4 rows",
    ]
    assert [(name, kind) for name, kind, _ in reader.describe()] == list(reader.schema.kinds.items())
    assert reader.describe()[0] == ("age", "number", "20 to 60; 1 of 4 cells missing")
    strays = fitted({"x": [*map(str, range(100)), "-"]})
    assert strays.notes == ["column 'x': numbers but for '-', read as missing; 1 of 101 cells missing"]
    zoned = fitted({"x": pa.array([0, 10**6], pa.timestamp("s", "Europe/Paris"))})
    assert zoned.notes == ["column 'x': the times are those of UTC"]


@pytest.mark.parametrize("kind", ["null", "bool", "int8", "float64", "string", "timestamp", "list", "duration"])
def test_a_column_without_a_cell_is_missing_whatever_its_type(reader, kind):
    types = {"bool": pa.bool_(), "timestamp": pa.timestamp("ns"), "list": pa.list_(pa.int8()), "null": pa.null()}
    types["duration"] = pa.duration("us")
    data_type = types.get(kind) or getattr(pa, kind)()
    features = reader.transform({name: pa.array([None, None], data_type) for name in TRAINING})
    assert np.isnan(features.numbers).all()
    assert not features.codes.any()


@pytest.mark.parametrize("cells", [["", "NA"], [" ", "?"], [math.nan, None], np.array([np.nan, np.nan])])
def test_words_for_missing_are_missing(reader, cells):
    features = reader.transform(dict.fromkeys(TRAINING, cells))
    assert np.isnan(features.numbers).all()
    assert not features.codes.any()


def test_float_columns_that_hold_nothing_but_nan_as_values(reader):
    cells = pa.array([1.0, 2.0]).from_buffers(pa.float64(), 2, [None, pa.py_buffer(np.full(2, np.nan))])
    features = reader.transform(dict.fromkeys(TRAINING, cells))
    assert np.isnan(features.numbers).all()
    assert not features.codes.any()


def test_unseen_categories_are_zero():
    reader = fitted({"x": ["b", "a", "b"]})
    assert codes(reader, ["a", "b", "c", None, "A", " a "]) == [1, 2, 0, 0, 0, 1]
    dates = fitted({"x": [datetime.date(2020, 1, 6), datetime.date(2020, 2, 4)]})
    assert dates.transform({"x": ["2020-03-02", "2020-02-05"]}).codes.tolist() == [[0, 1], [2, 0]]


@pytest.mark.parametrize("cells", [["true", "FALSE", None], [True, False, None], [1, 0, None], ["1.0", "0", ""]])
def test_boolean_cells_in_any_form(cells):
    assert codes(fitted({"x": [True, False]}), cells) == codes(fitted({"x": ["True", "false"]}), cells) == [2, 1, 0]
    assert codes(fitted({"x": [True, None]}), cells) == [2, 1, 0]


@pytest.mark.parametrize("cell", ["5", 5, 5.0, Decimal("5.00"), np.float32(5)])
def test_numbers_find_their_category(cell):
    assert codes(fitted({"x": pa.array([5, 7, 5]).dictionary_encode()}), [cell]) == [1]
    assert codes(fitted({"x": [7.0, 5.0]}, x="category"), [cell]) == [1]
    assert codes(fitted({"x": ["05", "7"]}), [5]) == [1]


def test_texts_that_look_like_numbers_are_told_apart():
    assert codes(fitted({"x": ["1.1", "1.10", "v"]}), ["1.1", "1.10", "1.100", 1.1]) == [1, 2, 0, 1]
    assert codes(fitted({"x": [1.5, 2.0]}, x="category"), ["1.50", "2", "2.0", "3"]) == [1, 2, 2, 0]


def test_text_is_parsed_where_numbers_were():
    reader = fitted({"x": [1.0, 3.0, None]})
    assert numbers(reader, [" 2 ", "3e0", "7"]) == [2, 3, 7]
    assert numbers(fitted({"x": ["1", "3"]}), [2, 3]) == [2, 3]
    assert numbers(reader, [True, False]) == [1, 0]


def test_strays_of_training_stay_missing_and_others_are_refused():
    reader = fitted({"x": [*map(str, range(100)), "-", "n/k"]})
    np.testing.assert_array_equal(numbers(reader, ["5", "-", " n/k "]), [5, np.nan, np.nan])
    np.testing.assert_array_equal(numbers(reader, [5, None]), [5, np.nan])
    says = ["b.csv", "column 'x'", "row 3", "'soon'"]
    one_line_error(reader.transform, {"x": ["5", "-", "soon"]}, source="b.csv", says=says)


def test_hashed_text():
    texts = [f"text {number}" for number in range(600)]
    reader = fitted({"x": texts * 2})
    assert reader.schema.kinds == {"x": "text"}
    assert reader.n_categories == [len({bucket_of(text) for text in texts})]
    assert reader.notes == [f"column 'x': 600 different texts, hashed into {reader.n_categories[0]} buckets"]
    found = codes(reader, [*texts, None, "NA"])
    assert set(found[:-2]) == set(range(1, reader.n_categories[0] + 1))
    assert found[-2:] == [0, 0]
    names = [reader.categories[0][code - 1] for code in found[:-2]]
    assert names == [f"bucket {bucket_of(text)}" for text in texts]
    few = fitted({"x": ["a", "b", "a"]}, x="text")
    assert few.n_categories == [2]
    unfilled = next(text for text in texts if bucket_of(text) not in (bucket_of("a"), bucket_of("b")))
    assert codes(few, ["a", unfilled]) == [1 + (bucket_of("a") > bucket_of("b")), 0]


def test_numbers_find_the_bucket_of_their_text():
    zips = [f"{number:05}" for number in range(7, 3007, 5)]
    reader = fitted({"x": zips * 2})
    assert reader.schema.kinds == {"x": "text"}
    assert codes(reader, [int(text) for text in zips]) == codes(reader, zips)


def test_buckets_are_the_same_in_every_process():
    code = "from clearprop.tables.hashed_feature import bucket_of; print(bucket_of('Elm Street, é'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) == bucket_of("Elm Street, é") < N_BUCKETS


@pytest.mark.parametrize(
    ("moments", "parts"),
    [
        (["2020-01-06", "2020-01-13"], ["elapsed days", "day of month"]),
        (["2020-01-06", "2020-01-07"], ["elapsed days", "day of month", "day of week"]),
        (["2019-01-07", "2020-01-07"], ["elapsed days", "day of week"]),
        (["2020-01-06 10:00", "2020-01-06 11:00"], ["elapsed days", "hour"]),
        (["2020-01-06 10:00", "2020-01-06 10:59"], ["elapsed days", "minute"]),
        (["2020-01-06 10:00:00", "2020-01-06 10:00:01"], ["elapsed days"]),
        (["2020-02-29", "2020-03-29"], ["elapsed days", "month", "day of week"]),
    ],
)
def test_only_the_parts_of_a_date_that_vary_are_used(moments, parts):
    reader = fitted({"x": moments})
    assert {*reader.number_names, *reader.category_names} == {f"x: {part}" for part in parts}


def test_parts_of_dates_are_those_of_pandas():
    random = np.random.default_rng(5)
    moments = pd.to_datetime(random.integers(-9 * 10**9, 9 * 10**9, size=500), unit="s").as_unit("us")
    reader = fitted({"x": moments})
    features = reader.transform({"x": moments})
    frame = dict(zip(reader.number_names, features.numbers.T, strict=True))
    for name, found, texts in zip(reader.category_names, features.codes.T, reader.categories, strict=True):
        frame[name] = [texts[code - 1] for code in found]
    days = moments.to_numpy().astype(np.int64) / 86400e6
    np.testing.assert_allclose(frame["x: elapsed days"], days, rtol=1e-14)
    np.testing.assert_array_equal(frame["x: day of month"], moments.day)
    np.testing.assert_array_equal(frame["x: minute"], moments.minute)
    assert frame["x: month"] == moments.month_name().to_list()
    assert frame["x: day of week"] == moments.day_name().to_list()
    assert frame["x: hour"] == [f"{hour:02}" for hour in moments.hour]


def test_dates_in_many_forms_and_zones():
    reader = fitted({"x": ["2020-01-06 10:00", "2020-03-07 12:30"]})
    expected = reader.transform({"x": ["2020-03-07 12:00"]})
    for cell in (
        datetime.datetime(2020, 3, 7, 12),
        pd.Timestamp("2020-03-07 13:00", tz="Europe/Paris"),
        "2020-03-07T12:00:00Z",
        "2020-03-07 14:00+02:00",
    ):
        features = reader.transform({"x": [cell]})
        np.testing.assert_array_equal(features.numbers, expected.numbers)
        np.testing.assert_array_equal(features.codes, expected.codes)


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (pa.array([0, 2**60], pa.timestamp("s")), ["row 2", "years 1 to 9999"]),
        (pa.array([0, -(2**60)], pa.timestamp("ms")), ["row 2", "years 1 to 9999"]),
        (pa.array([0, 2**30], pa.date32()), ["row 2", "years 1 to 9999"]),
        (["2020-01-01", "2020-02-30"], ["row 2", "'2020-02-30'", "dates"]),
        (["2020-01-01", "12/31/2020"], ["row 2", "'12/31/2020'", "dates"]),
        ([datetime.time(1), None], ["times of day", "dates"]),
    ],
    ids=str,
)
def test_dates_out_of_range_are_named(cells, says):
    reader = fitted({"x": ["2020-01-01", "2020-02-01"]})
    one_line_error(reader.transform, {"x": cells}, source="b.csv", says=["b.csv", "column 'x'", *says])


def test_the_ends_of_the_calendar():
    reader = fitted({"x": [datetime.date(1, 1, 1), datetime.date(9999, 12, 31)]})
    assert reader.transform({"x": ["9999-12-31", "0001-01-01"]}).codes.tolist() == [[2, 2], [1, 1]]


@pytest.mark.parametrize(
    ("column", "cells", "says"),
    [
        ("age", [1, "twelve"], ["row 2", "'twelve'", "numbers"]),
        ("age", [1.0, -math.inf], ["row 2", "-inf", "finite"]),
        ("age", ["1", "inf"], ["row 2", "inf", "finite"]),
        ("age", [datetime.date(2020, 1, 1)] * 2, ["dates", "numbers"]),
        ("age", [[1], [2]], ["list"]),
        ("sex", [[1], [2]], ["list"]),
        ("sex", [b"a", b"b"], ["binary"]),
        ("smokes", [True, "maybe"], ["row 2", "'maybe'", "true/false"]),
        ("smokes", [1, 2], ["row 2", "holds 2", "true/false"]),
        ("sold", [1, 2], ["numbers", "dates"]),
        ("at", ["10:30", "25:00"], ["row 2", "'25:00'", "times of day"]),
        ("took", ["PT1S", "long"], ["row 2", "'long'", "durations"]),
    ],
    ids=str,
)
def test_cells_that_do_not_fit_are_named_in_one_line(reader, column, cells, says):
    table = {name: [None, None] for name in TRAINING} | {column: cells}
    one_line_error(reader.transform, table, source="b.csv", says=["b.csv", f"column {column!r}", *says])


def test_columns_that_are_missing_or_there_twice(reader):
    says = ["b.csv", "columns 'age', 'smokes' are missing", "there are"]
    wrong = {name: [None] for name in TRAINING if name not in ("age", "smokes", "planet", "id")}
    one_line_error(reader.transform, wrong, source="b.csv", says=says)
    twice = pa.table([pa.array([1])] * 2, ["age", "age"])
    one_line_error(reader.transform, twice, source="b.csv", says=["b.csv", "column 'age'", "several"])


def test_more_columns_in_any_order_and_without_the_dropped_ones(reader):
    names = [name for name in reversed(TRAINING) if name not in ("planet", "id")]
    table = {"more": [[1]] * 4, **{name: TRAINING[name] for name in names}}
    np.testing.assert_array_equal(reader.transform(table).numbers, reader.transform(TRAINING).numbers)
    np.testing.assert_array_equal(reader.transform(table).codes, reader.transform(TRAINING).codes)


@pytest.mark.parametrize(
    ("kinds", "table", "says"),
    [
        ({"x": "number"}, {"x": pa.array([], pa.int8())}, ["a.csv", "no rows"]),
        ({"x": "number"}, {"y": [1]}, ["a.csv", "column 'x' is missing"]),
        ({"x": "dropped"}, {"x": [1, 2]}, ["a.csv", "no column tells"]),
        ({}, {"x": [1, 2]}, ["a.csv", "no column tells"]),
        ({"x": "date"}, {"x": ["2020-01-01"]}, ["a.csv", "no column tells"]),
        ({"x": "number"}, {"x": ["1", "two"]}, ["a.csv", "column 'x'", "row 2", "'two'"]),
        ({"x": "number"}, {"x": [1.0, math.inf]}, ["a.csv", "column 'x'", "row 2", "inf"]),
        ({"x": "boolean"}, {"x": ["yes", "no"]}, ["a.csv", "column 'x'", "row 1", "'yes'"]),
    ],
)
def test_a_training_table_that_does_not_fit(kinds, table, says):
    one_line_error(FeatureReader(Schema.of_kinds(kinds)).fit, table, source="a.csv", says=says)


def test_a_reader_that_is_not_fitted_and_a_fit_that_fails(reader):
    one_line_error(FeatureReader(reader.schema).transform, TRAINING, says=["not fitted"])
    again = fitted({"x": [1, 3]})
    one_line_error(again.fit, {"x": [1.0, math.inf]}, says=["row 2"])
    assert numbers(again, [3]) == [3]


def test_no_rows_at_prediction(reader):
    features = reader.transform({name: [] for name in TRAINING})
    assert features.numbers.shape == (0, 5)
    assert features.codes.shape == (0, 4)


def test_only_numbers_and_only_categories():
    assert fitted({"x": [1, 2]}).transform({"x": [1]}).codes.shape == (1, 0)
    assert fitted({"x": ["a", "b"]}).transform({"x": ["a"]}).numbers.shape == (1, 0)


def test_large_tables_are_read_by_threads_to_the_same_result(reader):
    rows = 60_000
    table = pa.table(TRAINING).take(pa.array(np.arange(rows) % 4))
    features, once = reader.transform(table), reader.transform(TRAINING)
    np.testing.assert_array_equal(features.numbers, np.tile(once.numbers, (rows // 4, 1)))
    np.testing.assert_array_equal(features.codes, np.tile(once.codes, (rows // 4, 1)))
    wrong = table.set_column(0, "age", pa.array(["x"] * rows)).set_column(2, "smokes", pa.array(["y"] * rows))
    one_line_error(reader.transform, wrong, source="b.csv", says=["column 'age', row 1"])


def test_a_trip_to_json_changes_nothing(reader):
    for original in (reader, fitted({"x": [f"text {n}" for n in range(300)] * 2, "y": [*map(str, range(599)), "-"]})):
        again = FeatureReader.from_dict(json.loads(json.dumps(original.to_dict())))
        assert again.to_dict() == original.to_dict()
        assert again.schema == original.schema
        for name in ("number_names", "category_names", "categories", "n_categories", "notes"):
            assert getattr(again, name) == getattr(original, name)
        assert again.describe() == original.describe()
    again = FeatureReader.from_dict(json.loads(json.dumps(reader.to_dict())))
    np.testing.assert_array_equal(again.transform(TRAINING).numbers, reader.transform(TRAINING).numbers)
    np.testing.assert_array_equal(again.transform(TRAINING).codes, reader.transform(TRAINING).codes)


WRONG_FIELDS = [
    ("age", {"measure": "feet"}, "measure"),
    ("age", {"low": math.inf}, "low and high"),
    ("age", {"low": "1"}, "low and high"),
    ("age", {"strays": "x"}, "strays must be a list"),
    ("age", {"was_text": 1}, "was_text"),
    ("age", {"n_rows": -1}, "n_rows"),
    ("age", {"more": 1}, "more"),
    ("age", {"kind": "numbr"}, "no column of a known kind"),
    ("age", {"name": 3}, "no column of a known kind"),
    ("sex", {"texts": [1]}, "texts must be a list"),
    ("sex", {"texts": ["a", "a"]}, "different"),
    ("sex", {"was_text": None}, "was_text"),
    ("sex", {"n_missing": 1.5}, "n_missing"),
    ("smokes", {"n_true": None}, "n_true"),
    ("sold", {"numbers": ["month"]}, "numbers must be of elapsed days, day of month, minute"),
    ("sold", {"seen": {"month": [12]}}, "seen"),
    ("sold", {"seen": {"year": [1]}}, "seen"),
    ("sold", {"seen": {"month": 3}}, "seen"),
    ("sold", {"seen": []}, "seen"),
    ("sold", {"is_zoned": 0}, "is_zoned"),
    ("sold", {"low": "x"}, "low and high"),
]


@pytest.mark.parametrize(("name", "fields", "says"), WRONG_FIELDS, ids=str)
def test_a_malformed_record_is_named_in_one_line(reader, name, fields, says):
    record = json.loads(json.dumps(reader.to_dict()))
    at = [feature["name"] for feature in record["features"]].index(name)
    record["features"][at] |= fields
    one_line_error(FeatureReader.from_dict, record, says=["record of features is malformed", says])


@pytest.mark.parametrize("buckets", [[255], ["1"], 3, [-1]])
def test_malformed_buckets(buckets):
    record = fitted({"x": ["a", "b", "a"]}, x="text").to_dict()
    record["features"][0]["buckets"] = buckets
    one_line_error(FeatureReader.from_dict, record, says=["column 'x'", "malformed", "buckets"])


@pytest.mark.parametrize(
    ("record", "says"),
    [
        (None, "version None"),
        ({"version": 2}, "version 2"),
        ({"version": 1, "schema": {}}, "no list 'features'"),
        ({"version": 1, "features": []}, "the schema's record"),
        ({"version": 1, "schema": {}, "features": [1]}, "no column of a known kind"),
        ({"version": 1, "schema": {}, "features": [{"kind": ["x"], "name": "x"}]}, "no column of a known kind"),
    ],
)
def test_a_malformed_whole_is_named_in_one_line(record, says):
    one_line_error(FeatureReader.from_dict, record, says=[says])
