"""Marked parentheses, how they are drawn, and what parts two factors."""

import re
from collections.abc import Callable
from dataclasses import dataclass

OPEN, CLOSE = "\ue000", "\ue001"


@dataclass(frozen=True)
class Written:
    """A printed expression.

    `kind` is what it is, `inside` what stands in the parentheses of a group; `swallows` is what would be read as its
    own on its right ("terms", "factors"); `compact` is true of −a where a is so short that −a/b is clear.
    """

    text: str
    kind: str
    swallows: str = ""
    inside: str = ""
    compact: bool = False


def drawn(text: str, delimited: Callable[[str, bool], str]) -> str:
    """Draw the marked parentheses from the inside out: round, square, round, ..."""
    stack: list[tuple[str, int]] = [("", 0)]
    for part in re.split(f"([{OPEN}{CLOSE}])", text):
        if part == OPEN:
            stack.append(("", 0))
        elif part == CLOSE:
            inner, height = stack.pop()
            outer, beside = stack.pop()
            stack.append((outer + delimited(inner, height % 2 == 1), max(beside, height + 1)))
        else:
            stack[-1] = (stack[-1][0] + part, stack[-1][1])
    return stack[0][0]


def _round(written: Written) -> bool:
    """Return whether a group will be drawn with round brackets."""
    depth = deepest = 0
    for character in written.text:
        depth += {OPEN: 1, CLOSE: -1}.get(character, 0)
        deepest = max(deepest, depth)
    return deepest % 2 == 1


def joint_of(left: Written, right: Written) -> str:
    """Return how two factors are joined: "tight", "space" or "dot"."""
    letters = {"symbol", "scripted"}
    if right.kind == "group" and right.inside == "addition" and _round(right):
        close = {"scripted", "call"} if not left.inside else {"group"}
        return "tight" if left.kind in close and (left.kind != "group" or left.inside == "addition") else "dot"
    if right.kind in letters:
        if left.kind in letters or (left.kind == "number" and left.text.isdigit() and left.text not in "01"):
            return "tight"
        if left.kind == "group" and left.inside == "addition":
            return "space"
    if right.kind == "bare call" and left.kind in letters:
        return "space"
    return "dot"
