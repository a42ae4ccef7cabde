"""The command in this process, what it says, and the one check of everything that it refuses."""

import io
import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pytest

from clearprop.cli.app import run
from clearprop.tables import write_table

from .cases import FAST, people


@dataclass(frozen=True)
class Said:
    status: int
    out: str
    err: str

    def json(self):
        """The one JSON object on standard output."""
        assert len(self.out.splitlines()) == 1
        return json.loads(self.out)

    def table(self) -> pa.Table:
        """The CSV on standard output."""
        return pyarrow.csv.read_csv(io.BytesIO(self.out.encode()))


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def say(capsys):
    """Run a command, whatever comes of it."""

    def say(*arguments: object) -> Said:
        capsys.readouterr()
        status = run([str(argument) for argument in arguments])
        return Said(status, *capsys.readouterr())

    return say


@pytest.fixture
def do(say):
    """Run a command that must succeed."""

    def do(*arguments: object) -> Said:
        said = say(*arguments)
        assert said.status == 0, said.err
        return said

    return do


@pytest.fixture
def refused(say, tmp_path):
    """Run a command that must fail: status 2, one line that holds all of some words, no file written or changed."""

    def refused(*arguments: object, says: tuple[str, ...]) -> str:
        before = files(tmp_path)
        said = say(*arguments)
        assert said.status == 2
        assert len(said.err.splitlines()) == 1, said.err
        assert said.err.startswith("clearprop: ")
        for words in says:
            assert words in said.err
        assert files(tmp_path) == before
        return said.err

    return refused


@pytest.fixture
def table_file(tmp_path):
    """The table as Parquet."""
    write_table(people(), tmp_path / "people.parquet")
    return tmp_path / "people.parquet"


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """Model files of the table by target; they must not be changed."""
    folder = tmp_path_factory.mktemp("trained")
    write_table(people(), folder / "people.parquet")
    for target in ("kind", "size", "price"):
        out = folder / f"{target}.clearprop"
        arguments = ["train", folder / "people.parquet", "--target", target, "--out", out, "--quiet", *FAST]
        assert run([str(argument) for argument in arguments]) == 0
    return {path.stem: path for path in folder.glob("*.clearprop")}
