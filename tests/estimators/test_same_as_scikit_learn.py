"""One script, one import line changed: the same numbers, names, shapes and warnings from both libraries."""

import inspect
import itertools
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn.neural_network
from scipy.sparse import csc_matrix, csr_array, csr_matrix

import clearprop
from clearprop.engines import ENGINES, engine_named

from .cases import differ, table, uneven_weights

LIBRARIES = ("clearprop", "sklearn.neural_network")
CLASSIFICATION = ("binary", "multiclass", "multilabel")
REGRESSION = ("one target", "several targets", "counts")
SOLVERS = ("adam", "sgd", "lbfgs")
OF_OUR_OWN = {"network_", "history_", "engine_"}

SCRIPT = """
from {library} import MLPClassifier, MLPRegressor

model = {kind}({arguments})
{calls}
"""

FIT = "model.fit(X, y)"
WEIGHTED = "model.fit(X, y, sample_weight=w)"
PARTIAL = "for _ in range(20): model.partial_fit(X, y{classes})"
PARTIAL_WEIGHTED = "for _ in range(3): model.partial_fit(X, y, sample_weight=w{classes})"
WARM = "model.set_params(warm_start=True, max_iter=7)\nfor _ in range(3): model.fit(X, y)"
WARM_THEN_PARTIAL = WARM + "\nfor _ in range(3): model.partial_fit(X, y)"


CHANGED = "model.fit(X, y)\nmodel.set_params({changes})\nfor _ in range(5): model.{method}(X, y)"


def script(name: str, arguments: dict[str, Any], calls: str) -> str:
    """The text of a script, but for the library's name."""
    kind = "MLPRegressor" if name in REGRESSION else "MLPClassifier"
    given = {"max_iter": 20, "random_state": 3, **({"loss": "poisson"} if name == "counts" else {}), **arguments}
    labels = "np.arange(y.shape[1])" if name == "multilabel" else "np.unique(y)"
    classes = f", classes={labels}" if kind == "MLPClassifier" else ""
    listed = ", ".join(f"{key}={value!r}" for key, value in given.items())
    return SCRIPT.format(library="{library}", kind=kind, arguments=listed, calls=calls.format(classes=classes))


def run(text: str, library: str, X: Any, y: Any) -> tuple[Any, list[type[Warning]]]:
    """The model that a script leaves, and the kinds of the warnings on the way."""
    names = {"np": np, "inf": np.inf, "X": X, "y": y, "w": uneven_weights(len(y))}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        exec(text.format(library=library), names)
    return names["model"], [warning.category for warning in caught]


def learned(model: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(model).items() if name.endswith("_") and not name.startswith("_")}


def disagreements(mine: Any, theirs: Any, X: Any, tolerance: float) -> list[str]:
    """The learned attributes and the predictions that differ."""
    a, b = learned(mine), learned(theirs)
    found = [f"only in one: {name}" for name in a.keys() ^ b.keys() if name not in OF_OUR_OWN]
    found += [name for name in b if name in a and differ(a[name], b[name], tolerance)]
    methods = [name for name in ("predict", "predict_proba") if hasattr(theirs, name)]
    return found + [name for name in methods if differ(getattr(mine, name)(X), getattr(theirs, name)(X), tolerance)]


def check(name: str, calls: str = FIT, X: Any = None, y: Any = None, tolerance: float = 1e-6, **arguments: Any) -> None:
    """Assert that both libraries give the same."""
    X, y = table(name)[0] if X is None else X, table(name)[1] if y is None else y
    text = script(name, arguments, calls)
    (mine, my_warnings), (theirs, their_warnings) = (run(text, library, X, y) for library in LIBRARIES)
    assert disagreements(mine, theirs, X, tolerance) == []
    assert my_warnings == their_warnings


@pytest.fixture(params=ENGINES)
def each_engine(request, monkeypatch):
    """Leave one engine, which is then what "auto" takes."""
    monkeypatch.setattr(clearprop.engines, "ENGINES", {request.param: ENGINES[request.param]})
    assert engine_named("auto").name == request.param


