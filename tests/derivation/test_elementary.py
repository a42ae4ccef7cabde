"""Activations, softmax and the output layer: every line holds, and ends in what the tables and the equations say."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import sympy

from clearprop.derivation.calculus.activation_derivatives import write_activation_derivative
from clearprop.derivation.calculus.output_layer import write_loss_gradient, write_output_error
from clearprop.derivation.calculus.softmax import write_softmax_jacobian, write_softmax_shift
from clearprop.derivation.checking.verification import DerivationError, Verifier
from clearprop.derivation.documents.blocks import Paragraph, Step
from clearprop.derivation.expressions import Activate, Expression, Index, Number, Partial, Quantity
from clearprop.derivation.formulas import parsed
from clearprop.derivation.messages import Message
from clearprop.derivation.printing.unicode import to_unicode
from clearprop.derivation.symbols import Symbols
from clearprop.derivation.writer import Writer
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.losses import LOSSES
from clearprop.mathematics.network import Network
from mathematics.cases import ENDS, HIDDEN, PAIRS

from .algebra import Reader, wrong_lines

I, J = Index("i"), Index("j")
Z, A = Quantity("z", "z"), Quantity("a", "a")
N = 3
PLACES = [{"i": i, "j": j, "k": j} for i, j in product(range(1, N + 1), repeat=2)]


def points(assumes: str | None) -> dict[sympy.Symbol, sympy.Expr]:
    targets = {"distribution": (2, 5, 4), "one_hot": (0, 11, 0)}.get(assumes, (3, 8, 7))
    z = {sympy.Symbol(f"z_{k}", real=True): sympy.Rational(9 - 2 * k, 13) for k in range(1, N + 1)}
    y = {sympy.Symbol(f"y_{k}", real=True): sympy.Rational(targets[k - 1], 11) for k in range(1, N + 1)}
    return {**z, **y, sympy.Symbol("shift", real=True): sympy.Rational(5, 7)}


def output_symbols(output: str = "softmax", loss: str = "cross_entropy") -> Symbols:
    return Symbols(Network((2, N), (), output, loss))


def wrong_activation_lines(name: str) -> list[int]:
    writer = Writer()
    write_activation_derivative(writer, ACTIVATIONS[name])
    reader, z = Reader(name), sympy.Symbol("z", real=True)
    return [
        line
        for at in (sympy.Rational(-31, 23), sympy.Rational(17, 29))
        for line in wrong_lines(reader, writer.steps, lambda _, at=at: {z: at})
    ]


def output_steps(output: str, loss: str, j: Expression = J) -> list[Step]:
    writer = Writer()
    write_output_error(writer, output_symbols(output, loss), j, one_hot=True)
    return writer.steps


def check_output_lines(output: str, loss: str, j: Expression = J) -> None:
    Verifier(Network((2, N), (), output, loss), 1).check(output_steps(output, loss, j))


@pytest.mark.parametrize("name", HIDDEN)
def test_every_line_of_an_activation_holds(name: str) -> None:
    assert wrong_activation_lines(name) == []


@pytest.mark.parametrize("name", HIDDEN)
def test_activation_ends_in_the_form_of_the_table(name: str) -> None:
    entry, writer = ACTIVATIONS[name], Writer()
    number = write_activation_derivative(writer, entry)
    last = writer.steps[-1]
    assert last.number == number
    assert last.left == Activate(name, entry.symbol, Z, order=1)
    assert to_unicode(last.right) == to_unicode(parsed(entry.derivative_formula, {"z": Z, "a": A}))
    assert {step.activation for step in writer.steps} == {name}
    assert not any(isinstance(step.right, Partial) for step in writer.steps[1:-1] if step.rule == "simplify")


@pytest.mark.parametrize("name", [name for name in HIDDEN if name != "identity"])
def test_wrong_derivative_in_the_table_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = ACTIVATIONS[name]
    monkeypatch.setitem(ACTIVATIONS, name, replace(entry, derivative_formula=f"({entry.derivative_formula})*2"))
    assert wrong_activation_lines(name)


@pytest.mark.parametrize("name", [name for name in HIDDEN if ACTIVATIONS[name].derivation])
def test_wrong_algebra_in_the_table_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = ACTIVATIONS[name]
    (rule, formula), *rest = entry.derivation
    monkeypatch.setitem(ACTIVATIONS, name, replace(entry, derivation=((rule, f"{formula} + z"), *rest)))
    assert wrong_activation_lines(name)


@pytest.mark.parametrize("name", HIDDEN)
def test_kinks_are_spoken_of(name: str) -> None:
    entry, writer = ACTIVATIONS[name], Writer()
    write_activation_derivative(writer, entry)
    sentences = [block.sentences[0] for block in writer.finish() if isinstance(block, Paragraph)]
    told = [dict(message.values) for message in sentences if message.key == "calculus.kink"]
    assert len(told) == len(entry.kinks)
    for values, (_, declared) in zip(told, entry.kinks, strict=True):
        assert float(values["declared"].value) == float(values["left"].value) == declared
        assert values["right"] != values["left"]


def test_new_activation_without_algebra_goes_straight_to_its_form() -> None:
    writer = Writer()
    write_activation_derivative(writer, replace(ACTIVATIONS["sigmoid"], derivation=()))
    assert [step.rule for step in writer.steps[-2:]] == ["simplify", "substitute"]


def test_softmax_has_no_scalar_derivative() -> None:
    with pytest.raises(ValueError, match=r"softmax.* is not elementwise"):
        write_activation_derivative(Writer(), ACTIVATIONS["softmax"])


def test_softmax_shift() -> None:
    writer = Writer()
    assert write_softmax_shift(writer, output_symbols()) == len(writer.steps)
    assert wrong_lines(Reader("softmax", None, N), writer.steps, points, PLACES) == []


def test_softmax_jacobian() -> None:
    writer = Writer()
    assert write_softmax_jacobian(writer, output_symbols()) == len(writer.steps)
    assert wrong_lines(Reader("softmax", None, N), writer.steps, points, PLACES) == []
    written = [to_unicode(step.right) for step in writer.steps if step.left is not None]
    assert written[1] == "ŷᵢ(1 − ŷᵢ)"
    assert written[3] == "−ŷᵢŷⱼ"
    assert written[-1] == "ŷᵢ(1[i = j] − ŷⱼ)"


def test_case_of_different_indices_does_not_hold_for_equal_ones() -> None:
    writer = Writer()
    write_softmax_jacobian(writer, output_symbols())
    steps = [replace(step, condition=None) for step in writer.steps]
    assert wrong_lines(Reader("softmax", None, N), steps, points, PLACES)


@pytest.mark.parametrize("name", LOSSES)
def test_loss_gradient_ends_in_the_form_of_the_table(name: str) -> None:
    writer, symbols = Writer(), output_symbols(LOSSES[name].paired_output, name)
    right, number = write_loss_gradient(writer, symbols, I)
    assert (number, right) == (len(writer.steps), writer.steps[-1].right)
    names = {"a": symbols.a(1, I), "y": symbols.y(I)}
    assert to_unicode(right) == to_unicode(parsed(LOSSES[name].gradient_formula, names))
    assert wrong_lines(Reader(LOSSES[name].paired_output, name, N), writer.steps, points, PLACES) == []


@pytest.mark.parametrize("j", [J, I, Number(2)], ids=["j", "i", "2"])
@pytest.mark.parametrize(("output", "loss"), ENDS)
def test_every_line_of_an_output_holds(output: str, loss: str, j: Expression) -> None:
    check_output_lines(output, loss, j)


@pytest.mark.parametrize(("output", "loss"), PAIRS[:2])
def test_every_line_of_an_output_is_sympy_s(output: str, loss: str) -> None:
    steps = [step for step in output_steps(output, loss) if step.activation is None]
    assert wrong_lines(Reader(output, loss, N), steps, points, PLACES) == []


@pytest.mark.parametrize(("output", "loss"), ENDS)
def test_wrong_loss_gradient_in_the_table_is_caught(output: str, loss: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = LOSSES[loss]
    monkeypatch.setitem(LOSSES, loss, replace(entry, gradient_formula=f"({entry.gradient_formula})*2"))
    with pytest.raises(DerivationError):
        check_output_lines(output, loss)


@pytest.mark.parametrize(("output", "loss"), [pair for pair in PAIRS if LOSSES[pair[1]].pairing])
def test_wrong_sign_of_a_pair_is_caught(output: str, loss: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = LOSSES[loss]
    slipped = (*entry.pairing[:-1], (entry.pairing[-1][0], "y - a"))  # as note 2 has it
    monkeypatch.setitem(LOSSES, loss, replace(entry, pairing=slipped))
    with pytest.raises(DerivationError):
        check_output_lines(output, loss)


CANCELLING = [(output, name) for name, entry in LOSSES.items() for output in entry.cancelling]


@pytest.mark.parametrize(("output", "loss"), CANCELLING)
def test_what_cancels_without_a_pair_is_cancelled(output: str, loss: str, monkeypatch: pytest.MonkeyPatch) -> None:
    writer, symbols, entry = Writer(), output_symbols(output, loss), LOSSES[loss]
    right, _ = write_output_error(writer, symbols, J)
    assert "/" not in to_unicode(right)
    assert writer.steps[-1].left == Partial(symbols.data_loss, symbols.z(1, J))
    (rule, formula), *rest = entry.cancelling[output]
    monkeypatch.setitem(LOSSES, loss, replace(entry, cancelling={output: ((rule, f"{formula} + y"), *rest)}))
    with pytest.raises(DerivationError):
        check_output_lines(output, loss)


def check_uses(steps: list[Step]) -> None:
    """Lines name earlier lines, each once; one that ends a chain names its first line and the line before it."""
    for step in steps:
        assert all(0 < number < step.number for number in step.uses), step
        assert len(set(step.uses)) == len(step.uses), step
        used = [steps[number - 1] for number in step.uses]
        if any(line.left is not None and line.left == step.left for line in used):
            assert step.number - 1 in step.uses, step
        for line in used:  # what is named is a result, or where the chain of this line begins
            begins = line.left is not None and line.left == step.left
            ends = line.number == len(steps) or steps[line.number].left is not None
            assert begins or ends, (step, line)


@pytest.mark.parametrize(("output", "loss"), ENDS)
def test_lines_name_the_lines_that_they_use(output: str, loss: str) -> None:
    check_uses(output_steps(output, loss))
    for name in (output, *HIDDEN) if loss == "half_squared_error" else ():
        writer = Writer()
        if ACTIVATIONS[name].elementwise:
            write_activation_derivative(writer, ACTIVATIONS[name])
        check_uses(writer.steps)


def test_wrong_uses_are_seen() -> None:
    steps = output_steps("sigmoid", "binary_cross_entropy")
    last = steps[-1]
    with pytest.raises(AssertionError):
        check_uses([*steps[:-1], replace(last, uses=(last.uses[0] + 2, last.uses[1] - 1))])


def said(writer: Writer) -> set[str]:
    blocks = [block for block in writer.finish() if isinstance(block, Paragraph)]
    return {sentence.key for block in blocks for sentence in block.sentences if isinstance(sentence, Message)}


@pytest.mark.parametrize("n", [1, 2])
def test_a_softmax_of_one_unit_is_spoken_of(n: int) -> None:
    writer, symbols = Writer(), Symbols(Network((2, n), (), "softmax", "half_squared_error"))
    write_output_error(writer, symbols, J)
    assert ("calculus.jacobian_of_one" in said(writer)) == (n == 1)
    assert ("calculus.softmax_one_path" in {step.why.key for step in writer.steps}) == (n == 1)


@pytest.mark.parametrize("loss", ["poisson", "half_squared_error"])
def test_zero_times_the_logarithm_of_zero_is_spoken_of(loss: str) -> None:
    writer = Writer()
    write_loss_gradient(writer, output_symbols(LOSSES[loss].paired_output, loss), I)
    assert ("calculus.poisson_formula" in said(writer)) == (loss == "poisson")


@pytest.mark.parametrize("name", ["gelu", "tanh"])
def test_erf_is_defined_and_differentiated_by_itself(name: str) -> None:
    writer = Writer()
    write_activation_derivative(writer, ACTIVATIONS[name])
    assert ("calculus.erf_definition" in said(writer)) == (name == "gelu")
    assert (writer.steps[0].rule == "derivative_erf") == (name == "gelu")


@pytest.mark.parametrize(("output", "loss"), PAIRS)
def test_a_pair_gives_prediction_minus_target(output: str, loss: str) -> None:
    writer, symbols = Writer(), output_symbols(output, loss)
    right, number = write_output_error(writer, symbols, J)
    last = writer.steps[-1]
    assert (last.number, last.right, last.left) == (number, right, Partial(symbols.data_loss, symbols.z(1, J)))
    assert right == symbols.a(1, J) - symbols.y(J)
    assert (last.assumes == "distribution") == (output == "softmax")


def test_softmax_cross_entropy_without_a_distribution_is_not_prediction_minus_target() -> None:
    steps = [replace(step, assumes=None) for step in output_steps("softmax", "cross_entropy")]
    with pytest.raises(DerivationError, match="distribution"):
        Verifier(Network((2, N), ()), 1).check(steps)


def test_one_hot_targets_have_two_cases() -> None:
    writer = Writer()
    _, number = write_output_error(writer, output_symbols(), J, one_hot=True)
    last = writer.steps[-1]
    assert (last.number, last.assumes, last.rule) == (number + 1, "one_hot", "one_hot")
    assert "ŷⱼ − 1" in to_unicode(last.right)


@pytest.mark.parametrize(("output", "loss"), [end for end in ENDS if end not in PAIRS])
def test_final_formula_is_what_the_equations_compute(output: str, loss: str) -> None:
    writer, symbols = Writer(), output_symbols(output, loss)
    right, number = write_output_error(writer, symbols, J)
    assert writer.steps[-1].number == number
    point = points(None)
    z, y = (np.array([[float(point[sympy.Symbol(f"{v}_{k}", real=True)]) for k in (1, 2, 3)]]) for v in "zy")
    a = ACTIVATIONS[output].value(z, np)
    expected = ACTIVATIONS[output].pull_back(LOSSES[loss].gradient(a, y, np), z, a)
    reader = Reader(output, loss, N)
    found = [float(reader.value(right, {"j": j}, point)) for j in (1, 2, 3)]
    np.testing.assert_allclose(found, expected[0], rtol=1e-12)


def test_what_is_written_is_not_written_again() -> None:
    writer, symbols, written = Writer(), output_symbols(), {}
    write_output_error(writer, symbols, J, written)
    assert set(written) == {"softmax", "loss"}
    before = len(writer.steps)
    write_output_error(writer, symbols, Number(1), written)
    again = writer.steps[before:]
    assert len(again) == 10
    assert again[1].uses == (written["loss"],)
