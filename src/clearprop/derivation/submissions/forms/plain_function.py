"""The plain form: a function of weights, biases, inputs and targets that returns the gradients."""

import ast
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from clearprop.derivation.messages import Message
from clearprop.derivation.submissions.answer import Answer, Hints, Layout, SubmissionError
from clearprop.derivation.submissions.forms import arrays
from clearprop.derivation.submissions.forms.calling import (
    arguments_of,
    function_named,
    parsed,
    returned_names,
    role_of,
    simplified,
)
from clearprop.derivation.submissions.forms.handing import Handed, Style, batches_of, styles_of
from clearprop.derivation.submissions.forms.named import read_returned, slot_of, slots_of
from clearprop.derivation.submissions.forms.reading import Conventions, conventions_of, in_order
from clearprop.derivation.submissions.sources import text_of
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Parameters

#: Names of such a function, without underscores and in lower case, the likeliest first.
NAMES = (
    "gradients",
    "gradient",
    "grads",
    "grad",
    "computegradients",
    "computegradient",
    "getgradients",
    "getgradient",
    "getgrads",
    "calcgradients",
    "calculategradients",
    "backpropagation",
    "backpropagate",
    "backprop",
    "backwardpropagation",
    "backwardpropagate",
    "backwardprop",
    "backwardpass",
    "backward",
    "backpass",
    "bprop",
    "backpropogation",
    "bp",
    "lossandgradients",
    "lossandgrads",
    "lossgrad",
    "costandgrad",
    "forwardbackward",
    "反向传播",
    "梯度",
)
_OTHERS = re.compile(
    r"numerical|check|descent|train|fit|update|step|sgd|test|plot|predict|accuracy|init|eval|minimi[sz]e|main|optimi|"
    r"^(loss|cost|objective|forward|feedforward)(func|function|pass|prop|propagation)?$|^compute(loss|cost)$"
)
_WEIGHTS = frozenset(
    {"w", "ws", "weights", "weight", "wlist", "theta", "thetas", "weightlist", "listw", "weightmatrices"}
)
_BIASES = frozenset({"b", "bs", "bias", "biases", "blist", "biaslist", "listb", "biasvectors"})
_LOSSES = (
    "loss cost computeloss computecost lossfunction costfunction objective calculateloss calcloss getloss error j e"
)
_FORWARDS = "forward forwardpass forwardprop forwardpropagation feedforward predictproba output predict model net"


class PlainFunction:
    """The form: `gradients(W, b, X, Y)`, `backprop(X, y, W1, b1, W2, b2)`, `gradients(params, X, Y)`."""

    name = "plain_function"

    def find(self, names: Mapping[str, Any], source: str) -> "PlainAdapter | None":
        """Return the function that is named as one that gives gradients, else the one whose arguments fit."""
        routines = {name: value for name, value in names.items() if inspect.isroutine(value)}
        functions = [name for name, value in routines.items() if roles_of(value)]
        known = [name for wanted in NAMES for name in functions if simplified(name) == wanted]
        known += [name for name, value in routines.items() if simplified(name) in NAMES and roles_by_place(value)]
        likely = [name for name in functions if re.search("grad|back", simplified(name)) and name not in known]
        other = [name for name in functions if name not in (*known, *likely)]
        for name in (*known, *likely, *other):
            if name in known or not _OTHERS.search(simplified(name)):
                return PlainAdapter(name, names, source)
        return None


def roles_of(function: Callable[..., Any], needed: Sequence[str] = ("inputs", "targets")) -> dict[str, str] | None:
    """What each argument is for, by its name; None where this is no function of parameters and what is needed.

    >>> roles_of(lambda W, b, X, Y: None)
    {'W': 'W', 'b': 'b', 'X': 'inputs', 'Y': 'targets'}
    """
    arguments = arguments_of(function)
    slots = slots_of([argument.name for argument in arguments])
    has_biases = any(simplified(argument.name) in _BIASES for argument in arguments)
    found: dict[str, str] = {}
    for argument in arguments:
        name = simplified(argument.name)
        if argument.name in slots:
            found[argument.name] = "{}{}".format(*slots[argument.name])
        elif name in _WEIGHTS and has_biases:
            found[argument.name] = "W"
        elif name in _BIASES:
            found[argument.name] = "b"
        elif role := role_of(argument.name):
            found[argument.name] = role
    required = [a.name for a in arguments if a.default is a.empty]
    unknown = [name for name in required if name not in found]
    parameters = ["W", "b"] if "W" in found.values() or "b" in found.values() else ["parameters"]
    if slots:
        parameters = []
    missing = [role for role in (*parameters, *needed) if role not in found.values()]
    if len(unknown) == len(missing) <= 2:
        found |= dict(zip(unknown, missing, strict=True))
        unknown, missing = [], []
    if missing or unknown or len(set(found.values())) < len(found) or {"cache", "output"} & set(found.values()):
        return None
    return found


