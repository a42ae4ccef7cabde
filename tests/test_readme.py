"""Every code block of the README runs."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.csv
import pytest

from clearprop.cli.app import run
from clearprop.derivation.messages import catalog
from clearprop.derivation.submissions.forms.table import FORMS
from clearprop.tables.adult import adult

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
PYTHON = [code for language, code in BLOCKS if language == "python"]
SHELL = [code for language, code in BLOCKS if language == "sh"]
INSTALLS = [code for code in SHELL if "install" in code]
#: A file that a reader is to have, wrong on purpose; what is printed of it is indented below the command.
[STUDENT] = [code for code in PYTHON if code.startswith("# my_backprop.py")]
WRONG = "clearprop check my_backprop.py"


def test_every_block_is_of_a_kind_that_is_run():
    assert len(PYTHON) + len(SHELL) == len(BLOCKS)
    assert all(line.startswith(("make", "clearprop")) for code in SHELL if code not in INSTALLS for line in lines(code))


@pytest.mark.parametrize("code", PYTHON)
def test_python_block(code, student):
    names = {}
    exec(compile(code, "README.md", "exec"), names)
    for test in [value for name, value in names.items() if name.startswith("test_")]:
        with pytest.raises(AssertionError, match=r"^my_backprop.py: gradients: wrong in W1, b1"):
            test()


@pytest.fixture
def student(tmp_path, monkeypatch):
    """A folder with the student's file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_backprop.py").write_text(STUDENT)


def test_what_is_shown_of_a_wrong_gradient_is_what_is_printed(student, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "100")
    assert run(shlex.split(WRONG)[1:]) == 1
    printed = capsys.readouterr().out
    shown = re.search(rf"^{WRONG}.*\n```\n\n((?:    .*\n|\n)+)", README, flags=re.MULTILINE)[1]
    parts = re.sub("^    ", "", shown, flags=re.MULTILINE).strip("\n").split("…\n")
    assert len(parts) == 2
    assert [part for part in parts if part.strip("\n") not in printed] == []


def test_every_form_of_code_is_listed():
    forms = [catalog("en")[f"forms.{name}"] for name in FORMS]
    codes = [code for form in forms for code in re.findall("`[^`]+`", form)]
    assert len(codes) >= len(FORMS)
    assert [code for code in codes if code not in README] == []


@pytest.mark.parametrize("line", [line for code in SHELL for line in code.splitlines() if line.startswith("make")])
def test_make_target_exists(line):
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    dry = subprocess.run([*shlex.split(line, comments=True), "--dry-run"], cwd=ROOT, capture_output=True, text=True)
    assert dry.returncode == 0, dry.stderr


def test_command_lines(tmp_path, student):
    for name, part in zip(("people.csv", "newer-people.csv"), adult(), strict=True):
        renamed = ["income" if column == "target" else column for column in part.column_names]
        pyarrow.csv.write_csv(part.slice(0, 500).rename_columns(renamed), name)
    for line in [line for code in SHELL for line in lines(code) if line.startswith("clearprop")]:
        assert run(shlex.split(line, comments=True)[1:]) == (1 if line.startswith(WRONG) else 0), line
    assert (tmp_path / "predictions.csv").read_text().count("\n") == 501


@pytest.mark.slow
@pytest.mark.parametrize("code", INSTALLS)
def test_installation_in_an_empty_environment(code, tmp_path):
    """Copy the tree, so that nothing is left in it, and type what the README says (uv from the tests' own tools)."""
    tree = tmp_path / "clearprop"
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".*", "build", "clearprop-demo"))
    tools = Path(sys.executable).parent
    for line in lines(code):
        done = subprocess.run(
            line, shell=True, cwd=tree, capture_output=True, text=True, env=environment(tools), check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    assert (tree / "clearprop-demo" / "adult.clearprop").is_file()


def lines(code):
    return [line for line in code.splitlines() if line.strip()]


def environment(tools):
    import os

    return {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
