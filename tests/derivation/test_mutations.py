"""A broken line never passes: whatever is changed, the check finds it, unless it says the same as before.

Whether a change says the same is decided by `textbook`, which shares nothing with the check.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from clearprop.derivation.checking.verification import DerivationError, Verifier
from clearprop.derivation.derivations import FORMS, Derivation, derive, verifier
from clearprop.derivation.documents.blocks import Step, Steps
from clearprop.derivation.expressions import (
    Activate,
    Add,
    Cases,
    Diagonal,
    Divide,
    Expression,
    Function,
    Hadamard,
    Index,
    Indicator,
    MatrixProduct,
    Multiply,
    Negate,
    Number,
    Partial,
    Power,
    Quantity,
    Sum,
    Transpose,
    rebuilt,
    walk,
)
from clearprop.derivation.messages import Message
from clearprop.derivation.printing.unicode import to_unicode
from clearprop.derivation.symbols import Symbols
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.losses import LOSSES
from clearprop.mathematics.network import Network
from mathematics.cases import PAIRS

from .marks import LONG
from .textbook import BATCHES, IllFormedError, difference, error_of_line, numbers_for, places_of, sides, value

#: What is changed at one node, in every way that applies to it.
Change = Callable[[Expression], Iterator[Expression]]
SEEDS = (0, 1, 2)  # as many independent points say that a change says the same
MORE_SEEDS = range(3, 60)
SAME, CHANGED, ILL_FORMED = "same", "changed", "ill-formed"
FOUND, PASSED = "found", "passed"


def fewer(kind: type, dropped: int) -> Change:
    """A product without its first (0) or last (−1) factor."""

    def change(node: Expression) -> Iterator[Expression]:
        if type(node) is kind:
            factors = list(node.factors)
            del factors[dropped]
            yield factors[0] if len(factors) == 1 else replace(node, factors=tuple(factors))

    return change


def sign_of_a_term(node: Expression) -> Iterator[Expression]:
    if isinstance(node, Add):
        for i, term in enumerate(node.terms):
            turned = term.argument if isinstance(term, Negate) else Negate(term)
            yield replace(node, terms=(*node.terms[:i], turned, *node.terms[i + 1 :]))


def sign_of_all(node: Expression) -> Iterator[Expression]:
    """y − a for a − y; −x for x."""
    if isinstance(node, Add):
        yield Add(tuple(term.argument if isinstance(term, Negate) else Negate(term) for term in node.terms))
    elif isinstance(node, Negate):
        yield node.argument
    elif isinstance(node, Multiply | Hadamard | MatrixProduct | Sum | Partial | Divide):
        yield Negate(node)


def term_left_out(node: Expression) -> Iterator[Expression]:
    if isinstance(node, Add):
        for i in range(len(node.terms)):
            rest = node.terms[:i] + node.terms[i + 1 :]
            yield rest[0] if len(rest) == 1 else Add(rest)


def indices_swapped(node: Expression) -> Iterator[Expression]:
    if isinstance(node, Quantity) and len(node.indices) == 2:
        yield replace(node, indices=node.indices[::-1])


def index_of_the_sum(node: Expression) -> Iterator[Expression]:
    """The sum's own index where a free one, or a number, belongs."""
    if isinstance(node, Sum):

        def change(inner: Expression) -> Iterator[Expression]:
            if isinstance(inner, Quantity | Indicator):
                for i, index in enumerate(inner.children):
                    if index != node.index:
                        places = (*inner.children[:i], node.index, *inner.children[i + 1 :])
                        yield replace(inner, indices=places) if isinstance(inner, Quantity) else Indicator(*places)

        for body in rewritten(node.body, change):
            yield replace(node, body=body)


def other_index_for_the_sums(node: Expression) -> Iterator[Expression]:
    """A free index, or 1, where the sum's own belongs."""
    if isinstance(node, Sum):
        others = {index for index in walk(node.body) if isinstance(index, Index)} - {node.index}

        def change(inner: Expression) -> Iterator[Expression]:
            if isinstance(inner, Quantity) and node.index in inner.indices:
                for other in sorted(others, key=str) or [Number(1)]:
                    places = tuple(other if index == node.index else index for index in inner.indices)
                    yield replace(inner, indices=places)

        for body in rewritten(node.body, change):
            yield replace(node, body=body)


