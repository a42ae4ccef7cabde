"""What formulas say, computed anew in double precision: textbook forms, and derivatives by a complex step.

∂f/∂x = Im f(x + ih)/h with h = 10⁻³⁰ has no rounding of a difference, so it is right to the last digits. Nothing of
`clearprop` is used here but the classes of the formulas and the names in the tables.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count, product
from typing import Any

import numpy as np
from scipy import special

from clearprop.derivation.documents.blocks import Step
from clearprop.derivation.expressions import (
    Activate,
    Add,
    Cases,
    Constant,
    Diagonal,
    Divide,
    Entry,
    Expression,
    Function,
    Hadamard,
    Index,
    Indicator,
    MatrixProduct,
    Multiply,
    Negate,
    Number,
    Ones,
    Partial,
    Power,
    Quantity,
    Relation,
    Sum,
    Transpose,
    walk,
)
from clearprop.derivation.symbols import Symbols
from clearprop.mathematics.network import Network
from mathematics.test_autodiff import TEXTBOOK_ACTIVATIONS, TEXTBOOK_LOSSES

STEP = 1e-30
At = tuple[int, ...]
Indices = Mapping[str, int]

_CAPITALS = {"z": "Z", "a": "A", "y": "Y", "delta": "Delta"}


def _real(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """log and sqrt, which negative numbers have not."""

    def checked(x: Any) -> Any:
        if np.any(np.real(x) < 0):
            raise ValueError("log or sqrt of a negative number")
        return function(x)

    return checked


_FUNCTIONS = {"exp": np.exp, "log": _real(np.log), "sqrt": _real(np.sqrt), "tanh": np.tanh, "erf": special.erf}
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda u, v: u == v,
    "≠": lambda u, v: u != v,
    ">": lambda u, v: u > v,
    "≥": lambda u, v: u >= v,
    "<": lambda u, v: u < v,
    "≤": lambda u, v: u <= v,
}


class IllFormedError(Exception):
    """A formula that says nothing: shapes that do not fit, or an entry that is not there."""


def activated(name: str, z: Any) -> Any:
    """f(z), entry by entry; softmax by rows."""
    z = np.asarray(z, complex)
    if name == "softmax":
        return TEXTBOOK_ACTIVATIONS[name](np.atleast_2d(z)).reshape(z.shape)
    return np.asarray(TEXTBOOK_ACTIVATIONS[name](z))


def slope(name: str, z: Any) -> Any:
    """f′(z), entry by entry."""
    z = np.asarray(z, complex)
    assert np.all(z.imag == 0), "a second derivative"
    z = np.where(z == 0, -1e-200, z)  # at a kink, the slope on the left
    return activated(name, z + 1j * STEP).imag / STEP + 0j


@dataclass(frozen=True)
class Numbers:
    """A network with numbers for everything; `moved` is the entry that is larger by ih.

    W, b: `W[l]`, `b[l]`, index 0 empty; X (m, n_0), Y (m, n_L), omega (m,), Σω = 1.
    """

    network: Network
    W: list[Any]
    b: list[Any]
    X: Any
    Y: Any
    omega: Any
    penalty: float = 0.0
    rate: float = 0.35
    shift: float = 0.4
    moved: tuple[str, int, At] | None = None

    def __post_init__(self) -> None:
        kept: dict[Any, Any] = {("A", 0): self._nudged("A", 0, self.X)}
        for l in self.network.layers:
            kept["W", l], kept["b", l] = (self._nudged(name, l, getattr(self, name)[l]) for name in "Wb")
            kept["Z", l] = self._nudged("Z", l, kept["A", l - 1] @ kept["W", l].T + kept["b", l])
            kept["A", l] = self._nudged("A", l, activated(self.name_of(l), kept["Z", l]))
        L = self.network.n_layers
        kept["row_loss", None] = np.sum(TEXTBOOK_LOSSES[self.network.loss](kept["A", L], self.Y + 0j), axis=1)
        kept["data_loss", None] = self.omega @ kept["row_loss", None]
        kept["penalty", None] = self.penalty / 2 * sum(np.sum(kept["W", l] ** 2) for l in self.network.layers)
        kept["E", None] = kept["data_loss", None] + kept["penalty", None]
        kept["Y", L], kept["omega", None] = self.Y + 0j, self.omega + 0j
        kept["lambda", None], kept["eta", None], kept["shift", None] = self.penalty, self.rate, self.shift
        object.__setattr__(self, "kept", kept)
        object.__setattr__(self, "beside", {})

    def name_of(self, l: int) -> str:
        """The name of fˡ."""
        return (*self.network.hidden_names, self.network.output)[l - 1]

    def _nudged(self, name: str, l: int, array: Any) -> Any:
        array = np.array(array, complex)
        if self.moved is not None and self.moved[:2] == (name, l):
            array[self.moved[2]] += 1j * STEP
        return array

    def array(self, name: str, layer: int | None) -> Any:
        """An array by its name in formulas; small letters are row 1."""
        if name in _CAPITALS:
            return self.array(_CAPITALS[name], layer)[0]
        if (name, layer) not in self.kept:  # type: ignore[attr-defined]
            if name != "Delta" or layer not in self.network.layers:
                raise KeyError(f"no {name} of layer {layer}")
            found = np.empty((len(self.X), self.network.sizes[layer or 0]), complex)
            for at in np.ndindex(found.shape):
                found[at] = self.derivative(lambda numbers: numbers.array("data_loss", None), "Z", layer, at)
            self.kept[name, layer] = found  # type: ignore[attr-defined]
        return self.kept[name, layer]  # type: ignore[attr-defined]

    def derivative(self, of: Callable[["Numbers"], Any], name: str, layer: int | None, at: At) -> Any:
        """∂of/∂(an entry)."""
        assert self.moved is None, "a second derivative"
        if name in _CAPITALS:
            name, at = _CAPITALS[name], (0, *at)
        if name not in ("W", "b", "Z", "A"):
            raise KeyError(f"nothing is differentiated by {name}")
        key = (name, layer, at)
        if key not in self.beside:  # type: ignore[attr-defined]
            self.beside[key] = replace(self, moved=key)  # type: ignore[attr-defined]
        return np.asarray(of(self.beside[key])).imag / STEP + 0j  # type: ignore[attr-defined]


@dataclass(frozen=True)
class ScalarNumbers:
    """A number z, and a = f(z)."""

    z: complex
    activation: str

    def array(self, name: str, layer: int | None) -> Any:
        """z or a."""
        if name not in ("z", "a") or layer is not None:
            raise KeyError(f"no {name} of layer {layer}")
        return self.z if name == "z" else activated(self.activation, self.z)

    def derivative(self, of: Callable[["ScalarNumbers"], Any], name: str, layer: int | None, at: At) -> Any:
        """∂of/∂z."""
        if name != "z":
            return 0j * of(self)
        return np.asarray(of(ScalarNumbers(self.z + 1j * STEP, self.activation))).imag / STEP + 0j


def random_numbers(
    network: Network, m: int, seed: int, targets: str | None = None, penalty: float = 0.0, margin: float = 0.02
) -> Numbers:
    """Numbers at which nothing is near a kink, a pole or an overflow.

    targets: "distribution" (rows that sum to 1), "one_hot", or None: each in (0, 1).
    """
    n = network.sizes
    kinked = [l for l in network.layers if (*network.hidden_names, network.output)[l - 1] in KINKED]
    for attempt in count():
        random = np.random.default_rng([seed, attempt])
        W = [None, *(random.normal(size=(n[l], n[l - 1])) * 0.9 / n[l - 1] ** 0.5 for l in network.layers)]
        b = [None, *(0.5 * random.normal(size=n[l]) for l in network.layers)]
        b[-1] = b[-1] + 2.5 * (network.output == "relu")
        X, Y = random.normal(size=(m, n[0])), random.uniform(0.1, 0.9, (m, n[-1]))
        if targets == "distribution":
            Y = Y / Y.sum(axis=1, keepdims=True)
        elif targets == "one_hot":
            Y = np.eye(n[-1])[random.integers(0, n[-1], m)]
        omega = random.uniform(0.5, 3.0, m)
        with np.errstate(all="ignore"):
            numbers = Numbers(network, W, b, X, Y, omega / omega.sum(), penalty)
        sizes = np.concatenate([np.abs(numbers.array("Z", l)).ravel() for l in network.layers])
        outputs = numbers.array("A", network.n_layers).real
        near = [np.abs(numbers.array("Z", l)).min() for l in kinked]
        is_alive = all((numbers.array("Z", l).real > 0).any() for l in kinked)
        if sizes.max() < 6 and min(near, default=1.0) > margin and is_alive and outputs.min() > LOWEST[network.loss]:
            return numbers
    raise AssertionError


KINKED = ("relu", "leaky_relu", "selu", "elu")
LOWEST = {"cross_entropy": 1e-3, "binary_cross_entropy": 1e-3, "poisson": 2e-3, "half_squared_error": -np.inf}


def value(node: Expression, numbers: Numbers | ScalarNumbers, indices: Indices) -> Any:
    """The value of a formula: a complex number, a column (n,), a matrix (n, k), or a truth value."""
    try:
        with np.errstate(all="ignore"):
            return _value(node, numbers, indices)
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise IllFormedError(str(error)) from error


def _value(node: Expression, numbers: Any, indices: Indices) -> Any:  # noqa: C901
    def of(child: Expression) -> Any:
        return _value(child, numbers, indices)

    match node:
        case Number(value=number):
            return complex(float(number))
        case Constant(letter="π"):
            return complex(np.pi)
        case Index(letter=letter):
            return indices[letter]
        case Quantity(name=name, layer=layer):
            return _entry(numbers.array(name, layer), _places(node.indices, indices))
        case Entry(array=array):
            return _entry(of(array), _places(node.indices, indices))
        case Add(terms=terms):
            return _together(np.add, [of(term) for term in terms])
        case Negate(argument=argument):
            return -of(argument)
        case Multiply(factors=factors):
            return _together(np.multiply, _until_zero(of(factor) for factor in factors))
        case Divide(numerator=above, denominator=below):
            return _together(np.divide, [of(above), of(below)])
        case Power(base=base, exponent=exponent):
            return of(base) ** of(exponent)
        case Function(name=name, argument=argument):
            return _FUNCTIONS[name](of(argument))
        case Activate(name=name, argument=argument, order=order):
            return (slope if order else activated)(name, of(argument))
        case Sum(body=body, index=index, size=size, skip=skip):
            skipped = None if skip is None else _places((skip,), indices)[0] + 1
            terms = [_value(body, numbers, {**indices, index.letter: i}) for i in range(1, size + 1) if i != skipped]
            return _together(np.add, terms) if terms else 0j
        case Partial(of=top, by=Quantity() as by):
            return _partial(top, by, numbers, indices)
        case Relation(left=left, sign=sign, right=right):
            return bool(_SIGNS[sign](np.real(of(left)), np.real(of(right))))
        case Cases(branches=branches):
            results = [result for result, where in branches if where is None or of(where)]
            return of(results[0])
        case Indicator(left=left, right=right):
            return complex(of(left) == of(right))
        case MatrixProduct(factors=factors):
            lies = isinstance(factors[0], Transpose) and np.ndim(of(factors[0].argument)) == 1
            return _product([of(factor) for factor in factors], lies)
        case Transpose(argument=argument):
            found = of(argument)
            return found.reshape(1, -1) if found.ndim == 1 else found.T
        case Hadamard(factors=factors):
            return _spread([of(factor) for factor in factors])
        case Diagonal(argument=argument):
            return np.diag(_column(of(argument)))
        case Ones(size=size):
            return np.ones(size, complex)
    raise AssertionError(node)


def _places(places: tuple[Expression, ...], indices: Indices) -> At:
    found = [int(place.value) if isinstance(place, Number) else indices[place.letter] for place in places]
    if any(place < 1 for place in found):
        raise IndexError("entries count from 1")
    return tuple(place - 1 for place in found)


def _entry(array: Any, at: At) -> Any:
    if len(at) > np.ndim(array):
        raise IndexError("too many indices")
    return array[at] if at else array


def _together(operation: Any, parts: list[Any]) -> Any:
    """A sum, product or quotient: arrays of one shape, and numbers."""
    if len({np.shape(part) for part in parts if np.ndim(part)}) > 1:
        raise ValueError("arrays of different shapes")
    found = parts[0]
    for part in parts[1:]:
        found = operation(found, part)
    return found


def _until_zero(values: Iterator[Any]) -> list[Any]:
    """The factors of a product; what follows a number 0 is not looked at, as in 0 · log 0 = 0."""
    found: list[Any] = []
    for part in values:
        found.append(part)
        if np.ndim(part) == 0 and part == 0:
            break
    return found


def _column(vector: Any) -> Any:
    if np.ndim(vector) != 1:
        raise ValueError("a column is needed")
    return vector


def _product(parts: list[Any], lies: bool) -> Any:
    """A product of matrices; a column times a row is a matrix, a row times a column a number."""
    if any(np.ndim(part) == 0 for part in parts):
        raise ValueError("a number in a product of matrices")
    found = np.linalg.multi_dot([part.reshape(-1, 1) if part.ndim == 1 else part for part in parts])
    if parts[-1].ndim == 1:
        found = found[:, 0]
    return found[0] if lies else found


def _spread(parts: list[Any]) -> Any:
    """Entry by entry; a column (m,) beside an (m, n) counts in each of its columns."""
    rank = max(np.ndim(part) for part in parts)
    return _spread_together([part[:, None] if 0 < np.ndim(part) < rank else part for part in parts])


def _spread_together(parts: list[Any]) -> Any:
    rows = {part.shape[0] for part in parts if np.ndim(part)}
    columns = {part.shape[1] for part in parts if np.ndim(part) == 2 and part.shape[1] != 1}
    if len(rows) > 1 or len(columns) > 1:
        raise ValueError("arrays of different shapes")
    found = parts[0]
    for part in parts[1:]:
        found = found * part
    return found


def _partial(top: Expression, by: Quantity, numbers: Any, indices: Indices) -> Any:
    at = _places(by.indices, indices)
    shape = np.shape(_entry(numbers.array(by.name, by.layer), at))
    parts = [
        numbers.derivative(lambda moved: _value(top, moved, indices), by.name, by.layer, (*at, *rest))
        for rest in product(*(range(n) for n in shape))
    ]
    if not shape:
        return parts[0]
    return np.moveaxis(np.array(parts).reshape(*shape, *np.shape(parts[0])), range(len(shape)), range(-len(shape), 0))


def letters(node: Expression) -> dict[str, int]:
    """The free indices of a formula, and how far each can run."""
    if isinstance(node, Sum):
        inside = {letter: n for letter, n in letters(node.body).items() if letter != node.index.letter}
        return inside | ({} if node.skip is None else letters(node.skip))
    shape: tuple[int, ...] = ()
    if isinstance(node, Quantity):
        shape = node.full_shape
    elif isinstance(node, Entry):
        shape = node.array.shape
    places = zip(getattr(node, "indices", ()), shape, strict=False)
    found = {index.letter: n for index, n in places if isinstance(index, Index)}
    for child in node.children:
        for letter, n in letters(child).items():
            found[letter] = max(n, found.get(letter, n))
    return found


def index_values(*sides: Expression) -> Iterator[dict[str, int]]:
    """All values of the free indices of both sides."""
    sizes: dict[str, int] = {}
    for side in sides:
        for letter, n in letters(side).items():
            sizes[letter] = max(n, sizes.get(letter, n))
    for values in product(*(range(1, n + 1) for n in sizes.values())):
        yield dict(zip(sizes, values, strict=True))


def sides(steps: Iterable[Step]) -> Iterator[tuple[Step, Expression]]:
    """Each line with its left side: its own, or what the line before ends with."""
    before: Expression | None = None
    for step in steps:
        left = step.left if step.left is not None else before
        assert left is not None
        yield step, left
        before = step.right


def numbers_for(step: Step, left: Expression, symbols: Symbols, seed: int) -> Numbers | ScalarNumbers:
    """Numbers at which a line must hold: of one sample, of a batch, or a scalar z."""
    if step.activation is not None:
        random = np.random.default_rng(seed)
        return ScalarNumbers(complex((-1) ** seed * random.uniform(0.2, 2.0)), step.activation)
    names = {node.name for side in (left, step.right) for node in walk(side) if isinstance(node, Quantity)}
    m = symbols.n_samples if names & BATCHES else 1
    key = (symbols.network, m, seed, step.assumes, 0.3 if symbols.penalised else 0.0)
    return _random_numbers(*key)


BATCHES = {"Z", "A", "Delta", "Y", "omega", "row_loss"}
_random_numbers = lru_cache(64)(random_numbers)


def places_of(step: Step, *formulas: Expression) -> Iterator[dict[str, int]]:
    """The index values at which a line must hold."""
    for indices in index_values(*formulas):
        if step.condition is None or value(step.condition, NOWHERE, indices):
            yield indices


NOWHERE = ScalarNumbers(0j, "identity")


def difference(left: Any, right: Any) -> float:
    """|u − v| / max(1, |u|), the largest of all entries; infinite where the shapes differ."""
    if np.shape(left) != np.shape(right):
        return np.inf
    scale = np.maximum(1.0, np.abs(left))
    error = np.abs(np.asarray(left) - right) / scale
    return float(np.max(error)) if np.all(np.isfinite(error)) else np.inf


def error_of_line(step: Step, left: Expression, symbols: Symbols, seed: int) -> float:
    """By how much the two sides of a line differ at random numbers, over all places."""
    numbers = numbers_for(step, left, symbols, seed)
    places = places_of(step, left, step.right)
    errors = [difference(value(left, numbers, at), value(step.right, numbers, at)) for at in places]
    return max(errors, default=0.0)  # in a layer of one unit, nothing is true of i ≠ j
