"""The benchmark of encoding measures the table that it says, and the same one each time."""

from benchmarks.encoding import measure, mixed_table

from clearprop.tables import Schema


def test_the_table_is_mixed_and_always_the_same():
    table = mixed_table(5000)
    kinds = list(Schema.infer(table).kinds.values())
    assert {kind: kinds.count(kind) for kind in kinds} == {"number": 11, "category": 6, "boolean": 2, "date": 1}
    assert table.equals(mixed_table(5000))
    assert sum(column.null_count > 0 for column in table.columns) == 5


def test_both_times_are_measured(tmp_path):
    reading, encoding = measure(tmp_path, 1000)
    assert reading > 0 and encoding > 0
