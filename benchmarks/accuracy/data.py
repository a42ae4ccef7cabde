"""Tables from Parquet files: `target` is the class, `split` says which rows are for training and which for testing."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

TARGET, SPLIT = "target", "split"


@dataclass(frozen=True)
class Rows:
    """Features of some rows, strings and numbers and missing cells, and their labels as strings."""

    X: pd.DataFrame
    y: np.ndarray


@dataclass(frozen=True)
class Size:
    """What a page says of a table."""

    train_rows: int
    test_rows: int
    numbers: int
    categories: int
    classes: int
    missing_cells: int


class TableError(Exception):
    """A file is not a table to measure on; the message says why, in one line."""


def files(folder: Path) -> dict[str, Path]:
    """Return the Parquet files of a folder by the name of their table."""
    return {path.stem: path for path in sorted(folder.glob("*.parquet"))}


def read_table(path: Path) -> tuple[Rows, Rows]:
    """Return the rows to train on and those to test on; raises `TableError`."""
    frame = pd.read_parquet(path)
    for column in (TARGET, SPLIT):
        if column not in frame:
            raise TableError(f"{path.name} has no column {column!r}")
    train, test = (_rows(frame[frame[SPLIT] == part]) for part in ("train", "test"))
    if not len(train.y) or not len(test.y):
        raise TableError(f"{path.name}: its column {SPLIT!r} needs rows with 'train' and rows with 'test'")
    if len(np.unique(train.y)) < 2:
        raise TableError(f"{path.name}: its training rows are all of one class")
    return train, test


def _rows(frame: pd.DataFrame) -> Rows:
    X = frame.drop(columns=[TARGET, SPLIT]).reset_index(drop=True)
    return Rows(X, frame[TARGET].astype(str).to_numpy(dtype=str))


def size_of(train: Rows, test: Rows) -> dict[str, Any]:
    """Return the numbers of a table as JSON holds them."""
    n_numbers = train.X.select_dtypes(include="number").shape[1]
    missing = sum(int(rows.X.isna().to_numpy().sum()) for rows in (train, test))
    n_classes = len(np.unique(np.concatenate([train.y, test.y])))
    size = Size(len(train.y), len(test.y), n_numbers, train.X.shape[1] - n_numbers, n_classes, missing)
    return asdict(size)


def small_table() -> Rows:
    """A table that every contender can be warmed up on: a number and a category with missing cells, two classes."""
    generator = np.random.default_rng(0)
    number, category = generator.standard_normal(64), generator.choice(["a", "b", "c"], 64).astype(object)
    y = np.where(number + (category == "a") > 0, "yes", "no")
    number[:4], category[4:8] = np.nan, None
    return Rows(pd.DataFrame({"number": number, "category": pd.Series(category, dtype="string")}), y)
