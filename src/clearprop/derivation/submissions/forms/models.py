"""Objects of a person's class: built with the sizes that are asked for, their parameters found and set."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, MutableMapping, MutableSequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clearprop.derivation.submissions.answer import Layout
from clearprop.derivation.submissions.forms.arrays import laid_bias, laid_weight, plain
from clearprop.derivation.submissions.forms.calling import arguments_of, role_of, simplified
from clearprop.derivation.submissions.forms.named import slots_of
from clearprop.mathematics.network import Parameters

_INPUT = re.compile(
    r"^(nn)?(n|num|d|dim)?(in|inputs?|features?|x|i)(put)?(s|size|dim|dims|nodes|units|features|layer|neurons|layersize|num)*$|^d$"
)
_OUTPUT = re.compile(
    r"^(nn)?(n|num|d|dim)?(out|outputs?|classes|labels|y|o|c)(put)?(s|size|dim|dims|nodes|units|classes|features|layer|neurons|layersize|num)*$"
)
_HIDDEN = re.compile(
    r"^(nn)?(n|num|d|dim)?(hidden|hid|h|middle)(\d*)(s|size|dim|dims|nodes|units|layers?|sizes|neurons|features|layersize|layersizes|sizelist|num)*(\d*)$"
)

#: Sizes unlike one another, so that the places of numbers in shapes tell what they are.
TRIAL_SIZES = (7, 5, 3)


@dataclass(frozen=True)
class Constructor:
    """How a class takes its sizes.

    `places` says for each argument that takes sizes: "sizes" (all), "hidden_list", "hidden", "input" or "output".
    `others` are values for further arguments without a default; `penalty` is the name of the one that takes λ.
    """

    build: Callable[..., Any]
    places: Mapping[str, str]
    others: Mapping[str, Any]
    penalty: str | None = None

    @property
    def takes_sizes(self) -> bool:
        """Whether the sizes are arguments at all."""
        return bool(self.places)

    @property
    def depth(self) -> int | None:
        """How many weight layers an object has; None where the arguments leave it free."""
        kinds = list(self.places.values())
        return None if not kinds or "sizes" in kinds or "hidden_list" in kinds else kinds.count("hidden") + 1

    def __call__(self, sizes: tuple[int, ...], penalty: float = 0.0) -> Any:
        """Build an object of those sizes."""
        hidden = iter(sizes[1:-1])
        given = dict(self.others)
        for name, kind in self.places.items():
            match kind:
                case "sizes":
                    given[name] = list(sizes)
                case "hidden_list":
                    given[name] = list(sizes[1:-1])
                case "hidden":
                    given[name] = next(hidden)
                case _:
                    given[name] = sizes[0] if kind == "input" else sizes[-1]
        if self.penalty is not None:
            given[self.penalty] = penalty
        return self.build(**given)


def constructor_of(cls: type) -> Constructor | None:
    """How a class is built; None where an argument without a default means nothing known."""
    arguments = arguments_of(cls)
    places = {argument.name: kind for argument in arguments if (kind := _kind_of(argument))}
    if not {"input", "output"} & set(places.values()) and "sizes" not in places.values():
        required = [argument.name for argument in arguments if argument.default is argument.empty]
        places = dict(zip(required, ("input", "hidden", "output"), strict=False)) if len(required) == 3 else {}
    others: dict[str, Any] = {}
    penalty = None
    for argument in arguments:
        if argument.name in places:
            continue
        if role_of(argument.name) == "penalty":
            penalty = argument.name
        elif simplified(argument.name) == "dtype" and argument.default is not argument.empty:
            others[argument.name] = _double_of(argument.default)
        elif argument.default is argument.empty:
            if role_of(argument.name) != "rate":
                return None
            others[argument.name] = 1.0
    return Constructor(cls, places, others, penalty)


def _double_of(default: Any) -> Any:
    module = getattr(default, "__module__", "") or type(default).__module__
    if str(default).startswith("torch.") or module.startswith("torch"):
        return __import__("torch").float64
    return np.float64 if default is not None else None


def _kind_of(argument: inspect.Parameter) -> str | None:
    name = simplified(argument.name)
    if role_of(argument.name) == "sizes" and not isinstance(argument.default, int | str):
        return "sizes"
    found = _HIDDEN.match(name)
    if found and not isinstance(argument.default, str):
        is_list = isinstance(argument.default, list | tuple) or re.search(r"dims|sizes|list|layers$", name)
        return "hidden_list" if is_list and not found[4] and not found[6] else "hidden"
    if isinstance(argument.default, str | float | bool):
        return None
    return "input" if _INPUT.match(name) else "output" if _OUTPUT.match(name) else None


Place = tuple[MutableMapping[Any, Any] | MutableSequence[Any], Any]  # a container and the key or index within it


class Store:
    """Where an object keeps its parameters: a dictionary, attributes or two lists; set as a whole, read by name.

    Arguments:
        places: by ("W" or "b", l), where the array is.
        names: by the same, the code's own name of it (`w1`), in lower case, where it has one.
    """

    def __init__(self, places: Mapping[tuple[str, int], Place], names: Mapping[tuple[str, int], str]) -> None:
        self.places = places
        self.names = names

    @property
    def n_layers(self) -> int:
        """L."""
        return max(l for _, l in self.places)

    def array(self, what: str, l: int) -> Any:
        """The code's own array."""
        container, key = self.places[what, l]
        return container[key]

    def shapes(self, what: str) -> list[tuple[int, ...]]:
        """The shapes of every W or every b, from the first layer on."""
        return [tuple(np.shape(plain(self.array(what, l)))) for l in range(1, self.n_layers + 1)]

    def layout(self) -> tuple[str, str] | None:
        """How `weights` and `biases` are laid out, told by the shapes; None where they do not chain."""
        W, b = self.shapes("W"), self.shapes("b")
        if not all(len(shape) == 2 for shape in W):
            return None
        into = {"in_out": 1, "out_in": 0}
        sizes = [int(np.prod(shape)) for shape in b]
        fits = [kind for kind, axis in into.items() if [shape[axis] for shape in W] == sizes]
        fits = [k for k in fits if all(W[l][1 - into[k]] == W[l - 1][into[k]] for l in range(1, len(W)))]
        if not fits:
            return None
        flat = all(len(shape) == 1 for shape in b)
        column = all(len(shape) == 2 and shape[1] == 1 for shape in b) and not (
            fits[0] == "in_out" and all(shape == (1, 1) for shape in b)
        )
        return fits[0], "flat" if flat else "column" if column else "row"

    def sizes(self) -> tuple[int, ...]:
        """(n_0, ..., n_L), as the shapes have them."""
        layout = self.layout()
        axis = 0 if layout is None or layout[0] == "out_in" else 1
        W = self.shapes("W")
        return (W[0][1 - axis], *(shape[axis] for shape in W))

    def write(self, parameters: Parameters, layout: Layout) -> None:
        """Put copies of W and b in, into the arrays themselves where these fit, since layers may share them."""
        for l in range(1, len(parameters.W)):
            self._put(("W", l), laid_weight(parameters.W[l], layout))
            self._put(("b", l), laid_bias(parameters.b[l], layout))

    def _put(self, slot: tuple[str, int], value: Any) -> None:
        container, key = self.places[slot]
        present = container[key]
        if hasattr(present, "detach"):
            present.data.copy_(present.new_tensor(value))
        elif isinstance(present, np.ndarray) and present.shape == value.shape and present.dtype == value.dtype:
            present[...] = value
        else:
            container[key] = value

    def named(self) -> Iterator[tuple[str, Any]]:
        """The arrays by their own names, in lower case."""
        return ((name, self.array(*slot)) for slot, name in self.names.items())


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) or hasattr(value, "detach")


