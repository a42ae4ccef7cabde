"""The schema: what each kind of column is taken for, and what a person may say against it."""

import datetime
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from one_line import one_line_error

from clearprop.tables import KINDS, Schema
from clearprop.tables.feature_kinds import FEATURE_KINDS
from clearprop.tables.written_measures import written_measure

DAYS = [datetime.date(2020, 1, 1), datetime.date(2021, 2, 2)]
#: 40 different texts that are neither numbers nor dates.
WORDS = [f"{first}{second}" for first in "abcdefgh" for second in "vwxyz"]
NUMBERS = [str(number) for number in range(100)]


def inferred(values, name="x", **keywords):
    (column,) = Schema.infer({name: values}, **keywords).columns
    return column


@pytest.mark.parametrize(
    ("values", "kind", "reason"),
    [
        ([1, 2, None], "number", "1 to 2; 1 of 3 cells missing"),
        ([1.5, 2.5], "number", "1.5 to 2.5"),
        ([Decimal("0.5"), Decimal(1)], "number", "0.5 to 1"),
        (["1", " 2 ", "NA"], "number", "1 to 2; numbers written as text; 1 of 3 cells missing"),
        (["1e3", "-.5", "+7", "2."], "number", "-0.5 to 1000; numbers written as text"),
        ([True, False, None], "boolean", "1 of 3 cells true; 1 of 3 cells missing"),
        ([True, None], "boolean", "every cell is true or missing"),
        (["True", "FALSE", "true"], "boolean", "2 of 3 cells true"),
        (["yes", "no"], "category", "2 categories"),
        (["a", "b", None], "category", "2 categories; 1 of 3 cells missing"),
        (["a", None], "category", "every cell is 'a' or missing"),
        ([5, None], "category", "every cell is '5' or missing"),
        ([DAYS[0], None], "category", "every cell is '2020-01-01' or missing"),
        (["01", "02"], "category", "2 categories; they look like numbers"),
        (["00501", "10001", "unknown"], "category", "3 categories; numbers but for 'unknown', so read as text"),
        (["1", "2", "3", "none of them"], "category", "numbers but for 'none of them', so read as text"),
        ([1, "two", 3.5, 4], "category", "4 categories; numbers but for 'two', so read as text"),
        (pa.array([3, 1, 3]).dictionary_encode(), "category", "2 categories"),
        (pd.Categorical(["7", "8", "7"]), "category", "2 categories; they look like numbers"),
        (pd.Categorical(["2020-01-01", "2020-01-02"]), "category", "2 categories"),
        (DAYS, "date", "2020-01-01 to 2021-02-02"),
        (["2020-01-01", "2021-02-02 10:30"], "date", "2020-01-01 to 2021-02-02 10:30:00"),
        ([datetime.time(1), datetime.time(2, 30)], "time", "01:00:00 to 02:30:00"),
        (["10:30", "11:45:30"], "time", "10:30:00 to 11:45:30; times of day written as text"),
        ([datetime.timedelta(1), datetime.timedelta(2)], "duration", "PT86400S to PT172800S"),
        (["PT1S", "-PT0.5S"], "duration", "-PT0.5S to PT1S; durations written as text"),
        ([None, None], "dropped", "every cell is missing"),
        ([math.nan, math.nan], "dropped", "every cell is missing"),
        (["NA", " ", None], "dropped", "every cell is missing"),
        (pa.array([None, None], pa.list_(pa.int8())), "dropped", "every cell is missing"),
        (["Earth"] * 3, "dropped", "every cell is 'Earth'"),
        ([5, 5.0], "dropped", "every cell is 5"),
        (["5", "5.0"], "dropped", "every cell is 5"),
        ([False, False], "dropped", "every cell is false"),
        (DAYS[:1] * 2, "dropped", "every cell is 2020-01-01"),
        ([[1], [2]], "dropped", "holds list<"),
        ([b"a", b"b"], "dropped", "holds binary, which is no single value"),
    ],
    ids=str,
)
def test_what_a_column_is_and_why(values, kind, reason):
    column = inferred(values)
    assert column.kind == kind
    assert reason in column.reason
    assert "\n" not in column.reason
    assert column.becomes


