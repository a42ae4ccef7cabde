"""From runs to what is compared: means over seeds, ranks, and means over tables."""

from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np
from scipy.stats import rankdata

from benchmarks.accuracy.contenders import CONTENDERS
from benchmarks.results import Result

#: Added to what a geometric mean is taken of, as in the paper on RealMLP: tables that all solve do not decide it.
SHIFT = 0.01
MEASURES = ("log_loss", "error", "auc", "fit_seconds", "predict_seconds")


@dataclass(frozen=True)
class Outcome:
    """What a contender did on a table: the mean of each measure over its seeds, or why there are none."""

    means: dict[str, float | None]
    failure: str = ""

    def value(self, measure: str) -> float | None:
        """Return the mean of a measure, if there is one."""
        return self.means.get(measure)


Outcomes = dict[str, dict[str, Outcome]]


def outcomes_of(result: Result) -> Outcomes:
    """Return, by contender and table, what was run; contenders that could not be started are not in it."""
    found: Outcomes = {}
    for contender in CONTENDERS:
        runs = [run for run in result["runs"] if run["contender"] == contender and "unavailable" not in run]
        by_table = {table: [run for run in runs if run["table"] == table] for table in result["tables"]}
        if runs:
            found[contender] = {table: _outcome(some) for table, some in by_table.items() if some}
    return found


def _outcome(runs: list[dict[str, Any]]) -> Outcome:
    """One seed that failed is a failure: people would have met it."""
    failures = [run["failed"] for run in runs if "failed" in run]
    if failures:
        return Outcome({}, failures[0])
    return Outcome({measure: _mean([run[measure] for run in runs]) for measure in MEASURES})


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def unavailable(result: Result) -> dict[str, str]:
    """Return why contenders that took no part could not be started."""
    ran = outcomes_of(result)
    return {
        run["contender"]: run["unavailable"]
        for run in result["runs"]
        if "unavailable" in run and run["contender"] not in ran
    }


def shared_tables(outcomes: Outcomes, contenders: tuple[str, ...]) -> list[str]:
    """Return the tables on which each of the contenders was run, whether it failed there or not."""
    first, *others = contenders
    return [table for table in outcomes[first] if all(table in outcomes[name] for name in others)]


def ranks(values: list[float | None]) -> list[float]:
    """Return ranks from 1, the smallest value first; ties share their mean rank, and what failed (None) is last."""
    return [float(rank) for rank in rankdata([np.inf if value is None else value for value in values])]


def mean_ranks(outcomes: Outcomes, contenders: tuple[str, ...], measure: str) -> dict[str, float]:
    """Return each contender's rank among them, its mean over the tables that all were run on (none: empty)."""
    tables = shared_tables(outcomes, contenders)
    by_table = [ranks([outcomes[name][table].value(measure) for name in contenders]) for table in tables]
    return {name: fmean(column) for name, column in zip(contenders, zip(*by_table, strict=True), strict=False)}


def shifted_geometric_mean(values: list[float | None], shift: float = SHIFT) -> float | None:
    """Return exp(mean log(value + shift)); None where one is missing: fewer tables are other tables."""
    known = [value for value in values if value is not None]
    return float(np.exp(np.mean(np.log(np.add(known, shift))))) if known and len(known) == len(values) else None


def total(values: list[float | None]) -> float | None:
    """Return the sum, or None where one is missing."""
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None