def roles_by_place(function: Callable[..., Any]) -> dict[str, str] | None:
    """What four arguments are for, in the order W, b, X, Y, where their names say nothing; None for fewer or more.

    >>> roles_by_place(lambda p, q, r, s: None)
    {'p': 'W', 'q': 'b', 'r': 'inputs', 's': 'targets'}
    """
    required = [argument.name for argument in arguments_of(function) if argument.default is argument.empty]
    says = {role_of(name) for name in required} & {"cache", "output", "rate", "sizes"}
    return (
        dict(zip(required, ("W", "b", "inputs", "targets"), strict=True)) if len(required) == 4 and not says else None
    )


class PlainAdapter:
    """One such function, with the file's own loss and forward functions where their arguments fit."""

    def __init__(self, name: str, names: Mapping[str, Any], source: str) -> None:
        self.name = name
        self.function: Callable[..., Any] = names[name]
        roles = roles_of(self.function) or roles_by_place(self.function)
        assert roles is not None
        self.roles = roles
        self.own_forward = _sibling(names, _FORWARDS, ("inputs",))
        self.loss_of_output = False
        self.own_loss = _sibling(names, _LOSSES, ("inputs", "targets"))
        if self.own_loss is None and self.own_forward is not None:
            self.own_loss = _loss_of_output(names)
            self.loss_of_output = self.own_loss is not None
        source = source or text_of(self.function)
        tree = parsed(source)
        self.returned = returned_names(tree, self.function)
        self.updates = "rate" in roles.values() and all(
            part in roles or simplified(part) in _LOSSES.split() for part in self.returned
        )
        if self.updates:  # it takes a step of descent, by this rate
            self.roles = {argument: "step" if role == "rate" else role for argument, role in roles.items()}
        conventions = conventions_of(tree, getattr(self.function, "__name__", name))
        self.layouts = layouts_of(conventions)
        self.styles = styles_of(self.function, roles, source, self.own_names(names))
        self.working: dict[tuple[Layout, int], Style] = {}
        self.tells_loss = any(simplified(part) in _LOSSES.split() for part in self.returned)
        self.hints = Hints(
            words=arrays.words_of(source),
            has_loss=self.own_loss is not None or self.tells_loss,
            takes_penalty="penalty" in roles.values(),
            depth=max(
                (layer for _, layer in slots_of(list(roles)).values()),
                default=_depth(tree, getattr(self.function, "__name__", name), roles),
            ),
        )

    def own_names(self, names: Mapping[str, Any]) -> set[str]:
        """The modules that the function's file has imported."""
        found = getattr(self.function, "__globals__", names).values()
        return {value.__name__.partition(".")[0] for value in found if inspect.ismodule(value)}

    def call(self, layout: Layout, parameters: Parameters, X: Array, Y: Array, penalty: float) -> Answer:
        """Call the function once, in the style that gives the most gradients of the right size."""
        slots = slots_of(list(self.roles)).values()
        if slots and not any(what == "b" for what, _ in slots):
            raise SubmissionError(Message("submission.no_biases", code=self.name))
        known = (layout, len(parameters.W))
        styles = [self.working[known]] if known in self.working else self.styles
        failure: Exception | None = None
        best: tuple[int, Style, Answer] | None = None
        for style in styles:
            if not style.is_for(parameters):
                continue
            try:
                answer = self._called(style, layout, parameters, X, Y, penalty)
            except Exception as error:
                failure = failure or error
                continue
            fitting = _fitting(answer, parameters)
            if best is None or fitting > best[0]:
                best = fitting, style, answer
            if fitting == 2 * len(parameters.W) - 2:
                break
        if failure is not None and (best is None or best[0] == 0):
            raise failure  # that of the likeliest style
        assert best is not None
        self.working[known] = best[1]
        return best[2]

    def loss(self, layout: Layout, parameters: Parameters, X: Array, Y: Array, penalty: float) -> float | None:
        """Return the loss that the function gives, or that of the file's own loss function."""
        if self.tells_loss or self.own_loss is None:
            return self.call(layout, parameters, X, Y, penalty).loss
        style = self.working.get((layout, len(parameters.W)), self.styles[0])
        return self._own_loss(style, layout, parameters, X, Y, penalty)

    def _own_loss(
        self, style: Style, layout: Layout, parameters: Parameters, X: Array, Y: Array, penalty: float
    ) -> float | None:
        assert self.own_loss is not None
        batches = [Handed(style, layout, parameters, *batch, penalty) for batch in batches_of(layout, X, Y)]
        if self.loss_of_output:
            assert self.own_forward is not None
            for batch in batches:
                batch.values["output"] = _only_output(
                    batch.given_to(*self.own_forward), np.shape(batch.before["targets"])
                )
        losses = [arrays.number(batch.given_to(*self.own_loss)) for batch in batches]
        return None if None in losses else float(sum(loss for loss in losses if loss is not None))

    def _called(
        self, style: Style, layout: Layout, parameters: Parameters, X: Array, Y: Array, penalty: float
    ) -> Answer:
        answers, changed = [], dict[str, None]()
        for batch in batches_of(layout, X, Y):
            handed = Handed(style, layout, parameters, *batch, penalty)
            value = handed.given_to(self.function, self.roles)
            altered = handed.changed()
            if self.updates and (altered if value is None else self.returned):
                answers.append(self._answer_of_step(value, handed, layout, parameters))
                altered = [name for name in altered if name in "XY"]
            else:
                answers.append(self._answer(value, layout, parameters))
            changed |= dict.fromkeys(altered)
        answer = answers[0] if len(answers) == 1 else arrays.summed(answers)
        if answer.loss is None and self.own_loss is not None and not self.tells_loss:
            with suppress(Exception):
                answer = replace(answer, loss=self._own_loss(style, layout, parameters, X, Y, penalty))
        output = self._output(style, layout, parameters, X, Y)
        alone = style.pack in ("bare", "vector")
        return replace(answer, output=output, changed=tuple(changed), of_one_layer=alone)

    def _answer(self, value: Any, layout: Layout, parameters: Parameters) -> Answer:
        """What one call returned, in this house's order."""
        value = unstacked(value, parameters)
        _check_counts(value, parameters, self.name)
        gradients, loss = read_returned(value, self.returned, parameters)
        if not gradients:
            raise SubmissionError(Message("submission.not_gradients", code=self.name, what=described(value)))
        answer = arrays.answer_of(gradients, layout, parameters, loss)
        answer.check_numbers(self.name)
        return answer

    def _answer_of_step(self, value: Any, handed: Handed, layout: Layout, parameters: Parameters) -> Answer:
        """The gradients by which one call has moved its parameters: W − W′ for a rate of 1."""
        after, loss = read_returned(unstacked(value, parameters), self.returned, parameters)
        now = handed.now() | {f"{what}{l}": array for (what, l), array in after.items()}
        moved = {
            (name[0], int(name[1:])): before - np.reshape(arrays.plain(now[name]), np.shape(before))
            for name, before in handed.before.items()
            if name[0] in "Wb"
        }
        return arrays.answer_of(moved, layout, parameters, loss)

    def _output(self, style: Style, layout: Layout, parameters: Parameters, X: Array, Y: Array) -> Array | None:
        """What the file's own forward function gives, (m, n_L); None where it has none, or it gives something else."""
        if self.own_forward is None:
            return None
        rows = []
        try:
            for batch in batches_of(layout, X, Y):
                value = Handed(style, layout, parameters, *batch, 0.0).given_to(*self.own_forward)
                if isinstance(value, tuple) and value and not isinstance(value[0], list | tuple | dict):
                    value = value[0]  # (A2, cache)
                shape = (len(X) if layout.batch != "single" else 1, Y.shape[1])
                if layout.batch == "single" and np.ndim(value) == 1:
                    value = np.reshape(arrays.plain(value), (-1, 1))
                rows.append(arrays.own_output(value, layout, shape))
        except Exception:  # whatever its forward function does, its gradients count
            return None
        found = [row for row in rows if row is not None]
        return np.concatenate(found) if len(found) == len(rows) else None


