"""What a person's code says, in this house's orientation; and what a form of code must be able to do."""

from dataclasses import dataclass, field
from typing import Protocol

from clearprop.derivation.messages import Message, pieces
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Parameters


class SubmissionError(ValueError):
    """A person's code cannot be checked: one line that says where, what, and what would be right.

    >>> str(SubmissionError(Message("submission.no_file", file="my.py")))
    'my.py: there is no such file'
    """

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return "".join(map(str, pieces(self.message, "en")))  # at need: a worker that raises it reads no catalog


@dataclass(frozen=True)
class Answer:
    """One call of a person's code: the gradients, and the loss and outputs where it gives them.

    `dW[l]` and `db[l]` are counted as the layers are (index 0 is an empty array). An array whose size fits is turned
    into this house's shape, (n_l, n_{l−1}) and (n_l,); one that does not fit is left in the shape it came in (with its
    two last axes swapped where the form stores W as in × out), so that the shape can be diagnosed; None: missing.
    """

    dW: list[Array | None]
    db: list[Array | None]
    loss: float | None = None
    output: Array | None = None  # (m, n_L)
    changed: tuple[str, ...] = ()  # what it was given and altered in place: "W2", "b1", "X", "Y"
    of_one_layer: bool = False  # it took the arrays of the only layer, and no lists of them

    def named(self) -> dict[str, Array | None]:
        """The gradients by name: dW1, dW2, ..., db1, ..."""
        entries = [("dW", l, array) for l, array in enumerate(self.dW)] + [("db", l, b) for l, b in enumerate(self.db)]
        return {f"{kind}{l}": array for kind, l, array in entries if l > 0}

    def check_numbers(self, code: str) -> None:
        """Raise SubmissionError, in the name of the code, for an array that is not made of real numbers."""
        for name, array in self.named().items():
            if array is not None and array.dtype.kind not in "biuf":
                raise SubmissionError(Message("submission.not_numbers", code=code, array=name))


@dataclass(frozen=True)
class Layout:
    """How a person's code lays its arrays out.

    `weights`: "out_in" (W a) or "in_out" (a W). `batch`: "rows", "columns" or "single" (one sample a call: of several
    rows the answer is the sum of their answers).
    `biases`: "flat" (n,), "column" (n, 1) or "row" (1, n). `targets`: "rows" (one-hot or numbers) or "labels" (m,).
    `dtype`: of the arrays it is given and returns.
    """

    weights: str = "out_in"
    batch: str = "rows"
    biases: str = "flat"
    targets: str = "rows"
    dtype: str = "float64"


@dataclass(frozen=True)
class Hints:
    """What can be read off a person's code before it runs; None or empty where nothing can.

    `sizes`: (n_0, ..., n_L) if its code fixes them. `words`: lower-case identifiers and words of the source, in which
    "relu" or "softmax" may occur. `loss`, `output`, `hidden`: names of tables' entries, where the form knows them.
    `has_loss`: whether its answers hold the loss. `takes_penalty`: whether λ is an argument of its code.
    `depth`: how many weight layers its code can do; None: any number.
    """

    sizes: tuple[int, ...] | None = None
    words: frozenset[str] = field(default_factory=frozenset)
    hidden: str | tuple[str, ...] | None = None
    output: str | None = None
    loss: str | None = None
    has_loss: bool = False
    takes_penalty: bool = False
    depth: int | None = None


class Submission(Protocol):
    """A person's code, ready to be called."""

    form: str  # a key of the table of forms
    source: str  # how it is named: "my_backprop.py: gradients"
    hints: Hints
    layouts: tuple[Layout, ...]  # those that may be meant, the likeliest first
    assumed: tuple[Message, ...]  # what was supplied or left out so that it runs, one line each

    @property
    def printed(self) -> str:
        """The end of what it has printed so far."""
        ...

    def answer(self, layout: Layout, parameters: Parameters, X: Array, Y: Array, penalty: float = 0.0) -> Answer:
        """Call it once in that layout.

        Raises:
            SubmissionError: it raised, ran for too long, returned nothing, not finite or not numbers.
        """
        ...

    def losses(
        self, layout: Layout, points: list[Parameters], X: Array, Y: Array, penalty: float = 0.0
    ) -> list[float] | None:
        """Return its own loss at each of many parameters; None where it gives no loss."""
        ...

    def close(self) -> None:
        """End whatever runs for it."""
        ...
