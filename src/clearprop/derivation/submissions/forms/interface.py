"""What a form of code is: how it is recognised among a file's names, and how one call of it is made."""

from collections.abc import Mapping
from typing import Any, Protocol

from clearprop.derivation.submissions.answer import Answer, Hints, Layout
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Parameters


class Adapter(Protocol):
    """Code of one form, found in a person's file: called in that code's conventions, answering in ours.

    It runs in the process that runs the person's code; whatever that code raises goes through.
    """

    name: str  # what was found: "gradients", "TwoLayerNet.loss"
    hints: Hints
    layouts: tuple[Layout, ...]

    def call(self, layout: Layout, parameters: Parameters, X: Array, Y: Array, penalty: float) -> Answer:
        """Call the code once."""
        ...

    def loss(self, layout: Layout, parameters: Parameters, X: Array, Y: Array, penalty: float) -> float | None:
        """Return the code's own loss, as cheaply as it can be had; None where it gives none."""
        ...


class Form(Protocol):
    """One entry of the table of forms."""

    name: str  # its key, and that of its texts: `submission.form_<name>`

    def find(self, names: Mapping[str, Any], source: str) -> Adapter | None:
        """Return the code of this form among a file's names, or None.

        Arguments:
            names: what the file defines (imported modules left out), in order.
            source: the file's text, "" where there is none.
        """
        ...
