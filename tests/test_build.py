"""The archives hold what they should, and everything works where the native engine cannot be compiled."""

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CORE = Path("src/clearprop/engines/native/core")
COMPILER = next(filter(shutil.which, [os.environ.get("CXX", "c++"), "g++", "clang++", "cl"]), None)
MESSAGE = PROJECT["tool"]["scikit-build"]["overrides"][0]["messages"]["after-success"]
FIT = """
import sys, warnings
sys.path[:0] = [{wheel!r}, *{rest!r}]
warnings.simplefilter("ignore")
import clearprop
assert clearprop.__file__.startswith({wheel!r}), clearprop.__file__
model = clearprop.MLPClassifier(hidden_layer_sizes=(8,), max_iter=200, random_state=0)
assert model.fit([[0, 0], [1, 1]] * 20, [0, 1] * 20).score([[0, 0], [1, 1]], [0, 1]) == 1
import clearprop.engines.native._core
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the tree without what earlier builds left, so that nothing is left in the tree either."""
    copy = tmp_path_factory.mktemp("tree") / "clearprop"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "build", "dist", "__pycache__", "clearprop-demo"))
    shutil.copy(ROOT / ".gitignore", copy)
    return copy


@pytest.fixture(scope="module")
def source(tree):
    """The source archive, unpacked; it was made where Python had left its own files."""
    (tree / "src" / "clearprop" / "__pycache__").mkdir()
    (tree / "src" / "clearprop" / "__pycache__" / "left.pyc").write_bytes(b"")
    build(tree, "--sdist")
    [archive] = (tree / "dist").glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(tree.parent, filter="data")
    return tree.parent / archive.name.removesuffix(".tar.gz")


@pytest.fixture(scope="module")
def pure(tree):
    """The wheel's file and what was printed, where the compiler is one that always fails."""
    return wheel(tree, CXX=shutil.which("false"))


def build(folder, *arguments, **environment):
    uv = Path(sys.executable).with_name("uv")
    command = [uv, "build", "--python", sys.executable, "--out-dir", folder / "dist", *arguments, folder]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def wheel(folder, **environment):
    shutil.rmtree(folder / "dist", ignore_errors=True)
    printed = build(folder, "--wheel", **environment)
    [built] = (folder / "dist").glob("*.whl")
    return built.rename(folder.parent / built.name), printed


def names_in(archive):
    return set(zipfile.ZipFile(archive).namelist())


def run_fit(archive, folder):
    """Fit in an interpreter without site: an editable install would find the tree before the wheel."""
    zipfile.ZipFile(archive).extractall(folder)
    rest = [path for path in sys.path if path.endswith("site-packages")]
    program = FIT.format(wheel=str(folder), rest=rest)
    return subprocess.run(
        [sys.executable, "-S", "-c", program], cwd=folder, capture_output=True, text=True, check=False
    )


def test_source_archive_holds_what_a_build_and_its_tests_need(source):
    folders = {"examples", "src", "tests"}
    files = {"CHANGELOG.md", "CMakeLists.txt", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml"}
    assert {path.name for path in source.iterdir()} == folders | files
    assert {path.name for path in (source / CORE).iterdir()} == {path.name for path in (ROOT / CORE).iterdir()}
    assert (source / "src/clearprop/data/adult.parquet").is_file()
    assert list(source.rglob("*.pyc")) == []


def test_failing_compiler_gives_a_wheel_of_pure_python_and_one_line(pure):
    archive, printed = pure
    assert archive.name.endswith("-py3-none-any.whl")
    assert [line for line in printed.splitlines() if "native engine" in line] == [MESSAGE]


def test_everything_but_the_native_engine_works_without_it(pure, tmp_path):
    done = run_fit(pure[0], tmp_path)
    assert done.stderr.splitlines()[-1].startswith("ModuleNotFoundError: No module named 'clearprop.engines.native"), (
        done.stderr
    )


@pytest.mark.skipif(COMPILER is None, reason="there is no C++ compiler")
def test_wheel_from_the_source_archive_holds_the_native_engine_and_not_its_source(source, pure, tmp_path):
    archive, printed = wheel(source)
    assert MESSAGE not in printed
    [module] = names_in(archive) - {name for name in names_in(archive) if ".dist-info/" in name} - names_in(pure[0])
    assert module.startswith("clearprop/engines/native/_core.")
    assert [name for name in names_in(archive) if "/native/core/" in name] == []
    assert run_fit(archive, tmp_path).stderr == ""
