"""Note 1: softmax, and the derivatives by the weights of the output layer, W2.

The note's o is z², its sig is σ, its CE is E, its s(o_i) and Ŷ_i are ŷ_i, its I is x; its "Σ" without a body is S.
"""

from clearprop.derivation.expressions import (
    Cases,
    Entry,
    Expression,
    Function,
    Index,
    Indicator,
    Number,
    Partial,
    Quantity,
    Relation,
    Sum,
)
from clearprop.derivation.notes.claims import (
    Equation,
    Finding,
    amounts_to,
    by_convention,
    fails,
    found,
    has_value,
    holds,
    reading,
    used,
)
from clearprop.derivation.notes.quantities import LARGEST, NEEDED, pair, shifts, total, undefined
from clearprop.derivation.symbols import E, Symbols
from clearprop.mathematics.network import Network

NETWORK = Network((2, 2, 2))
s = Symbols(NETWORK)
I, J, K, P = Index("i"), Index("j"), Index("k"), Index("p")


N = NETWORK.sizes[-1]
S = total("S")
C = Quantity("shift", "c")
EQUAL, OTHER = Relation(I, "=", J), Relation(I, "≠", J)


def exp(argument: Expression) -> Function:
    """Return e to a power."""
    return Function("exp", argument)


def log(argument: Expression) -> Function:
    """Return a natural logarithm."""
    return Function("log", argument)


def z(i: Expression) -> Expression:
    """Return the note's o_i."""
    return s.z(2, i)


def p(i: Expression) -> Expression:
    """Return the note's Ŷ_i = s(o_i)."""
    return s.a(2, i)


def fraction(i: Index, k: Index) -> Expression:
    """Return e^{o_i}/Σ_k e^{o_k}."""
    return exp(z(i)) / Sum(exp(z(k)), k, N)


def softmax_of(argument: Expression) -> Expression:
    """Return softmax of a vector (or of what a note puts into it)."""
    return s.f(2, argument)


def weighted(factor: Expression) -> Expression:
    """Return −Σ_i (Y_i/Ŷ_i) · factor_i."""
    return -Sum(s.y(I) / p(I) * factor, I, N)


ONE, TWO = Number(1), Number(2)
W11 = s.W(2, 1, 1)
SHORT = exp(z(I)) / S
BY_J = Partial(SHORT, z(J))
CROSS_ENTROPY = -Sum(s.y(I) * log(p(I)), I, N)


def entry_of_softmax(i: Index, k: Index) -> Equation:
    """Return softmax(x_i) = e^{x_i}/Σ_k e^{x_k}, which is entry i of softmax(x)."""
    literal, meant = softmax_of(z(i)), Entry(softmax_of(s.z(2)), (i,))
    whole = fraction(i, k)
    return by_convention("entry", "note_1.entry_of_softmax", reading(literal, whole), reading(meant, whole))


def _quotient(by: Expression) -> Expression:
    """Return the quotient rule's line for e^{o_i}/S."""
    return (S * Partial(exp(z(I)), by) - Partial(S, by) * exp(z(I))) / S**2


def _unweighted(quantity: Expression, unweighted: Expression) -> tuple[Equation, Equation]:
    """Return that a sum without the weights is not what is sought, and that it is 0."""
    wrong = reading(weighted(quantity), unweighted)
    corrected = reading(Partial(E, W11), weighted(quantity))
    return used(fails("zero", "note_1.zero", wrong, corrected)), amounts_to(unweighted, Number(0))


