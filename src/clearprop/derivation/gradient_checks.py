"""`GradientCheck`: every entry of a gradient beside the right number, how that is known, and what went wrong."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from clearprop.derivation.diagnosis.conventions import told
from clearprop.derivation.diagnosis.diagnosis import Diagnosis, diagnosed
from clearprop.derivation.diagnosis.examination import N_SAMPLES, random_point
from clearprop.derivation.diagnosis.given import given
from clearprop.derivation.diagnosis.search import CLOSE, Returned, explanations
from clearprop.derivation.documents.blocks import Block, Content, Document, Heading, Paragraph, Table
from clearprop.derivation.documents.presented import Presented
from clearprop.derivation.documents.programs import network_facts
from clearprop.derivation.gradients.agreement import Agreement, agreements
from clearprop.derivation.gradients.comparison import ArrayCheck, compare, compare_all
from clearprop.derivation.gradients.measured import Measured
from clearprop.derivation.gradients.own_loss import OwnLoss
from clearprop.derivation.gradients.problem import Problem
from clearprop.derivation.gradients.rounding import rounding_bound
from clearprop.derivation.messages import Message, check_language
from clearprop.derivation.working import check_targets
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network, Parameters


@dataclass(frozen=True)
class GradientCheck(Presented):
    """Whether gradients are right, entry by entry.

    `rows` has every ∇W, ∇b and ∇θ beside the right one; `agreements` how the right ones were measured without formulas;
    `own_loss` whether the code's loss has the gradient that the code returns; `assumed` what was not told and found by
    trying, or supplied; `diagnosis` what went wrong. Of a model, the gradients are those of the equations
    (`of_equations`), and what is right is measured.
    """

    source: str
    network: Network
    rows: tuple[ArrayCheck, ...]
    diagnosis: Diagnosis
    agreements: tuple[Agreement, ...] = ()
    own_loss: OwnLoss | None = None
    assumed: tuple[Message, ...] = field(default=())
    language: str = "en"
    of_equations: bool = False

    @property
    def passed(self) -> bool:
        """Whether every entry of every array is right, and the loss that was returned is that of the gradient."""
        return all(row.verdict == "right" for row in self.rows) and self.diagnosis.nothing_wrong

    @property
    def headline(self) -> Message:
        """The verdict in one line: which arrays are wrong, and the entry that is furthest off with both numbers."""
        wrong = [row for row in self.rows if row.verdict != "right"]
        if not wrong:
            key = "check.headline_right" if self.passed else "check.headline_loss"
            return Message(key, source=self.source, entries=f"{self._n_entries:,}")
        worst = max(wrong, key=lambda row: float("inf") if row.relative_error is None else row.relative_error)
        return Message(
            f"check.headline_{worst.verdict}",
            source=self.source,
            arrays=", ".join(self._label(row) for row in wrong),
            entry=self._label(worst) + worst.place,
            given=_shape(worst.given_shape or ()) if worst.verdict == "shape" else f"{worst.given or 0.0:.6g}",
            right=_shape(worst.shape) if worst.verdict == "shape" else f"{worst.right or 0.0:.6g}",
        )

    @property
    def _n_entries(self) -> int:
        return sum(int(np.prod(row.shape)) - row.unmeasured for row in self.rows)

    @property
    def document(self) -> Document:
        """The verdict, the table, how it is known, and the diagnosis."""
        title = Message("check.title", source=self.source)
        return Document((title,), self.language, tuple(self._blocks()), facts=self.facts)

    @property
    def verdict(self) -> Message:
        """Whether all is right, or which arrays are wrong."""
        wrong = [self._label(row) for row in self.rows if row.verdict != "right"]
        unmeasured = sum(row.unmeasured for row in self.rows)
        if self.passed and unmeasured:
            total = f"{self._n_entries + unmeasured:,}"
            return Message("check.passed_some", entries=f"{self._n_entries:,}", total=total)
        if self.passed:
            return Message("check.passed", entries=f"{self._n_entries:,}")
        return Message("check.failed", arrays=", ".join(wrong)) if wrong else Message("check.loss_failed")

    def _blocks(self) -> Iterator[Block]:
        yield Paragraph((self.verdict,))
        columns = ("array", "verdict", "worst", "given", "right", "error")
        yield Table(
            tuple(Message(f"check.column_{column}") for column in columns),
            tuple(_row(row, self._label(row)) for row in self.rows),
        )
        if self.agreements or self.own_loss:
            yield Paragraph(tuple(self._evidence()))
        if self.assumed:
            yield Paragraph(self.assumed)
        if not self.passed:
            yield Heading(Message("diagnosis.title"))
            yield from self.diagnosis.blocks()

    def _label(self, row: ArrayCheck) -> str:
        """What a person calls an array: "W2", "scale: s", "embedding 2: C" (of the second input layer)."""
        if row.layer:
            return row.name
        layer, _, parameter = row.name.partition(".")
        number = layer.lstrip("abcdefghijklmnopqrstuvwxyz")
        return f"{' '.join((self.network.other_layers[layer].name, number)).strip()}: {parameter}"

    def _evidence(self) -> Iterator[Content]:
        yield Message("check.right_is_measured" if self.of_equations else "check.right_is")
        if self.passed or not self.of_equations:
            for agreement in self.agreements:
                yield agreement.message
        if self.own_loss:
            yield self.own_loss.message

    def facts(self) -> dict[str, Any]:
        """What a program would ask of it, as JSON holds it."""
        return {
            "kind": "gradient_check",
            "source": self.source,
            "passed": self.passed,
            "network": network_facts(self.network),
            "arrays": [row.facts() for row in self.rows],
            "evidence": [agreement.facts() for agreement in self.agreements],
            "own_loss": self.own_loss.facts() if self.own_loss else None,
            "diagnosis": self.diagnosis.facts(),
        }


def check_problem(
    problem: Problem,
    source: str,
    language: str = "en",
    automatic: bool | None = None,
    most_entries: int | None = None,
) -> GradientCheck:
    """Check the equations that train: every entry of ∇W, ∇b and ∇θ against central differences of the loss.

    Arguments:
        problem: what is differentiated.
        source: what it is called.
        language: of the document.
        automatic, most_entries: see `agreements`.

    Raises:
        ValueError: a language without a catalog.
    """
    check_language(language)
    found, gradients = agreements(problem, automatic, most_entries), problem.gradients
    measured = found[0].measured
    rounded = rounding_bound(problem, np.float64)
    slack = _sums(measured.uncertainty_dW, rounded[0]), _sums(measured.uncertainty_db, rounded[1])
    returned = Returned([*gradients.dW], [*gradients.db], CLOSE[8])
    given = returned.dW, returned.db
    left_out = dict(measured.kinks), measured.unmeasured
    rows = compare_all(given, (measured.dW, measured.db), np.float64, slack, *left_out)
    share = max(_share(bound, dW) for bound, dW in zip(rounded[0][1:], gradients.dW[1:], strict=True))
    rows += tuple(_compared(name, gradient, measured, share) for name, gradient in gradients.dtheta.items())
    wrong = tuple(row.name for row in rows if row.verdict != "right")
    diagnosis = Diagnosis(problem.network, unexplained=wrong, language=language)
    if wrong and not problem.network.other_layers:  # slips of those layers are none that people are known to make
        diagnosis = diagnosed(problem.network, rows, explanations(problem, returned)[0], returned, language)
    return GradientCheck(source, problem.network, rows, diagnosis, found, language=language, of_equations=True)


def _sums(some: list[Array], others: list[Array]) -> list[Array]:
    return [one + other for one, other in zip(some, others, strict=True)]


def _share(bound: Array, gradient: Array) -> float:
    """What may be rounding of the largest entry of a gradient: much of it, where the network is certain of all rows."""
    largest = float(np.max(np.abs(gradient), initial=0.0))
    return float(np.max(bound, initial=0.0)) / largest if largest else 0.0


def _compared(name: str, gradient: Array, measured: Measured, rounding_share: float) -> ArrayCheck:
    """The check of an array of θ: its gradient comes from the same Δ as those of the weights, rounded as they are."""
    rounding = rounding_share * float(np.max(np.abs(gradient), initial=0.0))
    slack, kinks = measured.uncertainty_dtheta[name] + rounding, measured.kinks[name, 0]
    unmeasured = measured.unmeasured.get((name, 0))
    return compare(name, 0, gradient, measured.dtheta[name], np.float64, slack, kinks, unmeasured)


def check_network(
    network: Network,
    parameters: Parameters,
    X: Any = None,
    Y: Any = None,
    *,
    source: str = "(Network, Parameters)",
    penalty: float = 0.0,
    n_samples: int | None = None,
    seed: int = 0,
    automatic: bool | None = None,
    most_entries: int | None = None,
    language: str = "en",
) -> GradientCheck:
    """Check the equations that train on a network's own parameters, see `clearprop.check_gradient`.

    Arguments: as there, and `most_entries`, as for `agreements`.

    Raises:
        ValueError: parameters, rows or targets that do not fit the network, or an option that is none.
    """
    parameters = parameters.astype(np.float64)
    parameters.check_fit(network)
    decay = told(penalty=penalty).penalty or 0.0
    asked = given(None, X, Y, parameters, n_samples, seed)
    n_rows = asked.rows_for(network.sizes[-1], N_SAMPLES)
    if network.inputs and X is None:
        asked = replace(asked, X=_columns_drawn(network, n_rows, asked.seed))
    point = random_point((network.n_columns, *network.sizes[1:]), n_rows, asked, decay)
    network.check_columns(point.X)
    check_targets(network, point.Y, "Y")
    problem = Problem.of(network, parameters, point.X, point.Y, decay=decay)
    return check_problem(problem, source, language, automatic, most_entries)


def _columns_drawn(network: Network, n_samples: int, seed: int) -> Array:
    """Rows of the columns that the input layers take: normal numbers, and codes of categories."""
    random, parts = np.random.default_rng(seed), []
    for _, layer, _, _ in network.placed_inputs():
        shape, categories = (n_samples, layer.n_inputs), layer.n_categories_taken
        numbers = random.normal(size=shape) if categories is None else random.integers(0, categories, shape)
        parts.append(numbers.astype(float))
    return np.concatenate(parts, axis=1)


def _row(row: ArrayCheck, label: str) -> tuple[Content, ...]:
    if row.verdict == "missing":
        return label, Message("check.missing"), "", "", "", ""
    if row.verdict == "shape":
        values = {"given": _shape(row.given_shape or ()), "right": _shape(row.shape)}
        return label, Message("check.shape", **values), "", "", "", ""
    verdict = Message(f"check.{row.verdict}")
    if row.n_wrong > 1:
        verdict = Message("check.wrong_entries", wrong=f"{row.n_wrong:,}", entries=f"{int(np.prod(row.shape)):,}")
    error = "0" if not row.relative_error else f"{row.relative_error:.0e}"
    return label, verdict, row.place, f"{row.given:.6g}", f"{row.right:.6g}", error


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) if shape else "1"
