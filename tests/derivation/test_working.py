"""A worked step: every number is the textbook's, every line says what its numbers give, a wrong one is never shown."""

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad

from clearprop.derivation import working
from clearprop.derivation.checking.numbers import MOST_UNITS
from clearprop.derivation.documents.blocks import Paragraph, Table
from clearprop.derivation.expressions import (
    Add,
    Constant,
    Divide,
    Expression,
    Index,
    Multiply,
    Negate,
    Number,
    Partial,
    Quantity,
    Sum,
    walk,
)
from clearprop.derivation.messages import Message, languages
from clearprop.derivation.working import Worked, WorkedError, worked
from clearprop.mathematics.network import Network, Parameters
from mathematics.cases import ENDS, HIDDEN
from mathematics.test_autodiff import TEXTBOOK_ACTIVATIONS, TEXTBOOK_LOSSES

from .textbook import Numbers, ScalarNumbers, random_numbers, value

RATE, PENALTY = 0.05, 0.3
WRITTEN = 6e-5  # a value is written with five digits at least


@dataclass(frozen=True)
class Data:
    """A network, parameters, rows and targets, and the step that is worked out of them."""

    numbers: Numbers
    penalty: float

    @property
    def network(self) -> Network:
        return self.numbers.network

    @property
    def parameters(self) -> Parameters:
        return Parameters.of(self.numbers.W[1:], self.numbers.b[1:])

    def worked(self, **named: Any) -> Worked:
        given = {"learning_rate": RATE, "penalty": self.penalty, **named}
        return worked(self.network, self.parameters, self.numbers.X, self.numbers.Y, **given)

    @cached_property
    def step(self) -> Worked:
        """The step that several tests look at."""
        return self.worked()

    def loss(self, W: list[Any], b: list[Any]) -> Any:
        """E, written anew."""
        a = self.numbers.X
        for l in self.network.layers:
            a = TEXTBOOK_ACTIVATIONS[self.numbers.name_of(l)](anp.dot(a, W[l].T) + b[l])
        rows = anp.sum(TEXTBOOK_LOSSES[self.network.loss](a, self.numbers.Y), axis=1)
        return anp.mean(rows) + self.penalty / 2 * sum(anp.sum(w**2) for w in W[1:])

    def gradients(self) -> tuple[list[Any], list[Any]]:
        W, b = ([np.zeros((0, 0)), *arrays[1:]] for arrays in (self.numbers.W, self.numbers.b))
        return grad(lambda W, b: self.loss(W, b), (0, 1))(W, b)


def data(
    sizes: tuple[int, ...], hidden: str | tuple[str, ...], output: str, loss: str, m: int, penalty: float, seed: int = 0
) -> Data:
    network = Network(sizes, hidden, output, loss)
    targets = "distribution" if (output, loss) == ("softmax", "cross_entropy") else None
    numbers = random_numbers(network, m, seed, targets, penalty)
    return Data(replace(numbers, omega=np.full(m, 1 / m)), penalty)


