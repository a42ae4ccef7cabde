"""Note 2's way: one sample, columns, a whole layer a line; where the transposes come from."""

from typing import Any

from clearprop.derivation.expressions import (
    Add,
    Diagonal,
    Entry,
    Expression,
    Hadamard,
    Number,
    Ones,
    Partial,
    Quantity,
    Sum,
    Transpose,
    rebuilt,
)
from clearprop.derivation.forms.index_form import ABOVE, FROM, HERE, write_penalty
from clearprop.derivation.formulas import parsed
from clearprop.derivation.symbols import LAMBDA, PENALTY, At, E, Symbols
from clearprop.derivation.writer import Writer


class ArrayForm:
    """What the forms in whole arrays share: error signals are written from the output down, and kept.

    Arguments:
        symbols: of the network.
        writer: where the lines go.
    """

    def __init__(self, symbols: Symbols, writer: Writer) -> None:
        self.symbols, self.writer, self.C = symbols, writer, symbols.data_loss
        self.formulas: dict[Expression, Expression] = {}

    def signal(self, l: int) -> Quantity:
        """Return the error signal of layer l: δˡ, or Δˡ."""
        raise NotImplementedError

    def output_error(self) -> Expression:
        """Write BP1 and return its formula."""
        raise NotImplementedError

    def hidden_error(self, l: int) -> Expression:
        """Write BP2 of layer l and return its formula."""
        raise NotImplementedError

    def errors(self, lowest: int) -> Expression:
        """Write the error signals of layers L, ..., down to the lowest, and return that one's formula."""
        formula = self.formulas[self.signal(self.symbols.L)] = self.output_error()
        for l in range(self.symbols.L - 1, lowest - 1, -1):
            formula = self.formulas[self.signal(l)] = self.hidden_error(l)
        return formula

    def error_of(self, l: int) -> Expression:
        """Return the formula of an error signal that `errors` has written."""
        return self.formulas[self.signal(l)]


