"""The diagnosis: slips that students make are named with their layer, alone and in pairs; the right is not accused."""

import shlex
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from clearprop import check_gradient
from clearprop.derivation.derivations import derive
from clearprop.derivation.diagnosis import error_slips, gradient_slips
from clearprop.derivation.diagnosis.diagnosis import command, diagnosed
from clearprop.derivation.diagnosis.search import Returned
from clearprop.derivation.diagnosis.slips import SLIPS
from clearprop.derivation.gradient_checks import GradientCheck
from clearprop.derivation.submissions.answer import Answer
from clearprop.mathematics.arrays import EMPTY
from clearprop.mathematics.network import Network
from derivation import student_code
from derivation.student_code import InapplicableError
from derivation.student_trials import (
    Case,
    Tally,
    differing_answer,
    drawn_mistakes,
    found_slips,
    random_case,
    random_right_case,
    tally,
)

#: Slips that do not show in the gradients alone: they are seen end to end.
SEEN_IN_CALLS = {"loss_inconsistent", "inputs_changed"}
#: The tables of the diagnosis, and those of the students that hold a wrong implementation of each of their slips.
PAIRED_TABLES = {
    "output errors": (
        {entry.slip for entry in (*error_slips.OUTPUT_ERRORS, *error_slips.LOSS_SLOPES)},
        student_code.OUTPUT,
    ),
    "products": ({entry.slip for entry in error_slips.PRODUCTS}, student_code.PRODUCT),
    "slopes": ({entry.slip for entry in error_slips.SLOPES}, student_code.SLOPE),
    "weights": (
        {
            *(entry.slip for entry in (*gradient_slips.ERRORS, *gradient_slips.INPUTS)),
            *(used.slip for entry in gradient_slips.WEIGHT_CONTRACTIONS for used in entry.used),
        },
        student_code.WEIGHTS,
    ),
    "biases": (
        {entry.slip for entry in (*gradient_slips.ERRORS, *gradient_slips.BIAS_CONTRACTIONS)},
        student_code.BIASES,
    ),
    "factors": ({used.slip for _, slips, _ in error_slips.factors(3) for used in slips}, student_code.FACTORS),
}
PLACES = sorted({(slip, detail, place) for table, place, *_ in student_code.KINDS for slip, detail in table})


def _enough(found: Tally, least: float) -> None:
    """The rate is printed; the slips that were missed, with where."""
    print(found)
    for case, mistakes, named in found.missed[:10]:
        print("  ", mistakes, "but named:", named, case.parameters.sizes, case.student)
    assert found.rate >= least, str(found)


@pytest.mark.slow
def test_slips_alone_are_named_with_their_layer() -> None:
    """In at least 95 % of random networks of depth 2 to 5, and nothing else is named."""
    found = tally(seed=11, number=40, of_slips=1)
    _enough(found, 0.95)
    assert found.exactly >= 0.95 * found.tried


@pytest.mark.slow
def test_two_slips_at_once_are_both_named() -> None:
    """In at least 80 %."""
    _enough(tally(seed=12, number=25, of_slips=2), 0.8)


@pytest.mark.long
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_many_slips_alone(dtype: str) -> None:
    """The same, many times."""
    _enough(tally(seed=13, number=1000, of_slips=1, dtype=dtype), 0.95)


@pytest.mark.long
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_many_slips_in_pairs(dtype: str) -> None:
    """The same, many times."""
    _enough(tally(seed=14, number=600, of_slips=2, dtype=dtype), 0.8)


def _accused(seed: int, number: int) -> list[Case]:
    random, accused, tried = np.random.default_rng(seed), [], 0
    while tried < number:
        case = random_right_case(random)
        answer = case.answer()
        arrays = [array for array in (*answer.dW, *answer.db) if array is not None]
        if all(np.isfinite(array).all() for array in arrays):
            tried += 1
            if not case.read(answer).is_right:
                accused.append(case)
    return accused


def test_right_implementations_are_not_accused() -> None:
    """Of any depth, width, activation, scale and type, saturated or not."""
    assert _accused(seed=15, number=800) == []


@pytest.mark.long
def test_ten_thousand_right_implementations_are_not_accused() -> None:
    """The same, many times."""
    assert _accused(seed=16, number=10_000) == []


