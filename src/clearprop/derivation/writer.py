"""How a derivation is written down: line by line, each with its rule and its reason."""

from typing import Any

from clearprop.derivation.documents.blocks import Block, Content, Heading, Paragraph, Step, Steps, Table
from clearprop.derivation.expressions import Expression, Relation
from clearprop.derivation.messages import Message


class Writer:
    """Collects headings, sentences, tables and numbered steps in the order in which they are read."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.steps: list[Step] = []
        self._open: list[Step] = []
        self._assumes: str | None = None
        self._begins = False
        self._condition: Relation | None = None
        self._activation: str | None = None

    def step(
        self,
        left: Expression | None,
        right: Expression,
        rule: str,
        why: str,
        uses: tuple[int, ...] = (),
        numbers: tuple[Expression | None, Expression] | None = None,
        **values: Any,
    ) -> int:
        """Write left = right (left None: the line goes on from the one before) and return the line's number.

        Arguments:
            left, right: the two sides.
            rule: a name in the catalogs' section `rules`.
            why: a key of the catalogs, "section.name"; `values` are put in its places.
            uses: the numbers of the lines that are put together here.
            numbers: the right side with numbers put in, and its value.
        """
        step = Step(
            len(self.steps) + 1,
            left,
            right,
            rule,
            Message(why, **values),
            uses,
            self._assumes,
            numbers=numbers[0] if numbers else None,
            value=numbers[1] if numbers else None,
            condition=self._condition,
            activation=self._activation,
            begins=self._begins,
        )
        self._begins = False
        self.steps.append(step)
        self._open.append(step)
        return step.number

    def assume(self, what: str | None) -> None:
        """Let the lines from here on hold for such targets only: "distribution" (they sum to 1) or "one_hot"."""
        self._begins, self._assumes = what is not None and what != self._assumes, what

    def condition(self, relation: Relation | None) -> None:
        """Let the lines from here on hold for such indices only, say i ≠ j; None: for all."""
        self._condition = relation

    def about(self, activation: str | None) -> None:
        """Let the lines from here on be about a scalar z and a = f(z) of that entry of the table; None: no longer."""
        self._activation = activation

    def heading(self, key: str, **values: Any) -> None:
        """Begin a part."""
        self._write(Heading(Message(key, **values)))

    def say(self, *sentences: Content) -> None:
        """Write a paragraph."""
        self._write(Paragraph(sentences))

    def table(self, headings: tuple[Content, ...], rows: list[tuple[Content, ...]]) -> None:
        """Write a table."""
        self._write(Table(headings, tuple(rows)))

    def finish(self) -> tuple[Block, ...]:
        """Return all that was written."""
        self._close_steps()
        return tuple(self.blocks)

    def _write(self, block: Block) -> None:
        self._close_steps()
        self.blocks.append(block)

    def _close_steps(self) -> None:
        if self._open:
            self.blocks.append(Steps(tuple(self._open)))
            self._open = []
