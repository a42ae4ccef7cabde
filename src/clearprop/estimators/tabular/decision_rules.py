"""Which class to decide for: costs as a person states them, or those that make a metric greatest on held-out rows."""

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from clearprop.mathematics.arrays import Array

MOST_PROBABLE = "most_probable"

#: A metric from the weighted counts N_kj of rows of class k decided for j: (m, K, K) -> (m,); greater is better.
Metric = Callable[[Array], Array]

MOST_CELLS = 4_000_000  # of the counts that are looked at in one line search; more different cuts are thinned out
SLOW_CUTS, LEAST_SLOW_CUTS = 400, 10  # by all factors, and by one, of a metric that takes one table of counts at a time
MOST_SWEEPS = 10
GAIN = 1e-9  # sums of weights are rounded: less is none


def _ratio(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0.0)


def _diagonal(N: Array) -> Array:
    return np.diagonal(N, axis1=1, axis2=2)


def _balanced_accuracy(N: Array) -> Array:
    of_class = N.sum(axis=2)
    return _ratio(_ratio(_diagonal(N), of_class).sum(axis=1), (of_class > 0.0).sum(axis=1).astype(float))


def _f1_of_each(N: Array) -> tuple[Array, Array]:
    both = N.sum(axis=1) + N.sum(axis=2)
    return _ratio(2.0 * _diagonal(N), both), both > 0.0


def _f1_macro(N: Array) -> Array:
    f1, there = _f1_of_each(N)
    return _ratio(f1.sum(axis=1), there.sum(axis=1).astype(float))


def _matthews(N: Array) -> Array:
    total, true, decided = N.sum(axis=(1, 2)), N.sum(axis=2), N.sum(axis=1)
    covariance = _diagonal(N).sum(axis=1) * total - (true * decided).sum(axis=1)
    spread = np.maximum(total**2 - (true**2).sum(axis=1), 0.0) * np.maximum(total**2 - (decided**2).sum(axis=1), 0.0)
    return _ratio(covariance, np.sqrt(spread))


#: Metrics of our own, for they are looked at many cuts at once; any other is scikit-learn's.
METRICS: dict[str, Metric] = {
    "accuracy": lambda N: _diagonal(N).sum(axis=1) / N.sum(axis=(1, 2)),
    "balanced_accuracy": _balanced_accuracy,
    "f1": lambda N: _f1_of_each(N)[0][:, 1],
    "f1_macro": _f1_macro,
    "mcc": _matthews,
}


def metric_named(name: str, n_classes: int) -> Metric:
    """Return the metric of that name: of `METRICS`, or a scorer of scikit-learn that looks at decided classes.

    The positive class of two is the second one.

    Raises:
        ValueError: there is none, it is made of probabilities or amounts, or it is for another number of classes.
    """
    if name == "f1" and n_classes > 2:
        raise ValueError(f"decision='f1': that is for two classes, here are {n_classes}; try 'f1_macro'")
    return METRICS[name] if name in METRICS else _metric_of_scorer(name, n_classes)


def _metric_of_scorer(name: str, n_classes: int) -> Metric:
    from sklearn.metrics import get_scorer

    try:
        scorer = get_scorer(name)
    except ValueError:
        raise ValueError(
            f"decision={name!r}: {MOST_PROBABLE!r}, costs, or a metric is needed: {', '.join(METRICS)}, or a scorer "
            "that sklearn.metrics.get_scorer_names() lists"
        ) from None
    function = scorer._score_func
    if scorer._response_method != "predict" or not function.__module__.endswith("metrics._classification"):
        raise ValueError(f"decision={name!r}: a metric of decided classes is needed, such as {', '.join(METRICS)}")
    codes = np.arange(n_classes)

    def of_counts(counts: Array) -> float:
        true, decided = np.broadcast_arrays(codes[:, None], codes)
        weights = np.maximum(counts.ravel(), 0.0)  # a difference of sums may be rounded below 0
        score = function(true.ravel(), decided.ravel(), sample_weight=weights, **scorer._kwargs)
        return float(scorer._sign * score)

    def metric(N: Array) -> Array:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of classes that nothing is decided for
            values = np.array([of_counts(counts) for counts in N])
        return np.where(np.isnan(values), -np.inf, values)

    try:
        metric(np.eye(n_classes)[None])
    except ValueError as error:
        raise ValueError(f"decision={name!r}, for {n_classes} classes: {str(error).splitlines()[0]}") from None
    return metric


def costs_given(given: Any, classes: Array) -> Array:
    """Return costs, (n_classes, n_classes), from a matrix in the order of the classes or {(true, decided): cost}.

    A pair of different classes that a dictionary does not name costs 1, a right decision 0.

    Raises:
        ValueError: another shape, an unknown class, a cost that is no number, or a class whose right decision costs
            more than a wrong one.

    Example:
        >>> costs_given({("ill", "well"): 20.0}, np.array(["ill", "well"])).tolist()
        [[0.0, 20.0], [1.0, 0.0]]
    """
    costs = _from_pairs(given, classes) if isinstance(given, Mapping) else _as_numbers(given)
    n = len(classes)
    if costs.shape != (n, n) or not np.isfinite(costs).all():
        raise ValueError(f"decision: finite costs of shape ({n}, {n}) are needed; got shape {costs.shape}")
    right = np.diagonal(costs)
    dearer = np.flatnonzero((costs < right[:, None]).any(axis=1))
    if dearer.size:
        k = int(dearer[0])
        raise ValueError(f"decision: to take class {classes[k]!r} for itself costs more than for another one")
    if (costs == right[:, None]).all():
        raise ValueError("decision: every decision costs the same; a wrong one is to cost more than the right one")
    return costs


