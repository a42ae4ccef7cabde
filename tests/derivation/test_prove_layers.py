"""`prove` of networks with layers beside the affine ones: each learned array's gradient, from the layer's formula."""

from functools import cache
from typing import Any

import pytest

from clearprop import prove
from clearprop.derivation import proofs
from clearprop.derivation.messages import languages
from clearprop.derivation.proofs import DIGITS, SYMBOLIC, Proof
from clearprop.mathematics.layers import Embedding, Layer, Mixture, Numbers, Periodic, Scale
from clearprop.mathematics.network import Network

from .marks import LONG
from .test_derive_layers import NETWORK, SMALL

EMBEDDED = Network((3, 2), inputs=(Numbers(1), Embedding(3, width=2)))
PERIODIC = Network((4, 2), inputs=(Periodic(2, 2, 2),), scaled=True)


@cache
def proven(network: Network) -> Proof:
    return prove(network)


def own_lines(proof: Proof) -> list[Any]:
    return [line for line in proof.lines if line.rule.partition(".")[0] in proof.network.other_layers]


@pytest.mark.parametrize("network", [SMALL, EMBEDDED, PERIODIC, pytest.param(NETWORK, marks=LONG)])
def test_every_gradient_is_proven_symbolically(network: Network) -> None:
    proof = proven(network)
    assert proof.holds
    rules = [line.rule for line in own_lines(proof)]
    for name in network.theta_shapes:
        assert {name, f"{name} batch"} <= set(rules)
    assert len(rules) == len(set(rules))
    assert {line.method for line in own_lines(proof)} == {SYMBOLIC}


@pytest.mark.parametrize("network", [SMALL, EMBEDDED, PERIODIC])
def test_every_gradient_holds_in_digits(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "MOST_WORK", -1)
    proof = prove(network)
    assert proof.holds
    assert {line.method for line in own_lines(proof)} == {DIGITS}


MUTATIONS: list[tuple[type[Layer], Network, str, str, str]] = [
    (Scale, SMALL, "s[j]", "x[r, j]", "s[j]"),
    (Scale, SMALL, "x[r, j]", "*s[j]", ""),
    (Mixture, SMALL, "alpha[j]", " - x[r, j]", ""),
    (Mixture, SMALL, "x[r, j]", "df(", "f("),
    (Embedding, EMBEDDED, "C[i, j]", "(c[r], i)", "(c[r], 1)"),
    (Embedding, EMBEDDED, "C[i, j]", "*KroneckerDelta(c[r], i)", ""),
    (Periodic, PERIODIC, "w1[p, k]", "*2*pi", "*pi"),
    (Periodic, PERIODIC, "b1[p, k]", "sin", "cos"),
    (Periodic, PERIODIC, "b2[p, t]", "g[r, p, t]", "2*g[r, p, t]"),
]


@pytest.mark.parametrize("most_work", [proofs.MOST_WORK, -1])
@pytest.mark.parametrize(("layer", "network", "head", "old", "new"), MUTATIONS)
def test_a_wrong_formula_makes_its_own_lines_fail(
    layer: type[Layer], network: Network, head: str, old: str, new: str, most_work: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only these: every statement stands for itself."""
    assert old in layer.gradient_formulas[head]
    wrong = layer.gradient_formulas | {head: layer.gradient_formulas[head].replace(old, new, 1)}
    monkeypatch.setattr(layer, "gradient_formulas", wrong)
    monkeypatch.setattr(proofs, "MOST_WORK", most_work)
    monkeypatch.setattr(proofs, "claims", lambda *_: [])  # the others are proven above
    failed = {line.rule for line in prove(network).lines if not line.holds}
    parameter = head.partition("[")[0]
    names = [n for n, table_entry in network.other_layers.items() if type(table_entry) is layer]
    assert failed == {f"{name}.{parameter}{batch}" for name in names for batch in ("", " batch")}


def test_input_layers_of_one_kind_are_proven_once() -> None:
    network = Network((6, 2), inputs=(Embedding(2, 2), Embedding(3, 2), Embedding(4, 2)))
    proof = prove(network)
    assert [line.rule for line in own_lines(proof)] == ["input1.C", "input1.C batch"]
    assert "each kind is proven once" in proof.to_text(200)
    assert "each kind is proven once" not in proven(EMBEDDED).to_text(200)


def test_the_text_says_what_each_line_is_about() -> None:
    for language in languages():
        text = prove(SMALL, language).to_text(300)
        assert "∂E/∂sⱼ" in text
        assert "∂E/∂α¹ⱼ" in text
        assert "{" not in text


def test_a_kink_is_declared_with_shares_as_without() -> None:
    assert prove(Network((2, 2, 2), "relu", mixed=True)).holds


def test_the_code_proves_it_anew() -> None:
    names: dict[str, Any] = {}
    exec(proven(EMBEDDED).document.code[0].rpartition("\n")[0], names)
    assert names["proof"].network.other_layers == EMBEDDED.other_layers
    assert names["proof"].holds
