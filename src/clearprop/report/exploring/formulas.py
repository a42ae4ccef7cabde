"""The formulas of one layer with general indices: j is the unit looked at, k one below it, i one above it."""

from dataclasses import dataclass

from clearprop.derivation.calculus.output_layer import loss_slope
from clearprop.derivation.expressions import (
    Activate,
    Divide,
    Expression,
    Function,
    Hadamard,
    Index,
    Partial,
    Quantity,
    Relation,
    Sum,
    Transpose,
    walk,
)
from clearprop.derivation.forms.batch_form import BatchForm
from clearprop.derivation.formulas import parsed
from clearprop.derivation.losses import row_loss_formula
from clearprop.derivation.symbols import E, Symbols
from clearprop.derivation.worked_lines import of_one_sample
from clearprop.derivation.writer import Writer
from clearprop.mathematics.network import Network
from clearprop.report.exploring.applied import Applied

J, K, I = Index("j"), Index("k"), Index("i")
#: The index of a sum over the units of the same layer, in softmax.
SAME = Index("s")
KINDS = ("z", "a", "loss", "delta", "dW", "db")


@dataclass(frozen=True)
class LayerFormula:
    """One equation of one layer.

    Arguments:
        kind: one of `KINDS`; layer: l (of the loss, L).
        left, right: in index form; functions of one number are `Applied`.
        vector: the whole equation in vector form, one sample.
        rule: "BP1" to "BP4", or "".
        why: the key of its reason in the catalogs.
    """

    kind: str
    layer: int
    left: Expression
    right: Expression
    vector: Relation
    rule: str
    why: str


def formulas_of(network: Network, symbols: Symbols | None = None) -> list[LayerFormula]:
    """Return every formula of a network, layer by layer; `symbols` None: those of the explorer.

    >>> found = formulas_of(Network((2, 3, 2)))
    >>> [(one.kind, one.layer) for one in found][:5]
    [('z', 1), ('a', 1), ('delta', 1), ('dW', 1), ('db', 1)]
    """
    author = _Author(network, symbols or _PlainSymbols(network))
    found = []
    for l in network.layers:
        found += [author.pre_activation(l), author.activation(l), author.error(l), author.weight(l), author.bias(l)]
    return [*found, author.loss()]


class _PlainSymbols(Symbols):
    """Symbols in which every activation is an a, those of input and output too, as in the explorer's picture."""

    def _activation_letter(self, l: int) -> str:
        return "a"


class _Author:
    def __init__(self, network: Network, symbols: Symbols) -> None:
        self.network, self.s = network, symbols

    def pre_activation(self, l: int) -> LayerFormula:
        s = self.s
        right = Sum(s.W(l, J, K) * s.a(l - 1, K), K, s.size(l - 1)) + s.b(l, J)
        vector = Relation(s.z(l), "=", s.W(l) @ s.a(l - 1) + s.b(l))
        return LayerFormula("z", l, s.z(l, J), right, vector, "", "z")

    def activation(self, l: int) -> LayerFormula:
        s, z, a = self.s, self.s.z(l, J), self.s.a(l, J)
        vector = Relation(s.a(l), "=", s.f(l, s.z(l)))
        if s.activation(l).elementwise:
            right: Expression = Applied(self._value(l, z), z, a, self._share(l))
            return LayerFormula("a", l, a, right, vector, "", "a_mixed" if s.is_mixed(l) else "a")
        total = Sum(Function("exp", s.z(l, SAME)), SAME, s.size(l))
        right = Applied(Divide(Function("exp", z), total), z, a)
        return LayerFormula("a", l, a, right, vector, "", "a_softmax")

    def _value(self, l: int, z: Quantity) -> Expression:
        """f(z) as the table has it; of a mixture z + α (f(z) − z)."""
        s = self.s
        formula = parsed(s.activation(l).formula, {"z": z})
        return z + s.share(l, J) * (formula - z) if s.is_mixed(l) else formula

    def _share(self, l: int) -> Quantity | None:
        """α, where the layer is a mixture."""
        return self.s.share(l, J) if self.s.is_mixed(l) else None

    def _slope(self, l: int) -> Applied:
        """f′(z) in the one of z and a that its formula has; by its name where it has both, or neither."""
        s, z, a = self.s, self.s.z(l, J), self.s.a(l, J)
        kept = Quantity("slope", "f", l, (s.size(l),), (J,))
        if s.is_mixed(l):
            return Applied(s.f(l, z, 1), z, kept, self._share(l))
        formula = parsed(s.activation(l).derivative_formula, {"z": z, "a": a})
        found = {node for node in walk(formula) if isinstance(node, Quantity)}
        if len(found) == 1:
            return Applied(formula, found.pop(), kept)
        entry = s.activation(l)
        return Applied(Activate(entry.name, entry.symbol, z, 1), z, kept)

    def error(self, l: int) -> LayerFormula:
        s = self.s
        if l == s.L:
            return self._output_error()
        back = Sum(s.delta(l + 1, I) * s.W(l + 1, I, J), I, s.size(l + 1))
        product = Hadamard((Transpose(s.W(l + 1)) @ s.delta(l + 1), s.f(l, s.z(l), 1)))
        vector = Relation(s.delta(l), "=", product)
        why = "delta_mixed" if s.is_mixed(l) else "delta"
        return LayerFormula("delta", l, s.delta(l, J), back * self._slope(l), vector, "BP2", why)

    def _output_error(self) -> LayerFormula:
        s, L = self.s, self.s.L
        a, y = s.a(L, J), s.y(J)
        if self.network.is_paired:
            vector = Relation(s.delta(L), "=", s.a(L) - s.y())
            return LayerFormula("delta", L, s.delta(L, J), a - y, vector, "BP1", "delta_paired")
        slope, is_difference = loss_slope(s, J), self.network.loss == "half_squared_error"
        elementwise = s.activation(L).elementwise
        if elementwise and is_difference:
            right: Expression = slope * self._slope(L)
        elif is_difference:
            right = a * (slope - Sum(loss_slope(s, I) * s.a(L, I), I, s.size(L)))
        else:
            right = Applied(of_one_sample(BatchForm(s, Writer()).row_error(), s), a, s.delta(L, J))
        equation = Partial(E, s.a(L))
        whole: Expression = Hadamard((equation, s.f(L, s.z(L), 1)))
        if not elementwise:
            whole = Transpose(Partial(s.a(L), s.z(L))) @ equation
        why = "delta_output" if elementwise else "delta_softmax"
        return LayerFormula("delta", L, s.delta(L, J), right, Relation(s.delta(L), "=", whole), "BP1", why)

    def weight(self, l: int) -> LayerFormula:
        s = self.s
        vector = Relation(Partial(E, s.W(l)), "=", s.delta(l) @ Transpose(s.a(l - 1)))
        right = s.delta(l, J) * s.a(l - 1, K)
        return LayerFormula("dW", l, Partial(E, s.W(l, J, K)), right, vector, "BP3", "dW")

    def bias(self, l: int) -> LayerFormula:
        s = self.s
        vector = Relation(Partial(E, s.b(l)), "=", s.delta(l))
        return LayerFormula("db", l, Partial(E, s.b(l, J)), s.delta(l, J), vector, "BP4", "db")

    def loss(self) -> LayerFormula:
        s = self.s
        right = row_loss_formula(s, I)
        return LayerFormula("loss", s.L, E, right, Relation(E, "=", right), "", "loss")
