"""Importing the package is cheap, and what it offers is found on first use."""

import json
import subprocess
import sys
from functools import cache

import pytest

import clearprop
from clearprop import save
from clearprop.estimators.table_model import TableModel
from clearprop.tables import write_table
from cli.cases import people

LATE = {"sympy", "jax", "pyarrow", "typer", "jinja2", "rich", "sklearn", "scipy", "numpy"}
SCIKIT_LEARN = "from sklearn.neural_network import MLPClassifier, MLPRegressor"


@cache
def loaded_by(statement):
    """The names of all modules after a statement in a fresh interpreter."""
    program = f"{statement}\nimport json, sys\nprint(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True)
    return frozenset(json.loads(done.stdout))


def test_the_bare_package_loads_nothing():
    assert loaded_by("import clearprop") & LATE == set()


@pytest.mark.parametrize("name", ["MLPClassifier", "MLPRegressor"])
def test_an_estimator_loads_what_scikit_learn_loads(name):
    mine = loaded_by(f"from clearprop import {name}") & LATE
    assert mine <= loaded_by(SCIKIT_LEARN) & LATE  # which may itself load pyarrow or rich
    assert not mine & {"sympy", "jax", "typer", "jinja2"}


def test_the_mathematics_loads_numpy_and_scipy_at_most():
    assert loaded_by("from clearprop import Network, Parameters, forward, backward") & LATE <= {"numpy", "scipy"}


#: What explanations may load only where it is needed: to differentiate, for HTML, for the command line, for a table.
NEEDED_LATER = {"sympy", "jinja2", "latex2mathml", "typer", "sklearn", "pyarrow", "jax"}
SILENT = "import contextlib, io\nfrom clearprop.cli.app import run\nwith contextlib.redirect_stdout(io.StringIO()): "


@pytest.mark.parametrize(
    "statement",
    [
        "from clearprop import derive",
        "import clearprop.derivation.working, clearprop.derivation.documents.presented",
        "from clearprop import Network, derive; str(derive(Network((2, 2, 2)), 'W1[1,2]'))",
        "from clearprop import Network, derive; derive(Network((2, 2, 2)), 'equations', 'batch').to_latex()",
    ],
)
def test_a_derivation_as_text_loads_little(statement):
    assert loaded_by(statement) & NEEDED_LATER == set()


@pytest.mark.parametrize(("command", "needed"), [("derive", set()), ("prove", {"sympy"})])
def test_the_commands_of_a_network_load_no_models_and_tables(command, needed):
    assert loaded_by(f"{SILENT}run(['{command}', '--layers', '2,2'])") & NEEDED_LATER == {"typer", *needed}


def test_the_version_loads_nothing_but_the_command_line():
    loaded = loaded_by(f"{SILENT}run(['--version'])")
    assert loaded & {*LATE, *NEEDED_LATER} <= {"typer", "rich"}


HEAVY = {"sklearn", "pandas", "scipy", "threadpoolctl", "narwhals", "sympy", "jinja2"}


@pytest.fixture(scope="module")
def model_and_table(tmp_path_factory):
    """The path of a model file, and that of the tables that it predicts, without their suffix."""
    folder = tmp_path_factory.mktemp("light")
    table = people()
    for suffix in ("csv", "parquet", "jsonl"):
        write_table(table, folder / f"people.{suffix}")
    save(TableModel.fit(table, "kind", hidden_layer_sizes=(4,), max_iter=2), folder / "m.clearprop")
    return str(folder / "m.clearprop"), str(folder / "people")


@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
@pytest.mark.parametrize("options", [[], ["--proba"]], ids=["classes", "probabilities"])
def test_predicting_loads_no_scikit_learn_and_no_pandas(model_and_table, suffix, options):
    model, table = model_and_table
    predict = ["predict", model, f"{table}.{suffix}", "--out", f"{model}.{suffix}", *options]
    assert loaded_by(f"{SILENT}assert not run({predict})") & HEAVY == set()


def test_telling_of_a_model_loads_no_scikit_learn_and_no_pandas(model_and_table):
    for options in ([], ["--json"]):
        assert loaded_by(f"{SILENT}assert not run({['info', model_and_table[0], *options]})") & HEAVY == set()


def test_the_light_commands_would_be_noticed_if_they_were_heavy(model_and_table):
    model, table = model_and_table
    assert "sklearn" in loaded_by(f"{SILENT}assert not run({['evaluate', model, table + '.csv']})")
    assert {"sklearn", "scipy"} <= loaded_by(f"from clearprop import load; load({model!r})")


#: What scikit-learn's own network loads and ours only where it is asked for.
ASKED_FOR = {"sklearn.metrics", "sklearn.model_selection"}
FITTED = "from clearprop import MLPClassifier\nMLPClassifier(max_iter=1, {}).fit([[0.0], [1.0]] * 10, [0, 1] * 10)"


def test_an_estimator_loads_no_scores_and_splits_that_nobody_asked_for():
    quiet = "import warnings; warnings.simplefilter('ignore')\n"
    assert loaded_by(quiet + FITTED.format("")) & ASKED_FOR == set()
    assert {"sklearn.metrics", "sklearn.model_selection"} <= loaded_by(quiet + FITTED.format("early_stopping=True"))
    assert {"sklearn.metrics", "sklearn.model_selection"} <= loaded_by(SCIKIT_LEARN)


def test_the_checks_would_notice():
    assert {"scipy", "sklearn", "numpy"} <= loaded_by("import clearprop; clearprop.MLPClassifier")
    assert {"jinja2", "latex2mathml"} <= loaded_by(
        "from clearprop import *; derive(Network((2, 2)), 'b1[1]').to_html()"
    )
    assert "sympy" in loaded_by("from clearprop import *; derive(Network((2, 2)), 'b1[1]').to_sympy()")
    assert "sklearn" in loaded_by(f"{SILENT}run(['train', 'none.csv', '--target', 'kind'])")


def test_what_there_is_is_listed():
    assert set(clearprop.__all__) <= set(dir(clearprop))
    assert dir(clearprop) == sorted(dir(clearprop))
    assert clearprop.MLPClassifier is clearprop.MLPClassifier
    assert clearprop.MLPClassifier.__name__ == "MLPClassifier"


def test_what_there_is_not():
    with pytest.raises(AttributeError) as caught:
        _ = clearprop.MLPClasifier
    message = str(caught.value)
    assert "'clearprop' has no attribute 'MLPClasifier'" in message
    assert all(name in message for name in clearprop.__all__ if not name.startswith("_"))
    assert len(message.splitlines()) == 1
    with pytest.raises(ImportError, match="no_such"):
        exec("from clearprop import no_such")
