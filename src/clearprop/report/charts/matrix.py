"""A matrix of counts as shaded cells, such as a confusion matrix."""

from collections.abc import Sequence
from dataclasses import dataclass

from clearprop.derivation.documents.blocks import Content
from clearprop.report.charts.canvas import CHARACTER, Canvas, label_width
from clearprop.report.texts import number

#: Names of rows and columns are cut to so many characters.
MOST_CHARACTERS = 18
#: The darkest cell, in percent of the colour: texts must stay readable on it.
_DARKEST = 50.0


@dataclass(frozen=True)
class Matrix:
    """Shaded cells with their numbers.

    Arguments:
        counts: the rows, of one length each.
        names: of rows and columns alike.
        rows, columns: what they are.

    A cell is shaded by its share of its row.
    """

    counts: Sequence[Sequence[int]]
    names: Sequence[str]
    rows: Content
    columns: Content

    @property
    def _cell(self) -> float:
        """The side of a cell: wide enough for the longest number in it."""
        digits = max(len(f"{count:,}") for row in self.counts for count in row)
        least = 88.0 if len(self.names) <= 4 else 52.0 if len(self.names) <= 8 else 28.0
        return max(least, CHARACTER * digits + 8)

    @property
    def _names(self) -> float:
        """The room for the names, beside and below."""
        return max(map(label_width, self.names)) + 14

    @property
    def _height(self) -> float:
        """The height of a cell."""
        return max(24.0, 0.6 * self._cell)

    @property
    def _is_aslant(self) -> bool:
        """Whether the names below are too wide to lie."""
        return self._names > self._cell

    @property
    def size(self) -> tuple[float, float]:
        """As large as the cells and names need it."""
        below = 0.75 * self._names + 14 if self._is_aslant else 28
        n = len(self.names)
        return 28 + self._names + self._cell * n + 8, 26 + self._height * n + below

    def draw(self, canvas: Canvas) -> None:
        """Draw cells, numbers and names; columns are named below, aslant."""
        cell, left, top = self._cell, 28 + self._names, 26.0
        height = self._height
        canvas.text(left + cell * len(self.names) / 2, 14, self.columns, class_="label", text_anchor="middle")
        middle = top + height * len(self.names) / 2
        turned = f"rotate(-90 14 {middle:.1f})"
        canvas.text(14, middle, self.rows, class_="label", text_anchor="middle", transform=turned)
        bottom = top + height * len(self.names)
        for j, name in enumerate(self.names):
            canvas.text(left - 8, top + (j + 0.5) * height + 4, name, class_="tick", text_anchor="end")
            x, y = left + (j + 0.5) * cell, bottom + 16
            slant = {"text_anchor": "end", "transform": f"rotate(-45 {x:.1f} {y:.1f})"}
            canvas.text(x, y, name, class_="tick", **(slant if self._is_aslant else {"text_anchor": "middle"}))
        for i, row in enumerate(self.counts):
            total = max(sum(row), 1)
            for j, count in enumerate(row):
                x, y = left + j * cell, top + i * height
                shade = f"--shade: {_DARKEST * count / total:.1f}%"
                canvas.add("rect", x=x, y=y, width=cell - 1, height=height - 1, class_="cell", style=shade)
                if count:
                    kind = "number on" if i == j else "number"
                    canvas.text(x + cell / 2, y + height / 2 + 4, number(count), class_=kind, text_anchor="middle")
