"""`clearprop derive`: any gradient of any network, in every format, or one line that says what is possible."""

import json
import signal
import sys
import time

import pytest
from rich.cells import cell_len

from clearprop.derivation.derivations import FORMS, derive
from clearprop.derivation.documents.presented import FORMATS
from clearprop.derivation.messages import languages
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.losses import LOSSES
from clearprop.mathematics.network import Network

from .cases import start
from .conftest import files

ONE = ("--of", "b2[1]")


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_that_of_the_package(do, name, language):
    expected = FORMATS[name][0](derive(Network((2, 2, 2)), "b2[1]", language=language).document)
    said = do("derive", *ONE, "--format", name, "--language", language)
    assert said.out == expected.rstrip("\n") + "\n"
    assert said.err == ""


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_holds_what_is_printed_and_its_suffix_says_the_format(do, tmp_path, monkeypatch, name):
    monkeypatch.setenv("COLUMNS", "100")
    suffix = FORMATS[name][1]
    printed = do("derive", *ONE, "--format", name).out
    for given in (suffix, suffix.upper()):
        said = do("derive", *ONE, "--out", tmp_path / f"d{given}")
        assert (said.out, said.err) == ("", f"Wrote {tmp_path / f'd{given}'}\n")
        assert (tmp_path / f"d{given}").read_text(encoding="utf-8") == printed
    do("derive", *ONE, "--out", tmp_path / "named.anything", "--format", name)
    assert (tmp_path / "named.anything").read_text(encoding="utf-8") == printed


def test_the_terminal_decides_the_width_on_the_screen_and_not_in_a_file(do, tmp_path, monkeypatch):
    printed = []
    for columns in ("60", "100"):
        monkeypatch.setenv("COLUMNS", columns)
        printed.append(do("derive", *ONE).out)
        do("derive", *ONE, "--out", tmp_path / f"{columns}.txt")
    assert (tmp_path / "60.txt").read_text() == (tmp_path / "100.txt").read_text() == printed[1]
    narrow, wide = (text.splitlines() for text in printed)
    words = [line for line in narrow if not set("∂Σ()").intersection(line)]  # what stands in brackets is not divided
    assert max(map(cell_len, words)) <= 60 < max(map(cell_len, wide))
    assert len(narrow) > len(wide)


def test_all_options_reach_the_derivation(do):
    network = Network((3, 2, 2), ("tanh",), "sigmoid", "binary_cross_entropy")
    expected = derive(network, "W1[2,3]", "batch", "zh", penalty=True, shapes=True)
    said = do(
        *("derive", "--layers", "3,2,2", "--activation", "tanh", "--output", "sigmoid"),
        *("--of", "W1[2,3]", "--form", "batch", "--language", "zh", "--penalty", "--shapes", "--format", "json"),
    )
    assert json.loads(said.out) == json.loads(expected.to_json())


def test_without_arguments_it_derives_the_four_equations(do):
    said = do("derive")
    assert said.out == str(derive(Network((2, 2, 2)), "equations"))
    assert said.out != do("derive", *ONE).out


@pytest.mark.parametrize("entry", LOSSES.values(), ids=lambda entry: entry.name)
def test_of_a_pair_one_is_enough(do, entry):
    by_loss = do("derive", *ONE, "--loss", entry.name).out
    by_output = do("derive", *ONE, "--output", entry.paired_output).out
    both = do("derive", *ONE, "--loss", entry.name, "--output", entry.paired_output).out
    assert by_loss == by_output == both
    if entry.paired_output != "softmax":
        assert by_loss != do("derive", *ONE).out


def test_other_names_of_an_activation_are_understood(do):
    assert do("derive", *ONE, "--output", "logistic").out == do("derive", *ONE, "--output", "sigmoid").out
    spaced = do("derive", "--of", "b1[1]", "--layers", "2, 2, 2,2", "--activation", "logistic, tanh").out
    assert spaced == do("derive", "--of", "b1[1]", "--layers", "2-2-2-2", "--activation", "sigmoid,tanh").out