def first_term_only(node: Expression) -> Iterator[Expression]:
    if isinstance(node, Sum):
        yield rebuilt(node.body, {node.index: Number(1)})


def last_term_forgotten(node: Expression) -> Iterator[Expression]:
    if isinstance(node, Sum) and node.size > 1:
        yield replace(node, size=node.size - 1)


def no_term_skipped(node: Expression) -> Iterator[Expression]:
    if isinstance(node, Sum) and node.skip is not None:
        yield replace(node, skip=None)


def transpose_dropped(node: Expression) -> Iterator[Expression]:
    if isinstance(node, Transpose):
        yield node.argument


def transpose_added(node: Expression) -> Iterator[Expression]:
    if isinstance(node, MatrixProduct | Hadamard):
        for i, factor in enumerate(node.factors):
            if not isinstance(factor, Transpose):
                yield replace(node, factors=(*node.factors[:i], Transpose(factor), *node.factors[i + 1 :]))
    elif isinstance(node, Quantity | Partial | MatrixProduct) and len(node.shape) == 2:
        yield Transpose(node)


def factors_exchanged(node: Expression) -> Iterator[Expression]:
    if isinstance(node, MatrixProduct):
        yield replace(node, factors=node.factors[::-1])


def matrix_product_for_hadamard(node: Expression) -> Iterator[Expression]:
    if isinstance(node, Hadamard):
        yield MatrixProduct(node.factors)
    elif isinstance(node, MatrixProduct):
        yield Hadamard(node.factors)


def diagonal_dropped(node: Expression) -> Iterator[Expression]:
    if isinstance(node, Diagonal):
        yield node.argument


def layer_shifted(symbols: Symbols) -> Change:
    """The layer above or below, where there is one and what is left of its shape is the same."""
    n, m = symbols.network.sizes, symbols.n_samples

    def shape(name: str, layer: int) -> tuple[int, ...]:
        return (n[layer], n[layer - 1]) if name == "W" else (m, n[layer]) if name in BATCHES else (n[layer],)

    def change(node: Expression) -> Iterator[Expression]:
        if isinstance(node, Quantity) and node.layer is not None and node.name not in "yY":
            for layer in (node.layer - 1, node.layer + 1):
                if (0 if node.name in "aA" else 1) <= layer <= symbols.L:
                    other = replace(node, layer=layer, full_shape=shape(node.name, layer))
                    if other.shape == node.shape:
                        yield other

    return change


def slope_at_a(node: Expression) -> Iterator[Expression]:
    """f′(a) for f′(z)."""
    if isinstance(node, Activate) and node.order == 1:
        yield replace(node, argument=rebuilt(node.argument, activations_for(node.argument)))


def activations_for(argument: Expression) -> dict[Expression, Expression]:
    names = {"z": "a", "Z": "A"}
    found = {part for part in walk(argument) if isinstance(part, Quantity) and part.name in names}
    return {part: replace(part, name=names[part.name]) for part in found}


def other_order(node: Expression) -> Iterator[Expression]:
    """f for f′, f′ for f."""
    if isinstance(node, Activate) and (ACTIVATIONS[node.name].elementwise or node.order):
        yield replace(node, order=1 - node.order)


def slope_one(node: Expression) -> Iterator[Expression]:
    """1 for f′(z)."""
    if isinstance(node, Activate) and node.order == 1 and not node.shape:
        yield Number(1)


def z_for_a(node: Expression) -> Iterator[Expression]:
    """The pre-activation for the activation."""
    if isinstance(node, Quantity) and node.name in "aA" and node.layer:
        yield replace(node, name="z" if node.name == "a" else "Z")


def number_plus_one(node: Expression) -> Iterator[Expression]:
    if isinstance(node, Number):
        yield Number(node.value + 1 if isinstance(node.value, int) else str(Decimal(node.value) + 1))


def fraction_turned(node: Expression) -> Iterator[Expression]:
    if isinstance(node, Divide):
        yield Divide(node.denominator, node.numerator)
        if not node.denominator.shape:
            yield node.numerator


