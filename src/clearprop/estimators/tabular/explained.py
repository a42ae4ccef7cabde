"""One network of a tabular estimator explained: the first of the kind that counts most, on rows as it takes them."""

from typing import TYPE_CHECKING, Any

import numpy as np

from clearprop.estimators.network_on_rows import NetworkOnRows
from clearprop.estimators.reported import Reported
from clearprop.estimators.tabular.group import FittedTable, Group
from clearprop.mathematics.arrays import Array

if TYPE_CHECKING:
    from clearprop.derivation.gradient_checks import GradientCheck
    from clearprop.derivation.working import Worked


class ExplainedNetwork(Reported):
    """`work`, `check_gradient`, `report` and `network_on_rows` of tabular estimators."""

    def work(self, X: Any, y: Any = None, **options: Any) -> "Worked":
        """Work one training step of a network out on the rows of a table, with every number: see `clearprop.work`.

        It is the first network of the kind with the greatest share; X of the network is what its columns become.

        Arguments:
            X: a table of m rows.
            y: their targets, as for `fit`; None: what the model predicts is taken as if it were true.
            options: of `clearprop.work`.

        Raises:
            TableError, ValueError: rows or targets that do not fit the model.
        """
        from clearprop.derivation.working import worked  # whoever only trains does not wait for it

        on = self.network_on_rows(X, y)
        names = {"input_names": on.input_names, "output_names": on.output_names, "assumed_targets": y is None}
        return worked(on.network, on.parameters, on.X, on.Y, **{**names, **options})

    def check_gradient(self, X: Any = None, y: Any = None, **options: Any) -> "GradientCheck":
        """Check every entry of a network's gradients on the rows of a table: see `clearprop.check_gradient`.

        Arguments:
            X: a table of m rows; None: rows are drawn.
            y: their targets, as for `fit`; None: what the model predicts is taken as if it were true.
            options: of `clearprop.check_gradient`.

        Raises:
            TableError, ValueError: rows or targets that do not fit the model.
        """
        from clearprop.derivation.gradient_checks import check_network  # whoever only trains does not wait for it

        group = self.fitted_table().main_group
        if X is None and y is not None:
            raise ValueError("y: the rows X of these targets are needed too")
        on = None if X is None else self.network_on_rows(X, y)
        rows = (None, None) if on is None else (on.X, on.Y)
        source = f"{type(self).__name__}, a network {group.name}"
        return check_network(group.network, group.parameters[0], *rows, **{"source": source, **options})

    def network_on_rows(self, X: Any, y: Any = None) -> NetworkOnRows:
        """The network that is explained, on the rows of a table as it takes them.

        Arguments:
            X: a table of m rows.
            y: their targets, as for `fit`; None: what the model predicts is taken as if it were true.

        Raises:
            TableError, ValueError: rows or targets that do not fit the model.
        """
        fitted = self.fitted_table()
        group = fitted.main_group
        table = self._table(X, reset=False)  # type: ignore[attr-defined]
        features = fitted.encoder.transform(table)
        Y = self._known_targets(self.predict(X) if y is None else y)  # type: ignore[attr-defined]
        rows = group.inputs.apply(features.numbers, features.codes).astype(np.float64)
        names = self._input_names(group), self._output_names()
        return NetworkOnRows(group.network, group.parameters[0], rows, Y, *names)

    def fitted_table(self) -> FittedTable:
        """What predicts."""
        raise NotImplementedError

    def _known_targets(self, y: Any) -> Array:
        """Y, (m, n_L), of targets as `fit` takes them."""
        raise NotImplementedError

    def _input_names(self, group: Group) -> tuple[str, ...]:
        reader = self.fitted_table().encoder
        return group.inputs.column_names(reader.number_names, reader.category_names, reader.categories)

    def _output_names(self) -> tuple[str, ...]:
        return tuple(str(label) for label in getattr(self, "classes_", ()))
