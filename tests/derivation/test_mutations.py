"""A broken line never passes: whatever is changed, the check finds it, unless it says the same as before.

Whether a change says the same is decided by `textbook`, which shares nothing with the check.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

import pytest

from clearprop.derivation.checking.verification import DerivationError, Verifier
from clearprop.derivation.derivations import FORMS, Derivation, derive, verifier
from clearprop.derivation.documents.blocks import Step, Steps
from clearprop.derivation.expressions import (
    Add,
    Expression,
    Function,
    Multiply,
    Negate,
    Number,
)
from clearprop.derivation.messages import Message
from clearprop.derivation.printing.unicode import to_unicode
from clearprop.derivation.symbols import Symbols
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.losses import LOSSES
from clearprop.mathematics.network import Network
from mathematics.cases import PAIRS

from .marks import LONG
from .mutations import MUTATIONS, layer_shifted, rewritten
from .textbook import IllFormedError, difference, error_of_line, numbers_for, places_of, sides, value

SEEDS = (0, 1, 2)  # as many independent points say that a change says the same
MORE_SEEDS = range(3, 60)
SAME, CHANGED, ILL_FORMED = "same", "changed", "ill-formed"
FOUND, PASSED = "found", "passed"


def meaning(step: Step, left: Expression, broken: Expression, derivation: Derivation, seeds: Iterable[int]) -> str:
    """Whether a broken right side says the same as before, by `textbook` at several points and all index values."""
    if broken == step.right:
        return SAME
    for seed in seeds:
        try:
            numbers = numbers_for(replace(step, right=Add((step.right, broken))), left, derivation.symbols, seed)
            for at in places_of(step, left, step.right, broken):
                if difference(value(step.right, numbers, at), value(broken, numbers, at)) > 1e-9:
                    return CHANGED
        except IllFormedError:
            return ILL_FORMED
    return SAME


def verdict(tried: Verifier, step: Step, left: Expression, broken: Expression) -> str:
    """What the check makes of a broken line; it never gives up with another error."""
    try:
        tried.check([replace(step, left=left, right=broken)])
    except DerivationError:
        return FOUND
    return PASSED


@dataclass(frozen=True)
class Tried:
    """One broken line."""

    mutation: str
    step: Step
    broken: Expression
    meaning: str
    verdict: str


@dataclass(frozen=True)
class Example:
    """A derivation whose lines are broken, and checked at as many points as `derive` takes."""

    sizes: tuple[int, ...]
    hidden: str | tuple[str, ...]
    output: str
    loss: str
    quantity: str
    form: str
    penalty: bool = False

    def __str__(self) -> str:
        return f"{self.quantity} {self.form} {self.sizes} {self.hidden} {self.output} {self.loss}".replace(" ", "-")

    def derive(self) -> Derivation:
        network = Network(self.sizes, self.hidden, self.output, self.loss)
        return derive(network, self.quantity, self.form, penalty=self.penalty)


QUICK = [
    Example((2, 2, 2), "sigmoid", "softmax", "cross_entropy", "W1[1,2]", "index"),
    Example((2, 3, 3), "silu", "identity", "half_squared_error", "b1", "batch", penalty=True),
    Example((2, 2, 2), "leaky_relu", "sigmoid", "half_squared_error", "x[1]", "vector"),
    Example((2, 2), (), "softmax", "cross_entropy", "softmax shift", "index"),
]
MORE = [
    Example((3, 3), (), "softmax", "poisson", "W1", "vector", penalty=True),
    Example((2, 2, 2), "sigmoid", "softmax", "cross_entropy", "W1[1,2]", "batch"),
    Example((2, 2, 2, 2), "tanh", "softmax", "cross_entropy", "equations", "index", penalty=True),
    Example((2, 2, 2, 2), "relu", "softmax", "cross_entropy", "equations", "batch", penalty=True),
    Example((2, 2, 2, 2), "leaky_relu", "sigmoid", "binary_cross_entropy", "equations", "vector"),
    Example((3, 2, 3, 2), ("selu", "elu"), "sigmoid", "poisson", "W1", "index"),
    Example((2, 3, 3), "gelu", "identity", "half_squared_error", "update", "batch", penalty=True),
    Example((3, 3, 3), "mish", "softmax", "half_squared_error", "x[2]", "vector"),
    Example((3, 3, 3, 3), "softplus", "softmax", "binary_cross_entropy", "z[1,2]", "batch", penalty=True),
    Example((2, 3), (), "exponential", "poisson", "b1", "index"),
    Example((2, 4, 1, 2), ("relu", "exponential"), "sigmoid", "cross_entropy", "h[1,2]", "index"),
    Example((3, 4, 3, 2), "elu", "softmax", "cross_entropy", "W1[1,2]", "index"),
    Example((2, 2), (), "softmax", "cross_entropy", "softmax'", "index"),
    Example((5, 6, 5), "relu", "softmax", "cross_entropy", "W1", "batch"),
]
EXAMPLES = [*QUICK, *(pytest.param(example, marks=LONG) for example in MORE)]


@cache
def all_tried(example: Example) -> tuple[Tried, ...]:
    """Every line, each once, broken by every mutation at every place."""
    derivation = example.derive()
    tried, found, seen = verifier(derivation.symbols), [], set()
    changes = {**MUTATIONS, "layer shifted": layer_shifted(derivation.symbols)}
    for step, left in sides(derivation.steps):
        key = (left, step.right, step.assumes, step.condition, step.activation)
        if key in seen:
            continue
        seen.add(key)
        broken = {right: name for name, change in changes.items() for right in rewritten(step.right, change)}
        for right, name in broken.items():
            says, made_of_it = meaning(step, left, right, derivation, SEEDS), verdict(tried, step, left, right)
            if (says, made_of_it) == (SAME, FOUND):  # a change that shows at few points only
                says = meaning(step, left, right, derivation, MORE_SEEDS)
            found.append(Tried(name, step, right, says, made_of_it))
    return tuple(found)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_the_unbroken_derivation_holds(example: Example) -> None:
    derivation = example.derive()
    assert verifier(derivation.symbols).check(derivation.steps) < 1e-50
    for step, left in sides(derivation.steps):
        assert max(error_of_line(step, left, derivation.symbols, seed) for seed in SEEDS) < 1e-10, step.number


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_no_broken_line_passes(example: Example) -> None:
    wrong = [one for one in all_tried(example) if one.verdict != (PASSED if one.meaning == SAME else FOUND)]
    assert [
        f"{one.meaning}, {one.verdict}: line {one.step.number}, {one.mutation}: "
        f"{to_unicode(one.step.right)} → {to_unicode(one.broken)}"
        for one in wrong
    ] == []


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_few_changes_say_the_same(example: Example) -> None:
    """Each of these was evaluated at several points; most only move a sign, or a 0."""
    counts = Counter(one.meaning for one in all_tried(example))
    assert counts[SAME] < 0.15 * counts.total(), counts
    assert counts[CHANGED] > 0.75 * counts.total(), counts


NEED_NOT_BE_FOUND = {"diagonal dropped"}  # it may only break shapes


def found_and_tried(examples: tuple[Example, ...]) -> tuple[set[str], set[str]]:
    every = [one for example in examples for one in all_tried(example)]
    found = {one.mutation for one in every if one.meaning == CHANGED and one.verdict == FOUND}
    return found, {one.mutation for one in every}


@pytest.mark.slow
def test_every_mutation_that_is_tried_is_found() -> None:
    found, tried = found_and_tried(tuple(QUICK))
    assert tried - found <= NEED_NOT_BE_FOUND
    assert len(tried) > 0.8 * len(MUTATIONS)


@pytest.mark.long
def test_every_mutation_is_tried_and_found() -> None:
    found, tried = found_and_tried((*QUICK, *MORE))
    assert tried == {*MUTATIONS, "layer shifted"}
    assert tried - found <= NEED_NOT_BE_FOUND


def test_one_broken_line_among_all_is_named() -> None:
    derivation = QUICK[0].derive()
    broken = list(derivation.steps)
    last = next(i for i, step in enumerate(broken) if step.right == derivation.result)
    broken[last] = replace(broken[last], right=Negate(broken[last].right))
    with pytest.raises(DerivationError, match=f"^line {last + 1} .* is off by"):
        replace(derivation, blocks=(Steps(tuple(broken)),)).check()


INFINITE = Negate(Function("log", Number(0)))


UNDEFINED = [INFINITE, INFINITE * Number(-1), Function("log", Number(-1)), Function("sqrt", Number(-2))]


@pytest.mark.parametrize("side", UNDEFINED)
def test_a_side_that_is_no_number_does_not_pass(side: Expression) -> None:
    symbols = Symbols(Network((2, 2, 2)))
    for left in (symbols.z(1, 1), side):
        with pytest.raises(DerivationError):
            verifier(symbols).check([Step(1, left, side, "result", Message("short.heading"))])


def test_an_array_with_a_number_that_is_none_does_not_pass() -> None:
    symbols = Symbols(Network((2, 2, 2)))
    for undefined in (INFINITE, Function("log", Number(-1))):
        side = Multiply((undefined, symbols.z(1)))
        with pytest.raises(DerivationError):
            verifier(symbols).check([Step(1, side, side, "result", Message("short.heading"))])


@pytest.mark.parametrize("name", [name for name, entry in ACTIVATIONS.items() if entry.elementwise])
@pytest.mark.parametrize("form", FORMS)
def test_a_wrong_slope_in_the_table_is_never_shown(form: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = ACTIVATIONS[name]
    for wrong in (f"({entry.derivative_formula}) + z/1000", f"({entry.derivative_formula})*2"):
        monkeypatch.setitem(ACTIVATIONS, name, replace(entry, derivative_formula=wrong))
        for quantity in ("W1[1,2]", f"{name}'"):
            with pytest.raises(DerivationError):
                derive(Network((2, 2, 2), name), quantity, form)


@pytest.mark.parametrize(("output", "loss"), [("softmax", "poisson"), *PAIRS])
@pytest.mark.parametrize("form", FORMS)
def test_a_wrong_loss_gradient_in_the_table_is_never_shown(
    form: str, output: str, loss: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = LOSSES[loss]
    monkeypatch.setitem(LOSSES, loss, replace(entry, gradient_formula=f"-({entry.gradient_formula})"))
    with pytest.raises(DerivationError):
        derive(Network((2, 2, 2), "tanh", output, loss), "W1", form)


def test_a_wrong_value_of_an_activation_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ACTIVATIONS, "sigmoid", replace(ACTIVATIONS["sigmoid"], formula="1/(1 + exp(-2*z))"))
    with pytest.raises(DerivationError):
        derive(Network((2, 2, 2)), "W1[1,2]")