@pytest.mark.parametrize(
    ("name", "values", "is_identifier"),
    [
        ("id", [1, 2, 3], True),
        ("id", [3.0, 1.0, 2.0], True),
        ("id", ["3", "1", "2"], True),
        ("id", [1, 2, 2], False),
        ("id", [10, 20, 40], False),
        ("customer_id", list(range(100, 500, 7)), True),
        ("customer_id", [number + 0.5 for number in range(40)], False),
        ("PassengerId", [1, 2, 3], True),
        ("RowNumber", [5, 6, 7], True),
        ("Unnamed: 0", [0, 1, 2], True),
        ("Unnamed: 0", list(range(0, 100, 3)), False),
        ("column 1", [0, 1, 2], True),
        ("index", [0, 1, None, 2], True),
        ("row", [2, 1], True),
        ("humidity", [1, 2, 3], False),
        ("paid", [1, 2, 3], False),
        ("year", list(range(1900, 2000)), False),
        ("x", WORDS, True),
        ("x", [*WORDS, None], True),
        ("x", WORDS[:19], False),
        ("x", [*WORDS[:17], "aa", "aa", "aa"], False),
        ("x", [*WORDS[:18], "aa", "aa"], True),
        ("x", pd.Categorical(WORDS), True),
        ("x", pa.array(list(range(30))).dictionary_encode(), True),
    ],
)
def test_identifiers_are_dropped(name, values, is_identifier):
    column = inferred(values, name)
    assert (column.kind == "dropped") == is_identifier
    assert ("an identifier: " in column.reason) == is_identifier


def test_the_reason_of_an_identifier_counts_the_rows_that_have_one():
    assert inferred([*WORDS, None]).reason == "an identifier: 40 different texts in 40 rows that have one"
    assert inferred([3, 1, 2], "id").reason == "an identifier: 3 different whole numbers in 3 rows"


@pytest.mark.parametrize(
    ("n_texts", "n_times", "kind"),
    [(255, 2, "category"), (256, 2, "text"), (256, 4, "text"), (256, 5, "category"), (10_000, 5, "category")],
)
def test_many_texts_are_hashed_unless_each_is_in_many_cells(n_texts, n_times, kind):
    column = inferred([f"text {number}" for number in range(n_texts)] * n_times)
    assert column.kind == kind
    assert str(n_texts) in column.reason
    assert ("buckets" in column.becomes) == (kind == "text")


@pytest.mark.parametrize(
    ("strays", "kind"),
    [
        (["-"], "number"),
        (["-"] * 5, "number"),
        (["-"] * 6, "category"),
        (["<1", ">9", "bad", "ill", "gone"], "number"),
        (["soon"], "number"),
    ],
)
def test_few_strays_among_numbers_are_read_as_missing(strays, kind):
    values = [*NUMBERS[:95], *strays]
    column = inferred(values * 2)
    assert column.kind == kind
    assert "numbers but for" in column.reason
    assert ("read as missing" in column.reason) == (kind == "number")


def test_strays_among_few_different_numbers_leave_categories():
    assert inferred([*"12345" * 20, "other"]).kind == "category"
    assert inferred([*[f"{number:03}" for number in range(60)] * 2, "other"]).kind == "category"


def test_only_infinite_numbers_are_refused():
    for values in ([1.0, math.inf], ["1", "-inf"], [*NUMBERS, "-", "inf"]):
        one_line_error(Schema.infer, {"x": values}, source="a.csv", says=["a.csv", "column 'x'", "row", "inf"])
    assert inferred([1.0, math.inf], given=Schema.of_kinds({"x": "dropped"})).reason == "left out by the schema"


@pytest.mark.parametrize(
    ("values", "given", "kind", "reason"),
    [
        ([1, 2, 1], "category", "category", "2 categories"),
        ([1, 2, 1], "text", "text", "2 different texts"),
        ([0, 1, None], "boolean", "boolean", "1 of 3 cells true"),
        (["01", "02"], "number", "number", "1 to 2"),
        (["a", "b"], "dropped", "dropped", "left out by the schema"),
        (["a", "a"], "dropped", "dropped", "every cell is 'a'"),
        (["a", "a"], "category", "dropped", "every cell is 'a'"),
        ([5, 5], "number", "dropped", "every cell is 5"),
        ([5, None], "number", "number", "every cell is 5 or missing"),
        ([DAYS[0], None], "date", "dropped", "every cell is 2020-01-01 or missing"),
        ([None, None], "date", "dropped", "every cell is missing"),
        (DAYS, "number", "number", "2020-01-01 to 2021-02-02"),
        (DAYS, "category", "category", "2 categories"),
        (["10:30", "11:45"], "time", "time", "10:30:00 to 11:45:00"),
        (["1:30:00", "100:00:00"], "duration", "duration", "PT5400S to PT360000S"),
        (WORDS, "category", "category", "40 categories"),
        (WORDS, "text", "text", "40 different texts"),
        (pd.Categorical(["7", "8"]), "number", "number", "7 to 8"),
    ],
    ids=str,
)
def test_a_person_decides(values, given, kind, reason):
    column = inferred(values, given=Schema.of_kinds({"x": given}))
    assert column.kind == kind
    assert reason in column.reason


