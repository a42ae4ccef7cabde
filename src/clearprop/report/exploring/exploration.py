"""`exploration`: all that the explorer shows of a network on rows, as one JSON object (format 1)."""

import base64
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from clearprop.derivation.messages import Message
from clearprop.estimators.network_on_rows import NetworkOnRows
from clearprop.interchange.model_file import load
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network, Parameters
from clearprop.report.cells import cells_of
from clearprop.report.exploring.engine_row import EngineRow, shares_of
from clearprop.report.exploring.formulas import KINDS, LayerFormula, formulas_of
from clearprop.report.exploring.trees import mathml_of, shapes_in, tree_of
from clearprop.report.exploring.verifying import Verification, verify
from clearprop.report.texts import in_languages, named, number
from clearprop.report.views import GivenRows, View, view_of

FORMAT = 1
#: So many rows are shown unless others are asked for.
USUAL_ROWS, MOST_CELLS = 5, 60


def exploration(
    model: Any, table: Any, y: Any = None, *, rows: int | Sequence[int] = USUAL_ROWS, source: str = "table"
) -> dict[str, Any]:
    """Return what the explorer shows: the network that is explained, on rows, with every number, formula and shape.

    z, a, the slopes and δ are those of the code that trains, of one sample at a time. Each formula is printed from the
    tree that its numbers are filled into. Before anything is returned, the formulas are derived and verified on a small
    network with the same layers, and on this one both compared with the engine; its gradients are measured.

    Arguments:
        model: a fitted estimator or table model, the path of a model file, or a pair (`Network`, `Parameters`).
        table: rows as the model takes them; of a table model, with the target's column or without it.
        y: their targets, as for `fit` ((m, n_L) for a pair); None: the table's own, or what the model predicts.
        rows: how many of the first rows, or their numbers, from 1.
        source: what the table is called, for messages.

    Raises:
        TableError, ValueError: rows or targets that do not fit the model.
        DerivationError: a formula is not that of the engine: a defect of Clearprop.

    Example:
        >>> network = Network((2, 1), output="sigmoid", loss="binary_cross_entropy")
        >>> found = exploration((network, Parameters.of([[[1.0, -1.0]]], [[0.0]])), [[0.5, 0.5]], [[1.0]])
        >>> found["network"]["sizes"], found["rows"][0]["loss"], found["formulas"]["delta"][0]["rule"]
        ([2, 1], 0.6931..., 'BP1')
    """
    if isinstance(model, str | os.PathLike):
        model = load(model)
    match model:
        case (Network() as network, Parameters() as parameters):
            X, Y = np.atleast_2d(np.asarray(table, float)), np.atleast_2d(np.asarray(y, float))
            places = _places(rows, len(X))
            return explored(NetworkOnRows(network, parameters, X[places], Y[places]), places + 1)
    view = view_of(model)
    given = view.given(table, y, source)
    return exploration_of(view, given, _places(rows, given.features.num_rows))


def exploration_of(view: View, given: GivenRows, places: Array) -> dict[str, Any]:
    """Return the exploration of a model on some of the rows that were given, by their places from 0."""
    some = given.taken(places)
    return explored(view.on(some), some.numbers, view, some)


def explored(
    on: NetworkOnRows, numbers: Array, view: View | None = None, given: GivenRows | None = None
) -> dict[str, Any]:
    """Return the exploration of a network on all rows that it is given with.

    Arguments:
        on: network and rows; numbers: (m,) of the rows, from 1.
        view, given: the model and its rows as they were given, for their cells and names; None: there are no others.
    """
    network = on.network
    parameters = on.parameters.astype(float)
    rows = [EngineRow(network, parameters, x, y) for x, y in zip(on.X, on.Y, strict=True)]
    formulas = [(formula, tree_of(formula.right)) for formula in formulas_of(network)]
    verification = verify(rows, formulas)
    return {
        "format": FORMAT,
        "network": {
            "sizes": list(network.sizes),
            "activations": [network.activation(l).name for l in network.layers],
            "loss": network.loss,
            "input_names": _input_names(on),
            "output_names": _output_names(on, view),
        },
        "W": [encoded(W) for W in parameters.W[1:]],
        "b": [encoded(b) for b in parameters.b[1:]],
        "share": [None if share is None else encoded(share) for share in shares_of(network, parameters)],
        "rows": [_row(row, int(n), view, given, i) for i, (row, n) in enumerate(zip(rows, numbers, strict=True))],
        "formulas": _formulas(formulas, network),
        "verified": in_languages(_said(verification)),
    }


