"""Targets: taken out, checked, labelled."""

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
    ],
)
def test_labels_are_sorted_plain_values(target, labels):
    found, codes = class_labels(target if isinstance(target, pa.Array) else pa.array(target))
    assert found == labels
    assert [type(label) for label in found] == [type(label) for label in labels]
    assert codes.dtype == np.int64


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
        (pa.array([datetime.date(2020, 1, 1)]), True),
        (pa.array([None, None]), False),
    ],
)
def test_what_looks_continuous(target, expected):
    assert looks_continuous(target) is expected
    assert looks_continuous(pa.chunked_array([target])) is expected
