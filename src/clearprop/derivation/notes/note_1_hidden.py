"""Note 1: the derivatives by the weights of the hidden layer, W1."""

from clearprop.derivation.expressions import Activate, Entry, Expression, Index, Number, Partial, Relation, Sum
from clearprop.derivation.notes.claims import (
    Finding,
    Reading,
    by_convention,
    fails,
    found,
    has_value,
    holds,
    reading,
    used,
)
from clearprop.derivation.notes.note_1_output import NETWORK, N, exp, p, s, weighted, z
from clearprop.derivation.notes.quantities import undefined
from clearprop.derivation.symbols import E, Symbols

I, J, K, P = Index("i"), Index("j"), Index("k"), Index("p")
BATCH = Symbols(NETWORK, 2)


def _unit(j: int, input_: Expression) -> Expression:
    """Return sig(Σ_i w_ji i_i + b_j)."""
    return s.f(1, Sum(s.W(1, j, I) * input_, I, 2) + s.b(1, j))


def _network() -> dict[str, Finding]:
    unit = s.z(1, J)
    many, one = Activate("sigmoid", "σ", BATCH.Z(1)), s.f(1, BATCH.Z(1, I, J))
    logistic = Number(1) / (Number(1) + exp(-BATCH.Z(1, I, J)))
    inputs = undefined("i", 2, at=I), s.x(I)
    entries = [Reading(tuple(Relation(s.a(1, j), "=", _unit(j, of)) for j in (1, 2))) for of in inputs]
    return {
        "1.35": found(
            used(
                by_convention(
                    "letter",
                    "note_1.letters_of_w1",
                    reading(Partial(unit, s.W(2, J, K)), s.x(K)),
                    reading(Partial(unit, s.W(1, J, K)), s.x(K)),
                )
            ),
            ask="W1",
        ),
        "1.36": found(
            used(
                by_convention(
                    "letter",
                    "note_1.letters_of_b1",
                    reading(Partial(unit, s.b(2, J)), Number(1)),
                    reading(Partial(unit, s.b(1, J)), Number(1)),
                )
            ),
            ask="b1",
        ),
        "1.37": found(used(holds(s.z(1, J), Sum(s.W(1, J, K) * s.x(K), K, 2) + s.b(1, J)))),
        "1.38": found(
            fails(
                "undefined",
                "note_1.i1",
                reading(s.a(1), s.f(1, s.W(1) @ undefined("I1", 2) + s.b(1))),
                reading(s.a(1), s.f(1, s.W(1) @ s.x() + s.b(1))),
            ),
            holds(s.a(1, J), s.f(1, s.z(1, J))),
            by_convention("letter", "note_1.i_twice", entries[0], entries[1]),
            ask="W1",
        ),
        "1.39": found(
            by_convention("entry", "note_1.sig_of_matrix", reading(many, one), reading(Entry(many, (I, J)), one)),
            holds(one, logistic),
            ask="sigmoid'",
        ),
        "1.40": found(
            holds(Partial(s.f(1, unit), unit), s.f(1, unit) * (1 - s.f(1, unit))), ask="sigmoid'", remark="note_1.prime"
        ),
    }


def _gradient() -> dict[str, Finding]:
    w, h, zi = s.W(1, I, J), s.a(1, I), s.z(1, I)
    by_h = Partial(E, h)
    slope = h * (1 - h)
    product = w * s.x(J)

    def back(unit: Expression) -> Expression:
        return Sum((p(P) - s.y(P)) * s.W(2, P, unit), P, N)

    literal = by_h * Partial(h, product) * Partial(product, w)
    by_hk = Partial(E, s.a(1, K))
    step, output = Partial(z(J), s.a(1, K)), Partial(p(I), z(J))
    paths = weighted(Sum(output * s.W(2, J, K), J, N))
    return {
        "1.41": found(has_value(Partial(E, w), back(I) * slope * s.x(J), targets="distribution"), ask="W1[1,1]"),
        "1.42": found(
            holds(Partial(E, w), by_h * Partial(h, w)),
            by_convention(
                "variable",
                "note_1.by_a_product",
                reading(Partial(E, w), literal),
                reading(Partial(E, w), by_h * Partial(h, zi) * Partial(product, w)),
            ),
            holds(Partial(E, w), by_h * slope * s.x(J)),
            ask="W1[1,1]",
        ),
        "1.43": found(has_value(by_hk, back(K), targets="distribution"), ask="h[1,1]"),
        "1.44": found(
            holds(by_hk, weighted(Partial(p(I), s.a(1, K)))),
            fails(
                "missing_sum",
                "note_1.sum_over_j",
                reading(by_hk, weighted(output * step)),
                reading(by_hk, weighted(Sum(output * step, J, N))),
            ),
            fails("factor", "note_1.h_for_w", reading(by_hk, weighted(output * s.a(1, K))), reading(by_hk, paths)),
            ask="h[1,1]",
        ),
    }


#: What is found of each formula, by number.
FINDINGS = _network() | _gradient()
