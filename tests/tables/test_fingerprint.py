"""A table is known again whatever it comes from, and another one is not taken for it."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from clearprop.tables import fingerprint, read_table, to_table
from clearprop.tables.fingerprint import MOST_ROWS
from cli.cases import people

TABLE = people(3 * MOST_ROWS)


def test_it_is_the_same_from_every_library_and_file(tmp_path):
    known = fingerprint(TABLE)
    pd.DataFrame(TABLE.to_pydict()).to_csv(tmp_path / "people.csv", index=False)
    pl.from_arrow(TABLE).write_parquet(tmp_path / "people.parquet")
    others = [to_table(pl.from_arrow(TABLE)), to_table(TABLE.to_pandas())]
    others += [read_table(tmp_path / "people.csv"), read_table(tmp_path / "people.parquet")]
    assert {fingerprint(table) for table in others} == {known}
    assert fingerprint(TABLE.select(TABLE.column_names[::-1])) == known


@pytest.mark.parametrize(
    "other",
    [
        TABLE[:-1],
        TABLE.take(pa.array(np.arange(len(TABLE))[::-1])),
        TABLE.drop_columns(["age"]),
        TABLE.rename_columns(["years", *TABLE.column_names[1:]]),
        people(3 * MOST_ROWS, seed=1),
        TABLE.set_column(0, "age", pa.nulls(len(TABLE), pa.int64())),
    ],
    ids=["fewer rows", "another order", "fewer columns", "another name", "other rows", "a column missing"],
)
def test_another_table_has_another_one(other):
    assert fingerprint(other) != fingerprint(TABLE)


def test_a_table_without_rows_has_one():
    assert fingerprint(TABLE[:0]) != fingerprint(TABLE)
