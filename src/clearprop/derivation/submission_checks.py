"""Checking a person's code: it is asked, its answer is read and compared, and what went wrong is said."""

from collections.abc import Iterator
from dataclasses import replace

from clearprop.derivation.diagnosis.conventions import Convention, Told
from clearprop.derivation.diagnosis.diagnosis import Diagnosis, SuspectedSlip, command, diagnosed
from clearprop.derivation.diagnosis.examination import Examination, Given, examine, is_of_sizes
from clearprop.derivation.gradient_checks import GradientCheck
from clearprop.derivation.gradients.agreement import agreements
from clearprop.derivation.gradients.own_loss import MOST_ENTRIES, OwnLoss, own_loss
from clearprop.derivation.messages import Message, check_language
from clearprop.derivation.submissions.answer import Submission
from clearprop.mathematics.network import Network, Parameters


def check_submission(
    submission: Submission, told: Told, given: Given, language: str = "en", automatic: bool | None = None
) -> GradientCheck:
    """Check a person's code.

    Arguments:
        submission: the code.
        told: what is known of what it computes; the rest is found by trying.
        given: what it is asked with; the rest is drawn.
        language: of the document.
        automatic: whether automatic differentiation is asked too, see `agreements`.

    Raises:
        SubmissionError: the code does not answer.
        ValueError: what is given does not fit together, or a language without a catalog.
    """
    check_language(language)
    examination = examine(submission, told, given)
    reading = examination.reading
    own = _own_loss(submission, examination)
    by_own_loss = own is not None and not reading.loss_known and not reading.is_right
    rows = own.rows if own is not None and by_own_loss else reading.rows
    network = reading.problem.network
    if all(row.verdict == "right" for row in rows):
        diagnosis = Diagnosis(network, language=language)
    elif by_own_loss:
        names = tuple(row.name for row in rows if row.verdict != "right")
        diagnosis = Diagnosis(network, (), names, language=language)
    else:
        diagnosis = diagnosed(network, rows, reading.explanations[0], reading.returned, language)
    more = (*_inconsistent(network, own, diagnosis), *_changed(network, examination, diagnosis))
    return GradientCheck(
        submission.source,
        network,
        rows,
        replace(diagnosis, slips=(*diagnosis.slips, *more)),
        () if by_own_loss else agreements(reading.problem, automatic),
        own,
        tuple(_assumed(examination, told, by_own_loss)),
        language,
    )


def _own_loss(submission: Submission, examination: Examination) -> OwnLoss | None:
    """What the code's own loss says of its gradient; None where it gives none."""
    reading, point = examination.reading, examination.point
    if reading.answer.loss is None:
        return None

    def losses(points: list[Parameters]) -> list[float]:
        found = submission.losses(examination.layout, points, point.X, point.Y, point.penalty)
        return [float("nan")] * len(points) if found is None else found

    few = reading.problem.network.n_parameters <= MOST_ENTRIES or not (reading.loss_known or reading.is_right)
    found = own_loss(losses, point.parameters, reading.answer, reading.dtype, few)
    return found if found.entries else None  # a loss that is no number anywhere says nothing


def _inconsistent(network: Network, own: OwnLoss | None, diagnosis: Diagnosis) -> Iterator[SuspectedSlip]:
    """A right gradient of another loss than the one that is returned."""
    if own is not None and not own.agrees and diagnosis.nothing_wrong:
        row = own.worst
        slip, l = "loss_inconsistent", network.n_layers
        yield SuspectedSlip(slip, (), "", None, row.entry, row.given, row.right, command(network, slip, l))


def _changed(network: Network, examination: Examination, diagnosis: Diagnosis) -> Iterator[SuspectedSlip]:
    """Arguments that the code altered: what makes its gradients wrong, or its next call."""
    changed = examination.reading.answer.changed
    if changed and not diagnosis.nothing_wrong:
        yield SuspectedSlip("inputs_changed", (), ", ".join(changed), command=command(network, "inputs_changed", 1))


def _assumed(examination: Examination, told: Told, by_own_loss: bool) -> Iterator[Message]:
    layout, reading = examination.layout, examination.reading
    yield Message(
        "check.called",
        form=Message(f"forms.{examination.submission.form}"),
        weights=Message(f"check.weights_{layout.weights}"),
        batch=Message(f"check.batch_{layout.batch}"),
        biases=Message(f"check.biases_{layout.biases}"),
        dtype=layout.dtype,
        sizes="-".join(map(str, reading.problem.network.sizes)),
    )
    if examination.refused is not None and not is_of_sizes(examination.refused):
        yield Message("check.square_only" if examination.square else "check.refused", error=examination.refused.message)
        if examination.square:
            yield Message("check.square_only_then")
    if examination.one_output:
        yield Message("check.one_output")
    if by_own_loss:
        yield Message("check.own_loss_unknown")
    else:
        everything = None not in (told.hidden, told.output or told.loss, told.scaling)
        options = _options(reading.convention, examination)
        yield Message("check.found" if everything else "check.found_by_trying", options=options)
        if told.scaling is None and layout.batch != "single":
            yield Message(f"check.scaling_{reading.convention.scaling}")
    if not reading.output_known:
        yield Message("check.output_unknown")
    yield from examination.submission.assumed


def _options(convention: Convention, examination: Examination) -> str:
    """A convention as options of `clearprop check`."""
    loss = "full_squared_error" if convention.factor == 2.0 else convention.loss
    hidden = convention.hidden if isinstance(convention.hidden, str) else ",".join(convention.hidden)
    options = [f"--activation {hidden}"] if len(examination.point.parameters.sizes) > 2 else []
    options += [f"--output {convention.output}", f"--loss {loss}"]
    if examination.layout.batch != "single":
        options.append(f"--scaling {convention.scaling}")
    if examination.point.penalty:
        options.append(f"--penalty {examination.point.penalty:g} --penalty-form {convention.penalty}")
    return " ".join(options)
