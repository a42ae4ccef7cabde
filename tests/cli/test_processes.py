"""The command as a process: entry point, terminal, broken pipe, Ctrl-C."""

import os
import re
import signal
import sys
import time

import pyarrow as pa
import pytest

import clearprop
from clearprop import load, save
from clearprop.tables import write_table
from clearprop.training import End

from .cases import FAST, people, start
from .conftest import files

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals are those of POSIX")

ENDLESS = ("--epochs", 10**6, "--no-early-stopping", "--dropout", 0, "--solver", "sgd", "--learning-rate", 1e-4)


def read_until(stream, words):
    """Read lines until one holds some words; fail where the stream ends before."""
    for line in stream:
        if words in line:
            return
    raise AssertionError(f"{words!r} was never said")


def test_the_entry_point_says_its_version():
    process = start("--version")
    out, err = process.communicate()
    assert (process.returncode, out, err) == (0, f"clearprop {clearprop.__version__}\n", "")


def test_a_terminal_shows_a_bar(table_file):
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    process = start("train", table_file, "--target", "kind", *FAST, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 1 << 16):
            shown += chunk
    except OSError:  # how Linux says that the other side has been closed
        pass
    finally:
        os.close(ours)
    process.communicate()
    assert process.returncode == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())
    for words in ("epoch 5/5", "loss ", "held-out score ", "rows/s", "━", "left at most"):
        assert words in text
    assert "\x1b[" in shown.decode()


def test_a_reader_that_goes_away_is_no_error(trained, tmp_path):
    write_table(pa.concat_tables([people()] * 2000), tmp_path / "many.parquet")
    process = start("predict", trained["kind"], tmp_path / "many.parquet")
    assert process.stdout.readline().strip() == '"prediction"'
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == ""
    assert process.wait(30) == 0


def test_a_warning_is_one_line(table_file):
    process = start("train", table_file, "--target", "kind", "--batch-size", 10**6, "--quiet", *FAST)
    _, err = process.communicate()
    assert process.returncode == 0
    assert len(err.splitlines()) == 1
    assert err.startswith("clearprop: ")


def test_one_interrupt_ends_at_the_epoch_and_saves(table_file):
    process = start("train", table_file, "--target", "kind", "--hidden", 8, *ENDLESS)
    read_until(process.stderr, "epoch 1/")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Ctrl-C again" in err
    model = load(table_file.with_suffix(".clearprop"))
    assert 1 <= model.record["epochs"] < 10**6
    assert model.record["stopped_because"] == End.INTERRUPT.value
    assert len(model.predict(people())) == people().num_rows


def test_a_second_interrupt_stops_at_once_and_writes_nothing(table_file):
    write_table(people(6000), table_file)
    model = table_file.with_suffix(".clearprop")
    model.write_text("older")
    before = files(table_file.parent)
    slow = ("--hidden", "64,64", "--batch-size", 1)  # an epoch takes long enough to be interrupted in
    process = start("train", table_file, "--target", "kind", *slow, *ENDLESS)
    read_until(process.stderr, "epoch 1/")
    process.send_signal(signal.SIGINT)
    read_until(process.stderr, "Ctrl-C again")
    began = time.perf_counter()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert time.perf_counter() - began < 10
    assert process.returncode == 130
    assert err.strip() == "clearprop: interrupted; nothing was written"
    assert files(table_file.parent) == before


def test_an_interrupt_while_the_model_is_saved_does_not_lose_it(do, table_file, monkeypatch):
    def interrupted_save(model, out):
        os.kill(os.getpid(), signal.SIGINT)
        save(model, out)

    monkeypatch.setattr("clearprop.cli.train.save", interrupted_save)
    do("train", table_file, "--target", "kind", *FAST)
    assert load(table_file.with_suffix(".clearprop")).labels == ["old", "young"]