on_each_engine = pytest.mark.usefixtures("each_engine")


@on_each_engine
@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("name", ["multiclass", "one target"])
def test_solver_and_activation(name, activation, solver):
    check(name, solver=solver, activation=activation, hidden_layer_sizes=(20, 10))


@pytest.mark.parametrize("calls", [FIT, WEIGHTED, WARM], ids=["fit", "weighted", "warm"])
@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("name", [*CLASSIFICATION, *REGRESSION])
def test_kind_of_target(name, solver, calls):
    check(name, calls, solver=solver, learning_rate_init=0.01)


@on_each_engine
@pytest.mark.parametrize("calls", [PARTIAL, PARTIAL_WEIGHTED, WARM_THEN_PARTIAL], ids=["20", "weighted", "after warm"])
@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize("name", [*CLASSIFICATION, *REGRESSION])
def test_partial_fit(name, solver, calls):
    check(name, calls, solver=solver)


@pytest.mark.parametrize("calls", [FIT, WEIGHTED, WARM], ids=["fit", "weighted", "warm"])
@pytest.mark.parametrize("name", [*CLASSIFICATION, "one target", "several targets"])
def test_early_stopping(name, calls):
    check(name, calls, early_stopping=True, n_iter_no_change=2, learning_rate_init=0.02)


@on_each_engine
@pytest.mark.parametrize("calls", [FIT, PARTIAL, WARM], ids=["fit", "partial", "warm"])
@pytest.mark.parametrize("nesterovs_momentum", [True, False])
@pytest.mark.parametrize("learning_rate", ["constant", "invscaling", "adaptive"])
def test_learning_rate(learning_rate, nesterovs_momentum, calls):
    check(
        "multiclass",
        calls,
        solver="sgd",
        learning_rate=learning_rate,
        learning_rate_init=0.1,
        nesterovs_momentum=nesterovs_momentum,
        n_iter_no_change=1,
        tol=0.05,
    )


ODDITIES = {
    "no hidden layer": {"hidden_layer_sizes": ()},
    "no hidden layer, logistic": {"hidden_layer_sizes": (), "activation": "logistic"},
    "one number for the hidden layers": {"hidden_layer_sizes": 12},
    "odd batches as they stand": {"shuffle": False, "batch_size": 7},
    "odd batches": {"batch_size": 11},
    "a batch larger than the table": {"batch_size": 1000},
    "a batch of one": {"batch_size": 1, "max_iter": 2},
    "no momentum": {"solver": "sgd", "momentum": 0.0},
    "a large penalty": {"alpha": 10.0},
    "stops by itself": {"max_iter": 200, "tol": 0.1},
    "never stops": {"n_iter_no_change": np.inf},
    "Adam's own numbers": {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-4},
    "few evaluations": {"solver": "lbfgs", "max_fun": 5},
    "another power": {"solver": "sgd", "learning_rate": "invscaling", "power_t": 0.1},
}


@pytest.mark.parametrize("name", ["multiclass", "one target"])
@pytest.mark.parametrize("arguments", [pytest.param(value, id=key) for key, value in ODDITIES.items()])
def test_oddity(name, arguments):
    check(name, **arguments)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("sparse", [csr_matrix, csc_matrix, csr_array])
def test_sparse(sparse, solver):
    X = np.where(np.abs(table("binary")[0]) < 0.7, 0.0, table("binary")[0])
    check("binary", X=sparse(X), solver=solver)


@on_each_engine
@pytest.mark.parametrize("name", ["binary", "multiclass", "one target"])
@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_float32(name, solver):
    X, y = table(name)
    check(
        name, X=X.astype(np.float32), y=y.astype(np.float32) if name in REGRESSION else y, solver=solver, tolerance=1e-3
    )


@pytest.mark.parametrize("name", ["unscaled", "strings"])
@pytest.mark.parametrize("calls", [FIT, PARTIAL], ids=["fit", "partial"])
def test_unscaled_data_and_string_labels(name, calls):
    check(name, calls)


