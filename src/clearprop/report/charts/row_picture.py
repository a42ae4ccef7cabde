"""The network on one row as a still picture: each unit with its value, and below what was predicted."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from clearprop.derivation.messages import Message
from clearprop.mathematics.network import Network
from clearprop.report.charts.canvas import Canvas, label_width
from clearprop.report.charts.network_picture import NetworkPicture
from clearprop.report.texts import named, number

_LINE, _MARGIN, _MOST = 20.0, 14.0, 40


@dataclass(frozen=True)
class RowPicture:
    """What the explorer begins with, without a script.

    Arguments:
        exploration: what `clearprop.report.exploration` returns; its first row is drawn.
    """

    exploration: Mapping[str, Any]

    @property
    def says(self) -> Message:
        """What is predicted of the row, and how wrong that is."""
        row = self.exploration["rows"][0]
        names = {name: named(row[name], _MOST) for name in ("title", "target", "predicted")}
        return Message("report_notebook.row", **names, loss=number(row["loss"]))

    @property
    def network(self) -> Message:
        """Which network it is."""
        network = self.exploration["network"]
        sizes, activations = "-".join(map(str, network["sizes"])), ", ".join(network["activations"])
        n = number(len(self.exploration["rows"]))
        return Message("report_notebook.network", sizes=sizes, activations=activations, n=n)

    @property
    def size(self) -> tuple[float, float]:
        """The network's picture with two lines below."""
        width, height = self._picture.size
        lines = [label_width(line) + 2 * _MARGIN for line in self._lines]
        return max(width, *lines), height + _LINE * len(lines) + _MARGIN

    def draw(self, canvas: Canvas) -> None:
        """Draw the network, and write below it what is predicted."""
        self._picture.draw(canvas)
        first = self._picture.size[1] + _LINE
        for i, (line, style) in enumerate(zip(self._lines, ("label", "tick"), strict=True)):
            canvas.text(_MARGIN, first + _LINE * i, line, class_=style)

    @property
    def _lines(self) -> tuple[Message, Message]:
        return self.says, Message("report_notebook.still")

    @cached_property
    def _picture(self) -> NetworkPicture:
        network = self.exploration["network"]
        *hidden, output = network["activations"]
        values = [_decoded(a) for a in self.exploration["rows"][0]["a"]]
        drawn = Network(tuple(network["sizes"]), tuple(hidden), output, network["loss"])
        return NetworkPicture(drawn, network["input_names"], network["output_names"], values)


def _decoded(text: str) -> list[float]:
    """The numbers of a vector, see `encoded`."""
    return np.frombuffer(base64.b64decode(text), "<f4").tolist()