@pytest.mark.parametrize(("slip", "detail", "place"), PLACES)
def test_every_slip_is_recognised_among_correct_layers(slip: str, detail: str, place: str) -> None:
    """One wrong place in a network of several layers that are right, in each way in which the slip can be made."""
    random = np.random.default_rng(17)
    for _ in range(200):
        case = random_case(random, (3,), "float64")
        own = case.student
        mistakes = student_code.possible_mistakes(3, own.hidden, own.output, own.loss)
        ones = [one for one in mistakes if (one.slip, one.place) == (slip, place)]
        ones = [one for one in ones if student_code.is_of(one.detail, detail)]
        if not ones:
            continue
        chosen = ones[random.integers(len(ones))]
        answer, _ = differing_answer(case, (chosen,))
        if answer is not None:
            found = Tally()
            found.count(case, (chosen,), case.read(answer))
            assert found.missed == []
            if found.tried:
                return
    pytest.fail("it can be made nowhere, or always gives the numbers of another slip")


@pytest.mark.parametrize("name", PAIRED_TABLES)
def test_every_entry_has_a_paired_wrong_implementation(name: str) -> None:
    """A slip that is added to a table of the diagnosis is added to the students' too, at the same place."""
    slips, made = PAIRED_TABLES[name]
    assert slips <= {slip for slip, _ in made}


def test_every_slip_has_a_paired_wrong_implementation() -> None:
    """None is in the table of slips that no student makes."""
    assert {slip for slip, _, _ in PLACES} | SEEN_IN_CALLS == set(SLIPS)


@cache
def _rules(network: Network, of: str, form: str, penalty: bool) -> set[str]:
    return {step.rule for step in derive(network, of, form, penalty=penalty).steps}


NETWORKS = (
    Network((2, 2, 2), "sigmoid", "softmax", "cross_entropy"),
    Network((2, 2, 2), "tanh", "sigmoid", "half_squared_error"),
)


@pytest.mark.parametrize("network", NETWORKS, ids=["softmax", "sigmoid"])
@pytest.mark.parametrize("slip", SLIPS)
def test_the_command_derives_what_was_missed(slip: str, network: Network) -> None:
    """It is accepted as it is typed, and the rule that is named is among its steps."""
    for layer in network.layers:
        words = shlex.split(command(network, slip, layer))
        assert words[:2] == ["clearprop", "derive"]
        options = dict(zip(words[2::2], words[3::2], strict=False))
        assert tuple(map(int, options["--layers"].split(","))) == network.sizes
        found = _rules(network, options["--of"], options.get("--form", "index"), "--penalty" in words)
        assert found
        assert "dE/dz" in options["--of"] or SLIPS[slip].rule in (*found, None)


def _noise(random: np.random.Generator, array: np.ndarray, kind: str) -> np.ndarray:
    drawn = random.normal(size=array.shape)
    return drawn * np.max(np.abs(array), initial=0.0) if kind == "garbage" else array * (1 + 0.1 * drawn)


def _spoilt(random: np.random.Generator, case: Case, kind: str) -> Answer:
    """Wrong numbers that no slip makes."""
    answer = case.answer()
    dW, db = ([np.array(array) for array in arrays] for arrays in (answer.dW, answer.db))
    if kind == "entry":
        array = dW[int(random.integers(1, len(dW)))]
        array.flat[random.integers(array.size)] += 0.3 * np.max(np.abs(array)) + 0.01
        return Answer(dW, db)
    spoilt = [[EMPTY, *(_noise(random, array, kind) for array in arrays[1:])] for arrays in (dW, db)]
    return Answer(*([array.astype(case.student.dtype) for array in arrays] for arrays in spoilt))


@pytest.mark.parametrize("kind", ["garbage", "noise", "entry"])
def test_what_no_slip_explains_is_said_to_be_unknown(kind: str) -> None:
    """Random numbers, numbers with noise, one wrong entry: no slip is made up."""
    random = np.random.default_rng(18)
    for _ in range(8):
        case = random_case(random)
        reading = case.read(_spoilt(random, case, kind))
        network = reading.problem.network
        found = diagnosed(network, reading.rows, reading.explanations[0], reading.returned)
        assert found.slips == ()
        assert found.unexplained or reading.is_right