def encoded(array: Array) -> str:
    """Return an array as base64 of little-endian float32, row by row.

    >>> encoded(np.array([1.0, -2.0]))
    'AACAPwAAAMA='
    """
    with np.errstate(over="ignore"):
        return base64.b64encode(np.ascontiguousarray(array, "<f4").tobytes()).decode("ascii")


def _places(rows: int | Sequence[int], n: int) -> Array:
    asked = range(1, min(rows, n) + 1) if isinstance(rows, int) else rows
    wrong = [row for row in asked if not 1 <= row <= n]
    if wrong or not len(asked):
        raise ValueError(f"rows: row numbers from 1 to {n:,} are needed; got {wrong[0] if wrong else 'none'}")
    return np.array(list(asked)) - 1


def _input_names(on: NetworkOnRows) -> list[str]:
    """The name of each feature of A⁰: its column's, with a number where several are made of one."""
    columns = on.network.column_of_feature
    names = [on.input_names[column] if column < len(on.input_names) else f"x{column + 1}" for column in columns]
    counts: dict[int, int] = {}
    found = []
    for name, column in zip(names, columns, strict=True):
        counts[column] = counts.get(column, 0) + 1
        found.append(f"{named(name)} {counts[column]}" if columns.count(column) > 1 else named(name))
    return found


def _output_names(on: NetworkOnRows, view: View | None) -> list[str]:
    n = on.network.sizes[-1]
    names = on.output_names if len(on.output_names) == n else ()
    if not names and view is not None and view.target and n == 1:
        names = (view.target,)
    return [named(name) for name in names] or [f"ŷ{j + 1}" if n > 1 else "ŷ" for j in range(n)]


def _row(row: EngineRow, title: int, view: View | None, given: GivenRows | None, place: int) -> dict[str, Any]:
    network = row.network
    cells = [(f"x{k + 1}", number(float(x), 6)) for k, x in enumerate(row.x)] if given is None else []
    if given is not None:
        cells = cells_of(given.features, place)
    target, predicted = _shown(row.y, view), _shown(row.passed.output[0], view)
    if given is not None and given.y is not None and view is not None and view.classes is None:
        target = number(float(given.y[place]), 6)
    return {
        "title": f"#{title}",
        "cells": [list(cell) for cell in cells[:MOST_CELLS]],
        "target": target,
        "predicted": predicted,
        "loss": row.loss,
        "y": encoded(row.y),
        "a": [encoded(a[0]) for a in row.passed.a],
        "z": [encoded(row.passed.z[l][0]) for l in network.layers],
        "slope": [None if slope is None else encoded(slope) for slope in row.slopes],
        "delta": [encoded(row.gradients.delta[l][0]) for l in network.layers],
    }


def _shown(output: Array, view: View | None) -> str:
    if view is not None and (view.classes is None or view.obstacle is None):
        return named(view.shown_output(output))
    return ", ".join(number(float(value), 5) for value in output[:10])


def _formulas(formulas: list[tuple[LayerFormula, dict[str, Any]]], network: Network) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {kind: [] for kind in KINDS}
    for formula, tree in formulas:
        found[formula.kind].append(
            {
                "left": mathml_of(formula.left),
                "index": mathml_of(formula.right),
                "vector": mathml_of(formula.vector),
                "shapes": [list(shape) for shape in shapes_in(formula.vector)],
                "rule": formula.rule,
                "why": in_languages(Message(f"exploration.{formula.why}", l=formula.layer, above=formula.layer + 1)),
                "numbers": tree,
            }
        )
    return found


def _said(found: Verification) -> Message:
    return Message(
        "exploration.verified",
        sizes="-".join(map(str, found.sizes)),
        lines=found.lines,
        values=number(found.values),
        difference=f"{found.difference:.0e}",
        entries=number(found.entries),
        slope_difference=f"{found.slope_difference:.0e}",
    )