def power_forgotten(node: Expression) -> Iterator[Expression]:
    if isinstance(node, Power):
        yield node.base


def other_function(node: Expression) -> Iterator[Expression]:
    if isinstance(node, Function):
        yield replace(node, name="tanh" if node.name != "tanh" else "erf")
        yield node.argument


def cases_exchanged(node: Expression) -> Iterator[Expression]:
    if isinstance(node, Cases):
        values, conditions = zip(*node.branches, strict=True)
        yield Cases(tuple(zip(values[::-1], conditions, strict=True)))


def indicator_one(node: Expression) -> Iterator[Expression]:
    if isinstance(node, Indicator):
        yield Number(1)
        yield Number(0)


def other_variable(node: Expression) -> Iterator[Expression]:
    """∂a/∂z for ∂z/∂a."""
    if isinstance(node, Partial) and isinstance(node.of, Quantity) and node.of.layer is not None:
        yield Partial(node.by, node.of)


MUTATIONS: dict[str, Change] = {
    "sign of one term": sign_of_a_term,
    "sign of all": sign_of_all,
    "a term left out": term_left_out,
    "last factor dropped": fewer(Multiply, -1),
    "first factor dropped": fewer(Multiply, 0),
    "last factor of ⊙ dropped": fewer(Hadamard, -1),
    "first factor of ⊙ dropped": fewer(Hadamard, 0),
    "last matrix dropped": fewer(MatrixProduct, -1),
    "first matrix dropped": fewer(MatrixProduct, 0),
    "indices swapped": indices_swapped,
    "sum's index for another": index_of_the_sum,
    "another index for the sum's": other_index_for_the_sums,
    "first term of a sum only": first_term_only,
    "last term of a sum forgotten": last_term_forgotten,
    "no term skipped": no_term_skipped,
    "transpose dropped": transpose_dropped,
    "transpose added": transpose_added,
    "matrices exchanged": factors_exchanged,
    "matrix product for ⊙": matrix_product_for_hadamard,
    "diagonal dropped": diagonal_dropped,
    "slope at a": slope_at_a,
    "f for f′": other_order,
    "1 for f′": slope_one,
    "z for a": z_for_a,
    "a number plus one": number_plus_one,
    "fraction turned": fraction_turned,
    "power forgotten": power_forgotten,
    "another function": other_function,
    "cases exchanged": cases_exchanged,
    "no indicator": indicator_one,
    "∂a/∂z for ∂z/∂a": other_variable,
}


def rewritten(root: Expression, change: Change) -> Iterator[Expression]:
    """The tree with one node changed, for each node and each way."""
    yield from change(root)
    for field in fields(root):
        for part in _rewritten_value(getattr(root, field.name), change):
            yield replace(root, **{field.name: part})


def _rewritten_value(part: Any, change: Change) -> Iterator[Any]:
    if isinstance(part, Expression):
        yield from rewritten(part, change)
    elif isinstance(part, tuple):
        for i, item in enumerate(part):
            for other in _rewritten_value(item, change):
                yield (*part[:i], other, *part[i + 1 :])


def meaning(step: Step, left: Expression, broken: Expression, derivation: Derivation, seeds: Iterable[int]) -> str:
    """Whether a broken right side says the same as before, by `textbook` at several points and all index values."""
    if broken == step.right:
        return SAME
    for seed in seeds:
        try:
            numbers = numbers_for(replace(step, right=Add((step.right, broken))), left, derivation.symbols, seed)
            for at in places_of(step, left, step.right, broken):
                if difference(value(step.right, numbers, at), value(broken, numbers, at)) > 1e-9:
                    return CHANGED
        except IllFormedError:
            return ILL_FORMED
    return SAME


def verdict(tried: Verifier, step: Step, left: Expression, broken: Expression) -> str:
    """What the check makes of a broken line; it never gives up with another error."""
    try:
        tried.check([replace(step, left=left, right=broken)])
    except DerivationError:
        return FOUND
    return PASSED


