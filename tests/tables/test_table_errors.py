"""Messages: one line whatever a cell or a name holds."""

import pickle

import pytest

from clearprop.tables import TableError
from clearprop.tables.errors import counted, listed, shown


def test_the_message_names_source_column_and_row():
    assert str(TableError("bad", source="a.csv", column="b", row=3)) == "a.csv, column 'b', row 3: bad"
    assert str(TableError("bad")) == "bad"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", "\u2028"])
def test_the_message_is_one_line_whatever_the_parts_hold(ending):
    error = TableError(f"a{ending}b", source=f"c{ending}d", column=f"e{ending}f", row=1)
    assert len(str(error).splitlines()) == 1


def test_an_error_survives_the_way_between_two_processes():
    assert str(pickle.loads(pickle.dumps(TableError("bad", source="a")))) == "a: bad"


def test_within_adds_a_source_and_keeps_an_older_one():
    assert TableError("bad").within("a").source == "a"
    assert TableError("bad", source="b").within("a").source == "b"


def test_long_values_and_lists_are_cut():
    assert len(shown("x" * 1000)) < 70
    assert listed([str(number) for number in range(100)]).endswith("and 88 more")
    assert counted(1, "row") == "1 row"
