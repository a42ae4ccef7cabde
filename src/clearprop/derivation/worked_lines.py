"""How one training step is written down: the formula, the numbers put in, and the value that the engine has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import mpmath
import numpy as np

from clearprop.derivation.checking.evaluation import Evaluator
from clearprop.derivation.checking.numbers import DIGITS_SHOWN, MOST_UNITS, NumbersIn, array_text, number_text, shown
from clearprop.derivation.checking.points import NetworkPoint, exact
from clearprop.derivation.checking.verification import BATCH_NAMES, free_indices
from clearprop.derivation.derivations import MOST_PARAMETERS, derive
from clearprop.derivation.documents.blocks import Block, Content, Heading, Step, Steps
from clearprop.derivation.expressions import (
    Divide,
    Expression,
    Function,
    Index,
    Number,
    Partial,
    Quantity,
    Sum,
    rebuilt,
    walk,
)
from clearprop.derivation.forms.batch_form import BatchForm
from clearprop.derivation.forms.chapters import shape_text
from clearprop.derivation.forms.index_form import HERE, slope_of
from clearprop.derivation.formulas import parsed
from clearprop.derivation.losses import row_loss_formula
from clearprop.derivation.messages import Message
from clearprop.derivation.symbols import LAMBDA, PENALTY, SAMPLE, At, E, Symbols
from clearprop.derivation.training_step import TrainingStep
from clearprop.derivation.worked_layers import WorkedLayers
from clearprop.derivation.writer import Writer
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.equations import loss

#: So many entries of the gradients are measured again, as central differences in 130-digit arithmetic.
MOST_MEASURED = 24


class WorkedError(Exception):
    """The engine's numbers are not those of the formulas: a defect of Clearprop, never of the person's input."""


@dataclass(frozen=True)
class Names:
    """What inputs and outputs are called, and whether the targets are only what the network itself predicts."""

    inputs: Sequence[str] = ()
    outputs: Sequence[str] = ()
    assumed_targets: bool = False


class WorkedLines:
    """Writes the worked example of one step.

    Arguments:
        found: the step.
        names: of its inputs and outputs.
        quantity: what to derive line by line with its numbers; None: nothing.
        language: of the derivation.
    """

    def __init__(self, found: TrainingStep, names: Names, quantity: str | None, language: str) -> None:
        self.found, self.names, self.quantity, self.language = found, names, quantity, language
        self.penalty, self.rate = found.penalty, found.learning_rate
        network, m = found.network, len(found.X)
        self.writer, self.symbols = Writer(), Symbols(network, m, bool(self.penalty))
        parameters = found.parameters
        omega = np.full(m, mpmath.mpf(1) / m, object)
        self.point = NetworkPoint(
            network,
            [None, *(exact(W) for W in parameters.W[1:])],
            [None, *(exact(b) for b in parameters.b[1:])],
            exact(found.X),
            exact(found.Y),
            omega,
            mpmath.mpf(self.penalty),
            mpmath.mpf(self.rate),
            theta={name: exact(array) for name, array in parameters.theta.items()},
        )
        self.evaluator = Evaluator(self.point)
        self.numbers = NumbersIn(self.evaluator)
        self.layers = WorkedLayers(found, self.symbols, self.writer, self._line)

    @property
    def _is_batch(self) -> bool:
        return len(self.found.X) > 1

    def z(self, l: int, *at: At) -> Quantity:
        """zˡ of one sample, or Zˡ of the batch; with indices, those of row 1."""
        return self._of_row(self.symbols.z, self.symbols.Z, l, at)

    def a(self, l: int, *at: At) -> Quantity:
        """aˡ, or Aˡ."""
        return self._of_row(self.symbols.a, self.symbols.A, l, at)

    def delta(self, l: int, *at: At) -> Quantity:
        """δˡ, or Δˡ."""
        return self._of_row(self.symbols.delta, self.symbols.Delta, l, at)

    def _of_row(self, small: Callable[..., Quantity], capital: Callable[..., Quantity], l: int, at: Any) -> Quantity:
        if not self._is_batch:
            return small(l, *at)
        return capital(l, 1, *at) if at else capital(l)

    def write(self) -> tuple[Block, ...]:
        """Write all of it, from what is given to how it was verified."""
        self._givens()
        self._forward()
        self._prediction()
        self._loss()
        self._backward()
        self._saliency()
        self._update()
        self._measured()
        blocks = self.writer.finish()
        return blocks if self.quantity is None else (*blocks, *self._derivation())

    def _line(self, left: Expression, right: Expression, value: Any, rule: str, why: str, **values: Any) -> None:
        """Write one line with the formula, the numbers put in, and the engine's value."""
        expected = self._expected(right)
        is_checked = bool(np.isfinite(expected))  # a saturated output may be 0 or 1 in 130 digits, and its log infinite
        if is_checked and not abs(expected - float(value)) <= 1e-6 * max(1.0, abs(expected)):
            raise WorkedError(f"line {len(self.writer.steps) + 1}: the engine has {value}, the formula {expected}")
        put, result = self._put(right) if is_checked else None, Number(shown(value, DIGITS_SHOWN))
        self.writer.step(left, right, rule, why, numbers=(put, result), **values)

    def _expected(self, right: Expression) -> float:
        try:
            return float(self.evaluator.evaluate(right))
        except ZeroDivisionError:
            loss_name = self.found.network.loss
            raise ValueError(f"{loss_name} is not defined on this row: it divides by an output of 0") from None

    def _put(self, right: Expression) -> Expression | None:
        """Return a formula with numbers, or None where nothing but its value would be left."""
        put = self.numbers.put(right)
        return None if isinstance(put, Number) else put

    def _givens(self) -> None:
        s, f = self.symbols, self.found
        self.writer.heading("worked.givens_heading")
        if self.names.assumed_targets:
            self.writer.say(Message("worked.assumed"))
        rows_text = Message("worked.rows", m=len(f.X)) if self._is_batch else Message("worked.one_row")
        self.writer.say(Message("worked.givens", rows=rows_text))
        rows = [] if s.makes_inputs else [self._array_row(self.a(0), f.X)]
        rows += [*self.layers.givens(), self._array_row(s.Y() if self._is_batch else s.y(), f.Y)]
        for l in f.network.layers:
            rows += [self._array_row(s.W(l), f.parameters.W[l]), self._array_row(s.b(l), f.parameters.b[l])]
        self._array_table(rows)

    def _array_row(self, quantity: Quantity, array: Array) -> tuple[Content, ...]:
        return (quantity, shape_text(quantity.shape), array_text(array))

    def _array_table(self, rows: list[tuple[Content, ...]]) -> None:
        names = ("symbol", "shape", "numbers")
        self.writer.table(tuple(Message(f"worked.{name}") for name in names), rows)

    def _forward(self) -> None:
        s, f, w = self.symbols, self.found, self.writer
        k = Index("k")
        self.layers.forward()
        for l in f.network.layers:
            w.heading("worked.forward_heading", l=l)
            for j in self._units(l):
                right = Sum(s.W(l, j, k) * self.a(l - 1, k), k, s.size(l - 1)) + s.b(l, j)
                self._line(
                    self.z(l, j), right, f.passed.z[l][0, j - 1], "definition", "worked.z", w=s.W(l, j, k), b=s.b(l, j)
                )
            for j in self._units(l):
                self._line(
                    self.a(l, j),
                    self._activation(l, j),
                    f.passed.a[l][0, j - 1],
                    "definition",
                    "worked.a" if s.activation(l).elementwise else "worked.softmax",
                    f=s.f(l, self.z(l, j) if s.activation(l).elementwise else self.z(l)),
                    j=j,
                )
            self._more(l)
            self._say_kinks(l)
            self._array_table([self._array_row(self.z(l), f.passed.z[l]), self._array_row(self.a(l), f.passed.a[l])])

    def _activation(self, l: int, j: int) -> Expression:
        s = self.symbols
        entry = s.activation(l)
        if entry.elementwise:
            f = parsed(entry.formula, {"z": self.z(l, j)})
            return self.z(l, j) + s.share(l, j) * (f - self.z(l, j)) if s.is_mixed(l) else f
        k = Index("k")
        return Divide(Function("exp", self.z(l, j)), Sum(Function("exp", self.z(l, k)), k, s.size(l)))

    def _units(self, l: int) -> range:
        return range(1, min(self.found.network.sizes[l], MOST_UNITS) + 1)

    def _more(self, l: int) -> None:
        size, m = self.found.network.sizes[l], len(self.found.X)
        if size > MOST_UNITS:
            self.writer.say(Message("worked.more_units", n=size - MOST_UNITS))
        if m > 1:
            self.writer.say(Message("worked.more_rows", m=m))

    def _say_kinks(self, l: int) -> None:
        """Say which slope is taken where a pre-activation lies exactly on a kink."""
        z = self.found.passed.z[l]
        for kink, declared in self.found.network.activation(l).kinks:
            if (z == kink).any():
                values = {"z": self.z(l), "kink": number_text(kink), "declared": number_text(declared)}
                self.writer.say(Message("worked.kink", l=l, **values))

    def _prediction(self) -> None:
        """Say which output is which, and what it predicts beside the target."""
        if not self.names.outputs:
            return
        f, l = self.found, self.symbols.L
        self.writer.heading("worked.prediction_heading")
        rows: list[tuple[Content, ...]] = [
            (self.a(l, j), str(name), number_text(f.passed.output[0, j - 1]), number_text(f.Y[0, j - 1]))
            for j, name in enumerate(self.names.outputs, start=1)
        ]
        headings = ("symbol", "output", "predicted", "target")
        self.writer.table(tuple(Message(f"worked.{name}") for name in headings), rows)

    def _loss(self) -> None:
        s, f, w = self.symbols, self.found, self.writer
        w.heading("worked.loss_heading")
        one = Number(1) if self._is_batch else None
        first = row_loss_formula(s, Index("i"), one)
        left = s.row_loss(1) if self._is_batch else s.data_loss
        entry, is_paired = f.network.loss_entry, f.network.is_paired  # of a pair from z, as `loss` does: 1 − a may be 0
        rows = entry.paired_value(f.passed.z[-1], f.Y, np) if is_paired else entry.value(f.passed.output, f.Y, np)
        self._line(left, first, rows[0], "definition", self._key("row_loss"))
        if self._is_batch:
            mean = Sum(s.omega(SAMPLE) * s.row_loss(SAMPLE), SAMPLE, len(f.X))
            value = float(loss(f.network, f.passed, f.Y))
            self._line(s.data_loss, mean, value, "definition", "worked.mean_loss", m=len(f.X))
        if self.penalty:
            self._line(E, s.data_loss + PENALTY, f.loss_before, "definition", "worked.total_loss", R=PENALTY)

    def _backward(self) -> None:
        s, f, w, L = self.symbols, self.found, self.writer, self.symbols.L
        w.heading("worked.output_heading", L=L)
        for j in self._units(L):
            error = self._row_error(j)
            right = s.omega(1) * error if self._is_batch else error
            self._line(self.delta(L, j), right, f.gradients.delta[L][0, j - 1], "combine", self._key("output_error"))
        self._more(L)
        self._array_table([self._array_row(self.delta(L), f.gradients.delta[L])])
        self._parameters(L)
        for l in range(L - 1, 0, -1):
            self.layers.backward(l)
            w.heading("worked.hidden_heading", l=l)
            k = Index("k")
            for j in self._units(l):
                total = Sum(self.delta(l + 1, k) * s.W(l + 1, k, j), k, s.size(l + 1))
                right = total * self._slope(l, j)
                self._line(
                    self.delta(l, j),
                    right,
                    f.gradients.delta[l][0, j - 1],
                    "combine",
                    "worked.hidden_error",
                    above=l + 1,
                )
            self._more(l)
            self._array_table([self._array_row(self.delta(l), f.gradients.delta[l])])
            self._parameters(l)
        self.layers.backward(0)

    def _key(self, name: str) -> str:
        return f"worked.{name}_of_rows" if self._is_batch else f"worked.{name}"

    def _weight_gradient(self, l: int, j: int, k: int) -> Expression:
        """Return ∂E/∂wˡ_jk, a sum over the rows of a batch."""
        s = self.symbols
        found = s.delta(l, j) * s.a(l - 1, k)
        if self._is_batch:
            found = Sum(s.Delta(l, SAMPLE, j) * s.A(l - 1, SAMPLE, k), SAMPLE, len(self.found.X))
        return found + LAMBDA * s.W(l, j, k) if self.penalty else found

    def _row_error(self, j: int) -> Expression:
        """∂e/∂z of row 1: ŷ − y of a pair, else the final formula of the output layer."""
        found = rebuilt(BatchForm(self.symbols, Writer()).row_error(), {SAMPLE: Number(1), HERE: Number(j)})
        return found if self._is_batch else of_one_sample(found, self.symbols)

    def _slope(self, l: int, j: int) -> Expression:
        found = slope_of(self.symbols, l, j)
        return _of_row_one(found, self.symbols) if self._is_batch else found

    def _parameters(self, l: int) -> None:
        s, f = self.symbols, self.found
        for j in list(self._units(l))[:2]:
            for k in list(self._units(l - 1))[:2]:
                self._line(
                    Partial(E, s.W(l, j, k)),
                    self._weight_gradient(l, j, k),
                    f.gradients.dW[l][j - 1, k - 1],
                    "combine",
                    self._key("weight"),
                )
        if f.parameters.W[l].size > 4 or f.parameters.b[l].size > 1:
            self.writer.say(Message("worked.more_weights", l=l))
        total = Sum(s.Delta(l, SAMPLE, 1), SAMPLE, len(f.X)) if self._is_batch else s.delta(l, 1)
        self._line(Partial(E, s.b(l, 1)), total, f.gradients.db[l][0], "combine", self._key("bias"))
        rows = [(Partial(E, s.W(l)), f.gradients.dW[l]), (Partial(E, s.b(l)), f.gradients.db[l])]
        self._array_table([(left, shape_text(array.shape), array_text(array)) for left, array in rows])

    def _saliency(self) -> None:
        f = self.found
        slopes = f.gradients.delta[1] @ f.parameters.W[1]
        first = slopes[0]
        order = np.argsort(-np.abs(first), kind="stable")[: 2 * MOST_UNITS]
        self.writer.heading("worked.saliency_heading")
        self.writer.say(Message("worked.saliency", x=self.a(0, Index("k")), n=len(order), total=len(first)))
        rows: list[tuple[Content, ...]] = [
            (self.a(0, int(k) + 1), self._name(int(k)), number_text(f.passed.a[0][0, k]), number_text(first[k]))
            for k in order
        ]
        headings = ("symbol", "input", "numbers", "slope")
        self.writer.table(tuple(Message(f"worked.{name}") for name in headings), rows)

    def _name(self, k: int) -> str:
        """What input k (from 0) is called: the column that it is made of where another layer makes it."""
        column = self.found.network.column_of_feature[k]
        return self.names.inputs[column] if column < len(self.names.inputs) else f"x{column + 1}"

    def _update(self) -> None:
        s, f, w = self.symbols, self.found, self.writer
        w.heading("worked.update_heading")
        w.say(Message("worked.update", eta=number_text(self.rate)))
        rows: list[tuple[Content, ...]] = []
        for l in f.network.layers:
            for quantity, old, new in (
                (s.W(l), f.parameters.W[l], f.updated.W[l]),
                (s.b(l), f.parameters.b[l], f.updated.b[l]),
            ):
                rows.append((quantity, shape_text(old.shape), array_text(old), array_text(new)))
        rows += self.layers.updated(f.updated)
        w.table(tuple(Message(f"worked.{name}") for name in ("symbol", "shape", "old", "new")), rows)
        key = "worked.loss_fell" if f.loss_after < f.loss_before else "worked.loss_rose"
        w.say(Message(key, before=number_text(f.loss_before, 8), after=number_text(f.loss_after, 8), E=E))

    def _measured(self) -> None:
        """Measure entries of every gradient by central differences, and say how far the engine's are from that."""
        f, s = self.found, self.symbols
        self.writer.heading("verification.heading")
        if f.network.n_parameters > MOST_PARAMETERS:
            self.writer.say(Message("worked.too_large"))
            return
        random = np.random.default_rng(0)
        places: list[tuple[Quantity, Any]] = [
            (s.W(l, j + 1, k + 1), f.gradients.dW[l][j, k])
            for l in f.network.layers
            for j, k in np.ndindex(f.parameters.W[l].shape)
        ]
        places += [
            (s.b(l, j + 1), f.gradients.db[l][j]) for l in f.network.layers for j in range(len(f.parameters.b[l]))
        ]
        places += self.layers.places()
        chosen = random.permutation(len(places))[:MOST_MEASURED]
        worst = 0.0
        for by, mine in (places[i] for i in chosen):
            measured = float(self.evaluator.evaluate(Partial(E, by)))
            if np.isfinite(measured):
                worst = max(worst, abs(measured - float(mine)) / max(1e-3, abs(measured)))
        if worst > 1e-6:
            raise WorkedError(f"a gradient of the engine is off by {worst:.1e} from its central difference")
        values = {
            "n": len(chosen),
            "total": len(places),
            "worst": number_text(worst, 2),
            "lines": len(self.writer.steps),
        }
        self.writer.say(Message("worked.measured", **values))

    def _derivation(self) -> tuple[Block, ...]:
        """The derivation of one quantity, with these numbers where a line is about one number."""
        f = self.found
        assert self.quantity is not None
        derivation = derive(f.network, self.quantity, "index", self.language, penalty=bool(self.penalty))
        behind = len(self.writer.steps)
        title = derivation.quantity if derivation.quantity is not None else self.quantity
        blocks: list[Block] = [Heading(Message("worked.derivation_heading", quantity=title))]
        for block in derivation.blocks:
            if isinstance(block, Steps):
                block = Steps(tuple(_renumbered(self._numbered(step), behind) for step in block.steps))
            blocks.append(block)
        return tuple(blocks)

    def _numbered(self, step: Step) -> Step:
        names = {node.name for node in walk(step.right) if isinstance(node, Quantity)}
        has_no_number = step.right.shape or free_indices(step.right) or names & BATCH_NAMES
        if step.activation is not None or has_no_number or self._is_batch:
            return step
        if step.assumes == "one_hot" and not np.isin(self.found.Y, (0, 1)).all():
            return step
        put, value = self._put(step.right), self.evaluator.evaluate(step.right)
        return replace(step, numbers=put, value=Number(shown(value, DIGITS_SHOWN)))


def _renumbered(step: Step, behind: int) -> Step:
    return replace(step, number=step.number + behind, uses=tuple(number + behind for number in step.uses))


def _of_row_one(root: Expression, s: Symbols) -> Expression:
    """Return a formula of one sample as that of row 1 of a batch."""
    makers = {"z": s.Z, "a": s.A}
    change: dict[Expression, Expression] = {
        node: makers[node.name](node.layer or 0, 1, *node.indices)
        for node in walk(root)
        if isinstance(node, Quantity) and node.name in makers
    }
    return rebuilt(root, change)


def of_one_sample(root: Expression, s: Symbols) -> Expression:
    """Return a formula of a row of a batch as that of one sample."""
    makers = {"Z": s.z, "A": s.a, "Y": lambda layer, *at: s.y(*at)}
    change: dict[Expression, Expression] = {
        node: makers[node.name](node.layer or 0, *node.indices[1:])
        for node in walk(root)
        if isinstance(node, Quantity) and node.name in makers
    }
    return rebuilt(root, change)