def _as_numbers(given: Any) -> Array:
    try:
        return np.array(given, float)
    except (TypeError, ValueError):
        raise ValueError("decision: costs that are numbers are needed, a row for each true class") from None


def _from_pairs(given: Mapping[Any, Any], classes: Array) -> Array:
    codes = {label: code for code, label in enumerate(classes.tolist())}
    costs = 1.0 - np.eye(len(classes))
    for pair, cost in given.items():
        if not (isinstance(pair, tuple) and len(pair) == 2 and all(label in codes for label in pair)):
            raise ValueError(f"decision: (true class, decided class) of {list(codes)} is needed; got {pair!r}")
        costs[codes[pair[0]], codes[pair[1]]] = cost
    return costs


def costs_for_metric(metric: Metric, P: Array, y: Array, weights: Array) -> Array:
    """Return costs C_kj = f_k for k ≠ j, 0 for k = j, whose decisions, argmax_j f_j p_j, make a metric greatest.

    Of two classes every threshold between two of the rows' probabilities is tried (for a scorer of scikit-learn, at
    most 200 of them, evenly among the rows). Of more, each factor f_k in turn is
    chosen so, the others held, until none gains: from equal factors, from 1/π_k and from 1/√π_k, with π the classes'
    shares of the rows; so it may miss the best.

    Arguments:
        metric: see `metric_named`. P: (n, n_classes) probabilities of held-out rows; y: (n,) codes of the classes.
        weights: (n,), at least 0.

    Example:
        >>> P = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]])
        >>> costs = costs_for_metric(METRICS["f1"], P, np.array([0, 0, 1, 1]), np.ones(4))
        >>> threshold = costs[0, 1] / (costs[0, 1] + costs[1, 0])
        >>> round(float(threshold), 2)
        0.25
    """
    n_classes = P.shape[1]
    search = _Search(metric, P, y, weights)
    if n_classes == 2:
        factors = search.line(np.ones(2), 1)[0]
    else:
        shares = np.maximum(np.bincount(y, weights, n_classes), np.finfo(float).tiny) / max(weights.sum(), 1e-300)
        present = np.where(shares > GAIN, shares, 1.0)
        found = [search.sweeps(start) for start in (np.ones(n_classes), 1.0 / present, 1.0 / np.sqrt(present))]
        factors = max(found, key=lambda factors_and_value: factors_and_value[1])[0]
    factors = factors / factors.sum()
    return np.where(np.eye(n_classes, dtype=bool), 0.0, factors[:, None])


class _Search:
    """Searches of the factors f of argmax_j f_j p_j for the greatest value of a metric."""

    def __init__(self, metric: Metric, P: Array, y: Array, weights: Array) -> None:
        counted = weights > 0.0
        self._metric, self._P, self._y, self._weights = metric, P[counted], y[counted], weights[counted]
        slow = max(LEAST_SLOW_CUTS, SLOW_CUTS // P.shape[1])
        self._most_cuts = MOST_CELLS // P.shape[1] ** 2 if metric in METRICS.values() else slow

    def value(self, factors: Array) -> float:
        """The metric of these factors."""
        return float(self._metric(self._counts((factors * self._P).argmax(axis=1))[None])[0])

    def sweeps(self, factors: Array) -> tuple[Array, float]:
        """Choose each factor in turn until none gains."""
        value = self.value(factors)
        for _ in range(MOST_SWEEPS):
            before = value
            for k in range(len(factors)):
                factors, value = self.line(factors, k)
            if value <= before + GAIN:
                break
        return factors, value

    def line(self, factors: Array, k: int) -> tuple[Array, float]:
        """The factor of class k that is best where the others stay, nearest to what it was; all, and their value.

        A row goes to class k where f_k is above r = max_{j≠k} f_j p_j/p_k.
        """
        others = factors * self._P
        others[:, k] = -1.0
        other = others.argmax(axis=1)
        with np.errstate(divide="ignore", over="ignore"):
            r = others[np.arange(len(other)), other] / self._P[:, k]
        cuts = self._cuts(r[np.isfinite(r)])
        values = self._metric(self._counts_at(cuts, r, other, k))
        now = self.value(factors)
        if not cuts.size or values.max() <= now + GAIN:
            return factors, now
        best = cuts[values >= values.max() - GAIN]
        chosen = factors.copy()
        chosen[k] = best[np.abs(np.log(best / factors[k])).argmin()]
        return chosen, self.value(chosen)

    def _cuts(self, r: Array) -> Array:
        """A factor between each two neighbours of the different r, one below all and one above all; not too many."""
        r = np.unique(r[r > 0.0])
        if not r.size:
            return r
        cuts = np.concatenate(([0.5 * r[0]], np.sqrt(r[:-1]) * np.sqrt(r[1:]), [2.0 * r[-1]]))
        if len(cuts) > self._most_cuts:
            cuts = cuts[np.linspace(0, len(cuts) - 1, self._most_cuts).round().astype(int)]
        return cuts[(cuts > 0.0) & np.isfinite(cuts)]

    def _counts_at(self, cuts: Array, r: Array, other: Array, k: int) -> Array:
        """N at each cut, (m, K, K): which rows have gone from their other class to class k."""
        n = self._P.shape[1]
        gone = np.searchsorted(cuts, r, side="right")
        change = np.zeros((len(cuts) + 1, n, n))
        np.subtract.at(change, (gone, self._y, other), self._weights)
        np.add.at(change, (gone, self._y, np.full(len(r), k)), self._weights)
        return self._counts(other) + np.cumsum(change, axis=0)[:-1]

    def _counts(self, decided: Array) -> Array:
        n = self._P.shape[1]
        return np.bincount(self._y * n + decided, self._weights, n * n).reshape(n, n)
