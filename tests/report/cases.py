"""Models of every kind that a report takes, small and quick, and names that try to be more than text."""

from functools import cache

import numpy as np
import pyarrow as pa

from clearprop import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor
from clearprop.estimators.table_model import TableModel
from clearprop.report.making import report
from cli.cases import people

#: Names of columns, categories and classes that look like markup, formulas, templates, or are written otherwise.
NASTY = (
    "<script>alert(1)</script>",
    'a & b "c" \'d\' --> </style>',
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


@cache
def subject_model(name: str):
    """A fitted model, the rows to report on with their targets, and what else `report` is told."""
    X, y = matrix()
    match name:
        case "preset, classes":
            return TableModel.fit(people(), "size", **PRESET), people(60, seed=1), None
        case "preset, two classes":
            return TableModel.fit(people(), "kind", **PRESET), people(60, seed=1), None
        case "preset, amounts":
            return TableModel.fit(people(), "price", **PRESET), people(60, seed=1), None
        case "own, classes":
            return TableModel.fit(people(), "size", **OWN), people(60, seed=1), None
        case "own, two classes":
            return TableModel.fit(people(), "kind", **OWN), people(60, seed=1), None
        case "own, amounts":
            return TableModel.fit(people(), "price", **OWN), people(60, seed=1), None
        case "own, several networks":
            return TableModel.fit(people(), "kind", n_members=3, **OWN), people(60, seed=1), None
        case "nasty":
            return TableModel.fit(nasty(), NASTY[6], task="classification", **PRESET), nasty(60, seed=1), None
        case "TabularClassifier":
            table = people().drop_columns(["kind"])
            return TabularClassifier(**PRESET, random_state=0).fit(table, people()["kind"]), table, people()["kind"]
        case "TabularRegressor":
            table = people().drop_columns(["price"])
            return TabularRegressor(**PRESET, random_state=0).fit(table, people()["price"]), table, people()["price"]
        case "MLPClassifier":
            return MLPClassifier((6,), solver="lbfgs", max_iter=20, random_state=0).fit(X, y), X, y
        case "MLPClassifier, two classes":
            return MLPClassifier((6,), max_iter=200, tol=0.1, random_state=0).fit(X, y > 0), X, y > 0
        case "MLPRegressor":
            return MLPRegressor((6,), solver="lbfgs", max_iter=20, random_state=0).fit(X, X[:, 0]), X, X[:, 0]
        case "no hidden layer":
            return MLPClassifier((), solver="lbfgs", max_iter=20, random_state=0).fit(X, y), X, y
        case "several targets":
            return MLPRegressor((4,), solver="lbfgs", max_iter=9, random_state=0).fit(X, X[:, :2]), X, X[:, :2]
        case "labels":
            Y = np.stack([y > 0, y > 1], axis=1).astype(int)
            return MLPClassifier((4,), solver="lbfgs", max_iter=9, random_state=0).fit(X, Y), X, Y
    raise KeyError(name)


MODELS = (
    "preset, classes",
    "preset, two classes",
    "preset, amounts",
    "own, classes",
    "own, two classes",
    "own, amounts",
    "own, several networks",
    "nasty",
    "TabularClassifier",
    "TabularRegressor",
    "MLPClassifier",
    "MLPClassifier, two classes",
    "MLPRegressor",
    "no hidden layer",
    "several targets",
    "labels",
)


@cache
def written(name: str):
    """The report of a model of `MODELS`."""
    model, table, y = subject_model(name)
    return report(model, table, y, source="newer.csv", name=name)


@cache
def page(name: str) -> str:
    return written(name).to_html()
