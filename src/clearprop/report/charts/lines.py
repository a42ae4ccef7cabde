"""Lines, points and whiskers over two axes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from clearprop.derivation.documents.blocks import Content
from clearprop.report.charts.canvas import DASHES, Canvas
from clearprop.report.charts.frame import HEIGHT, WIDTH, Frame, Legend, dashed
from clearprop.report.charts.scales import Scale, thinned

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Line:
    """One line of a chart.

    Arguments:
        points: (x, y); where y is not finite the line is broken.
        name: in the legend; "" leaves it out there.
        style: its colour and dashes.
        faint: one of many whose mean is another line.
        marked: whether each point has a mark.
        whiskers: (low, high) of each point.
    """

    points: Points
    name: Content = ""
    style: int = 0
    faint: bool = False
    marked: bool = False
    whiskers: Points = ()


@dataclass(frozen=True)
class LineChart:
    """Lines over two axes.

    Arguments:
        x, y: the scales.
        lines: those that are drawn, the first at the back.
        reference: a thin line that others are compared with, such as a diagonal.
        dots: points without a line between them.
    """

    x: Scale
    y: Scale
    lines: Sequence[Line] = ()
    reference: Points = ()
    dots: Points = ()
    size: tuple[float, float] = field(default=(WIDTH, HEIGHT))

    def draw(self, canvas: Canvas) -> None:
        """Draw frame and lines."""
        legend = [(line.style % len(DASHES), line.name) for line in self.lines if line.name]
        frame = Frame(self.x, self.y, *self.size, Legend(legend))
        frame.draw(canvas)
        if self.reference:
            canvas.path([frame.place(*point) for point in self.reference], class_="reference")
        for point in self.dots:
            x, y = frame.place(*point)
            canvas.add("circle", cx=x, cy=y, r=2.2, class_="dot s0")
        for line in self.lines:
            self._draw_line(canvas, frame, line)

    def _draw_line(self, canvas: Canvas, frame: Frame, line: Line) -> None:
        style = line.style % len(DASHES)
        kind = f"{'faint ' if line.faint else ''}line s{style}"
        for part in _unbroken(line.points):
            places = [frame.place(*point) for point in thinned(part, 80 if line.faint else 160)]
            if len(places) > 1:
                canvas.path(places, class_=kind, **({} if line.faint else dashed(style)))
            for x, y in places if line.marked or len(places) == 1 else ():
                canvas.add("circle", cx=x, cy=y, r=3.2, class_=f"mark s{style}")
        for (x, _), (low, high) in zip(line.points, line.whiskers, strict=False):
            (at, bottom), (_, top) = frame.place(x, low), frame.place(x, high)
            canvas.line(at, bottom, at, top, class_=f"whisker s{style}")


def _unbroken(points: Points) -> list[list[tuple[float, float]]]:
    """Return the parts of a line between points that are not finite.

    >>> _unbroken([(0, 1.0), (1, math.nan), (2, 3.0), (3, 4.0)])
    [[(0, 1.0)], [(2, 3.0), (3, 4.0)]]
    """
    parts: list[list[tuple[float, float]]] = [[]]
    for x, y in points:
        if math.isfinite(y):
            parts[-1].append((x, y))
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if part]
