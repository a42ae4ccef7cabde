"""The encoder: what becomes of each kind of column, and the messages where one cannot be encoded."""

import datetime
import math
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from one_line import one_line_error

from clearprop.tables import COLUMN_KINDS, NumericColumn, TableEncoder, TextColumn

PEOPLE = {
    "age": [20.0, None, 40.0, 60.0],
    "sex": ["male", "female", None, "male"],
    "height": [1.5, 2.0, 1.75, 1.5],
    "planet": ["Earth"] * 4,
    "nothing": pa.array([None] * 4),
    "zero": [0, 0, 0, 0],
    "sometimes": [5, None, 5, None],
}


def test_names_notes_and_descriptions():
    encoder = TableEncoder().fit(PEOPLE)
    assert encoder.feature_names == [
        *("age", "age is missing", "sex=female", "sex=male", "sex is missing", "height", "sometimes is missing")
    ]
    assert [column.name for column in encoder.columns] == ["age", "sex", "height", "sometimes"]
    assert [type(column) for column in encoder.columns] == [NumericColumn, TextColumn, NumericColumn, NumericColumn]
    assert [name for name, kind, _ in encoder.describe() if kind == "dropped"] == ["planet", "nothing", "zero"]
    notes = "\n".join(encoder.notes)
    for words in ("'planet' is dropped", "'nothing' is dropped", "'zero' is dropped", "1 missing cell, filled", "40"):
        assert words in notes
    assert all(len(note.splitlines()) == 1 for note in encoder.notes)


def test_numbers_are_standardised_after_filling_with_the_median():
    matrix = TableEncoder().fit_transform(PEOPLE)
    filled = np.array([20.0, 40.0, 40.0, 60.0])
    np.testing.assert_array_equal(matrix[:, 0], ((filled - filled.mean()) / filled.std()).astype(np.float32))
    np.testing.assert_array_equal(matrix[:, 1], [0, 1, 0, 0])
    assert matrix.dtype == np.float32
    assert matrix.flags.c_contiguous


def test_text_is_one_hot_with_missing_as_its_own_and_unseen_as_none():
    encoder = TableEncoder().fit({"c": ["x", "y", None]})
    assert encoder.feature_names == ["c=x", "c=y", "c is missing"]
    assert encoder.transform({"c": ["y", "new", None, "x"]}).tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 1], [1, 0, 0]]


def test_missing_cells_never_seen_in_training():
    encoder = TableEncoder().fit({"n": [1.0, 2.0, 3.0], "c": ["x", "y", "y"]})
    assert encoder.transform({"n": [None], "c": pa.array([None])}).tolist() == [[0, 0, 0]]


def test_text_is_capped_at_the_most_frequent_with_ties_by_name():
    texts = [f"{number:03}" for number in range(300)]
    encoder = TableEncoder().fit({"id": ["299", *texts]})
    names = encoder.feature_names
    assert len(names) == 256
    assert names[:2] == ["id=000", "id=001"]
    assert names[-3:] == ["id=253", "id=299", "id is other"]
    assert "300 different texts" in encoder.notes[0]
    assert "identifier" in encoder.notes[0]
    assert encoder.transform({"id": ["254", "never", "299", None]})[:, -2:].tolist() == [[0, 1], [0, 1], [1, 0], [0, 0]]


@pytest.mark.parametrize(
    "values",
    [
        [0, 1],
        [False, True],
        pa.array([Decimal("0.5"), Decimal(1)]),
        pa.array([Decimal("0.5"), Decimal(1)], pa.decimal256(50, 2)),
        pa.array([0.5, 1.0], pa.float16()),
        pa.array([0.5, 1.0], pa.float32()),
        pa.array([0, 2**64 - 1], pa.uint64()),
        [-1e308, 1e308],
        [0.0, 5e-324],
        [datetime.date(2020, 1, 1), datetime.date(2021, 1, 1)],
        [datetime.datetime(2020, 1, 1), datetime.datetime(2020, 1, 1, 1)],
        [datetime.time(1), datetime.time(2)],
        [datetime.timedelta(1), datetime.timedelta(2)],
    ],
    ids=str,
)
def test_everything_that_counts_is_numeric(values):
    encoder = TableEncoder().fit({"x": values})
    assert encoder.columns[0].kind == "numeric"
    np.testing.assert_allclose(encoder.transform({"x": values})[:, 0], [-1, 1], atol=1.01 if values[1] == 5e-324 else 0)


