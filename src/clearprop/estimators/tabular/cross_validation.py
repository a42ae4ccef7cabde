"""How good a model of a table is on rows that it has not seen: each part is predicted by a model of the others."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from clearprop.estimators.scikit_learn import (
    _check_sample_weight,
    check_consistent_length,
    check_random_state,
    column_or_1d,
    is_classifier,
)
from clearprop.estimators.scoring import negative_log_loss
from clearprop.estimators.tabular.base import TabularEstimator, plain_target
from clearprop.estimators.tabular.members import folds_of
from clearprop.mathematics.arrays import Array
from clearprop.tables import split_target, to_table

LEAST_ROWS_OF_A_CLASS = 2  # one to learn from, one to predict
LEAST_ROWS_SIDE_BY_SIDE = 500  # with fewer, processes take longer to start than folds to train

Scorer = Callable[..., float]

DEFAULT_SCORING = {True: ("accuracy", "neg_log_loss"), False: ("r2", "neg_root_mean_squared_error")}  # of a classifier?


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """What `cross_validate` found.

    Arguments:
        scores: of each name, (n_folds,): greater is better; fit_seconds: (n_folds,).
        folds: (n,) the fold that held each row out, -1: none did.
        predictions: (n,) of each row by the model that had not seen it; None if a row was held out twice or never.
        probabilities: (n, n_classes) likewise, in the order of `classes`; None for amounts.
        classes: (n_classes,), sorted; None for amounts.
    """

    scores: dict[str, Array]
    fit_seconds: Array
    folds: Array
    predictions: Array | None
    probabilities: Array | None
    classes: Array | None

    @property
    def mean(self) -> dict[str, float]:
        """The mean of each score over the folds."""
        return {name: float(values.mean()) for name, values in self.scores.items()}

    @property
    def deviation(self) -> dict[str, float]:
        """The standard deviation of each score between the folds (over n_folds − 1)."""
        return {
            name: float(values.std(ddof=1)) if len(values) > 1 else float("nan") for name, values in self.scores.items()
        }

    def to_dict(self) -> dict[str, Any]:
        """Scores and seconds as plain values."""
        scores = {
            name: {"mean": self.mean[name], "deviation": self.deviation[name], "folds": values.tolist()}
            for name, values in self.scores.items()
        }
        return {"scores": scores, "fit_seconds": self.fit_seconds.tolist()}

    def __str__(self) -> str:
        names = [*self.scores, "seconds"]
        columns = [*self.scores.values(), self.fit_seconds]
        width = max(12, *(len(name) for name in names))
        lines = ["fold  " + "  ".join(f"{name:>{width}}" for name in names)]
        for fold, numbers in enumerate(zip(*columns, strict=True)):
            lines.append(f"{fold + 1:<4}  " + "  ".join(f"{number:>{width}.4g}" for number in numbers))
        ends = [f"{np.mean(column):.4g} ± {np.std(column, ddof=1) if len(column) > 1 else 0:.2g}" for column in columns]
        return "\n".join([*lines, "mean  " + "  ".join(f"{end:>{width}}" for end in ends)])


def cross_validate(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    cv: Any = 5,
    scoring: Any = None,
    sample_weight: Any = None,
    n_jobs: int | None = None,
    random_state: Any = None,
) -> CrossValidation:
    """Train an estimator once for each fold, on all rows outside it, and score it on the rows of the fold.

    Arguments:
        estimator: a `TabularClassifier` or `TabularRegressor` (or any other estimator of scikit-learn's kind); a copy
            of it is trained for each fold.
        X: a table of n rows, of any library, or the path of one.
        y: (n,) classes or amounts, or the name of a column of X.
        cv: how many folds, into which the rows are dealt at random, each class evenly; or a splitter of scikit-learn,
            or pairs (rows to train on, rows held out).
        scoring: the name of a scorer of scikit-learn, several names, {name: scorer} or a function (estimator, X, y);
            None: accuracy and log loss, of amounts R² and root mean squared error.
        sample_weight: (n,), for training and for scores.
        n_jobs: how many folds are trained side by side, in processes that share the cores; 1: one after another, each
            on all cores; -1: as many as there are cores; None: as many as keep the cores busy. The networks of a kind
            are trained together, a core each: with fewer of them than cores, as in "fast", folds side by side are
            faster, unless the rows are few. Results do not depend on it.
        random_state: of the folds.

    Raises:
        ValueError, TableError: what does not fit, in one line; see the estimators.

    Example:
        >>> from clearprop import TabularClassifier
        >>> table = {"size": [1.0, 2.0, 3.0, 4.0] * 20, "price": ["low", "low", "high", "high"] * 20}
        >>> model = TabularClassifier("fast", random_state=0)
        >>> found = cross_validate(model, table, "price", cv=2, n_jobs=1, random_state=0)
        >>> found.mean["accuracy"], found.predictions[:3].tolist()
        (1.0, ['low', 'low', 'high'])

    Source: Stone 1974.
    """
    from joblib import Parallel, cpu_count, delayed, effective_n_jobs  # here: one who trains does not wait for it
    from sklearn.base import clone

    X, y, weights = given_rows(X, y, sample_weight)
    splits = splits_of(estimator, y, cv, random_state)
    scorers = scorers_of(scoring, is_classifier(estimator))
    n_jobs = min(_n_jobs(estimator, len(y)) if n_jobs is None else effective_n_jobs(n_jobs), len(splits))
    n_threads = None if n_jobs == 1 else max(1, cpu_count() // n_jobs)
    done = Parallel(n_jobs)(
        delayed(_fit_fold)(clone(estimator), X, y, weights, split, scorers, n_threads) for split in splits
    )
    return _collected(list(done), splits, y, is_classifier(estimator))


def _n_jobs(estimator: Any, n_rows: int) -> int:
    """How many fits keep the cores busy."""
    from joblib import cpu_count

    if n_rows < LEAST_ROWS_SIDE_BY_SIDE or not isinstance(estimator, TabularEstimator):
        return 1
    if estimator.callbacks:  # in another process they would tell nobody
        return 1
    return max(1, cpu_count() // estimator.asked_preset().for_rows(n_rows).n_members(n_rows))


def given_rows(X: Any, y: Any, sample_weight: Any) -> tuple[Any, Array, Array | None]:
    """Return a table that rows can be taken of, the target, (n,), also by a column's name, and weights, (n,), if any.

    Raises:
        ValueError, TableError: there is no target, or their lengths differ.
    """
    X, y = _table_and_target(X, y)
    check_consistent_length(X, y)
    return X, y, None if sample_weight is None else _check_sample_weight(sample_weight, y[:, None], dtype=np.float64)


def _table_and_target(X: Any, y: Any) -> tuple[Any, Array]:
    if isinstance(y, str):
        table, values, _ = split_target(to_table(X), y, source=str(X) if isinstance(X, str | Path) else "table")
        return table, np.array(values.to_pylist())
    y = plain_target(y)
    if y is None:
        raise ValueError("y: a target is needed, or the name of its column; got None")
    X = to_table(X) if isinstance(X, dict | str | os.PathLike | pa.RecordBatch) else X
    return X, column_or_1d(y)


def rows_of(X: Any, chosen: Array) -> Any:
    """Return some rows of a table of any library, as a table of it."""
    if isinstance(X, pa.Table):
        return X.take(pa.array(chosen))
    from sklearn.utils import _safe_indexing

    return _safe_indexing(X, chosen)


def scorers_of(scoring: Any, classifier: bool) -> dict[str, Scorer]:
    """Return the scorers that an argument `scoring` names, by name.

    Raises:
        ValueError: there is none of that name.
    """
    scoring = DEFAULT_SCORING[classifier] if scoring is None else scoring
    if isinstance(scoring, str):
        scoring = (scoring,)
    if callable(scoring):
        return {"score": scoring}
    if isinstance(scoring, Mapping):
        return {name: _scorer(scorer) for name, scorer in scoring.items()}
    return {name: _scorer(name) for name in scoring}


def _scorer(asked: Any) -> Scorer:
    if asked == "neg_log_loss":
        return negative_log_loss
    from sklearn.metrics import get_scorer

    try:
        return get_scorer(asked)
    except ValueError:
        raise ValueError(
            f"scoring: a name that sklearn.metrics.get_scorer_names() lists is needed; got {asked!r}"
        ) from None


class _Fold(NamedTuple):
    scores: dict[str, float]
    seconds: float
    predictions: Array
    probabilities: Array | None
    classes: Array | None


def splits_of(estimator: Any, y: Array, cv: Any, random_state: Any) -> list[tuple[Array, Array]]:
    """The rows to train on and those held out, of each fold."""
    if not isinstance(cv, int | np.integer):
        from sklearn.model_selection import check_cv

        splits = check_cv(cv, y, classifier=is_classifier(estimator)).split(y, y)
        return [(np.asarray(train), np.asarray(held_out)) for train, held_out in splits]
    if not 2 <= cv <= len(y):
        raise ValueError(f"cv: from 2 to {len(y)} folds (the number of rows) are needed; got {cv}")
    dealt_by: Array = np.zeros(len(y))
    if is_classifier(estimator):
        classes, dealt_by, n_rows = np.unique(y, return_inverse=True, return_counts=True)
        if n_rows.min() < LEAST_ROWS_OF_A_CLASS:
            rare = classes.tolist()[n_rows.argmin()]
            raise ValueError(f"y: class {rare!r} has one row; two are needed: one to train on, one to be held out")
    folds = folds_of(dealt_by, int(cv), check_random_state(random_state))
    return [(np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)) for fold in range(cv)]


@contextmanager
def _threads(n_threads: int | None) -> Iterator[None]:
    """Within the block this process trains on so many threads at most; None: as ever."""
    name = "CLEARPROP_NUM_THREADS"
    before = os.environ.get(name)
    if n_threads is not None:
        os.environ[name] = str(n_threads)
    try:
        yield
    finally:
        if n_threads is not None:
            os.environ.pop(name, None)
            os.environ.update({} if before is None else {name: before})


def _fit_fold(
    estimator: Any,
    X: Any,
    y: Array,
    weights: Array | None,
    split: tuple[Array, Array],
    scorers: Mapping[str, Scorer],
    n_threads: int | None,
) -> _Fold:
    train, held_out = split
    with _threads(n_threads):
        began = time.perf_counter()
        estimator.fit(rows_of(X, train), y[train], **_weighted(weights, train))
        seconds = time.perf_counter() - began
        table, of_rows = rows_of(X, held_out), _weighted(weights, held_out)
        scores = {name: float(scorer(estimator, table, y[held_out], **of_rows)) for name, scorer in scorers.items()}
        P = estimator.predict_proba(table) if hasattr(estimator, "predict_proba") else None
        return _Fold(scores, seconds, estimator.predict(table), P, getattr(estimator, "classes_", None))


def _weighted(weights: Array | None, rows: Array) -> dict[str, Array]:
    return {} if weights is None else {"sample_weight": weights[rows]}


def _collected(
    done: Sequence[_Fold], splits: Sequence[tuple[Array, Array]], y: Array, classifier: bool
) -> CrossValidation:
    held_out = np.concatenate([rows for _, rows in splits])
    folds = np.full(len(y), -1)
    for fold, (_, rows) in enumerate(splits):
        folds[rows] = fold
    classes = np.unique(y) if classifier else None
    predictions, probabilities = None, None
    if len(held_out) == len(y) and (folds >= 0).all():
        back = np.argsort(held_out, kind="stable")
        predictions = np.concatenate([fold.predictions for fold in done])[back]
        if classes is not None and done[0].probabilities is not None:
            probabilities = np.concatenate([_of_all_classes(fold, classes) for fold in done])[back]
    scores = {name: np.array([fold.scores[name] for fold in done]) for name in done[0].scores}
    return CrossValidation(
        scores, np.array([fold.seconds for fold in done]), folds, predictions, probabilities, classes
    )


def _of_all_classes(fold: _Fold, classes: Array) -> Array:
    """Probabilities with a column for each class: 0 where the fold's model knew it not."""
    assert fold.probabilities is not None and fold.classes is not None
    P = np.zeros((len(fold.probabilities), len(classes)))
    P[:, np.searchsorted(classes, fold.classes)] = fold.probabilities
    return P