def _softmax() -> dict[str, Finding]:
    shifted_entry = exp(z(I) + C) / Sum(exp(z(J) + C), J, N)
    factored = exp(C) * exp(z(I)) / (exp(C) * Sum(exp(z(J)), J, N))
    shifted, entry = softmax_of(s.z(2) + C), fraction(I, J)
    e1, e2 = exp(ONE), exp(TWO)
    return {
        "1.1": found(
            by_convention(
                "entry",
                "note_1.shift",
                reading(softmax_of(s.z(2)), softmax_of(s.z(2) + shifts(s))),
                reading(softmax_of(s.z(2)), shifted),
            ),
            ask="softmax shift",
        ),
        "1.2": found(entry_of_softmax(I, J), ask="softmax'"),
        "1.3": found(
            holds(Entry(softmax_of(pair()), (ONE,)), e1 / (e1 + e2)),
            holds(Entry(softmax_of(pair()), (TWO,)), e2 / (e1 + e2)),
        ),
        "1.4": found(
            by_convention(
                "entry", "note_1.entry", reading(shifted, shifted_entry), reading(Entry(shifted, (I,)), shifted_entry)
            ),
            holds(shifted_entry, factored),
            holds(factored, entry),
            by_convention(
                "entry",
                "note_1.entry",
                reading(entry, softmax_of(s.z(2))),
                reading(entry, Entry(softmax_of(s.z(2)), (I,))),
            ),
            ask="softmax shift",
        ),
        "1.a": found(
            fails("sign", "note_1.largest", reading(NEEDED, LARGEST), reading(NEEDED, -LARGEST)),
            ask="softmax shift",
        ),
        "1.5": found(has_value(softmax_of(s.z(2)), softmax_of(s.z(2) - LARGEST)), ask="softmax shift"),
    }


def _example() -> dict[str, Finding]:
    unit = s.z(1, J)
    return {
        "1.6": found(holds(s.f(1, unit), ONE / (ONE + exp(-unit))), ask="sigmoid'"),
        "1.7": found(entry_of_softmax(J, I)),
        "1.8": found(holds(E, CROSS_ENTROPY), ask="dE/dz"),
    }


def _network() -> dict[str, Finding]:
    product = s.W(2) @ s.a(1)
    first, second = (s.W(2, j, 1) * s.a(1, 1) + s.W(2, j, 2) * s.a(1, 2) + s.b(2, j) for j in (1, 2))
    wrong = exp(z(J)) / Sum(exp(z(I)), I, N)
    return {
        "1.9": found(has_value(E, CROSS_ENTROPY)),
        "1.10": found(used(holds(Partial(z(J), s.W(2, J, K)), s.a(1, K))), ask="W2"),
        "1.11": found(used(holds(Partial(z(J), s.b(2, J)), ONE)), ask="b2"),
        "1.12": found(used(holds(s.a(1, J), s.f(1, s.z(1, J))))),
        "1.13": found(
            holds(s.z(2), product + s.b(2)),
            holds(s.z(2, 1), first),
            holds(s.z(2, 2), second),
        ),
        "1.14": found(
            holds(s.a(2), softmax_of(s.z(2))),
            fails("index", "note_1.wrong_index", reading(p(I), wrong), reading(p(I), fraction(I, K))),
            ask="softmax'",
        ),
        "1.15": found(holds(E, CROSS_ENTROPY)),
    }


def _by_w11() -> dict[str, Finding]:
    whole, slopes = fraction(I, J), Partial(fraction(I, J), s.z(2, 1))
    step = Partial(s.z(2, 1), W11)
    h11 = Quantity("a", "h", 1, (2,), (ONE, ONE))
    ratio = s.y(I) / p(I)
    return {
        "1.16": found(
            has_value(Partial(E, W11), (p(ONE) - s.y(1)) * s.a(1, 1), targets="distribution"),
            ask="W2[1,1]",
        ),
        "1.17": found(
            holds(Partial(E, W11), -Sum(Partial(s.y(I) * log(p(I)), W11), I, N)),
            holds(Partial(E, W11), -Sum(s.y(I) * Partial(log(p(I)), W11), I, N)),
            holds(Partial(E, W11), weighted(Partial(p(I), W11))),
            ask="W2[1,1]",
        ),
        "1.18": found(*_unweighted(Partial(p(I), W11), Sum(Partial(p(I), W11), I, N)), ask="W2[1,1]"),
        "1.19": found(*_unweighted(Partial(whole, W11), Sum(Partial(whole, W11), I, N)), ask="W2[1,1]"),
        "1.20": found(
            fails(
                "undefined",
                "note_1.h11",
                reading(Sum(slopes * step, I, N), h11 * Sum(slopes, I, N)),
                reading(Partial(E, W11), -(s.a(1, 1) * Sum(ratio * Partial(p(I), s.z(2, 1)), I, N))),
            ),
            amounts_to(Sum(slopes * step, I, N), s.a(1, 1) * Sum(slopes, I, N)),
            ask="W2[1,1]",
        ),
    }


