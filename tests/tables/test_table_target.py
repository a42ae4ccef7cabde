"""Targets: taken out, checked, labelled."""

import contextlib
import datetime
import math
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_line import one_line_error

from clearprop.tables import class_labels, looks_continuous, split_target


@pytest.mark.parametrize(
    "target",
    [
        [1.5, None, math.nan, 2.5],
        ["a", None, "  ", "b"],
        pa.chunked_array([["a"], [None, None, "b"]]),
        pa.array(["a", None, None, "b"]).dictionary_encode(),
    ],
)
def test_rows_without_a_target_are_dropped_and_counted(target):
    features, values, dropped = split_target(pa.table({"x": [0, 1, 2, 3], "y": target}), "y")
    assert features.to_pydict() == {"x": [0, 3]}
    assert len(values) == 2
    assert dropped == 2


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (pa.table({"x": [1], "labels": [1]}), ["no column 'label'", "mean 'labels'"]),
        (pa.table({"x": [1], "z": [1]}), ["no column 'label'", "'x', 'z'"]),
        (pa.table([pa.array([1])] * 2, ["label"] * 2), ["column 'label'", "several"]),
        (pa.table({"label": pa.array([None, None], pa.string())}), ["column 'label'", "no value"]),
        (pa.table({"label": pa.array([None])}), ["column 'label'", "no value"]),
        (pa.table({"label": [math.nan]}), ["column 'label'", "no value"]),
        (pa.table({"label": [[1], [2]]}), ["column 'label'", "list"]),
        (pa.table({"label": [None, 1.0, -math.inf]}), ["column 'label'", "row 3", "-inf"]),
    ],
)
def test_wrong_targets_are_named_in_one_line(table, says):
    one_line_error(split_target, table, "label", source="a.csv", says=["a.csv", *says])


@pytest.mark.parametrize(
    ("target", "labels"),
    [
        (["b", "a", "b"], ["a", "b"]),
        (["10", "9"], ["10", "9"]),
        ([2.0, 1.0], [1, 2]),
        ([2.0, 1.5], [1.5, 2.0]),
        ([10, 9], [9, 10]),
        ([True, False], [False, True]),
        (pa.array([0.1, 0.5], pa.float32()), [0.1, 0.5]),
        (pa.array([Decimal(2), Decimal(1)]), [1, 2]),
        (pa.array([3, 1]).dictionary_encode(), [1, 3]),
        (pa.array(["b", "a"]).dictionary_encode(), ["a", "b"]),
        ([datetime.date(2021, 1, 1), datetime.date(2020, 1, 1)], ["2020-01-01", "2021-01-01"]),
        (pa.array([1500, 60_000], pa.duration("ms")), ["PT1.5S", "PT60S"]),
        (pa.array([2**63 - 1, 1], pa.uint64()), [1, 2**63 - 1]),
        (pa.array([2**63, 1], pa.uint64()), ["1", "9223372036854775808"]),
        (pa.array([Decimal(2**63), Decimal(-1)]), ["-1", "9223372036854775808"]),
        (pa.array([Decimal(2**62), Decimal(2**62 + 1)]), [2**62, 2**62 + 1]),
        ([1e20, 1.0], ["1", "1e+20"]),
        ([1e20, 1.5], [1.5, 1e20]),
        ([2.0**53 - 1, 1.0], [1, 2**53 - 1]),
    ],
)
def test_labels_are_sorted_plain_values(target, labels):
    found, codes = class_labels(target if isinstance(target, pa.Array) else pa.array(target))
    assert found == labels
    assert [type(label) for label in found] == [type(label) for label in labels]
    assert codes.dtype == np.int64


def pairs(data_type):
    """Return two values of a type for each of several sizes, as far as the type holds them."""
    if pa.types.is_temporal(data_type):
        # Date64 counts milliseconds, and only whole days.
        numbers = [0, 86_400_000] if pa.types.is_date64(data_type) else [0, 86_399]
        return [pa.array(numbers, pa.int32() if data_type.bit_width == 32 else pa.int64()).cast(data_type)]
    found = []
    for numbers in ([0, 1], [1, 2**31 - 1], [1, 2**63 - 1], [1, 2**64 - 1], [-(2**63), 1]):
        with contextlib.suppress(OverflowError, pa.ArrowInvalid):
            found.append(pa.array([Decimal(n) if pa.types.is_decimal(data_type) else n for n in numbers], data_type))
    return found


@pytest.mark.parametrize(
    "data_type",
    [
        *(pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()),
        *(pa.float32(), pa.float64(), pa.decimal128(38, 0), pa.decimal128(38, 2), pa.decimal256(76, 3)),
        *(pa.date32(), pa.date64(), pa.time32("s"), pa.time32("ms"), pa.time64("us"), pa.time64("ns")),
        *(pa.timestamp("s"), pa.timestamp("ns", "UTC"), pa.duration("s"), pa.duration("ms"), pa.duration("ns")),
    ],
    ids=str,
)
def test_arrow_holds_the_labels_of_every_type(data_type):
    targets = pairs(data_type)
    assert targets
    for target in targets:
        labels, codes = class_labels(target)
        assert len(pa.array(labels)) == len(set(labels)) == len(set(codes.tolist())) == 2


@pytest.mark.parametrize("target", [[True, False], ["a", "b"], pa.array(["a", "b"], pa.large_string())])
def test_arrow_holds_the_labels_that_are_no_numbers(target):
    assert len(pa.array(class_labels(pa.array(target))[0])) == 2


@settings(deadline=None, max_examples=25)
@given(st.lists(st.text(min_size=1), min_size=2).filter(lambda texts: len({text.strip() for text in texts}) > 1))
def test_each_code_finds_its_label(texts):
    texts = [f"x{text}x" for text in texts]
    labels, codes = class_labels(pa.array(texts))
    assert [labels[code] for code in codes] == texts
    assert labels == sorted(set(texts))


def test_one_class_is_none():
    one_line_error(class_labels, pa.array(["yes", "yes"]), says=["only 'yes'", "two classes"])
    one_line_error(class_labels, pa.array([], pa.string()), says=["nothing"])
    one_line_error(class_labels, pa.array(["yes", None, "no"]), says=["missing"])


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (pa.array([0.5, 1.0]), True),
        (pa.array([0.0, 1.0, None, math.nan]), False),
        (pa.array(range(50)), False),
        (pa.array(range(51)), True),
        (pa.array(range(51)).dictionary_encode(), False),
        (pa.array([Decimal("1.5")]), True),
        (pa.array(["1.5", "2.5"]), False),
        (pa.array([True, False]), False),
        (pa.array([datetime.date(2020, 1, 1)]), False),
        (pa.array([datetime.datetime(2020, 1, 1, 1)]), False),
        (pa.array([datetime.time(1), datetime.time(2, 30)]), False),
        (pa.array([datetime.timedelta(1.5)]), False),
        (pa.array([None, None]), False),
    ],
)
def test_what_looks_continuous(target, expected):
    assert looks_continuous(target) is expected
    assert looks_continuous(pa.chunked_array([target])) is expected
