"""Models of every kind that a report takes, small and quick, and names that try to be more than text."""

import warnings
from functools import cache

import numpy as np
import pyarrow as pa
from sklearn.exceptions import ConvergenceWarning

from clearprop import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor
from clearprop.estimators.table_model import TableModel
from clearprop.report.making import report
from cli.cases import people

#: Names of columns, categories and classes that look like markup, formulas, templates, or are written otherwise.
NASTY = (
    "<script>alert(1)</script>",
    "a & b \"c\" 'd' --> </style>",
    "مرحبا بالعالم",
    "🙂 名称 $w^2$",
    "{{ 7*7 }} {% x %} {y}",
    "=cmd|' /C'!A0 `x` *y* [z](u)",
    "</script><img src=x onerror=alert(2)>",
    "line\nbreak \u202e turned",
)
PRESET = {"preset": "fast", "max_epochs": 2, "n_folds": 2}
OWN = {"hidden_layer_sizes": (6, 5), "max_iter": 4, "activation": "tanh"}


def nasty(n: int = 90, seed: int = 0) -> pa.Table:
    """A table whose names, categories and classes are all nasty; the class follows from the first column."""
    random = np.random.default_rng(seed)
    x, codes = random.normal(size=n), random.integers(0, 4, n)
    labels = np.digitize(x, [-0.4, 0.4])
    return pa.table(
        {
            NASTY[0]: pa.array(x, mask=np.arange(n) % 13 == 5),
            NASTY[1]: random.normal(size=n),
            NASTY[2]: [NASTY[code + 3] for code in codes],
            NASTY[7]: random.integers(0, 5, n),
            NASTY[6]: [NASTY[label] for label in labels],
        }
    )


def matrix(n: int = 80, seed: int = 0):
    random = np.random.default_rng(seed)
    X = random.normal(size=(n, 5))
    return X, np.digitize(X[:, 0] + X[:, 1], [-0.7, 0.7])


def of_table(target: str, **arguments):
    """A table model of the small table, and newer rows."""
    return TableModel.fit(people(), target, **arguments), people(60, seed=1), None


def of_columns(estimator, target: str):
    """A tabular estimator, and the rows that it was trained on."""
    table = people().drop_columns([target])
    return estimator.fit(table, people()[target]), table, people()[target]


def of_matrix(estimator, target=lambda X, y: y):
    """An estimator of matrices, and the rows that it was trained on."""
    X, y = matrix()
    return estimator.fit(X, target(X, y)), X, target(X, y)


BRIEF = {"solver": "lbfgs", "max_iter": 20, "random_state": 0}
#: Each makes a fitted model, the rows to report on, and their targets where these are not in the rows.
MAKERS = {
    "preset, classes": lambda: of_table("size", **PRESET),
    "preset, two classes": lambda: of_table("kind", **PRESET),
    "preset, amounts": lambda: of_table("price", **PRESET),
    "own, classes": lambda: of_table("size", **OWN),
    "own, two classes": lambda: of_table("kind", **OWN),
    "own, amounts": lambda: of_table("price", **OWN),
    "own, several networks": lambda: of_table("kind", n_members=3, **OWN),
    "nasty": lambda: (
        TableModel.fit(nasty(), NASTY[6], task="classification", **PRESET),
        nasty(60, seed=1),
        None,
    ),
    "TabularClassifier": lambda: of_columns(TabularClassifier(**PRESET, random_state=0), "kind"),
    "TabularRegressor": lambda: of_columns(TabularRegressor(**PRESET, random_state=0), "price"),
    "MLPClassifier": lambda: of_matrix(MLPClassifier((6,), **BRIEF)),
    "MLPClassifier, two classes": lambda: of_matrix(MLPClassifier((6,), random_state=0), lambda X, y: y > 0),
    "MLPRegressor": lambda: of_matrix(MLPRegressor(hidden_layer_sizes=(6,), **BRIEF), lambda X, y: X[:, 0]),
    "no hidden layer": lambda: of_matrix(MLPClassifier((), **BRIEF)),
    "several targets": lambda: of_matrix(MLPRegressor(hidden_layer_sizes=(4,), **BRIEF), lambda X, y: X[:, :2]),
    "labels": lambda: of_matrix(
        MLPClassifier((4,), **BRIEF), lambda X, y: np.stack([y > 0, y > 1], axis=1).astype(int)
    ),
}
MODELS = tuple(MAKERS)


@cache
def subject_model(name: str):
    """A fitted model of `MODELS`, the rows to report on, and their targets."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return MAKERS[name]()


@cache
def written(name: str):
    """The report of a model of `MODELS`."""
    model, table, y = subject_model(name)
    return report(model, table, y, source="newer.csv", name=name)


@cache
def page(name: str) -> str:
    return written(name).to_html()