def test_dates_and_time_stamps_are_one_measure():
    encoder = TableEncoder().fit({"d": [datetime.date(2020, 1, 1), datetime.date(2020, 1, 3)]})
    for middle in (datetime.datetime(2020, 1, 2), "2020-01-02", "2020-01-02 00:00:00", "2020-01-02T00:00:00Z"):
        assert encoder.transform({"d": [middle]}).tolist() == [[0.0]]


def test_a_number_far_beyond_training_stays_finite():
    assert np.isfinite(TableEncoder().fit({"x": [0.0, 1e-300]}).transform({"x": [1e300]})).all()


@pytest.mark.parametrize(
    "values", [["5"], [5], [5.0], [Decimal("5.00")], pa.array([5], pa.int8()), pa.array([5.0], pa.float32())]
)
@pytest.mark.parametrize("category", ["5", "5.0"])
def test_numbers_find_their_text_category(values, category):
    if values == ["5"] and category != "5":
        values = [category]
    encoder = TableEncoder().fit({"c": [category, "other"]})
    assert encoder.transform({"c": values}).tolist() == [[1, 0]]


@pytest.mark.parametrize("spelling", ["true", "True", "TRUE"])
def test_truth_finds_its_text_category(spelling):
    encoder = TableEncoder().fit({"c": [spelling, "maybe"]})
    assert encoder.transform({"c": [True, False]})[:, encoder.feature_names.index(f"c={spelling}")].tolist() == [1, 0]


def test_text_is_parsed_where_numbers_were():
    numbers = TableEncoder().fit({"x": [1.0, 3.0, None]})
    assert (
        numbers.transform({"x": [" 2 ", "3e0", "", "NA", "?"]}).tolist()
        == numbers.transform({"x": [2, 3, None, None, None]}).tolist()
    )
    truths = TableEncoder().fit({"x": [True, False]})
    assert truths.transform({"x": ["True", "false", "1"]}).tolist() == [[1], [-1], [1]]
    assert truths.transform({"x": [1, 0]}).tolist() == [[1], [-1]]


def test_declared_categories_are_text_whatever_they_hold():
    encoder = TableEncoder().fit({"c": pa.array([3, 1, 3]).dictionary_encode()})
    assert encoder.feature_names == ["c=1", "c=3"]
    assert encoder.transform({"c": ["3"]}).tolist() == encoder.transform({"c": [3.0]}).tolist() == [[0, 1]]


@pytest.mark.parametrize("values", [[1.0, 1.0, 3.0], ["a", "a", "b"]])
def test_run_end_encoding_changes_nothing(values):
    runs = pa.chunked_array([pc.run_end_encode(pa.array(values[:1])), pc.run_end_encode(pa.array(values[1:]))])
    plain = TableEncoder().fit({"x": values})
    again = TableEncoder().fit(pa.table({"x": runs}))
    assert again.to_dict() == plain.to_dict()
    assert again.transform(pa.table({"x": runs})).tolist() == plain.transform({"x": values}).tolist()


