"""The reader of features: the same matrices whatever the library, the file, the chunks, or the order of the rows."""

import datetime
import json

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearprop.tables import FeatureReader, Schema, write_table

rows = st.fixed_dictionaries(
    {
        "x0": st.none() | st.floats(-1e9, 1e9),
        "x1": st.none() | st.integers(-(2**40), 2**40),
        "x2": st.none() | st.text("ab é", max_size=3),
        "x3": st.none() | st.booleans(),
        "x4": st.none() | st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2100, 1, 1)),
    }
)
SCHEMA = pa.schema(
    [
        ("x0", pa.float64()),
        ("x1", pa.int64()),
        ("x2", pa.string()),
        ("x3", pa.bool_()),
        ("x4", pa.timestamp("us")),
    ]
)
FIRST = [
    {"x0": 0.5, "x1": 1, "x2": "a", "x3": True, "x4": datetime.datetime(2000, 1, 1, 5)},
    {"x0": 1.5, "x1": 2, "x2": "b", "x3": False, "x4": datetime.datetime(2000, 2, 2, 6, 7, 8, 9)},
]
tables = st.lists(rows, max_size=8).map(lambda more: pa.Table.from_pylist([*FIRST, *more], SCHEMA))


def reader_of(table):
    return FeatureReader(Schema.infer(table)).fit(table)


def assert_same(features, expected, message=""):
    np.testing.assert_array_equal(features.numbers, expected.numbers, err_msg=message)
    np.testing.assert_array_equal(features.codes, expected.codes, err_msg=message)


def objects(table):
    """A matrix of Python objects, of columns x0, x1, ..."""
    matrix = np.empty((len(table), table.num_columns), object)
    for at, column in enumerate(table.columns):
        matrix[:, at] = column.to_pylist()
    return matrix


def forms_of(table):
    categories = table.set_column(2, "x2", table["x2"].dictionary_encode())
    frame = pl.DataFrame(pl.from_arrow(table))
    return {
        "pandas": table.to_pandas(),
        "polars": frame,
        "NumPy": objects(table),
        "polars categories": frame.with_columns(pl.col("x2").cast(pl.Categorical)),
        "pandas categories": table.to_pandas().astype({"x2": "category"}),
        "dictionary": categories,
        "chunks": pa.concat_tables([categories[:1], categories[1:2], categories[2:2], categories[2:]]),
        "batches": pa.Table.from_batches(table.to_batches(max_chunksize=3)),
        "large text": table.set_column(2, "x2", table["x2"].cast(pa.large_string())),
        "text view": table.set_column(2, "x2", table["x2"].cast(pa.string_view())),
        "nanoseconds": table.set_column(4, "x4", table["x4"].cast(pa.timestamp("ns"))),
    }


@settings(deadline=None, max_examples=25)
@given(tables, tables)
def test_every_form_of_a_table_gives_the_same_features(training, table):
    reader = reader_of(training)
    expected = reader.transform(table)
    for name, form in forms_of(table).items():
        assert_same(reader.transform(form), expected, name)
    more = table.select(table.column_names[::-1]).append_column("more", pa.array([[1]] * len(table)))
    assert_same(reader.transform(more), expected)


@settings(deadline=None, max_examples=25)
@given(tables)
def test_every_form_of_a_training_table_teaches_the_same(training):
    expected = reader_of(training).to_dict()
    for name, form in forms_of(training).items():
        assert reader_of(form).to_dict() == expected, name


@pytest.mark.parametrize("suffix", [".csv", ".tsv.gz", ".jsonl", ".parquet", ".arrow"])
@settings(deadline=None, max_examples=8)
@given(training=tables, table=tables)
def test_every_format_of_file_gives_the_same_features(tmp_path_factory, suffix, training, table):
    folder = tmp_path_factory.mktemp("files")
    reader = reader_of(training)
    write_table(training, folder / f"training{suffix}")
    write_table(table, folder / f"table{suffix}")
    again = reader_of(folder / f"training{suffix}")
    assert (again.number_names, again.categories) == (reader.number_names, reader.categories)
    for one in (reader, again):
        assert_same(one.transform(folder / f"table{suffix}"), reader.transform(table))


@settings(deadline=None, max_examples=25)
@given(tables, tables, st.randoms(use_true_random=False))
def test_each_row_is_read_by_itself_and_no_order_matters(training, table, random):
    reader = reader_of(training)
    order = list(range(len(table)))
    random.shuffle(order)
    expected = reader.transform(table)
    shuffled = reader.transform(table.take(order))
    np.testing.assert_array_equal(shuffled.numbers, expected.numbers[order])
    np.testing.assert_array_equal(shuffled.codes, expected.codes[order])
    one = reader.transform(table[:1])
    np.testing.assert_array_equal(one.numbers, expected.numbers[:1])
    np.testing.assert_array_equal(one.codes, expected.codes[:1])
    order = list(range(len(training)))
    random.shuffle(order)
    assert reader_of(training.take(order)).to_dict() == reader.to_dict()


@settings(deadline=None, max_examples=25)
@given(tables, tables)
def test_codes_and_numbers_keep_their_promises(training, table):
    reader = reader_of(training)
    for features in (reader.transform(table), reader.transform(training)):
        assert not np.isinf(features.numbers).any()
        assert (features.codes >= 0).all()
        assert (features.codes <= reader.n_categories).all()
    for column, n_categories in zip(features.codes.T, reader.n_categories, strict=True):
        assert set(column.tolist()) - {0} == set(range(1, n_categories + 1))
    names = dict(zip(reader.category_names, reader.categories, strict=True))
    texts = [names["x2"][code - 1] if code else None for code in features.codes[:, 0]]
    assert texts == [(text or "").strip() or None for text in training["x2"].to_pylist()]


@settings(deadline=None, max_examples=25)
@given(tables, tables)
def test_a_trip_to_json_changes_nothing(training, table):
    reader = reader_of(training)
    again = FeatureReader.from_dict(json.loads(json.dumps(reader.to_dict())))
    assert again.to_dict() == reader.to_dict()
    assert_same(again.transform(table), reader.transform(table))
