"""What was promised and what was measured."""

from collections.abc import Mapping
from typing import Any

from benchmarks.accuracy.contenders import BEST, DEFAULT, FAST, NETWORKS_OF_SCIKIT_LEARN, PEERS, REALMLP
from benchmarks.accuracy.summary import Outcome, Outcomes, mean_ranks, outcomes_of, shared_tables
from benchmarks.results import Result
from benchmarks.targets import geometric_mean, ratio, target

ADULT = "adult"
LEAST_ACCURACY, LEAST_AUC = 87.0, 0.925
LEAST_TIMES_FASTER = 5.0
SECOND_SETTING = f"{REALMLP} for log loss"  # of a peer that is measured as it comes; it counts where it was run
RANKED_BY = {"log_loss": "log loss", "error": "error"}


def targets(result: Result) -> list[dict[str, Any]]:
    """Return every target: what, target, measured, and whether it is met (None: one of its contenders was not run)."""
    outcomes = outcomes_of(result)
    return [
        *(_first(outcomes, measure) for measure in RANKED_BY),
        *(_best_before_default(outcomes, measure) for measure in RANKED_BY),
        _times_faster(outcomes),
        _fast_before_scikit_learn(outcomes),
        *_adult(outcomes, result["tables"]),
    ]


def _were_run(outcomes: Outcomes, *contenders: str) -> bool:
    return all(name in outcomes for name in contenders) and bool(shared_tables(outcomes, contenders))


def _first(outcomes: Outcomes, measure: str) -> dict[str, Any]:
    """The default among all peers; Clearprop's other presets are not among them."""
    what = f"mean rank by {RANKED_BY[measure]}, default among the peers: before the best peer"
    peers = tuple(name for name in PEERS if name in outcomes or name != SECOND_SETTING)
    if not _were_run(outcomes, DEFAULT, *peers):
        return target(what, None)
    found = mean_ranks(outcomes, (DEFAULT, *peers), measure)
    return target(what, found[DEFAULT], below=min(found[name] for name in peers), digits=2)


def _best_before_default(outcomes: Outcomes, measure: str) -> dict[str, Any]:
    what = f"mean rank by {RANKED_BY[measure]}, best among default and the peers: before default"
    among = (BEST, DEFAULT, *(name for name in PEERS if name in outcomes))
    if not _were_run(outcomes, *among):
        return target(what, None)
    found = mean_ranks(outcomes, among, measure)
    return target(what, found[BEST], below=found[DEFAULT], digits=2)


def _times_faster(outcomes: Outcomes) -> dict[str, Any]:
    """Over the tables that RealMLP-TD could be trained on."""
    what = f"fit, times faster than {REALMLP}, default, geometric mean"
    if not _were_run(outcomes, DEFAULT, REALMLP):
        return target(what, None, least=LEAST_TIMES_FASTER)
    pairs = [
        (outcomes[REALMLP][table], outcomes[DEFAULT][table]) for table in shared_tables(outcomes, (DEFAULT, REALMLP))
    ]
    quotients = [
        ratio(theirs.value("fit_seconds"), ours.value("fit_seconds")) for theirs, ours in pairs if not theirs.failure
    ]
    failed = any(ours.failure for _, ours in pairs)
    return target(what, geometric_mean(quotients), least=LEAST_TIMES_FASTER, failed=failed)


def _fast_before_scikit_learn(outcomes: Outcomes) -> dict[str, Any]:
    what = "tables on which fast has a better log loss than the better MLP of scikit-learn, in less time"
    contenders = (FAST, *NETWORKS_OF_SCIKIT_LEARN)
    if not _were_run(outcomes, *contenders):
        return target(what, None)
    tables = shared_tables(outcomes, contenders)
    ahead = [_is_ahead(*(outcomes[name][table] for name in contenders)) for table in tables]
    return target(what, sum(ahead), least=len(tables), digits=0)


def _is_ahead(ours: Outcome, *theirs: Outcome) -> bool:
    """Whether the log loss is less than that of the better of two, and the time less than that one's."""
    trained = [outcome.means for outcome in theirs if not outcome.failure]
    if ours.failure or not trained:
        return not ours.failure
    better = min(trained, key=lambda means: means["log_loss"] or 0.0)
    return all((ours.means[key] or 0.0) < (better[key] or 0.0) for key in ("log_loss", "fit_seconds"))


def _adult(outcomes: Outcomes, tables: Mapping[str, Any]) -> list[dict[str, Any]]:
    if tables and ADULT not in tables:
        return []
    outcome = outcomes.get(DEFAULT, {}).get(ADULT, Outcome({}))
    error, failed = outcome.value("error"), bool(outcome.failure)
    accuracy = None if error is None else 100 * (1 - error)
    return [
        target("Adult, accuracy of default, %", accuracy, least=LEAST_ACCURACY, digits=2, failed=failed),
        target("Adult, AUC of default", outcome.value("auc"), least=LEAST_AUC, digits=4, failed=failed),
    ]
