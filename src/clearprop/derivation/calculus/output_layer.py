"""The last layer: ∂E/∂ŷ from the formula of the loss, and ∂E/∂zᴸ for every output and loss that go together."""

from typing import Any

from clearprop.derivation.calculus.activation_derivatives import write_activation_derivative
from clearprop.derivation.calculus.algebra import formula_of, reason, write_algebra
from clearprop.derivation.calculus.differentiation import differentiate
from clearprop.derivation.calculus.softmax import write_softmax_jacobian
from clearprop.derivation.expressions import (
    Cases,
    Expression,
    Index,
    Indicator,
    Number,
    Partial,
    Relation,
    Sum,
    rebuilt,
)
from clearprop.derivation.formulas import parsed
from clearprop.derivation.messages import Message, catalog
from clearprop.derivation.symbols import Symbols
from clearprop.derivation.writer import Writer

#: Numbers of the lines that hold results which are already written: f′ by the activation's name, "softmax" for its
#: Jacobian, "loss" for ∂E/∂ŷ_i.
Written = dict[str, int]


def free_letter(*taken: Expression) -> Index:
    """Return an index whose letter is none of those taken: i if it is free."""
    return next(index for index in map(Index, "ikjpst") if index not in taken)


def loss_formula(symbols: Symbols, index: Index) -> Expression:
    """Return the loss of one sample as a formula in ŷ and y, its sum running over `index`."""
    loss, bound = symbols.network.loss_entry, Index("i")
    names = {"a_i": symbols.a(symbols.L, bound), "y_i": symbols.y(bound)}
    return rebuilt(parsed(loss.formula, names, {"n": symbols.size(symbols.L)}), {bound: index})


def loss_slope(symbols: Symbols, i: Expression) -> Expression:
    """Return ∂E/∂ŷ_i as the table has it."""
    return formula_of(symbols.network.loss_entry.gradient_formula, _names(symbols, i))


def _names(symbols: Symbols, i: Expression) -> dict[str, Any]:
    return {"a": symbols.a(symbols.L, i), "y": symbols.y(i)}


def write_loss_gradient(writer: Writer, symbols: Symbols, i: Expression) -> tuple[Expression, int]:
    """Write, under a heading, ∂E/∂ŷ_i from the formula of the loss; return it and the last line's number.

    Arguments:
        writer: takes the lines.
        symbols: those of the network.
        i: an Index, or a number for one output unit.
    """
    loss, by = symbols.network.loss_entry, symbols.a(symbols.L, i)
    left, names = Partial(symbols.data_loss, by), _names(symbols, i)
    formula = loss_formula(symbols, next(letter for letter in map(Index, "kip") if letter != i))
    writer.heading("calculus.heading_loss_gradient", partial=left)
    statement = Relation(symbols.data_loss, "=", formula)
    said = ["calculus.loss_formula", *(key for key in [f"calculus.{loss.name}_formula"] if key in catalog("en"))]
    writer.say(*(Message(key, statement=statement, a=by, y=symbols.y(i)) for key in said))
    first = len(writer.steps) + 1
    right = differentiate(writer, left, formula, by, "calculus.loss_definition")
    right = write_algebra(writer, loss.name, loss.derivation, names) or right
    final = loss_slope(symbols, i)
    rule = "result" if right == final else "simplify"
    why = reason(f"{loss.name}_{len(loss.derivation) + 1}", rule)
    return final, writer.step(left, final, rule, why, (first, len(writer.steps)), **names)


