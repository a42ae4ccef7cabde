import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest
import sympy

from clearprop.derivation import proofs
from clearprop.derivation.expressions import Hadamard, Number, Partial, Relation, Sum, Transpose
from clearprop.derivation.messages import catalog, languages, pieces
from clearprop.derivation.proofs import DIGITS, SYMBOLIC, Proof, prove
from clearprop.derivation.proving import claims, digits
from clearprop.derivation.proving.identities import is_identically_zero
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.losses import LOSSES
from clearprop.mathematics.network import Network
from mathematics.cases import ENDS, HIDDEN

METHODS = (SYMBOLIC, DIGITS)
Rule = tuple[str, int | None]


def proven(network: Network, method: str, monkeypatch: pytest.MonkeyPatch, language: str = "en") -> Proof:
    if method == DIGITS:
        monkeypatch.setattr(proofs, "MOST_WORK", 0)
        monkeypatch.setattr(digits, "MANY_WEIGHTS", 0)  # one random point is enough here
    return prove(network, language)


def failures(proof: Proof) -> set[Rule]:
    return {(line.rule, line.layer) for line in proof.lines if not line.holds}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_every_hidden_activation(hidden: str, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    proof = proven(Network((1, 2, 1), hidden, "identity", "half_squared_error"), method, monkeypatch)
    assert failures(proof) == set()
    assert {line.method for line in proof.lines if line.rule != "chained"} == {method}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("output", "loss"), ENDS)
def test_every_output_and_loss(output: str, loss: str, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    proof = proven(Network((1, 2), (), output, loss), method, monkeypatch)
    assert failures(proof) == set()
    assert all(pieces(line.about, language) for line in proof.lines for language in languages())
    assert {line.method for line in proof.lines if line.rule != "chained"} == {method}


@pytest.mark.parametrize("sizes", [(1, 1), (1, 1, 1), (2, 3, 1, 2)])
def test_every_shape(sizes: tuple[int, ...]) -> None:
    assert prove(Network(sizes)).holds


def test_layers_that_differ() -> None:
    proof = prove(Network((1, 2, 2, 1), ("relu", "gelu"), "softplus", "poisson"))
    assert proof.holds
    assert [line.rule for line in proof.lines].count("slope") == 3


def test_two_two_two_is_symbolic_in_all_but_the_whole() -> None:
    proof = prove(Network((2, 2, 2)))
    assert [line.rule for line in proof.lines if line.method == DIGITS] == ["chained", "chained"]
    assert all(line.entries == line.of for line in proof.lines)
    assert {line.evidence for line in proof.lines if line.method == SYMBOLIC} == {None}
    assert max(line.evidence for line in proof.lines if line.method == DIGITS) < 1e-70


def test_which_lines_there_are() -> None:
    rules = [(line.rule, line.layer) for line in prove(Network((2, 3, 2))).lines]
    assert rules[:6] == [
        ("slope", None),
        ("shift", None),
        ("jacobian", None),
        ("loss gradient", None),
        ("BP1", 2),
        ("BP1 batch", 2),
    ]
    assert {("BP2", 1), ("BP3", 2), ("BP3", 1), ("BP4 batch", 1), ("penalty", 2), ("inputs", 1)} <= set(rules)
    assert ("BP2", 2) not in rules


def test_a_wide_network_is_sampled_and_says_so() -> None:
    proof = prove(Network((40, 30, 1), "relu", "sigmoid"))
    line = next(line for line in proof.lines if (line.rule, line.layer) == ("BP3", 1))
    assert proof.holds
    assert (line.method, line.entries, line.of) == (DIGITS, 16, 1200)
    assert "16 of 1200" in proof.to_text(200)


@pytest.mark.slow
def test_the_classical_network_for_digits() -> None:
    assert prove(Network((784, 128, 10))).holds


def test_too_wide_a_network_is_refused_in_one_line() -> None:
    with pytest.raises(ValueError, match="602,112 weights are too many") as refusal:
        prove(Network((784, 768)))
    assert "\n" not in str(refusal.value)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="language"):
        prove(Network(), "xx")