def of_end(number: int, end: tuple[str, str]) -> Data:
    """A network with this output and loss; hidden activations, rows and penalty go round."""
    hidden = (HIDDEN[number % len(HIDDEN)], HIDDEN[(5 * number + 3) % len(HIDDEN)])[: 1 + number % 2]
    hidden = tuple("tanh" if name == "exponential" and len(hidden) > 1 else name for name in hidden)
    sizes = (3, 4, 2, 3) if len(hidden) == 2 else (3, 4, 2)
    return data(sizes, hidden, *end, m=(1, 3)[number // 2 % 2], penalty=(0.0, PENALTY)[number // 4 % 2], seed=number)


EXAMPLES = [pytest.param(of_end(i, end), id="-".join(end)) for i, end in enumerate(ENDS)]
WITHIN = {"rtol": 1e-10, "atol": 1e-13}


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_array_is_the_textbook_s(example: Data) -> None:
    step, numbers = example.step, example.numbers
    dW, db = example.gradients()
    for l in example.network.layers:
        np.testing.assert_allclose(step.passed.z[l], numbers.array("Z", l).real, **WITHIN)
        np.testing.assert_allclose(step.passed.a[l], numbers.array("A", l).real, **WITHIN)
        np.testing.assert_allclose(step.gradients.delta[l], numbers.array("Delta", l).real, **WITHIN)
        np.testing.assert_allclose(step.gradients.dW[l], dW[l], **WITHIN)
        np.testing.assert_allclose(step.gradients.db[l], db[l], **WITHIN)
        np.testing.assert_allclose(step.updated.W[l], numbers.W[l] - RATE * dW[l], **WITHIN)
        np.testing.assert_allclose(step.updated.b[l], numbers.b[l] - RATE * db[l], **WITHIN)
    assert step.loss_before == pytest.approx(example.loss(numbers.W, numbers.b), rel=1e-12)
    assert step.loss_after == pytest.approx(example.loss(step.updated.W, step.updated.b), rel=1e-12)
    assert step.loss_after < step.loss_before


PLAIN = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")


def number_of(shown: Expression | str | None) -> float:
    """A number as it is written."""
    if isinstance(shown, Number):
        return float(shown.value)
    if isinstance(shown, Negate):
        return -number_of(shown.argument)
    assert isinstance(shown, str)
    mantissa, _, exponent = shown.translate(PLAIN).partition(" · 10")
    return float(mantissa) * 10.0 ** int(exponent or "0")


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_line_has_its_number(example: Data) -> None:
    """Its value, by `textbook`, to the digits that are written: of the left side and of the right."""
    step = example.step
    assert len(step.steps) > 10
    for line in step.steps:
        assert line.left is not None
        assert line.value is not None
        written = number_of(line.value)
        for side in (line.left, line.right):
            exact = value(side, example.numbers, {}).real
            assert written == pytest.approx(exact, rel=WRITTEN, abs=1e-12), (line.number, line.rule)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_numbers_put_in_give_about_the_value(example: Data) -> None:
    """Four digits each: as far off as their rounding can move the result, and no farther."""
    seen = 0
    for line in example.step.steps:
        if line.numbers is None or any(isinstance(node, Constant) for node in walk(line.numbers)):
            continue  # a sum that is cut with dots
        seen += 1
        assert not any(isinstance(node, Quantity | Sum | Partial | Index) for node in walk(line.numbers))
        result, spread = rounded(line.numbers)
        assert abs(result - number_of(line.value)) <= 1.01 * spread + WRITTEN * abs(result) + 1e-12, line.number
        assert same_digits(line.numbers, line.right, example.numbers), line.number
    assert seen > 5


NOWHERE = ScalarNumbers(0j, "identity")


def rounded(formula: Expression) -> tuple[float, float]:
    """The value of a formula of numbers, and how far their rounding to four digits can move it, to first order."""
    result = value(formula, NOWHERE, {}).real
    spread = 0.0
    for path, node in leaves(formula):
        size = abs(float(node.value))
        if isinstance(node.value, str):  # whole numbers are the formula's own
            unit = 0.5 * 10.0 ** (np.floor(np.log10(size)) - 3) if size else 0.5e-4
            moved = value(replaced(formula, path, Number(str(float(node.value) + float(unit)))), NOWHERE, {}).real
            back = value(replaced(formula, path, Number(str(float(node.value) - float(unit)))), NOWHERE, {}).real
            spread += max(abs(moved - result), abs(back - result))
    return result, spread


Path = tuple[Any, ...]


def leaves(formula: Any, path: Path = ()) -> Any:
    """Every number in a formula, with the way to it."""
    if isinstance(formula, Number):
        yield path, formula
    elif isinstance(formula, Expression):
        for name in formula.__dataclass_fields__:
            yield from leaves(getattr(formula, name), (*path, name))
    elif isinstance(formula, tuple):
        for i, part in enumerate(formula):
            yield from leaves(part, (*path, i))


def replaced(formula: Any, path: Path, leaf: Expression) -> Any:
    if not path:
        return leaf
    first, rest = path[0], path[1:]
    if isinstance(first, int):
        return (*formula[:first], replaced(formula[first], rest, leaf), *formula[first + 1 :])
    return replace(formula, **{first: replaced(getattr(formula, first), rest, leaf)})


def same_digits(put: Expression, formula: Expression, numbers: Numbers) -> bool:
    """Whether the numbers of a product or sum without running index are those of its quantities, to four digits."""
    if not isinstance(formula, Add | Multiply | Negate | Divide) or type(put) is not type(formula):
        return True
    parts = zip(formula.children, put.children, strict=False)
    return all(
        float(mine.value) == pytest.approx(value(part, numbers, {}).real, rel=1e-3, abs=1e-12)
        for part, mine in parts
        if isinstance(part, Quantity) and isinstance(mine, Number)
    )


def test_a_value_that_is_off_is_noticed_by_these_tests() -> None:
    example = data((3, 4, 2), "tanh", "softmax", "cross_entropy", 1, 0.0)
    line = example.worked().steps[0]
    result, spread = rounded(line.numbers)
    assert 0 < spread < 0.01 * max(1.0, abs(result))
    assert number_of(line.value) != pytest.approx(1.01 * value(line.right, example.numbers, {}).real, rel=WRITTEN)


@pytest.mark.parametrize("m", [1, 2])
@pytest.mark.parametrize("language", languages())
def test_wide_layers_are_cut_and_that_is_said(language: str, m: int) -> None:
    step = data((2, 8, 3), "tanh", "softmax", "cross_entropy", m, 0.0).worked(language=language)
    units = {
        line.left.indices[-1].value
        for line in step.steps
        if isinstance(line.left, Quantity) and (line.left.name in "zZaA") and line.left.layer == 1
    }
    assert units == set(range(1, MOST_UNITS + 1))
    messages = [s for b in step.blocks if isinstance(b, Paragraph) for s in b.sentences if isinstance(s, Message)]
    assert Message("worked.more_units", n=3) in messages
    assert (Message("worked.more_rows", m=m) in messages) == (m > 1)
    text = step.to_text(100)
    assert "…" in text


def test_narrow_layers_are_not_cut() -> None:
    step = data((2, MOST_UNITS, 2), "tanh", "softmax", "cross_entropy", 1, 0.0).worked()
    said = [s for b in step.blocks if isinstance(b, Paragraph) for s in b.sentences if isinstance(s, Message)]
    assert not any(message.key == "worked.more_units" for message in said)
    cells = [c for b in step.blocks if isinstance(b, Table) for row in b.rows for c in row if isinstance(c, str)]
    assert not any("…" in cell for cell in cells)


def test_the_slopes_of_the_inputs_are_the_gradient_by_the_inputs() -> None:
    example = data((3, 4, 2), "gelu", "sigmoid", "binary_cross_entropy", 1, 0.0)
    step = example.worked(input_names=("age", "height", "weight"))
    [table] = [b for b in step.blocks if isinstance(b, Table) and b.headings[-1] == Message("worked.slope")]
    found = {row[1]: number_of(row[3]) for row in table.rows}
    exact = {
        name: example.numbers.derivative(lambda numbers: numbers.array("E", None), "A", 0, (0, k)).real
        for k, name in enumerate(("age", "height", "weight"))
    }
    assert found == pytest.approx(exact, rel=1e-3)
    sizes = [abs(slope) for slope in found.values()]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("quantity", ["W1[1,2]", "W2[1,1]", "b2[1]", "z[2,1]", "h[1,2]", "x[2]"])
@pytest.mark.parametrize("one_hot", [True, False])
def test_the_derivation_of_one_quantity_has_these_numbers(quantity: str, one_hot: bool) -> None:
    example = data((2, 3, 2), "sigmoid", "softmax", "cross_entropy", 1, 0.0)
    if one_hot:
        example = replace(example, numbers=replace(example.numbers, Y=np.array([[0.0, 1.0]])))
    step = example.worked(quantity=quantity)
    numbered = [line for line in step.steps if line.value is not None and line.activation is None]
    assert len(numbered) > len(example.worked().steps)
    assert [line.number for line in step.steps] == list(range(1, len(step.steps) + 1))
    for line in numbered:
        assert number_of(line.value) == pytest.approx(
            value(line.right, example.numbers, {}).real, rel=WRITTEN, abs=1e-12
        )


def test_one_row_may_be_given_as_a_vector() -> None:
    example = data((3, 4, 2), "tanh", "softmax", "cross_entropy", 1, PENALTY)
    flat = worked(
        *(example.network, example.parameters, example.numbers.X[0].tolist(), list(example.numbers.Y[0])),
        learning_rate=RATE,
        penalty=PENALTY,
    )
    assert flat.to_text(100) == example.worked().to_text(100)


def test_single_precision_parameters_are_taken_as_they_are() -> None:
    example = data((3, 4, 2), "tanh", "softmax", "cross_entropy", 1, 0.0)
    small = Parameters.of(example.numbers.W[1:], example.numbers.b[1:], dtype=np.float32)
    step = worked(example.network, small, example.numbers.X, example.numbers.Y)
    np.testing.assert_array_equal(step.parameters.W[1], small.W[1].astype(float))


@pytest.mark.parametrize("language", languages())
def test_the_losses_before_and_after_are_said(language: str) -> None:
    step = data((3, 4, 2), "tanh", "softmax", "cross_entropy", 1, 0.0).worked(language=language)
    text = " ".join(step.to_text(100).split())
    for loss in (step.loss_before, step.loss_after):
        assert f"{loss:.8g}" in text
    assert "{" not in re.sub(r"= \{ .*? otherwise \}", "", text)


def test_too_long_a_step_is_said_to_raise_the_loss() -> None:
    example = data((2, 2), (), "identity", "half_squared_error", 1, 0.0)
    step = example.worked(learning_rate=50.0)
    assert step.loss_after > step.loss_before
    said = [s.key for b in step.blocks if isinstance(b, Paragraph) for s in b.sentences if isinstance(s, Message)]
    assert "worked.loss_rose" in said
    assert "worked.loss_fell" not in said


GIVEN: dict[str, Any] = {"X": [[0.5, -1.0]], "Y": [[0.0, 1.0]]}
WRONG = {
    "too many inputs": ({"X": [1.0, 2.0, 3.0]}, "2 numbers a row"),
    "too few targets": ({"Y": [1.0]}, "2 numbers a row"),
    "no rows": ({"X": np.empty((0, 2))}, "2 numbers a row"),
    "three axes": ({"X": np.zeros((1, 1, 2))}, "2 numbers a row"),
    "nan in x": ({"X": [[0.0, np.nan]]}, "x: every number must be finite; row 1"),
    "infinity in the second row of y": ({"X": np.ones((2, 2)), "Y": [[0, 1], [np.inf, 0]]}, "row 2"),
    "text": ({"X": ["a", "b"]}, "x: numbers are needed, 2 a row"),
    "many rows of text": ({"X": np.array([["a", "b"]] * 40)}, "x: numbers are needed, 2 a row"),
    "rows of different lengths": ({"X": [[1.0, 2.0], [1.0]]}, "x: numbers are needed, 2 a row"),
    "more rows of x than of y": ({"X": np.ones((3, 2))}, "y: 3 rows of x need as many of y; got 1"),
    "targets that do not sum to 1": ({"Y": [[1.0, 1.0]]}, "sum to 1"),
    "unknown language": ({"language": "fr"}, "en, zh"),
    "unknown quantity": ({"quantity": "Q1"}, "W2[1,1]"),
    "quantity out of range": ({"quantity": "W1[9,1]"}, "W1[1–3,1–2]"),
    "rate that is not a number": ({"learning_rate": np.nan}, "learning_rate"),
    "negative penalty": ({"penalty": -1.0}, "penalty"),
}


@pytest.mark.parametrize(("wrong", "possible"), WRONG.values(), ids=WRONG)
def test_wrong_input_is_answered_in_one_line(wrong: dict[str, Any], possible: str) -> None:
    network = Network((2, 3, 2), "tanh")
    parameters = Parameters.of([np.ones((3, 2)), np.ones((2, 3))], [np.zeros(3), np.zeros(2)])
    with pytest.raises(ValueError) as caught:
        worked(network, parameters, **{**GIVEN, **wrong})
    message = str(caught.value)
    assert "\n" not in message
    assert possible in message or possible.replace("W1", "") in message, message
    assert len(message) < 300


def test_parameters_of_another_network_are_refused() -> None:
    with pytest.raises(ValueError, match="parameters: the network has sizes"):
        worked(Network((2, 2)), Parameters.of([np.ones((2, 3))], [np.zeros(2)]), [1.0, 2.0], [0.0, 1.0])


@pytest.mark.parametrize("m", [1, 3])
@pytest.mark.parametrize("array", ["delta", "dW", "db"])
@pytest.mark.parametrize("layer", [1, 2])
def test_a_gradient_that_is_off_in_one_entry_is_never_shown(
    layer: int, array: str, m: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = working.backward

    def off(*arguments: Any, **named: Any) -> Any:
        gradients = right(*arguments, **named)
        getattr(gradients, array)[layer].flat[0] += 1e-3
        return gradients

    example = data((2, 3, 2), "sigmoid", "softmax", "cross_entropy", m, 0.0)
    example.worked()
    monkeypatch.setattr(working, "backward", off)
    with pytest.raises(WorkedError):
        example.worked()


@pytest.mark.parametrize("array", ["dW", "db"])
def test_of_a_small_network_every_entry_of_the_gradients_is_measured(
    array: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, example = working.backward, data((2, 3, 2), "sigmoid", "softmax", "cross_entropy", 1, 0.0)
    for layer in (1, 2):
        for place in range(getattr(example.worked().gradients, array)[layer].size):

            def off(*arguments: Any, layer: int = layer, place: int = place, **named: Any) -> Any:
                gradients = right(*arguments, **named)
                getattr(gradients, array)[layer].flat[place] += 1e-3
                return gradients

            monkeypatch.setattr(working, "backward", off)
            with pytest.raises(WorkedError):
                example.worked()
            monkeypatch.undo()


def test_a_forward_pass_that_is_off_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    right, example = working.forward, data((2, 3, 2), "sigmoid", "softmax", "cross_entropy", 1, 0.0)

    def off(*arguments: Any) -> Any:
        passed = right(*arguments)
        passed.a[1][0, 1] += 1e-3
        return passed

    monkeypatch.setattr(working, "forward", off)
    with pytest.raises(WorkedError):
        example.worked()


def test_a_saturated_output_is_worked_out_like_any_other() -> None:
    """Confident and wrong: the loss comes from z, where 1 − a has no digits left."""
    for z in (30.0, 40.0, 100.0):
        network = Network((1, 1), (), "sigmoid", "binary_cross_entropy")
        step = worked(network, Parameters.of([[[z]]], [[0.0]]), [1.0], [0.0])
        assert step.loss_before == pytest.approx(z)
        assert step.gradients.dW[1] == pytest.approx(1.0)


def test_a_unit_at_its_kink_has_the_declared_slope() -> None:
    """Inputs of 0 and biases of 0 are what networks begin with: ReLU′(0) = 0, and that is no fault of the engine."""
    network = Network((2, 2, 2), "relu")
    parameters = Parameters.of([[[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0], [3.0, 5.0]]], [[0.0, 0.0], [0.0, 0.0]])
    step = worked(network, parameters, [0.0, 0.0], [1.0, 0.0])
    np.testing.assert_array_equal(step.gradients.delta[1], np.zeros((1, 2)))


@pytest.mark.parametrize(
    ("network", "weights", "y"),
    [
        (Network((1, 2), (), "relu", "poisson"), [[0.5], [-1.0]], [0.0, 1.0]),
        (Network((1, 1), (), "softmax", "binary_cross_entropy"), [[0.5]], [1.0]),
    ],
    ids=["relu-poisson", "one-softmax-unit"],
)
def test_a_loss_that_is_not_finite_there_is_said_in_one_line(network: Network, weights: Any, y: Any) -> None:
    """The engine clips an output of 0; the formula of the loss divides by it."""
    with pytest.raises(ValueError) as caught:
        worked(network, Parameters.of([weights], [np.zeros(len(y))]), [1.0], y)
    assert "\n" not in str(caught.value)
    assert str(caught.value)
