"""Note 1's way: one entry at a time, every quantity a number, every path counted.

In every line j is a unit of the layer at hand and k one of the layer above it; only the last line, written out in full,
needs a letter for each layer.
"""

from collections.abc import Callable
from typing import Any

from clearprop.derivation.calculus.output_layer import Written, loss_slope, write_loss_gradient, write_output_error
from clearprop.derivation.expressions import (
    Activate,
    Cases,
    Expression,
    Index,
    Number,
    Partial,
    Quantity,
    Sum,
    rebuilt,
    walk,
)
from clearprop.derivation.formulas import parsed
from clearprop.derivation.losses import penalty_formula
from clearprop.derivation.messages import Message
from clearprop.derivation.symbols import INDEX_LETTERS, LAMBDA, PENALTY, At, E, Symbols
from clearprop.derivation.writer import Writer

HERE, ABOVE, FROM = Index("j"), Index("k"), Index("k")
#: A formula for f′ with more parts than this stays f′(z) in longer formulas.
LONGEST_DERIVATIVE = 9
#: A sum of at most so many terms is also written out.
MOST_TERMS = 3
#: So many layers are written out in full; deeper error signals stay δ.
MOST_NESTED = 5
INNER = Index("i")


class IndexForm:
    """Writes the derivation of one entry: first down from it to the loss, then put together again.

    Arguments:
        symbols: of the network.
        writer: where the lines go.
        written: the numbers of the lines that end each activation's f′, and of other pieces that are already written.
        one_hot: whether to add note 1's two cases of a one-hot target.
    """

    def __init__(self, symbols: Symbols, writer: Writer, written: Written, one_hot: bool = False) -> None:
        self.symbols, self.writer, self.written, self.one_hot = symbols, writer, written, one_hot
        self.C = symbols.data_loss
        self.output_error: tuple[Expression, int] | None = None
        self.recursion_lines: dict[int, int] = {}

    def weight(self, l: int, j: At, k: At) -> Expression:
        """Write ∂E/∂wˡ_jk and return its formula."""
        s, w = self.symbols, self.symbols.W(l, j, k)
        self.writer.heading("network.start_heading", w=w)
        z, source = s.z(l, j), s.a(l - 1, k)
        chain = self._chain(self.C, z, w, "network.weight_path", unit=j, source=source)
        affine = self._affine(l, j)
        values: dict[str, Any] = {"source": source, "w": w, "z": z}
        inner = self.writer.step(
            Partial(z, w), source, "derivative_of_sum", "network.weight_factor", (affine,), **values
        )
        error, line = self.error(l, j)
        return self._finish(w, l, lambda nested: times(nested, source), j, error, (chain, inner, line))

    def bias(self, l: int, j: At) -> Expression:
        """Write ∂E/∂bˡ_j and return its formula."""
        s, b = self.symbols, self.symbols.b(l, j)
        self.writer.heading("network.start_heading", w=b)
        z = s.z(l, j)
        chain = self._chain(self.C, z, b, "network.bias_path")
        inner = self.writer.step(Partial(z, b), Number(1), "derivative_of_sum", "network.bias_factor", b=b, z=z)
        error, line = self.error(l, j)
        return self._finish(b, l, lambda nested: nested, j, error, (chain, inner, line))

    def unit(self, l: int, j: At) -> Expression:
        """Write ∂E/∂aˡ_j (l = 0: an input, the saliency) and return its formula."""
        if l == self.symbols.L:
            write_loss_gradient(self.writer, self.symbols, _at(j))
            return loss_slope(self.symbols, _at(j))
        self.writer.heading("network.start_heading", w=self.symbols.a(l, j))
        line = self._paths(l, j)
        _, error_line = self.error(l + 1, HERE)
        self._together(l + 1)
        s = self.symbols
        short = Sum(s.delta(l + 1, ABOVE) * s.W(l + 1, ABOVE, j), ABOVE, s.size(l + 1))
        left, uses = Partial(self.C, s.a(l, j)), (line, error_line)
        line = self.writer.step(left, short, "combine", "network.parameter_short", uses, w=s.a(l, j))
        return self._whole(s.a(l, j), self._nested_sum(l, j, self._letters(j)), (line,))

    def pre_activation(self, l: int, j: At) -> Expression:
        """Write ∂E/∂zˡ_j and return its formula."""
        error, line = self.error(l, j)
        if l == self.symbols.L:
            return error
        self._together(l, j)
        return self._whole(self.symbols.z(l, j), self._nested(l, j, self._letters(j)), (line,))

    def equations(self) -> None:
        """Write the four equations of every layer entry by entry, from the output down."""
        s, w = self.symbols, self.writer
        self.error(1, HERE)
        self._together(1)
        for l in reversed(s.network.layers):
            w.heading("network.parameters_heading", l=l)
            for parameter, source in ((s.W(l, HERE, FROM), s.a(l - 1, FROM)), (s.b(l, HERE), Number(1))):
                z = s.z(l, HERE)
                name = "weight" if parameter.name == "W" else "bias"
                chain = self._chain(self.C, z, parameter, f"network.{name}_path", unit=HERE, source=source)
                values: dict[str, Any] = {"source": source, "w": parameter, "b": parameter, "z": z}
                inner = w.step(Partial(z, parameter), source, "derivative_of_sum", f"network.{name}_factor", **values)
                formula = times(s.delta(l, HERE), source)
                left = Partial(self.C, parameter)
                w.step(left, formula, "combine", "network.parameter_short", (chain, inner), w=parameter)
                self._penalised(parameter, formula)

    def error(self, l: int, j: At) -> tuple[Expression, int]:
        """Write ∂E/∂zˡ_j down to the output, every layer on the way once; return its formula and its line."""
        if l == self.symbols.L:
            found = write_output_error(self.writer, self.symbols, _at(j), one_hot=self.one_hot, written=self.written)
            if j == HERE:
                self.output_error = found
            return found
        s, z, a = self.symbols, self.symbols.z(l, j), self.symbols.a(l, j)
        self.writer.heading("network.layer_heading", l=l)
        chain = self._chain(self.C, a, z, "network.activation_path", f=s.f(l, z))
        slope, slope_line = self._slope(l, j)
        paths = self._paths(l, j)
        summed = Sum(Partial(self.C, s.z(l + 1, ABOVE)) * s.W(l + 1, ABOVE, j), ABOVE, s.size(l + 1))
        formula = times(summed, slope)
        line = self.writer.step(
            Partial(self.C, z), formula, "combine", "network.recursion", (chain, slope_line, paths), l=l, above=l + 1
        )
        self.recursion_lines[l] = line
        self.error(l + 1, HERE)
        return formula, line

    def _chain(self, top: Expression, middle: Expression, bottom: Expression, why: str, **values: Any) -> int:
        right = Partial(top, middle) * Partial(middle, bottom)
        return self.writer.step(
            Partial(top, bottom), right, "chain", why, top=top, middle=middle, bottom=bottom, **values
        )

    def _slope(self, l: int, j: At) -> tuple[Expression, int]:
        """Write ∂aˡ_j/∂zˡ_j = f′, in what the forward pass has kept where that is short."""
        s, z, a = self.symbols, self.symbols.z(l, j), self.symbols.a(l, j)
        entry, general = s.activation(l), s.f(l, z, order=1)
        if s.is_mixed(l):
            line = self.written[f"mixture{l}"]
            return general, self.writer.step(Partial(a, z), general, "substitute", "layers.mixture_used", (line,), a=a)
        uses = (self.written[entry.name],) if entry.name in self.written else ()
        line = self.writer.step(Partial(a, z), general, "definition", "network.slope", f=s.f(l, z), a=a, slope=general)
        formula = parsed(entry.derivative_formula, {"z": z, "a": a})
        why = "network.slope_formula" if a in walk(formula) else "network.slope_formula_in_z"
        line = self.writer.step(None, formula, "substitute", why, uses, a=a, z=z)
        return slope_of(s, l, j), line

    def _affine(self, l: int, j: At) -> int:
        """Write zˡ_j as the sum that it is, term by term where it is short."""
        s, n = self.symbols, self.symbols.size(l - 1)
        total = Sum(s.W(l, j, INNER) * s.a(l - 1, INNER), INNER, n)
        z, b = s.z(l, j), s.b(l, j)
        line = self.writer.step(z, total + b, "definition", "network.affine", z=z, b=b, l=l, n=n)
        if 1 < n <= MOST_TERMS:
            line = self.writer.step(None, written_out(total) + b, "write_out", "network.written_out", n=n)
        return line

    def _paths(self, l: int, j: At) -> int:
        """Write ∂E/∂aˡ_j = Σ_k ∂E/∂zˡ⁺¹_k wˡ⁺¹_kj, one path for each unit above; return the last line's number."""
        s, a, n = self.symbols, self.symbols.a(l, j), self.symbols.size(l + 1)
        above, w = s.z(l + 1, ABOVE), s.W(l + 1, ABOVE, j)
        path = Partial(self.C, above) * Partial(above, a)
        why = {1: "network.only_path", 2: "network.both_paths"}.get(n, "network.paths")
        first = self.writer.step(Partial(self.C, a), Sum(path, ABOVE, n), "sum_over_paths", why, a=a, n=n, l=l + 1)
        if 1 < n <= MOST_TERMS:
            self.writer.step(None, written_out(Sum(path, ABOVE, n)), "write_out", "network.written_out", n=n)
        self._affine(l + 1, ABOVE)
        factor = self.writer.step(Partial(above, a), w, "derivative_of_sum", "network.unit_factor", a=a, w=w, z=above)
        summed = Sum(Partial(self.C, above) * w, ABOVE, n)
        return self.writer.step(Partial(self.C, a), summed, "combine", "network.paths_combined", (first, factor), a=a)

    def _together(self, lowest: int, j: At = HERE) -> None:
        """Write the error signals δ from the output down to unit j of a layer, each from those above."""
        s, L = self.symbols, self.symbols.L
        if lowest >= L:
            return
        assert self.output_error is not None
        self.writer.heading("network.together_heading")
        self.writer.say(Message("network.delta_name", delta=s.delta(L, HERE), z=Partial(self.C, s.z(L, HERE))))
        formula, line = self.output_error
        line = self.writer.step(s.delta(L, HERE), formula, "combine", "network.delta_output", (line,), L=L)
        for l in range(L - 1, lowest - 1, -1):
            unit = j if l == lowest else HERE
            summed = Sum(s.delta(l + 1, ABOVE) * s.W(l + 1, ABOVE, unit), ABOVE, s.size(l + 1))
            line = self.writer.step(
                s.delta(l, unit),
                times(summed, slope_of(s, l, unit)),
                "combine",
                "network.delta_hidden",
                (self.recursion_lines[l], line) if l in self.recursion_lines else (line,),
                l=l,
                above=l + 1,
            )

    def _finish(
        self,
        parameter: Any,
        l: int,
        factor: Callable[[Expression], Expression],
        j: At,
        error: Expression,
        uses: tuple[int, ...],
    ) -> Expression:
        """Put chain, factor and error signal together, add the penalty, and write the whole out."""
        s = self.symbols
        self._together(l, j)
        if l < s.L:
            short = factor(s.delta(l, j))
            line = self.writer.step(
                Partial(self.C, parameter), short, "combine", "network.parameter_short", uses, w=parameter
            )
            whole = self._whole(parameter, factor(self._nested(l, j, self._letters(*parameter.indices))), (line,))
        else:
            whole = factor(error)
            self.writer.step(Partial(self.C, parameter), whole, "combine", "network.parameter", uses, w=parameter)
        return self._penalised(parameter, whole)

    def _whole(self, quantity: Expression, formula: Expression, uses: tuple[int, ...]) -> Expression:
        left = Partial(self.C, quantity)
        has_signal = any(isinstance(node, Quantity) and node.name == "delta" for node in walk(formula))
        why = "network.in_part" if has_signal else "network.in_full"
        self.writer.step(left, formula, "substitute", why, uses, w=quantity, n=MOST_NESTED)
        return formula

    def _penalised(self, parameter: Any, data: Expression) -> Expression:
        if not self.symbols.penalised:
            return data
        C, w = self.C, parameter
        write_penalty(self.writer, self.symbols)
        if parameter.name == "b":
            why = "network.penalty_bias"
            self.writer.step(Partial(E, w), data, "sum", why, w=w, R=PENALTY, C=Partial(C, w))
            return data
        first = self.writer.step(
            Partial(E, w), Partial(C, w) + Partial(PENALTY, w), "sum", "network.penalty_paths", w=w
        )
        self.writer.step(Partial(PENALTY, w), LAMBDA / 2 * (2 * w), "power", "network.penalty_weight", w=w, R=PENALTY)
        second = self.writer.step(None, LAMBDA * w, "cancel", "network.penalty_half")
        formula = data + LAMBDA * w
        self.writer.step(Partial(E, w), formula, "combine", "network.penalty_total", (first, second), w=w)
        return formula

    def _letters(self, *used: At) -> list[str]:
        taken = {index.letter for index in used if isinstance(index, Index)} | {"i"}
        return [letter for letter in INDEX_LETTERS if letter not in taken]

    def _nested(self, l: int, j: At, letters: list[str], depth: int = 0) -> Expression:
        """∂E/∂zˡ_j written out down to the output, with a letter of its own for each layer."""
        if l == self.symbols.L:
            assert self.output_error is not None
            return rebuilt(self.output_error[0], {HERE: _at(j)})
        if depth == MOST_NESTED:
            return self.symbols.delta(l, j)
        return times(self._nested_sum(l, j, letters, depth), slope_of(self.symbols, l, j))

    def _nested_sum(self, l: int, j: At, letters: list[str], depth: int = 0) -> Expression:
        index, s = Index(letters[0]), self.symbols
        return Sum(self._nested(l + 1, index, letters[1:], depth + 1) * s.W(l + 1, index, j), index, s.size(l + 1))


