"""Lines of algebra that the tables hold as data: (rule, formula), with a reason from the catalogs for each."""

from collections.abc import Iterable, Mapping
from typing import Any

from clearprop.derivation.calculus.cleaning import cleaned
from clearprop.derivation.expressions import Expression
from clearprop.derivation.formulas import parsed
from clearprop.derivation.messages import catalog
from clearprop.derivation.writer import Writer


def formula_of(text: str, names: Mapping[str, Expression]) -> Expression:
    """Read a formula of a table, with −y/a as −(y/a), which is how it is meant on paper."""
    return cleaned(parsed(text, names))[0]


def write_algebra(
    writer: Writer,
    owner: str,
    lines: Iterable[tuple[str, str]],
    names: Mapping[str, Expression],
    left: Expression | None = None,
    first: int | None = None,
    **values: Any,
) -> Expression | None:
    """Write the lines, each going on from the one before, and return the last right side (None of no lines).

    Arguments:
        writer: takes the lines.
        owner: where they come from, such as "sigmoid"; line n has the reason "calculus.sigmoid_n" where the catalogs
            have one, otherwise the one that goes with its rule.
        lines: (rule, formula) pairs of a table.
        names: what each name in the formulas stands for; the reasons may use them, too.
        left: the left side of the last line.
        first: where the chain begins that ends in the last line, which names it and the line before.
        values: what else the reasons may name.
    """
    lines = list(lines)
    right = None
    for number, (rule, formula) in enumerate(lines, 1):
        right, last = formula_of(formula, names), number == len(lines)
        why = reason(f"{owner}_{number}", rule)
        places: dict[str, Any] = {**names, **values}
        uses = (first, len(writer.steps)) if last and first is not None else ()
        writer.step(left if last else None, right, rule, why, uses, **places)
    return right


def reason(name: str, rule: str) -> str:
    """Return the key of a line's own reason where there is one, otherwise that of its rule."""
    own = f"calculus.{name}"
    return own if own in catalog("en") else f"calculus.{rule}"
