"""Bars: one a name, lying, with a whisker each; or a histogram, standing."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from clearprop.derivation.documents.blocks import Content
from clearprop.report.charts.canvas import Canvas, label_width
from clearprop.report.charts.frame import HEIGHT, WIDTH, Frame
from clearprop.report.charts.scales import Scale
from clearprop.report.texts import number

_BAR, _AXIS, _WIDEST_NAME = 24.0, 44.0, 190.0


@dataclass(frozen=True)
class Bars:
    """Lying bars, the name to the left and the number to the right of each.

    Arguments:
        names, values: of the bars, the first on top.
        title: of the axis of values.
        spreads: half the width of each bar's whisker; () for none.
    """

    names: Sequence[str]
    values: Sequence[float]
    title: Content
    spreads: Sequence[float] = ()

    @property
    def size(self) -> tuple[float, float]:
        """As high as the bars are many."""
        return 640.0, _BAR * len(self.values) + _AXIS

    def draw(self, canvas: Canvas) -> None:
        """Draw bars and axis."""
        width, height = self.size
        spreads = self.spreads or [0.0] * len(self.values)
        ends = [value + way * spread for value, spread in zip(self.values, spreads, strict=True) for way in (-1, 1)]
        scale = Scale.over([0.0, *ends], self.title)
        left = min(_WIDEST_NAME, max(label_width(name) for name in self.names)) + 10
        right, bottom = width - 66, height - _AXIS + 4

        def place(value: float) -> float:
            return left + scale.at(value) * (right - left)

        for value, text in scale.ticks(5):
            canvas.line(place(value), 2, place(value), bottom, class_="grid")
            canvas.text(place(value), bottom + 15, text, class_="tick", text_anchor="middle")
        for row, (name, value, spread) in enumerate(zip(self.names, self.values, spreads, strict=True)):
            y = _BAR * row + 4
            start, end = sorted((place(0.0), place(value)))
            canvas.text(left - 8, y + 13, name, class_="label", text_anchor="end")
            canvas.add("rect", x=start, y=y + 1, width=max(end - start, 0.8), height=_BAR - 8, class_="bar s0")
            if spread:
                middle = y + _BAR / 2 - 3
                canvas.line(place(value - spread), middle, place(value + spread), middle, class_="whisker ink")
            beyond = max(place(value + spread), place(0.0)) + 6
            canvas.text(beyond, y + 13, number(value, 3), class_="tick")
        canvas.line(place(0.0), 2, place(0.0), bottom, class_="axis")
        canvas.text((left + right) / 2, height - 8, self.title, class_="label", text_anchor="middle")


@dataclass(frozen=True)
class Histogram:
    """Standing bars over the edges of bins.

    Arguments:
        edges: n + 1 rising numbers; counts: n of them.
        x, y: the titles of the axes.
    """

    edges: Sequence[float]
    counts: Sequence[int]
    x: Content
    y: Content
    size: tuple[float, float] = field(default=(WIDTH, HEIGHT))

    def draw(self, canvas: Canvas) -> None:
        """Draw bars and axes."""
        most = max(*self.counts, 1)
        frame = Frame(Scale(self.edges[0], self.edges[-1], self.x), Scale(0.0, float(most), self.y), *self.size)
        frame.draw(canvas)
        for low, high, count in zip(self.edges, self.edges[1:], self.counts, strict=False):
            (x, y), (end, bottom) = frame.place(low, count), frame.place(high, 0.0)
            if count:
                canvas.add("rect", x=x + 0.5, y=y, width=max(end - x - 1, 0.5), height=bottom - y, class_="bar s0")
