"""The real table that ships with Clearprop: UCI Adult (see data/README.md for its source and licence)."""

from importlib.resources import as_file, files

import pyarrow as pa
import pyarrow.compute as pc

from clearprop.tables.reading import read_table

SOURCE = "UCI Adult (48,842 people, census of 1994; Becker and Kohavi 1996, CC BY 4.0)"


def adult() -> tuple[pa.Table, pa.Table]:
    """Return the training and the test rows of its canonical split; the class is in the column `target`.

    >>> [part.num_rows for part in adult()]
    [32561, 16281]
    """
    with as_file(files("clearprop") / "data" / "adult.parquet") as path:
        table = read_table(path)
    parts = [table.filter(pc.equal(table["split"], name)).drop_columns(["split"]) for name in ("train", "test")]
    return parts[0], parts[1]
