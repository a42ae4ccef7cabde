"""The form of a PyTorch module: its affine layers are filled, and its own passes make the gradient."""

import ast
import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from clearprop.derivation.submissions.answer import Answer, Hints, Layout
from clearprop.derivation.submissions.forms.arrays import (
    answer_of,
    labels_of,
    laid_bias,
    laid_inputs,
    laid_weight,
    own_output,
    plain,
    words_of,
)
from clearprop.derivation.submissions.forms.calling import arguments_of, mentions, parsed, simplified
from clearprop.derivation.submissions.forms.models import Constructor, Store, constructor_of
from clearprop.derivation.submissions.forms.named import slots_of
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Parameters

_TRIAL_SIZES = {1: (7, 3), 2: (7, 5, 3), 3: (7, 6, 5, 3), 4: (7, 6, 5, 4, 3)}


@dataclass(frozen=True)
class Criterion:
    """A loss of PyTorch: its function, and what it means for a network.

    Arguments:
        function: its name in torch.nn.functional.
        loss: the name of the loss, and `output` that of the activation that goes with it, where it implies one.
        labels: whether its targets are class numbers.
        keywords: those of the call in the source, that are constants.
    """

    function: str
    loss: str
    output: str | None = None
    labels: bool = False
    keywords: tuple[tuple[str, Any], ...] = ()


#: By the lower-case name under which a source calls it.
CRITERIA: dict[str, Criterion] = {
    name: criterion
    for criterion, names in (
        (Criterion("cross_entropy", "cross_entropy", "softmax", labels=True), "crossentropyloss cross_entropy"),
        (Criterion("nll_loss", "cross_entropy", "softmax", labels=True), "nllloss nll_loss"),
        (
            Criterion("binary_cross_entropy_with_logits", "binary_cross_entropy", "sigmoid"),
            "bcewithlogitsloss binary_cross_entropy_with_logits",
        ),
        (Criterion("binary_cross_entropy", "binary_cross_entropy", "sigmoid"), "bceloss binary_cross_entropy"),
        (Criterion("mse_loss", "half_squared_error"), "mseloss mse_loss"),
    )
    for name in names.split()
}


def criterion_in(tree: ast.Module) -> Criterion | None:
    """The first loss of PyTorch that a source calls, with the constants that it is given."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            if name.lower() in CRITERIA:
                given = [(word.arg, word.value.value) for word in node.keywords if isinstance(word.value, ast.Constant)]
                keywords = tuple((key, value) for key, value in given if key in ("reduction", "label_smoothing"))
                return replace(CRITERIA[name.lower()], keywords=keywords)
    return None


def _torch() -> Any:
    return sys.modules["torch"]


class TorchModule:
    """A `torch.nn.Module` (or an object of one) made of affine layers and activations."""

    name = "torch_module"

    def find(self, names: Mapping[str, Any], source: str) -> "TorchAdapter | None":
        """Return the last module of affine layers among a file's classes, else among its objects, or None."""
        if "torch" not in sys.modules or not hasattr(_torch(), "nn"):
            return None
        module = _torch().nn.Module
        classes = [
            value
            for value in names.values()
            if isinstance(value, type) and issubclass(value, module) and not value.__module__.startswith("torch.")
        ]
        objects = [(name, value) for name, value in names.items() if isinstance(value, module)]
        tree = parsed(source)
        for cls in reversed(classes):
            constructor = constructor_of(cls)
            if constructor is not None and (built := _built(constructor)) is not None:
                return TorchAdapter(cls.__name__, constructor, built, names, source, tree)
        for name, value in reversed(objects):
            if affine_layers(value) is not None:
                fixed = Constructor(lambda value=value: value, {}, {})
                return TorchAdapter(name, fixed, value, names, source, tree)
        return None


def _built(constructor: Constructor) -> Any:
    """A module of trial sizes that works on two rows; None where none does."""
    for depth in [constructor.depth] if constructor.depth else [3, 2, 1]:
        with contextlib.suppress(Exception):
            module = constructor(_TRIAL_SIZES[depth])
            store = affine_layers(module)
            if store is not None and (store.n_layers == depth or not constructor.takes_sizes):
                return module
    return None


