"""Note 2: a network of any depth, entry by entry and in vectors.

Its w_ij leads FROM unit i INTO unit j (2.4), so it is w_ji here, until its vector form, which turns it over. Its a1, a2
of the softmax layer are ŷ_1, ŷ_2, its A is A = Σ_k e^{z_k}. Sizes 3-3-2-3: X0, Z1, Z2 as there, and 3 classes.
"""

from collections.abc import Callable
from typing import Any

from clearprop.derivation.expressions import Expression, Hadamard, Index, Number, Partial, Relation, Sum, Transpose
from clearprop.derivation.notes.claims import (
    Equation,
    Finding,
    Reading,
    Verdict,
    by_convention,
    fails,
    found,
    holds,
    reading,
)
from clearprop.derivation.notes.note_1_output import exp, log
from clearprop.derivation.notes.quantities import gradient, total, undefined, updated
from clearprop.derivation.symbols import ETA, E, Symbols
from clearprop.mathematics.network import Network

NETWORK = Network((3, 3, 2, 3))
s = Symbols(NETWORK)
I, J, K = Index("i"), Index("j"), Index("k")

L, N = s.L, s.size(s.L)
ONE, TWO = Number(1), Number(2)
A = total("A")
#: Layers with one above, and all layers; the first is shown.
HIDDEN, ALL = (2, 1), (2, 3, 1)
ERROR = Partial(E, s.z(L, 1))


def _forward() -> dict[str, Finding]:
    a, z = s.a, s.z
    cross_entropy = -Sum(s.y(I) * log(a(L, I)), I, N)
    softmax = exp(z(L, I)) / Sum(exp(z(L, K)), K, N)
    over_samples = -Sum(undefined("y(x)") * log(undefined("p(x)")), Index("x"), N)
    return {
        "2.a": found(holds(a(1), s.f(1, z(1)))),
        "2.b": found(
            by_convention(
                "letter", "note_2.a_twice", reading(a(1, J), s.f(2, z(2, J))), reading(a(2, J), s.f(2, z(2, J)))
            )
        ),
        "2.c": found(
            by_convention("letter", "note_2.e_twice", reading(E, softmax), reading(a(L, I), softmax)), ask="softmax'"
        ),
        "2.1": found(
            by_convention("letter", "note_2.x_twice", reading(E, over_samples), reading(E, cross_entropy)), ask="dE/dz"
        ),
        "2.2": found(holds(E, -Sum(s.y(K) * log(a(L, K)), K, N)), ask="dE/dz"),
    }


def _chain() -> dict[str, Finding]:
    a1, z1, w11, x = s.a(1, 1), s.z(1, 1), s.W(1, 1, 1), s.x
    one_path = Partial(E, s.a(1, J)) * Partial(s.a(1, J), x(K))
    inputs = [x(k) for k in (1, 2, 3)]
    as_written = _sum([inputs[k] * s.W(1, k + 1, 1) for k in range(3)])
    meant = _sum([inputs[k] * s.W(1, 1, k + 1) for k in range(3)])
    without = Reading((Relation(a1, "=", s.f(1, meant)),), biases=False)
    return {
        "2.3": found(
            by_convention(
                "entry",
                "note_2.chain_rule",
                reading(Partial(E, x(K)), one_path),
                reading(Partial(E, w11), Partial(E, a1) * Partial(a1, w11)),
                reading(Partial(E, x(K)), Sum(one_path, J, s.size(1))),
            ),
            ask="x[1]",
        ),
        "2.4": found(
            holds(a1, s.f(1, z1)),
            by_convention(
                "direction",
                "note_2.from_to",
                reading(a1, s.f(1, as_written)),
                without,
                reading(a1, s.f(1, meant + s.b(1, 1))),
            ),
            ask="W1[1,2]",
        ),
        "2.5": found(
            holds(Partial(a1, w11), Partial(a1, z1) * Partial(z1, w11)),
            holds(Partial(a1, w11), s.f(1, z1, order=1) * x(1)),
            ask="W1[1,1]",
        ),
        "2.d": found(
            fails(
                "missing_term",
                "note_2.learning_rate",
                reading(updated(s, 1, 1, 1), w11 - Partial(E, w11)),
                reading(updated(s, 1, 1, 1), w11 - ETA * Partial(E, w11)),
            ),
            ask="update",
        ),
    }