@pytest.mark.parametrize(
    ("values", "given", "says"),
    [
        (["1", "two"], "number", ["row 2", "'two'", "numbers"]),
        (["2020-01-01", "soon"], "date", ["row 2", "'soon'", "dates"]),
        ([1, 2], "date", ["numbers", "dates"]),
        ([1, 2], "time", ["numbers", "times of day"]),
        (DAYS, "duration", ["dates", "durations"]),
        ([0, 1, 2], "boolean", ["row 3", "holds 2", "true/false"]),
        (["true", "maybe"], "boolean", ["row 2", "'maybe'"]),
        ([[1], [2]], "category", ["list"]),
        ([[1], [2]], "text", ["list"]),
        ([[1], [2]], "number", ["list"]),
        (pa.array([0, 2**60], pa.timestamp("s")), "date", ["row 2", "years 1 to 9999"]),
    ],
    ids=str,
)
def test_a_kind_that_does_not_fit_is_named_in_one_line(values, given, says):
    schema = Schema.of_kinds({"x": given}, source="s.json")
    says = ["a.csv", "column 'x'", f"s.json says {given!r}", *says]
    one_line_error(Schema.infer, {"x": values}, source="a.csv", given=schema, says=says)


def test_the_rest_is_inferred():
    table = {"a": [1, 2, 1], "b": ["x", "y", "x"]}
    assert Schema.infer(table, given=Schema.of_kinds({"a": "category"})).kinds == {"a": "category", "b": "category"}


def test_tables_and_names_that_are_wrong():
    one_line_error(Schema.infer, {"x": pa.array([], pa.int8())}, source="a.csv", says=["a.csv", "no rows"])
    twice = pa.table([pa.array([1, 2])] * 2, ["x", "x"])
    one_line_error(Schema.infer, twice, source="a.csv", says=["a.csv", "column 'x'", "several"])
    given = Schema.of_kinds({"agge": "number"}, source="s.json")
    says = ["s.json", "no column 'agge' in a.csv", "did you mean 'age'?"]
    one_line_error(Schema.infer, {"age": [1, 2]}, source="a.csv", given=given, says=says)
    one_line_error(Schema.of_kinds, {"age": "numeric"}, says=["column 'age'", "no kind 'numeric'"])


def test_printed_columns_are_aligned():
    lines = str(Schema.infer({"a": [1, 2], "long name\nin two lines": ["x", "y"]})).splitlines()
    assert len(lines) == 3
    assert [line.index(word) for line, word in zip(lines, ["kind", "number", "category"], strict=True)] == [24] * 3
    assert [line.split()[0] for line in lines] == ["column", "a", "long"]
    assert str(Schema(())).split() == ["column", "kind", "becomes", "reason"]


def test_neither_the_order_of_rows_nor_the_chunks_matter():
    random = np.random.default_rng(1)
    table = pa.table(
        {
            "id": list(range(300)),
            "number": [None if number % 7 == 0 else number / 3 for number in range(300)],
            "nearly": [str(number) if number % 50 else "-" for number in range(300)],
            "text": [f"{number % 290}x" for number in range(300)],
            "many": [WORDS[number % 40] for number in range(300)],
            "day": [DAYS[0] + datetime.timedelta(number) for number in range(300)],
        }
    )
    expected = Schema.infer(table)
    assert list(expected.kinds.values()) == ["dropped", "number", "number", "dropped", "category", "date"]
    shuffled = table.take(random.permutation(300))
    assert Schema.infer(shuffled) == expected
    assert Schema.infer(pa.Table.from_batches(shuffled.to_batches(max_chunksize=7))) == expected
    assert Schema.infer(table.to_pandas()) == expected
    dictionaries = {name: table[name].dictionary_encode() for name in ("text", "many")}
    assert Schema.infer({**{name: table[name] for name in table.column_names}, **dictionaries}) == expected


def test_every_kind_is_in_the_table_under_its_own_name():
    assert set(KINDS) == {*FEATURE_KINDS, "dropped"}
    assert all(kind in feature.kinds for kind, feature in FEATURE_KINDS.items())


@pytest.mark.parametrize("first", ["-1.5", "+2", ".5", "inf", "-Infinity", "1e3"])
def test_numbers_are_told_by_whatever_they_begin_with(first: str) -> None:
    assert written_measure(pa.array([first, "2"])).name == "numbers"


@pytest.mark.parametrize("text", ["2020-01-01", "12:30:00", "PT1.5S", "-PT2M", "1 day, 0:00:01", "-1 days +23:59:59"])
def test_dates_and_times_are_told_by_whatever_they_begin_with(text: str) -> None:
    assert written_measure(pa.array([text] * 3)) is not None
    assert written_measure(pa.array([text, "A11"])) is None
    assert written_measure(pa.array(["A11", text])) is None
