"""The chapters around a derivation: symbols, whole matrices, cost, vanishing gradients, update, verification."""

from typing import Any

import mpmath
import numpy as np

from clearprop.derivation.checking.numbers import number_text
from clearprop.derivation.documents.blocks import Content
from clearprop.derivation.expressions import (
    Add,
    Expression,
    Hadamard,
    Index,
    Partial,
    Quantity,
    Relation,
    Sum,
    Transpose,
)
from clearprop.derivation.forms.batch_form import BatchForm
from clearprop.derivation.forms.cost import (
    backward_multiplications,
    single_path_multiplications,
    single_weight_multiplications,
)
from clearprop.derivation.forms.index_form import ABOVE, FROM, HERE
from clearprop.derivation.forms.layer_form import kind_of
from clearprop.derivation.forms.vanishing import slope_bound, steepest_of
from clearprop.derivation.forms.vector_form import VectorForm
from clearprop.derivation.layer_symbols import LayerSymbols, other_layers
from clearprop.derivation.losses import penalty_formula, row_loss_formula
from clearprop.derivation.messages import Message
from clearprop.derivation.quantities import Target
from clearprop.derivation.symbols import ETA, LAMBDA, PENALTY, SAMPLE, E, Symbols
from clearprop.derivation.writer import Writer
from clearprop.mathematics.network import Network

Row = tuple[Content, ...]


def write_symbols(writer: Writer, symbols: Symbols, batch: bool, update: bool = False) -> None:
    """Write the table of all symbols: kind and shape of each, and how it comes about; with η for an update."""
    writer.heading("symbols.heading")
    writer.say(Message("symbols.layers", L=symbols.L))
    writer.table(
        _headings("symbols", "symbol", "kind", "shape", "formula", "meaning"),
        [*_rows(symbols, batch), *([_row(ETA, "constant", "", "eta")] if update else [])],
    )
    writer.say(
        Message("symbols.indices", j=HERE, k=ABOVE, w=symbols.W(1, HERE, FROM)),
        *([Message("symbols.sample", r=SAMPLE, m=symbols.n_samples)] if batch else []),
    )


def _headings(section: str, *names: str) -> Row:
    return tuple(Message(f"{section}.{name}") for name in names)


def _rows(s: Symbols, batch: bool) -> list[Row]:
    a = s.A if batch else s.a
    rows = _input_rows(s, batch) if s.makes_inputs else [_row(a(0), "constant", "", "x")]
    for l in s.network.layers:
        rows += [_row(s.W(l), "variable", "", "weights", l=l), _row(s.b(l), "variable", "", "biases", l=l)]
        rows += [
            _row(s.Z(l) if batch else s.z(l), "intermediate", _affine(s, l, batch), "samples_z" if batch else "z", l=l)
        ]
        value = s.f(l, s.Z(l) if batch else s.z(l))
        if s.is_mixed(l):
            rows += _theta_rows(LayerSymbols(s, f"mixture{l}", batch))
        meaning = "output" if l == s.L else "hidden"
        rows += [_row(a(l), "intermediate", Relation(a(l), "=", value), meaning, l=l)]
        rows += [_error_signal_row(s, l, batch)]
    rows += [_row(s.Y() if batch else s.y(), "constant", "", _target_meaning(s))]
    if batch:
        rows += [_row(s.omega(), "constant", "", "omega"), _row(s.row_loss(), "intermediate", "", "row_loss")]
        rows += [_row(s.z(s.L), "intermediate", "", "of_one"), _row(s.a(s.L), "intermediate", "", "of_one")]
        rows += [_row(s.y(), "constant", "", "of_one")]  # the output layer is derived for one sample first
    if batch:
        row_loss = Relation(s.row_loss(SAMPLE), "=", row_loss_formula(s, Index("i"), SAMPLE))
        rows += [_row(s.row_loss(), "intermediate", row_loss, "row_loss")]
        loss: Expression = Sum(s.omega(SAMPLE) * s.row_loss(SAMPLE), SAMPLE, s.n_samples)
    else:
        loss = row_loss_formula(s, Index("i"))
    rows += [_row(s.data_loss, "scalar", Relation(s.data_loss, "=", loss), "loss")]
    if s.penalised:
        rows += [
            _row(LAMBDA, "constant", "", "lambda"),
            _row(PENALTY, "scalar", Relation(PENALTY, "=", penalty_formula(s)), "penalty"),
        ]
        rows += [_row(E, "scalar", Relation(E, "=", s.data_loss + PENALTY), "total")]
    return rows