def _complete(slots: Mapping[tuple[str, int], Any]) -> bool:
    n_layers = max((l for _, l in slots), default=0)
    return n_layers > 0 and set(slots) == {(what, l) for what in "Wb" for l in range(1, n_layers + 1)}


def _named_store(container: MutableMapping[Any, Any]) -> Store | None:
    names = [name for name in container if isinstance(name, str) and _is_array(container[name])]
    slots = {slot: name for name, slot in slots_of(names).items()}
    if not _complete(slots):
        return None
    return Store(
        {slot: (container, name) for slot, name in slots.items()},
        {slot: name.lower() for slot, name in slots.items()},
    )


_WEIGHT_LISTS = re.compile(r"^_?(weights?|ws?|thetas?|weightmatrices|weightlist)$")
_BIAS_LISTS = re.compile(r"^_?(bias(es)?|bs?|biaslist|biasvectors)$")


def _list_store(attributes: Mapping[str, Any]) -> Store | None:
    lists: dict[str, MutableSequence[Any]] = {}
    for name, value in attributes.items():
        is_list = isinstance(value, list) or (isinstance(value, np.ndarray) and value.dtype == object)
        for what, pattern in (("W", _WEIGHT_LISTS), ("b", _BIAS_LISTS)):
            if is_list and pattern.match(simplified(name)):
                lists.setdefault(what, value)
    if len(lists) < 2:
        return None
    first = {what: 0 if np.size(entries[0]) and np.ndim(entries[0]) else 1 for what, entries in lists.items()}
    return Store(
        {
            (what, i - first[what] + 1): (entries, i)
            for what, entries in lists.items()
            for i in range(first[what], len(entries))
        },
        {},
    )


def store_of(instance: Any) -> Store | None:
    """Where an object keeps its parameters; None where no complete set is found."""
    attributes = getattr(instance, "__dict__", {})
    for value in attributes.values():
        if isinstance(value, dict) and (store := _named_store(value)) is not None:
            return store
    store = _named_store(attributes) or _list_store(attributes)
    return store if store is not None and _complete(store.places) else None
