"""A network as an object: built, filled with parameters and asked for its gradients through its methods."""

import ast
import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from clearprop.derivation.submissions.answer import Answer, Hints, Layout
from clearprop.derivation.submissions.forms.arrays import (
    altered,
    answer_of,
    laid_inputs,
    laid_targets,
    number,
    own_output,
    plain,
    probabilities,
    samples_of,
    summed,
    words_of,
)
from clearprop.derivation.submissions.forms.calling import arguments_of, parsed, returned_names, role_of
from clearprop.derivation.submissions.forms.models import Constructor, Store, constructor_of, store_of
from clearprop.derivation.submissions.forms.named import Returned, gradients_among
from clearprop.derivation.submissions.forms.passes import (
    BACKWARD,
    COST,
    FORWARD,
    NOT_BACKWARD,
    NOT_COST,
    Known,
    Passes,
    bindable,
    output_shape,
    sole_argument,
)
from clearprop.derivation.submissions.forms.reading import conventions_of
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Parameters

#: Sizes unlike one another, by depth, so that the shapes of arrays tell how they lie.
_TRIAL_SIZES = {1: (7, 3), 2: (7, 5, 3), 3: (7, 6, 5, 3), 4: (7, 6, 5, 4, 3)}
_KNOWN_KEYS = {"inputs", "targets", "penalty", "n_samples", "sizes", "rate"}


@dataclass(frozen=True)
class Model:
    """A class that holds parameters.

    Arguments:
        constructor: how it is built.
        instance: one object, of the sizes of a trial or of those that its code fixes.
        store: where that object keeps its parameters.
        depth: the number of layers that it can have; None for any.
        tree: of the source.
    """

    cls: type
    constructor: Constructor
    instance: Any
    store: Store
    depth: int | None
    tree: ast.Module

    def methods(self) -> dict[str, Callable[..., Any]]:
        """The methods by name, in the order of their definition, its own class's first."""
        names = [name for cls in self.cls.__mro__[:-1] for name in vars(cls) if not name.startswith("__")]
        return {name: method for name in names if callable(method := getattr(self.instance, name, None))}


def models_in(names: Mapping[str, Any], source: str) -> Iterator[Model]:
    """The classes among a file's names whose objects keep a whole set of parameters."""
    tree = parsed(source)
    for value in names.values():
        if not isinstance(value, type) or _is_module(value):
            continue
        constructor = constructor_of(value)
        if constructor is None:
            continue
        depths = [constructor.depth] if constructor.depth else [3, 2, 1]
        for depth in depths:
            with contextlib.suppress(Exception):  # a class that cannot be built is none of these
                instance = constructor(_TRIAL_SIZES[depth])
                store = store_of(instance)
                if store is not None and (store.n_layers == depth or not constructor.takes_sizes):
                    free = constructor.depth is None and constructor.takes_sizes and depth == 3
                    yield Model(value, constructor, instance, store, None if free else store.n_layers, tree)
                    break


def _is_module(cls: type) -> bool:
    return any(base.__module__.startswith("torch.nn") for base in cls.__mro__[1:])


def loss_with_gradients(model: Model) -> str | None:
    """The name of a method that returns the loss and the gradients together."""
    for name, method in model.methods().items():
        roles = [role_of(argument.name) for argument in arguments_of(method)]
        if COST.search(name.lower()) and not NOT_COST.search(name.lower()) and {"inputs", "targets"} <= set(roles):
            returned = returned_names(model.tree, method)
            if len(returned) == 2 and returned[1].lower() not in (
                "output",
                "scores",
                "cache",
                "probs",
                "accuracy",
                "acc",
            ):
                return name
    return None


def backward_method(model: Model) -> str | None:
    """The name of the method that goes backward: the last to be defined of those that take targets."""
    found = [
        name
        for name, method in model.methods().items()
        if BACKWARD.search(name.lower())
        and not NOT_BACKWARD.search(name.lower())
        and "targets" in [role_of(argument.name) for argument in arguments_of(method)]
    ]
    return found[0] if found else None


def layouts_of(model: Model, method: str, labels_first: bool = False) -> Iterator[Layout]:
    """The layouts that an object's shapes leave open, the likeliest first."""
    weights, biases = model.store.layout() or ("out_in", "column")
    batches = {"column": ["columns", "single"]}.get(biases, ["rows", "single"] if weights == "out_in" else ["rows"])
    first = plain(model.store.array("W", 1))
    dtype = "float32" if getattr(first, "dtype", None) == np.float32 else "float64"
    labels = labels_first or conventions_of(model.tree, method).labels
    for batch in batches:
        for targets in ("labels", "rows") if labels else ("rows", "labels"):
            yield Layout(weights, batch, biases, targets, dtype)


