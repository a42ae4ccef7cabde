"""Delimited text: delimiters, encodings, types of whole columns, and broken rows named."""

import datetime
import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_line import one_line_error

from clearprop.tables import read_table
from clearprop.tables.cells import MISSING_WORDS
from clearprop.tables.delimited import read_delimited


def read(text, name="a.csv"):
    data = text if isinstance(text, bytes) else text.encode("utf-8")
    return read_delimited(data, name, usual="\t" if name.endswith(".tsv") else ",").to_pydict()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", " ", *":^~#!&*/\\%@$+=?"])
def test_every_delimiter_is_found(delimiter):
    text = "name,size\nAda,1\n'x',2\n".replace(",", delimiter)
    assert read(text) == {"name": ["Ada", "'x'"], "size": [1, 2]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a;b\n1,5;2,25\n", {"a": [1.5], "b": [2.25]}),
        ("a;b\n1,5;x,y\n", {"a": [1.5], "b": ["x,y"]}),
        ('a|b\n"x|y"|2\n', {"a": ["x|y"], "b": [2]}),
        ("full name\nAda Lovelace\nAlan Turing\n", {"full name": ["Ada Lovelace", "Alan Turing"]}),
        ("date time,t\n2020-01-01 10:00,5\n", {"date time": [datetime.datetime(2020, 1, 1, 10)], "t": [5]}),
        ("  x   y\n  1   2.5\n 10 -3  \n", {"x": [1, 10], "y": [2.5, -3.0]}),
        ('a,b\n1,"x\ny"\n3,5" pipe\n', {"a": [1, 3], "b": ["x\ny", '5" pipe']}),
        ('a,b\n1,"say ""hi"""\n', {"a": [1], "b": ['say "hi"']}),
        ("\n\na,b\r\n\r\n1,2\r\n", {"a": [1], "b": [2]}),
        ("age, work\n39, State\n ?, ?\n", {"age": [39, None], "work": ["State", None]}),
        (",a\n0,5\n", {"column 1": [0], "a": [5]}),
        ("a,b\n1,2", {"a": [1], "b": [2]}),
        ("a,b\n,\n1,x\n", {"a": [None, 1], "b": [None, "x"]}),
    ],
)
def test_awkward_files(text, expected):
    assert read(text) == expected


@pytest.mark.parametrize(
    "cells",
    [
        ["time", "12:30", "13:45"],
        ["time hh:mm", "12:30", "13:45"],
        ["time (h:m)", "12:30", "13:45"],
        ["day dd/mm/yyyy", "01/02/2020", "03/04/2021"],
        ["path", "/usr/bin", "/etc/x"],
        ["/path", "/usr", "/etc"],
        ["e-mail", "ada@x.org", "alan@y.org"],
        ["a:b", "1:2", "3"],
        ["a:a", "1:2", "3:4"],
        ["a.b", "1.5", "2.5"],
        ["a-b", "1-2", "3-4"],
        ["a_b", "x_y", "z_w"],
        ["a:", "x:", "y:"],
    ],
    ids=lambda cells: cells[0],
)
def test_one_column_stays_one(cells):
    assert list(read("\n".join(cells) + "\n")) == cells[:1]


def test_the_usual_delimiters_come_first_and_then_the_one_with_the_most_cells():
    assert read("a:b,c\n1:2,3\n") == {"a:b": ["1:2"], "c": [3]}
    assert read("a~b^c^d\n1~2^3^4\n") == {"a~b": ["1~2"], "c": [3], "d": [4]}


@pytest.mark.parametrize("delimiter", ["||", ",,", "::", "|||", "^^"])
def test_a_delimiter_of_several_characters_is_named(delimiter):
    for text in ("a,c,y\n1,2,3\n4,5,6\n", "a,y\n1,2\n"):
        one_line_error(read, text.replace(",", delimiter), says=["a.csv", repr(delimiter), "several characters"])


@pytest.mark.parametrize("text", ["a||c||y\n1||2|5|3\n", "a||c|y\n1||2|3\n", "||a\n||1\n", "a||\n1||\n"])
def test_some_empty_columns_are_no_delimiter_of_several_characters(text):
    assert len(read(text)) > 2


def test_a_tab_separated_file_keeps_its_commas():
    assert read("a,b\tc\n1,2\t3,4\n", "a.tsv") == {"a,b": ["1,2"], "c": ["3,4"]}
    assert read("a,b\n1,2\n", "a.tsv") == {"a": [1], "b": [2]}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_encodings(encoding):
    assert read("a,b\n1,é\n".encode(encoding)) == {"a": [1], "b": ["é"]}


@pytest.mark.parametrize("word", MISSING_WORDS)
def test_missing_words_are_missing_in_numbers_and_in_text(word):
    assert read(f'a,b,c\n1,x,1\n{word},{word},2\n"{word}",y,3\n') == {
        "a": [1, None, None],
        "b": ["x", None, "y"],
        "c": [1, 2, 3],
    }


@pytest.mark.parametrize("word", ["none", "-", ".", "no", "unknown", "0"])
def test_words_that_may_be_values_are_kept(word):
    assert read(f"a,b\nx,1\n{word},2\n")["a"] == ["x", word]


def test_a_column_is_typed_by_all_of_its_rows():
    table = read_delimited(b"a,b\n" + b"1,2\n" * 1_200_000 + b"x,2.5\n", "a.csv")
    assert table["a"][0].as_py() == "1"
    assert table["b"][0].as_py() == 2.0
    assert table["a"][-1].as_py() == "x"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", ["empty"]),
        (" \n", ["empty"]),
        ("a,b\n", ["header", "no rows"]),
        ("a,b", ["header", "no rows"]),
        ("a,b\n1,2\n1,2,3\n", ["row 2", "3 cells", "header has 2"]),
        ("a,b\n1,2\n\n1\n", ["row 2", "1 cell ", "header has 2"]),
        ('a,b\n"x\ny",2\n1,2,3\n', ["row 2", "3 cells"]),
        ('a,b\n1,2\n1,"2\n3,4\n', ["row 2", "never closed"]),
        ("text\nhello, world\n", ["row 1", "2 cells", "header has 1"]),
        (b"\0\1\2", ["not a text file"]),
        (b"\xff\xfea", ["UTF-16"]),
    ],
)
def test_broken_files_are_named_in_one_line(text, says):
    one_line_error(read, text, "people.csv", says=["people.csv", *says])


def test_gzip(tmp_path):
    path = tmp_path / "a.CSV.gz"
    whole = gzip.compress(b"a,b\n" + b"1,2\n" * 1000)
    path.write_bytes(whole)
    assert read_table(path).num_rows == 1000
    for broken in (b"a,b\n1,2\n", whole[:-9], whole[:20] + b"zzzz" + whole[24:]):
        path.write_bytes(broken)
        one_line_error(read_table, path, says=[str(path), "gzip"])


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.integers(-9, 9), st.text("ab,;|\t\"\n é'", min_size=1)), min_size=1))
def test_any_text_survives_quoting(rows):
    lines = [f'{number},"x{text.replace(chr(34), chr(34) * 2)}x"\n' for number, text in rows]
    table = read_delimited(("n,t\n" + "".join(lines)).encode("utf-8"), "a.csv")
    assert table.to_pydict() == {"n": [number for number, _ in rows], "t": [f"x{text}x" for _, text in rows]}
