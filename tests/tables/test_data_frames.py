"""Data frames of every library, dictionaries and matrices: the same table from each."""

import datetime

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from one_line import one_line_error

from clearprop.tables import to_table, write_table

COLUMNS = {"size": [1.5, None, 3.0], "name": ["a", None, "b"], "count": [1, 2, 3]}


@pytest.mark.parametrize(
    "frame",
    [
        COLUMNS,
        pd.DataFrame(COLUMNS, index=[7, 8, 9]),
        pd.DataFrame(COLUMNS, index=pd.Index([7, 8, 9], name="id")),
        pl.DataFrame(COLUMNS),
        pl.DataFrame(COLUMNS).lazy(),
        pa.table(COLUMNS),
        pa.table(COLUMNS).to_batches()[0],
        nw.from_native(pl.DataFrame(COLUMNS)),
        {"size": np.array([1.5, np.nan, 3.0]), "name": pl.Series(["a", None, "b"]), "count": pd.Series([1, 2, 3])},
    ],
    ids=lambda frame: type(frame).__module__ + type(frame).__name__,
)
def test_every_frame_gives_the_same_table(frame):
    assert to_table(frame).to_pydict() == COLUMNS


def test_matrices_and_paths(tmp_path):
    assert to_table(np.array([[1, 2], [3, 4]])).to_pydict() == {"x0": [1, 3], "x1": [2, 4]}
    assert to_table(np.array([[1, "a"], [2.5, None]], object)).to_pydict() == {"x0": [1, 2.5], "x1": ["a", None]}
    write_table(pa.table({"a": [1]}), tmp_path / "a.csv")
    assert to_table(str(tmp_path / "a.csv")).to_pydict() == to_table(tmp_path / "a.csv").to_pydict() == {"a": [1]}


MIXED = [1, "x", None, float("nan"), True, 2.0, datetime.date(2020, 1, 1), pd.NaT]


@pytest.mark.parametrize(
    "frame",
    [{"a": MIXED}, pd.DataFrame({"a": pd.Series(MIXED, dtype=object)}), pl.DataFrame({"a": MIXED}, {"a": pl.Object})],
    ids=["dict", "pandas", "polars"],
)
def test_mixed_cells_become_text(frame):
    assert to_table(frame).to_pydict() == {"a": ["1", "x", None, None, "true", "2", "2020-01-01", None]}


def test_names_of_columns_are_text():
    assert to_table(pd.DataFrame(np.ones((1, 2)))).column_names == ["0", "1"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (5, ["int"]),
        (None, ["NoneType"]),
        (pd.Series([1]), ["Series"]),
        (np.ones(3), ["(3,)"]),
        ({"a": 5}, ["column 'a'", "5"]),
        ({"a": "abc"}, ["column 'a'", "'abc'"]),
        ({"a": [1], "b": [1, 2]}, ["column 'b'", "2 cells", "'a' has 1"]),
        ({"a": [1, [2]]}, ["column 'a'", "row 2", "[2]"]),
        (pd.DataFrame(np.ones((1, 2)), columns=["a", "a"]), ["'a'"]),
        (pd.DataFrame(np.ones((1, 2)), columns=[1, "1"]), ["'1'"]),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_table_is_said_in_one_line(data, says):
    one_line_error(to_table, data, says=says)