def write_output_error(
    writer: Writer, symbols: Symbols, j: Expression, written: Written | None = None, one_hot: bool = False
) -> tuple[Expression, int]:
    """Write ∂E/∂z_j of the last layer, and before it the pieces that it uses and that are not yet written.

    For softmax with cross-entropy the lines from Σ_i y_i = 1 on assume targets that are a distribution, and so does all
    that is built on them: that assumption is left in force, and the caller ends it with `writer.assume(None)`.

    Arguments:
        writer: takes the lines.
        symbols: those of the network.
        j: an Index, or a number for one output unit.
        written: the lines that hold f′ or the Jacobian ("sigmoid", "softmax") and ∂E/∂ŷ_i ("loss"), where they are
            written; what is written here is added to it.
        one_hot: whether to add note 1's two cases, the true class and the others (softmax with cross-entropy only).

    Returns:
        The final right side, and the number of the line ∂E/∂z_j = right side.

    Example:
        >>> from clearprop.mathematics.network import Network
        >>> from clearprop.derivation.printing.unicode import to_unicode
        >>> right, number = write_output_error(Writer(), Symbols(Network()), Index("j"))
        >>> to_unicode(right)
        'ŷⱼ − yⱼ'
    """
    written = {} if written is None else written
    L, network = symbols.L, symbols.network
    entry = symbols.activation(L)
    if "loss" not in written:
        _, written["loss"] = write_loss_gradient(writer, symbols, free_letter(j))
    if entry.name not in written:
        written[entry.name] = _write_output_slope(writer, symbols)
    left = Partial(symbols.data_loss, symbols.z(L, j))
    writer.heading("calculus.heading_output_error", partial=left)
    uses = (written["loss"], written[entry.name])
    if entry.elementwise:
        return _write_elementwise(writer, symbols, j, uses)
    if not network.is_paired:
        return _write_softmax(writer, symbols, j, uses)
    right, number = _write_softmax_cross_entropy(writer, symbols, j, uses)
    if one_hot:
        _write_one_hot(writer, symbols, j, number)
    return right, number


def _write_output_slope(writer: Writer, symbols: Symbols) -> int:
    entry = symbols.activation(symbols.L)
    return write_activation_derivative(writer, entry) if entry.elementwise else write_softmax_jacobian(writer, symbols)


def _write_elementwise(
    writer: Writer, symbols: Symbols, j: Expression, uses: tuple[int, int]
) -> tuple[Expression, int]:
    """One path, through ŷ_j; for a pair on to ŷ_j − y_j, and otherwise as far as the two cancel."""
    L, loss, entry = symbols.L, symbols.network.loss_entry, symbols.activation(symbols.L)
    a, z, g = symbols.a(L, j), symbols.z(L, j), loss_slope(symbols, j)
    left, by_output = Partial(symbols.data_loss, z), Partial(symbols.data_loss, a)
    slope = symbols.f(L, z, order=1)
    first = writer.step(left, by_output * Partial(a, z), "chain", "calculus.one_path", a=a, z=z, f=symbols.f(L, z))
    why = "calculus.put_in_own_loss_gradient"
    writer.step(None, g * Partial(a, z), "substitute", why, uses[:1], partial=by_output)
    value = Relation(a, "=", symbols.f(L, z))
    writer.step(None, g * slope, "definition", "calculus.unit_slope", statement=value, slope=slope)
    names = {**_names(symbols, j), "z": z}
    formula = formula_of(entry.derivative_formula, names)
    right = g * formula
    why = "calculus.put_in_slope"
    owner, lines = f"{loss.name}_pairing", loss.pairing
    if not symbols.network.is_paired:
        owner, lines = f"{loss.name}_{entry.name}", loss.cancelling.get(entry.name, ())
    if not lines:
        return right, writer.step(left, right, "substitute", why, (uses[1], first, len(writer.steps)), slope=slope)
    writer.step(None, right, "substitute", why, uses[1:], slope=slope)
    result = write_algebra(writer, owner, lines, names, left, first)
    assert result is not None
    return result, len(writer.steps)


def _write_paths(writer: Writer, symbols: Symbols, j: Expression, uses: tuple[int, int]) -> Index:
    """∂E/∂z_j as a sum over all outputs, with ∂E/∂ŷ_i put in; return the index of the sum."""
    L, n, i = symbols.L, symbols.size(symbols.L), free_letter(j)
    a, z = symbols.a(L, i), symbols.z(L, j)
    left, by_output = Partial(symbols.data_loss, z), Partial(symbols.data_loss, a)
    values: dict[str, Any] = {"a": a, "z": z, "n": n}
    why = "calculus.softmax_paths" if n > 1 else "calculus.softmax_one_path"
    writer.step(left, Sum(by_output * Partial(a, z), i, n), "sum_over_paths", why, **values)
    right = Sum(loss_slope(symbols, i) * Partial(a, z), i, n)
    writer.step(None, right, "substitute", "calculus.put_in_loss_gradient", uses[:1], partial=by_output)
    return i