def test_data_frame():
    X, y = table("multiclass")
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    check("multiclass", X=frame, y=pd.Series(y))
    check("multiclass", X=frame, y=pd.Series(y), early_stopping=True)


def test_column_of_targets():
    for name in ("multiclass", "one target"):
        check(name, y=table(name)[1][:, None])


def test_generator_as_seed():
    calls = "model.random_state = np.random.RandomState(5)\nmodel.fit(X, y)\nmodel.fit(X, y)"
    check("multiclass", calls)
    check("multiclass", calls, early_stopping=True)


EDITS = {
    "in place": "model.coefs_[0][:] = 0.25",
    "one entry": "model.coefs_[1][2, 0] = 7.0\nmodel.intercepts_[0][1] = -3.0",
    "replaced": "model.coefs_ = [2.0 * coef for coef in model.coefs_]",
    "one replaced": "model.coefs_[1] = -model.coefs_[1]",
    "in place, then trained on": "model.warm_start = True\nmodel.coefs_[0][:] = 0.25\n" + FIT,
    "replaced, then a partial fit": "model.coefs_ = [2.0 * coef for coef in model.coefs_]\nmodel.partial_fit(X, y)",
    "in place, then a partial fit": "model.coefs_[0][:] = 0.25\nmodel.partial_fit(X, y)",
}


@pytest.mark.parametrize("edit", [pytest.param(value, id=key) for key, value in EDITS.items()])
def test_weights_changed_by_the_user(edit):
    check("multiclass", f"{FIT}\n{edit}")


@pytest.mark.parametrize(
    "other", [{"random_state": 4}, {"alpha": 0.01}, {"learning_rate_init": 0.00101}, {"batch_size": 129}]
)
def test_a_slightly_different_script_does_not_agree(other):
    X, y = table("multiclass")
    mine, _ = run(script("multiclass", {}, FIT), LIBRARIES[0], X, y)
    theirs, _ = run(script("multiclass", other, FIT), LIBRARIES[1], X, y)
    assert {"coefs_", "intercepts_", "loss_curve_", "predict_proba"} <= set(disagreements(mine, theirs, X, 1e-6))


@pytest.mark.parametrize("kind", ["MLPClassifier", "MLPRegressor"])
def test_signature(kind):
    mine, theirs = (
        list(inspect.signature(getattr(library, kind)).parameters.values())
        for library in (clearprop, sklearn.neural_network)
    )
    first = list(itertools.takewhile(lambda argument: argument.kind is not argument.KEYWORD_ONLY, theirs))
    assert mine[: len(first)] == first
    assert [argument for argument in theirs if argument not in mine] == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"max_iter": 15},
        {"max_iter": 50, "early_stopping": True, "n_iter_no_change": 2},
        {"solver": "sgd", "learning_rate": "adaptive", "tol": 0.1, "n_iter_no_change": 2, "max_iter": 30},
        {"tol": 0.1, "n_iter_no_change": 2, "max_iter": 30},
    ],
    ids=["to the end", "early stopping", "adaptive", "patience"],
)
def test_what_verbose_prints(arguments, capsys):
    said = []
    for library in LIBRARIES:
        run(script("multiclass", {"verbose": True, **arguments}, FIT), library, *table("multiclass"))
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert "Iteration 1, loss = " in said[0]


@pytest.mark.parametrize("method", ["partial_fit", "fit"])
@pytest.mark.parametrize(
    "changes",
    ["alpha=100.0", "activation='tanh'", "learning_rate_init=0.05", "learning_rate='invscaling'", "momentum=0.1"],
)
@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_arguments_that_are_set_between_two_fits(solver, changes, method):
    warm = {"max_iter": 5, "warm_start": method == "fit"}
    calls = CHANGED.format(changes=changes, method=method)
    check("multiclass", calls, solver=solver, learning_rate_init=0.01, **warm)
