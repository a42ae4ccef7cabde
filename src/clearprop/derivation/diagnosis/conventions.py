"""What a person's code may mean to compute: activations, loss, scaling, penalty, as told or to be found by trying."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from numbers import Real

from clearprop.derivation.gradients.problem import Problem
from clearprop.derivation.submissions.answer import Hints
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.losses import LOSSES
from clearprop.mathematics.network import Network, Parameters
from clearprop.mathematics.registry import entry_named

#: How rows and outputs are put together: the factor of each row's loss, given m and n_L.
SCALINGS = {
    "mean": lambda m, n: 1.0 / m,
    "sum": lambda m, n: 1.0,
    "mean_of_entries": lambda m, n: 1.0 / (m * n),
}
#: How λ enters: κ of (κ/2) Σ w², given λ and m.
PENALTIES = {
    "half": lambda penalty, m: penalty,
    "full": lambda penalty, m: 2.0 * penalty,
    "half_mean": lambda penalty, m: penalty / m,
    "full_mean": lambda penalty, m: 2.0 * penalty / m,
}
#: Outputs with losses, the usual ones first; the last number multiplies the loss (2: a squared error without its ½).
ENDS = (
    ("softmax", "cross_entropy", 1.0),
    ("sigmoid", "binary_cross_entropy", 1.0),
    ("identity", "half_squared_error", 1.0),
    ("sigmoid", "half_squared_error", 1.0),
    ("identity", "half_squared_error", 2.0),
    ("sigmoid", "half_squared_error", 2.0),
    ("tanh", "half_squared_error", 1.0),
    ("softmax", "half_squared_error", 1.0),
    ("tanh", "half_squared_error", 2.0),
    ("softmax", "half_squared_error", 2.0),
    ("sigmoid", "cross_entropy", 1.0),
    ("relu", "half_squared_error", 1.0),
    ("exponential", "poisson", 1.0),
)
#: Activations that are tried even if nothing names them.
HIDDEN = ("sigmoid", "relu", "tanh", "leaky_relu")


@dataclass(frozen=True)
class Convention:
    """What is computed: E = factor × scaling × Σ_i e(aᴸ_i, y_i) + penalty."""

    hidden: str | tuple[str, ...]
    output: str
    loss: str
    factor: float = 1.0
    scaling: str = "mean"
    penalty: str = "half"

    def problem(self, parameters: Parameters, X: Array, Y: Array, penalty: float = 0.0) -> Problem:
        """What is differentiated on these rows, λ being `penalty`."""
        network = Network(parameters.sizes, self.hidden, self.output, self.loss)
        n_samples = len(X)
        scale = self.factor * SCALINGS[self.scaling](n_samples, parameters.sizes[-1])
        return Problem.of(network, parameters, X, Y, scale, PENALTIES[self.penalty](penalty, n_samples))


@dataclass(frozen=True)
class Told:
    """What a person has said of the code; None is found by trying.

    `hidden`, `output`, `loss`: names of the tables; `factor` is 2 for a squared error without ½. `scaling`: a key of
    SCALINGS.
    `penalty`: λ; `penalty_form`: see PENALTIES.
    """

    hidden: str | tuple[str, ...] | None = None
    output: str | None = None
    loss: str | None = None
    factor: float | None = None
    scaling: str | None = None
    penalty: float | None = None
    penalty_form: str | None = None


#: What is said of a squared error: with its ½, without, or either.
SQUARED_ERRORS = {"half_squared_error": 1.0, "full_squared_error": 2.0, "squared_error": None}


def told(
    activation: str | Sequence[str] | None = None,
    output: str | None = None,
    loss: str | None = None,
    scaling: str | None = None,
    penalty: float | None = None,
    penalty_form: str | None = None,
) -> Told:
    """What a person says of the code, checked.

    Raises:
        ValueError: a name that is in no table, or a penalty below 0.

    Example:
        >>> told("relu", loss="squared_error").loss
        'half_squared_error'
    """
    if isinstance(activation, str) and "," in activation:
        activation = [name.strip() for name in activation.split(",")]
    elementwise = {name: entry for name, entry in ACTIVATIONS.items() if entry.elementwise}
    hidden: str | tuple[str, ...] | None = None
    if activation is not None:
        names = tuple(activation) if isinstance(activation, list | tuple) else (activation,)
        known = tuple(entry_named(elementwise, name, "activation").name for name in names)
        hidden = known if isinstance(activation, list | tuple) else known[0]
    factor = SQUARED_ERRORS.get(loss) if isinstance(loss, str) else None
    if loss is not None:
        loss = "half_squared_error" if loss in tuple(SQUARED_ERRORS) else entry_named(LOSSES, loss, "loss").name
    if output is not None:
        output = entry_named(ACTIVATIONS, output, "output").name
    for name, value, table in (("scaling", scaling, SCALINGS), ("penalty_form", penalty_form, PENALTIES)):
        if value is not None and value not in tuple(table):
            raise ValueError(f"{name}: {value!r} is unknown; there are {', '.join(table)}")
    if penalty is not None and not (isinstance(penalty, Real) and 0 <= penalty < float("inf")):
        raise ValueError(f"penalty: a number from 0 is needed; got {penalty!r:.60}")
    return Told(hidden, output, loss, factor, scaling, penalty, penalty_form)


def conventions(told: Told, hints: Hints, sizes: tuple[int, ...], penalty: float) -> list[Convention]:
    """Everything that code may mean to compute, given what is told, the likeliest first.

    Arguments:
        told: options.
        hints: what the code itself shows.
        sizes: (n_0, ..., n_L).
        penalty: λ of the call; 0: how it enters does not matter.
    """
    scalings = (told.scaling,) if told.scaling else tuple(SCALINGS)
    forms = (told.penalty_form,) if told.penalty_form else tuple(PENALTIES) if penalty else ("half",)
    found = [
        Convention(hidden, output, loss, factor, scaling, form)
        for (output, loss, factor), hidden, scaling, form in product(
            _ends(told, hints, sizes), _hidden(told, hints, sizes), scalings, forms
        )
        if scaling != "mean_of_entries" or (loss == "half_squared_error" and sizes[-1] > 1) or told.scaling
    ]
    return sorted(found, key=lambda convention: SCALINGS_FIRST.get(convention.scaling, 0))


#: A scaling that hardly anybody means comes last.
SCALINGS_FIRST = {"mean_of_entries": 1}


def _ends(told: Told, hints: Hints, sizes: tuple[int, ...]) -> Iterator[tuple[str, str, float]]:
    output, loss = told.output or hints.output, told.loss or hints.loss
    usual = [
        end
        for end in (*ENDS, *((output or name, entry.name, 1.0) for name in ACTIVATIONS for entry in LOSSES.values()))
        if (output is None or end[0] == output)
        and (loss is None or end[1] == loss)
        and (told.factor is None or end[2] == told.factor)
        and (end[0] != "softmax" or sizes[-1] > 1 or output == "softmax")
    ]
    if output is None and loss is None:
        usual = [end for end in usual if end in ENDS]
    if output is None and not any(loss == end[1] for end in usual):
        usual += [(LOSSES[loss].paired_output, loss, 1.0)] if loss else []
    named = [end for end in usual if end[0] in hints.words]
    for end in dict.fromkeys([*named, *usual]):
        if _possible(end):
            yield end


def _possible(end: tuple[str, str, float]) -> bool:
    (low, high), domain = ACTIVATIONS[end[0]].range, LOSSES[end[1]].domain
    return low >= domain[0] and high <= domain[1]


def _hidden(told: Told, hints: Hints, sizes: tuple[int, ...]) -> list[str | tuple[str, ...]]:
    if len(sizes) == 2:
        return ["sigmoid"]  # there is no hidden layer
    known = told.hidden or hints.hidden
    if known:
        return [known]
    named = [name for name, entry in ACTIVATIONS.items() if entry.elementwise and name in hints.words]
    usual = [name for name in HIDDEN if name in named] + [name for name in named if name not in HIDDEN]
    return list(dict.fromkeys([*usual, *HIDDEN]))