def _output_layer() -> dict[str, Finding]:
    a1, y1, z1, w11 = s.a(L, 1), s.y(1), s.z(L, 1), s.W(L, 1, 1)
    e1 = exp(z1)
    one_term, all_terms = -(y1 * log(a1)), -Sum(s.y(K) * log(s.a(L, K)), K, N)
    by_w = Partial(E, w11)
    path = Partial(E, s.a(L, K)) * Partial(s.a(L, K), z1)
    others = Sum(path, K, N, ONE)
    written = exp(z1) / Sum(exp(s.z(L, K)), K, N)
    slope = e1 * (A - e1) / A**2
    first = -(y1 / a1) * slope
    rest = Sum(s.y(K) / A * e1, K, N, ONE)
    return {
        "2.6": found(
            fails(
                "missing_sum",
                "note_2.sum_over_classes",
                reading(by_w, Partial(one_term, w11)),
                reading(by_w, Partial(all_terms, w11)),
            ),
            holds(by_w, ERROR * Partial(z1, w11)),
            ask="W3[1,1]",
        ),
        "2.e": found(holds(ERROR, s.delta(L, 1))),
        "2.f": found(holds(Partial(z1, w11), s.a(2, 1))),
        "2.7": found(holds(s.a(L, I), exp(s.z(L, I)) / Sum(exp(s.z(L, K)), K, N)), ask="softmax'"),
        "2.8": found(
            holds(s.delta(L, 1), ERROR),
            holds(ERROR, Sum(path, K, N)),
            holds(ERROR, Partial(E, a1) * Partial(a1, z1) + others),
            ask="z3[1]",
        ),
        "2.g": found(holds(A, Sum(exp(s.z(L, K)), K, N))),
        "2.9": found(holds(Partial(E, a1), -(y1 / a1)), ask="dE/dz"),
        "2.10": found(holds(Partial(a1, z1), Partial(written, z1)), holds(Partial(a1, z1), slope), ask="softmax'"),
        "2.11": found(holds(first, -(y1 * (A - e1) / A)), holds(first, -y1 + y1 * (e1 / A))),
        "2.12": found(
            holds(others, Sum(-(s.y(K) / s.a(L, K)) * (-exp(s.z(L, K)) / A**2) * e1, K, N, ONE)), holds(others, rest)
        ),
        "2.13": found(
            holds(s.delta(L, 1), ERROR),
            holds(ERROR, -y1 + y1 * (e1 / A) + rest),
            holds(ERROR, -y1 + e1 * Sum(s.y(K) / A, K, N)),
            ask="z3[1]",
        ),
        "2.h": found(holds(Sum(s.y(K), K, N), ONE, targets="one_hot")),
        "2.14": found(holds(s.delta(L, 1), ERROR), *_difference(ONE), ask="z3[1]", remark="note_2.any_distribution"),
        "2.15": found(
            by_convention(
                "letter",
                "note_2.delta_from_0",
                reading(s.delta(L, 1), Partial(E, s.z(L, 2))),
                reading(s.delta(L, 2), Partial(E, s.z(L, 2))),
            ),
            *_difference(TWO),
            ask="z3[2]",
        ),
        "2.16": found(*_weights_of_output(), ask="W3"),
    }


