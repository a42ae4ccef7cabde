"""`work`: forward, backward and one update of a person's own network on their own rows, with every number."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np

from clearprop.derivation.documents.blocks import SHAPES, Block, Document, Step, Steps
from clearprop.derivation.documents.presented import Presented
from clearprop.derivation.documents.programs import (
    MOST_IN_CODE,
    MOST_IN_FACTS,
    layer_imports,
    lists,
    network_code,
    network_facts,
    parameters_code,
)
from clearprop.derivation.messages import Message, check_language
from clearprop.derivation.quantities import target
from clearprop.derivation.training_step import TrainingStep
from clearprop.derivation.worked_lines import Names, WorkedError, WorkedLines
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.equations import backward, forward, loss, penalty_value
from clearprop.mathematics.network import Network, Parameters

__all__ = ["Worked", "WorkedError", "worked"]


@dataclass(frozen=True)
class Worked(TrainingStep, Presented):
    """One training step of a network with all its numbers, as they came from the code that trains."""

    language: str = "en"
    blocks: tuple[Block, ...] = field(repr=False, default=())
    shapes: bool = False

    @property
    def steps(self) -> list[Step]:
        """All lines with numbers, in order."""
        return [step for block in self.blocks if isinstance(block, Steps) for step in block.steps]

    @cached_property
    def document(self) -> Document:
        """The worked example as headings, sentences, lines and tables."""
        sizes = "-".join(str(n) for n in self.network.sizes)
        title = Message("titles.worked", sizes=sizes)
        blocks = (SHAPES, *self.blocks) if self.shapes else self.blocks
        return Document((title,), self.language, blocks, self.shapes, _code(self), lambda: _facts(self))


def worked(
    network: Network,
    parameters: Parameters,
    X: Any,
    Y: Any,
    *,
    quantity: str | None = None,
    learning_rate: float = 0.1,
    penalty: float = 0.0,
    language: str = "en",
    input_names: Sequence[str] = (),
    output_names: Sequence[str] = (),
    assumed_targets: bool = False,
    shapes: bool = False,
) -> Worked:
    """Work one training step out, with every number: Z, A, E, Δ, ∇W, ∇b, the update, and the loss before and after.

    Arguments:
        network, parameters: see `Network`, `Parameters`.
        X: (m, n_0) rows, or (n_0,) for one; of input layers their columns.
        Y: (m, n_L) targets, or (n_L,) for one.
        quantity: what to derive line by line with these numbers, such as "W1[1,2]"; None: nothing.
        learning_rate: η of the update.
        penalty: λ.
        language: "en" or "zh".
        input_names, output_names: the names of the n_0 inputs and the n_L outputs, if they have any.
        assumed_targets: whether Y is only what the network itself predicts, which is then said.
        shapes: whether to write each array's shape below it.

    Raises:
        ValueError: rows that do not fit the network, values that are not finite, an unknown quantity or language.
        WorkedError: the engine's numbers are not those of the formulas.

    Example:
        >>> parameters = Parameters.of([[[1.0, -1.0]]], [[0.0]])
        >>> step = worked(Network((2, 1), output="identity", loss="half_squared_error"), parameters, [3.0, 1.0], [1.0])
        >>> step.loss_before, step.gradients.dW[1], round(step.loss_after, 9)
        (0.5, array([[3., 1.]]), 0.005)

    Source: note 1, with numbers.
    """
    check_language(language)
    if quantity is not None:
        target(network, quantity)  # told before the work
    for name, value in (("learning_rate", learning_rate), ("penalty", penalty)):
        if not (isinstance(value, int | float | np.number) and 0 <= value < np.inf):
            raise ValueError(f"{name}: a number from 0 is needed; got {value!r}")
    parameters.check_fit(network)
    exactly = parameters.astype(float)
    X, Y = _rows("x", X, network.n_columns), _rows("y", Y, network.sizes[-1])
    network.check_columns(X)
    if len(X) != len(Y):
        raise ValueError(f"y: {len(X)} rows of x need as many of y; got {len(Y)}")
    check_targets(network, Y)
    passed = forward(network, exactly, X)
    before = float(loss(network, passed, Y) + penalty_value(exactly, penalty))
    if not np.isfinite(before):
        raise ValueError("the loss of this network on this row is not finite; there is nothing to differentiate")
    gradients = backward(network, exactly, passed, Y, penalty=penalty)
    with np.errstate(all="ignore"):
        updated = Parameters.of(
            [W - learning_rate * dW for W, dW in zip(exactly.W[1:], gradients.dW[1:], strict=True)],
            [b - learning_rate * db for b, db in zip(exactly.b[1:], gradients.db[1:], strict=True)],
            theta={name: array - learning_rate * gradients.dtheta[name] for name, array in exactly.theta.items()},
        )
        after = float(loss(network, forward(network, updated, X), Y) + penalty_value(updated, penalty))
    if not np.isfinite(after):
        raise ValueError(f"learning_rate: after a step of {learning_rate:g} the loss is not finite; take a smaller one")
    step = TrainingStep(network, exactly, X, Y, learning_rate, penalty, passed, gradients, updated, before, after)
    names = Names(input_names, output_names, assumed_targets)
    blocks = WorkedLines(step, names, quantity, language).write()
    given = {field.name: getattr(step, field.name) for field in fields(step)}
    return Worked(**given, language=language, blocks=blocks, shapes=shapes)


def _rows(name: str, values: Any, width: int) -> Array:
    try:
        rows = np.atleast_2d(np.asarray(values, dtype=float))
    except (TypeError, ValueError):
        given = " ".join(repr(values).split())
        shown_part = given if len(given) <= 60 else f"{given[:60]}…"
        raise ValueError(f"{name}: numbers are needed, {width} a row; got {shown_part}") from None
    if rows.ndim != 2 or rows.shape[1] != width or not len(rows):
        raise ValueError(f"{name}: the network takes {width} numbers a row; got an array of shape {np.shape(values)}")
    if not np.isfinite(rows).all():
        raise ValueError(
            f"{name}: every number must be finite; row {int(np.argwhere(~np.isfinite(rows))[0, 0]) + 1} is not"
        )
    return rows


def check_targets(network: Network, Y: Array, name: str = "y") -> None:
    """Raise ValueError for targets (of that name) that the loss, or BP1 of the pair, does not hold for."""
    if network.loss_entry.name == "poisson" and (Y < 0).any():
        raise ValueError(f"{name}: counts from 0 are needed for the poisson loss; got {Y.min():g}")
    total = Y.sum(axis=1)
    if network.is_paired and network.activation(network.n_layers).name == "softmax" and (abs(total - 1) > 1e-6).any():
        wrong = total[np.argmax(abs(total - 1))]
        raise ValueError(
            f"{name}: the targets of a row must sum to 1 for softmax with cross-entropy; got a sum of {wrong:g}"
        )


def _code(step: Worked) -> tuple[str, ...]:
    """Return Python that works it out anew; of a large network, whose numbers would be long, nothing."""
    if step.network.n_parameters > MOST_IN_CODE or step.X.size > MOST_IN_CODE:
        return ()
    imports = f"from clearprop import Network, Parameters, work\n{layer_imports(step.network)}"
    made = [
        imports,
        f"network = {network_code(step.network)}",
        f"parameters = {parameters_code(step.parameters)}",
        "step = work(\n    (network, parameters),",
        f"    x={step.X.tolist()},\n    y={step.Y.tolist()},",
        f"    learning_rate={float(step.learning_rate)!r},",
        *([f"    penalty={float(step.penalty)!r},"] if step.penalty else []),
        *([f"    language={step.language!r},"] if step.language != "en" else []),
        ")\nstep.loss_before, step.loss_after",
    ]
    return "\n".join(made), "step.gradients.dW[1:]", "step.passed.a[1:]"


def _facts(step: Worked) -> dict[str, Any]:
    facts = {
        "kind": "worked example",
        "network": network_facts(step.network),
        "learning_rate": float(step.learning_rate),
        "penalty": float(step.penalty),
        "loss_before": step.loss_before,
        "loss_after": step.loss_after,
    }
    if step.network.n_parameters > MOST_IN_FACTS:
        return facts
    passed, gradients = step.passed, step.gradients
    return {
        **facts,
        "x": step.X.tolist(),
        "y": step.Y.tolist(),
        **{name: lists(arrays[1:]) for name, arrays in (("W", step.parameters.W), ("b", step.parameters.b))},
        **{name: lists(arrays[1:]) for name, arrays in (("z", passed.z), ("a", passed.a))},
        "delta": lists(gradients.delta[1:]),
        "dW": lists(gradients.dW[1:]),
        "db": lists(gradients.db[1:]),
        **({"a0": passed.a[0].tolist()} if step.network.other_layers else {}),
        **({"theta": _named_lists(step.parameters.theta)} if gradients.dtheta else {}),
        **({"dtheta": _named_lists(gradients.dtheta)} if gradients.dtheta else {}),
    }


def _named_lists(arrays: dict[str, Array]) -> dict[str, Any]:
    return {name: array.tolist() for name, array in arrays.items()}
