"""The table of sections: what a report has, in order; a new one is a module here and a line in the table."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from clearprop.derivation.messages import Message
from clearprop.report.blocks import ReportBlock
from clearprop.report.sections.activations import activations
from clearprop.report.sections.data import data
from clearprop.report.sections.derivation import derivation
from clearprop.report.sections.environment import environment
from clearprop.report.sections.explore import explore
from clearprop.report.sections.gradient_check import gradient_check
from clearprop.report.sections.gradients import gradients
from clearprop.report.sections.importance import importance
from clearprop.report.sections.measures import measures
from clearprop.report.sections.pictures import pictures
from clearprop.report.sections.summary import summary
from clearprop.report.sections.training import training
from clearprop.report.sections.worst_rows import worst_rows
from clearprop.report.subject import Subject

Write = Callable[[Subject], Iterator[ReportBlock]]


@dataclass(frozen=True)
class Section:
    """A section of a report: its key, which is its anchor and its title's key, and what writes it.

    One that does not apply writes nothing, and is left out, or one sentence that says why.
    """

    key: str
    write: Write

    @property
    def title(self) -> Message:
        """What stands above it."""
        return Message(f"report_sections.{self.key}")


SECTIONS: tuple[Section, ...] = tuple(
    Section(write.__name__, write)
    for write in (
        summary,
        measures,
        worst_rows,
        importance,
        data,
        pictures,
        training,
        gradients,
        activations,
        explore,
        derivation,
        gradient_check,
        environment,
    )
)