def _difference(j: Number) -> tuple[Equation, Equation]:
    """Return ∂E/∂z_j = e^{z_j}/A − y_j = a_j − y_j."""
    error = Partial(E, s.z(L, j))
    return (
        holds(error, exp(s.z(L, j)) / A - s.y(j), targets="distribution"),
        holds(error, s.a(L, j) - s.y(j), targets="distribution"),
    )


def _weights_of_output() -> tuple[Equation, ...]:
    left, turned = Partial(E, s.W(L, I, J)), Partial(E, s.W(L, J, I))
    below, error = s.a(L - 1, I), Partial(E, s.z(L, J))
    return (
        holds(gradient(s, "W", L, I, J), left),
        _turned(
            reading(left, error * Partial(s.z(L, J), s.W(L, I, J))),
            reading(turned, error * Partial(s.z(L, J), s.W(L, J, I))),
        ),
        _turned(reading(left, s.delta(L, J) * below), reading(turned, s.delta(L, J) * below)),
        fails(
            "sign",
            "note_2.sign_of_weights",
            reading(turned, (s.y(J) - s.a(L, J)) * below, "distribution"),
            reading(turned, (s.a(L, J) - s.y(J)) * below, "distribution"),
        ),
    )


def _turned(literal: Reading, meant: Reading, why: str = "note_2.turned") -> Equation:
    """Return an equation whose w_ij leads from i into j."""
    return by_convention("direction", why, literal, meant)


def _each(layers: tuple[int, ...], sides: Callable[..., tuple[Expression, Expression]], *given: Any) -> Reading:
    """Return the reading of a statement that is made for each of several layers, of sides(l, *given)."""
    return Reading(tuple(Relation(left, "=", right) for left, right in (sides(l, *given) for l in layers)))


def _other_layers() -> dict[str, Finding]:
    def weight(l: int, turned: bool) -> Expression:
        return s.W(l, J, I) if turned else s.W(l, I, J)

    def chain(l: int, turned: bool) -> Expression:
        return Partial(E, s.z(l, J)) * Partial(s.z(l, J), weight(l, turned))

    def named(l: int, turned: bool) -> Expression:
        return s.delta(l, J) * Partial(s.z(l, J), weight(l, turned))

    def paths(l: int, turned: bool) -> Expression:
        path = Partial(E, s.z(l + 1, K)) * Partial(s.z(l + 1, K), s.a(l, J))
        return _over_units(l, turned, path) * Partial(s.a(l, J), s.z(l, J)) * Partial(s.z(l, J), weight(l, turned))

    def recursive(l: int, turned: bool) -> Expression:
        return _error(l, turned) * s.a(l - 1, I)

    def short(l: int, turned: bool) -> Expression:
        return s.delta(l, J) * s.a(l - 1, I)

    def judged(right: Callable[[int, bool], Expression], why: str, kind: str) -> Equation:
        def sides(l: int, turned: bool) -> tuple[Expression, Expression]:
            return Partial(E, weight(l, turned)), right(l, turned)

        literal, meant = (_each(HIDDEN, sides, turned) for turned in (False, True))
        return by_convention(kind, why, literal, meant)

    return {
        "2.17": found(
            Equation(Verdict.HOLDS, _each(HIDDEN, lambda l: (gradient(s, "W", l, I, J), Partial(E, s.W(l, I, J))))),
            judged(chain, "note_2.turned", "direction"),
            judged(named, "note_2.turned", "direction"),
            judged(paths, "note_2.number_of_units", "undefined"),
            judged(recursive, "note_2.number_of_units", "undefined"),
            judged(short, "note_2.turned", "direction"),
            _hidden_error(),
            ask="W2[1,1]",
            remark="note_2.not_the_last",
        ),
        "2.18": found(
            Equation(
                Verdict.HOLDS,
                _each(ALL, lambda l: (gradient(s, "b", l, I), Partial(E, s.z(l, I)) * Partial(s.z(l, I), s.b(l, I)))),
            ),
            Equation(Verdict.HOLDS, _each(ALL, lambda l: (gradient(s, "b", l, I), s.delta(l, I)))),
            ask="b2",
            remark="note_2.index_of_bias",
        ),
    }


