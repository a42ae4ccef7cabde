"""Fitted networks for raw tables, and how they predict: without scikit-learn, so that `clearprop predict` is quick."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from clearprop.engines import engine_named
from clearprop.estimators.tabular.decision import Decision
from clearprop.estimators.tabular.inputs import TableInputs
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network, Parameters
from clearprop.tables import FeatureReader, TableError, to_table
from clearprop.training import History

BLOCK_ROWS = 1 << 16  # rows that are encoded at a time, so that memory does not grow with the table


@dataclass
class Group:
    """The networks of one kind: they read a table in the same way.

    Arguments:
        inputs: how numbers and codes become X.
        network: sizes and layers.
        parameters: of each member.
        histories: of each member; none where a file is read for prediction alone.
        share: of the group in the prediction.
    """

    inputs: TableInputs
    network: Network
    parameters: list[Parameters]
    histories: list[History] = field(default_factory=list)
    share: float = 1.0

    def output(self, X: Array, engine: str) -> Array:
        """The mean of the members' Aᴸ, (n, n_L), float64, from what the inputs make of a table, (n, n_columns)."""
        found = engine_named(engine)
        total = np.zeros((len(X), self.network.sizes[-1]))
        for parameters in self.parameters:
            total += found.predict(self.network, parameters, X)
        return total / len(self.parameters)

    @property
    def name(self) -> str:
        """Its networks' hidden layers, and what these read."""
        sizes, activations = self.network.sizes[1:-1], sorted(set(self.network.hidden_names))
        return f"{'-'.join(map(str, sizes))} {'/'.join(activations)} on {self.inputs.reads}"


@dataclass(frozen=True)
class TargetScale:
    """Amounts as networks are trained on them: (y − mean)/deviation; predictions stay within those of training.

    >>> TargetScale(10.0, 2.0, 8.0, 13.0).amounts(np.array([[0.5], [9.0]]))
    array([11., 13.])
    """

    mean: float
    deviation: float
    low: float
    high: float

    def standardised(self, amounts: Array) -> Array:
        """(y − mean)/deviation, (n,)."""
        return (amounts - self.mean) / self.deviation

    def amounts(self, output: Array) -> Array:
        """Amounts, (n,), from Aᴸ, (n, 1)."""
        return np.clip(self.mean + self.deviation * output[:, 0], self.low, self.high)


@dataclass
class FittedTable:
    """What a tabular estimator predicts by: its predictions, and those of the light model of a file, are these.

    Arguments:
        encoder: from a table to numbers and codes.
        groups: the networks of each kind; their shares sum to 1.
        engine: "auto" or the name of an engine.
        decision: the calibration, and how a class is decided for.
        target_scale: of amounts; None for classes.
    """

    encoder: FeatureReader
    groups: list[Group]
    engine: str = "auto"
    decision: Decision = field(default_factory=Decision)
    target_scale: TargetScale | None = None

    @property
    def main_group(self) -> Group:
        """The first group of the kind that counts most: networks of one kind may be a group each."""
        kinds = self.kinds()
        return max(self.groups, key=lambda group: kinds[group.name][1])

    def probabilities(self, table: Any, source: str = "table") -> Array:
        """The calibrated probabilities of the classes, (n, n_classes)."""
        return self.decision.probabilities(self.output(table, source))

    def amounts(self, table: Any, source: str = "table") -> Array:
        """The amounts, (n,)."""
        assert self.target_scale is not None, "classes have no amounts"
        return self.target_scale.amounts(self.output(table, source))

    def classes(self, probabilities: Array) -> Array:
        """The codes of the classes that are decided for, (n,), from calibrated probabilities."""
        return self.decision.classes(probabilities)

    def output(self, table: Any, source: str = "table") -> Array:
        """The mean of all networks' Aᴸ, (n, n_L), float64, block of rows by block.

        Raises:
            TableError: a column is missing, or a cell cannot be read as its column's kind.
        """
        table = to_table(table)
        return np.concatenate([self._output(block, start, source) for start, block in _blocks(table)])

    def _output(self, block: pa.Table, start: int, source: str) -> Array:
        try:
            features = self.encoder.transform(block, source=source)
        except TableError as error:
            row = None if error.row is None else start + error.row
            raise TableError(error.problem, source=error.source, column=error.column, row=row) from None
        X: dict[tuple[object, ...], Array] = {}
        outputs = []
        for group in self.groups:
            reading = group.inputs.reading
            if reading not in X:
                X[reading] = group.inputs.apply(features.numbers, features.codes)
            outputs.append(group.share * group.output(X[reading], self.engine))
        return np.sum(outputs, axis=0)

    def kinds(self) -> dict[str, tuple[int, float]]:
        """How many networks there are of each kind, by its name, and their share in the prediction."""
        found: dict[str, tuple[int, float]] = {}
        for group in self.groups:
            count, share = found.get(group.name, (0, 0.0))
            found[group.name] = count + len(group.parameters), share + group.share
        return found

    def overview(self) -> dict[str, Any]:
        """What the networks are, in a few names and values."""
        network = self.groups[0].network
        kinds = self.kinds()
        return {
            "networks": sum(count for count, _ in kinds.values()),
            "kinds": "; ".join(f"{count} of {name}, share {share:.2f}" for name, (count, share) in kinds.items()),
            "output_and_loss": f"{network.output}, {network.loss}",
            "parameters": sum(len(group.parameters) * group.network.n_parameters for group in self.groups),
        }

    def headline(self) -> str:
        """What the networks are, in one line."""
        about, n_kinds = self.overview(), len(self.kinds())
        kinds = "of one kind" if n_kinds == 1 else f"of {n_kinds} kinds"
        return f"{about['networks']} networks {kinds}, {about['parameters']:,} parameters"


def _blocks(table: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    """Blocks of rows, each with the number of rows before it; of an empty table, one."""
    for start in range(0, max(1, table.num_rows), BLOCK_ROWS):
        yield start, table.slice(start, BLOCK_ROWS)