# Paired wrong cases: what is broken, and which lines must fail.


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("hidden", "wrong"),
    [
        ("tanh", "1 - a"),
        ("sigmoid", "a*(1 + a)"),
        ("relu", "Piecewise((1, z > 0), (1, True))"),
        ("gelu", "(1 + erf(z/sqrt(2)))/2"),
    ],
)
def test_a_wrong_slope(hidden: str, wrong: str, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACTIVATIONS, hidden, replace(ACTIVATIONS[hidden], derivative_formula=wrong))
    found = failures(proven(Network((1, 3, 1), hidden, "identity", "half_squared_error"), method, monkeypatch))
    assert {("slope", None)} <= found <= {("slope", None), ("BP2", 1), ("BP2 batch", 1), ("chained", 1)}
    if hidden != "relu":  # at a random point all units of a ReLU layer may be alive
        assert {("BP2", 1), ("BP2 batch", 1), ("chained", 1)} <= found


def test_a_wrong_slope_fails_where_it_is_used_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACTIVATIONS, "tanh", replace(ACTIVATIONS["tanh"], derivative_formula="1 - a"))
    found = failures(prove(Network((2, 2, 2, 2), ("sigmoid", "tanh"))))
    assert found == {("slope", None), ("BP2", 2), ("BP2 batch", 2), ("chained", 2), ("chained", 1)}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kinks", [(), ((0.0, 1.0),)])
def test_a_kink_that_is_not_declared(
    kinks: tuple[tuple[float, float], ...], method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ACTIVATIONS, "relu", replace(ACTIVATIONS["relu"], kinks=kinks))
    assert failures(proven(Network((2, 2, 2), "relu"), method, monkeypatch)) == {("slope", None)}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("output", "loss"), [(entry.paired_output, name) for name, entry in LOSSES.items()])
def test_a_wrong_loss_gradient(output: str, loss: str, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, loss, replace(LOSSES[loss], gradient_formula="y - a"))
    assert failures(proven(Network((2, 2), (), output, loss), method, monkeypatch)) == {("loss gradient", None)}


@pytest.mark.parametrize("method", METHODS)
def test_a_wrong_loss_gradient_of_no_pair(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "poisson", replace(LOSSES["poisson"], gradient_formula="1 + y/a"))
    found = failures(proven(Network((2, 2), (), "softplus", "poisson"), method, monkeypatch))
    assert found == {("loss gradient", None), ("BP1", 1), ("BP1 batch", 1), ("chained", 1)}