def _over_units(l: int, turned: bool, path: Expression) -> Expression:
    """Return Σ_k over the units of layer l + 1; or, as the bound in_N(l+1) is named, over its inputs."""
    return Sum(path, K, s.size(l + 1) if turned else s.size(l))


def _error(l: int, turned: bool) -> Expression:
    """Return Σ_k (δ_k w_jk) f'(z_j), as it stands or as it is meant."""
    weight = s.W(l + 1, K, J) if turned else s.W(l + 1, J, K)
    return _over_units(l, turned, s.delta(l + 1, K) * weight) * s.f(l, s.z(l, J), order=1)


def _hidden_error() -> Equation:
    """Return δ_j = Σ_k (δ_k w_jk) f'(z_j)."""

    def sides(l: int, turned: bool) -> tuple[Expression, Expression]:
        return s.delta(l, J), _error(l, turned)

    literal, meant = (_each(HIDDEN, sides, turned) for turned in (False, True))
    return by_convention("undefined", "note_2.number_of_units", literal, meant)


def _four() -> dict[str, Finding]:
    def of_weights(l: int, *at: Index) -> tuple[Expression, Expression]:
        return gradient(s, "W", l, *at), s.delta(l, J) * s.a(l - 1, I)

    literal, meant = _each(ALL, of_weights, I, J), _each(ALL, of_weights, J, I)
    return {
        "2.19": found(
            fails(
                "sign",
                "note_2.sign_of_last",
                reading(s.delta(L, I), s.y(I) - s.a(L, I), "distribution"),
                reading(s.delta(L, I), s.a(L, I) - s.y(I), "distribution"),
            ),
            ask="dE/dz",
        ),
        "2.20": found(_hidden_error(), ask="z2[1]"),
        "2.21": found(by_convention("direction", "note_2.turned", literal, meant), ask="W2"),
        "2.22": found(Equation(Verdict.HOLDS, _each(ALL, lambda l: (gradient(s, "b", l, I), s.delta(l, I)))), ask="b2"),
    }


def _vectors() -> dict[str, Finding]:
    def back(l: int, matrix: Expression) -> tuple[Expression, Expression]:
        return s.delta(l), Hadamard((matrix @ s.delta(l + 1), s.f(l, s.z(l), order=1)))

    def outer(l: int) -> Expression:
        return s.delta(l) @ Transpose(s.a(l - 1))

    return {
        "2.23": found(
            fails(
                "sign",
                "note_2.sign",
                reading(s.delta(L), s.y() - s.a(L), "distribution"),
                reading(s.delta(L), s.a(L) - s.y(), "distribution"),
            ),
            ask="dE/dz",
        ),
        "2.24": found(
            by_convention(
                "direction",
                "note_2.turned_over",
                _each(HIDDEN, lambda l: back(l, Transpose(Transpose(s.W(l + 1))))),
                _each(HIDDEN, lambda l: back(l, Transpose(s.W(l + 1)))),
            ),
            ask="equations",
        ),
        "2.25": found(
            by_convention(
                "direction",
                "note_2.turned_over",
                _each(ALL, lambda l: (Transpose(gradient(s, "W", l)), outer(l))),
                _each(ALL, lambda l: (gradient(s, "W", l), outer(l))),
            ),
            ask="equations",
        ),
        "2.26": found(
            Equation(Verdict.HOLDS, _each(ALL, lambda l: (gradient(s, "b", l), s.delta(l)))), ask="equations"
        ),
    }


def _sum(terms: list[Expression]) -> Expression:
    first, *others = terms
    for term in others:
        first = first + term
    return first


#: What is found of each formula, by number.
FINDINGS = _forward() | _chain() | _output_layer() | _other_layers() | _four() | _vectors()
