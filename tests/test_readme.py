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
from clearprop.tables.adult import adult

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
PYTHON = [code for language, code in BLOCKS if language == "python"]
SHELL = [code for language, code in BLOCKS if language == "sh"]
INSTALLS = [code for code in SHELL if "install" in code]


def test_every_block_is_of_a_kind_that_is_run():
    assert len(PYTHON) + len(SHELL) == len(BLOCKS)
    assert all(line.startswith(("make", "clearprop")) for code in SHELL if code not in INSTALLS for line in lines(code))


@pytest.mark.parametrize("code", PYTHON)
def test_python_block(code):
    exec(compile(code, "README.md", "exec"), {})


@pytest.mark.parametrize("line", [line for code in SHELL for line in code.splitlines() if line.startswith("make")])
def test_make_target_exists(line):
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    dry = subprocess.run([*shlex.split(line, comments=True), "--dry-run"], cwd=ROOT, capture_output=True, text=True)
    assert dry.returncode == 0, dry.stderr


def test_command_lines(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, part in zip(("people.csv", "newer-people.csv"), adult(), strict=True):
        renamed = ["income" if column == "target" else column for column in part.column_names]
        pyarrow.csv.write_csv(part.slice(0, 500).rename_columns(renamed), name)
    for line in [line for code in SHELL for line in lines(code) if line.startswith("clearprop")]:
        assert run(shlex.split(line)[1:]) == 0, line
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
