"""Atomic writing: whole or not at all, with the permissions of any new file."""

import os
import stat

import pytest
from one_line import one_line_error

from clearprop.tables import atomic_write


def write(path, text="new"):
    with atomic_write(path) as temporary:
        temporary.write_text(text)


def test_the_file_appears_whole_and_alone(tmp_path):
    write(tmp_path / "a.txt")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a.txt", "new")]


def test_the_temporary_path_is_in_the_same_folder_with_the_same_suffix(tmp_path):
    with atomic_write(tmp_path / "a.npz") as temporary:
        assert temporary.parent == tmp_path.resolve()
        assert temporary.suffix == ".npz"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failure_leaves_the_older_file_as_it_was(tmp_path, error):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(error), atomic_write(path) as temporary:
        temporary.write_text("half")
        raise error
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a.txt", "old")]


def test_permissions_are_those_of_any_new_file(tmp_path):
    (tmp_path / "plain").touch()
    write(tmp_path / "a.txt")
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "a.txt")]
    assert modes[0] == modes[1]


def test_a_symbolic_link_is_followed(tmp_path):
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    write(tmp_path / "link.txt")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_what_cannot_be_written_is_said_in_one_line(tmp_path):
    one_line_error(write, tmp_path / "no" / "a.txt", says=["a.txt", "does not exist"])
    one_line_error(write, tmp_path, says=[str(tmp_path), "is a folder"])
    (tmp_path / "file").touch()
    one_line_error(write, tmp_path / "file" / "a.txt", says=["cannot be written to"])


def test_a_folder_that_takes_no_new_file_is_not_said_to_be_missing(tmp_path, monkeypatch):
    def refuse(path, mode):
        raise FileNotFoundError(2, "No such file or directory", str(path))

    monkeypatch.setattr("pathlib.Path.open", refuse)
    message = one_line_error(write, tmp_path / "a.txt", says=["cannot be written to", "no new files"])
    assert "does not exist" not in message
    one_line_error(write, tmp_path / "no" / "a.txt", says=["does not exist"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_device_is_never_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    one_line_error(write, tmp_path / "pipe", says=["pipe", "not a regular file"])
    assert (tmp_path / "pipe").is_fifo()