def _input_rows(s: Symbols, batch: bool) -> list[Row]:
    """The rows of what the input layers take, hold and make, and of what is made of that."""
    rows: list[Row] = []
    for layer in other_layers(s, batch):
        if layer.is_input:
            which = {"which": kind_of(layer)}
            for array, is_taken in layer.whole_arguments():
                rows += [_row(array, "constant", "", "argument" if is_taken else "fixed", "layers", **which)]
            rows += _theta_rows(layer)
            rows += [_row(layer.y(part), "intermediate", "", "made", "layers", **which) for part in layer.parts]
            for part in dict.fromkeys(layer.part_with(parameter)[0] for parameter in layer.layer.shapes()):
                slope = layer.g(part)
                assert isinstance(slope, Quantity)
                formula = Relation(slope, "=", Partial(s.data_loss, layer.y(part)))
                rows += [_row(slope, "intermediate", formula, "slope", "layers", y=layer.y(part))]
    if s.network.scaled:
        taken = ("intermediate", "features") if s.network.inputs else ("constant", "columns")
        rows += [_row(s.Q() if batch else s.q(), taken[0], "", taken[1], "layers")]
        rows += _theta_rows(LayerSymbols(s, "scale", batch))
    return [*rows, _row(s.A(0) if batch else s.a(0), "intermediate", "", "inputs", "layers")]


def _theta_rows(layer: LayerSymbols) -> list[Row]:
    arrays = [layer.theta(parameter) for parameter in layer.layer.shapes()]
    return [_row(array, "variable", "", "theta", "layers", which=kind_of(layer)) for array in arrays]


def _error_signal_row(s: Symbols, l: int, batch: bool) -> Row:
    signal, z = (s.Delta(l), s.Z(l)) if batch else (s.delta(l), s.z(l))
    return _row(signal, "intermediate", Relation(signal, "=", Partial(s.data_loss, z)), "error_signal", l=l)


def _target_meaning(s: Symbols) -> str:
    return "one_hot" if s.network.loss == "cross_entropy" else "target"


def _affine(s: Symbols, l: int, batch: bool) -> Relation:
    if batch:
        return Relation(s.Z(l), "=", s.A(l - 1) @ Transpose(s.W(l)) + Transpose(s.b(l)))
    return Relation(s.z(l), "=", s.W(l) @ s.a(l - 1) + s.b(l))


def _row(quantity: Quantity, kind: str, formula: Content, meaning: str, section: str = "symbols", **values: Any) -> Row:
    shape = quantity.shape
    form = ("scalar", "vector", "matrix", "array")[len(shape)]
    described = (
        Message(f"symbols.{kind}", form=Message(f"symbols.{form}")) if kind != "scalar" else Message("symbols.scalar")
    )
    return (quantity, described, shape_text(shape), formula, Message(f"{section}.meaning_{meaning}", **values))


def shape_text(shape: tuple[int, ...]) -> str:
    """Write a shape as Python does: (), (2,), (2,3)."""
    return "(" + ",".join(str(n) for n in shape) + ("," if len(shape) == 1 else "") + ")"


def write_output_symbols(writer: Writer, s: Symbols) -> None:
    """Write the few symbols that derivations about softmax alone need."""
    z, a = s.z(s.L), s.a(s.L)
    writer.heading("symbols.heading")
    rows = [
        _row(z, "variable", "", "z", l=s.L),
        _row(a, "intermediate", Relation(a, "=", s.f(s.L, z)), "output"),
    ]
    writer.table(_headings("symbols", "symbol", "kind", "shape", "formula", "meaning"), rows)
    writer.say(Message("symbols.softmax_entries", i=Index("i"), j=HERE, k=ABOVE, n=s.size(s.L), z=s.z(s.L, Index("i"))))


