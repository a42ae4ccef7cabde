"""A small table with every kind of column, the forms that a file of it can have, and the command as a process."""

import csv
import gzip
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from clearprop.tables import write_table

FAST = ("--hidden", "8", "--epochs", "5")


def people(n: int = 80, seed: int = 0) -> pa.Table:
    """Numbers (some missing), text, a class of two, a class of three, an amount; the classes follow from the rest."""
    random = np.random.RandomState(seed)
    age, height = random.randint(18, 80, n), random.normal(170, 10, n).round(1)
    colour = random.choice(["blue", "green", "red"], n)
    return pa.table(
        {
            "age": age,
            "height": pa.array(height, mask=np.arange(n) % 11 == 5),
            "colour": colour,
            "kind": np.where(age + 20 * (colour == "red") > 50, "old", "young"),
            "size": np.array(["large", "medium", "small"])[np.digitize(-height, [-175, -165])],
            "price": (height * 2 + age).round(2) + 0.25,
        }
    )


def delimited(delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL) -> Callable[[pa.Table, Path], None]:
    def write(table: pa.Table, path: Path) -> None:
        with (gzip.open if path.suffix == ".gz" else open)(path, "wt", newline="") as stream:
            writer = csv.writer(stream, delimiter=delimiter, quoting=quoting)
            writer.writerow(table.column_names)
            writer.writerows(row.values() for row in table.to_pylist())

    return write


def _npz(table: pa.Table, path: Path) -> None:
    columns = {name: table[name].to_numpy() for name in table.column_names}
    np.savez(path, **{name: cells.astype(str) if cells.dtype == object else cells for name, cells in columns.items()})


#: A file's name says the form; all forms hold the same values.
FORMS: dict[str, Callable[[pa.Table, Path], None]] = {
    "comma.csv": delimited(),
    "semicolon.csv": delimited(";"),
    "bar.txt": delimited("|"),
    "tab.tsv": delimited("\t"),
    "quoted.csv": delimited(quoting=csv.QUOTE_ALL),
    "packed.csv.gz": delimited(),
    **dict.fromkeys(("plain.parquet", "plain.arrow", "plain.feather", "plain.jsonl", "more.jsonl.gz"), write_table),
    "plain.npz": _npz,
}


def start(*arguments: object, **keywords: object) -> subprocess.Popen[str]:
    """Start the command as a process of its own, with a wide screen."""
    return subprocess.Popen(
        [sys.executable, "-m", "clearprop", *map(str, arguments)],
        text=True,
        env={**os.environ, "COLUMNS": "200", "TERM": "xterm", "PYTHONUNBUFFERED": "1"},
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **keywords},  # type: ignore[call-overload]
    )