def layouts_of(read: Conventions) -> tuple[Layout, ...]:
    """The layouts that a function may mean, those that agree with what was read of it first."""

    def disagreement(layout: Layout) -> int:
        return (
            4 * (read.weights is not None and layout.weights != read.weights)
            + 4 * (bool(read.batches) and layout.batch not in read.batches)
            + 2 * (bool(read.biases) and layout.biases not in read.biases)
            + 2 * (read.labels != (layout.targets == "labels"))
        )

    dtype = "float32" if read.single_precision else "float64"
    found = [
        Layout(weights, batch, biases, targets, dtype)
        for targets in ("rows", "labels")
        for weights, batch, biases in _USUAL
    ]
    return tuple(sorted(found, key=disagreement))


#: Weights, batch and biases as they go together, the most usual first.
_USUAL = (
    ("out_in", "rows", "flat"),
    ("in_out", "rows", "flat"),
    ("out_in", "columns", "column"),
    ("in_out", "rows", "row"),
    ("out_in", "single", "flat"),
    ("out_in", "single", "column"),
    ("out_in", "rows", "row"),
    ("out_in", "columns", "flat"),
    ("in_out", "columns", "column"),
    ("in_out", "single", "flat"),
    ("in_out", "single", "row"),
    ("in_out", "single", "column"),
    ("out_in", "rows", "column"),
    ("in_out", "rows", "column"),
    ("in_out", "columns", "flat"),
)