class VectorForm(ArrayForm):
    """Writes BP1–BP4 for one sample, each from the chain rule for Jacobian matrices and checked against its entries."""

    def signal(self, l: int) -> Quantity:
        """Return δˡ."""
        return self.symbols.delta(l)

    def output_error(self) -> Expression:
        """Write BP1 with the Jacobian of the output, δᴸ = (∂ŷ/∂zᴸ)ᵀ ∂E/∂ŷ."""
        s, L, w = self.symbols, self.symbols.L, self.writer
        a, y, z, delta = s.a(L), s.y(), s.z(L), s.delta(L)
        w.heading("vector.output_heading", L=L)
        definition = w.step(delta, Partial(self.C, z), "definition", "vector.delta_meaning", n=s.size(L))
        jacobian, slope, gradient = Partial(a, z), Partial(self.C, a), self._loss_gradient()
        chain = w.step(Partial(self.C, z), Transpose(jacobian) @ slope, "chain", "vector.jacobian_transposed", a=a, z=z)
        second = w.step(slope, gradient, "stack", "vector.loss_gradient")
        elementwise = s.activation(L).elementwise
        matrix: Expression = Diagonal(s.f(L, z, 1)) if elementwise else Diagonal(a) - a @ Transpose(a)
        why = "vector.diagonal" if elementwise else "vector.softmax_jacobian"
        first = w.step(jacobian, matrix, "stack", why, a=a)
        uses = (definition, chain, second, first)
        w.step(delta, Transpose(matrix) @ gradient, "substitute", "vector.put_in", uses)
        w.step(None, matrix @ gradient, "transpose", "vector.symmetric")
        formula = Hadamard((gradient, s.f(L, z, 1))) if elementwise else self._softmax_product(a, gradient)
        why = "vector.hadamard" if elementwise else "vector.softmax_product"
        line = w.step(None, formula, "hadamard" if elementwise else "multiply_out", why, a=a)
        if s.network.is_paired:
            formula, line = self._paired(a, y, line)
        return formula

    def _softmax_product(self, a: Expression, gradient: Expression) -> Expression:
        return Hadamard((a, gradient)) - (Transpose(a) @ gradient) * a

    def _paired(self, a: Quantity, y: Quantity, line: int) -> tuple[Expression, int]:
        """Write how output and loss cancel to ŷ − y."""
        w, delta = self.writer, self.symbols.delta(self.symbols.L)
        if self.symbols.activation(self.symbols.L).elementwise:
            return a - y, w.step(delta, a - y, "cancel", "vector.paired", (line,))
        total = Transpose(Ones(self.symbols.size(self.symbols.L))) @ y
        w.step(None, -y + total * a, "cancel", "vector.softmax_cancels", a=a, g=self._loss_gradient(), y=y, total=total)
        w.assume("distribution")
        return a - y, w.step(delta, a - y, "distribution", "vector.paired_softmax", (line + 1,), total=total)

    def _loss_gradient(self) -> Expression:
        s = self.symbols
        return parsed(s.network.loss_entry.gradient_formula, {"a": s.a(s.L), "y": s.y()})

    def hidden_error(self, l: int) -> Expression:
        """Write BP2, δˡ = ((Wˡ⁺¹)ᵀ δˡ⁺¹) ⊙ f′(zˡ)."""
        s, w = self.symbols, self.writer
        a, z, above, W = s.a(l), s.z(l), s.z(l + 1), s.W(l + 1)
        delta, slope = s.delta(l), s.f(l, z, 1)
        w.heading("vector.hidden_heading", l=l)
        right = Transpose(Partial(a, z)) @ Transpose(Partial(above, a)) @ s.delta(l + 1)
        chain = w.step(delta, right, "chain", "vector.two_jacobians", above=above, a=a, z=z)
        first = w.step(Partial(above, a), W, "derivative_of_sum", "vector.affine_jacobian", above=above, a=a, W=W)
        second = w.step(Partial(a, z), Diagonal(slope), "stack", "vector.diagonal", a=a)
        product = Transpose(W) @ s.delta(l + 1)
        put_in = Transpose(Diagonal(slope)) @ product
        line = w.step(delta, put_in, "substitute", "vector.put_in", (chain, first, second))
        w.step(None, Diagonal(slope) @ product, "transpose", "vector.symmetric")
        total = Sum(s.W(l + 1, ABOVE, HERE) * s.delta(l + 1, ABOVE), ABOVE, s.size(l + 1))
        entry = w.step(Entry(product, (HERE,)), total, "matrix_product", "vector.transpose_by_index", W=W)
        formula = Hadamard((product, slope))
        w.step(delta, formula, "hadamard", "vector.hadamard", (line, line + 1, entry))
        return formula

    def weights(self, l: int) -> Expression:
        """Write BP3, ∇Wˡ = δˡ (aˡ⁻¹)ᵀ, and return the formula."""
        s, w, W = self.symbols, self.writer, self.symbols.W(l)
        delta, a = s.delta(l), s.a(l - 1)
        entry = s.W(l, HERE, FROM)
        product = s.delta(l, HERE) * s.a(l - 1, FROM)
        w.heading("vector.weights_heading", l=l)
        z = s.z(l, HERE)
        path = Partial(self.C, z) * Partial(z, entry)
        w.step(Partial(self.C, entry), path, "chain", "vector.weight_path", w=entry, z=z)
        values: dict[str, Any] = {
            "delta": s.delta(l, HERE),
            "partial": Partial(self.C, z),
            "source": s.a(l - 1, FROM),
            "w": entry,
        }
        first = w.step(None, product, "substitute", "vector.weight_entry", z=z, **values)
        outer = delta @ Transpose(a)
        second = w.step(Entry(outer, (HERE, FROM)), product, "outer_product", "vector.outer_entry", delta=delta, a=a)
        why = "vector.outer"
        n, k = W.shape
        shapes: dict[str, Any] = {"column": f"({n}, 1)", "row": f"(1, {k})", "whole": f"({n}, {k})"}
        line = w.step(Partial(self.C, W), outer, "combine", why, (first, second), delta=delta, a=a, W=W, **shapes)
        return self._penalised(W, outer, line)

    def biases(self, l: int) -> Expression:
        """Write BP4, ∇bˡ = δˡ, and return the formula."""
        s, w, b = self.symbols, self.writer, self.symbols.b(l)
        w.heading("vector.biases_heading", l=l)
        line = w.step(Partial(self.C, b), s.delta(l), "chain", "vector.bias", b=s.b(l, HERE), z=s.z(l, HERE))
        return self._penalised(b, s.delta(l), line)

    def units(self, l: int) -> Expression:
        """Write ∂E/∂aˡ = (Wˡ⁺¹)ᵀ δˡ⁺¹ (l = 0: the inputs) and return the formula."""
        s, w = self.symbols, self.writer
        if l == s.L:
            w.step(Partial(self.C, s.a(l)), self._loss_gradient(), "definition", "vector.loss_gradient")
            return self._loss_gradient()
        formula = Transpose(s.W(l + 1)) @ s.delta(l + 1)
        w.heading("vector.units_heading", l=l)
        right = Transpose(Partial(s.z(l + 1), s.a(l))) @ s.delta(l + 1)
        w.step(Partial(self.C, s.a(l)), right, "chain", "vector.jacobian_transposed", a=s.z(l + 1), z=s.a(l))
        w.step(None, formula, "derivative_of_sum", "vector.affine_jacobian", above=s.z(l + 1), a=s.a(l), W=s.W(l + 1))
        return formula

    def _penalised(self, W: Quantity, data: Expression, line: int) -> Expression:
        if not self.symbols.penalised:
            return data
        return penalised(self.writer, self.symbols, W, data, line)


def penalised(writer: Writer, symbols: Symbols, array: Quantity, data: Expression, line: int) -> Expression:
    """Write ∂E/∂array from ∂C/∂array: the penalty adds λ times the weights, and nothing to the biases."""
    write_penalty(writer, symbols)
    formula = Add((data, LAMBDA * array)) if array.name == "W" else data
    why = "vector.penalty" if array.name == "W" else "vector.no_penalty"
    writer.step(Partial(E, array), formula, "sum", why, (line,), W=array, R=PENALTY)
    return formula


def expanded(root: Expression, formulas: dict[Expression, Expression]) -> Expression:
    """Return a formula with each error signal replaced by what it was found to be, down to the output."""
    found = rebuilt(root, formulas)
    return found if found == root else expanded(found, formulas)


def picked(
    writer: Writer, quantity: Expression, whole: Expression, indices: tuple[At, ...], top: Expression
) -> Expression:
    """Write the entry that was asked for as an entry of the whole and return its formula."""
    at = tuple(Number(i) if isinstance(i, int) else i for i in indices)
    formula = Entry(whole, at)
    writer.step(Partial(top, quantity), formula, "entry", "vector.entry", w=quantity)
    return formula
