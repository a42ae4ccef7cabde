"""How long a table takes to become features, beside reading its Parquet file: `python -m benchmarks.encoding`."""

from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

from clearprop.tables import FeatureReader, Schema

N_ROWS = 1_000_000
ROUNDS = 5
SEED = 7
CATEGORIES = (3, 7, 20, 50, 100, 200)
#: Ten columns of numbers, of which every other one has missing cells.
N_NUMBERS = 10
SHARE_MISSING = 0.05


def mixed_table(n_rows: int) -> pa.Table:
    """Return 20 columns: 10 numbers, 6 texts, 2 truth values, a date-time and a whole number."""
    random = np.random.default_rng(SEED)
    columns: dict[str, pa.Array] = {}
    for index in range(N_NUMBERS):
        missing = random.random(n_rows) < SHARE_MISSING if index % 2 else None
        columns[f"number {index}"] = pa.array(random.normal(size=n_rows), mask=missing)
    for n_categories in CATEGORIES:
        texts = pa.array([f"category {index} of {n_categories}" for index in range(n_categories)])
        columns[f"text {n_categories}"] = texts.take(pa.array(random.integers(n_categories, size=n_rows)))
    for index in range(2):
        columns[f"truth {index}"] = pa.array(random.random(n_rows) < 0.3)
    moments = random.integers(1_400_000_000, 1_700_000_000, size=n_rows) * 1_000_000
    columns["moment"] = pa.array(moments).cast(pa.timestamp("us"))
    columns["whole"] = pa.array(random.integers(100_000, size=n_rows))
    return pa.table(columns)


def seconds(action: Callable[[], Any]) -> float:
    """Return how long an action takes."""
    start = perf_counter()
    action()
    return perf_counter() - start


def measure(folder: Path, n_rows: int = N_ROWS) -> tuple[float, float]:
    """Return the median seconds of reading the file and of encoding its table, measured in turns."""
    path = folder / "mixed.parquet"
    parquet.write_table(mixed_table(n_rows), path)
    table = parquet.read_table(path)
    reader = FeatureReader(Schema.infer(table)).fit(table)
    reading, encoding = [], []
    for _ in range(ROUNDS):
        reading.append(seconds(lambda: parquet.read_table(path)))
        encoding.append(seconds(lambda: reader.transform(table)))
    return median(reading), median(encoding)


def main() -> None:
    """Print both times and their ratio."""
    with TemporaryDirectory() as folder:
        reading, encoding = measure(Path(folder))
    print(f"{N_ROWS:,} rows x 20 columns, median of {ROUNDS} rounds in turns")
    print(f"reading the Parquet file  {reading:.3f} s")
    print(f"encoding the table        {encoding:.3f} s")
    print(f"ratio                     {encoding / reading:.2f}")


if __name__ == "__main__":
    main()