@pytest.mark.parametrize("method", METHODS)
def test_a_wrong_softmax_jacobian(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = replace(ACTIVATIONS["softmax"], derivative_formula="a_i*(1 - a_j)")
    monkeypatch.setitem(ACTIVATIONS, "softmax", wrong)
    assert failures(proven(Network((2, 2)), method, monkeypatch)) == {("jacobian", None)}


@pytest.mark.parametrize("method", METHODS)
def test_the_sign_of_bp1(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = claims._bp1

    def wrong(s: claims.Symbols) -> claims.Claim:
        claim = right(s)
        return replace(claim, statement=Relation(claim.statement.left, "=", s.y(claims.J) - s.a(s.L, claims.J)))

    monkeypatch.setattr(claims, "_bp1", wrong)
    assert failures(proven(Network(), method, monkeypatch)) == {("BP1", 2)}


@pytest.mark.parametrize("method", METHODS)
def test_bp1_needs_targets_that_sum_to_one(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "_sums_to_one", lambda network: False)
    assert {("BP1", 1), ("BP1 batch", 1)} <= failures(proven(Network((2, 2)), method, monkeypatch))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("fault", ["transposed", "one path"])
def test_a_wrong_bp2(fault: str, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = claims._bp2

    def wrong(s: claims.Symbols, l: int) -> claims.Claim:
        j, k = claims.J, claims.K if fault == "transposed" else Number(1)
        weight = s.W(l + 1, j, k) if fault == "transposed" else s.W(l + 1, k, j)
        paths = s.delta(l + 1, k) * weight
        paths = Sum(paths, k, s.size(l + 1)) if fault == "transposed" else paths
        statement = Relation(Partial(s.data_loss, s.z(l, j)), "=", s.f(l, s.z(l, j), order=1) * paths)
        return replace(right(s, l), statement=statement)

    monkeypatch.setattr(claims, "_bp2", wrong)
    assert failures(proven(Network((2, 2, 2)), method, monkeypatch)) == {("BP2", 1)}


@pytest.mark.parametrize("method", METHODS)
def test_a_wrong_batch_form(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bp3, bp4 = claims._bp3_batch, claims._bp4_batch

    def transposed(s: claims.Symbols, l: int) -> claims.Claim:
        claim = bp3(s, l)
        wrong = Transpose(s.A(l - 1)) @ s.Delta(l)
        return replace(claim, statement=Relation(claim.statement.left, "=", wrong)) if l == 1 else claim

    def first_row(s: claims.Symbols, l: int) -> claims.Claim:
        claim = bp4(s, l)
        return replace(claim, statement=Relation(claim.statement.left, "=", s.Delta(l, 1))) if l == 2 else claim

    monkeypatch.setattr(claims, "_bp3_batch", transposed)
    monkeypatch.setattr(claims, "_bp4_batch", first_row)
    found = failures(proven(Network((2, 2, 2)), method, monkeypatch))
    assert found == {("BP3 batch", 1), ("BP4 batch", 2), ("chained", 1)}


@pytest.mark.parametrize("method", METHODS)
def test_row_weights_that_are_left_out(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = claims._bp1_batch

    def wrong(s: claims.Symbols) -> claims.Claim:
        claim = right(s)
        return replace(claim, statement=Relation(claim.statement.left, "=", s.A(s.L) - s.Y()))

    monkeypatch.setattr(claims, "_bp1_batch", wrong)
    found = failures(proven(Network((2, 2)), method, monkeypatch))
    assert found == {("BP1 batch", 1), ("chained", 1)}
    assert isinstance(right(claims.Symbols(Network(), 2)).statement.right, Hadamard)


def test_a_failure_keeps_its_method_and_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACTIVATIONS, "tanh", replace(ACTIVATIONS["tanh"], derivative_formula="1 - a"))
    proof = prove(Network((2, 2, 2), "tanh"))
    assert not proof.holds
    assert proof.lines[0].method == SYMBOLIC
    assert catalog("en")["proof.fails"] in proof.to_text(200)
    assert "4 of 21 lines do not hold" in proof.to_text(200)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("method", METHODS)
def test_the_document_in_every_format(language: str, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    proof = proven(Network((1, 2, 1), "relu", "sigmoid"), method, monkeypatch, language)
    text = proof.to_text(160)
    assert {"en": f"All {len(proof.lines)} lines hold", "zh": f"{len(proof.lines)} 行全部成立"}[language] in text
    assert not re.search(r"\{\w+\}", text)
    ElementTree.fromstring(f"<div>{proof._repr_html_()}</div>")
    for written in (proof.to_html(), proof.to_latex(), proof.to_markdown(), proof.to_notebook(), proof.to_json()):
        assert len(written) > 1000


@pytest.mark.parametrize(
    ("expression", "is_zero"),
    [
        ("1/(1 - 1/(1 + exp(-z))) - 1 - exp(z)", True),
        ("exp(2*z)/exp(z + w) - exp(z)/exp(w)", True),
        ("(x + y)/(x*z + y*z) - 1/z", True),
        ("sqrt(2)*sqrt(2)*x - 2*x", True),
        ("1/sqrt(2*pi) - sqrt(2)/(2*sqrt(pi))", True),
        ("Piecewise((x, z > 0), (y, True))**2 - Piecewise((x**2, z > 0), (y**2, True))", True),
        ("1/(x + 1/(y + 1/z)) - (y*z + 1)/(x*(y*z + 1) + z)", True),
        ("tanh(z)**2 - tanh(z)", False),
        ("Piecewise((x, z > 0), (y, True)) - Piecewise((y, z > 0), (x, True))", False),
        ("x/(x + y) - 1", False),
        ("exp(x + y) - exp(x) - exp(y)", False),
    ],
)
def test_what_is_identically_zero(expression: str, is_zero: bool) -> None:
    assert is_identically_zero(sympy.sympify(expression)) is is_zero