@dataclass(frozen=True)
class Tried:
    """One broken line."""

    mutation: str
    step: Step
    broken: Expression
    meaning: str
    verdict: str


@dataclass(frozen=True)
class Example:
    """A derivation whose lines are broken, and checked at as many points as `derive` takes."""

    sizes: tuple[int, ...]
    hidden: str | tuple[str, ...]
    output: str
    loss: str
    quantity: str
    form: str
    penalty: bool = False

    def __str__(self) -> str:
        return f"{self.quantity} {self.form} {self.sizes} {self.hidden} {self.output} {self.loss}".replace(" ", "-")

    def derive(self) -> Derivation:
        network = Network(self.sizes, self.hidden, self.output, self.loss)
        return derive(network, self.quantity, self.form, penalty=self.penalty)


QUICK = [
    Example((2, 2, 2), "sigmoid", "softmax", "cross_entropy", "W1[1,2]", "index"),
    Example((2, 3, 3), "silu", "identity", "half_squared_error", "b1", "batch", penalty=True),
    Example((2, 2, 2), "leaky_relu", "sigmoid", "half_squared_error", "x[1]", "vector"),
    Example((2, 2), (), "softmax", "cross_entropy", "softmax shift", "index"),
]
MORE = [
    Example((3, 3), (), "softmax", "poisson", "W1", "vector", penalty=True),
    Example((2, 2, 2), "sigmoid", "softmax", "cross_entropy", "W1[1,2]", "batch"),
    Example((2, 2, 2, 2), "tanh", "softmax", "cross_entropy", "equations", "index", penalty=True),
    Example((2, 2, 2, 2), "relu", "softmax", "cross_entropy", "equations", "batch", penalty=True),
    Example((2, 2, 2, 2), "leaky_relu", "sigmoid", "binary_cross_entropy", "equations", "vector"),
    Example((3, 2, 3, 2), ("selu", "elu"), "sigmoid", "poisson", "W1", "index"),
    Example((2, 3, 3), "gelu", "identity", "half_squared_error", "update", "batch", penalty=True),
    Example((3, 3, 3), "mish", "softmax", "half_squared_error", "x[2]", "vector"),
    Example((3, 3, 3, 3), "softplus", "softmax", "binary_cross_entropy", "z[1,2]", "batch", penalty=True),
    Example((2, 3), (), "exponential", "poisson", "b1", "index"),
    Example((2, 4, 1, 2), ("relu", "exponential"), "sigmoid", "cross_entropy", "h[1,2]", "index"),
    Example((3, 4, 3, 2), "elu", "softmax", "cross_entropy", "W1[1,2]", "index"),
    Example((2, 2), (), "softmax", "cross_entropy", "softmax'", "index"),
    Example((5, 6, 5), "relu", "softmax", "cross_entropy", "W1", "batch"),
]
EXAMPLES = [*QUICK, *(pytest.param(example, marks=LONG) for example in MORE)]


@cache
def all_tried(example: Example) -> tuple[Tried, ...]:
    """Every line, each once, broken by every mutation at every place."""
    derivation = example.derive()
    tried, found, seen = verifier(derivation.symbols), [], set()
    changes = {**MUTATIONS, "layer shifted": layer_shifted(derivation.symbols)}
    for step, left in sides(derivation.steps):
        key = (left, step.right, step.assumes, step.condition, step.activation)
        if key in seen:
            continue
        seen.add(key)
        broken = {right: name for name, change in changes.items() for right in rewritten(step.right, change)}
        for right, name in broken.items():
            says, made_of_it = meaning(step, left, right, derivation, SEEDS), verdict(tried, step, left, right)
            if (says, made_of_it) == (SAME, FOUND):  # a change that shows at few points only
                says = meaning(step, left, right, derivation, MORE_SEEDS)
            found.append(Tried(name, step, right, says, made_of_it))
    return tuple(found)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_the_unbroken_derivation_holds(example: Example) -> None:
    derivation = example.derive()
    assert verifier(derivation.symbols).check(derivation.steps) < 1e-50
    for step, left in sides(derivation.steps):
        assert max(error_of_line(step, left, derivation.symbols, seed) for seed in SEEDS) < 1e-10, step.number


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_no_broken_line_passes(example: Example) -> None:
    wrong = [one for one in all_tried(example) if one.verdict != (PASSED if one.meaning == SAME else FOUND)]
    assert [
        f"{one.meaning}, {one.verdict}: line {one.step.number}, {one.mutation}: "
        f"{to_unicode(one.step.right)} → {to_unicode(one.broken)}"
        for one in wrong
    ] == []


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_few_changes_say_the_same(example: Example) -> None:
    """Each of these was evaluated at several points; most only move a sign, or a 0."""
    counts = Counter(one.meaning for one in all_tried(example))
    assert counts[SAME] < 0.15 * counts.total(), counts
    assert counts[CHANGED] > 0.75 * counts.total(), counts


