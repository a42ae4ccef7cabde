"""The loss and the penalty as formulas in the entries of a network's arrays."""

from clearprop.derivation.expressions import Add, Expression, Index, Sum
from clearprop.derivation.formulas import parsed
from clearprop.derivation.symbols import LAMBDA, Symbols

J, K = Index("j"), Index("k")


def row_loss_formula(symbols: Symbols, index: Index, sample: Expression | None = None) -> Expression:
    """Return the loss e as a formula in the entries of output and target, of one sample or of a row of a batch."""
    network = symbols.network
    if sample is None:
        names = {"a_i": symbols.a(symbols.L, index), "y_i": symbols.y(index)}
    else:
        names = {"a_i": symbols.A(symbols.L, sample, index), "y_i": symbols.Y(sample, index)}
    formula = network.loss_entry.formula.replace("(i, 1, n)", f"({index.letter}, 1, n)")
    return parsed(formula, names, {"n": network.sizes[-1]})


def penalty_formula(s: Symbols) -> Expression:
    """Return (λ/2) Σ_l Σ_jk w_jk²."""
    squares = [Sum(Sum(s.W(l, J, K) ** 2, K, s.size(l - 1)), J, s.size(l)) for l in s.network.layers]
    return LAMBDA / 2 * (squares[0] if len(squares) == 1 else Add(tuple(squares)))
