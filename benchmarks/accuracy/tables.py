"""The result as tables: contenders in rows, measures or tables in columns."""

from benchmarks.accuracy.contenders import CONTENDERS
from benchmarks.accuracy.summary import (
    Outcome,
    Outcomes,
    mean_ranks,
    outcomes_of,
    shared_tables,
    shifted_geometric_mean,
    total,
    unavailable,
)
from benchmarks.results import Result
from benchmarks.tables import NOTHING, Row, decimals, number, table, targets_table

FAILED = "failed"
PERCENT = 100


def summary_table(result: Result) -> str:
    """All tables in a row for each contender, and what went wrong."""
    outcomes, absent = outcomes_of(result), unavailable(result)
    headers = [
        "contender",
        "mean rank by log loss",
        "by error",
        "log loss, mean",
        "error, %, mean",
        "fit, s",
        "remarks",
    ]
    contenders = tuple(outcomes)
    tables = shared_tables(outcomes, contenders) if contenders else []
    by_log_loss, by_error = (mean_ranks(outcomes, contenders, measure) for measure in ("log_loss", "error"))
    rows = []
    for name in CONTENDERS:
        if name in outcomes:
            losses, errors, seconds = (
                [outcomes[name][one].value(measure) for one in tables]
                for measure in ("log_loss", "error", "fit_seconds")
            )
            error = shifted_geometric_mean(errors)
            cells = [
                decimals(by_log_loss.get(name), 2),
                decimals(by_error.get(name), 2),
                decimals(shifted_geometric_mean(losses), 4),
                decimals(None if error is None else PERCENT * error, 2),
                number(total(seconds) if tables else None),
            ]
            rows.append([name, *cells, _remarks(outcomes[name])])
        elif name in absent:
            rows.append([name, *[NOTHING] * 5, absent[name]])
    return table(headers, rows)


def _remarks(outcomes: dict[str, Outcome]) -> str:
    """Failures, the tables with the same reason together, on one line that a Markdown table can hold."""
    reasons: dict[str, list[str]] = {}
    for name, outcome in outcomes.items():
        if outcome.failure:
            reasons.setdefault(outcome.failure.replace("|", "/"), []).append(name)
    return "; ".join(f"{FAILED} on {', '.join(names)}: {reason}" for reason, names in reasons.items())


def measure_table(result: Result, measure: str, digits: int | None, unit: float = 1.0) -> str:
    """One measure, a column for each table."""
    outcomes = outcomes_of(result)
    tables = _tables_run(result, outcomes)
    rows = [
        [name, *(_cell(by_table.get(one), measure, digits, unit) for one in tables)]
        for name, by_table in outcomes.items()
    ]
    return table(["contender", *tables], rows)


def _tables_run(result: Result, outcomes: Outcomes) -> list[str]:
    return [name for name in result["tables"] if any(name in by_table for by_table in outcomes.values())]


def _cell(outcome: Outcome | None, measure: str, digits: int | None, unit: float) -> str:
    if outcome is None:
        return NOTHING
    if outcome.failure:
        return FAILED
    value = outcome.value(measure)
    scaled = None if value is None else value / unit
    return number(scaled) if digits is None else decimals(scaled, digits)


def sizes_table(result: Result) -> str:
    """What the tables are like."""
    names = _tables_run(result, outcomes_of(result))
    columns = list(next(iter(result["tables"].values()), {}))
    rows: list[Row] = [[name, *(f"{result['tables'][name][column]:,}" for column in columns)] for name in names]
    return table(["table", *(column.replace("_", " ") for column in columns)], rows)


def tables_of(result: Result) -> dict[str, tuple[str, str]]:
    """Return title and text of every table, in the order of the page."""
    return {
        "summary": ("All tables together", summary_table(result)),
        "log_loss": ("Log loss", measure_table(result, "log_loss", 4)),
        "error": ("Error, %", measure_table(result, "error", 2, 1 / PERCENT)),
        "auc": ("Area under the ROC curve", measure_table(result, "auc", 4)),
        "fit_seconds": ("Seconds of fit", measure_table(result, "fit_seconds", None)),
        "predict_seconds": ("Predicting all test rows, ms", measure_table(result, "predict_seconds", None, 1e-3)),
        "sizes": ("The tables", sizes_table(result)),
        "targets": ("Targets", targets_table(result)),
    }