def write_summary(writer: Writer, s: Symbols) -> None:
    """Write the four equations side by side: one entry, one sample, a batch."""
    L, l = s.L, 1
    z, Z = s.z(l), s.Z(l)
    signal, signals = VectorForm(s, Writer()).output_error(), BatchForm(s, Writer()).output_error()
    rows: list[Row] = [("BP1", Relation(s.delta(L), "=", signal), Relation(s.Delta(L), "=", signals))]
    if L > 1:
        back = Hadamard((Transpose(s.W(l + 1)) @ s.delta(l + 1), s.f(l, z, 1)))
        back_batch = Hadamard((s.Delta(l + 1) @ s.W(l + 1), s.f(l, Z, 1)))
        rows.append(("BP2", Relation(s.delta(l), "=", back), Relation(s.Delta(l), "=", back_batch)))
    W, b, C = s.W(l), s.b(l), s.data_loss
    outer, product = s.delta(l) @ Transpose(s.a(l - 1)), Transpose(s.Delta(l)) @ s.A(l - 1)
    rows.append(("BP3", Relation(Partial(C, W), "=", outer), Relation(Partial(C, W), "=", product)))
    total = Sum(s.Delta(l, SAMPLE), SAMPLE, s.n_samples)
    rows.append(("BP4", Relation(Partial(C, b), "=", s.delta(l)), Relation(Partial(C, b), "=", total)))
    writer.heading("summary.heading")
    writer.say(Message("summary.meaning", l=l))
    writer.table(_headings("summary", "equation", "sample", "batch"), rows)


def write_bridge(writer: Writer, symbols: Symbols, what: Target) -> None:
    """Write how the entries of the index form become one product of matrices, for a sample and then for a batch."""
    l = what.layer
    writer.heading("bridge.heading")
    writer.say(Message("bridge.meaning"))
    for form in (VectorForm(symbols, writer), BatchForm(symbols, writer)):
        if isinstance(form, BatchForm):
            _write_capitals(writer, symbols, min(l + (what.kind == "a"), symbols.L))
        form.output_error()
        writer.assume(None)
        lowest = l if what.kind in "zWb" else l + 1
        if lowest < symbols.L:
            form.hidden_error(lowest)
        match what.kind:
            case "W":
                form.weights(l)
            case "b":
                form.biases(l)
            case "a" if l < symbols.L:
                form.units(l)


def _write_capitals(writer: Writer, s: Symbols, l: int) -> None:
    """Write what the capitals of a batch are, around layer l."""
    layers = sorted({k for k in (l, l + 1, l + 2, s.L) if 1 <= k <= s.L})
    rows = _input_rows(s, True) if s.makes_inputs else [_row(s.A(0), "constant", "", "samples_x")]
    rows += [_row(s.A(k), "intermediate", "", "samples_a", l=k) for k in sorted({l - 1, *layers}) if k >= 1]
    rows += [_row(s.Z(k), "intermediate", _affine(s, k, True), "samples_z", l=k) for k in layers]
    rows += [_error_signal_row(s, k, True) for k in layers]
    rows += [_row(s.Y(), "constant", "", "samples_y"), _row(s.omega(), "constant", "", "omega")]
    row_loss = Relation(s.row_loss(SAMPLE), "=", row_loss_formula(s, Index("i"), SAMPLE))
    rows += [_row(s.row_loss(), "intermediate", row_loss, "row_loss")]
    writer.say(Message("bridge.capitals", r=SAMPLE, m=s.n_samples))
    writer.table(_headings("symbols", "symbol", "kind", "shape", "formula", "meaning"), rows)


def write_cost(writer: Writer, network: Network) -> None:
    """Write how many multiplications a backward pass takes, and how many without its reuse."""
    writer.heading("cost.heading")
    n, totals = network.sizes, [0, 0, 0]
    rows: list[Row] = []
    for l in reversed(network.layers):
        weights = n[l] * n[l - 1]
        counts = (
            backward_multiplications(network, l),
            weights * single_weight_multiplications(network, l),
            weights * single_path_multiplications(network, l),
        )
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        rows.append((Message("words.layer", l=l), f"{weights:,}", *(f"{count:,}" for count in counts)))
    rows.append((Message("cost.total"), f"{network.n_weights:,}", *(f"{total:,}" for total in totals)))
    writer.say(Message("cost.meaning"))
    writer.table(_headings("cost", "layer", "weights", "backward", "alone", "paths"), rows)
    writer.say(Message("cost.conclusion", times=f"{totals[1] / totals[0]:.3g}", paths=f"{totals[2] / totals[0]:.3g}"))