def _jacobian() -> dict[str, Finding]:
    e = exp(z(I))
    product = p(I) * p(J)
    same = holds(BY_J, Partial(SHORT, z(I)), where=EQUAL)
    branches = Cases(((p(I) - product, Relation(J, "=", I)), (-product, Relation(J, "≠", I))))
    return {
        "1.21": found(entry_of_softmax(I, K), ask="softmax'"),
        "1.22": found(has_value(Partial(fraction(I, K), z(J)), p(I) * (Indicator(I, J) - p(J))), ask="softmax'"),
        "1.23": found(
            by_convention(
                "letter",
                "note_1.bare_sum",
                reading(Sum(exp(z(K)), K, N), undefined("Σ")),
                reading(Sum(exp(z(K)), K, N), S),
            ),
        ),
        "1.24": found(holds(BY_J, _quotient(z(J))), ask="softmax'"),
        "1.25": found(
            same,
            holds(BY_J, _quotient(z(I)), where=EQUAL),
            holds(BY_J, (S * e - exp(2 * z(I))) / S**2, where=EQUAL),
            holds(BY_J, e / S * ((S - e) / S), where=EQUAL),
            holds(BY_J, p(I) * (1 - p(I)), where=EQUAL),
            holds(BY_J, p(I) - product, where=EQUAL),
            ask="softmax'",
        ),
        "1.26": found(
            holds(BY_J, _quotient(z(J)), where=OTHER),
            holds(BY_J, -(exp(z(J)) * e / S**2), where=OTHER),
            holds(BY_J, -product, where=OTHER),
            ask="softmax'",
        ),
        "1.27": found(holds(BY_J, branches), ask="softmax'"),
    }


def _gradient() -> dict[str, Finding]:
    left = weighted(BY_J)
    by_jacobian = Sum(s.y(I) / p(I) * (p(I) * p(J)), I, N)
    short = -s.y(J) + Sum(s.y(I) * p(J), I, N)
    w, true = s.W(2, J, K), Relation(s.y(J), "=", ONE)
    slope, step = Partial(p(I), z(J)), Partial(z(J), w)
    answer = Cases((((p(J) - 1) * s.a(1, K), true), (p(J) * s.a(1, K), None)))
    return {
        "1.28": found(
            has_value(Partial(E, s.z(2, 1)), weighted(Partial(SHORT, s.z(2, 1)))),
            ask="z2[1]",
            remark="note_1.weights_back",
        ),
        "1.29": found(holds(p(I), Entry(softmax_of(s.z(2)), (I,)))),
        "1.30": found(
            fails(
                "index",
                "note_1.free_index",
                reading(left, -(s.y(I) / p(J) * p(J)) + by_jacobian),
                reading(left, -(s.y(J) / p(J) * p(J)) + by_jacobian),
            ),
            holds(left, short),
            ask="dE/dz",
        ),
        "1.31": found(holds(short, -ONE + p(J), "one_hot", true), ask="dE/dz"),
        "1.32": found(holds(short, p(J), "one_hot", Relation(s.y(J), "=", Number(0))), ask="dE/dz"),
        "1.33": found(
            holds(Partial(E, w), weighted(Partial(p(I), w))),
            holds(Partial(E, w), weighted(slope * step)),
            holds(Partial(E, w), weighted(slope * s.a(1, K))),
            ask="W2[1,1]",
        ),
        "1.34": found(has_value(Partial(E, w), answer, "one_hot"), ask="W2[1,1]", remark="note_1.broken_signs"),
    }


#: What is found of each formula, by number.
FINDINGS = _softmax() | _example() | _network() | _by_w11() | _jacobian() | _gradient()