def write_penalty(writer: Writer, symbols: Symbols) -> None:
    """Write, once in a derivation, what the penalty is: E = C + R and the formula of R."""
    if any(step.left == PENALTY for step in writer.steps):
        return
    writer.heading("network.penalty_heading")
    writer.say(Message("network.penalty_meaning", E=E, C=symbols.data_loss, R=PENALTY))
    writer.step(PENALTY, penalty_formula(symbols), "definition", "network.penalty_formula", R=PENALTY)


def slope_of(symbols: Symbols, l: int, j: At) -> Expression:
    """f′ at unit j of layer l: in kept values where that is short, else f′(z)."""
    z, a, entry = symbols.z(l, j), symbols.a(l, j), symbols.activation(l)
    if symbols.is_mixed(l):
        return symbols.f(l, z, 1)
    formula = parsed(entry.derivative_formula, {"z": z, "a": a})
    nodes = [node for node in walk(formula) if not isinstance(node, Index)]
    is_short = len(nodes) <= LONGEST_DERIVATIVE and not any(isinstance(node, Cases) for node in nodes)
    return formula if is_short else Activate(entry.name, entry.symbol, z, 1)


def times(first: Expression, second: Expression) -> Expression:
    """Return the product; a factor 1 is not written."""
    one = Number(1)
    return second if first == one else first if second == one else first * second


def written_out(total: Sum) -> Expression:
    """Return a sum term by term."""
    terms = [rebuilt(total.body, {total.index: Number(i)}) for i in range(1, total.size + 1)]
    found = terms[0]
    for term in terms[1:]:
        found = found + term
    return found


def _at(j: At) -> Expression:
    return Number(j) if isinstance(j, int) else j