def write_vanishing(writer: Writer, symbols: Symbols, form: str) -> None:
    """Write, layer by layer, what the error signal has been multiplied by: the product that lets it vanish."""
    network, L = symbols.network, symbols.L
    if L == 1:
        return
    writer.heading("vanishing.heading")
    writer.say(Message("vanishing.meaning", L=L))
    rows: list[Row] = []
    for l in range(L, 0, -1):
        hidden = l < L
        slope = symbols.f(l, symbols.z(l), 1) if hidden else ""
        largest = _bound(steepest_of(network, l)) if hidden else ""
        factors = [name for k in range(l, L) for name in (symbols.f(k, symbols.z(k, HERE), 1),)]
        rows.append((symbols.delta(l), slope, largest, str(len(factors)), _bound(slope_bound(network, l))))
    writer.table(_headings("vanishing", "signal", "slope", "largest", "factors", "product"), rows)
    bound = slope_bound(network, 1)
    key = "vanishes" if bound < 0.1 else "keeps" if bound < 1.5 else "grows"
    writer.say(Message(f"vanishing.{key}", bound=_bound(bound), delta=symbols.delta(1)))


def _bound(value: float) -> Content:
    return Message("vanishing.unbounded") if not np.isfinite(value) else f"{value:.4g}"


def write_update(writer: Writer, symbols: Symbols, form: str) -> None:
    """Write θ ← θ − η ∇θ for every layer, and why the minus."""
    s = symbols
    writer.heading("update.heading")
    w = s.W(1, HERE, FROM)
    writer.say(Message("update.why_minus", w=w, slope=Partial(E, w)), Message("update.rate", eta=ETA))
    for l in s.network.layers:
        for parameter, formula in _gradients(s, l, form):
            writer.say(
                Message("update.rule", statement=Relation(parameter, "←", parameter - ETA * Partial(E, parameter)))
            )
            writer.step(
                parameter - ETA * Partial(E, parameter), parameter - ETA * formula, "update", "update.line", w=parameter
            )
    for layer in other_layers(s, form == "batch"):
        for name in layer.layer.shapes():
            theta, formula = layer.gradient(name, {})
            left = theta - ETA * Partial(E, theta)
            writer.say(Message("update.rule", statement=Relation(theta, "←", left)))
            writer.step(left, theta - ETA * formula, "update", "update.line", w=theta)
    writer.say(Message("update.all_at_once"))


def _gradients(s: Symbols, l: int, form: str) -> list[tuple[Quantity, Expression]]:
    def penalised(formula: Expression, W: Expression) -> Expression:
        return Add((formula, LAMBDA * W)) if s.penalised else formula

    match form:
        case "index":
            w, b = s.W(l, HERE, FROM), s.b(l, HERE)
            return [(w, penalised(s.delta(l, HERE) * s.a(l - 1, FROM), w)), (b, s.delta(l, HERE))]
        case "vector":
            return [(s.W(l), penalised(s.delta(l) @ Transpose(s.a(l - 1)), s.W(l))), (s.b(l), s.delta(l))]
    rows = Sum(s.Delta(l, SAMPLE), SAMPLE, s.n_samples)
    return [(s.W(l), penalised(Transpose(s.Delta(l)) @ s.A(l - 1), s.W(l))), (s.b(l), rows)]


def write_short(writer: Writer, quantity: Expression, result: Expression, n_lines: int) -> None:
    """Write, before everything else, what comes out: its shape and its formula."""
    shape = quantity.shape
    writer.heading("short.heading")
    kind = ("scalar", "vector", "matrix")[len(shape)]
    writer.say(Message(f"short.{kind}", quantity=quantity, shape=shape_text(shape)))
    writer.say(Message("short.result", statement=Relation(quantity, "=", result)))
    writer.say(Message("short.lines", n=n_lines))


def write_verification(writer: Writer, worst: Any, numbers: tuple[Any, Any, Any] | None) -> None:
    """Write how the lines were verified, and by how much two sides differed at most.

    Arguments:
        worst: the largest difference of all lines.
        numbers: at one point, the last formula's value, the central difference, and the engine's gradient; None: the
            derivation is not of one gradient.
    """
    writer.heading("verification.heading")
    sentences = [Message("verification.lines", n=len(writer.steps), worst=_small(worst))]
    if numbers is not None:
        formula, difference, engine = numbers
        if np.ndim(formula) == 0:
            values = {"formula": formula, "difference": difference, "engine": mpmath.mpf(float(engine))}
            shown = {name: mpmath.nstr(value, 13).replace("-", "−") for name, value in values.items()}
            sentences.append(Message("verification.numbers", **shown))
        else:
            off = {"difference": _largest(formula - difference), "engine": _largest(engine - difference)}
            sentences.append(Message("verification.arrays", **off))
    writer.say(*sentences)


def _small(value: Any) -> str:
    return number_text(value, 2)


def _largest(differences: Any) -> str:
    return _small(max(abs(mpmath.mpf(value)) for value in np.asarray(differences, object).ravel()))
