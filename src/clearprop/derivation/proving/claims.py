"""What is to be proven of a network: every equation as a statement, for one sample and for a batch.

Each statement stands for itself: δˡ means ∂E/∂zˡ, not what an equation has made of it, so that one wrong equation makes
one line fail. Indices: j the unit of the layer, k a unit of the layer below or above, i another output, r the row.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import Any

from clearprop.derivation.expressions import (
    Activate,
    Add,
    Cases,
    Expression,
    Hadamard,
    Index,
    Multiply,
    Number,
    Ones,
    Partial,
    Quantity,
    Relation,
    Sum,
    Transpose,
    walk,
)
from clearprop.derivation.formulas import parsed
from clearprop.derivation.messages import Message
from clearprop.derivation.reader import Reader
from clearprop.derivation.symbols import LAMBDA, PENALTY, SAMPLE, Symbols
from clearprop.mathematics.activations import Activation
from clearprop.mathematics.network import Network

I, J, K = Index("i"), Index("j"), Index("k")
_SHIFT, _Z, _ONE = Quantity("shift", "c"), Quantity("z", "z"), Number(1)

#: A sample is row 1 of a batch.
BATCH_NAMES = {"z": "Z", "a": "A", "q": "Q", "delta": "Delta", "y": "Y"}

Place = tuple[int, ...]


@dataclass(frozen=True)
class Claim:
    """A statement left = right, of every entry, and what it takes to check it.

    `rule` is its name; `over` are the free indices of a statement about one entry, with their ranges (an array
    statement has none). `start` is the array that is free, "Z" or "A" and its layer: the network is written out
    from there. `whole_loss` says that the loss itself is meant, and not any function of the layer above;
    `distribution` that targets sum to 1; `work` how much there is to differentiate when it is written out;
    `chained` that Δ is what the equations make of it, layer after layer; `activation` is the one whose f′ it is about;
    `other` the layer that is not affine that it is about; `always` are entries that are looked at wherever only some
    are: those of a category that is there.
    """

    rule: str
    layer: int | None
    statement: Relation
    about: Message
    start: tuple[str, int]
    over: tuple[tuple[Index, int], ...] = ()
    n_samples: int = 1
    whole_loss: bool = False
    distribution: bool = False
    work: int = 1
    chained: bool = False
    activation: str | None = None
    other: str = ""
    always: tuple[Place, ...] = ()

    @property
    def ranges(self) -> tuple[int, ...]:
        """How many values each index has."""
        return tuple(size for _, size in self.over) or self.statement.right.shape

    @property
    def n_entries(self) -> int:
        """How many entries the statement is about."""
        return prod(self.ranges)

    def every_entry(self) -> Iterator[Place]:
        """Yield the index values of every entry."""
        return product(*(range(1, size + 1) for size in self.ranges))

    def sides(self, reader: Reader, entries: Iterable[Place]) -> Iterator[tuple[Any, Any]]:
        """Yield the left and the right side of each entry, read by `reader`."""
        for entry in entries:
            yield self._read(reader, self.statement.left, entry), self.right(reader, entry)

    def right(self, reader: Reader, entry: Place) -> Any:
        """Return the right side of one entry."""
        return self._read(reader, self.statement.right, entry)

    def _read(self, reader: Reader, side: Expression, entry: Place) -> Any:
        environment = {index.letter: place for (index, _), place in zip(self.over, entry, strict=False)}
        return reader.value(side, () if self.over else entry, environment)


def claims(network: Network, n_samples: int) -> list[Claim]:
    """Return all statements about a network, from the output down, with batches of `n_samples` rows."""
    one, batch = Symbols(network), Symbols(network, n_samples)
    found = [_slope(entry) for entry in _elementwise(network)]
    if not network.activation(network.n_layers).elementwise:
        found += [_shift(one), _jacobian(one)]
    found += [_loss_gradient(one), _bp1(one), _bp1_batch(batch)]
    for l in reversed(network.layers):
        if l < network.n_layers:
            found += [_bp2(one, l), _bp2_batch(batch, l)]
        found += [_bp3(one, l), _bp3_batch(batch, l), _bp4(one, l), _bp4_batch(batch, l), _penalty(one, l)]
    return [*found, _inputs(one), *(_chained(batch, l) for l in reversed(network.layers))]


def _elementwise(network: Network) -> list[Activation]:
    entries = {network.activation(l).name: network.activation(l) for l in network.layers}
    return [entry for entry in entries.values() if entry.elementwise]


def _slope(entry: Activation) -> Claim:
    value = Activate(entry.name, entry.symbol, _Z)
    right = parsed(entry.derivative_formula, {"z": _Z, "a": value})
    if entry.kinks:
        (at, declared), *_ = entry.kinks
        about = Message("proof.slope_kink", f=value, at=f"{at:g}", declared=f"{declared:g}")
    else:
        joined = any(isinstance(node, Cases) for node in walk(parsed(entry.formula, {"z": _Z})))
        about = Message("proof.slope_joined" if joined else "proof.slope", f=value)
    return Claim("slope", None, Relation(Partial(value, _Z), "=", right), about, ("Z", 0), activation=entry.name)


def _shift(s: Symbols) -> Claim:
    z, n = s.z(s.L), s.size(s.L)
    shifted = s.f(s.L, Add((z, Multiply((_SHIFT, Ones(n))))))
    statement = Relation(shifted, "=", s.f(s.L, z))
    return Claim("shift", None, statement, Message("proof.shift", ones=Ones(n)), ("Z", s.L), work=n)


def _jacobian(s: Symbols) -> Claim:
    names = {"a_i": s.a(s.L, I), "a_j": s.a(s.L, J), "i": I, "j": J}
    right = parsed(s.activation(s.L).derivative_formula, names)
    n = s.size(s.L)
    statement = Relation(Partial(s.a(s.L, I), s.z(s.L, J)), "=", right)
    return Claim("jacobian", None, statement, Message("proof.jacobian"), ("Z", s.L), ((I, n), (J, n)), work=4 * n * n)


def _loss_gradient(s: Symbols) -> Claim:
    statement = Relation(Partial(s.data_loss, s.a(s.L, J)), "=", _loss_slope(s, J))
    n = s.size(s.L)
    about = Message("proof.loss_gradient", y_hat=s.a(s.L))
    return Claim("loss gradient", None, statement, about, ("A", s.L), ((J, n),), whole_loss=True, work=3 * n)


def _loss_slope(s: Symbols, i: Index) -> Expression:
    return parsed(s.network.loss_entry.gradient_formula, {"a": s.a(s.L, i), "y": s.y(i)})


def _bp1(s: Symbols) -> Claim:
    L, network = s.L, s.network
    if network.is_paired:
        right: Expression = s.a(L, J) - s.y(J)
    elif s.activation(L).elementwise:
        right = _loss_slope(s, J) * s.f(L, s.z(L, J), order=1)
    else:
        right = Sum(_loss_slope(s, I) * _jacobian(s).statement.right, I, s.size(L))
    statement = Relation(Partial(s.data_loss, s.z(L, J)), "=", right)
    return _output_claim(s, "BP1", statement, ((J, s.size(L)),))


def _bp1_batch(s: Symbols) -> Claim:
    L, over = s.L, ((SAMPLE, s.n_samples), (J, s.size(s.L)))
    if s.network.is_paired:
        matrix = Relation(Partial(s.data_loss, s.Z(L)), "=", Hadamard((s.omega(), s.A(L) - s.Y())))
        return _output_claim(s, "BP1 batch", matrix, ())
    if s.activation(L).elementwise:
        right = _batch_loss_slope(s, J) * s.f(L, s.Z(L, SAMPLE, J), order=1)
    else:
        names = {"a_i": s.A(L, SAMPLE, I), "a_j": s.A(L, SAMPLE, J), "i": I, "j": J}
        jacobian = parsed(s.activation(L).derivative_formula, names)
        right = Sum(_batch_loss_slope(s, I) * jacobian, I, s.size(L))
    statement = Relation(Partial(s.data_loss, s.Z(L, SAMPLE, J)), "=", s.omega(SAMPLE) * right)
    return _output_claim(s, "BP1 batch", statement, over)


def _batch_loss_slope(s: Symbols, i: Index) -> Expression:
    names = {"a": s.A(s.L, SAMPLE, i), "y": s.Y(SAMPLE, i)}
    return parsed(s.network.loss_entry.gradient_formula, names)


def _output_claim(s: Symbols, rule: str, statement: Relation, over: tuple[tuple[Index, int], ...]) -> Claim:
    n = s.size(s.L)
    work = 10 * n * s.n_samples if s.activation(s.L).elementwise else 5 * (n * s.n_samples) ** 2
    distribution = _sums_to_one(s.network)
    if distribution:
        about = Message("proof.bp1_distribution", total=Relation(Sum(s.y(I), I, n), "=", _ONE))
    else:
        about = Message("proof.bp1_paired" if s.network.is_paired else "proof.bp1_general")
    return Claim(rule, s.L, statement, about, ("Z", s.L), over, s.n_samples, True, distribution, work)


def _sums_to_one(network: Network) -> bool:
    return network.is_paired and not network.activation(network.n_layers).elementwise


def _bp2(s: Symbols, l: int) -> Claim:
    paths = Sum(s.delta(l + 1, K) * s.W(l + 1, K, J), K, s.size(l + 1))
    statement = Relation(Partial(s.data_loss, s.z(l, J)), "=", s.f(l, s.z(l, J), order=1) * paths)
    return _layer_claim(s, "BP2", l, statement, "proof.bp2", ("Z", l), ((J, s.size(l)),))


def _bp2_batch(s: Symbols, l: int) -> Claim:
    right = Hadamard((s.Delta(l + 1) @ s.W(l + 1), s.f(l, s.Z(l), order=1)))
    statement = Relation(Partial(s.data_loss, s.Z(l)), "=", right)
    return _layer_claim(s, "BP2 batch", l, statement, "proof.bp2_batch", ("Z", l))


def _bp3(s: Symbols, l: int) -> Claim:
    statement = Relation(Partial(s.data_loss, s.W(l, J, K)), "=", s.delta(l, J) * s.a(l - 1, K))
    over = ((J, s.size(l)), (K, s.size(l - 1)))
    return _layer_claim(s, "BP3", l, statement, "proof.bp3", ("A", l - 1), over)


def _bp3_batch(s: Symbols, l: int) -> Claim:
    statement = Relation(Partial(s.data_loss, s.W(l)), "=", Transpose(s.Delta(l)) @ s.A(l - 1))
    return _layer_claim(s, "BP3 batch", l, statement, "proof.bp3_batch", ("A", l - 1))


def _bp4(s: Symbols, l: int) -> Claim:
    statement = Relation(Partial(s.data_loss, s.b(l, J)), "=", s.delta(l, J))
    return _layer_claim(s, "BP4", l, statement, "proof.bp4", ("A", l - 1), ((J, s.size(l)),))


def _bp4_batch(s: Symbols, l: int) -> Claim:
    statement = Relation(Partial(s.data_loss, s.b(l)), "=", Transpose(s.Delta(l)) @ Ones(s.n_samples))
    return _layer_claim(s, "BP4 batch", l, statement, "proof.bp4_batch", ("A", l - 1), ones=Ones(s.n_samples))


def _penalty(s: Symbols, l: int) -> Claim:
    statement = Relation(Partial(PENALTY, s.W(l, J, K)), "=", LAMBDA * s.W(l, J, K))
    about = Message("proof.penalty")
    over = ((J, s.size(l)), (K, s.size(l - 1)))
    return Claim(
        "penalty",
        l,
        statement,
        about,
        ("A", l - 1),
        over,
        work=1 + s.size(l) * s.size(l - 1) * s.network.n_weights // 10,
    )


def _inputs(s: Symbols) -> Claim:
    right = Sum(s.delta(1, J) * s.W(1, J, K), J, s.size(1))
    statement = Relation(Partial(s.data_loss, s.a(0, K)), "=", right)
    about = "proof.made_inputs" if s.makes_inputs else "proof.inputs"
    return _layer_claim(s, "inputs", 1, statement, about, ("A", 0), ((K, s.size(0)),))


def _chained(s: Symbols, l: int) -> Claim:
    bp3 = _bp3_batch(s, l)
    about, distribution = Message("proof.chained", l=l), _sums_to_one(s.network)
    return replace(bp3, rule="chained", about=about, chained=True, distribution=distribution)


def _layer_claim(
    s: Symbols,
    rule: str,
    l: int,
    statement: Relation,
    about: str,
    start: tuple[str, int],
    over: tuple[tuple[Index, int], ...] = (),
    **values: Expression,
) -> Claim:
    claim = Claim(rule, l, statement, Message(about, **values), start, over, s.n_samples)
    n_inputs, n_arguments = s.size(start[1]), s.size(start[1] + 1)
    each = 6 * s.n_samples if claim.rule.startswith("BP2") else s.n_samples**2
    return replace(claim, work=1 + claim.n_entries * n_arguments * (n_inputs + 8) * each // 20)


def equations_of_delta(s: Symbols) -> dict[int, Claim]:
    """Return by layer the equation from which Δˡ is computed: BP1 at the output, BP2 below."""
    return {s.L: _bp1_batch(s)} | {l: _bp2_batch(s, l) for l in range(1, s.L)}


def affine(s: Symbols, l: int, row: int) -> Expression:
    """Return z_rj of layer l as it is computed: Σ_k w_jk a_rk + b_j, j free."""
    return Sum(s.W(l, J, K) * s.A(l - 1, row, K), K, s.size(l - 1)) + s.b(l, J)