def _sibling(
    names: Mapping[str, Any], wanted: str, needed: Sequence[str]
) -> tuple[Callable[..., Any], dict[str, str]] | None:
    """The file's own function of one of these names, where it can be given all that it asks for."""
    for want in wanted.split():
        for name, value in names.items():
            if simplified(name) == want and inspect.isroutine(value) and (roles := roles_of(value, needed)):
                return value, roles
    return None


def _depth(tree: ast.Module, name: str, roles: Mapping[str, str]) -> int | None:
    """How many layers a function knows that takes lists and loops over none: `W[0]`, `W[1]`, or `W1, W2 = W`."""
    definition = function_named(tree, name)
    lists = {argument for argument, role in roles.items() if role == "W"}
    places: set[int] = set()
    for node in in_order(tree, definition) if definition else ():
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=parts)], value=ast.Name(id=name)) if name in lists:
                places |= set(range(len(parts)))
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=int() as place)) if name in lists:
                places.add(place)
            case ast.Subscript(value=ast.Name(id=name)) if name in lists:
                return None
            case ast.For(iter=over) | ast.comprehension(iter=over):
                if any(isinstance(part, ast.Name) and part.id in lists for part in ast.walk(over)):
                    return None
    first = min(places, default=0)
    return len(places) if places and first in (0, 1) and max(places) - first + 1 == len(places) > 1 else None


def _loss_of_output(names: Mapping[str, Any]) -> tuple[Callable[..., Any], dict[str, str]] | None:
    """The file's own `loss(output, Y)`, which is chained to its forward function."""
    for want in _LOSSES.split():
        for name, value in names.items():
            if simplified(name) == want and inspect.isroutine(value):
                required = [argument.name for argument in arguments_of(value) if argument.default is argument.empty]
                roles = {name: role_of(name) or "output" for name in required}
                if sorted(roles.values()) == ["output", "targets"]:
                    return value, roles
    return None


def _only_output(value: Any, shape: tuple[int, ...]) -> Any:
    """The outputs in what a forward function gives: A, (A, cache), [A0, A1, A2], or the only array of their shape.

    Raises:
        ValueError: it might be several.
    """
    if isinstance(value, list) and value and hasattr(value[-1], "shape"):
        return value[-1]
    if not isinstance(value, tuple):
        return value
    found = [part for part in value if hasattr(part, "shape") and tuple(part.shape) == shape]
    if len(found) != 1:
        raise ValueError(f"{len(found)} arrays of shape {shape}")
    return found[0]


