"""The units at work: what each layer's activations are on rows, and which units do nothing."""

from collections.abc import Iterator

from clearprop.derivation.documents.blocks import Paragraph, Table
from clearprop.derivation.messages import Message
from clearprop.report.blocks import Finding, ReportBlock
from clearprop.report.measures.units import FLAT, LayerStatistics, layer_statistics
from clearprop.report.subject import Subject
from clearprop.report.texts import number, percent

MOST_ROWS = 1000
#: More dead units of a layer than this share are worth a warning.
MANY_DEAD = 0.2


def activations(subject: Subject) -> Iterator[ReportBlock]:
    """Mean, deviation, zeros, flat places and dead units of each hidden layer of the network that is explained."""
    on = subject.on(MOST_ROWS)
    if on is None:
        yield Paragraph((subject.why_not or Message("report.no_table"),))
        return
    statistics = layer_statistics(on)
    if not statistics:
        yield Paragraph((Message("report_activations.no_hidden"),))
        return
    name = subject.kinds[0].name
    yield Paragraph((Message("report_activations.meaning", n=number(len(on.X)), name=name),))
    yield _finding(statistics)
    rows = tuple(
        (
            Message("words.layer", l=one.layer),
            on.network.activation(one.layer).name,
            number(one.mean, 3),
            number(one.deviation, 3),
            percent(one.zeros),
            percent(one.flat),
            f"{number(one.dead)} / {number(one.units)}",
        )
        for one in statistics
    )
    names = ("layer", "activation", "mean", "deviation", "zeros", "flat", "dead")
    yield Table(tuple(Message(f"report_activations.{name}") for name in names), rows)
    yield Paragraph((Message("report_activations.flat_means", share=percent(FLAT, 0)),))


def _finding(statistics: list[LayerStatistics]) -> Finding:
    dead, units = sum(one.dead for one in statistics), sum(one.units for one in statistics)
    values = {"dead": number(dead), "units": number(units)}
    if not dead:
        return Finding("good", (Message("report_activations.none_dead", **values),))
    worst = max(statistics, key=lambda one: one.dead / one.units)
    key, tone = ("many_dead", "warning") if worst.dead > MANY_DEAD * worst.units else ("some_dead", "note")
    more = {"layer": Message("words.layer", l=worst.layer), "share": percent(worst.dead / worst.units, 0)}
    return Finding(tone, (Message(f"report_activations.{key}", **values, **more),))
