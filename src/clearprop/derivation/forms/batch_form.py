"""A batch: a sample a row; where 1/m comes from, and on which side the transposes stand now."""

from typing import Any

from clearprop.derivation.expressions import (
    Entry,
    Expression,
    Hadamard,
    Number,
    Ones,
    Partial,
    Quantity,
    Sum,
    Transpose,
)
from clearprop.derivation.forms.index_form import ABOVE, FROM, HERE
from clearprop.derivation.forms.vector_form import ArrayForm, penalised
from clearprop.derivation.formulas import parsed
from clearprop.derivation.symbols import SAMPLE, Symbols
from clearprop.derivation.writer import Writer


class BatchForm(ArrayForm):
    """Writes BP1–BP4 for m samples as rows, each line by index and then as a product of matrices.

    Arguments:
        symbols: of the network, with m.
        writer: where the lines go.
        one_sample: the line that holds the error of the output of one sample.
    """

    def __init__(self, symbols: Symbols, writer: Writer, one_sample: tuple[int, ...] = ()) -> None:
        super().__init__(symbols, writer)
        self.one_sample, self.m = one_sample, symbols.n_samples

    def signal(self, l: int) -> Quantity:
        """Return Δˡ."""
        return self.symbols.Delta(l)

    def output_error(self) -> Expression:
        """Write BP1, Δᴸ = ω ⊙ (Aᴸ − Y), or the general route through the Jacobian of the output."""
        s, L, w = self.symbols, self.symbols.L, self.writer
        omega, row, z = s.omega(SAMPLE), s.row_loss(SAMPLE), s.Z(L, SAMPLE, HERE)
        w.heading("batch.output_heading", L=L)
        w.step(self.C, Sum(omega * row, SAMPLE, self.m), "definition", "batch.loss", omega=omega, e=row, m=self.m)
        paths = w.step(Partial(self.C, z), omega * Partial(row, z), "sum", "batch.own_row", z=z, e=row, omega=omega)
        if s.network.is_paired and not s.activation(L).elementwise:
            w.assume("distribution")
        entry = self.row_error()
        one = w.step(Partial(row, z), entry, "result", "batch.one_row", self.one_sample, z=z)
        whole = Hadamard((s.omega(), self._output_error()))
        w.step(s.Delta(L, SAMPLE, HERE), omega * entry, "combine", "batch.stack", (paths, one))
        w.step(
            s.Delta(L),
            whole,
            "stack",
            "batch.output" if s.activation(L).elementwise or s.network.is_paired else "batch.output_softmax",
            Delta=s.Delta(L),
            omega=s.omega(),
            ones=Ones(s.size(L)),
        )
        return whole

    def row_error(self) -> Expression:
        """Return ∂e_r/∂zᴸ_rj, the error of row r before its weight."""
        s, L = self.symbols, self.symbols.L
        a, y, z = s.A(L, SAMPLE, HERE), s.Y(SAMPLE, HERE), s.Z(L, SAMPLE, HERE)
        if s.network.is_paired:
            return a - y
        gradient = self._gradient(a, y)
        if s.activation(L).elementwise:
            return gradient * s.f(L, z, 1)
        a_i, y_i = s.A(L, SAMPLE, ABOVE), s.Y(SAMPLE, ABOVE)
        return a * (gradient - Sum(self._gradient(a_i, y_i) * a_i, ABOVE, s.size(L)))

    def _output_error(self) -> Expression:
        s, L = self.symbols, self.symbols.L
        A, Y = s.A(L), s.Y()
        if s.network.is_paired:
            return A - Y
        gradient = self._gradient(A, Y)
        if s.activation(L).elementwise:
            return Hadamard((gradient, s.f(L, s.Z(L), 1)))
        ones = Ones(s.size(L))
        return Hadamard((A, gradient - Hadamard((gradient, A)) @ ones @ Transpose(ones)))

    def _gradient(self, a: Expression, y: Expression) -> Expression:
        return parsed(self.symbols.network.loss_entry.gradient_formula, {"a": a, "y": y})

    def hidden_error(self, l: int) -> Expression:
        """Write BP2, Δˡ = (Δˡ⁺¹ Wˡ⁺¹) ⊙ f′(Zˡ)."""
        s, w = self.symbols, self.writer
        a, z, W = s.A(l, SAMPLE, HERE), s.Z(l, SAMPLE, HERE), s.W(l + 1)
        w.heading("batch.hidden_heading", l=l)
        paths, total = self._paths(l)
        product = s.Delta(l + 1) @ W
        by_index = w.step(
            Entry(product, (SAMPLE, HERE)),
            total,
            "matrix_product",
            "batch.no_transpose",
            W=W,
            Delta=s.Delta(l + 1),
            w=s.W(l + 1, ABOVE, HERE),
        )
        slope = w.step(Partial(a, z), s.f(l, z, 1), "definition", "network.slope", f=s.f(l, z), a=a, slope=s.f(l, z, 1))
        chain = w.step(
            Partial(self.C, z),
            Partial(self.C, a) * Partial(a, z),
            "chain",
            "network.activation_path",
            middle=a,
            bottom=z,
            f=s.f(l, z),
        )
        entry = w.step(
            None, total * s.f(l, z, 1), "substitute", "batch.put_in", (paths, slope), delta=s.Delta(l, SAMPLE, HERE)
        )
        formula = Hadamard((product, s.f(l, s.Z(l), 1)))
        uses = (by_index, chain, entry)
        w.step(s.Delta(l), formula, "combine", "batch.hidden", uses, Delta=s.Delta(l), W=W, f=s.f(l, s.Z(l), 1))
        return formula

    def _paths(self, l: int) -> tuple[int, Expression]:
        """Write ∂E/∂a_rj as a sum over the units above; return the line and the sum."""
        s, a, z = self.symbols, self.symbols.A(l, SAMPLE, HERE), self.symbols.Z(l + 1, SAMPLE, ABOVE)
        n, path = s.size(l + 1), Partial(self.C, z) * Partial(z, a)
        self.writer.step(Partial(self.C, a), Sum(path, ABOVE, n), "sum_over_paths", "batch.paths", a=a)
        signal, weight = s.Delta(l + 1, SAMPLE, ABOVE), s.W(l + 1, ABOVE, HERE)
        total = Sum(signal * weight, ABOVE, n)
        values: dict[str, Any] = {"delta": signal, "partial": Partial(self.C, z), "slope": Partial(z, a), "w": weight}
        return self.writer.step(None, total, "substitute", "batch.paths_put_in", **values), total

    def weights(self, l: int) -> Expression:
        """Write BP3, ∇Wˡ = (Δˡ)ᵀ Aˡ⁻¹ (and the penalty's λWˡ) and return the formula."""
        s, w, entry = self.symbols, self.writer, self.symbols.W(l, HERE, FROM)
        z, a = s.Z(l, SAMPLE, HERE), s.A(l - 1, SAMPLE, FROM)
        w.heading("batch.weights_heading", l=l)
        path = Partial(self.C, z) * Partial(z, entry)
        first = w.step(
            Partial(self.C, entry), Sum(path, SAMPLE, self.m), "sum_over_paths", "batch.every_row", w=entry, m=self.m
        )
        second = w.step(Partial(z, entry), a, "derivative_of_sum", "network.weight_factor", source=a, w=entry, z=z)
        total = Sum(s.Delta(l, SAMPLE, HERE) * a, SAMPLE, self.m)
        third = w.step(Partial(self.C, entry), total, "combine", "batch.weight_entry", (first, second))
        product = Transpose(s.Delta(l)) @ s.A(l - 1)
        by_index = w.step(
            Entry(product, (HERE, FROM)),
            total,
            "matrix_product",
            "batch.transpose_by_index",
            Delta=s.Delta(l),
            A=s.A(l - 1),
        )
        uses = (third, by_index)
        n, k = s.W(l).shape
        shapes: dict[str, Any] = {"turned": f"({n}, {self.m})", "below": f"({self.m}, {k})", "whole": f"({n}, {k})"}
        line = w.step(
            Partial(self.C, s.W(l)), product, "combine", "batch.weights", uses, m=self.m, Delta=s.Delta(l), **shapes
        )
        return penalised(w, s, s.W(l), product, line) if s.penalised else product

    def biases(self, l: int) -> Expression:
        """Write BP4, ∇bˡ = Σ_r Δˡ_r, and return the formula."""
        s, w, entry = self.symbols, self.writer, self.symbols.b(l, HERE)
        z = s.Z(l, SAMPLE, HERE)
        w.heading("batch.biases_heading", l=l)
        total = Sum(s.Delta(l, SAMPLE, HERE), SAMPLE, self.m)
        path = Partial(self.C, z) * Partial(z, entry)
        first = w.step(
            Partial(self.C, entry), Sum(path, SAMPLE, self.m), "sum_over_paths", "batch.every_row", w=entry, m=self.m
        )
        second = w.step(Partial(z, entry), Number(1), "derivative_of_sum", "network.bias_factor", b=entry, z=z)
        third = w.step(Partial(self.C, entry), total, "combine", "batch.bias_entry", (first, second))
        formula = Sum(s.Delta(l, SAMPLE), SAMPLE, self.m)
        line = w.step(Partial(self.C, s.b(l)), formula, "stack", "batch.biases", (third,), Delta=s.Delta(l))
        return penalised(w, s, s.b(l), formula, line) if s.penalised else formula

    def units(self, l: int) -> Expression:
        """Write ∂E/∂Aˡ = Δˡ⁺¹ Wˡ⁺¹ (l = 0: the inputs) and return the formula."""
        s, w = self.symbols, self.writer
        if l == s.L:
            formula: Expression = Hadamard((s.omega(), self._gradient(s.A(l), s.Y())))
            w.step(Partial(self.C, s.A(l)), formula, "definition", "batch.loss_gradient", omega=s.omega(SAMPLE))
            return formula
        w.heading("batch.units_heading", l=l)
        first, _ = self._paths(l)
        formula = s.Delta(l + 1) @ s.W(l + 1)
        w.step(Partial(self.C, s.A(l)), formula, "matrix_product", "batch.units", (first,), W=s.W(l + 1))
        return formula
