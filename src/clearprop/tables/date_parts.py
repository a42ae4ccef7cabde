"""The parts of a date that a network is given: each a number or a category, used only where it varies in training.

The elapsed days say the year, too. Months, weekdays and hours are categories: December is no twelve times January and
borders on it, which a code per value can learn and a number cannot.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

MICROSECONDS_A_DAY = 86_400_000_000
_MICROSECONDS_AN_HOUR = 3_600_000_000
_MICROSECONDS_A_MINUTE = 60_000_000

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Moments:
    """Moments, with what several parts need of them worked out once.

    Args:
        microseconds: microseconds since 1970 (int64, n).

    Example:
        >>> Moments(np.array([-1])).days, Moments(np.array([-1])).microseconds_of_day
        (array([-1]), array([86399999999]))
    """

    microseconds: np.ndarray

    @cached_property
    def days(self) -> np.ndarray:
        """Return the whole days since 1970."""
        return self.microseconds // MICROSECONDS_A_DAY

    @cached_property
    def microseconds_of_day(self) -> np.ndarray:
        """Return the microseconds since midnight."""
        return self.microseconds - self.days * MICROSECONDS_A_DAY

    def by_day(self, part_of_days: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """Return a part that the day decides, worked out once for each day where there are more rows than days."""
        if not len(self.days):
            return part_of_days(self.days)
        first, last = int(self.days.min()), int(self.days.max())
        if last - first > len(self.days):
            return part_of_days(self.days)
        return part_of_days(np.arange(first, last + 1))[self.days - first]


@dataclass(frozen=True)
class DatePart:
    """One part of a date.

    Args:
        name: what it is called after the column's name.
        of: takes n moments, gives the part (n): an amount, or an index into the labels.
        labels: the values of a category; none for a number.

    Example:
        >>> DATE_PARTS["day of week"].of(Moments(np.array([0]))), DATE_PARTS["day of week"].labels[3]
        (array([3]), 'Thursday')
    """

    name: str
    of: Callable[[Moments], np.ndarray]
    labels: tuple[str, ...] = ()


def _elapsed_days(moments: Moments) -> np.ndarray:
    return moments.microseconds / MICROSECONDS_A_DAY


def _month(moments: Moments) -> np.ndarray:
    return moments.by_day(lambda days: _months_since_1970(days).astype(np.int64) % 12)


def _day_of_month(moments: Moments) -> np.ndarray:
    return moments.by_day(lambda days: days + 1 - _months_since_1970(days).astype("datetime64[D]").astype(np.int64))


def _day_of_week(moments: Moments) -> np.ndarray:
    # 1970 began on a Thursday.
    return moments.by_day(lambda days: (days + 3) % 7)


def _hour(moments: Moments) -> np.ndarray:
    return moments.microseconds_of_day // _MICROSECONDS_AN_HOUR


def _minute(moments: Moments) -> np.ndarray:
    return moments.microseconds_of_day // _MICROSECONDS_A_MINUTE % 60


def _months_since_1970(days: np.ndarray) -> np.ndarray:
    return days.astype("datetime64[D]").astype("datetime64[M]")


DATE_PARTS = {
    part.name: part
    for part in (
        DatePart("elapsed days", _elapsed_days),
        DatePart("month", _month, _MONTHS),
        DatePart("day of month", _day_of_month),
        DatePart("day of week", _day_of_week, _WEEKDAYS),
        DatePart("hour", _hour, tuple(f"{hour:02}" for hour in range(24))),
        DatePart("minute", _minute),
    )
}
