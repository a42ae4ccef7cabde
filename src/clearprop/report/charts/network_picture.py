"""The multilayer picture of the notes, for a network's real sizes: circles for units, lines for weights."""

from collections.abc import Sequence
from dataclasses import dataclass

from clearprop.derivation.documents.blocks import Content
from clearprop.derivation.messages import Message
from clearprop.mathematics.network import Network
from clearprop.report.charts.canvas import Canvas, label_width
from clearprop.report.texts import named, number

#: Of a larger layer the first units and the last ones are drawn, with dots between them.
MOST_UNITS, FIRST, LAST = 6, 3, 2
#: So many inputs and outputs at most are named beside the picture.
MOST_NAMES = MOST_UNITS
_STEP, _TOP, _INPUTS = 150.0, 34.0, 230.0
#: How far units are from one another and their radius, with values in them or without.
_PLAIN, _VALUED = (34.0, 10.0), (58.0, 26.0)
_MOST_DIGITS = 7
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class NetworkPicture:
    """A network from left to right, layer by layer.

    Arguments:
        network: which.
        inputs: the names of the columns of X; outputs: those of the n_L outputs; where there are few, they are shown.
        values: of one sample, those of A⁰, ..., Aᴸ, to be written into the units; none: they are empty.
    """

    network: Network
    inputs: Sequence[str] = ()
    outputs: Sequence[str] = ()
    values: Sequence[Sequence[float]] = ()

    @property
    def size(self) -> tuple[float, float]:
        """As wide as the layers are many."""
        shown = max(len(self._rows(n)) for n in self.network.sizes)
        height = _TOP + self._unit * shown + 62
        return self._left + _STEP * self.network.n_layers + self._right, height

    @property
    def _unit(self) -> float:
        return (_VALUED if self.values else _PLAIN)[0]

    @property
    def _radius(self) -> float:
        return (_VALUED if self.values else _PLAIN)[1]

    @property
    def _left(self) -> float:
        names = [label_width(name) for name in self._input_names]
        return max(_INPUTS if self.network.inputs else 60.0, max(names, default=0.0) + self._radius + 18)

    @property
    def _right(self) -> float:
        return max(60.0, max((label_width(name) for name in self._output_names), default=0.0) + self._radius + 18)

    @property
    def _input_names(self) -> list[str]:
        few = len(self.inputs) == self.network.sizes[0] <= MOST_NAMES and not self.network.inputs
        return [named(name, 24) for name in self.inputs] if few else []

    @property
    def _output_names(self) -> list[str]:
        few = len(self.outputs) == self.network.sizes[-1] <= MOST_NAMES
        return [named(name, 24) for name in self.outputs] if few else []

    def _rows(self, n: int) -> list[int | None]:
        """Which units of a layer are drawn, from 0; None: dots."""
        if n <= MOST_UNITS:
            return list(range(n))
        return [*range(FIRST), None, *range(n - LAST, n)]

    def _places(self, l: int) -> list[tuple[float, float, bool]]:
        """Where what is drawn of a layer stands, and whether it is a unit."""
        rows, middle = self._rows(self.network.sizes[l]), (self.size[1] - 62 + _TOP) / 2
        first = middle - self._unit * (len(rows) - 1) / 2
        return [(self._left + _STEP * l, first + self._unit * i, unit is not None) for i, unit in enumerate(rows)]

    def draw(self, canvas: Canvas) -> None:
        """Draw weights, units, and what is below and above them."""
        layers = range(self.network.n_layers + 1)
        for l in layers[1:]:
            self._draw_weights(canvas, l)
        for l in layers:
            self._draw_units(canvas, l)
        self._draw_names(canvas)
        if self.network.inputs:
            self._draw_inputs(canvas)

    def _draw_weights(self, canvas: Canvas, l: int) -> None:
        ends = [(x, y) for x, y, is_unit in self._places(l) if is_unit]
        for start, height, is_unit in self._places(l - 1):
            for x, y in ends if is_unit else ():
                canvas.line(start + self._radius, height, x - self._radius, y, class_="weight")
        n, k = self.network.sizes[l], self.network.sizes[l - 1]
        x = self._left + _STEP * (l - 0.5)
        canvas.text(x, 16, f"W{_raised(l)}  {n} × {k}", class_="tick", text_anchor="middle")

    def _draw_units(self, canvas: Canvas, l: int) -> None:
        kind = "input" if l == 0 else "output" if l == self.network.n_layers else "hidden"
        for unit, (x, y, is_unit) in zip(self._rows(self.network.sizes[l]), self._places(l), strict=True):
            if is_unit:
                canvas.add("circle", cx=x, cy=y, r=self._radius, class_=f"unit {kind}")
                if self.values and unit is not None:
                    canvas.text(x, y + 4, _short(self.values[l][unit]), class_="number", text_anchor="middle")
            else:
                for shift in (-7, 0, 7):
                    canvas.add("circle", cx=x, cy=y + shift, r=1.6, class_="dots")
        x, bottom, n = self._left + _STEP * l, self.size[1], self.network.sizes[l]
        letter = "x" if l == 0 and not self.network.inputs and not self.network.scaled else f"a{_raised(l)}"
        canvas.text(x, bottom - 42, letter, class_="symbol", text_anchor="middle")
        words = "report_pictures.features" if l == 0 else "report_pictures.units"
        canvas.text(x, bottom - 24, Message(words, n=f"{n:,}"), class_="label", text_anchor="middle")
        if l:
            canvas.text(x, bottom - 8, self._activation(l), class_="tick", text_anchor="middle")

    def _activation(self, l: int) -> Content:
        name = self.network.activation(l).name
        mixed = self.network.mixed and l < self.network.n_layers
        return Message("report_pictures.mixed", name=name) if mixed else name

    def _draw_names(self, canvas: Canvas) -> None:
        for name, (x, y, _) in zip(self._input_names, self._places(0), strict=False):
            canvas.text(x - self._radius - 8, y + 4, name, class_="tick", text_anchor="end")
        for name, (x, y, _) in zip(self._output_names, self._places(self.network.n_layers), strict=False):
            canvas.text(x + self._radius + 8, y + 4, name, class_="tick")

    def _draw_inputs(self, canvas: Canvas) -> None:
        """Draw the layers that make a⁰ of the columns, as a list in a box."""
        lines: list[Content] = [Message("report_pictures.columns", n=f"{self.network.n_columns:,}")]
        lines += input_lines(self.network)
        if self.network.scaled:
            lines.append(Message("report_pictures.scaled"))
        width, height = _INPUTS - 34, 17.0 * len(lines) + 12
        middle = (self.size[1] - 62 + _TOP) / 2
        top = max(4.0, middle - height / 2)
        canvas.add("rect", x=4, y=top, width=width, height=height, rx=6, class_="box")
        for i, line in enumerate(lines):
            canvas.text(14, top + 18 + 17 * i, line, class_="label" if i == 0 else "tick")
        canvas.line(4 + width, middle, self._left - self._radius - 4, middle, class_="weight")


def _short(value: float) -> str:
    """Return a number that has room within a unit.

    >>> _short(-0.98234), _short(9.391e-16)
    ('−0.982', '9e−16')
    """
    text = number(value, 3)
    return text if len(text) <= _MOST_DIGITS else number(value, 1)


def input_lines(network: Network) -> list[Content]:
    """Return what each kind of input layer makes, "numbers: 6 → 6", alike ones counted together."""
    counts: dict[str, tuple[int, int]] = {}
    for layer in network.inputs:
        columns, features = counts.get(layer.name, (0, 0))
        counts[layer.name] = columns + layer.n_inputs, features + layer.n_outputs
    return [
        Message("report_pictures.made", kind=Message(f"report_pictures.{name}"), columns=columns, features=features)
        for name, (columns, features) in counts.items()
    ]


def _raised(l: int) -> str:
    return str(l).translate(_RAISED)