def affine_layers(module: Any) -> Store | None:
    """Where a module keeps W and b, in the order of their use in its forward pass; None where that does not chain."""
    owners = [part for part in module.modules() if dict(part.named_parameters(recurse=False))]
    if len(owners) == 1 and (store := _by_names(owners[0])) is not None:
        return store
    if not owners or not all(_is_affine(part) for part in owners):
        return None
    ordered = _as_used(module, owners)
    places: dict[tuple[str, int], Any] = {}
    for l, part in enumerate(ordered, start=1):
        for name, parameter in part.named_parameters(recurse=False):
            places["W" if parameter.ndim == 2 and not _is_bias(name) else "b", l] = (part._parameters, name)
    store = Store(places, {})
    return store if store.layout() is not None else None


def _is_bias(name: str) -> bool:
    return simplified(name).startswith("b")


def _is_affine(part: Any) -> bool:
    found = dict(part.named_parameters(recurse=False))
    weights = [parameter for name, parameter in found.items() if not _is_bias(name)]
    return len(found) == 2 and len(weights) == 1 and weights[0].ndim == 2


def _by_names(module: Any) -> Store | None:
    """The parameters of one module that holds them all: W1, b1, W2, b2."""
    slots = slots_of(list(module._parameters))
    if len(slots) < 2 or len(slots) != len(module._parameters):
        return None
    store = Store({slot: (module._parameters, name) for name, slot in slots.items()}, {})
    complete = set(store.places) == {(what, l) for what in "Wb" for l in range(1, store.n_layers + 1)}
    return store if complete and store.layout() is not None else None


def _as_used(module: Any, owners: list[Any]) -> list[Any]:
    """Layers in the order of a forward pass; in that of their definition where it fails."""
    used: list[Any] = []
    hooks = [part.register_forward_hook(lambda part, given, output: used.append(part)) for part in owners]
    widths = {width for parameter in module.parameters() if parameter.ndim == 2 for width in parameter.shape}
    try:
        for width in widths:
            used.clear()
            with contextlib.suppress(Exception), _torch().no_grad():
                module(_torch().zeros(2, width, dtype=next(module.parameters()).dtype))
                break
    finally:
        for hook in hooks:
            hook.remove()
    once = list(dict.fromkeys(used))
    return once if len(once) == len(owners) else owners


