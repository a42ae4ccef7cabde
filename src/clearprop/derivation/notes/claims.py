"""What a note displays, as claims: the formula as it stands, how it is read, the verdict, and what would be right."""

from dataclasses import dataclass, replace
from enum import IntEnum

from clearprop.derivation.expressions import Expression, Relation
from clearprop.mathematics.network import Network


class Verdict(IntEnum):
    """What is found of an equation; a formula's verdict is the worst of its equations'."""

    HOLDS = 0
    CONVENTION = 1
    FAILS = 2


#: The kinds of slips and of conventions; each has a name in the catalogs.
KINDS = (
    "sign",
    "index",
    "missing_sum",
    "factor",
    "zero",
    "undefined",
    "missing_term",
    "direction",
    "entry",
    "letter",
    "variable",
)


@dataclass(frozen=True)
class Reading:
    """Statements left = right in the notation of the design, and where they are said to hold.

    A statement about any layer is given for each layer that it speaks of; the first is shown. `targets` is what is true
    of the targets ("distribution": they sum to 1; "one_hot"; None: any numbers), `where` what is true of indices and
    quantities (i = j, y_j = 1); without `biases` they are all 0.
    """

    statements: tuple[Relation, ...]
    targets: str | None = None
    where: Relation | None = None
    biases: bool = True


@dataclass(frozen=True)
class Equation:
    """One sign = of a formula, compared with the first expression of its chain.

    An equation that HOLDS needs its `literal` reading only. One that holds by CONVENTION has a reading in which it
    does, and one that FAILS the `corrected` one (the former may have one too); `why` is the key of the sentence that
    says what is wrong or what the convention is, `kind` one of KINDS. `role` is what
    the literal reading is: the equation as it "stands" in the note, the "value" of a formula without a sign =, how the
    note "used" what it names, or something "added" that says what a formula amounts to.
    """

    verdict: Verdict
    literal: Reading
    convention: Reading | None = None
    corrected: Reading | None = None
    why: str | None = None
    kind: str | None = None
    role: str = "stands"

    @property
    def is_added(self) -> bool:
        """Whether it is not in the note, and says what a formula amounts to."""
        return self.role == "added"


@dataclass(frozen=True)
class Claim:
    """A formula of a note.

    `number` counts the displayed formulas of a note, "1.14"; those in the running text have letters, "1.a". `section`
    is the key of the part in which it stands, `latex` what stands there (white space aside), `network` the one on which
    it is tried; `ask` is what `clearprop derive --of` takes to derive the matter line by line; `remark` is the key of a
    sentence about the whole.
    """

    number: str
    section: str
    latex: str
    equations: tuple[Equation, ...]
    network: Network
    ask: str | None = None
    remark: str | None = None

    @property
    def verdict(self) -> Verdict:
        """The worst of the equations' verdicts."""
        return max(equation.verdict for equation in self.equations)

    @property
    def is_displayed(self) -> bool:
        """Whether it is displayed, and not in the running text."""
        return self.number.split(".")[1].isdigit()

    @property
    def command(self) -> str | None:
        """What to type to see the right derivation."""
        layers = ",".join(map(str, self.network.sizes))
        return None if self.ask is None else f'clearprop derive --layers {layers} --of "{self.ask}"'


@dataclass(frozen=True)
class Finding:
    """What is found of a formula: its equations, the quantity whose derivation shows the matter, and a remark."""

    equations: tuple[Equation, ...]
    ask: str | None = None
    remark: str | None = None


def found(*equations: Equation, ask: str | None = None, remark: str | None = None) -> Finding:
    """Return what is found of a formula."""
    return Finding(equations, ask, remark)


def reading(left: Expression, right: Expression, targets: str | None = None, where: Relation | None = None) -> Reading:
    """Return the reading of one statement left = right."""
    return Reading((Relation(left, "=", right),), targets, where)


def holds(left: Expression, right: Expression, targets: str | None = None, where: Relation | None = None) -> Equation:
    """Return an equation that holds as it stands."""
    return Equation(Verdict.HOLDS, reading(left, right, targets, where))


def amounts_to(left: Expression, right: Expression) -> Equation:
    """Return an equation that is not in the note and says what its formula comes to."""
    return Equation(Verdict.HOLDS, reading(left, right), role="added")


def has_value(left: Expression, right: Expression, targets: str | None = None) -> Equation:
    """Return the value of a quantity that a note names."""
    return Equation(Verdict.HOLDS, reading(left, right, targets), role="value")


def used(equation: Equation) -> Equation:
    """Return an equation as one that says how a note uses what it names."""
    return replace(equation, role="used")


def by_convention(kind: str, why: str, literal: Reading, meant: Reading, full: Reading | None = None) -> Equation:
    """Return an equation that holds as it is meant."""
    return Equation(Verdict.CONVENTION, literal, convention=meant, corrected=full, why=why, kind=kind)


def fails(kind: str, why: str, literal: Reading, corrected: Reading) -> Equation:
    """Return an equation that does not hold, with what would."""
    return Equation(Verdict.FAILS, literal, corrected=corrected, why=why, kind=kind)