def test_declared_categories_that_no_row_holds_are_no_feature():
    unused = pa.DictionaryArray.from_arrays(pa.array([0, 1, 0]), pa.array(["a", "b", "never"]))
    assert TableEncoder().fit({"c": unused}).feature_names == ["c=a", "c=b"]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"x": [1.0, 2.0, math.inf]}, ["column 'x'", "row 3", "inf"]),
        ({"x": [[1], [2]]}, ["column 'x'", "list"]),
        ({"x": [{"a": 1}]}, ["column 'x'", "struct"]),
        ({"x": [b"a", b"b"]}, ["column 'x'", "binary"]),
        ({"x": [1, 1], "y": ["a", "a"]}, ["no column"]),
        ({"x": pa.array([], pa.int64())}, ["no rows"]),
        ({}, ["no rows"]),
        (pa.table([pa.array([1, 2])] * 2, ["x", "x"]), ["column 'x'", "several"]),
    ],
)
def test_tables_that_teach_nothing_are_named_in_one_line(table, says):
    one_line_error(TableEncoder().fit, table, source="a.csv", says=["a.csv", *says])


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"n": [1, 2], "c": ["x", "y"]}, ["columns 'd', 'b' are missing"]),
        ({"n": ["1", "NA", "twelve", "x"]}, ["column 'n'", "row 3", "'twelve'", "numbers"]),
        ({"n": [1.0, -math.inf]}, ["column 'n'", "row 2", "-inf"]),
        ({"n": ["1", "inf"]}, ["column 'n'", "row 2", "inf"]),
        ({"n": [datetime.date(2020, 1, 1)]}, ["column 'n'", "dates", "numbers"]),
        ({"n": [[1]]}, ["column 'n'", "list"]),
        ({"c": [[1]]}, ["column 'c'", "list"]),
        ({"d": [1]}, ["column 'd'", "numbers", "dates"]),
        ({"d": ["2020-01-01", "soon"]}, ["column 'd'", "row 2", "'soon'"]),
        ({"b": ["true", "maybe"]}, ["column 'b'", "row 2", "'maybe'"]),
    ],
)
def test_tables_that_do_not_fit_are_named_in_one_line(table, says):
    training = {"n": [1, 2], "c": ["x", "y"], "d": [datetime.date(2020, 1, 1), datetime.date(2021, 1, 1)]}
    training["b"] = [True, False]
    rows = len(next(iter(table.values())))
    whole = (
        table
        if "n" in table and "c" in table
        else {name: [cells[0]] * rows for name, cells in training.items()} | table
    )
    one_line_error(TableEncoder().fit(training).transform, whole, source="b.csv", says=["b.csv", *says])


def test_an_encoder_that_is_not_fitted():
    one_line_error(TableEncoder().transform, {"x": [1]}, says=["not fitted"])


def test_a_failed_fit_leaves_the_encoder_as_it_was():
    encoder = TableEncoder().fit({"x": [1, 3]})
    one_line_error(encoder.fit, {"x": [1.0, math.inf]}, says=["row 2"])
    assert encoder.transform({"x": [3]}).tolist() == [[1]]


def test_every_kind_of_column_is_in_the_table_under_its_own_name():
    assert all(kind.kind == name for name, kind in COLUMN_KINDS.items())


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (datetime.date(2020, 1, 1), "2020-01-01"),
        (datetime.datetime(2020, 1, 1, 10, 30), "2020-01-01 10:30:00"),
        (datetime.time(10, 30), "10:30:00"),
        (datetime.timedelta(minutes=1, milliseconds=500), "PT60.5S"),
        (1577836800, "1.57784e+09"),
    ],
)
def test_dates_and_times_are_shown_as_such(cell, shown):
    encoder = TableEncoder().fit({"c": [cell] * 3, "m": [cell, None, cell], "x": [1, 2, 3]})
    assert encoder.notes[0] == f"column 'c' is dropped: every cell is {shown}"
    assert f"every cell is {shown} or missing" in encoder.notes[1]


def test_means_of_dates_are_dates_and_their_deviations_seconds():
    ((_, _, text),) = TableEncoder().fit({"d": [datetime.date(2020, 1, 1), datetime.date(2020, 1, 3)]}).describe()
    assert text == "mean 2020-01-02, standard deviation 86400 seconds"


@pytest.mark.parametrize(
    ("texts", "is_identifier"),
    [
        (["only", *[None] * 99], False),
        ([*"abcde", *[None] * 95], False),
        ([*"abcdefghijklmnopqrstuvwxyz", *[None] * 5], True),
        ([*"abcdefghijklmnopqrstuvwxyz"], True),
        ([*"aabbccddeeffgghhiijjkkllmm"], False),
    ],
)
def test_only_many_different_texts_look_like_an_identifier(texts, is_identifier):
    notes = " ".join(TableEncoder().fit({"c": texts, "x": range(len(texts))}).notes)
    assert ("identifier" in notes) == is_identifier


def test_a_column_of_numbers_with_strays_says_which_they_are():
    numbers = [str(number) for number in range(10)]
    (note,) = TableEncoder().fit({"x": [*numbers, "abc"], "y": range(11)}).notes
    assert "numbers but for 'abc'" in note
    for texts in (["a", "b", "c", "1"], ["a", "b"], ["a", "1"]):
        assert not TableEncoder().fit({"x": texts, "y": range(len(texts))}).notes