def test_below_an_unknown_slip_the_layers_are_still_diagnosed() -> None:
    """What came back from an output error that no slip explains is solved for, and the slip below it is named."""
    random = np.random.default_rng(19)
    student = student_code.Student(("tanh", "sigmoid"), "identity", "half_squared_error")
    case = random_case(random, (3,), "float64")
    while case.parameters.sizes[2] + 1 < len(case.X) or case.n_layers != 3:
        case = random_case(random, (3,), "float64")
    case = Case(student, case.parameters, case.X, case.Y)
    curved = student_code.Mistake("slope_left_out", "delta", 1)
    answer = Case(student, case.parameters, case.X, case.Y + random.normal(size=case.Y.shape)).answer(curved)
    reading = case.read(answer)
    explanation = reading.explanations[0]
    assert found_slips(reading) == {("slope_left_out", 1)}
    assert explanation.unexplained == [("W", 3), ("b", 3)]


def test_an_inapplicable_slip_cannot_be_made() -> None:
    """A matrix that is not square cannot be left without its transpose."""
    case = random_case(np.random.default_rng(20), (2,), "float64")
    while case.parameters.sizes[1] == case.parameters.sizes[2]:
        case = random_case(np.random.default_rng(21), (2,), "float64")
    with pytest.raises(InapplicableError):
        case.answer(student_code.Mistake("weights_not_transposed", "delta", 1))


def test_float32_is_given_room_for_rounding() -> None:
    """Numbers that are near in float32 are not near in float64."""
    given = [EMPTY, np.array([[1.0 + 1e-5]])]
    for close, near in ((1e-8, False), (3e-4, True)):
        assert Returned(given, given, close).near("W", 1, np.array([[1.0]]), 1.0) is near


def _checked(case: Case, mistakes: tuple[student_code.Mistake, ...], **told: object) -> GradientCheck:
    """The student's function, called as a person's code is."""
    student = replace(case.student, mistakes=mistakes)

    def gradients(W: list, b: list, X: np.ndarray, Y: np.ndarray) -> tuple:
        return student.gradients(W, b, X, Y)

    where = {"parameters": case.parameters, "X": case.X, "Y": case.Y, "penalty": case.student.penalty}
    return check_gradient(gradients, automatic=False, **where, **told)


@pytest.mark.slow
def test_slips_are_named_end_to_end() -> None:
    """Through `check_gradient`, in either orientation, rows or columns, all conventions told."""
    random, tried, named = np.random.default_rng(22), 0, 0
    while tried < 6:
        case = random_case(random)
        mistakes = drawn_mistakes(random, case, 1)
        if differing_answer(case, mistakes)[0] is None:
            continue
        own = case.student
        check = _checked(case, mistakes, activation=own.hidden, output=own.output, loss=own.loss, scaling=own.scaling)
        found = {(slip.slip, l) for slip in check.diagnosis.slips for l in slip.layers}
        tried, named = tried + 1, named + ((mistakes[0].slip, mistakes[0].layer) in found)
    assert named >= 0.95 * tried - 1


@pytest.mark.parametrize("slip", ["slope_left_out", "samples_left_out", "sign_flipped"])
def test_slips_are_named_where_nothing_is_told(slip: str) -> None:
    """Activations, loss and scaling are found by trying."""
    place = {"slope_left_out": "delta"}.get(slip, "W")
    detail = {"samples_left_out": "last"}.get(slip, "")
    random = np.random.default_rng(23)
    case = random_case(random, (3,), "float64")
    while len(set(case.parameters.sizes)) < 4 or len(case.X) in case.parameters.sizes:
        case = random_case(random, (3,), "float64")
    student = student_code.Student(("tanh", "tanh"), "sigmoid", "binary_cross_entropy")
    Y = (case.Y > 0.5).astype(float)
    case = Case(student, case.parameters, case.X, Y)
    check = _checked(case, (student_code.Mistake(slip, place, 2, detail),))
    assert [(found.slip, found.layers) for found in check.diagnosis.slips] == [(slip, (2,))]
    assert _checked(case, ()).passed


def test_a_loss_that_is_not_the_gradients_is_said() -> None:
    """The gradient is right, and the loss that is returned with it is another."""
    case = random_case(np.random.default_rng(24), (2,), "float64")
    student = student_code.Student(("tanh",), "identity", "half_squared_error", gives_loss=True, in_out=False)
    case = Case(student, case.parameters, case.X, case.Y)
    told = {"activation": "tanh", "output": "identity", "loss": "half_squared_error", "scaling": "mean"}
    wrong = student_code.Mistake("loss_inconsistent", "loss", 0)
    assert [slip.slip for slip in _checked(case, (wrong,), **told).diagnosis.slips] == ["loss_inconsistent"]
    assert _checked(case, (), **told).diagnosis.slips == ()
