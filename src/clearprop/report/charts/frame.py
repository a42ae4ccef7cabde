"""The frame of a chart with two axes: margins, ticks, titles, a legend; numbers become places in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from clearprop.derivation.documents.blocks import Content
from clearprop.report.charts.canvas import CHARACTER, DASHES, Canvas, label_width
from clearprop.report.charts.scales import Scale

#: The size of a chart that stands beside another one.
WIDTH, HEIGHT = 430.0, 280.0
_TOP, _RIGHT, _LEGEND_LINE, _SAMPLE = 12.0, 16.0, 20.0, 26.0


@dataclass(frozen=True)
class Legend:
    """What the styles mean: (style, name) pairs, laid out in lines above a chart."""

    entries: Sequence[tuple[int, Content]]

    def placed(self, width: float) -> list[tuple[float, int, int, Content]]:
        """Return for each entry its x, its line, its style and its name."""
        found, x, line = [], 0.0, 0
        for style, name in self.entries:
            needed = _SAMPLE + 6 + label_width(name) + 14
            if x and x + needed > width:
                x, line = 0.0, line + 1
            found.append((x, line, style, name))
            x += needed
        return found

    def height(self, width: float) -> float:
        """Return how much room it takes above the chart."""
        placed = self.placed(width)
        return _LEGEND_LINE * (placed[-1][1] + 1) if placed else 0.0

    def draw(self, canvas: Canvas, left: float, width: float) -> None:
        """Draw it at the top."""
        for x, line, style, name in self.placed(width):
            y = 14 + _LEGEND_LINE * line
            canvas.line(left + x, y - 4, left + x + _SAMPLE, y - 4, class_=f"line s{style}", **dashed(style))
            canvas.text(left + x + _SAMPLE + 6, y, name, class_="label")


@dataclass(frozen=True)
class Frame:
    """The rectangle that numbers are drawn in, with its axes.

    Arguments:
        x, y: the scales.
        width, height: of the whole picture.
        legend: of the styles, above.
    """

    x: Scale
    y: Scale
    width: float = WIDTH
    height: float = HEIGHT
    legend: Legend = Legend(())

    @property
    def left(self) -> float:
        """Where the rectangle begins: the widest label of the y axis is beside it."""
        return 34 + CHARACTER * max((len(text) for _, text in self.y.ticks()), default=1)

    @property
    def top(self) -> float:
        """Where it begins from above."""
        return _TOP + self.legend.height(self.width - self.left)

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.width - _RIGHT

    @property
    def bottom(self) -> float:
        """Where it ends below."""
        return self.height - 46

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of a pair of numbers on the canvas."""
        return (
            self.left + self.x.at(x) * (self.right - self.left),
            self.bottom - self.y.at(y) * (self.bottom - self.top),
        )

    def draw(self, canvas: Canvas) -> None:
        """Draw axes, ticks, titles and legend."""
        self.legend.draw(canvas, self.left, self.width - self.left)
        for value, text in self.y.ticks():
            y = self.place(self.x.low, value)[1]
            canvas.line(self.left, y, self.right, y, class_="grid")
            canvas.text(self.left - 7, y + 4, text, class_="tick", text_anchor="end")
        for value, text in self.x.ticks(6):
            x = self.place(value, self.y.low)[0]
            canvas.line(x, self.bottom, x, self.bottom + 4, class_="axis")
            canvas.text(x, self.bottom + 18, text, class_="tick", text_anchor="middle")
        canvas.line(self.left, self.bottom, self.right, self.bottom, class_="axis")
        canvas.text((self.left + self.right) / 2, self.height - 8, self.x.title, class_="label", text_anchor="middle")
        middle = (self.top + self.bottom) / 2
        turned = f"rotate(-90 14 {middle:.1f})"
        canvas.text(14, middle, self.y.title, class_="label", text_anchor="middle", transform=turned)


def dashed(style: int) -> dict[str, str]:
    """Return the attribute that dashes a line of a style."""
    return {"stroke_dasharray": DASHES[style % len(DASHES)]}
