"""The encoder: the same numbers whatever the library, the chunks, the order of rows and columns, or a trip to JSON."""

import datetime
import json

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_line import one_line_error

from clearprop.tables import TableEncoder, read_table, write_table

rows = st.fixed_dictionaries(
    {
        "number": st.none() | st.floats(-1e9, 1e9),
        "whole": st.none() | st.integers(-(2**40), 2**40),
        "text": st.none() | st.text("ab é5.0", max_size=3),
        "truth": st.none() | st.booleans(),
        "day": st.none() | st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2100, 1, 1)),
    }
)
SCHEMA = pa.schema(
    [
        ("number", pa.float64()),
        ("whole", pa.int64()),
        ("text", pa.string()),
        ("truth", pa.bool_()),
        ("day", pa.timestamp("us")),
    ]
)
FIRST = [
    {"number": 0.5, "whole": 1, "text": "a", "truth": True, "day": datetime.datetime(2000, 1, 1)},
    {"number": 1.5, "whole": 2, "text": "b", "truth": False, "day": datetime.datetime(2000, 1, 2)},
]
tables = st.lists(rows, max_size=8).map(lambda more: pa.Table.from_pylist([*FIRST, *more], SCHEMA))


@settings(deadline=None, max_examples=25)
@given(tables, tables)
def test_every_form_of_a_table_gives_the_same_matrix(training, table):
    encoder = TableEncoder().fit(training)
    expected = encoder.transform(table)
    assert np.isfinite(expected).all()
    categories = table.set_column(2, "text", table["text"].dictionary_encode())
    forms = {
        "pandas": table.to_pandas(),
        "polars": pl.DataFrame(pl.from_arrow(table)),
        "polars categories": pl.DataFrame(pl.from_arrow(table)).with_columns(pl.col("text").cast(pl.Categorical)),
        "pandas categories": table.to_pandas().astype({"text": "category"}),
        "dictionary": categories,
        "chunks": pa.concat_tables([categories[:1], categories[1:2], categories[2:2], categories[2:]]),
        "batches": pa.Table.from_batches(table.to_batches(max_chunksize=3)),
        "other order": table.select(table.column_names[::-1]).append_column("more", pa.array([[1]] * len(table))),
    }
    for name, form in forms.items():
        np.testing.assert_array_equal(encoder.transform(form), expected, err_msg=name)
    for name in ("pandas", "polars", "dictionary", "chunks"):
        np.testing.assert_array_equal(
            TableEncoder().fit(forms[name]).transform(forms[name]), TableEncoder().fit_transform(table), err_msg=name
        )


@settings(deadline=None, max_examples=25)
@given(tables, tables, st.randoms(use_true_random=False))
def test_each_row_is_encoded_by_itself(training, table, random):
    encoder = TableEncoder().fit(training)
    order = list(range(len(table)))
    random.shuffle(order)
    np.testing.assert_array_equal(encoder.transform(table.take(order)), encoder.transform(table)[order])
    np.testing.assert_array_equal(encoder.transform(table[:1]), encoder.transform(table)[:1])
    assert encoder.transform(table[:0]).shape == (0, len(encoder.feature_names))


@settings(deadline=None, max_examples=25)
@given(tables, tables)
def test_a_trip_to_json_changes_nothing(training, table):
    encoder = TableEncoder().fit(training)
    again = TableEncoder.from_dict(json.loads(json.dumps(encoder.to_dict(), allow_nan=False)))
    np.testing.assert_array_equal(again.transform(table), encoder.transform(table))
    assert (again.notes, again.describe(), again.feature_names) == (
        encoder.notes,
        encoder.describe(),
        encoder.feature_names,
    )


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".jsonl", ".parquet", ".arrow"])
def test_every_file_format_gives_the_same_matrix(suffix, tmp_path):
    random = np.random.default_rng(0)
    texts = np.array(["a", "b ", "5", "", None], object)[random.integers(0, 5, 100)]
    moments = pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 10**6, 100), "s")
    table = pa.table({"n": random.normal(size=100), "t": texts, "m": moments, "b": random.random(100) < 0.5})
    write_table(table, tmp_path / f"a{suffix}")
    encoder = TableEncoder().fit(table)
    np.testing.assert_array_equal(encoder.transform(read_table(tmp_path / f"a{suffix}")), encoder.transform(table))


def altered(**changes):
    record = TableEncoder().fit({"n": [1, 2], "c": ["x", "y"]}).to_dict()
    for key, value in changes.items():
        column, field = key.split("__")
        index = ["n", "c"].index(column)
        if value is None:
            del record["columns"][index][field]
        else:
            record["columns"][index][field] = value
    return record


@pytest.mark.parametrize(
    ("record", "says"),
    [
        (None, ["version"]),
        ({"version": 2, "columns": []}, ["version 2"]),
        ({"version": 1}, ["columns"]),
        ({"version": 1, "columns": [5]}, ["5"]),
        (altered(n__kind="magic"), ["magic"]),
        (altered(n__name=5), ["5"]),
        (altered(n__mean=None), ["'n'", "mean"]),
        (altered(n__mean="1"), ["'n'", "mean"]),
        (altered(n__mean=float("nan")), ["'n'", "mean"]),
        (altered(n__deviation=-1.0), ["'n'", "deviation"]),
        (altered(n__measure="wishes"), ["'n'", "measure"]),
        (altered(n__n_missing=9), ["'n'", "counts"]),
        (altered(n__extra=9), ["'n'", "extra"]),
        (altered(c__categories="xy"), ["'c'", "categories"]),
        (altered(c__categories=[1, 2]), ["'c'", "categories"]),
        (altered(c__n_distinct=1), ["'c'", "counts"]),
        (altered(c__n_rows="2"), ["'c'", "counts"]),
    ],
    ids=lambda value: str(value)[-40:],
)
def test_malformed_records_are_refused_in_one_line(record, says):
    one_line_error(TableEncoder.from_dict, record, says=says)