def unstacked(value: Any, parameters: Parameters) -> Any:
    """What was returned, with pairs put in two lists, and arrays that hold several layers' gradients taken apart."""
    n_layers = len(parameters.W) - 1
    if n_layers == 1 and isinstance(value, Mapping):
        return {name if slot_of(name) else f"{name}1": part for name, part in value.items()}  # dw is dW1
    parts = value if isinstance(value, tuple | list) else ()
    pairs = len(parts) == n_layers and all(map(_is_pair, parts, parameters.W[1:], parameters.b[1:]))
    if pairs and not (isinstance(value, tuple) and _are_lists(parts, parameters)):
        return [weights for weights, _ in parts], [biases for _, biases in parts]
    if n_layers == 1 and len(parts) in (2, 3):
        return _of_one_layer(list(parts), parameters)
    counts = {len(part) for part in parts if _dimensions(part) == 3}
    if not counts or not counts <= {n_layers, n_layers + 1}:
        return value
    return tuple(list(part) if _dimensions(part) >= 2 and len(part) in counts else part for part in parts)


def _of_one_layer(parts: list[Any], parameters: Parameters) -> list[Any]:
    """(∇W, ∇b) in any order, with a loss at either end, as (loss, ∇W, ∇b) or (∇W, ∇b)."""
    if any(isinstance(part, Mapping) for part in parts):
        return [unstacked(part, parameters) if isinstance(part, Mapping) else part for part in parts]
    with suppress(ValueError):
        sizes, W, b = [np.size(part) for part in parts], parameters.W[1].size, parameters.b[1].size
        if len(parts) == 3 and sizes[2] == 1 and sizes[0] == W:
            parts = [parts[2], *parts[:2]]
        elif sizes[-2:] == [b, W] and b != W:
            parts[-2:] = parts[:-3:-1]
    return parts


def _are_lists(parts: Sequence[Any], parameters: Parameters) -> bool:
    """Whether two parts may as well be the lists of all ∇W and all ∇b, as with two layers and one output."""
    sizes = [[array.size for array in arrays[1:]] for arrays in (parameters.W, parameters.b)]
    return sorted([np.size(entry) for entry in part] for part in parts) == sorted(sizes)


def _is_pair(part: Any, W: Array, b: Array) -> bool:
    """Whether a part of what was returned is (∇Wˡ, ∇bˡ)."""
    with suppress(ValueError):
        return isinstance(part, tuple | list) and [np.size(entry) for entry in part] == [W.size, b.size]
    return False


def _dimensions(part: Any) -> int:
    """How many axes an array has; 1 for a list of whatever, 0 for a number."""
    return len(part.shape) if hasattr(part, "shape") else int(isinstance(part, list | tuple))


def _check_counts(value: Any, parameters: Parameters, name: str) -> None:
    """Raise SubmissionError where nothing was returned, or a list of gradients has not one entry a layer."""
    if value is None:
        raise SubmissionError(Message("submission.returned_nothing", code=name))
    n_layers = len(parameters.W) - 1
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, tuple) else ()
    for part in parts:
        if isinstance(part, list | tuple) and len(part) not in (n_layers, n_layers + 1) and _of_arrays(part):
            raise SubmissionError(Message("submission.count", code=name, count=len(part), expected=n_layers))


def _of_arrays(part: Sequence[Any]) -> bool:
    return not any(isinstance(entry, dict | str) for entry in part) and any(
        entry is None or _dimensions(entry) for entry in part
    )


def described(value: Any) -> str:
    """What a value is, in one short line of Python's names.

    >>> described((np.zeros((2, 3)), 0.5, [1, 2]))
    'tuple(ndarray(2, 3), float, list of 2)'
    """
    if isinstance(value, tuple):
        return f"tuple({', '.join(described(part) for part in value[:8])}{', ...' if len(value) > 8 else ''})"
    if isinstance(value, list):
        return f"list of {len(value)}"
    if isinstance(value, Mapping):
        return f"dict({', '.join(map(repr, list(value)[:8]))}{', ...' if len(value) > 8 else ''})"
    return type(value).__name__ + (str(tuple(value.shape)) if hasattr(value, "shape") else "")


def _fitting(answer: Answer, parameters: Parameters) -> int:
    """How many gradients have the shape of their parameter."""
    pairs = [*zip(answer.dW[1:], parameters.W[1:], strict=True), *zip(answer.db[1:], parameters.b[1:], strict=True)]
    return sum(array is not None and array.shape == own.shape for array, own in pairs)
