"""What can be changed in a line of a derivation: a sign, an index, a factor, a transpose, a layer, ..."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

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
from clearprop.derivation.symbols import Symbols
from clearprop.mathematics.activations import ACTIVATIONS

from .textbook import BATCHES

#: What is changed at one node, in every way that applies to it.
Change = Callable[[Expression], Iterator[Expression]]


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