@pytest.mark.slow
def test_every_mutation_is_tried_and_found() -> None:
    every = [one for example in (*QUICK, *MORE) for one in all_tried(example)]
    found = Counter(one.mutation for one in every if one.meaning == CHANGED and one.verdict == FOUND)
    may_only_break_shapes = {"diagonal dropped"}
    assert {*MUTATIONS, "layer shifted"} - set(found) <= may_only_break_shapes
    assert {one.mutation for one in every} == {*MUTATIONS, "layer shifted"}


def test_one_broken_line_among_all_is_named() -> None:
    derivation = QUICK[0].derive()
    broken = list(derivation.steps)
    last = next(i for i, step in enumerate(broken) if step.right == derivation.result)
    broken[last] = replace(broken[last], right=Negate(broken[last].right))
    with pytest.raises(DerivationError, match=f"^line {last + 1} .* is off by"):
        replace(derivation, blocks=(Steps(tuple(broken)),)).check()


INFINITE = Negate(Function("log", Number(0)))


UNDEFINED = [INFINITE, INFINITE * Number(-1), Function("log", Number(-1)), Function("sqrt", Number(-2))]


@pytest.mark.parametrize("side", UNDEFINED)
def test_a_side_that_is_no_number_does_not_pass(side: Expression) -> None:
    symbols = Symbols(Network((2, 2, 2)))
    for left in (symbols.z(1, 1), side):
        with pytest.raises(DerivationError):
            verifier(symbols).check([Step(1, left, side, "result", Message("short.heading"))])


def test_an_array_with_a_number_that_is_none_does_not_pass() -> None:
    symbols = Symbols(Network((2, 2, 2)))
    for undefined in (INFINITE, Function("log", Number(-1))):
        side = Multiply((undefined, symbols.z(1)))
        with pytest.raises(DerivationError):
            verifier(symbols).check([Step(1, side, side, "result", Message("short.heading"))])


@pytest.mark.parametrize("name", [name for name, entry in ACTIVATIONS.items() if entry.elementwise])
@pytest.mark.parametrize("form", FORMS)
def test_a_wrong_slope_in_the_table_is_never_shown(form: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = ACTIVATIONS[name]
    for wrong in (f"({entry.derivative_formula}) + z/1000", f"({entry.derivative_formula})*2"):
        monkeypatch.setitem(ACTIVATIONS, name, replace(entry, derivative_formula=wrong))
        for quantity in ("W1[1,2]", f"{name}'"):
            with pytest.raises(DerivationError):
                derive(Network((2, 2, 2), name), quantity, form)


@pytest.mark.parametrize(("output", "loss"), [("softmax", "poisson"), *PAIRS])
@pytest.mark.parametrize("form", FORMS)
def test_a_wrong_loss_gradient_in_the_table_is_never_shown(
    form: str, output: str, loss: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = LOSSES[loss]
    monkeypatch.setitem(LOSSES, loss, replace(entry, gradient_formula=f"-({entry.gradient_formula})"))
    with pytest.raises(DerivationError):
        derive(Network((2, 2, 2), "tanh", output, loss), "W1", form)


def test_a_wrong_value_of_an_activation_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACTIVATIONS, "sigmoid", replace(ACTIVATIONS["sigmoid"], formula="1/(1 + exp(-2*z))"))
    with pytest.raises(DerivationError):
        derive(Network((2, 2, 2)), "W1[1,2]")
