"""The units at work: what each layer's activations are on rows, and which units do nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from clearprop.derivation.documents.blocks import Paragraph, Table
from clearprop.derivation.forms.vanishing import steepest_of
from clearprop.derivation.messages import Message
from clearprop.estimators.network_on_rows import NetworkOnRows
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.equations import Passed, forward
from clearprop.mathematics.network import Network, Parameters
from clearprop.report.blocks import Finding, ReportBlock
from clearprop.report.subject import Subject
from clearprop.report.texts import number, percent

MOST_ROWS = 1000
#: A unit is flat where its slope is below this share of the steepest that its activation has.
FLAT = 0.01
#: More dead units of a layer than this share are worth a warning.
MANY_DEAD = 0.2


@dataclass(frozen=True)
class LayerStatistics:
    """What the activations of one hidden layer are on rows: aˡ, (m, n_l).

    `zeros` is the share of exact zeros, `flat` that of the places where the slope is next to 0, `dead` the number of
    units that are flat on every row, of `units`.
    """

    layer: int
    units: int
    mean: float
    deviation: float
    zeros: float
    flat: float
    dead: int


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


def layer_statistics(on: NetworkOnRows) -> list[LayerStatistics]:
    """Return the statistics of the hidden layers, from the engine's own forward pass."""
    network = on.network
    parameters = Parameters.of(on.parameters.W[1:], on.parameters.b[1:], float, on.parameters.theta)
    passed = forward(network, parameters, on.X)
    found = []
    for l in network.layers[:-1]:
        a, slopes = passed.a[l], slopes_of(network, parameters, passed, l)
        steepest = steepest_of(network, l)
        is_flat = np.abs(slopes) < FLAT * (steepest if np.isfinite(steepest) else 1.0)
        n_dead = int(is_flat.all(axis=0).sum())
        shares = float(np.mean(a == 0)), float(is_flat.mean())
        found.append(LayerStatistics(l, network.sizes[l], float(a.mean()), float(a.std()), *shares, n_dead))
    return found


def slopes_of(network: Network, parameters: Parameters, passed: Passed, l: int) -> Array:
    """f′(Zˡ), (m, n_l), of an elementwise activation or of a mixture."""
    z, ones = passed.z[l], np.ones_like(passed.z[l])
    mixture = network.other_layers.get(f"mixture{l}")
    if mixture is not None:
        return mixture.backward(parameters.theta_of(f"mixture{l}"), z, ones)[1]
    return network.activation(l).pull_back(ones, z, passed.f[l])


def _finding(statistics: list[LayerStatistics]) -> Finding:
    dead, units = sum(one.dead for one in statistics), sum(one.units for one in statistics)
    values = {"dead": number(dead), "units": number(units)}
    if not dead:
        return Finding("good", (Message("report_activations.none_dead", **values),))
    worst = max(statistics, key=lambda one: one.dead / one.units)
    key, tone = ("many_dead", "warning") if worst.dead > MANY_DEAD * worst.units else ("some_dead", "note")
    more = {"layer": Message("words.layer", l=worst.layer), "share": percent(worst.dead / worst.units, 0)}
    return Finding(tone, (Message(f"report_activations.{key}", **values, **more),))