WRONG = [
    (("--of", "W9[1,1]"), ("--of", "'W9[1,1]'", "layers 1 to 2")),
    (("--of", "W1[3,1]"), ("--of", "out of range", "1–2")),
    (("--of", "W1[1]"), ("--of", "2 indices")),
    (("--of", "Q"), ("--of", "'Q'", "W2[1,1]", "equations")),
    (("--of", ""), ("--of", "W2[1,1]")),
    (("--of", "sigmoyd'"), ("--of", "'sigmoid'")),
    (("--activation", "foo"), ("--activation", "'foo'", *(n for n, e in ACTIVATIONS.items() if e.elementwise))),
    (("--activation", "rleu"), ("--activation", "did you mean 'relu'")),
    (("--activation", "softmax"), ("--activation", "'softmax'", "sigmoid")),
    (("--activation", ""), ("--activation", "sigmoid")),
    (("--activation", "relu,tanh"), ("--activation", "2 activations", "1 hidden layer")),
    (("--output", "foo"), ("--output", "'foo'", *ACTIVATIONS)),
    (("--loss", "foo"), ("--loss", "'foo'", *LOSSES)),
    (("--output", "identity", "--loss", "cross_entropy"), ("--loss", "'identity'", "'softmax'")),
    (("--form", "foo"), ("--form", "'foo'", *FORMS)),
    (("--language", "foo"), ("--language", "'foo'", *languages())),
    (("--format", "foo"), ("--format", "'foo'", *FORMATS)),
    *(
        (("--layers", text), ("--layers", repr(text), "3,3,2,2"))
        for text in ("3,,2", "0,2", "-3", "3", "", "3,x", "2.5,2")
    ),
    (("--layers", "1000,1000,10"), ("1,011,010 parameters", "too large")),
    (("--layers", "2,2", "3,2"), ("3,2",)),
]


@pytest.mark.parametrize(("options", "says"), WRONG, ids=lambda part: " ".join(part))
def test_what_is_wrong_is_told_by_its_option(refused, options, says):
    refused("derive", *options, says=says)


@pytest.mark.parametrize("command", ["derive", "prove"])
@pytest.mark.parametrize(
    ("out", "says"),
    [
        ("no/d.html", ("no/d.html", "does not exist")),
        ("d.pdf", ("--out", "'.pdf' is unknown", *(suffix for _, suffix in FORMATS.values()))),
        ("d", ("--out", "no suffix", "--format")),
        ("folder.html", ("folder.html", "is a folder")),
    ],
)
def test_what_cannot_be_written_is_told_before_any_work(refused, tmp_path, monkeypatch, command, out, says):
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "d").write_text("older")
    monkeypatch.setattr("clearprop.cli.explain.derived", None)
    monkeypatch.setattr("clearprop.derivation.proofs.prove", None)
    refused(command, "--out", tmp_path / out, says=says)


def test_a_suffix_of_another_format_is_refused(refused, tmp_path):
    out = tmp_path / "foo.html"
    refused("derive", *ONE, "--out", out, "--format", "text", says=("--out", "html", "--format is text", "foo.txt"))
    assert not out.exists()


@pytest.mark.parametrize("command", ["derive", "prove", "explain"])
def test_help_lists_what_there_is(do, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "400")
    shown = do(command, "--help").out
    tables = [FORMATS, languages()] if command == "explain" else [FORMATS, languages(), LOSSES, ACTIVATIONS]
    assert [name for table in tables for name in table if name not in shown] == []


@pytest.mark.parametrize("format_name", ["text", "html"])
def test_a_reader_that_goes_away_is_no_error(format_name):
    process = start("derive", "--format", format_name)
    assert process.stdout.readline().strip()
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == ""
    assert process.wait(30) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_an_interrupt_leaves_nothing(tmp_path):
    (tmp_path / "d.html").write_text("older")
    before = files(tmp_path)
    process = start("derive", "--layers", "200,200,200,10", "--of", "W1[1,1]", "--out", tmp_path / "d.html")
    time.sleep(2)  # it takes far longer
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode in (130, -signal.SIGINT)  # the latter where Python was compiling when it came
    assert err.strip() == "clearprop: interrupted; nothing was written"
    assert files(tmp_path) == before


def test_an_output_that_cannot_show_it_is_told(monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    process = start("derive", *ONE)
    out, err = process.communicate()
    assert (process.returncode, out, len(err.splitlines())) == (2, "", 1)
    assert "ascii" in err
    assert "--out" in err
