"""From numbers to places along an axis: linear or logarithmic, with ticks at round numbers."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from clearprop.derivation.documents.blocks import Content
from clearprop.report.texts import number

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Scale:
    """Where numbers stand between 0 and 1 along an axis.

    Arguments:
        low, high: the numbers at the ends, low < high (above 0 where the axis is logarithmic).
        title: of the axis.
        logarithmic: whether equal ratios have equal distances.

    Example:
        >>> Scale(0.0, 10.0).at(2.5), Scale(1.0, 100.0, logarithmic=True).at(10.0)
        (0.25, 0.5)
        >>> [text for _, text in Scale(0.0, 1.0).ticks(4)], [text for _, text in Scale(1e-3, 2.0, "", True).ticks()]
        (['0', '0.25', '0.5', '0.75', '1'], ['0.001', '0.01', '0.1', '1'])
    """

    low: float
    high: float
    title: Content = ""
    logarithmic: bool = False

    @classmethod
    def over(cls, values: Iterable[float], title: Content = "", *, logarithmic: bool = False) -> Self:
        """Return the scale that just holds values; those that are not finite (or above 0, of a logarithm) do not count.

        >>> Scale.over([1.0, 3.0, float("nan")]), Scale.over([])
        (Scale(low=1.0, high=3.0, ...), Scale(low=0.0, high=1.0, ...))
        """
        kept = [value for value in map(float, values) if math.isfinite(value) and (value > 0 or not logarithmic)]
        low, high = (min(kept), max(kept)) if kept else (0.1 if logarithmic else 0.0, 1.0)
        if not low < high:
            low, high = (low / 2, high * 2) if logarithmic else (low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2)
        return cls(low, high, title, logarithmic)

    def at(self, value: float) -> float:
        """Return the place of a number: 0 at the low end, 1 at the high one."""
        if self.logarithmic:
            return (math.log(max(value, 1e-300)) - math.log(self.low)) / (math.log(self.high) - math.log(self.low))
        return (value - self.low) / (self.high - self.low)

    def ticks(self, about: int = 5) -> list[tuple[float, str]]:
        """Return about so many round numbers within the scale, each with its text."""
        values = self._powers(about) if self.logarithmic else []
        if len(values) < 2:
            values = self._multiples(about)
        return [(value, number(value, 4)) for value in values]

    def _multiples(self, about: int) -> list[float]:
        raw = (self.high - self.low) / max(1, about)
        power = 10.0 ** math.floor(math.log10(raw))
        step = next(power * step for step in _STEPS if power * step >= raw * (1 - 1e-9))
        first = math.ceil(self.low / step - 1e-9)
        count = math.floor(self.high / step + 1e-9) - first + 1
        return [round((first + i) * step, 12 - math.floor(math.log10(step))) + 0.0 for i in range(count)]

    def _powers(self, about: int) -> list[float]:
        """Powers of ten; where few fit, with 2 and 5 times each."""
        first, last = math.floor(math.log10(self.low)), math.floor(math.log10(self.high) + 1e-9)
        steps = (1, 2, 5) if last - first < about // 2 else (1,)
        every = max(1, -(-(last - first + 1) // about))
        values = [step * 10.0**exponent for exponent in range(first, last + 1, every) for step in steps]
        return [value for value in values if self.low * (1 - 1e-9) <= value <= self.high * (1 + 1e-9)]


def thinned(values: list[tuple[float, float]], most: int = 120) -> list[tuple[float, float]]:
    """Return at most about so many of the points of a line, its first and last among them.

    >>> thinned([(float(i), 0.0) for i in range(1000)], 3)
    [(0.0, 0.0), (500.0, 0.0), (999.0, 0.0)]
    """
    if len(values) <= most:
        return values
    return [values[round(i * (len(values) - 1) / (most - 1))] for i in range(most)]