class TorchAdapter:
    """A module and a loss."""

    def __init__(
        self, name: str, constructor: Constructor, module: Any, names: Mapping[str, Any], source: str, tree: ast.Module
    ) -> None:
        self.name = name
        self._constructor = constructor
        self._built: tuple[tuple[int, ...], Any] | None = None
        own_function = _loss_function_among(names)
        self._criterion = None if own_function else criterion_in(tree)
        self._own_loss = None if self._criterion else own_function or _loss_among(names)
        self._labels_first = mentions(source, r"one_hot|gather|arange|\.long\(|nll_loss")
        store = affine_layers(module)
        assert store is not None
        free = constructor.takes_sizes and constructor.depth is None
        self.hints = Hints(
            sizes=None if constructor.takes_sizes else store.sizes(),
            words=words_of(source),
            output=self._criterion.output if self._criterion else None,
            loss=self._criterion.loss if self._criterion else None,
            has_loss=True,
            depth=None if free else store.n_layers,
        )
        self.layouts = tuple(_layouts(store, source))

    def call(self, layout: Layout, parameters: Parameters, X: Array, Y: Array, penalty: float) -> Answer:
        """Fill the module, go forward, take the loss, and let PyTorch and the module's own functions go backward."""
        module = self._module(layout, parameters)
        module.zero_grad()
        output, loss = self._forward(module, layout, X, Y)
        loss.backward()
        store = affine_layers(module)
        assert store is not None
        gradients = {slot: store.array(*slot).grad for slot in store.places}
        own = own_output(self._activated(output), layout, (len(X), Y.shape[1]))
        return answer_of(gradients, layout, parameters, loss, own)

    def loss(self, layout: Layout, parameters: Parameters, X: Array, Y: Array, penalty: float) -> float | None:
        """Fill the module, go forward and take the loss."""
        with _torch().no_grad():
            return float(self._forward(self._module(layout, parameters), layout, X, Y)[1])

    def _module(self, layout: Layout, parameters: Parameters) -> Any:
        if self._built is None or self._built[0] != parameters.sizes:
            module = self._constructor(parameters.sizes)
            module.eval()  # dropout is left out
            self._built = parameters.sizes, module
        module = self._built[1].to(getattr(_torch(), layout.dtype))
        store = affine_layers(module)
        assert store is not None
        for l in range(1, len(parameters.W)):
            for slot, value in (
                (("W", l), laid_weight(parameters.W[l], layout)),
                (("b", l), laid_bias(parameters.b[l], layout)),
            ):
                store.array(*slot).data.copy_(_torch().from_numpy(value))
        return module

    def _forward(self, module: Any, layout: Layout, X: Array, Y: Array) -> tuple[Any, Any]:
        torch = _torch()
        output = module(torch.from_numpy(laid_inputs(X, layout)))
        output = output[0] if isinstance(output, tuple) else output
        rows = torch.from_numpy(np.array(Y, dtype=layout.dtype))
        if rows.shape != output.shape and rows.numel() == output.numel():
            rows = rows.reshape(output.shape)
        labels = torch.from_numpy(np.array(labels_of(Y))) if _are_classes(Y) else rows
        if self._own_loss is not None:
            try:
                return output, self._own_loss(output, labels if self._labels_first else rows)
            except (RuntimeError, IndexError, TypeError, ValueError):
                return output, self._own_loss(output, rows if self._labels_first else labels)
        criterion = self._criterion or _usual(output)
        function = getattr(torch.nn.functional, criterion.function)
        return output, function(output, labels if criterion.labels else rows, **dict(criterion.keywords))

    def _activated(self, output: Any) -> Any:
        """The outputs after the activation that the loss contains."""
        name = (self._criterion or _usual(output)).function
        with _torch().no_grad():
            match name:
                case "cross_entropy":
                    return plain(output.softmax(dim=1))
                case "nll_loss":
                    return plain(output.exp())
                case "binary_cross_entropy_with_logits":
                    return plain(output.sigmoid())
        return plain(output)


def _usual(output: Any) -> Criterion:
    """The loss that goes with what a module gives, where its source names none."""
    within = bool(((output >= 0) & (output <= 1)).all())
    if output.ndim == 2 and output.shape[1] > 1:
        return CRITERIA["mseloss"] if within else CRITERIA["crossentropyloss"]
    return CRITERIA["bceloss"] if within else CRITERIA["mseloss"]


def _are_classes(Y: Array) -> bool:
    return Y.shape[1] > 1 and bool(np.all(np.sum(Y, axis=1) == 1) and np.all((Y == 0) | (Y == 1)))


def _loss_function_among(names: Mapping[str, Any]) -> Callable[..., Any] | None:
    """The file's own loss that goes backward by itself: an autograd function of outputs and targets."""
    function = _torch().autograd.Function
    for name, value in names.items():
        is_own = isinstance(value, type) and issubclass(value, function) and value is not function
        if is_own and _names_loss(name) and len(arguments_of(value.forward)) == 3:
            return value.apply
    return None


def _names_loss(name: str) -> bool:
    return any(part in simplified(name) for part in ("loss", "criterion", "cost", "entropy"))


def _loss_among(names: Mapping[str, Any]) -> Callable[..., Any] | None:
    """The file's own function of outputs and targets that is named as a loss."""
    for name, value in names.items():
        if _names_loss(name) and callable(value) and not isinstance(value, type) and len(arguments_of(value)) == 2:
            return value
    return None


def _layouts(store: Store, source: str) -> Iterator[Layout]:
    weights, biases = store.layout() or ("out_in", "flat")
    single = any(word in source for word in ("float32", "FloatTensor", ".float()"))
    for dtype in ("float32", "float64") if single else ("float64", "float32"):
        yield Layout(weights, "rows", biases, "rows", dtype)
