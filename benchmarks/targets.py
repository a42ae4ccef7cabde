"""What was promised beside what was measured."""

from math import exp, log
from typing import Any


def ratio(numerator: float | None, denominator: float | None) -> float | None:
    """Return the quotient, or None where one of the two was not measured."""
    return None if numerator is None or denominator is None else numerator / denominator


def geometric_mean(ratios: list[float | None]) -> float | None:
    """Return the geometric mean, or None where one is missing."""
    known = [number for number in ratios if number is not None]
    return exp(sum(map(log, known)) / len(known)) if known and len(known) == len(ratios) else None


def target(
    what: str,
    measured: float | None,
    *,
    least: float | None = None,
    most: float | None = None,
    below: float | None = None,
    digits: int | None = None,
    failed: bool = False,
) -> dict[str, Any]:
    """Return a target: at least, at most, or below a number, and whether it is met (None: not measured).

    `digits` after the point are shown where three significant ones do not tell met from missed; `failed`: there is no
    number because what was to be measured went wrong, and that does not meet a target.
    """
    sign, bound = next((pair for pair in (("≥", least), ("≤", most), ("<", below)) if pair[1] is not None), ("", None))
    shown = "–" if bound is None else f"{sign} {bound:.3g}" if digits is None else f"{sign} {bound:.{digits}f}"
    met = False if failed else None
    if measured is not None and bound is not None:
        met = {"≥": measured >= bound, "≤": measured <= bound, "<": measured < bound}[sign]
    found = {"what": what, "target": shown, "measured": measured, "met": met}
    return found if digits is None else {**found, "digits": digits}
