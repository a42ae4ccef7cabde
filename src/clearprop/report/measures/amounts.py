"""Measures of amounts, beside a baseline."""

from typing import Any

import numpy as np

from clearprop.estimators import table_measures
from clearprop.report.subject import Subject


def amount_measures(subject: Subject) -> dict[str, Any]:
    """Measure the predictions of a subject beside the mean of the training; see `table_measures.of_amounts`."""
    rows = subject.rows
    assert rows is not None
    told = subject.record.get("mean_target")
    baseline = float(np.mean(rows.y)) if told is None else float(told)
    return table_measures.of_amounts(rows.y, rows.output, baseline)