def _write_softmax(writer: Writer, symbols: Symbols, j: Expression, uses: tuple[int, int]) -> tuple[Expression, int]:
    """Softmax with a loss that is not its own: nothing cancels, the Jacobian stays."""
    L, n = symbols.L, symbols.size(symbols.L)
    first = len(writer.steps) + 1
    i = _write_paths(writer, symbols, j, uses)
    a_i, a_j, same = symbols.a(L, i), symbols.a(L, j), Indicator(i, j)
    g_i, g_j = loss_slope(symbols, i), loss_slope(symbols, j)
    right: Expression = Sum(g_i * a_i * (same - a_j), i, n)
    writer.step(None, right, "substitute", "calculus.put_in_jacobian", uses[1:], partial=Partial(a_i, symbols.z(L, j)))
    writer.step(
        None, Sum(g_i * a_i * same - g_i * a_i * a_j, i, n), "multiply_out", "calculus.bracket_out", bracket=same - a_j
    )
    right = Sum(g_i * a_i * same, i, n) - Sum(g_i * a_i * a_j, i, n)
    writer.step(None, right, "split", "calculus.split_sum", i=i)
    others = Sum(g_i * a_i * a_j, i, n)
    writer.step(None, g_j * a_j - others, "one_term", "calculus.indicator_picks", d=same, term=Relation(i, "=", j))
    left, right = Partial(symbols.data_loss, symbols.z(L, j)), a_j * (g_j - Sum(g_i * a_i, i, n))
    together = (first, len(writer.steps))
    return right, writer.step(left, right, "collect", "calculus.collect_output", together, a=a_j, i=i)


def _write_softmax_cross_entropy(
    writer: Writer, symbols: Symbols, j: Expression, uses: tuple[int, int]
) -> tuple[Expression, int]:
    """Softmax with cross-entropy: what the loss divides by, the Jacobian multiplies by."""
    L, n = symbols.L, symbols.size(symbols.L)
    first = len(writer.steps) + 1
    i = _write_paths(writer, symbols, j, uses)
    a_i, a_j, y_i, y_j = symbols.a(L, i), symbols.a(L, j), symbols.y(i), symbols.y(j)
    z, g_i, g_j = symbols.z(L, j), loss_slope(symbols, i), loss_slope(symbols, j)
    terms: dict[str, Any] = {"same": Relation(i, "=", j), "different": Relation(i, "≠", j), "i": i}
    right: Expression = g_j * Partial(a_j, z) + Sum(g_i * Partial(a_i, z), i, n, j)
    writer.step(None, right, "split", "calculus.split_own_term", **terms)
    right = g_j * (a_j * (1 - a_j)) + Sum(g_i * -(a_i * a_j), i, n, j)
    writer.step(None, right, "substitute", "calculus.put_in_cases", (uses[1] - 1,), **terms)  # before the unified line
    right = -(y_j * (1 - a_j)) + Sum(y_i * a_j, i, n, j)
    writer.step(None, right, "cancel", "calculus.cancel_output", a=a_j, b=a_i, **terms)
    right = -y_j + y_j * a_j + Sum(y_i * a_j, i, n, j)
    writer.step(None, right, "multiply_out", "calculus.multiply_out_target", y=y_j, bracket=1 - a_j)
    right = -y_j + Sum(y_i * a_j, i, n)
    writer.step(None, right, "combine", "calculus.whole_sum", term=y_j * a_j, i=i, same=terms["same"])
    total = Sum(y_i, i, n)
    writer.step(None, a_j * total - y_j, "factor", "calculus.collect_targets", a=a_j, i=i)
    writer.assume("distribution")
    statement = Relation(total, "=", Number(1))
    writer.step(None, a_j * 1 - y_j, "distribution", "calculus.targets_sum_to_one", statement=statement)
    left, right = Partial(symbols.data_loss, z), a_j - y_j
    why = "calculus.output_minus_target"
    return right, writer.step(left, right, "simplify", why, (first, len(writer.steps)), a=a_j, y=y_j)


def _write_one_hot(writer: Writer, symbols: Symbols, j: Expression, uses: int) -> None:
    """Note 1's two cases: ŷ_j − 1 for the true class, ŷ_j for every other."""
    a, y = symbols.a(symbols.L, j), symbols.y(j)
    true, other = Relation(y, "=", Number(1)), Relation(y, "=", Number(0))
    cases = Cases(((a - 1, true), (a, other)))
    writer.assume("one_hot")
    left = Partial(symbols.data_loss, symbols.z(symbols.L, j))
    writer.step(left, cases, "one_hot", "calculus.one_hot", (uses,), y=y, true=true, other=other, a=a)
    writer.assume("distribution")