class ObjectAdapter:
    """One class, whose objects are built, filled and asked.

    Arguments:
        model: the class.
        method: the name of the method that gives gradients.
        layouts: the likeliest first.
        source: for the hints.
    """

    def __init__(self, model: Model, method: str, layouts: tuple[Layout, ...], source: str) -> None:
        self.model = model
        self.method = method
        self.layouts = layouts
        self.name = f"{model.cls.__name__}.{method}"
        self._built: tuple[tuple[int, ...], float, Any] | None = None
        self.words = words_of(source)
        passes = self._passes(model.instance)
        arguments = arguments_of(passes.backward)
        self.scores_from_loss = any(role_of(a.name) == "targets" and a.default is None for a in arguments)
        gives_loss = loss_with_gradients(model) == method
        attributes = [role_of(name) for name in vars(model.instance)]
        self.hints = Hints(
            words=self.words,
            sizes=None if model.constructor.takes_sizes else model.store.sizes(),
            has_loss=gives_loss or passes.cost is not None,
            takes_penalty=passes.takes("penalty") or model.constructor.penalty is not None or "penalty" in attributes,
            depth=model.depth,
        )

    def with_hints(self, **hints: Any) -> "ObjectAdapter":
        """Add hints."""
        self.hints = replace(self.hints, **hints)
        return self

    def call(self, layout: Layout, parameters: Parameters, X: Array, Y: Array, penalty: float) -> Answer:
        """Fill an object and call its methods, once for the batch or once a sample."""
        instance = self._object(parameters, penalty)
        if layout.batch != "single":
            x, y = laid_inputs(X, layout), laid_targets(Y, layout)
            return self._answer(instance, layout, parameters, x, y, len(X), penalty)
        pairs = samples_of(X, Y, layout)
        answers = [self._answer(instance, layout, parameters, x, y, 1, penalty) for x, y in pairs]
        outputs = [answer.output for answer in answers]
        present = [output for output in outputs if output is not None]
        return summed(answers, np.vstack(present) if len(present) == len(outputs) else None)

    def loss(self, layout: Layout, parameters: Parameters, X: Array, Y: Array, penalty: float) -> float | None:
        """Fill an object and ask it for its loss only."""
        instance = self._object(parameters, penalty)
        whole = [(laid_inputs(X, layout), laid_targets(Y, layout))]
        pairs = samples_of(X, Y, layout) if layout.batch == "single" else whole
        losses = []
        for x, y in pairs:
            store = self._fill(instance, layout, parameters)
            known = self._known(store, layout, parameters, x, y, len(X) if len(pairs) == 1 else 1, penalty)
            losses.append(self._loss(self._passes(instance), known, parameters))
        present = [loss for loss in losses if loss is not None]
        return sum(present) if len(present) == len(losses) else None

    def _object(self, parameters: Parameters, penalty: float) -> Any:
        if self._built is None or self._built[:2] != (parameters.sizes, penalty):
            instance = self.model.constructor(parameters.sizes, penalty)
            for name, value in vars(instance).items():
                if role_of(name) == "penalty" and isinstance(value, int | float):
                    setattr(instance, name, penalty)
            self._built = parameters.sizes, penalty, instance
        return self._built[2]

    def _passes(self, instance: Any) -> Passes:
        methods = {name: getattr(instance, name) for name in self.model.methods()}
        backward = methods[self.method]
        needs_forward = loss_with_gradients(self.model) != self.method
        forwards = [
            method
            for name, method in methods.items()
            if FORWARD.search(name.lower())
            and not BACKWARD.search(name.lower())
            and (bindable(method, {"inputs"}) or sole_argument(method))
        ]
        named = [method for method in forwards if not method.__name__.startswith("predict")]
        costs = [
            method
            for name, method in methods.items()
            if COST.search(name.lower())
            and not NOT_COST.search(name.lower())
            and name != self.method
            and bindable(method, _KNOWN_KEYS | {"output"})
            and "targets" in [role_of(argument.name) for argument in arguments_of(method)]
        ]
        forward = (named or forwards or [None])[0] if needs_forward else None
        return Passes(backward, forward, costs[0] if costs else _cost_object(instance), self.model.tree)

    def _fill(self, instance: Any, layout: Layout, parameters: Parameters) -> Store:
        store = store_of(instance)
        assert store is not None  # it had one when it was found
        store.write(parameters, layout)
        return store

    def _known(
        self, store: Store, layout: Layout, parameters: Parameters, x: Any, y: Any, n_samples: int, penalty: float
    ) -> Known:
        like = store.array("W", 1)
        if hasattr(like, "new_tensor"):
            x, y = like.new_tensor(x), like.new_tensor(y, **({"dtype": _long()} if layout.targets == "labels" else {}))
        values: dict[str, Any] = dict(store.named())
        values |= {
            "inputs": x,
            "targets": y,
            "penalty": penalty,
            "n_samples": n_samples,
            "sizes": list(parameters.sizes),
            "rate": 1.0,
        }
        n_outputs = parameters.sizes[-1]
        single = (n_outputs,) if layout.biases == "flat" else (n_outputs, 1)
        return Known(
            values, single if layout.batch == "single" else output_shape(layout, np.empty(n_samples), n_outputs)
        )

    def _answer(
        self, instance: Any, layout: Layout, parameters: Parameters, x: Any, y: Any, n_samples: int, penalty: float
    ) -> Answer:
        store = self._fill(instance, layout, parameters)
        passes = self._passes(instance)
        known = self._known(store, layout, parameters, x, y, n_samples, penalty)
        loss = None
        with contextlib.suppress(Exception):  # a loss or an output that fails leaves the gradients to be checked
            loss = self._loss(passes, known, parameters) if passes.cost is not None else None
        output = self._output(instance, passes, known)
        store = self._fill(instance, layout, parameters)
        known = self._known(store, layout, parameters, x, y, n_samples, penalty)
        given = {slot: np.array(plain(store.array(*slot))) for slot in store.places}
        returned = passes.run(known, parameters)
        if returned.loss is not None:
            loss = number(returned.loss)
        changed: tuple[str, ...] = ()
        if not returned.gradients:
            returned = self._left_behind(instance, given)
        elif (kept := store_of(instance)) is not None:
            names = {f"{what}{l}": (what, l) for what, l in given}
            now = {name: kept.array(*slot) for name, slot in names.items()}
            changed = altered({name: given[slot] for name, slot in names.items()}, now)
        shape = (n_samples, parameters.sizes[-1])
        if output is None:
            output = known.output
        own = own_output(output, layout, shape)
        if self._gives_scores(own):
            own = probabilities(own)
        return replace(answer_of(returned.gradients, layout, parameters, loss, own), changed=changed)

    def _gives_scores(self, output: Array | None) -> bool:
        """Whether outputs are what a softmax is taken of, being beyond 0 and 1."""
        if (
            output is None
            or output.shape[1] == 1
            or not (self.scores_from_loss or any("softmax" in word for word in self.words))
        ):
            return False
        return bool(np.any(output < 0) or np.any(output > 1))

    def _output(self, instance: Any, passes: Passes, known: Known) -> Any:
        with contextlib.suppress(Exception):
            if self.scores_from_loss:
                return passes.backward(known.values["inputs"])
            if known.output is None:
                passes.run_forward(known)
            known.choose_output(vars(instance))
            return known.output
        return None

    def _loss(self, passes: Passes, known: Known, parameters: Parameters) -> float | None:
        if loss_with_gradients(self.model) == self.method:
            return number(passes.run(known, parameters).loss)
        passes.run_forward(known)
        return passes.loss(known)

    def _left_behind(self, instance: Any, given: Mapping[tuple[str, int], Array]) -> Returned:
        """Gradients that a method kept in its object, or those by which it has changed the parameters."""
        attributes = vars(instance)
        for value in (attributes, *(value for value in attributes.values() if isinstance(value, dict))):
            named = {
                n: v for n, v in value.items() if isinstance(n, str) and (n.startswith("d") or "grad" in n.lower())
            }
            if found := gradients_among(named):
                return Returned(found)
        store = store_of(instance)
        rates = [
            value for name, value in attributes.items() if role_of(name) == "rate" and isinstance(value, int | float)
        ]
        takes_rate = "rate" in [role_of(argument.name) for argument in arguments_of(getattr(instance, self.method))]
        rate = 1.0 if takes_rate or not rates else float(rates[0])
        if store is None or not rate:
            return Returned({})
        steps = {slot: (array - plain(store.array(*slot))) / rate for slot, array in given.items()}
        return Returned(steps if any(np.any(step) for step in steps.values()) else {})


def _long() -> Any:
    return __import__("torch").long


def _cost_object(instance: Any) -> Callable[..., Any] | None:
    """The function of an object or class that a network keeps as its cost: `self.cost.fn(a, y)`."""
    for name in ("cost", "loss", "cost_function", "loss_function", "criterion", "cost_fn", "loss_fn"):
        kept = getattr(instance, name, None)
        for function in ("fn", "loss", "cost", "evaluate", "output", "forward", "f"):
            method = getattr(kept, function, None)
            if callable(method) and len(arguments_of(method)) == 2:
                return method
    return None
