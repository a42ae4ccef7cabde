"""The table of slips: where each is explained; what each does to the numbers is in error_slips and gradient_slips.

What is said of a slip is in the catalogs: `slips.<name>`, or `slips.<name>_<detail>` where there is one.
"""

from collections.abc import Callable
from dataclasses import dataclass

from clearprop.derivation.expressions import (
    Expression,
    Hadamard,
    MatrixProduct,
    Ones,
    Partial,
    Quantity,
    Relation,
    Transpose,
)
from clearprop.derivation.symbols import ETA, E, Symbols

Formula = Callable[[Symbols, int], Expression]


@dataclass(frozen=True)
class Slip:
    """What people do wrong, and the derivation that shows the step they missed.

    `of`, `form`, `penalty`: options of `clearprop derive`; in `of`, {l} is the layer, {j} and {k} are indices of the
    entry that is furthest off, {f} is the layer's activation. `rule` is the key of the rule whose step is missed.
    `right` is the formula that belongs there.
    """

    name: str
    of: str
    rule: str | None
    right: Formula | None
    form: str = "index"
    penalty: bool = False


def _output_error(symbols: Symbols, l: int) -> Expression:
    """BP1."""
    L = symbols.L
    if symbols.network.is_paired:
        return Relation(symbols.delta(L), "=", symbols.a(L) - symbols.y())
    if symbols.activation(L).elementwise:
        slope = symbols.f(L, symbols.z(L), 1)
        return Relation(symbols.delta(L), "=", Hadamard((Partial(E, symbols.a(L)), slope)))
    return Relation(
        symbols.delta(L), "=", MatrixProduct((Partial(symbols.a(L), symbols.z(L)), Partial(E, symbols.a(L))))
    )


def _hidden_error(symbols: Symbols, l: int) -> Expression:
    """BP2."""
    if l == symbols.L:
        return _output_error(symbols, l)
    back = MatrixProduct((Transpose(symbols.W(l + 1)), symbols.delta(l + 1)))
    return Relation(symbols.delta(l), "=", Hadamard((back, symbols.f(l, symbols.z(l), 1))))


def _weight_gradient(symbols: Symbols, l: int) -> Expression:
    """BP3, of one sample."""
    return Relation(Partial(E, symbols.W(l)), "=", MatrixProduct((symbols.delta(l), Transpose(symbols.a(l - 1)))))


def _batch_weight_gradient(symbols: Symbols, l: int) -> Expression:
    """BP3."""
    return Relation(Partial(E, symbols.W(l)), "=", MatrixProduct((Transpose(symbols.Delta(l)), symbols.A(l - 1))))


def _bias_gradient(symbols: Symbols, l: int) -> Expression:
    """BP4."""
    return Relation(Partial(E, symbols.b(l)), "=", symbols.delta(l))


def _batch_bias_gradient(symbols: Symbols, l: int) -> Expression:
    """BP4."""
    return Relation(
        Partial(E, symbols.b(l)), "=", MatrixProduct((Transpose(symbols.Delta(l)), Ones(symbols.n_samples)))
    )


def right_formula(slip: str, place: str, symbols: Symbols, l: int) -> Expression | None:
    """What belongs where a slip was made, in the error signal ("delta"), ∇W ("W") or ∇b ("b") of layer l; or None."""
    right = SLIPS[slip].right
    if right is _batch_weight_gradient and place == "b":
        right = _batch_bias_gradient
    return right(symbols, l) if right else None


def _update(symbols: Symbols, l: int) -> Expression:
    """Gradient descent."""
    W: Quantity = symbols.W(l + 1) if l < symbols.L else symbols.W(l)
    return Relation(W, "←", W - ETA * Partial(E, W))


SLIPS = {
    slip.name: slip
    for slip in (
        Slip("sign_flipped", "z{l}[{j}]", None, _hidden_error),
        Slip("softmax_diagonal", "softmax'", "cases", _output_error),
        Slip("slope_left_out", "z{l}[{j}]", "chain", _hidden_error),
        Slip("slope_once_too_often", "z{l}[{j}]", "chain", _hidden_error),
        Slip("slope_of_value", "{f}'", None, _hidden_error),
        Slip("slope_at_z", "{f}'", None, _hidden_error),
        Slip("value_for_slope", "{f}'", None, _hidden_error),
        Slip("wrong_activation", "{f}'", None, _hidden_error),
        Slip("wrong_layer_activation", "z{l}[{j}]", "chain", _hidden_error),
        Slip("weights_not_transposed", "z{l}", "transpose", _hidden_error, "vector"),
        Slip("activation_for_weight", "a{l}[{j}]", "sum_over_paths", _hidden_error),
        Slip("next_units_left_out", "a{l}[{j}]", "sum_over_paths", _hidden_error),
        Slip("weights_left_out", "a{l}[{j}]", "sum_over_paths", _hidden_error),
        Slip("wrong_layer_weights", "a{l}[{j}]", "sum_over_paths", _hidden_error),
        Slip("wrong_layer_error", "z{l}[{j}]", "sum_over_paths", _hidden_error),
        Slip("updated_weights", "update", "update", _update),
        Slip("other_loss", "dE/dz", None, _output_error),
        Slip("factor_two", "dE/dz", None, _output_error),
        Slip("target_left_out", "dE/dz", None, _output_error),
        Slip("pre_activation_for_activation", "W{l}[{j},{k}]", "chain", _weight_gradient),
        Slip("wrong_layer_inputs", "W{l}[{j},{k}]", "chain", _weight_gradient),
        Slip("gradient_transposed", "W{l}", "outer_product", _weight_gradient, "vector"),
        Slip("samples_left_out", "W{l}", "sum_over_paths", _batch_weight_gradient, "batch"),
        Slip("mean_missing", "W{l}", "sum_over_paths", _batch_weight_gradient, "batch"),
        Slip("mean_twice", "W{l}", "sum_over_paths", _batch_weight_gradient, "batch"),
        Slip("broadcast", "b{l}", "sum_over_paths", None, "batch"),
        Slip("bias_wrong_axis", "b{l}", "sum_over_paths", _batch_bias_gradient, "batch"),
        Slip("penalty_on_biases", "b{l}[{j}]", "sum", _bias_gradient, penalty=True),
        Slip("penalty_missing", "W{l}[{j},{k}]", "power", None, penalty=True),
        Slip("penalty_doubled", "W{l}[{j},{k}]", "power", None, penalty=True),
        Slip("penalty_halved", "W{l}[{j},{k}]", "power", None, penalty=True),
        Slip("penalty_sign", "W{l}[{j},{k}]", "power", None, penalty=True),
        Slip("penalty_divided_by_samples", "W{l}[{j},{k}]", "power", None, penalty=True),
        Slip("penalty_times_samples", "W{l}[{j},{k}]", "power", None, penalty=True),
        Slip("penalty_coefficient", "W{l}[{j},{k}]", "power", None, penalty=True),
        Slip("penalty_not_asked", "W{l}[{j},{k}]", "power", None, penalty=True),
        Slip("loss_inconsistent", "dE/dz", None, None),
        Slip("inputs_changed", "update", "update", None),
    )
}
